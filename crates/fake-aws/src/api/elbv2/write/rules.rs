//! `CreateRule`, `ModifyRule`, `DeleteRule` and `SetRulePriorities`.

use super::super::super::{Context, XmlResult};
use super::super::Owned;
use super::super::rules::{self as told, Place};
use super::actions::{self, For};
use super::{conditions, listener_in, new_id, position};
use crate::answer::Refusal;
use crate::call::Sent;
use crate::model::action::Action;
use crate::model::rule::Rule;
use crate::xml::Xml;

pub(super) fn create(context: &Context<'_>) -> XmlResult {
    let sent = context.call.sent();
    let owned = context.listener(sent.required("ListenerArn")?)?;
    if told::of_listener(owned).is_none() {
        return Err(super::refused("Rules are not supported here"));
    }
    sent.required("Priority")?;
    let rule = Rule {
        id: Some(new_id(context)),
        priority: priority(&sent)?,
        conditions: conditions::read(&sent)?,
        actions: actions::read(context, &sent, ("Actions", &of(owned, &[])))?,
        transforms: conditions::transforms(&sent)?,
        tags: Vec::new(),
    };
    if owned.1.rules.iter().any(|own| own.priority == rule.priority) {
        return Err(taken(rule.priority));
    }
    let arn = Place { owned, rule: Some(&rule) }.arn(context);
    let new = rule.clone();
    context.change(
        |region| {
            listener_in(context, region, owned).rules.push(new);
            Ok(())
        },
        |now| answer(now, &[&arn]),
    )
}

pub(super) fn modify(context: &Context<'_>) -> XmlResult {
    let sent = context.call.sent();
    let arn = sent.required("RuleArn")?;
    let (owned, old) = own(context, arn)?;
    let resets = sent.truth("ResetTransforms")? == Some(true);
    let names = ["Conditions", "Actions", "Transforms"];
    if !resets && !names.iter().any(|name| sent.has(name)) {
        return Err(sent.invalid("A condition, an action or a transform must be specified"));
    }
    let mut new = old.clone();
    if sent.has("Conditions") {
        new.conditions = conditions::read(&sent)?;
    }
    if sent.has("Actions") {
        new.actions = actions::read(context, &sent, ("Actions", &of(owned, &old.actions)))?;
    }
    if resets || sent.has("Transforms") {
        new.transforms = conditions::transforms(&sent)?;
    }
    let place = position(&owned.1.rules, old);
    context.change(
        |region| {
            listener_in(context, region, owned).rules[place] = new;
            Ok(())
        },
        |now| answer(now, &[arn]),
    )
}

pub(super) fn delete(context: &Context<'_>) -> XmlResult {
    let sent = context.call.sent();
    let (owned, old) = own(context, sent.required("RuleArn")?)?;
    let place = position(&owned.1.rules, old);
    context.change(
        |region| {
            listener_in(context, region, owned).rules.remove(place);
            Ok(())
        },
        |_| Ok(Xml::query()),
    )
}

/// All at once: rules may change places. Their ARNs stay.
pub(super) fn reorder(context: &Context<'_>) -> XmlResult {
    let sent = context.call.sent();
    let (mut arns, mut moves, mut of) = (Vec::new(), Vec::new(), None);
    for item in sent.some_items("RulePriorities")? {
        let arn = item.required("RuleArn")?;
        item.required("Priority")?;
        let (owned, rule) = own(context, arn)?;
        if !std::ptr::eq(of.get_or_insert(owned).1, owned.1) {
            return Err(sent.invalid("All rules must be of the same listener"));
        }
        arns.push(arn);
        moves.push((position(&owned.1.rules, rule), priority(&item)?, last(arn)));
    }
    let Some(owned) = of else { return answer(context, &arns) };
    context.change(
        |region| {
            let rules = &mut listener_in(context, region, owned).rules;
            for (place, priority, id) in moves {
                rules[place].priority = priority;
                rules[place].id = Some(id);
            }
            let mut all: Vec<u32> = rules.iter().map(|rule| rule.priority).collect();
            all.sort_unstable();
            let twice = all.windows(2).find(|pair| pair[0] == pair[1]);
            twice.map_or(Ok(()), |pair| Err(taken(pair[0])))
        },
        |now| answer(now, &arns),
    )
}

/// The rule with this ARN, which is not the default one.
fn own<'a>(context: &Context<'a>, arn: &str) -> Result<(Owned<'a>, &'a Rule), Refusal> {
    let place = told::by_arn(context, arn)?;
    let rule = place.rule.ok_or_else(|| {
        let message = format!("Default rule '{arn}' cannot be modified");
        Refusal::new("OperationNotPermitted", message)
    })?;
    Ok((place.owned, rule))
}

fn of<'a>(owned: Owned<'a>, old: &'a [Action]) -> For<'a> {
    For { kind: &owned.0.kind, is_secure: owned.1.ssl_policy.is_some(), old }
}

fn priority(sent: &Sent<'_>) -> Result<u32, Refusal> {
    let found = sent.parsed("Priority")?.filter(|number| (1..=50_000).contains(number));
    found.ok_or_else(|| sent.wrong("Priority"))
}

fn taken(priority: u32) -> Refusal {
    let message = format!("Priority '{priority}' is currently in use");
    Refusal::new("PriorityInUse", message)
}

fn last(arn: &str) -> String {
    arn.rsplit('/').next().unwrap_or_default().to_owned()
}

fn answer(context: &Context<'_>, arns: &[&str]) -> XmlResult {
    let places: Result<Vec<Place<'_>>, Refusal> =
        arns.iter().map(|arn| told::by_arn(context, arn)).collect();
    let mut xml = Xml::query();
    xml.list("Rules", places?, |xml, place| told::rule(context, xml, &place));
    Ok(xml)
}
