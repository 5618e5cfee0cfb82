//! Whose a VPC is.

use std::collections::BTreeMap;

use super::{Account, Inventory, Region};

impl Region {
    /// The VPCs that belong to other accounts than this one, with the account of each. Only the owner of a VPC
    /// makes subnets, route tables and network ACLs in it, so each of them says whose it is.
    #[must_use]
    pub fn foreign_vpcs<'a>(&'a self, own: &str) -> BTreeMap<&'a str, &'a str> {
        let vpcs = self.vpcs.get().into_iter().flatten();
        let vpcs = vpcs.map(|vpc| (&vpc.id, &vpc.owner));
        let subnets = self.subnets.get().into_iter().flatten();
        let subnets = subnets.map(|subnet| (&subnet.vpc_id, &subnet.owner));
        let tables = self.route_tables.get().into_iter().flatten();
        let tables = tables.map(|table| (&table.vpc_id, &table.owner));
        let acls = self.network_acls.get().into_iter().flatten();
        let acls = acls.map(|acl| (&acl.vpc_id, &acl.owner));
        let mut foreign = BTreeMap::new();
        for (vpc, owner) in vpcs.chain(subnets).chain(tables).chain(acls) {
            if let Some(owner) = owner.as_deref().filter(|owner| is_account(owner) && *owner != own)
            {
                foreign.entry(vpc.as_str()).or_insert(owner);
            }
        }
        foreign
    }

    /// The account that the ARNs of its load balancers name.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        let mut accounts = self.load_balancers().filter_map(|lb| lb.arn.split(':').nth(4));
        accounts.find(|id| !id.is_empty())
    }

    /// Whether anything of its network says whose it is, as far as there is any.
    fn tells_owners(&self) -> bool {
        let tables = self.route_tables.get().into_iter().flatten().map(|table| &table.owner);
        let acls = self.network_acls.get().into_iter().flatten().map(|acl| &acl.owner);
        let subnets = self.subnets.get().into_iter().flatten().map(|subnet| &subnet.owner);
        let vpcs = self.vpcs.get().into_iter().flatten().map(|vpc| &vpc.owner);
        let mut all = tables.chain(acls).chain(subnets).chain(vpcs).peekable();
        all.peek().is_none() || all.any(Option::is_some)
    }
}

/// Whether a text is an account's id: twelve digits. What is none does not tell whose something is.
fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl Account {
    /// Its id, or the one that its load balancers name where it could not be told.
    #[must_use]
    pub fn known_id(&self) -> Option<&str> {
        let own = Some(self.id.as_str()).filter(|id| !id.is_empty());
        own.or_else(|| self.regions.iter().find_map(Region::account))
    }
}

/// The place of an account, and of a region in it, that was read; the account goes by id and partition.
#[must_use]
pub fn region_of(
    accounts: &[Account],
    (id, partition): (&str, &str),
    region: &str,
) -> Option<(usize, usize)> {
    let is_it = |own: &Account| own.partition == partition && own.known_id() == Some(id);
    let place = accounts.iter().position(is_it)?;
    let is_read = |own: &Region| own.name == region && own.skipped.is_none();
    Some((place, accounts[place].regions.iter().position(is_read)?))
}

/// What is said of a region whose file was saved before owners were kept.
const NO_OWNERS: &str = "saved without owners: subnets and VPCs are taken for the account's own, and what \
                         belongs to the owner of a shared subnet may count wrongly; collect again to know";

impl Inventory {
    /// Notes of which regions a saved file does not tell whose their subnets and VPCs are.
    pub fn note_missing_owners(&mut self) {
        for region in self.accounts.iter_mut().flat_map(|account| &mut account.regions) {
            let is_noted = region.notes.iter().any(|note| note == NO_OWNERS);
            if !is_noted && region.load_balancers().next().is_some() && !region.tells_owners() {
                region.notes.push(NO_OWNERS.to_owned());
            }
        }
    }
}
