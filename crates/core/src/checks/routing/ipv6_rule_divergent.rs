//! Clients with IPv6 get to other targets than clients with IPv4.

use std::collections::BTreeSet;

use crate::analysis::routing::{self, End, Route};
use crate::checks::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "ipv6-rule-divergent",
    aliases: &["nlb-rule-ip-family-divergent"],
    title: "IPv6 clients get to other targets",
    severity: Severity::Medium,
    persona: Persona::Auditor,
    applies_to: &[Kind::Network],
    why: "What guards one way in, an Application load balancer with a web ACL, a hardened target, \
          may not stand in the other. An attacker takes the way that is not guarded.",
    logic: "A note when rules of a dual-stack Network listener tell IPv4 from IPv6 and forward \
            the two to different target groups; passes when both get to the same. Another type of \
            addresses, or another family in a rule, is unknown. Does not apply to a load balancer \
            with IPv4 alone, nor to a listener without such rules.",
    false_alarms: "Meant where targets speak only one of the two: see that both are guarded alike.",
    fix: "forward both families to the same groups, or guard both alike",
    remedy: Remedy::steps(Steps {
        console: "EC2 > Load Balancers > the load balancer > Listeners > the listener > Rules: \
                  change the target group of the rule.",
        cli: r"
            aws elbv2 modify-rule --rule-arn RULE_ARN \
              --actions Type=forward,TargetGroupArn=SERVING_GROUP_ARN",
        terraform: r#"
            resource "aws_lb_listener_rule" "this" {
              action {
                type             = "forward"
                target_group_arn = aws_lb_target_group.this.arn
              }
            }"#,
        cloudformation: r"
            ListenerRule:
              Type: AWS::ElasticLoadBalancingV2::ListenerRule
              Properties:
                Actions:
                  - Type: forward
                    TargetGroupArn: !Ref TargetGroup",
    }),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-listeners.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "another group",
            given: || for_ipv6("web-v6"),
            finds: &["note ipv6-rule-divergent TLS:443"],
        },
        Example { title: "the same group", given: || for_ipv6("web"), finds: &[] },
        Example {
            title: "addresses of a type that this version does not know",
            given: || {
                let mut inventory = for_ipv6("web");
                let lb = sample::only(&mut inventory.accounts[0].regions[0]);
                lb.ip_address_type = Some("triplestack".into());
                inventory
            },
            finds: &[
                "unknown ipv6-rule-divergent TLS:443",
                "unknown ipv6-wider-than-ipv4 TLS:443",
                "unknown address-family-closed TLS:443",
            ],
        },
        Example {
            title: "a rule for a family that this version does not know",
            given: || {
                let mut inventory = for_ipv6("web-v6");
                let lb = sample::only(&mut inventory.accounts[0].regions[0]);
                if let Fact::Known(rules) = &mut sample::listeners(lb)[0].rules {
                    rules[0].conditions[0].ip_address_type = Some("ipv8".into());
                }
                inventory
            },
            finds: &[
                "unknown ipv6-rule-divergent TLS:443",
                "unknown 11 others: elbv2:DescribeRules",
            ],
        },
        Example {
            title: "no rule",
            given: || sample::clean(&Kind::Network),
            finds: &["does not apply"],
        },
        Example {
            title: "rules unread",
            given: || {
                let mut inventory = for_ipv6("web-v6");
                let lb = sample::only(&mut inventory.accounts[0].regions[0]);
                sample::listeners(lb)[0].rules =
                    Fact::Unread(sample::denied(Call::ElbV2DescribeRules));
                inventory
            },
            finds: &[
                "unknown ipv6-rule-divergent TLS:443",
                "unknown 16 others: elbv2:DescribeRules",
            ],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

/// The clean Network account, dual-stack, with a rule that forwards IPv6 to this group.
fn for_ipv6(name: &str) -> Inventory {
    sample::with_region(&Kind::Network, |region| {
        if name != "web" {
            sample::add_groups(region, &Kind::Network, &[name]);
        }
        let lb = sample::only(region);
        lb.ip_address_type = Some("dualstack".into());
        let ipv6 = Condition {
            field: "source-ip".into(),
            ip_address_type: Some("ipv6".to_owned()),
            ..Condition::default()
        };
        let rule = sample::rule(Some(1), vec![ipv6], vec![sample::forward(name)]);
        let listener = &mut sample::listeners(lb)[0];
        *listener = sample::ruled(listener.clone(), vec![rule]);
    })
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    if matches!(context.lb.ip_address_type, None | Some(IpAddressType::Ipv4)) {
        return Ok(Verdict::NotApplicable);
    }
    let routes = routing::live(context.lb, listener)?;
    let told_apart = |route: &Route| route.conditions.iter().any(|c| c.ip_address_type.is_some());
    if !routes.iter().any(told_apart) {
        return Ok(Verdict::NotApplicable);
    }
    recognised(context, listener, &routes)?;
    let (v4, v6) = (groups(&routes, "ipv4")?, groups(&routes, "ipv6")?);
    let names = |arns: &BTreeSet<&str>| -> Vec<String> {
        arns.iter().map(|arn| described(context, arn)).collect()
    };
    let grounds = Grounds::new().with("ipv4", names(&v4)).with("ipv6", names(&v6));
    if v4 == v6 {
        return Ok(Verdict::Pass(grounds));
    }
    let apart = routes.iter().filter(|route| told_apart(route)).filter_map(|route| route.arn);
    let apart: Vec<String> = apart.map(str::to_owned).collect();
    Ok(Verdict::Note(grounds.bind("RULE_ARN", apart)))
}

/// The gap of a type of addresses, or of a family that a rule asks for, that this version does not know.
fn recognised(context: &Context, listener: &Listener, routes: &[Route]) -> Result<(), Gap> {
    let unexpected_value = |call, id: &str, kind: &str| {
        let said = format!("address type {kind}");
        Err(Gap::new(call, Reason::Unrecognised).of(id).saying(said))
    };
    if let Some(IpAddressType::Other(kind)) = &context.lb.ip_address_type {
        return unexpected_value(Call::ElbV2DescribeLoadBalancers, &context.lb.arn, kind);
    }
    let mut families = routes.iter().flat_map(|route| route.conditions);
    let other = families.find_map(|condition| {
        let family = condition.ip_address_type.as_deref();
        family.filter(|family| !["ipv4", "ipv6"].contains(family))
    });
    other.map_or(Ok(()), |family| unexpected_value(Call::ElbV2DescribeRules, &listener.id, family))
}

/// The groups that clients of a family get to.
fn groups<'a>(routes: &[Route<'a>], family: &str) -> Result<BTreeSet<&'a str>, Gap> {
    let takes = |route: &&Route| {
        let of_family =
            |condition: &Condition| condition.ip_address_type.as_deref() == Some(family);
        route.conditions.iter().all(of_family)
    };
    match routes.iter().find(takes).map(|route| &route.end) {
        Some(End::Forward(groups)) => Ok(groups.iter().copied().collect()),
        Some(End::Unknown(gap)) => Err(gap.clone()),
        Some(End::Redirect(_) | End::Answer) | None => Ok(BTreeSet::new()),
    }
}

/// A group's name with what its targets are, where that is known.
fn described(context: &Context, arn: &str) -> String {
    let name = routing::group_name(arn);
    let group = context.index.target_group(arn).ok();
    match group.and_then(|group| group.target_type.as_ref()) {
        Some(kind) => format!("{name} ({kind})"),
        None => name.to_owned(),
    }
}
