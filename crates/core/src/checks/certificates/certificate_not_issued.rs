//! A certificate in use is not issued.

use crate::checks::prelude::*;
use crate::checks::shared::causes;
use crate::remedy::plan::{self, Plan};

pub(crate) const CHECK: Check = Check {
    id: "certificate-not-issued",
    aliases: &["cert-status-not-issued"],
    title: "certificate is not in force",
    severity: Severity::High,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "Its authority has revoked it, or never vouched for it: clients that check refuse the \
          connection.",
    logic: "Looks at the default and every SNI certificate kept in ACM. Fails on status REVOKED, \
            FAILED, INACTIVE, VALIDATION_TIMED_OUT and PENDING_VALIDATION. Does not apply to an \
            expired certificate, nor to one kept in IAM, which has no status.",
    fix: "attach an issued certificate, and find out why this one was revoked or not validated",
    remedy: Remedy::certificate(Particular::NOTHING).planned(Plan::By(plan::other_certificate)),
    links: &[
        "https://docs.aws.amazon.com/acm/latest/userguide/gs-acm-list.html",
        "https://docs.aws.amazon.com/acm/latest/userguide/domain-ownership-validation.html",
    ],
    needs: super::NAMED,
    examples: &[
        Example {
            title: "revoked",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.status = Some("REVOKED".to_owned());
                })
            },
            finds: &["fail certificate-not-issued www.example.com"],
        },
        Example {
            title: "never validated",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.status = Some("VALIDATION_TIMED_OUT".to_owned());
                    certificate.not_after = None;
                })
            },
            finds: &["fail certificate-not-issued www.example.com"],
        },
        Example {
            title: "expired says it better",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.status = Some("EXPIRED".to_owned());
                    certificate.not_after = Some(sample::in_days(-3));
                })
            },
            finds: &["does not apply", "fail certificate-expired www.example.com"],
        },
        Example {
            title: "kept in IAM: there is no status",
            given: || sample::with_iam(&Kind::Classic, |_| ()),
            finds: &["does not apply", "fail certificate-unmanaged www.example.com"],
        },
        Example {
            title: "a status that this version does not know",
            given: || {
                sample::certified(&Kind::Application, |certificate| {
                    certificate.status = Some("PONDERED".to_owned());
                })
            },
            finds: &["unknown certificate-not-issued www.example.com"],
        },
        Example { title: "issued", given: || sample::clean(&Kind::Application), finds: &[] },
    ],
    ..Check::new(Judge::Certificate(judge))
};

fn judge(context: &Context, certificate: &Certificate) -> Judgement {
    if certificate.is_in_iam() {
        return Ok(Verdict::NotApplicable);
    }
    let Some(status) = certificate.status.as_deref() else {
        return Err(
            certificate.unexpected_value(Reason::Malformed, "a certificate of ACM without status")
        );
    };
    match status {
        "REVOKED" | "FAILED" | "INACTIVE" | "VALIDATION_TIMED_OUT" | "PENDING_VALIDATION" => {
            if certificate.has_expired(context.now)? {
                return Ok(Verdict::NotApplicable);
            }
            let grounds = Grounds::new().with("status", status);
            Ok(Verdict::Fail(grounds.cause(causes::replace_certificate(certificate))))
        }
        "EXPIRED" => Ok(Verdict::NotApplicable),
        "ISSUED" if certificate.has_expired(context.now)? => Ok(Verdict::NotApplicable),
        "ISSUED" => Ok(Verdict::Pass(Grounds::new().with("status", status))),
        other => {
            Err(certificate.unexpected_value(Reason::Unrecognised, &format!("status {other}")))
        }
    }
}
