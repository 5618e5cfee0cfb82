//! `EventBridge`: events to buses. What was put is in the log.

use serde_json::{Value, json};

use super::{Context, JsonResult};
use crate::answer::Refusal;
use crate::model::arn;

/// Entries of a call, and their bytes together.
const MOST: (usize, usize) = (10, 256 * 1024);

pub(super) fn result(context: &Context<'_>) -> JsonResult {
    if context.call.action != "PutEvents" {
        return context.unknown();
    }
    let invalid = |message: &str| Refusal::invalid(context.call.family, message);
    let sent: Value = serde_json::from_slice(&context.call.body).unwrap_or_default();
    let entries = sent["Entries"].as_array().ok_or_else(|| invalid("Entries are required"))?;
    if entries.is_empty() || entries.len() > MOST.0 {
        return Err(invalid("Member must have length less than or equal to 10"));
    }
    let text = |entry: &Value, name: &str| entry[name].as_str().map_or(0, str::len);
    let size = |entry: &Value| {
        let resources = entry["Resources"].as_array().into_iter().flatten();
        let resources: usize = resources.filter_map(Value::as_str).map(str::len).sum();
        let time = if entry["Time"].is_null() { 0 } else { 14 };
        let texts = ["Source", "DetailType", "Detail"].map(|name| text(entry, name));
        time + resources + texts.iter().sum::<usize>()
    };
    if entries.iter().map(size).sum::<usize>() > MOST.1 {
        return Err(invalid("Total size of the entries in the request is over the limit."));
    }
    let answers: Vec<Value> =
        entries.iter().enumerate().map(|(place, entry)| answer(context, place, entry)).collect();
    let failed = answers.iter().filter(|answer| answer["ErrorCode"].is_string()).count();
    Ok(json!({"FailedEntryCount": failed, "Entries": answers}))
}

fn answer(context: &Context<'_>, place: usize, entry: &Value) -> Value {
    let refused = |code: &str, said: &str| json!({"ErrorCode": code, "ErrorMessage": said});
    if context.refuses_first && place == 0 {
        return refused("InternalFailure", "The event could not be taken.");
    }
    let missing = ["Source", "DetailType"].iter().any(|name| !entry[name].is_string());
    if missing {
        return refused("InvalidArgument", "Parameter is not valid. Reason: it is missing.");
    }
    let detail = entry["Detail"].as_str().and_then(|text| serde_json::from_str(text).ok());
    if !detail.is_some_and(|detail: Value| detail.is_object()) {
        return refused("MalformedDetail", "Detail is malformed.");
    }
    let number = context.shared.next_request().to_string();
    json!({"EventId": arn::uuid(&["event", &number])})
}
