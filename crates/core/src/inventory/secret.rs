//! What of a rule's conditions may be a secret, and what is kept of it.

use super::{Condition, ConditionField, Inventory, Region};
use crate::vocab::digest;
use crate::vocab::fact::Fact;

/// Headers whose values are no secrets.
const PLAIN_HEADERS: [&str; 12] = [
    "accept",
    "accept-encoding",
    "accept-language",
    "connection",
    "content-type",
    "origin",
    "referer",
    "upgrade",
    "user-agent",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-requested-with",
];

/// How values that may be secrets are hashed by this program, in [`Region::hashing`]: 1 is without case and
/// with patterns marked. Before, a pattern was not told from a value, nor `KEY` from `key`.
///
/// [`Region::hashing`]: super::Region::hashing
pub const HASHING: u32 = 1;

/// What is kept of a value that a rule asks of this header. A rule that lets in whoever knows a secret
/// header has the secret in its condition: of such a value only a hash is kept, by which two rules can
/// still be told apart.
#[must_use]
pub fn kept_of_header(header: &str, value: String) -> String {
    if is_plain(header) { value } else { kept_of_parameter(value) }
}

/// What is kept of a regular expression that a rule asks of this header.
#[must_use]
pub fn kept_of_header_regex(header: &str, regex: String) -> String {
    if is_plain(header) { regex } else { kept_of_parameter_regex(&regex) }
}

/// What is kept of a value that a rule asks of a parameter of the query: a hash. Wildcards alone are no
/// secret.
#[must_use]
pub fn kept_of_parameter(value: String) -> String {
    if value.chars().all(|c| c == '*' || c == '?') {
        return value;
    }
    match literal(&value) {
        Some(text) => digest::hash_secret(&text),
        None => digest::hash_pattern(&value),
    }
}

/// What is kept of a regular expression that a rule asks of a parameter of the query.
#[must_use]
pub fn kept_of_parameter_regex(regex: &str) -> String {
    digest::hash_regex(regex)
}

fn is_plain(header: &str) -> bool {
    PLAIN_HEADERS.contains(&header.to_ascii_lowercase().as_str())
}

/// The one text that a value matches; none for a pattern. Whether one backslash escapes another one AWS does
/// not say: a wildcard behind two makes a pattern.
fn literal(value: &str) -> Option<String> {
    let mut text = String::with_capacity(value.len());
    let mut backslashes = 0;
    for c in value.chars() {
        match (c, backslashes) {
            ('*' | '?', 1) => drop(text.pop()),
            ('*' | '?', _) => return None,
            _ => {}
        }
        backslashes = if c == '\\' { backslashes + 1 } else { 0 };
        text.push(c);
    }
    Some(text)
}

