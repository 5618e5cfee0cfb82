//! The process's own credentials, kept out of everything that is said.
//!
//! AWS quotes a request that it refuses (`SignatureDoesNotMatch` does), and so do proxies: the text of an
//! error may hold the key id, the session token, the signature. It goes on into gaps, reports, logs, alerts
//! and saved files. Nothing of it leaves [`clean`].

use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::{LazyLock, PoisonError, RwLock};

use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use regex_lite::Regex;

/// What stands for a secret.
const REMOVED: &str = "[removed]";
/// How many bytes of a secret it is known by. AWS's key ids have 20, its secrets 40, its tokens hundreds.
const BEGINNING: usize = 16;
/// What is shorter may be a word of the language: it has to stand alone.
const PLAIN: usize = 8;
/// Characters of a text that are told.
const LONGEST: usize = 500;

/// What is known of the credentials of this process. A scan of an organization has thousands: of a long
/// secret only the beginning is kept, and a text is read once whatever their number.
#[derive(Default)]
struct Known {
    beginnings: HashSet<[u8; BEGINNING]>,
    short: Vec<String>,
}

static KNOWN: LazyLock<RwLock<Known>> = LazyLock::new(RwLock::default);

/// Learns what must not be told.
pub(crate) fn learn(secret: &str) {
    let secret = secret.trim();
    if secret.is_empty() {
        return;
    }
    let forms = [secret.to_owned(), percent_encoded(secret), secret.replace('/', r"\/")];
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    for form in forms {
        match form.as_bytes().first_chunk() {
            Some(beginning) => drop(known.beginnings.insert(*beginning)),
            None if known.short.contains(&form) => {}
            None => known.short.push(form),
        }
    }
}

/// Learns the credentials that the environment holds, used or not.
pub(crate) fn learn_environment() {
    for name in [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_SECURITY_TOKEN",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    ] {
        learn(&std::env::var(name).unwrap_or_default());
    }
}

/// Learns credentials that were given out.
pub(crate) fn learn_credentials(credentials: &Credentials) {
    learn(credentials.access_key_id());
    learn(credentials.secret_access_key());
    learn(credentials.session_token().unwrap_or_default());
}

/// A provider from which is learned what it gives out.
#[derive(Debug)]
pub(crate) struct Learning(pub(crate) SharedCredentialsProvider);

impl ProvideCredentials for Learning {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let credentials = self.0.provide_credentials().await?;
            learn_credentials(&credentials);
            Ok(credentials)
        })
    }

    fn fallback_on_interrupt(&self) -> Option<Credentials> {
        self.0.fallback_on_interrupt()
    }
}

fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a text does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

/// Where a request says who signs it, whoever that is: the name of the field, and its value. The last ones
/// are key ids, and what is too long to be a word: tokens, and messages that AWS has encoded.
static FIELDS: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    let named = |names: &str, value: &str| {
        format!(r#"(?i)((?:{names})\\?["']?\s*[:=>]\s*\\?["']?){value}"#)
    };
    let field = "signature|credential|security[-_]?token|session[-_]?token|\
                 secret[-_]?access[-_]?key|access[-_]?key[-_]?id|authorization[-_]?token";
    let all = [
        (named("authorization", r#"[^"'<>\r\n]+"#), "${1}[removed]"),
        (named(field, r#"[^\s,;&"'<>\\]+"#), "${1}[removed]"),
        (r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}".to_owned(), REMOVED),
        ("[A-Za-z0-9+_=%-]{100,}".to_owned(), REMOVED),
    ];
    let compiled = |(pattern, by): (String, _)| Some((Regex::new(&pattern).ok()?, by));
    all.into_iter().filter_map(compiled).collect()
});

/// The text without secrets.
pub(crate) fn clean(text: &str) -> String {
    let mut clean = without_known(text);
    for (pattern, by) in &*FIELDS {
        if pattern.is_match(&clean) {
            clean = pattern.replace_all(&clean, *by).into_owned();
        }
    }
    clean
}

/// The same in one line, cut to a length that a reader bears.
pub(crate) fn brief(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let clean = clean(&line);
    match clean.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &clean[..end]),
        None => clean,
    }
}

/// The text without what this process knows as its own.
fn without_known(text: &str) -> String {
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    let (mut clean, mut from, mut at) = (String::new(), 0, 0);
    let bytes = text.as_bytes();
    while let Some(window) = bytes.get(at..).and_then(<[u8]>::first_chunk::<BEGINNING>) {
        // A secret is plain text, so that its beginning is no half character.
        if known.beginnings.contains(window) && text.is_char_boundary(at) {
            let end = bytes[at + BEGINNING..].iter().position(|byte| !is_of_a_token(*byte));
            let end = end.map_or(bytes.len(), |end| at + BEGINNING + end);
            clean.push_str(&text[from..at]);
            clean.push_str(REMOVED);
            (from, at) = (end, end);
        } else {
            at += 1;
        }
    }
    clean.push_str(&text[from..]);
    for short in &known.short {
        clean = without_short(&clean, short);
    }
    clean
}

fn is_of_a_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=_-.~%\\".contains(&byte)
}

