//! `DescribeTags`.

use super::super::{Context, XmlResult};
use super::{rules, too_many, trust};
use crate::answer::Refusal;
use crate::xml::Xml;

pub(super) fn describe(context: &Context<'_>) -> XmlResult {
    let arns = context.call.list("ResourceArns.member");
    too_many(context, &arns)?;
    if arns.is_empty() {
        context.required("ResourceArns")?;
    }
    // The whole call fails when one of them is gone.
    let found: Result<Vec<_>, Refusal> =
        arns.into_iter().map(|arn| Ok((arn, of(context, arn)?))).collect();
    let mut xml = Xml::query();
    xml.list("TagDescriptions", found?, |xml, (arn, tags)| {
        xml.text("ResourceArn", arn);
        xml.pairs("Tags", tags);
    });
    Ok(xml)
}

fn of<'a>(context: &Context<'a>, arn: &str) -> Result<&'a [(String, String)], Refusal> {
    match super::part(arn, 0) {
        "loadbalancer" => context.load_balancer(arn).map(|one| one.tags.as_slice()),
        "listener" => context.listener(arn).map(|(_, one)| one.tags.as_slice()),
        "listener-rule" => rules::tags(context, arn),
        "targetgroup" => context.target_group(arn).map(|one| one.tags.as_slice()),
        "truststore" => trust::find(context, arn).map(|_| &[][..]).ok_or_else(trust::missing),
        _ => Err(Refusal::invalid(
            context.call.family,
            format!("'{arn}' is not a valid resource ARN"),
        )),
    }
}
