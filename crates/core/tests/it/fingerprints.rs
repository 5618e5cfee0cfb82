//! Findings by the beginning of their fingerprints.

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::demo;
use elb_audit_core::report::fingerprint::{NotNamed, SHORTEST, named};
use elb_audit_core::report::{Report, short_fingerprints};

/// The demo's report with these fingerprints and no other finding.
fn report(fingerprints: &[&str]) -> Report {
    let inventory = demo::inventory();
    let mut report = audit(&inventory, ALL, &Options::at(inventory.taken_at));
    report.findings.truncate(fingerprints.len());
    for (finding, fingerprint) in report.findings.iter_mut().zip(fingerprints) {
        (*fingerprint).clone_into(&mut finding.fingerprint);
    }
    report
}

#[test]
fn one_length_tells_all_findings_apart() {
    for (fingerprints, length) in [
        (&[][..], 8),
        (&["0123456789abcdef0123"], 8),
        (&["0123456789abcdef0123", "1123456789abcdef0123"], 8),
        (&["0123456700abcdef0123", "0123456800abcdef0123"], 8),
        (&["0123456700abcdef0123", "0123456710abcdef0123"], 9),
        (&["2", "0123456789abcdef0123", "1", "0123456789ab0def0123"], 13),
        // One finding, told twice.
        (&["0123456789abcdef0123", "0123456789abcdef0123"], 8),
    ] {
        assert_eq!(short_fingerprints(&report(fingerprints)), length, "{fingerprints:?}");
    }
}

#[test]
fn what_is_shown_of_a_fingerprint_names_its_finding() {
    let inventory = demo::inventory();
    let report = audit(&inventory, ALL, &Options::at(inventory.taken_at));
    let length = short_fingerprints(&report);
    assert!(length >= SHORTEST);
    for finding in &report.findings {
        let found = named(&report, &finding.fingerprint[..length]).expect("a finding");
        assert_eq!(found.fingerprint, finding.fingerprint);
    }
}

#[test]
fn what_names_no_finding_says_why() {
    let report = report(&["0123456789abcdef0123", "0123456789abcdef9999", "ffffffffffffffffffff"]);
    let refused = |beginning: &str| named(&report, beginning).expect_err(beginning);
    for short in ["", "f", "fffffff"] {
        assert_eq!(refused(short), NotNamed::TooShort(short.to_owned()));
    }
    let common = "0123456789abcdef";
    assert_eq!(refused(common), NotNamed::Ambiguous(common.to_owned()));
    assert_eq!(refused("eeeeeeee"), NotNamed::Unknown("eeeeeeee".to_owned()));
    let long = "ffffffffffffffffffff0";
    assert_eq!(refused(long), NotNamed::Unknown(long.to_owned()));
    assert!(named(&report, "ffffffff").is_ok() && named(&report, "0123456789abcdef0").is_ok());
}
