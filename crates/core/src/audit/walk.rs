//! One load balancer past every check.

use std::panic::{AssertUnwindSafe, catch_unwind};

use sha2::{Digest, Sha256};

use super::apart::first_call;
use super::{Options, severity_of, words};
use crate::call::Call;
use crate::check::{Check, Context, Evidence, Judge, Judgement, Targets, Verdict};
use crate::exposure::{Approach, Exposure};
use crate::fact::{Fact, Gap, Reason};
use crate::inventory::{Account, Certificate, Index, Kind, Listener, LoadBalancer, Region};
use crate::report::{ExposureClass, Finding, LoadBalancerRef, Outcome, Subject, SubjectKind};
use crate::routing::{self, group_name};
use crate::tls;

/// Where a load balancer stands.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) account: &'a Account,
    pub(super) region: &'a Region,
    pub(super) index: &'a Index<'a>,
    pub(super) lb: &'a LoadBalancer,
}

impl<'a> Place<'a> {
    fn certificate(self, arn: &str) -> Result<&'a Certificate, Gap> {
        self.index.certificate(self.account, arn)
    }
}

/// All findings about one load balancer, passes among them, and the gaps that stood in the way.
pub(super) fn judge(
    place: Place,
    reach: &Reach,
    checks: &[&'static Check],
    options: &Options,
) -> (Vec<Finding>, Vec<Gap>) {
    let mut walk = Walk { place, options, reach, found: Verdicts::default() };
    for check in checks {
        if check.applies_to.contains(&place.lb.kind) {
            walk.check(check);
        }
    }
    walk.found.into_parts()
}

/// Findings, and the gaps that stood in the way of some.
#[derive(Default)]
pub(super) struct Verdicts {
    findings: Vec<Finding>,
    gaps: Vec<Gap>,
}

impl Verdicts {
    /// Adds a finding, if there is one.
    pub(super) fn push(&mut self, told: Option<(Finding, Option<Gap>)>) {
        if let Some((finding, gap)) = told {
            self.findings.push(finding);
            self.gaps.extend(gap);
        }
    }

    /// Both lists.
    pub(super) fn into_parts(self) -> (Vec<Finding>, Vec<Gap>) {
        (self.findings, self.gaps)
    }
}

/// Exposure of the load balancer and of each of its listeners.
pub(super) struct Reach {
    pub(super) lb: Exposure,
    pub(super) listeners: Vec<Exposure>,
}

impl Reach {
    /// Follows the way to a load balancer once for the overview and all checks.
    pub(super) fn of(place: Place) -> Self {
        let approach = Approach::new(place.index, place.lb);
        let known = place.lb.listeners.get().into_iter().flatten();
        Reach {
            lb: approach.to_any(),
            listeners: known.map(|listener| approach.to(listener)).collect(),
        }
    }
}

struct Walk<'a> {
    place: Place<'a>,
    options: &'a Options,
    reach: &'a Reach,
    found: Verdicts,
}

impl<'a> Walk<'a> {
    fn check(&mut self, check: &'static Check) {
        match check.judge {
            Judge::LoadBalancer(judge) => {
                let judgement = self.judged(check, &self.reach.lb, judge);
                self.add(check, self.itself(), &self.reach.lb.clone(), judgement);
            }
            Judge::Listener(judge) => self.listeners(check, judge),
            Judge::Targets(judge) => self.targets(check, judge),
            Judge::Certificate(judge) => self.certificates(check, judge),
            // What belongs to no load balancer is judged apart.
            Judge::Unused(_) | Judge::Scaling(_) | Judge::Record(_) => {}
        }
    }

    fn listeners(&mut self, check: &'static Check, judge: fn(&Context, &Listener) -> Judgement) {
        let lb = self.place.lb;
        let listeners = match &lb.listeners {
            Fact::Known(listeners) => listeners,
            Fact::Unread(gap) => return self.blind(check, gap),
        };
        for (place, listener) in listeners.iter().enumerate() {
            let reach = self.reach.listeners[place].clone();
            let judgement = self.judged(check, &reach, |context| judge(context, listener));
            self.add(check, listener_subject(listener), &reach, judgement);
        }
    }

    /// Every target group of the load balancer. What only rules tell, a check that needs them judges too.
    fn targets(&mut self, check: &'static Check, judge: fn(&Context, &Targets) -> Judgement) {
        let Place { index, lb, .. } = self.place;
        let reach = self.reach.lb.clone();
        if lb.kind == Kind::Classic {
            let targets = Targets::Instances(&lb.instances);
            let judgement = self.judged(check, &reach, |context| judge(context, &targets));
            return self.add(check, self.itself(), &reach, judgement);
        }
        let mut groups = match index.groups_of(&lb.arn) {
            Ok(groups) => groups.to_vec(),
            Err(gap) => return self.blind(check, &gap),
        };
        let by_rules = check.needs.contains(&Call::ElbV2DescribeRules);
        let (named, hidden) = if by_rules { routing::groups(lb) } else { Default::default() };
        let mut unknown = false;
        for arn in named {
            match index.target_group(arn) {
                Ok(group) if groups.iter().any(|known| known.arn == group.arn) => {}
                Ok(group) => groups.push(group),
                Err(gap) => {
                    unknown = true;
                    self.add(check, group_subject(arn, group_name(arn)), &reach, Err(gap));
                }
            }
        }
        for group in groups {
            let targets = Targets::Group(group);
            let judgement = self.judged(check, &reach, |context| judge(context, &targets));
            unknown |= judgement.is_err();
            self.add(check, group_subject(&group.arn, &group.name), &reach, judgement);
        }
        // A rule that is not known may name a group that nothing else does.
        if let (false, Some(gap)) = (unknown, hidden) {
            self.blind(check, &gap);
        }
    }

