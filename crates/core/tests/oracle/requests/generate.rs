//! Load balancers by chance, whose rules overlap in every way, and how one is told.

use std::fmt::Write as _;

use elb_audit_core::fixtures::sample::{self, login};
use elb_audit_core::inventory::{
    Action, ActionKind, Condition, ConditionField, Inventory, Kind, Listener, MutualAuthentication,
    Rule, Transform,
};
use elb_audit_core::vocab::fact::Fact;

use super::evaluate::by_priority;
use super::vocabulary::{
    self, GROUPS, HEADERS, HOST_REGEXES, HOSTS, METHODS, PATH_REGEXES, PATHS, QUERIES, REWRITES,
    SOURCES,
};

/// Numbers by chance, the same for the same seed (`SplitMix64`).
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).expect("a small number");
        usize::try_from(self.number() % end).expect("a small number")
    }

    /// Whether something happens that does in so many of a hundred cases.
    pub(crate) fn percent(&mut self, number: usize) -> bool {
        self.below(100) < number
    }

    pub(crate) fn one<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// A load balancer in a region of its own.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Case {
    pub(crate) is_dual: bool,
    pub(crate) listeners: Vec<Listener>,
    /// The group that a Network load balancer beside it forwards to.
    pub(crate) network: Option<&'static str>,
}

/// The rules of a listener whose rules are known.
pub(crate) fn rules(listener: &Listener) -> &[Rule] {
    match &listener.rules {
        Fact::Known(rules) => rules,
        Fact::Unread(_) => &[],
    }
}

pub(crate) fn rules_mut(listener: &mut Listener) -> &mut Vec<Rule> {
    match &mut listener.rules {
        Fact::Known(rules) => rules,
        Fact::Unread(_) => unreachable!("a case's rules are known"),
    }
}

impl Case {
    pub(crate) fn new(chance: &mut Chance) -> Case {
        let is_dual = chance.percent(25);
        let mut listeners = match chance.below(10) {
            0..3 => vec![clear(chance)],
            3..6 => vec![encrypted(chance, 443)],
            6..8 => vec![encrypted(chance, 443), encrypted(chance, 8443)],
            8 => vec![encrypted(chance, 443), clear(chance)],
            _ => vec![redirecting(chance, 443), redirecting(chance, 80)],
        };
        if !is_dual && chance.percent(90) {
            listeners.iter_mut().for_each(within_ipv4);
        }
        let network = chance.percent(10).then(|| *chance.one(&["web", "direct", "other"]));
        Case { is_dual, listeners, network }
    }

    /// What the audit is given.
    pub(crate) fn inventory(&self) -> Inventory {
        let mut inventory = sample::listening(&Kind::Application, self.listeners.clone());
        let region = &mut inventory.accounts[0].regions[0];
        if self.is_dual {
            sample::only(region).ip_address_type = Some("dualstack".into());
        }
        sample::add_groups(region, &Kind::Application, &["direct", "other"]);
        for (name, targets) in GROUPS {
            sample::regroup(region, name, |group| {
                let all = targets.iter().map(|id| sample::target(id, "healthy"));
                group.targets = Fact::Known(all.collect());
            });
        }
        if let Some(group) = self.network {
            let open = sample::listener("TCP", 443, vec![sample::forward(group)]);
            login::add(region, &Kind::Network, "beside", vec![open]);
        }
        inventory
    }

    /// It in a few lines.
    pub(crate) fn told(&self) -> String {
        let mut text = String::new();
        if self.is_dual {
            text.push_str("dual-stack\n");
        }
        if let Some(group) = self.network {
            let _ = writeln!(text, "beside a Network load balancer: TCP:443 -> forward {group}");
        }
        for listener in &self.listeners {
            let verify = if listener.mutual_authentication.is_some() { " verify" } else { "" };
            let _ = writeln!(text, "{}{verify}", listener.label());
            for rule in by_priority(rules(listener)) {
                let _ = writeln!(text, "  {}", told(rule));
            }
        }
        text
    }
}

