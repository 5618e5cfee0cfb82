//! Plans about security groups.

use super::{Ask, Declined, Planned, Why};
use crate::inventory::{Listener, Permission, Transport};
use crate::mutation::{Admission, Choice, Mutation, Way};
use crate::remedy::Source;

fn authorize(group: &str, way: Way, admits: Admission) -> Mutation {
    Mutation::Authorize { group: group.to_owned(), way, admits }
}

fn revoke(group: &str, way: Way, admits: Admission) -> Mutation {
    Mutation::Revoke { group: group.to_owned(), way, admits }
}

fn door(protocol: &str, from: u16, to: u16) -> Permission {
    let (from_port, to_port) = (Some(i32::from(from)), Some(i32::from(to)));
    Permission { protocol: protocol.to_owned(), from_port, to_port, ..Permission::default() }
}

/// Who is meant is admitted, and then the open rules are revoked as they stand.
pub(super) fn ingress(protocol: &str, admit: Source, ask: &Ask) -> Planned {
    let mut plan = Vec::new();
    let (groups, numbers) = (ask.all("GROUP_ID"), ask.all("PORT"));
    for (place, group) in groups.iter().enumerate() {
        let Some(port) = numbers.get(place.min(numbers.len().wrapping_sub(1))) else { continue };
        let mut permission = ports(protocol, port)?;
        let chosen = match admit {
            Source::Ipv4(_) => Some(Choice::Clients),
            Source::Ipv6(_) => Some(Choice::ClientsIpv6),
            Source::Group("LOAD_BALANCER_GROUP_ID") => {
                admit_load_balancer(&mut permission, ask)?;
                None
            }
            Source::Group(_) => {
                let words = "which security group the clients have, only their owner knows";
                return Err(Declined::new(Why::Decision, words));
            }
        };
        let admits = Admission { permission, chosen };
        plan.push(authorize(group, Way::Ingress, admits));
    }
    plan.extend(revoked(ask)?);
    Ok(plan)
}

/// The open rules, as the check names them, revoked.
fn revoked(ask: &Ask) -> Planned {
    let (groups, rules) = (ask.all("RULE_GROUP_ID"), ask.all("RULE_PERMISSION"));
    if groups.is_empty() || groups.len() != rules.len() {
        return Err(Declined::unread("the security group rule at fault"));
    }
    let rule = |(group, text): (&&str, &str)| {
        let mut rule = written(text).ok_or_else(|| Declined::unread("the open rule"))?;
        let own = ask.site.index.security_group(group).ok().into_iter();
        // Ports say nothing where every protocol is meant.
        if let Some(own) = own.flat_map(|own| &own.ingress).find(|own| {
            rule.protocol == "-1"
                && own.protocol == "-1"
                && rule.ranges.iter().all(|range| own.ranges.contains(range))
        }) {
            (rule.from_port, rule.to_port) = (own.from_port, own.to_port);
        }
        Ok(revoke(group, Way::Ingress, rule.into()))
    };
    groups.iter().zip(rules).map(rule).collect()
}

fn ports(protocol: &str, text: &str) -> Result<Permission, Declined> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let number = |text: &str| text.parse().map_err(|_| Declined::unread("the port"));
    Ok(door(protocol, number(from)?, number(to)?))
}

/// What rules keep is admitted by itself, and then they are revoked.
pub fn close_unused(ask: &Ask) -> Planned {
    let (groups, rules) = (ask.all("KEPT_GROUP_ID"), ask.all("KEPT_PERMISSION"));
    let mut plan = Vec::new();
    for (group, text) in groups.iter().zip(rules) {
        let rule = written(text).ok_or_else(|| Declined::unread("the rule"))?;
        plan.push(authorize(group, Way::Ingress, rule.into()));
    }
    plan.extend(revoked(ask)?);
    Ok(plan)
}

/// Rules that name a group which is gone are revoked.
pub fn drop_stale(ask: &Ask) -> Planned {
    let gone = ask.all("GONE_GROUP_ID");
    let mut plan = Vec::new();
    for id in ask.all("RULE_GROUP_ID") {
        let group = ask.site.index.security_group(id);
        let group = group.map_err(|_| Declined::unread("the security group"))?;
        for (way, rules) in [(Way::Ingress, &group.ingress), (Way::Egress, &group.egress)] {
            for rule in rules {
                let groups = rule.groups.iter().filter(|own| gone.contains(&own.as_str()));
                let groups: Vec<String> = groups.cloned().collect();
                if !groups.is_empty() {
                    let alone = Permission {
                        groups,
                        ranges: Vec::new(),
                        prefix_lists: Vec::new(),
                        ..rule.clone()
                    };
                    plan.push(revoke(id, way, alone.into()));
                }
            }
        }
    }
    if plan.is_empty() {
        return Err(Declined::unread("the rule that names the group"));
    }
    Ok(plan)
}

