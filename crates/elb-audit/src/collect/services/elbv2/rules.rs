//! Rules of listeners: when they apply, and what they rewrite.

use aws_sdk_elasticloadbalancingv2::{Client, types as sdk};
use elb_audit_core::inventory::secret;
use elb_audit_core::inventory::{
    Action, Condition, ConditionField, Kind, Listener, Rule, Transform,
};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Gap, Reason};

use super::{PAGE, actions};
use crate::aws::api::ApiClient;
use crate::aws::strict::{Understood, Unexpected, each, each_once, filled, required, word};

/// The rules of a listener by priority, the default one last.
pub(crate) async fn rules(
    api: &ApiClient,
    client: &Client,
    kind: &Kind,
    listener: &Listener,
) -> Fact<Vec<Rule>> {
    let call = Call::ElbV2DescribeRules;
    let arn = listener.id.as_str();
    let page = move |marker| async move {
        let request = client.describe_rules().listener_arn(arn).page_size(PAGE).set_marker(marker);
        let answer = api.call(call, Some(arn), request.send()).await;
        answer.map(|answer| (answer.rules, answer.next_marker))
    };
    let found = api.all_pages(call, page).await;
    match api.understood(call, Some(arn), found, |all| each(all, |found| rule(found, arn))) {
        Fact::Known(rules) => {
            let what = format!("rule of {}", listener.label());
            let mut rules = api.merge_repeated(&what, rules, |rule: &Rule| rule.arn.clone());
            rules.sort_by_key(|rule| rule.priority.unwrap_or(u32::MAX));
            if rules.iter().all(|rule| rule.priority.is_some()) {
                let gap =
                    Gap::new(call, Reason::Malformed).saying("the answer has no default rule");
                return Fact::Unread(api.located(gap, Some(arn)));
            }
            Fact::Known(rules)
        }
        // A Network load balancer's listener that cannot have rules is "not found".
        Fact::Unread(gap) if *kind == Kind::Network && gap.reason == Reason::NotFound => {
            Fact::Known(vec![default_rule(arn, &listener.default_actions)])
        }
        Fact::Unread(gap) => Fact::Unread(gap),
    }
}

/// The only rule of a listener that can have no others.
pub(super) fn default_rule(listener: &str, actions: &[Action]) -> Rule {
    Rule {
        arn: listener.to_owned(),
        priority: None,
        conditions: Vec::new(),
        actions: actions.to_vec(),
        transforms: Vec::new(),
    }
}

fn rule(found: sdk::Rule, listener: &str) -> Understood<Rule> {
    let arn = filled("RuleArn", found.rule_arn)?;
    // It begins as its listener's does: `…:listener-rule/app/web/1234/5678/…`.
    let own = listener.replacen(":listener/", ":listener-rule/", 1);
    if !arn.strip_prefix(&own).is_some_and(|rest| rest.starts_with('/')) {
        return Err(Unexpected::Foreign(arn));
    }
    Ok(Rule {
        arn,
        priority: priority(filled("Priority", found.priority)?)?,
        conditions: each_once(required("Conditions", found.conditions)?, condition)?,
        actions: each_once(required("Actions", found.actions)?, actions::action)?,
        transforms: each_once(found.transforms.unwrap_or_default(), transform)?,
    })
}

/// The place of a rule among the others; none for the default one.
fn priority(text: String) -> Understood<Option<u32>> {
    match text.parse() {
        _ if text == "default" => Ok(None),
        Ok(priority) if priority > 0 => Ok(Some(priority)),
        _ => Err(Unexpected::Value("Priority", text)),
    }
}

fn transform(found: sdk::RuleTransform) -> Understood<Transform> {
    let kind = found.r#type.as_ref().map(sdk::TransformTypeEnum::as_str);
    let kind = required("Type", word("Type", kind)?)?;
    let host = found.host_header_rewrite_config.map(|config| config.rewrites);
    let url = found.url_rewrite_config.map(|config| config.rewrites);
    let rewrites = required("Rewrites", host.or(url).flatten())?;
    let pair = |rewrite: sdk::RewriteConfig| {
        Ok((filled("Regex", rewrite.regex)?, required("Replace", rewrite.replace)?))
    };
    Ok(Transform { kind: kind.into(), rewrites: each_once(rewrites, pair)? })
}

