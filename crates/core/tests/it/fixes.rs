//! Changes that fix a fault prove themselves, are taken back whole, or there are none for a declared reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use elb_audit_core::check::{Check, Severity};
use elb_audit_core::checks::ALL;
use elb_audit_core::fix::{Broken, Fixing, fixing, plan, prove};
use elb_audit_core::inventory::{Inventory, Region};
use elb_audit_core::mutation::{Chosen, Mutation, Owner, Way};
use elb_audit_core::remedy::plan::{Declined, Why};
use elb_audit_core::report::{Finding, Outcome};
use serde_json::Value;

use crate::given::{line, options, report};
use crate::golden::block;

/// What came of the faults that a check's examples show.
#[derive(Default)]
struct Came {
    proved: usize,
    refused: usize,
    declined: BTreeSet<(Why, String)>,
    broken: Vec<String>,
}

/// The command of AWS's CLI that a change is made by.
fn operation(mutation: &Mutation) -> &'static str {
    match mutation {
        Mutation::SetAttributes { of: Owner::LoadBalancer, .. } => {
            "modify-load-balancer-attributes"
        }
        Mutation::SetAttributes { of: Owner::TargetGroup, .. } => "modify-target-group-attributes",
        Mutation::SetAttributes { of: Owner::Listener, .. } => "modify-listener-attributes",
        Mutation::ModifyListener { listener, .. } if !listener.id.starts_with("arn:") => {
            "set-load-balancer-listener-ssl-certificate"
        }
        Mutation::ModifyListener { .. } => "modify-listener",
        Mutation::ModifyRule { .. } => "modify-rule",
        Mutation::SetRulePriorities { .. } => "set-rule-priorities",
        Mutation::CreateListener { .. } => "create-listener",
        Mutation::DeleteListener { .. } => "delete-listener",
        Mutation::AddCertificate { .. } => "add-listener-certificates",
        Mutation::RemoveCertificate { .. } => "remove-listener-certificates",
        Mutation::Authorize { way: Way::Ingress, .. } => "authorize-security-group-ingress",
        Mutation::Authorize { .. } => "authorize-security-group-egress",
        Mutation::Revoke { way: Way::Ingress, .. } => "revoke-security-group-ingress",
        Mutation::Revoke { .. } => "revoke-security-group-egress",
        Mutation::SetSecurityGroups { .. } => "set-security-groups",
        Mutation::ModifyTargetGroup { .. } => "modify-target-group",
        Mutation::DeregisterTargets { .. } => "deregister-targets",
        Mutation::RegisterTargets { .. } => "register-targets",
        Mutation::ClassicPolicy { .. } | Mutation::ClassicPolicies { .. } => {
            "set-load-balancer-policies-of-listener"
        }
        Mutation::AssociateWebAcl { .. } => "associate-web-acl",
        Mutation::PutBucketPolicy { .. } => "put-bucket-policy",
    }
}

/// Pages whose commands put right what the listener names, under the same ARN; a script, which cannot make a certificate
/// or a bundle of authorities, puts another one in its place.
const IN_PLACE: &[&str] = &["certificate-renewal-stalled", "mtls-many-authorities"];

