//! `DescribeLoadBalancerPolicies`: a load balancer's policies, or AWS's samples.

use std::borrow::Cow;

use super::super::{Context, XmlResult};
use crate::answer::Refusal;
use crate::model::classic::{ClassicLoadBalancer, ClassicPolicy};
use crate::policies::{Classic, POLICIES};
use crate::xml::Xml;

pub(super) const PROTOCOLS: [&str; 5] = ["SSLv2", "SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2"];
pub(super) const TLS: &str = "SSLNegotiationPolicyType";

pub(super) fn describe(context: &Context<'_>) -> XmlResult {
    let names = context.call.list("PolicyNames.member");
    let all = match context.call.get("LoadBalancerName") {
        Some(name) => of(context.classic(name)?),
        None => {
            POLICIES.classic.iter().map(|policy| Cow::Owned(predefined(&policy.name))).collect()
        }
    };
    let known = |name: &str| all.iter().any(|policy| policy.name == name);
    if let Some(missing) = names.iter().find(|name| !known(name)) {
        let message = format!("One or more specified policies were not found: {missing}");
        return Err(Refusal::new("PolicyNotFound", message));
    }
    let wanted =
        all.iter().filter(|policy| names.is_empty() || names.contains(&policy.name.as_str()));
    let mut xml = Xml::query();
    xml.list("PolicyDescriptions", wanted, |xml, policy| {
        xml.text("PolicyName", &policy.name);
        xml.text("PolicyTypeName", &policy.kind);
        xml.list("PolicyAttributeDescriptions", attributes(policy), |xml, (name, value)| {
            xml.text("AttributeName", name);
            xml.text("AttributeValue", value);
        });
    });
    Ok(xml)
}

/// A load balancer's own policies, and the predefined ones that its listeners name.
pub(super) fn of(one: &ClassicLoadBalancer) -> Vec<Cow<'_, ClassicPolicy>> {
    let mut all: Vec<Cow<'_, ClassicPolicy>> = one.policies.iter().map(Cow::Borrowed).collect();
    for name in one.listeners.iter().flat_map(|listener| &listener.policies) {
        let new = all.iter().all(|policy| policy.name != *name);
        if new && table(name).is_some() {
            all.push(Cow::Owned(predefined(name)));
        }
    }
    all
}

fn table(name: &str) -> Option<&'static Classic> {
    POLICIES.classic.iter().find(|policy| policy.name == name)
}

fn predefined(name: &str) -> ClassicPolicy {
    ClassicPolicy::of(name, TLS)
}

/// A policy's attributes. TLS policies say true or false to every protocol and cipher that there is.
fn attributes(policy: &ClassicPolicy) -> Vec<(String, String)> {
    if policy.kind != TLS {
        return policy.attributes.clone();
    }
    let reference = policy.reference.as_deref();
    let base = table(reference.unwrap_or(&policy.name)).filter(|_| policy.attributes.is_empty());
    let mut all: Vec<(String, String)> = reference
        .map(|name| ("Reference-Security-Policy".to_owned(), name.to_owned()))
        .into_iter()
        .collect();
    let given = |name: &str| policy.attributes.iter().find(|(known, _)| known == name);
    let mut say = |name: String, on: bool| {
        let value = given(&name).map_or_else(|| on.to_string(), |(_, value)| value.clone());
        all.push((name, value));
    };
    for protocol in PROTOCOLS {
        let on = base.is_some_and(|base| base.protocols.iter().any(|known| known == protocol));
        say(format!("Protocol-{protocol}"), on);
    }
    say("Server-Defined-Cipher-Order".to_owned(), base.is_some_and(|base| base.server_order));
    for cipher in &POLICIES.classic_ciphers {
        say(cipher.clone(), base.is_some_and(|base| base.ciphers.contains(cipher)));
    }
    let fresh: Vec<_> = policy
        .attributes
        .iter()
        .filter(|(name, _)| all.iter().all(|(known, _)| known != name))
        .cloned()
        .collect();
    all.extend(fresh);
    all
}
