//! What of a rule's conditions may be a secret, and what is kept of it.

use super::{Condition, ConditionField};
use crate::vocab::digest::{HASHED, hash_secret};

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

/// What is kept of a value that a rule asks of this header. A rule that lets in whoever knows a secret
/// header has the secret in its condition: of such a value only a hash is kept, by which two rules can
/// still be told apart.
#[must_use]
pub fn kept_of_header(header: &str, value: String) -> String {
    if PLAIN_HEADERS.contains(&header.to_ascii_lowercase().as_str()) {
        return value;
    }
    kept_of_parameter(value)
}

/// What is kept of a value that a rule asks of a parameter of the query: a hash. Wildcards alone are no
/// secret.
#[must_use]
pub fn kept_of_parameter(value: String) -> String {
    if value.chars().all(|c| c == '*' || c == '?') { value } else { hash_secret(&value) }
}

/// Whether a value is a hash, as [`hash_secret`] writes it.
fn is_hash(value: &str) -> bool {
    let digits = value.strip_prefix(HASHED).unwrap_or_default();
    digits.len() == 16 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl Condition {
    /// Its values and its regular expressions, with nothing in them that may be a secret: an inventory
    /// need not have been read by this program.
    #[must_use]
    pub fn told(&self) -> (Vec<String>, Vec<String>) {
        let told = |values: &[String]| values.iter().map(|value| self.told_value(value)).collect();
        (told(&self.values), told(&self.regex_values))
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
    use super::{Condition, kept_of_header};

    fn told(field: &str, header: Option<&str>, value: &str) -> String {
        let condition = Condition {
            field: field.into(),
            header: header.map(str::to_owned),
            values: vec![value.to_owned()],
            regex_values: vec![value.to_owned()],
            ..Condition::default()
        };
        let (values, regexes) = condition.told();
        assert_eq!(values, regexes);
        values[0].clone()
    }

    #[test]
    fn of_what_may_be_a_secret_a_hash_is_told() {
        let hash = "sha256:8d969eef6ecad3c2";
        let table = [
            ("http-header", Some("X-Origin-Verify"), "123456", hash),
            ("http-header", Some("X-Origin-Verify"), hash, hash),
            ("http-header", None, "123456", hash),
            ("http-header", Some("X-Origin-Verify"), "*", "*"),
            ("http-header", Some("User-Agent"), "*bot*", "*bot*"),
            ("query-string", None, "123456", hash),
            ("query-string", None, "key=123456", "key=sha256:8d969eef6ecad3c2"),
            ("query-string", None, "key=sha256:8d969eef6ecad3c2", "key=sha256:8d969eef6ecad3c2"),
            ("query-string", None, "key=*", "key=*"),
            ("host-header", None, "www.example.com", "www.example.com"),
            ("path-pattern", None, "/a=b", "/a=b"),
        ];
        for (field, header, value, expected) in table {
            assert_eq!(told(field, header, value), expected, "{field} {value}");
        }
        let seems_hashed = told("http-header", Some("X-Key"), "sha256:hunter2");
        assert!(!seems_hashed.contains("hunter2"), "{seems_hashed}");
        assert_ne!(kept_of_header("X-Key", hash.to_owned()), hash, "what is read is always hashed");
    }
}
