//! Hashes, and bytes in hexadecimal.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// The first ten bytes of a hash, in twenty digits.
pub(crate) fn short(text: &str) -> String {
    hex(&sha256(text)[..10])
}

/// The SHA-256 of some bytes.
#[must_use]
pub fn sha256(bytes: impl AsRef<[u8]>) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Bytes in hexadecimal, two small digits each.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a text does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// What stands before the hash of a value that may be a secret.
const HASHED: &str = "sha256:";
/// The same, of a pattern of such values: that its hash is another one says nothing.
const HASHED_PATTERN: &str = "sha256*:";

/// What is kept of a value that may be a secret: enough to see whether two are the same. AWS compares such
/// values without case, and so are their hashes.
#[must_use]
pub fn hash_secret(value: &str) -> String {
    hashed(HASHED, &value.to_lowercase())
}

/// What is kept of a pattern with wildcards that may hold a secret.
#[must_use]
pub fn hash_pattern(pattern: &str) -> String {
    hashed(HASHED_PATTERN, &pattern.to_lowercase())
}

/// What is kept of a regular expression that may hold a secret. Its case may matter: `\S` is not `\s`.
#[must_use]
pub fn hash_regex(regex: &str) -> String {
    hashed(HASHED_PATTERN, regex)
}

fn hashed(mark: &str, text: &str) -> String {
    format!("{mark}{}", hex(&sha256(text)[..8]))
}

/// What of a value stands behind the mark of a hash, of a value or of a pattern; none without one.
pub(crate) fn behind_mark(value: &str) -> Option<&str> {
    value.strip_prefix(HASHED).or_else(|| value.strip_prefix(HASHED_PATTERN))
}

/// Whether a value is the hash of a pattern.
pub(crate) fn is_pattern(value: &str) -> bool {
    value.starts_with(HASHED_PATTERN)
}

/// A hash as that of a pattern.
pub(crate) fn marked_as_pattern(hash: &str) -> String {
    format!("{HASHED_PATTERN}{hash}")
}
