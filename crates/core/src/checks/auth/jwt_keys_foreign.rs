//! The keys that tokens are checked with come from somebody else than the issuer.

use crate::analysis::domain::{Owner, publishes_elsewhere};
use crate::analysis::routing::requirements;
use crate::checks::prelude::*;
use crate::checks::shared::each_rule;
use crate::fixtures::sample::login;
use crate::remedy::plan::{self, Plan};

pub(crate) const CHECK: Check = Check {
    id: "jwt-keys-foreign",
    aliases: &["jwt-jwks-foreign"],
    title: "token keys come from somebody else than the issuer",
    severity: Severity::High,
    applies_to: &[Kind::Application],
    why: "Whoever serves the keys decides which tokens are good, and can forge any. Another \
          owner's domain or bucket is a slip of the pen, or somebody else to trust.",
    logic: "Looks at the jwt-validation actions of every rule that a request can reach. Owners are told by \
            the public suffix list, so that two names below github.io or two buckets are two owners. Of \
            AWS's own endpoints, which that list does not part, the bucket, the user pool of Cognito, the \
            cluster of EKS, the load balancer or else the path below the issuer tells. Fails when the issuer \
            is such a pool, a cluster, or an account's own at AWS STS, and the keys are not its own: these \
            publish theirs under their own URL alone. Notes a JWKS endpoint of another owner than any \
            other issuer's, since the same people may have both. An issuer that is no name of a host has no \
            owner, and passes. Unknown when an action was answered without either. Does not apply where no \
            rule validates tokens.",
    false_alarms: "Large providers publish keys under another of their own domains; those of Google, \
                   Firebase and Microsoft Entra ID are known and pass. A copy of a pool's keys that \
                   somebody keeps in another bucket fails: it is one more place to guard, and old when \
                   the pool changes its keys.",
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
    )
    .planned(Plan::By(plan::own_keys)),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-verify-jwt.html",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "another domain",
            given: || given(ISSUER, "https://keys.example.net/jwks.json"),
            finds: &["note jwt-keys-foreign HTTPS:443"],
        },
        Example {
            title: "another host of the same domain",
            given: || given(ISSUER, "https://keys.example.com/jwks.json"),
            finds: &[],
        },
        Example {
            title: "another name below a domain that many share",
            given: || given("https://shop.github.io", "https://example.github.io/jwks.json"),
            finds: &["note jwt-keys-foreign HTTPS:443"],
        },
        Example {
            title: "a Cognito pool's own keys",
            given: || given(POOL, &format!("{POOL}/.well-known/jwks.json")),
            finds: &[],
        },
        Example {
            title: "keys of another Cognito pool",
            given: || {
                let other = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_other";
                given(POOL, &format!("{other}/.well-known/jwks.json"))
            },
            finds: &["fail jwt-keys-foreign HTTPS:443"],
        },
        Example {
            title: "a Cognito pool, and keys from a bucket",
            given: || given(POOL, "https://logs.s3.eu-west-1.amazonaws.com/jwks.json"),
            finds: &["fail jwt-keys-foreign HTTPS:443"],
        },
        Example {
            title: "a bucket's own keys, its name in the path",
            given: || {
                let keys = "https://s3.eu-west-1.amazonaws.com/tokens/keys.json";
                given("https://tokens.s3.eu-west-1.amazonaws.com", keys)
            },
            finds: &[],
        },
        Example {
            title: "another bucket, both names in the path",
            given: || {
                given("https://s3.amazonaws.com/tokens", "https://s3.amazonaws.com/logs/keys.json")
            },
            finds: &["note jwt-keys-foreign HTTPS:443"],
        },
        Example {
            title: "Google, under its other domain",
            given: || {
                given("https://accounts.google.com", "https://www.googleapis.com/oauth2/v3/certs")
            },
            finds: &[],
        },
        Example {
            title: "an issuer that is no name of a host",
            given: || given("token-service", "https://keys.example.net/jwks.json"),
            finds: &[],
        },
        Example {
            title: "no endpoint in the answer",
            given: || jwt(ISSUER, None),
            finds: &[
                "unknown authentication-endpoint-unreachable HTTPS:443",
                "unknown jwt-keys-foreign HTTPS:443",
                "unknown jwt-keys-in-clear HTTPS:443",
            ],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

const ISSUER: &str = "https://id.example.com";
const POOL: &str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_example";

fn given(issuer: &str, endpoint: &str) -> Inventory {
    jwt(issuer, Some(endpoint))
}

fn jwt(issuer: &str, endpoint: Option<&str>) -> Inventory {
    let mut action = login::token();
    if let Some(jwt) = &mut action.jwt {
        jwt.issuer = Some(issuer.to_owned());
        jwt.jwks_endpoint = endpoint.map(str::to_owned);
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
        let evidence = Grounds::new().with("issuer", issuer).with("jwks_endpoint", keys);
        // An issuer may be any text; one that is no name of a host has no owner.
        let Some(owner) = Owner::of(issuer) else { return Ok(Verdict::Pass(evidence)) };
        let own = Owner::of(keys).is_some_and(|other| owner.has(&other));
        Ok(if own || publishes_elsewhere(issuer, keys) {
            Verdict::Pass(evidence)
        } else if owner.is_issuer() {
            Verdict::Fail(evidence)
        } else {
            Verdict::Note(evidence)
        })
    })
}
