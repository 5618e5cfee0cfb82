//! The signature of a certificate in use can be forged.

use crate::checks::prelude::*;
use crate::checks::shared::{causes, renewal};
use crate::remedy::plan::{self, Plan};

/// Hashes for which two texts of one value have been found.
const BROKEN: &[&str] = &["MD2", "MD4", "MD5", "SHA1"];
/// Hashes and schemes without any such weakness. RSA with PSS names its hash apart.
const SOUND: &[&str] =
    &["SHA224", "SHA256", "SHA384", "SHA512", "SHA3", "ED25519", "ED448", "MLDSA"];

pub(crate) const CHECK: Check = Check {
    id: "certificate-weak-signature",
    aliases: &["cert-sha1"],
    title: "certificate is signed with SHA-1 or MD5",
    severity: Severity::Medium,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "Two certificates with one SHA-1 or MD5 value have been made: an attacker who gets one of \
          them signed has the other one too. Browsers refuse both hashes.",
    logic: "Looks at imported certificates and those kept in IAM. Fails when the signature \
            algorithm contains SHA1, MD5, MD4 or MD2, in any spelling; passes on SHA-2, SHA-3, \
            Ed25519, Ed448 and ML-DSA. Another name, or none, is unknown. Passes on what ACM \
            issues, publicly or by a private authority: it signs with SHA-2 and better.",
    false_alarms: "A client that pins a self-signed certificate does not look at its signature.",
    fix: "replace it with a certificate that is signed with SHA-256 or better",
    remedy: Remedy::steps(Steps {
        console: "ACM console: open the certificate and Reimport one that is signed with SHA-256, \
                  or request one from ACM.",
        cli: r#"
            # one that is signed with SHA-256 or better, under the same ARN;
            # its key has to be of the same type and size
            aws acm import-certificate --certificate-arn IMPORTED_CERTIFICATE_ID \
              --certificate fileb://certificate.pem --private-key fileb://key.pem \
              --certificate-chain fileb://chain.pem

            # one that is signed with SHA-256 or better, now in ACM: IAM cannot change
            # IAM_CERTIFICATE_NAME
            new_certificate=$(aws acm import-certificate --query CertificateArn --output text \
              --certificate fileb://certificate.pem --private-key fileb://key.pem \
              --certificate-chain fileb://chain.pem)

            # where it is the listener's default certificate
            aws elbv2 modify-listener --listener-arn IAM_LISTENER_ARN \
              --certificates "CertificateArn=$new_certificate"

            # where the listener chooses it by the name that a client asks for
            aws elbv2 add-listener-certificates --listener-arn IAM_SNI_LISTENER_ARN \
              --certificates "CertificateArn=$new_certificate"
            aws elbv2 remove-listener-certificates --listener-arn IAM_SNI_LISTENER_ARN \
              --certificates CertificateArn=CERTIFICATE_ID

            aws elb set-load-balancer-listener-ssl-certificate \
              --load-balancer-name LOAD_BALANCER_NAME --load-balancer-port IAM_LISTENER_PORT \
              --ssl-certificate-id "$new_certificate""#,
        terraform: r#"
            resource "aws_acm_certificate" "this" {
              certificate_body  = file("certificate.pem")
              private_key       = file("key.pem")
              certificate_chain = file("chain.pem")
            }"#,
        cloudformation: r"
            Certificate:
              Type: AWS::CertificateManager::Certificate
              Properties:
                DomainName: www.example.com
                ValidationMethod: DNS
                DomainValidationOptions:
                  - DomainName: www.example.com
                    HostedZoneId: HOSTED_ZONE_ID",
    })
    .planned(Plan::By(plan::other_certificate)),
    links: &[
        "https://docs.aws.amazon.com/acm/latest/userguide/import-reimport.html",
        "https://docs.aws.amazon.com/acm/latest/userguide/import-certificate-prerequisites.html",
    ],
    needs: super::READ,
    examples: &[
        Example {
            title: "imported, SHA-1",
            given: || signed("SHA1WITHRSA"),
            finds: &["fail certificate-weak-signature www.example.com"],
        },
        Example {
            title: "the spelling of OpenSSL",
            given: || signed("ecdsa-with-SHA1"),
            finds: &["fail certificate-weak-signature www.example.com"],
        },
        Example {
            title: "imported, its signature unread",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.kind = Some("IMPORTED".to_owned());
                    certificate.detail = Fact::Unread(sample::denied(Call::AcmDescribeCertificate));
                })
            },
            finds: &[
                "unknown certificate-weak-signature www.example.com",
                "unknown certificate-untrusted www.example.com",
            ],
        },
        Example {
            title: "issued by ACM: no need to look",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.detail = Fact::not_collected(Call::AcmDescribeCertificate);
                })
            },
            finds: &[],
        },
        Example {
            title: "an algorithm that this version does not know",
            given: || signed("FALCON-512"),
            finds: &["unknown certificate-weak-signature www.example.com"],
        },
        Example {
            title: "kept in IAM, SHA-256",
            given: || sample::with_iam(&Kind::Classic, |_| ()),
            finds: &["fail certificate-unmanaged www.example.com"],
        },
        Example {
            title: "imported, SHA-512",
            given: || signed("sha512WithRSAEncryption"),
            finds: &[],
        },
    ],
    ..Check::new(Judge::Certificate(judge))
};

/// The clean Application load balancer, its certificate imported and signed like this.
fn signed(algorithm: &str) -> Inventory {
    sample::certified(&Kind::Application, |certificate| {
        certificate.kind = Some("IMPORTED".to_owned());
        if let Fact::Known(detail) = &mut certificate.detail {
            detail.signature_algorithm = Some(algorithm.to_owned());
        }
    })
}

fn judge(context: &Context, certificate: &Certificate) -> Judgement {
    match certificate.provenance()? {
        Provenance::Amazon | Provenance::Private => {
            return Ok(Verdict::Pass(Grounds::new().with("type", certificate.kind.clone())));
        }
        Provenance::Imported | Provenance::Iam => {}
    }
    let Some(algorithm) = &certificate.detail.get()?.signature_algorithm else {
        return Err(certificate
            .unexpected_value(Reason::Malformed, "a certificate without signature algorithm"));
    };
    let name = algorithm.replace(['-', '_'], "").to_uppercase();
    let has = |hashes: &[&str]| hashes.iter().any(|hash| name.contains(hash));
    let evidence = Grounds::new().with("signature_algorithm", algorithm.as_str());
    if has(BROKEN) {
        let evidence = renewal::bind(evidence, context, certificate);
        return Ok(Verdict::Fail(evidence.cause(causes::replace_certificate(certificate))));
    }
    if has(SOUND) {
        return Ok(Verdict::Pass(evidence));
    }
    Err(certificate
        .unexpected_value(Reason::Unrecognised, &format!("signature algorithm {algorithm}")))
}
