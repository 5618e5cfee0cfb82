//! Faults of certificates, security policies, trust stores, web ACLs and logins that one change resolves.

use elb_audit_core::analysis::tls;
use elb_audit_core::check::{Change, Remedy};
use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::sample::{self, login};
use elb_audit_core::inventory::{
    Inventory, Kind, LoadBalancer, MutualAuthentication, Permission, Region, UserPool,
};
use elb_audit_core::report::Report;
use elb_audit_core::vocab::fact::Fact;

use crate::bypass::check;
use crate::given::{finds, report_of};

/// What is to be done about faults of these checks: each action's sentence, how many faults it resolves, and on
/// how many load balancers.
fn actions(inventory: &Inventory, ids: &[&str]) -> Vec<(String, usize, usize)> {
    let checks: Vec<_> = ids.iter().map(|id| check(id)).collect();
    let report: Report = report_of(inventory, &checks);
    let told = report.actions.iter();
    told.map(|one| (one.title.clone(), one.fingerprints.len(), one.load_balancers.len())).collect()
}

fn action(title: &str, faults: usize, load_balancers: usize) -> (String, usize, usize) {
    (title.to_owned(), faults, load_balancers)
}

/// The clean region of a kind after a change, with a second load balancer like the first.
fn twice(kind: &Kind, change: impl FnOnce(&mut Region)) -> Inventory {
    sample::with_region(kind, |region| {
        change(region);
        let listeners = sample::listeners(sample::only(region)).clone();
        login::add(region, kind, "second", listeners);
        let first = sample::only(region).clone();
        let second = login::named(region, "second");
        *second = LoadBalancer {
            arn: second.arn.clone(),
            name: second.name.clone(),
            dns_name: second.dns_name.clone(),
            listeners: second.listeners.clone(),
            ..first
        };
    })
}

fn old_policy(region: &mut Region) {
    for listener in sample::listeners(sample::only(region)) {
        if listener.ssl_policy.is_some() {
            listener.ssl_policy = Some("ELBSecurityPolicy-2016-08".to_owned());
        }
    }
}

const POLICY_CHECKS: &[&str] = &[
    "tls-legacy-protocol",
    "tls-weak-cipher",
    "tls-policies-differ",
    "classic-cipher-order-unset",
];

#[test]
fn a_security_policy_is_one_action_for_all_listeners_of_a_kind() {
    let mut inventory = twice(&Kind::Application, old_policy);
    let network = sample::with_region(&Kind::Network, old_policy);
    let both = &mut inventory.accounts[0].regions[0];
    both.v2.items.extend(network.accounts[0].regions[0].v2.items.clone());
    let policy = "Set security policy ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09";
    assert_eq!(
        actions(&inventory, POLICY_CHECKS),
        [
            action(&format!("{policy} on Application listeners"), 4, 2),
            action(&format!("{policy} on Network listeners"), 2, 1),
        ]
    );
    let classic = sample::classic_offering(&[
        ("Protocol-TLSv1", "true"),
        ("Protocol-TLSv1.2", "true"),
        ("AES128-SHA", "true"),
    ]);
    let own = "Set security policy of TLS 1.2 with ECDHE and GCM on Classic listeners";
    assert_eq!(actions(&classic, POLICY_CHECKS), [action(own, 3, 1)]);
}

