//! What a listener of a Classic load balancer has: its policies as a whole, and its certificate.

use super::super::super::{Context, XmlResult};
use super::super::policies::{self as told, TLS};
use super::{put, refused};
use crate::answer::Refusal;
use crate::call::Sent;
use crate::model::classic::{ClassicListener, ClassicLoadBalancer};

fn listener<'a>(
    one: &'a mut ClassicLoadBalancer,
    sent: &Sent<'_>,
) -> Result<&'a mut ClassicListener, Refusal> {
    sent.required("LoadBalancerPort")?;
    let port = sent.parsed::<u16>("LoadBalancerPort")?;
    let name = one.name.clone();
    let found = one.listeners.iter_mut().find(|listener| Some(listener.port) == port);
    found.ok_or_else(|| {
        let port = port.unwrap_or_default();
        let message = format!("There is no listener on port {port} of load balancer {name}");
        Refusal::new("ListenerNotFound", message)
    })
}

/// Predefined policies that a listener has named stay the load balancer's own.
pub(super) fn policies(context: &Context<'_>) -> XmlResult {
    let sent = context.call.sent();
    let mut one = context.classic(sent.required("LoadBalancerName")?)?.clone();
    // An empty list takes all policies away; no list at all is refused.
    sent.needed("PolicyNames")?;
    one.policies = told::of(&one).into_iter().map(std::borrow::Cow::into_owned).collect();
    let names = sent.texts("PolicyNames");
    let mut kinds = Vec::new();
    for name in &names {
        let found = one.policies.iter().find(|policy| policy.name == *name);
        let policy = found.ok_or_else(|| {
            let message = format!("There is no policy with name {name}");
            Refusal::new("PolicyNotFound", message)
        })?;
        let sticky = policy.kind.contains("CookieStickiness");
        kinds.push(if sticky { "stickiness" } else { policy.kind.as_str() }.to_owned());
    }
    let of = |kind: &str| kinds.iter().filter(|own| *own == kind).count();
    if of(TLS) > 1 || of("stickiness") > 1 {
        return Err(refused("A listener has one policy of a kind"));
    }
    let negotiates = of(TLS) > 0;
    let own = listener(&mut one, &sent)?;
    let protocol = own.protocol.as_str();
    if negotiates && !matches!(protocol, "HTTPS" | "SSL") {
        return Err(refused(format!("{protocol} listeners do not negotiate")));
    }
    own.policies = names;
    put(context, one)
}

pub(super) fn certificate(context: &Context<'_>) -> XmlResult {
    let sent = context.call.sent();
    let mut one = context.classic(sent.required("LoadBalancerName")?)?.clone();
    let arn = sent.required("SSLCertificateId")?;
    let own = context.region.certificates.iter().map(|own| &own.name);
    let of_iam = context.account.server_certificates.iter().map(|own| &own.name);
    let classic = context.region.classic.iter().flat_map(|own| &own.listeners);
    let named = classic.filter_map(|own| own.certificate.as_ref());
    let mut all = own.chain(of_iam).chain(named);
    let name = all.find(|name| context.certificate(name) == arn).ok_or_else(|| {
        let message = format!("Server Certificate not found for the key: {arn}");
        Refusal::new("CertificateNotFound", message)
    })?;
    let own = listener(&mut one, &sent)?;
    if own.certificate.is_none() {
        return Err(refused("Listener does not support SSL"));
    }
    own.certificate = Some(name.clone());
    put(context, one)
}
