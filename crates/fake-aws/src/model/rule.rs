//! A listener's rules: conditions, actions, transforms.

use super::action::Action;

/// A rule of a listener; the default rule is made from the listener's own actions.
#[derive(Clone, Debug, Default)]
pub struct Rule {
    /// What its ARN ends with; made from the priority when absent.
    pub id: Option<String>,
    /// From 1 to 50,000; lower comes first.
    pub priority: u32,
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// In order.
    pub actions: Vec<Action>,
    /// Rewrites of host or path before the target sees them.
    pub transforms: Vec<Transform>,
    /// Tags, key and value.
    pub tags: Vec<(String, String)>,
}

/// One condition of a rule.
#[derive(Clone, Debug)]
pub enum Condition {
    /// `host-header` with patterns.
    Host(Vec<String>),
    /// `host-header` with regular expressions.
    HostRegex(Vec<String>),
    /// `path-pattern` with patterns.
    Path(Vec<String>),
    /// `path-pattern` with regular expressions.
    PathRegex(Vec<String>),
    /// `http-header`: name and patterns.
    Header(String, Vec<String>),
    /// `http-request-method`.
    Method(Vec<String>),
    /// `query-string`: key, if one is asked for, and value.
    Query(Vec<(Option<String>, String)>),
    /// `source-ip` with address ranges.
    SourceIp(Vec<String>),
    /// `source-ip` by address type, `ipv4` or `ipv6`, as Network load balancers have it.
    SourceIpType(String),
    /// A field given as text, with values.
    Other(String, Vec<String>),
}

/// A rewrite of a request.
#[derive(Clone, Debug, Default)]
pub struct Transform {
    /// `host-header-rewrite` or `url-rewrite`.
    pub kind: String,
    /// What is replaced, as a regular expression.
    pub regex: String,
    /// What replaces it.
    pub replace: String,
}

impl Transform {
    /// Rewrites path and query.
    pub fn url(regex: &str, replace: &str) -> Self {
        Self::of("url-rewrite", regex, replace)
    }

    /// Rewrites the host.
    pub fn host(regex: &str, replace: &str) -> Self {
        Self::of("host-header-rewrite", regex, replace)
    }

    fn of(kind: &str, regex: &str, replace: &str) -> Self {
        let [kind, regex, replace] = [kind, regex, replace].map(str::to_owned);
        Self { kind, regex, replace }
    }
}

impl Rule {
    /// A rule without conditions or actions.
    pub fn new(priority: u32) -> Self {
        Self { priority, ..Self::default() }
    }

    /// Adds a condition.
    pub fn when(mut self, condition: Condition) -> Self {
        self.conditions.push(condition);
        self
    }

    /// Adds a condition on the path.
    pub fn path(self, pattern: &str) -> Self {
        self.when(Condition::Path(vec![pattern.to_owned()]))
    }

    /// Adds a condition on the host.
    pub fn host(self, pattern: &str) -> Self {
        self.when(Condition::Host(vec![pattern.to_owned()]))
    }

    /// Adds an action.
    pub fn action(mut self, action: Action) -> Self {
        self.actions.push(action);
        self
    }

    /// Adds a forward to one target group.
    pub fn forward(self, group: &str) -> Self {
        self.action(Action::forward(group))
    }

    /// Adds a transform.
    pub fn transform(mut self, transform: Transform) -> Self {
        self.transforms.push(transform);
        self
    }
}
