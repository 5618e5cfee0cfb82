//! Others than the load balancer can tell a target whose connection it is.

use crate::analysis::reach::{self, Origin};
use crate::analysis::targets;
use crate::checks::prelude::*;
use crate::checks::shared::target_doors::TargetDoors;

const KEY: &str = "proxy_protocol_v2.enabled";
/// How many targets an evidence names.
const NAMED: usize = 10;

pub(crate) const CHECK: Check = Check {
    id: "proxy-protocol-spoofable",
    title: "client address can be forged",
    severity: Severity::Medium,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Network],
    why: "With Proxy Protocol the first bytes of a connection say who the client is, and the target \
          believes them. Whoever may connect to the target directly writes any address there: \
          lists of allowed addresses, limits and logs are worth nothing.",
    logic: "Looks at target groups with Proxy Protocol v2. Fails when a security group of a target \
            admits, on its port, anyone but load balancers' security groups and addresses of the \
            load balancer's subnets.",
    false_alarms: "A Network load balancer that keeps client addresses and has no security group \
                   needs its clients let in: then only the network decides who can get at a target.",
    fix: "admit only the load balancer's security group on the target port, and switch preservation \
          of client addresses off",
    remedy: Remedy::admit_instead(Source::Group("LOAD_BALANCER_GROUP_ID")).console(
        "EC2 > Security Groups > the targets' group > Edit inbound rules: make the source the load \
         balancer's security group.",
    ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html#proxy-protocol",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-register-targets.html#target-security-groups",
    ],
    needs: &[
        Call::ElbV2DescribeTargetGroupAttributes,
        Call::Ec2DescribeNetworkInterfaces,
        Call::Ec2DescribeSubnets,
    ],
    examples: &[
        Example {
            title: "the whole VPC may connect",
            given: || trusting("10.0.0.0/16"),
            finds: &["fail proxy-protocol-spoofable web"],
        },
        Example {
            title: "a neighbour's group may connect",
            given: || {
                let mut inventory = trusting("10.0.1.0/24");
                let region = &mut inventory.accounts[0].regions[0];
                if let Fact::Known(groups) = &mut region.security_groups {
                    for permission in groups.iter_mut().flat_map(|group| &mut group.ingress) {
                        if permission.protocol == "-1" {
                            permission.groups = vec!["sg-neighbour".to_owned()];
                        }
                    }
                }
                inventory
            },
            finds: &["fail proxy-protocol-spoofable web"],
        },
        Example {
            title: "only the load balancer's subnet may connect",
            given: || trusting("10.0.1.0/24"),
            finds: &[],
        },
        Example {
            title: "no Proxy Protocol",
            given: || {
                let mut inventory = trusting("10.0.0.0/16");
                sample::regroup(&mut inventory.accounts[0].regions[0], "web", |group| {
                    sample::set_group(group, &[(KEY, "false")]);
                });
                inventory
            },
            finds: &["does not apply"],
        },
        Example {
            title: "subnets unread",
            given: || {
                let mut inventory = trusting("10.0.1.0/24");
                let gap = sample::denied(Call::Ec2DescribeSubnets);
                inventory.accounts[0].regions[0].subnets = Fact::Unread(gap);
                inventory
            },
            finds: &["unknown proxy-protocol-spoofable web"],
        },
    ],
    ..Check::new(Judge::Targets(judge))
};

/// The clean Network account with Proxy Protocol, its targets letting this range in.
fn trusting(range: &str) -> Inventory {
    sample::with_region(&Kind::Network, |region| {
        sample::regroup(region, "web", |group| sample::set_group(group, &[(KEY, "true")]));
        let Fact::Known(groups) = &mut region.security_groups else { return };
        for group in groups.iter_mut().filter(|group| group.id == "sg-targets") {
            group.ingress.push(Permission {
                protocol: "-1".to_owned(),
                ranges: range.parse().into_iter().collect(),
                ..Permission::default()
            });
        }
    })
}

fn judge(context: &Context, targets: &Targets) -> Judgement {
    let Targets::Group(group) = targets else { return Ok(Verdict::NotApplicable) };
    if !targets::switched_on(group, KEY, false)? {
        return Ok(Verdict::NotApplicable);
    }
    let (mut open, mut liars) = (Partial::whole(Vec::new()), Vec::new());
    let mut doors = TargetDoors::default();
    for door in open.absorb(targets::direct_paths(context.site, targets)?) {
        let groups = &door.interface.groups;
        let sources = open.absorb(reach::sources(context.index, groups, &door.port));
        let everyone = reach::everyone(&sources);
        for source in sources {
            let is_foreign = source.origin.is_among(&everyone)
                || open.learn(is_load_balancers(context, &source.origin)) == Some(false);
            if is_foreign {
                open.found.push(door.label());
                doors.add(source.group, source.rule, &source.named, door.number());
                liars.push(source.words);
            }
        }
    }
    if open.found.is_empty() {
        return open.otherwise(Verdict::Pass(Grounds::new().with(KEY, "true").with("open", 0)));
    }
    let mut open = open.found;
    open.dedup();
    open.truncate(NAMED);
    liars.sort();
    liars.dedup();
    let grounds = Grounds::new().with(KEY, "true").with("targets", open).with("open_to", liars);
    Ok(Verdict::Fail(doors.narrow(context.index, grounds)))
}

/// Whether nobody but load balancers comes from here.
fn is_load_balancers(context: &Context, origin: &Origin) -> Result<bool, Gap> {
    let range = match origin {
        Origin::Group(id) => return context.index.is_load_balancers(id),
        Origin::Range(range) => range,
    };
    for id in &context.lb.subnets {
        if context.index.subnet(id)?.ranges.iter().any(|own| own.contains(range)) {
            return Ok(true);
        }
    }
    Ok(false)
}
