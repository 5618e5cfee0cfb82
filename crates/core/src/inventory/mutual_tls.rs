//! How a listener treats the certificates of its clients.

use serde::{Deserialize, Serialize};

use super::MutualTlsMode;

/// Mutual TLS of a listener.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MutualAuthentication {
    /// `off`, `passthrough`, `verify`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<MutualTlsMode>,
    /// The trust store of `verify`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trust_store_arn: Option<String>,
    /// Whether a client certificate that has expired is let in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignore_client_certificate_expiry: Option<bool>,
    /// `active`, or `removed` when the trust store's owner has taken it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trust_store_status: Option<String>,
    /// `on` when clients are told the names of the authorities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advertise_authorities: Option<String>,
    /// Network: of the clients that are verified, only those that one of these matches get in; all of them where
    /// there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identity_filters: Vec<IdentityFilter>,
}

/// What a client certificate has to say of its owner.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityFilter {
    /// `subject-cn`, `subject-ou`, `san-dns`, `san-uri`.
    pub field: String,
    /// `accept`.
    pub action: String,
    /// `exact`, `prefix`.
    pub match_type: String,
    /// What the field has to be, or to begin with.
    pub value: String,
}

impl IdentityFilter {
    /// `san-uri prefix spiffe://example.com/`.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{} {} {}", self.field, self.match_type, self.value)
    }
}
