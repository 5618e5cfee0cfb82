//! Regular expressions, as far as it can be told what they match.

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

/// Whether a text matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    /// Certainly.
    Yes,
    /// Certainly not.
    No,
    /// It cannot be told.
    Maybe,
}

impl Match {
    /// Both are needed.
    pub(crate) fn and(self, other: Match) -> Match {
        match (self, other) {
            (Match::No, _) | (_, Match::No) => Match::No,
            (Match::Yes, Match::Yes) => Match::Yes,
            _ => Match::Maybe,
        }
    }

    /// Whether it is as certain as this.
    pub(crate) fn is_at_least(self, least: Match) -> bool {
        match least {
            Match::No => true,
            Match::Maybe => self != Match::No,
            Match::Yes => self == Match::Yes,
        }
    }

    /// One match is enough.
    pub(crate) fn any(all: impl IntoIterator<Item = Match>) -> Match {
        let mut found = Match::No;
        for one in all {
            match one {
                Match::Yes => return Match::Yes,
                Match::Maybe => found = Match::Maybe,
                Match::No => {}
            }
        }
        found
    }
}

/// Whether a value is kept as a hash alone.
pub(crate) fn is_hashed(value: &str) -> bool {
    digest::behind_mark(value).is_some()
}

/// Whether a regular expression matches a text. AWS does not say whether it has to match all of it: where
/// that makes a difference, and where the expression is not understood, it may.
pub(crate) fn regex(pattern: &str, text: &str, fold: bool) -> Match {
    if is_hashed(pattern) {
        return Match::Maybe;
    }
    let whole = format!("^(?:{pattern})$");
    match (compiled(pattern, fold), compiled(&whole, fold)) {
        (Some(part), _) if !part.is_match(text) => Match::No,
        (_, Some(whole)) if whole.is_match(text) => Match::Yes,
        _ => Match::Maybe,
    }
}

/// A compiled expression; none where it is not understood, or so large that matching would take long.
///
/// A rule's expressions are compared with many texts, one after the other: the last ones are kept.
fn compiled(pattern: &str, fold: bool) -> Option<Regex> {
    COMPILED.with_borrow_mut(|kept| {
        if let Some(known) = kept.get(&(pattern.to_owned(), fold)) {
            return known.clone();
        }
        if kept.len() >= KEPT {
            kept.clear();
        }
        let regex = compile(pattern, fold);
        kept.insert((pattern.to_owned(), fold), regex.clone());
        regex
    })
}

thread_local! {
    static COMPILED: RefCell<HashMap<(String, bool), Option<Regex>>> = RefCell::default();
}

fn compile(pattern: &str, fold: bool) -> Option<Regex> {
    let mut builder = RegexBuilder::new(pattern);
    builder.case_insensitive(fold).size_limit(LARGEST);
    builder.build().ok().filter(|_| is_short(pattern))
}

/// What every text begins with that a regular expression matches.
pub(crate) fn regex_beginning(pattern: &str) -> &str {
    let Some(anchored) = pattern.strip_prefix('^') else { return "" };
    if anchored.contains('|') {
        return "";
    }
    let special = |c: char| !(c.is_alphanumeric() || matches!(c, '/' | '-' | '_'));
    let end = anchored.find(special).unwrap_or(anchored.len());
    let plain = &anchored[..end];
    // The last letter may be optional: `^/apis?`.
    let optional = anchored[end..].starts_with(['?', '*', '{']);
    let cut = plain.char_indices().next_back().map_or(0, |(at, _)| at);
    if optional { &plain[..cut] } else { plain }
}

/// Whether it can be told what a list of rewrites does.
pub(crate) fn is_clear(rewrites: &[(String, String)]) -> bool {
    let clear = |(pattern, _): &(String, String)| compiled(pattern, false).is_some();
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
        let braced = compiled(r"\$(\d+)", false)?.replace_all(replacement, "$${$1}").into_owned();
        text = compiled(pattern, false)?.replace(&text, braced.as_str()).into_owned();
    }
    is_short(&text).then_some(text)
}
