//! Which accounts are read, as the command line says it.

use std::path::PathBuf;

use clap::Args;

use super::{Conflict, Needed};

/// The options that choose other accounts than the caller's.
const CHOICE: &str = "--organization, --accounts or --role-arn";
/// The same where several profiles will do, too.
const SEVERAL: &str = "--organization, --accounts or --role-arn, or several profiles";

/// Which accounts are read.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Accounts")]
pub struct Accounts {
    /// Read the account of this role through it, instead of the caller's own; repeatable
    #[arg(long, value_name = "ARN", value_delimiter = ',')]
    pub role_arn: Vec<String>,
    /// Read the accounts of this file: in each line a twelve-digit id or the ARN of a role, and a name for
    /// the account if you like; `#` begins a comment
    #[arg(long, value_name = "FILE")]
    pub accounts: Option<PathBuf>,
    /// Read every active account of the organization; the caller's own with its own credentials
    #[arg(long)]
    pub organization: bool,
    /// Role in each account that is known by its id alone (default: elb-audit-reader)
    #[arg(long, value_name = "NAME")]
    pub role_name: Option<String>,
    /// With --organization: only accounts in this organizational unit, or below it; repeatable
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub ou: Vec<String>,
    /// Leave these accounts out
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub exclude_account: Vec<String>,
    /// External id that the roles ask for
    #[arg(long, value_name = "TEXT", value_parser = external_id)]
    pub external_id: Option<String>,
    /// Name of the sessions in the accounts' own logs (default: elb-audit)
    #[arg(long, value_name = "TEXT", value_parser = session_name)]
    pub session_name: Option<String>,
    /// Accounts read at the same time
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = super::at_least_one)]
    pub account_concurrency: usize,
}

impl Accounts {
    /// Whether other accounts than the caller's are asked for.
    fn several(&self) -> bool {
        self.organization || self.accounts.is_some() || !self.role_arn.is_empty()
    }

    /// Refuses what narrows or steers a choice of accounts that nobody has made: `typed` says whether an
    /// option stands on the command line. What narrows is refused from the environment, too, because more
    /// would be read than is meant; the rest may lie there for another day. Several profiles are accounts of
    /// their own, and no way into others.
    pub(super) fn check_choice(
        &self,
        typed: impl Fn(&str) -> bool,
        profiles: bool,
    ) -> Result<(), Conflict> {
        if profiles && self.several() {
            return Err(Conflict::OneProfile("--organization, --accounts and --role-arn"));
        }
        if !self.ou.is_empty() && !self.organization {
            return Err(Conflict::Needs("--ou".to_owned(), "--organization"));
        }
        if self.several() {
            return Ok(());
        }
        if !self.exclude_account.is_empty() && !profiles {
            return Err(Conflict::Needs("--exclude-account".to_owned(), SEVERAL));
        }
        let steering = [
            ("role_name", CHOICE),
            ("external_id", CHOICE),
            ("session_name", CHOICE),
            ("account_concurrency", SEVERAL),
        ];
        let useless =
            |(name, needed): &(&str, &str)| typed(name) && !(profiles && *needed == SEVERAL);
        match steering.into_iter().find(useless) {
            Some((name, needed)) => {
                Err(Conflict::Needs(format!("--{}", name.replace('_', "-")), needed))
            }
            None => Ok(()),
        }
    }
}

/// Characters that STS takes in names of sessions, and with two more in external ids.
///
/// Source: AWS STS API reference, `AssumeRole`.
fn sts_text(text: &str, longest: usize, more: &str) -> Result<String, Needed> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c) || more.contains(c);
    if (2..=longest).contains(&text.len()) && text.chars().all(fits) {
        return Ok(text.to_owned());
    }
    Err(Needed(format!(
        "2 to {longest} letters, digits and characters of _+=,.@-{more} are needed"
    )))
}

fn external_id(text: &str) -> Result<String, Needed> {
    sts_text(text, 1224, ":/")
}

fn session_name(text: &str) -> Result<String, Needed> {
    sts_text(text, 64, "")
}
