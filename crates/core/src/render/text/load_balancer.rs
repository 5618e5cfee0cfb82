//! One load balancer: what it is, its listeners and their targets, and each finding under its subject.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::details::Shown;
use super::finding::Layout;
use super::{coverage, finding};
use crate::render::page::{Page, Paint};
use crate::render::prose::{self, count, list};
use crate::report::{
    Finding, ListenerSummary, LoadBalancerSummary, Outcome, SubjectKind, TargetsSummary,
};
use crate::vocab::exposure::ExposureClass;
use crate::vocab::grouped::grouped;

/// Target groups and sources shown of a listener before the rest is only counted.
const GROUPS: usize = 8;
const SOURCES: usize = 4;

/// How a load balancer is told.
#[derive(Clone, Copy)]
pub(super) struct Manner {
    /// How much of a fingerprint tells findings apart.
    pub(super) prefix: usize,
    /// Whether each says what would answer its unknown verdicts; otherwise that is told once for all.
    pub(super) answers: bool,
}

/// Each load balancer: those with faults in full, the others in a line.
pub(super) fn write_all(page: &mut Page, all: &[Shown], manner: Manner) {
    for shown in all {
        let Shown { lb, findings, .. } = shown;
        let passes = findings.iter().any(|finding| finding.outcome == Outcome::Pass);
        if findings.iter().any(|finding| finding.is_fault()) || passes {
            in_full(page, lb, findings, manner);
        } else {
            in_a_line(page, shown, manner);
        }
    }
}

fn in_full(page: &mut Page, lb: &LoadBalancerSummary, findings: &[&Finding], manner: Manner) {
    page.blank();
    header(page, lb, None, manner);
    if let Some(dns_name) = &lb.dns_name {
        page.line(2, &[(Paint::Dim, dns_name)]);
    }
    let listeners = lb.listeners.iter().flatten();
    let ids: HashSet<&str> = listeners.map(|listener| &*listener.id).collect();
    let placed = |finding: &Finding| {
        finding.subject.kind != SubjectKind::Listener || ids.contains(&*finding.subject.id)
    };
    let of = |kind: SubjectKind| {
        findings.iter().copied().filter(move |finding| finding.subject.kind == kind)
    };
    let homeless = findings.iter().copied().filter(|finding| !placed(finding));
    finding::write_all(
        page,
        Layout::under(2, manner.prefix),
        of(SubjectKind::LoadBalancer).chain(homeless),
    );
    match &lb.listeners {
        None => page.line(2, &[(Paint::Warning, "listeners could not be read")]),
        Some(listeners) if listeners.is_empty() => page.plain(2, "no listeners"),
        Some(listeners) => {
            let by_id = grouped(of(SubjectKind::Listener), |finding| &*finding.subject.id);
            let by_id: HashMap<&str, Vec<&Finding>> = by_id.into_iter().collect();
            for listener in listeners {
                write_listener(page, lb, listener);
                let its = by_id.get(&*listener.id).into_iter().flatten().copied();
                finding::write_all(page, Layout::under(4, manner.prefix), its);
            }
        }
    }
    write_subjects(page, "target group", of(SubjectKind::TargetGroup), manner);
    write_subjects(page, "certificate", of(SubjectKind::Certificate), manner);
    for unknown in unknown(findings, manner.answers) {
        page.line(2, &[(Paint::Warning, &unknown)]);
    }
    page.blank();
}

fn in_a_line(page: &mut Page, shown: &Shown, manner: Manner) {
    header(page, shown.lb, Some(shown), manner);
    finding::write_all(page, Layout::beside(2, manner.prefix), shown.findings.iter().copied());
}