/// A condition, whichever of AWS's two ways it is written in.
fn condition(found: sdk::RuleCondition) -> Understood<Condition> {
    let header =
        found.http_header_config.as_ref().and_then(|config| config.http_header_name.clone());
    let mut condition = Condition {
        field: filled("Field", found.field)?.as_str().into(),
        regex_values: found.regex_values.unwrap_or_default(),
        ..Condition::default()
    };
    if condition.field == ConditionField::HttpHeader {
        let name = header.as_deref().unwrap_or_default();
        condition.regex_values = redacted_regexes(name, condition.regex_values);
    }
    let mut add = |values: Option<Vec<String>>, regex: Option<Vec<String>>| {
        condition.values.extend(values.unwrap_or_default());
        condition.regex_values.extend(regex.unwrap_or_default());
    };
    if let Some(config) = found.host_header_config {
        add(config.values, config.regex_values);
    }
    if let Some(config) = found.path_pattern_config {
        add(config.values, config.regex_values);
    }
    if let Some(config) = found.http_request_method_config {
        add(config.values, None);
    }
    if let Some(config) = found.http_header_config {
        let name = filled("HttpHeaderName", config.http_header_name)?;
        let values = config.values.map(|values| redacted(&name, values));
        add(values, config.regex_values.map(|values| redacted_regexes(&name, values)));
        condition.header = Some(name);
    }
    if let Some(config) = found.query_string_config {
        let pairs = each(config.values.unwrap_or_default(), |pair| {
            let value = secret::kept_of_parameter(required("Value", pair.value)?);
            Ok(pair.key.map_or_else(|| value.clone(), |key| format!("{key}={value}")))
        })?;
        condition.values.extend(pairs);
    }
    if let Some(config) = found.source_ip_config {
        condition.values.extend(config.values.unwrap_or_default());
        condition.ip_address_type = config.ip_address_type.map(|kind| kind.as_str().to_owned());
    }
    let plain = found.values.unwrap_or_default();
    let plain = match condition.field {
        ConditionField::HttpHeader => redacted(header.as_deref().unwrap_or_default(), plain),
        ConditionField::QueryString => plain.into_iter().map(secret::kept_of_parameter).collect(),
        _ => plain,
    };
    for value in plain {
        if !condition.values.contains(&value) {
            condition.values.push(value);
        }
    }
    // One that compares with nothing is none.
    let compares = !condition.values.is_empty() || !condition.regex_values.is_empty();
    if !compares && condition.ip_address_type.is_none() {
        return Err(Unexpected::Missing("Values"));
    }
    Ok(condition)
}

/// Values of a header condition, without secrets.
fn redacted(header: &str, values: Vec<String>) -> Vec<String> {
    values.into_iter().map(|value| secret::kept_of_header(header, value)).collect()
}

fn redacted_regexes(header: &str, regexes: Vec<String>) -> Vec<String> {
    regexes.into_iter().map(|regex| secret::kept_of_header_regex(header, regex)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_in_header_conditions_are_not_kept() {
        let hashed = redacted("X-Origin-Verify", vec!["hunter2".to_owned(), "*".to_owned()]);
        assert!(hashed[0].starts_with("sha256:") && !hashed[0].contains("hunter2"));
        assert_eq!(hashed[1], "*");
        let plain = vec!["*Chrome*".to_owned()];
        assert_eq!(redacted("User-Agent", plain.clone()), plain);
        let regex = redacted_regexes("X-Origin-Verify", vec!["^hunter2$".to_owned()]);
        assert!(regex[0].starts_with("sha256*:") && !regex[0].contains("hunter2"));
    }

    #[test]
    fn only_the_default_rule_has_no_priority() {
        assert_eq!(priority("default".to_owned()), Ok(None));
        assert_eq!(priority("50000".to_owned()), Ok(Some(50_000)));
        for none in ["0", "-7", "first", "99999999999999999999"] {
            let unexpected = Unexpected::Value("Priority", none.to_owned());
            assert_eq!(priority(none.to_owned()), Err(unexpected));
        }
    }
}
