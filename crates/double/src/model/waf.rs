//! Web ACLs and what they protect.

/// A regional web ACL.
#[derive(Clone, Debug, Default)]
pub struct WebAcl {
    /// Unique in its region.
    pub name: String,
    /// Names of Application load balancers, or ARNs of anything.
    pub resources: Vec<String>,
}

impl WebAcl {
    /// A web ACL that protects nothing.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), resources: Vec::new() }
    }

    /// Protects an Application load balancer, by name or ARN.
    pub fn protects(mut self, load_balancer: &str) -> Self {
        self.resources.push(load_balancer.to_owned());
        self
    }
}
