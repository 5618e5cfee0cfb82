//! One load balancer a fault: each has the fault that it is named after, as the fault's own page shows it,
//! beside a clean one of every kind.

use super::Site;
use crate::check::Check;
use crate::inventory::{Inventory, Kind};
use crate::{checks, sample};

/// The faults. What another one in the same region would hide or cause is not among them.
pub const FAULTS: &[&str] = &[
    "authentication-bypass",
    "authentication-endpoint-in-clear",
    "authentication-rule-shadowed",
    "authentication-self-signup",
    "authentication-session-long",
    "authentication-target-reachable",
    "backend-certificate-unverified",
    "certificate-email-validated",
    "certificate-exportable",
    "certificate-host-uncovered",
    "certificate-renewal-stalled",
    "certificate-weak-signature",
    "classic-backend-cleartext",
    "classic-cipher-order-unset",
    "client-address-lost",
    "cloudfront-bypass",
    "connection-draining-off",
    "connection-logs-off",
    "cors-any-origin",
    "default-rule-forwards",
    "endpoint-service-open",
    "forwarded-header-kept",
    "gateway-flows-kept-on-failure",
    "gateway-single-appliance",
    "health-check-disabled",
    "internal-exposed-by-front",
    "internal-ipv6-reachable",
    "ipv6-wider-than-ipv4",
    "jwt-audience-unchecked",
    "lambda-duplicate-headers-lost",
    "lambda-policy-open",
    "load-balancer-impaired",
    "log-delivery-broken",
    "mtls-bypass",
    "mtls-trust-store-removed",
    "private-link-unfiltered",
    "rule-shadowed",
    "rule-source-open",
    "security-group-blocks-targets",
    "security-group-default",
    "single-zone",
    "target-group-cleartext",
    "target-group-weight-dead",
    "target-groups-mixed",
    "target-public",
    "target-remote-cleartext",
    "target-security-group-open",
    "target-stale",
    "tls-1-3-missing",
    "udp-amplification",
    "waf-classic",
    "waf-counts-only",
    "waf-empty",
    "waf-fail-open",
    "waf-large-body-passes",
    "waf-managed-rules-missing",
    "waf-not-logged",
    "waf-rate-limit-missing",
];

/// A load balancer of each kind without any.
pub const CLEAN: [(&str, Kind); 4] = [
    ("frontdoor", Kind::Application),
    ("relay", Kind::Network),
    ("firewall", Kind::Gateway),
    ("heritage", Kind::Classic),
];

pub(super) fn sites() -> Vec<Site> {
    let clean = CLEAN.into_iter().map(|(name, kind)| (name, sample::clean(&kind)));
    let faulty = checks::ALL.iter().filter(|check| FAULTS.contains(&check.id));
    clean.chain(faulty.filter_map(|check| Some((check.id, example(check)?)))).collect()
}

/// The first example in which a check fails.
fn example(check: &Check) -> Option<Inventory> {
    let fails = format!("fail {} ", check.id);
    let example = check
        .examples
        .iter()
        .find(|example| example.finds.iter().any(|find| find.starts_with(&fails)));
    example.map(|example| (example.given)())
}
