//! What a filter leaves out of what people read, and that it changes nothing else.

use elb_audit_core::audit::compare::compare;
use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks::ALL;
use elb_audit_core::compliance::Framework;
use elb_audit_core::fixtures::demo;
use elb_audit_core::policy::config::Config;
use elb_audit_core::render::{self, Filter, Style, TEXT};
use elb_audit_core::report::{Finding, Outcome, Report};
use elb_audit_core::vocab::severity::Severity;

fn judged(options: impl FnOnce(Options) -> Options) -> Report {
    let inventory = demo::inventory();
    audit(&inventory, ALL, &options(Options::at(inventory.taken_at)))
}

/// The demo, compared with itself without the faults of one check.
fn compared(news: &str) -> Report {
    let mut before = judged(|options| options);
    before.findings.retain(|one| one.check != news);
    let mut after = judged(|options| options);
    compare(&before, &mut after);
    after
}

fn from(least: Severity) -> Filter {
    Filter { min_severity: Some(least), ..Filter::NONE }
}

const NEW: Filter = Filter { min_severity: None, only_new: true };

fn text(report: &Report, filter: Filter) -> String {
    TEXT.text(report, Style { filter, ..Style::DETAILED })
}

/// The last paragraph: the totals.
fn totals(text: &str) -> &str {
    text.trim_end().rsplit("\n\n").next().unwrap_or_default()
}

/// Faults that count and whose severity is one of these.
fn faults(report: &Report, of: impl Fn(&Finding) -> bool) -> usize {
    report.findings.iter().filter(|one| one.is_fault() && of(one)).count()
}

#[test]
fn faults_and_notes_below_a_severity_are_counted_and_not_shown() {
    let report = judged(|options| options);
    for least in Severity::WORST_FIRST {
        let shown = text(&report, from(least));
        let lines = |severity: Severity| {
            let begin = format!("{}[", severity.word());
            shown.lines().filter(|line| line.trim_start().starts_with(&begin)).count()
        };
        for severity in Severity::WORST_FIRST {
            let expected = faults(&report, |one| one.severity == severity && severity >= least);
            assert_eq!(lines(severity), expected, "{severity:?} from {least:?}");
        }
        assert_eq!(shown.contains("note["), least == Severity::Info, "{least:?}");
        let whole = text(&report, Filter::NONE);
        assert_eq!(totals(&shown), totals(&whole), "{least:?}");
        let unknown = |text: &str| text.matches("unknown verdicts, neither right").count();
        assert_eq!(unknown(&shown), unknown(&whole));
        let hidden = faults(&report, |one| one.severity < least);
        let notes = report.summary.notes;
        let said = format!("\nnot shown: {hidden} faults, {notes} notes below {}\n", least.word());
        assert_eq!(shown.contains(&said), hidden > 0, "{said}{shown}");
        assert_eq!(shown.contains("not shown"), hidden + notes > 0 && least > Severity::Info);
    }
}

#[test]
fn a_load_balancer_whose_faults_are_not_shown_is_not_called_faultless() {
    let report = judged(|options| options);
    let shown = text(&report, from(Severity::Critical));
    assert!(!shown.contains("no fault found, but") || shown.contains("not shown, but"), "{shown}");
    let clean = |text: &str| text.matches("no fault found").count();
    assert!(clean(&shown) > 0);
    assert_eq!(clean(&shown), clean(&text(&report, Filter::NONE)));
    for lb in &report.load_balancers {
        let mut its = report.findings.iter().filter(|one| {
            let of = one.load_balancer.as_ref().is_some_and(|of| of.arn == lb.arn);
            of && one.is_fault()
        });
        let begin = format!("{}  ", lb.name);
        let line = shown.lines().find(|line| line.starts_with(&begin)).expect("a line");
        let hidden = its.next().is_some();
        assert_eq!(line.contains(" not shown"), hidden, "{line}");
    }
}

#[test]
fn what_is_accepted_is_not_passed_over_in_silence() {
    let toml =
        "[[accept]]\ncheck = \"no-targets\"\nresource = \"*\"\nreason = \"r\"\nowner = \"o\"";
    let policy = Config::parse(toml).expect("a configuration").policy;
    let report = judged(|options| Options { policy, ..options });
    let of = |severity| {
        let its = report.findings.iter().filter(|one| one.severity < severity);
        its.filter(|one| one.accepted.is_some()).count()
    };
    let accepted = of(Severity::High);
    assert!(accepted > 0);
    let shown = text(&report, from(Severity::High));
    let said = format!(" notes, {accepted} other finding");
    assert!(shown.contains(&said), "{said}: {shown}");
    assert!(!shown.contains("accepted low[no-targets]"));
}

