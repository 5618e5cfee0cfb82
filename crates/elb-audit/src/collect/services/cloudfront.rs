//! `CloudFront`: distributions, where they fetch from, and its ways to internal load balancers.

use std::collections::{BTreeMap, BTreeSet};

use elb_audit_core::inventory::{Distribution, Origin, VpcOrigin};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::aws::api::{ApiClient, Page};
use crate::aws::query::{Client, RestRequest};
use crate::aws::strict::{self, Understood, Unexpected, each};

/// The version of the API, which its paths begin with.
const VERSION: &str = "2020-05-31";

/// A page, whose list is left out when it is empty.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", bound = "T: Deserialize<'de>")]
struct ListXml<T> {
    is_truncated: bool,
    next_marker: Option<String>,
    quantity: usize,
    #[serde(default)]
    items: ItemsXml<T>,
}

/// The items of a list, whatever they are called.
#[derive(Debug, Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
struct ItemsXml<T> {
    #[serde(
        default = "Vec::new",
        alias = "CacheBehavior",
        alias = "DistributionSummary",
        alias = "Origin",
        alias = "OriginCustomHeader",
        alias = "OriginGroup",
        alias = "OriginGroupMember",
        alias = "VpcOriginSummary"
    )]
    list: Vec<T>,
}

impl<T> Default for ItemsXml<T> {
    fn default() -> Self {
        ItemsXml { list: Vec::new() }
    }
}

/// A list inside an answer: its length, and its items unless that is 0.
#[derive(Debug, Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
struct CountedXml<T> {
    #[serde(rename = "Quantity")]
    quantity: usize,
    #[serde(rename = "Items", default)]
    items: ItemsXml<T>,
}

impl<T> Default for CountedXml<T> {
    fn default() -> Self {
        CountedXml { quantity: 0, items: ItemsXml::default() }
    }
}

