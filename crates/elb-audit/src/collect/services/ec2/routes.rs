//! Routes: whatever AWS lets one lead to arrives as a field of its own.

use std::fmt;

use elb_audit_core::inventory::{Route, RouteFirewall};
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// Fields of a route that name a destination.
const DESTINATIONS: &[&str] =
    &["destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"];
/// Fields of a route that name what it leads to, the hop first: a route to an instance names its network
/// interface too.
const TARGETS: &[&str] = &[
    "gatewayId",
    "natGatewayId",
    "transitGatewayId",
    "networkInterfaceId",
    "instanceId",
    "vpcPeeringConnectionId",
    "egressOnlyInternetGatewayId",
    "localGatewayId",
    "carrierGatewayId",
    "coreNetworkArn",
    "odbNetworkArn",
];
/// Fields that neither name a destination nor a target.
const OTHERS: &[&str] = &["instanceOwnerId", "origin", "ipAddress"];

/// A route as EC2 answers it.
#[derive(Debug, Default)]
pub(super) struct RouteXml {
    destination: Option<(usize, String)>,
    target: Option<(usize, String)>,
    state: Option<String>,
    firewall: Option<FirewallXml>,
    /// A field that this version does not know: it may name a target.
    unknown: Option<String>,
}

#[derive(Debug, Deserialize)]
struct FirewallXml {
    #[serde(rename = "firewallArn", default)]
    arn: String,
    status: Option<String>,
}

impl RouteXml {
    /// The route as the inventory has it. One whose target is not known names the field that tells it.
    pub(super) fn into_route(self) -> Route {
        let firewall = self.firewall.map(|xml| RouteFirewall { arn: xml.arn, status: xml.status });
        Route {
            destination: self.destination.map(|(_, text)| text).unwrap_or_default(),
            target: self.target.map(|(_, text)| text).or(self.unknown),
            state: self.state,
            firewall,
        }
    }
}

impl<'de> Deserialize<'de> for RouteXml {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields)
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = RouteXml;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a route")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RouteXml, A::Error> {
        let mut route = RouteXml::default();
        while let Some(field) = map.next_key::<String>()? {
            let place = |of: &[&str]| of.iter().position(|name| *name == field);
            if let Some(place) = place(DESTINATIONS) {
                keep(&mut route.destination, place, map.next_value()?);
            } else if let Some(place) = place(TARGETS) {
                keep(&mut route.target, place, map.next_value()?);
            } else if field == "state" {
                route.state = Some(map.next_value()?);
            } else if field == "igwFirewall" {
                route.firewall = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
                if place(OTHERS).is_none() {
                    route.unknown.get_or_insert(field);
                }
            }
        }
        Ok(route)
    }
}

/// Keeps what comes first in its list. An empty text names nothing.
fn keep(kept: &mut Option<(usize, String)>, place: usize, text: String) {
    if !text.is_empty() && kept.as_ref().is_none_or(|(own, _)| place < *own) {
        *kept = Some((place, text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(inside: &str) -> Route {
        let xml = format!(
            "<item><destinationCidrBlock>0.0.0.0/0</destinationCidrBlock>{inside}\
             <origin>CreateRoute</origin><state>active</state></item>"
        );
        quick_xml::de::from_str::<RouteXml>(&xml).unwrap().into_route()
    }

    #[test]
    fn every_target_is_read() {
        for (field, id) in [
            ("gatewayId", "igw-1"),
            ("natGatewayId", "nat-1"),
            ("transitGatewayId", "tgw-1"),
            ("localGatewayId", "lgw-1"),
            ("carrierGatewayId", "cagw-1"),
            ("coreNetworkArn", "arn:aws:networkmanager::111122223333:core-network/core-network-1"),
            ("odbNetworkArn", "arn:aws:odb:eu-west-1:111122223333:odb-network/odbnet_1"),
        ] {
            let route = read(&format!("<{field}>{id}</{field}>"));
            assert_eq!(route.target.as_deref(), Some(id), "{field}");
            assert_eq!(route.destination, "0.0.0.0/0");
            assert_eq!(route.state.as_deref(), Some("active"));
        }
    }

    #[test]
    fn the_hop_is_the_interface_of_an_instance() {
        let route = read(
            "<instanceId>i-1</instanceId><instanceOwnerId>111122223333</instanceOwnerId>\
             <networkInterfaceId>eni-1</networkInterfaceId>",
        );
        assert_eq!(route.target.as_deref(), Some("eni-1"));
    }

    #[test]
    fn a_target_that_is_not_known_is_named_by_its_field() {
        for value in ["wormhole-1", "<id>wormhole-1</id>"] {
            let route = read(&format!("<wormholeId>{value}</wormholeId>"));
            assert_eq!(route.target.as_deref(), Some("wormholeId"));
        }
        assert_eq!(
            read("<wormholeId>w</wormholeId><gatewayId>igw-1</gatewayId>").target.unwrap(),
            "igw-1"
        );
    }

    #[test]
    fn the_firewall_of_a_route_is_read() {
        let route = read(
            "<gatewayId>igw-1</gatewayId><igwFirewall><firewallArn>arn:fw</firewallArn>\
             <status>active</status></igwFirewall>",
        );
        let firewall =
            RouteFirewall { arn: "arn:fw".to_owned(), status: Some("active".to_owned()) };
        assert_eq!(route.firewall, Some(firewall));
    }
}
