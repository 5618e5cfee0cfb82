//! Certificates that a listener presents beside its default one.

use super::super::super::{Context, XmlResult};
use super::{certificate, listener_in};
use crate::answer::Refusal;
use crate::xml::Xml;

fn named(context: &Context<'_>) -> Result<Vec<String>, Refusal> {
    let items = context.call.sent().some_items("Certificates")?;
    items.iter().map(|item| item.required("CertificateArn").map(str::to_owned)).collect()
}

pub(super) fn add(context: &Context<'_>) -> XmlResult {
    let owned = context.listener(context.call.sent().required("ListenerArn")?)?;
    if owned.1.ssl_policy.is_none() {
        return Err(super::refused("Certificates cannot be specified for this protocol"));
    }
    let arns = named(context)?;
    let names: Result<Vec<String>, Refusal> =
        arns.iter().map(|arn| certificate(context, arn)).collect();
    let names = names?;
    context.change(
        |region| {
            let listener = listener_in(context, region, owned);
            for name in names {
                if !listener.certificates.iter().skip(1).any(|known| *known == name) {
                    listener.certificates.push(name);
                }
            }
            Ok(())
        },
        |_| {
            let mut xml = Xml::query();
            xml.list("Certificates", &arns, |xml, arn| {
                xml.text("CertificateArn", arn);
                xml.text("IsDefault", false);
            });
            Ok(xml)
        },
    )
}

/// The default one stays, and one that is not there is no fault.
pub(super) fn remove(context: &Context<'_>) -> XmlResult {
    let owned = context.listener(context.call.sent().required("ListenerArn")?)?;
    let arns = named(context)?;
    let is = |name: &String| arns.contains(&context.certificate(name));
    let (default, others) = owned.1.certificates.split_at(owned.1.certificates.len().min(1));
    if default.iter().any(is) && !others.iter().any(is) {
        let message = "The default certificate cannot be removed from a listener";
        return Err(Refusal::new("OperationNotPermitted", message));
    }
    let left: Vec<String> =
        default.iter().chain(others.iter().filter(|name| !is(name))).cloned().collect();
    context.change(
        |region| {
            listener_in(context, region, owned).certificates = left;
            Ok(())
        },
        |_| Ok(Xml::query()),
    )
}
