//! Trust stores: what they revoke, who uses them and who may.

use super::super::{Context, XmlResult};
use crate::answer::Refusal;
use crate::model::target_group::TrustStore;
use crate::page;
use crate::xml::Xml;

pub(super) fn missing() -> Refusal {
    Refusal::new("TrustStoreNotFound", "One or more trust stores not found")
}

pub(super) fn describe(context: &Context<'_>) -> XmlResult {
    let page = context.page(selected(context)?, page::MARKER)?;
    let mut xml = Xml::query();
    xml.list("TrustStores", page.items, |xml, one| {
        xml.text("Name", &one.name);
        xml.text("TrustStoreArn", context.place.trust_store(&one.name));
        xml.text("Status", &one.status);
        xml.text("NumberOfCaCertificates", one.authorities);
        xml.text("TotalRevokedEntries", one.revoked());
    });
    xml.maybe("NextMarker", page.next);
    Ok(xml)
}

fn selected<'a>(context: &Context<'a>) -> Result<Vec<&'a TrustStore>, Refusal> {
    let arns = context.call.list("TrustStoreArns.member");
    let names = context.call.list("Names.member");
    let wanted: Vec<&str> = arns.into_iter().chain(names).collect();
    if wanted.is_empty() {
        return Ok(context.region.trust_stores.iter().collect());
    }
    wanted.into_iter().map(|name| find(context, name).ok_or_else(missing)).collect()
}

/// A trust store by its name or ARN.
pub(super) fn find<'a>(context: &Context<'a>, wanted: &str) -> Option<&'a TrustStore> {
    let is =
        |one: &&TrustStore| one.name == wanted || context.place.trust_store(&one.name) == wanted;
    context.region.trust_stores.iter().find(is)
}

fn required<'a>(context: &Context<'a>) -> Result<&'a TrustStore, Refusal> {
    find(context, context.required("TrustStoreArn")?).ok_or_else(missing)
}

pub(super) fn revocations(context: &Context<'_>) -> XmlResult {
    let one = required(context)?;
    let wanted = context.call.list("RevocationIds.member");
    let all = || (1_u64..).zip(&one.revocations);
    let known = |wanted: &str| all().any(|(id, _)| id.to_string() == wanted);
    if !wanted.iter().all(|id| known(id)) {
        let message = "One or more revocations not found";
        return Err(Refusal::new("RevocationIdNotFound", message));
    }
    let fits =
        |(id, _): &(u64, &u64)| wanted.is_empty() || wanted.contains(&id.to_string().as_str());
    let page = context.page(all().filter(fits).collect(), page::MARKER)?;
    let mut xml = Xml::query();
    xml.list("TrustStoreRevocations", page.items, |xml, (id, count)| {
        xml.text("TrustStoreArn", context.place.trust_store(&one.name));
        xml.text("RevocationId", id);
        xml.text("RevocationType", "CRL");
        xml.text("NumberOfRevokedEntries", count);
    });
    xml.maybe("NextMarker", page.next);
    Ok(xml)
}

/// The load balancers that have a listener with the store, and those of other accounts.
pub(super) fn associations(context: &Context<'_>) -> XmlResult {
    let one = required(context)?;
    let arn = context.place.trust_store(&one.name);
    let uses = |name: &str| context.place.trust_store(name) == arn;
    let own = context.region.load_balancers.iter().filter(|owner| {
        let stores = owner.listeners.iter().filter_map(|one| one.mutual_authentication.as_ref());
        stores.filter_map(|mutual| mutual.trust_store.as_deref()).any(uses)
    });
    let all = own.map(|owner| context.arn_of(owner)).chain(one.shared_with.iter().cloned());
    let page = context.page(all.collect(), page::MARKER)?;
    let mut xml = Xml::query();
    xml.list("TrustStoreAssociations", page.items, |xml, arn| {
        xml.text("ResourceArn", arn);
    });
    xml.maybe("NextMarker", page.next);
    Ok(xml)
}

pub(super) fn policy(context: &Context<'_>) -> XmlResult {
    let arn = context.required("ResourceArn")?;
    let policy = find(context, arn).and_then(|one| one.policy.as_ref());
    let policy = policy.ok_or_else(|| {
        let message = format!("The specified resource does not exist: {arn}");
        Refusal::new("ResourceNotFound", message)
    })?;
    let mut xml = Xml::query();
    xml.text("Policy", policy);
    Ok(xml)
}
