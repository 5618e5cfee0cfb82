//! The checks, sorted by id.

use crate::check::Check;

mod access_logs_bucket_unapproved;
mod access_logs_disabled;
mod alpn_mismatch;
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
mod auto_scaling_ignores_health;
mod auto_scaling_target_missing;
mod auto_scaling_zones_differ;
mod backend_certificate_unverified;
mod capacity_unreserved;
mod certificate_email_validated;
mod certificate_expired;
mod certificate_expiring;
mod certificate_exportable;
mod certificate_host_uncovered;
mod certificate_not_issued;
mod certificate_renewal_stalled;
mod certificate_shared;
mod certificate_unmanaged;
mod certificate_untrusted;
mod certificate_weak_key;
mod certificate_weak_signature;
mod certificate_wildcard;
mod classic_backend_cleartext;
mod classic_cipher_order_unset;
mod classic_load_balancer;
mod classic_outside_vpc;
mod classic_policy_custom;
mod client_address_lost;
mod cloudfront_bypass;
mod cloudfront_origin_cleartext;
mod connection_draining_off;
mod connection_logs_off;
mod cors_any_origin;
mod cross_zone_off;
mod default_group_missing;
mod default_rule_forwards;
mod default_vpc;
mod deletion_protection_off;
mod deregistration_delay_zero;
mod desync_monitor;
mod dns_alias_dangling;
mod dns_internal_published;
mod encryption_not_enforced;
mod endpoint_service_foreign_principal;
mod endpoint_service_open;
mod fixed_response_discloses;
mod flow_logs_missing;
mod forwarded_header_kept;
mod fronts_application_load_balancer;
mod gateway_endpoint_single_zone;
mod gateway_flows_kept_on_failure;
mod gateway_single_appliance;
mod health_check_cleartext;
mod health_check_disabled;
mod health_check_logs_off;
mod health_check_weaker;
mod host_header_preserved;
mod hsts_missing;
mod http2_off;
mod idle_timeout_long;
mod internal_exposed_by_front;
mod internal_ipv6_reachable;
mod internal_open_to_any;
mod internet_facing;
mod invalid_headers_kept;
mod ipv6_rule_divergent;
mod ipv6_wider_than_ipv4;
mod jwt_audience_unchecked;
mod jwt_keys_foreign;
mod jwt_keys_in_clear;
mod lambda_duplicate_headers_lost;
mod lambda_policy_open;
mod listener_cleartext;
mod listener_cleartext_port;
mod listener_port_closed;
mod listener_sensitive_port;
mod load_balancer_impaired;
mod log_bucket_foreign;
mod log_bucket_missing;
mod log_bucket_public;
mod log_delivery_broken;
mod log_delivery_stopped;
mod mtls_authorities_advertised;
mod mtls_bypass;
mod mtls_expired_accepted;
mod mtls_many_authorities;
mod mtls_passthrough;
mod mtls_revocation_missing;
mod mtls_trust_store_removed;
mod no_listeners;
mod no_targets;
mod no_tls_listener;
mod no_traffic;
mod post_quantum_missing;
mod prelude;
mod private_link_unfiltered;
mod proxy_protocol_spoofable;
mod public_access_blocked;
mod quota_near;
mod redirect_foreign_host;
mod redirect_port_unserved;
mod redirect_temporary;
mod redirect_to_http;
mod rule_header_gate;
mod rule_rewrite_bypass;
mod rule_shadowed;
mod rule_source_behind_proxy;
mod rule_source_open;
mod rule_unserved;
mod security_group_admits_nobody;
mod security_group_blocks_targets;
mod security_group_default;
mod security_group_missing;
mod security_group_rule_stale;
mod security_group_unused_port;
mod security_headers_missing;
mod server_header_sent;
mod shield_not_protected;
mod single_zone;
mod sticky_cookie_cleartext;
mod subnet_route_mismatch;
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
mod target_zone_not_enabled;
mod targets_all_unhealthy;
mod targets_too_few;
mod targets_uneven;
mod tls_1_3_missing;
mod tls_backend_legacy;
mod tls_header_renamed;
mod tls_legacy_protocol;
mod tls_passthrough_unverified;
mod tls_policies_differ;
mod tls_policy_not_recommended;
mod tls_weak_cipher;
mod trust_store_shared;
mod udp_amplification;
mod waf_classic;
mod waf_counts_only;
mod waf_ddos_protection_off;
mod waf_empty;
mod waf_fail_open;
mod waf_known_bad_inputs_missing;
mod waf_large_body_passes;
mod waf_managed_rules_missing;
mod waf_metrics_off;
mod waf_not_associated;
mod waf_not_logged;
mod waf_rate_limit_missing;
mod zonal_shift_off;

