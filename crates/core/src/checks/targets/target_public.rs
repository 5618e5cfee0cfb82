//! The internet reaches a target without its load balancer.

use crate::analysis::reach::{self, Origin};
use crate::analysis::targets::{self, DirectPath, Hop};
use crate::checks::prelude::*;
use crate::checks::shared::target_doors::TargetDoors;
use crate::inventory::BlockPublicAccess;

/// How many targets an evidence names.
const NAMED: usize = 10;

pub(crate) const CHECK: Check = Check {
    id: "target-public",
    aliases: &["target-public-ip-bypass"],
    title: "the internet reaches targets past the load balancer",
    severity: Severity::High,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "Whoever finds the address of a target, and scanners try them all, asks it directly: \
          without TLS, web ACL, authentication, redirects and logs of the load balancer.",
    logic: "Looks at the interfaces of instances, and of addresses in the VPC. Fails when one has a \
            public IPv4 or global IPv6 address, its security groups and its subnet's network ACL \
            admit the whole internet on the port that the load balancer sends to, its subnet has a \
            route to an internet gateway, and VPC Block Public Access does not stand in the way. \
            Behind a Network load balancer that is open to the internet itself and does not end \
            TLS for the group it is a note: there is little to get around. Interfaces of other load \
            balancers, functions, and targets that are leaving are left out.",
    fix: "admit only the load balancer's security group on the target port, and move the targets to \
          private subnets",
    remedy: Remedy::admit_instead(Source::Group("LOAD_BALANCER_GROUP_ID")).console(
        "EC2 > Security Groups > the targets' group > Edit inbound rules: make the source the load \
         balancer's security group.",
    ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-register-targets.html",
        "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
    ],
    needs: &[Call::ElbV2DescribeRules, Call::Ec2DescribeNetworkInterfaces],
    examples: &[
        Example {
            title: "behind an Application load balancer",
            given: || published(&Kind::Application, |_| ()),
            finds: &["fail target-public web", "fail target-security-group-open web"],
        },
        Example {
            title: "behind a Classic load balancer",
            given: || published(&Kind::Classic, |_| ()),
            finds: &["fail target-public web", "fail target-security-group-open web"],
        },
        Example {
            title: "behind a Network load balancer that ends TLS",
            given: || published(&Kind::Network, |_| ()),
            finds: &["fail target-public web"],
        },
        Example {
            title: "by IPv6",
            given: || {
                published(&Kind::Application, |region| {
                    if let Fact::Known(interfaces) = &mut region.network_interfaces {
                        let global = "2001:db8:0:1::10".parse().into_iter();
                        interfaces[0].addresses.extend::<Vec<std::net::IpAddr>>(global.collect());
                        interfaces[0].public_addresses.clear();
                    }
                    if let Fact::Known(tables) = &mut region.route_tables {
                        let mut route = tables[0].routes[1].clone();
                        "::/0".clone_into(&mut route.destination);
                        tables[0].routes.push(route);
                    }
                })
            },
            finds: &["fail target-public web", "fail target-security-group-open web"],
        },
        Example {
            title: "behind an open Network load balancer that passes TCP through",
            given: || published(&Kind::Network, passing_through),
            finds: &["note target-public web"],
        },
        Example {
            title: "behind an internal Network load balancer that passes TCP through",
            given: || {
                published(&Kind::Network, |region| {
                    passing_through(region);
                    sample::internal(sample::only(region));
                })
            },
            finds: &["fail target-public web", "fail internal-open-to-any web"],
        },
        Example {
            title: "a public address, but only the load balancer is let in",
            given: || {
                published(&Kind::Application, |region| {
                    sample::guard(region, sample::target_group_door());
                })
            },
            finds: &[],
        },
        Example {
            title: "a public address, but no route from the internet",
            given: || {
                published(&Kind::Application, |region| {
                    if let Fact::Known(tables) = &mut region.route_tables {
                        let mut private = tables[0].clone();
                        "rtb-2".clone_into(&mut private.id);
                        private.main = false;
                        private.subnets = vec!["subnet-x".to_owned()];
                        private.routes.pop();
                        tables.push(private);
                    }
                    if let Fact::Known(interfaces) = &mut region.network_interfaces {
                        interfaces[0].subnet_id = Some("subnet-x".to_owned());
                    }
                })
            },
            finds: &["fail target-security-group-open web"],
        },
        Example {
            title: "a public address, but the network ACL lets nobody in",
            given: || {
                published(&Kind::Application, |region| {
                    if let Fact::Known(acls) = &mut region.network_acls {
                        let mut shut = acls[0].clone();
                        shut.is_default = false;
                        shut.subnets = vec!["subnet-a".to_owned()];
                        shut.entries.retain(|entry| entry.action == "deny");
                        acls[0].subnets.retain(|subnet| subnet != "subnet-a");
                        acls.push(shut);
                    }
                })
            },
            finds: &["fail target-security-group-open web"],
        },
        Example {
            title: "a public address, but VPC Block Public Access stands in the way",
            given: || {
                published(&Kind::Application, |region| {
                    region.block_public_access = Fact::Known(BlockPublicAccess {
                        mode: "block-ingress".to_owned(),
                        exclusions: Fact::Known(Vec::new()),
                    });
                })
            },
            finds: &["fail target-security-group-open web"],
        },
        Example {
            title: "the public address is another load balancer's",
            given: || {
                published(&Kind::Application, |region| {
                    if let Fact::Known(interfaces) = &mut region.network_interfaces {
                        interfaces[0].description =
                            Some("ELB app/shop/50dc6c495c0c9188".to_owned());
                    }
                })
            },
            finds: &["fail target-security-group-open web"],
        },
        Example {
            title: "open to everyone, but leaving",
            given: || {
                published(&Kind::Application, |region| {
                    sample::regroup(region, "web", |group| {
                        group.targets = sample::in_states(&["draining", "healthy", "healthy"]);
                    });
                })
            },
            finds: &["fail target-security-group-open web"],
        },
        Example {
            title: "open to everyone, but without public address",
            given: || {
                published(&Kind::Application, |region| {
                    if let Fact::Known(interfaces) = &mut region.network_interfaces {
                        interfaces[0].public_addresses.clear();
                    }
                })
            },
            finds: &["fail target-security-group-open web"],
        },
        Example {
            title: "security groups unread",
            given: || {
                published(&Kind::Application, |region| {
                    let gap = sample::denied(Call::Ec2DescribeSecurityGroups);
                    region.security_groups = Fact::Unread(gap);
                })
            },
            finds: &["unknown target-public web", "unknown 8 others: ec2:DescribeSecurityGroups"],
        },
    ],
    ..Check::new(Judge::Targets(judge))
};

