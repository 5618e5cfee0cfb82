//! A rule for some source addresses lets every address in.

use crate::remedy::plan::{self, Plan};
use ipnet::IpNet;

use crate::analysis::reach;
use crate::analysis::routing::{self, End};
use crate::checks::prelude::*;
use crate::checks::shared::faulty_rules::FaultyRules;
use crate::vocab::net::{Family, IpSet};

pub(crate) const CHECK: Check = Check {
    id: "rule-source-open",
    aliases: &["rule-private-source-ip-public"],
    title: "a rule for some addresses lets all in",
    severity: Severity::Medium,
    applies_to: &[Kind::Application],
    why: "The list of addresses looks like a filter and is none: whoever added the range for \
          everybody, often to try something out, took the others' meaning away.",
    logic: "Looks at rules that a request can reach and that forward. Fails when a source-ip condition has 0.0.0.0/0, or ::/0 \
            on a load balancer with IPv6 addresses, or ranges that come to as much, such as both \
            halves, beside a narrower range. Passes when it has narrower ranges alone, and when it \
            has nothing but the ranges for everybody: a rule has to have some condition, and such a \
            one is plain. A family that the load balancer has no addresses of lets nobody in. \
            Unknown where every IPv6 address is beside a narrower range and the address type is \
            none that is known. Does not apply without source-ip conditions.",
    fix: "remove the range for everybody from the condition, or the narrower ones beside it",
    remedy: Remedy::steps(Steps {
        console: "EC2, Load balancers, the listener, Manage rules: edit the rule and remove \
                  0.0.0.0/0 or ::/0 from its Source IP condition.",
        cli: r"
            aws elbv2 describe-rules --rule-arns RULE_ARN --query 'Rules[0].Conditions' \
              --output json > conditions.json
            # conditions.json: take 0.0.0.0/0 and ::/0 out, and keep of each condition its Field and its Config
            aws elbv2 modify-rule --rule-arn RULE_ARN --conditions file://conditions.json",
        terraform: r#"
            resource "aws_lb_listener_rule" "office" {
              condition {
                source_ip {
                  values = ["192.0.2.0/24"]
                }
              }
            }"#,
        cloudformation: r"
            OfficeRule:
              Type: AWS::ElasticLoadBalancingV2::ListenerRule
              Properties:
                Conditions:
                  - Field: source-ip
                    SourceIpConfig:
                      Values: [192.0.2.0/24]",
    })
    .planned(Plan::By(plan::narrow_sources)),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html#source-ip-conditions",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "the office, and everybody",
            given: || given(&["203.0.113.0/24", "0.0.0.0/0"]),
            finds: &["fail rule-source-open HTTPS:443"],
        },
        Example { title: "the office alone", given: || given(&["203.0.113.0/24"]), finds: &[] },
        Example {
            title: "the office, and everybody in two halves",
            given: || given(&["203.0.113.0/24", "0.0.0.0/1", "128.0.0.0/1"]),
            finds: &["fail rule-source-open HTTPS:443"],
        },
        Example {
            title: "everybody in two halves, alone",
            given: || given(&["0.0.0.0/1", "128.0.0.0/1"]),
            finds: &[],
        },
        Example { title: "everybody alone", given: || given(&["0.0.0.0/0"]), finds: &[] },
        Example {
            title: "every IPv6 address, on a load balancer without",
            given: || given(&["203.0.113.0/24", "::/0"]),
            finds: &[],
        },
        Example {
            title: "every IPv6 address, and a type of addresses that this version does not know",
            given: || {
                let mut inventory = given(&["203.0.113.0/24", "::/0"]);
                let lb = sample::only(&mut inventory.accounts[0].regions[0]);
                lb.ip_address_type = Some("triplestack".into());
                inventory
            },
            finds: &[
                "unknown ipv6-wider-than-ipv4 HTTPS:443",
                "unknown rule-source-open HTTPS:443",
                "unknown address-family-closed HTTPS:443",
            ],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn given(sources: &[&str]) -> Inventory {
    let listener = sample::ruled(
        sample::https(vec![sample::fixed_response("403")]),
        vec![sample::rule(
            Some(1),
            vec![sample::condition("source-ip", sources)],
            vec![sample::forward("web")],
        )],
    );
    sample::listening(&Kind::Application, vec![listener])
}

/// The families of which a condition takes every address, if it has something narrower beside them.
fn holes(condition: &Condition) -> Vec<Family> {
    let parsed: Vec<Option<IpNet>> =
        condition.values.iter().map(|value| value.parse().ok()).collect();
    let mut ranges: Vec<IpNet> = parsed.iter().flatten().map(IpNet::trunc).collect();
    ranges.sort_unstable();
    ranges.dedup();
    let of = |family: Family, without: Option<&IpNet>| {
        let own = ranges.iter().filter(|range| family.has(range) && Some(*range) != without);
        IpSet::from_ranges(own.copied().collect())
    };
    let is_whole = |range: &IpNet| IpSet::from_ranges(vec![*range]).is_internet();
    let is_narrow = |range: &IpNet| {
        let family = Family::of_range(range);
        let is_apart = || of(family, None).around(range).is_none_or(|around| !is_whole(&around));
        let is_held = || of(family, Some(range)).around(range).is_some();
        range.prefix_len() > 0 && (is_apart() || is_held())
    };
    if !ranges.iter().any(is_narrow) && parsed.iter().all(Option::is_some) {
        return Vec::new();
    }
    let is_open = |family: &Family| of(*family, None).ranges(*family).iter().any(is_whole);
    Family::BOTH.into_iter().filter(is_open).collect()
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    let (mut verdict, mut narrowed) = (Partial::whole(Verdict::NotApplicable), 0);
    let routes = routing::live(context.lb, listener)?;
    for (place, route) in routes.iter().enumerate() {
        let mut sources =
            route.conditions.iter().filter(|own| own.field == ConditionField::SourceIp).peekable();
        if sources.peek().is_none() {
            continue;
        }
        match &route.end {
            End::Forward(_) => {
                narrowed += 1;
                verdict.found = Verdict::Pass(Grounds::new().with("rules_by_source", narrowed));
            }
            End::Unknown(gap) => {
                verdict.add_gap(gap.clone());
                continue;
            }
            End::Redirect(_) | End::Answer => continue,
        }
        for condition in sources {
            let asked = Partial::whole(holes(condition));
            let is_open = asked.any(|family| reach::has_family(context.lb, family));
            if verdict.learn(is_open) != Some(true) {
                continue;
            }
            let evidence = Grounds::new()
                .with("rule", route.label.as_str())
                .with("sources", condition.values.clone())
                .with("request", route.request(&routes[..place], context.lb, listener));
            let mut rules = FaultyRules::default();
            rules.add(route.arn);
            return Ok(Verdict::Fail(rules.bind(evidence, listener)));
        }
    }
    verdict.complete()
}
