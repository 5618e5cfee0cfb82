//! Configurations that other tools judge wrongly, as fixtures: ours is computed, theirs is on record.

use crate::call::Call;
use crate::catalogue::Peer;
use crate::fact::Fact;
use crate::inventory::{Inventory, Kind};
use crate::sample;

/// A configuration, what is right about it, and what others say.
pub struct Case {
    /// In a few words.
    pub title: &'static str,
    /// The configuration, in a sentence.
    pub what: &'static str,
    /// What is right, as the end of "Right is: …".
    pub right: &'static str,
    /// The configuration.
    pub given: fn() -> Inventory,
    /// The checks that it is about.
    pub checks: &'static [&'static str],
    /// What those checks have to find: `outcome check label`.
    pub ours: &'static [&'static str],
    /// What others say.
    pub peers: &'static [Says],
}

/// What another tool says of a configuration.
pub struct Says {
    /// The tool.
    pub peer: Peer,
    /// Its rule.
    pub rule: &'static str,
    /// How we know.
    pub basis: Basis,
    /// What it says.
    pub says: &'static str,
}

/// How it is known what a tool says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Its code was run on such a configuration.
    Run,
    /// Its code or documentation was read.
    Read,
}

const fn run(peer: Peer, rule: &'static str, says: &'static str) -> Says {
    Says { peer, rule, basis: Basis::Run, says }
}

const fn read(peer: Peer, rule: &'static str, says: &'static str) -> Says {
    Says { peer, rule, basis: Basis::Read, says }
}

