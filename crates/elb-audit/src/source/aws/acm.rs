//! ACM: the certificates that listeners present, in bulk where there are several.

use std::collections::BTreeMap;

use aws_sdk_acm::Client;
use aws_sdk_acm::types::{
    AcmCertificateMetadataFilter, CertificateFilter, CertificateFilterStatement,
    CertificateMetadata, CertificateSearchResult, GeneralName,
};
use elb_audit_core::call::Call;
use elb_audit_core::fact::{Fact, Gap, Reason};
use elb_audit_core::inventory::Certificate;

use super::ask::Asker;
use super::timestamp;

/// Every certificate of the region that something uses; empty when the bulk call is not to be had, so
/// that each one is asked for by itself.
pub(crate) async fn in_use(asker: &Asker, client: &Client) -> BTreeMap<String, Certificate> {
    let call = Call::AcmSearchCertificates;
    let filter = CertificateFilterStatement::Filter(
        CertificateFilter::AcmCertificateMetadataFilter(AcmCertificateMetadataFilter::InUse(true)),
    );
    let page = |marker| async {
        let request = client
            .search_certificates()
            .filter_statement(filter.clone())
            .max_results(500)
            .set_next_token(marker);
        asker
            .ask(call, None, request.send())
            .await
            .map(|answer| (answer.results, answer.next_token))
    };
    let (found, _) = asker.pages(call, page).await;
    found.into_iter().filter_map(|result| searched(asker, result)).collect()
}

fn searched(asker: &Asker, result: CertificateSearchResult) -> Option<(String, Certificate)> {
    let arn = result.certificate_arn?;
    let attributes = result.x509_attributes?;
    let Some(CertificateMetadata::AcmCertificateMetadata(metadata)) = result.certificate_metadata
    else {
        return None;
    };
    let dns = |name: GeneralName| match name {
        GeneralName::DnsName(name) => Some(name),
        _ => None,
    };
    let algorithm = attributes.key_algorithm.map(|key| key.as_str().to_owned());
    let certificate = Certificate {
        names: attributes
            .subject_alternative_names
            .unwrap_or_default()
            .into_iter()
            .filter_map(dns)
            .collect(),
        status: metadata.status.map(|status| status.as_str().to_owned()),
        kind: metadata.r#type.map(|kind| kind.as_str().to_owned()),
        key_algorithm: key_fact(asker, Call::AcmSearchCertificates, (&arn, algorithm)),
        not_after: attributes.not_after.as_ref().and_then(timestamp),
        renewal_eligibility: metadata.renewal_eligibility.map(|text| text.as_str().to_owned()),
        renewal_status: metadata.renewal_status.map(|text| text.as_str().to_owned()),
        arn: arn.clone(),
    };
    Some((arn, certificate))
}

/// One certificate.
pub(crate) async fn describe(asker: &Asker, client: &Client, arn: &str) -> Fact<Certificate> {
    let call = Call::AcmDescribeCertificate;
    let request = client.describe_certificate().certificate_arn(arn).send();
    let detail = match asker.ask(call, Some(arn), request).await {
        Fact::Known(answer) => answer.certificate,
        Fact::Unread(gap) => return Fact::Unread(gap),
    };
    let Some(detail) = detail else {
        let gap = Gap::new(call, Reason::Malformed).saying("the answer holds no certificate");
        return Fact::Unread(asker.placed(gap, Some(arn)));
    };
    let mut names = Vec::from_iter(detail.domain_name);
    for name in detail.subject_alternative_names.unwrap_or_default() {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let algorithm = detail.key_algorithm.map(|key| key.as_str().to_owned());
    Fact::Known(Certificate {
        arn: arn.to_owned(),
        names,
        status: detail.status.map(|status| status.as_str().to_owned()),
        kind: detail.r#type.map(|kind| kind.as_str().to_owned()),
        key_algorithm: key_fact(asker, call, (arn, algorithm)),
        not_after: detail.not_after.as_ref().and_then(timestamp),
        renewal_eligibility: detail.renewal_eligibility.map(|text| text.as_str().to_owned()),
        renewal_status: detail
            .renewal_summary
            .map(|summary| summary.renewal_status.as_str().to_owned()),
    })
}

fn key_fact(asker: &Asker, call: Call, (arn, algorithm): (&str, Option<String>)) -> Fact<String> {
    algorithm.map_or_else(
        || {
            let gap = Gap::new(call, Reason::Malformed).saying("the answer has no KeyAlgorithm");
            Fact::Unread(asker.placed(gap, Some(arn)))
        },
        Fact::Known,
    )
}
