//! The destinations, and how the command line names them.

use std::fmt;

use elb_audit_core::alert::metrics::NAMESPACE;
use elb_audit_core::report::Report;
use elb_audit_core::vocab::digest::{hex, sha256};

use super::address::Address;
use crate::aws::RegionName;
use crate::aws::endpoint::partition_named;
use crate::aws::s3::is_bucket_name;

/// What Security Hub asks for, in every account.
pub(super) const IMPORT_FINDINGS: &str = "securityhub:BatchImportFindings";

/// Where something is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A topic of Amazon SNS: `sns:ARN`.
    Sns {
        /// The topic's ARN.
        arn: TopicArn,
    },
    /// A bucket that keeps reports: `s3://BUCKET/PREFIX`.
    S3 {
        /// The bucket's name.
        bucket: String,
        /// What all keys begin with, without a slash at the end; may be empty.
        prefix: String,
    },
    /// Security Hub of every account and region that has findings: `securityhub`.
    SecurityHub,
    /// An incoming webhook of Slack's: `slack:URL`, `slack:ssm:NAME`, `slack:secret:ID`.
    Slack {
        /// Its address.
        address: Address,
    },
    /// Whoever takes JSON: `webhook:URL`, `webhook:ssm:NAME`, `webhook:secret:ID`.
    Webhook {
        /// Its address.
        address: Address,
    },
    /// A bus of Amazon `EventBridge`: `eventbridge[:BUS]`.
    EventBridge {
        /// Name or ARN.
        bus: String,
        /// The bus's own region, where an ARN tells it.
        region: Option<RegionName>,
    },
    /// Metrics of Amazon CloudWatch: `cloudwatch[:NAMESPACE]`.
    CloudWatch {
        /// Where the metrics are kept.
        namespace: String,
    },
}

/// The ARN of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicArn {
    text: String,
    region: RegionName,
}

impl TopicArn {
    /// The topic's own region.
    #[must_use]
    pub fn region(&self) -> &RegionName {
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

/// Why a text names no destination.
#[derive(Debug, thiserror::Error)]
pub enum DestinationError {
    /// No kind of destination begins so.
    #[error(
        "unknown destination{}: write {}; a comma in an address is %2C",
        shown(.0),
        either(KINDS.iter().map(|kind| kind.form))
    )]
    Unknown(String),
    /// No ARN of a topic.
    #[error("`{0}` is not the ARN of an SNS topic: it has the form {TOPIC_FORM}")]
    TopicArn(String),
    /// The ARN of a subscription.
    #[error("`{0}` is the ARN of a subscription: name the topic, {TOPIC_FORM}")]
    Subscription(String),
    /// No name of a topic.
    #[error("`{0}` is not the name of an SNS topic: it has the form {TOPIC_FORM}")]
    TopicName(String),
    /// No place in S3.
    #[error("`s3:{0}` is no place in S3: write s3://BUCKET/PREFIX")]
    S3(String),
    /// No name of a bucket.
    #[error(
        "`{0}` is not the name of a bucket: 3 to 63 lower-case letters, digits, hyphens and dots"
    )]
    BucketName(String),
    /// What the keys in this bucket should begin with.
    #[error("s3://{0}: the prefix is longer than 900 bytes, or not printable")]
    Prefix(String),
    /// What is wrong with the address of a webhook, which may be a secret.
    #[error("the address of a webhook {0}: write https://HOST/PATH")]
    Url(&'static str),
    /// No name of a parameter. What stands in its place may be the address itself.
    #[error(
        "what follows ssm: is neither the name nor the ARN of a parameter: write ssm:NAME, such as \
         ssm:/elb-audit/slack"
    )]
    Parameter,
    /// No name of a secret. What stands in its place may be the address itself.
    #[error(
        "what follows secret: is neither the name nor the ARN of a secret: write secret:ID, or secret:ID#KEY \
         where it holds keys and values"
    )]
    Secret,
    /// No ARN of a bus.
    #[error("`{0}` is not the ARN of an event bus")]
    BusArn(String),
    /// No name of a bus.
    #[error("`{0}` is not the name of an event bus")]
    BusName(String),
    /// No namespace that is the user's own.
    #[error(
        "`{0}` is not a namespace for own metrics: at most 255 letters, digits and ./-_#: , \
         and not AWS's own"
    )]
    Namespace(String),
}

const TOPIC_FORM: &str = "arn:aws:sns:REGION:ACCOUNT:TOPIC";

/// A kind of destination, in one of its forms. Help, the book and the parser are made from [`KINDS`].
#[derive(Debug)]
pub struct Kind {
    /// How it is written.
    pub form: &'static str,
    /// One that can be given.
    pub example: &'static str,
    /// When it is told.
    pub when: &'static str,
    /// What it is sent.
    pub carries: &'static str,
    /// Reads what follows the first colon.
    parse: fn(&str) -> Result<Destination, DestinationError>,
}

