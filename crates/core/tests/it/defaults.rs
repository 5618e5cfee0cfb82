//! The evidence tells a value that AWS sent from a documented default.

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::sample;
use elb_audit_core::inventory::{Inventory, Kind};
use elb_audit_core::vocab::fact::Fact;

/// What a check's first finding says of an attribute.
fn said(inventory: &Inventory, check: &str, key: &str) -> String {
    let options = Options { show_passed: true, ..Options::at(inventory.taken_at) };
    let report = audit(inventory, ALL, &options);
    let finding = report.findings.iter().find(|one| one.check == check).expect("a finding");
    finding.evidence.0.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned()
}

#[test]
fn a_default_of_a_load_balancer_is_marked() {
    let (check, key) = ("deletion-protection-off", "deletion_protection.enabled");
    let sent = sample::with(&Kind::Application, |lb| sample::set(lb, &[(key, "false")]));
    assert_eq!(said(&sent, check, key), "false");
    let unsent = sample::with(&Kind::Application, |lb| {
        let Fact::Known(attributes) = &mut lb.attributes else { panic!("known") };
        attributes.remove(key);
    });
    assert_eq!(said(&unsent, check, key), "false (default; AWS sent none)");
}

#[test]
fn a_default_of_a_group_is_marked() {
    let (check, key) = ("client-address-lost", "preserve_client_ip.enabled");
    let with = |sent: Option<&str>| {
        let mut inventory = sample::addressed(&Kind::Network, "TCP", &["10.0.1.9"]);
        sample::regroup(&mut inventory.accounts[0].regions[0], "web", |group| {
            let Fact::Known(attributes) = &mut group.attributes else { panic!("known") };
            attributes.remove(key);
            attributes.remove("proxy_protocol_v2.enabled");
            attributes.extend(sent.map(|sent| (key.to_owned(), sent.to_owned())));
        });
        inventory
    };
    assert_eq!(said(&with(Some("false")), check, key), "false");
    assert_eq!(said(&with(None), check, key), "false (default; AWS sent none)");
}
