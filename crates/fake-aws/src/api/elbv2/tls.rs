//! `DescribeSSLPolicies`.

use std::sync::LazyLock;

use super::super::{Context, XmlResult};
use crate::answer::Refusal;
use crate::page;
use crate::policies::{Modern, POLICIES};
use crate::xml::Xml;

/// Policies with their XML, which is long and always the same.
static WRITTEN: LazyLock<Vec<(&Modern, String)>> =
    LazyLock::new(|| POLICIES.modern.iter().map(|policy| (policy, written(policy))).collect());

fn written(policy: &Modern) -> String {
    let mut xml = Xml::query();
    xml.texts("SslProtocols", &policy.protocols);
    xml.list("Ciphers", policy.ciphers.iter().enumerate(), |xml, (index, name)| {
        xml.text("Name", name);
        xml.text("Priority", index + 1);
    });
    xml.text("Name", &policy.name);
    xml.texts("SupportedLoadBalancerTypes", &policy.types);
    xml.finish()
}

pub(super) fn policies(context: &Context<'_>) -> XmlResult {
    let names = context.call.list("Names.member");
    let kind = context.call.get("LoadBalancerType");
    let fits = |policy: &Modern| {
        kind.is_none_or(|kind| policy.types.iter().any(|known| known == kind))
            && (names.is_empty() || names.contains(&policy.name.as_str()))
    };
    let known = |name: &&str| WRITTEN.iter().any(|(policy, _)| policy.name == **name);
    if !names.iter().all(known) {
        return Err(Refusal::new("SSLPolicyNotFound", "One or more SSL policies not found"));
    }
    let page =
        context.page(WRITTEN.iter().filter(|(policy, _)| fits(policy)).collect(), page::MARKER)?;
    let mut xml = Xml::query();
    xml.list("SslPolicies", page.items, |xml, (_, written)| {
        xml.raw(written);
    });
    xml.maybe("NextMarker", page.next);
    Ok(xml)
}
