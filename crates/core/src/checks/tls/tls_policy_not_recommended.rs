//! A security policy is not among those that Security Hub accepts.

use crate::analysis::tls;
use crate::checks::prelude::*;
use crate::checks::shared::causes;

pub(crate) const CHECK: Check = Check {
    id: "tls-policy-not-recommended",
    title: "security policy is not a recommended one",
    severity: Severity::Low,
    applies_to: &[Kind::Application, Kind::Network],
    why: "No known attack, but ciphers in CBC mode stay on offer, and Security Hub reports the \
          listener under control ELB.17.",
    logic: "Looks at HTTPS and TLS listeners. Fails when the bundled table knows the policy's \
            name, Security Hub's control ELB.17 does not list it, and neither \
            `tls-legacy-protocol` nor `tls-weak-cipher` fails. Does not apply where one of those \
            fails, and to names that the table does not know.",
    false_alarms: "Policies for RFC 9151 are stricter than most of the list and not in it; whoever \
                   must follow CNSA keeps them.",
    fix: "choose ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
    remedy: Remedy::ssl_policy(Remedy::RECOMMENDED_POLICY),
    links: &[
        "https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-17",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html",
    ],
    needs: &[Call::ElbV2DescribeSslPolicies],
    examples: &[
        Example {
            title: "CBC with SHA-2 still on offer",
            given: || {
                sample::offering(
                    &Kind::Application,
                    sample::ssl_policy(
                        "ELBSecurityPolicy-TLS13-1-2-2021-06",
                        &["TLSv1.2", "TLSv1.3"],
                        &["TLS_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-SHA256"],
                    ),
                )
            },
            finds: &["fail tls-policy-not-recommended HTTPS:443"],
        },
        Example {
            title: "the weak ciphers say it already",
            given: || {
                sample::offering(
                    &Kind::Application,
                    sample::ssl_policy(
                        "ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06",
                        &["TLSv1.2", "TLSv1.3"],
                        &["TLS_AES_128_GCM_SHA256", "AES128-SHA"],
                    ),
                )
            },
            finds: &["does not apply", "fail tls-weak-cipher HTTPS:443"],
        },
        Example {
            title: "a name that is newer than the table",
            given: || {
                sample::offering(
                    &Kind::Network,
                    sample::ssl_policy(
                        "ELBSecurityPolicy-2031-01",
                        &["TLSv1.3"],
                        &["TLS_AES_128_GCM_SHA256"],
                    ),
                )
            },
            finds: &["does not apply", "unknown tls-backend-legacy web"],
        },
        Example {
            title: "no policy in AWS's answer",
            given: || {
                sample::with(&Kind::Application, |lb| sample::listeners(lb)[0].ssl_policy = None)
            },
            finds: &[
                "unknown tls-policy-not-recommended HTTPS:443",
                "unknown 6 others: elbv2:DescribeListeners",
            ],
        },
        Example {
            title: "what the console chooses",
            given: || sample::clean(&Kind::Application),
            finds: &[],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn judge(context: &Context, listener: &Listener) -> Judgement {
    if !tls::terminates(context.lb, listener)? {
        return Ok(Verdict::NotApplicable);
    }
    let Some(name) = tls::known_name(context.lb, listener) else {
        if listener.ssl_policy.is_none() {
            tls::offer(context.region, context.lb, listener)?;
        }
        return Ok(Verdict::NotApplicable);
    };
    if tls::is_recommended(name) {
        let list = format!("Security Hub ELB.17 of {}", tls::as_of());
        return Ok(Verdict::Pass(Grounds::new().with("policy", name).with("listed_in", list)));
    }
    let offer = tls::offer(context.region, context.lb, listener)?;
    if !offer.legacy_protocols()?.is_empty() || !offer.weak_ciphers()?.is_empty() {
        return Ok(Verdict::NotApplicable);
    }
    let list = format!("Security Hub ELB.17 of {}", tls::as_of());
    let grounds: Grounds = offer.evidence().into();
    let cause = causes::recommended_policy(&context.lb.kind);
    Ok(Verdict::Fail(grounds.with("not_in", list).cause(cause)))
}
