//! What no rule names, whatever its host, is forwarded to a target.

use crate::analysis::reach;
use crate::analysis::routing::{self, End, group_name};
use crate::checks::prelude::*;
use crate::checks::shared::rules_at_fault;
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "default-rule-forwards",
    aliases: &["default-action-forwards"],
    title: "requests for any host reach a target",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application],
    why: "The other rules name the hosts that are served, and the default rule forwards the rest: \
          scanners that ask by address, and requests with a made-up Host, which poison caches and \
          links in mails where the application believes it.",
    logic: "Looks at listeners of internet-facing load balancers that have rules for hosts. Fails \
            when the last rule, usually the default one, forwards. Passes when it redirects or \
            answers by itself. Does not apply to internal load balancers, or where no rule names \
            a host.",
    false_alarms: "A service that accepts customers' own domains.",
    fix: "let the default rule answer with a fixed 404, or redirect to the host that is meant, and \
          name the hosts in a rule",
    remedy: Remedy::refuse_beside("host-header", "SERVED_HOST").planned(Plan::Never(
        Why::Decision,
        "which hosts and paths are meant to be served, only the owner knows",
    )),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html",
        "https://cwe.mitre.org/data/definitions/644.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "one host has a rule, the rest is forwarded too",
            given: || given(sample::forward("web")),
            finds: &["fail default-rule-forwards HTTPS:443"],
        },
        Example {
            title: "the rest is not found",
            given: || given(sample::fixed_response("404")),
            finds: &[],
        },
        Example {
            title: "an internal load balancer",
            given: || {
                let mut inventory = given(sample::forward("web"));
                let lb = &mut inventory.accounts[0].regions[0].v2.items[0];
                sample::internal(lb);
                inventory
            },
            finds: &["does not apply", "fail internal-open-to-any web"],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn given(default: Action) -> Inventory {
    let listener = sample::ruled(
        sample::https(vec![default]),
        vec![sample::rule(
            Some(1),
            vec![sample::host(&["www.example.com"])],
            vec![sample::forward("web")],
        )],
    );
    sample::listening(&Kind::Application, vec![listener])
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    if reach::is_internal(context.lb)? {
        return Ok(Verdict::NotApplicable);
    }
    let routes = routing::live(context.lb, listener)?;
    let Some((last, others)) = routes.split_last() else { return Ok(Verdict::NotApplicable) };
    let names_hosts = |route: &routing::Route| {
        route.conditions.iter().any(|condition| condition.field == ConditionField::HostHeader)
    };
    if names_hosts(last) || !others.iter().any(names_hosts) {
        return Ok(Verdict::NotApplicable);
    }
    match &last.end {
        End::Forward(groups) if !groups.is_empty() => {
            let names: Vec<&str> = groups.iter().map(|arn| group_name(arn)).collect();
            let evidence = Grounds::new()
                .with("rule", last.label.as_str())
                .with("target_groups", names)
                .with("request", last.request(others, context.lb, listener));
            Ok(Verdict::Fail(rules_at_fault::bind(evidence, [last], listener)))
        }
        End::Forward(_) | End::Redirect(_) | End::Answer => {
            let does: Vec<String> = last.actions.iter().map(|own| own.kind.to_string()).collect();
            Ok(Verdict::Pass(Grounds::new().with("rule", last.label.as_str()).with("does", does)))
        }
        End::Unknown(gap) => Err(gap.clone()),
    }
}
