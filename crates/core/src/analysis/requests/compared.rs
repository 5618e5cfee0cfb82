//! What a web ACL compares a part of a request with, as sets of texts.

use std::rc::Rc;

use super::asked::{Asked, Field, Set};
use super::machine::{Builder, Bytes, END, Machine};
use super::pattern::{BETWEEN, Part};
use super::regex;

/// Signs that no transformation which is known takes for more than they are, two in a row aside.
const PLAIN: &[u8] = b"/-_.";

/// What may stand beside a text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beside {
    /// Nothing: it begins there, or ends.
    Nothing,
    /// Whatever.
    Anything,
    /// Nothing, or no letter, digit or underscore next to it.
    NoWord,
}

/// What a text has to be like.
pub(crate) enum Pattern<'a> {
    /// This text is in it, with that before and behind.
    Text(&'a str, [Beside; 2]),
    /// This regular expression finds something.
    Regex(&'a str),
    /// Whether it may have so many bytes, from none on, and whether more; none where that depends.
    Sizes(Vec<bool>, Option<bool>),
    /// Nobody tells.
    Unknown,
}

/// What becomes of a text before it is compared.
#[derive(Clone, Copy)]
pub(crate) struct Seen {
    /// It is turned to lower case.
    pub(crate) lowered: bool,
    /// A text that is not plain becomes another one.
    pub(crate) decoded: bool,
}

impl Asked {
    /// That a part of a request, or one of its values, is like this: of a query one whose parameter has this
    /// name, or any. The question stands for what cannot be told of it.
    pub(crate) fn compared(
        (field, name): (Field, Option<&str>),
        pattern: &Pattern,
        seen: Seen,
        question: &str,
    ) -> Option<Self> {
        let (whole, part) = sets(pattern, seen)?;
        let named = |machine: Machine| match field {
            Field::Query => of_parameter(name, &machine),
            _ => Some(machine),
        };
        let part = match part {
            Some(part) => Some(Part {
                texts: Rc::new(named(part)?),
                question: question.into(),
                is_veiled: false,
            }),
            None => None,
        };
        let whole = Set::Texts(Rc::new(named(whole)?));
        Some(Asked::Of { field, whole, parts: part.into_iter().collect() })
    }

    /// That a request has something, whatever that is.
    pub(crate) fn has(what: &str) -> Option<Self> {
        let whole = Set::Texts(Rc::new(anything()?));
        Some(Asked::Of { field: Field::Other(what.into()), whole, parts: Rc::new([]) })
    }
}

/// What is certainly like a pattern, and what may be.
fn sets(pattern: &Pattern, seen: Seen) -> Option<(Machine, Option<Machine>)> {
    let (whole, part) = match pattern {
        Pattern::Text(text, beside) => (with_text(text.as_bytes(), *beside)?, None),
        Pattern::Regex(regex) => match regex::found(regex) {
            Some(found) => (found, None),
            None => (nothing()?, Some(anything()?)),
        },
        Pattern::Sizes(short, Some(more)) => (of_size(short, *more)?, None),
        Pattern::Sizes(short, None) => {
            let longer = of_size(&vec![false; short.len()], true)?;
            (of_size(short, false)?, Some(longer))
        }
        Pattern::Unknown => (nothing()?, Some(anything()?)),
    };
    let whole = if seen.lowered { whole.folded() } else { whole };
    if part.is_some() || !seen.decoded {
        return Some((whole, part));
    }
    let strange = strange()?;
    match whole.but(&strange) {
        Some(plain) => Some((plain, Some(strange))),
        None => Some((nothing()?, Some(anything()?))),
    }
}

fn nothing() -> Option<Machine> {
    Machine::words(Vec::new())
}

fn anything() -> Option<Machine> {
    let mut builder = Builder::new();
    let start = builder.many(Bytes::ALL, END)?;
    Some(builder.build(start))
}

fn letters_and_digits() -> Bytes {
    Bytes::range(b'0', b'9').or(Bytes::range(b'a', b'z')).or(Bytes::range(b'A', b'Z'))
}

fn with_text(text: &[u8], [before, behind]: [Beside; 2]) -> Option<Machine> {
    let mut builder = Builder::new();
    let no_word = Bytes::ALL.but(letters_and_digits().or(Bytes::one(b'_')));
    let mut next = END;
    if behind != Beside::Nothing {
        next = builder.many(Bytes::ALL, next)?;
    }
    if behind == Beside::NoWord {
        let apart = builder.step(no_word, next)?;
        next = builder.fork(vec![apart, END])?;
    }
    let bare = builder.text(text, next)?;
    let start = match before {
        Beside::Nothing => bare,
        Beside::Anything => builder.many(Bytes::ALL, bare)?,
        Beside::NoWord => {
            let apart = builder.step(no_word, bare)?;
            let later = builder.many(Bytes::ALL, apart)?;
            builder.fork(vec![bare, later])?
        }
    };
    Some(builder.build(start))
}

fn of_size(short: &[bool], more: bool) -> Option<Machine> {
    let mut builder = Builder::new();
    let mut next = if more { builder.many(Bytes::ALL, END)? } else { builder.fork(Vec::new())? };
    for is_taken in short.iter().rev() {
        let longer = builder.step(Bytes::ALL, next)?;
        next = builder.fork(if *is_taken { vec![longer, END] } else { vec![longer] })?;
    }
    Some(builder.build(next))
}

/// The texts that are not plain.
fn strange() -> Option<Machine> {
    let mut builder = Builder::new();
    let rest = builder.many(Bytes::ALL, END)?;
    let sign = builder.step(Bytes::ALL.but(letters_and_digits().or(Bytes::of(PLAIN))), rest)?;
    let pairs =
        [builder.text(b"//", rest)?, builder.text(b"/.", rest)?, builder.text(b"..", rest)?];
    let any = builder.fork([vec![sign], pairs.to_vec()].concat())?;
    let start = builder.many(Bytes::ALL, any)?;
    Some(builder.build(start))
}

/// The parameters with such a value.
fn of_parameter(name: Option<&str>, value: &Machine) -> Option<Machine> {
    let mut builder = Builder::new();
    let value = builder.copy(value)?;
    let between = builder.step(Bytes::one(BETWEEN), value)?;
    let start = match name {
        Some(name) => builder.text(name.as_bytes(), between)?,
        None => builder.many(Bytes::ALL.but(Bytes::one(BETWEEN)), between)?,
    };
    Some(builder.build(start))
}
