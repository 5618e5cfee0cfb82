//! The three `Modify…Attributes`: what is not named stays, and one key too many fails the whole call.

use super::super::super::{Context, XmlResult};
use super::super::attributes as told;
use super::{listener_in, position, refused};
use crate::answer::Refusal;
use crate::call::Sent;
use crate::model::attributes::{self, Changes, Pairs};

/// Keys whose value is one of some words, beside those that are true or false.
const WORDS: &[(&str, &[&str])] = &[
    ("routing.http.desync_mitigation_mode", &["monitor", "defensive", "strictest"]),
    ("routing.http.xff_header_processing.mode", &["append", "preserve", "remove"]),
    ("target_failover.on_deregistration", &["rebalance", "no_rebalance"]),
    ("target_failover.on_unhealthy", &["rebalance", "no_rebalance"]),
    (
        "dns_record.client_routing_policy",
        &[
            "any_availability_zone",
            "availability_zone_affinity",
            "partial_availability_zone_affinity",
        ],
    ),
];

/// Logs, by what their keys begin with.
const LOGS: [&str; 3] = ["access_logs.s3", "connection_logs.s3", "health_check_logs.s3"];

pub(super) fn of_load_balancer(context: &Context<'_>) -> XmlResult {
    let sent = context.call.sent();
    let one = context.load_balancer(sent.required("LoadBalancerArn")?)?;
    let internal = one.scheme.as_deref() == Some("internal");
    let known = attributes::load_balancer(&one.kind, internal);
    let new = changed(&sent, &known, &one.attributes)?;
    let all = attributes::changed(known, &new);
    for log in LOGS.iter().filter(|log| named(&sent, log)) {
        delivered(context, &all, log)?;
    }
    let place = position(&context.region.load_balancers, one);
    context.change(
        |region| {
            region.load_balancers[place].attributes = new;
            Ok(())
        },
        told::of_load_balancer,
    )
}

pub(super) fn of_listener(context: &Context<'_>) -> XmlResult {
    let sent = context.call.sent();
    let (owner, one) = context.listener(sent.required("ListenerArn")?)?;
    let known = attributes::listener(&owner.kind, one.protocol.as_deref());
    let new = changed(&sent, &known, &one.attributes)?;
    context.change(
        |region| {
            listener_in(context, region, (owner, one)).attributes = new;
            Ok(())
        },
        told::of_listener,
    )
}

pub(super) fn of_target_group(context: &Context<'_>) -> XmlResult {
    let sent = context.call.sent();
    let one = context.target_group(sent.required("TargetGroupArn")?)?;
    let known = attributes::target_group(&one.target_type, one.protocol.as_deref());
    let new = changed(&sent, &known, &one.attributes)?;
    let all = attributes::changed(known, &new);
    if value(&all, "target_failover.on_deregistration")
        != value(&all, "target_failover.on_unhealthy")
    {
        return Err(sent.invalid("Both attributes of target failover must have the same value"));
    }
    let place = position(&context.region.target_groups, one);
    context.change(
        |region| {
            region.target_groups[place].attributes = new;
            Ok(())
        },
        told::of_target_group,
    )
}

fn value<'a>(all: &'a Pairs, key: &str) -> Option<&'a str> {
    all.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
}

fn named(sent: &Sent<'_>, prefix: &str) -> bool {
    let items = sent.items("Attributes");
    items.iter().filter_map(|item| item.get("Key")).any(|key| key.starts_with(prefix))
}

fn changed(sent: &Sent<'_>, known: &Pairs, old: &Changes) -> Result<Changes, Refusal> {
    let mut new = old.clone();
    for item in sent.some_items("Attributes")? {
        let (key, text) = (item.required("Key")?, item.get("Value").unwrap_or_default());
        let Some(default) = value(known, key).or(old.contains_key(key).then_some("")) else {
            return Err(sent.invalid(format!("Attribute key '{key}' is not recognized")));
        };
        if let Some(complaint) = misfit(key, text, default) {
            return Err(sent.invalid(format!("The value of '{key}' {complaint}")));
        }
        new.insert(key.to_owned(), Some(text.to_owned()));
    }
    Ok(new)
}

/// What is wrong with a value. An empty one takes a header or a prefix away, and is refused elsewhere.
fn misfit(key: &str, text: &str, default: &str) -> Option<&'static str> {
    let words = WORDS.iter().find(|(known, _)| *known == key).map(|(_, words)| *words);
    let truth = matches!(default, "true" | "false").then_some(&["true", "false"][..]);
    let empties = key.ends_with(".header_value") || key.ends_with(".prefix");
    if text.is_empty() {
        return (!empties).then_some("cannot be empty");
    }
    let is_number = key.ends_with("seconds") && text.parse::<u32>().is_err();
    let is_none = words.or(truth).is_some_and(|words| !words.contains(&text));
    (is_number || is_none).then_some("is not valid")
}

/// Refuses logs that could not be delivered: AWS writes a file to the bucket to see.
fn delivered(context: &Context<'_>, all: &Pairs, log: &str) -> Result<(), Refusal> {
    let of = |name: &str| value(all, &format!("{log}.{name}")).unwrap_or_default();
    if of("enabled") != "true" {
        return Ok(());
    }
    let bucket = of("bucket");
    let mut buckets = context.accounts.iter().flat_map(|account| &account.buckets);
    match buckets.find(|one| one.name == bucket) {
        None => Err(refused(format!("The S3 bucket does not exist: {bucket}"))),
        Some(one) if one.public_policy.is_none() => Err(refused(format!(
            "Access Denied for bucket: {bucket}. Please check S3bucket permission"
        ))),
        Some(_) => Ok(()),
    }
}
