//! A test of one part of a request, as a statement of AWS WAF makes it.

use crate::analysis::requests::{self, Match};
use crate::analysis::routing::pattern;
use crate::inventory::WafComparison;

/// What becomes of a part that is nothing but letters, digits and [`PLAIN`]: nothing, or lower case.
const HARMLESS: &[&str] = &[
    "COMPRESS_WHITE_SPACE",
    "CSS_DECODE",
    "ESCAPE_SEQ_DECODE",
    "HTML_ENTITY_DECODE",
    "JS_DECODE",
    "NORMALIZE_PATH",
    "NORMALIZE_PATH_WIN",
    "REMOVE_NULLS",
    "REPLACE_COMMENTS",
    "REPLACE_NULLS",
    "URL_DECODE",
    "URL_DECODE_UNI",
    "UTF8_TO_UNICODE",
];
/// Signs that no transformation of these takes for more than they are, two in a row aside.
const PLAIN: &str = "/-_.";

/// A part of a request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Field {
    /// `GET`.
    Method,
    /// The path, as the client wrote it.
    Path,
    /// What stands behind the `?`.
    Query,
    /// The value of any parameter.
    Arguments,
    /// The value of this parameter.
    Argument(String),
    /// The value of this header; its name in lower case.
    Header(String),
    /// The body.
    Body,
    /// The cookies.
    Cookies,
}

/// Where a text has to stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Position {
    /// It is all there is.
    Exactly,
    /// At the beginning.
    Starts,
    /// At the end.
    Ends,
    /// Anywhere.
    Contains,
    /// Anywhere, as a word of its own.
    Word,
}

/// How a size has to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Operator {
    /// As large.
    Equal,
    /// Of another size.
    Other,
    /// Smaller.
    Less,
    /// As large at most.
    AtMost,
    /// As large at least.
    AtLeast,
    /// Larger.
    Greater,
}

/// What a part of a request is compared with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Wanted {
    /// This text, there.
    Text(Position, String),
    /// This regular expression, anywhere.
    Regex(String),
    /// This many bytes.
    Size(Operator, u64),
    /// A text that was not kept: it is there at least.
    Hidden,
}

/// A test of one part of a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FieldTest {
    /// The part.
    pub(crate) field: Field,
    /// What it is compared with.
    pub(crate) wanted: Wanted,
    /// Whether it is turned to lower case first.
    pub(crate) lowered: bool,
    /// All that becomes of it first, where that is more than lower case; a plain text stays.
    pub(crate) decoded: Vec<String>,
}

/// What a comparison comes to.
pub(crate) enum Compared {
    /// A test.
    Test(FieldTest),
    /// Who passes it may know a secret.
    Secret,
    /// Nothing that is understood.
    Undecided,
}

impl Compared {
    /// A comparison of a statement of this kind.
    pub(crate) fn of(kind: &str, comparison: &WafComparison) -> Self {
        let Some(field) = field(comparison) else { return Compared::Undecided };
        let wanted = match kind {
            "byte-match" => text(comparison, &field),
            "regex-match" => comparison.regex.clone().map(Wanted::Regex),
            "size-constraint" => size(comparison),
            _ => None,
        };
        let text = match &wanted {
            Some(Wanted::Text(_, text) | Wanted::Regex(text)) => text.as_str(),
            _ => "",
        };
        let in_clear = matches!(field, Field::Path | Field::Method);
        if !in_clear && pattern::is_hashed(text) {
            return Compared::Secret;
        }
        let names = || comparison.transformations.iter().map(String::as_str);
        let lowers = |name: &str| matches!(name, "LOWERCASE" | "CMD_LINE");
        if !names().all(|name| name == "NONE" || lowers(name) || HARMLESS.contains(&name)) {
            return Compared::Undecided;
        }
        let lowered = names().any(lowers);
        let mut decoded = comparison.transformations.clone();
        if names().all(|name| matches!(name, "NONE" | "LOWERCASE")) {
            decoded.clear();
        }
        wanted.map_or(Compared::Undecided, |wanted| {
            Compared::Test(FieldTest { field, wanted, lowered, decoded })
        })
    }
}

