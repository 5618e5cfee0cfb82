//! A Classic listener has a security policy that was put together by hand.

use crate::analysis::tls;
use crate::checks::prelude::*;

/// The predefined policy that Security Hub's control ELB.8 asks for.
const STRONG: &str = "ELBSecurityPolicy-TLS-1-2-2017-01";

pub(crate) const CHECK: Check = Check {
    id: "classic-policy-custom",
    aliases: &["clb-ssl-policy-not-predefined"],
    title: "a security policy of its own",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Classic],
    why: "Whoever wrote it has to keep it up: nobody reviews its ciphers for them. Security Hub \
          reports every custom policy under control ELB.8, a strict one too.",
    logic: "Looks at Classic HTTPS and SSL listeners. Notes a policy that neither is nor refers to \
            a predefined one and offers a protocol or cipher that \
            ELBSecurityPolicy-TLS-1-2-2017-01 does not; the evidence lists them. Passes on a \
            predefined policy, whose content `tls-legacy-protocol` and `tls-weak-cipher` judge, \
            and on a custom one that offers no more than that.",
    false_alarms: "A custom policy is the only way to ECDHE and GCM alone on Classic, so a \
                   stricter one passes here although ELB.8 fails it.",
    fix: "drop what the evidence lists from the policy, attach ELBSecurityPolicy-TLS-1-2-2017-01 where \
          ELB.8 has to pass, or move to an Application load balancer",
    remedy: Remedy::ssl_policy(Remedy::RECOMMENDED_POLICY).console(
        "EC2 console, Load Balancers: open the Classic load balancer, Listeners, Manage listeners, \
         Edit the security policy: choose ELBSecurityPolicy-TLS-1-2-2017-01, or untick the listed \
         ciphers and protocols.",
    ),
    links: &[
        "https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-8",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-security-policy-table.html",
    ],
    needs: &[Call::ElbDescribeLoadBalancerPolicies],
    examples: &[
        Example {
            title: "a cipher that no current predefined policy has",
            given: || {
                sample::classic_offering(&[
                    ("Protocol-TLSv1.2", "true"),
                    ("Server-Defined-Cipher-Order", "true"),
                    ("DHE-RSA-AES256-GCM-SHA384", "true"),
                ])
            },
            finds: &["fail tls-weak-cipher HTTPS:443", "note classic-policy-custom HTTPS:443"],
        },
        Example {
            title: "a reference to a predefined policy",
            given: || {
                sample::classic_offering(&[
                    ("Reference-Security-Policy", "ELBSecurityPolicy-TLS-1-2-2017-01"),
                    ("Protocol-TLSv1.2", "true"),
                    ("Server-Defined-Cipher-Order", "true"),
                    ("ECDHE-RSA-AES128-GCM-SHA256", "true"),
                    ("AES128-GCM-SHA256", "true"),
                ])
            },
            finds: &["fail tls-weak-cipher HTTPS:443"],
        },
        Example {
            title: "policies unread",
            given: || {
                sample::with(&Kind::Classic, |lb| {
                    lb.policies =
                        Fact::Unread(sample::denied(Call::ElbDescribeLoadBalancerPolicies));
                })
            },
            finds: &[
                "unknown tls-legacy-protocol HTTPS:443",
                "unknown tls-weak-cipher HTTPS:443",
                "unknown backend-certificate-unverified HTTPS:443",
                "unknown classic-cipher-order-unset HTTPS:443",
                "unknown classic-policy-custom HTTPS:443",
            ],
        },
        Example {
            title: "a custom policy that is stricter than the predefined one",
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
    if !tls::is_custom(context.lb, listener)? {
        let grounds = Grounds::new().with("policies", listener.policy_names.clone());
        return Ok(Verdict::Pass(grounds.with("custom", false)));
    }
    let offer = tls::offer(context.region, context.lb, listener)?;
    let (mut protocols, mut ciphers) = (offer.protocols.clone(), offer.ciphers.clone());
    if let Some(strong) = tls::predefined(&Kind::Classic, STRONG) {
        protocols.retain(|protocol| !strong.protocols.contains(protocol));
        ciphers.retain(|cipher| !strong.ciphers.contains(cipher));
    }
    let exceeds = !protocols.is_empty() || !ciphers.is_empty();
    let grounds: Grounds = offer.evidence().into();
    let grounds = grounds.with("compared_with", STRONG);
    let grounds = grounds.with("further_protocols", protocols).with("further_ciphers", ciphers);
    Ok(if exceeds { Verdict::Note(grounds) } else { Verdict::Pass(grounds) })
}
