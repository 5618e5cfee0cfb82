//! Controls: whose they are, and what comes of each.

use std::collections::{BTreeMap, BTreeSet};

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks::ALL;
use elb_audit_core::compliance::{Framework, RULES, Source, checks_of, controls, controls_of};
use elb_audit_core::fixtures::{sample, scenes};
use elb_audit_core::inventory::{Inventory, Kind};
use elb_audit_core::policy::config::Config;
use elb_audit_core::render::{self, Style};
use elb_audit_core::report::controls::{ControlReport, ControlStatus, FrameworkReport};
use elb_audit_core::report::{Finding, Outcome, Report};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Listing};
use elb_audit_core::vocab::severity::Severity;

fn judged_with(inventory: &Inventory, framework: Framework, toml: &str) -> Report {
    let policy = Config::parse(toml).expect("a configuration").policy;
    let frameworks = vec![framework];
    let options = Options { policy, frameworks, ..Options::at(inventory.taken_at) };
    audit(inventory, ALL, &options)
}

fn judged(inventory: &Inventory, framework: Framework) -> FrameworkReport {
    judged_with(inventory, framework, "").frameworks.remove(0)
}

fn control<'a>(report: &'a FrameworkReport, id: &str) -> &'a ControlReport {
    report.controls.iter().find(|control| control.id == id).expect(id)
}

fn status(inventory: &Inventory, id: &str) -> ControlStatus {
    control(&judged(inventory, Framework::Fsbp), id).status
}

/// A load balancer whose one HTTP listener forwards.
fn cleartext(kind: &Kind) -> Inventory {
    sample::listening(kind, vec![sample::listener("HTTP", 80, vec![sample::forward("web")])])
}

#[test]
fn every_check_that_a_control_names_exists() {
    let known: BTreeSet<&str> = ALL.iter().map(|check| check.id).collect();
    let named: BTreeSet<&str> = RULES.iter().flat_map(|rule| rule.checks).copied().collect();
    let missing: Vec<&&str> = named.difference(&known).collect();
    assert!(missing.is_empty(), "no check has the id {missing:?}");
}

#[test]
fn every_rule_is_asked_by_someone_once_and_of_some_kind() {
    for rule in RULES {
        assert!(!rule.title.is_empty() && !rule.kinds.is_empty(), "{rule:?}");
        assert!(!rule.asked_by.is_empty() && !rule.checks.is_empty(), "{rule:?}");
        for asked in rule.asked_by {
            let ids: BTreeSet<&str> = asked.ids.iter().copied().collect();
            assert!(ids.len() == asked.ids.len() && !ids.is_empty(), "{asked:?}");
        }
    }
    let all = controls(Framework::Fsbp);
    let fsbp: Vec<&str> = all.iter().map(|control| control.id).collect();
    let expected = [
        "ACM.1",
        "ACM.2",
        "AutoScaling.1",
        "ELB.1",
        "ELB.2",
        "ELB.3",
        "ELB.4",
        "ELB.5",
        "ELB.6",
        "ELB.7",
        "ELB.8",
        "ELB.9",
        "ELB.10",
        "ELB.12",
        "ELB.13",
        "ELB.14",
        "ELB.16",
        "ELB.17",
        "ELB.18",
        "ELB.21",
        "ELB.22",
        "WAF.10",
        "WAF.11",
        "WAF.12",
    ];
    assert_eq!(fsbp, expected);
    for control in all {
        assert_eq!(control.rules.len(), 1, "{}", control.id);
        let low = ["AutoScaling.1", "ELB.7"].contains(&control.id);
        let expected = match control.id {
            id if !id.starts_with("ELB.") && id != "AutoScaling.1" => None,
            _ if low => Some(Severity::Low),
            _ => Some(Severity::Medium),
        };
        assert_eq!(control.severity, expected, "{}", control.id);
    }
}

