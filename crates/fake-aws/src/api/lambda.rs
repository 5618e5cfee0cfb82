//! Lambda: who may call a function.

use serde_json::{Value, json};

use super::{Context, JsonResult};
use crate::answer::Refusal;
use crate::json::Object;
use crate::model::arn::uuid;
use crate::model::function::LambdaFunction;

pub(super) fn result(context: &Context<'_>) -> JsonResult {
    if context.call.action != "GetPolicy" {
        return context.unknown();
    }
    let named = context.call.get("FunctionName").unwrap_or_default();
    let name = named.split_once(":function:").map_or(named, |(_, rest)| rest);
    let name = name.split(':').next().unwrap_or_default();
    let missing = |message: String| Refusal::with_status(404, "ResourceNotFoundException", message);
    let arn = context.place.arn("lambda", &format!("function:{name}"));
    let known = context.region.functions.iter().find(|one| one.name == name);
    let one = known.ok_or_else(|| missing(format!("Function not found: {arn}")))?;
    let policy = policy(one, &arn)
        .ok_or_else(|| missing("The resource you requested does not exist.".to_owned()))?;
    Ok(json!({"Policy": policy, "RevisionId": uuid(&["revision", name])}))
}

/// The policy as JSON text.
fn policy(one: &LambdaFunction, arn: &str) -> Option<String> {
    if one.policy.is_some() || one.callers.is_empty() {
        return one.policy.clone();
    }
    let statement = |(index, (service, source)): (usize, &(String, Option<String>))| {
        let condition = source.as_ref().map(|arn| json!({"ArnLike": {"AWS:SourceArn": arn}}));
        Object::default()
            .with("Sid", format!("caller-{index}"))
            .with("Effect", "Allow")
            .with("Principal", json!({ "Service": service }))
            .with("Action", "lambda:InvokeFunction")
            .with("Resource", arn)
            .maybe("Condition", condition)
            .done()
    };
    let statements: Vec<Value> = one.callers.iter().enumerate().map(statement).collect();
    Some(json!({"Version": "2012-10-17", "Id": "default", "Statement": statements}).to_string())
}
