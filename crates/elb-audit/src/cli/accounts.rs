//! Which accounts are read, as the command line says it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::Args;
use elb_audit_core::docs::READER;

use crate::aws::Role;
use crate::collect::{Accounts as Wanted, Member, Organization};

/// Which accounts are read.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Accounts")]
pub struct Accounts {
    /// Read the account of this role through it, instead of the caller's own; repeatable
    #[arg(long, value_name = "ARN", value_delimiter = ',')]
    pub role_arn: Vec<String>,
    /// Read the accounts of this file: a twelve-digit id or the ARN of a role in each line, `#` comments
    #[arg(long, value_name = "FILE")]
    pub accounts: Option<PathBuf>,
    /// Read every active account of the organization; the caller's own with its own credentials
    #[arg(long)]
    pub organization: bool,
    /// Role in each account that is known by its id alone; elb-audit-reader unless told otherwise
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
    /// Name of the sessions in the accounts' own logs; elb-audit unless told otherwise
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
    /// would be read than is meant; the rest may lie there for another day.
    pub(super) fn settle(&self, typed: impl Fn(&str) -> bool) -> Result<(), String> {
        if !self.ou.is_empty() && !self.organization {
            return Err("--ou needs --organization".to_owned());
        }
        if self.several() {
            return Ok(());
        }
        let choice = "--organization, --accounts or --role-arn";
        if !self.exclude_account.is_empty() {
            return Err(format!("--exclude-account needs {choice}"));
        }
        let steering = ["role_name", "external_id", "session_name", "account_concurrency"];
        match steering.into_iter().find(|name| typed(name)) {
            Some(name) => Err(format!("--{} needs {choice}", name.replace('_', "-"))),
            None => Ok(()),
        }
    }

    /// The same for the reader: the file is read, every id and ARN understood.
    ///
    /// # Errors
    /// One line that says what cannot be used, for a file with the number of the line.
    pub fn wanted(&self) -> Result<Wanted, String> {
        let mut members = Members::default();
        for arn in &self.role_arn {
            let role = Role::parse(arn).map_err(|error| format!("--role-arn: {error}"))?;
            members.add(Member::Role(role)).map_err(|error| format!("--role-arn: {error}"))?;
        }
        if let Some(file) = &self.accounts {
            read(file, &mut members)?;
        }
        let exclude: BTreeSet<String> = self.exclude_account.iter().cloned().collect();
        if let Some(other) = exclude.iter().find(|id| !is_account(id)) {
            return Err(format!("--exclude-account: `{other}` is no account: twelve digits are"));
        }
        if let Some(other) = self.ou.iter().find(|id| !is_unit(id)) {
            return Err(format!(
                "--ou: `{other}` is no organizational unit: its id is like ou-ab12-cd34ef56, a root's \
                 like r-ab12"
            ));
        }
        let role_name = self.role_name.as_deref().unwrap_or(READER);
        if !is_role_name(role_name) {
            return Err(format!("--role-name: `{role_name}` is no name of a role"));
        }
        Ok(Wanted {
            members: members.in_order,
            organization: self.organization.then(|| Organization { units: self.ou.clone() }),
            exclude,
            role_name: role_name.to_owned(),
            external_id: self.external_id.clone(),
            session_name: self.session_name.clone().unwrap_or_else(|| "elb-audit".to_owned()),
            concurrency: self.account_concurrency,
        })
    }
}

/// Accounts in the order in which they were named, each once.
#[derive(Default)]
struct Members {
    in_order: Vec<Member>,
    by_id: BTreeMap<String, usize>,
}

impl Members {
    /// Takes one more. An account that is named by its id and by a role is read through the role; two
    /// roles in one account are a mistake.
    fn add(&mut self, member: Member) -> Result<(), String> {
        let id = member.id().to_owned();
        let Some(place) = self.by_id.get(&id) else {
            self.by_id.insert(id, self.in_order.len());
            self.in_order.push(member);
            return Ok(());
        };
        match (&self.in_order[*place], &member) {
            (Member::Role(known), Member::Role(new)) if known != new => Err(format!(
                "{} and {} are in the same account: give one of them",
                known.arn(),
                new.arn()
            )),
            (Member::Id(_), Member::Role(_)) => {
                self.in_order[*place] = member;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// Reads a file of accounts, one a line.
fn read(file: &Path, members: &mut Members) -> Result<(), String> {
    let name = file.display();
    let text =
        std::fs::read_to_string(file).map_err(|error| format!("cannot read {name}: {error}"))?;
    let mut any = false;
    for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let said = line.split('#').next().unwrap_or_default().trim();
        if said.is_empty() {
            continue;
        }
        any = true;
        let member = if is_account(said) {
            Ok(Member::Id(said.to_owned()))
        } else {
            Role::parse(said).map(Member::Role)
        };
        let added = member.and_then(|member| members.add(member));
        added.map_err(|error| format!("cannot use {name}: line {}: {error}", number + 1))?;
    }
    if any { Ok(()) } else { Err(format!("cannot use {name}: it names no account")) }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text has the form of an organizational unit's id, or of a root's.
///
/// Source: AWS Organizations API reference, `ParentId`.
fn is_unit(text: &str) -> bool {
    let word = |part: &str, least| {
        (least..=32).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    match text.split('-').collect::<Vec<_>>()[..] {
        ["r", root] => word(root, 4),
        ["ou", root, unit] => word(root, 4) && word(unit, 8),
        _ => false,
    }
}

/// Whether a text can name a role, with the path before its name.
fn is_role_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-/".contains(&byte);
    let name = text.rsplit('/').next().unwrap_or_default();
    (1..=64).contains(&name.len()) && text.bytes().all(fits) && !text.starts_with('/')
}

/// Characters that STS takes in names of sessions, and with two more in external ids.
///
/// Source: AWS STS API reference, `AssumeRole`.
fn sts_text(text: &str, (most, more): (usize, &[u8])) -> Result<String, String> {
    let fits = |byte: u8| {
        byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte) || more.contains(&byte)
    };
    if (2..=most).contains(&text.len()) && text.bytes().all(fits) {
        return Ok(text.to_owned());
    }
    let more: String = more.iter().map(|byte| char::from(*byte)).collect();
    Err(format!("2 to {most} letters, digits and characters of _+=,.@-{more} are needed"))
}

fn external_id(text: &str) -> Result<String, String> {
    sts_text(text, (1224, b":/"))
}

fn session_name(text: &str) -> Result<String, String> {
    sts_text(text, (64, b""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_units_and_names_of_roles_are_told_from_other_words() {
        for id in ["r-ab12", "ou-ab12-cd34ef56"] {
            assert!(is_unit(id), "{id}");
        }
        for id in ["", "r-", "ou-ab12", "ou-ab12-cd34ef5", "OU-ab12-cd34ef56", "ou-ab12-cd34ef56-x"]
        {
            assert!(!is_unit(id), "{id}");
        }
        assert!(is_role_name("audit/elb-audit-reader") && is_role_name("a"));
        let long = "x".repeat(65);
        for name in ["", "/a", "a b", "a/", &long] {
            assert!(!is_role_name(name), "{name}");
        }
    }
}
