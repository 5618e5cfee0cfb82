//! A certificate in use is validated by e-mail.

use crate::checks::prelude::*;
use crate::checks::shared::causes;

pub(crate) const CHECK: Check = Check {
    id: "certificate-email-validated",
    aliases: &["cert-email-validation"],
    title: "renewal waits for an e-mail to be answered",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "ACM cannot renew it alone: somebody has to follow a link in an e-mail to an address such \
          as hostmaster@, each time. Certificates live ever shorter, so that the mail which nobody \
          reads comes ever sooner.",
    logic: "Looks at the default and every SNI certificate that ACM issued. Fails when its names \
            were validated by EMAIL; passes on DNS and HTTP. Another method, or none in the \
            answer, is unknown. Does not apply to imported and private certificates, nor to those \
            kept in IAM.",
    false_alarms: "Where nobody may add records to the zone, e-mail is all there is; then the \
                   mailbox needs a reader.",
    fix: "request a new one with validation by DNS and put it in the place of this one",
    remedy: Remedy::certificate(Particular::NOTHING).console(
        "ACM console: Request certificate with DNS validation and create the records; then EC2 \
         console, Load Balancers, the listener, Certificates: put it in the place of this one.",
    ),
    links: &[
        "https://docs.aws.amazon.com/acm/latest/userguide/email-validation.html",
        "https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html",
    ],
    needs: super::NAMED,
    examples: &[
        Example {
            title: "by e-mail",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.validation_method = Some("EMAIL".to_owned());
                })
            },
            finds: &["fail certificate-email-validated www.example.com"],
        },
        Example {
            title: "no method in the answer",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.validation_method = None;
                })
            },
            finds: &["unknown certificate-email-validated www.example.com"],
        },
        Example {
            title: "a method that this version does not know",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.validation_method = Some("CARRIER_PIGEON".to_owned());
                })
            },
            finds: &["unknown certificate-email-validated www.example.com"],
        },
        Example {
            title: "imported: nobody asked ACM",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.kind = Some("IMPORTED".to_owned());
                    certificate.validation_method = None;
                })
            },
            finds: &["does not apply"],
        },
        Example { title: "by DNS", given: || sample::clean(&Kind::Application), finds: &[] },
    ],
    ..Check::new(Judge::Certificate(judge))
};

fn judge(_: &Context, certificate: &Certificate) -> Judgement {
    if certificate.provenance()? != Provenance::Amazon {
        return Ok(Verdict::NotApplicable);
    }
    match certificate.validation_method.as_deref() {
        Some(method @ ("DNS" | "HTTP")) => {
            Ok(Verdict::Pass(Grounds::new().with("validation_method", method)))
        }
        Some("EMAIL") => {
            let grounds = Grounds::new().with("validation_method", "EMAIL");
            Ok(Verdict::Fail(grounds.cause(causes::replace_certificate(certificate))))
        }
        Some(other) => Err(certificate
            .unexpected_value(Reason::Unrecognised, &format!("validation method {other}"))),
        None => Err(certificate
            .unexpected_value(Reason::Malformed, "a certificate without validation method")),
    }
}
