//! A change proves itself: made in memory and judged again by all checks, the fault is gone and nothing else
//! is worse.

use std::collections::BTreeMap;

use super::suppose::suppose;
use crate::analysis::site::RegionScope;
use crate::audit::{Options, audit};
use crate::checks;
use crate::inventory::{Inventory, Region};
use crate::mutation::{Chosen, Missing, Mutation};
use crate::remedy::plan::{Ask, Declined, Plan, Planned, Why};
use crate::report::{Finding, Outcome, Report};

/// What is so once a change is made.
#[derive(Clone, Debug, PartialEq)]
pub struct Proof {
    /// Fingerprints of the faults that are gone.
    pub gone: Vec<String>,
    /// Notes that were not there before.
    pub noted: Vec<Finding>,
}

/// Why a change is not proved.
#[derive(Clone, Debug, PartialEq)]
pub enum Broken {
    /// What it is about is not among the facts.
    Missing(Missing),
    /// The fault is still there.
    Stays(String),
    /// These are faults afterwards that were none, or worse ones.
    Worse(Vec<Finding>),
    /// These passed before and are unknown afterwards.
    Unknown(Vec<Finding>),
}

/// The changes that fix a finding.
///
/// # Errors
/// With the reason where no changes do.
pub fn plan(inventory: &Inventory, finding: &Finding) -> Planned {
    let unread = |what: &str| Declined::new(Why::Unread, format!("{what} is not among the facts"));
    let check = checks::ALL.iter().find(|check| check.id == finding.check);
    let check = check.ok_or_else(|| unread("the check"))?;
    if finding.load_balancer.is_none()
        && let Plan::Never(why, words) = check.remedy.plan
    {
        return Err(Declined::new(why, words));
    }
    let account = inventory.accounts.iter().find(|own| own.id == finding.account);
    let account = account.ok_or_else(|| unread("the account"))?;
    let region = account.regions.iter().find(|own| own.name == finding.region);
    let region = region.ok_or_else(|| unread("the region"))?;
    let arn = finding.load_balancer.as_ref().map(|lb| &lb.arn);
    let lb = region.load_balancers().find(|lb| Some(&lb.arn) == arn);
    let lb = lb.ok_or_else(|| unread("the load balancer"))?;
    let scope = RegionScope::new(inventory, account, region);
    let ask =
        Ask { site: scope.site(lb), subject: &finding.subject.id, bindings: &finding.bindings };
    let plan = check.remedy.mutations(&ask)?;
    Ok(needed(plan, region))
}

/// Those of the changes that change something: what is so already needs none.
fn needed(plan: Vec<Mutation>, region: &Region) -> Vec<Mutation> {
    let (mut region, chosen) = (region.clone(), Chosen::default());
    let mut changes = |mutation: &Mutation| {
        let before = region.clone();
        let done = mutation.apply(&mut region, &chosen);
        // What a bucket's policy says is not among the facts. What is not there is told by the proof.
        matches!(mutation, Mutation::PutBucketPolicy { .. }) || done.is_err() || region != before
    };
    plan.into_iter().filter(|mutation| changes(mutation)).collect()
}

/// Makes the changes in memory and has all checks judge again.
///
/// # Errors
/// When the finding is not gone, or something else is worse.
pub fn prove(
    inventory: &Inventory,
    before: &Report,
    finding: &Finding,
    plan: &[Mutation],
    options: &Options,
) -> Result<Proof, Box<Broken>> {
    let after = made(inventory, finding, plan, (options, &Chosen::default()));
    let after = after.map_err(|missing| Box::new(Broken::Missing(missing)))?;
    let after = audit(&after, checks::ALL, options);
    compare(before, &after, std::slice::from_ref(finding)).map_err(Box::new)
}

/// The facts once the changes are made, with what was chosen or what stands for it.
pub(super) fn made(
    inventory: &Inventory,
    finding: &Finding,
    plan: &[Mutation],
    (options, chosen): (&Options, &Chosen),
) -> Result<Inventory, Missing> {
    let mut after = inventory.clone();
    let region = region_of(&mut after, finding);
    let region = region.ok_or_else(|| Missing(finding.region.clone()))?;
    let chosen = suppose((&finding.account, region), plan, &options.policy.intent, chosen);
    for mutation in plan {
        mutation.apply(region, &chosen)?;
    }
    Ok(after)
}

fn region_of<'a>(inventory: &'a mut Inventory, finding: &Finding) -> Option<&'a mut Region> {
    let account = inventory.accounts.iter_mut().find(|own| own.id == finding.account)?;
    account.regions.iter_mut().find(|own| own.name == finding.region)
}

/// What is other than before: these are to be gone.
pub(super) fn compare(before: &Report, after: &Report, fixed: &[Finding]) -> Result<Proof, Broken> {
    let old: BTreeMap<&str, &Finding> =
        before.findings.iter().map(|own| (&*own.fingerprint, own)).collect();
    let new: BTreeMap<&str, &Finding> =
        after.findings.iter().map(|own| (&*own.fingerprint, own)).collect();
    let fails = |own: &Finding| own.outcome == Outcome::Fail;
    let stays =
        |own: &&Finding| new.get(&*own.fingerprint).is_some_and(|now| now.outcome == own.outcome);
    if let Some(own) = fixed.iter().find(stays) {
        return Err(Broken::Stays(own.fingerprint.clone()));
    }
    let worse = after.findings.iter().filter(|own| fails(own)).filter(|own| {
        let known = old.get(&*own.fingerprint);
        known.is_none_or(|known| !fails(known) || known.severity < own.severity)
    });
    let worse: Vec<Finding> = worse.cloned().collect();
    if !worse.is_empty() {
        return Err(Broken::Worse(worse));
    }
    let passed = |own: &&Finding| {
        old.get(&*own.fingerprint).is_some_and(|known| known.outcome == Outcome::Pass)
    };
    let unknown = after.findings.iter().filter(|own| own.outcome == Outcome::Unknown);
    let unknown: Vec<Finding> = unknown.filter(passed).cloned().collect();
    if !unknown.is_empty() {
        return Err(Broken::Unknown(unknown));
    }
    let gone = before.findings.iter().filter(|own| fails(own));
    let gone = gone.filter(|own| new.get(&*own.fingerprint).is_none_or(|new| !fails(new)));
    let gone = gone.map(|own| own.fingerprint.clone()).collect();
    let noted = after.findings.iter().filter(|own| own.outcome == Outcome::Note);
    let noted = noted.filter(|own| {
        old.get(&*own.fingerprint).is_none_or(|known| known.outcome != Outcome::Note)
    });
    Ok(Proof { gone, noted: noted.cloned().collect() })
}