impl Kind {
    /// What stands before the first colon.
    fn name(&self) -> &'static str {
        self.form.split([':', '[']).next().unwrap_or_default()
    }
}

/// Every kind of destination.
pub const KINDS: &[Kind] = &[
    Kind {
        form: "sns:ARN",
        example: "sns:arn:aws:sns:eu-west-1:111122223333:alerts",
        when: "when there is an alert",
        carries: "one message in words",
        parse: |rest| topic(rest).map(|arn| Destination::Sns { arn }),
    },
    Kind {
        form: "s3://BUCKET/PREFIX",
        example: "s3://reports/elb",
        when: "after every run",
        carries: "the whole report as JSON",
        parse: bucket,
    },
    Kind {
        form: "securityhub",
        example: "securityhub",
        when: "after every run",
        carries: "every fault, in its own account and region",
        parse: |rest| match rest {
            "" => Ok(Destination::SecurityHub),
            _ => Err(DestinationError::Unknown("securityhub".to_owned())),
        },
    },
    Kind {
        form: "slack:URL",
        example: "slack:https://hooks.slack.com/services/T0/B0/secret",
        when: "when there is an alert",
        carries: "one message in blocks",
        parse: slack,
    },
    Kind {
        form: "slack:ssm:NAME",
        example: "slack:ssm:/elb-audit/slack",
        when: "when there is an alert",
        carries: "the same, to the address in an SSM parameter",
        parse: slack,
    },
    Kind {
        form: "slack:secret:ID",
        example: "slack:secret:elb-audit/slack",
        when: "when there is an alert",
        carries: "the same, to the address in a secret",
        parse: slack,
    },
    Kind {
        form: "webhook:URL",
        example: "webhook:https://example.com/hook",
        when: "when there is an alert",
        carries: "one JSON document",
        parse: webhook,
    },
    Kind {
        form: "webhook:ssm:NAME",
        example: "webhook:ssm:/elb-audit/hook",
        when: "when there is an alert",
        carries: "the same, to the address in an SSM parameter",
        parse: webhook,
    },
    Kind {
        form: "webhook:secret:ID",
        example: "webhook:secret:elb-audit/hooks#pager",
        when: "when there is an alert",
        carries: "the same, to the address in a secret",
        parse: webhook,
    },
    Kind {
        form: "eventbridge[:BUS]",
        example: "eventbridge:my-bus",
        when: "when there is an alert",
        carries: "an event for each change, and a summary",
        parse: bus,
    },
    Kind {
        form: "cloudwatch[:NAMESPACE]",
        example: "cloudwatch:Team/Edge",
        when: "after every run",
        carries: "the totals as metrics",
        parse: namespace,
    },
];

/// Words as a choice: `a, b or c`.
pub fn either<T: std::fmt::Display>(words: impl IntoIterator<Item = T>) -> String {
    let mut words: Vec<String> = words.into_iter().map(|word| word.to_string()).collect();
    match words.pop() {
        Some(last) if !words.is_empty() => format!("{} or {last}", words.join(", ")),
        last => last.unwrap_or_default(),
    }
}

impl Destination {
    /// The destination that `--notify` names.
    pub fn parse(text: &str) -> Result<Self, DestinationError> {
        let (name, rest) = text.split_once(':').unwrap_or((text, ""));
        match KINDS.iter().find(|kind| kind.name() == name) {
            Some(kind) => (kind.parse)(rest),
            None => Err(DestinationError::Unknown(name.to_owned())),
        }
    }
}

/// A word that may be shown; anything else may be a part of an address that is a secret.
fn shown(kind: &str) -> String {
    let word = kind.len() <= 20 && kind.chars().all(|c| c.is_ascii_lowercase());
    if word { format!(" `{kind}`") } else { String::new() }
}

impl Destination {
    /// Whether it hears nothing where there is no alert. The others hear of every run.
    #[must_use]
    pub fn needs_alert(&self) -> bool {
        match self {
            Destination::Sns { .. }
            | Destination::Slack { .. }
            | Destination::Webhook { .. }
            | Destination::EventBridge { .. } => true,
            Destination::S3 { .. } | Destination::SecurityHub | Destination::CloudWatch { .. } => {
                false
            }
        }
    }

    /// Whether it holds the address of a webhook as it is, which is as good as a password.
    #[must_use]
    pub fn holds_address(&self) -> bool {
        matches!(
            self,
            Destination::Slack { address: Address::Given(_) }
                | Destination::Webhook { address: Address::Given(_) }
        )
    }