/// The name and what it is; with what was found, the verdict too.
fn header(page: &mut Page, lb: &LoadBalancerSummary, shown: Option<&Shown>, manner: Manner) {
    let mut facts = vec![prose::kind(&lb.kind)];
    facts.extend(lb.scheme.clone());
    let is_said = lb.exposure == ExposureClass::Internal
        && (lb.kind == "gateway" || lb.scheme.as_deref() == Some("internal"));
    if !is_said {
        facts.push(prose::exposure(lb.exposure).to_owned());
    }
    facts.extend(lb.state.clone().filter(|state| state != "active"));
    if shown.is_some() {
        facts.push(match &lb.listeners {
            None => "listeners unread".to_owned(),
            Some(listeners) => count(listeners.len(), "listener"),
        });
    }
    let facts = facts.join(", ");
    let Some(Shown { findings, hidden, .. }) = shown else {
        return page.line(0, &[(Paint::Bold, &lb.name), (Paint::Plain, &format!("  {facts}"))]);
    };
    let none = match (hidden, finding::accepted_faults(findings)) {
        (0, 0) => "no fault found".to_owned(),
        (0, number) => format!("{} accepted, no other found", count(number, "fault")),
        (hidden, _) => format!("{} not shown", count(*hidden, "fault")),
    };
    let open = unknown(findings, manner.answers);
    let (paint, verdict) = match coverage::is_unjudged(lb) {
        true => (Paint::Warning, "a kind this version does not judge".to_owned()),
        false if !open.is_empty() => (Paint::Warning, format!("{none}, but {}", open.join("; "))),
        false if *hidden > 0 => (Paint::Plain, none),
        false => (Paint::Good, none),
    };
    let facts = format!("  {facts}: ");
    page.line(0, &[(Paint::Bold, &lb.name), (Paint::Plain, &facts), (paint, &verdict)]);
}

fn write_listener(page: &mut Page, lb: &LoadBalancerSummary, listener: &ListenerSummary) {
    let mut facts: Vec<String> = listener.default_action.iter().cloned().collect();
    if !listener.targets.is_empty() {
        let targets: Vec<String> = listener.targets.iter().map(targets).collect();
        facts.push(format!("targets: {}", list(&targets, GROUPS)));
    }
    let restricted = listener.exposure == ExposureClass::Restricted;
    if restricted && !listener.reachable_from.is_empty() {
        facts.push(format!("open to {}", list(&listener.reachable_from, SOURCES)));
    } else if listener.exposure != lb.exposure {
        facts.push(prose::exposure(listener.exposure).to_owned());
    }
    let facts = format!("  {}", facts.join("; "));
    page.line(2, &[(Paint::Bold, &listener.label), (Paint::Plain, &facts)]);
}

fn targets(targets: &TargetsSummary) -> String {
    let health = match &targets.health {
        None => "health unread".to_owned(),
        Some(states) if states.is_empty() => "empty".to_owned(),
        Some(states) => {
            let state = |(state, number)| format!("{number} {state}");
            states.iter().map(state).collect::<Vec<_>>().join(", ")
        }
    };
    format!("{} ({health})", targets.name)
}

/// Findings about things behind the listeners, each thing under a heading of its own.
fn write_subjects<'a>(
    page: &mut Page,
    word: &str,
    findings: impl Iterator<Item = &'a Finding>,
    manner: Manner,
) {
    let known = findings.filter(|finding| finding.outcome != Outcome::Unknown);
    for (_, findings) in grouped(known, |finding| &*finding.subject.id) {
        let heading = format!("{word} ");
        page.line(2, &[(Paint::Plain, &heading), (Paint::Bold, &findings[0].subject.label)]);
        finding::write_all(page, Layout::under(4, manner.prefix), findings.into_iter());
    }
}

/// `2 verdicts unknown: listener-cleartext, redirect-to-http; allow elasticloadbalancing:DescribeRules`:
/// a line for all that the same step would answer, the one that answers most first. Without answers, how
/// many there are.
pub(super) fn unknown(findings: &[&Finding], answers: bool) -> Vec<String> {
    if !answers {
        let open = findings.iter().filter(|finding| finding.outcome == Outcome::Unknown).count();
        return match open {
            0 => Vec::new(),
            number => vec![format!("{} unknown", count(number, "verdict"))],
        };
    }
    let mut open: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.outcome == Outcome::Unknown) {
        open.entry(answer(&finding.fix)).or_default().push(&finding.check);
    }
    let mut open: Vec<_> = open.into_iter().collect();
    open.sort_by_key(|(_, checks)| std::cmp::Reverse(checks.len()));
    let line = |(answer, checks): (&str, Vec<&str>)| {
        let (number, checks) = self::open(checks);
        format!("{number} unknown: {checks}; {answer}")
    };
    open.into_iter().map(line).collect()
}

/// How many verdicts, and of which checks.
fn open(mut checks: Vec<&str>) -> (String, String) {
    let number = count(checks.len(), "verdict");
    checks.sort_unstable();
    checks.dedup();
    (number, list(&checks, GROUPS))
}

/// What would answer an unknown verdict, without the command that prints a policy for its check alone.
fn answer(fix: &str) -> &str {
    fix.split_once("; `elb-audit permissions").map_or(fix, |(answer, _)| answer)
}
