//! Attributes of load balancers, target groups and listeners: the name of each in every way of working.

use super::log_buckets;
use super::notation::{self, Body, Node, body};
use super::text::{command, hcl, logical, resource, steps};
use super::{Owner, Pair, Ways};
use crate::inventory::Kind;

/// An attribute.
struct Row {
    of: Owner,
    key: &'static str,
    /// What the console calls it, as the object of `turn on` or `set`.
    label: &'static str,
    terraform: Terraform,
    /// The same of a Classic load balancer.
    classic: Option<Classic>,
}

/// What an attribute is in Terraform.
#[derive(Clone, Copy)]
enum Terraform {
    /// An argument of the resource.
    Argument(&'static str),
    /// An argument of one of its blocks.
    In(&'static str, &'static str),
    /// Nothing, as this sentence says.
    Missing(&'static str),
}

/// What an attribute of a Classic load balancer is.
#[derive(Clone, Copy)]
enum Classic {
    /// A field of a structure: names of both in the API, what it is in Terraform, and its way in
    /// `CloudFormation`.
    Field([&'static str; 2], Terraform, &'static [&'static str]),
    /// An additional attribute, which `CloudFormation` does not know: its key, and what it is in Terraform.
    Additional(&'static str, Terraform),
}

use Terraform::{Argument, In, Missing};

const fn row(of: Owner, key: &'static str, label: &'static str, terraform: Terraform) -> Row {
    Row { of, key, label, terraform, classic: None }
}

const fn both(
    key: &'static str,
    label: &'static str,
    terraform: Terraform,
    classic: Classic,
) -> Row {
    Row { classic: Some(classic), ..row(Owner::LoadBalancer, key, label, terraform) }
}

/// One that only Classic load balancers have.
const fn of_classic(key: &'static str, label: &'static str, classic: Classic) -> Row {
    both(key, label, Missing("only Classic load balancers have it."), classic)
}

const fn lb(key: &'static str, label: &'static str, terraform: Terraform) -> Row {
    row(Owner::LoadBalancer, key, label, terraform)
}

const fn group(key: &'static str, label: &'static str, terraform: Terraform) -> Row {
    row(Owner::TargetGroup, key, label, terraform)
}

/// Attributes of load balancers and target groups, by the documentation of AWS and of Terraform's provider.
/// The arguments for those of listeners are their keys with `_` for `.`.
const ROWS: &[Row] = &[
    both(
        "access_logs.s3.enabled",
        "Access logs",
        In("access_logs", "enabled"),
        Classic::Field(
            ["AccessLog", "Enabled"],
            In("access_logs", "enabled"),
            &["AccessLoggingPolicy", "Enabled"],
        ),
    ),
    both(
        "access_logs.s3.bucket",
        "their bucket",
        In("access_logs", "bucket"),
        Classic::Field(
            ["AccessLog", "S3BucketName"],
            In("access_logs", "bucket"),
            &["AccessLoggingPolicy", "S3BucketName"],
        ),
    ),
    lb(
        "client_keep_alive.seconds",
        "the HTTP client keepalive duration",
        Argument("client_keep_alive"),
    ),
    of_classic(
        "connection_draining.enabled",
        "connection draining",
        Classic::Field(
            ["ConnectionDraining", "Enabled"],
            Argument("connection_draining"),
            &["ConnectionDrainingPolicy", "Enabled"],
        ),
    ),
    of_classic(
        "connection_draining.timeout",
        "its timeout",
        Classic::Field(
            ["ConnectionDraining", "Timeout"],
            Argument("connection_draining_timeout"),
            &["ConnectionDrainingPolicy", "Timeout"],
        ),
    ),
    lb("connection_logs.s3.enabled", "Connection logs", In("connection_logs", "enabled")),
    lb("connection_logs.s3.bucket", "their bucket", In("connection_logs", "bucket")),
    lb(
        "deletion_protection.enabled",
        "Deletion protection",
        Argument("enable_deletion_protection"),
    ),
    lb("health_check_logs.s3.enabled", "Health check logs", In("health_check_logs", "enabled")),
    lb("health_check_logs.s3.bucket", "their bucket", In("health_check_logs", "bucket")),
    both(
        "idle_timeout.timeout_seconds",
        "the connection idle timeout",
        Argument("idle_timeout"),
        Classic::Field(
            ["ConnectionSettings", "IdleTimeout"],
            Argument("idle_timeout"),
            &["ConnectionSettings", "IdleTimeout"],
        ),
    ),
    lb(
        "ipv6.deny_all_igw_traffic",
        "the denial of traffic of internet gateways to IPv6 addresses",
        Missing(
            "`aws_lb` has no argument for it: internal ones get `true` when they are made; set it \
             back with the command.",
        ),
    ),
    both(
        "load_balancing.cross_zone.enabled",
        "Cross-zone load balancing",
        Argument("enable_cross_zone_load_balancing"),
        Classic::Field(
            ["CrossZoneLoadBalancing", "Enabled"],
            Argument("cross_zone_load_balancing"),
            &["CrossZone"],
        ),
    ),
    both(
        "routing.http.desync_mitigation_mode",
        "the desync mitigation mode",
        Argument("desync_mitigation_mode"),
        Classic::Additional("elb.http.desyncmitigationmode", Argument("desync_mitigation_mode")),
    ),
    lb(
        "routing.http.drop_invalid_header_fields.enabled",
        "Drop invalid header fields",
        Argument("drop_invalid_header_fields"),
    ),
    lb(
        "routing.http.xff_header_processing.mode",
        "the X-Forwarded-For header",
        Argument("xff_header_processing_mode"),
    ),
    lb("routing.http2.enabled", "HTTP/2", Argument("enable_http2")),
    lb("waf.fail_open.enabled", "WAF fail open", Argument("enable_waf_fail_open")),
    lb("zonal_shift.config.enabled", "ARC zonal shift integration", Argument("enable_zonal_shift")),
    group(
        "deregistration_delay.timeout_seconds",
        "the deregistration delay",
        Argument("deregistration_delay"),
    ),
    group(
        "lambda.multi_value_headers.enabled",
        "Multi value headers",
        Argument("lambda_multi_value_headers_enabled"),
    ),
    group(
        "preserve_client_ip.enabled",
        "Preserve client IP addresses",
        Argument("preserve_client_ip"),
    ),
    group(
        "target_failover.on_unhealthy",
        "what becomes of flows when a target is unhealthy",
        In("target_failover", "on_unhealthy"),
    ),
    group(
        "target_failover.on_deregistration",
        "when one is deregistered",
        In("target_failover", "on_deregistration"),
    ),
    group(
        "waf.http2.traffic_inspection_behavior",
        "when AWS WAF looks at HTTP/2 requests",
        Missing("`aws_lb_target_group` has no argument for it: set it with the command."),
    ),
];

/// Whether there is a row for it. Those of listeners need none.
pub(super) const fn is_known(of: Owner, key: &str) -> bool {
    if matches!(of, Owner::Listener) {
        return true;
    }
    let mut place = 0;
    while place < ROWS.len() {
        if ROWS[place].of as u8 == of as u8 && is_same(ROWS[place].key, key) {
            return true;
        }
        place += 1;
    }
    false
}

/// The key that a Classic load balancer's attribute is kept under, where that is another one.
pub(super) fn classic_key(key: &'static str) -> &'static str {
    match of(Owner::LoadBalancer, key).and_then(|row| row.classic) {
        Some(Classic::Additional(own, _)) => own,
        Some(Classic::Field(..)) | None => key,
    }
}

/// Equality, which a constant can ask for bytes only.
const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut place = 0;
    while place < one.len() && place < other.len() && one[place] == other[place] {
        place += 1;
    }
    place == one.len() && place == other.len()
}

fn of(owner: Owner, key: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.of == owner && row.key == key)
}

/// The same for every way, for one kind of load balancer.
pub(super) fn way(owner: Owner, set: &[Pair], kind: &Kind) -> Ways {
    let set: Vec<Pair> = set.iter().copied().filter(|(key, _)| !key.is_empty()).collect();
    let mut way = if owner == Owner::LoadBalancer && *kind == Kind::Classic {
        classic(&set)
    } else {
        Ways {
            console: console(owner, &set),
            cli: commands(owner, &set),
            terraform: terraform(owner, false, &set),
            cloudformation: properties(owner, false, &set),
        }
    };
    if let Some((_, bucket)) = set.iter().find(|(key, _)| key.ends_with(".s3.bucket")) {
        way.cli = steps(&[log_buckets::policy(bucket, kind), way.cli]);
    }
    way
}

fn classic(set: &[Pair]) -> Ways {
    let known = |(key, value): &Pair| Some((of(Owner::LoadBalancer, key)?.classic?, *value));
    let own: Vec<(Classic, &str)> = set.iter().filter_map(known).collect();
    let is_known =
        |(key, _): &&Pair| of(Owner::LoadBalancer, key).is_some_and(|row| row.classic.is_some());
    let said: Vec<Pair> = set.iter().filter(is_known).copied().collect();
    Ways {
        console: console(Owner::LoadBalancer, &said),
        cli: classic_command(&own),
        terraform: terraform(Owner::LoadBalancer, true, &said),
        cloudformation: properties(Owner::LoadBalancer, true, &said),
    }
}

fn console(owner: Owner, set: &[Pair]) -> String {
    let page = match owner {
        Owner::LoadBalancer => "EC2, Load Balancers, the load balancer, Attributes, Edit",
        Owner::TargetGroup => "EC2, Target Groups, the group, Attributes, Edit",
        Owner::Listener => "EC2, Load Balancers, the load balancer, the listener, Attributes, Edit",
    };
    let step = |(key, value): &Pair| {
        let label = of(owner, key).map_or(*key, |row| row.label);
        match *value {
            "true" => format!("turn on {label}"),
            "false" => format!("turn off {label}"),
            value => format!("set {label} to {value}"),
        }
    };
    let steps: Vec<String> = set.iter().map(step).collect();
    format!("{page}: {}.", steps.join(" and "))
}

fn commands(owner: Owner, set: &[Pair]) -> String {
    let (start, place) = match owner {
        Owner::LoadBalancer => ("load-balancer", "--load-balancer-arn LOAD_BALANCER_ARN"),
        Owner::TargetGroup => ("target-group", "--target-group-arn TARGET_GROUP_ARN"),
        Owner::Listener => ("listener", "--listener-arn LISTENER_ARN"),
    };
    let mut options = vec![place.to_owned()];
    options.extend(set.iter().map(pair));
    options[1] = format!("--attributes {}", options[1]);
    command(&format!("aws elbv2 modify-{start}-attributes"), &options)
}

/// A pair in the shorthand of the CLI, in quotes where the shell would not take it for one word.
fn pair((key, value): &Pair) -> String {
    let is_word = value.chars().all(|letter| letter.is_alphanumeric() || "_-.:/".contains(letter));
    match value {
        _ if is_word => format!("Key={key},Value={value}"),
        value if value.contains('\'') => format!("\"Key={key},Value=\\\"{value}\\\"\""),
        value => format!("'Key={key},Value={value}'"),
    }
}

/// Attributes as arguments of a resource in Terraform; none where the provider has none for one of them.
pub(super) fn arguments_of(
    (owner, is_classic): (Owner, bool),
    set: &[(&str, Node)],
) -> Option<Body> {
    written(owner, is_classic, set).ok()
}

/// Attributes as properties of a resource in `CloudFormation`; none where it has none for one of them.
pub(super) fn properties_of(
    (owner, is_classic): (Owner, bool),
    set: &[(&str, Node)],
) -> Option<Body> {
    if owner == Owner::LoadBalancer && is_classic {
        return classic_properties(set);
    }
    let list = match owner {
        Owner::LoadBalancer => "LoadBalancerAttributes",
        Owner::TargetGroup => "TargetGroupAttributes",
        Owner::Listener => "ListenerAttributes",
    };
    // Each value is a text, whatever it says.
    let text = |node: &Node| match node {
        Node::Plain(text) => Node::text(text),
        other => other.clone(),
    };
    let item = |(key, node): &(&str, Node)| body([("Key", Node::text(key)), ("Value", text(node))]);
    Some(body([(list, Node::Blocks(set.iter().map(item).collect()))]))
}

/// Arguments and blocks, or a sentence where there is no argument.
fn written(owner: Owner, is_classic: bool, set: &[(&str, Node)]) -> Result<Body, &'static str> {
    let mut own = Body::new();
    for (key, node) in set {
        let row = row_of(owner, key);
        let terraform = match (owner, row) {
            (Owner::Listener, _) => {
                own.push((key.replace('.', "_"), node.clone()));
                continue;
            }
            (Owner::LoadBalancer, Some(row)) if is_classic => row.classic.as_ref().map(named),
            (_, row) => row.map(|row| row.terraform),
        };
        match terraform {
            Some(Argument(name)) => own.push((name.to_owned(), node.clone())),
            Some(In(outer, name)) => {
                let inner = (name.to_owned(), node.clone());
                match own.iter_mut().find(|(known, _)| known == outer) {
                    Some((_, Node::Block(all))) => all.push(inner),
                    _ => own.push((outer.to_owned(), Node::Block(vec![inner]))),
                }
            }
            Some(Missing(sentence)) => return Err(sentence),
            None => return Err("there is no argument for it: set it with the command."),
        }
    }
    Ok(own)
}

/// The row of an attribute, by the key that AWS has for it at whatever kind of load balancer.
fn row_of(owner: Owner, key: &str) -> Option<&'static Row> {
    let is_classic_key =
        |row: &&Row| matches!(row.classic, Some(Classic::Additional(own, _)) if own == key);
    of(owner, key).or_else(|| ROWS.iter().find(is_classic_key))
}

fn classic_properties(set: &[(&str, Node)]) -> Option<Body> {
    let mut own = Body::new();
    for (key, node) in set {
        match row_of(Owner::LoadBalancer, key)?.classic? {
            Classic::Field(_, _, [name]) => own.push(((*name).to_owned(), node.clone())),
            Classic::Field(_, _, way) => {
                let inner = (way[way.len() - 1].to_owned(), node.clone());
                match own.iter_mut().find(|(known, _)| known == way[0]) {
                    Some((_, Node::Block(all))) => all.push(inner),
                    _ => own.push((way[0].to_owned(), Node::Block(vec![inner]))),
                }
            }
            Classic::Additional(..) => return None,
        }
    }
    Some(own)
}

/// Values of a remedy, of which some are for the user to choose.
fn nodes(set: &[Pair]) -> Vec<(&'static str, Node)> {
    set.iter().map(|(key, value)| (*key, Node::of(value))).collect()
}

fn terraform(owner: Owner, is_classic: bool, set: &[Pair]) -> String {
    let kind = match owner {
        Owner::LoadBalancer if is_classic => "aws_elb",
        Owner::LoadBalancer => "aws_lb",
        Owner::TargetGroup => "aws_lb_target_group",
        Owner::Listener => "aws_lb_listener",
    };
    match written(owner, is_classic, &nodes(set)) {
        Ok(own) => resource(kind, "this", &notation::hcl(&own)),
        Err(sentence) => sentence.to_owned(),
    }
}

fn properties(owner: Owner, is_classic: bool, set: &[Pair]) -> String {
    let (name, kind) = match owner {
        Owner::LoadBalancer if is_classic => {
            ("ClassicLoadBalancer", "AWS::ElasticLoadBalancing::LoadBalancer")
        }
        Owner::LoadBalancer => ("LoadBalancer", "AWS::ElasticLoadBalancingV2::LoadBalancer"),
        Owner::TargetGroup => ("TargetGroup", "AWS::ElasticLoadBalancingV2::TargetGroup"),
        Owner::Listener => ("Listener", "AWS::ElasticLoadBalancingV2::Listener"),
    };
    match properties_of((owner, is_classic), &nodes(set)) {
        Some(own) => logical(name, kind, &notation::yaml(&own)),
        None => "# no property for it: use the console or the CLI".to_owned(),
    }
}

fn named(row: &Classic) -> Terraform {
    match row {
        Classic::Field(_, terraform, _) | Classic::Additional(_, terraform) => *terraform,
    }
}

fn classic_command(set: &[(Classic, &str)]) -> String {
    let mut structures: Vec<(&str, Vec<String>)> = Vec::new();
    for (row, value) in set {
        let (outer, field) = match row {
            Classic::Field([outer, name], ..) => {
                let is_plain = hcl(value) == *value;
                let value = if is_plain { (*value).to_owned() } else { format!("\"{value}\"") };
                (*outer, format!("\"{name}\":{value}"))
            }
            Classic::Additional(key, _) => {
                ("AdditionalAttributes", format!("\"Key\":\"{key}\",\"Value\":\"{value}\""))
            }
        };
        match structures.iter_mut().find(|(other, _)| *other == outer) {
            Some((_, fields)) => fields.push(field),
            None => structures.push((outer, vec![field])),
        }
    }
    let structure = |(outer, fields): &(&str, Vec<String>)| {
        let (open, close) = if *outer == "AdditionalAttributes" { ("[", "]") } else { ("", "") };
        format!("\"{outer}\":{open}{{{}}}{close}", fields.join(","))
    };
    let json: Vec<String> = structures.iter().map(structure).collect();
    let attributes = format!("--load-balancer-attributes '{{{}}}'", json.join(","));
    let options = ["--load-balancer-name LOAD_BALANCER_NAME".to_owned(), attributes];
    command("aws elb modify-load-balancer-attributes", &options)
}
