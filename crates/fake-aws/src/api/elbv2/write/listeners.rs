//! `CreateListener`, `ModifyListener` and `DeleteListener`.

use super::super::super::{Context, XmlResult};
use super::super::{Owned, listeners as told};
use super::actions::{self, For};
use super::{certificate, listener_in, mutual, new_id, position, refused};
use crate::answer::Refusal;
use crate::call::Sent;
use crate::model::listener::{Listener, MutualAuthentication};
use crate::model::load_balancer::LoadBalancer;
use crate::policies::POLICIES;
use crate::xml::Xml;

/// The policy of a listener that is created without one. Source: Elastic Load Balancing API reference,
/// `CreateListener`.
const USUAL_POLICY: &str = "ELBSecurityPolicy-2016-08";

pub(super) fn create(context: &Context<'_>) -> XmlResult {
    let sent = context.call.sent();
    let owner = context.load_balancer(sent.required("LoadBalancerArn")?)?;
    if owner.kind != "gateway" {
        sent.required("Protocol")?;
        sent.required("Port")?;
    }
    sent.some_items("DefaultActions")?;
    let mut new = Listener { id: Some(new_id(context)), ..Listener::default() };
    set(context, (owner, &mut new), &sent)?;
    let arn = context.listener_arn(owner, &new);
    if let Some(taken) = owner.listeners.iter().find(|own| own.port == new.port) {
        return if same(taken, &new) {
            answer(context, &context.listener_arn(owner, taken))
        } else {
            Err(duplicate())
        };
    }
    let place = position(&context.region.load_balancers, owner);
    context.change(
        |region| {
            region.load_balancers[place].listeners.push(new);
            Ok(())
        },
        |now| answer(now, &arn),
    )
}

pub(super) fn modify(context: &Context<'_>) -> XmlResult {
    let sent = context.call.sent();
    let arn = sent.required("ListenerArn")?;
    let (owner, old) = context.listener(arn)?;
    let mut new = old.clone();
    set(context, (owner, &mut new), &sent)?;
    let others = owner.listeners.iter().filter(|own| !std::ptr::eq(*own, old));
    if others.into_iter().any(|own| own.port == new.port) {
        return Err(duplicate());
    }
    context.change(
        |region| {
            let changed = listener_in(context, region, (owner, old));
            *changed = Listener { id: changed.id.take(), ..new };
            Ok(())
        },
        |now| answer(now, arn),
    )
}

pub(super) fn delete(context: &Context<'_>) -> XmlResult {
    let (owner, listener): Owned<'_> =
        context.listener(context.call.sent().required("ListenerArn")?)?;
    let place = position(&context.region.load_balancers, owner);
    let own = position(&owner.listeners, listener);
    context.change(
        |region| {
            region.load_balancers[place].listeners.remove(own);
            Ok(())
        },
        |_| Ok(Xml::query()),
    )
}

fn duplicate() -> Refusal {
    Refusal::new("DuplicateListener", "A listener with the specified port already exists")
}

/// Whether creating a listener again changes nothing.
fn same(one: &Listener, other: &Listener) -> bool {
    let parts = |own: &Listener| {
        let certificate = own.certificates.first().cloned();
        (own.protocol.clone(), own.ssl_policy.clone(), certificate, own.actions.clone())
    };
    parts(one) == parts(other)
}

fn answer(context: &Context<'_>, arn: &str) -> XmlResult {
    let owned = context.listener(arn)?;
    let mut xml = Xml::query();
    xml.list("Listeners", [owned], |xml, owned| told::listener(context, xml, owned));
    Ok(xml)
}

/// Takes on what was sent; what was not stays.
fn set(
    context: &Context<'_>,
    (owner, new): (&LoadBalancer, &mut Listener),
    sent: &Sent<'_>,
) -> Result<(), Refusal> {
    if let Some(protocol) = sent.text("Protocol") {
        let all: &[&str] = match owner.kind.as_str() {
            "application" => &["HTTP", "HTTPS"],
            "network" => &["TCP", "TLS", "UDP", "TCP_UDP", "QUIC", "TCP_QUIC"],
            _ => &[],
        };
        if !all.contains(&protocol.as_str()) {
            let message = format!("Protocol '{protocol}' is not supported here");
            return Err(Refusal::new("UnsupportedProtocol", message));
        }
        new.protocol = Some(protocol);
    }
    if let Some(port) = sent.parsed("Port")? {
        new.port = Some(port);
    }
    encryption(context, new, sent)?;
    let is_secure = new.ssl_policy.is_some();
    let of = For { kind: &owner.kind, is_secure, old: &new.actions };
    if sent.has("DefaultActions") {
        new.actions = actions::read(context, sent, ("DefaultActions", &of))?;
    } else {
        actions::fit(&new.actions, &of)?;
    }
    Ok(())
}

/// What only a listener that ends TLS has. Once it does not, all of that is gone.
fn encryption(context: &Context<'_>, new: &mut Listener, sent: &Sent<'_>) -> Result<(), Refusal> {
    let protocol = new.protocol.clone().unwrap_or_default();
    if !matches!(protocol.as_str(), "HTTPS" | "TLS") {
        let all = ["SslPolicy", "Certificates", "AlpnPolicy", "MutualAuthentication"];
        if let Some(name) = all.iter().find(|name| sent.has(name)) {
            return Err(refused(format!("{name} cannot be specified for {protocol} listeners")));
        }
        new.ssl_policy = None;
        new.mutual_authentication = None;
        new.certificates.clear();
        new.alpn.clear();
        return Ok(());
    }
    match sent.items("Certificates").as_slice() {
        [] if new.certificates.is_empty() => {
            return Err(sent.invalid(format!("{protocol} listeners need a certificate")));
        }
        [] => {}
        [one] => {
            let name = certificate(context, one.required("CertificateArn")?)?;
            match new.certificates.first_mut() {
                Some(default) => *default = name,
                None => new.certificates.push(name),
            }
        }
        _ => return Err(sent.invalid("Exactly one certificate must be specified")),
    }
    let usual = || new.ssl_policy.clone().unwrap_or_else(|| USUAL_POLICY.to_owned());
    let policy = sent.text("SslPolicy").unwrap_or_else(usual);
    if sent.has("SslPolicy") && POLICIES.modern.iter().all(|known| known.name != policy) {
        let message = format!("SSL policy '{policy}' not found");
        return Err(Refusal::new("SSLPolicyNotFound", message));
    }
    new.ssl_policy = Some(policy);
    if sent.has("AlpnPolicy") {
        if protocol != "TLS" {
            return Err(refused("Only TLS listeners have an ALPN policy"));
        }
        new.alpn = sent.texts("AlpnPolicy");
    }
    match sent.maybe("MutualAuthentication") {
        Some(_) if protocol != "HTTPS" => {
            return Err(refused("Only HTTPS listeners ask for client certificates"));
        }
        Some(config) => {
            let read: MutualAuthentication = mutual::read(context, &config)?;
            new.mutual_authentication = Some(read);
        }
        None => {}
    }
    Ok(())
}