    /// The IAM action that it takes in the accounts of what is found; none where the caller tells it all.
    #[must_use]
    pub fn action_in_accounts(&self) -> Option<&'static str> {
        matches!(self, Destination::SecurityHub).then_some(IMPORT_FINDINGS)
    }

    /// What tells it from others, and does not tell what is secret of it.
    pub(crate) fn id(&self) -> String {
        let secret = match self {
            Destination::Slack { address: Address::Given(url) }
            | Destination::Webhook { address: Address::Given(url) } => url.target(),
            _ => "",
        };
        hex(&sha256(format!("{self}{secret}"))[..16])
    }

    /// Whether it hears of this report what it hears only once. The others are told everything again by
    /// the next run, whatever became of this one.
    #[must_use]
    pub fn must_redeliver(&self, report: &Report) -> bool {
        match self {
            Destination::Sns { .. }
            | Destination::Slack { .. }
            | Destination::Webhook { .. }
            | Destination::EventBridge { .. } => true,
            // What is fixed is archived by the run that finds it so.
            Destination::SecurityHub => {
                report.comparison.as_ref().is_some_and(|past| past.gone().next().is_some())
            }
            Destination::S3 { .. } | Destination::CloudWatch { .. } => false,
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Destination::Sns { arn } => write!(f, "sns:{arn}"),
            Destination::S3 { bucket, prefix } => write!(f, "s3://{bucket}/{prefix}"),
            Destination::SecurityHub => f.write_str("securityhub"),
            Destination::Slack { address } => write!(f, "slack:{address}"),
            Destination::Webhook { address } => write!(f, "webhook:{address}"),
            Destination::EventBridge { bus, .. } => write!(f, "eventbridge:{bus}"),
            Destination::CloudWatch { namespace } => write!(f, "cloudwatch:{namespace}"),
        }
    }
}

/// The region of an ARN of this service, and what follows the account's number.
pub(super) fn arn<'a>(text: &'a str, service: &str) -> Option<(RegionName, &'a str)> {
    let mut parts = text.splitn(6, ':');
    let (arn, partition, named) = (parts.next()?, parts.next()?, parts.next()?);
    let (region, account, name) = (parts.next()?, parts.next()?, parts.next()?);
    let fits = arn == "arn"
        && named == service
        && account.len() == 12
        && account.bytes().all(|byte| byte.is_ascii_digit());
    let region = RegionName::in_partition(region, partition_named(partition)?);
    region.filter(|_| fits).map(|region| (region, name))
}

fn topic(text: &str) -> Result<TopicArn, DestinationError> {
    let Some((region, name)) = arn(text, "sns") else {
        return Err(DestinationError::TopicArn(text.to_owned()));
    };
    if name.contains(':') {
        return Err(DestinationError::Subscription(text.to_owned()));
    }
    let plain = name.strip_suffix(".fifo").unwrap_or(name);
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if plain.is_empty() || name.len() > 256 || !plain.chars().all(fits) {
        return Err(DestinationError::TopicName(name.to_owned()));
    }
    Ok(TopicArn { text: text.to_owned(), region })
}

/// A bucket with what the keys in it begin with.
fn bucket(rest: &str) -> Result<Destination, DestinationError> {
    let Some(location) = rest.strip_prefix("//") else {
        return Err(DestinationError::S3(rest.to_owned()));
    };
    let (bucket, prefix) = location.split_once('/').unwrap_or((location, ""));
    if !is_bucket_name(bucket) {
        return Err(DestinationError::BucketName(bucket.to_owned()));
    }
    let prefix = prefix.trim_end_matches('/');
    // A key has 1,024 bytes, and the names of reports need some of them.
    if prefix.len() > 900 || prefix.chars().any(char::is_control) {
        return Err(DestinationError::Prefix(bucket.to_owned()));
    }
    Ok(Destination::S3 { bucket: bucket.to_owned(), prefix: prefix.to_owned() })
}

fn slack(rest: &str) -> Result<Destination, DestinationError> {
    Address::parse(rest).map(|address| Destination::Slack { address })
}

fn webhook(rest: &str) -> Result<Destination, DestinationError> {
    Address::parse(rest).map(|address| Destination::Webhook { address })
}

/// A bus by its name in the caller's region, or by its ARN anywhere.
fn bus(text: &str) -> Result<Destination, DestinationError> {
    if text.is_empty() {
        return Ok(Destination::EventBridge { bus: "default".to_owned(), region: None });
    }
    let (region, name) = if text.starts_with("arn:") {
        let parts = arn(text, "events")
            .and_then(|(region, name)| Some((Some(region), name.strip_prefix("event-bus/")?)));
        parts.ok_or_else(|| DestinationError::BusArn(text.to_owned()))?
    } else {
        (None, text)
    };
    let fits = |c: char| c.is_ascii_alphanumeric() || "/.-_".contains(c);
    if name.is_empty() || name.len() > 256 || !name.chars().all(fits) {
        return Err(DestinationError::BusName(name.to_owned()));
    }
    Ok(Destination::EventBridge { bus: text.to_owned(), region })
}

