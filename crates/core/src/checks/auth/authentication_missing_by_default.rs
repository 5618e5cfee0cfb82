//! Some rules of a listener ask for a login, and what is left over needs none.

use crate::analysis::routing::requirements::{self, AuthKind};
use crate::analysis::routing::{self, End, group_name};
use crate::checks::prelude::*;
use crate::checks::shared::rules_at_fault;
use crate::fixtures::sample::login;

pub(crate) const CHECK: Check = Check {
    id: "authentication-missing-by-default",
    aliases: &["auth-missing-on-default"],
    title: "what no rule names needs no login",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application],
    why: "Rules with a login are exceptions here, and everything else is public: a path that \
          somebody adds tomorrow, or a spelling that the rules do not foresee, goes to a target \
          without anybody asking.",
    logic: "Looks at listeners where a rule with conditions forwards after a login or a token. \
            Notes it when the last rule, usually the default one, forwards without login, token \
            or verified client certificate, to whatever group. Passes when that rule asks too, \
            redirects or answers by itself. Does not apply where no other rule asks.",
    false_alarms: "A public site with a few protected paths is meant to be like this. A request \
                   that gets past a login to the same targets is `authentication-bypass`.",
    fix: "let the default rule ask for the login too, or answer with a fixed response, and list \
          what is public",
    remedy: Remedy::refuse_beside("path-pattern", "PUBLIC_PATH").console(
        "EC2, Load balancers, the listener, Edit listener: add Authenticate users to the default \
         action, or return a fixed response.",
    ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "one path logs in, the rest is forwarded",
            given: || given(vec![sample::forward("site")]),
            finds: &[
                "fail security-group-unused-port web",
                "fail targets-too-few site",
                "note authentication-missing-by-default HTTPS:443",
            ],
        },
        Example {
            title: "the rest logs in too",
            given: || given(login::required("site")),
            finds: &["fail security-group-unused-port web", "fail targets-too-few site"],
        },
        Example {
            title: "the rest gets an answer of the load balancer's own",
            given: || given(vec![sample::fixed_response("404")]),
            finds: &["fail security-group-unused-port web"],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn given(default: Vec<Action>) -> Inventory {
    let rule = sample::rule(Some(1), vec![sample::path(&["/admin/*"])], login::required("web"));
    login::listening(vec![sample::ruled(sample::https(default), vec![rule])], |region| {
        sample::add_groups(region, &Kind::Application, &["site"]);
        sample::regroup(region, "site", |group| {
            group.targets = crate::vocab::fact::Fact::Known(vec![sample::target("i-3", "healthy")]);
        });
    })
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    if !requirements::may_log_in(listener) {
        return Ok(Verdict::NotApplicable);
    }
    let routes = routing::live(context.lb, listener)?;
    let Some((last, others)) = routes.split_last() else { return Ok(Verdict::NotApplicable) };
    let asks = Partial::whole(others).any(|route| match &route.end {
        End::Forward(_) => requirements::of_route(route, listener).asks_for(AuthKind::Login),
        End::Unknown(gap) => Err(gap.clone()),
        End::Redirect(_) | End::Answer => Ok(false),
    });
    if !asks? {
        return Ok(Verdict::NotApplicable);
    }
    let seen = Grounds::new().with("rule", last.label.as_str());
    let groups = match &last.end {
        End::Forward(groups) if !groups.is_empty() => groups,
        End::Unknown(gap) => return Err(gap.clone()),
        End::Forward(_) | End::Redirect(_) | End::Answer => {
            let ends = last.actions.last().map(|action| action.kind.to_string());
            return Ok(Verdict::Pass(seen.with("action", ends)));
        }
    };
    let asked = requirements::of_route(last, listener);
    if !asked.is_open()? {
        let words = asked.credentials.iter().map(|credential| credential.word());
        return Ok(Verdict::Pass(seen.with("asks_for", words.collect::<Vec<_>>())));
    }
    let names: Vec<&str> = groups.iter().map(|arn| group_name(arn)).collect();
    let evidence = seen
        .with("target_groups", names)
        .with("request", last.request(others, context.lb, listener));
    Ok(Verdict::Note(rules_at_fault::bind(evidence, [last], listener)))
}
