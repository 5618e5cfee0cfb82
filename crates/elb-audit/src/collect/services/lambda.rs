//! Lambda: who may invoke the functions that are targets.

use elb_audit_core::inventory::InvokeStatement;
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Gap, Reason};
use serde::Deserialize;

use crate::aws::api::ApiClient;
use crate::aws::document::{self, Statement};
use crate::aws::query::{Client, RestRequest};

/// The service that load balancers invoke functions as.
const SERVICE: &str = "elasticloadbalancing.amazonaws.com";

#[derive(Debug, Deserialize)]
struct Answer {
    #[serde(rename = "Policy")]
    policy: String,
}

/// The statements of a function's policy that let load balancers, or everyone, invoke it. A function
/// without a policy has none.
pub(crate) async fn invokers(
    api: &ApiClient,
    client: &Client,
    arn: &str,
) -> Fact<Vec<InvokeStatement>> {
    let call = Call::LambdaGetPolicy;
    let (name, qualifier) = named(arn);
    let request = RestRequest::get(&["2015-03-31", "functions", &name, "policy"])
        .with_some("Qualifier", qualifier);
    match api.call(call, Some(arn), client.json_at::<Answer>(request)).await {
        Fact::Known(answer) => statements(&answer.policy).map_or_else(
            || {
                let said = "the function's policy is unreadable";
                let gap = Gap::new(call, Reason::Malformed).saying(said);
                Fact::Unread(api.located(gap, Some(arn)))
            },
            Fact::Known,
        ),
        // Neither does a function that is gone let anyone in.
        Fact::Unread(gap) if gap.reason == Reason::NotFound => Fact::Known(Vec::new()),
        Fact::Unread(gap) => Fact::Unread(gap),
    }
}

/// A function's ARN without version or alias, and that.
fn named(arn: &str) -> (String, Option<&str>) {
    let mut parts: Vec<&str> = arn.split(':').collect();
    let qualifier = if parts.len() > 7 { parts.pop() } else { None };
    (parts.join(":"), qualifier)
}

/// The statements of a policy document that matter here; none if it is no policy document.
fn statements(document: &str) -> Option<Vec<InvokeStatement>> {
    let all = document::allowing(document)?;
    Some(all.iter().filter(|one| invokes(one)).filter_map(statement).collect())
}

/// Whether a statement is about invoking.
fn invokes(statement: &Statement) -> bool {
    const INVOKING: [&str; 4] = ["*", "lambda:*", "lambda:invoke*", "lambda:invokefunction"];
    let actions = statement.actions();
    actions.is_none_or(|all| all.iter().any(|action| INVOKING.contains(&action.as_str())))
}

fn statement(found: &Statement) -> Option<InvokeStatement> {
    let (people, services) = (found.principals("AWS"), found.principals("Service"));
    let mut all = people.into_iter().chain(services);
    let principal = all.find(|one| one == "*" || one == SERVICE)?;
    let mut known = InvokeStatement { sid: found.sid(), principal, ..InvokeStatement::default() };
    for condition in found.conditions() {
        // Other operators on the same keys narrow too, but not to these values alone.
        let plain = ["arnlike", "arnequals", "stringequals", "stringlike"]
            .contains(&condition.operator.as_str());
        match condition.key.as_str() {
            "aws:sourcearn" if plain => known.source_arns.extend(condition.values),
            "aws:sourceaccount" if plain => known.source_accounts.extend(condition.values),
            "aws:sourceorgid" | "aws:principalorgid" if plain => {
                known.organizations.extend(condition.values);
            }
            _ => known.other_conditions = true,
        }
    }
    Some(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lets_load_balancers_in_is_kept() {
        let policy = r#"{"Statement": [
            {"Sid": "own", "Effect": "Allow", "Action": "lambda:InvokeFunction",
             "Principal": {"Service": "elasticloadbalancing.amazonaws.com"},
             "Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:elasticloadbalancing:x"},
                           "StringEquals": {"aws:SourceAccount": ["111122223333"]}}},
            {"Effect": "Allow", "Action": "lambda:*", "Principal": {"AWS": "*"},
             "Condition": {"StringEqualsIfExists": {"aws:SourceAccount": "111122223333"}}},
            {"Effect": "Allow", "Action": "lambda:InvokeFunction",
             "Principal": {"Service": "s3.amazonaws.com"}},
            {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Principal": "*",
             "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-example"}}},
            {"Effect": "Allow", "Action": "lambda:GetFunction", "Principal": "*"},
            {"Effect": "Deny", "Action": "lambda:InvokeFunction", "Principal": "*"}]}"#;
        let found = statements(policy).unwrap();
        assert_eq!(found.len(), 3, "{found:?}");
        assert_eq!(found[0].sid.as_deref(), Some("own"));
        assert_eq!(found[0].source_arns, ["arn:aws:elasticloadbalancing:x"]);
        assert_eq!((found[0].source_accounts.len(), found[0].other_conditions), (1, false));
        assert_eq!((found[1].principal.as_str(), found[1].other_conditions), ("*", true));
        assert_eq!(found[2].organizations, ["o-example"]);
        assert!(!found[2].other_conditions);
        assert_eq!(statements("no policy"), None);
    }

    #[test]
    fn an_alias_is_asked_about_as_an_alias() {
        let arn = "arn:aws:lambda:eu-west-1:111122223333:function:f";
        assert_eq!(named(arn), (arn.to_owned(), None));
        assert_eq!(named(&format!("{arn}:live")), (arn.to_owned(), Some("live")));
    }
}
