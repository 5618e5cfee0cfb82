//! What a scan asks for: no more than it needs, nothing twice, and no faster than told.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use elb_audit_core::call::Call;
use elb_audit_core::check::{Check, Persona};
use elb_audit_core::{checks, docs};
use elb_audit_double::{Account, Double, Entry, LoadBalancer, Region, sample};

use crate::account::account;
use crate::compare::side_by_side;
use crate::program::Run;

fn counts(log: &[Entry]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for entry in log {
        *counts.entry(entry.call()).or_insert(0) += 1;
    }
    counts
}

#[test]
fn nothing_is_asked_twice() {
    for (account, task) in [
        (account(), "scan"),
        (account(), "collect -o -"),
        (sample::fleet(3, 20), "scan"),
        (sample::each(2), "collect -o -"),
    ] {
        let double = Double::start(account);
        Run::on(&double, &format!("{task} --retries 0")).done();
        let mut seen = BTreeSet::new();
        for entry in double.log() {
            let asked = (entry.call(), entry.region, entry.parameters);
            assert!(seen.insert(asked.clone()), "{task} asks twice: {asked:?}");
        }
    }
}

/// How many of each call about load balancers a region takes, by what is in it: AWS's own pages, each of
/// them once.
fn needed(region: &Region) -> BTreeMap<&'static str, usize> {
    let pages = |count: usize| count.div_ceil(400).max(1);
    let all = &region.load_balancers;
    let listeners = |fits: &dyn Fn(&LoadBalancer) -> bool| {
        all.iter().filter(|lb| fits(lb)).flat_map(|lb| &lb.listeners).collect::<Vec<_>>()
    };
    let every = listeners(&|_| true);
    let encrypted = every.iter().filter(|one| one.ssl_policy.is_some()).count();
    let routed = listeners(&|lb| {
        lb.kind == "application" || lb.ip_address_type.as_deref() == Some("dualstack")
    });
    let used: BTreeSet<&str> = every.iter().flat_map(|listener| listener.groups()).collect();
    let presented: BTreeSet<&String> = every.iter().flat_map(|one| &one.certificates).collect();
    let classic = region.classic.len();
    assert!(presented.len() > 1 && !region.web_acls.is_empty());
    BTreeMap::from([
        ("elbv2:DescribeLoadBalancers", pages(all.len())),
        ("elbv2:DescribeListeners", all.len()),
        ("elbv2:DescribeLoadBalancerAttributes", all.len()),
        ("elbv2:DescribeRules", routed.len()),
        ("elbv2:DescribeListenerCertificates", encrypted),
        ("elbv2:DescribeTargetGroups", pages(region.target_groups.len())),
        ("elbv2:DescribeTargetHealth", used.len()),
        ("elbv2:DescribeSSLPolicies", 1),
        ("elb:DescribeLoadBalancers", pages(classic)),
        ("elb:DescribeLoadBalancerAttributes", classic),
        ("elb:DescribeLoadBalancerPolicies", classic),
        ("elb:DescribeInstanceHealth", classic),
        ("acm:SearchCertificates", 1),
        ("wafv2:ListWebACLs", 1),
        ("wafv2:ListResourcesForWebACL", region.web_acls.len()),
        ("ec2:DescribeSecurityGroups", 1),
        ("ec2:DescribeRouteTables", 1),
        ("ec2:DescribeNetworkAcls", 1),
        ("ec2:DescribeVpcBlockPublicAccessOptions", 1),
        ("logs:DescribeDeliverySources", 1),
        ("logs:DescribeDeliveries", 1),
    ])
}

/// What a region takes beside that: no more than a call a list.
fn needed_around(region: &Region) -> BTreeMap<&'static str, usize> {
    let all = &region.load_balancers;
    let listeners: Vec<_> = all.iter().flat_map(|lb| &lb.listeners).collect();
    let used: BTreeSet<&str> = listeners.iter().flat_map(|listener| listener.groups()).collect();
    let protecting = region.web_acls.iter().filter(|acl| !acl.resources.is_empty());
    let lists = [
        "apigateway:GetVpcLinks",
        "apigatewayv2:GetApis",
        "autoscaling:DescribeAutoScalingGroups",
        "cloudwatch:GetMetricData",
        "ec2:DescribeFlowLogs",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeStaleSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcEncryptionControls",
        "ec2:DescribeVpcEndpointServiceConfigurations",
        "ec2:DescribeVpcEndpoints",
        "ec2:DescribeVpcs",
        "elbv2:DescribeAccountLimits",
        "waf-regional:ListWebACLs",
    ];
    let mut needed: BTreeMap<&'static str, usize> =
        lists.into_iter().map(|call| (call, 1)).collect();
    needed.extend([
        ("elb:DescribeTags", region.classic.len().div_ceil(20)),
        ("elbv2:DescribeCapacityReservation", all.len()),
        ("elbv2:DescribeListenerAttributes", listeners.len()),
        ("elbv2:DescribeTags", all.len().div_ceil(20)),
        ("elbv2:DescribeTargetGroupAttributes", used.len()),
        ("wafv2:GetWebACL", protecting.count()),
        // One for each of three scopes.
        ("wafv2:ListLoggingConfigurations", 3),
    ]);
    needed
}

