//! What the parts of a request may be at all.

use std::rc::Rc;

use super::asked::Field;
use super::machine::{Builder, Bytes, END, Machine};
use super::pattern::BETWEEN;

thread_local! {
    static ALL: [Rc<Machine>; 10] = {
        let (small, all) = (small(), visible());
        let folded = [some(small.but(Bytes::of(b"?#"))), header(small), parameter(small), some(all)];
        let cased = [some(name()), header(all), parameter(all), some(token())];
        let same = [path(), query()];
        let mut all = folded.into_iter().chain(cased).chain(same);
        std::array::from_fn(|_| Rc::new(all.next().flatten().unwrap_or_else(nothing)))
    };
}

/// Every text that a field may be, or one of its values. Where case does not matter, in lower case.
pub(super) fn of(field: &Field, is_cased: bool) -> Rc<Machine> {
    let cased = if is_cased { 4 } else { 0 };
    let number = match field {
        Field::Host | Field::Source => cased,
        Field::Header(_) | Field::Other(_) => cased + 1,
        Field::Query => cased + 2,
        Field::Method => cased + 3,
        Field::Path => 8,
        Field::QueryText => 9,
    };
    ALL.with(|all| all[number].clone())
}

/// Whatever can be seen, and what is veiled.
fn visible() -> Bytes {
    Bytes::range(b'!', u8::MAX).but(Bytes::one(0x7f))
}

fn small() -> Bytes {
    visible().but(Bytes::range(b'A', b'Z'))
}

fn letters_and_digits() -> Bytes {
    Bytes::range(b'0', b'9').or(Bytes::range(b'A', b'Z')).or(Bytes::range(b'a', b'z'))
}

/// What a method is made of (RFC 9110, 5.6.2). A listener's condition may have a wildcard there.
fn token() -> Bytes {
    letters_and_digits().or(Bytes::of(b"!#$%&'*+-.^_`|~"))
}

/// What a host with its port is made of (RFC 9110, 7.2; RFC 3986, 3.2.2), and what no standard allows.
fn name() -> Bytes {
    letters_and_digits().or(Bytes::of(b"-._~%!$&'()*+,;=:[]")).or(Bytes::range(0x80, u8::MAX))
}

/// A host and a method are not empty.
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

fn header(bytes: Bytes) -> Option<Machine> {
    let mut builder = Builder::new();
    let rest = builder.many(bytes.or(Bytes::one(b' ')), END)?;
    Some(builder.build(rest))
}

/// Its name in lower case: nobody tells them apart.
fn parameter(bytes: Bytes) -> Option<Machine> {
    let mut builder = Builder::new();
    let value = builder.many(bytes.but(Bytes::of(b"&#")), END)?;
    let between = builder.step(Bytes::one(BETWEEN), value)?;
    let name = builder.many(small().but(Bytes::of(b"&#=")), between)?;
    Some(builder.build(name))
}

fn query() -> Option<Machine> {
    let mut builder = Builder::new();
    let all = builder.many(visible().but(Bytes::one(b'#')), END)?;
    Some(builder.build(all))
}

/// Never: none of these is too large.
fn nothing() -> Machine {
    Builder::new().build(END)
}
