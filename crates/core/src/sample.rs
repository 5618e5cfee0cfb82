//! Load balancers with nothing wrong, one of each kind, and the strokes that change them: what the
//! examples of the checks are made of.

use std::collections::BTreeMap;

use ipnet::{Ipv4Net, Ipv6Net};
use jiff::Timestamp;

use crate::call::Call;
use crate::fact::{Fact, Gap, Listing, Reason};
use crate::inventory::{
    Account, Action, BlockPublicAccess, Certificate, ClassicPolicy, Condition, Cost, FixedResponse,
    Inventory, Kind, Listener, LoadBalancer, LogSource, MutualAuthentication, Permission, Redirect,
    Region, Route, RouteTable, Rule, SCHEMA, SecurityGroup, SslPolicy, Target, TargetGroup,
    WeightedGroup,
};

/// The account of all samples: one that AWS's documentation uses.
pub const ACCOUNT: &str = "111122223333";
/// The region of all samples.
pub const REGION: &str = "eu-west-1";
/// ACM certificate of the clean listeners.
pub const CERTIFICATE: &str = "arn:aws:acm:eu-west-1:111122223333:certificate/web";
/// Security policy of the clean listeners: what AWS's console chooses.
pub const SSL_POLICY: &str = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09";

/// The time of all samples.
#[must_use]
pub fn now() -> Timestamp {
    Timestamp::constant(1_793_610_000, 0) // 2026-11-02T09:00:00Z
}

/// An account with one load balancer of this kind that passes every check.
#[must_use]
pub fn clean(kind: &Kind) -> Inventory {
    let mut region = Region::new(REGION);
    region.target_groups = Fact::Known(vec![group("web", kind)]);
    region.ssl_policies = Fact::Known(vec![strong_policy()]);
    region.certificates =
        BTreeMap::from([(CERTIFICATE.to_owned(), Fact::Known(certificate(CERTIFICATE)))]);
    region.security_groups = Fact::Known(vec![open_group("sg-web", &[80, 443])]);
    region.route_tables = Fact::Known(vec![public_routes()]);
    region.block_public_access = Fact::Known(BlockPublicAccess {
        mode: "off".to_owned(),
        exclusions: Fact::not_collected(Call::Ec2DescribeVpcBlockPublicAccessExclusions),
    });
    region.log_sources = Fact::Known(Vec::new());
    region.log_deliveries = Fact::Known(Vec::new());
    let lb = load_balancer(kind);
    let place = if *kind == Kind::Classic { &mut region.classic } else { &mut region.v2 };
    *place = Listing::whole(vec![lb]);
    inventory(vec![region])
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

/// The clean account of this kind, its load balancer listening with these alone.
#[must_use]
pub fn listening(kind: &Kind, listeners: Vec<Listener>) -> Inventory {
    with(kind, |lb| lb.listeners = Fact::Known(listeners))
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
        dns_name: (!gateway).then(|| "web-123.eu-west-1.elb.amazonaws.com".to_owned()),
        vpc_id: Some("vpc-1".to_owned()),
        ip_address_type: v2.then(|| "ipv4".to_owned()),
        subnets: vec!["subnet-a".to_owned(), "subnet-b".to_owned()],
        security_groups: if gateway { Vec::new() } else { vec!["sg-web".to_owned()] },
        created: Some(Timestamp::constant(1_700_000_000, 0)),
        attributes: Fact::Known(clean_attributes(kind)),
        tags: Fact::not_collected(if v2 { Call::ElbV2DescribeTags } else { Call::ElbDescribeTags }),
        listeners: Fact::Known(clean_listeners(kind)),
        web_acl: Fact::Known((*kind == Kind::Application).then(|| {
            format!("arn:aws:wafv2:{REGION}:{ACCOUNT}:regional/webacl/web/473e64fd-f30b-4765-81a0-62ad96dd167a")
        })),
        policies: Fact::Known(if v2 { Vec::new() } else { vec![strong_classic_policy("strong")] }),
        instances: Fact::Known(if v2 {
            Vec::new()
        } else {
            vec![target("i-1", "InService"), target("i-2", "InService")]
        }),
    }
}

fn clean_attributes(kind: &Kind) -> BTreeMap<String, String> {
    let pairs: &[(&str, &str)] = match kind {
        Kind::Application => &[
            ("access_logs.s3.enabled", "true"),
            ("deletion_protection.enabled", "true"),
            ("ipv6.deny_all_igw_traffic", "false"),
            ("routing.http.desync_mitigation_mode", "defensive"),
            ("routing.http.drop_invalid_header_fields.enabled", "true"),
        ],
        Kind::Classic => {
            &[("access_logs.s3.enabled", "true"), ("elb.http.desyncmitigationmode", "defensive")]
        }
        _ => &[("access_logs.s3.enabled", "true"), ("deletion_protection.enabled", "true")],
    };
    text_map(pairs)
}

fn clean_listeners(kind: &Kind) -> Vec<Listener> {
    match kind {
        Kind::Application => {
            vec![https(vec![forward("web")]), listener("HTTP", 80, vec![redirect_to_https()])]
        }
        Kind::Network => {
            let mut tls = https(vec![forward("web")]);
            tls.protocol = Some("TLS".to_owned());
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
        attributes: Fact::not_collected(Call::ElbV2DescribeListenerAttributes),
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
    classic.id = format!("{protocol}:{port}");
    classic.instance_side = Some("HTTP:8080".to_owned());
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
        fixed_response: Some(FixedResponse { status: Some(status.to_owned()) }),
        ..Action::default()
    }
}

/// A group of two healthy targets behind the sample load balancer of this kind.
#[must_use]
pub fn group(name: &str, kind: &Kind) -> TargetGroup {
    let (protocol, port) = match kind {
        Kind::Network => ("TLS", 443),
        Kind::Gateway => ("GENEVE", 6081),
        _ => ("HTTP", 8080),
    };
    TargetGroup {
        arn: group_arn(name),
        name: name.to_owned(),
        protocol: Some(protocol.to_owned()),
        port: Some(port),
        target_type: Some("instance".to_owned()),
        health_check_enabled: Some(true),
        load_balancer_arns: vec![arn(kind, "web")],
        targets: Fact::Known(vec![target("i-1", "healthy"), target("i-2", "healthy")]),
        attributes: Fact::not_collected(Call::ElbV2DescribeTargetGroupAttributes),
    }
}

/// A target in this state.
#[must_use]
pub fn target(id: &str, state: &str) -> Target {
    Target {
        id: id.to_owned(),
        port: Some(8080),
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
        not_after: Some(Timestamp::constant(1_806_570_000, 0)), // 2027-04-01
        renewal_eligibility: Some("ELIGIBLE".to_owned()),
        renewal_status: None,
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
        ingress: ports.iter().map(open).collect(),
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
        lb.policies =
            Fact::Known(vec![ClassicPolicy { attributes, ..strong_classic_policy("strong") }]);
    })
}

/// The clean account of Application kind, its first listener with mutual TLS like this.
#[must_use]
pub fn mutual(mode: &str, ignore_expiry: Option<bool>) -> Inventory {
    with(&Kind::Application, |lb| {
        listeners(lb)[0].mutual_authentication = Some(MutualAuthentication {
            mode: Some(mode.to_owned()),
            ignore_client_certificate_expiry: ignore_expiry,
            ..MutualAuthentication::default()
        });
    })
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
