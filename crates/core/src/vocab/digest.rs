//! Hashes in hexadecimal digits.

use sha2::{Digest as _, Sha256};

/// The first ten bytes of a hash, in twenty digits.
pub(crate) fn short(text: &str) -> String {
    let hash = Sha256::digest(text);
    let digit = |number: u8| char::from_digit(u32::from(number), 16).unwrap_or_default();
    hash.iter().take(10).flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
