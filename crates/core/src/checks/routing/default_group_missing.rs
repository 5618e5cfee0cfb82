//! What no rule takes goes where nobody is.

use crate::analysis::routing::{self, End};
use crate::analysis::{health, targets};
use crate::checks::prelude::*;
use crate::checks::shared::rules_at_fault;

pub(crate) const CHECK: Check = Check {
    id: "default-group-missing",
    aliases: &["listener-dangling-default"],
    title: "the default action leads to nobody",
    severity: Severity::Medium,
    applies_to: &[Kind::Application, Kind::Network, Kind::Gateway],
    why: "Every request that no other rule takes fails, and so will the requests of a rule that is \
          deleted or mistyped one day.",
    logic: "Fails when every group that a listener's default action forwards to is empty, or holds \
            only draining targets, while another group of the load balancer has targets. Where no \
            group has any, `no-targets` says so, and where targets are registered that get no \
            requests, or a group of weight 0 could serve, `rule-unserved`. Does not apply where the \
            default action redirects \
            or answers by itself, or where earlier rules take every request. A group that the list \
            of groups lacks is unknown: AWS deletes none that a listener names, so it was made in \
            the middle of the scan.",
    false_alarms: "Where nothing is meant to get there, a fixed response says so and costs nothing.",
    fix: "register targets, or answer with a fixed response such as 404",
    remedy: Remedy::refuse_by_default().console(
        "EC2 > Load Balancers > the load balancer > Listeners and rules > the listener > Manage \
         listener > Edit listener: choose another group, or Return fixed response.",
    ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-listeners.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-register-targets.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "the default group is empty",
            given: || by_default("new"),
            finds: &["fail default-group-missing HTTPS:443"],
        },
        Example {
            title: "only the rule's group is empty",
            given: || by_default("web"),
            finds: &["fail rule-unserved HTTPS:443"],
        },
        Example {
            title: "no group has a target",
            given: || {
                let mut inventory = by_default("new");
                sample::regroup(&mut inventory.accounts[0].regions[0], "web", |group| {
                    group.targets = sample::in_states(&[]);
                });
                inventory
            },
            finds: &["does not apply", "fail no-targets web"],
        },
        Example {
            title: "a rule before it takes everything",
            given: || {
                let mut inventory = by_default("new");
                let lb = sample::only(&mut inventory.accounts[0].regions[0]);
                if let Fact::Known(rules) = &mut sample::listeners(lb)[0].rules {
                    rules[0].conditions = vec![sample::path(&["/*"])];
                }
                inventory
            },
            finds: &["does not apply"],
        },
        Example {
            title: "a group that was made in the middle of the scan",
            given: || by_default("newest"),
            finds: &[
                "unknown default-group-missing HTTPS:443",
                "unknown 10 others: elbv2:DescribeTargetGroups",
            ],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

/// The clean Application account with an empty group `new`, forwarding by default to this one, and one
/// path to the other.
fn by_default(name: &str) -> Inventory {
    sample::with_region(&Kind::Application, |region| {
        sample::add_groups(region, &Kind::Application, &["new"]);
        sample::regroup(region, "new", |group| group.targets = sample::in_states(&[]));
        let other = if name == "web" { "new" } else { "web" };
        let rule =
            sample::rule(Some(1), vec![sample::path(&["/api/*"])], vec![sample::forward(other)]);
        sample::listeners(sample::only(region))[0] =
            sample::ruled(sample::https(vec![sample::forward(name)]), vec![rule]);
    })
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    let routes = routing::live(context.lb, listener)?;
    let Some(default) = routes.last().filter(|route| route.is_default()) else {
        return Ok(Verdict::NotApplicable);
    };
    let groups = match &default.end {
        End::Forward(groups) if !groups.is_empty() => groups,
        End::Unknown(gap) => return Err(gap.clone()),
        End::Forward(_) | End::Redirect(_) | End::Answer => return Ok(Verdict::NotApplicable),
    };
    if targets::any_registered(context.site, Partial::whole(groups.iter().copied()))? {
        let served = health::any_served(context.site, groups.iter().copied())?;
        let names: Vec<&str> = groups.iter().map(|arn| routing::group_name(arn)).collect();
        let seen = Grounds::new().with("target_groups", names);
        return Ok(if served { Verdict::Pass(seen) } else { Verdict::NotApplicable });
    }
    if health::any_served(context.site, default.forwards_to())?
        || !targets::any_registered(context.site, routing::groups(context.lb))?
    {
        return Ok(Verdict::NotApplicable);
    }
    let names: Vec<&str> = groups.iter().map(|arn| routing::group_name(arn)).collect();
    let evidence = Grounds::new().with("empty", names);
    Ok(Verdict::Fail(rules_at_fault::bind(evidence, [default], listener)))
}
