//! What commands against faults of logins, certificates and mutual TLS name.

use elb_audit_core::fixtures::sample::{self, login};
use elb_audit_core::inventory::{Inventory, Kind, MutualAuthentication, Region, Rule};
use elb_audit_core::report::Outcome;
use elb_audit_core::vocab::fact::Fact;
use serde_json::{Value, json};

use crate::bypass::check;
use crate::given::report_of;

/// What the findings of a check bind, as a JSON object each.
fn bound(inventory: &Inventory, id: &str) -> Vec<Value> {
    let findings = report_of(inventory, &[check(id)]).findings;
    let told = |outcome| matches!(outcome, Outcome::Fail | Outcome::Note);
    let told = findings.into_iter().filter(|finding| told(finding.outcome));
    told.map(|finding| serde_json::to_value(&finding.bindings).expect("JSON")).collect()
}

fn rule_arn(number: u32) -> String {
    sample::rule(Some(number), Vec::new(), Vec::new()).arn
}

/// A listener that lets guests in by these rules, and by default where that is said.
fn guests(numbers: &[u32], by_default: bool) -> Inventory {
    let actions = |open: bool| {
        let mut login = login::oidc();
        if let Some(own) = login.authentication.as_mut().filter(|_| open) {
            own.on_unauthenticated_request = Some("allow".to_owned());
            own.session_timeout = None;
        }
        login::then_forward(login, "web")
    };
    let rule = |number: &u32| {
        sample::rule(Some(*number), vec![sample::path(&[&format!("/{number}/*")])], actions(true))
    };
    let rules: Vec<Rule> = numbers.iter().map(rule).collect();
    let listener = sample::ruled(sample::https(actions(by_default)), rules);
    sample::listening(&Kind::Application, vec![listener])
}

#[test]
fn commands_about_rules_name_all_that_are_at_fault() {
    for id in ["authentication-optional", "authentication-session-long"] {
        let one = bound(&guests(&[3], false), id);
        assert_eq!(one[0]["RULE_ARN"], rule_arn(3), "{id}");
        let two = bound(&guests(&[1, 2], false), id);
        assert_eq!(two[0]["RULE_ARN"], json!([rule_arn(1), rule_arn(2)]), "{id}");
    }
}

#[test]
fn a_rule_moves_before_the_one_that_takes_its_requests_and_those_between_move_on() {
    let rule = |number, path: &str, actions| {
        sample::rule(Some(number), vec![sample::path(&[path])], actions)
    };
    let open = || vec![sample::forward("web")];
    let listener = sample::ruled(
        sample::https(vec![sample::fixed_response("404")]),
        vec![
            rule(1, "/static/*", open()),
            rule(4, "/app*", open()),
            rule(6, "/other/*", open()),
            rule(9, "/app/admin/*", login::required("web")),
            rule(10, "/last/*", open()),
        ],
    );
    let inventory = sample::listening(&Kind::Application, vec![listener]);
    let moved = |number, to| format!("RuleArn={},Priority={to}", rule_arn(number));
    assert_eq!(
        bound(&inventory, "authentication-rule-shadowed"),
        [json!({"RULE_PRIORITIES": [moved(9, 4), moved(4, 6), moved(6, 9)]})]
    );
}

/// The first listener logs users in, or verifies them; a load balancer beside it leads to the same instances.
fn beside(kind: &Kind, first: elb_audit_core::inventory::Listener) -> Inventory {
    login::listening(vec![first], |region| {
        let open = match kind {
            Kind::Classic => sample::classic_listener("HTTPS", 443),
            _ => sample::listener("TCP", 443, vec![sample::forward("direct")]),
        };
        login::add(region, kind, "direct", vec![open]);
        if *kind == Kind::Network {
            second_group(region);
        }
    })
}

fn second_group(region: &mut Region) {
    sample::add_groups(region, &Kind::Network, &["direct"]);
    sample::regroup(region, "direct", |group| {
        group.load_balancer_arns = vec![sample::arn(&Kind::Network, "direct")];
        if let Fact::Known(targets) = &mut group.targets {
            for target in targets.iter_mut() {
                target.port = Some(8443);
            }
            targets.push(sample::target("i-9", "healthy"));
        }
    });
}

