//! Route 53: the records that lead to a name of Elastic Load Balancing.

use elb_audit_core::inventory::DnsRecord;
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;
use futures::future::join_all;
use serde::Deserialize;

use crate::aws::api::ApiClient;
use crate::aws::endpoint;
use crate::aws::query::{Client, RestRequest};
use crate::aws::region::RegionName;
use crate::aws::strict::{self, Understood, Unexpected, required};

/// The version of the API, which its paths begin with.
const VERSION: &str = "2013-04-01";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ZonesXml {
    hosted_zones: ZoneListXml,
    is_truncated: bool,
    next_marker: Option<String>,
}

#[derive(Debug, Deserialize)]
struct ZoneListXml {
    #[serde(rename = "HostedZone", default)]
    list: Vec<ZoneXml>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ZoneXml {
    #[serde(deserialize_with = "strict::text")]
    id: String,
    #[serde(deserialize_with = "strict::text")]
    name: String,
    config: ConfigXml,
}

#[derive(Debug, Deserialize)]
struct ConfigXml {
    #[serde(rename = "PrivateZone")]
    private: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RecordsXml {
    resource_record_sets: RecordListXml,
    is_truncated: bool,
    next_record_name: Option<String>,
    next_record_type: Option<String>,
    next_record_identifier: Option<String>,
}

#[derive(Debug, Deserialize)]
struct RecordListXml {
    #[serde(rename = "ResourceRecordSet", default)]
    list: Vec<RecordXml>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RecordXml {
    #[serde(deserialize_with = "strict::text")]
    name: String,
    #[serde(deserialize_with = "strict::text")]
    r#type: String,
    alias_target: Option<AliasXml>,
    resource_records: Option<ValuesXml>,
}

#[derive(Debug, Deserialize)]
struct AliasXml {
    #[serde(rename = "DNSName", deserialize_with = "strict::text")]
    name: String,
}

#[derive(Debug, Deserialize)]
struct ValuesXml {
    #[serde(rename = "ResourceRecord", default)]
    list: Vec<ValueXml>,
}

#[derive(Debug, Deserialize)]
struct ValueXml {
    #[serde(rename = "Value", deserialize_with = "strict::text")]
    value: String,
}

/// The account's records that lead to a load balancer, or did.
pub(crate) async fn records(api: &ApiClient, client: &Client) -> Fact<Vec<DnsRecord>> {
    let call = Call::Route53ListHostedZones;
    let page = move |marker: Option<String>| async move {
        let request = RestRequest::get(&[VERSION, "hostedzone"])
            .with("maxitems", "100")
            .with_some("marker", marker.as_deref());
        api.call(call, None, client.xml_at::<ZonesXml>(request)).await.and_then(|page| {
            let next = api.next_marker(call, None, page.is_truncated, page.next_marker)?;
            Ok((Some(page.hosted_zones.list), next))
        })
    };
    let zones = match api.all_pages(call, page).await {
        Fact::Known(zones) => zones,
        Fact::Unread(gap) => return Fact::Unread(gap),
    };
    let mut known = Vec::new();
    for records in join_all(zones.iter().map(|zone| in_zone(api, client, zone))).await {
        match records {
            Fact::Known(records) => known.extend(records),
            Fact::Unread(gap) => return Fact::Unread(gap),
        }
    }
    Fact::Known(known)
}

/// The records of a zone that matter.
async fn in_zone(api: &ApiClient, client: &Client, zone: &ZoneXml) -> Fact<Vec<DnsRecord>> {
    let call = Call::Route53ListResourceRecordSets;
    let id = zone.id.rsplit('/').next().unwrap_or(&zone.id);
    let page = move |marker: Option<String>| async move {
        let mut request =
            RestRequest::get(&[VERSION, "hostedzone", id, "rrset"]).with("maxitems", "300");
        // The next page begins at a record: name, type and, among several of these, identifier.
        let parts = marker.as_deref().into_iter().flat_map(|marker| marker.split('\n'));
        for (name, value) in ["name", "type", "identifier"].into_iter().zip(parts) {
            request = request.with(name, value);
        }
        api.call(call, Some(id), client.xml_at::<RecordsXml>(request)).await.and_then(|page| {
            let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
            let next = filled(page.next_record_name).zip(filled(page.next_record_type));
            let next = next.map(|(name, kind)| {
                let parts = [Some(name), Some(kind), page.next_record_identifier];
                parts.into_iter().flatten().collect::<Vec<_>>().join("\n")
            });
            let all = page.resource_record_sets.list.into_iter();
            let kept: Understood<Vec<_>> = all.map(|record| known(zone, id, record)).collect();
            let kept = kept.map_err(|said| api.unexpected(call, Some(id), &said))?;
            Ok((Some(kept), api.next_marker(call, Some(id), page.is_truncated, next)?))
        })
    };
    let all = api.all_pages(call, page).await;
    api.understood(call, Some(id), all, |all| {
        // A zone has records that say whose it is, if no others.
        if all.is_empty() {
            return Err(Unexpected::Empty("ResourceRecordSets"));
        }
        Ok(all.into_iter().flatten().collect())
    })
}

/// Types of records, as far as Route 53 has them.
const TYPES: [&str; 17] = [
    "SOA", "A", "TXT", "NS", "CNAME", "MX", "NAPTR", "PTR", "SRV", "SPF", "AAAA", "CAA", "DS",
    "TLSA", "SSHFP", "SVCB", "HTTPS",
];

/// A record that leads to a load balancer's name; none for another.
fn known(zone: &ZoneXml, id: &str, xml: RecordXml) -> Understood<Option<DnsRecord>> {
    let alias = xml.alias_target.is_some();
    let target = match (xml.alias_target, xml.resource_records) {
        (Some(alias), _) => alias.name,
        (None, Some(values)) => {
            let first = required("ResourceRecord", values.list.into_iter().next())?.value;
            if xml.r#type != "CNAME" {
                return Ok(None);
            }
            first
        }
        (None, None) => return Err(Unexpected::Missing("ResourceRecords")),
    };
    let target = normal(&target);
    if is_of_elb(&target) && !TYPES.contains(&&*xml.r#type) {
        return Err(Unexpected::Value("Type", xml.r#type));
    }
    Ok(is_of_elb(&target).then(|| DnsRecord {
        zone: id.to_owned(),
        zone_name: zone.name.trim_end_matches('.').to_owned(),
        private: zone.config.private,
        // Route 53 writes an asterisk as `\052`.
        name: xml.name.trim_end_matches('.').replace("\\052", "*"),
        kind: xml.r#type,
        alias,
        target,
    }))
}

/// A name in lower case, without the last dot and without what asks for both families of addresses.
fn normal(name: &str) -> String {
    let name = name.trim().trim_end_matches('.').to_ascii_lowercase();
    name.strip_prefix("dualstack.").map_or(name.clone(), str::to_owned)
}

/// Whether a name is one that Elastic Load Balancing gives: `name.region.elb.amazonaws.com`, or
/// `name.elb.region.amazonaws.com` for Network load balancers.
fn is_of_elb(name: &str) -> bool {
    let mut suffixes = endpoint::PARTITIONS.iter().map(|partition| partition.suffix);
    let own = suffixes.find_map(|suffix| name.strip_suffix(suffix)?.strip_suffix('.'));
    let labels: Vec<&str> = own.unwrap_or_default().split('.').collect();
    match labels.as_slice() {
        [_, .., "elb"] => true,
        [_, .., "elb", region] => RegionName::parse(region).is_some(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_load_balancers_are_told_from_others() {
        for name in [
            "web-1.eu-west-1.elb.amazonaws.com",
            "internal-web-1.us-east-1.elb.amazonaws.com",
            "net-0a1b.elb.eu-west-1.amazonaws.com",
            "web-1.cn-north-1.elb.amazonaws.com.cn",
            "net-0a1b.elb.cn-north-1.amazonaws.com.cn",
        ] {
            assert!(is_of_elb(name), "{name}");
        }
        for name in [
            "elb.amazonaws.com",
            "bucket.s3.eu-west-1.amazonaws.com",
            "x.elb.example.amazonaws.com",
            "web.elb.amazonaws.com.example.org",
            "",
        ] {
            assert!(!is_of_elb(name), "{name}");
        }
        assert_eq!(
            normal("DualStack.Web-1.eu-west-1.ELB.amazonaws.com."),
            "web-1.eu-west-1.elb.amazonaws.com"
        );
    }
}
