//! Whether a request that reaches a target group can be served, asked once: what each check that turns on
//! it says of each state of the targets.

use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::sample;
use elb_audit_core::inventory::{Inventory, Kind, Target};
use elb_audit_core::report::Outcome;
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;

use crate::given::report_of;

/// The checks, in the order of the tables.
const ASKED: [&str; 5] = [
    "rule-unserved",
    "targets-all-unhealthy",
    "no-targets",
    "targets-too-few",
    "target-zone-not-enabled",
];

/// A state, and the reason behind a colon.
fn targets(states: &[&str]) -> Fact<Vec<Target>> {
    let target = |(number, state): (usize, &&str)| {
        let (state, reason) = state
            .split_once(':')
            .map_or((*state, None), |(state, reason)| (state, Some(reason.to_owned())));
        Target { reason, ..sample::target(&format!("i-{number}"), state) }
    };
    Fact::Known(states.iter().enumerate().map(target).collect())
}

/// `F` fail, `N` note, `P` pass, `?` unknown, `-` no verdict: a letter for each of [`ASKED`].
fn verdicts(inventory: &Inventory) -> String {
    let of = |id: &&str| {
        let checks: Vec<_> = ALL.iter().copied().filter(|check| check.id == *id).collect();
        match report_of(inventory, &checks).findings.first().map(|finding| finding.outcome) {
            Some(Outcome::Fail) => 'F',
            Some(Outcome::Note) => 'N',
            Some(Outcome::Pass) => 'P',
            Some(Outcome::Unknown) => '?',
            None => '-',
        }
    };
    ASKED.iter().map(of).collect()
}

fn of(kind: &Kind, states: &[&str]) -> String {
    verdicts(&sample::with_region(kind, |region| {
        if *kind == Kind::Classic {
            sample::only(region).instances = targets(states);
        } else {
            // One listener is enough: each would say the same.
            sample::listeners(sample::only(region)).truncate(1);
            sample::regroup(region, "web", |group| group.targets = targets(states));
        }
    }))
}

const STOPPED: &str = "unused:Target.InvalidState";
const BESIDE: &str = "unused:Target.NotInUse";

#[test]
fn each_state_of_a_group_has_one_answer() {
    // served · fail-open · unserved · unknown
    for (states, application, gateway) in [
        (&["healthy", "healthy"][..], "PPPPP", "PPP-P"),
        (&["healthy"], "PPPFP", "PPP-P"),
        (&["healthy", "unhealthy"], "PPPFP", "PPP-P"),
        (&["initial", "initial"], "P-PP-", "P-P--"),
        (&["unavailable:Target.HealthCheckDisabled"], "P-PF-", "P-P--"),
        (&["healthy", STOPPED], "PPPFP", "PPP-P"),
        (&["healthy", BESIDE], "PPPFN", "PPP-N"),
        (&["healthy", "draining"], "PPPFP", "PPP-P"),
        (&["unhealthy", "unhealthy"], "PFP--", "-FP--"),
        (&["unhealthy", STOPPED], "PFP--", "-FP--"),
        (&["unhealthy.draining", BESIDE], "PFP--", "-FP--"),
        (&[STOPPED, STOPPED], "F-P--", "F-P--"),
        (&[BESIDE, BESIDE], "F-P--", "F-P--"),
        (&["unused:Target.IpUnusable", "draining"], "F-P--", "F-P--"),
        (&["unused"], "F-P--", "F-P--"),
        (&["draining"], "--F--", "--F--"),
        (&[], "--F--", "--F--"),
        (&["puzzled", STOPPED], "??P??", "??P-?"),
        (&["puzzled", "unhealthy"], "??P??", "??P-?"),
        (&["unavailable:Elb.InternalError", STOPPED], "??P??", "??P-?"),
        (&["puzzled", "healthy"], "PPP??", "PPP-?"),
        (&["puzzled", "healthy", BESIDE], "PPP?N", "PPP-N"),
    ] {
        for kind in [Kind::Application, Kind::Network] {
            assert_eq!(of(&kind, states), application, "{kind}: {states:?}");
        }
        assert_eq!(of(&Kind::Gateway, states), gateway, "gateway: {states:?}");
    }
}

#[test]
fn each_state_of_classic_instances_has_one_answer() {
    for (states, expected) in [
        (&["InService", "InService"][..], "-PPP-"),
        (&["InService", "OutOfService:Instance"], "-PPF-"),
        (&["OutOfService:Instance"], "-FP--"),
        (&["OutOfService:ELB"], "--P--"),
        (&[], "--F--"),
        (&["Unknown:ELB"], "-?P?-"),
    ] {
        assert_eq!(of(&Kind::Classic, states), expected, "{states:?}");
    }
}

#[test]
fn what_aws_does_not_know_itself_is_to_be_asked_again() {
    let classic = sample::with(&Kind::Classic, |lb| lb.instances = targets(&["Unknown"]));
    let group = sample::with_region(&Kind::Application, |region| {
        sample::regroup(region, "web", |group| {
            group.targets = targets(&["unavailable:Elb.InternalError"]);
        });
    });
    let odd = sample::with_region(&Kind::Application, |region| {
        sample::regroup(region, "web", |group| group.targets = targets(&["puzzled"]));
    });
    let check = ALL.iter().find(|check| check.id == "target-unhealthy").expect("a check");
    for (inventory, begins) in
        [(classic, "scan again"), (group, "scan again"), (odd, "update elb-audit")]
    {
        let found = report_of(&inventory, &[check]).findings;
        assert_eq!(found[0].outcome, Outcome::Unknown);
        assert!(found[0].fix.starts_with(begins), "{}", found[0].fix);
    }
}

