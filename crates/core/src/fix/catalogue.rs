//! What becomes of a check's faults, as its examples show.

use std::collections::BTreeSet;

use super::class::{self, Class};
use super::proof::plan;
use crate::audit::{Options, audit};
use crate::check::Check;
use crate::fixtures::sample;
use crate::inventory::{Inventory, Kind, Region};
use crate::mutation::Mutation;
use crate::policy::Policy;
use crate::remedy::plan::Declined;
use crate::remedy::said::{self, Annotation};
use crate::report::{Finding, Outcome};

/// What becomes of a check's faults.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fixing {
    /// The worst class of its scripts; none where it has none.
    pub class: Option<Class>,
    /// What to look at before one is run.
    pub look: Vec<&'static str>,
    /// Whether Terraform can say all of a script's changes, in some example.
    pub terraform: bool,
    /// Whether `CloudFormation` can.
    pub cloudformation: bool,
    /// The changes as annotations that the AWS Load Balancer Controller reads; none where it has none for one of them.
    pub kubernetes: Vec<Annotation>,
    /// Why some of its faults have no script.
    pub reasons: BTreeSet<String>,
}

/// Faults that the examples of a check show of it, each with its facts.
pub(super) fn faults(check: &'static Check) -> Vec<(Inventory, Finding)> {
    let mut all = Vec::new();
    for example in check.examples {
        let given = (example.given)();
        let policy = Policy { intent: sample::intent(), ..Policy::default() };
        let options = Options { policy, ..Options::at(given.taken_at) };
        let report = audit(&given, &[check], &options);
        let faults = report.findings.into_iter().filter(|own| own.outcome == Outcome::Fail);
        all.extend(faults.map(|fault| (given.clone(), fault)));
    }
    all
}

/// The region of a fault.
pub(super) fn region_of<'a>(facts: &'a Inventory, fault: &Finding) -> Option<&'a Region> {
    let account = facts.accounts.iter().find(|own| own.id == fault.account)?;
    account.regions.iter().find(|own| own.name == fault.region)
}

/// What becomes of a check's faults.
#[must_use]
pub fn fixing(check: &'static Check) -> Fixing {
    let mut all = Fixing::default();
    for (facts, fault) in faults(check) {
        match plan(&facts, &fault) {
            Err(Declined { words, .. }) => {
                all.reasons.insert(words);
            }
            Ok(changes) => {
                if let Some(region) = region_of(&facts, &fault) {
                    all.add(&changes, region);
                    all.annotate(&changes, region.clone(), check);
                }
            }
        }
    }
    all
}

impl Fixing {
    fn add(&mut self, changes: &[Mutation], region: &Region) {
        for (class, look) in changes.iter().map(class::of) {
            self.class = self.class.max(Some(class));
            self.look.extend(
                look.into_iter().filter(|own| !self.look.contains(own)).collect::<Vec<_>>(),
            );
        }
        // What a bucket's policy says is one argument, of which the script has the whole.
        let said = || changes.iter().filter(|own| !matches!(own, Mutation::PutBucketPolicy { .. }));
        self.terraform |= said().all(|own| said::terraform(own, region).is_some());
        self.cloudformation |= said().all(|own| said::cloudformation(own, region).is_some());
    }

    /// Annotations for the changes, at an Application load balancer where the check applies to those.
    fn annotate(&mut self, changes: &[Mutation], mut region: Region, check: &Check) {
        let is_said = |own: &&Mutation| !matches!(own, Mutation::PutBucketPolicy { .. });
        let said = |region: &Region| {
            let each = changes.iter().filter(is_said).map(|own| said::annotations(own, region));
            let mut all: Vec<Annotation> = each.collect::<Option<Vec<_>>>()?.concat();
            all.dedup();
            (!all.is_empty()).then_some(all)
        };
        if self.kubernetes.is_empty() {
            self.kubernetes = said(&region).unwrap_or_default();
        }
        if self.kubernetes.is_empty() && check.applies_to.contains(&Kind::Application) {
            region.v2.items.iter_mut().for_each(|lb| lb.kind = Kind::Application);
            self.kubernetes = said(&region).unwrap_or_default();
        }
    }
}