fn namespace(text: &str) -> Result<Destination, DestinationError> {
    let namespace = if text.is_empty() { NAMESPACE } else { text };
    let fits = |c: char| c.is_ascii_alphanumeric() || "./-_#: ".contains(c);
    let bad = namespace.len() > 255 || namespace.starts_with(':') || !namespace.chars().all(fits);
    if bad || namespace.starts_with("AWS/") {
        return Err(DestinationError::Namespace(namespace.to_owned()));
    }
    Ok(Destination::CloudWatch { namespace: namespace.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Destination::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn every_kind_reads_its_own_example() {
        for kind in KINDS {
            let destination = Destination::parse(kind.example).unwrap();
            let shown = destination.to_string();
            assert!(shown.starts_with(kind.name()), "{shown}");
            assert!(refused("pigeon").contains(kind.form), "{}", refused("pigeon"));
        }
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

    #[test]
    fn other_places_are_named_as_people_write_them() {
        for (text, shown) in [
            ("s3://reports/elb/", "s3://reports/elb"),
            ("s3://my.reports-1", "s3://my.reports-1/"),
            ("securityhub", "securityhub"),
            ("eventbridge", "eventbridge:default"),
            ("eventbridge:my-bus", "eventbridge:my-bus"),
            ("cloudwatch", "cloudwatch:elb-audit"),
            ("cloudwatch:Team/Edge", "cloudwatch:Team/Edge"),
        ] {
            assert_eq!(Destination::parse(text).unwrap().to_string(), shown);
        }
        let arn = "eventbridge:arn:aws:events:us-east-2:111122223333:event-bus/central";
        let Destination::EventBridge { region, .. } = Destination::parse(arn).unwrap() else {
            panic!()
        };
        assert_eq!(region.as_deref(), Some("us-east-2"));
        let new = Destination::parse("sns:arn:aws-cn:sns:kr-central-1:111122223333:t").unwrap();
        let Destination::Sns { arn } = new else { panic!() };
        assert_eq!(arn.region().partition().name, "aws-cn");
        for region in ["eu-west-1.example.com", "x@example.com#-west-1", "cn-north-1", ""] {
            let topic = refused(&format!("sns:arn:aws:sns:{region}:111122223333:alerts"));
            assert!(topic.contains("is not the ARN of an SNS topic"), "{topic}");
            let bus = format!("eventbridge:arn:aws:events:{region}:111122223333:event-bus/x");
            assert!(refused(&bus).contains("is not the ARN of an event bus"), "{bus}");
        }
        for (bad, said) in [
            ("s3:reports", "write s3://BUCKET/PREFIX"),
            ("s3://Reports/x", "is not the name of a bucket"),
            ("s3://re", "is not the name of a bucket"),
            ("s3://10.0.0.1/x", "is not the name of a bucket"),
            ("s3://a..b/x", "is not the name of a bucket"),
            ("securityhub:eu-west-1", "unknown destination"),
            ("eventbridge:a bus", "is not the name of an event bus"),
            (
                "eventbridge:arn:aws:events:us-east-2:1:event-bus/x",
                "is not the ARN of an event bus",
            ),
            ("cloudwatch:AWS/ELB", "is not a namespace"),
            ("cloudwatch::x", "is not a namespace"),
        ] {
            assert!(refused(bad).contains(said), "{bad}: {}", refused(bad));
        }
    }

    #[test]
    fn the_address_of_a_webhook_is_never_shown() {
        let slack =
            Destination::parse("slack:https://hooks.slack.com/services/T0/B0/s3cret").unwrap();
        assert_eq!(slack.to_string(), "slack:https://hooks.slack.com/…");
        assert!(!format!("{slack:?}").contains("s3cret"));
        let local = Destination::parse("webhook:http://127.0.0.1:8080?token=s3cret").unwrap();
        assert_eq!(local.to_string(), "webhook:http://127.0.0.1:8080/…");
        let Destination::Webhook { address: Address::Given(url) } = local else { panic!() };
        assert_eq!(url.target(), "/?token=s3cret");
        for bad in [
            "webhook:http://example.com/s3cret",
            "webhook:http://127.0.0.1.example.com/s3cret",
            "webhook:https://me:s3cret@example.com/",
            "webhook:https:///s3cret",
            "webhook:https://example.com/s3cret#x",
            "slack:hooks.slack.com/s3cret",
            "slack:ftp://hooks.slack.com/s3cret",
        ] {
            assert!(!refused(bad).contains("s3cret"), "{bad}: {}", refused(bad));
        }
    }
}
