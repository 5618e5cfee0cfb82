//! `JUnit`: what each finding becomes, that the numbers are right, that nothing unread is green, and the cut.

use std::collections::BTreeSet;

use elb_audit_core::fixtures::sample;
use elb_audit_core::render::Style;
use elb_audit_core::report::{Finding, Outcome, Report};
use elb_audit_core::vocab::evidence::Evidence;
use elb_audit_core::vocab::severity::Severity;
use serde_json::json;

use super::reports::{everything, reports};
use super::written;

/// A suite as it stands in the text.
struct Suite<'a>(&'a str);

/// A case as it stands in the text.
struct Case<'a>(&'a str);

fn suites(text: &str) -> impl Iterator<Item = Suite<'_>> {
    text.split("<testsuite ").skip(1).map(Suite)
}

fn attribute<'a>(text: &'a str, name: &str) -> &'a str {
    let opened = format!("{name}=\"");
    let value = text.split_once(&*opened).unwrap_or_else(|| panic!("no {name}: {text}")).1;
    value.split_once('"').expect("an end").0
}

impl<'a> Suite<'a> {
    fn cases(&self) -> impl Iterator<Item = Case<'a>> + use<'a> {
        self.0.split("<testcase ").skip(1).map(Case)
    }

    fn number(&self, name: &str) -> usize {
        attribute(self.0, name).parse().expect("a number")
    }
}

impl<'a> Case<'a> {
    fn names(&self) -> (&'a str, &'a str) {
        (attribute(self.0, "classname"), attribute(self.0, " name"))
    }

    fn is(&self, tag: &str) -> bool {
        self.0.contains(&format!("><{tag} "))
    }
}

fn junit(report: &Report) -> String {
    written("junit", report, Style::DETAILED)
}

/// The cases of the suite that says what was read.
fn coverage(text: &str) -> Vec<Case<'_>> {
    let suite = suites(text).find(|suite| attribute(suite.0, "name") == "coverage");
    suite.expect("the suite").cases().collect()
}

/// The case of the finding that is the first of its kind.
fn case_of<'a>(text: &'a str, report: &Report, is: impl Fn(&Finding) -> bool) -> Case<'a> {
    let finding = report.findings.iter().find(|one| is(one)).expect("a finding");
    let lb = finding.load_balancer.as_ref().map_or("", |lb| &lb.name);
    let mut cases = suites(text).flat_map(|suite| suite.cases().collect::<Vec<_>>());
    let own = |case: &Case| {
        let (class, name) = case.names();
        class == finding.check && name.contains(lb) && name.contains(&finding.subject.label)
    };
    cases.find(own).expect("its case")
}

