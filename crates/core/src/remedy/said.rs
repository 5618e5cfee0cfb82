//! Changes in the languages of what keeps resources as they are: Terraform, `CloudFormation`, Kubernetes and
//! Elastic Beanstalk.

use super::notation::{Body, Node, body, hcl, yaml};
use super::{Owner, attributes};
use crate::inventory::{
    Action, ConditionField, Kind, Listener, LoadBalancer, MutualAuthentication, Permission, Region,
};
use crate::mutation::{
    Admission, Choice, HealthCheck, ListenerId, ListenerSetting, Mutation, NewListener,
    RuleSetting, Value, Way,
};

mod actions;
mod beanstalk;
mod kubernetes;

pub use beanstalk::{OptionSetting, option_settings};
pub use kubernetes::{Annotation, annotations, in_tree};

/// A piece of a file that keeps a resource as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The type of the resource: `aws_lb_listener`, `AWS::ElasticLoadBalancingV2::Listener`.
    pub resource: &'static str,
    /// Whether the resource, or the part of it that this is, goes away; otherwise it is there from now on.
    pub is_removed: bool,
    /// What it gets.
    pub text: String,
}

/// A change in both languages; none where a language has no word for it.
#[derive(Default)]
struct Both {
    terraform: Option<(&'static str, Body)>,
    cloudformation: Option<(&'static str, Body)>,
    is_removed: bool,
}

/// A change in Terraform; none where its provider has no argument for it.
#[must_use]
pub fn terraform(mutation: &Mutation, region: &Region) -> Option<Piece> {
    let both = both(mutation, region);
    let (resource, body) = both.terraform?;
    Some(Piece { resource, is_removed: both.is_removed, text: hcl(&body) })
}

/// A change in `CloudFormation`; none where it has no property for it.
#[must_use]
pub fn cloudformation(mutation: &Mutation, region: &Region) -> Option<Piece> {
    let both = both(mutation, region);
    let (resource, body) = both.cloudformation?;
    Some(Piece { resource, is_removed: both.is_removed, text: yaml(&body) })
}

const LISTENER: [&str; 2] = ["aws_lb_listener", "AWS::ElasticLoadBalancingV2::Listener"];
const RULE: [&str; 2] = ["aws_lb_listener_rule", "AWS::ElasticLoadBalancingV2::ListenerRule"];
const GROUP: [&str; 2] = ["aws_lb_target_group", "AWS::ElasticLoadBalancingV2::TargetGroup"];
const BALANCER: [&str; 2] = ["aws_lb", "AWS::ElasticLoadBalancingV2::LoadBalancer"];
const CLASSIC: [&str; 2] = ["aws_elb", "AWS::ElasticLoadBalancing::LoadBalancer"];

fn pair([terraform, cloudformation]: [&'static str; 2], own: [Body; 2]) -> Both {
    let [one, other] = own;
    Both {
        terraform: Some((terraform, one)),
        cloudformation: Some((cloudformation, other)),
        is_removed: false,
    }
}

fn node(value: &Value) -> Node {
    match value {
        Value::Is(text) => Node::text(text),
        Value::Of(choice) => Node::Variable(choice.name()),
    }
}

/// The load balancer that a change is about, where it is about one.
pub(crate) fn load_balancer<'a>(
    mutation: &Mutation,
    region: &'a Region,
) -> Option<&'a LoadBalancer> {
    let arn = match mutation {
        Mutation::SetAttributes { of: Owner::LoadBalancer, id, .. } => id,
        Mutation::SetAttributes { of: Owner::Listener, id, .. } => {
            return region.load_balancers().find(|lb| {
                lb.listeners.get().is_ok_and(|all| all.iter().any(|own| own.id == *id))
            });
        }
        Mutation::ModifyListener { listener, .. }
        | Mutation::ModifyRule { listener, .. }
        | Mutation::SetRulePriorities { listener, .. }
        | Mutation::CreateListener { like: listener, .. }
        | Mutation::AddCertificate { listener, .. }
        | Mutation::RemoveCertificate { listener, .. }
        | Mutation::ClassicPolicy { listener, .. }
        | Mutation::ClassicPolicies { listener, .. } => &listener.lb,
        Mutation::DeleteListener { lb, .. }
        | Mutation::SetSecurityGroups { lb, .. }
        | Mutation::AssociateWebAcl { lb, .. }
        | Mutation::PutBucketPolicy { lb, .. } => lb,
        Mutation::SetAttributes { of: Owner::TargetGroup, .. }
        | Mutation::Authorize { .. }
        | Mutation::Revoke { .. }
        | Mutation::ModifyTargetGroup { .. }
        | Mutation::DeregisterTargets { .. }
        | Mutation::RegisterTargets { .. } => return None,
    };
    region.load_balancers().find(|lb| lb.arn == *arn)
}

/// The listener that a change is about, where it is about one.
pub(crate) fn listener<'a>(mutation: &Mutation, region: &'a Region) -> Option<&'a Listener> {
    let id = match mutation {
        Mutation::SetAttributes { of: Owner::Listener, id, .. } => id,
        Mutation::ModifyListener { listener, .. }
        | Mutation::ModifyRule { listener, .. }
        | Mutation::SetRulePriorities { listener, .. }
        | Mutation::AddCertificate { listener, .. }
        | Mutation::RemoveCertificate { listener, .. }
        | Mutation::ClassicPolicy { listener, .. }
        | Mutation::CreateListener { like: listener, .. } => &listener.id,
        _ => return None,
    };
    load_balancer(mutation, region)?.listeners.get().ok()?.iter().find(|own| own.id == *id)
}

