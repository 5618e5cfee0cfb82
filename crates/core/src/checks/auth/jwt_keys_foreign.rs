//! The keys that tokens are checked with come from another domain than the issuer's.

use crate::analysis::domain::{host_of, registered};
use crate::analysis::routing::requirements;
use crate::checks::prelude::*;
use crate::checks::shared::each_rule;
use crate::fixtures::sample::login;

pub(crate) const CHECK: Check = Check {
    id: "jwt-keys-foreign",
    aliases: &["jwt-jwks-foreign"],
    title: "token keys come from another domain than the issuer's",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application],
    why: "Whoever serves the keys decides which tokens are good. Another owner's domain is a slip \
          of the pen, or somebody else to trust.",
    logic: "Looks at the jwt-validation actions of every rule that a request can reach, and notes \
            a JWKS endpoint whose registered domain is not the issuer's. Unknown when an action \
            was answered without either. Does not apply where no rule validates tokens.",
    false_alarms: "Large providers publish keys under another of their own domains: Google's \
                   issuer is accounts.google.com, its keys are at www.googleapis.com.",
    fix: "compare the endpoint with the jwks_uri in the issuer's own configuration",
    remedy: Remedy::rule_actions(
        "with the issuer's own jwks_uri as JwksEndpoint",
        r#"
            jwt_validation {
              issuer        = "https://id.example.com"
              jwks_endpoint = "https://id.example.com/jwks.json"
            }"#,
        r"
            JwtValidationConfig:
              Issuer: https://id.example.com
              JwksEndpoint: https://id.example.com/jwks.json",
    )
    .console(
        "EC2, Load balancers, the listener, Manage rules: edit the rule and compare the JWKS \
         endpoint with jwks_uri in ISSUER/.well-known/openid-configuration.",
    ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-verify-jwt.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "another domain",
            given: || given("https://keys.example.net/jwks.json"),
            finds: &["note jwt-keys-foreign HTTPS:443"],
        },
        Example {
            title: "another host of the same domain",
            given: || given("https://keys.example.com/jwks.json"),
            finds: &[],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn given(endpoint: &str) -> Inventory {
    let mut action = login::token();
    if let Some(jwt) = &mut action.jwt {
        jwt.jwks_endpoint = Some(endpoint.to_owned());
    }
    let listener = sample::https(login::then_forward(action, "web"));
    sample::listening(&Kind::Application, vec![listener])
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    each_rule::judge_actions(context, listener, &[ActionKind::JwtValidation], |action| {
        let own = action.jwt.as_ref();
        let both =
            own.and_then(|jwt| Some((jwt.issuer.as_deref()?, jwt.jwks_endpoint.as_deref()?)));
        let (issuer, keys) = both
            .ok_or_else(|| requirements::without(action, "issuer and JWKS endpoint", listener))?;
        let owner = registered(host_of(issuer));
        let evidence = Grounds::new().with("issuer", issuer).with("jwks_endpoint", keys);
        // An issuer may be any text; one that is no name of a host has no domain.
        if !owner.contains('.') || owner == registered(host_of(keys)) {
            return Ok(Verdict::Pass(evidence));
        }
        Ok(Verdict::Note(evidence))
    })
}
