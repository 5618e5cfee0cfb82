//! What the values of a condition take, as machines.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::machine::{Builder, Bytes, END, Machine};
use super::regex;
use crate::inventory::{Condition, ConditionField};
use crate::vocab::digest;
use crate::vocab::glob::is_short;

/// Stands between the name and the value of a parameter.
pub(super) const BETWEEN: u8 = 0;
/// Begins a text of which nothing is known but what it was made from: the hash of a secret, or an
/// expression that is not understood. No client can send it.
pub(crate) const VEILED: u8 = 0xff;
/// How many conditions a thread keeps as machines: those of a listener with as many rules as AWS allows.
const KEPT: usize = 4_096;
/// Most values whose texts are listed one by one.
const LISTED: usize = 64;

/// What a condition on texts takes.
#[derive(Clone)]
pub(super) struct Taken {
    /// Certainly.
    pub(super) whole: Rc<Machine>,
    /// Possibly.
    pub(super) parts: Rc<[Part]>,
}

/// What a condition may take beside what it certainly does.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// The texts.
    pub(super) texts: Rc<Machine>,
    /// The question on which it depends, the same for every condition that asks it.
    pub(super) question: Rc<str>,
    /// Whether it is a question of values that are kept as hashes.
    pub(super) is_veiled: bool,
}

/// What the values of a condition take; none where it has none, or more than can be compared. Kept, since a
/// rule is compared with many others.
pub(super) fn taken(condition: &Condition) -> Option<Taken> {
    KNOWN.with_borrow_mut(|known| {
        if let Some(taken) = known.get(condition) {
            return taken.clone();
        }
        if known.len() >= KEPT {
            known.clear();
        }
        let taken = build(condition);
        known.insert(condition.clone(), taken.clone());
        taken
    })
}

thread_local! {
    static KNOWN: RefCell<HashMap<Condition, Option<Taken>>> = RefCell::default();
}

fn build(condition: &Condition) -> Option<Taken> {
    if condition.values.is_empty() && condition.regex_values.is_empty() {
        return None;
    }
    let mut found = Values::default();
    for value in &condition.values {
        found.value(&condition.field, value)?;
    }
    for regex in &condition.regex_values {
        found.regex(&condition.field, regex)?;
    }
    let whole = union(&found.globs, &found.regexes)?;
    Some(Taken { whole: Rc::new(whole), parts: found.parts.into() })
}

/// What the values take, one after the other.
#[derive(Default)]
struct Values {
    globs: Vec<Glob>,
    regexes: Vec<Machine>,
    parts: Vec<Part>,
}

/// A wildcard, in steps.
type Glob = Vec<Step>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Byte(u8),
    /// `?`
    One,
    /// `*`
    Many,
}

impl Values {
    fn value(&mut self, field: &ConditionField, value: &str) -> Option<()> {
        if !is_short(value) {
            return None;
        }
        match field {
            ConditionField::QueryString => {
                let (key, value) = value.split_once('=').unwrap_or(("*", value));
                let mut key = wildcards(&key.to_lowercase(), true);
                key.push(Step::Byte(BETWEEN));
                self.secret(&key, value)?;
            }
            ConditionField::HttpHeader => self.secret(&[], value)?,
            ConditionField::HttpRequestMethod => {
                self.globs.push(value.bytes().map(Step::Byte).collect());
            }
            ConditionField::HostHeader => self.globs.push(wildcards(&value.to_lowercase(), false)),
            _ => self.globs.push(wildcards(value, false)),
        }
        Some(())
    }

    /// A value that may be kept as its hash, behind the name of its parameter.
    fn secret(&mut self, name: &[Step], value: &str) -> Option<()> {
        let named = |glob: Glob| [name, &glob].concat();
        if let Some(hash) = digest::behind_mark(value) {
            self.globs.push(named(veiled(hash)));
            if digest::is_pattern(value) {
                self.part(&named(vec![Step::Many]), value, false)?;
            }
            return Some(());
        }
        let folded = value.to_lowercase();
        let glob = wildcards(&folded, true);
        let is_word = glob.iter().all(|step| matches!(step, Step::Byte(_)));
        if !is_word && glob != [Step::Many] {
            self.part(&named(anything_veiled()), &folded, true)?;
        }
        self.globs.push(named(glob));
        Some(())
    }

