//! Credentials and configuration: the standard chain, one HTTP client, one credentials cache.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, ConfigLoader, Region};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_runtime::client::retries::{RetryPartition, TokenBucket};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::app_name::AppName;

use super::authorities::Bundle;
use super::endpoint::PARTITIONS;
use super::http_clients::HttpClients;
use super::profiles::{Profile, ProfileFiles, Profiles};
use super::region::{RegionName, unknown_region};
use super::sdk_files;
use crate::secrets;
use crate::web_address::WebAddress;

/// Why nothing at all could be read.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The request itself cannot be carried out.
    #[error("{0}")]
    Usage(String),
    /// There are no credentials, or AWS does not take them, or it cannot be reached.
    #[error("{0}")]
    Unreachable(String),
}

/// Credentials and configuration, from the standard chain or a profile; and those of the accounts that
/// were entered with them.
#[derive(Clone, Debug)]
pub struct Session {
    config: SdkConfig,
    /// Where a scan starts from several profiles: all of them, the first being what the session asks with.
    profiles: Arc<[Profile]>,
    entered: Arc<Mutex<BTreeMap<String, SdkConfig>>>,
}

impl Session {
    /// Finds credentials. `region` is where they are asked for when none is configured.
    pub async fn open(
        profile: Option<&str>,
        region: Option<&RegionName>,
        tuning: &Tuning,
    ) -> Result<Self, AccessError> {
        let config = load(&mut HttpClients::open(tuning)?, profile, region, tuning).await?;
        Ok(Session { config, profiles: Arc::default(), entered: Arc::default() })
    }

    /// The same for as many profiles as are chosen.
    pub(crate) async fn open_profiles(
        chosen: &Profiles,
        region: Option<&RegionName>,
        tuning: &Tuning,
    ) -> Result<Self, AccessError> {
        let names = match chosen {
            Profiles::Chain | Profiles::One(_) => {
                return Session::open(chosen.only(), region, tuning).await;
            }
            Profiles::Several(names) => names.clone(),
            Profiles::All => ProfileFiles::load().await?.with_credentials()?,
        };
        let files = ProfileFiles::load().await?;
        // A slip in the last name should not be found after the first has been asked.
        names.iter().try_for_each(|name| files.require(name))?;
        let mut http = HttpClients::open(tuning)?;
        let mut profiles: Vec<Profile> = Vec::with_capacity(names.len());
        for name in names {
            let account = files.account(&name);
            let config = load(&mut http, Some(&name), region, tuning).await?;
            profiles.push(Profile { name, account, config });
        }
        let Some(first) = profiles.first() else {
            return Err(AccessError::Usage("no profile is named".to_owned()));
        };
        let config = first.config.clone();
        Ok(Session { config, profiles: profiles.into(), entered: Arc::default() })
    }

    /// One that asks with this, whatever the environment says.
    #[cfg(fuzzing)]
    pub(crate) fn of(config: SdkConfig) -> Self {
        Session { config, profiles: Arc::default(), entered: Arc::default() }
    }

    /// Where a scan starts from several profiles: all of them.
    pub(crate) fn profiles(&self) -> &[Profile] {
        &self.profiles
    }

