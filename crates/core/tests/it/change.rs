//! Two scans with a change between: what each kind of change is called, and what is told of it.

use elb_audit_core::alert::text::{Attribute, message};
use elb_audit_core::alert::{Alert, AlertRules, NotifyOn, Occasion};
use elb_audit_core::audit::compare::compare;
use elb_audit_core::audit::{Options, audit};
use elb_audit_core::check::Check;
use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::{sample, scenes};
use elb_audit_core::inventory::{Inventory, Kind, LoadBalancer};
use elb_audit_core::policy::config::Config;
use elb_audit_core::policy::selection::find;
use elb_audit_core::report::comparison::{ChangeKind, Past};
use elb_audit_core::report::{GLOBAL, Outcome, Report};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::exposure::ExposureClass;
use elb_audit_core::vocab::fact::{Fact, Gap, Listing, Reason};
use elb_audit_core::vocab::severity::Severity;
use jiff::ToSpan;

const OFF: &str = "deletion-protection-off";
const CROSS: &str = "cross-zone-off";

/// A Gateway load balancer with these attributes.
fn gateway(attributes: &[(&str, &str)]) -> Inventory {
    sample::with(&Kind::Gateway, |lb| sample::set(lb, attributes))
}

fn faulty() -> Inventory {
    gateway(&[("deletion_protection.enabled", "false")])
}

fn clean() -> Inventory {
    gateway(&[])
}

