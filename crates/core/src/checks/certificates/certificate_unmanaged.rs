//! A certificate in use is not managed by ACM.

use crate::checks::prelude::*;
use crate::checks::shared::causes;

pub(crate) const CHECK: Check = Check {
    id: "certificate-unmanaged",
    aliases: &["cert-not-acm"],
    title: "ACM does not manage the certificate",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "Nobody renews it by itself. One kept in IAM is in no list of ACM, so that no warning of \
          AWS precedes its end, and its private key was in somebody's hands once.",
    logic: "Looks at the default and every SNI certificate. Fails on one kept in IAM; notes one \
            that was imported into ACM, which warns but does not renew. Passes on certificates \
            that ACM issued, publicly or by a private authority. Another type is unknown. When one \
            expires is the question of `certificate-expiring`.",
    false_alarms: "An imported certificate is right where policy asks for a certain authority, or \
                   for extended validation; something has to renew it then.",
    fix: "replace it with one that ACM issues and renews",
    remedy: Remedy::certificate(Particular::NOTHING).console(
        "ACM console: Request certificate, prove the names by DNS; then EC2 console, Load \
         Balancers, the listener, Certificates: put it in the place of this one.",
    ),
    links: &[
        "https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html",
        "https://docs.aws.amazon.com/acm/latest/userguide/import-certificate.html",
        "https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-2",
    ],
    needs: super::NAMED,
    examples: &[
        Example {
            title: "kept in IAM",
            given: || sample::with_iam(&Kind::Classic, |_| ()),
            finds: &["fail certificate-unmanaged www.example.com"],
        },
        Example {
            title: "imported into ACM",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.kind = Some("IMPORTED".to_owned());
                })
            },
            finds: &["note certificate-unmanaged www.example.com"],
        },
        Example {
            title: "issued by a private authority",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.kind = Some("PRIVATE".to_owned());
                })
            },
            finds: &[],
        },
        Example {
            title: "a type that this version does not know",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.kind = Some("BORROWED".to_owned());
                })
            },
            finds: &[
                "unknown certificate-unmanaged www.example.com",
                "unknown 5 others: acm:DescribeCertificate",
            ],
        },
        Example { title: "issued by ACM", given: || sample::clean(&Kind::Network), finds: &[] },
    ],
    ..Check::new(Judge::Certificate(judge))
};

fn judge(_: &Context, certificate: &Certificate) -> Judgement {
    let evidence = |kept: &str| Grounds::new().with("kept_in", kept);
    Ok(match certificate.provenance()? {
        Provenance::Amazon | Provenance::Private => {
            Verdict::Pass(evidence("ACM").with("type", certificate.kind.clone()))
        }
        Provenance::Imported => Verdict::Note(evidence("ACM").with("type", "IMPORTED")),
        Provenance::Iam => {
            Verdict::Fail(evidence("IAM").cause(causes::replace_certificate(certificate)))
        }
    })
}
