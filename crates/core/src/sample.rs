//! Load balancers with nothing wrong, one of each kind, and the strokes that change them: what the
//! examples of the checks are made of.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::call::Call;
use crate::check::intent::Intent;
use crate::fact::{Fact, Gap, Listing, Reason};
use crate::inventory::{
    Account, BlockPublicAccess, Cost, EncryptionControl, FlowLog, Inventory, Kind, Listener,
    LoadBalancer, NetworkInterface, Region, SCHEMA, Shield, Subnet, Vpc,
};

mod certificates;
mod classic;
mod fronts;
mod headers;
mod logs;
mod network;
mod policies;
mod rules;
mod targets;
mod waf;

pub use certificates::{
    certificate, certified, mutual, mutually, trust_store, verifying, with_iam,
};
pub use classic::{
    classic_listener, classic_offering, instance_authentication, strong_classic_policy,
};
pub use fronts::{DNS_NAME, behind_cloudfront, named};
pub use headers::https_with;
pub use logs::{log_bucket, logging_to, vended, with_bucket};
pub use network::{
    admit_few, dual_stack, endpoint_service, everything_out, guard, inside, interface, internal,
    open_acl, open_group, public_routes, target_group_door,
};
pub use policies::{offering, ssl_policy, strong_policy};
pub use rules::{
    condition, fixed_response, forward, forward_weighted, host, https, listener, listening, path,
    redirect, redirect_to_https, rule, ruled,
};
pub use targets::{
    FUNCTION, add_groups, addressed, function, group, in_states, regroup, scaling, scaling_group,
    set_group, speaking, target,
};
pub use waf::{
    count, managed_rule, rule_group_arn, waf_rule, waf_statement, web_acl, with_acl,
    with_rule_group,
};

use rules::clean_listeners;

pub mod front;

pub mod login;

/// The account of all samples: one that AWS's documentation uses.
pub const ACCOUNT: &str = "111122223333";
/// The region of all samples.
pub const REGION: &str = "eu-west-1";
/// ACM certificate of the clean listeners.
pub const CERTIFICATE: &str = "arn:aws:acm:eu-west-1:111122223333:certificate/web";
/// Web ACL of the clean Application load balancer.
pub const WEB_ACL: &str =
    "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/web/473e64fd-f30b-4765-81a0-62ad96dd167a";
/// Bucket that the clean load balancers log to.
pub const LOG_BUCKET: &str = "example-logs";
/// Trust store of the clean region.
pub const TRUST_STORE: &str =
    "arn:aws:elasticloadbalancing:eu-west-1:111122223333:truststore/clients/1a2b3c4d5e6f7a8b";
/// A trust store of another account.
pub const FOREIGN_TRUST_STORE: &str =
    "arn:aws:elasticloadbalancing:eu-west-1:444455556666:truststore/clients/1a2b3c4d5e6f7a8b";
/// Security policy of the clean listeners: what AWS's console chooses.
pub const SSL_POLICY: &str = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09";

/// The time of all samples.
#[must_use]
pub fn now() -> Timestamp {
    Timestamp::constant(1_793_610_000, 0) // 2026-11-02T09:00:00Z
}

/// What the owner of the sample account means: what examples are judged by.
#[must_use]
pub fn intent() -> Intent {
    Intent { log_buckets: vec!["example-*".to_owned()], ..Intent::default() }
}

/// An account with one load balancer of this kind that passes every check.
#[must_use]
pub fn clean(kind: &Kind) -> Inventory {
    let mut region = Region::new(REGION);
    let ports: &[i32] = if *kind == Kind::Application { &[80, 443] } else { &[443] };
    region.target_groups = Fact::Known(vec![group("web", kind)]);
    region.ssl_policies = Fact::Known(vec![strong_policy()]);
    region.certificates =
        BTreeMap::from([(CERTIFICATE.to_owned(), Fact::Known(certificate(CERTIFICATE)))]);
    region.security_groups = Fact::Known(vec![open_group("sg-web", ports), target_group_door()]);
    region.route_tables = Fact::Known(vec![public_routes()]);
    region.block_public_access = Fact::Known(BlockPublicAccess {
        mode: "off".to_owned(),
        exclusions: Fact::not_collected(Call::Ec2DescribeVpcBlockPublicAccessExclusions),
    });
    region.log_sources = Fact::Known(Vec::new());
    region.log_deliveries = Fact::Known(Vec::new());
    surroundings(&mut region, kind);
    let lb = load_balancer(kind);
    let place = if *kind == Kind::Classic { &mut region.classic } else { &mut region.v2 };
    *place = Listing::whole(vec![lb]);
    inventory(vec![region])
}

