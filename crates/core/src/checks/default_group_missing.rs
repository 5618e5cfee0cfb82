//! What no rule takes goes where nobody is.

use crate::analysis::routing::{self, End};
use crate::analysis::{health, targets};
use crate::check::{
    Check, Context, Evidence, Example, Judge, Judgement, Persona, Remedy, Severity, Verdict,
};
use crate::fixtures::sample;
use crate::inventory::{Inventory, Kind, Listener};
use crate::vocab::call::Call;
use crate::vocab::fact::Fact;
use crate::vocab::partial::Partial;

/// See [`Check`].
pub(super) const CHECK: Check = Check {
    id: "default-group-missing",
    aliases: &["listener-dangling-default"],
    title: "the default action leads to nobody",
    severity: Severity::Medium,
    persona: Persona::Regular,
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
    remedy: Remedy {
        console: "EC2 > Load Balancers > the load balancer > Listeners and rules > the listener > \
                  Manage listener > Edit listener: choose another group, or Return fixed response.",
        cli: "aws elbv2 modify-listener --listener-arn ARN --default-actions \
              'Type=fixed-response,FixedResponseConfig={StatusCode=404}'",
        terraform: "resource \"aws_lb_listener\" \"NAME\" {\n  default_action {\n    type = \
                    \"fixed-response\"\n    fixed_response {\n      content_type = \
                    \"text/plain\"\n      status_code  = \"404\"\n    }\n  }\n}",
        cloudformation: "Type: AWS::ElasticLoadBalancingV2::Listener\nProperties:\n  \
                         DefaultActions:\n    - Type: fixed-response\n      \
                         FixedResponseConfig:\n        StatusCode: \"404\"",
    },
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-listeners.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-register-targets.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "the default group is empty",
            given: || by_default("new"),
            finds: &[
                "fail default-group-missing HTTPS:443",
                "note internet-facing web",
                "note tls-backend-legacy web",
            ],
        },
        Example {
            title: "only the rule's group is empty",
            given: || by_default("web"),
            finds: &[
                "fail rule-unserved HTTPS:443",
                "note internet-facing web",
                "note tls-backend-legacy web",
            ],
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
            finds: &[
                "fail no-targets web",
                "note internet-facing web",
                "note tls-backend-legacy web",
            ],
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
            finds: &["note internet-facing web", "note tls-backend-legacy web"],
        },
        Example {
            title: "a group that was made in the middle of the scan",
            given: || by_default("newest"),
            finds: &[
                "unknown default-group-missing HTTPS:443",
                "note internet-facing web",
                "note tls-backend-legacy web",
                "unknown 9 others: elbv2:DescribeTargetGroups",
            ],
        },
    ],
    judge: Judge::Listener(judge),
    since: "0.1.0",
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
        return Ok(if served { Verdict::Pass } else { Verdict::NotApplicable });
    }
    if health::any_served(context.site, default.forwards_to())?
        || !targets::any_registered(context.site, routing::groups(context.lb))?
    {
        return Ok(Verdict::NotApplicable);
    }
    let names: Vec<&str> = groups.iter().map(|arn| routing::group_name(arn)).collect();
    Ok(Verdict::Fail(Evidence::new().with("empty", names)))
}
