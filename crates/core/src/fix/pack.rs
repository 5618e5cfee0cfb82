//! All scripts for what is chosen, each written for the state that the ones before it leave.

use std::collections::{BTreeMap, BTreeSet};

use super::catalogue::region_of;
use super::class::{self, Class};
use super::owner::Owner;
use super::proof::{self, Broken};
use super::script::{Draft, Script};
use super::shell::variables;
use super::state::TerraformState;
use super::step::{self, Ground, Step};
use super::suppose::{choices, suppose};
use super::witness::{Witness, witnesses};
use crate::audit::{Options, audit};
use crate::checks;
use crate::inventory::{Inventory, Region};
use crate::mutation::{Choice, Chosen, Missing, Mutation, Way};
use crate::remedy::plan::{Declined, Why};
use crate::report::action::Action;
use crate::report::{Finding, Outcome, Report};

/// What is asked for.
pub struct Request<'a> {
    /// The facts.
    pub inventory: &'a Inventory,
    /// How they are judged.
    pub options: &'a Options,
    /// Fingerprints of what is to be fixed; none: all that fails.
    pub fingerprints: Option<BTreeSet<String>>,
    /// The worst class that is written.
    pub class: Class,
    /// What was chosen already.
    pub chosen: Chosen,
    /// What Terraform keeps.
    pub state: Option<TerraformState>,
}

/// Scripts, and what they leave.
#[derive(Clone, Debug, Default)]
pub struct Pack {
    /// Those that are written, in the order in which they are to be run.
    pub scripts: Vec<Written>,
    /// Faults that no script fixes, each with the reason.
    pub declined: Vec<(Finding, Declined)>,
    /// The worst class that was asked for.
    pub class: Option<Class>,
    /// Faults that are there once all scripts have run.
    pub left: Vec<Finding>,
}

impl Pack {
    /// What tells a script of ours in its head.
    pub const WRITTEN_BY: &str = "Written by elb-audit";
}

/// A script and what is to be known of it.
#[derive(Clone, Debug)]
pub struct Written {
    /// The script.
    pub script: Script,
    /// What it changes, in a sentence.
    pub title: String,
    /// Its class.
    pub class: Class,
    /// What it fixes.
    pub findings: Vec<Finding>,
    /// Further faults that are gone once it has run.
    pub beside: Vec<Finding>,
    /// What the user chooses.
    pub choices: Vec<Choice>,
    /// What to look at first.
    pub look: Vec<String>,
    /// Who keeps what it changes as it is, each with the change in its language, line by line.
    pub owners: Vec<Owned>,
    /// What it changes, a line each.
    pub steps: Vec<String>,
    /// Titles of notes that come with it.
    pub noted: Vec<String>,
}

impl Written {
    /// The account that it is for.
    pub(super) fn account(&self) -> &str {
        self.findings.first().map_or("", |finding| &finding.account)
    }

    /// The region that it is for.
    pub(super) fn region(&self) -> &str {
        self.findings.first().map_or("", |finding| &finding.region)
    }
}

/// Who keeps what a script changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned {
    /// In words.
    pub who: String,
    /// Where, and the changes in its language.
    pub lines: Vec<String>,
}

/// The facts as scripts see them: as they would be, and with variables for what is chosen.
struct State {
    facts: Inventory,
    marked: Inventory,
    report: Report,
}

/// Writes scripts for what is asked.
#[must_use]
pub fn pack(request: &Request) -> Pack {
    let options = Options { show_passed: true, ..request.options.clone() };
    let report = audit(request.inventory, checks::ALL, &options);
    let mut state = State {
        facts: request.inventory.clone(),
        marked: request.inventory.clone(),
        report: report.clone(),
    };
    let mut pack = Pack { class: Some(request.class), ..Pack::default() };
    for action in &report.actions {
        let is_asked = |fingerprint: &&String| {
            request.fingerprints.as_ref().is_none_or(|asked| asked.contains(*fingerprint))
        };
        let asked: BTreeSet<&String> = action.fingerprints.iter().filter(is_asked).collect();
        let still: Vec<Finding> = state
            .report
            .findings
            .iter()
            .filter(|own| own.outcome == Outcome::Fail && asked.contains(&own.fingerprint))
            .cloned()
            .collect();
        if !still.is_empty() {
            one(request, &options, (action, still), &mut state, &mut pack);
        }
    }
    let asked = |own: &&Finding| own.outcome == Outcome::Fail && own.accepted.is_none();
    pack.left = state.report.findings.iter().filter(asked).cloned().collect();
    pack
}

