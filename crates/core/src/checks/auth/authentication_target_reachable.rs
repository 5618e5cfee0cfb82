//! Targets behind a login take connections that do not come from the load balancer.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use crate::analysis::routing::ProtectedRoute;
use crate::analysis::routing::requirements::AuthKind;
use crate::analysis::{security_groups, targets};
use crate::checks::prelude::*;
use crate::checks::shared::causes;
use crate::checks::shared::passed::SHOWN;
use crate::checks::shared::target_doors::TargetDoors;
use crate::fixtures::sample::login;
use crate::inventory::{NetworkInterface, SecurityGroup};

pub(crate) const CHECK: Check = Check {
    id: "authentication-target-reachable",
    aliases: &["auth-target-sg-bypass"],
    title: "targets behind a login are reached around it",
    severity: Severity::High,
    applies_to: &[Kind::Application],
    why: "The load balancer tells the target in headers who has signed in. Whoever reaches the \
          target himself leaves the login out and writes those headers as he likes; with a load \
          balancer of his own he even has them signed, unless the target compares the signer.",
    logic: "Looks at target groups that a rule of this load balancer forwards to only after a login \
            or a token, and at the security groups of the interfaces of their instances and \
            addresses. Fails when one of them lets a range in on the target's port, by itself or \
            by a prefix list. Ranges within the load balancer's own subnets pass, and so do its security \
            groups and those of the target itself. Another security group is a note. Does not \
            apply to functions and to targets outside the VPC; an address without a visible \
            interface is unknown.",
    false_alarms: "Monitoring or administrators that connect to the same port: let them in by a \
                   security group, on a port of its own.",
    fix: "let the target's security groups admit only the load balancer's security group, and let \
          the target compare the signer of x-amzn-oidc-data with the load balancer's ARN",
    remedy: Remedy::admit_instead(Source::Group("LOAD_BALANCER_GROUP_ID")).console(
        "EC2, Security groups, the target's group, Edit inbound rules: replace the range by the \
         load balancer's security group as source.",
    ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-register-targets.html#target-security-groups",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html",
    ],
    needs: &[
        Call::ElbV2DescribeRules,
        Call::Ec2DescribeNetworkInterfaces,
        Call::Ec2DescribeSubnets,
    ],
    examples: &[
        Example {
            title: "everybody is let in",
            given: || given(|door| door.ranges.push(net("0.0.0.0/0"))),
            finds: &[
                "fail authentication-target-reachable web",
                "fail target-security-group-open web",
            ],
        },
        Example {
            title: "the whole VPC is let in",
            given: || given(|door| door.ranges.push(net("10.0.0.0/16"))),
            finds: &["fail authentication-target-reachable web"],
        },
        Example {
            title: "another security group is let in",
            given: || given(|door| door.groups.push("sg-bastion".to_owned())),
            finds: &["note authentication-target-reachable web"],
        },
        Example { title: "the load balancer's group alone", given: || given(|_| ()), finds: &[] },
        Example {
            title: "its subnets, and the targets' own group",
            given: || {
                given(|door| {
                    door.ranges = vec![net("10.0.1.0/24"), net("10.0.2.0/24")];
                    door.groups.push("sg-targets".to_owned());
                })
            },
            finds: &[],
        },
        Example {
            title: "everybody, on another port",
            given: || {
                given(|door| {
                    door.to_port = Some(22);
                    door.ranges.push(net("0.0.0.0/0"));
                })
            },
            finds: &[],
        },
        Example {
            title: "the interfaces are unread",
            given: || {
                let mut inventory = given(|_| ());
                inventory.accounts[0].regions[0].network_interfaces =
                    Fact::Unread(sample::denied(Call::Ec2DescribeNetworkInterfaces));
                inventory
            },
            finds: &[
                "unknown authentication-target-reachable web",
                "unknown target-public web",
                "unknown target-security-group-open web",
                "unknown target-remote web",
            ],
        },
    ],
    ..Check::new(Judge::Targets(judge))
};

