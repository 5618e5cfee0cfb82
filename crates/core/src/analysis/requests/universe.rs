//! What the parts of a request may be at all.

use std::rc::Rc;

use super::asked::Field;
use super::machine::{Builder, Bytes, END, Machine};
use super::pattern::BETWEEN;

thread_local! {
    static ALL: [Rc<Machine>; 5] =
        [host(), path(), method(), header(), parameter()].map(|machine| Rc::new(machine.unwrap_or_else(nothing)));
}

/// Every text that a field may be, or one of its values. Where case does not matter, in small letters.
pub(super) fn of(field: &Field) -> Rc<Machine> {
    let number = match field {
        Field::Host | Field::Source => 0,
        Field::Path => 1,
        Field::Method => 2,
        Field::Header(_) => 3,
        Field::Query => 4,
    };
    ALL.with(|all| all[number].clone())
}

/// Whatever can be seen, and what is veiled.
fn visible() -> Bytes {
    Bytes::range(b'!', u8::MAX).but(Bytes::one(0x7f))
}

fn small(but: &[u8]) -> Bytes {
    visible().but(Bytes::range(b'A', b'Z')).but(Bytes::of(but))
}

/// A host is not empty.
fn host() -> Option<Machine> {
    some(small(b"?#"))
}

fn method() -> Option<Machine> {
    some(visible())
}

fn some(bytes: Bytes) -> Option<Machine> {
    let mut builder = Builder::new();
    let rest = builder.many(bytes, END)?;
    let first = builder.step(bytes, rest)?;
    Some(builder.build(first))
}

/// A path begins with a slash, and ends where the query begins.
fn path() -> Option<Machine> {
    let mut builder = Builder::new();
    let rest = builder.many(visible().but(Bytes::of(b"?#")), END)?;
    let slash = builder.step(Bytes::one(b'/'), rest)?;
    Some(builder.build(slash).beginning_with(b"/".to_vec()))
}

fn header() -> Option<Machine> {
    let mut builder = Builder::new();
    let rest = builder.many(small(b"").or(Bytes::one(b' ')), END)?;
    Some(builder.build(rest))
}

fn parameter() -> Option<Machine> {
    let mut builder = Builder::new();
    let value = builder.many(small(b"&#"), END)?;
    let between = builder.step(Bytes::one(BETWEEN), value)?;
    let name = builder.many(small(b"&#="), between)?;
    Some(builder.build(name))
}

/// Never: none of these is too large.
fn nothing() -> Machine {
    Builder::new().build(END)
}
