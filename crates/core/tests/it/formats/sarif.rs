//! SARIF: what GitHub reads of it, and what it refuses or forgets.

use std::collections::BTreeSet;

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::demo;
use elb_audit_core::render::{self, Style};
use elb_audit_core::report::{
    Accepted, AccountStatus, Finding, Outcome, RegionStatus, Report, ReportedGap, Standing,
};
use elb_audit_core::vocab::evidence::Step;
use elb_audit_core::vocab::exposure::ExposureClass;
use elb_audit_core::vocab::severity::Severity;
use serde_json::Value;

use super::reports::reports;

fn judged() -> Report {
    let inventory = demo::inventory();
    audit(&inventory, ALL, &Options::at(inventory.taken_at))
}

/// The only run of a report.
fn run(report: &Report) -> Value {
    let text = render::named("sarif").expect("a format").text(report, Style::PLAIN);
    let mut log: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(log["version"], "2.1.0");
    assert_eq!(log["runs"].as_array().map(Vec::len), Some(1));
    log["runs"][0].take()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn notifications(run: &Value) -> &[Value] {
    list(&run["invocations"][0]["toolExecutionNotifications"])
}

fn category(report: &Report) -> String {
    run(report)["automationDetails"]["id"].as_str().expect("an id").to_owned()
}

/// The report with one fault and no other finding.
fn alone(report: &Report, check: &str) -> Report {
    let faults = report.findings.iter().filter(|one| one.is_fault());
    let one = faults.into_iter().find(|one| one.check == check).expect("a fault");
    Report { findings: vec![one.clone()], ..report.clone() }
}

#[test]
fn a_check_has_a_rule_for_each_severity_that_occurs() {
    let report = judged();
    let mut all = alone(&report, "listener-cleartext");
    let one = all.findings.remove(0);
    let told = [
        (Severity::Critical, "error", "9.5", "error", "listener-cleartext/critical"),
        (Severity::High, "error", "8.0", "error", "listener-cleartext"),
        (Severity::Medium, "warning", "5.5", "warning", "listener-cleartext/medium"),
        (Severity::Low, "note", "2.0", "recommendation", "listener-cleartext/low"),
        (Severity::Info, "note", "0.1", "recommendation", "listener-cleartext/info"),
    ];
    for (severity, ..) in told {
        // Twice: a rule is there once.
        all.findings
            .extend([Finding { severity, ..one.clone() }, Finding { severity, ..one.clone() }]);
    }
    let run = run(&all);
    let (rules, results) = (list(&run["tool"]["driver"]["rules"]), list(&run["results"]));
    assert_eq!((rules.len(), results.len()), (5, 10));
    for (place, (_, level, score, problem, id)) in told.into_iter().enumerate() {
        for result in &results[2 * place..2 * place + 2] {
            assert_eq!((&result["level"], &result["ruleId"]), (&level.into(), &id.into()));
            let rule = &rules
                [usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small")];
            assert_eq!(rule["id"], id);
            assert_eq!(rule["defaultConfiguration"]["level"], level);
            assert_eq!(rule["properties"]["security-severity"], score);
            assert_eq!(rule["properties"]["problem.severity"], problem);
        }
    }
    let names: BTreeSet<&str> = rules.iter().filter_map(|rule| rule["name"].as_str()).collect();
    assert!(
        names.contains("ListenerCleartext") && names.contains("ListenerCleartextMedium"),
        "{names:?}"
    );
    assert_eq!(names.len(), 5);
}

#[test]
fn a_check_that_this_version_does_not_know_has_the_words_of_its_finding() {
    let mut report = alone(&judged(), "listener-cleartext");
    let finding = &mut report.findings[0];
    for text in [&mut finding.check, &mut finding.title, &mut finding.fix] {
        *text = "ä[link](https://example.com)".repeat(100);
    }
    let told = run(&report);
    let rule = &told["tool"]["driver"]["rules"][0];
    for text in ["shortDescription", "fullDescription", "help"] {
        let text = rule[text]["text"].as_str().expect("a text");
        assert!(text.starts_with("Ä[link] (https") && text.len() <= 1_024, "{text}");
    }
    assert!(rule["id"].as_str().expect("an id").ends_with("…/high"));
    assert!(rule["name"].as_str().expect("a name").len() <= 255);
    assert_eq!(told["results"][0]["ruleId"], rule["id"]);
    let finding = &mut report.findings[0];
    for text in [&mut finding.check, &mut finding.title, &mut finding.fix, &mut finding.fingerprint]
    {
        text.clear();
    }
    let told = run(&report);
    assert_eq!(told["tool"]["driver"]["rules"][0]["shortDescription"]["text"], "unnamed/high");
    assert_eq!(told["results"][0]["partialFingerprints"]["elbAudit/v1"], "none");
}

#[test]
fn the_words_of_every_check_fit() {
    let report = judged();
    let mut all = alone(&report, "listener-cleartext");
    let one = all.findings.remove(0);
    let of = |check: &&elb_audit_core::check::Check| Finding {
        check: check.id.to_owned(),
        ..one.clone()
    };
    all.findings = ALL.iter().map(of).collect();
    let run = run(&all);
    let rules = list(&run["tool"]["driver"]["rules"]);
    assert_eq!(rules.len(), ALL.len());
    for rule in rules {
        for (text, longest) in
            [("shortDescription", 1_024), ("fullDescription", 1_024), ("help", 8_000)]
        {
            let text = rule[text]["text"].as_str().expect("a text");
            assert!(!text.is_empty() && text.chars().count() <= longest, "{rule}");
            assert!(!text.contains('…'), "cut: {text}");
        }
        let help = rule["help"]["markdown"].as_str().expect("a text");
        assert!(help.len() <= 8_000 && help.ends_with("\n\n"), "{help}");
        assert!((2..=10).contains(&list(&rule["properties"]["tags"]).len()));
        assert!(rule["helpUri"].as_str().is_some_and(|link| link.starts_with("https://")));
    }
}

#[test]
fn the_way_to_a_listener_is_a_code_flow() {
    let report = judged();
    let run = run(&report);
    let mut flows = 0;
    for result in list(&run["results"]) {
        let kind = &result["locations"][0]["logicalLocations"][0]["kind"];
        let Some(flow) = result.get("codeFlows") else {
            assert!(kind != "listener", "{result}");
            continue;
        };
        flows += 1;
        let steps = list(&flow[0]["threadFlows"][0]["locations"]);
        assert!(steps.len() >= 2);
        for step in steps {
            let place = &step["location"]["physicalLocation"];
            assert_eq!(place, &result["locations"][0]["physicalLocation"]);
        }
    }
    assert!(flows > 40, "{flows}");
    let open = alone(&report, "listener-cleartext");
    let told = self::run(&open);
    let steps = list(&told["results"][0]["codeFlows"][0]["threadFlows"][0]["locations"]);
    let said = |place: usize| steps[place]["location"]["message"]["text"].as_str().expect("a text");
    assert_eq!(said(0), "from 0.0.0.0/0 in sg-016f695725b10e471");
    assert_eq!(said(steps.len() - 2), "sg-016f695725b10e471: tcp 80 from 0.0.0.0/0");
    let last = "HTTP:80, open to the internet; what would close it: remove 0.0.0.0/0 from sg-016f695725b10e471, tcp 80; ";
    assert!(said(steps.len() - 1).starts_with(last), "{}", said(steps.len() - 1));
}

#[test]
fn a_load_balancer_shows_the_way_to_its_most_exposed_listener() {
    let mut report = alone(&judged(), "access-logs-disabled");
    let arn = report.findings[0].load_balancer.clone().expect("a load balancer").arn;
    let lb = report.load_balancers.iter_mut().find(|lb| lb.arn == arn).expect("the same");
    let listeners = lb.listeners.as_mut().expect("listeners");
    let mut other = listeners[0].clone();
    for text in [&mut other.id, &mut other.label] {
        "other".clone_into(text);
    }
    let step = Step { resource: "sg-1".to_owned(), says: "nothing".to_owned() };
    other.chain = vec![step; 2_000];
    other.exposure = ExposureClass::Internet;
    for listener in listeners.iter_mut() {
        listener.exposure = ExposureClass::Internal;
    }
    listeners.push(other);
    let told = run(&report);
    let flow = &told["results"][0]["codeFlows"][0];
    assert_eq!(flow["message"]["text"], "The way to other: open to the internet");
    let steps = list(&flow["threadFlows"][0]["locations"]);
    assert_eq!(steps.len(), 1_000);
    assert_eq!(steps[998]["location"]["message"]["text"], "1003 more on the way");
}

#[test]
fn nothing_but_a_fault_is_a_result() {
    for (name, report) in reports() {
        let run = run(&report);
        let of = |standing| report.findings.iter().filter(|one| one.standing() == standing).count();
        assert_eq!(list(&run["results"]).len(), of(Standing::Fault), "{name}");
        let told = notifications(&run);
        for standing in Standing::ALL {
            let notified =
                told.iter().filter(|one| one["properties"]["standing"] == standing.word()).count();
            let left_out = matches!(standing, Standing::Fault | Standing::Pass);
            assert_eq!(
                notified,
                if left_out { 0 } else { of(standing) },
                "{name}: {}",
                standing.word()
            );
        }
        let gaps = told.iter().filter(|one| {
            one["descriptor"]["id"].as_str().is_some_and(|id| id.starts_with("unread/"))
        });
        assert_eq!(gaps.count(), report.gaps.len(), "{name}");
        let descriptors = list(&run["tool"]["driver"]["notifications"]);
        for one in told {
            let index = one["descriptor"]["index"].as_u64().expect("an index");
            assert_eq!(
                descriptors[usize::try_from(index).expect("small")]["id"],
                one["descriptor"]["id"]
            );
        }
        let read = report.summary.regions_read > 0;
        assert_eq!(run["invocations"][0]["executionSuccessful"], read, "{name}");
    }
}

#[test]
fn a_notification_says_whose_word_it_is() {
    let mut report = judged();
    report.findings.retain(Finding::is_fault);
    report.findings.truncate(2);
    let (owner, reason) = ("edge".to_owned(), "moves".to_owned());
    let expires = Some("2099-05-31".parse().expect("a day"));
    report.findings[0].accepted = Some(Accepted { reason, owner, expires });
    report.findings[1].advisory = true;
    report.gaps.clear();
    let told = run(&report);
    let [accepted, newer] = notifications(&told) else { panic!("two") };
    let said = accepted["message"]["text"].as_str().expect("a text");
    assert!(
        said.starts_with("Accepted by edge until 2099-05-31: moves; certificate has"),
        "{said}"
    );
    let words = ["owner", "reason", "lastDay"].map(|name| accepted["properties"][name].clone());
    assert_eq!(words, ["edge", "moves", "2099-05-31"]);
    assert_eq!(newer["properties"]["edition"], "2026-11");
    assert_eq!(list(&told["results"]).len(), 0);
}

#[test]
fn nothing_found_is_an_empty_list_of_results() {
    let report = reports().remove("nothing").expect("a report");
    let run = run(&report);
    assert_eq!(run["results"], serde_json::json!([]));
    assert_eq!(run["tool"]["driver"]["rules"], serde_json::json!([]));
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn what_is_too_much_is_cut_the_worst_first_and_said() {
    let report = judged();
    let mut many = alone(&report, "listener-cleartext");
    let mut low = many.findings.remove(0);
    // No way to show, or this takes its time.
    low.load_balancer = None;
    low.evidence.0.clear();
    low.severity = Severity::Low;
    let unknown = Finding { outcome: Outcome::Unknown, ..low.clone() };
    let worst = Finding { severity: Severity::Critical, ..low.clone() };
    let gap = ReportedGap { resource: None, ..report.gaps[0].clone() };
    many.findings = vec![low; 25_001];
    many.findings.extend(vec![unknown; 24_999]);
    many.findings.push(worst);
    many.gaps = vec![gap; 3];
    let run = run(&many);
    let results = list(&run["results"]);
    assert_eq!((results.len(), &results[0]["level"]), (25_000, &"error".into()));
    let told = notifications(&run);
    assert_eq!(told.len(), 25_002);
    let first = |place: usize| told[place]["message"]["text"].as_str().expect("a text");
    assert_eq!(first(0), "2 results are left out: a run takes 25000. The worst are here.");
    assert_eq!(first(1), "2 notifications are left out: a run takes 25000. The worst are here.");
    assert_eq!(told[2]["properties"]["standing"], "unknown");
    assert_eq!(told[25_001]["properties"]["call"], many.gaps[0].call.as_str());
    assert_eq!(run["properties"]["leftOut"], serde_json::json!({"results": 2, "notifications": 2}));
}

#[test]
fn the_same_account_writes_the_same() {
    let report = judged();
    let mut again = judged();
    again.summary.cost.milliseconds += 1;
    again.summary.cost.api_calls += 1;
    let (one, other) = (run(&report).to_string(), run(&again).to_string());
    assert!(one == other, "the cost of a scan tells");
    again.taken_at = report.taken_at + jiff::Span::new().hours(1);
    let other = run(&again).to_string();
    assert!(one != other);
    assert!(one == other.replace(&again.taken_at.to_string(), &report.taken_at.to_string()));
}

#[test]
fn an_upload_takes_the_place_of_the_same_only() {
    let mut report = judged();
    assert_eq!(category(&report), "elb-audit/live/111122223333-and-others/");
    // What is left out on purpose is not what the report is of.
    report.accounts[0].status = AccountStatus::Skipped;
    assert_eq!(category(&report), "elb-audit/live/444455556666/");
    for region in &mut report.regions {
        if region.name != "eu-west-1" {
            region.status = RegionStatus::Skipped;
        }
    }
    assert_eq!(category(&report), "elb-audit/live/444455556666/eu-west-1/");
    let chosen = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
    report.basis.load_balancers = chosen(&["shop", "api"]);
    let first = category(&report);
    let hash = first.strip_prefix("elb-audit/live/444455556666/eu-west-1/only-").expect("so");
    assert!(hash.len() == 9 && hash.ends_with('/'), "{hash}");
    report.basis.load_balancers = chosen(&["api", "shop", "api"]);
    assert_eq!(category(&report), first);
    report.basis.load_balancers = chosen(&["api"]);
    assert_ne!(category(&report), first);
    report.basis.load_balancers = None;
    "../x y".clone_into(&mut report.accounts[1].id);
    assert_eq!(category(&report), "elb-audit/live/%2E.%2Fx%20y/eu-west-1/");
    report.accounts.clear();
    assert_eq!(category(&report), "elb-audit/live/unknown/eu-west-1/");
}

#[test]
fn changes_alone_do_not_take_the_place_of_a_whole_report() {
    let report = reports().remove("everything").expect("a report");
    let mut written = Vec::new();
    let format = render::named("sarif").expect("a format");
    format.render_changes(&mut report.clone(), Style::PLAIN, &mut written).expect("memory");
    let log: Value = serde_json::from_slice(&written).expect("JSON");
    let run = &log["runs"][0];
    let id = run["automationDetails"]["id"].as_str().expect("an id");
    assert_eq!(id, format!("{}changes/", category(&report)));
    assert_eq!(list(&run["results"]).len(), 2);
    let changes: Vec<&Value> =
        list(&run["results"]).iter().map(|one| &one["properties"]["change"]).collect();
    assert_eq!(changes, ["new", "worsened"]);
}

#[test]
fn a_version_is_semantic_or_only_a_version() {
    for (version, semantic) in
        [("0.1.0", true), ("1.2.3-rc.1+4", true), ("1.2", false), ("1.2.x", false), ("", false)]
    {
        let mut report = judged();
        version.clone_into(&mut report.version);
        let driver = run(&report)["tool"]["driver"].take();
        assert_eq!(driver.get("semanticVersion").is_some(), semantic, "{version}");
        assert_eq!(driver["version"], if version.is_empty() { "unknown" } else { version });
    }
}