fn net(text: &str) -> IpNet {
    text.parse().expect("a block")
}

/// A login, and a change to what the targets' security group lets in.
fn given(change: fn(&mut Permission)) -> Inventory {
    login::listening(vec![sample::https(login::required("web"))], |region| {
        let mut door = sample::target_group_door();
        door.ingress.iter_mut().for_each(change);
        region.security_groups = Fact::Known(vec![sample::open_group("sg-web", &[443]), door]);
    })
}

fn judge(context: &Context, targets: &Targets) -> Judgement {
    let Targets::Group(group) = targets else { return Ok(Verdict::NotApplicable) };
    let protected = context.protected().with(AuthKind::Login);
    let own = |protected_route: &ProtectedRoute| {
        let lb = protected_route.load_balancer(context.region);
        lb.is_some_and(|lb| lb.arn == context.lb.arn)
    };
    if !protected.into_group(&group.arn).any(own) {
        let gap = protected.gap_on(context.lb).cloned();
        return gap.map_or(Ok(Verdict::NotApplicable), Err);
    }
    match &group.target_type {
        Some(TargetType::Instance | TargetType::Ip) => {}
        Some(TargetType::Lambda | TargetType::Alb) => return Ok(Verdict::NotApplicable),
        other => {
            let said = format!("target type {}", or_missing(other.as_ref()));
            let gap = Gap::new(Call::ElbV2DescribeTargetGroups, Reason::Unrecognised);
            return Err(gap.of(&group.arn).saying(said));
        }
    }
    let mut doors = Doors {
        verdict: Partial::whole(Verdict::Pass(Grounds::new())),
        passed: BTreeSet::new(),
        open: BTreeMap::new(),
        from_ranges: TargetDoors::default(),
        from_groups: TargetDoors::default(),
    };
    let members =
        group.targets.get()?.iter().filter(|target| target.state != TargetState::Draining);
    let members = members.filter(|target| target.zone.as_deref() != Some("all"));
    let mut count = 0;
    for target in members {
        count += 1;
        let looked = look(context, group, target, &mut doors);
        doors.verdict.learn(looked);
    }
    doors.judgement(count)
}

/// The security groups of targets, and what they come to.
struct Doors<'a> {
    verdict: Partial<Verdict>,
    /// Those that were looked at.
    passed: BTreeSet<&'a str>,
    /// Those that let in too much.
    open: BTreeMap<&'a str, &'a SecurityGroup>,
    /// Their rules that name ranges and prefix lists.
    from_ranges: TargetDoors,
    /// Their rules that name other groups.
    from_groups: TargetDoors,
}

impl Doors<'_> {
    fn judgement(self, targets: usize) -> Judgement {
        let Doors { verdict, passed, open, from_ranges, from_groups } = self;
        Ok(match (verdict.judgement()?, open.values().next()) {
            (Verdict::Fail(grounds), Some(door)) if open.len() == 1 => {
                let grounds = grounds.cause(causes::narrow_targets_group(door));
                Verdict::Fail(from_ranges.bind(grounds))
            }
            (Verdict::Fail(grounds), _) => Verdict::Fail(from_ranges.bind(grounds)),
            (Verdict::Note(grounds), _) => Verdict::Note(from_groups.bind(grounds)),
            (Verdict::Pass(grounds), _) => {
                let shown: Vec<&str> = passed.into_iter().take(SHOWN).collect();
                Verdict::Pass(grounds.with("targets", targets).with("security_groups", shown))
            }
            (verdict, _) => verdict,
        })
    }
}

/// The interfaces of a target.
fn interfaces<'a>(
    context: &Context<'a>,
    group: &TargetGroup,
    target: &Target,
) -> Result<Vec<&'a NetworkInterface>, Gap> {
    if group.target_type == Some(TargetType::Instance) {
        return Ok(context.index.interfaces_of(&target.id)?.to_vec());
    }
    let gap = |reason| {
        let gap = Gap::new(Call::Ec2DescribeNetworkInterfaces, reason);
        gap.in_region(&context.region.name).of(&target.id)
    };
    let address = target.id.parse().map_err(|_| gap(Reason::Malformed))?;
    let own = context.index.interfaces_at(address, group.vpc_id.as_deref())?;
    if own.is_empty() { Err(gap(Reason::NotFound)) } else { Ok(own) }
}

