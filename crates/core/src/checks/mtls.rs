//! Certificates of clients, and the authorities that are trusted for them.

pub(super) mod mtls_authorities_advertised;
pub(super) mod mtls_bypass;
pub(super) mod mtls_expired_accepted;
pub(super) mod mtls_identity_filter_open;
pub(super) mod mtls_many_authorities;
pub(super) mod mtls_passthrough;
pub(super) mod mtls_revocation_missing;
pub(super) mod mtls_trust_store_removed;
pub(super) mod tls_header_renamed;
pub(super) mod trust_store_shared;
