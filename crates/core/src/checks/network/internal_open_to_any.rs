//! An internal load balancer's security group admits every address.

use std::collections::BTreeSet;

use ipnet::IpNet;

use crate::analysis::reach::{self, Reachability};
use crate::analysis::{entrypoints, security_groups};
use crate::checks::prelude::*;
use crate::checks::shared::{causes_network, doors, seen};
use crate::inventory::{Accelerator, AcceleratorEndpoint, Scope, SecurityGroup};
use crate::vocab::net::{self, Family};

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
            for TCP, UDP or everything names `0.0.0.0/0` or `::/0`, or all rules about one port come \
            to as much, such as both halves in two rules, two groups or a prefix list. A family that \
            the load balancer has no addresses of does not count. Passes where that rule is what \
            lets its clients in: they keep their public addresses when they come through a Network \
            load balancer in front or an accelerator. Does not apply without security group. \
            Unknown while a group, a prefix list, or what may stand in front, is unread.",
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
            title: "both halves of every address",
            given: || admitting(&["0.0.0.0/1", "128.0.0.0/1"]),
            finds: &["fail internal-open-to-any web"],
        },
        Example {
            title: "every IPv6 address, on a load balancer without",
            given: || admitting(&["10.0.0.0/16", "::/0"]),
            finds: &[],
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

/// An internal load balancer whose security group admits these.
fn admitting(ranges: &[&str]) -> crate::inventory::Inventory {
    sample::with_region(&Kind::Network, |region| {
        sample::inside(region);
        if let Fact::Known(groups) = &mut region.security_groups {
            let ranges = ranges.iter().filter_map(|range| range.parse().ok());
            groups[0].ingress[0].ranges = ranges.collect();
        }
    })
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

/// A rule for TCP or UDP.
struct Named<'a> {
    group: &'a SecurityGroup,
    rule: &'a Permission,
    scope: Result<Scope, Gap>,
    /// Whom it lets in, each with the words for it.
    sources: Vec<(IpNet, String)>,
}

impl Named<'_> {
    /// Whether it is about a port, or may be.
    fn may_cover(&self, transport: Transport, port: u16) -> bool {
        let ports = self.scope.as_ref().map_or(Some((0, u16::MAX)), |own| own.ports(transport));
        ports.is_some_and(|(from, to)| (from..=to).contains(&port))
    }
}

fn named<'a>(context: &Context<'a>) -> Partial<Vec<Named<'a>>> {
    let mut all = Partial::whole(Vec::new());
    let attached = security_groups::attached_to(context.index, context.lb);
    all.add_gap(attached.gap().cloned());
    for (group, rule) in attached.ingress() {
        let scope = rule.scope();
        if scope == Ok(Scope::Other) {
            continue;
        }
        let scope = scope.map_err(|gap| security_groups::placed(context.index, group, gap));
        let own = rule.ranges.iter().map(|range| (*range, range.to_string()));
        let mut sources: Vec<(IpNet, String)> = own.collect();
        for list in &rule.prefix_lists {
            let entries = all.learn(reach::entries(context.index, list)).unwrap_or_default();
            sources.extend(entries.iter().map(|range| (*range, list.clone())));
        }
        all.found.push(Named { group, rule, scope, sources });
    }
    all
}

/// Of these rules' sources those that let every address of a family in to some port: the places of rule and
/// source.
fn opening(rules: &[&Named], family: Family) -> BTreeSet<(usize, usize)> {
    let mut open = BTreeSet::new();
    let all = rules.iter().flat_map(|rule| &rule.sources).map(|(range, _)| *range);
    let all: Vec<IpNet> = all.filter(|range| family.has(range)).collect();
    if net::opening(&all).is_empty() {
        return open;
    }
    for transport in Transport::BOTH {
        let scopes = rules.iter().filter_map(|rule| rule.scope.as_ref().ok()?.ports(transport));
        let ends = scopes.flat_map(|(from, to)| [Some(from), to.checked_add(1)]).flatten();
        let borders: BTreeSet<u16> = ends.chain([0]).collect();
        for port in borders {
            let about = rules.iter().enumerate().filter(|(_, one)| one.may_cover(transport, port));
            let sources = about.flat_map(|(place, one)| {
                let sources = one.sources.iter().enumerate();
                sources.map(move |(which, (range, _))| ((place, which), *range))
            });
            let sources = sources.filter(|(_, range)| family.has(range));
            let sources: Vec<((usize, usize), IpNet)> = sources.collect();
            let ranges: Vec<IpNet> = sources.iter().map(|(_, range)| *range).collect();
            let whole = net::opening(&ranges);
            let among = sources.iter().filter(|(_, range)| whole.contains(range));
            open.extend(among.map(|(place, _)| *place));
        }
    }
    open
}