/// What a rule does before the change.
fn acting<'a>(
    (listener, rule): (&ListenerId, Option<&str>),
    region: &'a Region,
) -> Option<&'a [Action]> {
    let lb = region.load_balancers().find(|lb| lb.arn == listener.lb)?;
    let own = lb.listeners.get().ok()?.iter().find(|own| own.id == listener.id)?;
    match rule {
        None => Some(&own.default_actions),
        Some(arn) => Some(&own.rules.get().ok()?.iter().find(|rule| rule.arn == arn)?.actions),
    }
}

#[expect(clippy::too_many_lines, reason = "an arm for each change")]
fn both(mutation: &Mutation, region: &Region) -> Both {
    let is_classic = load_balancer(mutation, region).is_some_and(|lb| lb.kind == Kind::Classic);
    match mutation {
        Mutation::SetAttributes { of, set, .. } => {
            let set: Vec<(&str, Node)> = set
                .iter()
                .filter_map(|(key, value)| Some((&**key, node(value.as_ref()?))))
                .collect();
            attributes_of((*of, is_classic), &set)
        }
        Mutation::ModifyListener { listener, set } => {
            let actions = acting((listener, None), region).unwrap_or_default();
            of_listener(set, is_classic, actions)
        }
        Mutation::ModifyRule { listener, rule, set } => match set {
            RuleSetting::Actions(edit) => {
                let own = acting((listener, Some(rule)), region).unwrap_or_default();
                actions::of(edit, own, (RULE, ["action", "Actions"]))
            }
            RuleSetting::Conditions(all) => conditions(all),
        },
        Mutation::SetRulePriorities { order, .. } => {
            let all: Vec<Node> =
                order.values().map(|priority| Node::Plain(priority.to_string())).collect();
            // Of the rules in the order of their ARNs: one argument each.
            let first = all.first().cloned().unwrap_or(Node::Plain("1".to_owned()));
            pair(RULE, [body([("priority", first.clone())]), body([("Priority", first)])])
        }
        Mutation::CreateListener { new, .. } => new_listener(new),
        Mutation::DeleteListener { port, .. } => {
            let port = || Node::Plain(port.to_string());
            let own = pair(LISTENER, [body([("port", port())]), body([("Port", port())])]);
            Both { is_removed: true, ..own }
        }
        Mutation::AddCertificate { certificate, .. } => one_certificate(certificate),
        Mutation::RemoveCertificate { certificate, .. } => {
            Both { is_removed: true, ..one_certificate(certificate) }
        }
        Mutation::Authorize { group, way, admits } => door(group, *way, admits),
        Mutation::Revoke { group, way, admits } => {
            Both { is_removed: true, ..door(group, *way, admits) }
        }
        Mutation::SetSecurityGroups { groups, private_link, .. } => {
            const PRIVATE_LINK: [&str; 2] = [
                "enforce_security_group_inbound_rules_on_private_link_traffic",
                "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic",
            ];
            let own = |list: &str, key: &str| {
                let mut own = body([(list, Node::texts(groups))]);
                own.extend(private_link.iter().map(|word| (key.to_owned(), Node::text(word))));
                own
            };
            let kind = if is_classic { CLASSIC } else { BALANCER };
            pair(
                kind,
                [own("security_groups", PRIVATE_LINK[0]), own("SecurityGroups", PRIVATE_LINK[1])],
            )
        }
        Mutation::ModifyTargetGroup { set, .. } => health_check(set),
        Mutation::DeregisterTargets { targets, .. } => {
            let ids: Vec<String> = targets.iter().map(|(id, _)| id.clone()).collect();
            Both { is_removed: true, ..registered(&ids) }
        }
        Mutation::RegisterTargets { targets, .. } => {
            registered(&targets.iter().map(|own| own.id.clone()).collect::<Vec<_>>())
        }
        Mutation::ClassicPolicy { name, attributes, .. } => {
            let pairs = |first: &str, second: &str| {
                let one = |(name, value): (&String, &String)| {
                    body([(first, Node::text(name)), (second, Node::text(value))])
                };
                Node::Blocks(attributes.iter().map(one).collect())
            };
            pair(
                ["aws_load_balancer_policy", CLASSIC[1]],
                [
                    body([
                        ("policy_name", Node::text(name)),
                        ("policy_type_name", Node::text("SSLNegotiationPolicyType")),
                        ("policy_attribute", pairs("name", "value")),
                    ]),
                    body([(
                        "Policies",
                        Node::Blocks(vec![body([
                            ("PolicyName", Node::text(name)),
                            ("PolicyType", Node::text("SSLNegotiationPolicyType")),
                            ("Attributes", pairs("Name", "Value")),
                        ])]),
                    )]),
                ],
            )
        }
        Mutation::ClassicPolicies { names, .. } => {
            let names = || Node::texts(names);
            pair(
                ["aws_load_balancer_listener_policy", CLASSIC[1]],
                [
                    body([("policy_names", names())]),
                    body([("Listeners", Node::Blocks(vec![body([("PolicyNames", names())])]))]),
                ],
            )
        }
        Mutation::AssociateWebAcl { lb, acl } => {
            let arn = |name: &str, acl_name: &str| {
                let mut own = body([(name, Node::text(lb))]);
                own.extend(acl.iter().map(|acl| (acl_name.to_owned(), node(acl))));
                own
            };
            let own = pair(
                ["aws_wafv2_web_acl_association", "AWS::WAFv2::WebACLAssociation"],
                [arn("resource_arn", "web_acl_arn"), arn("ResourceArn", "WebACLArn")],
            );
            Both { is_removed: acl.is_none(), ..own }
        }
        // The whole document is one argument: what a statement more makes of it is told by the commands.
        Mutation::PutBucketPolicy { .. } => Both::default(),
    }
}

