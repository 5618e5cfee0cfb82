//! Who has to log in, and where a login can be gone around.

pub(super) mod authentication_bypass;
pub(super) mod authentication_bypass_elsewhere;
pub(super) mod authentication_endpoint_in_clear;
pub(super) mod authentication_endpoint_unreachable;
pub(super) mod authentication_missing_by_default;
pub(super) mod authentication_missing_on_admin_path;
pub(super) mod authentication_optional;
pub(super) mod authentication_rule_shadowed;
pub(super) mod authentication_self_signup;
pub(super) mod authentication_session_long;
pub(super) mod authentication_target_reachable;
pub(super) mod jwt_audience_unchecked;
pub(super) mod jwt_keys_foreign;
pub(super) mod jwt_keys_in_clear;
pub(super) mod source_gate_bypass;