impl<T> CountedXml<T> {
    /// Its items. As many as it says: it may leave them out only when there are none.
    fn list(self) -> Understood<Vec<T>> {
        if self.items.list.len() == self.quantity {
            return Ok(self.items.list);
        }
        Err(Unexpected::Value("Quantity", self.quantity.to_string()))
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DistributionXml {
    #[serde(deserialize_with = "strict::text")]
    id: String,
    #[serde(rename = "ARN", deserialize_with = "strict::text")]
    arn: String,
    enabled: bool,
    #[serde(rename = "WebACLId")]
    web_acl: Option<String>,
    origins: CountedXml<OriginXml>,
    /// Without it, what names a group names nothing, and is refused.
    #[serde(default)]
    origin_groups: CountedXml<GroupXml>,
    default_cache_behavior: BehaviorXml,
    cache_behaviors: CountedXml<BehaviorXml>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OriginXml {
    #[serde(deserialize_with = "strict::text")]
    id: String,
    #[serde(deserialize_with = "strict::text")]
    domain_name: String,
    custom_headers: CountedXml<HeaderXml>,
    custom_origin_config: Option<CustomXml>,
    vpc_origin_config: Option<VpcXml>,
}

/// A header that `CloudFront` adds. Its value is a secret and not even read.
#[derive(Debug, Deserialize)]
struct HeaderXml {
    #[serde(rename = "HeaderName", deserialize_with = "strict::text")]
    name: String,
}

#[derive(Debug, Deserialize)]
struct CustomXml {
    #[serde(rename = "HTTPPort")]
    http: u16,
    #[serde(rename = "HTTPSPort")]
    https: u16,
    #[serde(rename = "OriginProtocolPolicy", deserialize_with = "strict::text")]
    policy: String,
}

#[derive(Debug, Deserialize)]
struct VpcXml {
    #[serde(rename = "VpcOriginId", deserialize_with = "strict::text")]
    id: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct BehaviorXml {
    #[serde(deserialize_with = "strict::text")]
    target_origin_id: String,
    #[serde(deserialize_with = "strict::text")]
    viewer_protocol_policy: String,
}

impl BehaviorXml {
    /// Whether viewers may ask over HTTP without being sent to HTTPS.
    fn takes_cleartext(&self) -> Understood<bool> {
        match self.viewer_protocol_policy.as_str() {
            "allow-all" => Ok(true),
            "https-only" | "redirect-to-https" => Ok(false),
            other => Err(Unexpected::Value("ViewerProtocolPolicy", other.to_owned())),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GroupXml {
    #[serde(deserialize_with = "strict::text")]
    id: String,
    members: CountedXml<MemberXml>,
}

#[derive(Debug, Deserialize)]
struct MemberXml {
    #[serde(rename = "OriginId", deserialize_with = "strict::text")]
    origin: String,
}

/// The account's distributions.
pub(crate) async fn distributions(api: &ApiClient, client: &Client) -> Fact<Vec<Distribution>> {
    let call = Call::CloudFrontListDistributions;
    let page = move |marker| list::<DistributionXml>(api, client, call, "distribution", marker);
    let found = api.all_pages(call, page).await;
    api.understood(call, None, found, |all| each(all, distribution))
}

fn distribution(xml: DistributionXml) -> Understood<Distribution> {
    let origins = xml.origins.list()?;
    let behaviors = std::iter::once(xml.default_cache_behavior).chain(xml.cache_behaviors.list()?);
    let mut groups = BTreeMap::new();
    for group in xml.origin_groups.list()? {
        groups.insert(group.id, group.members.list()?);
    }
    // Origins that viewers reach in cleartext.
    let mut in_cleartext = BTreeSet::new();
    for behavior in behaviors {
        let without_tls = behavior.takes_cleartext()?;
        // It may name a group of origins instead of one.
        let named = match groups.get(&behavior.target_origin_id) {
            Some(group) => group.iter().map(|member| &member.origin).collect(),
            None => vec![&behavior.target_origin_id],
        };
        if let Some(gone) = named.iter().find(|id| origins.iter().all(|one| one.id != ***id)) {
            return Err(Unexpected::Value("TargetOriginId", (*gone).clone()));
        }
        if without_tls {
            in_cleartext.extend(named.into_iter().cloned());
        }
    }
    let origin = |xml: OriginXml| {
        let custom = xml.custom_origin_config.as_ref();
        Ok(Origin {
            viewers_in_clear: in_cleartext.contains(&xml.id),
            id: xml.id,
            domain: xml.domain_name,
            http_port: custom.map(|custom| custom.http),
            https_port: custom.map(|custom| custom.https),
            protocol_policy: xml.custom_origin_config.map(|custom| custom.policy),
            custom_headers: xml.custom_headers.list()?.into_iter().map(|one| one.name).collect(),
            vpc_origin: xml.vpc_origin_config.map(|config| config.id),
        })
    };
    Ok(Distribution {
        arn: xml.arn,
        id: xml.id,
        enabled: xml.enabled,
        web_acl: xml.web_acl.filter(|acl| !acl.is_empty()),
        origins: each(origins, origin)?,
    })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct VpcOriginXml {
    #[serde(deserialize_with = "strict::text")]
    id: String,
    status: Option<String>,
    #[serde(deserialize_with = "strict::text")]
    origin_endpoint_arn: String,
}

/// The account's VPC origins.
pub(crate) async fn vpc_origins(api: &ApiClient, client: &Client) -> Fact<Vec<VpcOrigin>> {
    let call = Call::CloudFrontListVpcOrigins;
    let page = move |marker| list::<VpcOriginXml>(api, client, call, "vpc-origin", marker);
    api.all_pages(call, page).await.map(|all| {
        let known = |xml: VpcOriginXml| VpcOrigin {
            id: xml.id,
            endpoint: xml.origin_endpoint_arn,
            status: xml.status,
        };
        all.into_iter().map(known).collect()
    })
}

async fn list<T: DeserializeOwned + Send>(
    api: &ApiClient,
    client: &Client,
    call: Call,
    path: &str,
    marker: Option<String>,
) -> Page<T> {
    let request = RestRequest::get(&[VERSION, path])
        .with("MaxItems", "100")
        .with_some("Marker", marker.as_deref());
    api.call(call, None, client.xml_at::<ListXml<T>>(request)).await.and_then(|page| {
        let next = api.next_marker(call, None, page.is_truncated, page.next_marker)?;
        let counted = CountedXml { quantity: page.quantity, items: page.items };
        let items = counted.list().map_err(|said| api.unexpected(call, None, &said))?;
        Ok((Some(items), next))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const XML: &str = "<DistributionList><Marker/><MaxItems>100</MaxItems>\
        <IsTruncated>false</IsTruncated><Quantity>1</Quantity><Items><DistributionSummary>\
        <Id>E1</Id><ARN>arn:aws:cloudfront::1:distribution/E1</ARN><Aliases><Quantity>0</Quantity>\
        </Aliases><Origins><Quantity>2</Quantity><Items><Origin><Id>web</Id>\
        <DomainName>web-1.eu-west-1.elb.amazonaws.com</DomainName><CustomHeaders>\
        <Quantity>1</Quantity><Items><OriginCustomHeader><HeaderName>X-Origin</HeaderName>\
        <HeaderValue>hunter2</HeaderValue></OriginCustomHeader></Items></CustomHeaders>\
        <CustomOriginConfig><HTTPPort>80</HTTPPort><HTTPSPort>443</HTTPSPort>\
        <OriginProtocolPolicy>match-viewer</OriginProtocolPolicy></CustomOriginConfig></Origin>\
        <Origin><Id>spare</Id><DomainName>x</DomainName><CustomHeaders>\
        <Quantity>0</Quantity></CustomHeaders><VpcOriginConfig>\
        <VpcOriginId>vo_1</VpcOriginId></VpcOriginConfig></Origin></Items></Origins>\
        <OriginGroups><Quantity>1</Quantity><Items><OriginGroup><Id>both</Id><Members>\
        <Quantity>2</Quantity><Items><OriginGroupMember><OriginId>web</OriginId>\
        </OriginGroupMember><OriginGroupMember><OriginId>spare</OriginId></OriginGroupMember>\
        </Items></Members></OriginGroup></Items></OriginGroups><DefaultCacheBehavior>\
        <TargetOriginId>web</TargetOriginId>\
        <ViewerProtocolPolicy>https-only</ViewerProtocolPolicy></DefaultCacheBehavior>\
        <CacheBehaviors><Quantity>1</Quantity><Items><CacheBehavior><PathPattern>*</PathPattern>\
        <TargetOriginId>both</TargetOriginId><ViewerProtocolPolicy>allow-all</ViewerProtocolPolicy>\
        </CacheBehavior></Items></CacheBehaviors><Enabled>true</Enabled><WebACLId/>\
        </DistributionSummary></Items></DistributionList>";

    #[test]
    fn a_distribution_is_read_without_its_secrets() {
        let page: ListXml<DistributionXml> = quick_xml::de::from_str(XML).unwrap();
        let known = distribution(page.items.list.into_iter().next().unwrap()).unwrap();
        assert!(!format!("{known:?}").contains("hunter2"));
        assert_eq!((known.web_acl, known.enabled), (None, true));
        let [web, spare] = known.origins.as_slice() else { panic!("{:?}", known.origins) };
        assert_eq!((web.custom_headers[0].as_str(), web.https_port), ("X-Origin", Some(443)));
        assert_eq!(spare.vpc_origin.as_deref(), Some("vo_1"));
        assert!(web.viewers_in_clear && spare.viewers_in_clear, "by the group");
    }

    #[test]
    fn what_is_not_understood_of_a_distribution_is_no_answer() {
        for (right, wrong) in [
            (">allow-all<", ">teapot<"),
            ("<TargetOriginId>both<", "<TargetOriginId>neither<"),
            ("<OriginGroups>", "<Teapots>"),
        ] {
            let closed = format!("</{}", &right[1..]);
            let xml = XML.replace(right, wrong).replace(&closed, &format!("</{}", &wrong[1..]));
            let page: ListXml<DistributionXml> = quick_xml::de::from_str(&xml).unwrap();
            assert!(distribution(page.items.list.into_iter().next().unwrap()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_empty_list_is_empty_and_a_page_of_something_else_is_no_answer() {
        let empty = "<VpcOriginList><IsTruncated>false</IsTruncated><Quantity>0</Quantity>\
                     </VpcOriginList>";
        let page: ListXml<VpcOriginXml> = quick_xml::de::from_str(empty).unwrap();
        assert!(page.items.list.is_empty());
        assert!(quick_xml::de::from_str::<ListXml<VpcOriginXml>>("<html/>").is_err());
    }
}
