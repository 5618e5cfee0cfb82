//! A security policy offers no key exchange that withstands quantum computers.

use crate::analysis::tls;
use crate::checks::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "post-quantum-missing",
    aliases: &["tls-policy-no-pq"],
    title: "no post-quantum key exchange",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application, Kind::Network],
    why: "Whoever records the traffic today can read it the day a quantum computer breaks the key \
          exchange. A hybrid key exchange with ML-KEM takes that away, and clients that do not \
          know it negotiate as before.",
    logic: "Looks at HTTPS and TLS listeners. Passes when the policy's name contains `-PQ-`: \
            DescribeSSLPolicies does not list key exchanges. Notes any other name that AWS's pages \
            print. Does not apply to names that they do not, nor to Classic load balancers, which \
            offer none at all.",
    false_alarms: "The RFC 9151 policies have no such variant: who must follow CNSA 1.0 waits. \
                   What is not worth recording needs none.",
    fix: "choose the PQ variant of the policy, such as ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
    remedy: Remedy::ssl_policy(Remedy::RECOMMENDED_POLICY),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/describe-ssl-policies.html",
    ],
    examples: &[
        Example {
            title: "what the console chose before",
            given: || {
                sample::offering(
                    &Kind::Application,
                    sample::ssl_policy(
                        "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
                        &["TLSv1.2", "TLSv1.3"],
                        &["TLS_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"],
                    ),
                )
            },
            finds: &["note post-quantum-missing HTTPS:443"],
        },
        Example {
            title: "a name that AWS's pages do not print",
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
                "unknown post-quantum-missing HTTPS:443",
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
    let name = tls::policy_name(context.region, listener)?;
    if name.contains("-PQ-") {
        return Ok(Verdict::Pass(Grounds::new().with("policy", name)));
    }
    Ok(match tls::known_name(context.lb, listener) {
        Some(name) => Verdict::Note(Grounds::new().with("policy", name)),
        None => Verdict::NotApplicable,
    })
}
