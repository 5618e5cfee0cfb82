//! Which accounts are read, as the command line and the file that it names say.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use elb_audit_core::check::plan::READER;

use crate::aws::{Role, RoleArnError};
use crate::cli::Accounts;
use crate::collect::{AccountSelection, Member, Organization};
use crate::files::read::{self, Bounds, ReadError};

/// Why no accounts can be chosen.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// `--role-arn` has something else.
    #[error("--role-arn: {0}")]
    RoleArn(MemberError),
    /// The file cannot be read.
    #[error("cannot read {0}: {1}")]
    Read(String, ReadError),
    /// A line of the file is wrong.
    #[error("cannot use {file}: line {line}: {error}")]
    Line {
        /// The file.
        file: String,
        /// Counted from 1.
        line: usize,
        /// What is wrong there.
        error: MemberError,
    },
    /// The file has comments at most.
    #[error("cannot use {0}: it names no account")]
    Empty(String),
    /// What is left out is no account.
    #[error("--exclude-account: `{0}` is no account: twelve digits are")]
    Excluded(String),
    /// No organizational unit has such an id.
    #[error(
        "--ou: `{0}` is no organizational unit: its id is like ou-ab12-cd34ef56, a root's like r-ab12"
    )]
    Unit(String),
    /// No role has such a name.
    #[error("--role-name: `{0}` is no name of a role")]
    RoleName(String),
}

/// Why an account cannot be one of those that are read.
#[derive(Debug, thiserror::Error)]
pub enum MemberError {
    /// It is neither an account nor a role.
    #[error(transparent)]
    RoleArn(#[from] RoleArnError),
    /// It would be entered by two roles.
    #[error("{0} and {1} are in the same account: give one of them")]
    TwoRoles(String, String),
    /// It would be shown under two names.
    #[error("account {0} has two names, `{1}` and `{2}`: give one of them")]
    TwoNames(String, String, String),
    /// It would be shown as another account.
    #[error(
        "account {0} cannot be called `{1}`, which is the id of another account: give that one a line of \
         its own"
    )]
    OtherId(String, String),
}

/// The accounts to read: the file is read, every id and ARN understood.
pub(crate) fn select(options: &Accounts) -> Result<AccountSelection, AccountsError> {
    let mut members = Members::default();
    for arn in &options.role_arn {
        let member = Role::parse(arn).map(Member::Role).map_err(MemberError::from);
        let added = member.and_then(|member| members.add(member));
        added.map_err(AccountsError::RoleArn)?;
    }
    if let Some(file) = &options.accounts {
        read_file(file, &mut members)?;
    }
    let exclude: BTreeSet<String> = options.exclude_account.iter().cloned().collect();
    if let Some(other) = exclude.iter().find(|id| !is_account(id)) {
        return Err(AccountsError::Excluded(other.clone()));
    }
    if let Some(other) = options.ou.iter().find(|id| !is_unit(id)) {
        return Err(AccountsError::Unit(other.clone()));
    }
    let role_name = options.role_name.as_deref().unwrap_or(READER);
    if !is_role_name(role_name) {
        return Err(AccountsError::RoleName(role_name.to_owned()));
    }
    Ok(AccountSelection {
        members: members.in_order,
        names: members.names,
        organization: options.organization.then(|| Organization { units: options.ou.clone() }),
        exclude,
        role_name: role_name.to_owned(),
        external_id: options.external_id.clone(),
        session_name: options.session_name.clone().unwrap_or_else(|| "elb-audit".to_owned()),
        concurrency: options.account_concurrency,
    })
}

/// Accounts in the order in which they were named, each once.
#[derive(Default)]
struct Members {
    in_order: Vec<Member>,
    by_id: BTreeMap<String, usize>,
    /// What the user calls them, by id.
    names: BTreeMap<String, String>,
}

impl Members {
    /// Takes one more. An account that is named by its id and by a role is read through the role; two
    /// roles in one account are a mistake.
    fn add(&mut self, member: Member) -> Result<(), MemberError> {
        let id = member.id().to_owned();
        let Some(place) = self.by_id.get(&id) else {
            self.by_id.insert(id, self.in_order.len());
            self.in_order.push(member);
            return Ok(());
        };
        match (&self.in_order[*place], &member) {
            (Member::Role(known), Member::Role(new)) if known != new => {
                Err(MemberError::TwoRoles(known.arn().to_owned(), new.arn().to_owned()))
            }
            (Member::Id(_), Member::Role(_)) => {
                self.in_order[*place] = member;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Takes one more, as a line has it: an account or a role, and the name of the account if there is one.
    fn add_line(&mut self, said: &str) -> Result<(), MemberError> {
        let (who, name) = said.split_once(char::is_whitespace).unwrap_or((said, ""));
        let member = if is_account(who) {
            Member::Id(who.to_owned())
        } else {
            Member::Role(Role::parse(who)?)
        };
        let (id, name) = (member.id().to_owned(), name.trim().to_owned());
        if is_account(&name) && name != id {
            return Err(MemberError::OtherId(id, name));
        }
        self.add(member)?;
        if name.is_empty() {
            return Ok(());
        }
        match self.names.get(&id) {
            Some(known) if *known != name => Err(MemberError::TwoNames(id, known.clone(), name)),
            _ => {
                self.names.insert(id, name);
                Ok(())
            }
        }
    }
}

/// Reads a file of accounts, one a line.
fn read_file(file: &Path, members: &mut Members) -> Result<(), AccountsError> {
    let name = || file.display().to_string();
    let text = read::text(file, Bounds::SETTINGS);
    let text = text.map_err(|error| AccountsError::Read(name(), error))?;
    read_lines(&name, &text, members)
}

/// Takes what the lines of a file say.
fn read_lines(
    name: &dyn Fn() -> String,
    text: &str,
    members: &mut Members,
) -> Result<(), AccountsError> {
    let mut any = false;
    for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let said = line.split('#').next().unwrap_or_default().trim();
        if said.is_empty() {
            continue;
        }
        any = true;
        let added = members.add_line(said);
        added.map_err(|error| AccountsError::Line { file: name(), line: number + 1, error })?;
    }
    if any { Ok(()) } else { Err(AccountsError::Empty(name())) }
}

/// Reads the text of a file alone; what is wrong with it.
#[cfg(fuzzing)]
pub(crate) fn understand(name: &str, text: &str) -> Result<(), AccountsError> {
    read_lines(&|| name.to_owned(), text, &mut Members::default())
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
