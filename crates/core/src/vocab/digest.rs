//! Hashes in hexadecimal digits.

use sha2::{Digest as _, Sha256};

/// The first ten bytes of a hash, in twenty digits.
pub(crate) fn short(text: &str) -> String {
    let hash = Sha256::digest(text);
    hash.iter().take(10).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}
