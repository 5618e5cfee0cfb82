//! Severity by exposure, and that findings carry it.

use elb_audit_core::analysis::reach::Exposure;
use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::sample;
use elb_audit_core::inventory::Kind;
use elb_audit_core::report::Outcome;
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::severity::Severity::{self, Critical, High, Info, Low, Medium};

use crate::given::report;

#[test]
fn severity_falls_one_step_where_the_internet_cannot_reach() {
    let full = [
        Exposure::Internet(Vec::new()),
        Exposure::Unknown(sample::denied(Call::Ec2DescribeSecurityGroups)),
    ];
    let lower =
        [Exposure::Restricted(Vec::new()), Exposure::Internal, Exposure::Blocked(String::new())];
    let table: [(Severity, Severity); 5] =
        [(Critical, High), (High, Medium), (Medium, Low), (Low, Low), (Info, Info)];
    for (base, lowered) in table {
        assert!(full.iter().all(|exposure| base.at(exposure.class()) == base), "{base:?}");
        assert!(lower.iter().all(|exposure| base.at(exposure.class()) == lowered), "{base:?}");
    }
}

/// What was agreed, check by check: a severity is not changed in passing.
const AGREED: &[(&str, Severity)] = &[
    ("access-logs-bucket-unapproved", Low),
    ("access-logs-disabled", Medium),
    ("alpn-mismatch", Info),
    ("authentication-bypass", High),
    ("authentication-bypass-elsewhere", High),
    ("authentication-endpoint-in-clear", High),
    ("authentication-missing-by-default", Info),
    ("authentication-missing-on-admin-path", Info),
    ("authentication-optional", Medium),
    ("authentication-rule-shadowed", High),
    ("authentication-self-signup", Medium),
    ("authentication-session-long", Low),
    ("authentication-target-reachable", High),
    ("auto-scaling-ignores-health", Info),
    ("auto-scaling-target-missing", Low),
    ("auto-scaling-zones-differ", Info),
    ("backend-certificate-unverified", Low),
    ("capacity-unreserved", Info),
    ("certificate-email-validated", Low),
    ("certificate-expired", High),
    ("certificate-expiring", High),
    ("certificate-exportable", Low),
    ("certificate-host-uncovered", Medium),
    ("certificate-not-issued", High),
    ("certificate-renewal-stalled", Medium),
    ("certificate-shared", Low),
    ("certificate-unmanaged", Low),
    ("certificate-untrusted", Info),
    ("certificate-weak-key", High),
    ("certificate-weak-signature", Medium),
    ("certificate-wildcard", Info),
    ("classic-backend-cleartext", Low),
    ("classic-cipher-order-unset", Low),
    ("classic-load-balancer", Info),
    ("classic-outside-vpc", Info),
    ("classic-policy-custom", Info),
    ("client-address-lost", Low),
    ("cloudfront-bypass", High),
    ("cloudfront-origin-cleartext", Medium),
    ("connection-draining-off", Info),
    ("connection-logs-off", Low),
    ("cors-any-origin", Medium),
    ("cross-zone-off", Info),
    ("default-group-missing", Medium),
    ("default-rule-forwards", Low),
    ("default-vpc", Low),
    ("deletion-protection-off", Low),
    ("deregistration-delay-zero", Info),
    ("desync-monitor", High),
    ("dns-alias-dangling", Low),
    ("dns-internal-published", Info),
    ("encryption-not-enforced", Info),
    ("endpoint-service-foreign-principal", Info),
    ("endpoint-service-open", High),
    ("fixed-response-discloses", Info),
    ("flow-logs-missing", Medium),
    ("forwarded-header-kept", Medium),
    ("fronts-application-load-balancer", Info),
    ("gateway-endpoint-single-zone", Low),
    ("gateway-flows-kept-on-failure", Low),
    ("gateway-single-appliance", Medium),
    ("health-check-cleartext", Info),
    ("health-check-disabled", Low),
    ("health-check-logs-off", Info),
    ("health-check-weaker", Info),
    ("host-header-preserved", Info),
    ("hsts-missing", Info),
    ("http2-off", Info),
    ("idle-timeout-long", Info),
    ("internal-exposed-by-front", Medium),
    ("internal-ipv6-reachable", High),
    ("internal-open-to-any", Low),
    ("internet-facing", High),
    ("invalid-headers-kept", Medium),
    ("ipv6-rule-divergent", Medium),
    ("ipv6-wider-than-ipv4", Medium),
    ("jwt-audience-unchecked", Medium),
    ("jwt-keys-foreign", Info),
    ("jwt-keys-in-clear", High),
    ("lambda-duplicate-headers-lost", Low),
    ("lambda-policy-open", Medium),
    ("listener-cleartext", High),
    ("listener-cleartext-port", Medium),
    ("listener-port-closed", Info),
    ("listener-sensitive-port", High),
    ("load-balancer-impaired", Medium),
    ("log-bucket-foreign", High),
    ("log-bucket-missing", High),
    ("log-bucket-public", Medium),
    ("log-delivery-broken", Medium),
    ("log-delivery-stopped", Info),
    ("mtls-authorities-advertised", Info),
    ("mtls-bypass", High),
    ("mtls-expired-accepted", High),
    ("mtls-many-authorities", Medium),
    ("mtls-passthrough", High),
    ("mtls-revocation-missing", Low),
    ("mtls-trust-store-removed", High),
    ("no-listeners", Low),
    ("no-targets", Low),
    ("no-tls-listener", Info),
    ("no-traffic", Info),
    ("post-quantum-missing", Info),
    ("private-link-unfiltered", Medium),
    ("proxy-protocol-spoofable", Medium),
    ("public-access-blocked", Info),
    ("quota-near", Info),
    ("redirect-foreign-host", Info),
    ("redirect-port-unserved", Low),
    ("redirect-temporary", Info),
    ("redirect-to-http", Medium),
    ("rule-header-gate", Info),
    ("rule-rewrite-bypass", Info),
    ("rule-shadowed", Low),
    ("rule-source-behind-proxy", Low),
    ("rule-source-open", Medium),
    ("rule-unserved", High),
    ("security-group-admits-nobody", Low),
    ("security-group-blocks-targets", Low),
    ("security-group-default", Low),
    ("security-group-missing", Medium),
    ("security-group-rule-stale", Info),
    ("security-group-unused-port", Low),
    ("security-headers-missing", Info),
    ("server-header-sent", Info),
    ("shield-not-protected", Medium),
    ("single-zone", Low),
    ("sticky-cookie-cleartext", Info),
    ("subnet-route-mismatch", Info),
    ("tags-missing", Info),
    ("target-group-cleartext", Low),
    ("target-group-unused", Info),
    ("target-group-weight-dead", Low),
    ("target-groups-mixed", Medium),
    ("target-public", High),
    ("target-remote", Info),
    ("target-remote-cleartext", Medium),
    ("target-security-group-open", Medium),
    ("target-stale", Medium),
    ("target-unhealthy", Low),
    ("target-zone-not-enabled", Info),
    ("targets-all-unhealthy", High),
    ("targets-too-few", Info),
    ("targets-uneven", Info),
    ("tls-1-3-missing", Info),
    ("tls-backend-legacy", Info),
    ("tls-header-renamed", Info),
    ("tls-legacy-protocol", High),
    ("tls-passthrough-unverified", Info),
    ("tls-policies-differ", Low),
    ("tls-policy-not-recommended", Low),
    ("tls-weak-cipher", Medium),
    ("trust-store-shared", Low),
    ("udp-amplification", Medium),
    ("waf-classic", Medium),
    ("waf-counts-only", High),
    ("waf-ddos-protection-off", Info),
    ("waf-empty", High),
    ("waf-fail-open", Medium),
    ("waf-known-bad-inputs-missing", Low),
    ("waf-large-body-passes", Low),
    ("waf-managed-rules-missing", Low),
    ("waf-metrics-off", Info),
    ("waf-not-associated", Medium),
    ("waf-not-logged", Low),
    ("waf-rate-limit-missing", Medium),
    ("zonal-shift-off", Info),
];

#[test]
fn every_check_has_the_severity_that_was_agreed() {
    let checks: Vec<(&str, Severity)> =
        ALL.iter().map(|check| (check.id, check.severity)).collect();
    assert_eq!(checks, AGREED);
}

#[test]
fn a_finding_carries_the_severity_of_its_own_listener() {
    let inventory = sample::with_region(&Kind::Application, |region| {
        *sample::listeners(sample::only(region)) = vec![
            sample::listener("HTTP", 80, vec![sample::forward("web")]),
            sample::listener("HTTP", 8081, vec![sample::forward("web")]),
        ];
    });
    let report = report(&inventory);
    let fails = report.findings.iter().filter(|finding| {
        finding.outcome == Outcome::Fail && finding.check == "listener-cleartext"
    });
    let found: Vec<_> = fails
        .map(|finding| (finding.subject.label.as_str(), finding.severity, finding.exposure.word()))
        .collect();
    assert_eq!(found, [("HTTP:80", High, "internet"), ("HTTP:8081", Medium, "blocked")]);
}
