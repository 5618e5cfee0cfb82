//! The shape of a check: a value with its words, its examples and one judge function.

use std::ops::Deref;

use jiff::Timestamp;

use crate::analysis::reach::Exposure;
use crate::analysis::site::{RegionScope, Site};
pub use crate::analysis::targets::Targets;
use crate::inventory::{
    AutoScalingGroup, Certificate, DnsRecord, Inventory, Kind, Listener, TargetGroup,
};
use crate::vocab::call::Call;
use crate::vocab::fact::Gap;
use crate::vocab::partial::Partial;
pub use crate::vocab::severity::{Persona, Severity};

pub mod catalogue; // every question anybody asks, and what became of it
mod grounds;
pub mod intent;
pub mod plan;
pub mod session_policy; // what the session of an assumed role may do

use intent::{Intent, Thresholds};

pub use grounds::Grounds;

use crate::remedy::binding::Bindings;
use crate::remedy::commands::Commands;
pub use crate::remedy::{
    Change, Owner, Pair, Particular, Remedy, Source, Steps, TlsListener, Ways,
};

/// A question about a load balancer, everything there is to say about it, and the function that answers.
///
/// A check has no state and does no I/O: it sees one subject and a [`Context`]. What is the same for most
/// comes from [`Check::new`]; the rest each says itself.
pub struct Check {
    /// Kebab-case, names the fault, equals the file's name, never reused.
    pub id: &'static str,
    /// Former and foreign ids that select this check too.
    pub aliases: &'static [&'static str],
    /// The fault in a few words, as a report prints it.
    pub title: &'static str,
    /// For a resource open to the internet; see [`Severity::at`].
    pub severity: Severity,
    /// Who wants to hear of it.
    pub persona: Persona,
    /// The kinds that are judged; others get no verdict at all.
    pub applies_to: &'static [Kind],
    /// What an attacker or an outage does with it: one paragraph.
    pub why: &'static str,
    /// Exactly when it fails, passes and does not apply: one paragraph.
    pub logic: &'static str,
    /// Configurations that look like the fault and are none, or where it is meant; empty when there are
    /// none worth naming.
    pub false_alarms: &'static str,
    /// One line that fixes it.
    pub fix: &'static str,
    /// The same as data, for each way of working; see [`Check::ways`].
    pub remedy: Remedy,
    /// AWS's own pages on the subject.
    pub links: &'static [&'static str],
    /// The calls its verdict depends on, beside [`Check::BASE`]. One of those that it names all the same is
    /// made for internal load balancers too.
    pub needs: &'static [Call],
    /// Configurations with every finding they give: the check's tests and its documentation.
    pub examples: &'static [Example],
    /// The function that answers.
    pub judge: Judge,
    /// First version that has it.
    pub since: &'static str,
}

impl Check {
    /// A check that says nothing yet: for everyone, with no alias, no false alarm worth naming and no call
    /// beside [`Check::BASE`], there since the first release.
    #[must_use]
    pub const fn new(judge: Judge) -> Check {
        Check {
            id: "",
            aliases: &[],
            title: "",
            severity: Severity::Info,
            persona: Persona::Regular,
            applies_to: &[],
            why: "",
            logic: "",
            false_alarms: "",
            fix: "",
            remedy: Remedy::NONE,
            links: &[],
            needs: &[],
            examples: &[],
            judge,
            since: "0.1.0",
        }
    }

    /// The remedy step by step, for the kinds that are judged.
    #[must_use]
    pub fn ways(&self) -> Ways {
        self.remedy.ways(self.applies_to)
    }

    /// The commands of the remedy for a finding at a load balancer of these kinds, with what its placeholders
    /// stand for.
    #[must_use]
    pub fn commands(&self, kinds: &[Kind], bindings: &Bindings) -> Commands {
        self.remedy.commands(kinds, bindings)
    }

    /// The calls that every report needs, whatever is checked: what there is, who can reach it, and how
    /// its targets are.
    pub const BASE: &'static [Call] = &[
        Call::StsGetCallerIdentity,
        Call::Ec2DescribeRegions,
        Call::ElbDescribeLoadBalancers,
        Call::ElbDescribeInstanceHealth,
        Call::ElbV2DescribeLoadBalancers,
        Call::ElbV2DescribeLoadBalancerAttributes,
        Call::ElbV2DescribeListeners,
        Call::ElbV2DescribeTargetGroups,
        Call::ElbV2DescribeTargetHealth,
        Call::Ec2DescribeSecurityGroups,
        Call::Ec2DescribeRouteTables,
        Call::Ec2GetManagedPrefixListEntries,
        Call::Ec2DescribeVpcBlockPublicAccessOptions,
        Call::Ec2DescribeVpcBlockPublicAccessExclusions,
        Call::Ec2DescribeNetworkAcls,
        // These two only where a route names a firewall, unless a check names them itself.
        Call::Ec2DescribeSubnets,
        Call::Ec2DescribeVpcs,
    ];
}

/// A configuration and what is found in it.
pub struct Example {
    /// What is special about it, in a few words.
    pub title: &'static str,
    /// The configuration.
    pub given: fn() -> Inventory,
    /// Every fault and unknown verdict of every check, and the notes of this one: `outcome check subject`,
    /// in the report's order, for example `fail listener-cleartext HTTP:80`. Where one call leaves many
    /// verdicts of other checks unknown, how many: `unknown 35 others: elbv2:DescribeRules`. Before all
    /// that, [`Example::DOES_NOT_APPLY`] where the check has no verdict at all, not even a pass.
    pub finds: &'static [&'static str],
}

