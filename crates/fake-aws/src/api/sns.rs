//! SNS: messages to topics. What was published is in the log.

use serde_json::Value;

use super::{Context, XmlResult};
use crate::answer::Refusal;
use crate::model::arn;
use crate::xml::Xml;

/// Bytes of a message with its attributes.
const MOST: usize = 256 * 1024;

pub(super) fn result(context: &Context<'_>) -> XmlResult {
    if context.call.action != "Publish" {
        return context.unknown();
    }
    let invalid = |message: &str| {
        Refusal::invalid(context.call.family, format!("Invalid parameter: {message}"))
    };
    let topic = context.required("TopicArn")?;
    let known = |name: &String| context.place.arn("sns", name) == topic;
    if !context.region.topics.iter().any(known) {
        return Err(Refusal::with_status(404, "NotFound", "Topic does not exist"));
    }
    let message = context.required("Message")?;
    if let Some(subject) = context.call.get("Subject") {
        let plain = |c: char| c.is_ascii() && !c.is_control();
        if subject.is_empty() || subject.len() >= 100 || !subject.chars().all(plain) {
            return Err(invalid("Subject"));
        }
    }
    if context.call.get("MessageStructure") == Some("json") {
        let parsed: Value = serde_json::from_str(message)
            .map_err(|_| invalid("Message Structure - JSON message body failed to parse"))?;
        if !parsed["default"].is_string() {
            return Err(invalid("Message Structure - No default entry in JSON message body"));
        }
    }
    attributes(context).map_err(|why| invalid(&why))?;
    let ordered = topic.rsplit_once('.').is_some_and(|(_, end)| end == "fifo");
    if ordered != context.call.get("MessageGroupId").is_some() {
        return Err(invalid("The MessageGroupId parameter is required for FIFO topics"));
    }
    let number = context.shared.next_request().to_string();
    let mut xml = Xml::query();
    xml.text("MessageId", arn::uuid(&["message", &number]));
    Ok(xml)
}

/// Names, types and values of the attributes, and that all of it is not too long.
fn attributes(context: &Context<'_>) -> Result<(), String> {
    let mut size = context.call.get("Message").unwrap_or_default().len();
    for number in 1.. {
        let entry = format!("MessageAttributes.entry.{number}");
        let of = |part: &str| context.call.get(&format!("{entry}.{part}")).unwrap_or_default();
        let (name, kind) = (of("Name"), of("Value.DataType"));
        let value = of("Value.StringValue");
        if name.is_empty() {
            break;
        }
        let fits = match kind {
            "String" => !value.is_empty(),
            "Number" => value.parse::<f64>().is_ok(),
            "String.Array" => serde_json::from_str::<Vec<Value>>(value).is_ok(),
            _ => false,
        };
        if !fits {
            return Err(format!("the message attribute '{name}' has an invalid value"));
        }
        size += name.len() + kind.len() + value.len();
    }
    if size > MOST { Err("Message too long".to_owned()) } else { Ok(()) }
}
