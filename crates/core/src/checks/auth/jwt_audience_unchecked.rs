//! A token is taken whoever it was issued for.

use crate::analysis::routing::requirements;
use crate::checks::prelude::*;
use crate::checks::shared::each_rule;
use crate::fixtures::sample::login;
use crate::inventory::JwtValidation;
use crate::remedy::plan::{self, Plan};

pub(crate) const CHECK: Check = Check {
    id: "jwt-audience-unchecked",
    aliases: &["jwt-audience-not-validated"],
    title: "takes tokens that are meant for others",
    severity: Severity::Medium,
    applies_to: &[Kind::Application],
    why: "Signature and issuer only say that the provider made the token. Without a claim that \
          names the service, a token for any other application of the same provider, or one that \
          a stranger gets for his own, opens this one.",
    logic: "Looks at the jwt-validation actions of every rule that a request can reach. Fails when \
            no further claim is compared; is a note when some are, and none of them says whom the \
            token is for: aud, client_id, azp, scope, scp. Passes otherwise. Does not apply where \
            no rule validates tokens.",
    false_alarms: "An issuer that serves this one application, and targets that check the \
                   audience themselves.",
    fix: "compare aud, or client_id where the provider leaves aud out, with this service's own",
    remedy: Remedy::rule_actions(
        r#"
            with this in JwtValidationConfig:
            # "AdditionalClaims": [{"Name": "aud", "Format": "single-string", "Values": ["AUDIENCE"]}]"#,
        r#"
            jwt_validation {
              additional_claim {
                name   = "aud"
                format = "single-string"
                values = ["AUDIENCE"]
              }
            }"#,
        r"
            JwtValidationConfig:
              AdditionalClaims:
                - Name: aud
                  Format: single-string
                  Values: [AUDIENCE]",
    )
    .console(
        "EC2, Load balancers, the listener, Manage rules: edit the rule and, under Validate token, \
         Additional claims, add aud with this service's value.",
    )
    .planned(Plan::By(plan::audience)),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-verify-jwt.html",
        "https://datatracker.ietf.org/doc/html/rfc8725#section-3.9",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "no further claim",
            given: || given(|jwt| jwt.claims.clear()),
            finds: &["fail jwt-audience-unchecked HTTPS:443"],
        },
        Example {
            title: "a claim that names no audience",
            given: || given(|jwt| jwt.claims = vec!["tenant".to_owned()]),
            finds: &["note jwt-audience-unchecked HTTPS:443"],
        },
        Example { title: "the audience", given: || given(|_| ()), finds: &[] },
        Example {
            title: "the client, for a provider without audience",
            given: || given(|jwt| jwt.claims = vec!["client_id".to_owned()]),
            finds: &[],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

/// Claims that say whom a token is for.
const AUDIENCES: &[&str] = &["aud", "client_id", "azp", "scope", "scp"];

fn given(change: fn(&mut JwtValidation)) -> Inventory {
    let mut action = login::token();
    action.jwt.as_mut().map(change).unwrap_or_default();
    let listener = sample::https(login::then_forward(action, "web"));
    sample::listening(&Kind::Application, vec![listener])
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    each_rule::judge_actions(context, listener, &[ActionKind::JwtValidation], |action| {
        let missing = || requirements::without(action, "configuration", listener);
        let own = action.jwt.as_ref().ok_or_else(missing)?;
        let evidence = || {
            let evidence = Grounds::new().with("claims", own.claims.clone());
            evidence.with("issuer", own.issuer.clone())
        };
        match &own.claims[..] {
            [] => Ok(Verdict::Fail(evidence())),
            claims if claims.iter().any(|claim| AUDIENCES.contains(&claim.as_str())) => {
                Ok(Verdict::Pass(evidence()))
            }
            _ => Ok(Verdict::Note(evidence())),
        }
    })
}
