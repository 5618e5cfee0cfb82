//! A rule that asks for a login is never reached: one before it lets its requests through.

use crate::remedy::plan::{self, Plan};
use std::collections::BTreeMap;

use crate::analysis::routing::{self, Rules, Shadowed, requirements};
use crate::checks::prelude::*;
use crate::fixtures::sample::login;

pub(crate) const CHECK: Check = Check {
    id: "authentication-rule-shadowed",
    title: "a rule with a login is never reached",
    severity: Severity::High,
    applies_to: &[Kind::Application],
    why: "Somebody wrote the rule so that these requests log in, and they do not: rules with lower \
          numbers take every one of them, and forward some or all without asking.",
    logic: "Walks the rules by priority. Fails when no request reaches a rule with a login or a \
            token because earlier rules, a single one or several together, take every request \
            that it asks for, and one of these forwards its part without login, token or \
            verified client certificate. Hosts, paths, methods, headers, queries and sources are \
            compared as sets of requests, wildcards and regular expressions included; where that \
            cannot tell, the rule counts as reached. Does not apply where no rule asks for a \
            login.",
    fix: "give the rule with the login a lower number than the one that lets its requests through",
    remedy: Remedy::steps(Steps {
        console: "EC2, Load balancers, the listener, Manage rules, Reprioritize rules: move the \
                  rule with the login before the other one.",
        cli: "aws elbv2 set-rule-priorities --rule-priorities RULE_PRIORITIES",
        terraform: r#"
            resource "aws_lb_listener_rule" "admin" {
              priority = 9 # lower than that of the rule that takes its requests
            }"#,
        cloudformation: r"
            ListenerRule:
              Type: AWS::ElasticLoadBalancingV2::ListenerRule
              Properties:
                Priority: 9 # lower than that of the rule that takes its requests",
    })
    .planned(Plan::By(plan::reorder)),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "an open rule for a wider path comes first",
            given: || given(("/app*", vec![sample::forward("web")]), ("/app/admin/*", 2)),
            finds: &["fail authentication-rule-shadowed HTTPS:443"],
        },
        Example {
            title: "the open rule comes later",
            given: || given(("/app*", vec![sample::forward("web")]), ("/app/admin/*", 0)),
            finds: &[],
        },
        Example {
            title: "the rule before it asks too",
            given: || given(("/app*", login::required("web")), ("/app/admin/*", 2)),
            finds: &["fail rule-shadowed HTTPS:443"],
        },
        Example {
            title: "two rules before it take its requests together, and one of them is open",
            given: || halves([login::required("web"), vec![sample::forward("web")]]),
            finds: &["fail authentication-rule-shadowed HTTPS:443"],
        },
        Example {
            title: "two rules before it take its requests together, and both ask too",
            given: || halves([login::required("web"), login::required("web")]),
            finds: &["fail rule-shadowed HTTPS:443"],
        },
        Example {
            title: "the rule before it forwards nothing",
            given: || given(("/app*", vec![sample::fixed_response("404")]), ("/app/admin/*", 2)),
            finds: &["fail rule-shadowed HTTPS:443"],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

/// Rule 1 does this for a path, a rule of another number has a login for another one.
fn given((path, actions): (&str, Vec<Action>), (own, number): (&str, u32)) -> Inventory {
    let listener = sample::ruled(
        sample::https(vec![sample::fixed_response("404")]),
        vec![
            sample::rule(Some(1), vec![sample::path(&[path])], actions),
            sample::rule(Some(number), vec![sample::path(&[own])], login::required("web")),
        ],
    );
    sample::listening(&Kind::Application, vec![listener])
}

/// Rules 1 and 2 do this for one half of all addresses each, rule 3 has a login.
fn halves([one, other]: [Vec<Action>; 2]) -> Inventory {
    let from = |half| vec![sample::condition("source-ip", &[half])];
    let listener = sample::ruled(
        sample::https(vec![sample::fixed_response("404")]),
        vec![
            sample::rule(Some(1), from("0.0.0.0/1"), one),
            sample::rule(Some(2), from("128.0.0.0/1"), other),
            sample::rule(Some(3), vec![sample::path(&["/admin/*"])], login::required("web")),
        ],
    );
    sample::listening(&Kind::Application, vec![listener])
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    if !requirements::may_log_in(listener) {
        return Ok(Verdict::NotApplicable);
    }
    let rules = routing::rules(context.lb, listener)?;
    let shadowed = rules.shadowed.iter().map(|dead| &dead.route);
    let all = || rules.live.iter().chain(shadowed.clone());
    let asks = all().any(|route| route.asks_to_log_in(listener));
    let mut verdict =
        Partial::whole(if asks { Verdict::Pass(seen(&rules)) } else { Verdict::NotApplicable });
    // An action that is new may ask for a login.
    all().for_each(|route| {
        verdict.learn(route.known());
    });
    for dead in &rules.shadowed {
        if let Some(Some(place)) = verdict.learn(rules.lets_past_login(dead, listener)) {
            let (by, earlier) = (&rules.live[place], &rules.live[..place]);
            let request = by.request_of(&dead.route, earlier, context.lb, listener);
            let evidence = Grounds::new()
                .with("rule", dead.route.label.as_str())
                .with("shadowed_by", by.label.as_str())
                .with("request", request);
            return Ok(Verdict::Fail(match moved(&rules, (dead, place)) {
                Some(priorities) => evidence.bind("RULE_PRIORITIES", priorities),
                None => evidence,
            }));
        }
    }
    verdict.complete()
}

fn seen(rules: &Rules) -> Grounds {
    Grounds::new().with("rules", rules.live.len()).with("unreached_rules", rules.shadowed.len())
}

/// The priorities by which a rule comes right before the one that takes its requests: all that stand between
/// them move on by one place.
fn moved(rules: &Rules, (dead, by): (&Shadowed, usize)) -> Option<Vec<String>> {
    let own = dead.route.rule?;
    let between = rules.live[by].rule?.priority?..own.priority?;
    let shadowed = rules.shadowed.iter().map(|dead| &dead.route);
    let all = rules.live.iter().chain(shadowed).filter_map(|route| route.rule);
    let numbered = all.filter_map(|rule| Some((rule.priority?, rule.arn.as_str())));
    let behind: BTreeMap<u32, &str> =
        numbered.filter(|(number, _)| between.contains(number)).collect();
    let numbers = behind.keys().copied().chain([between.end]);
    let arns = [own.arn.as_str()].into_iter().chain(behind.values().copied());
    let named = arns.zip(numbers).map(|(arn, number)| format!("RuleArn={arn},Priority={number}"));
    Some(named.collect())
}
