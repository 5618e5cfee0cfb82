//! `DescribeListeners` and `DescribeListenerCertificates`.

use super::super::{Context, XmlResult};
use super::{Owned, actions};
use crate::answer::Refusal;
use crate::model::listener::{Listener, MutualAuthentication};
use crate::page;
use crate::xml::Xml;

pub(super) fn describe(context: &Context<'_>) -> XmlResult {
    let page = context.page(selected(context)?, page::MARKER)?;
    let mut xml = Xml::query();
    xml.list("Listeners", page.items, |xml, owned| {
        listener(context, xml, owned);
    });
    xml.maybe("NextMarker", page.next);
    Ok(xml)
}

fn selected<'a>(context: &Context<'a>) -> Result<Vec<Owned<'a>>, Refusal> {
    let arns = context.call.list("ListenerArns.member");
    match context.call.get("LoadBalancerArn") {
        Some(arn) if arns.is_empty() => {
            let owner = context.load_balancer(arn)?;
            Ok(owner.listeners.iter().map(|listener| (owner, listener)).collect())
        }
        None if !arns.is_empty() => arns.into_iter().map(|arn| context.listener(arn)).collect(),
        _ => Err(Refusal::invalid(
            context.call.family,
            "You must specify either listener ARNs or a load balancer ARN",
        )),
    }
}

pub(super) fn listener(context: &Context<'_>, xml: &mut Xml, (owner, listener): Owned<'_>) {
    xml.text("ListenerArn", context.listener_arn(owner, listener));
    xml.text("LoadBalancerArn", context.arn_of(owner));
    xml.maybe("Port", listener.port);
    xml.maybe("Protocol", listener.protocol.as_ref());
    if let Some(default) = listener.certificates.first() {
        xml.list("Certificates", [default], |xml, name| {
            xml.text("CertificateArn", context.certificate(name));
        });
    }
    xml.maybe("SslPolicy", listener.ssl_policy.as_ref());
    actions::write(context, xml, ("DefaultActions", &listener.actions));
    if !listener.alpn.is_empty() {
        xml.texts("AlpnPolicy", &listener.alpn);
    }
    mutual(context, xml, listener);
}

/// HTTPS listeners always say how they treat client certificates.
fn mutual(context: &Context<'_>, xml: &mut Xml, listener: &Listener) {
    let off = MutualAuthentication { mode: "off".to_owned(), ..MutualAuthentication::default() };
    let https = listener.protocol.as_deref() == Some("HTTPS");
    let Some(mutual) = listener.mutual_authentication.as_ref().or(https.then_some(&off)) else {
        return;
    };
    xml.node("MutualAuthentication", |xml| {
        xml.text("Mode", &mutual.mode);
        xml.maybe(
            "TrustStoreArn",
            mutual.trust_store.as_ref().map(|name| context.place.trust_store(name)),
        );
        xml.maybe("IgnoreClientCertificateExpiry", mutual.ignore_expiry);
        xml.maybe("TrustStoreAssociationStatus", mutual.association.as_ref());
        xml.maybe("AdvertiseTrustStoreCaNames", mutual.advertise.as_ref());
        if !mutual.identity_filters.is_empty() {
            xml.list("ClientCertificateIdentityFilters", &mutual.identity_filters, identity);
        }
    });
}

fn identity(xml: &mut Xml, filter: &[String; 4]) {
    let names = ["Field", "Action", "MatchType", "Value"];
    names.iter().zip(filter).for_each(|(name, word)| xml.text(name, word));
}

pub(super) fn certificates(context: &Context<'_>) -> XmlResult {
    let (_, listener) = context.listener(context.required("ListenerArn")?)?;
    let all = listener.certificates.iter().enumerate().collect();
    let page = context.page(all, page::MARKER)?;
    let mut xml = Xml::query();
    xml.list("Certificates", page.items, |xml, (index, name)| {
        xml.text("CertificateArn", context.certificate(name));
        xml.text("IsDefault", index == 0);
    });
    xml.maybe("NextMarker", page.next);
    Ok(xml)
}