/// The rules that let every address in, each with what it says of them; a gap where a rule that is not
/// understood may let them in, or where it is not known which families there are.
fn open<'n, 'a>(
    context: &Context,
    rules: &'n [Named<'a>],
) -> Partial<Vec<(&'n Named<'a>, Vec<&'n str>)>> {
    let clear: Vec<&Named> = rules.iter().filter(|rule| rule.scope.is_ok()).collect();
    let every: Vec<&Named> = rules.iter().collect();
    let mut found = Partial::whole(BTreeSet::new());
    for family in Family::BOTH {
        let own = opening(&clear, family);
        let perhaps = opening(&every, family);
        match reach::has_family(context.lb, family) {
            Ok(true) if own.is_empty() && !perhaps.is_empty() => {
                found.add_gap(rules.iter().find_map(|rule| rule.scope.clone().err()));
            }
            Ok(true) => found.found.extend(own),
            Err(gap) if !perhaps.is_empty() => found.add_gap(gap),
            Ok(false) | Err(_) => {}
        }
    }
    let is_whole = |(range, _): &(IpNet, String)| range.prefix_len() == 0;
    let by_name = found.found.iter().any(|(place, which)| is_whole(&clear[*place].sources[*which]));
    found.map(|places| {
        let said = |(place, rule): (usize, &&'n Named<'a>)| {
            let meant = |(which, source): &(usize, &(IpNet, String))| {
                // One that names all says so for both families.
                if by_name { is_whole(source) } else { places.contains(&(place, *which)) }
            };
            let words = rule.sources.iter().enumerate().filter(meant);
            let mut words: Vec<&str> = words.map(|(_, (_, words))| words.as_str()).collect();
            words.dedup();
            (!words.is_empty()).then_some((*rule, words))
        };
        clear.iter().enumerate().filter_map(said).collect()
    })
}

fn judge(context: &Context) -> Judgement {
    let lb = context.lb;
    if lb.security_groups.is_empty() || !reach::is_internal(lb)? {
        return Ok(Verdict::NotApplicable);
    }
    let rules = named(context);
    let open = open(context, &rules.found);
    if open.found.is_empty() {
        rules.otherwise(())?;
        let evidence = Grounds::new().with("security_groups", seen::few(&lb.security_groups));
        return open.otherwise(Verdict::Pass(evidence.with("rules", 0)));
    }
    let said = |(named, words): &(&Named, Vec<&str>)| {
        let own = words.iter().map(|from| security_groups::rule(named.group, named.rule, from));
        own.collect::<Vec<_>>()
    };
    let words: Vec<String> = open.found.iter().flat_map(said).collect();
    let opening: Vec<(&SecurityGroup, &Permission)> =
        open.found.iter().map(|(named, _)| (named.group, named.rule)).collect();
    match Reachability::new(context.index, lb).by_fronts() {
        Exposure::Internet(sources) | Exposure::Restricted(sources) => {
            let evidence = Grounds::new().with("rules", seen::few(&words));
            return Ok(Verdict::Pass(evidence.with("admitted_through", seen::few(&sources))));
        }
        Exposure::Unknown(gap) => return Err(gap),
        Exposure::Internal | Exposure::Blocked(_) => {}
    }
    let accelerators = entrypoints::accelerators(context.account, lb);
    if !accelerators.found.is_empty() {
        let evidence = Grounds::new().with("rules", seen::few(&words));
        let through = seen::few(&entrypoints::words(&accelerators.found));
        return Ok(Verdict::Pass(evidence.with("admitted_through", through)));
    }
    let grounds = bound(lb, &opening, Grounds::new().with("rules", words));
    accelerators.otherwise(Verdict::Fail(match causes_network::only_group(&opening) {
        Some((group, rules)) => grounds.cause(causes_network::close(group, &rules)),
        None => grounds,
    }))
}
