//! What commands against faults of logins, certificates and mutual TLS name.

use elb_audit_core::fixtures::sample::{self, login};
use elb_audit_core::inventory::{Inventory, Kind, Rule};
use elb_audit_core::report::Outcome;
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