#[test]
fn what_is_new_is_shown_where_something_was_compared() {
    let report = compared("no-targets");
    let news = report.news().total();
    assert!(news > 0);
    let shown = text(&report, NEW);
    let kinds = ["critical[", "high[", "medium[", "low[", "note["];
    let begins = |line: &&str| {
        let line = line.trim_start().trim_start_matches("new ");
        kinds.iter().any(|kind| line.starts_with(kind))
    };
    let lines: Vec<&str> = shown.lines().filter(begins).collect();
    assert_eq!(lines.len(), news, "{lines:?}");
    assert!(lines.iter().all(|line| line.contains("new low[no-targets]")), "{lines:?}");
    let old = report.summary.faults.total() - news;
    let said = format!("not shown: {old} faults, {} notes neither new", report.summary.notes);
    assert!(shown.contains(&said), "{shown}");
    let both = text(&report, Filter { min_severity: Some(Severity::Medium), only_new: true });
    assert!(!both.contains("low[no-targets]"), "{both}");
    assert!(both.contains(" below medium, or neither new nor worse\n"), "{both}");
    // Nothing can be new where nothing was compared.
    let alone = judged(|options| options);
    assert_eq!(text(&alone, NEW), text(&alone, Filter::NONE));
}

#[test]
fn changes_are_filtered_by_severity() {
    let mut report = compared("no-targets");
    let changes = |report: &Report, filter| {
        let mut out = Vec::new();
        let style = Style { filter, ..Style::DETAILED };
        TEXT.render_changes(&mut report.clone(), style, &mut out).expect("memory takes everything");
        String::from_utf8(out).expect("text")
    };
    let news = report.news().total();
    let shown = changes(&report, from(Severity::Medium));
    assert!(!shown.contains("low[no-targets]"), "{shown}");
    let said = format!("not shown: {news} fault");
    assert!(shown.contains(&said) && shown.contains(&format!(": {news} new, ")), "{shown}");
    report.findings.retain(|one| one.severity > Severity::Low);
    assert!(!changes(&report, from(Severity::Medium)).contains("not shown"));
}

#[test]
fn resources_that_fail_a_control_by_what_is_not_shown_are_left_out() {
    let report = judged(|options| Options { frameworks: vec![Framework::Fsbp], ..options });
    let whole = text(&report, Filter::NONE);
    let shown = text(&report, from(Severity::High));
    let failed = |text: &str| text.lines().filter(|line| line.starts_with("failed ")).count();
    assert_eq!(failed(&shown), failed(&whole), "a control has failed all the same");
    for low in ["[deletion-protection-off]", "[access-logs-disabled]"] {
        assert!(whole.contains(low) && !shown.contains(low), "{low}");
    }
    assert!(shown.contains("[tls-legacy-protocol]") && shown.contains("\nnot shown: "));
}

#[test]
fn what_machines_read_is_whole() {
    let report = compared("no-targets");
    let filter = Filter { min_severity: Some(Severity::Critical), only_new: true };
    for format in render::ALL {
        let filtered = format.text(&report, Style { filter, ..Style::DETAILED });
        let whole = format.text(&report, Style::DETAILED);
        assert_eq!(filtered != whole, format.for_people, "{}", format.name);
        let (mut filtered, mut whole) = (Vec::new(), Vec::new());
        let style = Style { filter, ..Style::DETAILED };
        for (style, bytes) in [(style, &mut filtered), (Style::DETAILED, &mut whole)] {
            format.render_changes(&mut report.clone(), style, bytes).expect("memory");
        }
        assert_eq!(filtered != whole, format.for_people, "{}", format.name);
    }
    assert!(render::JSON.text(&report, Style::DETAILED).contains("\"low\""));
}

#[test]
fn what_is_unknown_or_right_is_shown_whatever_the_filter() {
    let report = judged(|options| Options { show_passed: true, ..options });
    let filter = Filter { min_severity: Some(Severity::Critical), only_new: true };
    for finding in &report.findings {
        let stays = matches!(finding.outcome, Outcome::Unknown | Outcome::Pass);
        assert!(filter.shows(finding) || !stays, "{finding:?}");
    }
}

#[test]
fn markdown_of_changes_says_what_has_changed_and_no_totals() {
    let report = compared("no-targets");
    let mut out = Vec::new();
    let markdown = render::named("markdown").expect("a format");
    markdown.render_changes(&mut report.clone(), Style::PLAIN, &mut out).expect("memory");
    let text = String::from_utf8(out).expect("a text");
    let new = report.comparison.as_ref().map_or(0, |comparison| comparison.new);
    assert!(text.starts_with(&format!("## elb-audit: {new} new, ")), "{text}");
    assert!(!text.contains("| Critical |") && text.contains("**new** low"), "{text}");
}
