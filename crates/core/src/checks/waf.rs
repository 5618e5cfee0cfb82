//! Web ACLs: whether there is one, and what it lets through.

pub(super) mod waf_bypass;
pub(super) mod waf_classic;
pub(super) mod waf_counts_only;
pub(super) mod waf_ddos_protection_off;
pub(super) mod waf_empty;
pub(super) mod waf_fail_open;
pub(super) mod waf_http2_body_passes;
pub(super) mod waf_known_bad_inputs_missing;
pub(super) mod waf_large_body_passes;
pub(super) mod waf_managed_rules_missing;
pub(super) mod waf_metrics_off;
pub(super) mod waf_not_associated;
pub(super) mod waf_not_logged;
pub(super) mod waf_rate_limit_missing;
pub(super) mod waf_rules_skipped;
