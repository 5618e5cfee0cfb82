//! Policies of a Classic load balancer come and go.

use super::super::super::{Context, XmlResult};
use super::super::policies::{self as told, PROTOCOLS, TLS};
use super::{put, refused};
use crate::answer::Refusal;
use crate::call::Sent;
use crate::model::classic::ClassicPolicy;
use crate::policies::POLICIES;

/// Types of policies, with the attributes that they need.
const TYPES: [(&str, &[&str]); 6] = [
    (TLS, &[]),
    ("LBCookieStickinessPolicyType", &[]),
    ("AppCookieStickinessPolicyType", &["CookieName"]),
    ("ProxyProtocolPolicyType", &["ProxyProtocol"]),
    ("PublicKeyPolicyType", &["PublicKey"]),
    ("BackendServerAuthenticationPolicyType", &["PublicKeyPolicyName"]),
];

pub(super) fn create(context: &Context<'_>) -> XmlResult {
    let sent = context.call.sent();
    let mut one = context.classic(sent.required("LoadBalancerName")?)?.clone();
    let policy = read(&sent)?;
    if told::of(&one).iter().any(|known| known.name == policy.name) {
        let message = format!("Policy {} already exists", policy.name);
        return Err(Refusal::new("DuplicatePolicyName", message));
    }
    one.policies.push(policy);
    put(context, one)
}

fn read(sent: &Sent<'_>) -> Result<ClassicPolicy, Refusal> {
    let (name, kind) = (sent.required("PolicyName")?, sent.required("PolicyTypeName")?);
    let Some((_, needed)) = TYPES.iter().find(|(known, _)| *known == kind) else {
        let message = format!("Policy type {kind} does not exist");
        return Err(Refusal::new("PolicyTypeNotFound", message));
    };
    let mut policy = ClassicPolicy::of(name, kind);
    for item in sent.items("PolicyAttributes") {
        let (name, value) = (item.required("AttributeName")?, item.required("AttributeValue")?);
        if name == "Reference-Security-Policy" {
            if POLICIES.classic.iter().all(|known| known.name != value) {
                return Err(refused(format!("Reference security policy {value} does not exist")));
            }
            policy.reference = Some(value.to_owned());
        } else if kind == TLS && !is_of_tls(name) {
            return Err(refused(format!("Attribute {name} is not known")));
        } else {
            policy.attributes.push((name.to_owned(), value.to_owned()));
        }
    }
    let lacks = |name: &&&str| policy.attributes.iter().all(|(known, _)| known != **name);
    match needed.iter().find(lacks) {
        Some(name) => Err(refused(format!("Attribute {name} is missing"))),
        None => Ok(policy),
    }
}

fn is_of_tls(name: &str) -> bool {
    let protocol = name.strip_prefix("Protocol-");
    protocol.is_some_and(|name| PROTOCOLS.contains(&name))
        || name == "Server-Defined-Cipher-Order"
        || POLICIES.classic_ciphers.iter().any(|cipher| cipher == name)
}

/// One that is in use stays, and one that is not there is no fault.
pub(super) fn delete(context: &Context<'_>) -> XmlResult {
    let sent = context.call.sent();
    let mut one = context.classic(sent.required("LoadBalancerName")?)?.clone();
    let name = sent.required("PolicyName")?;
    let of_listeners = one.listeners.iter().map(|listener| &listener.policies);
    let mut used = of_listeners.chain(one.backends.iter().map(|(_, policies)| policies)).flatten();
    if used.any(|own| own == name) {
        return Err(refused(format!("Policy {name} is in use")));
    }
    one.policies.retain(|policy| policy.name != name);
    put(context, one)
}
