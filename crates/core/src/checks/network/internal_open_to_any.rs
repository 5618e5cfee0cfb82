//! An internal load balancer's security group admits every address.

use std::collections::BTreeSet;

use crate::analysis::reach::{self, Reachability};
use crate::analysis::{entrypoints, security_groups};
use crate::checks::prelude::*;
use crate::checks::shared::{causes_network, doors, seen};
use crate::inventory::{Accelerator, AcceleratorEndpoint, Scope, SecurityGroup};
use crate::vocab::net::Family;

pub(crate) const CHECK: Check = Check {
    id: "internal-open-to-any",
    aliases: &["internal-sg-world-open"],
    title: "internal load balancer admits every address",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "Peered VPCs, transit gateways, VPNs and Direct Connect all lead to it. A rule for every \
          address admits each network that is ever joined to the VPC, meant or not.",
    logic: "Fails when the scheme is `internal` and an inbound rule of an attached security group \
            for TCP, UDP or everything names `0.0.0.0/0` or `::/0`. Passes where that rule is what \
            lets its clients in: they keep their public addresses when they come through a Network \
            load balancer in front or an accelerator. Does not apply without security group. \
            Unknown while a group, or what may stand in front, is unread.",
    fix: "admit only the ranges or security groups of the clients",
    remedy: Remedy::admit_instead(Source::Group("CLIENTS_GROUP_ID")).console(
        "EC2 console, Security Groups, the group, Edit inbound rules: replace the source by the \
         clients' range or security group.",
    ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html",
        "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
    ],
    needs: &[
        Call::ElbV2DescribeRules,
        Call::Ec2DescribeSubnets,
        Call::GlobalAcceleratorListAccelerators,
        Call::GlobalAcceleratorListListeners,
        Call::GlobalAcceleratorListEndpointGroups,
    ],
    examples: &[
        Example {
            title: "every address",
            given: || sample::with(&Kind::Application, sample::internal),
            finds: &["fail internal-open-to-any web"],
        },
        Example {
            title: "behind a public Network load balancer",
            given: || sample::front::fronted(|_| ()),
            finds: &["fail internal-exposed-by-front web"],
        },
        Example {
            title: "behind an accelerator",
            given: || accelerated(Fact::Known(sample::arn(&Kind::Application, "web"))),
            finds: &[],
        },
        Example {
            title: "an accelerator of which it is not known where it leads",
            given: || {
                let call = Call::GlobalAcceleratorListEndpointGroups;
                accelerated(Fact::Unread(sample::denied(call)))
            },
            finds: &["unknown internal-exposed-by-front web", "unknown internal-open-to-any web"],
        },
        Example {
            title: "the private network alone",
            given: || sample::with_region(&Kind::Network, sample::inside),
            finds: &[],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

/// The grounds with the rules to revoke, and with the groups and ports at which clients stay admitted.
fn bound(lb: &LoadBalancer, rules: &[(&SecurityGroup, &Permission)], grounds: Grounds) -> Grounds {
    let listeners = lb.listeners.get().into_iter().flatten();
    let ports: BTreeSet<(Transport, u16)> = listeners
        .filter_map(|listener| reach::transports_and_port(listener).ok())
        .flat_map(|(transports, port)| transports.iter().map(move |one| (*one, port)))
        .collect();
    let mut doors = BTreeSet::new();
    for (group, rule) in rules {
        let covered =
            ports.iter().filter(|(transport, port)| rule.covers(*transport, *port) == Ok(true));
        doors.extend(covered.map(|(_, port)| (group.id.clone(), port.to_string())));
    }
    let grounds = doors::bound_rules(rules, &Family::BOTH, grounds);
    let (groups, ports): (Vec<String>, Vec<String>) = doors.into_iter().unzip();
    grounds.bind("GROUP_ID", groups).bind("PORT", ports)
}

/// An internal load balancer that admits every address, and an accelerator that leads to this ARN.
fn accelerated(to: Fact<String>) -> crate::inventory::Inventory {
    let mut inventory = sample::with(&Kind::Application, sample::internal);
    let endpoint =
        |id| AcceleratorEndpoint { id, ports: vec![(443, 443)], protocol: Some("TCP".to_owned()) };
    inventory.accounts[0].accelerators = Fact::Known(vec![Accelerator {
        arn: format!("arn:aws:globalaccelerator::{}:accelerator/edge", sample::ACCOUNT),
        name: Some("edge".to_owned()),
        enabled: true,
        endpoints: to.map(|arn| vec![endpoint(arn)]),
    }]);
    inventory
}

fn judge(context: &Context) -> Judgement {
    let lb = context.lb;
    if lb.security_groups.is_empty() || !reach::is_internal(lb)? {
        return Ok(Verdict::NotApplicable);
    }
    let attached = security_groups::attached_to(context.index, lb);
    let (mut open, mut opening) = (Partial::whole(Vec::new()), Vec::new());
    for (group, permission) in attached.ingress() {
        let any = permission.ranges.iter().filter(|range| range.prefix_len() == 0);
        let any: Vec<String> = any.map(ToString::to_string).collect();
        match permission.scope() {
            _ if any.is_empty() => {}
            Ok(Scope::Other) => {}
            Ok(_) => {
                let rules = any.iter().map(|from| security_groups::rule(group, permission, from));
                open.found.extend(rules);
                opening.push((group, permission));
            }
            Err(gap) => open.add_gap(security_groups::placed(context.index, group, gap)),
        }
    }
    if open.found.is_empty() {
        attached.complete()?;
        let evidence = Grounds::new().with("security_groups", seen::few(&lb.security_groups));
        return open.otherwise(Verdict::Pass(evidence.with("rules", 0)));
    }
    match Reachability::new(context.index, lb).by_fronts() {
        Exposure::Internet(sources) | Exposure::Restricted(sources) => {
            let evidence = Grounds::new().with("rules", seen::few(&open.found));
            return Ok(Verdict::Pass(evidence.with("admitted_through", seen::few(&sources))));
        }
        Exposure::Unknown(gap) => return Err(gap),
        Exposure::Internal | Exposure::Blocked(_) => {}
    }
    let accelerators = entrypoints::accelerators(context.account, lb);
    if !accelerators.found.is_empty() {
        let evidence = Grounds::new().with("rules", seen::few(&open.found));
        let through = seen::few(&entrypoints::words(&accelerators.found));
        return Ok(Verdict::Pass(evidence.with("admitted_through", through)));
    }
    let grounds = bound(lb, &opening, Grounds::new().with("rules", open.found));
    accelerators.otherwise(Verdict::Fail(match causes_network::only_group(&opening) {
        Some((group, rules)) => grounds.cause(causes_network::close(group, &rules)),
        None => grounds,
    }))
}