    fn part(&mut self, glob: &Glob, question: &str, is_veiled: bool) -> Option<()> {
        let texts = Rc::new(union(std::slice::from_ref(glob), &[])?);
        self.parts.push(Part { texts, question: question.into(), is_veiled });
        Some(())
    }

    fn regex(&mut self, field: &ConditionField, regex: &str) -> Option<()> {
        let hash = digest::behind_mark(regex);
        let fold = *field != ConditionField::PathPattern;
        if let (None, Some(readings)) = (hash, regex::readings(regex, fold)) {
            self.regexes.push(readings.whole);
            self.parts.extend(readings.part.map(|texts| Part {
                texts: Rc::new(texts),
                question: regex.into(),
                is_veiled: false,
            }));
            if *field == ConditionField::HttpHeader {
                self.part(&anything_veiled(), regex, true)?;
            }
            return Some(());
        }
        let hash = hash.map_or_else(|| digest::short(regex), str::to_owned);
        let slash = (*field == ConditionField::PathPattern).then_some(Step::Byte(b'/'));
        self.globs.push(slash.into_iter().chain(veiled(&hash)).collect());
        self.part(&vec![Step::Many], regex, false)
    }
}

fn anything_veiled() -> Glob {
    vec![Step::Byte(VEILED), Step::Many]
}

fn veiled(hash: &str) -> Glob {
    std::iter::once(VEILED).chain(hash.bytes()).map(Step::Byte).collect()
}

/// AWS's wildcards. In headers and queries a backslash before one takes its meaning.
///
/// Source: Elastic Load Balancing API reference, `QueryStringConditionConfig`.
fn wildcards(pattern: &str, escapes: bool) -> Glob {
    let mut glob = Glob::new();
    let mut bytes = pattern.bytes().peekable();
    while let Some(byte) = bytes.next() {
        glob.push(match byte {
            b'\\' if escapes && matches!(bytes.peek(), Some(b'*' | b'?')) => {
                Step::Byte(bytes.next().unwrap_or(byte))
            }
            b'*' if glob.last() == Some(&Step::Many) => continue,
            b'*' => Step::Many,
            b'?' => Step::One,
            other => Step::Byte(other),
        });
    }
    glob
}

/// The texts that any of these takes.
fn union(globs: &[Glob], regexes: &[Machine]) -> Option<Machine> {
    let words: Option<Vec<Vec<u8>>> = globs.iter().map(word).collect();
    if let Some(words) = words.filter(|words| regexes.is_empty() && words.len() <= LISTED) {
        return Machine::words(words);
    }
    let mut builder = Builder::new();
    let mut starts = Vec::new();
    for glob in globs {
        starts.push(glob.iter().rev().try_fold(END, |next, step| add(&mut builder, *step, next))?);
    }
    for regex in regexes {
        starts.push(builder.copy(regex)?);
    }
    let start = builder.fork(starts)?;
    let machine = builder.build(start);
    let plain = |glob: &Glob| -> Vec<u8> { glob.iter().map_while(|step| byte(*step)).collect() };
    let prefixes = globs.iter().map(plain).chain(regexes.iter().map(|_| Vec::new()));
    Some(machine.beginning_with(super::machine::common_prefix(&prefixes.collect::<Vec<_>>())))
}

fn byte(step: Step) -> Option<u8> {
    match step {
        Step::Byte(byte) => Some(byte),
        Step::One | Step::Many => None,
    }
}

fn word(glob: &Glob) -> Option<Vec<u8>> {
    glob.iter().map(|step| byte(*step)).collect()
}

/// One step of a wildcard. Within a parameter none goes over the border between name and value, unless it is
/// the last.
fn add(builder: &mut Builder, step: Step, next: usize) -> Option<usize> {
    match step {
        Step::Byte(byte) => builder.step(Bytes::one(byte), next),
        Step::One => builder.step(Bytes::ALL.but(Bytes::one(BETWEEN)), next),
        Step::Many if next == END => builder.many(Bytes::ALL, next),
        Step::Many => builder.many(Bytes::ALL.but(Bytes::one(BETWEEN)), next),
    }
}
