//! What may be changed about a load balancer without anything changing that is said of it, and what may change when
//! a fact is hidden.

use std::collections::BTreeMap;

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::sample::{self, login};
use elb_audit_core::inventory::{
    Action, ActionKind, Condition, ConditionField, Inventory, Kind, Listener, Region, Rule,
    WeightedGroup,
};
use elb_audit_core::report::Outcome;
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;
use ipnet::IpNet;

use super::compare::{dead, report};
use super::generate::{Case, Chance, rules_mut, smaller};
use super::set;
use super::universe::Known;

const SEED: u64 = 20_261_103;
const CASES: usize = 600;

/// A change to a case that is none.
type Alter = fn(&mut Case, &mut Chance);

/// What is said by check and subject.
type Said = BTreeMap<(String, String), Outcome>;

/// What is said of each subject of the load balancer `web`.
fn said(inventory: &Inventory) -> Said {
    let report = report(inventory);
    let own = report
        .findings
        .into_iter()
        .filter(|finding| finding.load_balancer.as_ref().is_none_or(|lb| lb.name == "web"));
    own.map(|one| ((one.check, one.subject.label), one.outcome)).collect()
}

/// The smallest case found for which something does not hold, with what it says then.
fn least(case: &Case, fails: &dyn Fn(&Case) -> Option<String>) -> Option<String> {
    let (mut least, mut told) = (case.clone(), fails(case)?);
    while let Some((case, own)) =
        smaller(&least).into_iter().find_map(|case| fails(&case).map(|own| (case, own)))
    {
        (least, told) = (case, own);
    }
    Some(format!("{told}\n{}", least.told()))
}

/// Tries something with many cases, each with chances of its own.
fn each(fails: impl Fn(&Case, &mut Chance) -> Option<String>) {
    let seed = set("ORACLE_SEED", SEED);
    let mut chance = Chance(seed);
    let mut found = Vec::new();
    for _ in 0..set("ORACLE_CASES", CASES) {
        let case = Case::new(&mut chance);
        let own = chance.number();
        let again = |case: &Case| fails(case, &mut Chance(own));
        if again(&case).is_some() {
            found.push(case);
        }
    }
    let Some(first) = found.iter().min_by_key(|case| case.told().len()) else { return };
    let mut last = None;
    for own in 0..16 {
        last = last.or_else(|| least(first, &|case| fails(case, &mut Chance(own))));
    }
    let told = last.unwrap_or_else(|| first.told());
    panic!("seed {seed}: {} cases; one of them:\n{told}", found.len());
}

fn changes(case: &Case, alter: Alter, chance: &mut Chance) -> Option<String> {
    let mut other = case.clone();
    alter(&mut other, chance);
    let told = unlike(&said(&case.inventory()), &said(&other.inventory()))?;
    Some(format!("{told} with\n{}", other.told()))
}

/// The first thing of which something else is said.
fn unlike(was: &Said, now: &Said) -> Option<String> {
    let key = was.keys().chain(now.keys()).find(|key| was.get(key) != now.get(key))?;
    Some(format!("{} {}: {:?}, then {:?}", key.0, key.1, was.get(key), now.get(key)))
}

fn each_rule(case: &mut Case, mut change: impl FnMut(&mut Rule)) {
    for listener in &mut case.listeners {
        rules_mut(listener).iter_mut().filter(|rule| rule.priority.is_some()).for_each(&mut change);
    }
}

fn each_condition(case: &mut Case, mut change: impl FnMut(&mut Condition)) {
    each_rule(case, |rule| rule.conditions.iter_mut().for_each(&mut change));
}

