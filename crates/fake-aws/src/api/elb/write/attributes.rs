//! `ModifyLoadBalancerAttributes` of the first generation: a structure that is not named stays.

use super::super::super::{Context, XmlResult};
use super::{put, refused};
use crate::answer::Refusal;
use crate::call::Sent;
use crate::model::classic::ClassicAttributes;
use crate::xml::Xml;

const DESYNC: &str = "elb.http.desyncmitigationmode";

pub(super) fn modify(context: &Context<'_>) -> XmlResult {
    let sent = context.call.sent();
    let mut one = context.classic(sent.required("LoadBalancerName")?)?.clone();
    set(context, &mut one.attributes, &sent.needed("LoadBalancerAttributes")?)?;
    let attributes = super::super::attributes(&one.attributes).finish();
    let mut xml = Xml::query();
    xml.text("LoadBalancerName", &one.name);
    xml.raw(&attributes);
    put(context, one)?;
    Ok(xml)
}

/// A truth value that has to be there.
fn enabled(config: &Sent<'_>) -> Result<bool, Refusal> {
    config.required("Enabled")?;
    Ok(config.truth("Enabled")?.unwrap_or_default())
}

fn set(context: &Context<'_>, own: &mut ClassicAttributes, sent: &Sent<'_>) -> Result<(), Refusal> {
    if let Some(config) = sent.maybe("CrossZoneLoadBalancing") {
        own.cross_zone = enabled(&config)?;
    }
    if let Some(config) = sent.maybe("AccessLog") {
        access_log(context, own, &config)?;
    }
    if let Some(config) = sent.maybe("ConnectionDraining") {
        let timeout = config.parsed("Timeout")?.unwrap_or(own.draining.unwrap_or(300));
        own.draining = enabled(&config)?.then_some(timeout);
    }
    if let Some(config) = sent.maybe("ConnectionSettings") {
        config.required("IdleTimeout")?;
        let seconds = config.parsed("IdleTimeout")?.filter(|seconds| (1..=4000).contains(seconds));
        own.idle_timeout = seconds.ok_or_else(|| config.wrong("IdleTimeout"))?;
    }
    for item in sent.items("AdditionalAttributes") {
        let (key, value) = (item.required("Key")?, item.required("Value")?);
        if key != DESYNC {
            let message = format!("The attribute '{key}' is not known");
            return Err(Refusal::new("LoadBalancerAttributeNotFound", message));
        }
        item.word("Value", &["monitor", "defensive", "strictest"])?;
        own.additional.retain(|(known, _)| known != key);
        own.additional.push((key.to_owned(), value.to_owned()));
    }
    Ok(())
}

/// Refuses logs that could not be delivered: AWS writes a file to the bucket to see.
fn access_log(
    context: &Context<'_>,
    own: &mut ClassicAttributes,
    config: &Sent<'_>,
) -> Result<(), Refusal> {
    own.access_log = enabled(config)?;
    own.bucket = config.text("S3BucketName");
    own.prefix = config.text("S3BucketPrefix");
    if !own.access_log {
        return Ok(());
    }
    if config.get("EmitInterval").is_some_and(|minutes| minutes != "60") {
        return Err(config.invalid("The fake keeps no other interval than 60"));
    }
    let bucket = config.required("S3BucketName")?;
    let mut buckets = context.accounts.iter().flat_map(|account| &account.buckets);
    match buckets.find(|one| one.name == bucket) {
        None => Err(refused(format!("S3Bucket: {bucket} does not exist"))),
        Some(one) if one.public_policy.is_none() => {
            let message =
                format!("Access Denied for bucket: {bucket}. Please check S3bucket permission");
            Err(refused(message))
        }
        Some(_) => Ok(()),
    }
}
