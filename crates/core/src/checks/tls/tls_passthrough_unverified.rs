//! TLS is passed through: nothing in AWS shows whether the targets' is any good.

use crate::analysis::{routing, tls};
use crate::checks::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "tls-passthrough-unverified",
    title: "TLS is passed through unseen",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Network, Kind::Classic],
    why: "The targets end TLS: their protocols, ciphers and certificates decide, and none of them \
          is in AWS's answers. They may be excellent, expired, or no TLS at all.",
    logic: "Looks at listeners on ports whose usual protocol begins with TLS: 443, 465, 636, 853, \
            990, 993, 995, 2376, 3269, 5061, 5671, 6443, 6514, 8443, 8883 and 9443. Notes TCP, \
            TCP_UDP and TCP_QUIC listeners. Passes where the load balancer ends TLS itself, or the \
            protocol is QUIC, which is always encrypted. Does not apply in front of Application \
            load balancers alone, which are judged themselves.",
    false_alarms: "Passing TLS through is right where nobody but the target may read the traffic, \
                   or where the target verifies client certificates.",
    fix: "look at the targets' TLS from a client, for example with openssl s_client, or end TLS at \
          the load balancer",
    remedy: Remedy::tls_listener(TlsListener::Instead).console(
        "EC2 console, Load Balancers: open the load balancer and add a TLS listener with a \
         certificate in the place of the TCP one, if the load balancer may end TLS.",
    ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-listeners.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-listener-config.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "HTTPS on a TCP listener",
            given: || {
                sample::listening(
                    &Kind::Network,
                    vec![sample::listener("TCP", 443, vec![sample::forward("web")])],
                )
            },
            finds: &["note tls-passthrough-unverified TCP:443"],
        },
        Example {
            title: "a Classic load balancer",
            given: || {
                sample::listening(&Kind::Classic, vec![sample::classic_listener("TCP", 8443)])
            },
            finds: &["note tls-passthrough-unverified TCP:8443"],
        },
        Example {
            title: "an Application load balancer behind it",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    *sample::listeners(sample::only(region)) =
                        vec![sample::listener("TCP", 443, vec![sample::forward("web")])];
                    sample::regroup(region, "web", |group| {
                        group.target_type = Some("alb".into());
                    });
                })
            },
            finds: &["does not apply"],
        },
        Example {
            title: "target groups unread",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    *sample::listeners(sample::only(region)) =
                        vec![sample::listener("TCP", 443, vec![sample::forward("web")])];
                    region.target_groups =
                        Fact::Unread(sample::denied(Call::ElbV2DescribeTargetGroups));
                })
            },
            finds: &[
                "unknown tls-passthrough-unverified TCP:443",
                "unknown 27 others: elbv2:DescribeTargetGroups",
            ],
        },
        Example {
            title: "TLS ends at the load balancer",
            given: || sample::clean(&Kind::Network),
            finds: &[],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn judge(context: &Context, listener: &Listener) -> Judgement {
    let Some(protocol) = tls::usual_protocol(listener)? else {
        return Ok(Verdict::NotApplicable);
    };
    if tls::terminates(context.lb, listener)? || listener.speaks(&[Protocol::Quic]) {
        let own = or_missing(listener.protocol.as_ref());
        let grounds = Grounds::new().with("port", listener.port).with("protocol", own);
        return Ok(Verdict::Pass(grounds));
    }
    if !listener.speaks(&[Protocol::Tcp, Protocol::TcpUdp, Protocol::TcpQuic])
        || routing::fronts_application(context.index, context.lb, listener)?
    {
        return Ok(Verdict::NotApplicable);
    }
    let evidence = Grounds::new().with("port", listener.port).with("usual_protocol", protocol);
    Ok(Verdict::Note(evidence))
}
