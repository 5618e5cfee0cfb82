//! What ACM says of Amazon N2 certificates alone, which `aws-sdk-acm` 1.126 does not know.

use std::collections::HashMap;

use elb_audit_core::inventory::Certificate;
use serde::Deserialize;

/// What a certificate is for, and where its chain ends.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct N2 {
    certificate_usage: Option<String>,
    root_hierarchy_type: Option<String>,
}

impl N2 {
    /// The certificate with it.
    pub(super) fn added_to(self, mut certificate: Certificate) -> Certificate {
        certificate.usage = self.certificate_usage;
        certificate.root_hierarchy = self.root_hierarchy_type;
        certificate
    }
}

#[derive(Deserialize)]
struct Described {
    #[serde(rename = "Certificate", default)]
    certificate: N2,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Found {
    #[serde(default)]
    results: Vec<FoundOne>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FoundOne {
    certificate_arn: Option<String>,
    certificate_metadata: Option<Metadata>,
}

#[derive(Deserialize)]
struct Metadata {
    #[serde(rename = "AcmCertificateMetadata")]
    acm: Option<N2>,
}

/// In an answer of `DescribeCertificate`. One that cannot be read has failed before.
pub(super) fn described(answer: &str) -> N2 {
    serde_json::from_str(answer).map(|found: Described| found.certificate).unwrap_or_default()
}

/// In an answer of `SearchCertificates`, by ARN.
pub(super) fn found(answer: &str) -> HashMap<String, N2> {
    let results =
        serde_json::from_str(answer).map(|found: Found| found.results).unwrap_or_default();
    let one = |one: FoundOne| Some((one.certificate_arn?, one.certificate_metadata?.acm?));
    results.into_iter().filter_map(one).collect()
}
