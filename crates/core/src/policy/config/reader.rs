//! TOML with the line of everything in it. Faults are gathered on the way, so that whoever reads on need
//! not care; the first in the file is told.

use std::cell::RefCell;
use std::fmt::Display;
use std::ops::RangeInclusive;

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Error;
use crate::policy::selection::closest;

/// A text being read, and what is wrong with it.
pub(super) struct Reader<'a> {
    text: &'a str,
    faults: RefCell<Vec<(usize, String)>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Reader { text, faults: RefCell::default() }
    }

    /// The whole text as a table.
    pub(super) fn document(&self) -> Result<Table<'a, '_>, Error> {
        let parsed = DeTable::parse(self.text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let message = error.message().lines().collect::<Vec<_>>().join(": ");
            self.error(at, format!("not TOML: {message}"))
        })?;
        let at = parsed.span().start;
        Ok(Table { reader: self, at, name: "the file".to_owned(), fields: parsed.into_inner() })
    }

    /// The first fault, if there is one.
    pub(super) fn done(&self) -> Result<(), Error> {
        let faults = self.faults.borrow();
        let first = faults.iter().min_by_key(|(at, _)| *at);
        first.map_or(Ok(()), |(at, message)| Err(self.error(*at, message.clone())))
    }

    fn error(&self, at: usize, message: String) -> Error {
        let before = self.text.as_bytes().iter().take(at);
        Error { line: 1 + before.filter(|byte| **byte == b'\n').count(), message }
    }

    fn fault(&self, at: usize, message: String) {
        self.faults.borrow_mut().push((at, message));
    }
}

/// A table of the file.
pub(super) struct Table<'a, 'r> {
    reader: &'r Reader<'a>,
    at: usize,
    name: String,
    fields: DeTable<'a>,
}

impl<'a, 'r> Table<'a, 'r> {
    /// Every other key is a fault.
    pub(super) fn knows(&self, keys: &[&str]) {
        for key in self.fields.keys() {
            let name = key.get_ref().as_ref();
            if keys.contains(&name) {
                continue;
            }
            let said = match closest(name, keys.iter().copied()) {
                Some(meant) => format!("unknown key `{name}`: did you mean `{meant}`?"),
                None => format!("unknown key `{name}`: {} has {}", self.name, keys.join(", ")),
            };
            self.reader.fault(key.span().start, said);
        }
    }

    /// The value of a key, if there is one.
    pub(super) fn value(&self, key: &str) -> Option<Value<'a, 'r>> {
        let value = self.fields.get(key)?;
        Some(Value { reader: self.reader, key: key.to_owned(), held: value.clone() })
    }

    /// The value of a key without which the table means nothing.
    pub(super) fn needed(&self, key: &str) -> Option<Value<'a, 'r>> {
        let value = self.value(key);
        if value.is_none() {
            self.reader.fault(self.at, format!("{} has no `{key}`: it is required", self.name));
        }
        value
    }

    /// The table under a key.
    pub(super) fn table(&self, key: &str) -> Option<Table<'a, 'r>> {
        let Value { reader, held, .. } = self.value(key)?;
        let at = held.span().start;
        if let DeValue::Table(fields) = held.into_inner() {
            return Some(Table { reader, at, name: format!("[{key}]"), fields });
        }
        reader.fault(at, format!("`{key}` is a table: write [{key}]"));
        None
    }

    /// The tables under a key.
    pub(super) fn tables(&self, key: &str) -> Vec<Table<'a, 'r>> {
        let Some(Value { reader, held, .. }) = self.value(key) else { return Vec::new() };
        let at = held.span().start;
        let mut tables = Vec::new();
        if let DeValue::Array(items) = held.into_inner() {
            for item in items {
                let at = item.span().start;
                if let DeValue::Table(fields) = item.into_inner() {
                    tables.push(Table { reader, at, name: format!("[[{key}]]"), fields });
                } else {
                    reader.fault(at, format!("`{key}` holds tables: write [[{key}]]"));
                }
            }
        } else {
            reader.fault(at, format!("`{key}` is a list of tables: write [[{key}]]"));
        }
        tables
    }

    /// The keys and values of the table under a key.
    pub(super) fn entries(&self, key: &str) -> Vec<(Value<'a, 'r>, Value<'a, 'r>)> {
        let Some(Table { reader, fields, .. }) = self.table(key) else { return Vec::new() };
        let entry = |(key, value): (Spanned<_>, Spanned<DeValue<'a>>)| {
            let name = Spanned::new(key.span(), DeValue::String(key.into_inner()));
            let text = name.get_ref().as_str().unwrap_or_default().to_owned();
            let key = Value { reader, key: text.clone(), held: name };
            (key, Value { reader, key: text, held: value })
        };
        fields.into_iter().map(entry).collect()
    }

    /// The values of the list under a key.
    pub(super) fn list(&self, key: &str) -> Vec<Value<'a, 'r>> {
        let Some(Value { reader, held, .. }) = self.value(key) else { return Vec::new() };
        let at = held.span().start;
        if let DeValue::Array(items) = held.into_inner() {
            let item = |held| Value { reader, key: key.to_owned(), held };
            return items.into_iter().map(item).collect();
        }
        reader.fault(at, format!("`{key}` is a list: write it in [ ]"));
        Vec::new()
    }
}

/// A value of the file.
pub(super) struct Value<'a, 'r> {
    reader: &'r Reader<'a>,
    key: String,
    held: Spanned<DeValue<'a>>,
}

impl Value<'_, '_> {
    /// Says what is wrong with it.
    pub(super) fn is_wrong(&self, message: String) {
        self.reader.fault(self.held.span().start, message);
    }

    fn text(&self) -> Option<&str> {
        let text = self.held.get_ref().as_str();
        if text.is_none() {
            self.is_wrong(format!("`{}` takes text: write it in quotes", self.key));
        }
        text
    }

    /// What the text means; what `understand` says against it is a fault.
    pub(super) fn understood<T, E: Display>(
        &self,
        understand: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        understand(self.text()?)
            .map_err(|error| {
                let said = error.to_string();
                let named = said.contains('`');
                self.is_wrong(if named { said } else { format!("`{}`: {said}", self.key) });
            })
            .ok()
    }

    /// One of these words.
    pub(super) fn one_of<T: Copy>(&self, words: &[(&str, T)]) -> Option<T> {
        let text = self.text()?;
        let found = words.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.is_wrong(format!("`{}` is {}, not `{text}`", self.key, all.join(", ")));
        }
        found.map(|(_, meaning)| *meaning)
    }

    /// A whole number in this range.
    pub(super) fn number(&self, range: &RangeInclusive<u64>) -> Option<u64> {
        let number = match self.held.get_ref() {
            DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            let (least, most) = (range.start(), range.end());
            self.is_wrong(format!("`{}` takes a whole number from {least} to {most}", self.key));
        }
        number
    }

    /// A day: TOML's own, or the same in quotes.
    pub(super) fn date(&self) -> Option<Date> {
        let text = match self.held.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(day) => day.to_string(),
            _ => String::new(),
        };
        let day = (text.len() == 10).then(|| text.parse().ok()).flatten();
        if day.is_none() {
            self.is_wrong(format!("`{}` takes a date: write it as 2027-01-31", self.key));
        }
        day
    }
}