fn told(rule: &Rule) -> String {
    let conditions = rule.conditions.iter().map(|condition| {
        let values: Vec<String> = condition.values.clone();
        let regexes = condition.regex_values.iter().map(|one| format!("regex {one}"));
        let all: Vec<String> = values.into_iter().chain(regexes).collect();
        let name = condition.header.as_deref().map_or(String::new(), |name| format!("({name})"));
        format!("{}{name}={}", condition.field, all.join(" | "))
    });
    let rewrites = rule.transforms.iter().flat_map(|one| &one.rewrites);
    let rewrites = rewrites.map(|(from, to)| format!("rewrite {from} to {to}"));
    let actions = rule.actions.iter().map(action_told);
    let does: Vec<String> = rewrites.chain(actions).collect();
    let conditions: Vec<String> = conditions.collect();
    format!("{}: {} -> {}", rule.label(), conditions.join(", "), does.join(", "))
}

fn action_told(action: &Action) -> String {
    let mut text = action.kind.to_string();
    for group in &action.target_groups {
        let name = group.arn.split('/').nth(1).unwrap_or_default();
        let weight = group.weight.map_or_else(String::new, |weight| format!(":{weight}"));
        let _ = write!(text, " {name}{weight}");
    }
    if let Some(redirect) = &action.redirect {
        let parts = [&redirect.protocol, &redirect.host, &redirect.port, &redirect.path];
        let parts = parts.iter().map(|part| part.as_deref().unwrap_or("same"));
        let parts: Vec<&str> = parts.chain([redirect.query.as_deref().unwrap_or("same")]).collect();
        let _ = write!(text, " {}", parts.join(" "));
    }
    let answer = action.authentication.as_ref();
    if answer.and_then(|own| own.on_unauthenticated_request.as_deref()) == Some("allow") {
        text.push_str(" (allow)");
    }
    text
}

fn clear(chance: &mut Chance) -> Listener {
    let default = ending(chance, false);
    let listener = sample::listener("HTTP", 80, default);
    with_rules(chance, listener)
}

fn encrypted(chance: &mut Chance, port: u16) -> Listener {
    let mut default = ending(chance, true);
    if chance.percent(30) {
        default = asking(chance);
    }
    let listener = sample::https(default);
    let listener = if port == 443 { listener } else { login::on_port(listener, port) };
    let mut listener = with_rules(chance, listener);
    if chance.percent(15) {
        listener.mutual_authentication = Some(MutualAuthentication {
            mode: Some("verify".into()),
            trust_store_arn: Some(sample::TRUST_STORE.to_owned()),
            trust_store_status: Some("active".to_owned()),
            ..MutualAuthentication::default()
        });
    }
    listener
}

fn redirecting(chance: &mut Chance, port: u16) -> Listener {
    let default = if chance.percent(50) {
        vec![redirect(chance, port == 443)]
    } else {
        vec![sample::fixed_response("404")]
    };
    let listener =
        if port == 443 { sample::https(default) } else { sample::listener("HTTP", port, default) };
    let mut listener = with_rules(chance, listener);
    for rule in rules_mut(&mut listener).iter_mut().filter(|rule| rule.priority.is_some()) {
        if chance.percent(60) {
            rule.actions = vec![redirect(chance, port == 443)];
            rule.transforms.clear();
        }
    }
    listener
}

fn with_rules(chance: &mut Chance, listener: Listener) -> Listener {
    let is_clear = listener.port == Some(80);
    let mut found: Vec<Rule> = Vec::new();
    for number in 0..=chance.below(8) {
        let mut conditions = conditions(chance);
        if !found.is_empty() && chance.percent(30) {
            conditions.clone_from(&chance.one(&found).conditions);
            vary(chance, &mut conditions);
        }
        let logs_in = !is_clear && chance.percent(30);
        let actions = if logs_in { asking(chance) } else { ending(chance, !is_clear) };
        let priority = u32::try_from(number).map(|number| Some(10 * (number + 1)));
        let mut rule = sample::rule(priority.expect("a small number"), conditions, actions);
        if chance.percent(10) {
            rule.transforms = vec![rewrite(chance)];
        }
        found.push(rule);
    }
    sample::ruled(listener, found)
}

