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
            authority (type PRIVATE), an Amazon N2 one, which ACM records in no certificate \
            transparency log though browsers ask for it, and an imported one, or one kept in IAM, whose issuer is its \
            subject: it was signed by itself. A root hierarchy that this version does not know is \
            unknown. Passes on others, and where the internet does not \
            reach the listener.",
    false_alarms: "Right for an API whose clients have the authority's or the very certificate, or ask \
                   for no transparency, \
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
            title: "an Amazon N2 certificate",
            given: || of_n2("N2_AMAZON_MANAGED"),
            finds: &["note certificate-untrusted www.example.com"],
        },
        Example {
            title: "an Amazon N2 certificate, cross-signed by Starfield",
            given: || of_n2("N2_SFG2_AMAZON_MANAGED"),
            finds: &["note certificate-untrusted www.example.com"],
        },
        Example {
            title: "roots that this version does not know",
            given: || of_n2("N3_AMAZON_MANAGED"),
            finds: &["unknown certificate-untrusted www.example.com"],
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

/// The clean Application account with a certificate that ACM issued below these roots.
fn of_n2(roots: &str) -> Inventory {
    sample::certified(&Kind::Application, |certificate| {
        certificate.root_hierarchy = Some(roots.to_owned());
        certificate.usage = Some("CLIENT_AND_SERVER_AUTH".to_owned());
    })
}

fn judge(context: &Context, certificate: &Certificate) -> Judgement {
    let provenance = certificate.provenance()?;
    let reached = matches!(context.exposure, Exposure::Internet(_) | Exposure::Unknown(_));
    let evidence = match provenance {
        _ if !reached => None,
        Provenance::Amazon => unlogged(certificate)?,
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

/// The roots of an Amazon N2 certificate, which no certificate transparency log holds.
///
/// Source: `CertificateOptions` and `RootHierarchyType` of the ACM API.
fn unlogged(certificate: &Certificate) -> Result<Option<Grounds>, Gap> {
    match certificate.root_hierarchy.as_deref() {
        None => Ok(None),
        Some(roots @ ("N2_AMAZON_MANAGED" | "N2_SFG2_AMAZON_MANAGED")) => {
            Ok(Some(Grounds::new().with("root_hierarchy", roots).with("transparency_log", false)))
        }
        Some(other) => {
            let said = format!("RootHierarchyType {other}");
            Err(certificate.unexpected_value(Reason::Unrecognised, &said))
        }
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
