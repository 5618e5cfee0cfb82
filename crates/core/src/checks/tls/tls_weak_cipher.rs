//! A TLS listener offers a weak cipher.

use crate::analysis::tls;
use crate::checks::prelude::*;
use crate::checks::shared::causes;

pub(crate) const CHECK: Check = Check {
    id: "tls-weak-cipher",
    aliases: &["tls-policy-weak-cipher"],
    title: "offers weak ciphers",
    severity: Severity::Medium,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "With RC4, 3DES, export or null ciphers the traffic can be read or changed. With a static \
          RSA key exchange, whoever gets the private key one day reads everything recorded before. \
          CBC with SHA-1 has been attacked through timing again and again. The groups of \
          finite-field Diffie-Hellman on Classic load balancers have 1,024 bits, which a state can \
          break.",
    logic: "Looks at HTTPS and TLS listeners, Classic HTTPS and SSL ones. Fails when the policy \
            offers a cipher with RC4, 3DES, DES, RC2, IDEA, SEED, Camellia in CBC mode, \
            export-grade or no encryption, anonymous, PSK, Kerberos or static RSA key exchange, \
            DSA, MD5, or CBC with SHA-1, and on a Classic load balancer finite-field \
            Diffie-Hellman (`DHE-…`); the evidence lists them. CBC with SHA-2 is tolerated. Content is read as for `tls-legacy-protocol`. A cipher \
            of unknown name makes the verdict unknown unless a weak one was found.",
    false_alarms: "ELBSecurityPolicy-TLS-1-2-2017-01, which Security Hub asks of Classic load \
                   balancers, offers static RSA key exchange and fails here; clients that are not \
                   ancient never choose it.",
    fix: "choose ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09; on Classic a custom policy of TLS \
          1.2 with ECDHE ciphers and GCM only",
    remedy: Remedy::ssl_policy(Remedy::RECOMMENDED_POLICY),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-ssl-security-policy.html",
    ],
    needs: &[Call::ElbV2DescribeSslPolicies, Call::ElbDescribeLoadBalancerPolicies],
    examples: &[
        Example {
            title: "no forward secrecy",
            given: || {
                sample::offering(
                    &Kind::Network,
                    sample::ssl_policy(
                        "ELBSecurityPolicy-TLS-1-2-2017-01",
                        &["TLSv1.2"],
                        &["ECDHE-RSA-AES128-GCM-SHA256", "AES128-GCM-SHA256"],
                    ),
                )
            },
            finds: &["fail tls-weak-cipher TLS:443", "fail tls-1-3-missing TLS:443"],
        },
        Example {
            title: "RC4 in a Classic policy",
            given: || {
                sample::classic_offering(&[
                    ("Protocol-TLSv1.2", "true"),
                    ("ECDHE-RSA-AES128-GCM-SHA256", "true"),
                    ("RC4-MD5", "true"),
                    ("AES256-SHA", "false"),
                ])
            },
            finds: &["fail tls-weak-cipher HTTPS:443", "fail classic-cipher-order-unset HTTPS:443"],
        },
        Example {
            title: "finite-field Diffie-Hellman in a Classic policy",
            given: || {
                sample::classic_offering(&[
                    ("Protocol-TLSv1.2", "true"),
                    ("Server-Defined-Cipher-Order", "true"),
                    ("ECDHE-RSA-AES128-GCM-SHA256", "true"),
                    ("DHE-RSA-AES256-GCM-SHA384", "true"),
                ])
            },
            finds: &["fail tls-weak-cipher HTTPS:443"],
        },
        Example {
            title: "a predefined Classic policy, by reference alone",
            given: || {
                sample::classic_offering(&[(
                    "Reference-Security-Policy",
                    "ELBSecurityPolicy-2015-03",
                )])
            },
            finds: &["fail tls-legacy-protocol HTTPS:443", "fail tls-weak-cipher HTTPS:443"],
        },
        Example {
            title: "an old policy that AWS's pages no longer list for the kind",
            given: || {
                sample::with_region(&Kind::Application, |region| {
                    let lb = sample::only(region);
                    sample::listeners(lb)[0].ssl_policy = Some("ELBSecurityPolicy-2015-05".into());
                    region.ssl_policies = Fact::Known(Vec::new());
                })
            },
            finds: &[
                "fail tls-legacy-protocol HTTPS:443",
                "fail tls-weak-cipher HTTPS:443",
                "fail tls-1-3-missing HTTPS:443",
                "unknown tls-backend-legacy web",
            ],
        },
        Example {
            title: "a name of another kind of load balancer, which AWS does not describe",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    let lb = sample::only(region);
                    sample::listeners(lb)[0].ssl_policy = Some("ELBSecurityPolicy-2015-03".into());
                    region.ssl_policies = Fact::Known(Vec::new());
                })
            },
            finds: &[
                "unknown tls-legacy-protocol TLS:443",
                "unknown tls-weak-cipher TLS:443",
                "unknown tls-1-3-missing TLS:443",
                "unknown tls-backend-legacy web",
            ],
        },
        Example {
            title: "a cipher of unknown name",
            given: || {
                sample::offering(
                    &Kind::Application,
                    sample::ssl_policy(
                        "ELBSecurityPolicy-2031-01",
                        &["TLSv1.3"],
                        &["TLS_AES_128_GCM_SHA256", "TLS_NEW_ONE"],
                    ),
                )
            },
            finds: &["unknown tls-weak-cipher HTTPS:443", "unknown tls-backend-legacy web"],
        },
        Example {
            title: "GCM and forward secrecy alone",
            given: || sample::clean(&Kind::Network),
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
    let weak = offer.weak_ciphers()?;
    let grounds: Grounds = offer.evidence().into();
    if weak.is_empty() {
        let count = offer.ciphers.len();
        return Ok(Verdict::Pass(grounds.with("offered_ciphers", count).with("weak_ciphers", 0)));
    }
    let names: Vec<&str> = weak.iter().map(|cipher| cipher.name).collect();
    let grounds = grounds.with("ciphers", names).with("weaknesses", tls::weaknesses(&weak));
    Ok(Verdict::Fail(grounds.cause(causes::recommended_policy(&context.lb.kind))))
}