impl Example {
    /// What [`Example::finds`] says of a configuration that the question makes no sense for: a pass would
    /// claim that somebody looked.
    pub const DOES_NOT_APPLY: &'static str = "does not apply";
}

/// What a check looks at. The engine walks; a judge sees one subject.
#[derive(Clone, Copy)]
pub enum Judge {
    /// Once a load balancer.
    LoadBalancer(fn(&Context) -> Judgement),
    /// Once a listener.
    Listener(fn(&Context, &Listener) -> Judgement),
    /// Once a target group of the load balancer; once for all instances of a Classic one.
    Targets(fn(&Context, &Targets) -> Judgement),
    /// Once a certificate that a listener of the load balancer presents.
    Certificate(fn(&Context, &Certificate) -> Judgement),
    /// Once a target group of a region that no load balancer uses.
    UnusedTargetGroup(fn(&RegionScope, &TargetGroup) -> Judgement),
    /// Once an Auto Scaling group of a region.
    AutoScalingGroup(fn(&RegionScope, &AutoScalingGroup) -> Judgement),
    /// Once a DNS record of an account that leads to a name of Elastic Load Balancing.
    DnsRecord(fn(&Names, &DnsRecord) -> Judgement),
}

/// Every load balancer of an inventory by its DNS name.
pub struct Names<'a> {
    /// What the account's owner means to be so.
    pub intent: &'a Intent,
    /// The inventory.
    pub inventory: &'a Inventory,
}

/// A verdict, or the gap that stands in its way.
pub type Judgement = Result<Verdict, Gap>;

/// What a judge sees beside its subject.
pub struct Context<'a> {
    /// The time to judge at.
    pub now: Timestamp,
    /// What the account's owner means to be so.
    pub intent: &'a Intent,
    /// Limits to compare with.
    pub thresholds: &'a Thresholds,
    /// The load balancer, and what is around it. Its fields are the context's own: `context.lb`.
    pub site: Site<'a>,
    /// Who can reach the subject.
    pub exposure: &'a Exposure,
}

impl<'a> Deref for Context<'a> {
    type Target = Site<'a>;

    fn deref(&self) -> &Site<'a> {
        &self.site
    }
}

/// What a judge says.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Looked at, and right; this is what was seen.
    Pass(Grounds),
    /// Wrong, and this is why.
    Fail(Grounds),
    /// Neither right nor wrong, but worth knowing.
    Note(Grounds),
    /// The question makes no sense here.
    NotApplicable,
}

impl Verdict {
    /// Whether it says more against its subject than another one.
    pub(crate) fn is_worse_than(&self, other: &Verdict) -> bool {
        let badness = |verdict: &Verdict| match verdict {
            Verdict::NotApplicable => 0,
            Verdict::Pass(_) => 1,
            Verdict::Note(_) => 2,
            Verdict::Fail(_) => 3,
        };
        badness(self) > badness(other)
    }

    /// The same, with more evidence where it says something against its subject.
    pub(crate) fn with(self, more: impl FnOnce(Grounds) -> Grounds) -> Verdict {
        match self {
            Verdict::Note(evidence) => Verdict::Note(more(evidence)),
            Verdict::Fail(evidence) => Verdict::Fail(more(evidence)),
            Verdict::Pass(_) | Verdict::NotApplicable => self,
        }
    }
}

/// The worst verdict of many that was found, of those as bad the first.
impl Partial<Verdict> {
    /// Takes one more in.
    pub(crate) fn worsen(&mut self, verdict: Verdict) {
        if verdict.is_worse_than(&self.found) {
            self.found = verdict;
        }
    }

    /// Whether nothing can change it any more.
    pub(crate) fn is_settled(&self) -> bool {
        matches!(self.found, Verdict::Fail(_))
    }

    /// What they come to: a failure, or else the gap that may hide one, or else the worst of the others.
    pub(crate) fn judgement(self) -> Judgement {
        if self.is_settled() { Ok(self.found) } else { self.complete() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocab::call::Call;
    use crate::vocab::fact::Reason;

    #[test]
    fn the_worst_verdict_stands_and_only_a_failure_over_a_gap() {
        let said = |by: &str| Grounds::new().with("by", by);
        let gap = Gap::new(Call::ElbV2DescribeRules, Reason::Throttled);
        let passed = Verdict::Pass(said("nothing"));
        let mut worst = Partial::whole(Verdict::NotApplicable);
        let mut come_to = |verdict: Verdict| {
            worst.worsen(verdict);
            let mut with_gap = worst.clone();
            with_gap.add_gap(gap.clone());
            (worst.clone().judgement(), with_gap.judgement())
        };
        let unknown = || Err(gap.clone());
        assert_eq!(come_to(Verdict::NotApplicable), (Ok(Verdict::NotApplicable), unknown()));
        assert_eq!(come_to(passed.clone()), (Ok(passed.clone()), unknown()));
        assert_eq!(come_to(Verdict::NotApplicable), (Ok(passed.clone()), unknown()));
        let noted = Verdict::Note(said("first"));
        assert_eq!(come_to(noted.clone()), (Ok(noted.clone()), unknown()));
        assert_eq!(come_to(passed.clone()), (Ok(noted.clone()), unknown()));
        assert_eq!(come_to(Verdict::Note(said("second"))), (Ok(noted), unknown()));
        let failed = Verdict::Fail(said("first"));
        assert_eq!(come_to(failed.clone()), (Ok(failed.clone()), Ok(failed.clone())));
        assert_eq!(come_to(Verdict::Fail(said("second"))), (Ok(failed.clone()), Ok(failed)));
    }
}
