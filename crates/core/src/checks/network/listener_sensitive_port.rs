//! A management or database port is open to the internet.

use crate::analysis::routing::{self};
use crate::checks::prelude::*;
use crate::checks::shared::causes_network;
use crate::vocab::net::Family;

/// Ports of management interfaces and databases. The list is in `logic` too, where a test compares them.
const PORTS: &[(u16, &str)] = &[
    (22, "SSH"),
    (23, "Telnet"),
    (135, "MS RPC"),
    (139, "NetBIOS"),
    (445, "SMB"),
    (1433, "SQL Server"),
    (1521, "Oracle"),
    (2375, "Docker"),
    (2379, "etcd"),
    (3306, "MySQL"),
    (3389, "RDP"),
    (5432, "PostgreSQL"),
    (5601, "Kibana"),
    (5900, "VNC"),
    (6379, "Redis"),
    (6443, "Kubernetes"),
    (8001, "Kubernetes proxy"),
    (9200, "Elasticsearch"),
    (10250, "kubelet"),
    (11211, "memcached"),
    (27017, "MongoDB"),
];

pub(crate) const CHECK: Check = Check {
    id: "listener-sensitive-port",
    aliases: &["sg-open-to-world"],
    title: "management or database port open to the internet",
    severity: Severity::High,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "Ports like these are scanned without pause. Behind them are logins without a second \
          factor, databases without a password, or the keys of a whole cluster.",
    logic: "Fails when the internet can reach a listener on port 22, 23, 135, 139, 445, 1433, \
            1521, 2375, 2379, 3306, 3389, 5432, 5601, 5900, 6379, 6443, 8001, 9200, 10250, 11211, \
            27017, whatever its protocol. Passes for a port that the configuration names \
            (`[intent]`, `public-ports`), when only some addresses can, or when every rule \
            redirects or answers by itself. Unknown while exposure is. A Network listener in front \
            of an Application load balancer alone passes: it is judged there.",
    false_alarms: "A service of one's own that happens to use such a port, and a management port \
                   that is meant for everyone, as SSH of a public Git server, look the same.",
    fix: "admit only the networks that administer it in the security group, or move it behind a \
          VPN or Session Manager",
    remedy: Remedy::admit_instead(Source::Ipv4("CLIENTS_RANGE")).console(
        "EC2, Security Groups, the load balancer's group, Inbound rules, Edit: replace 0.0.0.0/0 \
         and ::/0 on the port by the networks that need it.",
    ),
    links: &[
        "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "SSH for everyone",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    *sample::listeners(sample::only(region)) =
                        vec![sample::listener("TCP", 22, vec![sample::forward("web")])];
                    sample::guard(region, sample::open_group("sg-web", &[22]));
                })
            },
            finds: &["fail listener-sensitive-port TCP:22"],
        },
        Example {
            title: "a dashboard behind HTTPS is no less open",
            given: || {
                sample::with_region(&Kind::Application, |region| {
                    let mut kibana = sample::https(vec![sample::forward("web")]);
                    kibana.port = Some(5601);
                    *sample::listeners(sample::only(region)) = vec![kibana];
                    sample::guard(region, sample::open_group("sg-web", &[5601]));
                })
            },
            finds: &["fail listener-sensitive-port HTTPS:5601"],
        },
        Example {
            title: "SSH for the office alone",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    *sample::listeners(sample::only(region)) =
                        vec![sample::listener("TCP", 22, vec![sample::forward("web")])];
                    let mut office = sample::open_group("sg-web", &[22]);
                    office.ingress[0].ranges = "198.51.100.0/24".parse().into_iter().collect();
                    sample::guard(region, office);
                })
            },
            finds: &[],
        },
        Example {
            title: "SSH from inside: rules unread hide nothing",
            given: || {
                sample::with(&Kind::Network, |lb| {
                    sample::internal(lb);
                    let mut ssh = sample::listener("TCP", 22, vec![sample::forward("web")]);
                    ssh.rules = Fact::Unread(sample::denied(Call::ElbV2DescribeRules));
                    *sample::listeners(lb) = vec![ssh];
                })
            },
            finds: &[
                "fail internal-open-to-any web",
                "fail security-group-unused-port web",
                "fail listener-port-closed TCP:22",
                "unknown 13 others: elbv2:DescribeRules",
            ],
        },
        Example {
            title: "security groups unread",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    *sample::listeners(sample::only(region)) =
                        vec![sample::listener("TCP", 22, vec![sample::forward("web")])];
                    region.security_groups =
                        Fact::Unread(sample::denied(Call::Ec2DescribeSecurityGroups));
                })
            },
            finds: &[
                "unknown listener-sensitive-port TCP:22",
                "unknown 6 others: ec2:DescribeSecurityGroups",
            ],
        },
        Example {
            title: "every rule redirects",
            given: || {
                sample::with_region(&Kind::Application, |region| {
                    sample::listeners(sample::only(region)).push(sample::listener(
                        "HTTP",
                        8001,
                        vec![sample::redirect_to_https()],
                    ));
                    sample::guard(region, sample::open_group("sg-web", &[80, 443, 8001]));
                })
            },
            finds: &[],
        },
        Example {
            title: "an Application load balancer behind the port",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    *sample::listeners(sample::only(region)) =
                        vec![sample::listener("TCP", 6443, vec![sample::forward("web")])];
                    sample::guard(region, sample::open_group("sg-web", &[6443]));
                    sample::regroup(region, "web", |group| {
                        group.target_type = Some("alb".into());
                    });
                })
            },
            finds: &[],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn judge(context: &Context, listener: &Listener) -> Judgement {
    let number = listener.number()?;
    let Some((port, name)) = PORTS.iter().find(|(port, _)| *port == number) else {
        return Ok(Verdict::Pass(Grounds::new().with("port", number)));
    };
    let seen = Grounds::new().with("port", *port).with("usual_protocol", *name);
    if context.intent.public_ports.contains(port) {
        return Ok(Verdict::Pass(seen.with("public_ports", "in the configuration's list")));
    }
    let seen = seen.with("exposure", context.exposure.class().word());
    if matches!(
        context.exposure,
        Exposure::Restricted(_) | Exposure::Internal | Exposure::Blocked(_)
    ) {
        return Ok(Verdict::Pass(seen));
    }
    // A pass, not a question without sense: a narrow port passes whatever is behind it.
    if routing::fronts_application(context.index, context.lb, listener)? {
        return Ok(Verdict::Pass(seen.with("forwards_to", "an Application load balancer")));
    }
    if routing::forwards_nothing(context.lb, listener)? {
        return Ok(Verdict::Pass(seen.with("forwards_to", "nothing")));
    }
    match context.exposure {
        Exposure::Internet(sources) => {
            let evidence = Grounds::new()
                .with("port", *port)
                .with("usual_protocol", *name)
                .with("open_to", sources.clone());
            Ok(Verdict::Fail(causes_network::closing(context, listener, &Family::BOTH, evidence)))
        }
        Exposure::Unknown(gap) => Err(gap.clone()),
        Exposure::Restricted(_) | Exposure::Internal | Exposure::Blocked(_) => {
            Ok(Verdict::Pass(seen))
        }
    }
}