/// The text without a short secret: one that could be a word only where it stands alone.
fn without_short(text: &str, secret: &str) -> String {
    if !text.contains(secret) {
        return text.to_owned();
    }
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let (mut clean, mut left) = (String::new(), text);
    while let Some(at) = left.find(secret) {
        let (before, behind) = (&left[..at], &left[at + secret.len()..]);
        let inside = word(before.chars().next_back().or_else(|| clean.chars().next_back()))
            || word(behind.chars().next());
        clean.push_str(before);
        clean.push_str(if inside && secret.len() < PLAIN { secret } else { REMOVED });
        left = behind;
    }
    clean.push_str(left);
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "AKIAI44QH8DHBEXAMPLE";
    const SECRET: &str = "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY";
    const TOKEN: &str = "IQoJb3JpZ2luX2VjEXAMPLE+token/with==padding";

    fn learned() {
        for secret in [KEY, SECRET, TOKEN, "hunter2-token", "abc"] {
            learn(secret);
        }
    }

    /// AWS's own text, as `SignatureDoesNotMatch` has it.
    #[test]
    fn a_request_that_is_quoted_tells_nothing() {
        learned();
        let text = format!(
            "SignatureDoesNotMatch: The request signature we calculated does not match the signature you \
             provided. The Canonical String for this request should have been 'POST / \
             content-type:application/x-www-form-urlencoded host:sts.amazonaws.com \
             x-amz-date:20261129T000000Z x-amz-security-token:{TOKEN} content-type;host 4f0c' The \
             String-to-Sign should have been 'AWS4-HMAC-SHA256 20261129T000000Z \
             20261129/eu-west-1/sts/aws4_request 9b3e'. Authorization: AWS4-HMAC-SHA256 \
             Credential={KEY}/20261129/eu-west-1/sts/aws4_request, SignedHeaders=host, Signature=77aa55cc"
        );
        for told in [clean(&text), brief(&text)] {
            for secret in [KEY, SECRET, TOKEN, "77aa55cc", "token/with", "IQoJb3"] {
                assert!(!told.contains(secret), "{secret} in {told}");
            }
            assert!(told.starts_with("SignatureDoesNotMatch: The request signature we"), "{told}");
        }
        assert!(brief(&text).chars().count() <= LONGEST + 1);
    }

    #[test]
    fn secrets_go_in_every_form() {
        learned();
        for (text, expected) in [
            (format!("key {KEY} is"), "key [removed] is".to_owned()),
            (SECRET.to_owned(), "[removed]".to_owned()),
            (format!("s={}&x=1", percent_encoded(SECRET)), "s=[removed]&x=1".to_owned()),
            (
                format!("{{\"a\":\"{}\"}}", SECRET.replace('/', r"\/")),
                r#"{"a":"[removed]"}"#.to_owned(),
            ),
            (format!("cut {}", &TOKEN[..20]), "cut [removed]".to_owned()),
            (format!("{TOKEN}, {TOKEN}"), "[removed], [removed]".to_owned()),
            (format!("ünï{SECRET}ö"), "ünï[removed]ö".to_owned()),
            ("xhunter2-tokenx".to_owned(), "x[removed]x".to_owned()),
            ("abc abcd xabc abc.".to_owned(), "[removed] abcd xabc [removed].".to_owned()),
            ("Credential=OTHER/1/x, y".to_owned(), "Credential=[removed], y".to_owned()),
            ("X-Amz-Signature=0ab1&z=2".to_owned(), "X-Amz-Signature=[removed]&z=2".to_owned()),
            (
                r#"{"SecretAccessKey": "x/y+z", "SessionToken":"t"}"#.to_owned(),
                r#"{"SecretAccessKey": "[removed]", "SessionToken":"[removed]"}"#.to_owned(),
            ),
            (
                "<SecretAccessKey>x/y</SecretAccessKey>".to_owned(),
                "<SecretAccessKey>[removed]</SecretAccessKey>".to_owned(),
            ),
            ("authorization: Bearer a.b.c".to_owned(), "authorization: [removed]".to_owned()),
            ("ASIAQQQQQQQQQQQQQQQQ".to_owned(), "[removed]".to_owned()),
            (format!("message: {}", "aZ9_".repeat(40)), "message: [removed]".to_owned()),
        ] {
            assert_eq!(clean(&text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_secret_stays() {
        learned();
        for text in [
            "User: arn:aws:sts::111122223333:assumed-role/reader/elb-audit is not authorized to perform: \
             elasticloadbalancing:DescribeRules on resource: arn:aws:elasticloadbalancing:eu-west-1:\
             111122223333:loadbalancer/app/a-name-that-is-quite-long-indeed/50dc6c495c0c9188 because no \
             identity-based policy allows the action",
            "The security token included in the request is invalid.",
            "Missing Authentication Token",
            "",
        ] {
            assert_eq!(clean(text), text);
        }
    }
}
