//! A dual-stack listener that clients of one family of addresses cannot reach.

use crate::analysis::reach::{self, NO_GATEWAY, Reachability};
use crate::checks::prelude::*;
use crate::checks::shared::doors;
use crate::vocab::net::Family;

pub(crate) const CHECK: Check = Check {
    id: "address-family-closed",
    title: "dual-stack, and closed to one family of addresses",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application, Kind::Network],
    why: "The name of a dual-stack load balancer has addresses of both families. Clients that try the \
          closed one first time out, or wait and try the other: it is slow for some, out of order for \
          others, and whoever has the other family alone never sees it.",
    logic: "A note when a listener of a `dualstack` load balancer can be reached by its addresses of one \
            family and by none of the other. An internet-facing one is asked for the way from the internet: \
            security groups, network ACLs, routes and VPC Block Public Access; an internal one for whom its \
            security groups and network ACLs admit. Members of other groups may have addresses of either \
            family behind an internal one, and who is admitted by prefix lists alone was chosen by hand: these pass. Unknown while \
            what decides is unread, or the address type is not known. Does not apply to `ipv4` and \
            `dualstack-without-public-ipv4`, nor where neither family has a way in.",
    false_alarms: "Meant for the time in which a network is moved to IPv6, addresses first.",
    fix: "admit clients of both families, set ipv6.deny_all_igw_traffic to false, or give the load balancer addresses of one",
    remedy: Remedy::steps(Steps {
        console: "EC2 console, Security Groups, the group, Edit inbound rules, Add rule: the listener's \
                  port and `::/0`, or the clients' ranges. Or Load Balancers, the load balancer, Network \
                  mapping, Edit IP address type: IPv4.",
        cli: r"
            # or, where nobody needs IPv6, leave it to the second command
            aws ec2 authorize-security-group-ingress --group-id GROUP_ID \
              --ip-permissions 'IpProtocol=TRANSPORT,FromPort=PORT,ToPort=PORT,Ipv6Ranges=[{CidrIpv6=CLIENTS_IPV6_RANGE}]'

            # instead of the first command: no IPv6 addresses any more
            aws elbv2 set-ip-address-type --load-balancer-arn LOAD_BALANCER_ARN --ip-address-type ipv4",
        terraform: r#"
            resource "aws_vpc_security_group_ingress_rule" "https_by_ipv6" {
              security_group_id = aws_security_group.lb.id
              ip_protocol       = "tcp"
              from_port         = 443
              to_port           = 443
              cidr_ipv6         = "::/0"
            }"#,
        cloudformation: r"
            IngressByIpv6:
              Type: AWS::EC2::SecurityGroupIngress
              Properties:
                GroupId: !Ref Group
                IpProtocol: tcp
                FromPort: 443
                ToPort: 443
                CidrIpv6: ::/0",
    }),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-ip-address-type.html",
        "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
    ],
    examples: &[
        Example {
            title: "everyone by IPv4 and nobody by IPv6",
            given: || admitting(&Kind::Application, &["0.0.0.0/0"]),
            finds: &["note address-family-closed HTTP:80", "note address-family-closed HTTPS:443"],
        },
        Example {
            title: "everyone by IPv6 and nobody by IPv4",
            given: || admitting(&Kind::Network, &["::/0"]),
            finds: &["note address-family-closed TLS:443"],
        },
        Example {
            title: "admitted by both, and no IPv6 route",
            given: || {
                let mut inventory = admitting(&Kind::Network, &["0.0.0.0/0", "::/0"]);
                let region = &mut inventory.accounts[0].regions[0];
                region.route_tables = Fact::Known(vec![sample::public_routes()]);
                inventory
            },
            finds: &["note address-family-closed TLS:443"],
        },
        Example {
            title: "an internal one that admits the VPC by IPv4",
            given: || internal(&["10.0.0.0/16"]),
            finds: &["note address-family-closed HTTP:80", "note address-family-closed HTTPS:443"],
        },
        Example {
            title: "an internal one that admits the VPC by both",
            given: || internal(&["10.0.0.0/16", "2001:db8:12::/56"]),
            finds: &[],
        },
        Example {
            title: "everyone by both",
            given: || admitting(&Kind::Application, &["0.0.0.0/0", "::/0"]),
            finds: &[],
        },
        Example {
            title: "members of another group",
            given: || {
                let mut inventory = internal(&[]);
                let region = &mut inventory.accounts[0].regions[0];
                if let Fact::Known(groups) = &mut region.security_groups {
                    for permission in &mut groups[0].ingress {
                        permission.groups = vec!["sg-targets".to_owned()];
                    }
                }
                inventory
            },
            finds: &[],
        },
        Example {
            title: "nobody by either",
            given: || admitting(&Kind::Network, &[]),
            finds: &["does not apply", "fail listener-port-closed TLS:443"],
        },
        Example {
            title: "IPv4 alone",
            given: || sample::clean(&Kind::Application),
            finds: &["does not apply"],
        },
        Example {
            title: "security groups unread",
            given: || {
                let mut inventory = admitting(&Kind::Application, &["0.0.0.0/0"]);
                let call = Call::Ec2DescribeSecurityGroups;
                inventory.accounts[0].regions[0].security_groups =
                    Fact::Unread(sample::denied(call));
                inventory
            },
            finds: &[
                "unknown address-family-closed HTTP:80",
                "unknown address-family-closed HTTPS:443",
                "unknown 10 others: ec2:DescribeSecurityGroups",
            ],
        },
        Example {
            title: "addresses of a type that this version does not know",
            given: || {
                let mut inventory = admitting(&Kind::Application, &["0.0.0.0/0"]);
                let lb = sample::only(&mut inventory.accounts[0].regions[0]);
                lb.ip_address_type = Some("triplestack".into());
                inventory
            },
            finds: &[
                "unknown ipv6-wider-than-ipv4 HTTP:80",
                "unknown ipv6-wider-than-ipv4 HTTPS:443",
                "unknown address-family-closed HTTP:80",
                "unknown address-family-closed HTTPS:443",
            ],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

/// A public dual-stack load balancer whose security group admits these.
fn admitting(kind: &Kind, ranges: &[&str]) -> Inventory {
    sample::with_region(kind, |region| {
        sample::dual_stack(region);
        admit(region, ranges);
    })
}

/// An internal one.
fn internal(ranges: &[&str]) -> Inventory {
    sample::with_region(&Kind::Application, |region| {
        sample::inside(region);
        sample::only(region).ip_address_type = Some("dualstack".into());
        admit(region, ranges);
    })
}

fn admit(region: &mut Region, ranges: &[&str]) {
    if let Fact::Known(groups) = &mut region.security_groups {
        for permission in &mut groups[0].ingress {
            permission.ranges = ranges.iter().filter_map(|range| range.parse().ok()).collect();
        }
    }
}

/// Whether clients of a family have a way in.
enum Entrance {
    /// These have.
    Open(Vec<String>),
    /// None has, and this is why.
    Closed(String),
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    match &context.lb.ip_address_type {
        Some(IpAddressType::Dualstack) => {}
        None | Some(IpAddressType::Ipv4 | IpAddressType::DualstackWithoutPublicIpv4) => {
            return Ok(Verdict::NotApplicable);
        }
        Some(IpAddressType::Other(other)) => {
            let gap = Gap::new(Call::ElbV2DescribeLoadBalancers, Reason::Unrecognised);
            return Err(gap.of(&context.lb.arn).saying(format!("address type {other}")));
        }
    }
    let is_internal = reach::is_internal(context.lb)?;
    let way = if is_internal { inside } else { outside };
    let entrance = |family| way(context, listener, family);
    let (closed, reason, open) = match (entrance(Family::V4)?, entrance(Family::V6)?) {
        (Entrance::Open(by_v4), Entrance::Closed(reason)) => (Family::V6, reason, by_v4),
        (Entrance::Closed(reason), Entrance::Open(by_v6)) => (Family::V4, reason, by_v6),
        (Entrance::Open(by_v4), Entrance::Open(by_v6)) => {
            let seen = Grounds::new().with("ipv4_from", by_v4).with("ipv6_from", by_v6);
            return Ok(Verdict::Pass(seen));
        }
        (Entrance::Closed(_), Entrance::Closed(_)) => return Ok(Verdict::NotApplicable),
    };
    let evidence = Grounds::new().with("closed_to", closed.to_string()).with("because", reason);
    let is_list = |source: &String| source.starts_with("pl-");
    if !open.is_empty() && open.iter().all(is_list) {
        return Ok(Verdict::Pass(evidence.with("open_to", open)));
    }
    let evidence = if open.is_empty() { evidence } else { evidence.with("open_to", open) };
    Ok(Verdict::Note(doors::bound_at(context.lb, listener, evidence)))
}

/// The way from the internet.
fn outside(context: &Context, listener: &Listener, family: Family) -> Result<Entrance, Gap> {
    if family == Family::V6 && context.lb.switched_on(NO_GATEWAY)? {
        return Ok(Entrance::Closed(format!("{NO_GATEWAY} is true")));
    }
    match Reachability::new(context.index, context.lb).by_family(listener, family) {
        Exposure::Internet(sources) | Exposure::Restricted(sources) => Ok(Entrance::Open(sources)),
        Exposure::Blocked(reason) => {
            Ok(Entrance::Closed(unadmitted(context, listener, family).unwrap_or(reason)))
        }
        Exposure::Internal => Ok(Entrance::Closed("no public address".to_owned())),
        Exposure::Unknown(gap) => Err(gap),
    }
}

/// That no security group names addresses of a family, where that is why.
fn unadmitted(context: &Context, listener: &Listener, family: Family) -> Option<String> {
    let ranges = reach::admitted(context.index, context.lb, listener).ok()??;
    let groups = context.lb.security_groups.join(", ");
    let named = ranges.iter().any(|range| family.has(range));
    (!named).then(|| format!("no rule of {groups} admits {family}"))
}

/// Whom security groups and network ACLs admit.
fn inside(context: &Context, listener: &Listener, family: Family) -> Result<Entrance, Gap> {
    if reach::is_admitted_by(context.index, context.lb, listener, family)? {
        return Ok(Entrance::Open(Vec::new()));
    }
    Ok(Entrance::Closed("security groups and network ACLs admit nobody".to_owned()))
}
