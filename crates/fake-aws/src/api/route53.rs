//! Route 53: hosted zones and records.

use super::{Context, XmlResult};
use crate::answer::Refusal;
use crate::model::arn::uuid;
use crate::model::zone::{HostedZone, Record, dotted};
use crate::page::Paging;
use crate::xml::Xml;

const ZONES: Paging =
    Paging { size: "maxitems", token: "marker", least: 1, most: 100, default: 100 };
/// Records page by name instead of by token.
const RECORDS: Paging = Paging { token: "", most: 300, default: 300, ..ZONES };

pub(super) fn result(context: &Context<'_>) -> XmlResult {
    match context.call.action.as_str() {
        "ListHostedZones" => zones(context),
        "ListResourceRecordSets" => records(context),
        _ => context.unknown(),
    }
}

fn zones(context: &Context<'_>) -> XmlResult {
    let private = context.call.get("hostedzonetype") == Some("PrivateHostedZone");
    let all = context.account.hosted_zones.iter().filter(|one| one.private || !private);
    let page = context.page(all.collect(), ZONES)?;
    let mut xml = Xml::query();
    xml.root("ListHostedZonesResponse", context.call.family.namespace(), |xml| {
        xml.node("HostedZones", |xml| {
            for one in page.items {
                xml.node("HostedZone", |xml| zone(xml, one));
            }
        });
        xml.text("Marker", context.call.get("marker").unwrap_or_default());
        xml.text("IsTruncated", page.next.is_some());
        xml.maybe("NextMarker", page.next.as_ref());
        xml.text("MaxItems", context.call.get("maxitems").unwrap_or("100"));
    });
    Ok(xml)
}

fn zone(xml: &mut Xml, one: &HostedZone) {
    xml.text("Id", format!("/hostedzone/{}", one.id));
    xml.text("Name", &one.name);
    xml.text("CallerReference", uuid(&["reference", &one.id]));
    xml.node("Config", |xml| xml.text("PrivateZone", one.private));
    xml.text("ResourceRecordSetCount", one.records.len());
}

/// What records are sorted by: the name from its end, the type, the set.
type Key = (Vec<String>, String, String);

fn key(name: &str, kind: &str, set: &str) -> Key {
    let labels = dotted(name).to_lowercase().rsplit('.').map(str::to_owned).collect();
    (labels, kind.to_owned(), set.to_owned())
}

fn key_of(one: &Record) -> Key {
    key(&one.name, &one.kind, one.set.as_deref().unwrap_or_default())
}

fn records(context: &Context<'_>) -> XmlResult {
    let of = |name: &str| context.call.get(name);
    let id = of("HostedZoneId").unwrap_or_default();
    let known = context.account.hosted_zones.iter().find(|one| one.id == id);
    let zone = known.ok_or_else(|| {
        let message = format!("No hosted zone found with ID: {id}");
        Refusal::with_status(404, "NoSuchHostedZone", message)
    })?;
    let own = zone.own_records();
    let mut all: Vec<&Record> = own.iter().chain(&zone.records).collect();
    all.sort_by_key(|one| key_of(one));
    if let Some(name) = of("name") {
        let part = |name: &str| of(name).unwrap_or_default();
        let from = key(name, part("type"), part("identifier"));
        all.retain(|one| key_of(one) >= from);
    }
    let later = all.clone();
    let page = context.page(all, RECORDS)?;
    let next = page.next.and_then(|_| later.get(page.items.len()));
    let mut xml = Xml::query();
    xml.root("ListResourceRecordSetsResponse", context.call.family.namespace(), |xml| {
        xml.node("ResourceRecordSets", |xml| {
            for one in &page.items {
                xml.node("ResourceRecordSet", |xml| record(xml, one));
            }
        });
        xml.text("IsTruncated", next.is_some());
        if let Some(next) = next {
            xml.text("NextRecordName", &next.name);
            xml.text("NextRecordType", &next.kind);
            xml.maybe("NextRecordIdentifier", next.set.as_ref());
        }
        xml.text("MaxItems", of("maxitems").unwrap_or("300"));
    });
    Ok(xml)
}

fn record(xml: &mut Xml, one: &Record) {
    xml.text("Name", &one.name);
    xml.text("Type", &one.kind);
    xml.maybe("SetIdentifier", one.set.as_ref());
    xml.maybe("Weight", one.weight);
    if let Some(host) = &one.alias {
        xml.node("AliasTarget", |xml| {
            xml.text("HostedZoneId", "Z0EXAMPLE00000");
            xml.text("DNSName", host);
            xml.text("EvaluateTargetHealth", one.evaluates_health);
        });
    } else {
        xml.text("TTL", 300);
        xml.node("ResourceRecords", |xml| {
            for value in &one.values {
                xml.node("ResourceRecord", |xml| xml.text("Value", value));
            }
        });
    }
}