/// The clean account of this kind, its first target having a public address that anyone may connect to,
/// after one more change.
fn published(kind: &Kind, change: impl FnOnce(&mut Region)) -> Inventory {
    sample::with_region(kind, |region| {
        sample::guard(region, sample::open_group("sg-targets", &[8443]));
        if let Fact::Known(interfaces) = &mut region.network_interfaces {
            interfaces[0].public_addresses = "198.51.100.7".parse().into_iter().collect();
        }
        change(region);
    })
}

fn passing_through(region: &mut Region) {
    sample::regroup(region, "web", |group| group.protocol = Some("TCP".into()));
    *sample::listeners(sample::only(region)) =
        vec![sample::listener("TCP", 443, vec![sample::forward("web")])];
}

fn judge(context: &Context, targets: &Targets) -> Judgement {
    let mut open = Partial::whole(Vec::new());
    let mut sources = Vec::new();
    let mut doors = TargetDoors::default();
    for door in open.absorb(targets::direct_paths(context.site, targets)?) {
        match reach::interface_exposure(context.index, door.interface, &door.port) {
            Exposure::Internet(from) => {
                let public = door.interface.public_addresses.first();
                let address = public.map_or_else(String::new, |address| format!(" at {address}"));
                open.found.push(format!("{}{address}", door.label()));
                sources.extend(from);
                public_rules(context, &door, &mut doors);
            }
            Exposure::Unknown(gap) => open.add_gap(gap),
            Exposure::Restricted(_) | Exposure::Internal | Exposure::Blocked(_) => {}
        }
    }
    if open.found.is_empty() {
        return open.otherwise(Verdict::Pass(Grounds::new().with("open", 0)));
    }
    let mut open = open.found;
    let count = open.len();
    open.truncate(NAMED);
    sources.sort();
    sources.dedup();
    let evidence =
        Grounds::new().with("open", count).with("targets", open).with("open_to", sources);
    let evidence = doors.narrow(context.index, evidence);
    Ok(if is_guarded(context, targets)? {
        Verdict::Fail(evidence)
    } else {
        Verdict::Note(evidence)
    })
}

/// The rules that let everyone in, or all that name ranges where only several of them come to that.
fn public_rules(context: &Context, door: &DirectPath, doors: &mut TargetDoors) {
    let all = reach::sources(context.index, &door.interface.groups, &door.port).found;
    let everyone = reach::everyone(&all);
    for source in &all {
        let is_range = matches!(source.origin, Origin::Range(_));
        if is_range && (source.origin.is_among(&everyone) || everyone.is_empty()) {
            doors.add(source.group, source.rule, &source.named, door.number());
        }
    }
}

/// Whether the load balancer does something for its targets that clients get around without it.
fn is_guarded(context: &Context, targets: &Targets) -> Result<bool, Gap> {
    let group: &TargetGroup = match targets {
        Targets::Group(group) if context.lb.kind == Kind::Network => group,
        _ => return Ok(true),
    };
    let hop = targets::hop(context.lb, group);
    let ends_tls = hop.as_ref().is_ok_and(|hop| matches!(hop, Hop::Stripped(_)));
    if ends_tls || group.protocol == Some(Protocol::Tls) {
        return Ok(true);
    }
    match context.exposure {
        Exposure::Restricted(_) | Exposure::Internal | Exposure::Blocked(_) => Ok(true),
        Exposure::Unknown(gap) => Err(gap.clone()),
        Exposure::Internet(_) => hop.map(|_| false),
    }
}
