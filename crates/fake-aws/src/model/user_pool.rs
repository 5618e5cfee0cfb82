//! Cognito's user pools, which log-ins lead to.

use super::region::{Region, Resource};

/// A user pool.
#[derive(Clone, Debug, Default)]
pub struct UserPool {
    /// Such as `eu-west-1_example`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `OFF`, `ON` or `OPTIONAL`.
    pub mfa: String,
    /// `ACTIVE` or `INACTIVE`.
    pub deletion_protection: String,
    /// The least length of a password.
    pub password_length: u32,
    /// Whether only an administrator makes users.
    pub admin_only: bool,
    /// `LITE`, `ESSENTIALS` or `PLUS`.
    pub tier: String,
    /// `OFF`, `AUDIT` or `ENFORCED`.
    pub advanced_security: Option<String>,
    /// Its domain at AWS.
    pub domain: Option<String>,
    /// Its own domain.
    pub custom_domain: Option<String>,
}

impl UserPool {
    /// A strict pool: second factor on, protected, long passwords, users made by an administrator.
    pub fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: id.to_owned(),
            mfa: "ON".to_owned(),
            deletion_protection: "ACTIVE".to_owned(),
            password_length: 12,
            admin_only: true,
            tier: "ESSENTIALS".to_owned(),
            advanced_security: None,
            domain: Some("example".to_owned()),
            custom_domain: None,
        }
    }

    /// Sets whether a second factor is asked for: `OFF`, `ON` or `OPTIONAL`.
    pub fn mfa(mut self, state: &str) -> Self {
        state.clone_into(&mut self.mfa);
        self
    }

    /// Lets everyone make a user for himself.
    pub fn self_registration(mut self) -> Self {
        self.admin_only = false;
        self
    }

    /// Sets how threats are treated: `OFF`, `AUDIT` or `ENFORCED`.
    pub fn advanced_security(mut self, mode: &str) -> Self {
        self.advanced_security = Some(mode.to_owned());
        self
    }
}

impl Resource for UserPool {
    fn place(self, region: &mut Region) {
        region.user_pools.push(self);
    }
}
