//! What the placeholders of a command stand for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Values by the placeholder that they take the place of: `LISTENER_ARN`, `GROUP_ID` …
pub type Bindings = BTreeMap<String, Binding>;

/// One value, or several that a command takes as separate arguments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Binding {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl From<&str> for Binding {
    fn from(value: &str) -> Self {
        Binding::One(value.to_owned())
    }
}

impl From<String> for Binding {
    fn from(value: String) -> Self {
        Binding::One(value)
    }
}

impl From<u16> for Binding {
    fn from(value: u16) -> Self {
        Binding::One(value.to_string())
    }
}

impl From<Vec<String>> for Binding {
    fn from(values: Vec<String>) -> Self {
        Binding::Many(values)
    }
}
