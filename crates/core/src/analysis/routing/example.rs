//! A text that a regular expression takes, for expressions as people write them in rules.

use crate::vocab::glob::LONGEST;

/// How deep groups may stand in one another.
const DEEPEST: usize = 64;

/// A text as the expression takes it: `/api/x` for `^/api/.*$`. None for what is not understood, and where
/// it would have more than [`LONGEST`] characters: repetitions of repetitions multiply. To be compared
/// with the expression before it is used.
pub(crate) fn matching(pattern: &str) -> Option<String> {
    let mut writer = Writer { left: pattern.chars().collect::<Vec<_>>(), at: 0, depth: 0 };
    let text = writer.choice()?;
    (writer.at == writer.left.len()).then_some(text)
}

struct Writer {
    left: Vec<char>,
    at: usize,
    depth: usize,
}

impl Writer {
    fn peek(&self) -> Option<char> {
        self.left.get(self.at).copied()
    }

    fn take(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += 1;
        Some(next)
    }

    fn takes(&mut self, wanted: char) -> bool {
        let here = self.peek() == Some(wanted);
        self.at += usize::from(here);
        here
    }

    /// The first of several alternatives.
    fn choice(&mut self) -> Option<String> {
        let first = self.sequence()?;
        while self.takes('|') {
            self.sequence()?;
        }
        Some(first)
    }

    fn sequence(&mut self) -> Option<String> {
        let mut text = String::new();
        let mut length = 0;
        while self.peek().is_some_and(|c| !matches!(c, '|' | ')')) {
            let atom = self.atom()?;
            let times = self.times()?;
            length += atom.chars().count() * times;
            if length > LONGEST {
                return None;
            }
            text.push_str(&atom.repeat(times));
        }
        Some(text)
    }

    /// How often what was read is written: once where it may be.
    fn times(&mut self) -> Option<usize> {
        let times = match self.peek() {
            Some('*' | '+' | '?') => {
                self.at += 1;
                1
            }
            Some('{') => {
                self.at += 1;
                let mut least = 0;
                while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
                    least = (least * 10 + usize::try_from(digit).ok()?).min(LONGEST + 1);
                    self.at += 1;
                }
                while self.take()? != '}' {}
                least.max(1)
            }
            _ => return Some(1),
        };
        self.takes('?'); // as few as possible
        Some(times)
    }

    fn atom(&mut self) -> Option<String> {
        Some(match self.take()? {
            '(' => return self.group(),
            '[' => self.class()?.to_string(),
            '\\' => return self.escape(),
            '.' => "x".to_owned(),
            '^' | '$' => String::new(),
            other => other.to_string(),
        })
    }

    fn group(&mut self) -> Option<String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        if self.takes('?') {
            self.takes('P');
            match self.take()? {
                ':' => {}
                '<' => while self.take()? != '>' {},
                _ => return None,
            }
        }
        let text = self.choice()?;
        self.depth -= 1;
        self.takes(')').then_some(text)
    }

    /// A letter of a class.
    fn class(&mut self) -> Option<char> {
        let but = self.takes('^');
        let mut all = Vec::new();
        while self.peek() != Some(']') || all.is_empty() {
            match self.take()? {
                '\\' => all.extend(self.escape()?.chars()),
                other => all.push(other),
            }
        }
        self.at += 1;
        if but {
            return ['x', '1', '-', '/'].into_iter().find(|c| !all.contains(c));
        }
        all.first().copied()
    }

    fn escape(&mut self) -> Option<String> {
        Some(match self.take()? {
            'd' => "1".to_owned(),
            'w' | 'S' | 'D' => "x".to_owned(),
            's' => " ".to_owned(),
            'W' => "-".to_owned(),
            'b' | 'B' | 'A' | 'z' => String::new(),
            other => other.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::matching;
    use crate::analysis::requests::{Match, asked};
    use crate::inventory::Condition;

    #[test]
    fn an_example_is_one() {
        let usual = [
            "^/api/.*$",
            "^/api/v[0-9]+/(users|orders)/[^/]+$",
            r"^/(?:img|css)/\w+\.(?P<ending>png|css)$",
            "/a{3}b?c*",
            r"^[\w-]+\.example\.com$",
            "(a|b)(c|(d|e))",
            "[]x]",
            "^$",
            "x*?y",
        ];
        for pattern in usual {
            let example = matching(pattern).unwrap_or_else(|| panic!("no example of {pattern}"));
            let condition = Condition {
                field: "path-pattern".into(),
                regex_values: vec![pattern.to_owned()],
                ..Condition::default()
            };
            let own = asked(&[condition]);
            assert_eq!(own[0].takes_text(example.as_bytes()), Match::Yes, "{pattern}: {example}");
        }
        for unexpected in ["(?=x)", "[a", "(a", "a)", "a{2", "a\\"] {
            assert_eq!(matching(unexpected), None, "{unexpected}");
        }
        assert_eq!(matching(&"(".repeat(100_000)), None);
    }
}
