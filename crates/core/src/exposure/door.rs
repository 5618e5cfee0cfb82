//! Who a load balancer's security groups let in on a port.

use ipnet::IpNet;

use super::addresses::{self, Family};
use super::span::{Level, Span};
use crate::call::Call;
use crate::fact::{Gap, Reason};
use crate::inventory::{Index, Listener, Permission, SecurityGroup};

/// What is knocked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Port {
    /// Any port.
    Any,
    /// One port, by these transports.
    One { transports: &'static [&'static str], number: u16 },
}

impl Port {
    /// The port of a listener.
    pub(super) fn of(listener: &Listener) -> Result<Port, Gap> {
        let gap = |reason, said: String| {
            Gap::new(Call::ElbV2DescribeListeners, reason).of(&listener.id).saying(said)
        };
        let protocol = listener.protocol.as_deref().unwrap_or_default();
        let transports: &[&str] = match protocol {
            "HTTP" | "HTTPS" | "TCP" | "TLS" | "SSL" => &["tcp"],
            "UDP" | "QUIC" => &["udp"],
            "TCP_UDP" | "TCP_QUIC" => &["tcp", "udp"],
            other => return Err(gap(Reason::Unrecognised, format!("protocol {other}"))),
        };
        let missing = || gap(Reason::Malformed, "a listener without port".to_owned());
        let number = listener.port.ok_or_else(missing)?;
        Ok(Port::One { transports, number })
    }

    pub(super) fn admitted_by(&self, permission: &Permission) -> bool {
        let transport = match permission.protocol.as_str() {
            "-1" => return true,
            "6" => "tcp",
            "17" => "udp",
            other => other,
        };
        match self {
            Port::Any => matches!(transport, "tcp" | "udp"),
            Port::One { transports, number } => {
                let number = i32::from(*number);
                let (from, to) =
                    (permission.from_port.unwrap_or(0), permission.to_port.unwrap_or(65_535));
                transports.contains(&transport) && from <= number && number <= to
            }
        }
    }
}

/// What the security groups let through on one port.
pub(super) struct Door<'a> {
    groups: &'a [String],
    /// Ranges that the groups name themselves.
    ranges: Vec<(&'a str, IpNet)>,
    /// Ranges of the prefix lists that they name.
    listed: Vec<IpNet>,
    /// Prefix lists and other groups, with the families of address that they let in.
    others: Vec<(String, Vec<Family>)>,
    hidden: Option<Gap>,
}

impl<'a> Door<'a> {
    pub(super) fn of(index: &'a Index<'a>, groups: &'a [String], port: &Port) -> Self {
        let mut door = Door {
            groups,
            ranges: Vec::new(),
            listed: Vec::new(),
            others: Vec::new(),
            hidden: None,
        };
        for id in groups {
            match index.security_group(id) {
                Ok(group) => door.add(index, group, port),
                Err(gap) => door.hidden = door.hidden.or(Some(gap)),
            }
        }
        door
    }

    fn add(&mut self, index: &'a Index<'a>, group: &'a SecurityGroup, port: &Port) {
        for permission in group.ingress.iter().filter(|permission| port.admitted_by(permission)) {
            self.ranges.extend(permission.ranges.iter().map(|range| (group.id.as_str(), *range)));
            let named = |other: &String| format!("{other} in {}", group.id);
            let both = || vec![Family::V4, Family::V6];
            self.others.extend(permission.groups.iter().map(|other| (named(other), both())));
            for list in &permission.prefix_lists {
                match entries(index, list) {
                    Ok(ranges) => {
                        let held = |family: &Family| ranges.iter().any(|range| family.has(range));
                        self.others.push((named(list), both().into_iter().filter(held).collect()));
                        self.listed.extend(ranges);
                    }
                    Err(gap) => self.hidden = self.hidden.take().or(Some(gap)),
                }
            }
        }
    }

    /// How far the door is open for a family of addresses.
    pub(super) fn span(&self, family: Family) -> Span {
        let level = if self.groups.is_empty() || self.open(family) {
            Level::Internet
        } else if self.some(family).next().is_some() {
            Level::Restricted
        } else {
            Level::Blocked
        };
        match &self.hidden {
            Some(gap) => Span::exactly(level).or(Span::hidden(gap.clone())),
            None => Span::exactly(level),
        }
    }

    fn open(&self, family: Family) -> bool {
        let own = self.ranges.iter().map(|(_, range)| *range);
        let ranges: Vec<IpNet> = own.chain(self.listed.iter().copied()).collect();
        addresses::cover(family, &ranges)
    }

    /// Whoever of a family is let in.
    fn some(&self, family: Family) -> impl Iterator<Item = String> + '_ {
        let own = self.ranges.iter().filter(move |(_, range)| family.has(range));
        let own = own.map(|(group, range)| format!("{range} in {group}"));
        let others = self.others.iter().filter(move |(_, families)| families.contains(&family));
        own.chain(others.map(|(words, _)| words.clone()))
    }

    /// The sources that this level lets in.
    pub(super) fn sources(&self, family: Family, level: Level) -> Vec<String> {
        if self.groups.is_empty() {
            return vec!["anyone: no security group".to_owned()];
        }
        if level == Level::Internet {
            let all = |(_, range): &&(&str, IpNet)| family.has(range) && range.prefix_len() == 0;
            let named = |(group, range): &(&str, IpNet)| format!("{range} in {group}");
            let all: Vec<String> = self.ranges.iter().filter(all).map(named).collect();
            if !all.is_empty() {
                return all;
            }
        }
        self.some(family).collect()
    }

    /// That nobody is let in, or nobody of the families that have a way here.
    pub(super) fn shut(&self, port: &Port, families: &[(Family, Span)]) -> String {
        let groups = self.groups.join(", ");
        let knocked = match port {
            Port::Any => "TCP or UDP".to_owned(),
            Port::One { transports, number } => {
                format!("{} {number}", transports.join(" or ").to_uppercase())
            }
        };
        let both = [Family::V4, Family::V6];
        let Some(let_in) = both.into_iter().find(|family| self.some(*family).next().is_some())
        else {
            return format!("no rule of {groups} admits {knocked}");
        };
        let lacks = if families.iter().any(|(family, _)| *family == let_in) {
            format!("no {let_in} route leads to an internet gateway")
        } else {
            format!("it has no public {let_in} address")
        };
        let verb = if self.groups.len() == 1 { "admits" } else { "admit" };
        format!("{groups} {verb} {knocked} from {let_in} alone, and {lacks}")
    }
}

/// The ranges of a prefix list.
pub(super) fn entries<'a>(index: &Index<'a>, list: &str) -> Result<&'a [IpNet], Gap> {
    let region = index.region();
    match region.prefix_lists.get(list) {
        Some(entries) => entries.get().map(Vec::as_slice),
        None => Err(Gap::new(Call::Ec2GetManagedPrefixListEntries, Reason::NotCollected)
            .in_region(&region.name)
            .of(list)),
    }
}