/// Quotas of a clean region.
const QUOTAS: &[(&str, u64)] = &[
    ("application-load-balancers", 50),
    ("network-load-balancers", 50),
    ("gateway-load-balancers", 100),
    ("listeners-per-application-load-balancer", 50),
    ("listeners-per-network-load-balancer", 50),
    ("rules-per-application-load-balancer", 100),
    ("certificates-per-application-load-balancer", 25),
    ("certificates-per-network-load-balancer", 25),
    ("target-groups", 3000),
    ("targets-per-application-load-balancer", 1000),
    ("targets-per-network-load-balancer", 3000),
];

/// Everything around a clean load balancer.
fn surroundings(region: &mut Region, kind: &Kind) {
    let net = |text: &str| vec![text.parse().expect("a block")];
    let subnet = |id: &str, zone: &str, block: &str| Subnet {
        id: id.to_owned(),
        vpc_id: "vpc-1".to_owned(),
        zone: Some(zone.to_owned()),
        ranges: net(block),
    };
    region.trust_stores = Fact::Known(vec![trust_store()]);
    region.subnets = Fact::Known(vec![
        subnet("subnet-a", "eu-west-1a", "10.0.1.0/24"),
        subnet("subnet-b", "eu-west-1b", "10.0.2.0/24"),
    ]);
    let vpc = Vpc { id: "vpc-1".to_owned(), is_default: false, ranges: net("10.0.0.0/16") };
    region.vpcs = Fact::Known(vec![vpc]);
    region.network_acls = Fact::Known(vec![open_acl()]);
    region.network_interfaces = Fact::Known(vec![
        interface("eni-1", Some("i-1"), "10.0.1.10"),
        NetworkInterface {
            subnet_id: Some("subnet-b".to_owned()),
            zone: Some("eu-west-1b".to_owned()),
            ..interface("eni-2", Some("i-2"), "10.0.2.10")
        },
    ]);
    region.stale_rules = Fact::Known(Vec::new());
    region.encryption_controls = Fact::Known(vec![EncryptionControl {
        vpc_id: "vpc-1".to_owned(),
        mode: "enforce".to_owned(),
        state: Some("available".to_owned()),
    }]);
    region.flow_logs = Fact::Known(vec![FlowLog {
        id: "fl-1".to_owned(),
        resource: "vpc-1".to_owned(),
        status: Some("ACTIVE".to_owned()),
        traffic: Some("ALL".to_owned()),
        delivery: Some("SUCCESS".to_owned()),
    }]);
    region.endpoint_services = Fact::Known(Vec::new());
    region.vpc_endpoints = Fact::Known(Vec::new());
    region.rest_links = Fact::Known(Vec::new());
    region.http_links = Fact::Known(Vec::new());
    region.auto_scaling_groups = Fact::Known(vec![scaling_group(kind)]);
    if *kind == Kind::Application {
        region.web_acls.insert(WEB_ACL.to_owned(), Fact::Known(web_acl()));
        region.logged_web_acls = Fact::Known(vec![WEB_ACL.to_owned()]);
    } else {
        region.logged_web_acls = Fact::Known(Vec::new());
    }
    region.classic_waf = Fact::Known(Vec::new());
    region.log_buckets.insert(LOG_BUCKET.to_owned(), log_bucket(&arn(kind, "web")));
    let quota = |(name, most): &(&str, u64)| ((*name).to_owned(), *most);
    region.limits = Fact::Known(QUOTAS.iter().map(quota).collect());
}