fn attributes_of((of, is_classic): (Owner, bool), set: &[(&str, Node)]) -> Both {
    let own = match (of, is_classic) {
        (Owner::LoadBalancer, true) => CLASSIC,
        (Owner::LoadBalancer, false) => BALANCER,
        (Owner::TargetGroup, _) => GROUP,
        (Owner::Listener, _) => LISTENER,
    };
    Both {
        terraform: attributes::arguments_of((of, is_classic), set).map(|body| (own[0], body)),
        cloudformation: attributes::properties_of((of, is_classic), set).map(|body| (own[1], body)),
        is_removed: false,
    }
}

fn of_listener(set: &ListenerSetting, is_classic: bool, actions: &[Action]) -> Both {
    match set {
        ListenerSetting::SslPolicy(name) => {
            let name = || Node::text(name);
            pair(LISTENER, [body([("ssl_policy", name())]), body([("SslPolicy", name())])])
        }
        ListenerSetting::Certificate(arn) if is_classic => {
            let listener = |list: &str, key: &str| {
                body([(list, Node::Blocks(vec![body([(key, node(arn))])]))])
            };
            pair(
                CLASSIC,
                [
                    listener("listener", "ssl_certificate_id"),
                    listener("Listeners", "SSLCertificateId"),
                ],
            )
        }
        ListenerSetting::Certificate(arn) => pair(
            LISTENER,
            [body([("certificate_arn", node(arn))]), body([("Certificates", certificates(arn))])],
        ),
        ListenerSetting::MutualAuthentication(own, choice) => mutual(own.as_ref(), choice.as_ref()),
        ListenerSetting::DefaultActions(edit) => {
            actions::of(edit, actions, (LISTENER, ["default_action", "DefaultActions"]))
        }
    }
}