/// Groups behind the default action and rules of one listener, with weights.
fn routed(groups: &[(&str, &[&str])], actions: &[&[(&str, Option<i32>)]]) -> Inventory {
    sample::with_region(&Kind::Application, |region| {
        let names: Vec<&str> = groups.iter().map(|(name, _)| *name).collect();
        sample::add_groups(region, &Kind::Application, &names);
        for (name, states) in groups {
            sample::regroup(region, name, |group| group.targets = targets(states));
        }
        let forward = |weights: &&[(&str, Option<i32>)]| sample::forward_weighted(weights);
        let rules = actions[1..].iter().zip(1..).map(|(weights, number)| {
            let path = sample::path(&[&format!("/{number}/*")]);
            sample::rule(Some(number), vec![path], vec![forward(weights)])
        });
        *sample::listeners(sample::only(region)) =
            vec![sample::ruled(sample::https(vec![forward(&actions[0])]), rules.collect())];
    })
}

#[test]
fn a_function_without_health_checks_serves_whatever_is_said_of_its_health() {
    for (state, expected) in [
        ("unavailable", 'P'),
        ("unavailable:Elb.InternalError", 'P'),
        ("unhealthy", 'P'),
        ("puzzled", 'P'),
        ("draining", '-'),
    ] {
        let said = verdicts(&sample::with_region(&Kind::Application, |region| {
            sample::listeners(sample::only(region)).truncate(1);
            sample::function(region, "web");
            sample::regroup(region, "web", |group| group.targets = targets(&[state]));
        }));
        assert_eq!(said.chars().next(), Some(expected), "{state}");
    }
}

/// What the checks on rules say: unserved, default group missing, a dead share, nothing registered.
fn of_rules(inventory: &Inventory) -> String {
    let ids = ["rule-unserved", "default-group-missing", "target-group-weight-dead", "no-targets"];
    let of = |id: &&str| {
        let checks: Vec<_> = ALL.iter().copied().filter(|check| check.id == *id).collect();
        let found = report_of(inventory, &checks).findings;
        found.first().map_or('-', |one| match one.outcome {
            Outcome::Fail => 'F',
            Outcome::Note => 'N',
            Outcome::Pass => 'P',
            Outcome::Unknown => '?',
        })
    };
    ids.iter().map(of).collect()
}

#[test]
fn one_check_speaks_of_each_outage() {
    let (up, down, empty, off) = (
        ("up", &["healthy"][..]),
        ("down", &["unhealthy"][..]),
        ("empty", &[][..]),
        ("off", &[STOPPED][..]),
    );
    let all = [up, down, empty, off];
    let one = |name| [(name, Some(1))];
    let two = |first, weight, second, other| [(first, Some(weight)), (second, Some(other))];
    for (actions, expected) in [
        (vec![&one("up")[..]], "PP-P"),
        (vec![&one("empty")], "---F"),
        (vec![&one("off")], "F--P"),
        (vec![&one("down")], "PP-P"),
        (vec![&one("up"), &one("empty")], "FP-P"),
        (vec![&one("up"), &one("off")], "FP-P"),
        (vec![&one("empty"), &one("up")], "PF-P"),
        (vec![&one("off"), &one("up")], "F--P"),
        (vec![&one("empty"), &one("off")], "FF-P"),
        (vec![&two("up", 100, "empty", 0)], "PPPP"),
        (vec![&two("empty", 100, "up", 0)], "F--P"),
        (vec![&two("empty", 100, "up", 0), &one("up")], "F--P"),
        (vec![&two("empty", 100, "off", 0)], "F--P"),
        (vec![&two("up", 9, "off", 1)], "PPFP"),
        (vec![&two("up", 9, "down", 1)], "PPFP"),
        (vec![&two("off", 9, "empty", 1)], "F--P"),
        (vec![&two("off", 9, "down", 1)], "PP-P"),
        (vec![&two("up", 0, "empty", 0)], "F--P"),
        (vec![&[("up", Some(0))]], "---P"),
    ] {
        assert_eq!(of_rules(&routed(&all, &actions)), expected, "{actions:?}");
    }
}

#[test]
fn an_outage_names_the_group_that_could_serve_and_never_says_delete() {
    let inventory = routed(
        &[("blue", &[]), ("green", &["healthy"])],
        &[&[("blue", Some(100)), ("green", Some(0))]],
    );
    let check = ALL.iter().find(|check| check.id == "rule-unserved").expect("a check");
    let found = report_of(&inventory, &[check]).findings;
    let evidence = serde_json::to_value(&found[0].evidence).expect("evidence is JSON");
    assert_eq!(evidence["weights"], serde_json::json!(["blue: 100", "green: 0"]));
    assert_eq!(evidence["could_serve"], serde_json::json!(["green"]));
    let ways = check.ways();
    let advice = [check.fix, &ways.console, &ways.cli, &ways.terraform];
    for text in advice {
        assert!(!text.to_lowercase().contains("delete"), "{text}");
    }
}

#[test]
fn unread_health_of_the_only_group_hides_the_outage() {
    let mut inventory = routed(&[("off", &[STOPPED])], &[&[("off", Some(1))]]);
    sample::regroup(&mut inventory.accounts[0].regions[0], "off", |group| {
        group.targets = Fact::Unread(sample::denied(Call::ElbV2DescribeTargetHealth));
    });
    assert_eq!(of_rules(&inventory), "??-?");
}
