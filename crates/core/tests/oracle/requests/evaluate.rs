//! What a load balancer does with one request, as AWS's documents say it.
//!
//! Sources, unless a line names another: Elastic Load Balancing API reference, `RuleCondition` and the
//! `*ConditionConfig` types; user guide of Application load balancers, "Condition types for listener rules",
//! "Transforms for listener rules" and "Redirect actions".

use std::net::IpAddr;

use elb_audit_core::inventory::{Condition, ConditionField, Rule, Transform, TransformKind};
use ipnet::IpNet;

use super::vocabulary;

/// Whether something is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Yes,
    No,
    /// AWS does not say, or the inventory does not hold what decides it.
    Undecided,
}

impl Answer {
    pub(crate) fn and(self, other: Answer) -> Answer {
        match (self, other) {
            (Answer::No, _) | (_, Answer::No) => Answer::No,
            (Answer::Yes, Answer::Yes) => Answer::Yes,
            _ => Answer::Undecided,
        }
    }

    pub(crate) fn or(self, other: Answer) -> Answer {
        match (self, other) {
            (Answer::Yes, _) | (_, Answer::Yes) => Answer::Yes,
            (Answer::No, Answer::No) => Answer::No,
            _ => Answer::Undecided,
        }
    }
}

impl From<bool> for Answer {
    fn from(is_so: bool) -> Self {
        if is_so { Answer::Yes } else { Answer::No }
    }
}

/// A request as the load balancer gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) host: String,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) source: IpAddr,
}

/// A step of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    Letter(char),
    One,
    Any,
}

/// A pattern's steps. `\*` and `\?` are letters where AWS says that they are: in headers and queries.
pub(crate) fn tokens(pattern: &str, escapes: bool) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = pattern.chars().peekable();
    while let Some(letter) = rest.next() {
        found.push(match (letter, rest.peek()) {
            ('\\', Some(next @ ('*' | '?'))) if escapes => {
                let next = Token::Letter(*next);
                rest.next();
                next
            }
            ('*', _) => Token::Any,
            ('?', _) => Token::One,
            (letter, _) => Token::Letter(letter),
        });
    }
    found
}

/// The places that a pattern may be at after a letter: bit N is before step N.
pub(crate) fn step(pattern: &[Token], places: u64, letter: char) -> u64 {
    let mut next = 0;
    for (place, token) in pattern.iter().enumerate() {
        if places & 1 << place == 0 {
            continue;
        }
        match token {
            Token::Letter(own) if *own == letter => next |= 1 << (place + 1),
            Token::One => next |= 1 << (place + 1),
            Token::Any => next |= 1 << place,
            Token::Letter(_) => {}
        }
    }
    skipped(pattern, next)
}

/// The places with those that are reached by taking nothing for a `*`.
pub(crate) fn skipped(pattern: &[Token], mut places: u64) -> u64 {
    for (place, token) in pattern.iter().enumerate() {
        if places & 1 << place != 0 && *token == Token::Any {
            places |= 1 << (place + 1);
        }
    }
    places
}

/// Whether a pattern takes all of a text.
pub(crate) fn glob(pattern: &[Token], text: &str) -> bool {
    let start = skipped(pattern, 1);
    let end = text.chars().fold(start, |places, letter| step(pattern, places, letter));
    end & 1 << pattern.len() != 0
}

/// Whether a regular expression takes a text. AWS does not say whether it has to take all of it.
fn regex(pattern: &str, text: &str) -> Answer {
    let Some(known) = vocabulary::REGEXES.iter().find(|known| known.text == pattern) else {
        return Answer::Undecided;
    };
    let any = |globs: &[&str]| globs.iter().any(|one| glob(&tokens(one, false), text));
    match (any(known.whole), any(known.part)) {
        (true, _) => Answer::Yes,
        (false, true) => Answer::Undecided,
        (false, false) => Answer::No,
    }
}

/// Whether a value of a condition takes a text. Of a value that is kept as a hash, the one text that has it is
/// written as the hash; of a pattern that is (`sha256*:`), one of its texts.
fn value(pattern: &str, text: &str, escapes: bool) -> Answer {
    let is_hash = |text: &str| text.starts_with("sha256");
    let is_open = |text: &str| text.starts_with("sha256*:");
    let stars = pattern.bytes().all(|byte| byte == b'*');
    if pattern == text && is_hash(text) || stars {
        Answer::Yes
    } else if is_open(pattern) || is_open(text) || is_hash(text) && !is_hash(pattern) {
        Answer::Undecided // what a secret looks like is not kept
    } else if is_hash(pattern) {
        Answer::No
    } else {
        Answer::from(glob(&tokens(pattern, escapes), text))
    }
}

