//! What a call sent below a name: structures, lists and plain values of form parameters.

use std::str::FromStr;

use super::{Call, Protocol};
use crate::answer::Refusal;

/// What was sent below a name; the call as a whole is below the empty one.
#[derive(Clone)]
pub(crate) struct Sent<'a> {
    call: &'a Call,
    path: String,
}

impl Call {
    /// All that was sent.
    pub(crate) fn sent(&self) -> Sent<'_> {
        Sent { call: self, path: String::new() }
    }
}

impl<'a> Sent<'a> {
    fn below(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// The structure of this name.
    pub(crate) fn at(&self, name: &str) -> Sent<'a> {
        Sent { call: self.call, path: self.below(name) }
    }

    /// Whether anything was sent under this name, be it an empty list.
    pub(crate) fn has(&self, name: &str) -> bool {
        let (path, inside) = (self.below(name), format!("{}.", self.below(name)));
        self.call.parameters.keys().any(|key| *key == path || key.starts_with(&inside))
    }

    /// The structure of this name, if any of it was sent.
    pub(crate) fn maybe(&self, name: &str) -> Option<Sent<'a>> {
        self.has(name).then(|| self.at(name))
    }

    /// The structure of this name, which has to be there.
    pub(crate) fn needed(&self, name: &str) -> Result<Sent<'a>, Refusal> {
        self.maybe(name).ok_or_else(|| self.missing(name))
    }

    /// A plain value.
    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        self.call.get(&self.below(name))
    }

    /// A plain value as a text of its own.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    /// A plain value that has to be there.
    pub(crate) fn required(&self, name: &str) -> Result<&'a str, Refusal> {
        self.get(name).filter(|value| !value.is_empty()).ok_or_else(|| self.missing(name))
    }

    /// A truth value.
    pub(crate) fn truth(&self, name: &str) -> Result<Option<bool>, Refusal> {
        self.parsed(name)
    }

    /// A number, or another value that has a form.
    pub(crate) fn parsed<T: FromStr>(&self, name: &str) -> Result<Option<T>, Refusal> {
        let Some(text) = self.get(name) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| self.wrong(name))
    }

    /// One of these words.
    pub(crate) fn word(&self, name: &str, words: &[&str]) -> Result<Option<&'a str>, Refusal> {
        match self.get(name) {
            Some(text) if !words.contains(&text) => Err(self.wrong(name)),
            found => Ok(found),
        }
    }

    /// A list of structures.
    pub(crate) fn items(&self, name: &str) -> Vec<Sent<'a>> {
        let list = self.list(name);
        let item = |number: usize| Sent { call: self.call, path: format!("{list}.{number}") };
        (1..).map_while(|number| Some(item(number)).filter(Sent::is_there)).collect()
    }

    /// A list of structures that has to be there, and not to be empty.
    pub(crate) fn some_items(&self, name: &str) -> Result<Vec<Sent<'a>>, Refusal> {
        let items = self.items(name);
        if items.is_empty() { Err(self.missing(name)) } else { Ok(items) }
    }

    /// A list of texts.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        self.call.list(&self.list(name)).into_iter().map(str::to_owned).collect()
    }

    /// A map of texts.
    pub(crate) fn map(&self, name: &str) -> Vec<(String, String)> {
        let entry = |number: usize| {
            let own = self.at(&format!("{name}.entry.{number}"));
            Some((own.text("key")?, own.text("value").unwrap_or_default()))
        };
        (1..).map_while(entry).collect()
    }

    /// The error for a value that does not fit.
    pub(crate) fn wrong(&self, name: &str) -> Refusal {
        let value = self.get(name).unwrap_or_default();
        let name = self.below(name);
        self.invalid(format!(
            "1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint"
        ))
    }

    /// The error for values that do not go together.
    pub(crate) fn invalid(&self, message: impl Into<String>) -> Refusal {
        Refusal::invalid(self.call.family, message)
    }

    fn missing(&self, name: &str) -> Refusal {
        let name = self.below(name);
        self.invalid(format!("1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"))
    }

    fn list(&self, name: &str) -> String {
        let own = self.below(name);
        if self.call.family.protocol() == Protocol::Query { format!("{own}.member") } else { own }
    }

    fn is_there(&self) -> bool {
        let inside = format!("{}.", self.path);
        self.call.parameters.keys().any(|key| *key == self.path || key.starts_with(&inside))
    }
}
