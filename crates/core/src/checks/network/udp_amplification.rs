//! A port that floods of forged packets are made with is open to the internet.

use crate::checks::prelude::*;
use crate::checks::shared::causes_network;
use crate::vocab::net::Family;

/// Ports of services that answer a small packet with a large one. Source: CISA alert TA14-017A.
const PORTS: &[(u16, &str)] = &[
    (19, "chargen"),
    (53, "DNS"),
    (123, "NTP"),
    (161, "SNMP"),
    (389, "LDAP"),
    (1900, "SSDP"),
    (11211, "memcached"),
];

pub(crate) const CHECK: Check = Check {
    id: "udp-amplification",
    aliases: &["udp-amplification-port"],
    title: "UDP port that amplifies attacks, open to the internet",
    severity: Severity::Medium,
    applies_to: &[Kind::Network],
    why: "Whoever sends a small packet in somebody else's name makes the service send that somebody \
          a large one: it takes part in an attack, pays for the traffic, and ends on blocklists.",
    logic: "Fails when the internet can reach a UDP or TCP_UDP listener on port 19, 53, 123, 161, \
            389, 1900 or 11211 that is not meant to be public (`[intent]`, `public-ports`). Passes when only some \
            addresses can, and on other ports. Does not apply to listeners without UDP. Unknown \
            while exposure is.",
    false_alarms: "A public name server that answers for its own zones alone and limits its answers \
                   is meant to be open: name its port in `public-ports` of `[intent]`.",
    fix: "admit only those who use the service in the security group",
    remedy: Remedy::new(Change::Ingress {
        protocol: "udp",
        admit: Source::Ipv4("CLIENTS_RANGE"),
    })
    .console(
        "EC2 > Security Groups > the load balancer's group > Edit inbound rules: narrow the source \
         of the UDP port.",
    ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html",
    ],
    examples: &[
        Example {
            title: "NTP for everyone",
            given: || serving("UDP", 123, |_| ()),
            finds: &["fail udp-amplification UDP:123", "fail security-group-unused-port web"],
        },
        Example {
            title: "DNS for everyone, by TCP too",
            given: || serving("TCP_UDP", 53, |_| ()),
            finds: &["fail udp-amplification TCP_UDP:53", "fail security-group-unused-port web"],
        },
        Example {
            title: "DNS by TCP alone",
            given: || serving("TCP", 53, |_| ()),
            finds: &["does not apply", "fail security-group-unused-port web"],
        },
        Example {
            title: "DNS for the company",
            given: || {
                serving("UDP", 53, |region| {
                    if let Fact::Known(groups) = &mut region.security_groups {
                        for group in groups.iter_mut().filter(|group| group.id == "sg-web") {
                            group.ingress[0].ranges =
                                "198.51.100.0/24".parse().into_iter().collect();
                        }
                    }
                })
            },
            finds: &["fail security-group-unused-port web"],
        },
        Example {
            title: "security groups unread",
            given: || {
                serving("UDP", 53, |region| {
                    let gap = sample::denied(Call::Ec2DescribeSecurityGroups);
                    region.security_groups = Fact::Unread(gap);
                })
            },
            finds: &[
                "unknown udp-amplification UDP:53",
                "unknown 6 others: ec2:DescribeSecurityGroups",
            ],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

/// The clean Network account with one listener that everyone may reach, after one more change.
fn serving(protocol: &str, port: u16, change: impl FnOnce(&mut Region)) -> Inventory {
    sample::with_region(&Kind::Network, |region| {
        *sample::listeners(sample::only(region)) =
            vec![sample::listener(protocol, port, vec![sample::forward("web")])];
        sample::regroup(region, "web", |group| {
            (group.protocol, group.port) = (Some(protocol.into()), Some(port));
        });
        let mut door = sample::open_group("sg-web", &[i32::from(port)]);
        "-1".clone_into(&mut door.ingress[0].protocol);
        sample::guard(region, door);
        change(region);
    })
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    if !context.lb.serves(listener, &[Protocol::Udp, Protocol::TcpUdp])? {
        return Ok(Verdict::NotApplicable);
    }
    let number = listener.number()?;
    let Some((port, service)) = PORTS.iter().find(|(port, _)| *port == number) else {
        return Ok(Verdict::Pass(Grounds::new().with("port", number)));
    };
    let seen = Grounds::new().with("port", *port).with("usual_protocol", *service);
    if context.intent.public_ports.contains(port) {
        return Ok(Verdict::Pass(seen.with("public_ports", "in the configuration's list")));
    }
    match context.exposure {
        Exposure::Internet(sources) => {
            let evidence = Grounds::new()
                .with("port", *port)
                .with("usual_protocol", *service)
                .with("open_to", sources.clone());
            Ok(Verdict::Fail(causes_network::closing(context, listener, &Family::BOTH, evidence)))
        }
        Exposure::Unknown(gap) => Err(gap.clone()),
        Exposure::Restricted(_) | Exposure::Internal | Exposure::Blocked(_) => {
            Ok(Verdict::Pass(seen.with("exposure", context.exposure.class().word())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Options, audit};
    use crate::report::Outcome;

    #[test]
    fn a_port_that_is_meant_to_be_public_passes() {
        let inventory = serving("UDP", 53, |_| ());
        let outcome = |public: &[u16]| {
            let mut options = Options { show_passed: true, ..Options::at(inventory.taken_at) };
            options.policy.intent.public_ports = public.to_vec();
            audit(&inventory, &[&CHECK], &options).findings[0].outcome
        };
        assert_eq!((outcome(&[]), outcome(&[53])), (Outcome::Fail, Outcome::Pass));
    }

    #[test]
    fn the_ports_are_those_of_the_page() {
        for (port, _) in PORTS {
            assert!(CHECK.logic.contains(&port.to_string()), "{port}");
        }
    }
}
