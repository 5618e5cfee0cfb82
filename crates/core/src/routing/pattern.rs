//! Patterns: AWS's wildcards, and regular expressions as far as they can be told.

use std::cell::RefCell;
use std::collections::HashMap;

use regex_lite::{Regex, RegexBuilder};

/// The longest pattern that is looked into, and the longest text that is made from one, in characters.
/// AWS allows patterns of 128 characters.
pub(super) const LONGEST: usize = 512;
/// The largest compiled expression, in bytes. Expressions as people write them in rules take a few
/// thousand; matching takes time in proportion.
const LARGEST: usize = 64 << 10;
/// How many compiled expressions a thread keeps: those of a listener with as many rules as AWS allows.
const KEPT: usize = 1_024;
/// What collection writes before the hash of a value that may be a secret.
const HASH: &str = "sha256:";

/// Whether a text matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Match {
    /// Certainly.
    Yes,
    /// Certainly not.
    No,
    /// It cannot be told.
    Maybe,
}

impl Match {
    /// Both are needed.
    pub(super) fn and(self, other: Match) -> Match {
        match (self, other) {
            (Match::No, _) | (_, Match::No) => Match::No,
            (Match::Yes, Match::Yes) => Match::Yes,
            _ => Match::Maybe,
        }
    }

    /// Whether it is as certain as this.
    pub(super) fn is_at_least(self, least: Match) -> bool {
        match least {
            Match::No => true,
            Match::Maybe => self != Match::No,
            Match::Yes => self == Match::Yes,
        }
    }

    /// One match is enough.
    pub(super) fn any(all: impl IntoIterator<Item = Match>) -> Match {
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
pub(super) fn is_hidden(value: &str) -> bool {
    value.starts_with(HASH)
}

/// Whether every text that the inner pattern matches is matched by the outer one: `/api*` covers
/// `/api/v2/*`. One character of the outer cannot stand for a star of the inner.
pub(super) fn covers(outer: &str, inner: &str) -> bool {
    walk(outer, inner, |c| c != '*')
}

/// Whether a text matches a pattern: `*` stands for any characters, `?` for one.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    walk(pattern, text, |_| true)
}

fn walk(pattern: &str, text: &str, one: impl Fn(char) -> bool) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' && one(text[t]) || *c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((at, from)) = star else { return false };
                star = Some((at, from + 1));
                p = at + 1;
                t = from + 1;
            }
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// A text that two patterns match, a short one; none when no text is in both.
pub(super) fn common(one: &str, other: &str) -> Option<String> {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len() > LONGEST || other.len() > LONGEST {
        return None;
    }
    let mut search = Search { seen: vec![false; (one.len() + 1) * (other.len() + 1)], one, other };
    let mut text = String::new();
    search.from(0, 0, &mut text).then_some(text).filter(|text| is_short(text))
}

/// Whether a text that was made is no longer than is of use.
pub(super) fn is_short(text: &str) -> bool {
    text.len() <= LONGEST || text.chars().nth(LONGEST).is_none()
}

/// Two patterns, and the places in both from which no common text was found.
struct Search {
    one: Vec<char>,
    other: Vec<char>,
    seen: Vec<bool>,
}

impl Search {
    fn from(&mut self, i: usize, j: usize, text: &mut String) -> bool {
        let place = i * (self.other.len() + 1) + j;
        if std::mem::replace(&mut self.seen[place], true) {
            return false;
        }
        match (self.one.get(i).copied(), self.other.get(j).copied()) {
            (None, None) => true,
            (Some('*'), right) => {
                self.from(i + 1, j, text)
                    || right.is_some_and(|c| c != '*' && self.step(c, (i, j + 1), text))
            }
            (left, Some('*')) => {
                self.from(i, j + 1, text) || left.is_some_and(|c| self.step(c, (i + 1, j), text))
            }
            (Some('?'), Some(c)) | (Some(c), Some('?')) => self.step(c, (i + 1, j + 1), text),
            (Some(a), Some(b)) => a == b && self.step(a, (i + 1, j + 1), text),
            _ => false,
        }
    }

    fn step(&mut self, c: char, (i, j): (usize, usize), text: &mut String) -> bool {
        let before = text.len();
        text.push(if c == '?' { 'x' } else { c });
        let found = self.from(i, j, text);
        if !found {
            text.truncate(before);
        }
        found
    }
}

/// Whether a regular expression matches a text. AWS does not say whether it has to match all of it: where
/// that makes a difference, and where the expression is not understood, it may.
pub(super) fn regex(pattern: &str, text: &str, fold: bool) -> Match {
    if is_hidden(pattern) {
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

/// What every text begins with that a pattern matches.
pub(super) fn beginning(pattern: &str) -> &str {
    pattern.split(['*', '?']).next().unwrap_or_default()
}

/// What every text begins with that a regular expression matches.
pub(super) fn regex_beginning(pattern: &str) -> &str {
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
pub(super) fn is_clear(rewrites: &[(String, String)]) -> bool {
    let clear = |(pattern, _): &(String, String)| compiled(pattern, false).is_some();
    !rewrites.is_empty() && rewrites.iter().all(clear)
}

/// What a list of rewrites makes of a text; none where that cannot be told, or is longer than
/// [`LONGEST`]: each may repeat what it matches. A text that an expression does not match stays.
pub(super) fn rewritten(rewrites: &[(String, String)], text: &str) -> Option<String> {
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