fn field(comparison: &WafComparison) -> Option<Field> {
    let name = || comparison.name.as_deref().map(str::to_lowercase);
    Some(match comparison.field.as_str() {
        "method" => Field::Method,
        "uri-path" => Field::Path,
        "query-string" => Field::Query,
        "all-query-arguments" => Field::Arguments,
        "single-query-argument" => Field::Argument(name()?),
        "single-header" => Field::Header(name()?),
        "body" | "json-body" => Field::Body,
        "cookies" => Field::Cookies,
        _ => return None,
    })
}

fn text(comparison: &WafComparison, field: &Field) -> Option<Wanted> {
    let position = match comparison.position.as_deref()? {
        "EXACTLY" => Position::Exactly,
        "STARTS_WITH" => Position::Starts,
        "ENDS_WITH" => Position::Ends,
        "CONTAINS" => Position::Contains,
        "CONTAINS_WORD" => Position::Word,
        _ => return None,
    };
    match (&comparison.text, field) {
        (Some(text), _) => Some(Wanted::Text(position, text.clone())),
        (None, Field::Body | Field::Cookies) => Some(Wanted::Hidden),
        (None, _) => None,
    }
}

fn size(comparison: &WafComparison) -> Option<Wanted> {
    let operator = match comparison.operator.as_deref()? {
        "EQ" => Operator::Equal,
        "NE" => Operator::Other,
        "LT" => Operator::Less,
        "LE" => Operator::AtMost,
        "GE" => Operator::AtLeast,
        "GT" => Operator::Greater,
        _ => return None,
    };
    Some(Wanted::Size(operator, comparison.size?))
}

impl FieldTest {
    /// Whether a part with this text passes.
    pub(crate) fn passes(&self, text: &str) -> Match {
        if !self.decoded.is_empty() && !is_plain(text) {
            return Match::Maybe;
        }
        let lower = self.lowered.then(|| text.to_ascii_lowercase());
        let seen = lower.as_deref().unwrap_or(text);
        match &self.wanted {
            Wanted::Text(position, wanted) => certain(position.holds(wanted, seen)),
            // AWS WAF looks for the expression anywhere.
            Wanted::Regex(regex) => requests::finds(regex, seen),
            Wanted::Size(operator, size) => certain(operator.holds(seen.len() as u64, *size)),
            Wanted::Hidden if text.is_empty() => Match::No,
            Wanted::Hidden => Match::Maybe,
        }
    }

    /// A text of the part that reads well, where it passes; and one for who does not tell capitals.
    pub(crate) fn texts(&self) -> Vec<String> {
        let Wanted::Text(position, text) = &self.wanted else { return Vec::new() };
        let open = *position == Position::Starts && text.ends_with('/');
        let text = if open { format!("{text}x") } else { text.clone() };
        let capitals = self.lowered.then(|| text.to_uppercase());
        std::iter::once(text).chain(capitals).collect()
    }

    /// The pattern with wildcards that takes what passes, as listeners' rules have them; none where none does.
    pub(crate) fn wildcards(&self) -> Option<String> {
        let Wanted::Text(position, text) = &self.wanted else { return None };
        let text = text.replace('*', r"\*").replace('?', r"\?");
        match position {
            Position::Exactly => Some(text),
            Position::Starts => Some(format!("{text}*")),
            Position::Ends => Some(format!("*{text}")),
            Position::Contains => Some(format!("*{text}*")),
            Position::Word => None,
        }
    }
}

fn certain(holds: bool) -> Match {
    if holds { Match::Yes } else { Match::No }
}

/// Whether the transformations that are known leave a text as it is, lower case aside.
fn is_plain(text: &str) -> bool {
    let signs = text.chars().all(|c| c.is_ascii_alphanumeric() || PLAIN.contains(c));
    signs && !["//", "/.", ".."].iter().any(|pair| text.contains(pair))
}

impl Position {
    fn holds(self, wanted: &str, text: &str) -> bool {
        match self {
            Position::Exactly => text == wanted,
            Position::Starts => text.starts_with(wanted),
            Position::Ends => text.ends_with(wanted),
            Position::Contains => text.contains(wanted),
            Position::Word => text.match_indices(wanted).any(|(at, found)| {
                let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
                let before = text[..at].chars().next_back();
                let after = text[at + found.len()..].chars().next();
                !before.is_some_and(is_word) && !after.is_some_and(is_word)
            }),
        }
    }
}

