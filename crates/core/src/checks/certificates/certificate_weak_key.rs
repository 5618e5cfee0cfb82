//! The key of a certificate in use is too short.

use crate::checks::prelude::*;
use crate::checks::shared::causes;

pub(crate) const CHECK: Check = Check {
    id: "certificate-weak-key",
    aliases: &["cert-weak-key"],
    title: "certificate has a weak key",
    severity: Severity::High,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "An RSA key of 1024 bits is within reach of well-funded attackers, and whoever has the \
          key is the server. Browsers refuse such certificates.",
    logic: "Looks at the default and every SNI certificate, kept in ACM or IAM. Fails on an RSA \
            key below 2048 bits; passes on longer ones and on the elliptic curves P-256, P-384 and \
            P-521. Any other name is unknown. AWS writes `RSA_2048` and `RSA-2048`; both are read.",
    fix: "replace it with a certificate that has an RSA key of 2048 bits or an elliptic curve",
    remedy: Remedy::certificate(Particular {
        cli: "--key-algorithm EC_prime256v1",
        terraform: "key_algorithm = \"EC_prime256v1\"",
        cloudformation: "KeyAlgorithm: EC_prime256v1",
    }),
    links: &[
        "https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html#algorithms-term",
    ],
    needs: super::READ,
    examples: &[
        Example {
            title: "1024 bits",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.key_algorithm = Fact::Known("RSA_1024".to_owned());
                })
            },
            finds: &["fail certificate-weak-key www.example.com"],
        },
        Example {
            title: "the other spelling",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.key_algorithm = Fact::Known("RSA-1024".to_owned());
                })
            },
            finds: &["fail certificate-weak-key www.example.com"],
        },
        Example {
            title: "an elliptic curve",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.key_algorithm = Fact::Known("EC-prime256v1".to_owned());
                })
            },
            finds: &[],
        },
        Example {
            title: "a key that this version does not know",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.key_algorithm = Fact::Known("ML_DSA_65".to_owned());
                })
            },
            finds: &["unknown certificate-weak-key www.example.com"],
        },
        Example {
            title: "kept in IAM, its key unread",
            given: || {
                sample::with_iam(&Kind::Classic, |certificate| {
                    certificate.key_algorithm =
                        Fact::Unread(sample::denied(Call::IamGetServerCertificate));
                })
            },
            finds: &[
                "fail certificate-unmanaged www.example.com",
                "unknown certificate-weak-key www.example.com",
            ],
        },
        Example { title: "2048 bits", given: || sample::clean(&Kind::Application), finds: &[] },
    ],
    ..Check::new(Judge::Certificate(judge))
};

fn judge(_: &Context, certificate: &Certificate) -> Judgement {
    let algorithm = certificate.key_algorithm.get()?;
    let name = algorithm.replace('-', "_").to_uppercase();
    let weak = match name.strip_prefix("RSA_").and_then(|bits| bits.parse::<u32>().ok()) {
        Some(bits) => bits < 2048,
        None if matches!(name.as_str(), "EC_PRIME256V1" | "EC_SECP384R1" | "EC_SECP521R1") => false,
        None => {
            return Err(certificate
                .unexpected_value(Reason::Unrecognised, &format!("key algorithm {algorithm}")));
        }
    };
    let grounds = Grounds::new().with("key_algorithm", algorithm.as_str());
    if !weak {
        return Ok(Verdict::Pass(grounds));
    }
    Ok(Verdict::Fail(grounds.cause(causes::replace_certificate(certificate))))
}
