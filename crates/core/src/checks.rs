//! The checks, sorted by id.

use crate::check::Check;

mod access_logs_disabled;
mod authentication_bypass;
mod authentication_bypass_elsewhere;
mod authentication_endpoint_in_clear;
mod authentication_missing_by_default;
mod authentication_missing_on_admin_path;
mod authentication_optional;
mod authentication_rule_shadowed;
mod authentication_self_signup;
mod authentication_session_long;
mod authentication_target_reachable;
mod certificate_expired;
mod certificate_expiring;
mod certificate_not_issued;
mod certificate_weak_key;
mod default_rule_forwards;
mod deletion_protection_off;
mod desync_monitor;
mod fixed_response_discloses;
mod internet_facing;
mod invalid_headers_kept;
mod jwt_audience_unchecked;
mod jwt_keys_foreign;
mod jwt_keys_in_clear;
mod listener_cleartext;
mod listener_cleartext_port;
mod listener_sensitive_port;
mod mtls_bypass;
mod mtls_expired_accepted;
mod mtls_passthrough;
mod no_listeners;
mod no_targets;
mod redirect_foreign_host;
mod redirect_port_unserved;
mod redirect_temporary;
mod redirect_to_http;
mod rule_header_gate;
mod rule_rewrite_bypass;
mod rule_shadowed;
mod rule_source_behind_proxy;
mod rule_source_open;
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
    &authentication_bypass::CHECK,
    &authentication_bypass_elsewhere::CHECK,
    &authentication_endpoint_in_clear::CHECK,
    &authentication_missing_by_default::CHECK,
    &authentication_missing_on_admin_path::CHECK,
    &authentication_optional::CHECK,
    &authentication_rule_shadowed::CHECK,
    &authentication_self_signup::CHECK,
    &authentication_session_long::CHECK,
    &authentication_target_reachable::CHECK,
    &certificate_expired::CHECK,
    &certificate_expiring::CHECK,
    &certificate_not_issued::CHECK,
    &certificate_weak_key::CHECK,
    &default_rule_forwards::CHECK,
    &deletion_protection_off::CHECK,
    &desync_monitor::CHECK,
    &fixed_response_discloses::CHECK,
    &internet_facing::CHECK,
    &invalid_headers_kept::CHECK,
    &jwt_audience_unchecked::CHECK,
    &jwt_keys_foreign::CHECK,
    &jwt_keys_in_clear::CHECK,
    &listener_cleartext::CHECK,
    &listener_cleartext_port::CHECK,
    &listener_sensitive_port::CHECK,
    &mtls_bypass::CHECK,
    &mtls_expired_accepted::CHECK,
    &mtls_passthrough::CHECK,
    &no_listeners::CHECK,
    &no_targets::CHECK,
    &redirect_foreign_host::CHECK,
    &redirect_port_unserved::CHECK,
    &redirect_temporary::CHECK,
    &redirect_to_http::CHECK,
    &rule_header_gate::CHECK,
    &rule_rewrite_bypass::CHECK,
    &rule_shadowed::CHECK,
    &rule_source_behind_proxy::CHECK,
    &rule_source_open::CHECK,
    &security_group_missing::CHECK,
    &target_unhealthy::CHECK,
    &targets_all_unhealthy::CHECK,
    &tls_legacy_protocol::CHECK,
    &tls_policy_not_recommended::CHECK,
    &tls_weak_cipher::CHECK,
    &waf_not_associated::CHECK,
];
