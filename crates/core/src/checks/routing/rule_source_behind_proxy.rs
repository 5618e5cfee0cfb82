//! A rule asks for source addresses that never arrive.

use crate::remedy::plan::{Plan, Why};
use ipnet::IpNet;

use crate::analysis::reach;
use crate::analysis::routing::{self, Route};
use crate::checks::prelude::*;
use crate::fixtures::sample::login;

pub(crate) const CHECK: Check = Check {
    id: "rule-source-behind-proxy",
    aliases: &["rule-source-ip-behind-proxy"],
    title: "a rule asks for source addresses that never arrive",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application],
    why: "The condition compares the address that connects, not X-Forwarded-For. Behind CloudFront \
          or another proxy that is the proxy's: the rule that should let the office in, or keep \
          somebody out, does nothing.",
    logic: "Looks at source-ip conditions of rules that a request can reach, and fails when none of \
            a condition's ranges meets any range that the load balancer's security groups let in \
            on the listener's port, prefix lists included. Passes when some do, and where a \
            security group lets in another one, whose addresses are not known. Does not apply \
            without such conditions, or where nobody is let in.",
    fix: "decide by address where the clients arrive: in AWS WAF with the forwarded address, or at \
          the proxy",
    remedy: Remedy::steps(Steps {
        console: "WAF, Web ACLs: add an IP set rule that takes the address from X-Forwarded-For; \
                  then EC2, Load balancers, the listener, Manage rules: remove the condition.",
        cli: r"
            aws wafv2 create-ip-set --name forwarded-clients --scope REGIONAL \
              --ip-address-version ADDRESS_FAMILY --addresses ASKED_RANGES
            # the web ACL gets a rule that compares X-Forwarded-For with this IP set; only then:
            aws elbv2 describe-rules --rule-arns RULE_ARN --query 'Rules[0].Conditions' \
              --output json > conditions.json
            # conditions.json: take the source-ip condition out, and keep of each other one its Field and its
            # Config; a rule that has no other condition is deleted instead
            aws elbv2 modify-rule --rule-arn RULE_ARN --conditions file://conditions.json",
        terraform: r#"
            ip_set_reference_statement {
              arn = "IP_SET_ARN"
              ip_set_forwarded_ip_config {
                header_name       = "X-Forwarded-For"
                position          = "LAST"
                fallback_behavior = "NO_MATCH"
              }
            }"#,
        cloudformation: r"
            IPSetReferenceStatement:
              Arn: IP_SET_ARN
              IPSetForwardedIPConfig:
                HeaderName: X-Forwarded-For
                Position: LAST
                FallbackBehavior: NO_MATCH",
    })
    .planned(Plan::Never(Why::Decision, "whether the rule is meant for the proxy or for its clients, only its owner knows")),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html#source-ip-conditions",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "only CloudFront is let in, and a rule asks for the office",
            given: || given(false, Fact::Known(vec![net("130.176.0.0/16")])),
            finds: &["fail rule-source-behind-proxy HTTPS:443"],
        },
        Example {
            title: "the office is let in too",
            given: || given(true, Fact::Known(vec![net("130.176.0.0/16")])),
            finds: &[],
        },
        Example {
            title: "the proxy's addresses are unread",
            given: || {
                given(false, Fact::Unread(sample::denied(Call::Ec2GetManagedPrefixListEntries)))
            },
            finds: &[
                "unknown internet-facing web",
                "unknown rule-source-behind-proxy HTTPS:443",
                "unknown listener-port-closed HTTPS:443",
            ],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn net(text: &str) -> IpNet {
    text.parse().expect("a block")
}

/// A rule for the office on a load balancer that lets in a prefix list, and maybe the office.
fn given(office: bool, list: Fact<Vec<IpNet>>) -> Inventory {
    let listener = sample::ruled(
        sample::https(vec![sample::fixed_response("403")]),
        vec![sample::rule(
            Some(1),
            vec![sample::condition("source-ip", &["203.0.113.0/24"])],
            vec![sample::forward("web")],
        )],
    );
    login::listening(vec![listener], |region| {
        let door = Permission {
            protocol: "tcp".to_owned(),
            from_port: Some(443),
            to_port: Some(443),
            prefix_lists: vec!["pl-1".to_owned()],
            ranges: if office { vec![net("203.0.113.0/25")] } else { Vec::new() },
            ..Permission::default()
        };
        let mut group = sample::open_group("sg-web", &[]);
        group.ingress = vec![door];
        region.security_groups = Fact::Known(vec![group, sample::target_group_door()]);
        region.prefix_lists.insert("pl-1".to_owned(), list);
    })
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    let routes = routing::live(context.lb, listener)?;
    let asked: Vec<(&Route, Vec<IpNet>)> = routes
        .iter()
        .flat_map(|route| {
            let sources =
                route.conditions.iter().filter(|own| own.field == ConditionField::SourceIp);
            sources.map(move |own| {
                let ranges = own.values.iter().filter_map(|value| value.parse().ok()).collect();
                (route, ranges)
            })
        })
        .collect();
    if asked.is_empty() {
        return Ok(Verdict::NotApplicable);
    }
    let seen = || Grounds::new().with("rules_by_source", asked.len());
    let Some(admitted) = reach::admitted(context.index, context.lb, listener)? else {
        return Ok(Verdict::Pass(seen()));
    };
    if admitted.is_empty() {
        return Ok(Verdict::NotApplicable);
    }
    let meet = |one: &IpNet, other: &IpNet| one.contains(other) || other.contains(one);
    let arrives =
        |ranges: &[IpNet]| ranges.iter().any(|own| admitted.iter().any(|range| meet(own, range)));
    match asked.iter().find(|(_, ranges)| !ranges.is_empty() && !arrives(ranges)) {
        Some((route, ranges)) => {
            let texts = |ranges: &[IpNet]| -> Vec<String> {
                ranges.iter().take(SHOWN).map(ToString::to_string).collect()
            };
            let evidence = Grounds::new()
                .with("rule", route.label.as_str())
                .with("asks_for", texts(ranges))
                .with("let_in", texts(&admitted));
            let is_v4 = |range: &&IpNet| range.addr().is_ipv4();
            let v4 = ranges.iter().any(|range| is_v4(&range));
            let own = ranges.iter().filter(|range| is_v4(range) == v4).map(ToString::to_string);
            let grounds = evidence
                .bind("RULE_ARN", route.arn.unwrap_or_default())
                .bind("ADDRESS_FAMILY", if v4 { "IPV4" } else { "IPV6" })
                .bind("ASKED_RANGES", own.collect::<Vec<_>>());
            Ok(Verdict::Fail(grounds))
        }
        None => Ok(Verdict::Pass(seen())),
    }
}

/// How many ranges an evidence names.
const SHOWN: usize = 5;