fn judged(inventory: &Inventory, checks: &[&'static Check], days: i64) -> Report {
    let mut inventory = inventory.clone();
    inventory.taken_at += (24 * days).hours();
    let now = inventory.taken_at;
    audit(&inventory, checks, &Options::at(now))
}

/// The report of the first day, then that of the second compared with it, and so on.
fn days(inventories: &[Inventory]) -> Vec<Report> {
    let mut reports: Vec<Report> = Vec::new();
    for (day, inventory) in (0..).zip(inventories) {
        let mut report = judged(inventory, ALL, day);
        if let Some(before) = reports.last() {
            compare(before, &mut report);
        }
        reports.push(report);
    }
    reports
}

/// `kind check` of every fault and every past fault of a report.
fn told(report: &Report) -> Vec<String> {
    let comparison = report.comparison.as_ref().expect("a comparison");
    let now = report.findings.iter();
    let past = comparison.resolved.iter().chain(&comparison.not_assessed);
    let all = now.chain(past.map(|past| &past.finding));
    let changed = all.filter_map(|finding| Some((finding.change.as_ref()?, finding)));
    changed.map(|(change, finding)| format!("{} {}", change.kind.words(), finding.check)).collect()
}

fn unread_list() -> Inventory {
    let mut inventory = faulty();
    let region = &mut inventory.accounts[0].regions[0];
    for (list, call) in [
        (&mut region.v2, Call::ElbV2DescribeLoadBalancers),
        (&mut region.classic, Call::ElbDescribeLoadBalancers),
    ] {
        *list = Listing::unread(Gap::new(call, Reason::AccessDenied).in_region(sample::REGION));
    }
    inventory
}

/// The attributes of the one load balancer cannot be read.
fn blind() -> Inventory {
    sample::with(&Kind::Gateway, |lb: &mut LoadBalancer| {
        let call = Call::ElbV2DescribeLoadBalancerAttributes;
        let gap = Gap::new(call, Reason::Throttled).in_region(sample::REGION).of(&lb.arn);
        lb.attributes = Fact::Unread(gap);
    })
}

fn without_it() -> Inventory {
    let mut inventory = clean();
    inventory.accounts[0].regions[0].v2 = Listing::whole(Vec::new());
    inventory
}

#[test]
fn a_fault_comes_stays_and_goes() {
    let all = days(&[clean(), faulty(), faulty(), clean(), clean()]);
    let kinds: Vec<Vec<String>> = all[1..].iter().map(told).collect();
    let expected: [&[&str]; 4] = [
        &["new deletion-protection-off"],
        &["unchanged deletion-protection-off"],
        &["resolved deletion-protection-off"],
        &[],
    ];
    assert_eq!(kinds, expected);
    let since = all[2].findings.iter().find_map(|finding| finding.change.as_ref());
    assert_eq!(since.map(|change| change.first_seen_at), Some(all[1].taken_at));
    let comparison = all[3].comparison.as_ref().expect("a comparison");
    assert_eq!((comparison.before, comparison.after), (all[2].taken_at, all[3].taken_at));
    assert_eq!(comparison.resolved[0].last_seen_at, all[2].taken_at);
    let change = comparison.resolved[0].finding.change.as_ref().expect("a change");
    assert_eq!(change.first_seen_at, all[1].taken_at);
    assert_eq!(change.why.as_deref(), Some("it was put right"));
}

#[test]
fn a_load_balancer_that_is_gone_has_no_faults_left() {
    let all = days(&[faulty(), without_it()]);
    assert_eq!(told(&all[1]), [format!("resolved {OFF}")]);
    let comparison = all[1].comparison.as_ref().expect("a comparison");
    let change = comparison.resolved[0].finding.change.as_ref().expect("a change");
    assert_eq!(change.why.as_deref(), Some("the load balancer is gone"));
}

/// Whatever hides a fault, it is never called mended; and when it is seen again, it is not new.
#[test]
fn what_nobody_looked_at_is_not_resolved_and_not_new_afterwards() {
    let mut skipped = faulty();
    skipped.accounts[0].regions[0].v2 = Listing::whole(Vec::new());
    skipped.accounts[0].regions[0].skipped = Some("excluded by --exclude-region".to_owned());
    let mut absent = faulty();
    absent.accounts[0].regions.clear();
    let mut shut = faulty();
    let role = "arn:aws:iam::111122223333:role/elb-audit-reader";
    let denied = Gap::new(Call::StsAssumeRole, Reason::AccessDenied).of(role);
    shut.accounts[0].access = Fact::Unread(denied);
    shut.accounts[0].regions.clear();
    let mut other = clean();
    other.accounts[0].id = "444455556666".to_owned();
    for (name, hidden) in [
        ("list", unread_list()),
        ("attributes", blind()),
        ("skipped", skipped),
        ("absent", absent),
        ("nobody got in", shut),
        ("another account", other),
    ] {
        let all = days(&[faulty(), hidden.clone(), hidden, faulty(), clean()]);
        let gone = format!("not assessed {OFF}");
        assert!(told(&all[1]).contains(&gone), "{name}: {:?}", told(&all[1]));
        assert!(told(&all[2]).contains(&gone), "{name}: {:?}", told(&all[2]));
        assert_eq!(told(&all[3]), [format!("unchanged {OFF}")], "{name}");
        assert_eq!(told(&all[4]), [format!("resolved {OFF}")], "{name}");
        let past = &all[2].comparison.as_ref().expect("a comparison").not_assessed[0];
        assert_eq!(past.last_seen_at, all[0].taken_at, "{name}");
        let seen = all[4].comparison.as_ref().expect("a comparison").resolved[0].clone();
        let change = seen.finding.change.expect("a change");
        assert_eq!(change.first_seen_at, all[0].taken_at, "{name}");
    }
}

#[test]
fn a_check_that_did_not_run_resolves_nothing() {
    let before = judged(&faulty(), ALL, 0);
    let other = find(CROSS).expect("a check");
    let mut after = judged(&faulty(), &[other], 1);
    compare(&before, &mut after);
    assert_eq!(told(&after), [format!("not assessed {OFF}")]);
    let mut again = judged(&faulty(), ALL, 2);
    compare(&after, &mut again);
    let comparison = again.comparison.as_ref().expect("a comparison");
    assert_eq!(comparison.checks_added.len(), ALL.len() - 1);
    assert_eq!(told(&again), [format!("unchanged {OFF}")]);
}

/// Hides each region of the sample account in turn, and each load balancer's attributes: nothing of it is
/// called resolved.
#[test]
fn hiding_resolves_nothing() {
    let whole = scenes::inventory(ALL);
    let before = judged(&whole, ALL, 0);
    for place in 0..whole.accounts[0].regions.len() {
        let mut hidden = whole.clone();
        let region = &mut hidden.accounts[0].regions[place];
        let name = region.name.clone();
        for lb in region.classic.items.iter_mut().chain(&mut region.v2.items) {
            let call = Call::ElbV2DescribeLoadBalancerAttributes;
            lb.attributes = Fact::Unread(Gap::new(call, Reason::Throttled).in_region(&name));
        }
        let mut after = judged(&hidden, ALL, 1);
        compare(&before, &mut after);
        assert_eq!(resolved(&after), [""; 0], "attributes of {name}");
        let mut hidden = whole.clone();
        hidden.accounts[0].regions.remove(place);
        let mut after = judged(&hidden, ALL, 1);
        compare(&before, &mut after);
        let gone = resolved(&after);
        assert!(gone.iter().all(|gone| !gone.starts_with(&name)), "{name} gone: {gone:?}");
    }
}

/// Region and check of what is called resolved, but for what the passing of a day resolves.
fn resolved(report: &Report) -> Vec<String> {
    let comparison = report.comparison.as_ref().expect("a comparison");
    let gone = comparison.resolved.iter().map(|past| &past.finding);
    gone.map(|finding| format!("{} {}", finding.region, finding.check)).collect()
}

/// What belongs to the account itself is not mended either when nobody gets into it, and is no verdict.
#[test]
fn a_record_of_an_account_that_nobody_got_into_is_not_assessed() {
    let in_records =
        |report: &Report| report.findings.iter().any(|one| one.is_fault() && one.region == GLOBAL);
    let examples = find("dns-alias-dangling").expect("a check").examples.iter();
    let mut given = examples.map(|example| (example.given)());
    let whole = given.find(|given| in_records(&judged(given, ALL, 0))).expect("a fault");
    let before = judged(&whole, ALL, 0);
    let mut shut = whole.clone();
    shut.accounts[0].access = Fact::Unread(Gap::new(Call::StsAssumeRole, Reason::AccessDenied));
    shut.accounts[0].regions.clear();
    shut.accounts[0].dns_records = Fact::not_collected(Call::Route53ListHostedZones);
    let mut after = judged(&shut, ALL, 1);
    assert_eq!(after.findings.len(), 0, "nobody was there: there is no verdict");
    compare(&before, &mut after);
    assert_eq!(resolved(&after), [""; 0]);
}

#[test]
fn more_severe_and_more_exposed_is_worse() {
    let before = judged(&faulty(), ALL, 0);
    let mut after = judged(&faulty(), ALL, 1);
    let fault = after.findings.iter_mut().find(|one| one.outcome == Outcome::Fail);
    fault.expect("a fault").severity = Severity::Critical;
    compare(&before, &mut after);
    assert_eq!(told(&after), [format!("worsened {OFF}")]);
    let change = after.findings.iter().find_map(|finding| finding.change.clone());
    let why = change.expect("a change").why.expect("a reason");
    assert!(why.starts_with("severity: critical, was "), "{why}");
}

/// Whoever cannot see any more who reaches a fault is told of the unanswered call; the fault is neither
/// worse for it, nor is an opening in the meantime forgotten.
#[test]
fn an_exposure_that_is_not_known_is_compared_with_what_was_last_known() {
    let judged_with = |exposure, severity, day| {
        let mut report = judged(&faulty(), ALL, day);
        for finding in &mut report.findings {
            (finding.exposure, finding.severity) = (exposure, severity);
        }
        report
    };
    let before = judged_with(ExposureClass::Restricted, Severity::Low, 0);
    let mut blind = judged_with(ExposureClass::Unknown, Severity::Medium, 1);
    compare(&before, &mut blind);
    assert_eq!(told(&blind), [format!("unchanged {OFF}")]);
    let mut still = judged_with(ExposureClass::Unknown, Severity::Medium, 2);
    compare(&blind, &mut still);
    assert_eq!(told(&still), [format!("unchanged {OFF}")]);
    let mut open = judged_with(ExposureClass::Internet, Severity::Medium, 3);
    compare(&still, &mut open);
    assert_eq!(told(&open), [format!("worsened {OFF}")]);
    let why = open.findings.iter().find_map(|one| one.change.as_ref()?.why.clone());
    let said = "severity: medium, was low; exposure: internet, was restricted";
    assert_eq!(why.as_deref(), Some(said));
    let mut same = judged_with(ExposureClass::Restricted, Severity::Low, 3);
    compare(&still, &mut same);
    assert_eq!(told(&same), [format!("unchanged {OFF}")]);
}

#[test]
fn what_was_accepted_and_counts_again_is_new() {
    let inventory = faulty();
    let toml = format!(
        "[[accept]]\ncheck = \"{OFF}\"\nresource = \"*\"\nreason = \"made anew\"\nowner = \
         \"edge\"\nexpires = \"2026-11-02\"\n"
    );
    let judged_on = |days: i64| {
        let mut inventory = inventory.clone();
        inventory.taken_at += (24 * days).hours();
        let policy = Config::parse(&toml).expect("a configuration").policy;
        audit(&inventory, ALL, &Options { policy, ..Options::at(inventory.taken_at) })
    };
    let before = judged_on(0);
    assert_eq!(before.summary.faults.total(), 0);
    let mut after = judged_on(3);
    compare(&before, &mut after);
    assert_eq!(told(&after), [format!("new {OFF}")]);
    let mut back = judged_on(0);
    compare(&after, &mut back);
    assert_eq!(told(&back), [format!("unchanged {OFF}")], "accepting a fault does not mend it");
    let comparison = back.comparison.as_ref().expect("a comparison");
    assert_eq!((comparison.unchanged, comparison.resolved.len()), (0, 0), "nor does it count");
    let mut again = judged_on(3);
    compare(&back, &mut again);
    let change = again.findings.iter().find_map(|one| one.change.clone()).expect("a change");
    assert_eq!(change.first_seen_at, before.taken_at, "it is known since when it is there");
}

fn terms(on: NotifyOn) -> AlertRules {
    AlertRules {
        on,
        min_severity: Severity::Low,
        heartbeat_days: 7,
        watching: true,
        label: "prod".to_owned(),
        report: Some("s3://bucket/reports/report.json".to_owned()),
        trouble: None,
    }
}

/// What is told on the last of some days, a day after the one before was told of.
fn alerted(inventories: &[Inventory], on: NotifyOn) -> Option<(Occasion, String)> {
    let mut report = days(inventories).pop().expect("a day");
    report.alerted_at = Some(report.taken_at - 24.hours());
    let terms = terms(on);
    let alert = Alert::from_report(&report, &terms)?;
    Some((alert.occasion, message(&alert).subject))
}

#[test]
fn each_kind_of_change_is_told_and_silence_is_kept_otherwise() {
    let both = gateway(&[
        ("deletion_protection.enabled", "false"),
        ("load_balancing.cross_zone.enabled", "false"),
    ]);
    let change = |days: &[Inventory], on| alerted(days, on).map(|(_, subject)| subject);
    let told =
        |said: &str| Some(format!("elb-audit [prod]: {said} in account {}", sample::ACCOUNT));
    for on in [NotifyOn::New, NotifyOn::Changed, NotifyOn::All, NotifyOn::Always] {
        assert_eq!(change(&[clean(), faulty()], on), told("1 new"), "{on:?}");
    }
    assert_eq!(change(&[faulty(), clean()], NotifyOn::Changed), told("1 resolved"));
    assert_eq!(change(&[faulty(), clean()], NotifyOn::New), None);
    let blinded = change(&[faulty(), blind()], NotifyOn::Changed);
    assert_eq!(blinded, told("1 no longer assessed, 1 call unread"));
    assert_eq!(change(&[faulty(), blind()], NotifyOn::New), None);
    assert_eq!(change(&[faulty(), blind(), blind()], NotifyOn::Changed), None, "told already");
    assert_eq!(change(&[clean(), clean()], NotifyOn::All), None);
    for days in [&[clean(), clean()], &[faulty(), faulty()], &[both.clone(), both]] {
        assert_eq!(change(days, NotifyOn::Changed), None);
        assert_eq!(change(days, NotifyOn::New), None);
    }
    let standing = told("nothing new, 1 fault stands");
    assert_eq!(change(&[faulty(), faulty()], NotifyOn::All), standing);
    assert_eq!(change(&[clean(), clean()], NotifyOn::Always), told("nothing new, no fault stands"));
}

#[test]
fn small_faults_are_not_told_where_only_grave_ones_are_asked_for() {
    let all = days(&[clean(), faulty()]);
    let mut report = all[1].clone();
    report.alerted_at = Some(report.taken_at);
    let grave = AlertRules { min_severity: Severity::Critical, ..terms(NotifyOn::Changed) };
    assert!(Alert::from_report(&report, &grave).is_none());
    assert!(Alert::from_report(&report, &terms(NotifyOn::Changed)).is_some());
}

#[test]
fn after_a_week_of_silence_there_is_a_sign_of_life() {
    let mut report = days(&[faulty(), faulty()]).pop().expect("a day");
    for (hours, expected) in [
        (Some(6 * 24), None),
        (Some(-24 * 365), Some(Occasion::Heartbeat)),
        (Some(7 * 24), Some(Occasion::Heartbeat)),
        (None, Some(Occasion::Heartbeat)),
    ] {
        report.alerted_at = hours.map(|hours: i64| report.taken_at - hours.hours());
        let terms = terms(NotifyOn::Changed);
        let alert = Alert::from_report(&report, &terms);
        assert_eq!(alert.as_ref().map(|alert| alert.occasion), expected, "{hours:?}");
        if let Some(alert) = alert {
            let said = message(&alert);
            assert!(
                said.subject.contains("still watching; nothing new, 1 fault stands"),
                "{said:?}"
            );
        }
        let never = AlertRules { heartbeat_days: 0, ..terms.clone() };
        assert!(Alert::from_report(&report, &never).is_none());
        let once = AlertRules { watching: false, ..terms };
        assert!(Alert::from_report(&report, &once).is_none());
    }
}

#[test]
fn a_message_has_what_it_takes_to_act() {
    let all = days(&[clean(), faulty(), clean()]);
    let terms = terms(NotifyOn::Changed);
    let alert = Alert::from_report(&all[1], &terms).expect("an alert");
    let said = message(&alert);
    let lb = &all[1].load_balancers[0];
    let check = find(OFF).expect("a check");
    for part in [
        &*lb.name,
        &lb.arn,
        sample::REGION,
        sample::ACCOUNT,
        check.fix,
        check.links[0],
        "evidence: ",
        "NEW (1)",
        "compared with 2026-11-02T09:00:00Z",
        "Full report: s3://bucket/reports/report.json",
        "https://console.aws.amazon.com/ec2/home?region=eu-west-1#LoadBalancer",
    ] {
        assert!(said.text.contains(part), "{part} is not in:\n{}", said.text);
    }
    let attribute = |name| said.attributes.iter().find(|(key, _)| *key == name).map(|(_, v)| v);
    assert_eq!(attribute("new"), Some(&Attribute::Number(1)));
    assert_eq!(attribute("account"), Some(&Attribute::List(vec![sample::ACCOUNT.to_owned()])));
    assert_eq!(attribute("environment"), Some(&Attribute::Text("prod".to_owned())));
    let blinded = days(&[faulty(), blind()]);
    let text = |report| message(&Alert::from_report(report, &terms).expect("an alert")).text;
    assert!(text(&blinded[1]).contains("NO LONGER READ (1)\n"));
    assert!(
        text(&judged(&blind(), ALL, 0)).contains("\nNOT READ (1)\n"),
        "nothing was read before"
    );
    let alert = Alert::from_report(&all[2], &terms).expect("an alert");
    let said = message(&alert);
    assert!(said.text.contains("RESOLVED (1)") && !said.text.contains("NEW"), "{}", said.text);
    assert!(said.text.contains("it was put right"), "{}", said.text);
}

/// However many faults and whatever they are called: subject, message and short message keep their limits.
#[test]
fn a_message_keeps_its_limits() {
    let mut report = judged(&scenes::inventory(ALL), ALL, 0);
    let fault = report.findings.iter().find(|one| one.outcome == Outcome::Fail).cloned();
    let mut fault = fault.expect("a fault");
    fault.title = "ünïcödé \u{202e}\"quoted\"\r\n\u{7}".repeat(20);
    report.findings = vec![fault; 20_000];
    let label = "prod\n\u{1b}[31m ünïcödé ".repeat(20);
    let terms = AlertRules { label, ..terms(NotifyOn::Changed) };
    let alert = Alert::from_report(&report, &terms).expect("an alert");
    let said = message(&alert);
    let printable = |text: &str| text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    assert!(said.subject.len() < 100 && printable(&said.subject), "{}", said.subject);
    assert!(said.sms.len() <= 140 && printable(&said.sms), "{}", said.sms);
    let written = serde_json::to_string(&said.text).expect("a text");
    assert!(written.len() < 245_000 && written.len() > 200_000, "{}", written.len());
    assert!(said.text.contains(" more: see the full report\n"));
    assert!(said.text.chars().all(|c| c == '\n' || !c.is_control()));
    let few = Alert { new: Vec::new(), ..alert };
    assert!(message(&few).text.len() < 20_000);
}

#[test]
fn the_worst_comes_first() {
    let report = judged(&scenes::inventory(ALL), ALL, 0);
    let terms = terms(NotifyOn::Changed);
    let alert = Alert::from_report(&report, &terms).expect("an alert");
    let severities: Vec<Severity> = alert.new.iter().map(|finding| finding.severity).collect();
    assert!(severities.is_sorted_by(|a, b| a >= b) && severities.len() > 50);
    assert_eq!(alert.worst(), severities.first().copied());
}

#[test]
fn a_report_of_an_older_version_can_be_compared_with() {
    let before = judged(&faulty(), ALL, 0);
    let mut json = serde_json::to_value(&before).expect("JSON");
    let object = json.as_object_mut().expect("an object");
    for name in ["comparison", "alerted_at"] {
        object.remove(name);
    }
    object["basis"].as_object_mut().expect("an object").remove("check_ids");
    let before: Report = serde_json::from_value(json).expect("a report");
    let mut after = judged(&clean(), ALL, 1);
    compare(&before, &mut after);
    assert_eq!(told(&after), [format!("resolved {OFF}")]);
    let comparison = after.comparison.expect("a comparison");
    assert_eq!(comparison.checks_added, [""; 0]);
    let kinds: Vec<ChangeKind> = comparison
        .resolved
        .iter()
        .filter_map(|past: &Past| Some(past.finding.change.as_ref()?.kind))
        .collect();
    assert_eq!(kinds, [ChangeKind::Resolved]);
}

/// The report as another version would have left it: of this name, and with other revisions of these checks,
/// or none at all.
fn by(version: &str, report: &Report, otherwise: Option<&[&str]>) -> Report {
    let mut report = report.clone();
    version.clone_into(&mut report.version);
    report.basis.revisions = otherwise.and_then(|ids| {
        let mut revisions = report.basis.revisions.clone()?;
        for id in ids {
            revisions.to_mut().insert((*id).to_owned(), "another".to_owned());
        }
        Some(revisions)
    });
    report
}

/// What is said of the two reports, and the alert that is sent.
fn between(before: &Report, inventory: &Inventory) -> (Vec<String>, Option<String>) {
    let mut after = judged(inventory, ALL, 1);
    compare(before, &mut after);
    let terms = AlertRules { heartbeat_days: 0, ..terms(NotifyOn::Changed) };
    let alert = Alert::from_report(&after, &terms).map(|alert| message(&alert).text);
    let line = after.comparison.as_ref().and_then(|one| one.judged_differently.as_ref());
    let line = line.map(elb_audit_core::report::comparison::JudgedDifferently::words);
    (told(&after).into_iter().chain(line).collect(), alert)
}

#[test]
fn where_only_the_version_judges_differently_no_fault_is_denied() {
    let mut after = judged(&faulty(), ALL, 1);
    compare(&by("0.0.9", &judged(&clean(), ALL, 0), Some(&[OFF])), &mut after);
    let text = elb_audit_core::render::TEXT.text(&after, elb_audit_core::render::Style::DETAILED);
    assert!(text.contains(": nothing new\n  1 judged differently by version "), "{text}");
}

#[test]
fn a_new_version_alarms_nobody_about_what_it_judges_differently() {
    let (calm, alarmed) = (judged(&clean(), ALL, 0), judged(&faulty(), ALL, 0));
    let new = [format!("new {OFF}")];
    let different = |version: &str| {
        let line = match version {
            "0.0.9" => format!("1 judged differently by version {} (before: 0.0.9)", calm.version),
            _ => format!("1 judged differently by another build of version {}", calm.version),
        };
        vec![format!("judged differently {OFF}"), line]
    };
    let own = calm.version.clone();
    for (before, expected) in [
        // Its check judges as it did: the account has changed.
        (by("0.0.9", &calm, Some(&[])), None),
        (by("0.0.9", &calm, Some(&[CROSS])), None),
        (by(&own, &calm, Some(&[])), None),
        // It judges differently.
        (by("0.0.9", &calm, Some(&[OFF])), Some("0.0.9")),
        (by(&own, &calm, Some(&[OFF])), Some("")),
        // Before revisions were told, this check judged as it does.
        (by(&own, &calm, None), None),
        (by("0.0.9", &calm, None), None),
    ] {
        let (said, alert) = between(&before, &faulty());
        let wanted = expected.map_or_else(|| new.to_vec(), different);
        assert_eq!(said, wanted, "by {}, {:?}", before.version, before.basis.revisions);
        assert_eq!(alert.is_some(), expected.is_none());
    }
    // Nor does it call fixed what it no longer finds.
    let (said, alert) = between(&by("0.0.9", &alarmed, Some(&[OFF])), &clean());
    assert_eq!(said, [different("0.0.9")[1].clone()]);
    assert_eq!(alert, None);
    // What a version has found once stands from then on.
    let mut first = judged(&faulty(), ALL, 0);
    compare(&by("0.0.9", &calm, Some(&[OFF])), &mut first);
    assert_eq!(between(&first, &faulty()).0, [format!("unchanged {OFF}")]);
    assert_eq!(between(&first, &clean()).0, [format!("resolved {OFF}")]);
}

/// Every check judges otherwise than it did.
fn every_check() -> Vec<&'static str> {
    ALL.iter().map(|check| check.id).collect()
}

