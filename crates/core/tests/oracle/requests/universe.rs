//! Texts that stand for all texts of a field: one for every combination of the vocabulary's patterns that any text
//! meets.
//!
//! They are the states of the product of all patterns' automata, each with the shortest text that leads
//! there, over the letters of the patterns and one that stands for every other. So no text is missing for being
//! longer than somebody thought of: what none of these meets, no text meets.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::rc::Rc;
use std::sync::LazyLock;

use elb_audit_core::inventory::{Condition, ConditionField};

use super::evaluate::{self, Answer, Token, skipped, step, tokens};
use super::vocabulary;

/// A letter of no pattern.
const OTHER: char = 'z';

/// The texts of each field.
pub(crate) struct Texts {
    pub(crate) paths: Vec<String>,
    pub(crate) hosts: Vec<String>,
    pub(crate) methods: Vec<String>,
    pub(crate) headers: Vec<(&'static str, Vec<String>)>,
    pub(crate) pairs: Vec<(String, String)>,
}

pub(crate) static TEXTS: LazyLock<Texts> = LazyLock::new(|| {
    let regexes = vocabulary::REGEXES.iter().flat_map(|one| one.whole.iter().chain(one.part));
    let (paths, hosts): (Vec<&str>, Vec<&str>) =
        regexes.copied().partition(|one| one.contains('/'));
    let begins: Vec<String> =
        vocabulary::REWRITES.iter().map(|one| format!("{}*", one.prefix)).collect();
    let begins = begins.iter().map(String::as_str);
    let paths: Vec<&str> = vocabulary::PATHS.iter().copied().chain(paths).chain(begins).collect();
    let hosts: Vec<&str> = vocabulary::HOSTS.iter().copied().chain(hosts).collect();
    let headers = vocabulary::HEADERS.iter();
    let other = ["PURGE".to_owned()]; // any other one
    let mut found = Texts {
        paths: shortest(&plain(&paths, false, false), "/"),
        hosts: shortest(&plain(&hosts, true, false), ""),
        methods: vocabulary::METHODS.iter().map(|one| (*one).to_owned()).chain(other).collect(),
        headers: headers.map(|(name, values)| (*name, values_of(values))).collect(),
        pairs: pairs(),
    };
    // No host is empty; the shortest one that meets what the empty text does has a letter of no pattern.
    found.hosts.retain(|host| !host.is_empty());
    found.hosts.push(OTHER.to_string());
    found
});

fn plain(patterns: &[&str], folds: bool, escapes: bool) -> Vec<Vec<Token>> {
    let clear = patterns.iter().filter(|one| !one.starts_with("sha256"));
    let folded = clear.map(|one| if folds { one.to_lowercase() } else { (*one).to_owned() });
    let all: BTreeSet<String> = folded.collect();
    all.iter().map(|one| tokens(one, escapes)).collect()
}

/// Texts for values without case, hashes among them.
fn values_of(patterns: &[&str]) -> Vec<String> {
    let mut found = shortest(&plain(patterns, true, true), "");
    let hashes = patterns.iter().filter(|one| one.starts_with("sha256"));
    found.extend(hashes.map(|one| (*one).to_owned()));
    found
}

fn pairs() -> Vec<(String, String)> {
    let split = |one: &&'static str| one.split_once('=').unwrap_or(("*", one));
    let (keys, values): (Vec<&str>, Vec<&str>) = vocabulary::QUERIES.iter().map(split).unzip();
    let (keys, values) = (values_of(&keys), values_of(&values));
    let values: BTreeSet<&String> = values.iter().collect();
    let keys = keys.iter().filter(|key| !key.is_empty());
    keys.flat_map(|key| values.iter().map(move |own| (key.clone(), (*own).clone()))).collect()
}

/// The shortest text with this beginning for every set of the patterns that some text meets.
fn shortest(patterns: &[Vec<Token>], begins: &str) -> Vec<String> {
    let mut letters: BTreeSet<char> = [OTHER].into();
    letters.extend(patterns.iter().flatten().filter_map(|token| match token {
        Token::Letter(letter) => Some(*letter),
        Token::One | Token::Any => None,
    }));
    let moved = |state: &[u64], letter: char| -> Vec<u64> {
        let each = patterns.iter().zip(state);
        each.map(|(pattern, places)| step(pattern, *places, letter)).collect()
    };
    let mut first: Vec<u64> = patterns.iter().map(|pattern| skipped(pattern, 1)).collect();
    for letter in begins.chars() {
        first = moved(&first, letter);
    }
    let (mut seen, mut met) = (HashSet::from([first.clone()]), HashSet::new());
    let mut open = VecDeque::from([(first, begins.to_owned())]);
    let mut found = Vec::new();
    while let Some((state, text)) = open.pop_front() {
        let ends = patterns.iter().zip(&state);
        let ends: Vec<bool> =
            ends.map(|(pattern, places)| places & 1 << pattern.len() != 0).collect();
        if met.insert(ends) {
            found.push(text.clone());
        }
        for letter in &letters {
            let next = moved(&state, *letter);
            if seen.insert(next.clone()) {
                open.push_back((next, format!("{text}{letter}")));
            }
        }
    }
    found
}

/// A field, or a header of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Slot {
    Path,
    Method,
    Host,
    Header(usize),
    Query,
    Source,
}

