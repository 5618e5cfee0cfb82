//! Lambda functions, by the policy that says who may call them.

use super::region::{Region, Resource};

/// A Lambda function.
#[derive(Clone, Debug, Default)]
pub struct LambdaFunction {
    /// Unique in its region.
    pub name: String,
    /// Services that may call it, each with the ARN that it must call for, if that is narrowed down.
    pub callers: Vec<(String, Option<String>)>,
    /// The policy, as JSON text; made from the callers when absent.
    pub policy: Option<String>,
}

impl LambdaFunction {
    /// A function that no policy lets anybody call.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// Lets load balancers call it: for one target group, by ARN, or for any.
    pub fn for_load_balancers(self, target_group: Option<&str>) -> Self {
        self.caller("elasticloadbalancing.amazonaws.com", target_group)
    }

    /// Lets a service call it: for one source, by ARN, or for any.
    pub fn caller(mut self, service: &str, source: Option<&str>) -> Self {
        self.callers.push((service.to_owned(), source.map(str::to_owned)));
        self
    }

    /// Sets the whole policy, as JSON text.
    pub fn policy(mut self, json: &str) -> Self {
        self.policy = Some(json.to_owned());
        self
    }
}

impl Resource for LambdaFunction {
    fn place(self, region: &mut Region) {
        region.functions.push(self);
    }
}
