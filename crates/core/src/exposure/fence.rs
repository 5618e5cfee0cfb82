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