/// Leaves out blocks that nobody comes from.
fn within_ipv4(listener: &mut Listener) {
    for condition in rules_mut(listener).iter_mut().flat_map(|rule| &mut rule.conditions) {
        if condition.field == ConditionField::SourceIp {
            condition.values.retain(|value| !value.contains(':'));
            if condition.values.is_empty() {
                condition.values.push("10.0.0.0/8".to_owned());
            }
        }
    }
}

fn rewrite(chance: &mut Chance) -> Transform {
    let one = chance.one(REWRITES);
    let rewrites = vec![(one.pattern.to_owned(), one.replacement.to_owned())];
    Transform { kind: "url-rewrite".into(), rewrites }
}

/// Asks for a login or token, or for one that lets others through.
fn asking(chance: &mut Chance) -> Vec<Action> {
    let group = chance.one(&["web", "web", "web", "direct", "other"]);
    match chance.below(8) {
        0 => login::then_forward(login::token(), group),
        1 => login::then_forward(login::cognito(), group),
        2 => {
            let mut optional = login::oidc();
            if let Some(own) = &mut optional.authentication {
                own.on_unauthenticated_request = Some("allow".to_owned());
            }
            login::then_forward(optional, group)
        }
        _ => login::required(group),
    }
}

fn ending(chance: &mut Chance, encrypted: bool) -> Vec<Action> {
    let action = match chance.below(12) {
        0..4 => sample::forward("web"),
        4 => sample::forward("direct"),
        5 => sample::forward("other"),
        6 => sample::forward_weighted(&[("web", Some(0)), ("other", Some(1))]),
        7 => sample::forward_weighted(&[("web", Some(0))]),
        8 | 9 => sample::fixed_response("404"),
        10 => sample::redirect_to_https(),
        _ => redirect(chance, encrypted),
    };
    vec![action]
}

fn redirect(chance: &mut Chance, encrypted: bool) -> Action {
    let protocols: &[Option<&str>] = if encrypted {
        &[Some("HTTPS"), Some("#{protocol}"), None]
    } else {
        &[Some("HTTPS"), Some("HTTP"), Some("#{protocol}"), None]
    };
    let protocol = *chance.one(protocols);
    let port = if encrypted || protocol == Some("HTTPS") { "443" } else { "80" };
    let mut action = sample::redirect(protocol, Some(port));
    if let Some(own) = &mut action.redirect {
        let text = |one: Option<&str>| one.map(str::to_owned);
        own.path = text(*chance.one(&[
            None,
            None,
            Some("/a"),
            Some("/b"),
            Some("/a/#{path}"),
            Some("/#{path}"),
        ]));
        own.host =
            text(*chance.one(&[None, None, None, Some("a.example.com"), Some(sample::DNS_NAME)]));
        own.query = text(*chance.one(&[None, None, Some(""), Some("k=v"), Some("#{query}&j=v")]));
    }
    action
}

fn conditions(chance: &mut Chance) -> Vec<Condition> {
    let mut found: Vec<Condition> = Vec::new();
    for _ in 0..=chance.below(3) {
        let one = condition(chance);
        let repeats = ["http-header", "query-string"].contains(&one.field.to_string().as_str());
        if repeats || found.iter().all(|own| own.field != one.field) {
            found.push(one);
        }
    }
    found
}

fn condition(chance: &mut Chance) -> Condition {
    let (field, all, header): (&str, &[&str], Option<&str>) = match chance.below(20) {
        0..8 => ("path-pattern", PATHS, None),
        8..11 => ("host-header", HOSTS, None),
        11..13 => ("http-request-method", METHODS, None),
        13..15 => ("source-ip", SOURCES, None),
        15..17 => ("query-string", QUERIES, None),
        _ => {
            let (name, values) = *chance.one(HEADERS);
            ("http-header", values, Some(name))
        }
    };
    let mut one = sample::condition(field, &[]);
    one.header = header.map(str::to_owned);
    let regexes = match field {
        "path-pattern" => PATH_REGEXES,
        "host-header" => HOST_REGEXES,
        _ => &[],
    };
    if !regexes.is_empty() && chance.percent(12) {
        one.regex_values.push((*chance.one(regexes)).to_owned());
        return one;
    }
    // What takes everything is rarer than what does not, and so is a path that no request has.
    let number = 1 + chance.below(2) * chance.below(3);
    while one.values.len() < number {
        let value = *chance.one(all);
        let is_rare = matches!(value, "*" | "/*" | "0.0.0.0/0" | "::/0" | "a*");
        if !is_rare || chance.percent(30) {
            one.values.push(value.to_owned());
        }
    }
    one
}

