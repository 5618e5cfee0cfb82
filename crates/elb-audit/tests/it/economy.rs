//! What a scan asks for: no more than it needs, nothing twice, and no faster than told.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use elb_audit_core::check::{Check, Judge, plan};
use elb_audit_core::checks;
use elb_audit_core::docs::{self, Measured};
use elb_audit_core::report::{Finding, Outcome, Report};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::evidence::Evidence;
use elb_audit_core::vocab::severity::Persona;
use elb_audit_fake_aws::model::{arn::Place, network};
use elb_audit_fake_aws::{
    Account, ClassicListener, ClassicLoadBalancer, Entry, FakeAws, Listener, LoadBalancer,
    NetworkInterface, Permission, PrefixList, Region, SecurityGroup, TargetGroup, sample,
};

use crate::account::{NUMBER, account};
use crate::compare::side_by_side;
use crate::program::Run;

fn counts(log: &[Entry]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for entry in log {
        *counts.entry(entry.call()).or_insert(0) += 1;
    }
    counts
}

/// The first question that was asked before, if there is one.
fn asked_twice(log: &[Entry]) -> Option<&Entry> {
    let mut seen = BTreeSet::new();
    log.iter().find(|entry| !seen.insert((entry.call(), &entry.region, &entry.parameters)))
}

#[test]
fn nothing_is_asked_twice() {
    for (account, task) in [
        (account(), "scan"),
        (account(), "scan --persona auditor"),
        (account(), "collect -o -"),
        (sample::fleet(3, 20), "scan --persona auditor"),
        (sample::each(2), "collect -o -"),
    ] {
        let fake = FakeAws::start(account);
        Run::on(&fake, &format!("{task} --retries 0")).done();
        let log = fake.log();
        assert!(asked_twice(&log).is_none(), "{task} asks twice: {:?}", asked_twice(&log));
    }
}

/// Whom a scan is for; nobody: everything is saved.
type Checks<'a> = Option<&'a [&'a Check]>;

/// Whether one of these checks wants the answer of this call for load balancers of this kind.
fn wants(checks: Checks, call: Call, kind: &str) -> bool {
    let wants = |check: &&Check| {
        let of_kind = check.applies_to.iter().any(|applies| applies.to_string() == kind);
        of_kind && check.needs.contains(&call)
    };
    checks.is_none_or(|checks| checks.iter().any(wants))
}

/// How many pages or batches of this size a list takes, none if it is empty.
fn batches<T: Ord>(list: impl IntoIterator<Item = T>, size: usize) -> usize {
    list.into_iter().collect::<BTreeSet<T>>().len().div_ceil(size)
}

/// How many of each call about load balancers a region takes, by what is in it: AWS's own pages, each of
/// them once.
fn needed(region: &Region, checks: Checks) -> BTreeMap<&'static str, usize> {
    let pages = |count: usize| count.div_ceil(400).max(1);
    let (all, classic) = (&region.load_balancers, &region.classic);
    let listeners = |fits: &dyn Fn(&LoadBalancer) -> bool| {
        all.iter().filter(|lb| fits(lb)).flat_map(|lb| &lb.listeners).collect::<Vec<_>>()
    };
    let every = listeners(&|_| true);
    let encrypted = every.iter().filter(|one| one.ssl_policy.is_some()).count();
    let routed = listeners(&|lb| {
        lb.kind == "application" || lb.ip_address_type.as_deref() == Some("dualstack")
    });
    let attributed =
        listeners(&|lb| wants(checks, Call::ElbV2DescribeListenerAttributes, &lb.kind));
    let reserving = all.iter().filter(|lb| {
        let call = Call::ElbV2DescribeCapacityReservation;
        wants(checks, call, &lb.kind)
    });
    let used: BTreeSet<&str> = every.iter().flat_map(|listener| listener.groups()).collect();
    let policies = every.iter().any(|one| one.ssl_policy.is_some());
    let classic_encrypted = classic.iter().filter(|lb| {
        lb.listeners.iter().any(|one| matches!(one.protocol.as_str(), "HTTPS" | "SSL"))
    });
    BTreeMap::from([
        ("elbv2:DescribeLoadBalancers", pages(all.len())),
        ("elbv2:DescribeListeners", all.len()),
        ("elbv2:DescribeLoadBalancerAttributes", all.len()),
        ("elbv2:DescribeRules", routed.len()),
        ("elbv2:DescribeListenerCertificates", encrypted),
        ("elbv2:DescribeListenerAttributes", attributed.len()),
        ("elbv2:DescribeCapacityReservation", reserving.count()),
        ("elbv2:DescribeTargetGroups", pages(region.target_groups.len())),
        ("elbv2:DescribeTargetHealth", used.len()),
        ("elbv2:DescribeTargetGroupAttributes", used.len()),
        ("elbv2:DescribeTags", all.len().div_ceil(20)),
        ("elbv2:DescribeSSLPolicies", usize::from(policies)),
        ("elb:DescribeLoadBalancers", pages(classic.len())),
        ("elb:DescribeLoadBalancerAttributes", classic.len()),
        ("elb:DescribeLoadBalancerPolicies", classic_encrypted.count()),
        ("elb:DescribeInstanceHealth", classic.len()),
        ("elb:DescribeTags", classic.len().div_ceil(20)),
    ])
}