/// Who reaches one target beside the load balancer: a failure for a range or prefix list, a note for another
/// security group.
fn look<'a>(
    context: &Context<'a>,
    group: &TargetGroup,
    target: &Target,
    doors: &mut Doors<'a>,
) -> Result<(), Gap> {
    let port = targets::port(group, target)?;
    for interface in interfaces(context, group, target)? {
        for id in &interface.groups {
            match context.index.security_group(id) {
                Ok(door) => through(context, door, (interface, target, port), doors),
                Err(gap) => doors.verdict.add_gap(gap),
            }
        }
    }
    Ok(())
}

/// Who is let in by one security group of a target.
fn through<'a>(
    context: &Context<'a>,
    door: &'a SecurityGroup,
    (interface, target, port): (&NetworkInterface, &Target, u16),
    Doors { verdict, passed, open, from_ranges, from_groups }: &mut Doors<'a>,
) {
    passed.insert(&door.id);
    let evidence = |let_in: Vec<String>| {
        Grounds::new()
            .with("target", format!("{}:{port}", target.id))
            .with("interface", interface.id.as_str())
            .with("security_group", door.id.as_str())
            .with("lets_in", let_in)
    };
    let about = |permission: &Permission| permission.covers(Transport::Tcp, port);
    for permission in security_groups::admitting(context.index, door, about) {
        let Some(permission) = verdict.learn(permission) else { continue };
        let own = permission
            .ranges
            .iter()
            .map(|range| (in_subnets(context, range).map(|inside| !inside), range.to_string()));
        let lists = permission.prefix_lists.iter();
        let lists = lists.map(|list| (leads_outside(context, list), list.clone()));
        let ranges = Partial::whole(own.chain(lists))
            .filter_map(|(outside, named)| Ok(outside?.then_some(named)));
        let ranges = verdict.absorb(ranges);
        if !ranges.is_empty() {
            open.insert(&door.id, door);
            for range in &ranges {
                from_ranges.add(door, permission, range, Some(port));
            }
            verdict.worsen(Verdict::Fail(evidence(ranges)));
        }
        let known = |id: &&String| {
            !context.lb.security_groups.contains(id) && !interface.groups.contains(id)
        };
        let groups: Vec<String> = permission.groups.iter().filter(known).cloned().collect();
        for group in &groups {
            from_groups.add(door, permission, group, Some(port));
        }
        if !groups.is_empty() {
            verdict.worsen(Verdict::Note(evidence(groups)));
        }
    }
}

/// The largest blocks that a subnet may have, by the length of their prefix.
const WIDEST: (u8, u8) = (16, 44);

/// Whether a prefix list has a range that is not within the load balancer's subnets.
fn leads_outside(context: &Context, list: &str) -> Result<bool, Gap> {
    let unasked = || {
        Gap::new(Call::Ec2GetManagedPrefixListEntries, Reason::NotCollected)
            .in_region(&context.region.name)
            .of(list)
    };
    let ranges = context.region.prefix_lists.get(list).ok_or_else(unasked)?.get()?;
    Partial::whole(ranges).any(|range| Ok(!in_subnets(context, range)?))
}

/// Whether a range is within one of the load balancer's subnets.
fn in_subnets(context: &Context, range: &IpNet) -> Result<bool, Gap> {
    let widest = if matches!(range, IpNet::V4(_)) { WIDEST.0 } else { WIDEST.1 };
    if range.prefix_len() < widest {
        return Ok(false);
    }
    Partial::whole(&context.lb.subnets).any(|id| {
        let subnet = context.index.subnet(id)?;
        Ok(subnet.ranges.iter().any(|own| own.contains(range)))
    })
}
