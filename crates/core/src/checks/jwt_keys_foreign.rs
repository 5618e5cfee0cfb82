//! The keys that tokens are checked with come from another domain than the issuer's.

use super::shared::each_rule;
use crate::analysis::domain::{host_of, registered};
use crate::analysis::routing::requirements;
use crate::check::{
    Check, Context, Evidence, Example, Judge, Judgement, Persona, Remedy, Severity, Verdict,
};
use crate::fixtures::sample::{self, login};
use crate::inventory::{ActionKind, Inventory, Kind, Listener};
use crate::vocab::call::Call;

/// See [`Check`].
pub(super) const CHECK: Check = Check {
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
    remedy: Remedy {
        console: "EC2, Load balancers, the listener, Manage rules: edit the rule and compare the \
                  JWKS endpoint with jwks_uri in ISSUER/.well-known/openid-configuration.",
        cli: "aws elbv2 modify-rule --rule-arn RULE_ARN --actions file://ACTIONS.json\n# \
              ACTIONS.json: all actions of the rule, with the issuer's own jwks_uri as \
              JwksEndpoint\n# the default rule's actions: aws elbv2 modify-listener \
              --default-actions",
        terraform: "jwt_validation {\n  issuer        = \"https://id.example.com\"\n  \
                    jwks_endpoint = \"https://id.example.com/jwks.json\"\n}",
        cloudformation: "JwtValidationConfig:\n  Issuer: https://id.example.com\n  JwksEndpoint: \
                         https://id.example.com/jwks.json",
    },
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-verify-jwt.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "another domain",
            given: || given("https://keys.example.net/jwks.json"),
            finds: &[
                "note internet-facing web",
                "note jwt-keys-foreign HTTPS:443",
                "note tls-backend-legacy web",
            ],
        },
        Example {
            title: "another host of the same domain",
            given: || given("https://keys.example.com/jwks.json"),
            finds: &["note internet-facing web", "note tls-backend-legacy web"],
        },
    ],
    judge: Judge::Listener(judge),
    since: "0.1.0",
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
        // An issuer may be any text; one that is no name of a host has no domain.
        if !owner.contains('.') || owner == registered(host_of(keys)) {
            return Ok(Verdict::Pass);
        }
        Ok(Verdict::Note(Evidence::new().with("issuer", issuer).with("jwks_endpoint", keys)))
    })
}
