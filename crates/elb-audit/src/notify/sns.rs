//! Amazon SNS: one message to a topic, in the topic's own region.

use aws_types::SdkConfig;
use elb_audit_core::alert::Alert;
use elb_audit_core::alert::text::{Attribute, Message, message};
use elb_audit_core::vocab::digest::{hex, sha256};
use serde::Deserialize;
use serde_json::json;

use super::Refused;
use super::destination::TopicArn;
use crate::aws::query::{Client, SNS};

/// The answer to a message that was taken.
#[derive(Deserialize)]
struct Published {}

/// Sends the alert to a topic.
pub(super) async fn publish(
    arn: &TopicArn,
    alert: &Alert<'_>,
    config: &SdkConfig,
) -> Result<(), Refused> {
    let message = message(alert);
    // Whoever gets no text of its own, an e-mail or a queue, gets the default.
    let body = json!({"default": message.text, "sms": message.sms}).to_string();
    let topic = arn.to_string();
    let mut parameters = vec![
        ("TopicArn".to_owned(), topic.clone()),
        ("Subject".to_owned(), message.subject.clone()),
        ("MessageStructure".to_owned(), "json".to_owned()),
    ];
    if arn.is_fifo() {
        // A second attempt whose first was taken is the same message.
        parameters.push(("MessageDeduplicationId".to_owned(), hex(&sha256(&body))));
        parameters.push(("MessageGroupId".to_owned(), "elb-audit".to_owned()));
    }
    parameters.push(("Message".to_owned(), body));
    attributes(&message, &mut parameters);
    let parameters: Vec<(&str, &str)> =
        parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let client = Client::outside_scan(&SNS, config, arn.region());
    let answer = client.form::<Published>("Publish", &parameters).await;
    answer.map(drop).map_err(|error| Refused::new(&error, &format!("sns:Publish on {topic}")))
}

/// What a subscription can filter by. SNS takes no empty values.
fn attributes(message: &Message, into: &mut Vec<(String, String)>) {
    let sent = message.attributes.iter().filter_map(|(name, value)| {
        let (kind, value) = match value {
            Attribute::Text(text) => ("String", text.clone()),
            Attribute::Number(number) => ("Number", number.to_string()),
            Attribute::List(all) => ("String.Array", json!(all).to_string()),
        };
        (!value.is_empty()).then_some((name, kind, value))
    });
    for (place, (name, kind, value)) in sent.enumerate() {
        let entry = format!("MessageAttributes.entry.{}", place + 1);
        into.push((format!("{entry}.Name"), (*name).to_owned()));
        into.push((format!("{entry}.Value.DataType"), kind.to_owned()));
        into.push((format!("{entry}.Value.StringValue"), value));
    }
}