/// The changes for faults with one cause, what they have in common once.
fn planned(
    facts: &Inventory,
    faults: &[Finding],
    pack: &mut Pack,
) -> (Vec<Mutation>, Vec<Finding>) {
    let mut plan: Vec<Mutation> = Vec::new();
    let mut fixed = Vec::new();
    for fault in faults {
        match proof::plan(facts, fault) {
            Ok(own) => {
                for mutation in own {
                    if !plan.contains(&mutation) {
                        plan.push(mutation);
                    }
                }
                fixed.push(fault.clone());
            }
            Err(declined) => pack.declined.push((fault.clone(), declined)),
        }
    }
    (plan, fixed)
}

/// Writes a script for faults with one cause; where their changes do not prove themselves together, one for each whose
/// changes do.
fn one(
    request: &Request,
    options: &Options,
    (action, faults): (&Action, Vec<Finding>),
    state: &mut State,
    pack: &mut Pack,
) {
    let (plan, fixed) = planned(&state.facts, &faults, pack);
    let Some(first) = fixed.first() else { return };
    let said = Said::of(request, state, first, &plan);
    if said.class > request.class {
        let words = format!("it is of class {}: ask for it by --class", said.class.word());
        return decline(&fixed, &Declined::new(Why::Decision, words), pack);
    }
    match made(request, options, (&plan, &fixed), state) {
        Ok(made) => {
            let name = format!("{:02}-{}.sh", pack.scripts.len() + 1, slug(&fixed));
            pack.scripts.push(written(request, (name, &action.title), fixed, &made, said));
            (state.facts, state.marked, state.report) = (made.facts, made.marked, made.report);
        }
        Err(declined) if fixed.len() == 1 => decline(&fixed, &declined, pack),
        Err(_) => {
            for fault in fixed {
                one(request, options, (action, vec![fault]), state, pack);
            }
        }
    }
}

fn decline(faults: &[Finding], declined: &Declined, pack: &mut Pack) {
    pack.declined.extend(faults.iter().map(|fault| (fault.clone(), declined.clone())));
}

/// What is said of changes before anybody makes them.
struct Said {
    class: Class,
    look: Vec<String>,
    owners: Vec<Owned>,
}

impl Said {
    fn of(request: &Request, state: &State, first: &Finding, plan: &[Mutation]) -> Self {
        let (mut class, mut look) = classed(plan);
        let owners = owned(&state.facts, first, plan, request.state.as_ref());
        if !owners.is_empty() {
            class = class.max(Class::Review);
            let who: Vec<&str> = owners.iter().map(|own| own.who.as_str()).collect();
            let who = who.join(" and ");
            look.push(format!("{who} may revert it unless the change is made there too"));
        }
        if cuts_ipv6(plan) {
            look.push(
                "clients that connect by IPv6 are cut off: nothing admits them instead".to_owned(),
            );
        }
        Said { class, look, owners }
    }
}

/// Changes that were made in memory and have proved themselves.
struct Made {
    facts: Inventory,
    marked: Inventory,
    report: Report,
    choices: Vec<Choice>,
    fitting: Vec<(String, Vec<String>)>,
    /// Ranges that no longer get in.
    revoked: Vec<String>,
    steps: Vec<Step>,
    witnesses: Vec<Witness>,
    /// Further faults that are gone.
    beside: Vec<Finding>,
    /// Titles of new notes.
    noted: Vec<String>,
}

