//! Where requests go, and what is done to them and to the answers on the way.

pub(super) mod cors_any_origin;
pub(super) mod default_group_missing;
pub(super) mod default_rule_forwards;
pub(super) mod desync_monitor;
pub(super) mod fixed_response_discloses;
pub(super) mod forwarded_header_kept;
pub(super) mod host_header_preserved;
pub(super) mod hsts_missing;
pub(super) mod http2_off;
pub(super) mod idle_timeout_long;
pub(super) mod invalid_headers_kept;
pub(super) mod ipv6_rule_divergent;
pub(super) mod redirect_foreign_host;
pub(super) mod redirect_loop;
pub(super) mod redirect_port_unserved;
pub(super) mod redirect_temporary;
pub(super) mod redirect_to_http;
pub(super) mod rule_header_gate;
pub(super) mod rule_rewrite_bypass;
pub(super) mod rule_shadowed;
pub(super) mod rule_source_behind_proxy;
pub(super) mod rule_source_open;
pub(super) mod rule_unserved;
pub(super) mod security_headers_missing;
pub(super) mod server_header_sent;
pub(super) mod sticky_cookie_cleartext;
