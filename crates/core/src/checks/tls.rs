//! What is encrypted, and how well.

pub(super) mod alpn_mismatch;
pub(super) mod backend_certificate_unverified;
pub(super) mod classic_backend_cleartext;
pub(super) mod classic_cipher_order_unset;
pub(super) mod classic_policy_custom;
pub(super) mod listener_cleartext;
pub(super) mod listener_cleartext_port;
pub(super) mod no_tls_listener;
pub(super) mod post_quantum_missing;
pub(super) mod tls_1_3_missing;
pub(super) mod tls_backend_legacy;
pub(super) mod tls_legacy_protocol;
pub(super) mod tls_passthrough_unverified;
pub(super) mod tls_policies_differ;
pub(super) mod tls_policy_not_fips;
pub(super) mod tls_policy_not_recommended;
pub(super) mod tls_weak_cipher;
