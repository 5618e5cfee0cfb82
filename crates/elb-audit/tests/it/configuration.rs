//! The configuration file: where it is found, what it changes, what wins over it, and what is refused.

use std::fs;
use std::path::Path;

use elb_audit_core::policy::settings::{SetBy, Setting};
use elb_audit_core::report::{Outcome, Report};
use elb_audit_core::vocab::severity::{Persona, Severity};

use crate::program::{Folder, Run};

const QUIET: &str = "fail-on = \"never\"\n";

fn exit(run: Run) -> i32 {
    run.done().code
}

#[test]
fn it_is_found_in_the_working_directory_or_where_one_says() {
    let (folder, elsewhere) = (Folder::new(), Folder::new());
    assert_eq!(exit(Run::bare("demo").inside(&folder)), 1);
    folder.file("elb-audit.toml", QUIET);
    assert_eq!(exit(Run::bare("demo").inside(&folder)), 0);
    assert_eq!(exit(Run::bare("demo").inside(&elsewhere)), 1);
    let file = folder.path("elb-audit.toml");
    let named = || Run::bare("demo --config").arg(&file).inside(&elsewhere);
    assert_eq!(exit(named()), 0);
    let by_variable =
        |arguments| Run::bare(arguments).env("ELB_AUDIT_CONFIG", &file).inside(&elsewhere);
    assert_eq!(exit(by_variable("demo")), 0);
    // None is read on demand, and the command line wins over the environment.
    assert_eq!(exit(Run::bare("demo --no-config").inside(&folder)), 1);
    assert_eq!(exit(by_variable("demo --no-config")), 1);
    assert_eq!(exit(Run::bare("demo").env("ELB_AUDIT_NO_CONFIG", "1").inside(&folder)), 1);
    assert_eq!(exit(named().env("ELB_AUDIT_NO_CONFIG", "1")), 0);
    // One that is named comes before the one that lies there.
    elsewhere.file("elb-audit.toml", "fail-on = \"high\"\n");
    assert_eq!(exit(named()), 0);
    assert_eq!(exit(by_variable("demo")), 0);
}

