//! Whether the network ACL of a subnet lets the internet in on a port.

use ipnet::IpNet;

use super::addresses::{self, Family};
use super::door::Port;
use super::span::{Level, Span};
use crate::inventory::{AclEntry, Index};

/// How far the ACL of a subnet lets a family of addresses in. A few addresses that it keeps out do not
/// make a difference.
pub(super) fn span(
    index: &Index,
    vpc: Option<&str>,
    subnet: &str,
    (family, port): (Family, &Port),
) -> Span {
    let acl = match index.network_acl(subnet, vpc) {
        Ok(acl) => acl,
        Err(gap) => return Span::hidden(gap),
    };
    let held = |entry: &&AclEntry| {
        !entry.egress
            && entry.range.is_some_and(|range| family.has(&range))
            && concerns(entry, port)
    };
    let mut entries: Vec<&AclEntry> = acl.entries.iter().filter(held).collect();
    entries.sort_by_key(|entry| entry.number);
    let (mut admitted, mut denied): (Vec<IpNet>, Vec<IpNet>) = (Vec::new(), Vec::new());
    for entry in entries {
        let side = if entry.action == "allow" { &mut admitted } else { &mut denied };
        side.extend(entry.range);
        if addresses::cover(family, &denied) {
            break; // what comes later decides nothing
        }
    }
    let level = if addresses::cover(family, &admitted) {
        Level::Internet
    } else if admitted.is_empty() {
        Level::Blocked
    } else {
        Level::Restricted
    };
    Span::exactly(level)
}

/// Whether an entry is about a port, or about every port.
fn concerns(entry: &AclEntry, port: &Port) -> bool {
    let transport = match entry.protocol.as_str() {
        "-1" => return true,
        "6" => "tcp",
        "17" => "udp",
        _ => return false,
    };
    match port {
        Port::Any => true,
        Port::One { transports, number } => {
            let number = i32::from(*number);
            let (from, to) = (entry.from_port.unwrap_or(0), entry.to_port.unwrap_or(65_535));
            transports.contains(&transport) && from <= number && number <= to
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{Kind, Region};
    use crate::{fact::Fact, sample};

    fn entry(number: i32, action: &str, range: &str, ports: Option<(i32, i32)>) -> AclEntry {
        AclEntry {
            number,
            protocol: "6".to_owned(),
            action: action.to_owned(),
            range: range.parse().ok(),
            from_port: ports.map(|(from, _)| from),
            to_port: ports.map(|(_, to)| to),
            ..AclEntry::default()
        }
    }

    /// How far port 443 is open, from the level that is certain to the one that is possible.
    fn level(entries: Vec<AclEntry>) -> (Level, Level) {
        let mut inventory = sample::clean(&Kind::Application);
        let region: &mut Region = &mut inventory.accounts[0].regions[0];
        if let Fact::Known(acls) = &mut region.network_acls {
            acls[0].entries = entries;
        }
        let index = Index::new(None, region);
        let port = Port::One { transports: &["tcp"], number: 443 };
        let span = span(&index, Some("vpc-1"), "subnet-a", (Family::V4, &port));
        (span.at_least(), span.at_most())
    }

    #[test]
    fn the_first_entry_that_concerns_the_port_decides() {
        let all = "0.0.0.0/0";
        let open = entry(100, "allow", all, None);
        let shut = |number, ports| entry(number, "deny", all, ports);
        let some = || entry(50, "allow", "198.51.100.0/24", Some((443, 443)));
        let internet = (Level::Internet, Level::Internet);
        let blocked = (Level::Blocked, Level::Blocked);
        assert_eq!(level(vec![open.clone(), shut(200, None)]), internet);
        assert_eq!(level(vec![open.clone(), shut(90, None)]), blocked);
        assert_eq!(level(vec![open.clone(), shut(90, Some((22, 80)))]), internet);
        assert_eq!(level(vec![open.clone(), entry(90, "deny", "203.0.113.0/24", None)]), internet);
        let halves = ["0.0.0.0/1", "128.0.0.0/1"].map(|half| entry(90, "deny", half, None));
        assert_eq!(level([vec![open.clone()], halves.to_vec()].concat()), blocked);
        let restricted = (Level::Restricted, Level::Restricted);
        assert_eq!(level(vec![some(), shut(90, None), open.clone()]), restricted);
        assert_eq!(level(vec![AclEntry { egress: true, ..open.clone() }]), blocked);
        assert_eq!(level(vec![AclEntry { protocol: "17".to_owned(), ..open }]), blocked);
        assert_eq!(level(vec![entry(1, "allow", "::/0", None)]), blocked);
    }
}
