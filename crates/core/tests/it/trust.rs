//! Other accounts: what the policy's intent says about them, and who they are.

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::sample;
use elb_audit_core::inventory::Kind;
use elb_audit_core::vocab::fact::Fact;

#[test]
fn a_trusted_account_may_use_an_endpoint_service() {
    let inventory = sample::with_region(&Kind::Network, |region| {
        let principal = "arn:aws:iam::444455556666:root";
        region.endpoint_services =
            Fact::Known(vec![sample::endpoint_service(&Kind::Network, &[principal])]);
    });
    let checks: Vec<_> =
        ALL.iter().filter(|check| check.id == "endpoint-service-foreign-principal").collect();
    let noted = |trusted: &[&str]| {
        let mut options = Options::at(sample::now());
        options.policy.intent.trusted_accounts =
            trusted.iter().map(|account| (*account).to_owned()).collect();
        let checks: Vec<_> = checks.iter().map(|check| **check).collect();
        audit(&inventory, &checks, &options).findings.len()
    };
    assert_eq!(noted(&[]), 1);
    assert_eq!(noted(&["777788889999"]), 1);
    assert_eq!(noted(&["444455556666"]), 0);
}

#[test]
fn whoever_uses_a_trust_store_is_a_load_balancer() {
    let mut users = Vec::new();
    for example in ALL.iter().flat_map(|check| check.examples) {
        for region in (example.given)().accounts.iter().flat_map(|account| &account.regions) {
            let stores = region.trust_stores.get().into_iter().flatten();
            users.extend(stores.filter_map(|store| store.users.get().ok()).flatten().cloned());
        }
    }
    assert!(users.len() > 3);
    assert!(users.iter().all(|user| user.contains(":loadbalancer/app/")), "{users:?}");
}
