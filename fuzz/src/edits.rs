//! Edits of JSON documents that keep them documents: a mutator of bytes alone seldom gets past the reader.

use libfuzzer_sys::fuzzer_mutate;
use serde_json::{Map, Number, Value};

use crate::choices::Choices;

/// Changes a document in place, as `fuzz_mutator!` wants it; the new length.
pub fn mutate(data: &mut [u8], size: usize, longest: usize, seed: u32) -> usize {
    let mut choices = Choices::of_seed(seed);
    let document = serde_json::from_slice(&data[..size]).ok().filter(|_| choices.below(8) > 0);
    let Some(mut document) = document else { return fuzzer_mutate(data, size, longest) };
    for _ in 0..=choices.below(4) {
        edit(&mut document, &mut choices);
    }
    match serde_json::to_vec(&document) {
        Ok(bytes) if bytes.len() <= longest => {
            data[..bytes.len()].copy_from_slice(&bytes);
            bytes.len()
        }
        _ => fuzzer_mutate(data, size, longest),
    }
}

/// Makes one edit.
pub(crate) fn edit(document: &mut Value, choices: &mut Choices) {
    let nodes = count(document);
    let donor = nth(document, &mut choices.below(nodes)).cloned().unwrap_or_default();
    let namesake = namesake(document, choices);
    let Some(node) = nth(document, &mut choices.below(nodes)) else { return };
    match (choices.below(8), &mut *node) {
        (0, Value::Object(fields)) => {
            let key = fields.keys().nth(choices.below(fields.len())).cloned();
            key.and_then(|key| fields.remove(&key));
        }
        (1, Value::Object(fields)) => rename(fields, &donor, choices),
        (0, Value::Array(items)) if !items.is_empty() => {
            items.remove(choices.below(items.len()));
        }
        (1 | 2, Value::Array(items)) if !items.is_empty() => {
            let (item, at) = (choices.one(items).clone(), choices.below(items.len()));
            for _ in 0..=choices.below(3) {
                items.insert(at, item.clone());
            }
        }
        (3, node) => *node = donor,
        (4, node) => *node = Value::Null,
        // The scalars are most of a document, and the fields most of what it says.
        (_, Value::String(text)) => *text = other_text(text, choices),
        (_, Value::Number(number)) => *number = other_number(number, choices),
        (_, Value::Bool(is)) => *is = !*is,
        (_, node) => {
            if let Some(value) = namesake {
                *node = value;
            }
        }
    }
}

/// How many values there are in a document.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum(),
        _ => 0,
    }
}

/// The value with this number, counted from the root.
fn nth<'a>(value: &'a mut Value, left: &mut usize) -> Option<&'a mut Value> {
    if *left == 0 {
        return Some(value);
    }
    *left -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| nth(item, left)),
        Value::Object(fields) => fields.values_mut().find_map(|item| nth(item, left)),
        _ => None,
    }
}

/// Puts the value of one field into another of the same name, and gives what that one had.
fn namesake(document: &mut Value, choices: &mut Choices) -> Option<Value> {
    let mut fields = Vec::new();
    named(document, &mut fields);
    let (name, value) = fields.get(choices.below(fields.len()))?.clone();
    let same: Vec<&Value> =
        fields.iter().filter(|(other, _)| *other == name).map(|(_, value)| value).collect();
    let other = (*choices.one(&same)).clone();
    replace(document, &name, &value, &other);
    Some(value)
}

fn named(value: &Value, into: &mut Vec<(String, Value)>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| named(item, into)),
        Value::Object(fields) => {
            for (name, value) in fields {
                into.push((name.clone(), value.clone()));
                named(value, into);
            }
        }
        _ => {}
    }
}

/// Replaces the first such field; whether there was one.
fn replace(document: &mut Value, name: &str, old: &Value, new: &Value) -> bool {
    match document {
        Value::Array(items) => items.iter_mut().any(|item| replace(item, name, old, new)),
        Value::Object(fields) => {
            if let Some(value) = fields.get_mut(name).filter(|value| *value == old) {
                *value = new.clone();
                return true;
            }
            fields.values_mut().any(|item| replace(item, name, old, new))
        }
        _ => false,
    }
}

/// Gives a field another name: maps have names of resources for keys.
fn rename(fields: &mut Map<String, Value>, donor: &Value, choices: &mut Choices) {
    let Some(key) = fields.keys().nth(choices.below(fields.len())).cloned() else { return };
    let name = donor.as_str().map_or_else(|| other_text(&key, choices), str::to_owned);
    if let Some(value) = fields.remove(&key) {
        fields.insert(name, value);
    }
}

/// Another text: one that means something to somebody, or this one with a slip in it.
pub(crate) fn other_text(text: &str, choices: &mut Choices) -> String {
    match choices.below(4) {
        0 => (*choices.one(TEXTS)).to_owned(),
        1 => format!("{text}{}", choices.one(TEXTS)),
        _ => {
            let mut bytes = text.as_bytes().to_vec();
            let size = bytes.len();
            bytes.resize(size + 16, 0);
            let (longest, size) = (bytes.len(), size);
            let size = fuzzer_mutate(&mut bytes, size, longest);
            String::from_utf8_lossy(&bytes[..size.min(longest)]).into_owned()
        }
    }
}

/// Another number: one at the edge of something, or one beside this.
fn other_number(number: &Number, choices: &mut Choices) -> Number {
    match number.as_i64().filter(|_| choices.coin()) {
        Some(number) => number.wrapping_add(*choices.one(&[-1, 1, 86_400])).into(),
        None => (*choices.one(NUMBERS)).into(),
    }
}

const NUMBERS: &[i64] = &[
    0,
    1,
    -1,
    80,
    443,
    32_768,
    65_535,
    65_536,
    i32::MAX as i64,
    i32::MIN as i64,
    u32::MAX as i64,
    253_402_207_200,
    i64::MAX,
    i64::MIN,
];

const TEXTS: &[&str] = &[
    "",
    " ",
    "*",
    "?",
    "/*",
    "0",
    "-1",
    "999999999999999999999",
    "true",
    "HTTP",
    "HTTPS",
    "TCP_UDP",
    "forward",
    "redirect",
    "internal",
    "internet-facing",
    "application",
    "classic",
    "gateway",
    "network",
    "active",
    "#{host}",
    "/#{path}",
    "0.0.0.0/0",
    "10.0.0.0/8",
    "255.255.255.255/32",
    "0.0.0.0/1",
    "::/0",
    "::ffff:0.0.0.0/96",
    "2001:db8::/32",
    "pl-1",
    "sg-1",
    "111122223333",
    "eu-west-1",
    "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/web/50dc6c495c0c9188",
    "arn:aws:acm:eu-west-1:111122223333:certificate/web",
    "arn:::::",
    "9999-12-30T22:00:00.999999999Z",
    "-009999-01-02T01:59:59Z",
    "1970-01-01T00:00:00Z",
    "2026-02-30T00:00:00Z",
    "max-age=99999999999999999999; includeSubDomains",
    "(a+)+$",
    "^(?:[^/]*/){0,255}$",
    "[[:alpha:]-\u{7f}]",
    "\u{1b}[31m",
    "\u{202e}txt",
    "\u{2028}",
    "\r\n::error::",
    "`|\n# <b>",
    "]]>&#0;",
    "=cmd()",
    "\u{fffd}\u{10ffff}",
    "xn--a.example.com",
    "*.example.com",
    "ß.İ",
    "<!channel>",
];
