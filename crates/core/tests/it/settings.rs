//! What differs from the defaults is said in the report, to whoever reads it.

use std::cmp::Ordering;

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks;
use elb_audit_core::fixtures::demo;
use elb_audit_core::policy::Policy;
use elb_audit_core::policy::config::{Config, KEYS};
use elb_audit_core::policy::edition::{Edition, History};
use elb_audit_core::policy::selection::Selection;
use elb_audit_core::policy::settings::{SetBy, Setting, SettingKind};
use elb_audit_core::render::Style;
use elb_audit_core::report::Report;
use elb_audit_core::vocab::severity::{Persona, Severity};

use crate::formats::written;

fn policy(text: &str) -> Policy {
    Config::parse(text).expect("a configuration").policy
}

fn report(policy: Policy, settings: Vec<Setting>) -> Report {
    let inventory = demo::inventory();
    let options = Options { policy, settings, ..Options::at(inventory.taken_at) };
    audit(&inventory, checks::ALL, &options)
}

/// Kind, name, default and value of each, in the order of the report.
fn told(settings: &[Setting]) -> Vec<String> {
    let one = |one: &Setting| {
        let default = one.default.as_deref().unwrap_or("-");
        format!("{:?} {} {default}: {}", one.kind, one.name, one.set.join("|"))
    };
    settings.iter().map(one).collect()
}

#[test]
fn by_the_defaults_nothing_is_set() {
    let report = report(Policy::default(), Vec::new());
    assert_eq!(report.basis.settings, Some(Vec::new()));
    let all =
        written("text", &report, Style::DETAILED) + &written("markdown", &report, Style::PLAIN);
    assert!(!all.contains(" set: ") && !all.contains("otherwise than by default"), "{all}");
}