/// Whether a value is a hash, as [`kept_of_header`] and [`kept_of_parameter`] write it.
fn is_hash(value: &str) -> bool {
    let digits = digest::behind_mark(value).unwrap_or_default();
    digits.len() == 16 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl Region {
    /// Whether two values whose hashes differ are two: those of an old file may be one in another case, or
    /// a pattern and what it matches.
    #[must_use]
    pub fn tells_hashes_apart(&self) -> bool {
        self.hashing >= HASHING
    }

    /// Marks the hashes of an old file as those of patterns, which they may be: nothing follows from it that
    /// two of them differ.
    fn doubt_old_hashes(&mut self) {
        if self.tells_hashes_apart() {
            return;
        }
        self.hashing = HASHING;
        for lb in &mut self.v2.items {
            let Fact::Known(listeners) = &mut lb.listeners else { continue };
            for listener in listeners {
                let Fact::Known(rules) = &mut listener.rules else { continue };
                for condition in rules.iter_mut().flat_map(|rule| &mut rule.conditions) {
                    condition.doubt_hashes();
                }
            }
        }
    }
}

impl Inventory {
    /// Takes an old file's hashes for what they are: [`Region::tells_hashes_apart`].
    pub fn doubt_old_hashes(&mut self) {
        let regions = self.accounts.iter_mut().flat_map(|account| &mut account.regions);
        regions.for_each(Region::doubt_old_hashes);
    }
}

impl Condition {
    fn doubt_hashes(&mut self) {
        let may_be_hashed =
            matches!(self.field, ConditionField::HttpHeader | ConditionField::QueryString);
        for value in self.values.iter_mut().chain(&mut self.regex_values).filter(|_| may_be_hashed)
        {
            let (name, own) = match value.split_once('=') {
                Some((name, own)) if self.field == ConditionField::QueryString => {
                    (format!("{name}="), own)
                }
                _ => (String::new(), value.as_str()),
            };
            if let Some(hash) = digest::behind_mark(own) {
                *value = format!("{name}{}", digest::marked_as_pattern(hash));
            }
        }
    }

    /// Its values and its regular expressions, with nothing in them that may be a secret: an inventory
    /// need not have been read by this program.
    #[must_use]
    pub fn told(&self) -> (Vec<String>, Vec<String>) {
        let header = self.header.as_deref().unwrap_or_default();
        let regex = |regex: &String| match self.field {
            ConditionField::HttpHeader if !is_hash(regex) => {
                kept_of_header_regex(header, regex.clone())
            }
            ConditionField::QueryString if !is_hash(regex) => kept_of_parameter_regex(regex),
            _ => regex.clone(),
        };
        let values = self.values.iter().map(|value| self.told_value(value));
        (values.collect(), self.regex_values.iter().map(regex).collect())
    }

    fn told_value(&self, value: &str) -> String {
        match self.field {
            ConditionField::HttpHeader if !is_hash(value) => {
                kept_of_header(self.header.as_deref().unwrap_or_default(), value.to_owned())
            }
            ConditionField::QueryString => match value.split_once('=') {
                Some((key, value)) if !is_hash(value) => {
                    format!("{key}={}", kept_of_parameter(value.to_owned()))
                }
                None if !is_hash(value) => kept_of_parameter(value.to_owned()),
                _ => value.to_owned(),
            },
            _ => value.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Condition, Region, kept_of_header, kept_of_header_regex, kept_of_parameter};

    fn told(field: &str, header: Option<&str>, value: &str) -> (String, String) {
        let condition = Condition {
            field: field.into(),
            header: header.map(str::to_owned),
            values: vec![value.to_owned()],
            regex_values: vec![value.to_owned()],
            ..Condition::default()
        };
        let (values, regexes) = condition.told();
        (values[0].clone(), regexes[0].clone())
    }

    #[test]
    fn of_what_may_be_a_secret_a_hash_is_told() {
        let hash = "sha256:8d969eef6ecad3c2";
        let pattern = "sha256*:8d969eef6ecad3c2";
        let own = Some("X-Origin-Verify");
        let table = [
            ("http-header", own, "123456", hash, pattern),
            ("http-header", own, hash, hash, hash),
            ("http-header", own, pattern, pattern, pattern),
            ("http-header", None, "123456", hash, pattern),
            ("http-header", own, "*", "*", "sha256*:684888c0ebb17f37"),
            ("http-header", Some("User-Agent"), "*bot*", "*bot*", "*bot*"),
            ("query-string", None, "123456", hash, pattern),
            ("query-string", None, hash, hash, hash),
            ("host-header", None, "www.example.com", "www.example.com", "www.example.com"),
            ("path-pattern", None, "/a=b", "/a=b", "/a=b"),
        ];
        for (field, header, value, expected, regex) in table {
            let expected = (expected.to_owned(), regex.to_owned());
            assert_eq!(told(field, header, value), expected, "{field} {value}");
        }
        for (value, expected) in [
            ("key=123456", "key=sha256:8d969eef6ecad3c2"),
            (&format!("key={hash}"), "key=sha256:8d969eef6ecad3c2"),
            (&format!("key={pattern}"), "key=sha256*:8d969eef6ecad3c2"),
            ("key=*", "key=*"),
        ] {
            assert_eq!(told("query-string", None, value).0, expected);
        }
        let (seems_hashed, _) = told("http-header", own, "sha256:hunter2");
        assert!(!seems_hashed.contains("hunter2"), "{seems_hashed}");
        assert_ne!(kept_of_header("X-Key", hash.to_owned()), hash, "what is read is always hashed");
    }

    #[test]
    fn a_hash_has_no_case_and_says_whether_it_is_of_a_pattern() {
        let kept = |value: &str| kept_of_parameter(value.to_owned());
        let is_pattern = |value: &str| kept(value).starts_with("sha256*:");
        assert_eq!(kept("Hunter2"), kept("hunter2"));
        assert_eq!(kept_of_header("X-Key", "Hunter*".to_owned()), kept("hUNTER*"));
        let table = [
            ("hunter", false),
            ("hunter*", true),
            ("h?nter", true),
            (r"hunter\*", false),
            (r"\?", false),
            (r"\*hunter*", true),
            (r"c:\hunter", false),
            (r"hunter\\*", true),
            (r"\\hunter\*", false),
        ];
        for (value, expected) in table {
            assert_eq!(is_pattern(value), expected, "{value}");
        }
        let told_apart = [kept(r"a\*"), kept(r"a\?"), kept(r"a\b"), kept("ab"), kept("a*")];
        for (place, one) in told_apart.iter().enumerate() {
            assert!(!told_apart[..place].contains(one), "{one}");
        }
        assert_eq!(kept(r"a\*"), crate::vocab::digest::hash_secret("A*"), "what it matches");
        let regex = |text: &str| kept_of_header_regex("X-Key", text.to_owned());
        assert_ne!(regex(r"^\S+$"), regex(r"^\s+$"));
        assert!(regex("hunter2").starts_with("sha256*:"));
        assert_eq!(kept_of_header_regex("Accept", "^text/".to_owned()), "^text/");
    }

    #[test]
    fn hashes_of_an_old_file_are_known() {
        let region = Region::new("eu-west-1");
        assert!(region.tells_hashes_apart());
        let mut saved = serde_json::to_value(&region).unwrap();
        assert_eq!(saved.as_object_mut().unwrap().remove("hashing"), Some(1.into()));
        let old: Region = serde_json::from_value(saved).unwrap();
        assert!(!old.tells_hashes_apart());
        assert!(serde_json::to_value(&old).unwrap().get("hashing").is_none(), "and stay so");
    }
}