/// Clients, whom the user names, are admitted to the ports that nobody is admitted to.
pub fn admit_clients(ask: &Ask) -> Planned {
    let [group] = ask.all("GROUP_ID")[..] else {
        return Err(Declined::unread("the security group"));
    };
    let each = ask.all("PORT").into_iter().zip(ask.all("TRANSPORT"));
    let admit = |(port, transport): (&str, &str)| {
        let permission = ports(transport, port)?;
        let admits = Admission { permission, chosen: Some(Choice::Clients) };
        Ok(authorize(group, Way::Ingress, admits))
    };
    each.map(admit).collect()
}

/// The load balancer is let out to its targets' ports, wherever they are in the VPC.
pub fn let_out_to_targets(ask: &Ask) -> Planned {
    let [group] = ask.all("GROUP_ID")[..] else {
        return Err(Declined::unread("the security group"));
    };
    let vpc = ask.site.lb.vpc_id.as_deref().and_then(|id| ask.site.index.vpc(id).ok());
    let vpc = vpc.ok_or_else(|| Declined::unread("the VPC"))?;
    let each = ask.all("PORT").into_iter().zip(ask.all("TRANSPORT"));
    let out = |(port, transport): (&str, &str)| {
        let permission = Permission { ranges: vpc.ranges.clone(), ..ports(transport, port)? };
        Ok(authorize(group, Way::Egress, permission.into()))
    };
    each.map(out).collect()
}

/// The load balancer is let out to what signs users in.
pub fn let_out(ask: &Ask) -> Planned {
    let ([group], [port]) = (&ask.all("SHUT_GROUP_ID")[..], &ask.all("ENDPOINT_PORT")[..]) else {
        let words = "a network ACL or a route table stands in the way, which holds for others too";
        return Err(Declined::new(Why::Elsewhere, words));
    };
    let everywhere = "0.0.0.0/0".parse().ok();
    let permission = Permission { ranges: everywhere.into_iter().collect(), ..ports("tcp", port)? };
    Ok(vec![authorize(group, Way::Egress, permission.into())])
}

/// The rules of the security groups hold for what comes through `PrivateLink` too.
pub fn filter_private_link(ask: &Ask) -> Planned {
    let (lb, groups) = (ask.site.lb.arn.clone(), ask.site.lb.security_groups.clone());
    Ok(vec![Mutation::SetSecurityGroups { lb, groups, private_link: Some("on".to_owned()) }])
}

/// The load balancer, by its security group; where it has none, by its subnets.
fn admit_load_balancer(permission: &mut Permission, ask: &Ask) -> Result<(), Declined> {
    if let Some(group) = ask.site.lb.security_groups.first() {
        permission.groups.push(group.clone());
        return Ok(());
    }
    for id in &ask.site.lb.subnets {
        let subnet = ask.site.index.subnet(id).map_err(|_| Declined::unread("a subnet"))?;
        let v4 = subnet.ranges.iter().filter(|range| range.addr().is_ipv4());
        permission.ranges.extend(v4);
    }
    Ok(())
}

/// Whoever is admitted to a listener is admitted to a port, where nobody is yet.
pub(super) fn admitted_like(ask: &Ask, like: &Listener, port: u16) -> Planned {
    let mut doors = Vec::new();
    for id in &ask.site.lb.security_groups {
        let group = ask.site.index.security_group(id);
        let group = group.map_err(|_| Declined::unread("a security group"))?;
        for rule in &group.ingress {
            let covers = |port| rule.covers(Transport::Tcp, port).unwrap_or_default();
            if covers(port) {
                return Ok(Vec::new());
            }
            if like.port.is_some_and(covers) {
                let sources = rule.clone();
                let permission = Permission {
                    ranges: sources.ranges,
                    prefix_lists: sources.prefix_lists,
                    groups: sources.groups,
                    ..door("tcp", port, port)
                };
                doors.push(authorize(id, Way::Ingress, permission.into()));
            }
        }
    }
    Ok(doors)
}

/// A rule, as `--ip-permissions` has it: `IpProtocol=tcp,FromPort=1,ToPort=9,IpRanges=[{CidrIp=0.0.0.0/0}]`.
fn written(text: &str) -> Option<Permission> {
    let mut permission = Permission::default();
    let (plain, lists) = match text.find(",Ip").filter(|_| text.contains('[')) {
        _ if !text.contains('[') => (text, ""),
        _ => {
            let first = text[..text.find('[')?].rfind(',')?;
            (&text[..first], &text[first + 1..])
        }
    };
    for field in plain.split(',') {
        match field.split_once('=')? {
            ("IpProtocol", protocol) => protocol.clone_into(&mut permission.protocol),
            ("FromPort", port) => permission.from_port = Some(port.parse().ok()?),
            ("ToPort", port) => permission.to_port = Some(port.parse().ok()?),
            _ => return None,
        }
    }
    for item in lists.split('{').skip(1) {
        let (name, rest) = item.split_once('=')?;
        let item = &rest[..rest.find('}')?];
        match name {
            "CidrIp" | "CidrIpv6" => permission.ranges.push(item.parse().ok()?),
            "PrefixListId" => permission.prefix_lists.push(item.to_owned()),
            "GroupId" => permission.groups.push(item.to_owned()),
            _ => return None,
        }
    }
    Some(permission)
}
