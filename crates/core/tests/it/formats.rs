//! What the formats make of reports, kept as snapshots, and the JSON against its published schema.

use elb_audit_core::render::{self, Style};
use elb_audit_core::report::Report;

use crate::golden;

mod asff;
mod github;
mod gitlab;
mod junit;
mod ocsf;
mod reports;
mod sarif;
mod schema;
mod sums;

use reports::{by_control, everything, hostile, reports};

fn written(format: &str, report: &Report, style: Style) -> String {
    render::named(format).expect("a format").text(report, style)
}

#[test]
fn reports_read_as_they_did() {
    let narrow = Style { color: false, width: 72, ..Style::DETAILED };
    let colored = Style { color: true, width: 100, ..Style::DETAILED };
    for (name, report) in reports() {
        let keep = |suffix: &str, text: &str| {
            golden::compare(&format!("crates/core/tests/it/snapshots/{name}.{suffix}.txt"), text);
        };
        keep("text", &written("text", &report, Style::DETAILED));
        if name == "by-control" {
            keep("colored", &written("text", &report, colored).replace('\u{1b}', "<esc>"));
        }
        if name == "everything" {
            keep("narrow", &written("text", &report, narrow));
            keep("colored", &written("text", &report, colored).replace('\u{1b}', "<esc>"));
            keep("json", &written("json", &report, Style::DETAILED));
        }
    }
}

#[test]
fn nothing_from_outside_steers_the_terminal() {
    let report = hostile();
    for format in render::ALL {
        for width in [60, usize::MAX] {
            let text = format.text(&report, Style { color: false, width, ..Style::DETAILED });
            // Rows of CSV end so.
            let text = text.replace("\r\n", "\n");
            let steers = |character: char| {
                (character.is_control() && character != '\n')
                    || matches!(character, '\u{200b}' | '\u{202e}' | '\u{e0041}')
            };
            assert_eq!(text.find(steers), None, "{}", format.name);
            assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{}", format.name);
        }
    }
    let text = written("text", &report, Style::DETAILED);
    assert!(!text.lines().any(|line| line.starts_with("No fault found")), "a line was forged");
}

#[test]
fn colours_change_no_letter() {
    for (name, report) in reports() {
        let plain = written("text", &report, Style { color: false, width: 80, ..Style::DETAILED });
        let mut colored =
            written("text", &report, Style { color: true, width: 80, ..Style::DETAILED });
        for code in ["0", "1", "2", "32", "33", "36", "1;31", "1;35"] {
            colored = colored.replace(&format!("\u{1b}[{code}m"), "");
        }
        assert_eq!(plain, colored, "{name}");
    }
}

#[test]
fn a_narrow_line_is_too_long_only_for_a_single_word() {
    for (name, report) in reports() {
        for line in
            written("text", &report, Style { color: false, width: 72, ..Style::DETAILED }).lines()
        {
            let words = line.split_whitespace().count();
            assert!(line.chars().count() <= 72 || words == 1, "{name}: {line}");
        }
    }
}

#[test]
fn what_is_unknown_is_never_called_right() {
    for (name, report) in reports() {
        let text = written("text", &report, Style::DETAILED);
        let summary = &report.summary;
        let incomplete = summary.unknown + summary.regions_unread + report.gaps.len() > 0;
        assert_eq!(text.contains("Could not be assessed"), incomplete, "{name}");
        for word in ["secure", "all clear", "compliant"] {
            assert!(!text.to_lowercase().contains(word), "{name}: {word}");
        }
    }
}

#[test]
fn json_is_the_report_again() {
    for (name, report) in reports() {
        let json = written("json", &report, Style::DETAILED);
        assert_eq!(serde_json::from_str::<Report>(&json).expect("a report"), report, "{name}");
    }
}
