//! Accepted risks: in force, expired, void, unused, and not judged.

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::check::Check;
use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::{demo, sample, scenes};
use elb_audit_core::inventory::{Inventory, Kind, Region};
use elb_audit_core::policy::config::{Config, block};
use elb_audit_core::policy::selection::{Selection, find};
use elb_audit_core::policy::{AcceptedRisk, Policy};
use elb_audit_core::render::{self, Style};
use elb_audit_core::report::{Exit, Finding, Gate, Outcome, Report, RiskState};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Listing};
use elb_audit_core::vocab::severity::Severity;
use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};

use crate::given::everything;
use crate::golden;

const LOW: Gate = Gate { fail_on: Some(Severity::Low), strict: false, only_new: false };
const OFF: &str = "deletion-protection-off";

/// A Gateway load balancer with one fault: deletion protection is off.
fn faulty() -> Inventory {
    let off = ("deletion_protection.enabled", "false");
    sample::with(&Kind::Gateway, |lb| sample::set(lb, &[off]))
}

fn judged_at(inventory: &Inventory, toml: &str, now: Timestamp) -> Report {
    judged_by(ALL, inventory, toml, now)
}

/// The verdicts of some checks.
fn judged_by(
    checks: &[&'static Check],
    inventory: &Inventory,
    toml: &str,
    now: Timestamp,
) -> Report {
    let policy = Config::parse(toml).unwrap_or_else(|error| panic!("{error}: {toml}")).policy;
    audit(inventory, checks, &Options { policy, ..Options::at(now) })
}

/// The verdicts of one check.
fn only(check: &str, inventory: &Inventory, toml: &str) -> Report {
    let check = find(check).expect("a check");
    judged_by(&[check], inventory, toml, inventory.taken_at)
}

fn judged(inventory: &Inventory, toml: &str) -> Report {
    judged_at(inventory, toml, inventory.taken_at)
}

/// An entry about this check and resource, with more lines.
fn entry(check: &str, resource: &str, more: &str) -> String {
    format!(
        "[[accept]]\ncheck = \"{check}\"\nresource = \"{resource}\"\nreason = \"made anew \
         daily\"\nowner = \"edge team\"\n{more}\n"
    )
}

fn finding<'a>(report: &'a Report, check: &str) -> &'a Finding {
    report.findings.iter().find(|finding| finding.check == check).expect("a finding")
}

/// The state of each entry, why, and how many findings it takes out of the count.
fn states(report: &Report) -> Vec<(RiskState, &str, usize)> {
    let risks = report.accepted_risks.iter();
    risks.map(|risk| (risk.state, risk.why.as_str(), risk.findings)).collect()
}

fn text(report: &Report) -> String {
    render::TEXT.text(report, Style::DETAILED)
}

#[test]
fn an_accepted_fault_stays_a_fault_and_counts_no_more() {
    let bare = only(OFF, &faulty(), "");
    assert_eq!((bare.summary.faults.low, bare.exit(LOW).0), (1, Exit::Findings));
    let report = only(OFF, &faulty(), &entry(OFF, "web", "expires = 2027-01-31"));
    let found = finding(&report, OFF);
    assert_eq!((found.outcome, found.severity), (Outcome::Fail, Severity::Low));
    let accepted = found.accepted.as_ref().expect("an acceptance");
    assert_eq!(
        (accepted.reason.as_str(), accepted.owner.as_str()),
        ("made anew daily", "edge team")
    );
    assert_eq!(accepted.expires.map(|last| last.to_string()).as_deref(), Some("2027-01-31"));
    let summary = &report.summary;
    assert_eq!((summary.faults.total(), summary.accepted, summary.notes), (0, 1, 0));
    let (exit, why) = report.exit(LOW);
    assert_eq!(
        (exit, why.as_str()),
        (Exit::Clean, "no fault at or above low (--fail-on low); accepted 1")
    );
    assert_eq!(states(&report), [(RiskState::InForce, "until 2027-01-31", 1)]);
    let text = text(&report);
    let line = "accepted low[deletion-protection-off]: deletion protection is off; by edge team until \
                2027-01-31: made anew daily";
    assert!(text.contains(line), "{text}");
    assert!(text.contains("1 fault accepted, no other found"), "{text}");
    assert!(text.contains("Accepted risks: 1 in force"), "{text}");
    assert!(text.contains("No fault found; 1 accepted"), "{text}");
}