#[test]
fn a_condition_that_everything_meets_comes_and_goes() {
    each(|case, chance| {
        changes(
            case,
            |case, chance| {
                let is_dual = case.is_dual;
                each_rule(case, |rule| {
                    let whole = [sample::path(&["/*"]), sample::path(&["*"]), sample::host(&["*"])];
                    let mut whole = whole.to_vec();
                    if !is_dual {
                        whole.push(sample::condition("source-ip", &["0.0.0.0/0"]));
                    }
                    let more = chance.one(&whole).clone();
                    if rule.conditions.iter().all(|own| own.field != more.field) {
                        let at = chance.below(rule.conditions.len() + 1);
                        rule.conditions.insert(at, more);
                    }
                });
            },
            chance,
        )
    });
}

#[test]
fn a_value_may_be_said_twice() {
    each(|case, chance| {
        changes(
            case,
            |case, chance| {
                each_condition(case, |condition| {
                    let again: Vec<String> =
                        condition.values.iter().filter(|_| chance.percent(50)).cloned().collect();
                    condition.values.extend(again);
                });
            },
            chance,
        )
    });
}

#[test]
fn a_host_has_no_case() {
    each(|case, chance| {
        changes(
            case,
            |case, _| {
                each_condition(case, |condition| {
                    if condition.field == ConditionField::HostHeader {
                        condition.values.iter_mut().for_each(|host| *host = host.to_uppercase());
                    }
                });
            },
            chance,
        )
    });
}

#[test]
fn a_header_and_a_query_have_no_case() {
    each(|case, chance| {
        changes(
            case,
            |case, _| {
                each_condition(case, |condition| {
                    let folds = [ConditionField::HttpHeader, ConditionField::QueryString];
                    if folds.contains(&condition.field) {
                        condition.header =
                            condition.header.as_ref().map(|name| name.to_uppercase());
                        let clear =
                            condition.values.iter_mut().filter(|own| !own.contains("sha256"));
                        clear.for_each(|own| *own = own.to_uppercase());
                    }
                });
            },
            chance,
        )
    });
}

/// Puts a list into another order.
fn shuffle<T>(all: &mut [T], chance: &mut Chance) {
    for at in 1..all.len() {
        all.swap(at, chance.below(at + 1));
    }
}

#[test]
fn only_priorities_order_anything() {
    each(|case, chance| {
        changes(
            case,
            |case, chance| {
                shuffle(&mut case.listeners, chance);
                for listener in &mut case.listeners {
                    for rule in rules_mut(listener).iter_mut() {
                        shuffle(&mut rule.conditions, chance);
                        for condition in &mut rule.conditions {
                            shuffle(&mut condition.values, chance);
                        }
                        for action in &mut rule.actions {
                            shuffle(&mut action.target_groups, chance);
                        }
                        if rule.actions.iter().all(|action| action.order.is_some()) {
                            shuffle(&mut rule.actions, chance);
                        }
                    }
                    shuffle(rules_mut(listener), chance);
                }
            },
            chance,
        )
    });
}

#[test]
fn a_block_of_sources_is_its_halves() {
    each(|case, chance| {
        changes(
            case,
            |case, _| {
                each_condition(case, |condition| {
                    if condition.field == ConditionField::SourceIp {
                        let halves = condition.values.iter().flat_map(|block| halves(block));
                        condition.values = halves.collect();
                    }
                });
            },
            chance,
        )
    });
}

fn halves(text: &str) -> Vec<String> {
    let block: IpNet = text.parse().expect("a block");
    let all = block.subnets(block.prefix_len() + 1);
    let found: Vec<String> = all.into_iter().flatten().map(|half| half.to_string()).collect();
    if found.is_empty() { vec![text.to_owned()] } else { found }
}

#[test]
fn a_group_of_weight_0_gets_nothing() {
    each(|case, chance| {
        changes(
            case,
            |case, _| {
                let idle = WeightedGroup { arn: sample::group_arn("other"), weight: Some(0) };
                for listener in &mut case.listeners {
                    for rule in
                        rules_mut(listener).iter_mut().filter(|rule| rule.priority.is_some())
                    {
                        let forwards = rule.actions.iter_mut();
                        let forwards = forwards.filter(|action| !action.target_groups.is_empty());
                        for action in forwards {
                            if action.target_groups.iter().all(|group| group.arn != idle.arn) {
                                action.target_groups.push(idle.clone());
                            }
                        }
                    }
                }
            },
            chance,
        )
    });
}