    fn certificates(
        &mut self,
        check: &'static Check,
        judge: fn(&Context, &Certificate) -> Judgement,
    ) {
        let listeners = match &self.place.lb.listeners {
            Fact::Known(listeners) => listeners,
            Fact::Unread(gap) => return self.blind(check, gap),
        };
        let mut presented: Vec<(&'a str, Vec<Exposure>)> = Vec::new();
        let mut hidden: Vec<(Exposure, Gap)> = Vec::new();
        for (place, listener) in listeners.iter().enumerate() {
            let reach = &self.reach.listeners[place];
            let arns: Vec<&str> = match &listener.certificates {
                Fact::Known(arns) => arns.iter().map(String::as_str).collect(),
                Fact::Unread(_) => {
                    listener.default_certificate.iter().map(String::as_str).collect()
                }
            };
            for arn in arns {
                match presented.iter_mut().find(|known| known.0 == arn) {
                    Some(known) => known.1.push(reach.clone()),
                    None => presented.push((arn, vec![reach.clone()])),
                }
            }
            if let Err(gap) = presents(self.place.lb, listener) {
                let reach = reach.clone();
                hidden.push((reach.clone(), gap.clone()));
                self.add(check, listener_subject(listener), &reach, Err(gap));
            }
        }
        for (arn, reaches) in presented {
            let reach = widened(reaches, &hidden);
            let judgement = match self.place.certificate(arn) {
                Ok(certificate) => {
                    self.judged(check, &reach, |context| judge(context, certificate))
                }
                Err(gap) => Err(gap),
            };
            self.add(check, certificate_subject(arn, self.place), &reach, judgement);
        }
    }

    /// What the judge says. One that panics has not judged: its verdict is unknown, the others stand.
    fn judged(
        &self,
        check: &Check,
        exposure: &Exposure,
        judge: impl FnOnce(&Context) -> Judgement,
    ) -> Judgement {
        let Place { account, region, index, lb } = self.place;
        let Options { now, policy, .. } = self.options;
        let context = Context { now: *now, policy, account, region, index, lb, exposure };
        caught(check, &lb.arn, || judge(&context))
    }

    /// The check's subjects cannot even be listed: one unknown finding about the load balancer.
    fn blind(&mut self, check: &'static Check, gap: &Gap) {
        self.add(check, self.itself(), &self.reach.lb.clone(), Err(gap.clone()));
    }

    /// The gap with the region it is about, which a judge need not name.
    fn placed(&self, gap: Gap) -> Gap {
        let global = matches!(gap.call.family(), "iam" | "sts");
        let own = matches!(gap.reason, Reason::Malformed | Reason::Unrecognised | Reason::NotFound);
        if global || !own || gap.region.is_some() {
            return gap;
        }
        gap.in_region(&self.place.region.name)
    }

    fn itself(&self) -> Subject {
        let lb = self.place.lb;
        Subject { kind: SubjectKind::LoadBalancer, id: lb.arn.clone(), label: lb.name.clone() }
    }

    fn add(
        &mut self,
        check: &'static Check,
        subject: Subject,
        exposure: &Exposure,
        judgement: Judgement,
    ) {
        let Place { account, region, lb, .. } = self.place;
        let judgement = judgement.map_err(|gap| self.placed(gap));
        let place = (account.id.as_str(), Some(region.name.as_str()));
        self.found.push(told(check, place, Some((lb, exposure)), subject, judgement));
    }
}

/// What a judge says. One that panics has not judged: its verdict is unknown, the others stand.
pub(super) fn caught(check: &Check, subject: &str, judge: impl FnOnce() -> Judgement) -> Judgement {
    catch_unwind(AssertUnwindSafe(judge)).unwrap_or_else(|_| {
        let said = format!("internal error in check {}: please report it", check.id);
        Err(Gap::new(first_call(check), Reason::Malformed).of(subject).saying(said))
    })
}

/// A verdict as a finding about a subject, of a load balancer or apart from all; none when the question
/// does not apply.
pub(super) fn told(
    check: &'static Check,
    (account, region): (&str, Option<&str>),
    of: Option<(&LoadBalancer, &Exposure)>,
    subject: Subject,
    judgement: Judgement,
) -> Option<(Finding, Option<Gap>)> {
    let fix = || check.fix.to_owned();
    let (outcome, evidence, fix, gap) = match judgement {
        Ok(Verdict::NotApplicable) => return None,
        Ok(Verdict::Pass) => (Outcome::Pass, Evidence::new(), fix(), None),
        Ok(Verdict::Fail(evidence)) => (Outcome::Fail, evidence, fix(), None),
        Ok(Verdict::Note(evidence)) => (Outcome::Note, evidence, fix(), None),
        Err(gap) => (Outcome::Unknown, unread(&gap), remedy(&gap), Some(gap)),
    };
    let severity = of.map_or(check.severity, |(_, exposure)| check.severity.at(exposure));
    let finding = Finding {
        check: check.id.to_owned(),
        title: check.title.to_owned(),
        outcome,
        severity: severity_of(outcome, severity),
        exposure: of.map_or(ExposureClass::Unknown, |(_, exposure)| exposure.class()),
        account: account.to_owned(),
        region: region.unwrap_or("global").to_owned(),
        load_balancer: of.map(|(lb, _)| LoadBalancerRef {
            arn: lb.arn.clone(),
            name: lb.name.clone(),
            kind: lb.kind.to_string(),
        }),
        fingerprint: fingerprint(check.id, of.map_or(account, |(lb, _)| &lb.arn), &subject),
        subject,
        evidence,
        fix,
    };
    Some((finding, gap))
}

/// Whether all certificates of a listener are known: one that ends TLS has at least one.
fn presents(lb: &LoadBalancer, listener: &Listener) -> Result<(), Gap> {
    let some = !listener.certificates.get()?.is_empty();
    if some || !tls::terminates(lb, listener)? {
        return Ok(());
    }
    let call = match lb.kind {
        Kind::Classic => Call::ElbDescribeLoadBalancers,
        _ => Call::ElbV2DescribeListenerCertificates,
    };
    let said = format!("a listener of {} without certificate", listener.label());
    Err(Gap::new(call, Reason::Malformed).of(&listener.id).saying(said))
}

/// The widest exposure of those who present a certificate. A listener whose certificates are unread may
/// present it too; where that could widen the answer, there is none.
fn widened(reaches: Vec<Exposure>, hidden: &[(Exposure, Gap)]) -> Exposure {
    let known = Exposure::widest(reaches).unwrap_or(Exposure::Internal);
    let wider = hidden.iter().find(|(reach, _)| {
        let both = Exposure::widest([reach.clone(), known.clone()]);
        both.is_some_and(|both| both.class() != known.class())
    });
    wider.map_or(known, |(_, gap)| Exposure::Unknown(gap.clone()))
}

fn listener_subject(listener: &Listener) -> Subject {
    Subject { kind: SubjectKind::Listener, id: listener.id.clone(), label: listener.label() }
}

pub(super) fn group_subject(arn: &str, name: &str) -> Subject {
    Subject { kind: SubjectKind::TargetGroup, id: arn.to_owned(), label: name.to_owned() }
}

fn certificate_subject(arn: &str, place: Place) -> Subject {
    let name =
        place.certificate(arn).ok().and_then(|certificate| certificate.names.first().cloned());
    let label = name.unwrap_or_else(|| arn.rsplit('/').next().unwrap_or(arn).to_owned());
    Subject { kind: SubjectKind::Certificate, id: arn.to_owned(), label }
}

/// The gap as evidence of an unknown verdict.
fn unread(gap: &Gap) -> Evidence {
    let mut evidence = Evidence::new()
        .with("call", gap.call.name())
        .with("action", gap.call.action())
        .with("reason", words(gap));
    if let Some(resource) = &gap.resource {
        evidence = evidence.with("resource", resource.as_str());
    }
    evidence
}

/// What would answer an unknown verdict.
fn remedy(gap: &Gap) -> String {
    let action = gap.call.action();
    match gap.reason {
        Reason::AccessDenied => {
            format!("allow {action}; `elb-audit permissions` prints the whole policy")
        }
        Reason::NoCredentials => "sign in again and scan again".to_owned(),
        Reason::NotCollected => format!("scan again with this check selected: it needs {action}"),
        Reason::Throttled
        | Reason::TimedOut
        | Reason::DeadlinePassed
        | Reason::Interrupted
        | Reason::Failed => {
            format!("scan again: {} was not answered", gap.call)
        }
        Reason::NotFound => "scan again: it was gone when it was asked about".to_owned(),
        Reason::Unavailable => format!("{} is not offered here; judge this by hand", gap.call),
        Reason::Malformed | Reason::Unrecognised => {
            "update elb-audit: AWS answered something this version does not know".to_owned()
        }
    }
}

/// Check, load balancer and subject, hashed: stable from scan to scan whatever the evidence says. A
/// listener goes by protocol and port, so that one made anew with the same fault is the same finding.
fn fingerprint(check: &str, lb: &str, subject: &Subject) -> String {
    let key = match subject.kind {
        SubjectKind::LoadBalancer => "",
        SubjectKind::Listener => &subject.label,
        _ => &subject.id,
    };
    let hash = Sha256::digest(format!("{check}\n{lb}\n{key}"));
    hash.iter().take(10).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}
