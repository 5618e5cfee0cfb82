//! A rule that no request can reach.

use crate::analysis::routing;
use crate::checks::prelude::*;
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "rule-shadowed",
    title: "a rule is never reached",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application],
    why: "The rule says what should happen to some requests, and something else does. Whoever \
          reads or changes the listener counts on it.",
    logic: "Walks the rules by priority. Fails when no request reaches a rule: earlier ones, a \
            single one or several together, take every request that it asks for, or no request \
            is as it asks, such as one for a path without a slash in front. Hosts, paths, methods, \
            headers, queries and sources are compared as sets of requests, wildcards and regular \
            expressions included; where that cannot tell, the rule counts as reached. A rule with \
            a login behind one without is `authentication-rule-shadowed`. The default rule is for \
            what is left over, and may be left with nothing. Does not apply where the default \
            rule is the only one.",
    fix: "remove the rule, correct its conditions, or give it a lower number than those that take \
          its requests",
    remedy: Remedy::steps(Steps {
        console: "EC2, Load balancers, the listener, Manage rules, Reprioritize rules: move the \
                  narrower rule before the wider one, or delete it.",
        cli: r"
            # a free number below those of the rules that take its requests
            aws elbv2 set-rule-priorities --rule-priorities RuleArn=RULE_ARN,Priority=NEW_PRIORITY",
        terraform: r#"
            resource "aws_lb_listener_rule" "narrow" {
              priority = 1
            }"#,
        cloudformation: r"
            NarrowRule:
              Type: AWS::ElasticLoadBalancingV2::ListenerRule
              Properties:
                Priority: 1",
    })
    .planned(Plan::Never(Why::Decision, "which of the rules is meant, only their owner knows")),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "a wider path comes first",
            given: || given(vec![rule(1, "/img/*"), rule(2, "/img/logo/*")]),
            finds: &["fail rule-shadowed HTTPS:443"],
        },
        Example {
            title: "a rule behind one that takes everything",
            given: || given(vec![rule(1, "/*"), rule(2, "/img/*"), rule(3, "/css/*")]),
            finds: &["fail rule-shadowed HTTPS:443"],
        },
        Example {
            title: "two rules before it take its requests together",
            given: || {
                given(vec![
                    asking(1, sample::condition("source-ip", &["0.0.0.0/1"])),
                    asking(2, sample::condition("source-ip", &["128.0.0.0/1"])),
                    rule(3, "/img/*"),
                ])
            },
            finds: &["fail rule-shadowed HTTPS:443"],
        },
        Example {
            title: "a path that no request has",
            given: || given(vec![rule(1, "api*")]),
            finds: &["fail rule-shadowed HTTPS:443"],
        },
        Example {
            title: "the narrower path comes first",
            given: || given(vec![rule(1, "/img/logo/*"), rule(2, "/img/*")]),
            finds: &[],
        },
        Example {
            title: "one of two rules before it leaves something over",
            given: || {
                given(vec![
                    asking(1, sample::condition("source-ip", &["0.0.0.0/1"])),
                    asking(2, sample::condition("source-ip", &["192.0.0.0/2"])),
                    rule(3, "/img/*"),
                ])
            },
            finds: &["fail source-gate-bypass HTTPS:443"],
        },
        Example {
            title: "only the default rule is left with nothing",
            given: || given(vec![rule(1, "/*")]),
            finds: &["does not apply"],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn rule(number: u32, path: &str) -> Rule {
    asking(number, sample::path(&[path]))
}

fn asking(number: u32, condition: Condition) -> Rule {
    sample::rule(Some(number), vec![condition], vec![sample::forward("web")])
}

fn given(rules: Vec<Rule>) -> Inventory {
    let listener = sample::ruled(sample::https(vec![sample::fixed_response("404")]), rules);
    sample::listening(&Kind::Application, vec![listener])
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    let rules = routing::rules(context.lb, listener)?;
    let found = Partial::whole(&rules.shadowed)
        .filter_map(|dead| Ok(rules.lets_past_login(dead, listener)?.is_none().then_some(dead)));
    let Some((first, others)) = found.found.split_first() else {
        let number = rules.live.len() + rules.shadowed.len();
        return found.otherwise(if number > 1 {
            Verdict::Pass(Grounds::new().with("rules", number))
        } else {
            Verdict::NotApplicable
        });
    };
    let label = |place: &usize| rules.live[*place].label.as_str();
    let evidence = Grounds::new().with("rule", first.route.label.as_str());
    let mut evidence = match (&first.alone, &first.by[..]) {
        (Some(one), _) => evidence.with("shadowed_by", label(one)),
        (None, []) => evidence.with("takes", "no request that can be sent"),
        (None, all) => evidence.with("shadowed_by", all.iter().map(label).collect::<Vec<_>>()),
    };
    if !others.is_empty() {
        let others = others.iter().map(|dead| dead.route.label.clone());
        evidence = evidence.with("further_rules", others.collect::<Vec<_>>());
    }
    let dead = std::iter::once(first).chain(others).filter_map(|dead| dead.route.arn);
    let dead: Vec<String> = dead.map(str::to_owned).collect();
    Ok(Verdict::Fail(evidence.bind("RULE_ARN", dead)))
}