impl Operator {
    pub(super) fn holds(self, size: u64, wanted: u64) -> bool {
        match self {
            Operator::Equal => size == wanted,
            Operator::Other => size != wanted,
            Operator::Less => size < wanted,
            Operator::AtMost => size <= wanted,
            Operator::AtLeast => size >= wanted,
            Operator::Greater => size > wanted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::statement::Matches;
    use super::{Compared, Field, FieldTest, Match, Position, Wanted};
    use crate::inventory::WafComparison;

    fn test(position: &str, text: &str, transformations: &[&str]) -> FieldTest {
        let comparison = WafComparison {
            field: "uri-path".to_owned(),
            text: Some(text.to_owned()),
            position: Some(position.to_owned()),
            transformations: transformations.iter().map(|name| (*name).to_owned()).collect(),
            ..WafComparison::default()
        };
        match Compared::of("byte-match", &comparison) {
            Compared::Test(found) => found,
            _ => panic!("no test"),
        }
    }

    #[test]
    fn a_text_stands_where_it_has_to() {
        let table = [
            ("EXACTLY", "/a", "/a", Match::Yes),
            ("EXACTLY", "/a", "/a/", Match::No),
            ("STARTS_WITH", "/a", "/ab", Match::Yes),
            ("ENDS_WITH", ".css", "/x.css", Match::Yes),
            ("ENDS_WITH", ".css", "/x.css/", Match::No),
            ("CONTAINS", "dm", "/admin", Match::Yes),
            ("CONTAINS_WORD", "dm", "/admin", Match::No),
            ("CONTAINS_WORD", "admin", "/x/admin-y", Match::Yes),
            ("CONTAINS_WORD", "admin", "/admin_y", Match::No),
            ("EXACTLY", "/*", "/x", Match::No),
        ];
        for (position, text, path, expected) in table {
            assert_eq!(test(position, text, &["NONE"]).passes(path), expected, "{position} {path}");
        }
    }

    #[test]
    fn transformations_come_first() {
        let lower = test("STARTS_WITH", "/admin", &["LOWERCASE"]);
        assert_eq!(lower.passes("/ADMIN/x"), Match::Yes);
        assert_eq!(test("STARTS_WITH", "/admin", &["NONE"]).passes("/ADMIN"), Match::No);
        let decoded = test("STARTS_WITH", "/admin", &["URL_DECODE", "LOWERCASE"]);
        assert_eq!(decoded.passes("/Admin"), Match::Yes);
        assert_eq!(decoded.passes("/%61dmin"), Match::Maybe);
        assert_eq!(decoded.passes("/x/../admin"), Match::Maybe);
        let comparison =
            WafComparison { transformations: vec!["BASE64_DECODE".to_owned()], ..clear() };
        assert!(matches!(Compared::of("byte-match", &comparison), Compared::Undecided));
    }

    fn clear() -> WafComparison {
        WafComparison {
            field: "uri-path".to_owned(),
            text: Some("/".to_owned()),
            position: Some("EXACTLY".to_owned()),
            ..WafComparison::default()
        }
    }

    fn constant(test: FieldTest) -> Option<bool> {
        match Matches::test(test).settled() {
            Matches::All => Some(true),
            Matches::None => Some(false),
            _ => None,
        }
    }

    #[test]
    fn a_test_that_tells_nobody_apart_is_known() {
        let table = [
            ("STARTS_WITH", "/", "NONE", Some(true)),
            ("STARTS_WITH", "/", "LOWERCASE", Some(true)),
            ("CONTAINS", "/", "NONE", Some(true)),
            ("ENDS_WITH", "/", "NONE", None),
            ("STARTS_WITH", "/a", "NONE", None),
            ("STARTS_WITH", "/A", "LOWERCASE", Some(false)),
            ("STARTS_WITH", "/A", "NONE", None),
            ("EXACTLY", "a", "NONE", Some(false)),
        ];
        for (position, text, transformation, expected) in table {
            let found = constant(test(position, text, &[transformation]));
            assert_eq!(found, expected, "{position} {text} {transformation}");
        }
        let of = |kind: &str, change: &dyn Fn(&mut WafComparison)| {
            let mut comparison = clear();
            change(&mut comparison);
            match Compared::of(kind, &comparison) {
                Compared::Test(found) => constant(found),
                _ => panic!("no test"),
            }
        };
        let regexes = [
            (".*", Some(true)),
            ("^/", Some(true)),
            ("^/.*$", Some(true)),
            ("", Some(true)),
            (".+", Some(true)),
            ("^/$", None),
            ("^$", Some(false)),
            ("^/api", None),
            ("/.+", None),
            (".", Some(true)),
            ("^.$", None),
            ("^/.*|^[a-z]", Some(true)),
            ("^/(?=a)", None),
        ];
        for (regex, expected) in regexes {
            let found = of("regex-match", &|one| one.regex = Some(regex.to_owned()));
            assert_eq!(found, expected, "{regex}");
        }
        for (operator, size, expected) in
            [("GE", 0, Some(true)), ("GT", 0, Some(true)), ("GT", 1, None), ("LT", 1, Some(false))]
        {
            let found = of("size-constraint", &|one| {
                (one.operator, one.size) = (Some(operator.to_owned()), Some(size));
            });
            assert_eq!(found, expected, "{operator} {size}");
        }
    }

    #[test]
    fn two_tests_are_compared() {
        let of = |(position, text): (&str, &str)| test(position, text, &["NONE"]);
        let is_apart = |one: FieldTest, other: FieldTest| {
            Matches::every(vec![Matches::test(one), Matches::test(other)]).settled()
                == Matches::None
        };
        let is_within = |one: FieldTest, other: FieldTest| {
            let rest = Matches::test(other).negated();
            Matches::every(vec![Matches::test(one), rest]).settled() == Matches::None
        };
        let apart = [
            (("EXACTLY", "/a"), ("EXACTLY", "/b"), true),
            (("STARTS_WITH", "/a"), ("STARTS_WITH", "/ab"), false),
            (("STARTS_WITH", "/a"), ("STARTS_WITH", "/b"), true),
            (("STARTS_WITH", "/a"), ("ENDS_WITH", "/b"), false),
            (("EXACTLY", "/a"), ("CONTAINS", "b"), true),
            (("CONTAINS", "a"), ("CONTAINS", "b"), false),
            (("CONTAINS_WORD", "ab"), ("EXACTLY", "/abc"), true),
        ];
        for (one, other, expected) in apart {
            assert_eq!(is_apart(of(one), of(other)), expected, "{one:?} {other:?}");
            assert_eq!(is_apart(of(other), of(one)), expected, "{other:?} {one:?}");
        }
        let lower = test("EXACTLY", "/a", &["LOWERCASE"]);
        assert!(!is_apart(lower.clone(), of(("EXACTLY", "/A"))), "/A passes both");
        assert!(is_within(of(("EXACTLY", "/A")), lower));
        let decoded = || test("EXACTLY", "/a", &["URL_DECODE"]);
        assert!(!is_apart(decoded(), of(("EXACTLY", "/%61"))));
        assert!(is_apart(decoded(), of(("EXACTLY", "/b"))), "a plain text stays");
        assert!(is_within(of(("EXACTLY", "/a")), decoded()));
        assert!(is_within(of(("EXACTLY", "/ab")), of(("STARTS_WITH", "/a"))));
        assert!(is_within(of(("STARTS_WITH", "/ab")), of(("STARTS_WITH", "/a"))));
        assert!(!is_within(of(("STARTS_WITH", "/a")), of(("STARTS_WITH", "/ab"))));
    }

    #[test]
    fn a_pattern_escapes_its_text() {
        assert_eq!(test("STARTS_WITH", "/a*?", &[]).wildcards().as_deref(), Some(r"/a\*\?*"));
        assert_eq!(test("CONTAINS", "b", &[]).wildcards().as_deref(), Some("*b*"));
        assert_eq!(test("CONTAINS_WORD", "b", &[]).wildcards(), None);
    }

    #[test]
    fn a_secret_is_none_in_a_path() {
        let hashed = |field: &str| WafComparison {
            field: field.to_owned(),
            name: Some("x".to_owned()),
            text: Some("sha256:8d969eef6ecad3c2".to_owned()),
            ..clear()
        };
        assert!(matches!(Compared::of("byte-match", &hashed("single-header")), Compared::Secret));
        let Compared::Test(path) = Compared::of("byte-match", &hashed("uri-path")) else {
            panic!()
        };
        assert_eq!(path.field, Field::Path);
        assert!(matches!(path.wanted, Wanted::Text(Position::Exactly, _)));
    }
}
