//! Anyone can make an account in the user pool that a login trusts.

use super::shared::each_rule;
use crate::analysis::routing::requirements;
use crate::check::{
    Check, Context, Evidence, Example, Judge, Judgement, Persona, Remedy, Severity, Verdict,
};
use crate::fixtures::sample::{self, login};
use crate::inventory::{ActionKind, Inventory, Kind, Listener, UserPool};
use crate::vocab::call::Call;
use crate::vocab::fact::{Fact, Gap, Reason};

/// See [`Check`].
pub(super) const CHECK: Check = Check {
    id: "authentication-self-signup",
    aliases: &["auth-cognito-self-signup"],
    title: "anyone can sign up for the login",
    severity: Severity::Medium,
    persona: Persona::Regular,
    applies_to: &[Kind::Application],
    why: "A login keeps out those without an account, and here everybody can have one: the \
          client's id is in the address of the login page, and with it anyone calls SignUp, \
          whether the page offers it or not.",
    logic: "Looks at the Cognito actions of every rule that a request can reach, and fails when \
            users of the pool can sign themselves up (AllowAdminCreateUserOnly false). Passes \
            when only administrators create users. Does not apply where no rule has a Cognito \
            login.",
    false_alarms: "A service for the public, where customers are meant to sign up and the \
                   application decides what they see.",
    fix: "turn self-registration of the user pool off, unless the public is meant to sign up",
    remedy: Remedy {
        console: "Cognito, User pools, the pool, Sign-up, Self-service sign-up: edit and disable \
                  self-registration.",
        cli: "aws cognito-idp update-user-pool --user-pool-id POOL_ID --admin-create-user-config \
              AllowAdminCreateUserOnly=true\n# give all other settings of the pool too: what is \
              left out is reset",
        terraform: "resource \"aws_cognito_user_pool\" \"users\" {\n  admin_create_user_config \
                    {\n    allow_admin_create_user_only = true\n  }\n}",
        cloudformation: "Type: AWS::Cognito::UserPool\nProperties:\n  \
                         AdminCreateUserConfig:\n    AllowAdminCreateUserOnly: true",
    },
    links: &[
        "https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html",
        "https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminCreateUserConfigType.html",
    ],
    needs: &[Call::ElbV2DescribeRules, Call::CognitoDescribeUserPool],
    examples: &[
        Example {
            title: "users sign themselves up",
            given: || given(Some(Fact::Known(pool(false)))),
            finds: &[
                "fail authentication-self-signup HTTPS:443",
                "fail security-group-unused-port web",
                "note internet-facing web",
                "note tls-backend-legacy web",
            ],
        },
        Example {
            title: "administrators create users",
            given: || given(Some(Fact::Known(pool(true)))),
            finds: &[
                "fail security-group-unused-port web",
                "note internet-facing web",
                "note tls-backend-legacy web",
            ],
        },
        Example {
            title: "the pool could not be read",
            given: || given(Some(Fact::Unread(sample::denied(Call::CognitoDescribeUserPool)))),
            finds: &[
                "fail security-group-unused-port web",
                "unknown authentication-self-signup HTTPS:443",
                "note internet-facing web",
                "note tls-backend-legacy web",
            ],
        },
        Example {
            title: "the pool was not asked about",
            given: || given(None),
            finds: &[
                "fail security-group-unused-port web",
                "unknown authentication-self-signup HTTPS:443",
                "note internet-facing web",
                "note tls-backend-legacy web",
            ],
        },
    ],
    judge: Judge::Listener(judge),
    since: "0.1.0",
};

fn pool(admin_create_only: bool) -> UserPool {
    UserPool { name: Some("staff".to_owned()), admin_create_only }
}

fn given(pool: Option<Fact<UserPool>>) -> Inventory {
    let listener = sample::https(login::then_forward(login::cognito(), "web"));
    login::listening(vec![listener], |region| {
        region.user_pools.extend(pool.map(|pool| (login::USER_POOL.to_owned(), pool)));
    })
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    each_rule::judge_actions(context, listener, &[ActionKind::AuthenticateCognito], |action| {
        let own = action.authentication.as_ref().and_then(|own| own.authority.as_deref());
        let arn = own.ok_or_else(|| requirements::without(action, "user pool", listener))?;
        let unasked = || {
            Gap::new(Call::CognitoDescribeUserPool, Reason::NotCollected)
                .in_region(&context.region.name)
                .of(arn)
        };
        let pool = context.region.user_pools.get(arn).ok_or_else(unasked)?.get()?;
        if pool.admin_create_only {
            return Ok(Verdict::Pass);
        }
        let evidence = Evidence::new().with("user_pool", arn).with("name", pool.name.clone());
        Ok(Verdict::Fail(evidence))
    })
}