fn certificates(arn: &Value) -> Node {
    Node::Blocks(vec![body([("CertificateArn", node(arn))])])
}

fn one_certificate(arn: &Value) -> Both {
    pair(
        ["aws_lb_listener_certificate", "AWS::ElasticLoadBalancingV2::ListenerCertificate"],
        [body([("certificate_arn", node(arn))]), body([("Certificates", certificates(arn))])],
    )
}

fn mutual(own: Option<&MutualAuthentication>, choice: Option<&Choice>) -> Both {
    let store = match (choice, own.and_then(|own| own.trust_store_arn.as_ref())) {
        (Some(choice), _) => Some(Node::Variable(choice.name())),
        (None, arn) => arn.map(|arn| Node::text(arn)),
    };
    let mode = own.and_then(|own| own.mode.as_ref()).map_or("off".to_owned(), ToString::to_string);
    let said = |names: [&str; 4]| {
        let mut inner = body([(names[0], Node::text(&mode))]);
        let ignores = own.and_then(|own| own.ignore_client_certificate_expiry);
        let told = own.and_then(|own| own.advertise_authorities.as_deref());
        inner.extend(store.clone().map(|store| (names[1].to_owned(), store)));
        inner
            .extend(ignores.map(|ignores| (names[2].to_owned(), Node::Plain(ignores.to_string()))));
        inner.extend(told.map(|word| (names[3].to_owned(), Node::text(word))));
        Node::Block(inner)
    };
    let terraform = [
        "mode",
        "trust_store_arn",
        "ignore_client_certificate_expiry",
        "advertise_trust_store_ca_names",
    ];
    let cloudformation =
        ["Mode", "TrustStoreArn", "IgnoreClientCertificateExpiry", "AdvertiseTrustStoreCaNames"];
    pair(
        LISTENER,
        [
            body([("mutual_authentication", said(terraform))]),
            body([("MutualAuthentication", said(cloudformation))]),
        ],
    )
}

fn conditions(all: &[crate::inventory::Condition]) -> Both {
    let ranges: Vec<&Vec<String>> = all
        .iter()
        .filter(|own| own.field == ConditionField::SourceIp)
        .map(|own| &own.values)
        .collect();
    let terraform = ranges
        .iter()
        .map(|own| body([("source_ip", Node::Block(body([("values", Node::texts(*own))])))]));
    let cloudformation = ranges.iter().map(|own| {
        body([
            ("Field", Node::text("source-ip")),
            ("SourceIpConfig", Node::Block(body([("Values", Node::texts(*own))]))),
        ])
    });
    pair(
        RULE,
        [
            body([("condition", Node::Blocks(terraform.collect()))]),
            body([("Conditions", Node::Blocks(cloudformation.collect()))]),
        ],
    )
}

fn new_listener(new: &NewListener) -> Both {
    let (protocol, port) = (Node::text(&new.protocol), Node::Plain(new.port.to_string()));
    let policy = Node::text(&new.ssl_policy);
    let mut terraform = body([
        ("protocol", protocol.clone()),
        ("port", port.clone()),
        ("ssl_policy", policy.clone()),
        ("certificate_arn", node(&new.certificate)),
    ]);
    let mut cloudformation = body([
        ("Protocol", protocol),
        ("Port", port),
        ("SslPolicy", policy),
        ("Certificates", certificates(&new.certificate)),
    ]);
    if let Some(group) = &new.serves {
        let forward =
            |kind: &str, arn: &str| vec![body([(kind, Node::text("forward")), (arn, node(group))])];
        let own = Node::Blocks(forward("type", "target_group_arn"));
        terraform.push(("default_action".to_owned(), own));
        let own = Node::Blocks(forward("Type", "TargetGroupArn"));
        cloudformation.push(("DefaultActions".to_owned(), own));
    }
    pair(LISTENER, [terraform, cloudformation])
}