#[test]
fn the_last_day_is_one_of_them() {
    let toml = entry(OFF, "web", "expires = 2027-01-31");
    for (now, state, faults) in [
        ("2027-01-31T23:59:59Z", RiskState::InForce, 0),
        ("2027-02-01T00:00:00Z", RiskState::Expired, 1),
    ] {
        let report = judged_at(&faulty(), &toml, now.parse().expect("a time"));
        assert_eq!(report.accepted_risks[0].state, state, "{now}");
        assert_eq!(report.summary.faults.total(), faults, "{now}");
    }
    let late = judged_at(&faulty(), &toml, "2030-01-01T00:00:00Z".parse().expect("a time"));
    assert_eq!(
        states(&late),
        [(RiskState::Expired, "its last day was 2027-01-31: 1 finding counts again", 0)]
    );
    assert_eq!(late.exit(LOW).1, "faults at or above low: 1 (--fail-on low); expired 1");
    assert!(text(&late).contains("Accepted risks: 1 expired"), "{}", text(&late));
    // Without a date it has no end.
    let open = judged_at(&faulty(), &entry(OFF, "web", ""), late.taken_at);
    assert_eq!(states(&open), [(RiskState::InForce, "without an end", 1)]);
}

#[test]
fn an_entry_is_void_when_what_it_accepted_has_changed() {
    let weak = |ciphers: &[&str]| {
        sample::with_region(&Kind::Application, |region| {
            let mut policy = sample::strong_policy();
            policy.ciphers = ciphers.iter().map(|cipher| (*cipher).to_owned()).collect();
            region.ssl_policies = Fact::Known(vec![policy]);
        })
    };
    let (one, two) = (weak(&["AES128-SHA"]), weak(&["AES128-SHA", "AES256-SHA"]));
    let check = "tls-weak-cipher";
    let was = finding(&judged(&one, ""), check).clone();
    let pinned = format!(
        "fingerprint = \"{}\"\nconfiguration = \"{}\"\nexpires = 2027-01-31",
        was.fingerprint, was.configuration
    );
    let toml = entry(check, "web", &pinned);
    let same = judged(&one, &toml);
    assert_eq!(same.accepted_risks[0].state, RiskState::InForce);
    assert!(finding(&same, check).accepted.is_some());
    let report = judged(&two, &toml);
    let now = finding(&report, check);
    assert_eq!(now.fingerprint, was.fingerprint);
    assert_ne!(now.configuration, was.configuration);
    assert!(now.accepted.is_none());
    let why = "what it accepted has changed: 1 finding counts again";
    assert_eq!(states(&report), [(RiskState::Void, why, 0)]);
    assert!(
        text(&report).contains(&format!("void[tls-weak-cipher] web: {why}")),
        "{}",
        text(&report)
    );
    assert!(report.exit(LOW).1.contains("; void 1"), "{}", report.exit(LOW).1);
    // Its date comes first.
    let late = judged_at(&two, &toml, "2030-01-01T00:00:00Z".parse().expect("a time"));
    assert_eq!(late.accepted_risks[0].state, RiskState::Expired);
}

