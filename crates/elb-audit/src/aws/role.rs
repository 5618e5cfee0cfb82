//! Roles in other accounts: their ARNs, and credentials through STS.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_types::SdkConfig;
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Gap, Reason};

use super::api::ApiClient;
use super::session;
use super::whole::{RetryIncomplete, WholeAnswer};
use crate::secrets;

/// A text that is not the ARN of a role.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{0}` is neither a twelve-digit account id nor the ARN of a role, which is like \
     arn:aws:iam::111122223333:role/elb-audit-reader"
)]
pub struct RoleArnError(String);

/// A role in an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    arn: String,
}

impl Role {
    /// Reads an ARN: `arn:aws:iam::111122223333:role/path/name`.
    pub fn parse(arn: &str) -> Result<Self, RoleArnError> {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let fits = match parts[..] {
            ["arn", partition, "iam", "", account, role] => {
                let name = role.strip_prefix("role/").unwrap_or_default();
                let plain = |c: char| c.is_ascii_graphic() && c != ':';
                !partition.is_empty()
                    && account.len() == 12
                    && account.bytes().all(|byte| byte.is_ascii_digit())
                    && name.rsplit('/').next().is_some_and(|name| !name.is_empty())
                    && name.chars().all(plain)
            }
            _ => false,
        };
        if fits {
            return Ok(Role { arn: arn.to_owned() });
        }
        Err(RoleArnError(arn.to_owned()))
    }

    /// The role of this name in an account.
    pub(crate) fn named(partition: &str, account: &str, name: &str) -> Self {
        Role { arn: format!("arn:{partition}:iam::{account}:role/{name}") }
    }

    /// Its ARN.
    #[must_use]
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// The account that it is in.
    #[must_use]
    pub fn account(&self) -> &str {
        account_of(&self.arn).unwrap_or_default()
    }

    /// The partition that it is in.
    pub(crate) fn partition(&self) -> &str {
        self.arn.split(':').nth(1).unwrap_or_default()
    }
}

/// Assumes roles as the caller: one client for all of them.
#[derive(Clone, Debug)]
pub(crate) struct RoleAssumer {
    client: aws_sdk_sts::Client,
    api: ApiClient,
    terms: RoleTerms,
}

/// How roles are assumed.
#[derive(Clone, Debug)]
pub(crate) struct RoleTerms {
    /// What their trust policies ask for.
    pub(crate) external_id: Option<String>,
    /// What the sessions are called.
    pub(crate) session_name: String,
    /// What may be done in them at most.
    pub(crate) session_policy: String,
}

/// The account that an ARN names.
pub(crate) fn account_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(4).filter(|id| !id.is_empty())
}

/// A role that has been assumed.
pub(crate) struct AssumedRole {
    /// The ARN of the session.
    pub(crate) caller: String,
    /// Hands out its credentials, and renews them when they run out: one for the whole account.
    pub(crate) credentials: SharedCredentialsProvider,
}

impl RoleAssumer {
    /// Asks STS in the client's region with the caller's own credentials.
    pub(crate) fn new(config: &SdkConfig, api: ApiClient, terms: RoleTerms) -> Self {
        let config = session::in_region(config, &api.region);
        let builder = aws_sdk_sts::config::Builder::from(&config)
            .retry_partition(api.retry_partition("sts"))
            .retry_classifier(RetryIncomplete)
            .interceptor(WholeAnswer::Xml)
            .interceptor(api.meter(Call::StsAssumeRole));
        let client = aws_sdk_sts::Client::from_conf(builder.build());
        RoleAssumer { client, api, terms }
    }

    /// Assumes the role, or says why it cannot be.
    pub(crate) async fn assume(&self, role: &Role) -> Fact<AssumedRole> {
        match self.request_credentials(role).await {
            Fact::Unread(gap) => Fact::Unread(gap),
            Fact::Known((caller, first)) => {
                let first = Mutex::new(Some(first));
                let refreshing =
                    RefreshingCredentials { assumer: self.clone(), role: role.clone(), first };
                Fact::Known(AssumedRole {
                    caller,
                    credentials: SharedCredentialsProvider::new(refreshing),
                })
            }
        }
    }