fn door(group: &str, way: Way, admits: &Admission) -> Both {
    let kinds = match way {
        Way::Ingress => ["aws_vpc_security_group_ingress_rule", "AWS::EC2::SecurityGroupIngress"],
        Way::Egress => ["aws_vpc_security_group_egress_rule", "AWS::EC2::SecurityGroupEgress"],
    };
    let rule = &admits.permission;
    let own = |names: [&str; 4], source: (String, Node)| {
        let mut own = body([(names[0], Node::text(group)), (names[1], Node::text(&rule.protocol))]);
        if rule.protocol != "-1" {
            for (name, port) in [(names[2], rule.from_port), (names[3], rule.to_port)] {
                own.extend(port.map(|port| (name.to_owned(), Node::Plain(port.to_string()))));
            }
        }
        own.push(source);
        own
    };
    let [terraform, cloudformation] = source(rule, admits.chosen.as_ref(), way);
    pair(
        kinds,
        [
            own(["security_group_id", "ip_protocol", "from_port", "to_port"], terraform),
            own(["GroupId", "IpProtocol", "FromPort", "ToPort"], cloudformation),
        ],
    )
}

/// Whom a rule is about; of several the first, as a resource is for one.
fn source(rule: &Permission, chosen: Option<&Choice>, way: Way) -> [(String, Node); 2] {
    let named = |names: [&str; 2], node: Node| {
        [(names[0].to_owned(), node.clone()), (names[1].to_owned(), node)]
    };
    let (of_group, of_list) = match way {
        Way::Ingress => ("SourceSecurityGroupId", "SourcePrefixListId"),
        Way::Egress => ("DestinationSecurityGroupId", "DestinationPrefixListId"),
    };
    match (chosen, rule.ranges.first()) {
        (Some(choice @ Choice::ClientsIpv6), _) => {
            named(["cidr_ipv6", "CidrIpv6"], Node::Variable(choice.name()))
        }
        (Some(choice), _) => named(["cidr_ipv4", "CidrIp"], Node::Variable(choice.name())),
        (None, Some(range)) if range.addr().is_ipv6() => {
            named(["cidr_ipv6", "CidrIpv6"], Node::text(&range.to_string()))
        }
        (None, Some(range)) => named(["cidr_ipv4", "CidrIp"], Node::text(&range.to_string())),
        (None, None) => match (rule.groups.first(), rule.prefix_lists.first()) {
            (Some(id), _) => named(["referenced_security_group_id", of_group], Node::text(id)),
            (None, id) => {
                let id = id.map_or("", String::as_str);
                named(["prefix_list_id", of_list], Node::text(id))
            }
        },
    }
}

fn health_check(set: &HealthCheck) -> Both {
    let mut terraform = Body::new();
    let mut cloudformation = Body::new();
    let mut add = |names: [&str; 2], node: Option<Node>| {
        if let Some(node) = node {
            terraform.push((names[0].to_owned(), node.clone()));
            cloudformation.push((names[1].to_owned(), node));
        }
    };
    let text = |text: &Option<String>| text.as_deref().map(Node::text);
    let enabled = set.enabled.map(|is_on| Node::Plain(is_on.to_string()));
    add(["enabled", "HealthCheckEnabled"], enabled);
    add(["protocol", "HealthCheckProtocol"], text(&set.protocol));
    add(["port", "HealthCheckPort"], text(&set.port));
    add(["path", "HealthCheckPath"], text(&set.path));
    pair(GROUP, [body([("health_check", Node::Block(terraform))]), cloudformation])
}

fn registered(ids: &[String]) -> Both {
    let attachment = match ids {
        [only] => Node::text(only),
        all => Node::texts(all),
    };
    let targets = ids.iter().map(|id| body([("Id", Node::text(id))])).collect();
    pair(
        ["aws_lb_target_group_attachment", GROUP[1]],
        [body([("target_id", attachment)]), body([("Targets", Node::Blocks(targets))])],
    )
}
