//! IAM: server certificates.

use super::{Context, XmlResult};
use crate::answer::Refusal;
use crate::epoch;
use crate::model::arn::id;
use crate::model::certificate::ServerCertificate;
use crate::page::Paging;
use crate::xml::Xml;

const PAGING: Paging =
    Paging { size: "MaxItems", token: "Marker", least: 1, most: 1000, default: 100 };

pub(super) fn result(context: &Context<'_>) -> XmlResult {
    match context.call.action.as_str() {
        "ListServerCertificates" => list(context),
        "GetServerCertificate" => get(context),
        _ => context.unknown(),
    }
}

fn list(context: &Context<'_>) -> XmlResult {
    let prefix = context.call.get("PathPrefix").unwrap_or("/");
    let known = context.account.server_certificates.iter();
    let page = context.page(known.filter(|one| one.path.starts_with(prefix)).collect(), PAGING)?;
    let mut xml = Xml::query();
    xml.list("ServerCertificateMetadataList", page.items, |xml, one| {
        metadata(context, xml, one);
    });
    xml.text("IsTruncated", page.next.is_some());
    xml.maybe("Marker", page.next);
    Ok(xml)
}

fn get(context: &Context<'_>) -> XmlResult {
    let name = context.call.get("ServerCertificateName").unwrap_or_default();
    let known = context.account.server_certificates.iter().find(|one| one.name == name);
    let Some(one) = known else {
        return Err(Refusal::with_status(
            404,
            "NoSuchEntity",
            format!("The Server Certificate with name {name} cannot be found."),
        ));
    };
    let mut xml = Xml::query();
    xml.node("ServerCertificate", |xml| {
        xml.node("ServerCertificateMetadata", |xml| metadata(context, xml, one));
        xml.text("CertificateBody", &one.body);
    });
    Ok(xml)
}

fn metadata(context: &Context<'_>, xml: &mut Xml, one: &ServerCertificate) {
    xml.text("ServerCertificateName", &one.name);
    xml.text("Path", &one.path);
    xml.text(
        "Arn",
        context.place.global_arn("iam", &format!("server-certificate{}{}", one.path, one.name)),
    );
    xml.text("ServerCertificateId", format!("ASCA{}", id(&[&one.name]).to_uppercase()));
    xml.maybe("UploadDate", one.uploaded.map(epoch::iso));
    xml.maybe("Expiration", one.expiration.map(epoch::iso));
}
