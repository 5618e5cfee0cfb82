//! What came of each control.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::Check;
use crate::compliance::{Control, Framework, Rule, controls};
use crate::inventory::Kind;
use crate::report::controls::{
    ControlReport, ControlResource, ControlStatus, ControlSummary, FrameworkReport,
};
use crate::report::{Finding, Outcome, RegionStatus, Report};
use crate::vocab::call::Call;

/// The report by control for each framework, once. The findings must hold what is right, too.
pub(super) fn judged(
    frameworks: &[Framework],
    checks: &[&'static Check],
    report: &Report,
) -> Vec<FrameworkReport> {
    if frameworks.is_empty() {
        return Vec::new();
    }
    let mut found: Found = checks.iter().map(|check| (check.id, Vec::new())).collect();
    for finding in &report.findings {
        found.entry(&finding.check).or_default().push(finding);
    }
    let place = |framework| frameworks.iter().position(|other| other == framework);
    let once = frameworks.iter().enumerate().filter(|(own, one)| place(*one) == Some(*own));
    once.map(|(_, framework)| by_control(*framework, &found, report)).collect()
}

fn by_control(framework: Framework, found: &Found, report: &Report) -> FrameworkReport {
    let controls: Vec<ControlReport> =
        controls(framework).iter().map(|control| one(control, found, report)).collect();
    let number = |status| controls.iter().filter(|control| control.status == status).count();
    FrameworkReport {
        id: framework.id().to_owned(),
        title: framework.title().to_owned(),
        summary: ControlSummary {
            passed: number(ControlStatus::Passed),
            failed: number(ControlStatus::Failed),
            unknown: number(ControlStatus::Unknown),
            not_covered: number(ControlStatus::NotCovered),
            not_applicable: number(ControlStatus::NotApplicable),
        },
        controls,
    }
}

/// What each check found that ran.
type Found<'a> = BTreeMap<&'a str, Vec<&'a Finding>>;

fn one(control: &Control, found: &Found, report: &Report) -> ControlReport {
    let (mut failed, mut unknown, mut passes) = (Vec::new(), Vec::new(), Vec::new());
    let checks = control.checks();
    for finding in checks.iter().filter_map(|check| found.get(check)).flatten() {
        if !control.rules.iter().any(|rule| asks(rule, finding)) {
            continue;
        }
        match finding.outcome {
            // A control looks at the setting and knows no intent: what is only worth knowing fails it.
            Outcome::Fail | Outcome::Note => failed.push(resource(finding)),
            Outcome::Unknown => unknown.push(resource(finding)),
            Outcome::Pass => passes.push(resource(finding)),
        }
    }
    // What meets a control meets all of it.
    let not_passed: BTreeSet<&str> =
        failed.iter().chain(&unknown).map(|other: &ControlResource| &*other.id).collect();
    passes.retain(|pass: &ControlResource| !not_passed.contains(&*pass.id));
    let met = passes.iter().map(|pass| &pass.id).collect::<BTreeSet<_>>().len();
    for list in [&mut failed, &mut unknown, &mut passes] {
        list.sort();
    }
    let missing: Vec<&str> =
        checks.iter().copied().filter(|check| !found.contains_key(check)).collect();
    let unseen = unseen(control, report);
    let (status, why) = if checks.is_empty() {
        (ControlStatus::NotCovered, Some("no check implements it".to_owned()))
    } else if !failed.is_empty() {
        (ControlStatus::Failed, None)
    } else if !missing.is_empty() {
        (ControlStatus::Unknown, Some(format!("did not run: {}", missing.join(", "))))
    } else if !unknown.is_empty() {
        (ControlStatus::Unknown, None)
    } else if unseen.is_some() {
        (ControlStatus::Unknown, unseen)
    } else if met == 0 {
        (ControlStatus::NotApplicable, None)
    } else {
        (ControlStatus::Passed, None)
    };
    let own = control.framework == Framework::Fsbp;
    let unfair = control.rules.iter().map(|rule| rule.unfair).find(|text| own && !text.is_empty());
    ControlReport {
        id: control.id.to_owned(),
        title: control.title.to_owned(),
        title_is_ours: control.title_is_ours(),
        severity: control.severity,
        source: control.source,
        status,
        why,
        unfair: unfair.map(str::to_owned),
        checks: checks.into_iter().map(str::to_owned).collect(),
        passed: met,
        failed,
        unknown,
        passes: Some(passes),
    }
}

/// Whether a rule asks what a finding answers. What belongs to no load balancer has no kind to ask for.
fn asks(rule: &Rule, finding: &Finding) -> bool {
    let kind = finding.load_balancer.as_ref().map(|lb| Kind::from(lb.kind.as_str()));
    rule.checks.contains(&finding.check.as_str())
        && kind.is_none_or(|kind| rule.kinds.contains(&kind))
}

fn resource(finding: &Finding) -> ControlResource {
    let (id, label) = match &finding.load_balancer {
        Some(lb) if lb.name == finding.subject.label => (&lb.arn, lb.name.clone()),
        Some(lb) => (&lb.arn, format!("{} {}", lb.name, finding.subject.label)),
        None => (&finding.subject.id, finding.subject.label.clone()),
    };
    ControlResource {
        account: finding.account.clone(),
        region: finding.region.clone(),
        id: id.clone(),
        label,
        check: finding.check.clone(),
        fingerprint: finding.fingerprint.clone(),
        accepted: finding.accepted.is_some(),
        load_balancer: finding.load_balancer.as_ref().map(|lb| lb.name.clone()),
        subject: Some(finding.subject.id.clone()),
        outcome: Some(finding.outcome),
    }
}

/// What a control is asked of and nobody saw: regions, or a list of load balancers.
fn unseen(control: &Control, report: &Report) -> Option<String> {
    let unread = report.regions.iter().find(|region| region.status == RegionStatus::Unread);
    if let Some(region) = unread {
        return Some(format!("{} could not be read", region.name));
    }
    let classic = |rule: &&&Rule| rule.kinds.contains(&Kind::Classic);
    let newer = |rule: &&&Rule| rule.kinds.iter().any(|kind| *kind != Kind::Classic);
    let lists = [
        (Call::ElbDescribeLoadBalancers, control.rules.iter().any(|rule| classic(&rule))),
        (Call::ElbV2DescribeLoadBalancers, control.rules.iter().any(|rule| newer(&rule))),
    ];
    let unanswered = |call: Call| {
        let whole = |gap: &&crate::report::ReportedGap| gap.resource.is_none();
        report.gaps.iter().filter(whole).find(|gap| gap.call == call.name())
    };
    let mut gaps =
        lists.into_iter().filter(|(_, asked)| *asked).filter_map(|(call, _)| unanswered(call));
    gaps.next().map(|gap| {
        let region = gap.region.as_deref().unwrap_or_default();
        format!("{} was not answered in {region}", gap.call)
    })
}