#[test]
fn ports_that_differ_get_the_policy_of_the_strictest() {
    let differing = |strict: &str, weak: &str| {
        sample::with(&Kind::Application, |lb| {
            let mut second = login::on_port(sample::https(vec![sample::forward("web")]), 8443);
            second.ssl_policy = Some(weak.to_owned());
            let listeners = sample::listeners(lb);
            listeners[0].ssl_policy = Some(strict.to_owned());
            listeners.push(second);
        })
    };
    let policy = |name: &str| format!("Set security policy {name} on Application listeners");
    let old = differing(sample::SSL_POLICY, "ELBSecurityPolicy-2016-08");
    let recommended = policy("ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09");
    assert_eq!(actions(&old, POLICY_CHECKS), [action(&recommended, 3, 1)]);
    let strict = "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09";
    let newest = differing(strict, sample::SSL_POLICY);
    assert_eq!(actions(&newest, POLICY_CHECKS), [action(&policy(strict), 1, 1)]);
    let found = report_of(&newest, &[check("tls-policies-differ")]).findings;
    let bound = serde_json::to_value(&found[0].bindings).expect("bindings are JSON");
    assert_eq!(bound["SECURITY_POLICY"], strict);
    let weaker = bound["LISTENER_ARN"].as_array().expect("a list");
    assert!(weaker.len() == 1 && weaker[0].as_str().is_some_and(|arn| arn.ends_with("20fb")));
}

#[test]
fn a_certificate_is_replaced_once_wherever_it_is_presented() {
    let change = |kind: &'static str| {
        move |region: &mut Region| {
            let Some(Fact::Known(own)) = region.certificates.get_mut(sample::CERTIFICATE) else {
                return;
            };
            own.kind = Some(kind.to_owned());
            own.not_after = Some(sample::in_days(5));
            own.key_algorithm = Fact::Known("RSA-1024".to_owned());
            if let Fact::Known(detail) = &mut own.detail {
                detail.signature_algorithm = Some("SHA1WITHRSA".to_owned());
            }
        }
    };
    let checks = &["certificate-expiring", "certificate-weak-key", "certificate-weak-signature"];
    let replace = "Replace certificate www.example.com";
    let imported = twice(&Kind::Application, change("IMPORTED"));
    assert_eq!(actions(&imported, checks), [action(replace, 6, 2)]);
    // ACM renews its own, which does not change the key.
    let issued = twice(&Kind::Application, change("AMAZON_ISSUED"));
    let renew = action("Renew certificate www.example.com", 2, 2);
    assert_eq!(actions(&issued, checks), [renew, action(replace, 2, 2)]);
}

#[test]
fn a_certificate_of_several_environments_is_one_action() {
    let mut inventory = twice(&Kind::Application, |_| ());
    sample::internal(login::named(&mut inventory.accounts[0].regions[0], "second"));
    let split = "Replace certificate www.example.com: one for each environment";
    assert_eq!(actions(&inventory, &["certificate-shared"]), [action(split, 2, 2)]);
}

#[test]
fn a_web_acl_changes_once_for_all_its_load_balancers() {
    let inventory = twice(&Kind::Application, |region| {
        region.logged_web_acls = Fact::Known(Vec::new());
        if let Some(Fact::Known(acl)) = region.web_acls.get_mut(sample::WEB_ACL) {
            acl.rules.retain(|rule| !rule.has("rate-based"));
        }
    });
    assert_eq!(
        actions(&inventory, &["waf-rate-limit-missing", "waf-not-logged"]),
        [
            action("Extend web ACL web: rate limit", 2, 2),
            action("Change web ACL web: log requests", 2, 2),
        ]
    );
}

/// Every listener for HTTPS verifies its clients by this trust store.
fn verifying(region: &mut Region, store: &str, status: &str) {
    sample::listeners(sample::only(region))[0].mutual_authentication = Some(MutualAuthentication {
        mode: Some("verify".into()),
        trust_store_arn: Some(store.to_owned()),
        trust_store_status: Some(status.to_owned()),
        ..MutualAuthentication::default()
    });
}

