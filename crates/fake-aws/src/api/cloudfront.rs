//! `CloudFront`: distributions and origins inside VPCs.

use super::{Context, XmlResult};
use crate::epoch;
use crate::model::certificate::EPOCH;
use crate::model::distribution::{Distribution, Origin, VpcOrigin};
use crate::page::{Page, Paging};
use crate::xml::Xml;

const PAGING: Paging =
    Paging { size: "MaxItems", token: "Marker", least: 1, most: 1000, default: 100 };

pub(super) fn result(context: &Context<'_>) -> XmlResult {
    match context.call.action.as_str() {
        "ListDistributions" => {
            let page = context.page(context.account.distributions.iter().collect(), PAGING)?;
            let names = ("DistributionList", "DistributionSummary");
            Ok(list(context, names, page, |xml, one| distribution(context, xml, one)))
        }
        "ListVpcOrigins" => {
            let page = context.page(context.account.vpc_origins.iter().collect(), PAGING)?;
            let names = ("VpcOriginList", "VpcOriginSummary");
            Ok(list(context, names, page, |xml, one| vpc_origin(context, xml, one)))
        }
        _ => context.unknown(),
    }
}

/// A list with what every list says of its pages.
fn list<T>(
    context: &Context<'_>,
    (name, item): (&str, &str),
    page: Page<T>,
    mut write: impl FnMut(&mut Xml, T),
) -> Xml {
    let of = |name: &str| context.call.get(name);
    let mut xml = Xml::query();
    xml.root(name, context.call.family.namespace(), |xml| {
        xml.text("Marker", of("Marker").unwrap_or_default());
        xml.maybe("NextMarker", page.next.as_ref());
        xml.text("MaxItems", of("MaxItems").unwrap_or("100"));
        xml.text("IsTruncated", page.next.is_some());
        xml.text("Quantity", page.items.len());
        if !page.items.is_empty() {
            xml.node("Items", |xml| {
                for one in page.items {
                    xml.node(item, |xml| write(xml, one));
                }
            });
        }
    });
    xml
}

/// Items with their number; without any, the number alone.
fn counted<T>(
    xml: &mut Xml,
    (name, item): (&str, &str),
    all: &[T],
    content: impl Fn(&mut Xml, &T),
) {
    xml.node(name, |xml| {
        xml.text("Quantity", all.len());
        if !all.is_empty() {
            xml.node("Items", |xml| {
                for one in all {
                    xml.node(item, |xml| content(xml, one));
                }
            });
        }
    });
}

fn words(xml: &mut Xml, names: (&str, &str), all: &[String]) {
    counted(xml, names, all, |xml, word| xml.write(word));
}

fn distribution(context: &Context<'_>, xml: &mut Xml, one: &Distribution) {
    let arn = context.place.global_arn("cloudfront", &format!("distribution/{}", one.id));
    xml.text("Id", &one.id);
    xml.text("ARN", arn);
    xml.text("Status", &one.status);
    xml.text("LastModifiedTime", epoch::iso(EPOCH));
    xml.text("DomainName", format!("d{}.cloudfront.net", one.id[1..].to_lowercase()));
    words(xml, ("Aliases", "CNAME"), &one.aliases);
    counted(xml, ("Origins", "Origin"), &one.origins, origin);
    xml.node("OriginGroups", |xml| xml.text("Quantity", 0));
    xml.node("DefaultCacheBehavior", |xml| {
        xml.maybe("TargetOriginId", one.origins.first().map(|origin| &origin.domain));
        xml.text("ViewerProtocolPolicy", &one.viewer_policy);
        xml.text("Compress", true);
    });
    xml.node("CacheBehaviors", |xml| xml.text("Quantity", 0));
    xml.node("CustomErrorResponses", |xml| xml.text("Quantity", 0));
    xml.text("Comment", "");
    xml.text("PriceClass", "PriceClass_All");
    xml.text("Enabled", one.enabled);
    xml.node("ViewerCertificate", |xml| viewer_certificate(xml, one));
    xml.node("Restrictions", |xml| {
        xml.node("GeoRestriction", |xml| {
            xml.text("RestrictionType", "none");
            xml.text("Quantity", 0);
        });
    });
    xml.text("WebACLId", one.web_acl.as_deref().unwrap_or_default());
    xml.text("HttpVersion", "http2");
    xml.text("IsIPV6Enabled", true);
    xml.text("Staging", false);
}

fn viewer_certificate(xml: &mut Xml, one: &Distribution) {
    xml.text("CloudFrontDefaultCertificate", one.certificate.is_none());
    if let Some(arn) = &one.certificate {
        xml.text("ACMCertificateArn", arn);
        xml.text("SSLSupportMethod", "sni-only");
    }
    let least = if one.certificate.is_some() { "TLSv1.2_2021" } else { "TLSv1" };
    xml.text("MinimumProtocolVersion", least);
}

fn origin(xml: &mut Xml, one: &Origin) {
    xml.text("Id", &one.domain);
    xml.text("DomainName", &one.domain);
    xml.text("OriginPath", "");
    counted(xml, ("CustomHeaders", "OriginCustomHeader"), &one.headers, |xml, (name, value)| {
        xml.text("HeaderName", name);
        xml.text("HeaderValue", value);
    });
    if let Some(vpc_origin) = &one.vpc_origin {
        xml.node("VpcOriginConfig", |xml| {
            xml.text("VpcOriginId", vpc_origin);
            xml.text("OriginReadTimeout", 30);
            xml.text("OriginKeepaliveTimeout", 5);
        });
    } else {
        xml.node("CustomOriginConfig", |xml| {
            xml.text("HTTPPort", 80);
            xml.text("HTTPSPort", 443);
            xml.text("OriginProtocolPolicy", &one.protocol_policy);
            words(xml, ("OriginSslProtocols", "SslProtocol"), &one.tls);
        });
    }
    xml.text("ConnectionAttempts", 3);
    xml.text("ConnectionTimeout", 10);
}

fn vpc_origin(context: &Context<'_>, xml: &mut Xml, one: &VpcOrigin) {
    xml.text("Id", &one.id);
    xml.text("Name", &one.name);
    xml.text("Status", &one.status);
    xml.text("CreatedTime", epoch::iso(EPOCH));
    xml.text("LastModifiedTime", epoch::iso(EPOCH));
    xml.text("Arn", context.place.global_arn("cloudfront", &format!("vpcorigin/{}", one.id)));
    xml.text("AccountId", &context.account.id);
    xml.text("OriginEndpointArn", &one.endpoint);
}
