//! JSON objects whose absent members are left out.

use serde_json::{Map, Value};

/// An object as it is built.
#[derive(Default)]
pub(crate) struct Object(Map<String, Value>);

impl Object {
    /// Sets a member.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// Sets a member, if there is a value.
    pub(crate) fn maybe(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The object.
    pub(crate) fn done(self) -> Value {
        Value::Object(self.0)
    }
}
