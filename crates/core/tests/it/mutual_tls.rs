//! What the user's policy changes about trust stores.

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::sample;
use elb_audit_core::inventory::Inventory;
use elb_audit_core::policy::Policy;
use elb_audit_core::report::Outcome;
use elb_audit_core::vocab::fact::Fact;

const OTHER: &str = "444455556666";

/// What one check says of an inventory's only listener with mutual TLS.
fn outcome(id: &str, inventory: &Inventory, policy: &Policy) -> Outcome {
    let check = ALL.iter().find(|check| check.id == id).expect("a check of this id");
    let policy = policy.clone();
    let options = Options { policy, show_passed: true, ..Options::at(inventory.taken_at) };
    let report = audit(inventory, &[check], &options);
    assert_eq!(report.findings.len(), 1, "{id}");
    report.findings[0].outcome
}

fn trusting(accounts: &[&str]) -> Policy {
    let mut policy = Policy::default();
    policy.intent.trusted_accounts = accounts.iter().map(|id| (*id).to_owned()).collect();
    policy
}

#[test]
fn sharing_with_trusted_accounts_is_meant() {
    let shared = |who: &[&str]| {
        let who: Vec<String> = who.iter().map(|who| (*who).to_owned()).collect();
        sample::verifying(|store| store.shared_with = Fact::Known(who))
    };
    let root = format!("arn:aws:iam::{OTHER}:root");
    let organization = "arn:aws:organizations::777788889999:organization/o-a1b2c3d4e5";
    for (who, trusted, expected) in [
        (&[OTHER][..], &[][..], Outcome::Note),
        (&[OTHER], &[OTHER], Outcome::Pass),
        (&[&root], &[OTHER], Outcome::Pass),
        (&[OTHER], &["777788889999"], Outcome::Fail),
        (&[OTHER, "*"], &[OTHER], Outcome::Fail),
        (&[organization], &["777788889999"], Outcome::Fail),
        (&[sample::ACCOUNT], &[], Outcome::Pass),
    ] {
        let said = outcome("trust-store-shared", &shared(who), &trusting(trusted));
        assert_eq!(said, expected, "{who:?} {trusted:?}");
    }
    let foreign = sample::mutually(|mutual| {
        mutual.trust_store_arn = Some(sample::FOREIGN_TRUST_STORE.to_owned());
    });
    for (trusted, expected) in [
        (&[][..], Outcome::Note),
        (&["777788889999"], Outcome::Fail),
        // Whom a trusted account shares its own with is not to be seen from here.
        (&[OTHER], Outcome::Unknown),
    ] {
        assert_eq!(outcome("trust-store-shared", &foreign, &trusting(trusted)), expected);
    }
}

#[test]
fn the_threshold_of_authorities_is_the_users() {
    let two = sample::mutual("verify", None);
    let mut policy = Policy::default();
    for (most, expected) in [(2, Outcome::Pass), (1, Outcome::Fail)] {
        policy.thresholds.trust_store_authorities = most;
        assert_eq!(outcome("mtls-many-authorities", &two, &policy), expected, "{most}");
    }
}