#[test]
fn a_check_knows_its_controls() {
    let all = controls_of("deletion-protection-off");
    let of = |framework| {
        let mine = all.iter().filter(|(one, _)| *one == framework);
        mine.map(|(_, id)| *id).collect::<Vec<_>>()
    };
    assert_eq!(of(Framework::Fsbp), ["ELB.6"]);
    assert_eq!(of(Framework::Nist80053), ["CA-9(1)", "CM-2", "CM-2(2)", "CM-3", "SC-5(2)"]);
    assert_eq!(of(Framework::ConfigRule), ["elb-deletion-protection-enabled"]);
    assert_eq!(of(Framework::ControlTower), ["CT.ELASTICLOADBALANCING.PR.5"]);
    assert_eq!((of(Framework::Pci4), of(Framework::Cis)), (Vec::new(), Vec::new()));
    assert_eq!(controls_of("no-targets"), []);
    assert!(checks_of(Framework::Pci4).contains(&"waf-not-associated"));
    for framework in Framework::ALL {
        assert_eq!(Framework::named(framework.id()), Some(framework));
        assert_eq!(serde_json::json!(framework), framework.id());
    }
}

#[test]
fn a_control_is_asked_of_its_kinds_alone() {
    let application = cleartext(&Kind::Application);
    assert_eq!(status(&application, "ELB.1"), ControlStatus::Failed);
    assert_eq!(status(&application, "ELB.3"), ControlStatus::NotApplicable);
    let classic = cleartext(&Kind::Classic);
    assert_eq!(status(&classic, "ELB.1"), ControlStatus::NotApplicable);
    assert_eq!(status(&classic, "ELB.3"), ControlStatus::Failed);
}

#[test]
fn a_control_that_everything_meets_has_passed() {
    let clean = sample::clean(&Kind::Application);
    let report = judged(&clean, Framework::Fsbp);
    for id in ["ELB.1", "ELB.4", "ELB.5", "ELB.6", "ELB.12", "ELB.16", "ELB.17", "ACM.1", "ACM.2"] {
        let control = control(&report, id);
        assert_eq!((control.status, control.passed), (ControlStatus::Passed, 1), "{id}");
        assert!(control.failed.is_empty() && control.unknown.is_empty(), "{id}");
    }
    let counts = report.summary;
    let sum = counts.passed + counts.failed + counts.unknown + counts.not_covered;
    assert_eq!(sum + counts.not_applicable, report.controls.len());
    assert_eq!(counts.failed, 0);
}

#[test]
fn a_control_with_an_unknown_verdict_has_not_passed() {
    let unread = sample::with(&Kind::Gateway, |lb| {
        let call = Call::ElbV2DescribeLoadBalancerAttributes;
        lb.attributes = Fact::Unread(sample::denied(call));
    });
    let report = judged(&unread, Framework::Fsbp);
    let six = control(&report, "ELB.6");
    assert_eq!((six.status, six.unknown.len(), six.passed), (ControlStatus::Unknown, 1, 0));
}

#[test]
fn what_nobody_saw_has_not_passed() {
    let hidden = sample::with_region(&Kind::Application, |region| {
        region.classic = Listing::unread(sample::denied(Call::ElbDescribeLoadBalancers));
    });
    let report = judged(&hidden, Framework::Fsbp);
    let three = control(&report, "ELB.3");
    assert_eq!(three.status, ControlStatus::Unknown);
    let said = "elb:DescribeLoadBalancers was not answered in eu-west-1";
    assert_eq!(three.why.as_deref(), Some(said));
    assert_eq!(control(&report, "ELB.1").status, ControlStatus::Passed);
    let mut other = sample::clean(&Kind::Application);
    let mut region = elb_audit_core::inventory::Region::new("eu-south-1");
    region.v2 = Listing::unread(sample::denied(Call::ElbV2DescribeLoadBalancers));
    other.accounts[0].regions.push(region);
    let report = judged(&other, Framework::Fsbp);
    let one = control(&report, "ELB.1");
    assert_eq!(one.status, ControlStatus::Unknown);
    assert_eq!(one.why.as_deref(), Some("eu-south-1 could not be read"));
}

