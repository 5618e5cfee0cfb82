//! The profiles of the AWS configuration files: which there are, and which of them hold credentials.

use aws_config::profile::ProfileSet;
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_types::SdkConfig;
use aws_types::os_shim_internal::{Env, Fs};

use super::AccessError;
use super::api::innermost;
use super::authorities::Bundle;
use super::region::{RegionName, unknown_region};
use super::role::Role;
use crate::secrets;

/// Which profiles of the AWS configuration a scan starts from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Profiles {
    /// None: the standard chain decides.
    #[default]
    Chain,
    /// This one.
    One(String),
    /// These, each for its own account.
    Several(Vec<String>),
    /// Every one that holds credentials.
    All,
}

impl Profiles {
    /// Whether each profile is read for its own account.
    #[must_use]
    pub fn several(&self) -> bool {
        matches!(self, Profiles::Several(_) | Profiles::All)
    }

    /// The only profile, if one is named.
    #[must_use]
    pub fn only(&self) -> Option<&str> {
        match self {
            Profiles::One(name) => Some(name),
            _ => None,
        }
    }
}

/// One of several profiles.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    pub(crate) name: String,
    /// The account that it leads into, where the configuration itself says so.
    pub(crate) account: Option<String>,
    /// What AWS is asked with.
    pub(crate) config: SdkConfig,
}

/// Settings that credentials come from.
///
/// Source: AWS SDKs and Tools reference guide, settings of the shared configuration files.
const CREDENTIALS: [&str; 9] = [
    "aws_access_key_id",
    "credential_process",
    "credential_source",
    "login_session",
    "role_arn",
    "sso_account_id",
    "sso_session",
    "sso_start_url",
    "web_identity_token_file",
];

/// The AWS configuration files.
pub(super) struct ProfileFiles(ProfileSet);

impl ProfileFiles {
    pub(super) async fn load() -> Result<Self, AccessError> {
        let (fs, env) = (Fs::real(), Env::real());
        let known = aws_config::profile::load(&fs, &env, &EnvConfigFiles::default(), None).await;
        known.map(ProfileFiles).map_err(|error| {
            let said = secrets::redact_line(&innermost(&error).to_string());
            AccessError::Usage(format!("the AWS configuration cannot be read: {said}"))
        })
    }

    /// Refuses a profile that is not there, and says which there are.
    pub(super) fn require(&self, profile: &str) -> Result<(), AccessError> {
        if self.0.get_profile(profile).is_some() {
            return Ok(());
        }
        let names = self.names();
        let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        Err(AccessError::Usage(format!(
            "unknown profile `{profile}`: the AWS configuration has {names}"
        )))
    }

    /// Refuses a region of IAM Identity Center that none can be, in the profile that counts.
    pub(super) fn require_plausible_regions(
        &self,
        profile: Option<&str>,
    ) -> Result<(), AccessError> {
        let name = profile_that_counts(profile);
        let Some(profile) = self.0.get_profile(&name) else { return Ok(()) };
        let session = profile.get("sso_session").and_then(|name| self.0.sso_session(name));
        let session = session.and_then(|session| session.get("sso_region"));
        for region in profile.get("sso_region").into_iter().chain(session) {
            if RegionName::parse(region).is_none() {
                let said = unknown_region(region);
                return Err(AccessError::Usage(format!("sso_region of profile `{name}`: {said}")));
            }
        }
        Ok(())
    }

    /// The file of authorities that the profile that counts names.
    pub(super) fn bundle(&self, profile: Option<&str>) -> Option<Bundle> {
        let name = profile_that_counts(profile);
        let file = self.0.get_profile(&name)?.get("ca_bundle").filter(|file| !file.is_empty())?;
        Some(Bundle { named_by: format!("ca_bundle of profile `{name}`"), file: file.into() })
    }

    fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.0.profiles().collect();
        names.sort_unstable();
        names
    }

    /// The profiles that hold credentials: the one that the environment names, the default one, then the
    /// others by name.
    pub(super) fn with_credentials(&self) -> Result<Vec<String>, AccessError> {
        let holds = |name: &&str| {
            let profile = self.0.get_profile(name);
            profile.is_some_and(|one| CREDENTIALS.iter().any(|key| one.get(key).is_some()))
        };
        let mut names: Vec<&str> = self.names().into_iter().filter(holds).collect();
        let first = std::env::var("AWS_PROFILE").unwrap_or_default();
        names.sort_by_key(|name| (*name != first, *name != "default"));
        if names.is_empty() {
            return Err(AccessError::Usage(
                "--all-profiles: the AWS configuration has no profile with credentials".to_owned(),
            ));
        }
        Ok(names.into_iter().map(str::to_owned).collect())
    }

    /// The account that a profile leads into, where the configuration says so.
    pub(super) fn account(&self, profile: &str) -> Option<String> {
        let profile = self.0.get_profile(profile)?;
        if let Some(arn) = profile.get("role_arn") {
            return Some(Role::parse(arn).ok()?.account().to_owned());
        }
        profile.get("sso_account_id").map(str::to_owned)
    }
}

/// The profile that is named, in the environment if nowhere else, or the default one.
fn profile_that_counts(named: Option<&str>) -> String {
    let environment = || std::env::var("AWS_PROFILE").ok().filter(|name| !name.is_empty());
    let named = named.map(str::to_owned).or_else(environment);
    named.unwrap_or_else(|| "default".to_owned())
}