fn made(
    request: &Request,
    options: &Options,
    (plan, fixed): (&[Mutation], &[Finding]),
    state: &State,
) -> Result<Made, Declined> {
    let first = &fixed[0];
    let facts = proof::made(&state.facts, first, plan, (options, &request.chosen));
    let facts = facts.map_err(|missing| not_there(&missing))?;
    let report = audit(&facts, checks::ALL, options);
    let proof = proof::compare(&state.report, &report, fixed);
    let proof = proof.map_err(|broken| unproved(&broken))?;
    let choices = distinct(plan.iter().flat_map(choices).cloned());
    let (steps, marked) =
        steps(state, first, (plan, &choices), request).map_err(|missing| not_there(&missing))?;
    let places = [request.inventory, &state.marked, &marked].map(|facts| region_of(facts, first));
    let witnesses = match places {
        [Some(audited), Some(before), Some(after)] => {
            witnesses((plan, fixed), [audited, before, after])
        }
        _ => Vec::new(),
    };
    let is_beside = |own: &&Finding| {
        proof.gone.contains(&own.fingerprint)
            && fixed.iter().all(|fault| fault.fingerprint != own.fingerprint)
    };
    Ok(Made {
        beside: state.report.findings.iter().filter(is_beside).cloned().collect(),
        noted: titles(&proof.noted),
        revoked: revoked(plan).map(|range| range.to_string()).collect(),
        fitting: super::fitting::fitting(&state.facts, first, &choices),
        choices: open(&choices, &request.chosen),
        facts,
        marked,
        report,
        steps,
        witnesses,
    })
}

fn written(
    request: &Request,
    (name, title): (String, &str),
    fixed: Vec<Finding>,
    made: &Made,
    said: Said,
) -> Written {
    let findings: Vec<&Finding> = fixed.iter().collect();
    let draft = Draft {
        name,
        title,
        findings: &findings,
        class: said.class,
        look: &said.look,
        owners: &said.owners,
        choices: &made.choices,
        revoked: &made.revoked,
        fitting: &made.fitting,
        steps: &made.steps,
        witnesses: &made.witnesses,
        noted: &made.noted,
        taken_at: request.inventory.taken_at.to_string(),
    };
    Written {
        script: draft.write(),
        title: title.to_owned(),
        class: said.class,
        beside: made.beside.clone(),
        owners: said.owners,
        choices: made.choices.clone(),
        look: said.look,
        steps: made.steps.iter().map(|step| step.title.clone()).collect(),
        noted: made.noted.clone(),
        findings: fixed,
    }
}

/// Who keeps what the changes are about as it is.
fn owned(
    facts: &Inventory,
    first: &Finding,
    plan: &[Mutation],
    state: Option<&TerraformState>,
) -> Vec<Owned> {
    let mut all: Vec<Owned> = Vec::new();
    let Some(region) = region_of(facts, first) else { return all };
    for mutation in plan {
        let Some(owner) = Owner::of(mutation, region, state) else { continue };
        let (who, lines) = (owner.words(), owner.wording(mutation, region));
        match all.iter_mut().find(|own| own.who == who) {
            Some(own) => own.lines.extend(lines),
            None => all.push(Owned { who, lines }),
        }
    }
    all
}

/// Ranges that security groups no longer let in.
fn revoked(plan: &[Mutation]) -> impl Iterator<Item = ipnet::IpNet> {
    let ranges = plan.iter().flat_map(|mutation| match mutation {
        Mutation::Revoke { way: Way::Ingress, admits, .. } => &admits.permission.ranges[..],
        _ => &[],
    });
    ranges.copied()
}

/// Whether clients by IPv6 lose their way, and no choice gives them another.
fn cuts_ipv6(plan: &[Mutation]) -> bool {
    let admits = |mutation: &Mutation| match mutation {
        Mutation::Authorize { way: Way::Ingress, admits, .. } => {
            admits.chosen == Some(Choice::ClientsIpv6)
                || admits.permission.ranges.iter().any(|range| range.addr().is_ipv6())
        }
        _ => false,
    };
    revoked(plan).any(|range| range.addr().is_ipv6()) && !plan.iter().any(admits)
}

