//! Permissions of security groups come and go.

use super::{Context, XmlResult};
use crate::answer::Refusal;
use crate::call::Sent;
use crate::model::network::Permission;
use crate::xml::Xml;

pub(super) fn result(context: &Context<'_>) -> XmlResult {
    let (adds, inwards) = match context.call.action.as_str() {
        "AuthorizeSecurityGroupIngress" => (true, true),
        "AuthorizeSecurityGroupEgress" => (true, false),
        "RevokeSecurityGroupIngress" => (false, true),
        "RevokeSecurityGroupEgress" => (false, false),
        _ => return context.unknown(),
    };
    let sent = context.call.sent();
    let id = sent.get("GroupId").ok_or_else(|| missing("GroupId"))?;
    let place = context.region.security_groups.iter().position(|own| own.id == id);
    let place = place.ok_or_else(|| {
        let message = format!("The security group '{id}' does not exist");
        Refusal::new("InvalidGroup.NotFound", message)
    })?;
    let asked: Result<Vec<Permission>, Refusal> =
        sent.items("IpPermissions").iter().map(|item| read(context, item)).collect();
    let asked = asked?;
    if asked.is_empty() {
        return Err(missing("IpPermissions"));
    }
    context.change(
        |region| {
            let group = &mut region.security_groups[place];
            let own = if inwards { &mut group.ingress } else { &mut group.egress };
            let change = if adds { add } else { remove };
            asked.iter().try_for_each(|permission| change(own, permission))
        },
        |_| {
            let mut xml = Xml::ec2();
            xml.text("return", true);
            Ok(xml)
        },
    )
}

fn missing(name: &str) -> Refusal {
    let message = format!("The request must contain the parameter {name}");
    Refusal::new("MissingParameter", message)
}

fn read(context: &Context<'_>, item: &Sent<'_>) -> Result<Permission, Refusal> {
    let protocol = item.get("IpProtocol").ok_or_else(|| missing("IpProtocol"))?;
    let protocol = match protocol {
        "6" => "tcp",
        "17" => "udp",
        "1" => "icmp",
        other => other,
    };
    let (from, to) = (item.parsed("FromPort")?, item.parsed("ToPort")?);
    let needs = matches!(protocol, "tcp" | "udp") && (from.is_none() || to.is_none());
    if needs {
        return Err(Refusal::new("InvalidParameterValue", "Invalid value for portRange"));
    }
    let ports = (protocol != "-1").then_some((from, to));
    let of = |list: &str, name: &'static str| {
        item.items(list).into_iter().filter_map(move |peer| peer.text(name)).collect::<Vec<_>>()
    };
    let groups = item.items("Groups").into_iter().filter_map(|peer| {
        let group = peer.text("GroupId")?;
        let owner = peer.get("UserId").filter(|owner| *owner != context.account.id);
        Some(owner.map_or_else(|| group.clone(), |owner| format!("{owner}/{group}")))
    });
    let peers: Vec<String> = of("IpRanges", "CidrIp")
        .into_iter()
        .chain(of("Ipv6Ranges", "CidrIpv6"))
        .chain(of("PrefixListIds", "PrefixListId"))
        .chain(groups)
        .collect();
    if peers.is_empty() {
        return Err(missing("IpRanges"));
    }
    if let Some(range) = peers.iter().find(|peer| !is_peer(peer)) {
        let message = format!("CIDR block {range} is malformed");
        return Err(Refusal::new("InvalidParameterValue", message));
    }
    let (from, to) = ports.unwrap_or_default();
    Ok(Permission { protocol: protocol.to_owned(), from, to, peers })
}

fn is_peer(text: &str) -> bool {
    let range = text.split_once('/').is_some_and(|(address, bits)| {
        address.parse::<std::net::IpAddr>().is_ok() && bits.parse::<u8>().is_ok()
    });
    range || text.starts_with("pl-") || text.starts_with("sg-") || text.contains("/sg-")
}

fn same(one: &Permission, other: &Permission) -> bool {
    (&one.protocol, one.from, one.to) == (&other.protocol, other.from, other.to)
}

fn add(own: &mut Vec<Permission>, new: &Permission) -> Result<(), Refusal> {
    for peer in &new.peers {
        let mut all = own.iter().filter(|known| same(known, new));
        if all.any(|known| known.peers.contains(peer)) {
            let message =
                format!("the specified rule \"peer: {peer}, {}\" already exists", new.protocol);
            return Err(Refusal::new("InvalidPermission.Duplicate", message));
        }
        match own.iter_mut().find(|known| same(known, new)) {
            Some(known) => known.peers.push(peer.clone()),
            None => own.push(Permission { peers: vec![peer.clone()], ..new.clone() }),
        }
    }
    Ok(())
}

fn remove(own: &mut Vec<Permission>, gone: &Permission) -> Result<(), Refusal> {
    for peer in &gone.peers {
        let is = |known: &Permission| same(known, gone) && known.peers.contains(peer);
        let Some(known) = own.iter_mut().find(|known| is(known)) else {
            let message = "The specified rule does not exist in this security group.";
            return Err(Refusal::new("InvalidPermission.NotFound", message));
        };
        known.peers.retain(|known| known != peer);
    }
    own.retain(|known| !known.peers.is_empty());
    Ok(())
}