/// Changes conditions a little: a value more, a condition more, or one less.
fn vary(chance: &mut Chance, conditions: &mut Vec<Condition>) {
    let more = condition(chance);
    match conditions.iter_mut().find(|own| own.field == more.field && own.header == more.header) {
        Some(own) if own.regex_values.is_empty() && more.regex_values.is_empty() => {
            own.values.extend(more.values);
        }
        Some(_) => {}
        None => conditions.push(more),
    }
    if conditions.len() > 1 && chance.percent(40) {
        let at = chance.below(conditions.len());
        conditions.remove(at);
    }
}

/// Smaller cases, one step away: without a listener, rule, condition, value, rewrite, or with an action
/// that does less.
pub(crate) fn smaller(case: &Case) -> Vec<Case> {
    let mut found = Vec::new();
    let mut with = |change: &dyn Fn(&mut Case)| {
        let mut own = case.clone();
        change(&mut own);
        if own != *case {
            found.push(own);
        }
    };
    for at in (0..case.listeners.len()).filter(|_| case.listeners.len() > 1) {
        with(&|case| drop(case.listeners.remove(at)));
    }
    with(&|case| case.is_dual = false);
    with(&|case| case.network = None);
    for (at, listener) in case.listeners.iter().enumerate() {
        with(&|case| case.listeners[at].mutual_authentication = None);
        for (place, rule) in rules(listener).iter().enumerate() {
            if rule.priority.is_some() {
                with(&|case| drop(rules_mut(&mut case.listeners[at]).remove(place)));
                with(&|case| rules_mut(&mut case.listeners[at])[place].transforms.clear());
            }
            with(&|case| simplify(&mut case.listeners[at], place, sample::fixed_response("404")));
            with(&|case| simplify(&mut case.listeners[at], place, sample::forward("web")));
            for (number, condition) in rule.conditions.iter().enumerate() {
                with(&|case| {
                    let own = &mut rules_mut(&mut case.listeners[at])[place].conditions;
                    if own.len() > 1 {
                        own.remove(number);
                    }
                });
                for value in (0..condition.values.len()).filter(|_| condition.values.len() > 1) {
                    with(&|case| {
                        let own = &mut rules_mut(&mut case.listeners[at])[place].conditions;
                        own[number].values.remove(value);
                    });
                }
            }
        }
    }
    found
}

/// Lets a rule do this and nothing else, if that is less than it does.
fn simplify(listener: &mut Listener, place: usize, action: Action) {
    let rule = &mut rules_mut(listener)[place];
    let rank = |action: &Action| match action.kind {
        ActionKind::FixedResponse => 0,
        ActionKind::Forward => 1,
        _ => 2,
    };
    let own = rule.actions.iter().map(rank).max().unwrap_or_default();
    if rank(&action) < own {
        rule.actions = vec![action];
    }
    if rule.priority.is_none() {
        listener.default_actions = rule.actions.clone();
    }
}

/// The groups of which a target is in both.
pub(crate) fn share_targets(one: &str, other: &str) -> bool {
    let targets = |name: &str| GROUPS.iter().find(|(own, _)| *own == name).map(|(_, all)| all);
    targets(one).is_some() && targets(one) == targets(other)
}

/// A condition on a header of the vocabulary, or on anything else: whether its values are all hashes.
pub(crate) fn is_secret(condition: &Condition) -> bool {
    let hashed =
        |value: &String| value.rsplit('=').next().is_some_and(|value| value.starts_with("sha256"));
    let may_be = ["http-header", "query-string"].contains(&condition.field.to_string().as_str());
    may_be && !condition.values.is_empty() && condition.values.iter().all(hashed)
}

/// Whether the vocabulary has the rewrite.
pub(crate) fn rewrites_url(rule: &Rule) -> bool {
    let known = |pattern: &str| vocabulary::REWRITES.iter().any(|one| one.pattern == pattern);
    rule.transforms.iter().flat_map(|one| &one.rewrites).any(|(pattern, _)| known(pattern))
}
