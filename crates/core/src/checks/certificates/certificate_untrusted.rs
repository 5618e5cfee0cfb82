//! A certificate that no browser trusts is presented to the internet.

use crate::checks::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "certificate-untrusted",
    aliases: &["cert-private-ca-public"],
    title: "browsers do not trust the certificate",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "Users get a warning and learn to click it away; programs are told not to verify at all. \
          Then anybody's certificate will do.",
    logic: "Looks at certificates of listeners that the internet reaches. Notes one of a private \
            authority (type PRIVATE), and an imported one, or one kept in IAM, whose issuer is its \
            subject: it was signed by itself. Passes on others, and where the internet does not \
            reach the listener.",
    false_alarms: "Right for an API whose clients have the authority's or the very certificate, \
                   and behind a proxy that does. Whether they do cannot be seen from here, hence a \
                   note.",
    fix: "present a certificate of a public authority, unless every client has this authority \
          installed",
    remedy: Remedy::certificate(Particular::NOTHING).console(
        "ACM console: Request a public certificate; then EC2 console, Load Balancers, the \
         listener, Certificates: put it in the place of this one.",
    ),
    links: &[
        "https://docs.aws.amazon.com/acm/latest/userguide/acm-public-certificates.html",
        "https://docs.aws.amazon.com/acm/latest/userguide/import-certificate-prerequisites.html",
    ],
    needs: super::READ,
    examples: &[
        Example {
            title: "of a private authority",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.kind = Some("PRIVATE".to_owned());
                })
            },
            finds: &["note certificate-untrusted www.example.com"],
        },
        Example {
            title: "imported, and signed by itself",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.kind = Some("IMPORTED".to_owned());
                    if let Fact::Known(detail) = &mut certificate.detail {
                        detail.issuer = Some("www.example.com".to_owned());
                    }
                })
            },
            finds: &["note certificate-untrusted www.example.com"],
        },
        Example {
            title: "of a private authority, inside",
            given: || {
                sample::with_region(&Kind::Application, |region| {
                    sample::internal(sample::only(region));
                    if let Some(Fact::Known(certificate)) =
                        region.certificates.get_mut(sample::CERTIFICATE)
                    {
                        certificate.kind = Some("PRIVATE".to_owned());
                    }
                })
            },
            finds: &["fail internal-open-to-any web"],
        },
        Example {
            title: "imported, its issuer unread",
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
            title: "kept in IAM, of a public authority",
            given: || sample::with_iam(&Kind::Classic, |_| ()),
            finds: &["fail certificate-unmanaged www.example.com"],
        },
        Example { title: "issued by ACM", given: || sample::clean(&Kind::Application), finds: &[] },
    ],
    ..Check::new(Judge::Certificate(judge))
};

fn judge(context: &Context, certificate: &Certificate) -> Judgement {
    let provenance = certificate.provenance()?;
    let reached = matches!(context.exposure, Exposure::Internet(_) | Exposure::Unknown(_));
    let evidence = match provenance {
        Provenance::Amazon => None,
        _ if !reached => None,
        Provenance::Private => Some(Grounds::new().with("type", "PRIVATE")),
        Provenance::Imported | Provenance::Iam => signed_by_itself(certificate)?,
    };
    match (evidence, context.exposure) {
        (None, exposure) => {
            let class = exposure.class().word();
            let kept = certificate.kind.as_deref().unwrap_or("IAM");
            Ok(Verdict::Pass(Grounds::new().with("type", kept).with("exposure", class)))
        }
        (Some(_), Exposure::Unknown(gap)) => Err(gap.clone()),
        (Some(evidence), _) => Ok(Verdict::Note(evidence)),
    }
}

/// Issuer and subject, where they are the same. A certificate may go without subject; then it has been
/// signed by somebody else.
fn signed_by_itself(certificate: &Certificate) -> Result<Option<Grounds>, Gap> {
    let detail = certificate.detail.get()?;
    let Some(issuer) = detail.issuer.as_deref() else {
        return Err(certificate.unexpected_value(Reason::Malformed, "a certificate without issuer"));
    };
    let subject = detail.subject.as_deref().unwrap_or_default();
    let full = issuer.contains('=') && subject.contains('=');
    let same = if full { issuer == subject } else { common_name(issuer) == common_name(subject) };
    let evidence = || Grounds::new().with("issuer", issuer).with("subject", subject);
    Ok(same.then(evidence))
}

/// The common name in a distinguished one; ACM gives some names without anything around.
fn common_name(name: &str) -> &str {
    let mut parts = name.split(',').map(str::trim);
    parts.find_map(|part| part.strip_prefix("CN=")).unwrap_or(name)
}