/// The clean account of this kind after a change to its region.
pub fn with_region(kind: &Kind, change: impl FnOnce(&mut Region)) -> Inventory {
    let mut inventory = clean(kind);
    change(&mut inventory.accounts[0].regions[0]);
    inventory
}

/// The clean account of this kind after a change to its load balancer.
pub fn with(kind: &Kind, change: impl FnOnce(&mut LoadBalancer)) -> Inventory {
    with_region(kind, |region| change(only(region)))
}

/// The one load balancer of a sample's region.
///
/// # Panics
///
/// On a region that is no sample.
pub fn only(region: &mut Region) -> &mut LoadBalancer {
    region.classic.items.iter_mut().chain(&mut region.v2.items).next().expect("a sample has one")
}

/// The listeners of a sample's load balancer, to change.
///
/// # Panics
///
/// On a load balancer that is no sample.
pub fn listeners(lb: &mut LoadBalancer) -> &mut Vec<Listener> {
    match &mut lb.listeners {
        Fact::Known(listeners) => listeners,
        Fact::Unread(_) => unreachable!("a sample's listeners are known"),
    }
}

/// Sets attributes of a sample's load balancer.
pub fn set(lb: &mut LoadBalancer, pairs: &[(&str, &str)]) {
    if let Fact::Known(attributes) = &mut lb.attributes {
        attributes.extend(text_map(pairs));
    }
}

/// An inventory of these regions in the sample account.
#[must_use]
pub fn inventory(regions: Vec<Region>) -> Inventory {
    Inventory {
        schema: SCHEMA.to_owned(),
        taken_at: now(),
        cost: Cost::default(),
        accounts: vec![Account {
            caller: Fact::Known(format!("arn:aws:iam::{ACCOUNT}:role/auditor")),
            region_list: Fact::Known(()),
            regions,
            server_certificates: Fact::Known(Vec::new()),
            shield: Fact::Known(Shield { subscribed: false, protected: Vec::new() }),
            distributions: Fact::Known(Vec::new()),
            vpc_origins: Fact::Known(Vec::new()),
            accelerators: Fact::Known(Vec::new()),
            dns_records: Fact::Known(Vec::new()),
            ..Account::new(ACCOUNT, "aws")
        }],
    }
}

/// ARN of the sample load balancer of this kind with this name.
#[must_use]
pub fn arn(kind: &Kind, name: &str) -> String {
    let path = match kind {
        Kind::Application => format!("app/{name}/50dc6c495c0c9188"),
        Kind::Network => format!("net/{name}/50dc6c495c0c9188"),
        Kind::Gateway => format!("gwy/{name}/50dc6c495c0c9188"),
        Kind::Classic | Kind::Other(_) => name.to_owned(),
    };
    format!("arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/{path}")
}

/// ARN of the sample target group with this name.
#[must_use]
pub fn group_arn(name: &str) -> String {
    format!("arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/{name}/73e2d6bc24d8a067")
}

