//! A port that few may reach by IPv4 is open to everyone by IPv6.

use crate::analysis::reach::Reachability;
use crate::checks::prelude::*;
use crate::checks::shared::causes_network;
use crate::vocab::net::Family;

pub(crate) const CHECK: Check = Check {
    id: "ipv6-wider-than-ipv4",
    aliases: &["dualstack-ipv6-sg-gap"],
    title: "restricted by IPv4, open by IPv6",
    severity: Severity::Medium,
    applies_to: &[Kind::Application, Kind::Network],
    why: "Someone took the trouble to name the networks that may connect, and forgot that the load \
          balancer has a second family of addresses. Whoever is kept out by IPv4 comes by IPv6.",
    logic: "Fails when a listener of a `dualstack` load balancer is open to the internet by its \
            IPv6 addresses, while security groups, network ACLs and routes let only some IPv4 \
            addresses of its own through. Passes when IPv4 is as open, or not open at all. Does \
            not apply to `ipv4` and `dualstack-without-public-ipv4`. Another address type is \
            unknown, and so is the verdict while what decides is unread.",
    fix: "name the same networks for IPv6, or take the ::/0 rule away",
    remedy: Remedy::admit_instead(Source::Ipv6("CLIENTS_IPV6_RANGE")).console(
        "EC2 console, Security Groups, the group, Edit inbound rules: delete the rule with source \
         `::/0`, or replace it by the clients' IPv6 ranges.",
    ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-ip-address-type.html",
        "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
    ],
    examples: &[
        Example {
            title: "the office by IPv4, everyone by IPv6",
            given: || admitting(&["198.51.100.0/24", "::/0"]),
            finds: &["fail ipv6-wider-than-ipv4 TLS:443"],
        },
        Example {
            title: "security groups unread",
            given: || {
                let mut inventory = admitting(&["198.51.100.0/24", "::/0"]);
                let call = Call::Ec2DescribeSecurityGroups;
                inventory.accounts[0].regions[0].security_groups =
                    Fact::Unread(sample::denied(call));
                inventory
            },
            finds: &[
                "unknown ipv6-wider-than-ipv4 TLS:443",
                "unknown 7 others: ec2:DescribeSecurityGroups",
            ],
        },
        Example {
            title: "addresses of a type that this version does not know",
            given: || {
                let mut inventory = admitting(&["198.51.100.0/24", "::/0"]);
                let lb = sample::only(&mut inventory.accounts[0].regions[0]);
                lb.ip_address_type = Some("triplestack".into());
                inventory
            },
            finds: &[
                "unknown internet-facing web",
                "unknown ipv6-wider-than-ipv4 TLS:443",
                "unknown address-family-closed TLS:443",
            ],
        },
        Example {
            title: "everyone by both",
            given: || admitting(&["0.0.0.0/0", "::/0"]),
            finds: &[],
        },
        Example {
            title: "the office by both",
            given: || admitting(&["198.51.100.0/24", "2001:db8::/32"]),
            finds: &[],
        },
        Example {
            title: "everyone by IPv6 and nobody by IPv4",
            given: || admitting(&["::/0"]),
            finds: &[],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

/// A public dual-stack load balancer whose security group admits these.
fn admitting(ranges: &[&str]) -> Inventory {
    sample::with_region(&Kind::Network, |region| {
        sample::dual_stack(region);
        if let Fact::Known(groups) = &mut region.security_groups {
            let ranges = ranges.iter().filter_map(|range| range.parse().ok());
            groups[0].ingress[0].ranges = ranges.collect();
        }
    })
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
    let approach = Reachability::new(context.index, context.lb);
    let v4 = approach.by_family(listener, Family::V4);
    let by_v4 = Grounds::new().with("ipv4", v4.class().word());
    let named = match v4 {
        Exposure::Restricted(sources) => Ok(sources),
        Exposure::Unknown(gap) => Err(gap),
        Exposure::Internet(_) | Exposure::Internal | Exposure::Blocked(_) => {
            return Ok(Verdict::Pass(by_v4));
        }
    };
    let v6 = approach.by_family(listener, Family::V6);
    let by_v6 = v6.class().word();
    match v6 {
        Exposure::Internet(open) => {
            let evidence = Grounds::new().with("ipv4_from", named?).with("ipv6_from", open);
            let families = [Family::V6];
            Ok(Verdict::Fail(causes_network::closing(context, listener, &families, evidence)))
        }
        Exposure::Unknown(gap) => Err(gap),
        Exposure::Restricted(_) | Exposure::Internal | Exposure::Blocked(_) => {
            Ok(Verdict::Pass(by_v4.with("ipv6", by_v6)))
        }
    }
}