#[test]
fn a_check_that_did_not_run_answers_for_nothing() {
    let clean = sample::clean(&Kind::Application);
    let frameworks = vec![Framework::Fsbp];
    let options = Options { frameworks, ..Options::at(clean.taken_at) };
    let one: Vec<_> = ALL.iter().copied().filter(|check| check.id == "tls-weak-cipher").collect();
    let report = audit(&clean, &one, &options).framework.expect("a framework");
    let seventeen = control(&report, "ELB.17");
    assert_eq!(seventeen.status, ControlStatus::Unknown);
    let said = "did not run: tls-legacy-protocol, tls-policy-not-recommended";
    assert_eq!(seventeen.why.as_deref(), Some(said));
}

#[test]
fn an_accepted_fault_fails_its_control_all_the_same() {
    let toml = "[[accept]]\ncheck = \"listener-cleartext\"\nresource = \"web\"\nreason = \"r\"\n\
                owner = \"o\"\n";
    let report = judged_with(&cleartext(&Kind::Application), Framework::Fsbp, toml);
    let framework = report.framework.as_ref().expect("a framework");
    let one = control(framework, "ELB.1");
    assert_eq!(one.status, ControlStatus::Failed);
    assert!(one.failed[0].accepted && one.failed[0].label == "web HTTP:80", "{:?}", one.failed);
    assert_eq!(report.summary.faults.high, 0);
    assert!(text(&report).contains("eu-west-1 web HTTP:80 (accepted)"), "{}", text(&report));
}

#[test]
fn a_control_lists_every_resource_and_what_its_checks_say() {
    let demo = scenes::inventory(ALL);
    let frameworks = Framework::REPORTED.to_vec();
    let options = Options { frameworks, show_passed: true, ..Options::at(demo.taken_at) };
    let report = audit(&demo, ALL, &options);
    let by_fingerprint: BTreeMap<&str, &Finding> =
        report.findings.iter().map(|finding| (&*finding.fingerprint, finding)).collect();
    let (mut listed, mut of_several) = (0, 0);
    for control in report.frameworks.iter().flat_map(|framework| &framework.controls) {
        let passes = control.passes.as_ref().expect("what passed");
        let ids: BTreeSet<&str> = passes.iter().map(|one| &*one.id).collect();
        assert_eq!(ids.len(), control.passed, "{}", control.id);
        of_several += usize::from(passes.len() > ids.len());
        for one in control.failed.iter().chain(&control.unknown) {
            assert!(!ids.contains(&*one.id), "{}: {one:?} has passed too", control.id);
        }
        let fails = [Outcome::Fail, Outcome::Note];
        let lists = [(&control.failed, &fails[..]), (&control.unknown, &[Outcome::Unknown])];
        for (list, outcomes) in lists.into_iter().chain([(passes, &[Outcome::Pass][..])]) {
            for one in list {
                let finding = by_fingerprint[&*one.fingerprint];
                assert!(outcomes.contains(&finding.outcome), "{}: {one:?}", control.id);
                assert_eq!(one.outcome, Some(finding.outcome));
                assert_eq!(one.subject.as_ref(), Some(&finding.subject.id));
                let lb = finding.load_balancer.as_ref();
                assert_eq!(one.load_balancer.as_ref(), lb.map(|lb| &lb.name));
                assert_eq!(&one.id, lb.map_or(&finding.subject.id, |lb| &lb.arn));
                assert_eq!((&one.account, &one.region), (&finding.account, &finding.region));
                assert!(control.checks.contains(&one.check), "{}: {one:?}", control.id);
                listed += 1;
            }
        }
    }
    assert!(listed > 1000 && of_several > 5, "{listed} listed, {of_several} by several checks");
}

