//! Severity by exposure, and that findings carry it.

use elb_audit_core::analysis::reach::Exposure;
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
