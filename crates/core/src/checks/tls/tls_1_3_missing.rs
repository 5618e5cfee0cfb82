//! A TLS listener does not offer TLS 1.3.

use crate::analysis::tls;
use crate::checks::prelude::*;
use crate::checks::shared::causes;

pub(crate) const CHECK: Check = Check {
    id: "tls-1-3-missing",
    aliases: &["tls13-not-offered"],
    title: "TLS 1.3 is not offered",
    severity: Severity::Info,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application, Kind::Network],
    why: "TLS 1.2 with good ciphers is still sound. TLS 1.3 leaves out everything that was not, \
          hides the certificate from whoever listens, and needs one round trip less.",
    logic: "Looks at HTTPS and TLS listeners. Fails when the policy does not accept TLSv1.3, by \
            its content. Does not apply to Classic load balancers, which cannot. Unknown when \
            the content of the policy is, or when it lacks TLSv1.3 and has a protocol whose name \
            this version does not know.",
    false_alarms: "Who inspects traffic with devices that do not understand TLS 1.3 leaves it out \
                   on purpose.",
    fix: "choose a policy whose name begins with ELBSecurityPolicy-TLS13, such as \
          ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
    remedy: Remedy::ssl_policy(Remedy::RECOMMENDED_POLICY),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/describe-ssl-policies.html",
    ],
    needs: &[Call::ElbV2DescribeSslPolicies],
    examples: &[
        Example {
            title: "TLS 1.2 alone",
            given: || {
                sample::offering(
                    &Kind::Network,
                    sample::ssl_policy(
                        "ELBSecurityPolicy-FS-1-2-Res-2020-10",
                        &["TLSv1.2"],
                        &["ECDHE-RSA-AES128-GCM-SHA256"],
                    ),
                )
            },
            finds: &["fail tls-policy-not-recommended TLS:443", "fail tls-1-3-missing TLS:443"],
        },
        Example {
            title: "a protocol of unknown name",
            given: || {
                sample::offering(
                    &Kind::Application,
                    sample::ssl_policy(
                        "ELBSecurityPolicy-TLS14-2031-01",
                        &["TLSv1.4"],
                        &["TLS_AES_128_GCM_SHA256"],
                    ),
                )
            },
            finds: &[
                "unknown tls-legacy-protocol HTTPS:443",
                "unknown tls-1-3-missing HTTPS:443",
                "unknown tls-backend-legacy web",
            ],
        },
        Example {
            title: "TLS 1.2 and 1.3",
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
    let offer = tls::offer(context.region, context.lb, listener)?;
    let grounds: Grounds = offer.evidence().into();
    let grounds = grounds.with("protocols", offer.protocols.clone());
    if offer.accepts_tls_1_3()? {
        return Ok(Verdict::Pass(grounds));
    }
    Ok(Verdict::Fail(grounds.cause(causes::recommended_policy(&context.lb.kind))))
}
