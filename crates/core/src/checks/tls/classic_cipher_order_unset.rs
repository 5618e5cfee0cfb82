//! A Classic listener leaves the choice of cipher to the client.

use crate::analysis::tls;
use crate::checks::prelude::*;
use crate::checks::shared::causes;

pub(crate) const CHECK: Check = Check {
    id: "classic-cipher-order-unset",
    title: "the client chooses the cipher",
    severity: Severity::Low,
    applies_to: &[Kind::Classic],
    why: "With the order of ciphers left to the client, a badly configured one takes the weakest \
          that both sides know, though the load balancer would have had a better one.",
    logic: "Looks at Classic HTTPS and SSL listeners. Fails when the attribute \
            Server-Defined-Cipher-Order of the attached policy is not `true`; one that a custom \
            policy leaves out is off. A predefined policy that is only named has it on, save \
            ELBSecurityPolicy-2011-08 and AWS's two sample policies. A listener without policy has \
            AWS's default, ELBSecurityPolicy-2016-08, and passes.",
    false_alarms: "Where every cipher of the policy is equally good, the order changes speed and \
                   not safety.",
    fix: "attach a policy with Server-Defined-Cipher-Order true, best one of TLS 1.2 with ECDHE \
          ciphers and GCM only",
    remedy: Remedy::ssl_policy(Remedy::RECOMMENDED_POLICY).console(
        "EC2 console, Load Balancers: open the Classic load balancer, Listeners, Manage listeners, \
         Edit the security policy: choose a predefined one, or tick Server Order Preference in the \
         custom one.",
    ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-ssl-security-policy.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-security-policy-table.html",
    ],
    needs: &[Call::ElbDescribeLoadBalancerPolicies],
    examples: &[
        Example {
            title: "switched off",
            given: || {
                sample::classic_offering(&[
                    ("Protocol-TLSv1.2", "true"),
                    ("Server-Defined-Cipher-Order", "false"),
                    ("ECDHE-RSA-AES128-GCM-SHA256", "true"),
                ])
            },
            finds: &["fail classic-cipher-order-unset HTTPS:443"],
        },
        Example {
            title: "left out",
            given: || {
                sample::classic_offering(&[
                    ("Protocol-TLSv1.2", "true"),
                    ("ECDHE-RSA-AES128-GCM-SHA256", "true"),
                ])
            },
            finds: &["fail classic-cipher-order-unset HTTPS:443"],
        },
        Example {
            title: "a predefined policy of 2011, named and no more",
            given: || {
                sample::classic_offering(&[(
                    "Reference-Security-Policy",
                    "ELBSecurityPolicy-2011-08",
                )])
            },
            finds: &[
                "fail tls-legacy-protocol HTTPS:443",
                "fail tls-weak-cipher HTTPS:443",
                "fail classic-cipher-order-unset HTTPS:443",
            ],
        },
        Example {
            title: "a predefined policy of 2017, named and no more",
            given: || {
                sample::classic_offering(&[(
                    "Reference-Security-Policy",
                    "ELBSecurityPolicy-TLS-1-2-2017-01",
                )])
            },
            finds: &["fail tls-weak-cipher HTTPS:443"],
        },
        Example {
            title: "a value that this version does not know",
            given: || {
                sample::classic_offering(&[
                    ("Protocol-TLSv1.2", "true"),
                    ("Server-Defined-Cipher-Order", "perhaps"),
                    ("ECDHE-RSA-AES128-GCM-SHA256", "true"),
                ])
            },
            finds: &["unknown classic-cipher-order-unset HTTPS:443"],
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
        Example { title: "switched on", given: || sample::clean(&Kind::Classic), finds: &[] },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn judge(context: &Context, listener: &Listener) -> Judgement {
    if !tls::terminates(context.lb, listener)? {
        return Ok(Verdict::NotApplicable);
    }
    let ordered = tls::server_order(context.lb, listener)?;
    let evidence = Grounds::new()
        .with("policies", listener.policy_names.clone())
        .with("server_defined_cipher_order", ordered);
    if ordered {
        return Ok(Verdict::Pass(evidence));
    }
    Ok(Verdict::Fail(evidence.cause(causes::recommended_policy(&context.lb.kind))))
}
