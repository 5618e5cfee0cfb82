//! Findings that belong to no load balancer: unused target groups, Auto Scaling groups, DNS records.

use std::collections::BTreeMap;

use super::finding::Layout;
use super::{coverage, finding, load_balancer};
use crate::render::page::{Page, Paint};
use crate::report::{Finding, Outcome, Report, Subject, SubjectKind, short_fingerprints};

/// These findings by place, each under its subject; nothing when there are none.
pub(super) fn write<'a>(
    page: &mut Page,
    report: &Report,
    findings: impl Iterator<Item = &'a Finding>,
) {
    let mut places: BTreeMap<(&str, &str), Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        places.entry((&finding.account, &finding.region)).or_default().push(finding);
    }
    if places.is_empty() {
        return;
    }
    page.blank();
    page.line(0, &[(Paint::Bold, "Beside load balancers")]);
    for ((account, region), findings) in places {
        let place = coverage::place(report, account, Some(region));
        write_place(page, &place, &findings, short_fingerprints(report));
    }
}

fn write_place(page: &mut Page, place: &str, findings: &[&Finding], prefix: usize) {
    let mut subjects: Vec<(&Subject, Vec<&Finding>)> = Vec::new();
    for finding in findings.iter().filter(|finding| finding.outcome != Outcome::Unknown) {
        match subjects.iter_mut().find(|subject| subject.0 == &finding.subject) {
            Some(subject) => subject.1.push(finding),
            None => subjects.push((&finding.subject, vec![finding])),
        }
    }
    for (subject, findings) in subjects {
        let word = match subject.kind {
            SubjectKind::TargetGroup => "target group ",
            SubjectKind::AutoScalingGroup => "Auto Scaling group ",
            SubjectKind::DnsRecord => "DNS record ",
            SubjectKind::Region | SubjectKind::Account => "",
            SubjectKind::LoadBalancer => "load balancer ",
            SubjectKind::Listener => "listener ",
            SubjectKind::Certificate => "certificate ",
        };
        let label = [(Paint::Plain, word), (Paint::Bold, &*subject.label)];
        let place = (Paint::Plain, &*format!("{place}: "));
        page.line(2, &[place, label[0], label[1]]);
        finding::write_all(page, Layout::under(4, prefix), findings.into_iter());
    }
    for unknown in load_balancer::unknown(findings, false) {
        page.line(2, &[(Paint::Plain, &format!("{place}: ")), (Paint::Warning, &unknown)]);
    }
}
