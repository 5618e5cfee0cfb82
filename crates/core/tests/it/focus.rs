//! Some load balancers instead of all: only they are judged, as if all had been; what is not asked about the
//! others changes no verdict; and nobody calls the others fixed.

use std::collections::BTreeSet;

use elb_audit_core::audit::{Options, audit, compare};
use elb_audit_core::check::plan::decides_about_others;
use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::{sample, scenes};
use elb_audit_core::inventory::{Inventory, Kind, LoadBalancer, Region};
use elb_audit_core::policy::focus::Focus;
use elb_audit_core::policy::{AcceptedRisk, Policy};
use elb_audit_core::report::comparison::ChangeKind;
use elb_audit_core::report::{Finding, Report, RiskState};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;

use crate::given::{everything, report};

fn focused(inventory: &Inventory, patterns: &[&str]) -> Report {
    let patterns: Vec<String> = patterns.iter().map(|text| (*text).to_owned()).collect();
    let policy = Policy { intent: sample::intent(), ..Policy::default() };
    let focus = Focus::parse(&patterns).expect("names and ARNs");
    let options = Options { policy, show_passed: true, ..Options::at(inventory.taken_at) };
    audit(inventory, &Focus::checks(ALL), &Options { focus, ..options })
}

fn of<'a>(report: &'a Report, arn: &str) -> Vec<&'a Finding> {
    let own = |one: &&Finding| one.load_balancer.as_ref().is_some_and(|lb| lb.arn == arn);
    report.findings.iter().filter(own).collect()
}

fn arns(inventory: &Inventory) -> BTreeSet<String> {
    let regions = inventory.accounts.iter().flat_map(|account| &account.regions);
    regions.flat_map(Region::load_balancers).map(|lb| lb.arn.clone()).collect()
}

/// What a scan of one load balancer leaves out of the others.
fn without_what_is_their_own(inventory: &mut Inventory, arn: &str) {
    let hidden = |lb: &LoadBalancer, call| !decides_about_others(call, &lb.kind);
    for account in &mut inventory.accounts {
        for region in &mut account.regions {
            let all = region.classic.items.iter_mut().chain(&mut region.v2.items);
            for lb in all.filter(|lb| lb.arn != arn) {
                for call in [
                    Call::ElbDescribeLoadBalancerAttributes,
                    Call::ElbV2DescribeLoadBalancerAttributes,
                ] {
                    let classic = call == Call::ElbDescribeLoadBalancerAttributes;
                    if (lb.kind == Kind::Classic) == classic && hidden(lb, call) {
                        lb.attributes = Fact::not_collected(call);
                    }
                }
                if lb.kind == Kind::Classic {
                    lb.policies = Fact::not_collected(Call::ElbDescribeLoadBalancerPolicies);
                    lb.instances = Fact::not_collected(Call::ElbDescribeInstanceHealth);
                }
                lb.traffic = Fact::not_collected(Call::CloudWatchGetMetricData);
                let call = Call::ElbV2DescribeCapacityReservation;
                lb.reserved_capacity = Fact::not_collected(call);
                if let Fact::Known(listeners) = &mut lb.listeners {
                    for listener in listeners {
                        let call = Call::ElbV2DescribeListenerAttributes;
                        listener.attributes = Fact::not_collected(call);
                    }
                }
            }
            let own = region.load_balancers().find(|lb| lb.arn == arn);
            let listeners = own.and_then(|lb| lb.listeners.get().ok()).into_iter().flatten();
            let presented: BTreeSet<&String> = listeners
                .flat_map(|listener| {
                    let all = listener.certificates.get().into_iter().flatten();
                    all.chain(&listener.default_certificate).collect::<Vec<_>>()
                })
                .collect();
            let presented: BTreeSet<String> = presented.into_iter().cloned().collect();
            region.certificates.retain(|arn, _| presented.contains(arn));
            for bucket in region.log_buckets.values_mut() {
                bucket.newest.retain(|of, _| of == arn);
            }
        }
    }
}

/// An internal Application load balancer behind a Network one that only an attribute of its own opens to the
/// internet.
fn opened_by_an_attribute() -> Inventory {
    sample::front::fronted(|region| {
        let front = sample::front::of(region);
        sample::internal(front);
        front.ip_address_type = Some("dualstack".into());
        sample::set(front, &[("ipv6.deny_all_igw_traffic", "false")]);
        let Fact::Known(tables) = &mut region.route_tables else { panic!("known") };
        let mut route = tables[0].routes[1].clone();
        "::/0".clone_into(&mut route.destination);
        tables[0].routes.push(route);
    })
}

#[test]
fn what_is_not_asked_of_others_changes_no_verdict() {
    let mut several = 0;
    let opened = ("opened by an attribute".to_owned(), opened_by_an_attribute());
    for (name, whole) in everything().into_iter().chain([opened]) {
        let all = arns(&whole);
        if all.len() < 2 {
            continue;
        }
        several += 1;
        let expected = report(&whole);
        for arn in &all {
            let mut thin = whole.clone();
            without_what_is_their_own(&mut thin, arn);
            let found = focused(&thin, &[arn]);
            assert_eq!(of(&found, arn), of(&expected, arn), "{name}: {arn}");
            assert_eq!(found.findings.len(), of(&expected, arn).len(), "{name}: {arn}");
            let shown = expected.load_balancers.iter().find(|lb| lb.arn == *arn);
            assert_eq!(
                found.load_balancers.iter().collect::<Vec<_>>(),
                shown.into_iter().collect::<Vec<_>>()
            );
        }
    }
    assert!(several > 20, "{several} inventories with more than one load balancer");
}