    /// What AWS is asked with.
    #[must_use]
    pub fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// What it is asked with in other accounts, by their id.
    #[must_use]
    pub fn entered(&self) -> BTreeMap<String, SdkConfig> {
        self.entered.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn remember(&self, account: &str, config: &SdkConfig) {
        let mut entered = self.entered.lock().unwrap_or_else(PoisonError::into_inner);
        entered.insert(account.to_owned(), config.clone());
    }
}

/// What a test replaces, and what the command line sets: how long to wait, and for what.
#[derive(Clone, Debug)]
pub struct Tuning {
    /// How often a call is tried, the first time included.
    pub attempts: u32,
    /// Backoff before the first retry; it doubles.
    pub backoff: Duration,
    /// No backoff is longer.
    pub longest_backoff: Duration,
    /// How long one attempt may take.
    pub attempt: Duration,
    /// How long the whole scan may take.
    pub deadline: Duration,
    /// How to wait.
    pub sleep: SharedAsyncSleep,
    /// Whether hosts that do not answer are waited for in silence.
    pub quiet: bool,
}

impl Default for Tuning {
    fn default() -> Self {
        Tuning {
            attempts: 8,
            backoff: Duration::from_secs(1),
            longest_backoff: Duration::from_secs(20),
            attempt: Duration::from_secs(15),
            deadline: Duration::from_mins(15),
            sleep: SharedAsyncSleep::new(TokioSleep::new()),
            quiet: false,
        }
    }
}

/// Loads the standard chain: environment, files, SSO, web identity, container, instance.
///
/// A profile that the user names on the command line comes before all of that: credentials in the
/// environment would otherwise have another account audited.
async fn load(
    http: &mut HttpClients,
    profile: Option<&str>,
    region: Option<&RegionName>,
    tuning: &Tuning,
) -> Result<SdkConfig, AccessError> {
    clean_environment()?;
    sdk_files::check()?;
    secrets::learn_environment();
    // Whether the files can be read is for the chain to say.
    let bundle = match ProfileFiles::load().await {
        Ok(files) => {
            files.require_plausible_regions(profile)?;
            files.bundle(profile)
        }
        Err(_) => None,
    };
    let http = http.trusting(Bundle::from_environment().or(bundle))?;
    let config = chain(&http, profile, region, tuning).await?;
    let config = with_plausible_region(config)?;
    require_plausible_endpoint(&config)?;
    let Some(provider) = config.credentials_provider() else { return Ok(config) };
    let provider = SharedCredentialsProvider::new(secrets::LearningProvider(provider));
    Ok(config.into_builder().credentials_provider(provider).build())
}

/// Refuses a configured region that none can be before anything is asked there, and drops an empty one.
fn with_plausible_region(config: SdkConfig) -> Result<SdkConfig, AccessError> {
    let Some(region) = config.region().map(ToString::to_string) else { return Ok(config) };
    if region.is_empty() {
        let mut config = config.into_builder();
        config.set_region(None::<Region>);
        return Ok(config.build());
    }
    if RegionName::parse(&region).is_some() {
        return Ok(config);
    }
    let holds = |name: &&str| std::env::var(name).is_ok_and(|value| value == region);
    let source = ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter().find(holds);
    let source = source.unwrap_or("the configured region");
    Err(AccessError::Usage(format!("{source}: {}", unknown_region(&region))))
}

/// Refuses an address that is none before anything is signed for it: the client would make something else of it.
fn require_plausible_endpoint(config: &SdkConfig) -> Result<(), AccessError> {
    let variable = std::env::var("AWS_ENDPOINT_URL").ok().filter(|url| !url.is_empty());
    // The SDK takes no notice of some that are none, and its clients use them all the same.
    let Some(url) = config.endpoint_url().or(variable.as_deref()) else { return Ok(()) };
    let Err(should) = WebAddress::parse(url) else { return Ok(()) };
    let source = if variable.as_deref() == Some(url) {
        "AWS_ENDPOINT_URL"
    } else {
        "the profile's endpoint_url"
    };
    let url = secrets::redact_line(url);
    Err(AccessError::Usage(format!("{source}: `{url}` is no address: one {should}")))
}

/// The standard chain, or that of the profile that the user names.
async fn chain(
    http: &SharedHttpClient,
    profile: Option<&str>,
    region: Option<&RegionName>,
    tuning: &Tuning,
) -> Result<SdkConfig, AccessError> {
    // Where to ask for credentials when no region is configured.
    let elsewhere = Region::new(region.map_or("us-east-1", |region| region).to_owned());
    let Some(profile) = profile else {
        let named = std::env::var("AWS_PROFILE").unwrap_or_default();
        // One need not write down the default profile, and nobody does where a role is attached.
        if !matches!(named.as_str(), "" | "default") {
            ProfileFiles::load().await?.require(&named)?;
        }
        let config = loader(http, tuning).load().await;
        if config.region().is_some_and(is_set) {
            return Ok(config);
        }
        // A profile that assumes a role has to ask STS somewhere.
        let asked = loader(http, tuning).region(elsewhere).load().await;
        let mut config = config.into_builder();
        config.set_credentials_provider(asked.credentials_provider());
        return Ok(config.build());
    };
    ProfileFiles::load().await?.require(profile)?;
    let config = loader(http, tuning).profile_name(profile).load().await;
    let own = ProviderConfig::default()
        .with_region(Some(config.region().filter(|one| is_set(one)).cloned().unwrap_or(elsewhere)))
        .with_http_client(http.clone())
        .with_sleep_impl(tuning.sleep.clone());
    let provider =
        ProfileFileCredentialsProvider::builder().configure(&own).profile_name(profile).build();
    let provider = SharedCredentialsProvider::new(provider);
    Ok(config.into_builder().credentials_provider(provider).build())
}

/// Whether a region is named at all: the SDK takes an empty variable for one.
fn is_set(region: &Region) -> bool {
    !region.as_ref().is_empty()
}

/// The standard chain with our time-outs and retries, over this HTTP client.
fn loader(http: &SharedHttpClient, tuning: &Tuning) -> ConfigLoader {
    let retry = RetryConfig::standard()
        .with_max_attempts(tuning.attempts)
        .with_initial_backoff(tuning.backoff)
        .with_max_backoff(tuning.longest_backoff);
    let timeouts = TimeoutConfig::builder()
        // Shorter than the attempt, so that it is known where the time went.
        .connect_timeout(Duration::from_secs(5).min(tuning.attempt / 5 * 4))
        .read_timeout(tuning.attempt)
        .operation_attempt_timeout(tuning.attempt)
        .build();
    let loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http.clone())
        .retry_config(retry)
        .timeout_config(timeouts)
        .sleep_impl(tuning.sleep.clone());
    match AppName::new(concat!("elb-audit-", env!("CARGO_PKG_VERSION"))) {
        Ok(name) => loader.app_name(name),
        Err(_) => loader,
    }
}