/// The commands on a check's page make the changes that its scripts make.
#[test]
fn commands_of_a_page_and_changes_of_a_script_are_the_same() {
    let mut others = Vec::new();
    for check in ALL.iter().filter(|check| !IN_PLACE.contains(&check.id)) {
        let cli = check.ways().cli;
        for example in check.examples {
            let given = (example.given)();
            let faults = report(&given).findings;
            let own =
                faults.iter().filter(|one| one.check == check.id && one.outcome == Outcome::Fail);
            for mutation in own.filter_map(|fault| plan(&given, fault).ok()).flatten() {
                let line = format!("{}: {}", check.id, operation(&mutation));
                if !cli.contains(operation(&mutation)) && !others.contains(&line) {
                    others.push(line);
                }
            }
        }
    }
    assert!(others.is_empty(), "{}", others.join("\n"));
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
                    came.refused += 1;
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
                for item in items {
                    walk(place, item, into);
                }
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

/// What a check's row says of its languages.
fn languages(fixing: &Fixing) -> [&'static str; 4] {
    let word = |is_said: bool| if is_said { "yes" } else { "" };
    [
        word(fixing.class.is_some()),
        word(fixing.terraform),
        word(fixing.cloudformation),
        word(!fixing.kubernetes.is_empty()),
    ]
}

/// Every check with what becomes of its faults, and totals; checks that only note things are left out.
#[test]
fn faults_come_to_changes_that_prove_themselves_or_to_a_declared_reason() {
    let mut rows = String::new();
    let mut broken = Vec::new();
    let mut totals: BTreeMap<Severity, [usize; 2]> = BTreeMap::new();
    let (mut proved, mut declined) = (0, 0);
    for check in ALL {
        let came = tried(check);
        broken.extend(came.broken);
        if came.proved == 0 && came.declined.is_empty() {
            continue;
        }
        totals.entry(check.severity).or_default()[usize::from(came.proved == 0)] += 1;
        proved += came.proved;
        declined += came.refused;
        let fixing = fixing(check);
        assert_eq!(fixing.class.is_some(), came.proved > 0, "{}", check.id);
        // Every check says why.
        assert!(!fixing.reasons.contains("its steps are for a person"), "{}", check.id);
        let said: BTreeSet<&String> = came.declined.iter().map(|(_, words)| words).collect();
        assert_eq!(said, fixing.reasons.iter().collect(), "{}", check.id);
        let reasons = fixing.reasons.iter().cloned().collect::<Vec<_>>().join("; ");
        let class = match (fixing.class, came.declined.first()) {
            (Some(class), _) => class.word(),
            (None, Some((Why::Recreate, _))) => "recreate",
            (None, _) => "",
        };
        let some = if came.proved > 0 && !reasons.is_empty() { "some: " } else { "" };
        let [cli, terraform, cloudformation, kubernetes] = languages(&fixing);
        writeln!(
            rows,
            "| [{0}](checks/{0}.md) | {1} | {class} | {cli} | {terraform} | {cloudformation} | {kubernetes} | \
             {some}{reasons} |",
            check.id,
            check.severity.word(),
        )
        .expect("a text");
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    let each = totals.iter().rev().map(|(severity, [with, without])| {
        format!("{}: {with} with a script, {without} without", severity.word())
    });
    let table = format!(
        "{}. In the examples of checks {proved} faults come to changes that prove themselves, {declined} to a reason.\n\n\
         | Check | Severity | Class | AWS CLI | Terraform | CloudFormation | Kubernetes | No script |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- |\n{rows}",
        each.collect::<Vec<_>>().join("; "),
    );
    block("docs/fixing.md", "table", table.trim_end());
}

/// The law catches changes that are wrong: too little, too much, and what hides a fault.
#[test]
fn wrong_changes_do_not_prove_themselves() {
    let (given, fault) = fault_of("listener-cleartext");
    let before = report(&given);
    let right = plan(&given, &fault).expect("changes");
    let outcome = |changes: &[Mutation]| prove(&given, &before, &fault, changes, &options(&given));
    assert!(outcome(&right).is_ok());
    // Nothing is changed: the fault stays.
    assert!(matches!(*outcome(&[]).unwrap_err(), Broken::Stays(_)));
    // A redirect to a port that nothing serves: AWS's own runbook would leave it at that.
    let redirect: Vec<Mutation> = right
        .iter()
        .filter(|change| !matches!(change, Mutation::CreateListener { .. }))
        .cloned()
        .collect();
    assert!(redirect.len() < right.len(), "{right:?}");
    assert!(matches!(*outcome(&redirect).unwrap_err(), Broken::Worse(_)));
    // Another listener than the one that the fault is about.
    let elsewhere: Vec<Mutation> = right
        .iter()
        .cloned()
        .map(|change| match change {
            Mutation::ModifyListener { mut listener, set } => {
                listener.id.push('x');
                Mutation::ModifyListener { listener, set }
            }
            Mutation::ModifyRule { mut listener, rule, set } => {
                listener.id.push('x');
                Mutation::ModifyRule { listener, rule, set }
            }
            other => other,
        })
        .collect();
    assert!(matches!(*outcome(&elsewhere).unwrap_err(), Broken::Missing(_)));
}

/// The first fault of a check whose changes create a listener.
fn fault_of(id: &str) -> (Inventory, Finding) {
    let check = ALL.iter().find(|check| check.id == id).expect("the check");
    let mut all = check.examples.iter().flat_map(|example| {
        let given = (example.given)();
        let faults = report(&given).findings.into_iter();
        let faults = faults.filter(|own| own.check == id && own.outcome == Outcome::Fail);
        faults.map(move |fault| ((example.given)(), fault)).collect::<Vec<_>>()
    });
    let creates = |(given, fault): &(Inventory, Finding)| {
        let changes = plan(given, fault).unwrap_or_default();
        changes.iter().any(|change| matches!(change, Mutation::CreateListener { .. }))
    };
    all.find(creates).expect("a fault whose changes create a listener")
}