/// What a region takes beside that: no more than a call a page of a list, or a batch of ids.
fn needed_around(region: &Region) -> BTreeMap<&'static str, usize> {
    let (all, classic) = (&region.load_balancers, &region.classic);
    let every = || all.iter().flat_map(|lb| &lb.listeners);
    let of_classic = classic.iter().flat_map(|lb| &lb.listeners);
    let presented: BTreeSet<&String> = every()
        .flat_map(|one| &one.certificates)
        .chain(of_classic.flat_map(|one| &one.certificate))
        .collect();
    let groups = all.iter().flat_map(|lb| &lb.security_groups);
    let groups = groups.chain(classic.iter().flat_map(|lb| &lb.security_groups));
    let subnets = all.iter().flat_map(|lb| &lb.subnets);
    let subnets = subnets.chain(classic.iter().flat_map(|lb| &lb.subnets));
    let vpcs = all.iter().flat_map(|lb| &lb.vpc).chain(classic.iter().flat_map(|lb| &lb.vpc));
    let vpcs: BTreeSet<&String> = vpcs.collect();
    let targets = region.target_groups.iter().flat_map(|group| &group.targets);
    let instances = classic.iter().flat_map(|lb| &lb.instances).map(|one| &one.id);
    let instances = targets.map(|target| &target.id).chain(instances);
    let acls = region.web_acls.len();
    let public = all
        .iter()
        .filter(|lb| lb.kind == "application" && lb.scheme.as_deref() == Some("internet-facing"));
    let logs = region.web_acls.iter().flat_map(|acl| &acl.logging);
    let scopes: BTreeSet<&str> = logs.map(|one| one.log_scope.as_str()).collect();
    let protecting = region.web_acls.iter().filter(|acl| !acl.resources.is_empty()).count();
    let lists = [
        "apigateway:GetVpcLinks",
        "apigatewayv2:GetApis",
        "ec2:DescribeFlowLogs",
        "ec2:DescribeVpcBlockPublicAccessOptions",
        "ec2:DescribeVpcEncryptionControls",
        "ec2:DescribeVpcEndpointServiceConfigurations",
        "elbv2:DescribeAccountLimits",
        "logs:DescribeDeliverySources",
        "waf-regional:ListWebACLs",
    ];
    let mut needed: BTreeMap<&'static str, usize> =
        lists.into_iter().map(|call| (call, 1)).collect();
    // Several certificates come in bulk, and asking the fewer web ACLs tells of all load balancers.
    assert!(presented.len() > 1 && acls + 1 < public.count() && acls < 100);
    let gateways = all.iter().any(|lb| lb.kind == "gateway");
    needed.extend([
        ("acm:SearchCertificates", presented.len().div_ceil(500)),
        ("autoscaling:DescribeAutoScalingGroups", region.auto_scaling_groups.len().div_ceil(100)),
        ("cloudwatch:GetMetricData", (all.len() + classic.len()).div_ceil(500)),
        ("ec2:DescribeNetworkAcls", vpcs.len().div_ceil(200)),
        ("ec2:DescribeNetworkInterfaces", batches(instances, 200)),
        ("ec2:DescribeRouteTables", vpcs.len().div_ceil(200)),
        ("ec2:DescribeSecurityGroups", batches(groups, 200)),
        ("ec2:DescribeStaleSecurityGroups", vpcs.len()),
        ("ec2:DescribeSubnets", batches(subnets, 200)),
        ("ec2:DescribeVpcEndpoints", usize::from(gateways)),
        ("ec2:DescribeVpcs", vpcs.len().div_ceil(200)),
        ("logs:DescribeDeliveries", region.delivery_sources.len().min(1)),
        ("wafv2:GetWebACL", protecting),
        // One for each of three scopes, and one for the empty page behind each that has any.
        ("wafv2:ListLoggingConfigurations", (3 + scopes.len()) * protecting.min(1)),
        ("wafv2:ListResourcesForWebACL", acls),
        ("wafv2:ListWebACLs", 1 + acls.min(1)),
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

/// How many of each call an account takes for these checks.
fn least(account: &Account, checks: Checks) -> BTreeMap<String, usize> {
    let calls = checks.map_or_else(|| Call::all().collect(), plan::calls);
    let regions = account.regions.values();
    let all =
        regions.flat_map(|region| needed(region, checks).into_iter().chain(needed_around(region)));
    let mut sums = BTreeMap::new();
    // Nothing in the account explains the names of origins, so that records are of interest themselves or not
    // at all.
    let is_record = |check: &&Check| matches!(check.judge, Judge::DnsRecord(_));
    let records = checks.is_none_or(|checks| checks.iter().any(is_record));
    let once = ONCE.into_iter().filter(|call| records || *call != "route53:ListHostedZones");
    // No load balancer has its rules for PrivateLink off, so that only who asks about fronts wants VPC links.
    let fronts = calls.iter().any(|wanted| wanted.name() == "apigatewayv2:GetApis");
    let all = all.filter(|(call, _)| fronts || *call != "apigateway:GetVpcLinks");
    for (call, count) in all.chain(once.map(|call| (call, 1))).filter(|(_, count)| *count > 0) {
        if calls.iter().any(|wanted| wanted.name() == call) {
            *sums.entry(call.to_owned()).or_default() += count;
        }
    }
    sums
}

#[test]
fn a_fleet_takes_the_least_calls() {
    let fleet = sample::fleet(17, 10);
    let fake = FakeAws::start(fleet.clone());
    fake.page_size(None);
    let scan = |persona: Persona| {
        fake.clear_log();
        let report = scan_for(persona, &fake);
        let checks = checks::ALL.iter().filter(|check| check.persona <= persona);
        let checks: Vec<&Check> = checks.copied().collect();
        let log = fake.log();
        assert_eq!(counts(&log), least(&fleet, Some(&checks)), "{persona:?}");
        assert!(asked_twice(&log).is_none(), "{persona:?} asks twice: {:?}", asked_twice(&log));
        assert_eq!(report.summary.cost.api_calls, log.len() as u64);
        assert_eq!((report.gaps, report.summary.unknown), (Vec::new(), 0), "{persona:?}");
        let known = |(name, count)| (Call::try_from(name).unwrap(), count);
        counts(&log).into_iter().map(known).collect()
    };
    let measured = Measured {
        account: "an account with 170 load balancers, 10 in each of 17 regions: five Application, three \
                  Network, one Gateway and one Classic, with HTTPS listeners, certificates for SNI, \
                  target groups of two instances, Auto Scaling groups and a web ACL",
        load_balancers: 170,
        regular: scan(Persona::Regular),
        auditor: scan(Persona::Auditor),
    };
    fake.clear_log();
    Run::on(&fake, "collect -o -").done().exits(0);
    assert_eq!(counts(&fake.log()), least(&fleet, None));
    the_page_tells(&measured);
}

/// A scan for this persona, the default one without saying so.
fn scan_for(persona: Persona, fake: &FakeAws) -> Report {
    let options = match persona {
        Persona::Regular => String::new(),
        other => format!("--persona {}", other.word()),
    };
    Run::on(fake, &format!("scan --format json {options}")).report()
}

/// What was counted, as the page on calls has it. `UPDATE_GOLDEN` writes it there.
fn the_page_tells(measured: &Measured) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/calls.md");
    let page = fs::read_to_string(&file).unwrap();
    let current = docs::with_block(&page, "measured", &docs::measured_calls(measured));
    let current = current.expect("the page has the block");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&file, current).unwrap();
    } else {
        assert_eq!(page, current, "to renew it: UPDATE_GOLDEN=1 cargo test --workspace");
    }
}