/// Refuses credentials with a line break or another control character in them, a slip that signing
/// cannot survive.
fn clean_environment() -> Result<(), AccessError> {
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
        let value = std::env::var(name).unwrap_or_default();
        if value.chars().any(char::is_control) {
            return Err(AccessError::Unreachable(format!(
                "{name} holds a line break or another control character: set it again without"
            )));
        }
    }
    Ok(())
}

/// The region that is configured, or the one that is asked without one.
pub(crate) fn region_or_home(config: &SdkConfig) -> RegionName {
    let configured = config.region().and_then(|region| RegionName::parse(region.as_ref()));
    configured.unwrap_or_else(|| RegionName::home(&PARTITIONS[0]))
}

/// The same configuration for another region: the HTTP client and the credentials cache stay shared.
pub(crate) fn in_region(config: &SdkConfig, region: &RegionName) -> SdkConfig {
    config.to_builder().region(Region::new(region.to_string())).build()
}

/// The same configuration for the first questions: whoever is offline should not wait long to hear it.
pub(crate) fn impatient(config: &SdkConfig) -> SdkConfig {
    const ATTEMPTS: u32 = 3;
    let retry = config.retry_config().cloned().unwrap_or_else(RetryConfig::standard);
    let attempts = retry.max_attempts().min(ATTEMPTS);
    config.to_builder().retry_config(retry.with_max_attempts(attempts)).build()
}

/// Retries of one service in one region of one account draw on their own bucket, not on one that the SDK
/// shares between all accounts of the process.
pub(crate) fn retry_partition(account: &str, region: &str, service: &str) -> RetryPartition {
    RetryPartition::custom(format!("elb-audit-{account}-{service}-{region}"))
        .token_bucket(TokenBucket::default())
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_of_an_account_cost_another_nothing() {
        let one = retry_partition("111122223333", "eu-west-1", "elbv2");
        let names = [
            retry_partition("444455556666", "eu-west-1", "elbv2"),
            retry_partition("111122223333", "us-east-1", "elbv2"),
            retry_partition("111122223333", "eu-west-1", "elb"),
        ];
        assert!(names.iter().all(|other| other.to_string() != one.to_string()), "{one}");
    }
}
