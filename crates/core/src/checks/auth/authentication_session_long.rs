//! Who has signed in once is let in for longer than the policy allows.

use crate::analysis::routing::requirements;
use crate::checks::prelude::*;
use crate::checks::shared::each_rule;
use crate::fixtures::sample::login;
use crate::remedy::plan::{self, Plan};

pub(crate) const CHECK: Check = Check {
    id: "authentication-session-long",
    aliases: &["auth-session-timeout-long"],
    title: "a login lasts too long",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application],
    why: "The load balancer's cookie lets its holder in until the session ends, whatever has \
          become of the account at the identity provider: a stolen cookie and a dismissed \
          employee stay as long.",
    logic: "Looks at the login actions of every rule that a request can reach. Fails when \
            SessionTimeout is above 86,400 seconds, a day (`[thresholds]`, `session-seconds`); an \
            absent one is AWS's default, 604,800 (7 days). Does not apply \
            where no rule has a login.",
    fix: "set SessionTimeout to a working day, or to what the thresholds allow",
    remedy: Remedy::rule_actions(
        "with SessionTimeout 28800",
        r"
            authenticate_oidc {
              session_timeout = 28800
            }",
        r"
            AuthenticateOidcConfig:
              SessionTimeout: 28800",
    )
    .console(
        "EC2, Load balancers, the listener, Manage rules: edit the rule and, under Authenticate \
         users, Advanced settings, set the session timeout.",
    )
    .planned(Plan::By(plan::shorten_session)),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "AWS's default, 7 days",
            given: || given(|_| None),
            finds: &["fail authentication-session-long HTTPS:443"],
        },
        Example {
            title: "two days",
            given: || given(|_| Some(172_800)),
            finds: &["fail authentication-session-long HTTPS:443"],
        },
        Example { title: "a working day", given: || given(|seconds| seconds), finds: &[] },
    ],
    ..Check::new(Judge::Listener(judge))
};

/// What AWS takes for an absent one.
const DEFAULT: i64 = 604_800;

fn given(change: fn(Option<i64>) -> Option<i64>) -> Inventory {
    let mut action = login::oidc();
    if let Some(authentication) = &mut action.authentication {
        authentication.session_timeout = change(authentication.session_timeout);
    }
    let listener = sample::https(login::then_forward(action, "web"));
    sample::listening(&Kind::Application, vec![listener])
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    let allowed = i64::try_from(context.thresholds.session_seconds).unwrap_or(i64::MAX);
    each_rule::judge_actions(context, listener, requirements::LOGINS, |action| {
        let missing = || requirements::without(action, "configuration", listener);
        let own = action.authentication.as_ref().ok_or_else(missing)?;
        let seconds = own.session_timeout.unwrap_or(DEFAULT);
        let evidence =
            Grounds::new().with("session_seconds", seconds).with("allowed_seconds", allowed);
        Ok(if seconds <= allowed { Verdict::Pass(evidence) } else { Verdict::Fail(evidence) })
    })
}
