//! The first screen: how long it is at any size of account, and what it says.

use elb_audit_core::audit::{Options, actions, audit};
use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::{demo, sample};
use elb_audit_core::inventory::{Inventory, Kind};
use elb_audit_core::policy::selection::Selection;
use elb_audit_core::render::{Details, Style, TEXT};
use elb_audit_core::report::{Report, SeverityCounts};

use crate::golden::compare;

/// Lines of two screens.
const MOST: usize = 64;

fn judged(inventory: &Inventory) -> Report {
    let regular = Selection::default();
    let options = Options { persona: regular.audience(), ..Options::at(inventory.taken_at) };
    let checks = regular.choose(ALL, &options.policy);
    audit(inventory, &checks, &options)
}

fn screen(report: &Report, width: usize) -> String {
    TEXT.text(report, Style { width, ..Style::PLAIN })
}

/// The report so many times over: in as many further accounts, or with as many further load balancers in
/// the same ones.
fn multiplied(report: &Report, accounts: usize, times: usize) -> Report {
    let mut all = report.clone();
    for number in 1..accounts * times {
        let (account, copy) = (number / times, number % times);
        let renamed = |text: &str| format!("{text}-{number}");
        let moved = |id: &str| format!("{:012}", id.parse::<usize>().expect("digits") + account);
        if copy == 0 {
            all.accounts.extend(report.accounts.iter().cloned().map(|mut one| {
                one.id = moved(&one.id);
                one.name = one.name.as_deref().map(renamed);
                one
            }));
        }
        all.load_balancers.extend(report.load_balancers.iter().cloned().map(|mut lb| {
            lb.account = moved(&lb.account);
            (lb.name, lb.arn) = (renamed(&lb.name), renamed(&lb.arn));
            lb
        }));
        all.findings.extend(report.findings.iter().cloned().map(|mut finding| {
            finding.account = moved(&finding.account);
            finding.fingerprint = format!("{number:04x}{}", &finding.fingerprint[4..]);
            if let Some(lb) = &mut finding.load_balancer {
                (lb.name, lb.arn) = (renamed(&lb.name), renamed(&lb.arn));
            }
            if let Some(cause) = finding.cause.as_mut().filter(|one| one.id.starts_with("arn:")) {
                (cause.id, cause.label) = (renamed(&cause.id), renamed(&cause.label));
            }
            finding
        }));
    }
    let faults = all.findings.iter().filter(|finding| finding.is_fault());
    let mut counts = SeverityCounts::default();
    faults.for_each(|finding| counts.add(finding.severity));
    all.summary.faults = counts;
    all.summary.load_balancers = all.load_balancers.len();
    all.actions = actions::actions(&all);
    all
}

/// An account with one load balancer, and one with none.
fn small() -> [Inventory; 2] {
    let one = sample::clean(&Kind::Application);
    let mut none = one.clone();
    for region in none.accounts.iter_mut().flat_map(|account| &mut account.regions) {
        region.classic.items.clear();
        region.v2.items.clear();
    }
    [one, none]
}

#[test]
fn it_reads_as_it_did() {
    let report = judged(&demo::inventory());
    for width in [80, 100, 140] {
        let name = format!("crates/core/tests/it/snapshots/screen-{width}.txt");
        compare(&name, &screen(&report, width));
    }
    let [one, none] = small().map(|inventory| screen(&judged(&inventory), 100));
    let organization = screen(&multiplied(&report, 30, 1), 100);
    let others = [("one load balancer", one), ("none", none), ("an organization", organization)];
    let others = others.map(|(name, text)| format!("== {name}\n{text}"));
    compare("crates/core/tests/it/snapshots/screen-sizes.txt", &others.join("\n"));
}

#[test]
fn it_has_two_screens_of_lines_at_any_size() {
    let mut reports = small().map(|inventory| judged(&inventory)).to_vec();
    let demo = judged(&demo::inventory());
    reports.extend([multiplied(&demo, 1, 200), multiplied(&demo, 40, 1), demo]);
    for report in reports {
        let text = screen(&report, 100);
        let number = report.load_balancers.len();
        assert!(text.lines().count() <= MOST, "{number} load balancers:\n{text}");
        // Only the verdict wraps.
        for line in text.lines().skip(2) {
            assert!(line.chars().count() <= 100, "{line}");
        }
    }
}

#[test]
fn colours_change_no_letter_of_it() {
    let report = judged(&demo::inventory());
    for width in [80, 100, 140] {
        let colored = TEXT.text(&report, Style { color: true, width, ..Style::PLAIN });
        assert!(colored.contains('\u{1b}'));
        let mut plain = String::new();
        let mut rest = colored.as_str();
        while let Some((before, after)) = rest.split_once("\u{1b}[") {
            plain.push_str(before);
            rest = after.split_once('m').expect("the end of a sequence").1;
        }
        plain.push_str(rest);
        assert_eq!(plain, screen(&report, width));
    }
}

#[test]
fn details_of_one_show_no_other() {
    let report = judged(&demo::inventory());
    let name = report.load_balancers[0].name.clone();
    let arn = report.load_balancers[0].arn.clone();
    let text =
        |pattern: &str| TEXT.text(&report, Style { details: Details::Of(pattern), ..Style::PLAIN });
    assert_eq!(text(&name), text(&arn));
    let header = |name: &str| format!("\n{name}  ");
    let others = report.load_balancers.iter().filter(|lb| lb.name != name);
    assert!(text(&name).contains(&header(&name)));
    for other in others {
        assert!(!text(&name).contains(&header(&other.name)), "{}", other.name);
    }
    assert!(text("*").contains(&header(&report.load_balancers[1].name)));
    let none = text("no-such");
    assert!(none.starts_with("No load balancer of the report is called no-such."), "{none}");
    assert!(none.contains(&name) || none.contains("more"), "{none}");
}
