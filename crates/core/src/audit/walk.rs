//! One load balancer past every check.

use std::collections::HashSet;

use super::finding::{FindingScope, Verdicts, caught};
use super::{Options, defaults};
use crate::analysis::capability;
use crate::analysis::reach::{Exposure, Reachability};
use crate::analysis::routing::{self, group_name};
use crate::analysis::site::Site;
use crate::analysis::targets::Targets;
use crate::analysis::tls;
use crate::check::{Check, Context, Judge, Judgement, Verdict};
use crate::inventory::{Certificate, Kind, Listener, LoadBalancer};
use crate::policy::Policy;
use crate::report::{Subject, SubjectKind};
use crate::vocab::call::Call;
use crate::vocab::fact::{Fact, Gap, Reason};
use crate::vocab::grouped::grouped;
use crate::vocab::partial::Partial;

/// All findings about one load balancer, passes among them, and the gaps that stood in the way.
pub(super) fn judge(
    site: Site,
    reach: &Reach,
    checks: &[&'static Check],
    options: &Options,
) -> Verdicts {
    let mut walk = Walk { site, options, reach, limited: None, found: Verdicts::new(options) };
    for check in checks {
        if check.applies_to.contains(&site.lb.kind) {
            walk.limited = match capability::rules_out(site.index, site.lb, check.id) {
                Ok(true) => continue,
                Ok(false) => None,
                Err(gap) => Some(gap),
            };
            walk.check(check);
        }
    }
    walk.found
}

/// Exposure of the load balancer and of each of its listeners.
pub(super) struct Reach<'a> {
    pub(super) approach: Reachability<'a>,
    pub(super) lb: Exposure,
    pub(super) listeners: Vec<Exposure>,
}

impl<'a> Reach<'a> {
    /// Follows the way to a load balancer once for the overview and all checks.
    pub(super) fn follow(site: Site<'a>) -> Self {
        let approach = Reachability::new(site.index, site.lb);
        let known = site.lb.listeners.get().into_iter().flatten();
        let listeners: Vec<Exposure> = known.map(|listener| approach.to(listener)).collect();
        let widest = Exposure::widest(listeners.iter().cloned());
        Reach { lb: widest.unwrap_or_else(|| approach.to_any()), listeners, approach }
    }
}

struct Walk<'a> {
    site: Site<'a>,
    options: &'a Options,
    reach: &'a Reach<'a>,
    /// Why it is not known whether AWS offers what the check asks for.
    limited: Option<Gap>,
    found: Verdicts,
}

impl<'a> Walk<'a> {
    fn check(&mut self, check: &'static Check) {
        match check.judge {
            Judge::LoadBalancer(judge) => {
                let judgement = self.judged(check, &self.reach.lb, judge);
                let judgement = defaults::marked(judgement, &[&self.site.lb.attributes]);
                self.add(check, self.itself(), &self.reach.lb.clone(), judgement);
            }
            Judge::Listener(judge) => self.listeners(check, judge),
            Judge::Targets(judge) => self.targets(check, judge),
            Judge::Certificate(judge) => self.certificates(check, judge),
            // What belongs to no load balancer is judged apart.
            Judge::UnusedTargetGroup(_) | Judge::AutoScalingGroup(_) | Judge::DnsRecord(_) => {}
        }
    }

    fn listeners(&mut self, check: &'static Check, judge: fn(&Context, &Listener) -> Judgement) {
        let lb = self.site.lb;
        let listeners = match &lb.listeners {
            Fact::Known(listeners) => listeners,
            Fact::Unread(gap) => return self.unlisted(check, gap),
        };
        for (place, listener) in listeners.iter().enumerate() {
            let reach = self.reach.listeners[place].clone();
            let judgement = self.judged(check, &reach, |context| judge(context, listener));
            let judgement = defaults::marked(judgement, &[&listener.attributes, &lb.attributes]);
            self.add(check, listener_subject(listener), &reach, judgement);
        }
    }