#[test]
fn the_way_past_a_login_is_named_as_each_kind_can_close_it() {
    let login = || sample::https(login::required("web"));
    let network = bound(&beside(&Kind::Network, login()), "authentication-bypass-elsewhere");
    assert_eq!(network.len(), 1);
    assert_eq!(network[0]["OPEN_GROUP_ARN"], sample::group_arn("direct"));
    assert_eq!(network[0]["OPEN_TARGETS"], json!(["Id=i-1,Port=8443", "Id=i-2,Port=8443"]));
    let classic = bound(&beside(&Kind::Classic, login()), "authentication-bypass-elsewhere");
    assert_eq!(classic.len(), 1);
    assert_eq!(classic[0]["OPEN_INSTANCE_IDS"], json!(["i-1", "i-2"]));
    assert_eq!(classic[0].get("OPEN_TARGETS"), None);
}

#[test]
fn the_way_past_mutual_tls_is_closed_by_the_trust_store_of_the_other_listener() {
    let verifying = || {
        let mut listener = sample::https(vec![sample::forward("web")]);
        listener.mutual_authentication = Some(MutualAuthentication {
            mode: Some("verify".into()),
            trust_store_arn: Some(sample::TRUST_STORE.to_owned()),
            ..MutualAuthentication::default()
        });
        listener
    };
    let other = login::on_port(sample::https(vec![sample::forward("web")]), 8443);
    let both = login::listening(vec![verifying(), other.clone()], |_| ());
    let found = bound(&both, "mtls-bypass");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["OPEN_LISTENER_ARN"], other.id);
    assert_eq!(found[0]["TRUST_STORE_ARN"], sample::TRUST_STORE);
    let network = bound(&beside(&Kind::Network, verifying()), "mtls-bypass");
    assert_eq!(network[0].get("OPEN_LISTENER_ARN"), None);
    assert_eq!(network[0]["OPEN_GROUP_ARN"], sample::group_arn("direct"));
}

#[test]
fn a_certificate_is_named_by_the_way_that_it_is_renewed() {
    let soon = |kind: &'static str, method: Option<&'static str>| {
        let inventory = sample::certified(&Kind::Application, |certificate| {
            certificate.kind = Some(kind.to_owned());
            certificate.validation_method = method.map(str::to_owned);
            certificate.not_after = Some(sample::in_days(5));
        });
        bound(&inventory, "certificate-expiring").remove(0)
    };
    let ways = [
        ("ISSUED_CERTIFICATE_ID", soon("AMAZON_ISSUED", Some("DNS"))),
        ("MAILED_CERTIFICATE_ID", soon("AMAZON_ISSUED", Some("EMAIL"))),
        ("PRIVATE_CERTIFICATE_ID", soon("PRIVATE", None)),
        ("IMPORTED_CERTIFICATE_ID", soon("IMPORTED", None)),
    ];
    for (name, bound) in &ways {
        assert_eq!(bound[*name], sample::CERTIFICATE);
        let others = ways.iter().filter(|(other, _)| other != name);
        assert!(others.clone().all(|(other, _)| bound.get(other).is_none()), "{bound}");
    }
    let soon = |certificate: &mut elb_audit_core::inventory::Certificate| {
        certificate.not_after = Some(sample::in_days(5));
    };
    let classic = bound(&sample::with_iam(&Kind::Classic, soon), "certificate-expiring").remove(0);
    assert_eq!(classic["IAM_CERTIFICATE_NAME"], "web");
    assert_eq!(classic["IAM_LISTENER_PORT"], json!(["443"]));
    let mut inventory = sample::with_iam(&Kind::Application, soon);
    let lb = sample::only(&mut inventory.accounts[0].regions[0]);
    let mut by_name = login::on_port(sample::listeners(lb)[0].clone(), 8443);
    by_name.default_certificate = Some(sample::CERTIFICATE.to_owned());
    let ids = [sample::listeners(lb)[0].id.clone(), by_name.id.clone()];
    sample::listeners(lb).push(by_name);
    let found = bound(&inventory, "certificate-expiring").remove(0);
    assert_eq!(found["IAM_LISTENER_ARN"], json!([ids[0]]));
    assert_eq!(found["IAM_SNI_LISTENER_ARN"], json!([ids[1]]));
    assert_eq!(found.get("IAM_LISTENER_PORT"), None);
}