/// Whether a text of a field that has one meets one of a condition's values.
///
/// The host has no case, path and method do. A method has no wildcards.
pub(crate) fn text(condition: &Condition, text: &str) -> Answer {
    let folded = |text: &str| match condition.field {
        ConditionField::HostHeader | ConditionField::HttpHeader => text.to_lowercase(),
        _ => text.to_owned(),
    };
    let own = folded(text);
    let escapes = condition.field == ConditionField::HttpHeader;
    let by_value = |pattern: &String| match condition.field {
        ConditionField::HttpRequestMethod => Answer::from(pattern == text),
        _ => value(&folded(pattern), &own, escapes),
    };
    let values = condition.values.iter().map(by_value);
    let regexes = condition.regex_values.iter().map(|pattern| regex(pattern, &own));
    values.chain(regexes).fold(Answer::No, Answer::or)
}

/// Whether a pair of a query meets one of a condition's values: `key=value`, or a value of any key. Neither
/// has a case.
pub(crate) fn pair(condition: &Condition, (key, given): (&str, &str)) -> Answer {
    let (key, given) = (key.to_lowercase(), given.to_lowercase());
    let one = |pattern: &String| {
        let folded = pattern.to_lowercase();
        match folded.split_once('=') {
            Some((name, own)) => value(name, &key, true).and(value(own, &given, true)),
            None => value(&folded, &given, true),
        }
    };
    condition.values.iter().map(one).fold(Answer::No, Answer::or)
}

/// Whether an address is in one of a condition's blocks.
pub(crate) fn source(condition: &Condition, address: IpAddr) -> Answer {
    let inside = |block: &String| {
        block.parse::<IpNet>().map_or(Answer::Undecided, |block| block.contains(&address).into())
    };
    condition.values.iter().map(inside).fold(Answer::No, Answer::or)
}

/// Whether a request meets a condition. One occurrence of a header, or one pair of the query, is enough.
pub(crate) fn meets(condition: &Condition, request: &Request) -> Answer {
    match condition.field {
        ConditionField::HostHeader => text(condition, &request.host),
        ConditionField::PathPattern => text(condition, &request.path),
        ConditionField::HttpRequestMethod => text(condition, &request.method),
        ConditionField::SourceIp => source(condition, request.source),
        ConditionField::QueryString => {
            let all = request.query.iter().map(|(key, own)| pair(condition, (key, own)));
            all.fold(Answer::No, Answer::or)
        }
        ConditionField::HttpHeader => {
            let name = condition.header.as_deref().unwrap_or_default();
            let same = |(own, _): &&(String, String)| own.eq_ignore_ascii_case(name);
            let all = request.headers.iter().filter(same).map(|(_, own)| text(condition, own));
            all.fold(Answer::No, Answer::or)
        }
        ConditionField::Other(_) => Answer::Undecided,
    }
}

/// The places of a listener's rules by priority, the default one last.
pub(crate) fn by_priority(rules: &[Rule]) -> Vec<&Rule> {
    let mut ordered: Vec<&Rule> = rules.iter().collect();
    ordered.sort_by_key(|rule| (rule.priority.is_none(), rule.priority));
    ordered
}

/// The rule that takes a request; none where that is undecided.
pub(crate) fn taken<'a>(ordered: &[&'a Rule], request: &Request) -> Option<&'a Rule> {
    for rule in ordered {
        let all = rule.conditions.iter().map(|condition| meets(condition, request));
        match all.fold(Answer::Yes, Answer::and) {
            Answer::Yes => return Some(rule),
            Answer::No => {}
            Answer::Undecided => return None,
        }
    }
    None
}

