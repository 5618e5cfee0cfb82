//! GitLab's code quality report: faults alone, the worst first, each with a fingerprint of its own.

use std::collections::BTreeSet;

use elb_audit_core::render::{self, Style};
use elb_audit_core::report::{Report, Standing};
use serde_json::{Value, json};

use super::reports::{everything, reports};
use super::written;

fn items(report: &Report) -> Vec<Value> {
    serde_json::from_str(&written("gitlab", report, Style::DETAILED)).expect("a list")
}

#[test]
fn a_fault_is_an_item_and_nothing_else_is() {
    let report = everything();
    let items = items(&report);
    let faults = report.findings.iter().filter(|one| one.standing() == Standing::Fault);
    assert_eq!(items.len(), faults.count());
    let item = items.iter().find(|one| one["check_name"] == "listener-cleartext").expect("an item");
    let description = item["description"].as_str().expect("a text");
    assert!(
        description.starts_with("requests in cleartext: shop HTTP:80, open to the internet; "),
        "{description}"
    );
    assert_eq!(item["severity"], "critical");
    let path = "aws/111122223333/eu-west-1/application/shop";
    assert_eq!(item["location"], json!({"path": path, "lines": {"begin": 1}}));
}

#[test]
fn the_worst_come_first() {
    let words = ["blocker", "critical", "major", "minor", "info"];
    let ranks: Vec<usize> = items(&everything())
        .iter()
        .map(|one| words.iter().position(|word| one["severity"] == *word).expect("a severity"))
        .collect();
    assert!(ranks.is_sorted() && ranks.contains(&0) && ranks.contains(&3), "{ranks:?}");
}

#[test]
fn findings_with_one_fingerprint_are_told_apart() {
    let report = everything();
    let found = |report: &Report| -> Vec<String> {
        items(report).iter().map(|one| one["fingerprint"].as_str().unwrap().to_owned()).collect()
    };
    let prints = found(&report);
    assert_eq!(
        prints[..3],
        ["0123456789abcdef0123", "0123456789abcdef0123-2", "0123456789abcdef0123-3"]
    );
    assert_eq!(prints.iter().collect::<BTreeSet<_>>().len(), prints.len());
    assert_eq!(prints, found(&report));
}

#[test]
fn an_empty_list_is_a_list_and_the_format_says_what_it_hides() {
    let format = render::named("gitlab").expect("a format");
    for standing in Standing::ALL {
        assert_eq!(format.says.of(standing).is_some(), standing == Standing::Fault);
    }
    for name in ["unread", "only-unknown"] {
        let report = &reports()[name];
        assert_eq!(written("gitlab", report, Style::DETAILED), "[]\n");
    }
    assert!(format.more.contains("An empty list does not say that all is well"));
}