impl Slot {
    /// The one that a condition is on.
    pub(crate) fn of(condition: &Condition) -> Slot {
        match condition.field {
            ConditionField::PathPattern => Slot::Path,
            ConditionField::HttpRequestMethod => Slot::Method,
            ConditionField::HostHeader => Slot::Host,
            ConditionField::QueryString => Slot::Query,
            ConditionField::SourceIp => Slot::Source,
            ConditionField::HttpHeader | ConditionField::Other(_) => {
                let name = condition.header.as_deref().unwrap_or_default();
                let known = vocabulary::HEADERS.iter();
                let mut places = known.map(|(own, _)| own.eq_ignore_ascii_case(name));
                Slot::Header(places.position(|is_it| is_it).expect("a header of the vocabulary"))
            }
        }
    }
}

/// A value on a field, and whether it is a regular expression.
type Value = (Slot, String, bool);

/// Which texts meet which values, found out once for each.
#[derive(Default)]
pub(crate) struct Known {
    answers: RefCell<HashMap<Value, Rc<Vec<Answer>>>>,
}

impl Known {
    /// What each text of a field answers to a condition. Not of addresses, which are no texts.
    pub(crate) fn answers(&self, slot: Slot, condition: &Condition) -> Vec<Answer> {
        let values = condition.values.iter().map(|one| (one, false));
        let all = values.chain(condition.regex_values.iter().map(|one| (one, true)));
        let mut found = vec![Answer::No; number(slot)];
        for (value, is_regex) in all {
            let own = self.of_value(slot, condition, (value, is_regex));
            for (answer, own) in found.iter_mut().zip(own.iter()) {
                *answer = answer.or(*own);
            }
        }
        found
    }

    fn of_value(
        &self,
        slot: Slot,
        condition: &Condition,
        (value, is_regex): (&str, bool),
    ) -> Rc<Vec<Answer>> {
        let key = (slot, value.to_owned(), is_regex);
        if let Some(known) = self.answers.borrow().get(&key) {
            return Rc::clone(known);
        }
        let (values, regexes) = if is_regex {
            (vec![], vec![value.to_owned()])
        } else {
            (vec![value.to_owned()], vec![])
        };
        let one = Condition { values, regex_values: regexes, ..condition.clone() };
        let text = |text: &String| evaluate::text(&one, text);
        let found: Vec<Answer> = match slot {
            Slot::Path => TEXTS.paths.iter().map(text).collect(),
            Slot::Method => TEXTS.methods.iter().map(text).collect(),
            Slot::Host => TEXTS.hosts.iter().map(text).collect(),
            Slot::Header(name) => TEXTS.headers[name].1.iter().map(text).collect(),
            Slot::Query => {
                let pair = |(key, own): &(String, String)| evaluate::pair(&one, (key, own));
                TEXTS.pairs.iter().map(pair).collect()
            }
            Slot::Source => Vec::new(),
        };
        let found = Rc::new(found);
        self.answers.borrow_mut().insert(key, Rc::clone(&found));
        found
    }
}

fn number(slot: Slot) -> usize {
    match slot {
        Slot::Path => TEXTS.paths.len(),
        Slot::Method => TEXTS.methods.len(),
        Slot::Host => TEXTS.hosts.len(),
        Slot::Header(name) => TEXTS.headers[name].1.len(),
        Slot::Query => TEXTS.pairs.len(),
        Slot::Source => 0,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use elb_audit_core::fixtures::sample;

    use super::{Answer, TEXTS, evaluate};
    use crate::requests::generate::Chance;
    use crate::requests::vocabulary::{HOSTS, PATHS};

    #[test]
    fn whatever_a_text_meets_one_of_the_texts_meets_too() {
        let mut chance = Chance(1);
        let fields = [
            (
                "path-pattern",
                PATHS,
                &TEXTS.paths,
                "/",
                &["/", "a", "b", "A", "z", "/static/", "/health"],
            ),
            ("host-header", HOSTS, &TEXTS.hosts, "", &["a", "b", ".", "example", ".com", "z", "m"]),
        ];
        for (field, values, texts, begins, parts) in fields {
            let one = |value: &&str| sample::condition(field, &[*value]);
            let conditions: Vec<_> = values.iter().map(one).collect();
            let met = |text: &str| -> Vec<bool> {
                conditions.iter().map(|own| evaluate::text(own, text) == Answer::Yes).collect()
            };
            let known: HashSet<Vec<bool>> = texts.iter().map(|text| met(text)).collect();
            for _ in 0..2_000 {
                let more = (0..=chance.below(9)).map(|_| *chance.one(parts)).collect::<String>();
                let text = format!("{begins}{more}");
                assert!(known.contains(&met(&text)), "{text}");
            }
        }
    }
}