fn names(calls: &[Call]) -> BTreeSet<String> {
    calls.iter().map(|call| call.name().to_owned()).collect()
}

/// The account, with a region where nothing faces the internet.
fn with_insides() -> Account {
    let place = Place::new(NUMBER, "us-west-2");
    let shut = SecurityGroup::new("sg-shut").allow(Permission::tcp(80, 80, &["10.0.0.0/8"]));
    let own = SecurityGroup::new("sg-own").allow(Permission::tcp(80, 80, &["pl-3", "sg-shut"]));
    let app = |name: &str| {
        LoadBalancer::application(name).listener(Listener::http(80).forward("machines"))
    };
    let inside = Region::with_network()
        .with(app("app").security_groups(&["sg-shut"]))
        .with(app("open"))
        .with(app("odd").subnets(&network::PUBLIC_SUBNETS))
        .with(LoadBalancer::network("front").listener(Listener::tcp(80).forward("app")))
        .with(LoadBalancer::network("net").listener(Listener::udp(53).forward("pods")))
        .with(LoadBalancer::gateway("gwy").listener(Listener::gateway().forward("boxes")))
        .with(
            ClassicLoadBalancer::new("old")
                .listener(ClassicListener::tcp(80))
                .instance("i-2", "InService"),
        )
        .with(TargetGroup::http("machines", 80).healthy("i-1"))
        .with(TargetGroup::alb("app", 80).healthy(&place.load_balancer("application", "app")))
        .with(TargetGroup::of("pods", "UDP", 53).by_ip().healthy("10.0.16.40"))
        .with(TargetGroup::geneve("boxes").healthy("i-3"))
        .with(shut.egress(&[]))
        .with(own)
        .with(PrefixList::new("pl-3", &["10.0.0.0/8"]))
        .with(NetworkInterface::new("eni-1", "10.0.16.31").instance("i-1").groups(&["sg-own"]))
        .with(NetworkInterface::new("eni-2", "10.0.16.32").instance("i-2"))
        .with(NetworkInterface::new("eni-3", "10.0.16.33").instance("i-3"))
        .with(NetworkInterface::new("eni-4", "10.0.16.40").groups(&["sg-own"]));
    account().region("us-west-2", inside)
}

