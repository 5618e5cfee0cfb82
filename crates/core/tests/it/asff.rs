//! Faults as Security Hub takes them: what each becomes, and that nothing is ever too long.

use std::borrow::Cow;
use std::collections::BTreeSet;

use elb_audit_core::audit::compare::compare;
use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::scenes;
use elb_audit_core::render::asff::findings;
use elb_audit_core::report::{Accepted, Finding, Outcome, Report};
use elb_audit_core::vocab::evidence::Evidence;
use serde_json::{Value, json};

/// The report of the account with all scenes, and the same a day later.
pub(crate) fn report(days: i64) -> Report {
    let mut inventory = scenes::inventory(ALL);
    inventory.taken_at += jiff::SignedDuration::from_hours(24 * days);
    audit(&inventory, ALL, &Options::at(inventory.taken_at))
}

fn all(report: &Report) -> Vec<Value> {
    findings(report, "eu-west-1").into_values().flatten().collect()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn of<'a>(all: &'a [Value], finding: &Finding) -> &'a Value {
    let named = |one: &&Value| text(&one["Id"]).ends_with(&finding.fingerprint);
    all.iter().find(named).unwrap_or_else(|| panic!("no {}", finding.fingerprint))
}

fn state(one: &Value) -> (&str, &str) {
    (text(&one["RecordState"]), text(&one["Compliance"]["Status"]))
}

/// The first fault that belongs to a load balancer.
pub(crate) fn fault(report: &mut Report) -> &mut Finding {
    let mut faults = report.findings.iter_mut().filter(|one| one.is_fault());
    faults.find(|one| one.load_balancer.is_some()).expect("a fault")
}

#[test]
fn every_fault_is_active_and_failed_where_it_is() {
    let report = report(0);
    let by_place = findings(&report, "eu-west-1");
    let faults: BTreeSet<&str> =
        report.findings.iter().filter(|one| one.is_fault()).map(|one| &*one.fingerprint).collect();
    assert_eq!(by_place.values().map(Vec::len).sum::<usize>(), faults.len());
    assert!(by_place.len() >= 4, "{:?}", by_place.keys());
    for ((account, region), findings) in &by_place {
        let product = format!("arn:aws:securityhub:{region}:{account}:product/{account}/default");
        for one in findings {
            assert_eq!(state(one), ("ACTIVE", "FAILED"));
            assert_eq!(
                (&one["ProductArn"], &one["AwsAccountId"]),
                (&json!(product), &json!(account))
            );
            assert_eq!(one["UpdatedAt"], json!(report.taken_at));
            assert!(one.get("Workflow").is_none() && one.get("Note").is_none());
        }
    }
}

#[test]
fn a_fault_tells_all_that_filters_want() {
    let mut report = report(0);
    let finding = fault(&mut report).clone();
    let all = all(&report);
    let one = of(&all, &finding);
    assert_eq!(one["GeneratorId"], json!(format!("elb-audit/{}", finding.check)));
    assert_eq!(one["Title"], json!(finding.title));
    assert_eq!(one["Severity"]["Original"], json!(finding.severity.word()));
    let lb = finding.load_balancer.as_ref().unwrap();
    assert_eq!(one["Resources"][0]["Id"], json!(lb.arn));
    assert_eq!(one["Resources"][0]["Partition"], json!("aws"));
    let kind = if lb.kind == "classic" { "AwsElbLoadBalancer" } else { "AwsElbv2LoadBalancer" };
    assert_eq!(one["Resources"][0]["Type"], json!(kind));
    let fields = one["ProductFields"].as_object().unwrap();
    assert_eq!(fields["elb-audit/check"], json!(finding.check));
    assert_eq!(fields["elb-audit/exposure"], json!(finding.exposure.word()));
    for name in finding.evidence.0.keys() {
        assert!(fields.contains_key(&format!("elb-audit/evidence/{name}")), "{name}");
    }
    assert!(one["Remediation"]["Recommendation"]["Url"].as_str().unwrap().starts_with("https://"));
}

#[test]
fn a_mended_fault_is_archived_and_an_unseen_one_is_not() {
    let before = report(0);
    let (mut fixed, mut blind) = (report(1), report(1));
    let gone = fault(&mut fixed).clone();
    fixed.findings.retain(|one| one.fingerprint != gone.fingerprint);
    compare(&before, &mut fixed);
    let archived = all(&fixed);
    let one = of(&archived, &gone);
    assert_eq!(state(one), ("ARCHIVED", "PASSED"));
    assert!(one["Description"].as_str().unwrap().contains(" Resolved: "), "{one}");
    // Nor does one stay active that this version does not find any more.
    let mut other = report(0);
    other.basis.revisions = Some(Cow::Owned([].into()));
    let mut otherwise = report(1);
    otherwise.findings.retain(|one| one.fingerprint != gone.fingerprint);
    compare(&other, &mut otherwise);
    assert!(otherwise.comparison.as_ref().is_some_and(|one| one.resolved.is_empty()));
    assert_eq!(state(of(&all(&otherwise), &gone)), ("ARCHIVED", "PASSED"));
    let unknown = fault(&mut blind);
    unknown.outcome = Outcome::Unknown;
    unknown.evidence = Evidence::new().with("call", "elbv2:DescribeListeners");
    compare(&before, &mut blind);
    let unseen = all(&blind);
    let one = of(&unseen, &gone);
    assert_eq!(state(one), ("ACTIVE", "NOT_AVAILABLE"));
    assert_eq!(one["LastObservedAt"], json!(before.taken_at));
    assert!(one["Description"].as_str().unwrap().contains(" Not assessed since "), "{one}");
    blind.accounts.clear();
    assert_eq!(all(&blind).iter().filter(|one| state(one).1 == "NOT_AVAILABLE").count(), 0);
}