/// Titles of findings, each once.
fn titles(all: &[Finding]) -> Vec<String> {
    all.iter().map(|own| own.title.clone()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Choices that are not made.
fn open(all: &[Choice], chosen: &Chosen) -> Vec<Choice> {
    all.iter().filter(|choice| !chosen.0.contains_key(choice.name())).cloned().collect()
}

fn distinct(all: impl Iterator<Item = Choice>) -> Vec<Choice> {
    let mut by_name: BTreeMap<&'static str, Choice> = BTreeMap::new();
    for choice in all {
        by_name.entry(choice.name()).or_insert(choice);
    }
    by_name.into_values().collect()
}

fn not_there(missing: &Missing) -> Declined {
    Declined::new(Why::Unread, format!("{} is not among the facts", missing.0))
}

fn unproved(broken: &Broken) -> Declined {
    let names = |all: &[Finding]| {
        let own: BTreeSet<&str> = all.iter().map(|finding| &*finding.check).collect();
        own.into_iter().collect::<Vec<_>>().join(", ")
    };
    let words = match broken {
        Broken::Missing(missing) => return not_there(missing),
        Broken::Stays(_) => "the change would not fix it".to_owned(),
        Broken::Worse(all) => format!("the change would bring other faults: {}", names(all)),
        Broken::Unknown(all) => {
            format!("after the change these could no longer be judged: {}", names(all))
        }
    };
    Declined::new(Why::Decision, words)
}

fn classed(plan: &[Mutation]) -> (Class, Vec<String>) {
    let mut worst = Class::Safe;
    let mut look: Vec<String> = Vec::new();
    for (class, words) in plan.iter().map(class::of) {
        worst = worst.max(class);
        for own in words {
            if !look.iter().any(|known| known == own) {
                look.push(own.to_owned());
            }
        }
    }
    (worst, look)
}

/// The steps of a plan, each from what the one before leaves, and the facts after all of them.
fn steps(
    state: &State,
    first: &Finding,
    (plan, all): (&[Mutation], &[Choice]),
    request: &Request,
) -> Result<(Vec<Step>, Inventory), Missing> {
    let mut marked = state.marked.clone();
    let mut chosen = variables(&open(all, &request.chosen));
    chosen.0.extend(request.chosen.0.clone());
    let missing = || Missing(first.region.clone());
    let account = marked.accounts.iter_mut().find(|own| own.id == first.account);
    let account = account.ok_or_else(missing)?;
    let (partition, id) = (account.partition.clone(), account.id.clone());
    let regions = account.regions.iter_mut();
    let region: &mut Region =
        regions.into_iter().find(|own| own.name == first.region).ok_or_else(missing)?;
    let _ = suppose((&id, &mut region.clone()), plan, &request.options.policy.intent, &chosen);
    let mut steps = Vec::new();
    for (mutation, number) in plan.iter().zip(1..) {
        let before = region.clone();
        mutation.apply(region, &chosen)?;
        let ground = Ground {
            before: &before,
            after: region,
            chosen: &chosen,
            number,
            partition: &partition,
            account: &id,
        };
        steps.push(step::step(mutation, &ground)?);
    }
    Ok((steps, marked))
}

/// A name for a file: the check and the load balancer, without what a file system or a shell minds.
fn slug(fixed: &[Finding]) -> String {
    let names = fixed.iter().map(|own| own.load_balancer.as_ref().map_or("", |lb| &lb.name));
    let names: BTreeSet<&str> = names.collect();
    let lb = match names.first() {
        Some(only) if names.len() == 1 => only,
        _ => "several",
    };
    let check = fixed.first().map_or("", |own| &own.check);
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
    let own: String = format!("{check}-{lb}").chars().map(plain).take(60).collect();
    own.to_lowercase().trim_matches('-').to_owned()
}
