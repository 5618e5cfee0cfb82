//! The upgrade to HTTPS is a temporary redirect.

use crate::analysis::routing::redirect;
use crate::checks::prelude::*;
use crate::checks::shared::each_rule;

pub(crate) const CHECK: Check = Check {
    id: "redirect-temporary",
    aliases: &["redirect-not-permanent"],
    title: "the redirect to HTTPS is temporary",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application],
    why: "Browsers remember a permanent redirect and ask by HTTPS at once; a temporary one sends \
          every first request in cleartext again.",
    logic: "Looks at redirects from HTTP to HTTPS, of rules that a request can reach. Notes status \
            HTTP_302; passes on HTTP_301. Does not apply where no rule redirects to HTTPS.",
    fix: "redirect with HTTP_301, and send Strict-Transport-Security over HTTPS",
    remedy: Remedy::redirect(&[]).console(
        "EC2, Load balancers, the listener, Manage rules: edit the rule and choose 301, \
         permanently moved.",
    ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html#redirect-actions",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "302",
            given: || given(Some("HTTP_302")),
            finds: &["note redirect-temporary HTTP:80"],
        },
        Example { title: "301", given: || given(Some("HTTP_301")), finds: &[] },
        Example {
            title: "no status in the answer",
            given: || given(None),
            finds: &["unknown redirect-temporary HTTP:80"],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn given(status: Option<&str>) -> Inventory {
    let mut action = sample::redirect_to_https();
    if let Some(redirect) = &mut action.redirect {
        redirect.status = status.map(str::to_owned);
    }
    sample::listening(
        &Kind::Application,
        vec![
            sample::https(vec![sample::forward("web")]),
            sample::listener("HTTP", 80, vec![action]),
        ],
    )
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    if !context.lb.serves(listener, &[Protocol::Http])? {
        return Ok(Verdict::NotApplicable);
    }
    each_rule::judge_redirects(context, listener, |own| {
        let unexpected_value = |reason, said: String| {
            Err(Gap::new(Call::ElbV2DescribeRules, reason).of(&listener.id).saying(said))
        };
        match (redirect::protocol(own, listener)?, own.status.as_deref()) {
            (Protocol::Https, Some("HTTP_301")) => Ok(Verdict::Pass(Grounds::new())),
            (Protocol::Https, Some(status @ "HTTP_302")) => {
                Ok(Verdict::Note(Grounds::new().with("status", status)))
            }
            (Protocol::Https, Some(other)) => {
                unexpected_value(Reason::Unrecognised, format!("redirect status {other}"))
            }
            (Protocol::Https, None) => {
                unexpected_value(Reason::Malformed, "a redirect without status".to_owned())
            }
            _ => Ok(Verdict::NotApplicable),
        }
    })
}
