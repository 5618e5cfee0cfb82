//! Rewrites: what their expressions make of a text.

use std::cell::RefCell;
use std::collections::HashMap;

use regex_lite::{Regex, RegexBuilder};

use crate::vocab::digest;
use crate::vocab::glob::is_short;

/// The largest compiled expression, in bytes. Expressions as people write them in rules take a few
/// thousand; matching takes time in proportion.
const LARGEST: usize = 64 << 10;
/// How many compiled expressions a thread keeps: those of a listener with as many rules as AWS allows.
const KEPT: usize = 1_024;

/// Whether a value is kept as a hash alone.
pub(crate) fn is_hashed(value: &str) -> bool {
    digest::behind_mark(value).is_some()
}

/// A compiled expression; none where it is not understood, or so large that matching would take long.
///
/// A rule's expressions are compared with many texts, one after the other: the last ones are kept.
fn compiled(pattern: &str) -> Option<Regex> {
    COMPILED.with_borrow_mut(|kept| {
        if let Some(known) = kept.get(pattern) {
            return known.clone();
        }
        if kept.len() >= KEPT {
            kept.clear();
        }
        let regex = compile(pattern);
        kept.insert(pattern.to_owned(), regex.clone());
        regex
    })
}

thread_local! {
    static COMPILED: RefCell<HashMap<String, Option<Regex>>> = RefCell::default();
}

fn compile(pattern: &str) -> Option<Regex> {
    let regex = RegexBuilder::new(pattern).size_limit(LARGEST).build();
    regex.ok().filter(|_| is_short(pattern))
}

/// Whether it can be told what a list of rewrites does.
pub(crate) fn is_clear(rewrites: &[(String, String)]) -> bool {
    let clear = |(pattern, _): &(String, String)| compiled(pattern).is_some();
    !rewrites.is_empty() && rewrites.iter().all(clear)
}

/// What a list of rewrites makes of a text; none where that cannot be told, or is longer than
/// [`glob::LONGEST`](crate::vocab::glob::LONGEST): each may repeat what it matches. A text that an expression does not match stays.
pub(crate) fn rewritten(rewrites: &[(String, String)], text: &str) -> Option<String> {
    let mut text = text.to_owned();
    for (pattern, replacement) in rewrites {
        if !is_short(&text) || !is_short(replacement) {
            return None;
        }
        // `$1x` is group 1 and then an x, not a group of that name.
        let braced = compiled(r"\$(\d+)")?.replace_all(replacement, "$${$1}").into_owned();
        text = compiled(pattern)?.replace(&text, braced.as_str()).into_owned();
    }
    is_short(&text).then_some(text)
}