#[test]
fn an_entry_of_one_configuration_leaves_others_counted() {
    let mut inventory = scenes::inventory(ALL);
    inventory.accounts[0].regions.retain(|region| region.skipped.is_none());
    let bare = judged(&inventory, "");
    let check = "target-unhealthy";
    let all: Vec<&Finding> = bare.findings.iter().filter(|one| one.check == check).collect();
    assert!(all.len() > 1 && all[0].configuration != all[1].configuration);
    let pinned = format!("configuration = \"{}\"", all[0].configuration);
    let report = judged(&inventory, &entry(check, "*", &pinned));
    let risk = &report.accepted_risks[0];
    assert_eq!((risk.state, risk.findings), (RiskState::InForce, 1));
    assert!(risk.why.contains("of another configuration, "), "{}", risk.why);
    assert_eq!(report.summary.faults.total() + 1, bare.summary.faults.total());
}

#[test]
fn a_resource_is_told_by_arn_name_or_subject() {
    let arn = sample::arn(&Kind::Gateway, "web");
    for resource in ["web", "w?b", "*", &*arn, "arn:aws:elasticloadbalancing:*/gwy/web/*"] {
        let report = judged(&faulty(), &entry(OFF, resource, ""));
        assert_eq!(report.accepted_risks[0].state, RiskState::InForce, "{resource}");
    }
    for resource in ["we", "eb", "arn:*/app/*", "WEB"] {
        let report = judged(&faulty(), &entry(OFF, resource, ""));
        let nothing = "nothing is found that it accepts";
        assert_eq!(states(&report), [(RiskState::Unused, nothing, 0)], "{resource}");
        assert_eq!(report.summary.faults.total(), 1, "{resource}");
        assert!(report.exit(LOW).1.ends_with("; unused 1"), "{}", report.exit(LOW).1);
    }
    let bare = judged(&scenes::inventory(ALL), "");
    let group = bare.findings.iter().find(|one| one.check == "target-unhealthy").expect("one");
    let report = judged(&scenes::inventory(ALL), &entry(&group.check, &group.subject.id, ""));
    assert_eq!(report.accepted_risks[0].findings, 1);
}

#[test]
fn only_the_finding_that_is_meant_is_accepted() {
    let bare = judged(&faulty(), "");
    let print = &finding(&bare, OFF).fingerprint;
    for (fingerprint, state) in
        [(print.as_str(), RiskState::InForce), ("00000000000000000000", RiskState::Unused)]
    {
        let more = format!("fingerprint = \"{fingerprint}\"");
        let report = judged(&faulty(), &entry(OFF, "web", &more));
        assert_eq!(report.accepted_risks[0].state, state);
    }
    let other = judged(&faulty(), &entry("no-listeners", "web", ""));
    assert_eq!((other.summary.accepted, other.summary.faults.total()), (0, 1));
}

#[test]
fn a_note_can_be_accepted() {
    let inventory = sample::clean(&Kind::Application);
    let report = only("internet-facing", &inventory, &entry("internet-facing", "web", ""));
    assert_eq!((report.summary.accepted, report.summary.notes), (1, 0));
    assert!(text(&report).contains("accepted note[internet-facing]"), "{}", text(&report));
}

#[test]
fn what_is_not_known_makes_no_entry_useless() {
    let expect = |report: &Report, said: &str| {
        assert_eq!(states(report), [(RiskState::Unjudged, said, 0)]);
        assert_eq!(report.summary.accepted, 0);
    };
    let toml = entry(OFF, "web", "");
    let others: Vec<&'static Check> = ALL.iter().copied().filter(|one| one.id != OFF).collect();
    let without = judged_by(&others, &faulty(), &toml, sample::now());
    expect(&without, "its check did not run");
    let unread = sample::with(&Kind::Gateway, |lb| {
        let call = Call::ElbV2DescribeLoadBalancerAttributes;
        lb.attributes = Fact::Unread(sample::denied(call));
    });
    let report = only(OFF, &unread, &toml);
    expect(&report, "its check had no answer: unknown verdicts 1");
    assert_eq!(finding(&report, OFF).outcome, Outcome::Unknown);
    assert_eq!(report.summary.unknown, 1);
    let check = "auto-scaling-ignores-health";
    let unlisted = sample::with_region(&Kind::Application, |region| {
        let call = Call::AutoScalingDescribeGroups;
        region.auto_scaling_groups = Fact::Unread(sample::denied(call));
    });
    let group = entry(check, "arn:aws:autoscaling:eu-west-1:*/web", "");
    expect(&only(check, &unlisted, &group), "its check had no answer: unknown verdicts 1");
    let mut region = Region::new("eu-west-1");
    region.v2 = Listing::unread(sample::denied(Call::ElbV2DescribeLoadBalancers));
    let inventory = sample::inventory(vec![region]);
    expect(&judged(&inventory, &toml), "region eu-west-1 could not be read");
    let arn = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/gwy/web/1";
    expect(&judged(&faulty(), &entry(OFF, arn, "")), "region us-east-1 was not read");
}

