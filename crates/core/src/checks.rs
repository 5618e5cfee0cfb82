//! The checks, sorted by id.

use crate::check::Check;

mod access_logs_disabled;
mod authentication_optional;
mod certificate_expired;
mod certificate_expiring;
mod certificate_not_issued;
mod certificate_weak_key;
mod default_vpc;
mod deletion_protection_off;
mod desync_monitor;
mod encryption_not_enforced;
mod endpoint_service_foreign_principal;
mod endpoint_service_open;
mod fronts_application_load_balancer;
mod gateway_endpoint_single_zone;
mod internal_exposed_by_front;
mod internal_ipv6_reachable;
mod internal_open_to_any;
mod internet_facing;
mod invalid_headers_kept;
mod ipv6_wider_than_ipv4;
mod listener_cleartext;
mod listener_cleartext_port;
mod listener_port_closed;
mod listener_sensitive_port;
mod mtls_expired_accepted;
mod mtls_passthrough;
mod no_listeners;
mod no_targets;
mod private_link_unfiltered;
mod public_access_blocked;
mod redirect_to_http;
mod security_group_admits_nobody;
mod security_group_blocks_targets;
mod security_group_default;
mod security_group_missing;
mod security_group_rule_stale;
mod security_group_unused_port;
mod subnet_route_mismatch;
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
    &default_vpc::CHECK,
    &deletion_protection_off::CHECK,
    &desync_monitor::CHECK,
    &encryption_not_enforced::CHECK,
    &endpoint_service_foreign_principal::CHECK,
    &endpoint_service_open::CHECK,
    &fronts_application_load_balancer::CHECK,
    &gateway_endpoint_single_zone::CHECK,
    &internal_exposed_by_front::CHECK,
    &internal_ipv6_reachable::CHECK,
    &internal_open_to_any::CHECK,
    &internet_facing::CHECK,
    &invalid_headers_kept::CHECK,
    &ipv6_wider_than_ipv4::CHECK,
    &listener_cleartext::CHECK,
    &listener_cleartext_port::CHECK,
    &listener_port_closed::CHECK,
    &listener_sensitive_port::CHECK,
    &mtls_expired_accepted::CHECK,
    &mtls_passthrough::CHECK,
    &no_listeners::CHECK,
    &no_targets::CHECK,
    &private_link_unfiltered::CHECK,
    &public_access_blocked::CHECK,
    &redirect_to_http::CHECK,
    &security_group_admits_nobody::CHECK,
    &security_group_blocks_targets::CHECK,
    &security_group_default::CHECK,
    &security_group_missing::CHECK,
    &security_group_rule_stale::CHECK,
    &security_group_unused_port::CHECK,
    &subnet_route_mismatch::CHECK,
    &target_unhealthy::CHECK,
    &targets_all_unhealthy::CHECK,
    &tls_legacy_protocol::CHECK,
    &tls_policy_not_recommended::CHECK,
    &tls_weak_cipher::CHECK,
    &waf_not_associated::CHECK,
];
