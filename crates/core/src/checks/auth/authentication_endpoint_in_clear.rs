//! A login goes by way of an identity provider that is asked in cleartext.

use crate::analysis::domain;
use crate::analysis::routing::requirements;
use crate::checks::prelude::*;
use crate::checks::shared::each_rule;
use crate::fixtures::sample::login;
use crate::remedy::plan::{self, Plan};

pub(crate) const CHECK: Check = Check {
    id: "authentication-endpoint-in-clear",
    aliases: &["auth-oidc-endpoint-mismatch"],
    title: "the identity provider is asked in cleartext",
    severity: Severity::High,
    applies_to: &[Kind::Application],
    why: "Passwords, codes, the client secret and tokens go over these addresses. An on-path \
          attacker reads them, or answers in the provider's place and lets in whom he likes.",
    logic: "Looks at the OIDC actions of every rule that a request can reach. Fails when the \
            issuer, or the authorization, token or user-info endpoint, is not an https URL. \
            Endpoints of another domain than the issuer's are usual and pass. Unknown when an \
            action was answered without them. Does not apply where no rule has an OIDC login: a \
            Cognito pool is asked over TLS always.",
    fix: "use the https addresses that the provider publishes",
    remedy: Remedy::rule_actions(
        "with https endpoints in AuthenticateOidcConfig",
        r#"
            authenticate_oidc {
              issuer                 = "https://id.example.com"
              authorization_endpoint = "https://id.example.com/authorize"
              token_endpoint         = "https://id.example.com/token"
              user_info_endpoint     = "https://id.example.com/userinfo"
            }"#,
        r"
            AuthenticateOidcConfig:
              Issuer: https://id.example.com
              AuthorizationEndpoint: https://id.example.com/authorize
              TokenEndpoint: https://id.example.com/token
              UserInfoEndpoint: https://id.example.com/userinfo",
    )
    .console(
        "EC2, Load balancers, the listener, Manage rules: edit the rule and correct the endpoints \
         under Authenticate users.",
    )
    .planned(Plan::By(plan::https_endpoints)),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html#oidc-requirements",
    ],
    needs: &[Call::ElbV2DescribeRules],
    examples: &[
        Example {
            title: "the token endpoint",
            given: || given(|endpoints| endpoints[1] = String::from("http://id.example.com/token")),
            finds: &["fail authentication-endpoint-in-clear HTTPS:443"],
        },
        Example {
            title: "all https, one of another domain",
            given: || {
                given(|endpoints| {
                    endpoints[2] = String::from("https://openid.example.net/userinfo");
                })
            },
            finds: &[],
        },
        Example {
            title: "an action that was answered without endpoints",
            given: || given(Vec::clear),
            finds: &[
                "unknown authentication-endpoint-in-clear HTTPS:443",
                "unknown authentication-endpoint-unreachable HTTPS:443",
            ],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn given(change: fn(&mut Vec<String>)) -> Inventory {
    let mut action = login::oidc();
    if let Some(authentication) = &mut action.authentication {
        change(&mut authentication.endpoints);
    }
    let listener = sample::https(login::then_forward(action, "web"));
    sample::listening(&Kind::Application, vec![listener])
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    each_rule::judge_actions(context, listener, &[ActionKind::AuthenticateOidc], |action| {
        let missing = |what| requirements::without(action, what, listener);
        let own = action.authentication.as_ref().ok_or_else(|| missing("configuration"))?;
        let mut all = own.authority.iter().chain(&own.endpoints);
        match all.find(|url| !domain::is_https(url)) {
            Some(url) => Ok(Verdict::Fail(Grounds::new().with("endpoint", url.as_str()))),
            None if own.authority.is_none() => Err(missing("issuer")),
            None if own.endpoints.len() < 3 => Err(missing("endpoints")),
            None => {
                let seen = Grounds::new().with("issuer", own.authority.clone());
                Ok(Verdict::Pass(seen.with("endpoints", own.endpoints.clone())))
            }
        }
    })
}