#[test]
fn only_what_is_asked_for_is_judged_and_the_report_says_so() {
    let inventory = scenes::inventory(ALL);
    let whole = report(&inventory);
    let found = focused(&inventory, &["s*", "mail"]);
    let names: BTreeSet<&str> = found.load_balancers.iter().map(|lb| lb.name.as_str()).collect();
    let meant = |name: &&str| name.starts_with('s') || *name == "mail";
    let all: BTreeSet<&str> = whole.load_balancers.iter().map(|lb| lb.name.as_str()).collect();
    assert_eq!(names, all.into_iter().filter(meant).collect());
    assert!(names.len() > 1 && names.len() < whole.load_balancers.len());
    assert_eq!(found.summary.load_balancers, found.load_balancers.len());
    assert!(found.findings.iter().all(|one| one.load_balancer.is_some()));
    assert!(whole.findings.iter().any(|one| one.load_balancer.is_none()));
    assert_eq!(found.basis.load_balancers, Some(vec!["s*".to_owned(), "mail".to_owned()]));
    assert_eq!(whole.basis.load_balancers, None);
    assert!(!found.basis.check_ids.iter().any(|id| id == "target-group-unused"));
    let said: Vec<&str> = found.notes.iter().map(|note| note.text.as_str()).collect();
    assert!(said.contains(&"only some load balancers were looked at: s*, mail"), "{said:?}");
    let slip = focused(&inventory, &["mail", "mial"]);
    let said = "only some load balancers were looked at: mail, mial; not found: mial";
    assert!(slip.notes.iter().any(|note| note.text == said), "{:?}", slip.notes);
}

#[test]
fn nobody_calls_the_others_fixed() {
    let inventory = scenes::inventory(ALL);
    let mut before = report(&inventory);
    let fault = before.findings.iter().find(|one| one.is_fault()).expect("a fault").clone();
    for (check, fingerprint) in [("target-group-unused", "1"), (&*fault.check.clone(), "2")] {
        let (check, fingerprint) = (check.to_owned(), fingerprint.to_owned());
        before.findings.push(Finding { check, fingerprint, load_balancer: None, ..fault.clone() });
    }
    let mut after = focused(&inventory, &["mail"]);
    compare::compare(&before, &mut after);
    let comparison = after.comparison.as_ref().expect("a comparison");
    assert_eq!(comparison.resolved, Vec::new());
    assert_eq!((comparison.new, comparison.lost.len()), (0, 0));
    assert!(comparison.unchanged > 0);
    let why = |past: &elb_audit_core::report::comparison::Past| {
        let change = past.finding.change.clone().expect("a change");
        assert_eq!(change.kind, ChangeKind::NotAssessed);
        change.why.expect("a reason")
    };
    let reasons: BTreeSet<String> = comparison.not_assessed.iter().map(why).collect();
    let reasons: Vec<&str> = reasons.iter().map(String::as_str).collect();
    let expected = [
        "its check did not run",
        "its load balancer was not looked at",
        "only load balancers were looked at",
    ];
    assert_eq!(reasons, expected);
    // The next look at everything knows them all, and what could not be read then is no news.
    let mut again = report(&inventory);
    compare::compare(&after, &mut again);
    let comparison = again.comparison.expect("a comparison");
    assert_eq!((comparison.new, comparison.resolved.len()), (0, 2));
    assert_eq!((comparison.lost.len(), comparison.not_assessed.len()), (0, 0));
}

#[test]
fn one_that_is_gone_is_gone_and_one_that_is_not_found_was_not_there() {
    let mut inventory = scenes::inventory(ALL);
    let before = report(&inventory);
    for region in &mut inventory.accounts[0].regions {
        region.v2.items.retain(|lb| lb.name != "mail");
    }
    let mut after = focused(&inventory, &["mail", "staging"]);
    compare::compare(&before, &mut after);
    let resolved = after.comparison.expect("a comparison").resolved;
    assert!(!resolved.is_empty());
    for past in resolved {
        assert_eq!(past.finding.load_balancer.expect("a load balancer").name, "mail");
        let why = past.finding.change.and_then(|change| change.why);
        assert_eq!(why.as_deref(), Some("the load balancer is gone"));
    }
}

#[test]
fn an_accepted_risk_of_another_is_not_called_unused() {
    let inventory = scenes::inventory(ALL);
    let risk = |resource: &str| AcceptedRisk {
        check: "quota-near".to_owned(),
        resource: resource.to_owned(),
        reason: "r".to_owned(),
        owner: "o".to_owned(),
        expires: None,
        fingerprint: None,
        configuration: None,
    };
    let accepted = vec![risk("mail"), risk("staging"), risk("*")];
    let focus = Focus::parse(&["mail".to_owned()]).expect("a name");
    let policy = Policy { accepted, ..Policy::default() };
    let options = Options { policy, focus, ..Options::at(inventory.taken_at) };
    let report = audit(&inventory, &Focus::checks(ALL), &options);
    let states: Vec<RiskState> = report.accepted_risks.iter().map(|risk| risk.state).collect();
    assert_eq!(states, [RiskState::Unused, RiskState::Unjudged, RiskState::Unjudged]);
}
