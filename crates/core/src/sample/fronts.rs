//! Scenes with something in front of the clean load balancers: CloudFront, DNS.

use super::{ACCOUNT, clean};
use crate::fact::Fact;
use crate::inventory::{Distribution, DnsRecord, Inventory, Kind, Origin};

/// DNS name of the clean load balancers.
pub const DNS_NAME: &str = "web-123.eu-west-1.elb.amazonaws.com";

/// The inventory with a `CloudFront` distribution that has a web ACL and fetches from the sample load
/// balancer over HTTPS, after a change to its origin.
#[must_use]
pub fn behind_cloudfront(mut inventory: Inventory, change: impl FnOnce(&mut Origin)) -> Inventory {
    let mut origin = Origin {
        id: "web".to_owned(),
        domain: DNS_NAME.to_owned(),
        protocol_policy: Some("https-only".to_owned()),
        http_port: Some(80),
        https_port: Some(443),
        ..Origin::default()
    };
    change(&mut origin);
    inventory.accounts[0].distributions = Fact::Known(vec![Distribution {
        arn: format!("arn:aws:cloudfront::{ACCOUNT}:distribution/E2QWRUHAPOMQZL"),
        id: "E2QWRUHAPOMQZL".to_owned(),
        enabled: true,
        web_acl: Some(format!("arn:aws:wafv2:us-east-1:{ACCOUNT}:global/webacl/edge/1a2b")),
        origins: vec![origin],
    }]);
    inventory
}

/// The clean account of this kind with a record `www.example.com` in a zone that leads there.
#[must_use]
pub fn named(kind: &Kind, private: bool, target: &str) -> Inventory {
    let mut inventory = clean(kind);
    inventory.accounts[0].dns_records = Fact::Known(vec![DnsRecord {
        zone: "Z1D633PJN98FT9".to_owned(),
        zone_name: "example.com".to_owned(),
        private,
        name: "www.example.com".to_owned(),
        kind: "A".to_owned(),
        alias: true,
        target: target.to_owned(),
    }]);
    inventory
}