#[test]
fn one_check_takes_no_more_than_it_needs_and_finds_the_same() {
    // These two tell what a firewall does, and there is none.
    let of_firewalls = [Call::Ec2DescribeSubnets, Call::Ec2DescribeVpcs];
    let base = Check::BASE.iter().copied().filter(|call| !of_firewalls.contains(call));
    let base = names(&base.collect::<Vec<_>>());
    let account = with_insides();
    let scan = "scan --retries 0 --format json --show-passed";
    let found = |fake: &FakeAws, options: &str| {
        let mut found = Run::on(fake, &format!("{scan} {options}")).report().findings;
        // A certificate of IAM goes by its own names only if they are read, and other checks may have read
        // more of what a remedy names. Of the evidence, the hash holds what does not pass with time.
        for finding in &mut found {
            finding.subject.label.clear();
            finding.evidence = Evidence::new();
            finding.bindings.clear();
            finding.cause.iter_mut().for_each(|cause| cause.label.clear());
        }
        found
    };
    let whole = found(&FakeAws::start(account.clone()), "--persona auditor");
    let unknown = whole.iter().filter(|finding| finding.outcome == Outcome::Unknown);
    assert_eq!(unknown.count(), 0);
    let others = Mutex::new(Vec::new());
    side_by_side(checks::ALL, |check| {
        let fake = FakeAws::start(account.clone());
        let found = found(&fake, &format!("--check {}", check.id));
        let among: Vec<&Finding> =
            whole.iter().filter(|finding| finding.check == check.id).collect();
        assert!(found.len() >= among.len(), "{}: {found:?}", check.id);
        let other = found.into_iter().filter(|one| !among.contains(&one));
        others.lock().unwrap().extend(other);
        let made: BTreeSet<String> = counts(&fake.log()).into_keys().collect();
        let may = names(&plan::calls(&[check]));
        assert!(made.is_subset(&may), "{}: {:?}", check.id, made.difference(&may));
        assert!(made.is_superset(&base), "{}: {:?}", check.id, base.difference(&made));
    });
    assert_eq!(others.into_inner().unwrap(), Vec::new(), "alone they find something else");
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
    let fake = FakeAws::start(account());
    Run::on(&fake, "scan --persona auditor --retries 0").done();
    let asked: BTreeSet<String> = fake.log().into_iter().map(|entry| entry.action).collect();
    let policy = allowed("permissions --persona auditor");
    assert!(asked.is_subset(&policy), "{:?}", asked.difference(&policy));
    let checked_too: BTreeSet<String> = plan::calls(checks::ALL)
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
    let fake = FakeAws::start(sample::fleet(2, 3));
    let latency = Duration::from_millis(10);
    fake.latency(latency);
    Run::on(&fake, "scan --no-parallel --retries 0").done();
    let log = fake.log();
    assert!(log.len() > 20);
    for pair in log.windows(2) {
        let apart = pair[1].started.abs_diff(pair[0].started);
        assert!(apart >= latency, "{} and {}: {apart:?}", pair[0].call(), pair[1].call());
    }
    fake.clear_log();
    Run::on(&fake, "scan --persona auditor --retries 0").done();
    let log = fake.log();
    assert!(log.windows(2).any(|pair| pair[1].started.abs_diff(pair[0].started) < latency));
}

#[test]
fn one_region_at_a_time() {
    let fake = FakeAws::start(sample::fleet(3, 3));
    Run::on(&fake, "scan --max-workers 1 --retries 0").done();
    let mut order: Vec<String> = fake
        .log()
        .into_iter()
        .filter(|entry| !ONCE.contains(&entry.call().as_str()))
        .map(|entry| entry.region)
        .collect();
    order.dedup();
    assert_eq!(order.len(), 3, "{order:?}");
}
