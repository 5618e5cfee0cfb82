//! IAM: server certificates, which Classic and old listeners still present.

use der::Decode as _;
use der::asn1::UintRef;
use der::oid::ObjectIdentifier;
use elb_audit_core::call::Call;
use elb_audit_core::fact::{Fact, Gap, Reason};
use elb_audit_core::inventory::Certificate;
use jiff::Timestamp;
use serde::Deserialize;
use x509_cert::der::DecodePem as _;

use super::ask::Asker;
use super::query::Client;

#[derive(Debug, Deserialize)]
struct ListAnswer {
    #[serde(rename = "ListServerCertificatesResult")]
    result: ListResult,
}

#[derive(Debug, Deserialize)]
struct ListResult {
    #[serde(rename = "ServerCertificateMetadataList")]
    list: Members,
    #[serde(rename = "IsTruncated", default)]
    truncated: bool,
    #[serde(rename = "Marker")]
    marker: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Members {
    #[serde(default)]
    member: Vec<Metadata>,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    #[serde(rename = "Arn")]
    arn: String,
    #[serde(rename = "Expiration")]
    expiration: Option<Timestamp>,
}

/// The account's server certificates, with the keys of those that listeners present.
pub(crate) async fn server_certificates(
    asker: &Asker,
    client: &Client,
    (in_use, with_keys): (&[String], bool),
) -> Fact<Vec<Certificate>> {
    let (list, keys) = tokio::join!(
        list(asker, client),
        futures::future::join_all(in_use.iter().map(move |arn| async move {
            let key = if with_keys {
                key_algorithm(asker, client, arn).await
            } else {
                Fact::not_collected(Call::IamGetServerCertificate)
            };
            (arn.as_str(), key)
        }))
    );
    list.map(|list| {
        let known = |metadata: Metadata| {
            let key = keys.iter().find(|(arn, _)| *arn == metadata.arn);
            Certificate {
                names: metadata.arn.rsplit('/').next().map(str::to_owned).into_iter().collect(),
                status: None,
                kind: None,
                key_algorithm: key.map_or_else(
                    || Fact::not_collected(Call::IamGetServerCertificate),
                    |(_, algorithm)| algorithm.clone(),
                ),
                not_before: None,
                not_after: metadata.expiration,
                export: None,
                validation_method: None,
                detail: Fact::not_collected(Call::IamGetServerCertificate),
                renewal_eligibility: None,
                renewal_status: None,
                arn: metadata.arn,
            }
        };
        let used = list.into_iter().filter(|metadata| in_use.contains(&metadata.arn));
        used.map(known).collect()
    })
}

async fn list(asker: &Asker, client: &Client) -> Fact<Vec<Metadata>> {
    let call = Call::IamListServerCertificates;
    let page = move |marker: Option<String>| async move {
        let mut parameters = vec![("MaxItems", "1000")];
        if let Some(marker) = &marker {
            parameters.push(("Marker", marker));
        }
        let answer =
            asker.ask(call, None, client.form::<ListAnswer>(call.operation(), &parameters));
        answer.await.map(|answer| {
            let result = answer.result;
            (Some(result.list.member), result.marker.filter(|_| result.truncated))
        })
    };
    asker.whole(call, page).await
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

/// Algorithm and size of a certificate's key, which IAM tells only in the certificate itself.
async fn key_algorithm(asker: &Asker, client: &Client, arn: &str) -> Fact<String> {
    let call = Call::IamGetServerCertificate;
    let name = arn.rsplit('/').next().unwrap_or(arn);
    let parameters = [("ServerCertificateName", name)];
    let answer = client.form::<GetAnswer>(call.operation(), &parameters);
    match asker.ask(call, Some(arn), answer).await {
        Fact::Unread(gap) => Fact::Unread(gap),
        Fact::Known(answer) => key_of(&answer.result.certificate.body).map_or_else(
            || {
                let said = "the certificate's key is unreadable";
                let gap = Gap::new(call, Reason::Malformed).saying(said);
                Fact::Unread(asker.placed(gap, Some(arn)))
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

/// The key of a PEM certificate, in ACM's spelling: `RSA_2048`, `EC_prime256v1`.
fn key_of(pem: &str) -> Option<String> {
    let certificate = x509_cert::Certificate::from_pem(pem.trim()).ok()?;
    let key = certificate.tbs_certificate().subject_public_key_info();
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