/// Whoever gets the report sees that it was made to look better.
#[test]
fn a_report_says_what_was_set_otherwise_than_by_default() {
    let folder = Folder::new();
    let text = "fail-on = \"critical\"\n[checks]\ndisable = [\"no-targets\"]\n\
                [severity]\nlistener-cleartext = \"low\"\n[intent]\npublic = [\"shop-*\"]\n";
    folder.file("elb-audit.toml", text);
    let set = |arguments: &str| -> Vec<(String, String, String, SetBy)> {
        let run = Run::bare(&format!("demo --format json {arguments}")).inside(&folder);
        let settings = run.report().basis.settings.unwrap().into_iter();
        let words =
            |one: Setting| (one.name, one.default.unwrap_or_default(), one.set.join(","), one.by);
        settings.map(words).collect()
    };
    let told = |name: &str, default: &str, set: &str, by| {
        (name.to_owned(), default.to_owned(), set.to_owned(), by)
    };
    let (by_file, by_option) = (SetBy::Configuration, SetBy::CommandLine);
    let policy = [
        told("listener-cleartext", "high", "low", by_file),
        told("no-targets", "on", "off", by_file),
        told("public", "", "shop-*", by_file),
    ];
    let gate = [told("fail-on", "high", "critical", by_file)];
    assert_eq!(set(""), [&policy[..], &gate].concat());
    let gates = [
        told("fail-on", "high", "never", by_option),
        told("only-new", "off", "on", by_option),
        told("strict", "off", "on", by_option),
    ];
    let skipped = told("waf-not-associated", "on", "off", by_option);
    let [severity, check, public] = policy;
    let expected = [&[severity, check, skipped, public][..], &gates].concat();
    let saved = folder.path("before.json").display().to_string();
    Run::bare(&format!("demo --output json={saved}")).inside(&folder).done();
    let arguments =
        format!("--strict --only-new --baseline {saved} --skip-check waf-not-associated");
    assert_eq!(set(&format!("{arguments} --fail-on never")), expected);
    assert_eq!(set("--no-config"), []);
    // What is asked for is what is the default.
    assert_eq!(set("--no-config --fail-on high"), []);
    let text = Run::bare("demo").inside(&folder).done().stdout;
    for line in [
        "\nSeverities set: 1 lowered: listener-cleartext high to low\n",
        "\nChecks set: 1 off: no-targets\n",
        "\nIntent set: public shop-*\n",
        "\nGates set: fail-on critical (default high)\n",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[test]
fn what_cannot_be_used_is_said_in_one_line() {
    let folder = Folder::new();
    let saved = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/demo.json");
    fs::copy(saved, folder.path("inventory.json")).unwrap();
    let accept = "[[accept]]\ncheck = \"no-targets\"\nresource = \"web\"\n";
    let whole = format!("{accept}reason = \"r\"\nowner = \"o\"\n");
    let long = folder.path("elb-audit.toml").display().to_string();
    for (text, said) in [
        ("persona = ", "1: not TOML: "),
        ("\nfail_on = \"high\"\n", "2: unknown key `fail_on`: did you mean `fail-on`?"),
        ("[intent]\npublic = [\"web-{a,b}\"]", "2: `web-{a,b}` is no pattern"),
        (&format!("{accept}reason = \"r\"\n"), "1: [[accept]] has no `owner`: it is required"),
        (&format!("{accept}owner = \"o\"\n"), "1: [[accept]] has no `reason`: it is required"),
        (&format!("{whole}expires = \"31.1.2027\"\n"), "6: `expires` takes a date"),
        (&whole.replace("no-targets", "no-tragets"), "2: unknown check `no-tragets`: did you"),
        ("edition = \"1999-12\"", "1: unknown edition `1999-12`: this release knows 2026-11"),
        (
            "[checks]\nenable = [\"no-targets\"]\ndisable = [\"no-targets\"]\n",
            "3: `no-targets` is in `enable` and in `disable`",
        ),
    ] {
        folder.file("elb-audit.toml", text);
        for task in ["demo", "scan", "check inventory.json", "permissions"] {
            let done = Run::bare(task).inside(&folder).done();
            assert_eq!(done.stdout, "", "{task}");
            done.says(2, &[&format!("error: elb-audit.toml:{said}")]);
        }
        Run::bare("demo --config").arg(&long).done().says(2, &[&format!("error: {long}:{said}")]);
    }
}

#[test]
fn what_cannot_be_read_is_said_in_one_line() {
    let folder = Folder::new();
    let none = "error: cannot read /nonexistent/a.toml: there is no such file";
    Run::bare("demo --config /nonexistent/a.toml").done().says(2, &[none]);
    Run::bare("demo").env("ELB_AUDIT_CONFIG", "/nonexistent/a.toml").done().says(2, &[none]);
    fs::create_dir(folder.path("elb-audit.toml")).unwrap();
    let said = "error: cannot read elb-audit.toml: Is a directory";
    Run::bare("demo").inside(&folder).done().says(2, &[said]);
    let other = Folder::new();
    fs::write(other.path("elb-audit.toml"), b"persona = \"\xff\"").unwrap();
    Run::bare("demo").inside(&other).done().says(2, &["cannot read elb-audit.toml: ", "UTF-8"]);
    let both = Run::bare("demo --no-config --config a.toml").done().exits(2);
    assert!(both.stderr.contains("--config and --no-config exclude each other"), "{}", both.stderr);
    let edition = Run::bare("demo --edition 1999-12").done();
    edition.says(2, &["error: unknown edition `1999-12`: this release knows 2026-11"]);
    let persona = Run::bare("demo --persona boss").done().exits(2);
    let words = "possible values: regular, pedantic, auditor";
    assert!(persona.stderr.contains(words), "{}", persona.stderr);
}

/// The report of the demo with this file and these options.
fn with(text: &str, options: &str) -> Report {
    let folder = Folder::new();
    folder.file("elb-audit.toml", text);
    Run::bare(&format!("demo --format json {options}")).inside(&folder).report()
}

fn of<'a>(report: &'a Report, check: &str) -> Vec<(&'a str, Outcome, Severity)> {
    let found = report.findings.iter().filter(|finding| finding.check == check);
    found
        .map(|finding| {
            let name = finding.load_balancer.as_ref().map_or("", |lb| lb.name.as_str());
            (name, finding.outcome, finding.severity)
        })
        .collect()
}

#[test]
fn checks_and_severities_are_what_it_says() {
    let plain = with("", "");
    assert!(
        !of(&plain, "no-listeners").is_empty() && of(&plain, "deletion-protection-off").is_empty()
    );
    let toml = "[checks]\nenable = [\"deletion-protection-off\"]\ndisable = [\"no-listeners\"]\n\
                [severity]\ndesync-monitor = \"low\"\nno-targets = \"critical\"\n";
    let changed = with(toml, "");
    assert!(of(&changed, "no-listeners").is_empty());
    assert!(!of(&changed, "deletion-protection-off").is_empty());
    assert!(of(&changed, "desync-monitor").iter().all(|found| found.2 == Severity::Low));
    assert!(of(&changed, "no-targets").iter().any(|found| found.2 == Severity::Critical));
    assert_eq!(changed.summary.faults.critical, 1);
    // By name on the command line it runs all the same.
    assert!(!of(&with(toml, "--check no-listeners"), "no-listeners").is_empty());
    let all = "[checks]\ndisable = [\"no-listeners\"]\n";
    let folder = Folder::new();
    folder.file("elb-audit.toml", all);
    let done = Run::bare("demo --check no-listeners --skip-check no-listeners").inside(&folder);
    done.done().says(2, &["error: --skip-check leaves no check"]);
}

#[test]
fn the_command_line_wins() {
    let folder = Folder::new();
    folder.file(
        "elb-audit.toml",
        "persona = \"auditor\"\nfail-on = \"never\"\nedition = \"2026-11\"\n",
    );
    let run = |options: &str| Run::bare(&format!("demo --format json {options}")).inside(&folder);
    let quiet = run("").done().exits(0).report();
    assert!(quiet.summary.notes > 0);
    assert_eq!(quiet.basis.config.as_deref(), Some("elb-audit.toml"));
    assert_eq!(quiet.basis.persona.map(Persona::word), Some("auditor"));
    let told = run("--persona regular --fail-on high").done().exits(1).report();
    assert_eq!(told.summary.notes, 0);
    run("").env("ELB_AUDIT_FAIL_ON", "high").done().exits(1);
    let text = Run::bare("demo").inside(&folder).done().stdout;
    assert!(text.contains(" as auditor, edition 2026-11, elb-audit.toml; "), "{text}");
    run("--edition 2026-11").done().exits(0);
}

#[test]
fn public_load_balancers_are_those_that_it_names() {
    let plain = with("", "--persona auditor");
    let public: Vec<&str> = of(&plain, "internet-facing").iter().map(|found| found.0).collect();
    assert!(public.len() > 2, "{public:?}");
    let toml = format!("[intent]\npublic = [\"{}\"]\n", public[0]);
    let listed = of(&with(&toml, ""), "internet-facing").len();
    assert_eq!(listed, public.len() - 1, "a fault for all but the one that is named");
    let everyone = with("[intent]\npublic = [\"*\"]\n", "--show-passed");
    assert!(of(&everyone, "internet-facing").iter().all(|found| found.1 == Outcome::Pass));
}

#[test]
fn permissions_follow_the_file() {
    let folder = Folder::new();
    let tags = |options: &str| {
        let run = Run::bare(&format!("permissions {options}")).inside(&folder);
        run.done().exits(0).stdout.contains("elasticloadbalancing:DescribeTags")
    };
    assert!(!tags("") && tags("--persona auditor") && tags("--check internet-facing"));
    folder.file("elb-audit.toml", "persona = \"auditor\"\n");
    assert!(tags("") && !tags("--persona regular") && !tags("--no-config"));
    folder.file("elb-audit.toml", "[intent]\npublic = [\"zone=dmz\"]\n");
    assert!(tags(""));
}
