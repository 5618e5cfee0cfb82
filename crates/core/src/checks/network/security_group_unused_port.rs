//! A security group admits ports on which nothing listens.

use crate::remedy::plan::{self, Plan};
use std::collections::BTreeSet;

use crate::analysis::{reach, security_groups};
use crate::checks::prelude::*;
use crate::checks::shared::{causes_network, doors, seen};
use crate::inventory::SecurityGroup;
use crate::remedy::cause::Cause;

pub(crate) const CHECK: Check = Check {
    id: "security-group-unused-port",
    aliases: &["sg-port-without-listener"],
    title: "security group admits ports without a listener",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "Nothing answers there today. The next listener on such a port is open the moment it is \
          made, and so is whatever else is put into the group.",
    logic: "Fails when an inbound rule of an attached security group, from an address range or a \
            prefix list, is about a TCP or UDP port that no listener has: `-1` and ranges wider \
            than the listeners always are. Rules from other security groups and ICMP do not count. \
            Does not apply without security group or listener. Unknown while listeners or a group \
            are unread.",
    false_alarms: "A deployment that moves traffic between two ports may keep both open, and a \
                   group that load balancers share has the ports of all of them.",
    fix: "narrow the rule to the ports of the listeners",
    remedy: Remedy::steps(Steps {
        console: "EC2 console, Security Groups, the group, Edit inbound rules: narrow the port \
                  range or delete the rule.",
        cli: r"
            # anything else in the group may need the rule
            aws ec2 describe-network-interfaces --filters 'Name=group-id,Values=NARROWED_GROUP_IDS' \
              --query 'NetworkInterfaces[].[NetworkInterfaceId,Description]' --output table

            # other load balancers of SHARED_GROUP_ID listen there: this one gets a group of its own
            aws elbv2 set-security-groups --load-balancer-arn LOAD_BALANCER_ARN \
              --security-groups NEW_GROUP_ID OTHER_GROUP_IDS

            # other load balancers of SHARED_GROUP_ID listen there: this one gets a group of its own
            aws elb apply-security-groups-to-load-balancer --load-balancer-name CLASSIC_NAME \
              --security-groups NEW_GROUP_ID OTHER_GROUP_IDS

            # the listeners within it stay open
            aws ec2 authorize-security-group-ingress --group-id KEPT_GROUP_ID \
              --ip-permissions KEPT_PERMISSION

            aws ec2 revoke-security-group-ingress --group-id RULE_GROUP_ID \
              --ip-permissions RULE_PERMISSION",
        terraform: r#"
            resource "aws_vpc_security_group_ingress_rule" "https" {
              security_group_id = aws_security_group.lb.id
              ip_protocol       = "tcp"
              from_port         = 443
              to_port           = 443
              cidr_ipv4         = "0.0.0.0/0"
            }"#,
        cloudformation: r"
            Ingress:
              Type: AWS::EC2::SecurityGroupIngress
              Properties:
                GroupId: !Ref Group
                IpProtocol: tcp
                FromPort: 443
                ToPort: 443
                CidrIp: 0.0.0.0/0",
    })
    .planned(Plan::By(plan::close_unused)),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html",
        "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
    ],
    examples: &[
        Example {
            title: "a port left over",
            given: || {
                admitting(vec![tcp(443, 443, &["0.0.0.0/0"]), tcp(8443, 8443, &["0.0.0.0/0"])])
            },
            finds: &["fail security-group-unused-port web"],
        },
        Example {
            title: "a range around the port",
            given: || admitting(vec![tcp(443, 444, &["10.0.0.0/16"])]),
            finds: &["fail security-group-unused-port web"],
        },
        Example {
            title: "everything",
            given: || {
                let all = Permission { protocol: "-1".to_owned(), ..tcp(0, 0, &["0.0.0.0/0"]) };
                admitting(vec![Permission { from_port: None, to_port: None, ..all }])
            },
            finds: &["fail security-group-unused-port web"],
        },
        Example {
            title: "UDP beside a TCP listener",
            given: || {
                let udp =
                    Permission { protocol: "udp".to_owned(), ..tcp(443, 443, &["0.0.0.0/0"]) };
                admitting(vec![tcp(443, 443, &["0.0.0.0/0"]), udp])
            },
            finds: &["fail security-group-unused-port web"],
        },
        Example {
            title: "a range that listeners fill, a group as source, and ICMP",
            given: || {
                let mut peers = tcp(9000, 9000, &[]);
                peers.groups.push("sg-peers".to_owned());
                let icmp =
                    Permission { protocol: "icmp".to_owned(), ..tcp(-1, -1, &["0.0.0.0/0"]) };
                let mut inventory = admitting(vec![tcp(443, 444, &["0.0.0.0/0"]), peers, icmp]);
                let lb = sample::only(&mut inventory.accounts[0].regions[0]);
                let mut second = sample::listeners(lb)[0].clone();
                second.port = Some(444);
                second.id.push_str("-444");
                sample::listeners(lb).push(second);
                inventory
            },
            finds: &[],
        },
        Example {
            title: "listeners unread",
            given: || {
                sample::with(&Kind::Classic, |lb| {
                    let call = crate::vocab::call::Call::ElbDescribeLoadBalancers;
                    lb.listeners = Fact::Unread(sample::denied(call));
                })
            },
            finds: &[
                "unknown security-group-unused-port web",
                "unknown 39 others: elb:DescribeLoadBalancers",
            ],
        },
        Example {
            title: "a port for each listener",
            given: || sample::clean(&Kind::Application),
            finds: &[],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

/// The clean Network account, its security group admitting this.
fn admitting(ingress: Vec<Permission>) -> crate::inventory::Inventory {
    sample::with_region(&Kind::Network, |region| {
        let mut group = sample::open_group("sg-web", &[]);
        group.ingress = ingress;
        region.security_groups = Fact::Known(vec![group, sample::target_group_door()]);
    })
}

fn tcp(from: i32, to: i32, ranges: &[&str]) -> Permission {
    Permission {
        protocol: "tcp".to_owned(),
        from_port: Some(from),
        to_port: Some(to),
        ranges: ranges.iter().filter_map(|range| range.parse().ok()).collect(),
        ..Permission::default()
    }
}

fn judge(context: &Context) -> Judgement {
    let lb = context.lb;
    let listeners = lb.listeners.get()?;
    if lb.security_groups.is_empty() || listeners.is_empty() {
        return Ok(Verdict::NotApplicable);
    }
    let ports = ports(lb)?;
    let attached = security_groups::attached_to(context.index, lb);
    let (mut unused, mut wide) = (Partial::whole(Vec::new()), Vec::new());
    for (group, permission) in attached.ingress() {
        let outside = permission.ranges.len() + permission.prefix_lists.len();
        let wider = is_wider(permission, &ports)
            .map_err(|gap| security_groups::placed(context.index, group, gap));
        if unused.learn(wider) == Some(true) {
            let named = permission.others().take(outside);
            unused.found.extend(named.map(|from| security_groups::rule(group, permission, &from)));
            if outside > 0 {
                wide.push((group, permission));
            }
        }
    }
    if unused.found.is_empty() {
        attached.complete()?;
        let evidence = Grounds::new().with("security_groups", seen::few(&lb.security_groups));
        let listening: Vec<String> = listeners.iter().map(Listener::label).collect();
        let evidence = evidence.with("listeners", seen::few(&listening)).with("rules", 0);
        return unused.otherwise(Verdict::Pass(evidence));
    }
    let listening: Vec<String> = listeners.iter().map(Listener::label).collect();
    let grounds = Grounds::new().with("rules", unused.found).with("listeners", listening);
    let grounds = bound(context, &wide, &ports, grounds);
    Ok(Verdict::Fail(match causes_network::only_group(&wide) {
        Some((group, rules)) if rules.iter().all(|rule| is_free(context, group, rule, &ports)) => {
            grounds.cause(narrowing(group, &rules, &ports))
        }
        _ => grounds,
    }))
}

/// The grounds with the rules to revoke, and with those that keep their clients at the listeners; with the
/// groups instead whose other load balancers need the rules.
fn bound(
    context: &Context,
    wide: &[(&SecurityGroup, &Permission)],
    ports: &Ports,
    grounds: Grounds,
) -> Grounds {
    let is_own =
        |(group, rule): &&(&SecurityGroup, &Permission)| is_free(context, group, rule, ports);
    let (own, shared): (Vec<_>, Vec<_>) = wide.iter().partition(is_own);
    let grounds = bound_shared(context.lb, &shared, grounds);
    if own.is_empty() {
        return grounds;
    }
    let ids = |rules: &[&(&SecurityGroup, &Permission)]| -> Vec<String> {
        rules.iter().map(|(group, _)| group.id.clone()).collect()
    };
    let mut narrowed = ids(&own);
    narrowed.dedup();
    let rules: Vec<String> = own.iter().map(|(_, rule)| doors::permission(rule)).collect();
    let grounds = grounds
        .bind("NARROWED_GROUP_IDS", narrowed)
        .bind("RULE_GROUP_ID", ids(&own))
        .bind("RULE_PERMISSION", rules);
    bound_kept(&own, ports, grounds)
}

/// The grounds with rules for the listeners that these rules admit to.
fn bound_kept(wide: &[&(&SecurityGroup, &Permission)], ports: &Ports, grounds: Grounds) -> Grounds {
    let (mut groups, mut kept) = (Vec::new(), Vec::new());
    for (group, rule) in wide {
        for (transport, port) in covered(rule, ports) {
            let own = Permission {
                protocol: transport.word().to_owned(),
                from_port: Some(i32::from(*port)),
                to_port: Some(i32::from(*port)),
                ..(*rule).clone()
            };
            if !group.ingress.iter().any(|other| admits(other, &own)) {
                groups.push(group.id.clone());
                kept.push(doors::permission(&own));
            }
        }
    }
    if kept.is_empty() {
        return grounds;
    }
    grounds.bind("KEPT_GROUP_ID", groups).bind("KEPT_PERMISSION", kept)
}

/// The grounds with the groups of these rules, and with those that the load balancer has beside them.
fn bound_shared(
    lb: &LoadBalancer,
    rules: &[&(&SecurityGroup, &Permission)],
    grounds: Grounds,
) -> Grounds {
    let shared: BTreeSet<&String> = rules.iter().map(|(group, _)| &group.id).collect();
    if shared.is_empty() {
        return grounds;
    }
    let others = lb.security_groups.iter().filter(|id| !shared.contains(id)).cloned();
    let others: Vec<String> = others.collect();
    let shared: Vec<String> = shared.into_iter().cloned().collect();
    grounds.bind("SHARED_GROUP_ID", shared.join(" and ")).bind("OTHER_GROUP_IDS", others)
}

/// Whether a rule is another one already, for some of those whom it names: AWS takes none twice.
fn admits(rule: &Permission, other: &Permission) -> bool {
    let ports = |rule: &Permission| (rule.from_port, rule.to_port);
    let shares = other.ranges.iter().any(|range| rule.ranges.contains(range))
        || other.prefix_lists.iter().any(|list| rule.prefix_lists.contains(list));
    rule.protocol == other.protocol && ports(rule) == ports(other) && shares
}

/// The ports of the listeners, each with its transport.
type Ports = BTreeSet<(Transport, u16)>;

fn ports(lb: &LoadBalancer) -> Result<Ports, Gap> {
    let mut ports = Ports::new();
    for listener in lb.listeners.get()? {
        let (transports, port) = reach::transports_and_port(listener)?;
        ports.extend(transports.iter().map(|transport| (*transport, port)));
    }
    Ok(ports)
}

/// The listeners' ports that a permission is about.
fn covered<'a>(
    permission: &Permission,
    ports: &'a Ports,
) -> impl Iterator<Item = &'a (Transport, u16)> {
    let scope = permission.scope();
    ports.iter().filter(move |(transport, port)| {
        let covers = |(from, to): (u16, u16)| (from..=to).contains(port);
        scope.as_ref().is_ok_and(|scope| scope.ports(*transport).is_some_and(covers))
    })
}

