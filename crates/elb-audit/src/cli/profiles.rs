//! Which profiles of the AWS configuration a scan starts from, as the command line says it.

use clap::Args;

use super::{Conflict, first_wins};
use crate::aws::Profiles as Chosen;

/// Which profiles a scan starts from.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Reading AWS")]
pub struct Profiles {
    /// Profile of the AWS configuration; otherwise the standard chain decides. Of several, each one's own
    /// account is read; repeatable
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub profile: Vec<String>,
    /// Read the accounts of all profiles of the AWS configuration that hold credentials
    #[arg(long)]
    pub all_profiles: bool,
}

impl Profiles {
    /// What they come to. A name that is given twice counts once.
    pub(crate) fn chosen(&self) -> Chosen {
        let mut names: Vec<String> = Vec::new();
        for name in &self.profile {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        match (self.all_profiles, &mut names[..]) {
            (true, _) => Chosen::All,
            (false, []) => Chosen::Chain,
            (false, [only]) => Chosen::One(std::mem::take(only)),
            (false, _) => Chosen::Several(names),
        }
    }

    /// Whether each profile is read for its own account.
    pub(super) fn several(&self) -> bool {
        self.chosen().several()
    }

    /// The command line wins over the environment.
    pub(super) fn resolve(&mut self, typed: &impl Fn(&str) -> bool) -> Result<(), Conflict> {
        if self.all_profiles && !self.profile.is_empty() {
            if first_wins(typed, "all_profiles", "profile", "--profile and --all-profiles")? {
                self.profile.clear();
            } else {
                self.all_profiles = false;
            }
        }
        Ok(())
    }
}
