//! What a verdict rests on, and for a fault, what to change.

use serde_json::Value;

use crate::remedy::binding::{Binding, Bindings};
use crate::remedy::cause::Cause;
use crate::vocab::evidence::Evidence;
use crate::vocab::severity::Severity;

/// The fields that decided; for a fault also its cause, where that is another than the check's own at this
/// load balancer, and what the placeholders of the remedy stand for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grounds {
    /// The fields that decided.
    pub evidence: Evidence,
    /// The resource to change, and what to do with it; none: the load balancer, for this check alone.
    pub cause: Option<Cause>,
    /// What placeholders stand for, beside those that the subject tells.
    pub bindings: Bindings,
    /// How bad this fault is, where that is worse than the check says.
    pub severity: Option<Severity>,
}

impl Grounds {
    /// No field yet.
    #[must_use]
    pub fn new() -> Self {
        Grounds::default()
    }

    /// Adds a field of the evidence. Names are `snake_case`; values text, numbers or lists of them.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.evidence = self.evidence.with(name, value);
        self
    }

    /// Adds what others say of the facts.
    #[must_use]
    pub fn and(mut self, more: impl FnOnce(Evidence) -> Evidence) -> Self {
        self.evidence = more(self.evidence);
        self
    }

    /// Says that this fault is as bad as this at least.
    #[must_use]
    pub fn at_least(mut self, severity: Severity) -> Self {
        self.severity = self.severity.max(Some(severity));
        self
    }

    /// Names the resource to change.
    #[must_use]
    pub fn cause(mut self, cause: Cause) -> Self {
        self.cause = Some(cause);
        self
    }

    /// Says what a placeholder of the remedy stands for.
    #[must_use]
    pub fn bind(mut self, placeholder: &str, value: impl Into<Binding>) -> Self {
        self.bindings.insert(placeholder.to_owned(), value.into());
        self
    }
}

impl From<Evidence> for Grounds {
    fn from(evidence: Evidence) -> Self {
        Grounds { evidence, ..Grounds::default() }
    }
}