#[test]
fn time_alone_changes_no_configuration() {
    for (name, inventory) in everything() {
        let now = inventory.taken_at;
        let before = judged_at(&inventory, "", now);
        let after = judged_at(&inventory, "", now + 36.hours());
        for was in before.findings.iter().filter(|one| !one.configuration.is_empty()) {
            let same =
                |one: &&Finding| (&one.fingerprint, one.outcome) == (&was.fingerprint, was.outcome);
            let Some(is) = after.findings.iter().find(same) else { continue };
            assert_eq!(
                was.configuration, is.configuration,
                "{name}: {} is another configuration a day later: {:?} {:?}; name a field that time \
                 alone changes with `days`, `hours`, `minutes` or `age` in it",
                was.check, was.evidence, is.evidence
            );
        }
    }
}

#[test]
fn a_configuration_is_what_was_found_whatever_its_severity() {
    let bare = judged(&faulty(), "");
    let graver = judged(&faulty(), &format!("[severity]\n{OFF} = \"critical\"\n"));
    let (was, is) = (finding(&bare, OFF), finding(&graver, OFF));
    assert_eq!((was.severity, is.severity), (Severity::Low, Severity::Critical));
    assert_eq!(was.configuration, is.configuration);
    assert_eq!(was.configuration, STABLE);
}

/// The configuration of `deletion-protection-off` on the sample Gateway load balancer: what people have
/// written into their files.
const STABLE: &str = "7d26531c603b964debfd";

/// An entry for this finding.
fn pinned(finding: &Finding, expires: Date, configuration: &str) -> String {
    let lb = finding.load_balancer.as_ref().expect("a load balancer");
    block(&AcceptedRisk {
        check: finding.check.clone(),
        resource: lb.arn.clone(),
        reason: "devices in the field; replaced by spring".to_owned(),
        owner: "edge team".to_owned(),
        expires: Some(expires),
        fingerprint: Some(finding.fingerprint.clone()),
        configuration: Some(configuration.to_owned()),
    })
}

#[test]
fn the_book_shows_what_becomes_of_three_entries() {
    let inventory = demo::inventory();
    let regular = Selection::default().choose(ALL, &Policy::default());
    let judged = |toml: &str| judged_by(&regular, &inventory, toml, inventory.taken_at);
    let bare = judged("");
    let fault = |check: &str, lb: &str| {
        let of = |one: &&Finding| one.load_balancer.as_ref().is_some_and(|its| its.name == lb);
        let mut found = bare.findings.iter().filter(of).filter(|one| one.check == check);
        found.next().unwrap_or_else(|| panic!("{lb} has no {check}"))
    };
    let (valid, expired, void) = (
        fault("tls-legacy-protocol", "legacy-crm"),
        fault("desync-monitor", "sso"),
        fault("tls-weak-cipher", "legacy-crm"),
    );
    let toml = [
        pinned(valid, date(2027, 3, 31), &valid.configuration),
        pinned(expired, date(2026, 9, 30), &expired.configuration),
        pinned(void, date(2027, 3, 31), "0123456789abcdef0123"),
    ];
    let toml = toml.join("\n");
    let report = judged(&toml);
    let states: Vec<RiskState> = report.accepted_risks.iter().map(|risk| risk.state).collect();
    assert_eq!(states, [RiskState::InForce, RiskState::Expired, RiskState::Void]);
    let text = text(&report);
    let accepted = text.lines().find(|line| line.contains("accepted high[")).expect("a line");
    let section = text.lines().skip_while(|line| !line.starts_with("Accepted risks"));
    let section: Vec<&str> = section.take_while(|line| !line.is_empty()).collect();
    let totals = text.lines().find(|line| line.contains("; 1 accepted")).expect("totals");
    let exit =
        report.exit(Gate { fail_on: Some(Severity::High), strict: false, only_new: false }).1;
    let shown = format!(
        "```toml\n{toml}```\n\nThe report says of the first, where it belongs:\n\n```text\n{}\n```\n\n\
         and of all three, at its end and on standard error:\n\n```text\n{}\n\n{totals}\n```\n\n\
         ```text\nexit 1: {exit}\n```\n",
        accepted.trim_start(),
        section.join("\n"),
    );
    golden::block("docs/accepted-risks.md", "three", &shown);
}

