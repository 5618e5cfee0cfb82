//! No listener of a load balancer encrypts.

use crate::analysis::routing::{self, End};
use crate::analysis::tls;
use crate::checks::prelude::*;
use crate::checks::shared::passed::SHOWN;
use crate::inventory::Redirect;

/// Protocols that encrypt, at the load balancer or from end to end.
const ENCRYPTED: &[Protocol] =
    &[Protocol::Https, Protocol::Tls, Protocol::Ssl, Protocol::Quic, Protocol::TcpQuic];

pub(crate) const CHECK: Check = Check {
    id: "no-tls-listener",
    aliases: &["lb-no-tls-listener"],
    title: "no listener encrypts",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "What comes in is not encrypted here, and nothing in AWS shows whether the protocol \
          inside does it itself. Security Hub reports such listeners under control ELB.18.",
    logic: "Notes a load balancer without HTTPS, TLS, SSL, QUIC or TCP_QUIC listener. Passes with \
            one. Does not apply without listeners; where `listener-cleartext` fails already; and \
            where every listener leads away: it redirects to another host or answers by itself, \
            passes TLS through on a port of a TLS protocol, or stands in front of Application load \
            balancers alone. A redirect to its own host leads to a port that nobody serves here.",
    false_alarms: "Protocols that encrypt by themselves, such as WireGuard, SSH or DNS over QUIC, \
                   need no TLS here. A redirect to its own host is right where CloudFront or \
                   another proxy in front serves HTTPS for it.",
    fix: "add an HTTPS or TLS listener, or note down why the protocol needs none",
    remedy: Remedy::tls_listener(TlsListener::First).console(
        "EC2 console, Load Balancers: open the load balancer, Listeners, Add listener, with \
         protocol HTTPS or TLS, a security policy and a certificate.",
    ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/create-tls-listener.html",
        "https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-18",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "TCP alone",
            given: || {
                sample::listening(
                    &Kind::Network,
                    vec![sample::listener("TCP", 5000, vec![sample::forward("web")])],
                )
            },
            finds: &["note no-tls-listener web"],
        },
        Example {
            title: "a redirect to its own host, which nobody serves",
            given: || {
                sample::listening(
                    &Kind::Application,
                    vec![sample::listener("HTTP", 80, vec![sample::redirect_to_https()])],
                )
            },
            finds: &["fail redirect-port-unserved HTTP:80", "note no-tls-listener web"],
        },
        Example {
            title: "requests in cleartext: the listener says it already",
            given: || sample::listening(&Kind::Classic, vec![sample::classic_listener("HTTP", 80)]),
            finds: &["does not apply", "fail listener-cleartext HTTP:80"],
        },
        Example {
            title: "a redirect to another host",
            given: || {
                let mut away = sample::redirect_to_https();
                if let Some(redirect) = &mut away.redirect {
                    redirect.host = Some("www.example.com".to_owned());
                }
                sample::listening(
                    &Kind::Application,
                    vec![sample::listener("HTTP", 80, vec![away])],
                )
            },
            finds: &["does not apply"],
        },
        Example {
            title: "TLS passed through",
            given: || {
                sample::listening(
                    &Kind::Network,
                    vec![sample::listener("TCP", 443, vec![sample::forward("web")])],
                )
            },
            finds: &["does not apply"],
        },
        Example {
            title: "an Application load balancer behind it",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    *sample::listeners(sample::only(region)) =
                        vec![sample::listener("TCP", 80, vec![sample::forward("web")])];
                    sample::regroup(region, "web", |group| {
                        group.target_type = Some("alb".into());
                    });
                })
            },
            finds: &[
                "does not apply",
                "fail security-group-unused-port web",
                "fail listener-port-closed TCP:80",
            ],
        },
        Example {
            title: "rules unread",
            given: || {
                sample::with(&Kind::Application, |lb| {
                    sample::listeners(lb).remove(0);
                    sample::listeners(lb)[0].rules =
                        Fact::Unread(sample::denied(Call::ElbV2DescribeRules));
                })
            },
            finds: &[
                "fail security-group-unused-port web",
                "unknown no-tls-listener web",
                "unknown 30 others: elbv2:DescribeRules",
            ],
        },
        Example { title: "one TLS listener", given: || sample::clean(&Kind::Network), finds: &[] },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn judge(context: &Context) -> Judgement {
    let listeners = context.lb.listeners.get()?;
    if listeners.is_empty() {
        return Ok(Verdict::NotApplicable);
    }
    if context.lb.serves_any(ENCRYPTED)? {
        let encrypted = listeners.iter().filter(|listener| listener.speaks(ENCRYPTED));
        let labels: Vec<String> = encrypted.take(SHOWN).map(Listener::label).collect();
        return Ok(Verdict::Pass(Grounds::new().with("listeners", labels)));
    }
    let mut bare = Partial::whole(Vec::new());
    for listener in listeners {
        match end(context, listener) {
            Ok(Ending::InClear) => return Ok(Verdict::NotApplicable),
            Ok(Ending::Here) => bare.found.push(listener.label()),
            Ok(Ending::Elsewhere) => {}
            Err(gap) => bare.add_gap(gap),
        }
    }
    let bare = bare.complete()?;
    if bare.is_empty() {
        return Ok(Verdict::NotApplicable);
    }
    Ok(Verdict::Note(Grounds::new().with("listeners", bare)))
}

/// Where what a listener without encryption takes in ends up.
enum Ending {
    /// At a target, as requests in cleartext.
    InClear,
    /// At a target or at this load balancer again.
    Here,
    /// At somebody who is judged apart, or nowhere.
    Elsewhere,
}

fn end(context: &Context, listener: &Listener) -> Result<Ending, Gap> {
    if listener.speaks(&[Protocol::Http]) {
        return requests(context, listener);
    }
    let passes_tls = listener.speaks(&[Protocol::Tcp, Protocol::TcpUdp])
        && tls::usual_protocol(listener)?.is_some();
    if passes_tls || routing::fronts_application(context.index, context.lb, listener)? {
        return Ok(Ending::Elsewhere);
    }
    Ok(Ending::Here)
}

fn requests(context: &Context, listener: &Listener) -> Result<Ending, Gap> {
    if context.lb.kind == Kind::Classic {
        return Ok(Ending::InClear);
    }
    let own_host = |redirect: &Redirect| matches!(redirect.host.as_deref(), None | Some("#{host}"));
    let mut ending = Partial::whole(Ending::Elsewhere);
    for route in routing::live(context.lb, listener)? {
        match &route.end {
            _ if route.is_acme_only() => {}
            End::Forward(groups) if !groups.is_empty() => return Ok(Ending::InClear),
            End::Redirect(redirect) if own_host(redirect) => ending.found = Ending::Here,
            End::Unknown(gap) => ending.add_gap(gap.clone()),
            End::Forward(_) | End::Redirect(_) | End::Answer => {}
        }
    }
    ending.complete()
}
