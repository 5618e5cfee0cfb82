//! Some requests go on by TLS and others, by chance, in cleartext.

use crate::analysis::routing::{self, End};
use crate::analysis::targets::{self, Hop};
use crate::checks::prelude::*;
use crate::checks::shared::causes_targets;
use crate::checks::shared::faulty_rules::FaultyRules;
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "target-groups-mixed",
    aliases: &["weighted-tg-mixed-protocol"],
    title: "a weighted group without TLS beside one with",
    severity: Severity::Medium,
    applies_to: &[Kind::Application, Kind::Network],
    why: "Somebody wanted TLS up to the targets. A share of the requests goes without, and nobody \
          sees which: often a new version that was deployed without its certificate.",
    logic: "Looks at rules that forward to several groups with a weight above 0. Fails when one of \
            them gets requests by TLS and another in cleartext: HTTPS beside HTTP, or, behind a TLS \
            listener, TLS beside TCP. Functions and Application load balancers count as neither.",
    fix: "give the group in cleartext the protocol of the other one",
    remedy: Remedy::rule_actions(
        "with a group by HTTPS or TLS in place of the one in cleartext",
        r#"
            resource "aws_lb_target_group" "this" {
              protocol = "HTTPS"
            }"#,
        r"
            TargetGroup:
              Type: AWS::ElasticLoadBalancingV2::TargetGroup
              Properties:
                Protocol: HTTPS",
    )
    .console(
        "EC2 > Target Groups > Create target group with protocol HTTPS or TLS, register the targets, \
         then put it into the rule in place of the cleartext one.",
    )
    .planned(Plan::Never(Why::Recreate, "a target group keeps its protocol: another one has to take its place")),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "a canary without TLS",
            given: || weighted(&Kind::Application, "HTTP", Some(1)),
            finds: &["fail target-groups-mixed HTTPS:443", "fail target-group-cleartext canary"],
        },
        Example {
            title: "a canary that a Network load balancer takes TLS off for",
            given: || weighted(&Kind::Network, "TCP", Some(1)),
            finds: &["fail target-groups-mixed TLS:443", "fail target-group-cleartext canary"],
        },
        Example {
            title: "a canary without TLS, not in use yet",
            given: || weighted(&Kind::Application, "HTTP", Some(0)),
            finds: &["does not apply", "fail target-group-cleartext canary"],
        },
        Example {
            title: "a canary like the rest",
            given: || weighted(&Kind::Application, "HTTPS", Some(1)),
            finds: &[],
        },
        Example {
            title: "a function beside machines",
            given: || {
                let mut inventory = weighted(&Kind::Application, "HTTPS", Some(1));
                sample::function(&mut inventory.accounts[0].regions[0], "canary");
                inventory
            },
            finds: &[],
        },
        Example {
            title: "rules unread",
            given: || {
                let mut inventory = weighted(&Kind::Network, "TCP", Some(1));
                let lb = sample::only(&mut inventory.accounts[0].regions[0]);
                sample::listeners(lb)[0].rules =
                    Fact::Unread(sample::denied(Call::ElbV2DescribeRules));
                inventory
            },
            finds: &[
                "unknown target-groups-mixed TLS:443",
                "unknown 15 others: elbv2:DescribeRules",
            ],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

/// The clean account of this kind with a second group of this protocol and weight.
fn weighted(kind: &Kind, protocol: &str, weight: Option<i32>) -> Inventory {
    sample::with_region(kind, |region| {
        sample::add_groups(region, kind, &["canary"]);
        sample::regroup(region, "canary", |group| group.protocol = Some(protocol.into()));
        let both = sample::forward_weighted(&[("web", Some(9)), ("canary", weight)]);
        let listener = &mut sample::listeners(sample::only(region))[0];
        let protocol = listener.protocol.clone();
        *listener = sample::https(vec![both]);
        listener.protocol = protocol;
    })
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    let mut verdict = Partial::whole(Verdict::NotApplicable);
    for route in routing::live(context.lb, listener)? {
        let groups = match route.end {
            End::Forward(groups) if groups.len() > 1 => groups,
            End::Unknown(gap) => {
                verdict.add_gap(gap);
                continue;
            }
            End::Forward(_) | End::Redirect(_) | End::Answer => continue,
        };
        verdict.found = Verdict::Pass(Grounds::new().with("target_groups", groups.len()));
        let (encrypted, clear) = verdict.absorb(sorted(context, &groups));
        if !encrypted.is_empty() && !clear.is_empty() {
            let names = |arns: &[&str]| -> Vec<String> {
                arns.iter().map(|arn| routing::group_name(arn).to_owned()).collect()
            };
            let grounds = Grounds::new()
                .with("rule", route.label)
                .with("encrypted", names(&encrypted))
                .with("in_clear", names(&clear));
            let grounds = match clear[..] {
                [only] => grounds.cause(causes_targets::encrypted(only, routing::group_name(only))),
                _ => grounds,
            };
            let mut rules = FaultyRules::default();
            rules.add(route.arn);
            return Ok(Verdict::Fail(rules.bind(grounds, listener)));
        }
    }
    verdict.complete()
}

/// The groups that get requests by TLS, and those that get them in cleartext.
fn sorted<'a>(context: &Context, groups: &[&'a str]) -> Partial<(Vec<&'a str>, Vec<&'a str>)> {
    let mut sorted = Partial::whole((Vec::new(), Vec::new()));
    for arn in groups {
        let group = context.index.target_group(arn);
        match group.and_then(|group| targets::hop(context.lb, group)) {
            Ok(Hop::Encrypted) => sorted.found.0.push(*arn),
            Ok(Hop::Clear | Hop::Stripped(_)) => sorted.found.1.push(*arn),
            Ok(Hop::Opaque | Hop::Inside) => {}
            Err(gap) => sorted.add_gap(gap),
        }
    }
    sorted
}