/// The fault of a listener in cleartext, and what of its evidence another release may word differently.
#[test]
fn prose_and_example_requests_do_not_make_an_acceptance_lapse() {
    use elb_audit_core::audit::digest::{configuration, former_configuration};
    use elb_audit_core::vocab::evidence::Evidence;
    let facts = || Evidence::new().with("rule", "default rule").with("ciphers", vec!["RC4-SHA"]);
    let of = |evidence: &Evidence| configuration("tls-weak-cipher", Outcome::Fail, evidence);
    let pinned = of(&facts());
    for (name, value) in [
        ("request", "GET http://www.example.com/"),
        ("policy_content", "bundled table of 2026-10"),
        ("not_in", "Security Hub ELB.17 of 2026-10"),
        ("reason", "Not enough free addresses in subnet-a"),
        ("aws_says", "Target is in the stopped state"),
        ("usual_protocol", "SMTP"),
        ("days_left", "3"),
    ] {
        assert_eq!(of(&facts().with(name, value)), pinned, "{name}");
    }
    for (name, value) in [("rule", "rule 10"), ("policy", "old"), ("targets", "i-1:443")] {
        assert_ne!(of(&facts().with(name, value)), pinned, "{name}");
    }
    assert_ne!(configuration("tls-weak-cipher", Outcome::Note, &facts()), pinned);
    // Every example request of every check: another one changes nothing.
    for inventory in everything().into_values() {
        for found in audit(&inventory, ALL, &Options::at(inventory.taken_at)).findings {
            if found.evidence.0.contains_key("request") {
                let other = found.evidence.clone().with("request", "GET https://other.example/x");
                let again = configuration(&found.check, found.outcome, &other);
                assert_eq!(again, found.configuration, "{}", found.check);
                let former = former_configuration(&found.check, found.outcome, &other);
                assert_ne!(former, found.configuration);
            }
        }
    }
}

#[test]
fn what_was_pinned_before_prose_was_left_out_is_still_accepted() {
    use elb_audit_core::audit::digest::former_configuration;
    let clear = sample::with(&Kind::Application, |lb| {
        *sample::listeners(lb) = vec![sample::listener("HTTP", 80, vec![sample::forward("web")])];
    });
    let bare = only("listener-cleartext", &clear, "");
    let found = finding(&bare, "listener-cleartext");
    let former = former_configuration(&found.check, found.outcome, &found.evidence);
    assert_ne!(former, found.configuration, "it has an example request");
    for (pinned, state) in [
        (&former, RiskState::InForce),
        (&found.configuration, RiskState::InForce),
        (&"0123456789abcdef0123".to_owned(), RiskState::Void),
    ] {
        let toml = entry(&found.check, "web", &format!("configuration = \"{pinned}\""));
        let report = only("listener-cleartext", &clear, &toml);
        assert_eq!(report.accepted_risks[0].state, state);
    }
}
