//! What other companies connect to, and what nobody has touched for years.

use super::{Site, beside, policies};
use crate::fact::Fact;
use crate::inventory::{ClassicPolicy, Inventory, Kind, MutualAuthentication, Region};
use crate::sample;

pub(super) fn sites() -> Vec<Site> {
    vec![
        ("legacy", legacy()),
        ("partners", partners()),
        ("bastion", bastion()),
        ("payments", sample::clean(&Kind::Network)),
    ]
}

/// Classic, with a certificate in IAM that nobody renewed.
fn legacy() -> Inventory {
    let mut inventory = sample::with_iam(&Kind::Classic, |certificate| {
        certificate.not_after = Some(sample::in_days(-41));
    });
    let lb = sample::only(&mut inventory.accounts[0].regions[0]);
    sample::set(lb, &[("access_logs.s3.enabled", "false")]);
    sample::listeners(lb).push(sample::classic_listener("HTTP", 80));
    lb.instances = sample::in_states(&["InService", "OutOfService"]);
    lb.policies = Fact::Known(vec![
        ClassicPolicy {
            name: "strong".to_owned(),
            kind: "SSLNegotiationPolicyType".to_owned(),
            attributes: sample::text_map(&[
                ("Protocol-SSLv3", "true"),
                ("Protocol-TLSv1", "true"),
                ("Protocol-TLSv1.2", "true"),
                ("Server-Defined-Cipher-Order", "true"),
                ("ECDHE-RSA-AES128-GCM-SHA256", "true"),
                ("AES128-SHA", "true"),
                ("DES-CBC3-SHA", "true"),
                ("RC4-SHA", "true"),
            ]),
        },
        sample::instance_authentication("instances"),
    ]);
    inventory
}

/// Mutual TLS in two careless ways, for the networks of a prefix list.
fn partners() -> Inventory {
    sample::with_region(&Kind::Application, |region| {
        let revoked = beside(region, "orders", |certificate| {
            certificate.status = Some("REVOKED".to_owned());
        });
        let short = beside(region, "edi", |certificate| {
            certificate.key_algorithm = Fact::Known("RSA-1024".to_owned());
            certificate.kind = Some("IMPORTED".to_owned());
            certificate.renewal_eligibility = Some("INELIGIBLE".to_owned());
        });
        restrict(region);
        let mutual = |mode: &str, ignore| MutualAuthentication {
            mode: Some(mode.to_owned()),
            ignore_client_certificate_expiry: ignore,
            trust_store_arn: (mode == "verify").then(|| sample::TRUST_STORE.to_owned()),
            trust_store_status: (mode == "verify").then(|| "active".to_owned()),
            ..MutualAuthentication::default()
        };
        let mut verified = sample::https(vec![sample::forward("web")]);
        verified.mutual_authentication = Some(mutual("verify", Some(true)));
        if let Fact::Known(arns) = &mut verified.certificates {
            arns.extend([revoked, short]);
        }
        let mut passed = sample::https(vec![sample::forward("web")]);
        passed.id = passed.id.replace("1bb", "20fb");
        passed.port = Some(8443);
        passed.mutual_authentication = Some(mutual("passthrough", None));
        let http = sample::listener("HTTP", 80, vec![sample::redirect(None, Some("8080"))]);
        *sample::listeners(sample::only(region)) = vec![verified, passed, http];
    })
}

/// Only the partners' networks may connect.
fn restrict(region: &mut Region) {
    let list = "pl-0a1b2c3d4e5f60718";
    let ranges = ["198.51.100.0/24", "203.0.113.64/26"];
    let ranges = ranges.iter().filter_map(|range| range.parse().ok()).collect();
    region.prefix_lists.insert(list.to_owned(), Fact::Known(ranges));
    let mut group = sample::open_group("sg-web", &[80, 443, 8443]);
    for permission in &mut group.ingress {
        permission.ranges.clear();
        permission.prefix_lists = vec![list.to_owned()];
    }
    region.security_groups = Fact::Known(vec![group, sample::target_group_door()]);
}

/// SSH for the whole internet, and a policy that could be stricter.
fn bastion() -> Inventory {
    let policy = "ELBSecurityPolicy-TLS13-1-2-2021-06";
    sample::with_region(&Kind::Network, |region| {
        region.ssl_policies = policies(&[policy]);
        region.security_groups = Fact::Known(vec![
            sample::open_group("sg-web", &[22, 443]),
            sample::target_group_door(),
        ]);
        let listeners = sample::listeners(sample::only(region));
        listeners[0].ssl_policy = Some(policy.to_owned());
        listeners.push(sample::listener("TCP", 22, vec![sample::forward("web")]));
    })
}
