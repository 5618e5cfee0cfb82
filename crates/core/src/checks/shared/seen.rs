//! What a pass says it has seen, where that may be long.

use serde_json::Value;

/// Things that a pass names before it only counts them.
const NAMED: usize = 10;

/// The names of a few things; of many how many there are, and so of none.
pub(in crate::checks) fn few<T: AsRef<str>>(all: &[T]) -> Value {
    match all.len() {
        1..=NAMED => all.iter().map(AsRef::as_ref).collect(),
        count => count.into(),
    }
}
