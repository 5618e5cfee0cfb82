//! The private key of a certificate in use can be taken out of ACM.

use crate::checks::prelude::*;
use crate::checks::shared::causes;

pub(crate) const CHECK: Check = Check {
    id: "certificate-exportable",
    aliases: &["cert-exportable"],
    title: "private key can be taken out of ACM",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "Whoever has acm:ExportCertificate can carry the key away and be this host anywhere; on a \
          load balancer nobody needs that.",
    logic: "Looks at the default and every SNI certificate that ACM issued for the public. Fails \
            when its Export option is ENABLED; passes when it is DISABLED or absent, which is the \
            default. Another value is unknown. Does not apply to imported certificates and to \
            those kept in IAM, whose key came from outside, nor to private ones, which can always \
            be exported.",
    false_alarms: "One certificate for load balancers and servers outside AWS is what the option \
                   is for.",
    fix: "request one without export for the load balancer, and keep this one for where it has to \
          be exported",
    remedy: Remedy::certificate(Particular {
        cli: "--options Export=DISABLED",
        terraform: r#"
            options {
              export = "DISABLED"
            }"#,
        cloudformation: "CertificateExport: DISABLED",
    })
    .console(
        "ACM console: Request certificate with Allow export disabled (the option of an issued one \
         cannot be changed); then EC2 console, Load Balancers, the listener, Certificates: put it \
         in the place of this one.",
    ),
    links: &["https://docs.aws.amazon.com/acm/latest/userguide/acm-exportable-certificates.html"],
    needs: super::NAMED,
    examples: &[
        Example {
            title: "export allowed",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.export = Some("ENABLED".to_owned());
                })
            },
            finds: &["fail certificate-exportable www.example.com"],
        },
        Example {
            title: "a private one can always be exported",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.kind = Some("PRIVATE".to_owned());
                    certificate.export = Some("ENABLED".to_owned());
                })
            },
            finds: &["does not apply"],
        },
        Example {
            title: "a value that this version does not know",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.export = Some("ONCE".to_owned());
                })
            },
            finds: &["unknown certificate-exportable www.example.com"],
        },
        Example {
            title: "export not allowed",
            given: || sample::clean(&Kind::Application),
            finds: &[],
        },
    ],
    ..Check::new(Judge::Certificate(judge))
};

fn judge(_: &Context, certificate: &Certificate) -> Judgement {
    if certificate.provenance()? != Provenance::Amazon {
        return Ok(Verdict::NotApplicable);
    }
    match certificate.export.as_deref() {
        None | Some("DISABLED") => Ok(Verdict::Pass(Grounds::new().with("export", "DISABLED"))),
        Some("ENABLED") => {
            let grounds = Grounds::new().with("export", "ENABLED");
            Ok(Verdict::Fail(grounds.cause(causes::replace_certificate(certificate))))
        }
        Some(other) => {
            Err(certificate.unexpected_value(Reason::Unrecognised, &format!("export {other}")))
        }
    }
}
