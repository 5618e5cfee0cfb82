//! The destinations, and how the command line names them.

use std::fmt;

use crate::source::aws::endpoint::partition_of;

/// Where something is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A topic of Amazon SNS: `sns:ARN`.
    Sns {
        /// The topic's ARN.
        arn: TopicArn,
    },
}

/// The ARN of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicArn {
    text: String,
    region: String,
}

impl TopicArn {
    /// The topic's own region.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Whether it keeps messages in order.
    #[must_use]
    pub fn is_fifo(&self) -> bool {
        self.text.strip_suffix(".fifo").is_some()
    }
}

impl fmt::Display for TopicArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Destination {
    /// The destination that `--notify` names.
    ///
    /// # Errors
    /// In words, when it names none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
        match kind {
            "sns" => topic(rest).map(|arn| Destination::Sns { arn }),
            _ => Err(format!(
                "unknown destination `{kind}`: write sns:ARN, s3://BUCKET/PREFIX, securityhub, \
                 slack:URL, webhook:URL, eventbridge[:BUS] or cloudwatch[:NAMESPACE]"
            )),
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Destination::Sns { arn } => write!(f, "sns:{arn}"),
        }
    }
}

/// The region of an ARN of this service, and what follows the account's number.
fn arn<'a>(text: &'a str, service: &str) -> Option<(&'a str, &'a str)> {
    let mut parts = text.splitn(6, ':');
    let (arn, partition, named) = (parts.next()?, parts.next()?, parts.next()?);
    let (region, account, name) = (parts.next()?, parts.next()?, parts.next()?);
    let fits = arn == "arn"
        && named == service
        && partition_of(region).is_some_and(|known| known.name == partition)
        && account.len() == 12
        && account.bytes().all(|byte| byte.is_ascii_digit());
    fits.then_some((region, name))
}

fn topic(text: &str) -> Result<TopicArn, String> {
    const FORM: &str = "arn:aws:sns:REGION:ACCOUNT:TOPIC";
    let Some((region, name)) = arn(text, "sns") else {
        return Err(format!("`{text}` is not the ARN of an SNS topic: it has the form {FORM}"));
    };
    if name.contains(':') {
        return Err(format!("`{text}` is the ARN of a subscription: name the topic, {FORM}"));
    }
    let plain = name.strip_suffix(".fifo").unwrap_or(name);
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if plain.is_empty() || name.len() > 256 || !plain.chars().all(fits) {
        return Err(format!("`{name}` is not the name of an SNS topic: it has the form {FORM}"));
    }
    Ok(TopicArn { text: text.to_owned(), region: region.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Destination::parse(text).unwrap_err()
    }

    #[test]
    fn a_topic_is_named_by_its_arn() {
        for arn in [
            "arn:aws:sns:eu-west-1:111122223333:alerts",
            "arn:aws-us-gov:sns:us-gov-west-1:111122223333:a_b-c",
            "arn:aws-cn:sns:cn-north-1:111122223333:alerts.fifo",
        ] {
            let named = format!("sns:{arn}");
            let destination = Destination::parse(&named).unwrap();
            assert_eq!(destination.to_string(), named);
        }
        for (bad, said) in [
            ("sns:alerts", "is not the ARN of an SNS topic"),
            ("sns:arn:aws:sqs:eu-west-1:111122223333:alerts", "is not the ARN of an SNS topic"),
            ("sns:arn:aws:sns:mars-1:111122223333:alerts", "is not the ARN of an SNS topic"),
            ("sns:arn:aws-cn:sns:eu-west-1:111122223333:a", "is not the ARN of an SNS topic"),
            ("sns:arn:aws:sns:eu-west-1:1111:alerts", "is not the ARN of an SNS topic"),
            ("sns:arn:aws:sns:eu-west-1:111122223333:a:b-c", "is the ARN of a subscription"),
            ("sns:arn:aws:sns:eu-west-1:111122223333:a b", "is not the name of an SNS topic"),
            ("sns:arn:aws:sns:eu-west-1:111122223333:.fifo", "is not the name of an SNS topic"),
            ("mail:me", "unknown destination `mail`"),
        ] {
            assert!(refused(bad).contains(said), "{bad}: {}", refused(bad));
        }
    }
}
