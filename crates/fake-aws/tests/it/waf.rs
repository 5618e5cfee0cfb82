//! Web ACLs in full: rules, rule groups, logs.

use elb_audit_fake_aws::model::arn::Place;
use elb_audit_fake_aws::{Account, FakeAws, Fault, Region, WebAcl};

use crate::client::{Client, Reply};
use crate::everything::{ACCOUNT, account};

fn ask(call: &str, body: &str) -> Reply {
    let fake = FakeAws::start(account());
    fake.page_size(None);
    Client::new(&fake).ask(call, body)
}

#[test]
fn a_web_acl_is_read_by_arn_or_by_name() {
    let arn = Place::new(ACCOUNT, "eu-west-1").web_acl("REGIONAL", "edge");
    let by_arn = ask("wafv2:GetWebACL", &format!("{{\"ARN\":\"{arn}\"}}"));
    let id = by_arn.value("Id").unwrap();
    let by_name = format!("{{\"Name\":\"edge\",\"Id\":\"{id}\",\"Scope\":\"REGIONAL\"}}");
    assert_eq!(ask("wafv2:GetWebACL", &by_name).body, by_arn.body);
    for part in [
        "\"DefaultAction\":{\"Block\":{}}",
        "\"ManagedRuleGroupStatement\":{\"Name\":\"AWSManagedRulesCommonRuleSet\"",
        "{\"ActionToUse\":{\"Count\":{}},\"Name\":\"SizeRestrictions_BODY\"}",
        "\"OverrideAction\":{\"Count\":{}}",
        "\"RateBasedStatement\":{\"AggregateKeyType\":\"IP\",\"EvaluationWindowSec\":300",
        "\"Action\":{\"Allow\":{}}",
        "\"ALBLowReputationMode\":\"ALWAYS_ON\"",
    ] {
        assert!(by_arn.body.contains(part), "{part}: {}", by_arn.body);
    }
}

#[test]
fn a_rule_group_is_found_from_the_rule_that_names_it() {
    let arn = Place::new(ACCOUNT, "eu-west-1").rule_group("REGIONAL", "own");
    let body = format!("{{\"ARN\":\"{arn}\"}}");
    let group = ask("wafv2:GetRuleGroup", &body);
    assert_eq!(group.value("ARN"), Some(arn.as_str()));
    assert!(group.body.contains("\"Limit\":100"), "{}", group.body);
    let gone = ask("wafv2:GetRuleGroup", "{\"ARN\":\"gone\"}");
    assert_eq!(gone.value("__type"), Some("WAFNonexistentItemException"));
    let nameless = ask("wafv2:GetWebACL", "{\"Name\":\"edge\"}");
    assert_eq!(nameless.value("__type"), Some("WAFInvalidParameterException"));
}

#[test]
fn logs_are_listed_by_whom_they_are_for() {
    let of = |scope: &str| {
        let body = format!("{{\"Scope\":\"REGIONAL\",\"LogScope\":\"{scope}\"}}");
        ask("wafv2:ListLoggingConfigurations", &body)
    };
    let own = of("CUSTOMER");
    assert_eq!(own.values("ResourceArn").len(), 2);
    assert!(own.body.contains("{\"SingleHeader\":{\"Name\":\"authorization\"}}"));
    assert_eq!(own.value("DefaultBehavior"), Some("DROP"));
    assert_eq!(of("SECURITY_LAKE").values("ResourceArn").len(), 1);
}

#[test]
fn the_global_scope_is_known_in_one_region() {
    let regions = [WebAcl::global("cdn"), WebAcl::new("own")];
    let account = Account::new(ACCOUNT).region("us-east-1", Region::new().with_all(regions));
    let fake = FakeAws::start(account);
    fake.page_size(None);
    let list = |region: &str, scope: &str| {
        let client = Client { region, ..Client::new(&fake) };
        client.ask("wafv2:ListWebACLs", &format!("{{\"Scope\":\"{scope}\"}}"))
    };
    assert_eq!(list("us-east-1", "CLOUDFRONT").values("Name"), ["cdn"]);
    assert_eq!(list("us-east-1", "REGIONAL").values("Name"), ["own"]);
    let away = list("eu-west-1", "CLOUDFRONT");
    assert_eq!(away.value("__type"), Some("WAFInvalidParameterException"));
    fake.fault(Fault::deny("wafv2:ListWebACLs"));
    assert_eq!(list("us-east-1", "REGIONAL").value("__type"), Some("AccessDeniedException"));
}
