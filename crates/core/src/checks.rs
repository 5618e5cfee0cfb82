//! The checks, sorted by id.

use crate::check::Check;

mod access_logs_disabled;
mod authentication_optional;
mod certificate_expired;
mod certificate_expiring;
mod certificate_not_issued;
mod certificate_weak_key;
mod deletion_protection_off;
mod desync_monitor;
mod internet_facing;
mod invalid_headers_kept;
mod listener_cleartext;
mod listener_cleartext_port;
mod listener_sensitive_port;
mod mtls_expired_accepted;
mod mtls_passthrough;
mod no_listeners;
mod no_targets;
mod redirect_to_http;
mod security_group_missing;
mod target_unhealthy;
mod targets_all_unhealthy;
mod tls_legacy_protocol;
mod tls_policy_not_recommended;
mod tls_weak_cipher;
mod waf_not_associated;

/// Every check.
pub const ALL: &[&Check] = &[
    &access_logs_disabled::CHECK,
    &authentication_optional::CHECK,
    &certificate_expired::CHECK,
    &certificate_expiring::CHECK,
    &certificate_not_issued::CHECK,
    &certificate_weak_key::CHECK,
    &deletion_protection_off::CHECK,
    &desync_monitor::CHECK,
    &internet_facing::CHECK,
    &invalid_headers_kept::CHECK,
    &listener_cleartext::CHECK,
    &listener_cleartext_port::CHECK,
    &listener_sensitive_port::CHECK,
    &mtls_expired_accepted::CHECK,
    &mtls_passthrough::CHECK,
    &no_listeners::CHECK,
    &no_targets::CHECK,
    &redirect_to_http::CHECK,
    &security_group_missing::CHECK,
    &target_unhealthy::CHECK,
    &targets_all_unhealthy::CHECK,
    &tls_legacy_protocol::CHECK,
    &tls_policy_not_recommended::CHECK,
    &tls_weak_cipher::CHECK,
    &waf_not_associated::CHECK,
];