#[test]
fn what_a_policy_sets_is_told_by_kind_and_name() {
    let policy = policy(
        r#"
        [severity]
        waf-not-associated = "low"
        no-targets = "critical"
        [thresholds]
        quota-percent = 95
        idle-seconds = 3600
        [intent]
        public = ["shop-*", "zone=dmz"]
        public-ports = [443, 80]
        "#,
    );
    let gate = Setting::gate("fail-on", "high", "never", SetBy::CommandLine);
    let report = report(policy, vec![gate]);
    let settings = report.basis.settings.as_ref().expect("told");
    assert_eq!(
        told(settings),
        [
            "Severity no-targets low: critical",
            "Severity waf-not-associated medium: low",
            "Intent public -: shop-*|zone=dmz",
            "Intent public-ports -: 443|80",
            "Threshold quota-percent 80: 95",
            "Gate fail-on high: never",
        ]
    );
    let text = written("text", &report, Style::DETAILED);
    for line in [
        "Severities set: 1 lowered: waf-not-associated medium to low; 1 raised: no-targets",
        "Intent set: public shop-*, zone=dmz; public-ports 443, 80",
        "Limits set: quota-percent 95 (default 80)",
        "Gates set: fail-on never (default high, by the command line)",
    ] {
        for style in [Style::DETAILED, Style { width: 200, ..Style::PLAIN }] {
            let text = written("text", &report, style);
            assert!(text.contains(&format!("\n{line}")), "{line}: {text}");
        }
        assert!(text.contains(line));
        for format in ["junit", "sarif"] {
            let text = written(format, &report, Style::PLAIN);
            assert!(text.contains(line), "{format}: {line}");
        }
    }
    let markdown = written("markdown", &report, Style::PLAIN);
    assert!(markdown.contains("## Changed from the defaults\n"), "{markdown}");
    assert!(markdown.contains("\n- Gates set: fail"), "{markdown}");
    let lines = written("ndjson", &report, Style::PLAIN);
    assert!(lines.lines().next().is_some_and(|run| run.contains(r#""name":"fail-on""#)), "{lines}");
}

/// Whoever adds a key that changes what is judged, or what fails, says here what reports tell of it.
#[test]
fn every_key_of_the_configuration_is_told() {
    let elsewhere = ["accept", "persona", "min-severity"];
    let keys = |table: &str| -> Vec<&str> {
        KEYS.iter().find(|(name, _)| *name == table).map_or(Vec::new(), |(_, keys)| keys.to_vec())
    };
    let tables = ["checks", "intent", "severity", "thresholds"];
    let gates = ["edition", "fail-on"];
    let known =
        |key: &&str| !elsewhere.contains(key) && !tables.contains(key) && !gates.contains(key);
    assert_eq!(keys("").into_iter().filter(known).collect::<Vec<_>>(), [""; 0]);
    let value = |key: &str| match key {
        "public-ports" => "[8080]",
        "trusted-accounts" => r#"["111122223333"]"#,
        "public-paths" => r#"["/health"]"#,
        _ => r#"["x-y-z"]"#,
    };
    for key in keys("intent") {
        let settings = policy(&format!("[intent]\n{key} = {}\n", value(key))).settings();
        assert_eq!(settings.iter().map(|one| &*one.name).collect::<Vec<_>>(), [key]);
        assert_eq!(settings[0].kind, SettingKind::Intent);
    }
    for key in keys("thresholds") {
        let settings = policy(&format!("[thresholds]\n{key} = 99\n")).settings();
        assert_eq!(settings.iter().map(|one| &*one.name).collect::<Vec<_>>(), [key]);
        assert_eq!(settings[0].kind, SettingKind::Threshold);
    }
}

#[test]
fn checks_that_are_named_are_told_where_it_makes_a_difference() {
    let (hygiene, fault) = ("deletion-protection-off", "listener-cleartext");
    let selection = Selection {
        enable: [hygiene, fault].into(),
        disable: ["no-targets", "internet-facing"].into(),
        skip: ["waf-not-associated"].into(),
        ..Selection::default()
    };
    let switched = selection.switched(&Policy::default());
    let expected = [
        "Check deletion-protection-off off: on",
        "Check no-targets on: off",
        "Check waf-not-associated on: off",
    ];
    assert_eq!(told(&switched), expected, "what runs anyway, and what does not, is not");
    let by: Vec<SetBy> = switched.iter().map(|one| one.by).collect();
    assert_eq!(by, [SetBy::Configuration, SetBy::Configuration, SetBy::CommandLine]);
    let auditor = Selection { persona: Some(Persona::Auditor), ..selection };
    let expected = [
        "Check internet-facing on: off",
        "Check no-targets on: off",
        "Check waf-not-associated on: off",
    ];
    assert_eq!(told(&auditor.switched(&Policy::default())), expected);
    assert_eq!(Selection::default().switched(&Policy::default()), []);
}

#[test]
fn a_pinned_edition_is_a_gate() {
    const MADE_UP: History = History {
        editions: &[
            Edition { name: "2026-11", release: "0.1.0" },
            Edition { name: "2027-03", release: "0.9.0" },
        ],
        changes: &[],
    };
    const OLD: History =
        History { editions: &[Edition { name: "2020-01", release: "0.0.1" }], changes: &[] };
    let pinned = |name: &str| {
        let edition = Some(MADE_UP.pin(name).expect("an edition"));
        Policy { edition, ..Policy::default() }.pinned(SetBy::CommandLine)
    };
    let told = pinned("2026-11").expect("a gate");
    assert_eq!((told.kind, &*told.name), (SettingKind::Gate, "edition"));
    assert_eq!((told.default.as_deref(), &*told.set[0]), (Some("2027-03"), "2026-11"));
    assert!(told.is_laxer());
    assert_eq!(pinned("2027-03"), None, "the newest is what counts anyway");
    assert_eq!(Policy::default().pinned(SetBy::Configuration), None);
    // Checks that no edition has yet count by default, and under no edition.
    let policy = Policy { edition: OLD.pin("2020-01").ok(), ..Policy::default() };
    let told = policy.pinned(SetBy::Configuration).expect("a gate");
    assert_eq!((told.default, &*told.set[0]), (None, "2020-01"));
}

#[test]
fn what_is_laxer_than_by_default_is_known() {
    let severity = |default: &str, set: Severity| Setting {
        kind: SettingKind::Severity,
        name: "x".to_owned(),
        default: Some(default.to_owned()),
        set: vec![set.word().to_owned()],
        by: SetBy::Configuration,
    };
    assert!(severity("high", Severity::Info).is_laxer());
    assert!(!severity("low", Severity::High).is_laxer());
    assert_eq!(severity("low", Severity::Low).severity_change(), Some(Ordering::Equal));
    let gate = |name, set| Setting::gate(name, "high", set, SetBy::Configuration).is_laxer();
    assert!(gate("fail-on", "never") && gate("fail-on", "critical") && gate("only-new", "on"));
    assert!(!gate("fail-on", "low") && !gate("strict", "on"));
}