/// Every check.
pub const ALL: &[&Check] = &[
    &access_logs_bucket_unapproved::CHECK,
    &access_logs_disabled::CHECK,
    &alpn_mismatch::CHECK,
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
    &auto_scaling_ignores_health::CHECK,
    &auto_scaling_target_missing::CHECK,
    &auto_scaling_zones_differ::CHECK,
    &backend_certificate_unverified::CHECK,
    &capacity_unreserved::CHECK,
    &certificate_email_validated::CHECK,
    &certificate_expired::CHECK,
    &certificate_expiring::CHECK,
    &certificate_exportable::CHECK,
    &certificate_host_uncovered::CHECK,
    &certificate_not_issued::CHECK,
    &certificate_renewal_stalled::CHECK,
    &certificate_shared::CHECK,
    &certificate_unmanaged::CHECK,
    &certificate_untrusted::CHECK,
    &certificate_weak_key::CHECK,
    &certificate_weak_signature::CHECK,
    &certificate_wildcard::CHECK,
    &classic_backend_cleartext::CHECK,
    &classic_cipher_order_unset::CHECK,
    &classic_load_balancer::CHECK,
    &classic_outside_vpc::CHECK,
    &classic_policy_custom::CHECK,
    &client_address_lost::CHECK,
    &cloudfront_bypass::CHECK,
    &cloudfront_origin_cleartext::CHECK,
    &connection_draining_off::CHECK,
    &connection_logs_off::CHECK,
    &cors_any_origin::CHECK,
    &cross_zone_off::CHECK,
    &default_group_missing::CHECK,
    &default_rule_forwards::CHECK,
    &default_vpc::CHECK,
    &deletion_protection_off::CHECK,
    &deregistration_delay_zero::CHECK,
    &desync_monitor::CHECK,
    &dns_alias_dangling::CHECK,
    &dns_internal_published::CHECK,
    &encryption_not_enforced::CHECK,
    &endpoint_service_foreign_principal::CHECK,
    &endpoint_service_open::CHECK,
    &fixed_response_discloses::CHECK,
    &flow_logs_missing::CHECK,
    &forwarded_header_kept::CHECK,
    &fronts_application_load_balancer::CHECK,
    &gateway_endpoint_single_zone::CHECK,
    &gateway_flows_kept_on_failure::CHECK,
    &gateway_single_appliance::CHECK,
    &health_check_cleartext::CHECK,
    &health_check_disabled::CHECK,
    &health_check_logs_off::CHECK,
    &health_check_weaker::CHECK,
    &host_header_preserved::CHECK,
    &hsts_missing::CHECK,
    &http2_off::CHECK,
    &idle_timeout_long::CHECK,
    &internal_exposed_by_front::CHECK,
    &internal_ipv6_reachable::CHECK,
    &internal_open_to_any::CHECK,
    &internet_facing::CHECK,
    &invalid_headers_kept::CHECK,
    &ipv6_rule_divergent::CHECK,
    &ipv6_wider_than_ipv4::CHECK,
    &jwt_audience_unchecked::CHECK,
    &jwt_keys_foreign::CHECK,
    &jwt_keys_in_clear::CHECK,
    &lambda_duplicate_headers_lost::CHECK,
    &lambda_policy_open::CHECK,
    &listener_cleartext::CHECK,
    &listener_cleartext_port::CHECK,
    &listener_port_closed::CHECK,
    &listener_sensitive_port::CHECK,
    &load_balancer_impaired::CHECK,
    &log_bucket_foreign::CHECK,
    &log_bucket_missing::CHECK,
    &log_bucket_public::CHECK,
    &log_delivery_broken::CHECK,
    &log_delivery_stopped::CHECK,
    &mtls_authorities_advertised::CHECK,
    &mtls_bypass::CHECK,
    &mtls_expired_accepted::CHECK,
    &mtls_many_authorities::CHECK,
    &mtls_passthrough::CHECK,
    &mtls_revocation_missing::CHECK,
    &mtls_trust_store_removed::CHECK,
    &no_listeners::CHECK,
    &no_targets::CHECK,
    &no_tls_listener::CHECK,
    &no_traffic::CHECK,
    &post_quantum_missing::CHECK,
    &private_link_unfiltered::CHECK,
    &proxy_protocol_spoofable::CHECK,
    &public_access_blocked::CHECK,
    &quota_near::CHECK,
    &redirect_foreign_host::CHECK,
    &redirect_port_unserved::CHECK,
    &redirect_temporary::CHECK,
    &redirect_to_http::CHECK,
    &rule_header_gate::CHECK,
    &rule_rewrite_bypass::CHECK,
    &rule_shadowed::CHECK,
    &rule_source_behind_proxy::CHECK,
    &rule_source_open::CHECK,
    &rule_unserved::CHECK,
    &security_group_admits_nobody::CHECK,
    &security_group_blocks_targets::CHECK,
    &security_group_default::CHECK,
    &security_group_missing::CHECK,
    &security_group_rule_stale::CHECK,
    &security_group_unused_port::CHECK,
    &security_headers_missing::CHECK,
    &server_header_sent::CHECK,
    &shield_not_protected::CHECK,
    &single_zone::CHECK,
    &sticky_cookie_cleartext::CHECK,
    &subnet_route_mismatch::CHECK,
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
    &target_zone_not_enabled::CHECK,
    &targets_all_unhealthy::CHECK,
    &targets_too_few::CHECK,
    &targets_uneven::CHECK,
    &tls_1_3_missing::CHECK,
    &tls_backend_legacy::CHECK,
    &tls_header_renamed::CHECK,
    &tls_legacy_protocol::CHECK,
    &tls_passthrough_unverified::CHECK,
    &tls_policies_differ::CHECK,
    &tls_policy_not_recommended::CHECK,
    &tls_weak_cipher::CHECK,
    &trust_store_shared::CHECK,
    &udp_amplification::CHECK,
    &waf_classic::CHECK,
    &waf_counts_only::CHECK,
    &waf_ddos_protection_off::CHECK,
    &waf_empty::CHECK,
    &waf_fail_open::CHECK,
    &waf_known_bad_inputs_missing::CHECK,
    &waf_large_body_passes::CHECK,
    &waf_managed_rules_missing::CHECK,
    &waf_metrics_off::CHECK,
    &waf_not_associated::CHECK,
    &waf_not_logged::CHECK,
    &waf_rate_limit_missing::CHECK,
    &zonal_shift_off::CHECK,
];
