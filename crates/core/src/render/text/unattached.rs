//! Findings that belong to no load balancer: unused target groups, Auto Scaling groups, DNS records.

use std::collections::BTreeMap;

use super::finding::Layout;
use super::{coverage, finding, load_balancer};
use crate::render::page::{Page, Paint};
use crate::report::{Finding, Outcome, Report, SubjectKind, short_fingerprints};
use crate::vocab::grouped::grouped;

/// These findings by place, each under its subject; nothing when there are none.
pub(super) fn write<'a>(
    page: &mut Page,
    report: &Report,
    findings: impl Iterator<Item = &'a Finding>,
) {
    let prefix = short_fingerprints(report);
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
        write_place(page, &place, &findings, prefix);
    }
}

fn write_place(page: &mut Page, place: &str, findings: &[&Finding], prefix: usize) {
    let known = findings.iter().copied().filter(|finding| finding.outcome != Outcome::Unknown);
    for (subject, findings) in grouped(known, |finding| &finding.subject) {
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
