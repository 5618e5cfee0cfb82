//! Encryption controls: whether a VPC lets traffic through in cleartext.

use super::region::{Region, Resource};

/// The encryption control of a VPC.
#[derive(Clone, Debug, Default)]
pub struct EncryptionControl {
    /// The VPC's id.
    pub vpc: String,
    /// `monitor` or `enforce`.
    pub mode: String,
    /// Such as `available`, `enforce-in-progress` or `enforce-failed`.
    pub state: String,
    /// What is let through in cleartext, such as `internetGateway`, with `enabled` or another state.
    pub exclusions: Vec<(String, String)>,
}

impl EncryptionControl {
    fn new(mode: &str, vpc: &str) -> Self {
        Self {
            vpc: vpc.to_owned(),
            mode: mode.to_owned(),
            state: "available".to_owned(),
            exclusions: Vec::new(),
        }
    }

    /// Only watches.
    pub fn monitor(vpc: &str) -> Self {
        Self::new("monitor", vpc)
    }

    /// Stops what is in cleartext.
    pub fn enforce(vpc: &str) -> Self {
        Self::new("enforce", vpc)
    }

    /// Lets the traffic of a kind of resource through in cleartext: `internetGateway`, `natGateway` …
    pub fn exclude(mut self, resource: &str) -> Self {
        self.exclusions.push((resource.to_owned(), "enabled".to_owned()));
        self
    }

    /// Sets its state.
    pub fn state(mut self, state: &str) -> Self {
        state.clone_into(&mut self.state);
        self
    }
}

impl Resource for EncryptionControl {
    fn place(self, region: &mut Region) {
        region.encryption_controls.push(self);
    }
}
