//! A Network load balancer's HTTPS port does not negotiate HTTP/2.

use crate::analysis::routing::{self, End};
use crate::analysis::tls;
use crate::checks::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "alpn-mismatch",
    aliases: &["nlb-tls-alpn"],
    title: "HTTP/2 is not negotiated",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Network],
    why: "Clients learn from ALPN that a server speaks HTTP/2. Without it gRPC fails, browsers \
          fall back to HTTP/1.1, and the targets' limits and logs see other traffic than they were \
          made for.",
    logic: "Looks at TLS listeners on the usual ports of HTTPS (443, 8443, 9443) that forward to a \
            TLS target group. Notes an ALPN policy of HTTP1Only, None, or none at all. Passes on \
            HTTP2Only, HTTP2Optional and HTTP2Preferred. Another value is unknown. Target groups \
            of Network load balancers do not say which HTTP their targets speak.",
    false_alarms: "A service that is no HTTP, or targets that speak HTTP/1.1 alone, need no ALPN.",
    fix: "set the ALPN policy to HTTP2Preferred or HTTP2Optional, if the targets speak HTTP/2",
    remedy: Remedy::steps(Steps {
        console: "EC2 console, Load Balancers: open the load balancer, choose the TLS listener, \
                  Manage listener, Edit listener, and pick the ALPN policy HTTP2Preferred.",
        cli: "aws elbv2 modify-listener --listener-arn LISTENER_ARN --alpn-policy HTTP2Preferred",
        terraform: r#"
            resource "aws_lb_listener" "tls" {
              alpn_policy = "HTTP2Preferred"
            }"#,
        cloudformation: r"
            TlsListener:
              Type: AWS::ElasticLoadBalancingV2::Listener
              Properties:
                AlpnPolicy:
                  - HTTP2Preferred",
    }),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/create-tls-listener.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-listeners.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "no ALPN policy",
            given: || sample::with(&Kind::Network, |lb| sample::listeners(lb)[0].alpn = None),
            finds: &["note alpn-mismatch TLS:443"],
        },
        Example {
            title: "HTTP/1.1 alone",
            given: || {
                sample::with(&Kind::Network, |lb| {
                    sample::listeners(lb)[0].alpn = Some("HTTP1Only".to_owned());
                })
            },
            finds: &["note alpn-mismatch TLS:443"],
        },
        Example {
            title: "LDAP over TLS has no use for it",
            given: || {
                sample::with(&Kind::Network, |lb| {
                    let listener = &mut sample::listeners(lb)[0];
                    listener.port = Some(636);
                    listener.alpn = None;
                })
            },
            finds: &[
                "does not apply",
                "fail security-group-unused-port web",
                "fail listener-port-closed TLS:636",
            ],
        },
        Example {
            title: "TLS ends here, and the targets get TCP",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    sample::listeners(sample::only(region))[0].alpn = None;
                    sample::regroup(region, "web", |group| {
                        group.protocol = Some("TCP".into());
                    });
                })
            },
            finds: &["does not apply", "fail target-group-cleartext web"],
        },
        Example {
            title: "a policy that this version does not know",
            given: || {
                sample::with(&Kind::Network, |lb| {
                    sample::listeners(lb)[0].alpn = Some("HTTP3Only".to_owned());
                })
            },
            finds: &["unknown alpn-mismatch TLS:443"],
        },
        Example {
            title: "target groups unread",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    region.target_groups =
                        Fact::Unread(sample::denied(Call::ElbV2DescribeTargetGroups));
                })
            },
            finds: &[
                "unknown alpn-mismatch TLS:443",
                "unknown 26 others: elbv2:DescribeTargetGroups",
            ],
        },
        Example { title: "HTTP/2 preferred", given: || sample::clean(&Kind::Network), finds: &[] },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn judge(context: &Context, listener: &Listener) -> Judgement {
    let lb = context.lb;
    if !lb.serves(listener, &[Protocol::Tls])? || tls::usual_protocol(listener)? != Some("HTTPS") {
        return Ok(Verdict::NotApplicable);
    }
    if !encrypts_again(context, listener)? {
        return Ok(Verdict::NotApplicable);
    }
    match listener.alpn.as_deref() {
        Some(own @ ("HTTP2Only" | "HTTP2Optional" | "HTTP2Preferred")) => {
            Ok(Verdict::Pass(Grounds::new().with("alpn_policy", own)))
        }
        own @ (None | Some("None" | "HTTP1Only")) => {
            Ok(Verdict::Note(Grounds::new().with("alpn_policy", own.unwrap_or("None"))))
        }
        Some(other) => {
            Err(listener.unexpected_value(Reason::Unrecognised, &format!("ALPN policy {other}")))
        }
    }
}

/// Whether a listener forwards to a TLS target group, which alone an ALPN policy is for.
fn encrypts_again(context: &Context, listener: &Listener) -> Result<bool, Gap> {
    Partial::whole(routing::live(context.lb, listener)?).any(|route| match route.end {
        End::Forward(groups) => Partial::whole(groups).any(|arn| {
            let group = context.index.target_group(arn)?;
            Ok(group.protocol == Some(Protocol::Tls))
        }),
        End::Unknown(gap) => Err(gap),
        End::Redirect(_) | End::Answer => Ok(false),
    })
}
