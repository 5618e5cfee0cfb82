//! A TLS listener accepts a protocol that is forbidden by now.

use crate::analysis::tls;
use crate::checks::prelude::*;
use crate::checks::shared::causes;

pub(crate) const CHECK: Check = Check {
    id: "tls-legacy-protocol",
    aliases: &["tls-policy-legacy-protocol", "clb-ssl-policy-weak"],
    title: "accepts a forbidden protocol",
    severity: Severity::High,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "SSL 2 and 3 are broken, TLS 1.0 and 1.1 rest on MD5 and SHA-1, and an attacker on the \
          way picks the weakest that both sides accept. RFC 8996 forbids them, and no audit by PCI \
          DSS passes with them.",
    logic: "Looks at HTTPS and TLS listeners, Classic HTTPS and SSL ones. Fails when the policy \
            accepts SSLv2, SSLv3, TLSv1 or TLSv1.1, by its content: what DescribeSSLPolicies \
            answers, a Classic policy's attributes, or the bundled table where neither could be \
            read. Unknown when the policy is in none of them, or holds only protocols of unknown \
            name. A Classic listener without policy has AWS's default, ELBSecurityPolicy-2016-08.",
    false_alarms: "A port for old devices that know nothing newer may be meant; connection logs of \
                   an Application load balancer show whether anybody still uses it.",
    fix: "choose ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09; on Classic a \
          custom policy of TLS 1.2 with ECDHE ciphers and GCM only, or move to an Application load balancer",
    remedy: Remedy::ssl_policy(Remedy::RECOMMENDED_POLICY),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-security-policy-table.html",
        "https://www.rfc-editor.org/rfc/rfc8996",
    ],
    needs: &[Call::ElbV2DescribeSslPolicies, Call::ElbDescribeLoadBalancerPolicies],
    examples: &[
        Example {
            title: "the policy that the API chooses when none is given",
            given: || {
                sample::offering(
                    &Kind::Application,
                    sample::ssl_policy(
                        "ELBSecurityPolicy-2016-08",
                        &["TLSv1", "TLSv1.1", "TLSv1.2"],
                        &["ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-SHA", "AES128-SHA"],
                    ),
                )
            },
            finds: &[
                "fail tls-legacy-protocol HTTPS:443",
                "fail tls-weak-cipher HTTPS:443",
                "fail tls-1-3-missing HTTPS:443",
            ],
        },
        Example {
            title: "policies unread: the bundled table speaks",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    sample::listeners(sample::only(region))[0].ssl_policy =
                        Some("ELBSecurityPolicy-2016-08".to_owned());
                    region.ssl_policies =
                        Fact::Unread(sample::denied(Call::ElbV2DescribeSslPolicies));
                })
            },
            finds: &[
                "fail tls-legacy-protocol TLS:443",
                "fail tls-weak-cipher TLS:443",
                "fail tls-1-3-missing TLS:443",
            ],
        },
        Example {
            title: "a Classic policy with SSL 3",
            given: || {
                sample::classic_offering(&[
                    ("Protocol-SSLv3", "true"),
                    ("Protocol-TLSv1.2", "true"),
                    ("Server-Defined-Cipher-Order", "true"),
                    ("ECDHE-RSA-AES128-GCM-SHA256", "true"),
                ])
            },
            finds: &["fail tls-legacy-protocol HTTPS:443"],
        },
        Example {
            title: "a Classic policy that names a predefined one and says no more",
            given: || {
                sample::classic_offering(&[(
                    "Reference-Security-Policy",
                    "ELBSecurityPolicy-2015-05",
                )])
            },
            finds: &["fail tls-legacy-protocol HTTPS:443", "fail tls-weak-cipher HTTPS:443"],
        },
        Example {
            title: "a Classic listener without policy has the default",
            given: || {
                sample::with(&Kind::Classic, |lb| sample::listeners(lb)[0].policy_names.clear())
            },
            finds: &["fail tls-legacy-protocol HTTPS:443", "fail tls-weak-cipher HTTPS:443"],
        },
        Example {
            title: "a policy that neither AWS nor the table knows",
            given: || {
                sample::with(&Kind::Application, |lb| {
                    sample::listeners(lb)[0].ssl_policy =
                        Some("ELBSecurityPolicy-2031-01".to_owned());
                })
            },
            finds: &[
                "unknown tls-legacy-protocol HTTPS:443",
                "unknown tls-weak-cipher HTTPS:443",
                "unknown tls-1-3-missing HTTPS:443",
                "unknown tls-backend-legacy web",
            ],
        },
        Example {
            title: "TLS 1.2 and 1.3 alone",
            given: || sample::clean(&Kind::Application),
            finds: &[],
        },
        Example {
            title: "a Classic policy with TLS 1.2 alone",
            given: || sample::clean(&Kind::Classic),
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
    let legacy = offer.legacy_protocols()?;
    let grounds: Grounds = offer.evidence().into();
    if legacy.is_empty() {
        return Ok(Verdict::Pass(grounds.with("protocols", offer.protocols.clone())));
    }
    let cause = causes::recommended_policy(&context.lb.kind);
    Ok(Verdict::Fail(grounds.with("protocols", legacy).cause(cause)))
}
