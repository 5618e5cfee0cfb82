//! Changes that fix a fault prove themselves, are taken back whole, or there are none for a declared reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use elb_audit_core::check::{Check, Severity};
use elb_audit_core::checks::ALL;
use elb_audit_core::fix::{Broken, plan, prove};
use elb_audit_core::inventory::{Inventory, Region};
use elb_audit_core::mutation::{Chosen, Mutation};
use elb_audit_core::remedy::plan::{Declined, Why};
use elb_audit_core::report::{Finding, Outcome};
use serde_json::Value;

use crate::given::{line, options, report};
use crate::golden::compare;

/// What came of the faults that a check's examples show.
#[derive(Default)]
struct Came {
    proved: usize,
    declined: BTreeSet<(Why, String)>,
    broken: Vec<String>,
}

/// Tries every fault that the examples of a check show of that check.
fn tried(check: &Check) -> Came {
    let mut came = Came::default();
    for example in check.examples {
        let given = (example.given)();
        let before = report(&given);
        let faults = before.findings.iter();
        let faults = faults.filter(|one| one.check == check.id && one.outcome == Outcome::Fail);
        for fault in faults {
            let mutations = match plan(&given, fault) {
                Ok(mutations) => mutations,
                Err(Declined { why, words }) => {
                    came.declined.insert((why, words));
                    continue;
                }
            };
            taken_back(&given, fault, &mutations);
            match prove(&given, &before, fault, &mutations, &options(&given)) {
                Ok(proof) => {
                    assert!(proof.gone.contains(&fault.fingerprint), "{}: not gone", check.id);
                    came.proved += 1;
                }
                Err(why) => {
                    let said = broken(*why);
                    came.broken.push(format!("{}, {}: {said}", check.id, example.title));
                }
            }
        }
    }
    came
}

fn broken(why: Broken) -> String {
    let lines = |all: Vec<Finding>| all.iter().map(line).collect::<Vec<_>>().join(", ");
    match why {
        Broken::Missing(missing) => format!("{} is not there", missing.0),
        Broken::Stays(_) => "still there".to_owned(),
        Broken::Worse(all) => format!("worse: {}", lines(all)),
        Broken::Unknown(all) => format!("unknown: {}", lines(all)),
    }
}

fn region(inventory: &Inventory, fault: &Finding) -> Region {
    let mut accounts = inventory.accounts.iter();
    let account = accounts.find(|own| own.id == fault.account).expect("its account");
    let region = account.regions.iter().find(|own| own.name == fault.region);
    region.expect("its region").clone()
}

/// Made and taken back, the last one first, changes leave everything as it was; each of them changes something.
fn taken_back(inventory: &Inventory, fault: &Finding, plan: &[Mutation]) {
    let (chosen, before) = (Chosen::default(), region(inventory, fault));
    let mut region = before.clone();
    let mut inverses = Vec::new();
    for mutation in plan {
        let untouched = region.clone();
        inverses.push(mutation.inverse(&region).expect("what takes it back"));
        mutation.apply(&mut region, &chosen).expect("what it is about");
        let is_told = matches!(mutation, Mutation::PutBucketPolicy { .. });
        assert!(is_told || region != untouched, "{}: {mutation:?} changes nothing", fault.check);
    }
    for inverse in inverses.iter().rev() {
        inverse.apply(&mut region, &chosen).expect("what it is about");
    }
    let (now, then) = (lines(&region), lines(&before));
    let differs: Vec<_> = now.symmetric_difference(&then).collect();
    assert!(differs.is_empty(), "{}: {plan:?}: {differs:#?}", fault.check);
}

/// The lines of a region's JSON form, each with its place. In lists of rules of security groups and of policies
/// the order means nothing.
fn lines(region: &Region) -> BTreeSet<String> {
    fn walk(place: &str, value: &Value, into: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                fields.iter().for_each(|(name, own)| walk(&format!("{place}.{name}"), own, into));
            }
            Value::Array(items) if place.ends_with("gress") => {
                for item in items {
                    let ports = ["protocol", "from_port", "to_port"].map(|name| item.get(name));
                    walk(&format!("{place}{ports:?}"), item, into);
                }
            }
            Value::Array(items) if place.contains("gress") => {
                items.iter().for_each(|item| walk(place, item, into));
            }
            Value::Array(items) => {
                for (number, item) in items.iter().enumerate() {
                    walk(&format!("{place}[{number}]"), item, into);
                }
            }
            plain => {
                into.insert(format!("{place}: {plain}"));
            }
        }
    }
    let mut all = BTreeSet::new();
    walk("", &serde_json::to_value(region).expect("a region as JSON"), &mut all);
    all
}

/// Every check with what becomes of its faults, and totals; checks that only note things are left out.
#[test]
fn faults_come_to_changes_that_prove_themselves_or_to_a_declared_reason() {
    let mut table = String::new();
    let mut broken = Vec::new();
    let mut totals: BTreeMap<(Severity, bool), usize> = BTreeMap::new();
    for check in ALL {
        let came = tried(check);
        broken.extend(came.broken);
        if came.proved == 0 && came.declined.is_empty() {
            continue;
        }
        *totals.entry((check.severity, came.proved > 0)).or_default() += 1;
        let reasons = came.declined.iter().map(|(why, words)| format!("{why:?}: {words}"));
        let reasons = reasons.collect::<Vec<_>>().join("; ");
        let severity = check.severity.word();
        writeln!(table, "{} | {severity} | {} | {reasons}", check.id, came.proved).expect("a text");
    }
    for ((severity, has_changes), checks) in totals {
        let what = if has_changes { "with changes" } else { "declared" };
        writeln!(table, "{} {what}: {checks}", severity.word()).expect("a text");
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    compare("crates/core/tests/it/snapshots/fixes.txt", &table);
}
