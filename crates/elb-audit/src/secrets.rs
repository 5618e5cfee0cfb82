//! The process's own credentials, kept out of everything that is said.
//!
//! AWS quotes a request that it refuses (`SignatureDoesNotMatch` does), and so do proxies: the text of an
//! error may hold the key id, the session token, the signature. It goes on into gaps, reports, logs, alerts
//! and saved files. Nothing of it leaves [`redact`].

use std::collections::HashSet;
use std::sync::{LazyLock, PoisonError, RwLock};

use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use elb_audit_core::vocab::escape::cut;
use elb_audit_core::vocab::fact::Gap;
use regex_lite::Regex;

/// What stands for a secret.
const REMOVED: &str = "[removed]";
/// How many characters of a secret it is known by. AWS's key ids have 20, its secrets 40, its tokens hundreds.
const PIECE: usize = 16;
/// What is shorter may be a word of the language: it has to stand alone.
const PLAIN: usize = 8;

/// What is known of the credentials of this process: pieces of the long ones one behind the other, so that
/// any larger part of one holds a piece, and the short ones. A scan of an organization has thousands of
/// tokens, and a text is read once whatever their number.
#[derive(Default)]
struct KnownSecrets {
    pieces: HashSet<[u8; PIECE]>,
    short: Vec<String>,
}

static KNOWN: LazyLock<RwLock<KnownSecrets>> = LazyLock::new(RwLock::default);

