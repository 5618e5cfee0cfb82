//! Managed prefix lists.

use super::filter::Filters;
use super::{Context, XmlResult, by_id};
use crate::answer::Refusal;
use crate::page::Paging;
use crate::xml::Xml;

const PAGING: Paging =
    Paging { size: "MaxResults", token: "NextToken", least: 1, most: 100, default: 100 };
const MISSING: &str = "InvalidPrefixListID.NotFound";

pub(super) fn describe(context: &Context<'_>) -> XmlResult {
    let filters = Filters::read(context, &["owner-id", "prefix-list-id", "prefix-list-name"])?;
    let all = &context.region.prefix_lists;
    let mut found = by_id(context, (all, |one| &one.id), ("PrefixListId", MISSING))?;
    let owner =
        |owner: &Option<String>| owner.clone().unwrap_or_else(|| context.account.id.clone());
    found.retain(|one| {
        filters.fit(|name| match name {
            "owner-id" => vec![owner(&one.owner)],
            "prefix-list-id" => vec![one.id.clone()],
            _ => vec![one.name.clone()],
        })
    });
    let page = context.page(found, PAGING)?;
    let mut xml = Xml::ec2();
    xml.list("prefixListSet", page.items, |xml, one| {
        xml.text("prefixListId", &one.id);
        xml.text("addressFamily", &one.family);
        xml.text("state", "create-complete");
        xml.text("prefixListArn", context.place.arn("ec2", &format!("prefix-list/{}", one.id)));
        xml.text("prefixListName", &one.name);
        xml.text("maxEntries", one.entries.len());
        xml.text("version", 1);
        xml.text("ownerId", owner(&one.owner));
    });
    xml.maybe("nextToken", page.next);
    Ok(xml)
}

pub(super) fn entries(context: &Context<'_>) -> XmlResult {
    let id = context.call.get("PrefixListId").ok_or_else(|| {
        Refusal::new("MissingParameter", "The request must contain the parameter PrefixListId")
    })?;
    let one = context.region.prefix_lists.iter().find(|one| one.id == id).ok_or_else(|| {
        Refusal::new(MISSING, format!("The prefix list ID '{id}' does not exist."))
    })?;
    let page = context.page(one.entries.iter().collect(), PAGING)?;
    let mut xml = Xml::ec2();
    xml.list("entrySet", page.items, |xml, cidr| xml.text("cidr", cidr));
    xml.maybe("nextToken", page.next);
    Ok(xml)
}
