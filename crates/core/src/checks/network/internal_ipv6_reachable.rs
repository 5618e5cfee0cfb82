//! An internal load balancer answers the internet by IPv6.

use crate::analysis::reach::{self, Reachability};
use crate::checks::prelude::*;
use crate::vocab::fact::Reason;

/// The attribute that keeps internet gateways from the IPv6 addresses.
const ATTRIBUTE: &str = "ipv6.deny_all_igw_traffic";

pub(crate) const CHECK: Check = Check {
    id: "internal-ipv6-reachable",
    aliases: &["internal-lb-igw-ipv6"],
    title: "internal load balancer reachable by IPv6",
    severity: Severity::High,
    applies_to: &[Kind::Application, Kind::Network],
    why: "Every IPv6 address is a public one. What was built for the inside, often without \
          authentication, is one security-group rule away from the internet, or not even that.",
    logic: "Fails when a dual-stack load balancer has scheme `internal`, its attribute \
            `ipv6.deny_all_igw_traffic` is `false`, and routes, network ACLs and security groups \
            let someone from the internet through to a listener. Notes it when one of them still \
            stands in the way. Passes when the attribute is `true`, the default of internal ones. \
            Does not apply to others. Unknown while what decides is unread.",
    fix: "set ipv6.deny_all_igw_traffic to true",
    remedy: Remedy::attribute(ATTRIBUTE, "true").console(
        "EC2 console, Load Balancers, the load balancer, Attributes, Edit: deny traffic of internet \
         gateways to IPv6 addresses.",
    ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/network-load-balancers.html",
    ],
    examples: &[
        Example {
            title: "open by IPv6",
            given: || dual(|region| sample::set(sample::only(region), &[(ATTRIBUTE, "false")])),
            finds: &["fail internal-ipv6-reachable web", "fail internal-open-to-any web"],
        },
        Example {
            title: "only the routes stand in the way",
            given: || {
                sample::with(&Kind::Application, |lb| {
                    sample::internal(lb);
                    lb.ip_address_type = Some("dualstack".into());
                    sample::set(lb, &[(ATTRIBUTE, "false")]);
                })
            },
            finds: &["fail internal-open-to-any web", "note internal-ipv6-reachable web"],
        },
        Example {
            title: "what lets the internet in stands in front of it",
            given: || {
                sample::front::fronted(|region| {
                    let lb = &mut region.v2.items[0];
                    lb.ip_address_type = Some("dualstack".into());
                    sample::set(lb, &[(ATTRIBUTE, "false")]);
                })
            },
            finds: &["fail internal-exposed-by-front web", "note internal-ipv6-reachable web"],
        },
        Example {
            title: "attributes unread",
            given: || {
                dual(|region| {
                    let call = Call::ElbV2DescribeLoadBalancerAttributes;
                    sample::only(region).attributes = Fact::Unread(sample::denied(call));
                })
            },
            finds: &[
                "fail internal-open-to-any web",
                "unknown internal-ipv6-reachable web",
                "unknown 16 others: elbv2:DescribeLoadBalancerAttributes",
            ],
        },
        Example {
            title: "denied",
            given: || dual(|region| sample::set(sample::only(region), &[(ATTRIBUTE, "true")])),
            finds: &["fail internal-open-to-any web"],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

/// An internal dual-stack load balancer in subnets with IPv6 routes to an internet gateway.
fn dual(change: impl FnOnce(&mut Region)) -> Inventory {
    sample::with_region(&Kind::Application, |region| {
        sample::inside(region);
        sample::dual_stack(region);
        if let Fact::Known(groups) = &mut region.security_groups {
            for permission in &mut groups[0].ingress {
                permission.ranges.extend("::/0".parse::<ipnet::IpNet>());
            }
        }
        change(region);
    })
}

fn judge(context: &Context) -> Judgement {
    let lb = context.lb;
    let is_v4 = matches!(lb.ip_address_type, None | Some(IpAddressType::Ipv4));
    if is_v4 || !reach::is_internal(lb)? {
        return Ok(Verdict::NotApplicable);
    }
    if let Some(IpAddressType::Other(kind)) = &lb.ip_address_type {
        let gap = Gap::new(Call::ElbV2DescribeLoadBalancers, Reason::Unrecognised);
        return Err(gap.of(&lb.arn).saying(format!("address type {kind}")));
    }
    match lb.attribute(ATTRIBUTE, "true")?.as_str() {
        "true" => return Ok(Verdict::Pass(Grounds::new().with(ATTRIBUTE, "true"))),
        "false" => {}
        other => return Err(lb.unknown_attribute(ATTRIBUTE, other)),
    }
    let evidence = Grounds::new().with(ATTRIBUTE, "false");
    match Reachability::new(context.index, lb).by_itself() {
        Exposure::Unknown(gap) => Err(gap),
        Exposure::Internal | Exposure::Blocked(_) => Ok(Verdict::Note(evidence)),
        Exposure::Internet(sources) | Exposure::Restricted(sources) => {
            Ok(Verdict::Fail(evidence.with("reachable_from", sources)))
        }
    }
}