/// What differs in what is said of `web` after a change to its region.
fn differs(case: &Case, change: impl FnOnce(&mut Region)) -> Option<String> {
    let mut inventory = case.inventory();
    change(&mut inventory.accounts[0].regions[0]);
    unlike(&said(&case.inventory()), &said(&inventory))
}

#[test]
fn a_load_balancer_beside_it_changes_nothing() {
    each(|case, _| {
        differs(case, |region| {
            let open = vec![sample::https(vec![sample::forward("beside")])];
            login::add(region, &Kind::Application, "beside", open);
            sample::add_groups(region, &Kind::Application, &["beside"]);
            sample::regroup(region, "beside", |group| {
                group.load_balancer_arns = vec![sample::arn(&Kind::Application, "beside")];
                group.targets = Fact::Known(vec![sample::target("i-99", "healthy")]);
            });
        })
    });
}

#[test]
fn names_of_groups_and_targets_are_nothing_but_names() {
    each(|case, _| {
        let text = serde_json::to_string(&case.inventory()).expect("an inventory is JSON");
        let renamed = text
            .replace("targetgroup/web/", "targetgroup/zz/")
            .replace("targetgroup/direct/", "targetgroup/aa/")
            .replace("\"i-1\"", "\"i-0f\"")
            .replace("\"i-7\"", "\"i-0a\"")
            .replace("50dc6c495c0c9188", "00dc6c495c0c9188");
        let renamed = serde_json::from_str(&renamed).expect("an inventory again");
        unlike(&said(&case.inventory()), &said(&renamed))
    });
}

#[test]
fn one_more_open_rule_only_opens() {
    let opens = ["authentication-bypass", "authentication-bypass-elsewhere", "mtls-bypass"];
    each(|case, chance| {
        let mut other = case.clone();
        let at = chance.below(other.listeners.len());
        let path = *chance.one(&["/a", "/b*", "/*b", "/a/*"]);
        let open =
            sample::rule(Some(49_999), vec![sample::path(&[path])], vec![sample::forward("web")]);
        let rules = rules_mut(&mut other.listeners[at]);
        if rules.iter().any(|rule| rule.priority == open.priority) {
            return None;
        }
        rules.insert(0, open);
        let (before, after) = (said(&case.inventory()), said(&other.inventory()));
        // The rule comes last, so that no other one loses a request but the default one.
        let own = before.iter().filter(|((check, on), outcome)| {
            **outcome == Outcome::Fail
                && opens.contains(&check.as_str())
                && *on == case.listeners[at].label()
        });
        let mut lost = own.filter(|(key, _)| after.get(key) == Some(&Outcome::Pass));
        let default = &case.listeners[at].default_actions;
        let keeps = default.iter().any(|action| action.kind != ActionKind::Forward);
        let ((check, on), _) = lost.find(|_| keeps)?;
        Some(format!("{check} {on} passes with\n{}", other.told()))
    });
}

/// The checks that are about rules which no request reaches.
const OF_DEAD_RULES: &[&str] = &["rule-shadowed", "authentication-rule-shadowed"];

#[test]
fn a_rule_that_no_request_reaches_changes_nothing() {
    let known = Known::default();
    let all = |inventory: &Inventory| {
        let options = Options { show_passed: true, ..Options::at(inventory.taken_at) };
        let findings = audit(inventory, ALL, &options).findings.into_iter();
        let own = findings.filter(|one| !OF_DEAD_RULES.contains(&one.check.as_str()));
        own.map(|one| ((one.check, one.subject.label), one.outcome)).collect::<Said>()
    };
    each(|case, _| {
        let mut other = case.clone();
        let dead = dead(case, &known);
        for (at, arn) in &dead {
            rules_mut(&mut other.listeners[*at]).retain(|rule| rule.arn != *arn);
        }
        if dead.is_empty() {
            return None;
        }
        let told = unlike(&all(&case.inventory()), &all(&other.inventory()))?;
        Some(format!("{told} with\n{}", other.told()))
    });
}

