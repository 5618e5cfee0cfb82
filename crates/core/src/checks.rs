//! The checks, sorted by id.

use crate::check::Check;

mod access_logs_disabled;
mod authentication_optional;
mod auto_scaling_ignores_health;
mod auto_scaling_target_missing;
mod auto_scaling_zones_differ;
mod capacity_unreserved;
mod certificate_expired;
mod certificate_expiring;
mod certificate_not_issued;
mod certificate_weak_key;
mod classic_backend_cleartext;
mod classic_load_balancer;
mod classic_outside_vpc;
mod client_address_lost;
mod connection_draining_off;
mod cross_zone_off;
mod default_group_missing;
mod deletion_protection_off;
mod deregistration_delay_zero;
mod desync_monitor;
mod gateway_flows_kept_on_failure;
mod gateway_single_appliance;
mod health_check_cleartext;
mod health_check_disabled;
mod health_check_weaker;
mod internet_facing;
mod invalid_headers_kept;
mod ipv6_rule_divergent;
mod lambda_duplicate_headers_lost;
mod lambda_policy_open;
mod listener_cleartext;
mod listener_cleartext_port;
mod listener_sensitive_port;
mod load_balancer_impaired;
mod mtls_expired_accepted;
mod mtls_passthrough;
mod no_listeners;
mod no_targets;
mod no_traffic;
mod proxy_protocol_spoofable;
mod quota_near;
mod redirect_to_http;
mod security_group_missing;
mod single_zone;
mod sticky_cookie_cleartext;
mod tags_missing;
mod target_group_cleartext;
mod target_group_unused;
mod target_group_weight_dead;
mod target_groups_mixed;
mod target_public;
mod target_remote;
mod target_remote_cleartext;
mod target_security_group_open;
mod target_stale;
mod target_unhealthy;
mod targets_all_unhealthy;
mod targets_too_few;
mod targets_uneven;
mod tls_legacy_protocol;
mod tls_policy_not_recommended;
mod tls_weak_cipher;
mod udp_amplification;
mod waf_not_associated;
mod zonal_shift_off;

/// Every check.
pub const ALL: &[&Check] = &[
    &access_logs_disabled::CHECK,
    &authentication_optional::CHECK,
    &auto_scaling_ignores_health::CHECK,
    &auto_scaling_target_missing::CHECK,
    &auto_scaling_zones_differ::CHECK,
    &capacity_unreserved::CHECK,
    &certificate_expired::CHECK,
    &certificate_expiring::CHECK,
    &certificate_not_issued::CHECK,
    &certificate_weak_key::CHECK,
    &classic_backend_cleartext::CHECK,
    &classic_load_balancer::CHECK,
    &classic_outside_vpc::CHECK,
    &client_address_lost::CHECK,
    &connection_draining_off::CHECK,
    &cross_zone_off::CHECK,
    &default_group_missing::CHECK,
    &deletion_protection_off::CHECK,
    &deregistration_delay_zero::CHECK,
    &desync_monitor::CHECK,
    &gateway_flows_kept_on_failure::CHECK,
    &gateway_single_appliance::CHECK,
    &health_check_cleartext::CHECK,
    &health_check_disabled::CHECK,
    &health_check_weaker::CHECK,
    &internet_facing::CHECK,
    &invalid_headers_kept::CHECK,
    &ipv6_rule_divergent::CHECK,
    &lambda_duplicate_headers_lost::CHECK,
    &lambda_policy_open::CHECK,
    &listener_cleartext::CHECK,
    &listener_cleartext_port::CHECK,
    &listener_sensitive_port::CHECK,
    &load_balancer_impaired::CHECK,
    &mtls_expired_accepted::CHECK,
    &mtls_passthrough::CHECK,
    &no_listeners::CHECK,
    &no_targets::CHECK,
    &no_traffic::CHECK,
    &proxy_protocol_spoofable::CHECK,
    &quota_near::CHECK,
    &redirect_to_http::CHECK,
    &security_group_missing::CHECK,
    &single_zone::CHECK,
    &sticky_cookie_cleartext::CHECK,
    &tags_missing::CHECK,
    &target_group_cleartext::CHECK,
    &target_group_unused::CHECK,
    &target_group_weight_dead::CHECK,
    &target_groups_mixed::CHECK,
    &target_public::CHECK,
    &target_remote::CHECK,
    &target_remote_cleartext::CHECK,
    &target_security_group_open::CHECK,
    &target_stale::CHECK,
    &target_unhealthy::CHECK,
    &targets_all_unhealthy::CHECK,
    &targets_too_few::CHECK,
    &targets_uneven::CHECK,
    &tls_legacy_protocol::CHECK,
    &tls_policy_not_recommended::CHECK,
    &tls_weak_cipher::CHECK,
    &udp_amplification::CHECK,
    &waf_not_associated::CHECK,
    &zonal_shift_off::CHECK,
];