/// All cases.
pub const CASES: &[Case] = &[
    Case {
        title: "Only one path is redirected",
        what: "An HTTP listener redirects `/login` to HTTPS and forwards everything else.",
        right: "a failure, because most requests are served in clear",
        given: one_path_redirected,
        checks: &["listener-cleartext"],
        ours: &["fail listener-cleartext HTTP:80"],
        peers: &[
            run(
                Peer::Prowler,
                "elbv2_ssl_listeners",
                "PASS: one HTTPS redirect in any rule is enough",
            ),
            read(Peer::Trivy, "AWS-0054", "passes: any redirect is enough"),
        ],
    },
    Case {
        title: "Everything is redirected",
        what: "An HTTP listener does nothing but redirect to HTTPS.",
        right: "a pass: this is what AWS recommends",
        given: || sample::clean(&Kind::Application),
        checks: &["listener-cleartext"],
        ours: &["pass listener-cleartext HTTP:80"],
        peers: &[
            read(Peer::CloudSploit, "elbv2HttpsOnly", "flags every listener that is not HTTPS"),
            read(Peer::SecurityHub, "ELB.18", "fails, though the same listener passes ELB.1"),
            read(
                Peer::Steampipe,
                "elb_application_network_listener_uses_secure_protocol",
                "alarms",
            ),
        ],
    },
    Case {
        title: "A second port is redirected",
        what: "HTTP on port 8080 is forwarded, HTTP on port 80 redirected.",
        right: "a failure on port 8080",
        given: two_cleartext_ports,
        checks: &["listener-cleartext"],
        ours: &["fail listener-cleartext HTTP:8080", "pass listener-cleartext HTTP:80"],
        peers: &[run(
            Peer::Prowler,
            "elbv2_ssl_listeners",
            "PASS: the later listener's redirect overwrites the failure of the earlier one",
        )],
    },
    Case {
        title: "A redirect to cleartext",
        what: "An HTTP listener redirects to HTTP on another port.",
        right: "a failure: the visitor stays in clear",
        given: || {
            sample::listening(
                &Kind::Application,
                vec![sample::listener(
                    "HTTP",
                    80,
                    vec![sample::redirect(Some("HTTP"), Some("8080"))],
                )],
            )
        },
        checks: &["redirect-to-http"],
        ours: &["fail redirect-to-http HTTP:80"],
        peers: &[read(Peer::Trivy, "AWS-0054", "passes: any redirect will do")],
    },
    Case {
        title: "Listeners that could not be read",
        what: "The call that lists the listeners is denied.",
        right: "unknown, with the call and the IAM action",
        given: || {
            sample::with(&Kind::Application, |lb| {
                lb.listeners = Fact::Unread(sample::denied(Call::ElbV2DescribeListeners));
            })
        },
        checks: &["listener-cleartext", "no-listeners"],
        ours: &["unknown listener-cleartext web", "unknown no-listeners web"],
        peers: &[
            run(Peer::Prowler, "elbv2_ssl_listeners", "PASS: HTTPS listeners only"),
            run(Peer::Prowler, "elbv2_listeners_underneath", "FAIL: no listeners"),
            read(Peer::CloudSploit, "elbv2HttpsOnly", "all listeners are HTTPS-only"),
        ],
    },
    Case {
        title: "Telnet beside TLS",
        what: "A Network load balancer has a TLS listener on port 443 and a TCP one on port 23.",
        right: "a failure on port 23",
        given: telnet_beside_tls,
        checks: &["listener-cleartext-port"],
        ours: &["fail listener-cleartext-port TCP:23"],
        peers: &[
            run(
                Peer::Prowler,
                "elbv2_nlb_tls_termination_enabled",
                "PASS: one TLS listener is enough",
            ),
            read(Peer::CloudSploit, "elbv2NlbListenerSecurity", "passes for the same reason"),
        ],
    },
    Case {
        title: "TLS 1.0 on a Network load balancer",
        what: "A TLS listener's policy still speaks TLS 1.0.",
        right: "a failure",
        given: || {
            sample::with(&Kind::Network, |lb| {
                sample::listeners(lb)[0].ssl_policy = Some("ELBSecurityPolicy-2016-08".to_owned());
            })
        },
        checks: &["tls-legacy-protocol"],
        ours: &["fail tls-legacy-protocol TLS:443"],
        peers: &[
            run(
                Peer::Prowler,
                "elbv2_insecure_ssl_ciphers",
                "PASS: HTTPS listeners alone are looked at",
            ),
            read(
                Peer::ScoutSuite,
                "elbv2-older-ssl-policy",
                "accepts `2016-08`, which speaks TLS 1.0",
            ),
        ],
    },
    Case {
        title: "A FIPS policy",
        what: "A listener has `ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04`, which AWS recommends.",
        right: "a pass: TLS 1.2 and 1.3 with forward secrecy",
        given: || {
            sample::with(&Kind::Application, |lb| {
                sample::listeners(lb)[0].ssl_policy =
                    Some("ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04".to_owned());
            })
        },
        checks: &["tls-legacy-protocol", "tls-weak-cipher"],
        ours: &["pass tls-legacy-protocol HTTPS:443", "pass tls-weak-cipher HTTPS:443"],
        peers: &[
            run(Peer::Prowler, "elbv2_insecure_ssl_ciphers", "FAIL: the name is not on its list"),
            read(Peer::ScoutSuite, "elbv2-older-ssl-policy", "calls it an older policy"),
        ],
    },
    Case {
        title: "Smuggling only watched",
        what: "Desync mitigation is set to `monitor`, invalid headers are dropped.",
        right: "a failure: ambiguous requests get through",
        given: || {
            sample::with(&Kind::Application, |lb| {
                sample::set(lb, &[("routing.http.desync_mitigation_mode", "monitor")]);
            })
        },
        checks: &["desync-monitor"],
        ours: &["fail desync-monitor web"],
        peers: &[run(
            Peer::Prowler,
            "elbv2_desync_mitigation_mode",
            "PASS: dropped headers are enough",
        )],
    },
    Case {
        title: "Attributes that could not be read",
        what: "The call that reads the attributes is denied.",
        right: "unknown",
        given: || {
            sample::with(&Kind::Application, |lb| {
                lb.attributes =
                    Fact::Unread(sample::denied(Call::ElbV2DescribeLoadBalancerAttributes));
            })
        },
        checks: &["desync-monitor"],
        ours: &["unknown desync-monitor web"],
        peers: &[run(Peer::Prowler, "elbv2_desync_mitigation_mode", "PASS")],
    },
    Case {
        title: "Open to the world on one port",
        what: "A public load balancer's security group lets everyone in on port 443.",
        right: "reported as open to the internet, which is no fault",
        given: || sample::clean(&Kind::Application),
        checks: &["internet-facing"],
        ours: &["note internet-facing web"],
        peers: &[run(
            Peer::Prowler,
            "elbv2_internet_facing",
            "PASS: not public, since only rules for all ports count",
        )],
    },
    Case {
        title: "A Network load balancer without security group",
        what: "A public Network load balancer has no security group: everyone reaches every listener.",
        right: "a failure",
        given: || sample::with(&Kind::Network, |lb| lb.security_groups.clear()),
        checks: &["security-group-missing"],
        ours: &["fail security-group-missing web"],
        peers: &[run(Peer::Prowler, "elbv2_internet_facing", "PASS: not public")],
    },
    Case {
        title: "Access logs of a Gateway load balancer",
        what: "A Gateway load balancer writes no access logs, because AWS offers none.",
        right: "nothing to judge",
        given: || sample::clean(&Kind::Gateway),
        checks: &["access-logs-disabled"],
        ours: &[],
        peers: &[run(Peer::Prowler, "elbv2_logging_enabled", "FAIL")],
    },
    Case {
        title: "Access logs of a TCP load balancer",
        what: "A Network load balancer has TCP listeners alone; AWS logs TLS connections only.",
        right: "nothing to judge",
        given: || {
            sample::with(&Kind::Network, |lb| {
                sample::set(lb, &[("access_logs.s3.enabled", "false")]);
                *sample::listeners(lb) =
                    vec![sample::listener("TCP", 5000, vec![sample::forward("web")])];
            })
        },
        checks: &["access-logs-disabled"],
        ours: &[],
        peers: &[
            read(Peer::Prowler, "elbv2_logging_enabled", "FAIL"),
            read(Peer::ScoutSuite, "elbv2-no-access-logs", "flags it"),
        ],
    },
    Case {
        title: "Logs delivered by CloudWatch",
        what: "Access logs go through a CloudWatch Logs delivery; the S3 attribute is off.",
        right: "a pass",
        given: || sample::vended(&Kind::Application, "ALB_ACCESS_LOGS", true),
        checks: &["access-logs-disabled"],
        ours: &["pass access-logs-disabled web"],
        peers: &[
            read(Peer::Prowler, "elbv2_logging_enabled", "FAIL: the attribute alone is read"),
            read(Peer::Checkov, "CKV_AWS_91", "fails for the same reason"),
        ],
    },
    Case {
        title: "A certificate that ACM renews",
        what: "An ACM certificate is valid for five more months and renewed in time.",
        right: "a pass",
        given: || sample::clean(&Kind::Application),
        checks: &["certificate-expired", "certificate-expiring"],
        ours: &[
            "pass certificate-expired www.example.com",
            "pass certificate-expiring www.example.com",
        ],
        peers: &[run(
            Peer::ScoutSuite,
            "acm-certificate-with-close-expiration-date",
            "flags it, as every valid certificate: the comparison is the wrong way round",
        )],
    },
    Case {
        title: "An empty target group",
        what: "A load balancer forwards to a target group in which nothing is registered.",
        right: "a failure: every request ends in an error",
        given: || {
            sample::with_region(&Kind::Application, |region| {
                if let Fact::Known(groups) = &mut region.target_groups {
                    groups[0].targets = Fact::Known(Vec::new());
                }
            })
        },
        checks: &["no-targets"],
        ours: &["fail no-targets web"],
        peers: &[read(Peer::CloudSploit, "elbv2NoInstances", "passes: a target group is there")],
    },
    Case {
        title: "A load balancer that only redirects",
        what: "Every listener redirects to another host; there is nothing to forward to.",
        right: "nothing to judge",
        given: || {
            sample::listening(
                &Kind::Application,
                vec![sample::listener("HTTP", 80, vec![sample::redirect_to_https()])],
            )
        },
        checks: &["no-targets"],
        ours: &[],
        peers: &[
            read(
                Peer::CloudSploit,
                "elbv2NoInstances",
                "fails, and its remedy deletes the load balancer",
            ),
            read(Peer::CloudSploit, "elbv2MinimumTargetInstances", "fails"),
        ],
    },
];

fn one_path_redirected() -> Inventory {
    let to_https =
        sample::rule(Some(10), vec![sample::path(&["/login"])], vec![sample::redirect_to_https()]);
    let http = sample::listener("HTTP", 80, vec![sample::forward("web")]);
    sample::listening(&Kind::Application, vec![sample::ruled(http, vec![to_https])])
}

fn two_cleartext_ports() -> Inventory {
    sample::with_region(&Kind::Application, |region| {
        region.security_groups = Fact::Known(vec![
            sample::open_group("sg-web", &[80, 8080]),
            sample::target_group_door(),
        ]);
        *sample::listeners(sample::only(region)) = vec![
            sample::listener("HTTP", 8080, vec![sample::forward("web")]),
            sample::listener("HTTP", 80, vec![sample::redirect_to_https()]),
        ];
    })
}

fn telnet_beside_tls() -> Inventory {
    sample::with_region(&Kind::Network, |region| {
        region.security_groups = Fact::Known(vec![
            sample::open_group("sg-web", &[23, 443]),
            sample::target_group_door(),
        ]);
        let telnet = sample::listener("TCP", 23, vec![sample::forward("web")]);
        sample::listeners(sample::only(region)).push(telnet);
    })
}