fn unread<T>(call: Call) -> Fact<T> {
    Fact::Unread(sample::denied(call))
}

/// Hides facts by chance, several at once: rules of listeners, what is registered, groups, listeners.
fn hide(region: &mut Region, chance: &mut Chance) {
    let lb = sample::only(region);
    let listeners: &mut Vec<Listener> = sample::listeners(lb);
    for listener in listeners.iter_mut().filter(|_| chance.percent(40)) {
        listener.rules = unread(Call::ElbV2DescribeRules);
    }
    if chance.percent(5) {
        lb.listeners = unread(Call::ElbV2DescribeListeners);
    }
    for name in ["web", "direct", "other"] {
        if chance.percent(25) {
            sample::regroup(region, name, |group| {
                group.targets = unread(Call::ElbV2DescribeTargetHealth);
            });
        }
    }
    if chance.percent(10) {
        region.target_groups = unread(Call::ElbV2DescribeTargetGroups);
    }
}

#[test]
fn a_hidden_fact_flips_no_verdict() {
    each(|case, chance| {
        let before = said(&case.inventory());
        let mut inventory = case.inventory();
        hide(&mut inventory.accounts[0].regions[0], chance);
        let region = &inventory.accounts[0].regions[0];
        let known = region.v2.items[0].listeners.get().is_ok();
        let hidden = said(&inventory);
        let flips = |(key, outcome): &(&(String, String), &Outcome)| match hidden.get(key) {
            Some(Outcome::Unknown) => false,
            Some(now) => now != *outcome,
            None => known && **outcome == Outcome::Fail,
        };
        let flipped = before.iter().find(flips);
        let new = || {
            let mut all = hidden.iter();
            all.find(|(key, now)| !before.contains_key(key) && **now != Outcome::Unknown)
        };
        let (key, _) = flipped.or_else(new)?;
        let unread = serde_json::to_string(region).map(|text| text.matches("unread").count());
        Some(format!("{key:?}: {:?}, then {:?}; {unread:?}", before.get(key), hidden.get(key)))
    });
}

/// Checks that look for a request: what is not understood may hide one, and makes none.
const LOOKING: &[&str] = &[
    "listener-cleartext",
    "redirect-to-http",
    "authentication-optional",
    "authentication-bypass",
    "authentication-bypass-elsewhere",
    "mtls-bypass",
];

/// Puts something that this version does not know for an action, or for the values of a path or host.
fn obscure(rule: &mut Rule, chance: &mut Chance) {
    let fields = [ConditionField::PathPattern, ConditionField::HostHeader];
    let mut own = rule.conditions.iter_mut().filter(|one| fields.contains(&one.field));
    match own.next().filter(|_| chance.percent(70)) {
        Some(condition) => {
            condition.values.clear();
            // Another one for each rule: two that ask for the very same are one behind the other.
            condition.regex_values = vec![format!("^(?={:?}).*$", rule.priority)];
        }
        None => rule.actions = vec![Action { kind: "teleport".into(), ..Action::default() }],
    }
}

#[test]
fn what_is_not_understood_passes_nothing() {
    each(|case, chance| {
        let mut other = case.clone();
        each_rule(&mut other, |rule| {
            if chance.percent(25) {
                obscure(rule, chance);
            }
        });
        let (before, after) = (said(&case.inventory()), said(&other.inventory()));
        let failed = before.iter().filter(|((check, _), outcome)| {
            **outcome == Outcome::Fail && LOOKING.contains(&check.as_str())
        });
        let passes = |now: Option<&Outcome>| matches!(now, None | Some(Outcome::Pass));
        let (key, _) = failed.into_iter().find(|(key, _)| passes(after.get(key)))?;
        Some(format!("{} {}: {:?} with\n{}", key.0, key.1, after.get(key), other.told()))
    });
}