#[test]
fn each_finding_is_a_case_that_says_all_there_is() {
    let mut report = everything();
    let unknown = report.findings.iter_mut().find(|one| one.outcome == Outcome::Unknown);
    unknown.expect("an unknown one").evidence = Evidence::new()
        .with("call", "elbv2:DescribeRules")
        .with("action", "elasticloadbalancing:DescribeRules");
    let text = junit(&report);
    let says = |is: fn(&Finding) -> bool, all: &[&str]| {
        let case = case_of(&text, &report, is).0;
        for words in all {
            assert!(case.contains(words), "{words}: {case}");
        }
    };
    says(
        |one| one.check == "listener-cleartext" && one.outcome == Outcome::Fail,
        &[
            r#"<failure type="high" message="requests in cleartext">requests in cleartext"#,
            "\nplace: aws/111122223333/eu-west-1/application/shop\n",
            "\nresource: listener/HTTP:80\nexposure: open to the internet\n",
            "\nfix: put it right\n",
            "\ntarget groups: legacy\n",
            "\nfingerprint: 0123456789abcdef0123</failure></testcase>",
        ],
    );
    says(
        |one| one.check == "redirect-to-http",
        &[
            r#"<error type="unknown" message="could not be assessed: redirect-to-http">"#,
            "\ncall: elbv2:DescribeRules\n",
            "\naction: elasticloadbalancing:DescribeRules\n",
        ],
    );
    says(
        |one| one.accepted.as_ref().is_some_and(|by| by.expires.is_some()),
        &[
            r#"<skipped type="accepted" message="accepted by edge team until 2027-01-31: rebuilt by spring">"#,
            "\naccepted by edge team until 2027-01-31: rebuilt by spring\n",
        ],
    );
    says(
        |one| one.check == "internet-facing",
        &["><system-out>note: open: shop, open to the internet;"],
    );
    says(|one| one.outcome == Outcome::Pass, &[r#" time="0"/>"#]);
    for message in [
        "new in edition 2027-03, does not count yet",
        "newer than every edition, does not count yet",
    ] {
        assert!(text.contains(&format!(r#"<skipped type="informing" message="{message}">"#)));
    }
    assert!(text.contains(r#"<property name="account_name" value="Shop"/>"#));
    assert!(text.contains(r#"<property name="version" value="0.1.0"/>"#));
    assert!(text.contains(&format!(r#"<property name="taken_at" value="{}"/>"#, report.taken_at)));
}

#[test]
fn the_numbers_of_a_suite_are_those_of_its_cases() {
    for (name, report) in reports() {
        let text = junit(&report);
        let mut sums = [0_usize; 3];
        for suite in suites(&text) {
            let cases: Vec<Case> = suite.cases().collect();
            let of = |tag: &str| cases.iter().filter(|case| case.is(tag)).count();
            let found = [cases.len(), of("failure"), of("error"), of("skipped")];
            let told = ["tests", "failures", "errors", "skipped"].map(|word| suite.number(word));
            assert_eq!(told, found, "{name}: {}", attribute(suite.0, "name"));
            sums.iter_mut().zip(told).for_each(|(sum, number)| *sum += number);
        }
        let root = text.split_once("<testsuites ").expect("a root").1;
        let told: [usize; 3] =
            ["tests", "failures", "errors"].map(|word| attribute(root, word).parse().unwrap());
        assert_eq!(sums, told, "{name}");
    }
}

#[test]
fn a_suite_is_an_account_and_region() {
    let report = everything();
    let text = junit(&report);
    let names: Vec<&str> = suites(&text).map(|suite| attribute(suite.0, "name")).collect();
    let places = report.findings.iter().map(|one| format!("{} {}", one.account, one.region));
    let places: BTreeSet<String> = places.collect();
    assert_eq!(names[0], "coverage");
    assert_eq!(names[1..], places.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn what_could_not_be_read_is_an_error() {
    let mut without_regions = reports().remove("unread").expect("a report");
    without_regions.regions.clear();
    without_regions.summary.regions_unread = 0;
    let mut all = reports();
    all.insert("without-regions", without_regions);
    for (name, report) in all {
        let text = junit(&report);
        let errors: Vec<Case> =
            coverage(&text).into_iter().filter(|case| case.is("error")).collect();
        let read = report.summary.regions_read > 0;
        let whole =
            report.gaps.iter().all(|gap| gap.advisory) && report.summary.regions_unread == 0;
        assert_eq!(errors.is_empty(), read && whole, "{name}: {text}");
        let nothing = errors.iter().any(|case| case.0.contains("nothing could be assessed"));
        assert_eq!(nothing, !read, "{name}");
        // A server that finds no case at all takes the file for broken.
        assert!(!coverage(&text).is_empty(), "{name}");
    }
    let text = junit(&everything());
    let errors: Vec<&str> = coverage(&text).iter().map(|case| case.names().1).collect();
    for place in ["111122223333 eu-south-1", "777788889999", "444455556666 us-east-1"] {
        assert!(errors.contains(&place), "{place}: {errors:?}");
    }
}

#[test]
fn no_two_cases_have_one_name() {
    let mut report = everything();
    let mut twins = report.findings.clone();
    for twin in &mut twins {
        twin.region.push_str("-other");
        twin.fingerprint.push('f');
    }
    // Two certificates of one domain; only what they are tells them apart.
    let mut twin = twins[4].clone();
    "fedcba98765432100123".clone_into(&mut twin.fingerprint);
    twins.push(twin);
    report.findings.extend(twins);
    let text = junit(&report);
    let cases: Vec<Case> =
        suites(&text).flat_map(|suite| suite.cases().collect::<Vec<_>>()).collect();
    let names: BTreeSet<(&str, &str)> = cases.iter().map(Case::names).collect();
    assert_eq!(names.len(), cases.len());
    assert!(names.iter().all(|(class, name)| !class.is_empty() && !name.is_empty()));
    let marked = names.iter().filter(|(_, name)| name.contains("www.example.com"));
    let marked: Vec<&str> = marked.map(|(_, name)| *name).collect();
    let at = "shop www.example.com (111122223333 eu-west-1";
    let expected = [
        format!("{at})"),
        format!("{at}-other) [0123456789abcdef0123f]"),
        format!("{at}-other) [fedcba98765432100123]"),
    ];
    assert_eq!(marked, expected);
}

/// As many findings like this one, each about a load balancer of its own.
fn many(finding: &Finding, number: usize) -> impl Iterator<Item = Finding> + '_ {
    (0..number).map(|nth| {
        let mut one = finding.clone();
        if let Some(lb) = &mut one.load_balancer {
            lb.name = format!("lb-{nth}");
        }
        one.fingerprint = format!("{nth:020x}");
        one
    })
}

/// Elements, attributes and texts of the file.
fn objects(text: &str) -> usize {
    let elements =
        text.matches('<').count() - text.matches("</").count() - text.matches("<?").count();
    let texts = text
        .split('>')
        .filter(|part| part.find('<').is_some_and(|at| !part[..at].trim().is_empty()));
    elements + text.matches("=\"").count() + texts.count()
}

#[test]
fn what_gitlab_does_not_take_is_cut_passes_first_and_said() {
    let report = everything();
    let of = |is: fn(&Finding) -> bool| report.findings.iter().find(|one| is(one)).unwrap().clone();
    let (fault, pass) = (of(Finding::is_fault), of(|one| one.outcome == Outcome::Pass));
    let accepted = of(|one| one.accepted.is_some());
    let mut report = reports().remove("nothing").expect("a report");
    report.findings.extend(many(&pass, 100_000));
    report.findings.extend(many(&fault, 3).chain([accepted]));
    let text = junit(&report);
    assert!(objects(&text) < 250_000, "{}", objects(&text));
    assert!(objects(&text) > 200_000, "no more is cut than has to be");
    assert_eq!(text.matches("<failure ").count(), 3);
    assert_eq!(text.matches(r#"type="accepted""#).count(), 1);
    let kept = text.matches("<testcase ").count() - coverage(&text).len() - 4;
    let left = 100_000 - kept;
    let said = format!(
        "left out, the file would be too large: {left} passing cases; other formats have all"
    );
    let cut = coverage(&text).into_iter().find(|case| case.is("skipped")).expect("a case");
    assert!(cut.0.contains(&said), "{}", cut.0);
    assert!(text.contains(&format!("<system-out>{said}</system-out>")));
}

#[test]
fn of_too_many_faults_the_worst_are_kept() {
    let fault = everything().findings.into_iter().find(Finding::is_fault).expect("a fault");
    let mut report = reports().remove("nothing").expect("a report");
    let long = "<".repeat(900);
    let low = Finding {
        severity: Severity::Low,
        account: sample::ACCOUNT.to_owned(),
        evidence: Evidence::new().with("listener", json!(long)),
        ..fault.clone()
    };
    report.findings.extend(many(&low, 20_000));
    report.findings.extend(many(&Finding { severity: Severity::High, ..fault }, 10));
    let text = junit(&report);
    assert!(text.len() < 30_000_000 && text.len() > 25_000_000, "{}", text.len());
    assert_eq!(text.matches(r#"<failure type="high""#).count(), 10);
    let kept = text.matches(r#"<failure type="low""#).count();
    assert!(text.contains(&format!("too large: {} cases;", 20_000 - kept)), "{kept}");
    let lines = text.lines().map(str::len).max();
    assert!(lines.is_some_and(|longest| longest < 100_000), "{lines:?}");
}
