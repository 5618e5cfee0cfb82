//! AWS's wildcards: `*` stands for any characters, `?` for one.

/// The longest pattern that is looked into, and the longest text that is made from one, in characters.
/// AWS allows patterns of 128 characters.
pub(crate) const LONGEST: usize = 512;

/// Whether every text that the inner pattern matches is matched by the outer one: `/api*` covers
/// `/api/v2/*`. One character of the outer cannot stand for a star of the inner.
pub(crate) fn covers(outer: &str, inner: &str) -> bool {
    walk(outer, inner, |c| c != '*')
}

/// Whether a text matches a pattern: `*` stands for any characters, `?` for one.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
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
pub(crate) fn common(one: &str, other: &str) -> Option<String> {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len() > LONGEST || other.len() > LONGEST {
        return None;
    }
    let mut search = Search { seen: vec![false; (one.len() + 1) * (other.len() + 1)], one, other };
    let mut text = String::new();
    search.from(0, 0, &mut text).then_some(text).filter(|text| is_short(text))
}

/// Whether a text that was made is no longer than is of use.
pub(crate) fn is_short(text: &str) -> bool {
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
