//! Severity by exposure, and that findings carry it.

use elb_audit_core::call::Call;
use elb_audit_core::check::Severity::{self, Critical, High, Info, Low, Medium};
use elb_audit_core::checks::ALL;
use elb_audit_core::exposure::Exposure;
use elb_audit_core::inventory::Kind;
use elb_audit_core::report::Outcome;
use elb_audit_core::sample;

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
        assert!(full.iter().all(|exposure| base.at(exposure) == base), "{base:?}");
        assert!(lower.iter().all(|exposure| base.at(exposure) == lowered), "{base:?}");
    }
}

#[test]
fn every_check_has_the_severity_that_was_agreed() {
    let table = [
        ("access-logs-disabled", Medium),
        ("alpn-mismatch", Info),
        ("authentication-optional", Medium),
        ("backend-certificate-unverified", Low),
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
        ("classic-cipher-order-unset", Low),
        ("classic-policy-custom", Info),
        ("deletion-protection-off", Low),
        ("desync-monitor", High),
        ("internet-facing", High),
        ("invalid-headers-kept", Medium),
        ("listener-cleartext", High),
        ("listener-cleartext-port", Medium),
        ("listener-sensitive-port", High),
        ("mtls-authorities-advertised", Info),
        ("mtls-expired-accepted", High),
        ("mtls-many-authorities", Medium),
        ("mtls-passthrough", High),
        ("mtls-revocation-missing", Low),
        ("mtls-trust-store-removed", High),
        ("no-listeners", Low),
        ("no-targets", Low),
        ("no-tls-listener", Info),
        ("post-quantum-missing", Info),
        ("redirect-to-http", Medium),
        ("security-group-missing", Medium),
        ("target-unhealthy", Low),
        ("targets-all-unhealthy", High),
        ("tls-1-3-missing", Info),
        ("tls-backend-legacy", Info),
        ("tls-legacy-protocol", High),
        ("tls-passthrough-unverified", Info),
        ("tls-policies-differ", Low),
        ("tls-policy-not-recommended", Low),
        ("tls-weak-cipher", Medium),
        ("trust-store-shared", Low),
        ("waf-not-associated", Medium),
    ];
    let checks: Vec<(&str, Severity)> =
        ALL.iter().map(|check| (check.id, check.severity)).collect();
    assert_eq!(checks, table);
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
    let fails = report.findings.iter().filter(|finding| finding.outcome == Outcome::Fail);
    let found: Vec<_> = fails
        .map(|finding| (finding.subject.label.as_str(), finding.severity, finding.exposure.word()))
        .collect();
    assert_eq!(found, [("HTTP:80", High, "internet"), ("HTTP:8081", Medium, "blocked")]);
}
