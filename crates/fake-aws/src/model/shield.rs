//! Shield Advanced: whether an account has it, and what it protects.

use super::account::{Account, Global};
use super::arn::uuid;

/// Shield Advanced in an account.
#[derive(Clone, Debug, Default)]
pub struct Shield {
    /// Whether the account pays for it.
    pub subscribed: bool,
    /// `ENABLED`, `DISABLED` or `PENDING`: whether the response team calls when something is wrong.
    pub proactive: Option<String>,
    /// What is protected.
    pub protections: Vec<Protection>,
}

/// The protection of one resource.
#[derive(Clone, Debug, Default)]
pub struct Protection {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The ARN of what it protects.
    pub resource: String,
    /// Ids of Route 53 health checks that it heeds.
    pub health_checks: Vec<String>,
    /// `Block` or `Count`, when it acts on requests by itself.
    pub automatic: Option<String>,
}

impl Shield {
    /// A subscription that protects nothing yet.
    pub fn subscribed() -> Self {
        Self { subscribed: true, ..Self::default() }
    }

    /// Protects a resource, by ARN.
    pub fn protects(self, arn: &str) -> Self {
        self.protection(Protection::new(arn))
    }

    /// Adds a protection.
    pub fn protection(mut self, protection: Protection) -> Self {
        self.protections.push(protection);
        self
    }
}

impl Protection {
    /// A protection of a resource, by ARN.
    pub fn new(arn: &str) -> Self {
        let id = uuid(&["protection", arn]);
        Self {
            name: format!("protection-{}", &id[..8]),
            id,
            resource: arn.to_owned(),
            ..Self::default()
        }
    }

    /// Acts on requests by itself: `Block` or `Count`.
    pub fn automatic(mut self, action: &str) -> Self {
        self.automatic = Some(action.to_owned());
        self
    }

    /// Heeds a Route 53 health check, by id.
    pub fn health_check(mut self, id: &str) -> Self {
        self.health_checks.push(id.to_owned());
        self
    }
}

impl Global for Shield {
    fn place(self, account: &mut Account) {
        account.shield = self;
    }
}