    async fn request_credentials(&self, role: &Role) -> Fact<(String, Credentials)> {
        let call = Call::StsAssumeRole;
        let RoleTerms { external_id, session_name, session_policy } = &self.terms;
        let request = self.client.assume_role().role_arn(role.arn());
        let request = request.role_session_name(session_name).policy(session_policy);
        let answer = request.set_external_id(external_id.clone()).send();
        let answer = match self.api.call(call, Some(role.arn()), answer).await {
            Fact::Known(answer) => answer,
            Fact::Unread(gap) => return Fact::Unread(gap),
        };
        let caller = answer.assumed_role_user.map(|user| user.arn);
        let credentials = answer.credentials.map(|given| {
            let until = SystemTime::try_from(given.expiration).ok();
            let token = Some(given.session_token);
            let (key, secret) = (given.access_key_id, given.secret_access_key);
            let credentials = Credentials::new(key, secret, token, until, "role");
            secrets::learn_credentials(&credentials);
            credentials
        });
        let said = match (caller, credentials) {
            (Some(caller), Some(credentials)) if account_of(&caller) == Some(role.account()) => {
                return Fact::Known((caller, credentials));
            }
            (Some(caller), Some(_)) => {
                format!("the answer is a session of another account: {caller}")
            }
            (None, _) => "the answer does not say whose session it is".to_owned(),
            (_, None) => "the answer has no credentials".to_owned(),
        };
        let gap = Gap::new(call, Reason::Malformed).saying(said);
        Fact::Unread(self.api.located(gap, Some(role.arn())))
    }
}

/// Credentials of a role that last as long as the scan: the first ones are there, later ones are asked
/// for.
#[derive(Debug)]
struct RefreshingCredentials {
    assumer: RoleAssumer,
    role: Role,
    first: Mutex<Option<Credentials>>,
}

impl ProvideCredentials for RefreshingCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let first = self.first.lock().unwrap_or_else(PoisonError::into_inner).take();
        future::ProvideCredentials::new(async move {
            if let Some(first) = first {
                return Ok(first);
            }
            match self.assumer.request_credentials(&self.role).await {
                Fact::Known((_, credentials)) => Ok(credentials),
                Fact::Unread(gap) => Err(CredentialsError::provider_error(format!(
                    "{} cannot be assumed again: {gap}",
                    self.role.arn()
                ))),
            }
        })
    }
}

/// The same configuration with the credentials of a role, kept apart from the caller's.
pub(crate) fn config_for_role(config: &SdkConfig, taken: &AssumedRole) -> SdkConfig {
    let cache = aws_config::identity::IdentityCache::lazy()
        // Assuming the role again may have to wait its turn.
        .load_timeout(std::time::Duration::from_mins(1))
        .build();
    config
        .to_builder()
        .credentials_provider(taken.credentials.clone())
        .identity_cache(cache)
        .build()
}

/// A client for one of so many accounts at a time: its own pace within the limits of all.
pub(crate) fn client_for_account(own: &ApiClient, account: &str, at_a_time: usize) -> ApiClient {
    let (account, pace) = (Arc::from(account), own.pace.for_account(at_a_time));
    ApiClient { account, pace, taken: Arc::default(), ..own.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_of_roles() {
        let role = Role::parse("arn:aws-cn:iam::111122223333:role/audit/reader").unwrap();
        assert_eq!((role.partition(), role.account()), ("aws-cn", "111122223333"));
        assert_eq!(Role::parse(role.arn()).unwrap(), role);
        for wrong in [
            "",
            "reader",
            "11112222333",
            "arn:aws:iam::111122223333:user/reader",
            "arn:aws:iam::111122223333:role/",
            "arn:aws:iam::111122223333:role/audit/",
            "arn:aws:iam::1111:role/reader",
            "arn:aws:iam:eu-west-1:111122223333:role/reader",
            "arn:aws:iam::111122223333:role/a b",
            "arn::iam::111122223333:role/reader",
        ] {
            let error = Role::parse(wrong).unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{wrong}` is neither")), "{error}");
        }
    }
}
