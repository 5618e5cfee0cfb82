//! IAM: server certificates, which Classic and old listeners still present.

use der::Decode as _;
use der::asn1::UintRef;
use der::oid::ObjectIdentifier;
use elb_audit_core::inventory::{Certificate, CertificateDetail};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Gap, Reason};
use jiff::Timestamp;
use serde::Deserialize;
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::der::DecodePem as _;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use crate::aws::api::ApiClient;
use crate::aws::query::{Client, Members};
use crate::aws::strict;

#[derive(Debug, Deserialize)]
struct ListAnswer {
    #[serde(rename = "ListServerCertificatesResult")]
    result: ListResult,
}

#[derive(Debug, Deserialize)]
struct ListResult {
    #[serde(rename = "ServerCertificateMetadataList")]
    list: Members<Metadata>,
    #[serde(rename = "IsTruncated")]
    truncated: bool,
    #[serde(rename = "Marker")]
    marker: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    #[serde(rename = "Arn", deserialize_with = "strict::text")]
    arn: String,
    #[serde(rename = "Expiration")]
    expiration: Timestamp,
}

/// The account's server certificates, with what those that listeners present say themselves.
pub(crate) async fn server_certificates(
    api: &ApiClient,
    client: &Client,
    in_use: &[String],
    with_content: bool,
) -> Fact<Vec<Certificate>> {
    let (list, contents) = tokio::join!(
        list(api, client),
        futures::future::join_all(in_use.iter().map(move |arn| async move {
            let content = if with_content {
                content(api, client, arn).await
            } else {
                Fact::not_collected(Call::IamGetServerCertificate)
            };
            (arn.as_str(), content)
        }))
    );
    list.map(|list| {
        let of = |metadata: Metadata| {
            let content = contents.iter().find(|(arn, _)| *arn == metadata.arn);
            content.map(|(_, content)| certificate(metadata, content))
        };
        list.into_iter().filter_map(of).collect()
    })
}

/// A certificate as the list and its content tell it. IAM's name for it stands in for names that it does
/// not have, or that were not read.
fn certificate(metadata: Metadata, content: &Fact<Content>) -> Certificate {
    let known = content.get().ok();
    let label = metadata.arn.rsplit('/').next().map(str::to_owned);
    let names = known.map(|content| content.names.clone()).filter(|names| !names.is_empty());
    Certificate {
        names: names.unwrap_or_else(|| label.into_iter().collect()),
        status: None,
        kind: None,
        key_algorithm: content.clone().map(|content| content.key),
        not_before: known.and_then(|content| content.not_before),
        not_after: Some(metadata.expiration),
        export: None,
        validation_method: None,
        renewal_eligibility: None,
        renewal_status: None,
        root_hierarchy: None,
        usage: None,
        extended_key_usages: Vec::new(),
        detail: content.clone().map(|content| content.detail),
        arn: metadata.arn,
    }
}

async fn list(api: &ApiClient, client: &Client) -> Fact<Vec<Metadata>> {
    let call = Call::IamListServerCertificates;
    let page = move |marker: Option<String>| async move {
        let mut parameters = vec![("MaxItems", "1000")];
        if let Some(marker) = &marker {
            parameters.push(("Marker", marker));
        }
        let answer = api.call(call, None, client.form::<ListAnswer>(call.operation(), &parameters));
        answer.await.and_then(|answer| {
            let result = answer.result;
            let next = api.next_marker(call, None, result.truncated, result.marker)?;
            Ok((Some(result.list.member), next))
        })
    };
    api.all_pages(call, page).await
}

#[derive(Debug, Deserialize)]
struct GetAnswer {
    #[serde(rename = "GetServerCertificateResult")]
    result: GetResult,
}

#[derive(Debug, Deserialize)]
struct GetResult {
    #[serde(rename = "ServerCertificate")]
    certificate: Body,
}

#[derive(Debug, Deserialize)]
struct Body {
    #[serde(rename = "CertificateBody")]
    body: String,
}

/// What IAM tells only in the certificate itself.
#[derive(Clone, Debug)]
struct Content {
    names: Vec<String>,
    key: String,
    not_before: Option<Timestamp>,
    detail: CertificateDetail,
}