/// What the target sees of a path. Where the expression takes nothing, that is the request's own.
pub(crate) fn rewritten(transforms: &[Transform], path: &str) -> String {
    let is_url = |one: &&Transform| one.kind == TransformKind::UrlRewrite;
    let mut text = path.to_owned();
    for (pattern, replacement) in transforms.iter().filter(is_url).flat_map(|one| &one.rewrites) {
        let known = vocabulary::REWRITES.iter().find(|known| known.pattern == pattern);
        let rest = known.and_then(|known| text.strip_prefix(known.prefix));
        if let Some(rest) = rest {
            text = replacement.replace("$1", rest);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use elb_audit_core::fixtures::sample;
    use elb_audit_core::inventory::{Condition, Transform};

    use super::{Answer, pair, rewritten, source, text};

    fn header(value: &str) -> Condition {
        let name = Some("User-Agent".to_owned());
        Condition { header: name, ..sample::condition("http-header", &[value]) }
    }

    fn regex(field: &str, value: &str) -> Condition {
        Condition { regex_values: vec![value.to_owned()], ..sample::condition(field, &[]) }
    }

    #[test]
    fn texts_are_compared_as_the_user_guide_says() {
        use Answer::{No, Undecided, Yes};
        let method = |value: &str| sample::condition("http-request-method", &[value]);
        let table = [
            (sample::host(&["*.example.com"]), "test.example.com", Yes),
            (sample::host(&["*.example.com"]), "example.com", No),
            (sample::host(&["EXAMPLE.com"]), "example.COM", Yes),
            (sample::host(&["?.example.com"]), "ab.example.com", No),
            (sample::path(&["/img/*"]), "/img/picture.jpg", Yes),
            (sample::path(&["/img/*"]), "/img", No),
            (sample::path(&["/img/*"]), "/IMG/picture.jpg", No),
            (sample::path(&["/img/*/pics"]), "/img/a/b/pics", Yes),
            (sample::path(&["/js/?", "/img/*"]), "/js/a", Yes),
            (sample::path(&["img/*"]), "/img/a", No),
            (sample::path(&[r"/a\*"]), "/a*", No),
            (method("GET"), "GET", Yes),
            (method("GET"), "get", No),
            (method("*"), "GET", No),
            (header("*Chrome*"), "a chrome b", Yes),
            (header(r"a\*"), "A*", Yes),
            (header(r"a\*"), "ab", No),
            (header("*"), "", Yes),
            (header("sha256:1"), "sha256:1", Yes),
            (header("sha256:1"), "x", No),
            (header("sha256*:1"), "x", Undecided),
            (header("x*"), "sha256:1", Undecided),
            (header("*"), "sha256:1", Yes),
            (regex("path-pattern", "^/b"), "/b", Yes),
            (regex("path-pattern", "^/b"), "/bc", Undecided),
            (regex("path-pattern", "^/b"), "/a/b", No),
        ];
        for (condition, given, expected) in table {
            assert_eq!(text(&condition, given), expected, "{condition:?} {given}");
        }
    }

    #[test]
    fn a_pair_of_a_query_meets_a_pair_or_a_value_of_any_key() {
        let table = [
            ("version=v1", ("version", "v1"), true),
            ("version=v1", ("VERSION", "V1"), true),
            ("version=v1", ("other", "v1"), false),
            ("*example*", ("any", "an example"), true),
            ("*example*", ("example", "any"), false),
            ("k=*", ("k", ""), true),
            (r"k=\*", ("k", "*"), true),
            (r"k=\*", ("k", "v"), false),
            ("?=v", ("k", "v"), true),
        ];
        for (value, given, expected) in table {
            let condition = sample::condition("query-string", &[value]);
            assert_eq!(pair(&condition, given), expected.into(), "{value} {given:?}");
        }
    }

    #[test]
    fn a_block_holds_addresses_of_its_family() {
        let within = |block: &str, address: &str| {
            let condition = sample::condition("source-ip", &[block]);
            source(&condition, address.parse().expect("an address"))
        };
        assert_eq!(within("192.0.2.0/24", "192.0.2.255"), Answer::Yes);
        assert_eq!(within("192.0.2.0/24", "192.0.3.0"), Answer::No);
        assert_eq!(within("0.0.0.0/0", "2001:db8::1"), Answer::No);
        assert_eq!(within("::/0", "192.0.2.1"), Answer::No);
    }

    #[test]
    fn a_rewrite_that_takes_nothing_leaves_the_path() {
        let rewrites = vec![("^/a/(.*)$".to_owned(), "/$1".to_owned())];
        let own = [Transform { kind: "url-rewrite".into(), rewrites }];
        assert_eq!(rewritten(&own, "/a/b"), "/b");
        assert_eq!(rewritten(&own, "/ab"), "/ab");
    }
}
