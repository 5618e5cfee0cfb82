//! Load balancers with nothing wrong, one of each kind, and the strokes that change them: what the
//! examples of the checks are made of.

use std::collections::BTreeMap;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use jiff::Timestamp;

use crate::call::Call;
use crate::fact::{Fact, Gap, Listing, Reason};
use crate::inventory::{
    Account, AclEntry, Action, AutoScalingGroup, BlockPublicAccess, BucketState, Certificate,
    CertificateDetail, ClassicPolicy, Condition, Cost, EncryptionControl, EndpointService,
    FixedResponse, FlowLog, Inventory, InvokeStatement, Kind, Listener, LoadBalancer, LogBucket,
    LogSource, MutualAuthentication, NetworkAcl, NetworkInterface, Permission, Redirect, Region,
    Route, RouteTable, Rule, SCHEMA, SecurityGroup, Shield, SslPolicy, Subnet, Target, TargetGroup,
    TrustStore, Vpc, WafRule, WafStatement, WebAcl, WeightedGroup,
};
use crate::policy::{Intent, Policy};

mod fronts;
mod headers;
mod logs;
mod waf;

pub use fronts::{DNS_NAME, behind_cloudfront, named};
pub use headers::https_with;
pub use logs::{logging_to, with_bucket};
pub use waf::{count, rule_group_arn, with_acl, with_rule_group};

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