async fn content(api: &ApiClient, client: &Client, arn: &str) -> Fact<Content> {
    let call = Call::IamGetServerCertificate;
    let name = arn.rsplit('/').next().unwrap_or(arn);
    let parameters = [("ServerCertificateName", name)];
    let answer = client.form::<GetAnswer>(call.operation(), &parameters);
    match api.call(call, Some(arn), answer).await {
        Fact::Unread(gap) => Fact::Unread(gap),
        Fact::Known(answer) => content_of(&answer.result.certificate.body).map_or_else(
            || {
                let said = "the certificate or its key is unreadable";
                let gap = Gap::new(call, Reason::Malformed).saying(said);
                Fact::Unread(api.located(gap, Some(arn)))
            },
            Fact::Known,
        ),
    }
}

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// Curves by the names that ACM gives them.
const CURVES: [(ObjectIdentifier, &str); 3] = [
    (ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"), "EC_prime256v1"),
    (ObjectIdentifier::new_unwrap("1.3.132.0.34"), "EC_secp384r1"),
    (ObjectIdentifier::new_unwrap("1.3.132.0.35"), "EC_secp521r1"),
];

/// Signature algorithms by the names that ACM gives them.
const SIGNATURES: [(ObjectIdentifier, &str); 12] = [
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.2"), "MD2WITHRSA"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.4"), "MD5WITHRSA"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.5"), "SHA1WITHRSA"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.14"), "SHA224WITHRSA"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11"), "SHA256WITHRSA"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12"), "SHA384WITHRSA"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13"), "SHA512WITHRSA"),
    (ObjectIdentifier::new_unwrap("1.2.840.10045.4.1"), "SHA1WITHECDSA"),
    (ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.1"), "SHA224WITHECDSA"),
    (ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2"), "SHA256WITHECDSA"),
    (ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3"), "SHA384WITHECDSA"),
    (ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.4"), "SHA512WITHECDSA"),
];

/// Reads a PEM certificate.
fn content_of(pem: &str) -> Option<Content> {
    let certificate = x509_cert::Certificate::from_pem(pem.trim()).ok()?;
    let inner = certificate.tbs_certificate();
    let signed = certificate.signature_algorithm().oid;
    let algorithm = SIGNATURES.iter().find(|(oid, _)| *oid == signed);
    let since = inner.validity().not_before.to_unix_duration().as_secs();
    let alternative = inner.get_extension::<SubjectAltName>().ok()?;
    let alternative = alternative.map(|(_, names)| names.0).unwrap_or_default();
    let dns = |name: GeneralName| match name {
        GeneralName::DnsName(name) => Some(name.to_string()),
        _ => None,
    };
    let mut names: Vec<String> = inner.subject().iter().filter_map(common_name).collect();
    for name in alternative.into_iter().filter_map(dns) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Some(Content {
        names,
        key: key_of(inner.subject_public_key_info())?,
        not_before: i64::try_from(since).ok().and_then(|at| Timestamp::from_second(at).ok()),
        detail: CertificateDetail {
            signature_algorithm: Some(
                algorithm.map_or_else(|| signed.to_string(), |(_, name)| (*name).to_owned()),
            ),
            issuer: Some(inner.issuer().to_string()),
            subject: Some(inner.subject().to_string()),
            ..CertificateDetail::default()
        },
    })
}

/// The value of a subject's part that is a common name.
fn common_name(part: &AttributeTypeAndValue) -> Option<String> {
    const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
    let text = std::str::from_utf8(part.value.value()).ok()?;
    (part.oid == COMMON_NAME).then(|| text.to_owned())
}

/// A certificate's key, in ACM's spelling: `RSA_2048`, `EC_prime256v1`.
fn key_of(key: &SubjectPublicKeyInfoOwned) -> Option<String> {
    if key.algorithm.oid == RSA {
        let bits = key.subject_public_key.as_bytes()?;
        let public: pkcs1::RsaPublicKey<UintRef> = pkcs1::RsaPublicKey::from_der(bits).ok()?;
        let modulus = public.modulus.as_bytes();
        let unused = modulus.first().map_or(0, |byte| byte.leading_zeros() as usize);
        return Some(format!("RSA_{}", modulus.len() * 8 - unused));
    }
    if key.algorithm.oid != EC {
        return Some(key.algorithm.oid.to_string());
    }
    let curve: ObjectIdentifier = key.algorithm.parameters.as_ref()?.decode_as().ok()?;
    let named = CURVES.iter().find(|(oid, _)| *oid == curve);
    Some(named.map_or_else(|| curve.to_string(), |(_, name)| (*name).to_owned()))
}
