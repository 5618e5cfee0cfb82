//! Targets cannot tell who their clients are.

use crate::analysis::client_address::{self, ClientAddress, PRESERVE};
use crate::analysis::targets::{self, Sort};
use crate::checks::prelude::*;

const PROXY: &str = "proxy_protocol_v2.enabled";

pub(crate) const CHECK: Check = Check {
    id: "client-address-lost",
    aliases: &["nlb-client-ip-lost"],
    title: "targets do not learn the client's address",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Network],
    why: "In the targets' logs every connection comes from the load balancer: after a break-in they \
          tell nothing. Limits by address hit everybody at once, and lists of allowed addresses \
          have to let the whole load balancer in.",
    logic: "Fails when a target group of a Network load balancer neither preserves client addresses \
            nor uses Proxy Protocol v2. UDP, TCP_UDP and QUIC groups and those of Application load \
            balancers always preserve them. Left out of AWS's answer, preservation is off for \
            addresses behind TCP and TLS and on otherwise.",
    false_alarms: "Meant where targets reach one another through the load balancer, which \
                   preservation breaks, or are beyond a transit gateway, which it does not get past.",
    fix: "preserve client addresses, or use Proxy Protocol v2 where the targets understand it",
    remedy: Remedy::target_group_attribute(PRESERVE, "true").console(
        "EC2, Target Groups, the group, Attributes, Edit: turn on Preserve client IP addresses or \
         Proxy protocol v2.",
    ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html#client-ip-preservation",
    ],
    needs: &[Call::ElbV2DescribeTargetGroupAttributes],
    examples: &[
        Example {
            title: "neither",
            given: || attributed("TLS", &[(PRESERVE, "false"), (PROXY, "false")]),
            finds: &["fail client-address-lost web"],
        },
        Example {
            title: "addresses behind TLS, by default",
            given: || {
                let mut inventory =
                    sample::addressed(&Kind::Network, "TLS", &["10.0.1.10", "10.0.2.10"]);
                sample::regroup(&mut inventory.accounts[0].regions[0], "web", |group| {
                    sample::set_group(group, &[]);
                });
                inventory
            },
            finds: &["fail client-address-lost web"],
        },
        Example {
            title: "Proxy Protocol",
            given: || attributed("TLS", &[(PRESERVE, "false"), (PROXY, "true")]),
            finds: &[],
        },
        Example { title: "preserved", given: || sample::clean(&Kind::Network), finds: &[] },
        Example {
            title: "UDP keeps them whatever the attribute says",
            given: || {
                let mut inventory = attributed("UDP", &[(PRESERVE, "false")]);
                let lb = sample::only(&mut inventory.accounts[0].regions[0]);
                *sample::listeners(lb) =
                    vec![sample::listener("UDP", 5000, vec![sample::forward("web")])];
                inventory
            },
            finds: &["fail security-group-unused-port web", "fail listener-port-closed UDP:5000"],
        },
        Example {
            title: "attributes unread",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    let gap = sample::denied(Call::ElbV2DescribeTargetGroupAttributes);
                    sample::regroup(region, "web", |group| group.attributes = Fact::Unread(gap));
                })
            },
            finds: &[
                "unknown proxy-protocol-spoofable web",
                "unknown client-address-lost web",
                "unknown cross-zone-off web",
                "unknown deregistration-delay-zero web",
            ],
        },
    ],
    ..Check::new(Judge::Targets(judge))
};

fn attributed(protocol: &str, pairs: &[(&str, &str)]) -> Inventory {
    let mut inventory = sample::speaking(&Kind::Network, protocol);
    sample::regroup(&mut inventory.accounts[0].regions[0], "web", |group| {
        sample::set_group(group, pairs);
    });
    inventory
}

fn judge(_: &Context, targets: &Targets) -> Judgement {
    let Targets::Group(group) = targets else { return Ok(Verdict::NotApplicable) };
    let sort = targets::sort(group)?;
    if sort == Sort::LoadBalancer {
        return Ok(Verdict::NotApplicable);
    }
    match client_address::in_group(group, sort)? {
        ClientAddress::ByProtocol => {
            let protocol = group.protocol.as_ref().map(ToString::to_string);
            return Ok(Verdict::Pass(Grounds::new().with("protocol", protocol)));
        }
        ClientAddress::Kept => {
            return Ok(Verdict::Pass(Grounds::new().with(PRESERVE, "true")));
        }
        ClientAddress::Lost => {}
    }
    if targets::switched_on(group, PROXY, false)? {
        return Ok(Verdict::Pass(Grounds::new().with(PROXY, "true")));
    }
    Ok(Verdict::Fail(Grounds::new().with(PRESERVE, "false").with(PROXY, "false")))
}