    /// Every target group of the load balancer. What only rules tell, a check that needs them judges too.
    fn targets(&mut self, check: &'static Check, judge: fn(&Context, &Targets) -> Judgement) {
        let Site { index, lb, .. } = self.site;
        let reach = self.reach.lb.clone();
        if lb.kind == Kind::Classic {
            let targets = Targets::Instances(&lb.instances);
            let judgement = self.judged(check, &reach, |context| judge(context, &targets));
            return self.add(check, self.itself(), &reach, judgement);
        }
        let mut groups = match index.groups_of(&lb.arn) {
            Ok(groups) => groups.to_vec(),
            Err(gap) => return self.unlisted(check, &gap),
        };
        let by_rules = check.needs.contains(&Call::ElbV2DescribeRules);
        let named = if by_rules { routing::groups(lb) } else { Partial::default() };
        let mut unknown = false;
        let mut known: HashSet<&str> = groups.iter().map(|group| &*group.arn).collect();
        for arn in &named.found {
            match index.target_group(arn) {
                Ok(group) if !known.insert(&group.arn) => {}
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
            let judgement = defaults::marked(judgement, &[&group.attributes, &lb.attributes]);
            unknown |= judgement.is_err();
            self.add(check, group_subject(&group.arn, &group.name), &reach, judgement);
        }
        // A rule that is not known may name a group that nothing else does.
        if let (false, Some(gap)) = (unknown, named.gap()) {
            self.unlisted(check, gap);
        }
    }

    fn certificates(
        &mut self,
        check: &'static Check,
        judge: fn(&Context, &Certificate) -> Judgement,
    ) {
        let listeners = match &self.site.lb.listeners {
            Fact::Known(listeners) => listeners,
            Fact::Unread(gap) => return self.unlisted(check, gap),
        };
        let mut presented: Vec<(&'a str, Exposure)> = Vec::new();
        let mut gaps: Vec<(Exposure, Gap)> = Vec::new();
        for (place, listener) in listeners.iter().enumerate() {
            let reach = &self.reach.listeners[place];
            let arns: Vec<&str> = match &listener.certificates {
                Fact::Known(arns) => arns.iter().map(String::as_str).collect(),
                Fact::Unread(_) => {
                    listener.default_certificate.iter().map(String::as_str).collect()
                }
            };
            presented.extend(arns.into_iter().map(|arn| (arn, reach.clone())));
            if let Err(gap) = presents(self.site.lb, listener) {
                let reach = reach.clone();
                gaps.push((reach.clone(), gap.clone()));
                self.add(check, listener_subject(listener), &reach, Err(gap));
            }
        }
        for (arn, reaches) in grouped(presented, |(arn, _)| *arn) {
            let reaches = reaches.into_iter().map(|(_, reach)| reach).collect();
            let reach = widened(reaches, &gaps);
            let judgement = match self.site.certificate(arn) {
                Ok(certificate) => {
                    self.judged(check, &reach, |context| judge(context, certificate))
                }
                Err(gap) => Err(gap),
            };
            self.add(check, certificate_subject(arn, self.site), &reach, judgement);
        }
    }

    /// What the judge says. One that panics has not judged: its verdict is unknown, the others stand.
    fn judged(
        &self,
        check: &Check,
        exposure: &Exposure,
        judge: impl FnOnce(&Context) -> Judgement,
    ) -> Judgement {
        let site = self.site;
        let Policy { intent, thresholds, .. } = &self.options.policy;
        let context = Context { now: self.options.now, intent, thresholds, site, exposure };
        let judgement = caught(check, &site.lb.arn, || judge(&context));
        match (&self.limited, &judgement) {
            (Some(_), Ok(Verdict::NotApplicable)) => judgement,
            (Some(gap), Ok(_)) => Err(gap.clone()),
            _ => judgement,
        }
    }

    /// The check's subjects cannot even be listed: one unknown finding about the load balancer.
    fn unlisted(&mut self, check: &'static Check, gap: &Gap) {
        self.add(check, self.itself(), &self.reach.lb.clone(), Err(gap.clone()));
    }

    /// The gap with the region it is about, which a judge need not name.
    fn placed(&self, gap: Gap) -> Gap {
        use Reason::{Malformed, NotFound, OtherAccount, Undecided, Unrecognised};
        let global = matches!(gap.call.family(), "iam" | "sts");
        let own =
            matches!(gap.reason, Malformed | Unrecognised | Undecided | NotFound | OtherAccount);
        if global || !own || gap.region.is_some() {
            return gap;
        }
        gap.in_region(&self.site.region.name)
    }

    fn itself(&self) -> Subject {
        let lb = self.site.lb;
        Subject { kind: SubjectKind::LoadBalancer, id: lb.arn.clone(), label: lb.name.clone() }
    }

    fn add(
        &mut self,
        check: &'static Check,
        subject: Subject,
        exposure: &Exposure,
        judgement: Judgement,
    ) {
        let Site { account, region, lb, .. } = self.site;
        let judgement = judgement.map_err(|gap| self.placed(gap));
        let scope = FindingScope {
            policy: &self.options.policy,
            account: &account.id,
            partition: &account.partition,
            region: Some(&region.name),
            of: Some((lb, exposure)),
            site: Some(self.site),
        };
        scope.tell(check, subject, judgement, &mut self.found);
    }
}

/// Whether all certificates of a listener are known: one that ends TLS has at least one.
pub(super) fn presents(lb: &LoadBalancer, listener: &Listener) -> Result<(), Gap> {
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
fn widened(reaches: Vec<Exposure>, gaps: &[(Exposure, Gap)]) -> Exposure {
    let known = Exposure::widest(reaches).unwrap_or(Exposure::Internal);
    let wider = gaps.iter().find(|(reach, _)| {
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

fn certificate_subject(arn: &str, site: Site) -> Subject {
    let name =
        site.certificate(arn).ok().and_then(|certificate| certificate.names.first().cloned());
    let label = name.unwrap_or_else(|| arn.rsplit('/').next().unwrap_or(arn).to_owned());
    Subject { kind: SubjectKind::Certificate, id: arn.to_owned(), label }
}
