//! Anyone can make an account in the user pool that a login trusts.

use crate::remedy::plan::{Plan, Why};
use std::collections::BTreeSet;

use crate::analysis::routing::requirements;
use crate::checks::prelude::*;
use crate::checks::shared::each_rule;
use crate::fixtures::sample::login;
use crate::inventory::UserPool;
use crate::remedy::cause::{Cause, ResourceKind, Verb};

pub(crate) const CHECK: Check = Check {
    id: "authentication-self-signup",
    aliases: &["auth-cognito-self-signup"],
    title: "anyone can sign up for the login",
    severity: Severity::Medium,
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
    remedy: Remedy::steps(Steps {
        console: "Cognito, User pools, the pool, Sign-up, Self-service sign-up: edit and disable \
                  self-registration.",
        cli: r#"
            # what an update does not get it resets: all of it goes back
            aws cognito-idp describe-user-pool --user-pool-id USER_POOL_ID --output json \
              --query 'UserPool.merge({UserPoolId: Id},
                AccountRecoverySetting && {AccountRecoverySetting: AccountRecoverySetting} || `{}`,
                AutoVerifiedAttributes && {AutoVerifiedAttributes: AutoVerifiedAttributes} || `{}`,
                DeletionProtection && {DeletionProtection: DeletionProtection} || `{}`,
                DeviceConfiguration && {DeviceConfiguration: DeviceConfiguration} || `{}`,
                EmailConfiguration && {EmailConfiguration: EmailConfiguration} || `{}`,
                EmailVerificationMessage && {EmailVerificationMessage: EmailVerificationMessage} || `{}`,
                EmailVerificationSubject && {EmailVerificationSubject: EmailVerificationSubject} || `{}`,
                IssuerConfiguration && {IssuerConfiguration: IssuerConfiguration} || `{}`,
                KeyConfiguration && {KeyConfiguration: KeyConfiguration} || `{}`,
                LambdaConfig && {LambdaConfig: LambdaConfig} || `{}`,
                MfaConfiguration && {MfaConfiguration: MfaConfiguration} || `{}`,
                Policies && {Policies: Policies} || `{}`,
                SmsAuthenticationMessage && {SmsAuthenticationMessage: SmsAuthenticationMessage} || `{}`,
                SmsConfiguration && {SmsConfiguration: SmsConfiguration} || `{}`,
                SmsVerificationMessage && {SmsVerificationMessage: SmsVerificationMessage} || `{}`,
                UserAttributeUpdateSettings && {UserAttributeUpdateSettings: UserAttributeUpdateSettings} || `{}`,
                UserPoolAddOns && {UserPoolAddOns: UserPoolAddOns} || `{}`,
                UserPoolTags && {UserPoolTags: UserPoolTags} || `{}`,
                UserPoolTier && {UserPoolTier: UserPoolTier} || `{}`,
                VerificationMessageTemplate && {VerificationMessageTemplate: VerificationMessageTemplate} || `{}`,
                {AdminCreateUserConfig: AdminCreateUserConfig.merge(
                  InviteMessageTemplate && {InviteMessageTemplate: InviteMessageTemplate} || `{}`,
                  `{"AllowAdminCreateUserOnly": true}`)})' > pool.json
            aws cognito-idp update-user-pool --cli-input-json file://pool.json"#,
        terraform: r#"
            resource "aws_cognito_user_pool" "users" {
              admin_create_user_config {
                allow_admin_create_user_only = true
              }
            }"#,
        cloudformation: r"
            UserPool:
              Type: AWS::Cognito::UserPool
              Properties:
                AdminCreateUserConfig:
                  AllowAdminCreateUserOnly: true",
    })
    .planned(Plan::Never(Why::Elsewhere, "Amazon Cognito takes the settings of a user pool as a whole")),
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
            ],
        },
        Example {
            title: "administrators create users",
            given: || given(Some(Fact::Known(pool(true)))),
            finds: &["fail security-group-unused-port web"],
        },
        Example {
            title: "the pool could not be read",
            given: || given(Some(Fact::Unread(sample::denied(Call::CognitoDescribeUserPool)))),
            finds: &[
                "fail security-group-unused-port web",
                "unknown authentication-self-signup HTTPS:443",
            ],
        },
        Example {
            title: "the pool was not asked about",
            given: || given(None),
            finds: &[
                "fail security-group-unused-port web",
                "unknown authentication-self-signup HTTPS:443",
            ],
        },
    ],
    ..Check::new(Judge::Listener(judge))
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
        let evidence = Grounds::new().with("user_pool", arn).with("name", pool.name.clone());
        if pool.admin_create_only {
            return Ok(Verdict::Pass(evidence.with("allow_admin_create_user_only", true)));
        }
        let id = arn.rsplit('/').next().unwrap_or(arn);
        let evidence = evidence.bind("USER_POOL_ID", id);
        Ok(Verdict::Fail(if pools(listener).len() == 1 {
            evidence.cause(closed(arn, pool))
        } else {
            evidence
        }))
    })
}

/// The pools that any rule of the listener signs users in by.
fn pools(listener: &Listener) -> BTreeSet<&str> {
    let rules = listener.rules.get().into_iter().flatten().flat_map(|rule| &rule.actions);
    let logins = rules
        .chain(&listener.default_actions)
        .filter(|action| action.kind == ActionKind::AuthenticateCognito);
    logins.filter_map(|action| action.authentication.as_ref()?.authority.as_deref()).collect()
}

/// One change for all listeners that sign users in by the pool.
fn closed(arn: &str, pool: &UserPool) -> Cause {
    let cause = Cause::new(Verb::Change, ResourceKind::UserPool, arn);
    let cause = match &pool.name {
        Some(name) => cause.called(name),
        None => cause,
    };
    cause.to("only administrators create users")
}