#[test]
fn a_fault_keeps_the_day_that_it_was_first_seen() {
    let before = report(0);
    let mut after = report(1);
    compare(&before, &mut after);
    let all = all(&after);
    let kept = all.iter().filter(|one| one["CreatedAt"] == json!(before.taken_at)).count();
    assert!(
        kept > 100 && all.iter().all(|one| one["UpdatedAt"] == json!(after.taken_at)),
        "{kept}"
    );
}

#[test]
fn an_accepted_fault_is_archived_and_a_newer_check_s_is_left_out() {
    let mut report = report(0);
    let accepted = fault(&mut report);
    let by =
        Accepted { reason: "moves in May".to_owned(), owner: "edge".to_owned(), expires: None };
    accepted.accepted = Some(by);
    let accepted = accepted.clone();
    let newer = fault(&mut report);
    newer.advisory = true;
    let newer = newer.fingerprint.clone();
    let all = all(&report);
    let one = of(&all, &accepted);
    assert_eq!(state(one), ("ARCHIVED", "FAILED"));
    assert_eq!(one["ProductFields"]["elb-audit/accepted-by"], json!("edge"));
    assert!(all.iter().all(|one| !one["Id"].as_str().unwrap().ends_with(&newer)));
}

#[test]
fn what_has_no_region_goes_home_and_partitions_without_a_name_are_left_out() {
    let mut report = report(0);
    "global".clone_into(&mut fault(&mut report).region);
    "aws-eusc".clone_into(&mut report.accounts[0].partition);
    let fingerprint = fault(&mut report).fingerprint.clone();
    let account = report.accounts[0].id.clone();
    let by_place = findings(&report, "eusc-de-east-1");
    let home = &by_place[&(account.clone(), "eusc-de-east-1".to_owned())];
    assert_eq!(home.len(), 1);
    assert_eq!(home[0]["Id"], json!(format!("global/{account}/elb-audit/{fingerprint}")));
    assert!(home[0]["ProductArn"].as_str().unwrap().starts_with("arn:aws-eusc:securityhub:"));
    let resource = &home[0]["Resources"][0];
    assert!(resource.get("Partition").is_none() && resource.get("Region").is_none());
}

/// A finding of which every text is as long and as odd as anyone could make it.
pub(crate) fn swollen(finding: &mut Finding) {
    let long = "n\u{202e}ä😀\"\\\n<>&".repeat(1_000);
    for text in
        [&mut finding.title, &mut finding.fix, &mut finding.check, &mut finding.subject.label]
    {
        text.clone_from(&long);
    }
    finding.subject.id = format!("arn:x{long}");
    let lb = finding.load_balancer.as_mut().expect("a load balancer");
    lb.name.clone_from(&long);
    lb.arn = format!("arn:{long}");
    let many = vec![long.clone(); 3];
    finding.evidence = (0..60).fold(Evidence::new(), |evidence, number| {
        evidence.with(&format!("{number}{}", "f".repeat(1_000)), many.clone()).with("", "")
    });
}

#[test]
fn nothing_is_too_long_whatever_it_says() {
    let mut report = report(0);
    swollen(fault(&mut report));
    let fingerprint = fault(&mut report).fingerprint.clone();
    let all = all(&report);
    let one = all.iter().find(|one| one["Id"].as_str().unwrap().ends_with(&fingerprint)).unwrap();
    assert!(one.to_string().len() < 240 * 1024, "{}", one.to_string().len());
    let text = |place: &str| one.pointer(place).and_then(Value::as_str).unwrap();
    for (place, most) in [
        ("/Id", 512),
        ("/GeneratorId", 512),
        ("/Title", 256),
        ("/Description", 1_024),
        ("/Remediation/Recommendation/Text", 512),
        ("/Resources/0/Id", 512),
        ("/Resources/1/Id", 512),
    ] {
        let length = text(place).len();
        assert!(length <= most && length > 20, "{place}: {length}");
        assert!(!text(place).contains('\u{202e}'), "{place}");
    }
    let fields = one["ProductFields"].as_object().unwrap();
    assert!(fields.len() <= 50 && fields.len() > 30, "{}", fields.len());
    for (name, value) in fields {
        let value = value.as_str().unwrap();
        assert!(name.len() <= 128 && value.len() <= 2_048 && !value.is_empty(), "{name}");
    }
}
