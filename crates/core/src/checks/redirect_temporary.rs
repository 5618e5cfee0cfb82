//! The upgrade to HTTPS is a temporary redirect.

use super::shared::each_rule;
use crate::analysis::routing::redirect;
use crate::check::{
    Check, Context, Evidence, Example, Judge, Judgement, Persona, Remedy, Severity, Verdict,
};
use crate::fixtures::sample;
use crate::inventory::{Inventory, Kind, Listener, Protocol};
use crate::vocab::call::Call;
use crate::vocab::fact::{Gap, Reason};

/// See [`Check`].
pub(super) const CHECK: Check = Check {
    id: "redirect-temporary",
    aliases: &["redirect-not-permanent"],
    title: "the redirect to HTTPS is temporary",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application],
    why: "Browsers remember a permanent redirect and ask by HTTPS at once; a temporary one sends \
          every first request in clear again.",
    logic: "Looks at redirects from HTTP to HTTPS, of rules that a request can reach. Notes status \
            HTTP_302; passes on HTTP_301. Does not apply where no rule redirects to HTTPS.",
    false_alarms: "",
    fix: "redirect with HTTP_301, and send Strict-Transport-Security over HTTPS",
    remedy: Remedy {
        console: "EC2, Load balancers, the listener, Manage rules: edit the rule and choose 301, \
                  permanently moved.",
        cli: "aws elbv2 modify-rule --rule-arn RULE_ARN --actions \
              Type=redirect,RedirectConfig='{Protocol=HTTPS,Port=443,StatusCode=HTTP_301}'",
        terraform: "redirect {\n  protocol    = \"HTTPS\"\n  port        = \"443\"\n  status_code \
                    = \"HTTP_301\"\n}",
        cloudformation: "RedirectConfig:\n  Protocol: HTTPS\n  Port: \"443\"\n  StatusCode: \
                         HTTP_301",
    },
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html#redirect-actions",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "302",
            given: || given(Some("HTTP_302")),
            finds: &[
                "note internet-facing web",
                "note redirect-temporary HTTP:80",
                "note tls-backend-legacy web",
            ],
        },
        Example {
            title: "301",
            given: || given(Some("HTTP_301")),
            finds: &["note internet-facing web", "note tls-backend-legacy web"],
        },
        Example {
            title: "no status in the answer",
            given: || given(None),
            finds: &[
                "unknown redirect-temporary HTTP:80",
                "note internet-facing web",
                "note tls-backend-legacy web",
            ],
        },
    ],
    judge: Judge::Listener(judge),
    since: "0.1.0",
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
            (Protocol::Https, Some("HTTP_301")) => Ok(Verdict::Pass),
            (Protocol::Https, Some(status @ "HTTP_302")) => {
                Ok(Verdict::Note(Evidence::new().with("status", status)))
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
