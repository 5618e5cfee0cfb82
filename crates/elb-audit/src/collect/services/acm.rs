//! ACM: the certificates that listeners present, in bulk where there are several.

use std::collections::BTreeMap;

use aws_sdk_acm::Client;
use aws_sdk_acm::types::{
    self as sdk, AcmCertificateMetadataFilter, CertificateFilter, CertificateFilterStatement,
    CertificateMetadata, CertificateSearchResult, GeneralName,
};
use elb_audit_core::inventory::{Certificate, CertificateDetail, DomainValidation};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Gap, Reason};

use crate::aws::api::ApiClient;
use crate::aws::timestamp;
use crate::aws::verbatim::Verbatim;

mod n2;

/// Every certificate of the region that something uses; empty when the bulk call is not to be had, so
/// that each one is asked for by itself.
pub(crate) async fn in_use(api: &ApiClient, client: &Client) -> BTreeMap<String, Certificate> {
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
        let verbatim = Verbatim::default();
        let request = request.customize().interceptor(verbatim.clone());
        api.call(call, None, request.send()).await.map(|answer| {
            let mut more = n2::found(&verbatim.text());
            let certificates = answer.results.map(|all| {
                let all = all.into_iter().filter_map(|result| searched(api, result));
                all.map(|one| more.remove(&one.arn).unwrap_or_default().added_to(one)).collect()
            });
            (certificates, answer.next_token)
        })
    };
    let (found, _): (Vec<Certificate>, _) = api.pages(call, page).await;
    found.into_iter().map(|one| (one.arn.clone(), one)).collect()
}

fn searched(api: &ApiClient, result: CertificateSearchResult) -> Option<Certificate> {
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
    let usages = attributes.extended_key_usages.unwrap_or_default();
    Some(Certificate {
        names: attributes
            .subject_alternative_names
            .unwrap_or_default()
            .into_iter()
            .filter_map(dns)
            .collect(),
        status: metadata.status.map(|status| status.as_str().to_owned()),
        kind: metadata.r#type.map(|kind| kind.as_str().to_owned()),
        key_algorithm: key_fact(api, Call::AcmSearchCertificates, &arn, algorithm),
        not_before: attributes.not_before.as_ref().and_then(timestamp),
        not_after: attributes.not_after.as_ref().and_then(timestamp),
        export: metadata.export_option.map(|text| text.as_str().to_owned()),
        validation_method: metadata.validation_method.map(|text| text.as_str().to_owned()),
        renewal_eligibility: metadata.renewal_eligibility.map(|text| text.as_str().to_owned()),
        renewal_status: metadata.renewal_status.map(|text| text.as_str().to_owned()),
        root_hierarchy: None,
        usage: None,
        extended_key_usages: usages.iter().map(|usage| usage.as_str().to_owned()).collect(),
        detail: Fact::not_collected(Call::AcmDescribeCertificate),
        arn,
    })
}

/// One certificate.
pub(crate) async fn describe(api: &ApiClient, client: &Client, arn: &str) -> Fact<Certificate> {
    let call = Call::AcmDescribeCertificate;
    let verbatim = Verbatim::default();
    let request = client.describe_certificate().certificate_arn(arn).customize();
    let request = request.interceptor(verbatim.clone()).send();
    let detail = match api.call(call, Some(arn), request).await {
        Fact::Known(answer) => answer.certificate,
        Fact::Unread(gap) => return Fact::Unread(gap),
    };
    let Some(found) = detail else {
        let gap = Gap::new(call, Reason::Malformed).saying("the answer holds no certificate");
        return Fact::Unread(api.located(gap, Some(arn)));
    };
    let mut names = Vec::from_iter(found.domain_name.clone());
    for name in found.subject_alternative_names.clone().unwrap_or_default() {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let algorithm = found.key_algorithm.as_ref().map(|key| key.as_str().to_owned());
    let options = found.options.as_ref();
    let mut proven = found.domain_validation_options.iter().flatten();
    let method = proven.find_map(|one| one.validation_method.as_ref());
    let method = method.or(options.and_then(|options| options.validation_method.as_ref()));
    let usages = found.extended_key_usages.iter().flatten();
    let usages = usages.filter_map(|usage| usage.name.as_ref());
    let usages = usages.map(|name| name.as_str().to_owned()).collect();
    let certificate = Certificate {
        arn: arn.to_owned(),
        names,
        status: found.status.as_ref().map(|status| status.as_str().to_owned()),
        kind: found.r#type.as_ref().map(|kind| kind.as_str().to_owned()),
        key_algorithm: key_fact(api, call, arn, algorithm),
        not_before: found.not_before.as_ref().and_then(timestamp),
        not_after: found.not_after.as_ref().and_then(timestamp),
        export: options
            .and_then(|options| options.export.as_ref())
            .map(|text| text.as_str().to_owned()),
        validation_method: method.map(|text| text.as_str().to_owned()),
        renewal_eligibility: found
            .renewal_eligibility
            .as_ref()
            .map(|text| text.as_str().to_owned()),
        renewal_status: found
            .renewal_summary
            .as_ref()
            .map(|summary| summary.renewal_status.as_str().to_owned()),
        root_hierarchy: None,
        usage: None,
        extended_key_usages: usages,
        detail: Fact::Known(detail_of(found)),
    };
    Fact::Known(n2::described(&verbatim.text()).added_to(certificate))
}

/// What the bulk call leaves out. The proofs and the failure are those of the renewal, if there is one.
fn detail_of(found: sdk::CertificateDetail) -> CertificateDetail {
    let (validations, failure) = match found.renewal_summary {
        Some(renewal) => (
            renewal.domain_validation_options,
            renewal.renewal_status_reason.or(found.failure_reason),
        ),
        None => (found.domain_validation_options.unwrap_or_default(), found.failure_reason),
    };
    CertificateDetail {
        signature_algorithm: found.signature_algorithm,
        issuer: found.issuer,
        subject: found.subject,
        failure: failure.map(|reason| reason.as_str().to_owned()),
        validations: validations.into_iter().map(validation).collect(),
    }
}

fn validation(found: sdk::DomainValidation) -> DomainValidation {
    let record = found
        .resource_record
        .map(|record| format!("{} {} {}", record.name, record.r#type.as_str(), record.value));
    DomainValidation {
        domain: found.domain_name,
        method: found.validation_method.map(|method| method.as_str().to_owned()),
        status: found.validation_status.map(|status| status.as_str().to_owned()),
        record,
    }
}

fn key_fact(api: &ApiClient, call: Call, arn: &str, algorithm: Option<String>) -> Fact<String> {
    algorithm.map_or_else(
        || {
            let gap = Gap::new(call, Reason::Malformed).saying("the answer has no KeyAlgorithm");
            Fact::Unread(api.located(gap, Some(arn)))
        },
        Fact::Known,
    )
}