/// Whether no other load balancer of the group is known to listen on a port that a rule admits and these ports
/// are not: narrowing the group would shut it.
fn is_free(context: &Context, group: &SecurityGroup, rule: &Permission, own: &Ports) -> bool {
    let members = context.index.members(&group.id).iter();
    let mut others = members.filter(|lb| lb.arn != context.lb.arn);
    others
        .all(|lb| ports(lb).is_ok_and(|ports| covered(rule, &ports).all(|port| own.contains(port))))
}

/// Rules without any listener are closed; one that is wider than the listeners keeps their ports.
fn narrowing(group: &SecurityGroup, rules: &[&Permission], ports: &Ports) -> Cause {
    if rules.iter().all(|rule| covered(rule, ports).next().is_none()) {
        return causes_network::close(group, rules);
    }
    let kept: BTreeSet<&(Transport, u16)> =
        rules.iter().flat_map(|rule| covered(rule, ports)).collect();
    let kept: Vec<String> =
        kept.into_iter().map(|(transport, port)| format!("{transport} {port}")).collect();
    let wide: Vec<String> = rules.iter().map(|rule| rule.label()).collect();
    causes_network::narrow(group, format!("{} to {}", wide.join(", "), kept.join(", ")))
}

/// Whether a permission is about a port that is not among these.
fn is_wider(permission: &Permission, ports: &Ports) -> Result<bool, Gap> {
    let scope = permission.scope()?;
    Ok(Transport::BOTH.into_iter().any(|transport| {
        scope.ports(transport).is_some_and(|(from, to)| {
            let used =
                |(own, port): &&(Transport, u16)| *own == transport && (from..=to).contains(port);
            usize::from(to - from) + 1 > ports.iter().filter(used).count()
        })
    }))
}
