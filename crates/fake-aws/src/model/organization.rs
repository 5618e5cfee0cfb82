//! An organization: its units, and the accounts in them.

use super::account::{Account, Global};

/// The id of the organization's root.
pub const ROOT: &str = "r-ab12";

/// An organization, as its management account sees it.
#[derive(Clone, Debug, Default)]
pub struct Organization {
    /// Its units, of all levels.
    pub units: Vec<OrganizationalUnit>,
    /// Its accounts, of all units.
    pub members: Vec<OrganizationMember>,
    /// Whether accounts are answered without the members that are newer than the others: state and paths.
    pub is_old: bool,
    /// Whether each list begins with a page that has no item, as AWS may do.
    pub begins_empty: bool,
}

/// An organizational unit.
#[derive(Clone, Debug)]
pub struct OrganizationalUnit {
    /// `ou-ab12-…`
    pub id: String,
    /// Its name.
    pub name: String,
    /// Id of the unit or root that it is right below of.
    pub parent: String,
}

/// An account of an organization.
#[derive(Clone, Debug)]
pub struct OrganizationMember {
    /// The twelve-digit number.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Id of the unit or root that it is right in.
    pub parent: String,
    /// `ACTIVE`, `SUSPENDED`, `PENDING_CLOSURE`, `CLOSED` …
    pub state: String,
}

impl Organization {
    /// An organization without accounts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a unit; `suffix`, eight letters and digits, makes its id.
    pub fn unit(mut self, suffix: &str, name: &str, parent: &str) -> Self {
        let (id, name, parent) = (format!("ou-ab12-{suffix}"), name.to_owned(), parent.to_owned());
        self.units.push(OrganizationalUnit { id, name, parent });
        self
    }

    /// Adds an active account.
    pub fn member(mut self, id: &str, name: &str, parent: &str) -> Self {
        let (id, name, parent) = (id.to_owned(), name.to_owned(), parent.to_owned());
        self.members.push(OrganizationMember { id, name, parent, state: "ACTIVE".to_owned() });
        self
    }

    /// Gives an account another state.
    pub fn state(mut self, id: &str, state: &str) -> Self {
        for member in self.members.iter_mut().filter(|member| member.id == id) {
            state.clone_into(&mut member.state);
        }
        self
    }

    /// Answers accounts as it was done before there were state and paths.
    pub fn old(mut self) -> Self {
        self.is_old = true;
        self
    }

    /// Begins each list with a page that has no item.
    pub fn begins_empty(mut self) -> Self {
        self.begins_empty = true;
        self
    }
}

impl Global for Organization {
    fn place(self, account: &mut Account) {
        account.organization = Some(self);
    }
}