#[test]
fn several_frameworks_are_reported_each_as_by_itself() {
    let demo = scenes::inventory(ALL);
    let frameworks = vec![Framework::Pci4, Framework::Fsbp, Framework::Pci4];
    let options = Options { frameworks, ..Options::at(demo.taken_at) };
    let report = audit(&demo, ALL, &options);
    let ids: Vec<&str> = report.frameworks.iter().map(|framework| &*framework.id).collect();
    assert_eq!(ids, ["pci-4", "fsbp"]);
    assert_eq!(report.frameworks[0], judged(&demo, Framework::Pci4));
    assert_eq!(report.frameworks[1], judged(&demo, Framework::Fsbp));
    let first = report.framework.as_ref().expect("the first");
    assert_eq!(first, &report.frameworks[0].without_passes());
    assert!(first.controls.iter().all(|control| control.passes.is_none()));
    assert!(first.controls.iter().any(|control| control.passed > 0));
    let text_of = text(&report);
    let places: Vec<usize> = report
        .frameworks
        .iter()
        .map(|framework| text_of.find(&framework.title).expect("its title"))
        .collect();
    assert!(places[0] == 0 && places[0] < places[1], "{places:?}");
}

#[test]
fn the_text_leaves_no_resource_out() {
    let report = judged_with(&scenes::inventory(ALL), Framework::Fsbp, "");
    let text_of = text(&report);
    let printed = ControlStatus::ALL.into_iter().flat_map(|status| {
        report.frameworks[0].controls.iter().filter(move |control| control.status == status)
    });
    let headed = printed.map(|control| {
        let heading = format!("\n{} {} ", control.status.words(), control.id);
        (control, text_of.find(&heading).expect(&control.id))
    });
    let headed: Vec<_> = headed.collect();
    for (place, (control, begin)) in headed.iter().enumerate() {
        let end = headed.get(place + 1).map_or(text_of.len(), |(_, next)| *next);
        let (own, passes) = (&text_of[*begin..end], control.passes.iter().flatten());
        let failed = control.failed.iter().chain(&control.unknown).map(|one| &one.label);
        for name in failed.chain(passes.filter_map(|one| one.load_balancer.as_ref())) {
            assert!(own.contains(name), "{}: {name}", control.id);
        }
    }
}

#[test]
fn titles_in_our_words_are_said_to_be_ours() {
    let report = judged_with(&sample::clean(&Kind::Application), Framework::Nist80053, "");
    let said = "Titles of controls are in elb-audit's words, not their publisher's.";
    assert_eq!(text(&report).matches(said).count(), 1);
    let ours = |control: &ControlReport| control.title_is_ours == (control.title != control.id);
    assert!(report.frameworks[0].controls.iter().all(ours));
    let mut report = report;
    for control in &mut report.frameworks[0].controls {
        control.title_is_ours = false;
    }
    assert!(!text(&report).contains(said));
    for control in Framework::ALL.into_iter().flat_map(controls) {
        assert_eq!(control.title_is_ours(), control.title != control.id, "{}", control.id);
    }
}

#[test]
fn a_report_by_control_lists_no_pass_unless_told_to() {
    let report = judged_with(&sample::clean(&Kind::Application), Framework::Fsbp, "");
    assert!(report.findings.iter().all(|finding| finding.outcome != Outcome::Pass));
}

fn text(report: &Report) -> String {
    render::TEXT.text(report, Style::DETAILED)
}

#[test]
fn the_text_says_what_is_unfair_and_whose_mapping_it_is() {
    let report = judged_with(&scenes::inventory(ALL), Framework::Fsbp, "");
    let text_of = text(&report);
    for id in ["ELB.1", "ELB.18", "ELB.21"] {
        let unfair = control(report.framework.as_ref().expect("one"), id).unfair.clone();
        let unfair = unfair.unwrap_or_else(|| panic!("{id} is fair"));
        assert!(text_of.contains(&format!("unfair: {unfair}")), "{id}");
    }
    let pci = judged_with(&scenes::inventory(ALL), Framework::Pci4, "");
    let framework = pci.framework.as_ref().expect("one");
    assert_eq!(control(framework, "6.2.4").source, Source::Publisher);
    assert_eq!(control(framework, "6.4.1").source, Source::ThirdParty);
    assert_eq!(control(framework, "4.2.1").source, Source::Both);
    let text_of = text(&pci);
    assert!(text_of.contains("another tool's mapping"), "{text_of}");
    assert!(framework.controls.iter().all(|control| control.unfair.is_none()));
}
