//! The three `Describe…Attributes`.

use super::super::{Context, XmlResult};
use crate::model::attributes::{self, Changes, Pairs};
use crate::xml::Xml;

pub(super) fn of_load_balancer(context: &Context<'_>) -> XmlResult {
    let one = context.load_balancer(context.required("LoadBalancerArn")?)?;
    let internal = one.scheme.as_deref() == Some("internal");
    Ok(write(attributes::load_balancer(&one.kind, internal), &one.attributes))
}

pub(super) fn of_listener(context: &Context<'_>) -> XmlResult {
    let (owner, one) = context.listener(context.required("ListenerArn")?)?;
    Ok(write(attributes::listener(&owner.kind, one.protocol.as_deref()), &one.attributes))
}

pub(super) fn of_target_group(context: &Context<'_>) -> XmlResult {
    let one = context.target_group(context.required("TargetGroupArn")?)?;
    Ok(write(attributes::target_group(&one.target_type, one.protocol.as_deref()), &one.attributes))
}

fn write(defaults: Pairs, changes: &Changes) -> Xml {
    let mut xml = Xml::query();
    xml.pairs("Attributes", &attributes::changed(defaults, changes));
    xml
}
