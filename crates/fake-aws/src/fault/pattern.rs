//! Which calls are meant.

use crate::call::Call;

/// Calls by service and operation, `*` being any.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    service: String,
    operation: String,
}

impl Pattern {
    /// From `service:Operation`; a lone word is an operation of any service.
    pub(crate) fn new(call: &str) -> Self {
        let (service, operation) = call.split_once(':').unwrap_or(("*", call));
        Self { service: service.to_owned(), operation: operation.to_owned() }
    }

    pub(crate) fn matches(&self, call: &Call) -> bool {
        self.names(call.family.name(), &call.action, &call.iam_action())
    }

    /// Whether a call is meant that goes by this family and operation, and by this IAM action.
    pub(crate) fn names(&self, family: &str, operation: &str, action: &str) -> bool {
        let (prefix, permission) = action.split_once(':').unwrap_or_default();
        let is = |pattern: &str, name: &str| pattern == "*" || pattern == name;
        (is(&self.operation, operation) && is(&self.service, family))
            || (is(&self.operation, permission) && self.service == prefix)
    }
}
