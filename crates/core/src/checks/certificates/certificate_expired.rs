//! A certificate in use has expired.

use crate::checks::prelude::*;
use crate::checks::shared::causes;

pub(crate) const CHECK: Check = Check {
    id: "certificate-expired",
    aliases: &["cert-expired", "sni-cert-orphan-expired"],
    title: "certificate has expired",
    severity: Severity::High,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "Clients refuse the connection, and users who learn to click the warning away will do so \
          for an attacker too.",
    logic: "Looks at the default and every SNI certificate of the listeners, kept in ACM or IAM. \
            Fails when its end of validity has passed or ACM's status is EXPIRED. A certificate \
            that was never issued has no end: `certificate-not-issued` speaks of it.",
    false_alarms: "An SNI certificate of a host that nobody asks for any more hurts nobody; remove \
                   it all the same, so that the next one is noticed.",
    fix: "attach a valid certificate; one that ACM issues and validates by DNS renews itself",
    remedy: Remedy::certificate(Particular::NOTHING),
    links: &[
        "https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html",
    ],
    needs: super::NAMED,
    examples: &[
        Example {
            title: "expired yesterday",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.not_after = Some(sample::in_days(-1));
                })
            },
            finds: &["fail certificate-expired www.example.com"],
        },
        Example {
            title: "an SNI certificate that nobody looks at",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    let arn = sample::CERTIFICATE.replace("web", "old");
                    let mut old = sample::certificate(&arn);
                    old.names = vec!["old.example.com".to_owned()];
                    old.status = Some("EXPIRED".to_owned());
                    old.not_after = Some(sample::in_days(-300));
                    region.certificates.insert(arn.clone(), Fact::Known(old));
                    if let Fact::Known(arns) =
                        &mut sample::listeners(sample::only(region))[0].certificates
                    {
                        arns.push(arn);
                    }
                })
            },
            finds: &["fail certificate-expired old.example.com"],
        },
        Example {
            title: "kept in IAM",
            given: || {
                sample::with_iam(&Kind::Classic, |certificate| {
                    certificate.not_after = Some(sample::in_days(-1));
                })
            },
            finds: &[
                "fail certificate-expired www.example.com",
                "fail certificate-unmanaged www.example.com",
            ],
        },
        Example {
            title: "an HTTPS listener that no certificate was answered for",
            given: || {
                sample::with(&Kind::Application, |lb| {
                    let listener = &mut sample::listeners(lb)[0];
                    listener.default_certificate = None;
                    listener.certificates = Fact::Known(Vec::new());
                })
            },
            finds: &[
                "unknown certificate-expired HTTPS:443",
                "unknown 12 others: elbv2:DescribeListenerCertificates",
            ],
        },
        Example {
            title: "something else in the place of a certificate's ARN",
            given: || {
                sample::with(&Kind::Classic, |lb| {
                    let listener = &mut sample::listeners(lb)[0];
                    listener.default_certificate = Some("none".to_owned());
                    listener.certificates = Fact::Known(vec!["none".to_owned()]);
                })
            },
            finds: &[
                "unknown certificate-expired none",
                "unknown 12 others: acm:DescribeCertificate",
            ],
        },
        Example {
            title: "five months left",
            given: || sample::clean(&Kind::Application),
            finds: &[],
        },
    ],
    ..Check::new(Judge::Certificate(judge))
};

fn judge(context: &Context, certificate: &Certificate) -> Judgement {
    let grounds = Grounds::new().and(|own| certificate.validity(own, context.now));
    if !certificate.has_expired(context.now)? {
        let never = certificate.days_left(context.now)?.is_none();
        return Ok(if never { Verdict::NotApplicable } else { Verdict::Pass(grounds) });
    }
    Ok(Verdict::Fail(grounds.cause(causes::replace_certificate(certificate))))
}