/// A clean load balancer of this kind, named `web`.
#[must_use]
pub fn load_balancer(kind: &Kind) -> LoadBalancer {
    let v2 = *kind != Kind::Classic;
    let gateway = *kind == Kind::Gateway;
    LoadBalancer {
        arn: arn(kind, "web"),
        name: "web".to_owned(),
        kind: kind.clone(),
        scheme: (!gateway).then(|| "internet-facing".to_owned()),
        state: v2.then(|| "active".to_owned()),
        dns_name: (!gateway).then(|| DNS_NAME.to_owned()),
        vpc_id: Some("vpc-1".to_owned()),
        ip_address_type: v2.then(|| "ipv4".to_owned()),
        subnets: vec!["subnet-a".to_owned(), "subnet-b".to_owned()],
        security_groups: if gateway { Vec::new() } else { vec!["sg-web".to_owned()] },
        created: Some(Timestamp::constant(1_700_000_000, 0)),
        attributes: Fact::Known(clean_attributes(kind)),
        zones: vec!["eu-west-1a".to_owned(), "eu-west-1b".to_owned()],
        allocations: if *kind == Kind::Network {
            vec!["eipalloc-a".to_owned(), "eipalloc-b".to_owned()]
        } else {
            Vec::new()
        },
        state_reason: None,
        private_link_rules: (*kind == Kind::Network).then(|| "on".to_owned()),
        health_check: (!v2).then(|| "HTTPS:8443/health".to_owned()),
        backend_policies: if v2 {
            BTreeMap::new()
        } else {
            BTreeMap::from([(8443, vec!["instances".to_owned()])])
        },
        traffic: Fact::Known(120_000.0),
        reserved_capacity: Fact::Known(if v2 { 100 } else { 0 }),
        tags: Fact::Known(text_map(&[("owner", "web-team")])),
        listeners: Fact::Known(clean_listeners(kind)),
        web_acl: Fact::Known((*kind == Kind::Application).then(|| WEB_ACL.to_owned())),
        policies: Fact::Known(if v2 {
            Vec::new()
        } else {
            vec![strong_classic_policy("strong"), instance_authentication("instances")]
        }),
        instances: Fact::Known(if v2 {
            Vec::new()
        } else {
            vec![target("i-1", "InService"), target("i-2", "InService")]
        }),
    }
}

fn clean_attributes(kind: &Kind) -> BTreeMap<String, String> {
    let logs: &[(&str, &str)] =
        &[("access_logs.s3.enabled", "true"), ("access_logs.s3.bucket", LOG_BUCKET)];
    let pairs: &[(&str, &str)] = match kind {
        Kind::Application => &[
            ("client_keep_alive.seconds", "3600"),
            ("connection_logs.s3.bucket", LOG_BUCKET),
            ("connection_logs.s3.enabled", "true"),
            ("deletion_protection.enabled", "true"),
            ("health_check_logs.s3.bucket", LOG_BUCKET),
            ("health_check_logs.s3.enabled", "true"),
            ("idle_timeout.timeout_seconds", "60"),
            ("ipv6.deny_all_igw_traffic", "false"),
            ("routing.http.desync_mitigation_mode", "defensive"),
            ("routing.http.drop_invalid_header_fields.enabled", "true"),
            ("routing.http.preserve_host_header.enabled", "false"),
            ("routing.http.xff_header_processing.mode", "append"),
            ("routing.http2.enabled", "true"),
            ("waf.fail_open.enabled", "false"),
            ("zonal_shift.config.enabled", "true"),
        ],
        Kind::Classic => &[
            ("connection_draining.enabled", "true"),
            ("elb.http.desyncmitigationmode", "defensive"),
            ("idle_timeout.timeout_seconds", "60"),
            ("load_balancing.cross_zone.enabled", "true"),
        ],
        Kind::Network => &[
            ("deletion_protection.enabled", "true"),
            ("ipv6.deny_all_igw_traffic", "false"),
            ("load_balancing.cross_zone.enabled", "true"),
            ("zonal_shift.config.enabled", "true"),
        ],
        Kind::Gateway | Kind::Other(_) => &[
            ("deletion_protection.enabled", "true"),
            ("load_balancing.cross_zone.enabled", "true"),
        ],
    };
    let mut all = text_map(pairs);
    if *kind != Kind::Gateway {
        all.extend(text_map(logs));
    }
    all
}

/// A map of owned texts.
#[must_use]
pub fn text_map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// What a list holds, to change; nothing when it is unread.
fn known<T>(list: &mut Fact<Vec<T>>) -> impl Iterator<Item = &mut T> {
    match list {
        Fact::Known(items) => items.iter_mut(),
        Fact::Unread(_) => [].iter_mut(),
    }
}

/// The gap of a call that was refused.
#[must_use]
pub fn denied(call: Call) -> Gap {
    Gap::new(call, Reason::AccessDenied).in_region(REGION)
}

/// So many days after [`now`].
///
/// # Panics
///
/// On more days than there are.
#[must_use]
pub fn in_days(days: i64) -> Timestamp {
    let second = now().as_second() + days * 24 * 60 * 60;
    Timestamp::from_second(second).expect("a sample's time is in range")
}
