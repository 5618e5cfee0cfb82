//! The keys that tokens are checked with are fetched in cleartext.

use crate::analysis::domain;
use crate::analysis::routing::requirements;
use crate::checks::prelude::*;
use crate::checks::shared::each_rule;
use crate::fixtures::sample::login;
use crate::remedy::plan::{self, Plan};

pub(crate) const CHECK: Check = Check {
    id: "jwt-keys-in-clear",
    title: "token keys are fetched in cleartext",
    severity: Severity::High,
    applies_to: &[Kind::Application],
    why: "An on-path attacker gives the load balancer its own keys, and signs for itself every \
          token that he likes.",
    logic: "Looks at the jwt-validation actions of every rule that a request can reach. Fails when \
            the JWKS endpoint is not an https URL. Unknown when an action was answered without \
            it. Does not apply where no rule validates tokens.",
    fix: "use the https address of the provider's keys",
    remedy: Remedy::rule_actions(
        "with an https JwksEndpoint in JwtValidationConfig",
        r#"
            jwt_validation {
              jwks_endpoint = "https://id.example.com/jwks.json"
            }"#,
        r"
            JwtValidationConfig:
              JwksEndpoint: https://id.example.com/jwks.json",
    )
    .console(
        "EC2, Load balancers, the listener, Manage rules: edit the rule and correct the JWKS \
         endpoint under Validate token.",
    )
    .planned(Plan::By(plan::https_endpoints)),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-verify-jwt.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "http",
            given: || given(Some("http://id.example.com/jwks.json")),
            finds: &["fail jwt-keys-in-clear HTTPS:443"],
        },
        Example {
            title: "https",
            given: || given(Some("https://id.example.com/jwks.json")),
            finds: &[],
        },
        Example {
            title: "no endpoint in the answer",
            given: || given(None),
            finds: &[
                "unknown authentication-endpoint-unreachable HTTPS:443",
                "unknown jwt-keys-foreign HTTPS:443",
                "unknown jwt-keys-in-clear HTTPS:443",
            ],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn given(endpoint: Option<&str>) -> Inventory {
    let mut action = login::token();
    if let Some(jwt) = &mut action.jwt {
        jwt.jwks_endpoint = endpoint.map(str::to_owned);
    }
    let listener = sample::https(login::then_forward(action, "web"));
    sample::listening(&Kind::Application, vec![listener])
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    each_rule::judge_actions(context, listener, &[ActionKind::JwtValidation], |action| {
        let own = action.jwt.as_ref().and_then(|jwt| jwt.jwks_endpoint.as_deref());
        let url = own.ok_or_else(|| requirements::without(action, "JWKS endpoint", listener))?;
        let evidence = Grounds::new().with("jwks_endpoint", url);
        Ok(if domain::is_https(url) { Verdict::Pass(evidence) } else { Verdict::Fail(evidence) })
    })
}
