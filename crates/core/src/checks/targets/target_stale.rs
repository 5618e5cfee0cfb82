//! A target group sends to an address that nobody has.

use crate::analysis::index::Index;
use crate::analysis::targets::{self, Sort};
use crate::checks::prelude::*;
use crate::checks::shared::causes_targets;
use crate::inventory::NetworkInterface;
use crate::remedy::plan::{self, Plan};

/// How many targets an evidence names.
const NAMED: usize = 10;

pub(crate) const CHECK: Check = Check {
    id: "target-stale",
    aliases: &["stale-ip-target"],
    title: "registered address that nobody has",
    severity: Severity::Medium,
    applies_to: &[Kind::Application, Kind::Network, Kind::Gateway],
    why: "The next machine or container that is given the address gets requests that are not meant \
          for it, with their cookies and tokens, and its answers go to those clients.",
    logic: "Looks at targets registered by address. Fails when an address lies in the ranges of the \
            group's VPC and no network interface of that VPC has it. Addresses in a block that was \
            handed to an interface whole count as its own. Targets that are `healthy` are left out, \
            since somebody answers there: in a VPC that another account shares, the interfaces of \
            other participants cannot be seen. So are those that are draining, and addresses \
            outside the VPC. Does not apply to groups of instances, functions or Application load \
            balancers.",
    false_alarms: "In a shared VPC, a target of another participant that fails its health checks \
                   looks like nobody's.",
    fix: "deregister the address, and let whatever registers targets take them out again",
    remedy: Remedy::steps(Steps {
        console: "EC2 > Target Groups > the group > Targets: select the address > Deregister.",
        cli: r"
            # still the addresses that nobody has?
            aws elbv2 describe-target-health --target-group-arn TARGET_GROUP_ARN
            aws elbv2 deregister-targets --target-group-arn TARGET_GROUP_ARN \
              --targets STALE_TARGETS",
        terraform: "Remove the aws_lb_target_group_attachment of the address.",
        cloudformation: r"
            TargetGroup:
              Type: AWS::ElasticLoadBalancingV2::TargetGroup
              Properties:
                Targets:
                  - Id: 10.0.1.10",
    })
    .planned(Plan::By(plan::deregister_stale)),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-register-targets.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-register-targets.html",
    ],
    needs: &[Call::Ec2DescribeNetworkInterfaces, Call::Ec2DescribeVpcs],
    examples: &[
        Example {
            title: "nobody has it",
            given: || failing(&Kind::Application, &["10.0.1.10", "10.0.2.10", "10.0.3.77"]),
            finds: &["fail target-stale web", "fail target-unhealthy web"],
        },
        Example {
            title: "someone in another VPC has it",
            given: || {
                let mut inventory = failing(&Kind::Application, &["10.0.1.10", "10.0.2.10"]);
                let region = &mut inventory.accounts[0].regions[0];
                if let Fact::Known(interfaces) = &mut region.network_interfaces {
                    interfaces[1].vpc_id = Some("vpc-2".to_owned());
                }
                inventory
            },
            finds: &[
                "fail target-stale web",
                "fail target-unhealthy web",
                "fail targets-too-few web",
            ],
        },
        Example {
            title: "healthy: somebody has it whom this account does not see",
            given: || sample::addressed(&Kind::Network, "TLS", &["10.0.1.10", "10.0.3.77"]),
            finds: &[],
        },
        Example {
            title: "both belong to someone",
            given: || failing(&Kind::Network, &["10.0.1.10", "10.0.2.10"]),
            finds: &["fail target-unhealthy web", "fail targets-too-few web"],
        },
        Example {
            title: "a container's, out of a block of its node",
            given: || {
                let mut inventory = failing(&Kind::Application, &["10.0.1.10", "10.0.2.36"]);
                let region = &mut inventory.accounts[0].regions[0];
                region.network_interfaces = Fact::Known(vec![NetworkInterface {
                    prefixes: "10.0.2.32/28".parse().into_iter().collect(),
                    ..sample::interface("eni-1", Some("i-1"), "10.0.1.10")
                }]);
                inventory
            },
            finds: &["fail target-unhealthy web", "fail targets-too-few web"],
        },
        Example {
            title: "the last one drains, its machine is gone",
            given: || {
                let mut inventory =
                    sample::addressed(&Kind::Application, "HTTPS", &["10.0.1.10", "10.0.2.10"]);
                let region = &mut inventory.accounts[0].regions[0];
                sample::regroup(region, "web", |group| {
                    let leaving = sample::target("10.0.3.77", "draining");
                    if let Fact::Known(targets) = &mut group.targets {
                        targets.push(leaving);
                    }
                });
                inventory
            },
            finds: &[],
        },
        Example {
            title: "interfaces unread",
            given: || {
                let mut inventory = failing(&Kind::Application, &["10.0.1.10", "10.0.2.10"]);
                let gap = sample::denied(Call::Ec2DescribeNetworkInterfaces);
                inventory.accounts[0].regions[0].network_interfaces = Fact::Unread(gap);
                inventory
            },
            finds: &[
                "fail target-unhealthy web",
                "fail targets-too-few web",
                "unknown target-public web",
                "unknown target-security-group-open web",
                "unknown target-stale web",
                "unknown target-remote web",
            ],
        },
    ],
    ..Check::new(Judge::Targets(judge))
};

/// The clean account of this kind with targets by address, the last of which fails its health checks.
fn failing(kind: &Kind, addresses: &[&str]) -> Inventory {
    let protocol = if *kind == Kind::Network { "TLS" } else { "HTTPS" };
    let mut inventory = sample::addressed(kind, protocol, addresses);
    sample::regroup(&mut inventory.accounts[0].regions[0], "web", |group| {
        if let Fact::Known(targets) = &mut group.targets
            && let Some(last) = targets.last_mut()
        {
            last.state = "unhealthy".into();
        }
    });
    inventory
}

fn judge(context: &Context, targets: &Targets) -> Judgement {
    use TargetState::{Draining, Healthy, UnhealthyDraining};
    let Targets::Group(group) = targets else { return Ok(Verdict::NotApplicable) };
    if targets::sort(group)? != Sort::Address {
        return Ok(Verdict::NotApplicable);
    }

    let is_meant =
        |target: &&Target| !matches!(target.state, Healthy | Draining | UnhealthyDraining);
    let meant = group.targets.get()?.iter().filter(is_meant);
    let stale = Partial::whole(meant).filter_map(|target| {
        let is_stale = is_stale(context.index, group, target)?;
        Ok(is_stale.then_some(target))
    });
    if stale.found.is_empty() {
        return stale.otherwise(Verdict::Pass(Grounds::new().with("stale", 0)));
    }
    let words = |target: &&Target| format!("{} {}", target.id, target.state);
    let named: Vec<String> = stale.found.iter().take(NAMED).map(words).collect();
    let grounds = Grounds::new().with("stale", stale.found.len()).with("addresses", named);
    let gone: Vec<String> = stale.found.iter().map(|target| targets::shorthand(target)).collect();
    Ok(Verdict::Fail(grounds.bind("STALE_TARGETS", gone).cause(causes_targets::cleared(group))))
}

/// Whether a target is an address of the VPC that no interface there has.
fn is_stale(index: &Index, group: &TargetGroup, target: &Target) -> Result<bool, Gap> {
    if target.zone.as_deref() == Some("all") {
        return Ok(false);
    }
    let address = targets::address(group, target)?;
    // Outside the VPC nobody's interface is looked for.
    Ok(targets::is_in_vpc(index, group, address)?
        && index.interfaces_at(address, group.vpc_id.as_deref())?.is_empty())
}
