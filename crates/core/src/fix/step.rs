//! A change as a script makes it: what AWS says before and after it, what is captured, and what takes it back.

use serde_json::Value as Json;

use super::shell::{Command, kept, line, quoted};
use crate::inventory::{Kind, Region};
use crate::mutation::{Chosen, ListenerId, Missing, Mutation};
use crate::remedy::said::load_balancer;

mod actions;
mod attributes;
mod classic;
mod listeners;
mod logs;
mod network;
mod rules;
mod targets;

/// A change as a script makes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Step {
    /// What is changed: the end of "step 1: …".
    pub(super) title: String,
    /// The command that prints what is about to change, as JSON.
    pub(super) now: Command,
    /// What it prints before the change, without white space.
    pub(super) before: String,
    /// What it prints after the change.
    pub(super) after: String,
    /// Files, and the commands whose answers they hold.
    pub(super) keeps: Vec<(String, Command)>,
    /// Lines that make the change, one after the other as long as none fails.
    pub(super) change: Vec<String>,
    /// Lines that take it back.
    pub(super) back: Vec<String>,
    /// What the command may also print once it is taken back: AWS does not give up everything.
    pub(super) also: String,
}

/// What steps are written from.
pub(super) struct Ground<'a> {
    /// The facts before the step.
    pub(super) before: &'a Region,
    /// The facts after it.
    pub(super) after: &'a Region,
    /// Variables of the choices.
    pub(super) chosen: &'a Chosen,
    /// The step's number, from 1.
    pub(super) number: usize,
    /// ARN and id of what the account is: `aws`, `111122223333`.
    pub(super) partition: &'a str,
    /// The account.
    pub(super) account: &'a str,
}

impl Ground<'_> {
    /// The name of a file of what the step captures.
    pub(super) fn file(&self, what: &str) -> String {
        format!("{}-{what}.json", self.number)
    }

    /// The load balancer's kind and name.
    pub(super) fn load_balancer(&self, arn: &str) -> Result<(&Kind, &str), Missing> {
        let mut all = self.before.load_balancers();
        let lb = all.find(|lb| lb.arn == arn).ok_or_else(|| Missing(arn.to_owned()))?;
        Ok((&lb.kind, &lb.name))
    }
}

/// The change as a script makes it.
pub(super) fn step(mutation: &Mutation, ground: &Ground) -> Result<Step, Missing> {
    let step = made(mutation, ground)?;
    // A script changes several load balancers that have a cause in common.
    let title = match load_balancer(mutation, ground.before) {
        Some(lb) => format!("{}: {}", lb.name, step.title),
        None => step.title,
    };
    Ok(Step { title, ..step })
}

fn made(mutation: &Mutation, ground: &Ground) -> Result<Step, Missing> {
    match mutation {
        Mutation::SetAttributes { of, id, set } => attributes::set(ground, (*of, id), set),
        Mutation::ModifyListener { listener, set } => listeners::modify(ground, listener, set),
        Mutation::ModifyRule { listener, rule, set } => {
            rules::modify(ground, (listener, rule), set)
        }
        Mutation::SetRulePriorities { listener, order } => rules::reorder(ground, listener, order),
        Mutation::CreateListener { like, new } => listeners::create(ground, like, new),
        Mutation::AddCertificate { listener, certificate } => {
            listeners::certificate(ground, listener, (certificate, true))
        }
        Mutation::RemoveCertificate { listener, certificate } => {
            listeners::certificate(ground, listener, (certificate, false))
        }
        Mutation::Authorize { group, way, admits } => {
            Ok(network::door((group, *way), (admits, true), ground.number))
        }
        Mutation::Revoke { group, way, admits } => {
            Ok(network::door((group, *way), (admits, false), ground.number))
        }
        Mutation::SetSecurityGroups { lb, private_link, .. } => {
            network::groups(ground, lb, private_link.as_deref())
        }
        Mutation::ClassicPolicy { listener, name, attributes } => {
            classic::policy(ground, listener, (name, attributes))
        }
        Mutation::AssociateWebAcl { lb, acl } => {
            let acl = acl.as_ref().map(|acl| acl.text(ground.chosen));
            network::web_acl(ground, lb, acl.as_deref())
        }
        Mutation::PutBucketPolicy { lb, bucket } => {
            logs::policy(ground, lb, &bucket.text(ground.chosen))
        }
        Mutation::ModifyTargetGroup { group, set } => targets::modify(ground, group, set),
        Mutation::DeregisterTargets { group, targets } => {
            targets::deregister(ground, group, targets)
        }
        // These only take others back, and those know how.
        Mutation::DeleteListener { lb: id, .. }
        | Mutation::ClassicPolicies { listener: ListenerId { id, .. }, .. }
        | Mutation::RegisterTargets { group: id, .. } => Err(Missing(id.clone())),
    }
}

/// JSON as a script compares it: without white space.
pub(super) fn flat(json: &Json) -> String {
    json.to_string().chars().filter(|letter| !matches!(letter, ' ' | '\t' | '\r' | '\n')).collect()
}

/// A line that runs a command, or says it in a dry run.
pub(super) fn run(command: &[String]) -> String {
    format!("run {}", line(command))
}

/// A line that writes what a command prints into a file of what was captured.
pub(super) fn write(command: &[String], file: &str) -> String {
    format!("write {} {}", quoted(&kept(file)), line(command))
}
