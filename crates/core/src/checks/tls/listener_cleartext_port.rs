//! A port is served whose protocol is not encrypted.

use crate::analysis::routing::{self};
use crate::checks::prelude::*;
use crate::remedy::plan::{Plan, Why};

/// Ports whose usual protocol is not encrypted. The list is in `logic` too, where a test compares them.
const PORTS: &[(u16, &str)] = &[
    (21, "FTP"),
    (23, "Telnet"),
    (25, "SMTP"),
    (69, "TFTP"),
    (80, "HTTP"),
    (110, "POP3"),
    (143, "IMAP"),
    (161, "SNMP"),
    (389, "LDAP"),
    (512, "rexec"),
    (513, "rlogin"),
    (514, "rsh, syslog"),
    (873, "rsync"),
    (1883, "MQTT"),
    (2375, "Docker"),
    (5672, "AMQP"),
    (6379, "Redis"),
    (8080, "HTTP"),
    (9200, "Elasticsearch"),
    (11211, "memcached"),
    (27017, "MongoDB"),
    (61613, "STOMP"),
];

pub(crate) const CHECK: Check = Check {
    id: "listener-cleartext-port",
    aliases: &["nlb-listener-cleartext"],
    title: "port of a cleartext protocol",
    severity: Severity::Medium,
    applies_to: &[Kind::Network, Kind::Classic],
    why: "The protocol that this port stands for sends everything in cleartext, passwords included. A \
          load balancer that hands the bytes through adds no encryption.",
    logic: "Looks at TCP, UDP, TCP_UDP and TCP_QUIC listeners of Network and TCP listeners of \
            Classic load balancers. Fails on ports 21, 23, 25, 69, 80, 110, 143, 161, 389, 512, 513, 514, 873, \
            1883, 2375, 5672, 6379, 8080, 9200, 11211, 27017, 61613. Other ports pass: TLS that is \
            passed through cannot be seen from here. A Network listener in front of an Application \
            load balancer alone is judged there.",
    false_alarms: "A protocol may be upgraded to TLS on its own port, as SMTP, IMAP, LDAP and MQTT \
                   can be by STARTTLS or by configuration, and another protocol may use the port; \
                   the port alone does not show it.",
    fix: "serve the protocol's TLS port with a TLS listener, or pass TLS through and close this \
          port",
    remedy: Remedy::tls_listener(TlsListener::Beside)
        .console(
            "EC2 console, Load Balancers: open the load balancer, Listeners, Add listener, with \
         protocol TLS, the port of the encrypted protocol and a certificate; then delete this one.",
        )
        .planned(Plan::Never(
            Why::Decision,
            "clients have to speak TLS before the port in cleartext goes",
        )),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/create-tls-listener.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-listener-config.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "LDAP in cleartext",
            given: || {
                sample::listening(
                    &Kind::Network,
                    vec![sample::listener("TCP", 389, vec![sample::forward("web")])],
                )
            },
            finds: &["fail listener-cleartext-port TCP:389"],
        },
        Example {
            title: "HTTP beside QUIC",
            given: || {
                sample::listening(
                    &Kind::Network,
                    vec![sample::listener("TCP_QUIC", 80, vec![sample::forward("web")])],
                )
            },
            finds: &["fail listener-cleartext-port TCP_QUIC:80"],
        },
        Example {
            title: "Redis on a Classic load balancer: in cleartext, and open to the internet",
            given: || {
                sample::with_region(&Kind::Classic, |region| {
                    *sample::listeners(sample::only(region)) =
                        vec![sample::classic_listener("TCP", 6379)];
                    sample::guard(region, sample::open_group("sg-web", &[6379]));
                })
            },
            finds: &[
                "fail listener-sensitive-port TCP:6379",
                "fail listener-cleartext-port TCP:6379",
            ],
        },
        Example {
            title: "TLS passed through",
            given: || {
                sample::listening(
                    &Kind::Network,
                    vec![sample::listener("TCP", 443, vec![sample::forward("web")])],
                )
            },
            finds: &[],
        },
        Example {
            title: "an Application load balancer behind the port",
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
    ],
    ..Check::new(Judge::Listener(judge))
};

fn judge(context: &Context, listener: &Listener) -> Judgement {
    let own: &[Protocol] = match context.lb.kind {
        Kind::Classic => &[Protocol::Tcp],
        _ => &[Protocol::Tcp, Protocol::Udp, Protocol::TcpUdp, Protocol::TcpQuic],
    };
    if !context.lb.serves(listener, own)? {
        return Ok(Verdict::NotApplicable);
    }
    let number = listener.number()?;
    let Some((port, name)) = PORTS.iter().find(|(port, _)| *port == number) else {
        return Ok(Verdict::Pass(Grounds::new().with("port", number)));
    };
    if routing::fronts_application(context.index, context.lb, listener)? {
        return Ok(Verdict::NotApplicable);
    }
    Ok(Verdict::Fail(Grounds::new().with("port", *port).with("usual_protocol", *name)))
}