#[test]
fn a_trust_store_changes_once_for_all_its_listeners() {
    let own = twice(&Kind::Application, |region| {
        verifying(region, sample::TRUST_STORE, "active");
        let mut store = sample::trust_store();
        store.ca_certificates = Some(140);
        store.revoked_entries = Some(0);
        store.revocation_lists = Fact::Known(0);
        region.trust_stores = Fact::Known(vec![store]);
    });
    assert_eq!(
        actions(&own, &["mtls-many-authorities", "mtls-revocation-missing"]),
        [
            action("Narrow trust store clients: only authorities of your clients", 2, 2),
            action("Extend trust store clients: revocation list", 2, 2),
        ]
    );
    let foreign = twice(&Kind::Application, |region| {
        verifying(region, sample::FOREIGN_TRUST_STORE, "removed");
    });
    let replace = action("Replace trust store clients: by one of this account", 2, 2);
    assert_eq!(actions(&foreign, &["mtls-trust-store-removed"]), [replace]);
}

#[test]
fn a_user_pool_is_closed_once_where_it_is_the_only_one() {
    let pool = |name: &str| {
        Fact::Known(UserPool { name: Some(name.to_owned()), admin_create_only: false })
    };
    let other = login::USER_POOL.replace("example", "other");
    let signing_in = |region: &mut Region| {
        region.user_pools.insert(login::USER_POOL.to_owned(), pool("staff"));
        region.user_pools.insert(other.clone(), pool("guests"));
        let listener = sample::https(login::then_forward(login::cognito(), "web"));
        *sample::listeners(sample::only(region)) = vec![listener];
    };
    let inventory = twice(&Kind::Application, signing_in);
    let check = &["authentication-self-signup"];
    let close = "Change user pool staff: only administrators create users";
    assert_eq!(actions(&inventory, check), [action(close, 2, 2)]);
    let mut second = login::cognito();
    if let Some(own) = &mut second.authentication {
        own.authority = Some(other.clone());
    }
    let both = sample::with_region(&Kind::Application, |region| {
        signing_in(region);
        let listener = sample::listeners(sample::only(region)).remove(0);
        let path = vec![sample::path(&["/guests/*"])];
        let rule = sample::rule(Some(1), path, login::then_forward(second, "web"));
        *sample::listeners(sample::only(region)) = vec![sample::ruled(listener, vec![rule])];
    });
    let titles = actions(&both, check);
    assert!(titles.len() == 1 && titles[0].0.starts_with("web: "), "{titles:?}");
}

#[test]
fn a_security_group_of_targets_is_the_cause_where_it_is_the_only_one_open() {
    let open = |door: &mut Permission| {
        door.ranges.push("10.0.0.0/16".parse().expect("a block"));
    };
    let reached = |groups: &[&str]| {
        login::listening(vec![sample::https(login::required("web"))], |region| {
            let mut door = sample::target_group_door();
            door.ingress.iter_mut().for_each(open);
            let mut other = door.clone();
            "sg-other".clone_into(&mut other.id);
            region.security_groups =
                Fact::Known(vec![sample::open_group("sg-web", &[443]), door, other]);
            if let Fact::Known(interfaces) = &mut region.network_interfaces {
                for interface in interfaces {
                    interface.groups = groups.iter().map(|id| (*id).to_owned()).collect();
                }
            }
        })
    };
    let check = &["authentication-target-reachable"];
    let narrow = "Narrow security group targets (sg-targets): admit only the load balancer";
    assert_eq!(actions(&reached(&["sg-targets"]), check), [action(narrow, 1, 1)]);
    let titles = actions(&reached(&["sg-targets", "sg-other"]), check);
    assert!(titles.len() == 1 && titles[0].0.starts_with("web: "), "{titles:?}");
}

#[test]
fn the_security_policy_of_a_remedy_is_no_fault_of_another_check() {
    for check in ALL {
        let Change::SslPolicy { policy } = check.remedy.change else { continue };
        if check.applies_to.contains(&Kind::Classic) {
            let found = finds(&sample::classic_offering(&Remedy::CLASSIC_POLICY));
            assert_eq!(found, finds(&sample::clean(&Kind::Classic)), "{}", check.id);
        }
        assert!(
            tls::is_recommended(policy) || policy == "SECURITY_POLICY",
            "{}: {policy}",
            check.id
        );
    }
}
