//! What a rule's conditions let through, as far as one look at them tells it.

use std::cell::RefCell;
use std::collections::HashMap;

use super::pattern;
use super::trial::{has_v6, sources};
use crate::analysis::requests::{Addresses, Budget, Cell, asked, covers};
use crate::inventory::{Condition, ConditionField, LoadBalancer};
use crate::vocab::net::{self, Family};

/// Where a certificate authority asks for its proof (RFC 8555, 8.3).
const ACME: &str = "/.well-known/acme-challenge/";
/// What it may cost to see whether conditions take everything, in steps of a machine.
pub(crate) const A_LOOK: usize = 100_000;

/// How many conditions a thread keeps: those of a listener with as many rules as AWS allows.
const KEPT: usize = 4_096;

/// Whether conditions let every request through that the load balancer can get. Where that cannot be told the
/// answer is no: a rule taken for dead would hide what it does.
pub(crate) fn catch_all(lb: &LoadBalancer, conditions: &[Condition]) -> bool {
    covers(&Cell::all(sources(lb)), &[], &asked(conditions), &Budget::of(A_LOOK))
}

/// Whether a condition narrows nothing: every request meets it, by whatever family of address.
fn takes_any(condition: &Condition) -> bool {
    if let Some(known) = TAKES_ANY.with_borrow(|known| known.get(condition).copied()) {
        return known;
    }
    let all = Cell::all(Addresses::all(true, true));
    let takes_any = covers(&all, &[], &asked(std::slice::from_ref(condition)), &Budget::of(A_LOOK));
    TAKES_ANY.with_borrow_mut(|known| {
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(condition.clone(), takes_any);
    });
    takes_any
}

thread_local! {
    static TAKES_ANY: RefCell<HashMap<Condition, bool>> = RefCell::default();
}

/// Whether a condition lets nothing but ACME's challenges through.
pub(crate) fn acme_only(condition: &Condition) -> bool {
    let regex = |regex: &String| {
        let plain = regex.trim_start_matches('^').replace('\\', "");
        regex.starts_with('^') && !regex.contains('|') && plain.starts_with(ACME)
    };
    condition.field == ConditionField::PathPattern
        && !(condition.values.is_empty() && condition.regex_values.is_empty())
        && condition.values.iter().all(|value| value.starts_with(ACME))
        && condition.regex_values.iter().all(regex)
}

/// Whether a rule takes no path but those whose patterns pass.
pub(crate) fn only_paths(conditions: &[Condition], passes: impl Fn(&str) -> bool) -> bool {
    let only = |condition: &Condition| {
        condition.field == ConditionField::PathPattern
            && condition.regex_values.is_empty()
            && !condition.values.is_empty()
            && condition.values.iter().all(|value| passes(value))
    };
    conditions.iter().any(only)
}

/// Whether a rule takes requests of some addresses alone, of those that the load balancer can be asked from.
/// One family of addresses is not some.
pub(crate) fn narrows_source(lb: &LoadBalancer, condition: &Condition) -> bool {
    let ranges: Vec<_> = condition.values.iter().filter_map(|value| value.parse().ok()).collect();
    let whole = |family| net::cover(family, &ranges);
    let families = if has_v6(lb) { &Family::BOTH[..] } else { &[Family::V4] };
    condition.field == ConditionField::SourceIp
        && !condition.values.is_empty()
        && !families.iter().copied().any(whole)
}

/// Whether a condition asks for a header or a parameter of the query whose values were kept as hashes
/// alone: who sends it may know a secret.
pub(crate) fn may_be_secret(condition: &Condition) -> bool {
    let is_hashed = |value: &String| {
        let value = match condition.field {
            ConditionField::QueryString => {
                value.split_once('=').map_or(value.as_str(), |(_, value)| value)
            }
            _ => value,
        };
        pattern::is_hashed(value)
    };
    let mut all = condition.values.iter().chain(&condition.regex_values).peekable();
    matches!(condition.field, ConditionField::HttpHeader | ConditionField::QueryString)
        && all.peek().is_some()
        && all.all(is_hashed)
}

/// The condition on a field, if there is one: a rule has at most one on host, path and method.
pub(crate) fn on<'a>(conditions: &'a [Condition], field: &ConditionField) -> Option<&'a Condition> {
    conditions.iter().find(|condition| condition.field == *field)
}

/// The same, if it leaves the field less open than none would.
pub(crate) fn closed<'a>(
    conditions: &'a [Condition],
    field: &ConditionField,
) -> Option<&'a Condition> {
    on(conditions, field).filter(|condition| !takes_any(condition))
}

/// A value as it is compared: all but paths and methods without case.
pub(crate) fn folded(field: &ConditionField, text: &str) -> String {
    match field {
        ConditionField::PathPattern | ConditionField::HttpRequestMethod => text.to_owned(),
        _ => text.to_lowercase(),
    }
}