/// Calls that an account takes once.
const ONCE: [&str; 7] = [
    "sts:GetCallerIdentity",
    "ec2:DescribeRegions",
    "cloudfront:ListDistributions",
    "cloudfront:ListVpcOrigins",
    "globalaccelerator:ListAccelerators",
    "route53:ListHostedZones",
    "shield:DescribeSubscription",
];

/// How many of each of these calls an account takes.
fn least(account: &Account, calls: &[Call]) -> BTreeMap<String, usize> {
    let regions = account.regions.values();
    let all = regions.flat_map(|region| needed(region).into_iter().chain(needed_around(region)));
    let mut sums = BTreeMap::new();
    for (call, count) in all.chain(ONCE.map(|call| (call, 1))) {
        if calls.iter().any(|wanted| wanted.name() == call) {
            *sums.entry(call.to_owned()).or_default() += count;
        }
    }
    sums
}

#[test]
fn a_fleet_takes_the_least_calls() {
    let fleet = sample::fleet(17, 10);
    let double = Double::start(fleet.clone());
    double.page_size(None);
    let report = Run::on(&double, "scan --format json").report();
    let regular = checks::ALL.iter().filter(|check| check.persona == Persona::Regular);
    let regular: Vec<&Check> = regular.copied().collect();
    let log = double.log();
    assert_eq!(counts(&log), least(&fleet, &docs::calls(&regular)));
    assert_eq!(report.summary.cost.api_calls, log.len() as u64);
    assert_eq!((report.gaps, report.summary.unknown), (Vec::new(), 0));
    double.clear_log();
    Run::on(&double, "collect -o -").done().exits(0);
    assert_eq!(counts(&double.log()), least(&fleet, &Call::all().collect::<Vec<_>>()));
}

fn names(calls: &[Call]) -> BTreeSet<String> {
    calls.iter().map(|call| call.name().to_owned()).collect()
}

#[test]
fn one_check_takes_no_more_than_it_needs() {
    let base = names(Check::BASE);
    side_by_side(checks::ALL, |check| {
        let double = Double::start(account());
        Run::on(&double, &format!("scan --retries 0 --check {}", check.id)).done();
        let made: BTreeSet<String> = counts(&double.log()).into_keys().collect();
        let may = names(&docs::calls(&[check]));
        assert!(made.is_subset(&may), "{}: {:?}", check.id, made.difference(&may));
        assert!(made.is_superset(&base), "{}: {:?}", check.id, base.difference(&made));
    });
}

/// The actions that `permissions` allows.
fn allowed(arguments: &str) -> BTreeSet<String> {
    let policy = Run::bare(arguments).done().exits(0).json();
    let statements = policy["Statement"].as_array().unwrap();
    let actions = statements.iter().flat_map(|one| one["Action"].as_array().unwrap());
    actions.map(|action| action.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_policy_allows_what_is_asked_and_nothing_without_a_reason() {
    let double = Double::start(account());
    Run::on(&double, "scan --persona auditor --retries 0").done();
    let asked: BTreeSet<String> = double.log().into_iter().map(|entry| entry.action).collect();
    let policy = allowed("permissions --persona auditor");
    assert!(asked.is_subset(&policy), "{:?}", asked.difference(&policy));
    let checked_too: BTreeSet<String> = docs::calls(checks::ALL)
        .into_iter()
        .flat_map(Call::permission_only)
        .map(|action| (*action).to_owned())
        .collect();
    let beyond: BTreeSet<String> = policy.difference(&asked).cloned().collect();
    assert_eq!(beyond, checked_too.difference(&asked).cloned().collect());
    let one = allowed("permissions --check deletion-protection-off");
    assert!(one.is_subset(&policy) && one.len() < policy.len());
    assert!(!one.iter().any(|action| action.starts_with("wafv2:")), "{one:?}");
}

#[test]
fn one_call_at_a_time() {
    let double = Double::start(sample::fleet(2, 3));
    let latency = Duration::from_millis(10);
    double.latency(latency);
    Run::on(&double, "scan --no-parallel --retries 0").done();
    let log = double.log();
    assert!(log.len() > 20);
    for pair in log.windows(2) {
        let apart = pair[1].started.abs_diff(pair[0].started);
        assert!(apart >= latency, "{} and {}: {apart:?}", pair[0].call(), pair[1].call());
    }
    double.clear_log();
    Run::on(&double, "scan --persona auditor --retries 0").done();
    let log = double.log();
    assert!(log.windows(2).any(|pair| pair[1].started.abs_diff(pair[0].started) < latency));
}

#[test]
fn one_region_at_a_time() {
    let double = Double::start(sample::fleet(3, 3));
    Run::on(&double, "scan --max-workers 1 --retries 0").done();
    let mut order: Vec<String> = double
        .log()
        .into_iter()
        .filter(|entry| !ONCE.contains(&entry.call().as_str()))
        .map(|entry| entry.region)
        .collect();
    order.dedup();
    assert_eq!(order.len(), 3, "{order:?}");
}