/// What the owner of the sample account means: the policy that examples are judged with.
#[must_use]
pub fn policy() -> Policy {
    let log_buckets = vec!["example-*".to_owned()];
    Policy { intent: Intent { log_buckets, ..Intent::default() }, ..Policy::default() }
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

/// A trust store that one listener uses, with a revocation list.
#[must_use]
pub fn trust_store() -> TrustStore {
    TrustStore {
        arn: TRUST_STORE.to_owned(),
        name: "clients".to_owned(),
        status: Some("ACTIVE".to_owned()),
        ca_certificates: Some(2),
        revoked_entries: Some(3),
        revocation_lists: Fact::Known(1),
        shared_with: Fact::Known(Vec::new()),
        users: Fact::Known(vec![https(Vec::new()).id]),
    }
}

/// A network ACL as AWS makes it: everything goes in and out.
#[must_use]
pub fn open_acl() -> NetworkAcl {
    let entry = |number, egress, action: &str, range: IpNet| AclEntry {
        number,
        egress,
        protocol: "-1".to_owned(),
        action: action.to_owned(),
        range: Some(range),
        ..AclEntry::default()
    };
    let mut entries = Vec::new();
    for egress in [false, true] {
        entries.push(entry(100, egress, "allow", Ipv4Net::default().into()));
        entries.push(entry(101, egress, "allow", Ipv6Net::default().into()));
        entries.push(entry(32_767, egress, "deny", Ipv4Net::default().into()));
        entries.push(entry(32_768, egress, "deny", Ipv6Net::default().into()));
    }
    NetworkAcl {
        id: "acl-1".to_owned(),
        vpc_id: "vpc-1".to_owned(),
        is_default: true,
        subnets: vec!["subnet-a".to_owned(), "subnet-b".to_owned()],
        entries,
    }
}

/// The interface of a target that only the load balancer's security group reaches.
///
/// # Panics
///
/// On a text that is no address.
#[must_use]
pub fn interface(id: &str, instance: Option<&str>, address: &str) -> NetworkInterface {
    NetworkInterface {
        id: id.to_owned(),
        owner: Some(ACCOUNT.to_owned()),
        kind: Some("interface".to_owned()),
        vpc_id: Some("vpc-1".to_owned()),
        subnet_id: Some("subnet-a".to_owned()),
        zone: Some("eu-west-1a".to_owned()),
        instance_id: instance.map(str::to_owned),
        addresses: vec![address.parse().expect("an address")],
        groups: vec!["sg-targets".to_owned()],
        ..NetworkInterface::default()
    }
}

/// The security group of the sample targets: it lets in the load balancer's and nobody else.
#[must_use]
pub fn target_group_door() -> SecurityGroup {
    SecurityGroup {
        id: "sg-targets".to_owned(),
        name: Some("targets".to_owned()),
        vpc_id: Some("vpc-1".to_owned()),
        ingress: vec![Permission {
            protocol: "tcp".to_owned(),
            from_port: Some(1),
            to_port: Some(65_535),
            groups: vec!["sg-web".to_owned()],
            ..Permission::default()
        }],
        egress: vec![everything_out()],
    }
}

/// The permission that AWS gives every security group: everything may go out.
#[must_use]
pub fn everything_out() -> Permission {
    Permission {
        protocol: "-1".to_owned(),
        ranges: vec![Ipv4Net::default().into()],
        ..Permission::default()
    }
}

/// An endpoint service in front of the sample load balancer of this kind, with consent, for these.
#[must_use]
pub fn endpoint_service(kind: &Kind, principals: &[&str]) -> EndpointService {
    EndpointService {
        id: "vpce-svc-1".to_owned(),
        name: Some(format!("com.amazonaws.vpce.{REGION}.vpce-svc-1")),
        state: Some("Available".to_owned()),
        acceptance_required: true,
        load_balancers: vec![arn(kind, "web")],
        principals: Fact::Known(principals.iter().map(|one| (*one).to_owned()).collect()),
    }
}

/// The Auto Scaling group of the sample targets.
#[must_use]
pub fn scaling_group(kind: &Kind) -> AutoScalingGroup {
    let classic = *kind == Kind::Classic;
    AutoScalingGroup {
        arn: format!(
            "arn:aws:autoscaling:{REGION}:{ACCOUNT}:autoScalingGroup:5d5a:autoScalingGroupName/web"
        ),
        name: "web".to_owned(),
        load_balancers: if classic { vec!["web".to_owned()] } else { Vec::new() },
        target_groups: if classic { Vec::new() } else { vec![group_arn("web")] },
        health_check_type: Some("ELB".to_owned()),
        zones: vec!["eu-west-1a".to_owned(), "eu-west-1b".to_owned()],
    }
}

/// A web ACL with AWS's core and known-bad-input groups, a rate limit, and a limit on the body.
#[must_use]
pub fn web_acl() -> WebAcl {
    WebAcl {
        arn: WEB_ACL.to_owned(),
        name: "web".to_owned(),
        default_action: Some("allow".to_owned()),
        metrics: true,
        low_reputation_mode: Some("ACTIVE_UNDER_DDOS".to_owned()),
        rules: vec![
            waf_rule(
                "large-body",
                0,
                "block",
                vec![WafStatement {
                    body: true,
                    oversize: Some("MATCH".to_owned()),
                    ..waf_statement("size-constraint")
                }],
            ),
            waf_rule("rate", 1, "block", vec![waf_statement("rate-based")]),
            managed_rule(2, "AWSManagedRulesCommonRuleSet"),
            managed_rule(3, "AWSManagedRulesKnownBadInputsRuleSet"),
        ],
    }
}

/// A rule of a web ACL.
#[must_use]
pub fn waf_rule(name: &str, priority: i64, action: &str, statements: Vec<WafStatement>) -> WafRule {
    WafRule {
        name: name.to_owned(),
        priority,
        action: action.to_owned(),
        metrics: true,
        statements,
    }
}

/// A statement of this kind and nothing more.
#[must_use]
pub fn waf_statement(kind: &str) -> WafStatement {
    WafStatement { kind: kind.to_owned(), ..WafStatement::default() }
}

/// A rule that takes over a group of AWS's managed rules as it is.
#[must_use]
pub fn managed_rule(priority: i64, group: &str) -> WafRule {
    let statement = WafStatement {
        vendor: Some("AWS".to_owned()),
        name: Some(group.to_owned()),
        ..waf_statement("managed-rule-group")
    };
    waf_rule(group, priority, "none", vec![statement])
}

/// A private bucket of this account and region, with a log of this load balancer written an hour ago.
#[must_use]
pub fn log_bucket(lb: &str) -> LogBucket {
    LogBucket {
        state: Fact::Known(BucketState::Own { region: Some(REGION.to_owned()) }),
        policy_is_public: Fact::Known(false),
        public_access_blocked: Fact::Known(true),
        newest: BTreeMap::from([(
            lb.to_owned(),
            Fact::Known(Some(Timestamp::constant(1_793_606_400, 0))),
        )]),
    }
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

/// The clean account of this kind, its load balancer listening with these alone, and its security group
/// open on their ports.
#[must_use]
pub fn listening(kind: &Kind, listeners: Vec<Listener>) -> Inventory {
    with_region(kind, |region| {
        let door = known(&mut region.security_groups).find(|group| group.id == "sg-web");
        if let (Some(door), false) = (door, listeners.is_empty()) {
            door.ingress = listeners.iter().flat_map(admitting).collect();
        }
        only(region).listeners = Fact::Known(listeners);
    })
}

/// What admits everyone to a listener.
fn admitting(listener: &Listener) -> Vec<Permission> {
    let transports: &[&str] = match listener.protocol.as_deref() {
        Some("UDP" | "QUIC") => &["udp"],
        Some("TCP_UDP" | "TCP_QUIC") => &["tcp", "udp"],
        _ => &["tcp"],
    };
    let ports: Vec<i32> = listener.port.map(i32::from).into_iter().collect();
    let open = open_group("sg-web", &ports).ingress.into_iter();
    let by = |transport: &str, open: Permission| Permission { protocol: transport.into(), ..open };
    open.flat_map(|open| transports.iter().map(move |one| by(one, open.clone()))).collect()
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
            id: ACCOUNT.to_owned(),
            partition: "aws".to_owned(),
            caller: Fact::Known(format!("arn:aws:iam::{ACCOUNT}:role/auditor")),
            region_list: Fact::Known(()),
            regions,
            server_certificates: Fact::Known(Vec::new()),
            shield: Fact::Known(Shield { subscribed: false, protected: Vec::new() }),
            distributions: Fact::Known(Vec::new()),
            vpc_origins: Fact::Known(Vec::new()),
            accelerators: Fact::Known(Vec::new()),
            dns_records: Fact::Known(Vec::new()),
            notes: Vec::new(),
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

/// Attributes of a clean listener: an HTTPS one sends the headers that protect browsers.
fn listener_attributes(protocol: &str) -> BTreeMap<String, String> {
    match protocol {
        "HTTPS" => text_map(&[
            ("routing.http.response.server.enabled", "false"),
            (
                "routing.http.response.strict_transport_security.header_value",
                "max-age=31536000; includeSubDomains",
            ),
            (
                "routing.http.response.content_security_policy.header_value",
                "frame-ancestors 'none'",
            ),
            ("routing.http.response.x_content_type_options.header_value", "nosniff"),
            ("routing.http.response.x_frame_options.header_value", "DENY"),
        ]),
        "HTTP" => text_map(&[("routing.http.response.server.enabled", "false")]),
        "TCP" | "TLS" => text_map(&[("tcp.idle_timeout.seconds", "350")]),
        _ => BTreeMap::new(),
    }
}

fn clean_listeners(kind: &Kind) -> Vec<Listener> {
    match kind {
        Kind::Application => {
            vec![https(vec![forward("web")]), listener("HTTP", 80, vec![redirect_to_https()])]
        }
        Kind::Network => {
            let mut tls = https(vec![forward("web")]);
            tls.protocol = Some("TLS".to_owned());
            tls.alpn = Some("HTTP2Preferred".to_owned());
            vec![tls]
        }
        Kind::Classic => vec![classic_listener("HTTPS", 443)],
        Kind::Gateway | Kind::Other(_) => {
            let mut all = listener("", 0, vec![forward("web")]);
            all.protocol = None;
            all.port = None;
            vec![all]
        }
    }
}

/// A listener that does this by default and has no other rule.
#[must_use]
pub fn listener(protocol: &str, port: u16, default_actions: Vec<Action>) -> Listener {
    Listener {
        id: format!(
            "arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:listener/app/web/50dc6c495c0c9188/{port:016x}"
        ),
        protocol: Some(protocol.to_owned()),
        port: Some(port),
        instance_side: None,
        ssl_policy: None,
        policy_names: Vec::new(),
        default_certificate: None,
        certificates: Fact::Known(Vec::new()),
        rules: Fact::Known(vec![rule(None, Vec::new(), default_actions.clone())]),
        default_actions,
        mutual_authentication: None,
        alpn: None,
        attributes: Fact::Known(listener_attributes(protocol)),
    }
}

/// A clean HTTPS listener on port 443 that does this by default.
#[must_use]
pub fn https(default_actions: Vec<Action>) -> Listener {
    let mut https = listener("HTTPS", 443, default_actions);
    https.ssl_policy = Some(SSL_POLICY.to_owned());
    https.default_certificate = Some(CERTIFICATE.to_owned());
    https.certificates = Fact::Known(vec![CERTIFICATE.to_owned()]);
    https
}

/// A Classic listener; an `HTTPS` or `SSL` one has the clean certificate and policy.
#[must_use]
pub fn classic_listener(protocol: &str, port: u16) -> Listener {
    let mut classic = listener(protocol, port, Vec::new());
    classic.attributes = Fact::Known(BTreeMap::new());
    classic.id = format!("{protocol}:{port}");
    classic.instance_side = Some(
        if matches!(protocol, "HTTPS" | "SSL") { "HTTPS:8443" } else { "HTTP:8080" }.to_owned(),
    );
    classic.rules = Fact::Known(Vec::new());
    if matches!(protocol, "HTTPS" | "SSL") {
        classic.policy_names = vec!["strong".to_owned()];
        classic.default_certificate = Some(CERTIFICATE.to_owned());
        classic.certificates = Fact::Known(vec![CERTIFICATE.to_owned()]);
    }
    classic
}

/// The listener with these rules before its default one.
#[must_use]
pub fn ruled(mut listener: Listener, mut rules: Vec<Rule>) -> Listener {
    rules.push(rule(None, Vec::new(), listener.default_actions.clone()));
    listener.rules = Fact::Known(rules);
    listener
}

/// A rule; without priority the default one.
#[must_use]
pub fn rule(priority: Option<u32>, conditions: Vec<Condition>, actions: Vec<Action>) -> Rule {
    let number = priority.map_or_else(|| "default".to_owned(), |priority| priority.to_string());
    Rule {
        arn: format!(
            "arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:listener-rule/app/web/50dc6c495c0c9188/1/{number}"
        ),
        priority,
        conditions,
        actions,
        transforms: Vec::new(),
    }
}

/// A condition on the path.
#[must_use]
pub fn path(patterns: &[&str]) -> Condition {
    condition("path-pattern", patterns)
}

/// A condition on the host.
#[must_use]
pub fn host(patterns: &[&str]) -> Condition {
    condition("host-header", patterns)
}

/// A condition on this field.
#[must_use]
pub fn condition(field: &str, values: &[&str]) -> Condition {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    Condition { field: field.to_owned(), values, ..Condition::default() }
}

/// Forwards to the sample group with this name.
#[must_use]
pub fn forward(name: &str) -> Action {
    forward_weighted(&[(name, None)])
}

/// Forwards to several groups.
#[must_use]
pub fn forward_weighted(groups: &[(&str, Option<i32>)]) -> Action {
    let weighted = |(name, weight): &(&str, Option<i32>)| WeightedGroup {
        arn: group_arn(name),
        weight: *weight,
    };
    Action {
        kind: "forward".to_owned(),
        target_groups: groups.iter().map(weighted).collect(),
        ..Action::default()
    }
}

/// The redirect that AWS recommends for port 80.
#[must_use]
pub fn redirect_to_https() -> Action {
    redirect(Some("HTTPS"), Some("443"))
}

/// A redirect to this protocol and port.
#[must_use]
pub fn redirect(protocol: Option<&str>, port: Option<&str>) -> Action {
    Action {
        kind: "redirect".to_owned(),
        redirect: Some(Redirect {
            protocol: protocol.map(str::to_owned),
            port: port.map(str::to_owned),
            status: Some("HTTP_301".to_owned()),
            ..Redirect::default()
        }),
        ..Action::default()
    }
}

/// A response of the load balancer's own.
#[must_use]
pub fn fixed_response(status: &str) -> Action {
    Action {
        kind: "fixed-response".to_owned(),
        fixed_response: Some(FixedResponse {
            status: Some(status.to_owned()),
            ..FixedResponse::default()
        }),
        ..Action::default()
    }
}

/// A group of two healthy targets behind the sample load balancer of this kind.
#[must_use]
pub fn group(name: &str, kind: &Kind) -> TargetGroup {
    let (protocol, port, check) = match kind {
        Kind::Network => ("TLS", 443, "TCP"),
        Kind::Gateway => ("GENEVE", 6081, "TCP"),
        _ => ("HTTPS", 8443, "HTTPS"),
    };
    TargetGroup {
        arn: group_arn(name),
        name: name.to_owned(),
        protocol: Some(protocol.to_owned()),
        port: Some(port),
        target_type: Some("instance".to_owned()),
        protocol_version: (protocol == "HTTP" || protocol == "HTTPS").then(|| "HTTP1".to_owned()),
        vpc_id: Some("vpc-1".to_owned()),
        health_check_enabled: Some(true),
        health_check_protocol: Some(check.to_owned()),
        health_check_path: (check != "TCP").then(|| "/health".to_owned()),
        load_balancer_arns: vec![arn(kind, "web")],
        targets: Fact::Known(vec![target("i-1", "healthy"), target("i-2", "healthy")]),
        attributes: Fact::Known(group_attributes(kind)),
    }
}

fn group_attributes(kind: &Kind) -> BTreeMap<String, String> {
    text_map(match kind {
        Kind::Gateway => &[
            ("deregistration_delay.timeout_seconds", "300"),
            ("target_failover.on_deregistration", "rebalance"),
            ("target_failover.on_unhealthy", "rebalance"),
        ],
        Kind::Network => &[
            ("deregistration_delay.timeout_seconds", "300"),
            ("preserve_client_ip.enabled", "true"),
            ("proxy_protocol_v2.enabled", "false"),
        ],
        _ => &[("deregistration_delay.timeout_seconds", "300")],
    })
}

/// A target in this state.
#[must_use]
pub fn target(id: &str, state: &str) -> Target {
    Target {
        id: id.to_owned(),
        port: Some(8443),
        zone: Some(if id.ends_with('2') { "eu-west-1b" } else { "eu-west-1a" }.to_owned()),
        state: state.to_owned(),
        reason: None,
        description: None,
    }
}

/// An issued ACM certificate, valid for five more months, that ACM renews.
#[must_use]
pub fn certificate(arn: &str) -> Certificate {
    Certificate {
        arn: arn.to_owned(),
        names: vec!["www.example.com".to_owned()],
        status: Some("ISSUED".to_owned()),
        kind: Some("AMAZON_ISSUED".to_owned()),
        key_algorithm: Fact::Known("RSA-2048".to_owned()),
        not_before: Some(Timestamp::constant(1_789_462_800, 0)), // 2026-09-15
        not_after: Some(Timestamp::constant(1_806_570_000, 0)),  // 2027-04-01
        export: Some("DISABLED".to_owned()),
        validation_method: Some("DNS".to_owned()),
        renewal_eligibility: Some("ELIGIBLE".to_owned()),
        renewal_status: None,
        detail: Fact::Known(CertificateDetail {
            signature_algorithm: Some("SHA256WITHRSA".to_owned()),
            issuer: Some("Amazon".to_owned()),
            subject: Some("CN=www.example.com".to_owned()),
            ..CertificateDetail::default()
        }),
    }
}

/// A security group that lets the whole internet in on these TCP ports.
#[must_use]
pub fn open_group(id: &str, ports: &[i32]) -> SecurityGroup {
    let open = |port: &i32| Permission {
        protocol: "tcp".to_owned(),
        from_port: Some(*port),
        to_port: Some(*port),
        ranges: vec![Ipv4Net::default().into(), Ipv6Net::default().into()], // 0.0.0.0/0 and ::/0
        ..Permission::default()
    };
    SecurityGroup {
        id: id.to_owned(),
        name: Some(id.trim_start_matches("sg-").to_owned()),
        vpc_id: Some("vpc-1".to_owned()),
        ingress: ports.iter().map(open).collect(),
        egress: vec![everything_out()],
    }
}

/// Puts a security group in the place of the one with its id.
pub fn guard(region: &mut Region, door: SecurityGroup) {
    if let Fact::Known(groups) = &mut region.security_groups {
        groups.retain(|group| group.id != door.id);
        groups.push(door);
    }
}

/// A main route table that leads to an internet gateway.
#[must_use]
pub fn public_routes() -> RouteTable {
    let route = |destination: &str, target: &str| Route {
        destination: destination.to_owned(),
        target: Some(target.to_owned()),
        state: Some("active".to_owned()),
    };
    RouteTable {
        id: "rtb-1".to_owned(),
        vpc_id: "vpc-1".to_owned(),
        main: true,
        subnets: Vec::new(),
        routes: vec![route("10.0.0.0/16", "local"), route("0.0.0.0/0", "igw-1")],
    }
}

/// AWS's answer for [`SSL_POLICY`].
#[must_use]
pub fn strong_policy() -> SslPolicy {
    ssl_policy(
        SSL_POLICY,
        &["TLSv1.2", "TLSv1.3"],
        &["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "ECDHE-RSA-AES128-GCM-SHA256"],
    )
}

/// A security policy with this content.
#[must_use]
pub fn ssl_policy(name: &str, protocols: &[&str], ciphers: &[&str]) -> SslPolicy {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    SslPolicy { name: name.to_owned(), protocols: owned(protocols), ciphers: owned(ciphers) }
}

/// A Classic policy with TLS 1.2 and forward-secret AEAD ciphers alone.
#[must_use]
pub fn strong_classic_policy(name: &str) -> ClassicPolicy {
    ClassicPolicy {
        name: name.to_owned(),
        kind: "SSLNegotiationPolicyType".to_owned(),
        attributes: text_map(&[
            ("Protocol-SSLv3", "false"),
            ("Protocol-TLSv1", "false"),
            ("Protocol-TLSv1.1", "false"),
            ("Protocol-TLSv1.2", "true"),
            ("Server-Defined-Cipher-Order", "true"),
            ("ECDHE-RSA-AES128-GCM-SHA256", "true"),
            ("ECDHE-RSA-AES256-GCM-SHA384", "true"),
            ("AES128-SHA", "false"),
        ]),
    }
}

/// A Classic policy that holds instances to a public key.
#[must_use]
pub fn instance_authentication(name: &str) -> ClassicPolicy {
    ClassicPolicy {
        name: name.to_owned(),
        kind: "BackendServerAuthenticationPolicyType".to_owned(),
        attributes: text_map(&[("PublicKeyPolicyName", "key")]),
    }
}

/// The clean account of this kind, its encrypting listeners offering this policy, as AWS answers it.
#[must_use]
pub fn offering(kind: &Kind, policy: SslPolicy) -> Inventory {
    with_region(kind, |region| {
        for listener in listeners(only(region)) {
            if listener.ssl_policy.is_some() {
                listener.ssl_policy = Some(policy.name.clone());
            }
        }
        region.ssl_policies = Fact::Known(vec![policy]);
    })
}

/// The clean Classic account, its policy having these attributes.
#[must_use]
pub fn classic_offering(attributes: &[(&str, &str)]) -> Inventory {
    with(&Kind::Classic, |lb| {
        let attributes = text_map(attributes);
        lb.policies = Fact::Known(vec![
            ClassicPolicy { attributes, ..strong_classic_policy("strong") },
            instance_authentication("instances"),
        ]);
    })
}

/// The clean account of Application kind, its first listener with mutual TLS like this.
#[must_use]
pub fn mutual(mode: &str, ignore_expiry: Option<bool>) -> Inventory {
    with(&Kind::Application, |lb| {
        listeners(lb)[0].mutual_authentication = Some(MutualAuthentication {
            mode: Some(mode.to_owned()),
            ignore_client_certificate_expiry: ignore_expiry,
            trust_store_arn: (mode == "verify").then(|| TRUST_STORE.to_owned()),
            trust_store_status: (mode == "verify").then(|| "active".to_owned()),
            advertise_authorities: None,
        });
    })
}

/// The clean account of Application kind, verifying client certificates, after a change to how.
pub fn mutually(change: impl FnOnce(&mut MutualAuthentication)) -> Inventory {
    let mut inventory = mutual("verify", None);
    let lb = only(&mut inventory.accounts[0].regions[0]);
    if let Some(mutual) = &mut listeners(lb)[0].mutual_authentication {
        change(mutual);
    }
    inventory
}

/// The clean account of Application kind, verifying client certificates by a trust store like this.
pub fn verifying(change: impl FnOnce(&mut TrustStore)) -> Inventory {
    let mut inventory = mutual("verify", None);
    let mut store = trust_store();
    change(&mut store);
    inventory.accounts[0].regions[0].trust_stores = Fact::Known(vec![store]);
    inventory
}

/// The clean account of this kind without logs by attribute, but with a source of CloudWatch Logs.
#[must_use]
pub fn vended(kind: &Kind, log_type: &str, delivered: bool) -> Inventory {
    with_region(kind, |region| {
        let lb = only(region);
        set(lb, &[("access_logs.s3.enabled", "false")]);
        let source = LogSource {
            name: "web-logs".to_owned(),
            log_type: log_type.to_owned(),
            resource_arns: vec![lb.arn.clone()],
        };
        region.log_deliveries =
            Fact::Known(delivered.then(|| source.name.clone()).into_iter().collect());
        region.log_sources = Fact::Known(vec![source]);
    })
}

/// A map of owned texts.
#[must_use]
pub fn text_map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// Makes a sample's load balancer an internal one.
pub fn internal(lb: &mut LoadBalancer) {
    lb.scheme = Some("internal".to_owned());
}

/// Makes a sample's load balancer an internal one as it should be: in subnets without a way to the
/// internet, and open to the private network alone.
pub fn inside(region: &mut Region) {
    internal(only(region));
    for table in known(&mut region.route_tables) {
        table.routes.truncate(1);
    }
    for permission in known(&mut region.security_groups).flat_map(|group| &mut group.ingress) {
        permission.ranges.retain(|range| range.prefix_len() > 0);
        if permission.groups.is_empty() {
            permission.ranges.extend("10.0.0.0/16".parse::<IpNet>());
        }
    }
}

/// Leads IPv6 to the internet too, and makes the sample's load balancer a dual-stack one.
pub fn dual_stack(region: &mut Region) {
    only(region).ip_address_type = Some("dualstack".to_owned());
    for table in known(&mut region.route_tables) {
        table.routes.push(Route {
            destination: "::/0".to_owned(),
            target: Some("igw-1".to_owned()),
            state: Some("active".to_owned()),
        });
    }
}

/// What a list holds, to change; nothing when it is unread.
fn known<T>(list: &mut Fact<Vec<T>>) -> impl Iterator<Item = &mut T> {
    match list {
        Fact::Known(items) => items.iter_mut(),
        Fact::Unread(_) => [].iter_mut(),
    }
}

/// The targets of the sample group `web`, in these states.
#[must_use]
pub fn in_states(states: &[&str]) -> Fact<Vec<Target>> {
    let numbered = |(number, state): (usize, &&str)| target(&format!("i-{}", number + 1), state);
    Fact::Known(states.iter().enumerate().map(numbered).collect())
}

/// Changes the sample group of this name.
pub fn regroup(region: &mut Region, name: &str, change: impl FnOnce(&mut TargetGroup)) {
    let groups = match &mut region.target_groups {
        Fact::Known(groups) => groups,
        Fact::Unread(_) => return,
    };
    if let Some(group) = groups.iter_mut().find(|group| group.name == name) {
        change(group);
    }
}

/// The clean account of this kind after a change to its Auto Scaling group.
pub fn scaling(kind: &Kind, change: impl FnOnce(&mut AutoScalingGroup)) -> Inventory {
    with_region(kind, |region| {
        let mut group = scaling_group(kind);
        change(&mut group);
        region.auto_scaling_groups = Fact::Known(vec![group]);
    })
}

/// The clean account of this kind, its group speaking this protocol to its targets.
#[must_use]
pub fn speaking(kind: &Kind, protocol: &str) -> Inventory {
    with_region(kind, |region| {
        regroup(region, "web", |group| group.protocol = Some(protocol.to_owned()));
    })
}

/// The same, with these healthy targets by address; those outside the VPC are in no zone.
#[must_use]
pub fn addressed(kind: &Kind, protocol: &str, addresses: &[&str]) -> Inventory {
    let target = |address: &&str| {
        let zone = match *address {
            outside if !outside.starts_with("10.0.") => "all",
            first if first.starts_with("10.0.1.") => "eu-west-1a",
            _ => "eu-west-1b",
        };
        Target { zone: Some(zone.to_owned()), ..target(address, "healthy") }
    };
    let mut inventory = speaking(kind, protocol);
    regroup(&mut inventory.accounts[0].regions[0], "web", |group| {
        group.target_type = Some("ip".to_owned());
        group.targets = Fact::Known(addresses.iter().map(target).collect());
    });
    inventory
}

/// ARN of the sample function.
pub const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:web";

/// Makes the sample group of this name one of a function that only this group may invoke.
pub fn function(region: &mut Region, name: &str) {
    regroup(region, name, |group| {
        group.target_type = Some("lambda".to_owned());
        group.health_check_enabled = Some(false);
        (group.protocol, group.port, group.vpc_id) = (None, None, None);
        group.protocol_version = None;
        group.targets = Fact::Known(vec![Target {
            port: None,
            zone: Some("all".to_owned()),
            ..target(FUNCTION, "unavailable")
        }]);
        set_group(group, &[("lambda.multi_value_headers.enabled", "true")]);
    });
    let statement = InvokeStatement {
        sid: Some("web".to_owned()),
        principal: "elasticloadbalancing.amazonaws.com".to_owned(),
        source_arns: vec![group_arn(name)],
        ..InvokeStatement::default()
    };
    region.functions.insert(FUNCTION.to_owned(), Fact::Known(vec![statement]));
}

/// Gives a group these attributes alone.
pub fn set_group(group: &mut TargetGroup, pairs: &[(&str, &str)]) {
    group.attributes = Fact::Known(text_map(pairs));
}

/// Adds groups of these names, with two healthy targets each, behind the sample load balancer.
pub fn add_groups(region: &mut Region, kind: &Kind, names: &[&str]) {
    if let Fact::Known(groups) = &mut region.target_groups {
        groups.extend(names.iter().map(|name| group(name, kind)));
    }
}

/// The clean account of this kind after a change to its certificate.
pub fn certified(kind: &Kind, change: impl FnOnce(&mut Certificate)) -> Inventory {
    with_region(kind, |region| {
        if let Some(Fact::Known(certificate)) = region.certificates.get_mut(CERTIFICATE) {
            change(certificate);
        }
    })
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

/// The clean account of this kind with its certificate kept in IAM, after a change to it.
pub fn with_iam(kind: &Kind, change: impl FnOnce(&mut Certificate)) -> Inventory {
    let arn = format!("arn:aws:iam::{ACCOUNT}:server-certificate/web");
    let mut kept =
        Certificate { status: None, kind: None, renewal_eligibility: None, ..certificate(&arn) };
    change(&mut kept);
    let mut inventory = with(kind, |lb| {
        for listener in listeners(lb) {
            if listener.default_certificate.is_some() {
                listener.default_certificate = Some(arn.clone());
                listener.certificates = Fact::Known(vec![arn.clone()]);
            }
        }
    });
    inventory.accounts[0].server_certificates = Fact::Known(vec![kept]);
    inventory
}