#[test]
fn what_has_changed_in_the_account_is_told_whoever_judged_before() {
    let otherwise = every_check();
    let before = by("0.0.9", &judged(&without_it(), ALL, 0), Some(&otherwise));
    let (said, alert) = between(&before, &faulty());
    assert_eq!(said, [format!("new {OFF}")], "the load balancer was not there");
    assert!(alert.is_some());
    let before = by("0.0.9", &judged(&faulty(), ALL, 0), Some(&otherwise));
    let (said, alert) = between(&before, &without_it());
    assert_eq!(said, [format!("resolved {OFF}")], "the load balancer is gone");
    assert!(alert.is_some());
    // A listener that was not there, and an attribute that may have been judged otherwise.
    let bare = sample::with(&Kind::Application, |lb| sample::listeners(lb).truncate(1));
    let clear = sample::with(&Kind::Application, |lb| {
        sample::set(lb, &[("deletion_protection.enabled", "false")]);
        sample::listeners(lb).truncate(1);
        let more = sample::listener("HTTP", 8080, vec![sample::forward("web")]);
        sample::listeners(lb).push(more);
    });
    let before = by("0.0.9", &judged(&bare, ALL, 0), Some(&otherwise));
    let (said, alert) = between(&before, &clear);
    assert!(said.contains(&"new listener-cleartext".to_owned()), "{said:?}");
    assert!(said.contains(&format!("judged differently {OFF}")), "{said:?}");
    // The alert for the one has a line on the other with it.
    let text = alert.expect("an alert");
    let line = format!("judged differently by version {} (before: 0.0.9)", before.version);
    assert!(text.contains(&line.replace("version 0.0.9", &format!("version {}", own()))), "{text}");
}

fn own() -> String {
    judged(&clean(), ALL, 0).version
}

#[test]
fn a_call_that_only_a_new_check_makes_is_not_lost() {
    let mut denied = faulty();
    let call = Call::AutoScalingDescribeGroups;
    let gap = Gap::new(call, Reason::AccessDenied).in_region(sample::REGION);
    denied.accounts[0].regions[0].auto_scaling_groups = Fact::Unread(gap);
    let lost = |before: &Report| {
        let mut after = judged(&denied, ALL, 1);
        compare(before, &mut after);
        after.comparison.expect("a comparison").lost.len()
    };
    // All checks that ask for it came with this version.
    let asks =
        |check: &&&'static Check| !elb_audit_core::check::plan::calls(&[check]).contains(&call);
    let without: Vec<&'static Check> = ALL.iter().filter(asks).copied().collect();
    assert!(without.len() < ALL.len());
    let otherwise = every_check();
    assert_eq!(lost(&by("0.0.9", &judged(&faulty(), &without, 0), Some(&otherwise))), 0);
    assert_eq!(lost(&by("0.0.9", &judged(&faulty(), ALL, 0), Some(&otherwise))), 1);
}