/// Learns what must not be told.
pub(crate) fn learn(secret: &str) {
    let secret = secret.trim();
    if secret.is_empty() {
        return;
    }
    let plain: Vec<u8> = letters(secret).iter().map(|letter| letter.byte).collect();
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    if plain.len() < PIECE {
        if !known.short.iter().any(|short| short == secret) {
            known.short.push(secret.to_owned());
        }
        return;
    }
    let whole = plain.chunks_exact(PIECE).chain([&plain[plain.len() - PIECE..]]);
    known.pieces.extend(whole.filter_map(|piece| <[u8; PIECE]>::try_from(piece).ok()));
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
pub(crate) struct LearningProvider(pub(crate) SharedCredentialsProvider);

impl ProvideCredentials for LearningProvider {
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

/// A letter of a text as secrets are compared: small, and out of its escapes.
struct Letter {
    byte: u8,
    /// Where it stands in the text.
    from: usize,
    to: usize,
}

/// The letters of a text. White space, and what nobody sees, is left out: a message may break a line in the
/// middle of a token. Escapes of URLs, JSON and XML are what they stand for.
fn letters(text: &str) -> Vec<Letter> {
    let (mut all, mut from) = (Vec::with_capacity(text.len()), 0);
    while let Some(c) = text[from..].chars().next() {
        let (byte, to) = match escaped(&text[from..]) {
            Some((byte, length)) => (Some(byte), from + length),
            None => (c.is_ascii_graphic().then_some(c), from + c.len_utf8()),
        };
        let byte = byte.and_then(|c| u8::try_from(c.to_ascii_lowercase()).ok());
        all.extend(byte.map(|byte| Letter { byte, from, to }));
        from = to;
    }
    all
}

/// The character that an escape at the beginning of a text stands for, and the length of the escape: `%2F`,
/// `%252f`, `\u002f`, `&#x2F;`, `&#47;`, `\/`.
fn escaped(text: &str) -> Option<(char, usize)> {
    let hex = |digits: &str| u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
    let behind = |prefix: &str, digits: usize| {
        let found = text.strip_prefix(prefix)?.get(..digits)?;
        Some((hex(found)?, prefix.len() + digits))
    };
    let entity = |prefix: &str, radix: u32| {
        let (digits, _) = text.strip_prefix(prefix)?.split_once(';')?;
        let found = u32::from_str_radix(digits, radix).ok().and_then(char::from_u32)?;
        Some((found, prefix.len() + digits.len() + 1))
    };
    behind("%25", 2)
        .or_else(|| behind("%", 2))
        .or_else(|| behind("\\u", 4))
        .or_else(|| entity("&#x", 16))
        .or_else(|| entity("&#", 10))
        .or_else(|| text.starts_with("\\/").then_some(('/', 2)))
        .filter(|(found, _)| found.is_ascii_graphic())
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
        (named(field, r#"[^\s,;&"'<>\\\[\](){}]+"#), "${1}[removed]"),
        // A signature, wherever it stands. A hash that is none goes, too.
        (r"(?i)(?:[0-9a-f]\s?){63,}[0-9a-f]".to_owned(), REMOVED),
        (r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}".to_owned(), REMOVED),
        ("[A-Za-z0-9+_=%-]{100,}".to_owned(), REMOVED),
    ];
    let compiled = |(pattern, by): (String, _)| Some((Regex::new(&pattern).ok()?, by));
    all.into_iter().filter_map(compiled).collect()
});

/// The text without secrets.
pub(crate) fn redact(text: &str) -> String {
    let mut clean = without_known(text);
    for (pattern, by) in &*FIELDS {
        if pattern.is_match(&clean) {
            clean = pattern.replace_all(&clean, *by).into_owned();
        }
    }
    clean
}

/// The same in one line, cut to the length of a gap's detail.
pub(crate) fn redact_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    cut(&redact(&line), Gap::LONGEST)
}

/// The text without what this process knows as its own.
fn without_known(text: &str) -> String {
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    let letters = letters(text);
    let mut secret = vec![false; letters.len()];
    for (at, piece) in letters.windows(PIECE).enumerate() {
        let bytes: [u8; PIECE] = std::array::from_fn(|place| piece[place].byte);
        if known.pieces.contains(&bytes) {
            secret[at..at + PIECE].fill(true);
        }
    }
    spread(&letters, &mut secret);
    let (mut clean, mut from, mut was) = (String::new(), 0, false);
    for (letter, is) in letters.iter().zip(secret) {
        if is && !was {
            clean.push_str(&text[from..letter.from]);
            clean.push_str(REMOVED);
        }
        if is {
            from = letter.to;
        }
        was = is;
    }
    clean.push_str(&text[from..]);
    for short in &known.short {
        clean = without_short(&clean, short);
    }
    clean
}

/// Counts in what goes on with a secret on either side without a break: the rest of a token that was cut.
fn spread(letters: &[Letter], secret: &mut [bool]) {
    let joined = |one: usize, next: usize| {
        letters[one].to == letters[next].from
            && is_of_a_token(letters[one].byte)
            && is_of_a_token(letters[next].byte)
    };
    for at in 1..letters.len() {
        secret[at] |= secret[at - 1] && joined(at - 1, at);
    }
    for at in (1..letters.len()).rev() {
        secret[at - 1] |= secret[at] && joined(at - 1, at);
    }
}

fn is_of_a_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/-_.~".contains(&byte)
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
        for redacted in [redact(&text), redact_line(&text)] {
            for secret in [KEY, SECRET, TOKEN, "77aa55cc", "token/with", "IQoJb3"] {
                assert!(!redacted.contains(secret), "{secret} in {redacted}");
            }
            assert!(
                redacted.starts_with("SignatureDoesNotMatch: The request signature we"),
                "{redacted}"
            );
        }
        assert!(redact_line(&text).chars().count() <= Gap::LONGEST + 1);
    }

    #[test]
    fn secrets_go_in_every_form() {
        learned();
        for (text, expected) in [
            (format!("key {KEY} is"), "key [removed] is".to_owned()),
            (SECRET.to_owned(), "[removed]".to_owned()),
            (format!("s={}&x=1", SECRET.replace('/', "%2F")), "s=[removed]&x=1".to_owned()),
            (format!("s={}&x=1", SECRET.replace('/', "%252f")), "s=[removed]&x=1".to_owned()),
            (SECRET.replace('/', r"\/"), "[removed]".to_owned()),
            (SECRET.replace('/', r"\u002f"), "[removed]".to_owned()),
            (SECRET.replace('/', "&#x2F;"), "[removed]".to_owned()),
            (SECRET.to_uppercase().replace('/', "&#47;"), "[removed]".to_owned()),
            (TOKEN.to_lowercase(), "[removed]".to_owned()),
            (format!("cut {}", &TOKEN[..20]), "cut [removed]".to_owned()),
            (format!("the end {}", &TOKEN[12..]), "the end [removed]".to_owned()),
            (format!("{}\n{}", &SECRET[..10], &SECRET[10..]), "[removed]".to_owned()),
            (format!("{}\u{200b}{}", &KEY[..7], &KEY[7..]), "[removed]".to_owned()),
            (
                format!("('X-Amz-Signature', '{}')", "0a".repeat(32)),
                "('X-Amz-Signature', '[removed]')".to_owned(),
            ),
            (
                format!("{{\"Signature\": [\"{}\"]}}", "0a".repeat(32)),
                r#"{"Signature": ["[removed]"]}"#.to_owned(),
            ),
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
            (format!("sent {} by", "0a1b2c3d4e\n".repeat(7)), "sent [removed]\n by".to_owned()),
            ("ASIAQQQQQQQQQQQQQQQQ".to_owned(), "[removed]".to_owned()),
            (format!("message: {}", "aZ9_".repeat(40)), "message: [removed]".to_owned()),
        ] {
            assert_eq!(redact(&text), expected, "{text}");
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
            assert_eq!(redact(text), text);
        }
    }
}
