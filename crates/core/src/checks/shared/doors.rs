//! Security groups and ports of a load balancer in the commands of a remedy.

use ipnet::IpNet;

use crate::analysis::reach::transports_and_port;
use crate::analysis::security_groups;
use crate::check::{Context, Grounds};
use crate::inventory::{
    Kind, Listener, LoadBalancer, Permission, Protocol, SecurityGroup, Transport,
};
use crate::vocab::net::Family;

/// The grounds with the groups of a load balancer, the first of them, and the ports of its listeners.
pub(in crate::checks) fn bound(lb: &LoadBalancer, grounds: Grounds) -> Grounds {
    let listeners = lb.listeners.get().into_iter().flatten();
    bound_for(lb, listeners, grounds)
}

/// The same with the port of one listener.
pub(in crate::checks) fn bound_at(
    lb: &LoadBalancer,
    listener: &Listener,
    grounds: Grounds,
) -> Grounds {
    bound_for(lb, std::iter::once(listener), grounds)
}

fn bound_for<'a>(
    lb: &LoadBalancer,
    listeners: impl Iterator<Item = &'a Listener>,
    grounds: Grounds,
) -> Grounds {
    let known = listeners.filter_map(|listener| transports_and_port(listener).ok());
    let ports = known.flat_map(|(transports, port)| transports.iter().map(move |one| (*one, port)));
    let ports: Vec<(Transport, u16)> = ports.collect();
    let grounds = grounds.bind("GROUP_IDS", lb.security_groups.clone());
    let grounds = match lb.security_groups.first() {
        Some(group) => grounds.bind("GROUP_ID", group.as_str()),
        None => grounds,
    };
    if ports.is_empty() { grounds } else { bound_ports(&ports, grounds) }
}

/// The grounds with what a load balancer that takes the place of another has from it: scheme, subnets and
/// groups.
pub(in crate::checks) fn replaced(lb: &LoadBalancer, grounds: Grounds) -> Grounds {
    let grounds = grounds
        .bind("SUBNET_IDS", lb.subnets.clone())
        .bind("GROUP_IDS", lb.security_groups.clone());
    match &lb.scheme {
        Some(scheme) => grounds.bind("LOAD_BALANCER_SCHEME", scheme.to_string()),
        None => grounds,
    }
}

/// The type of the load balancer that takes the place of this one: the same, and for a Classic one what its
/// listeners ask for.
pub(in crate::checks) fn successor(lb: &LoadBalancer) -> &'static str {
    let speaks_http =
        |listener: &Listener| matches!(listener.protocol, Some(Protocol::Http | Protocol::Https));
    match lb.kind {
        Kind::Gateway => "gateway",
        Kind::Network => "network",
        Kind::Classic if !lb.listeners.get().into_iter().flatten().any(speaks_http) => "network",
        _ => "application",
    }
}

/// A rule as `--ip-permissions` takes it, without the groups that it names:
/// `IpProtocol=tcp,FromPort=22,ToPort=22,IpRanges=[{CidrIp=0.0.0.0/0}]`.
pub(in crate::checks) fn permission(rule: &Permission) -> String {
    let ports = match (rule.from_port, rule.to_port) {
        (Some(from), Some(to)) if rule.protocol != "-1" => format!(",FromPort={from},ToPort={to}"),
        _ => String::new(),
    };
    let of = |family: Family, name: &str| {
        let own = rule.ranges.iter().filter(|range| family.has(range));
        own.map(|range| format!("{{{name}={range}}}")).collect::<Vec<_>>()
    };
    let lists = rule.prefix_lists.iter().map(|id| format!("{{PrefixListId={id}}}")).collect();
    let sources = [
        ("IpRanges", of(Family::V4, "CidrIp")),
        ("Ipv6Ranges", of(Family::V6, "CidrIpv6")),
        ("PrefixListIds", lists),
    ];
    let named = sources.iter().filter(|(_, all)| !all.is_empty());
    let named = named.map(|(name, all)| format!(",{name}=[{}]", all.join(",")));
    let named = named.collect::<Vec<_>>().concat();
    format!("IpProtocol={}{ports}{named}", rule.protocol)
}

/// The grounds with what opens a listener to everyone by addresses of these families: the rules to revoke as
/// they stand, and group and port at which clients stay admitted.
pub(in crate::checks) fn bound_opening(
    context: &Context,
    listener: &Listener,
    families: &[Family],
    grounds: Grounds,
) -> Grounds {
    let Ok((transports, port)) = transports_and_port(listener) else { return grounds };
    let covers = |rule: &Permission| {
        transports.iter().any(|transport| rule.covers(*transport, port) == Ok(true))
    };
    let attached = security_groups::attached_to(context.index, context.lb);
    let about: Vec<(&SecurityGroup, &Permission)> =
        attached.ingress().filter(|(_, rule)| covers(rule)).collect();
    let whole = |rule: &Permission| families.iter().any(|one| rule.ranges.contains(&one.whole()));
    let open: Vec<_> = about.iter().filter(|(_, rule)| whole(rule)).copied().collect();
    let rules = if open.is_empty() { about } else { open };
    let grounds = bound_rules(&rules, families, grounds);
    match rules.first() {
        Some((group, _)) => grounds.bind("GROUP_ID", group.id.as_str()).bind("PORT", port),
        None => grounds,
    }
}

/// The grounds with what these rules open to everyone by addresses of these families, to be revoked.
pub(in crate::checks) fn bound_rules(
    rules: &[(&SecurityGroup, &Permission)],
    families: &[Family],
    grounds: Grounds,
) -> Grounds {
    let open = |rule: &Permission| {
        let all: Vec<IpNet> = families.iter().map(|family| family.whole()).collect();
        let whole = rule.ranges.iter().filter(|range| all.contains(range)).copied();
        let whole: Vec<IpNet> = whole.collect();
        if whole.is_empty() {
            return permission(rule);
        }
        permission(&Permission { ranges: whole, prefix_lists: Vec::new(), ..rule.clone() })
    };
    let groups: Vec<String> = rules.iter().map(|(group, _)| group.id.clone()).collect();
    let rules: Vec<String> = rules.iter().map(|(_, rule)| open(rule)).collect();
    if rules.is_empty() {
        return grounds;
    }
    grounds.bind("RULE_GROUP_ID", groups).bind("RULE_PERMISSION", rules)
}

/// The grounds with these ports, each with its transport.
pub(in crate::checks) fn bound_ports(ports: &[(Transport, u16)], grounds: Grounds) -> Grounds {
    let transports: Vec<String> = ports.iter().map(|(one, _)| one.word().to_owned()).collect();
    let ports: Vec<String> = ports.iter().map(|(_, port)| port.to_string()).collect();
    grounds.bind("TRANSPORT", transports).bind("PORT", ports)
}
