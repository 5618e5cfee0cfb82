//! A security policy is none of those that use a validated cryptographic module.

use crate::analysis::tls;
use crate::checks::prelude::*;

/// What AWS recommends of those with FIPS.
///
/// Source: Elastic Load Balancing user guides, FIPS security policies.
const RECOMMENDED: &str = "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-PQ-2025-09";

pub(crate) const CHECK: Check = Check {
    id: "tls-policy-not-fips",
    title: "security policy is not one of FIPS",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application, Kind::Network],
    why: "Who must encrypt with modules that are validated by FIPS 140, as FedRAMP asks, may use no \
          other: the load balancer ends TLS with such a module only under a policy with FIPS in \
          its name.",
    logic: "Looks at HTTPS and TLS listeners. Passes when the policy's name contains `-FIPS-`: \
            DescribeSSLPolicies does not tell which module is used. Notes any other name that AWS's \
            pages print. Never a fault. Does not apply to names that they do not print, nor to \
            Classic load balancers, which have no such policy.",
    false_alarms: "Without such a duty there is nothing to do: policies without FIPS are no weaker, \
                   and offer ChaCha20 too.",
    fix: "choose ELBSecurityPolicy-TLS13-1-2-Res-FIPS-PQ-2025-09, where FIPS is asked for",
    remedy: Remedy::ssl_policy(RECOMMENDED),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/describe-ssl-policies.html",
    ],
    examples: &[
        Example {
            title: "what the console chooses",
            given: || sample::clean(&Kind::Network),
            finds: &["note tls-policy-not-fips TLS:443"],
        },
        Example {
            title: "a FIPS policy, however old the protocols that it allows",
            given: || with_policy("ELBSecurityPolicy-TLS13-1-0-FIPS-2023-04"),
            finds: &["fail tls-legacy-protocol HTTPS:443", "fail tls-weak-cipher HTTPS:443"],
        },
        Example {
            title: "a name that AWS's pages do not print",
            given: || with_policy("ELBSecurityPolicy-2031-01"),
            finds: &[
                "does not apply",
                "unknown tls-legacy-protocol HTTPS:443",
                "unknown tls-weak-cipher HTTPS:443",
                "unknown tls-1-3-missing HTTPS:443",
                "unknown tls-backend-legacy web",
            ],
        },
        Example {
            title: "no policy in AWS's answer",
            given: || {
                sample::with(&Kind::Application, |lb| sample::listeners(lb)[0].ssl_policy = None)
            },
            finds: &[
                "unknown tls-policy-not-fips HTTPS:443",
                "unknown 6 others: elbv2:DescribeListeners",
            ],
        },
        Example {
            title: "what AWS recommends of those with FIPS",
            given: || with_policy(RECOMMENDED),
            finds: &[],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

/// The clean Application load balancer with a policy of this name.
fn with_policy(name: &'static str) -> Inventory {
    sample::with(&Kind::Application, |lb| {
        sample::listeners(lb)[0].ssl_policy = Some(name.to_owned());
    })
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    if !tls::terminates(context.lb, listener)? {
        return Ok(Verdict::NotApplicable);
    }
    let name = tls::policy_name(context.region, listener)?;
    if name.contains("-FIPS-") {
        return Ok(Verdict::Pass(Grounds::new().with("policy", name)));
    }
    Ok(match tls::known_name(context.lb, listener) {
        Some(name) => Verdict::Note(Grounds::new().with("policy", name)),
        None => Verdict::NotApplicable,
    })
}
