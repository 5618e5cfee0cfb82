//! What a verdict follows from, as data: formats word it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The fields that decided, as data: formats word them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Evidence(pub Map<String, Value>);

impl Evidence {
    /// No field yet.
    #[must_use]
    pub fn new() -> Self {
        Evidence::default()
    }

    /// Adds a field. Names are `snake_case`; values text, numbers or lists of them.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }
}

/// One thing on the way to a listener.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Step {
    /// Its id or ARN: `subnet-1`, `acl-1`, `sg-1`.
    pub resource: String,
    /// What it says, in a fragment: `tcp 443 from 0.0.0.0/0`.
    pub says: String,
}
