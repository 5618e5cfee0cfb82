//! Whose a VPC is: in a shared subnet, what the participant's account says of the VPC is not what holds there.
//!
//! Source: Amazon VPC user guide, "Share your VPC subnets with other accounts": a participant sees the route
//! tables and network ACLs of the subnets that it shares, and of interfaces, security groups and flow logs its
//! own alone; the owner's block on public access counts.

use std::collections::HashMap;

use crate::inventory::{Account, Inventory, Region, region_of};
use crate::vocab::call::Call;
use crate::vocab::fact::{Fact, Gap, Reason};

/// The accounts that the VPCs of a region belong to, as far as they are others.
#[derive(Default)]
pub(crate) struct Owners<'a> {
    /// By VPC.
    foreign: HashMap<&'a str, &'a str>,
    /// The VPC of each subnet.
    vpcs: HashMap<&'a str, &'a str>,
    /// The same region in other accounts of the scan, by account.
    others: HashMap<&'a str, &'a Region>,
}

impl<'a> Owners<'a> {
    /// Looks at everything that says whose it is.
    pub(crate) fn new(account: Option<&'a Account>, region: &'a Region) -> Self {
        let named = account.and_then(Account::known_id).or_else(|| region.account());
        let foreign = named.map(|own| region.foreign_vpcs(own)).unwrap_or_default();
        let mut owners = Owners { foreign: foreign.into_iter().collect(), ..Owners::default() };
        for subnet in region.subnets.get().into_iter().flatten() {
            owners.vpcs.insert(&subnet.id, &subnet.vpc_id);
        }
        owners
    }

    /// Lets those of them answer that are in the same scan.
    pub(crate) fn ask(&mut self, inventory: &'a Inventory, account: &Account, region: &Region) {
        for owner in self.foreign.values() {
            let id = (*owner, account.partition.as_str());
            if let Some((place, at)) = region_of(&inventory.accounts, id, &region.name) {
                self.others.insert(owner, &inventory.accounts[place].regions[at]);
            }
        }
    }

    /// The VPCs that belong to other accounts, with what these read of the region.
    pub(crate) fn answers(&self) -> impl Iterator<Item = (&'a str, &'a Region)> + '_ {
        let answer = |(vpc, owner): (&&'a str, &&'a str)| Some((*vpc, *self.others.get(owner)?));
        self.foreign.iter().filter_map(answer)
    }

    /// The account that a VPC belongs to, where it is another one.
    pub(crate) fn foreign(&self, vpc: Option<&str>) -> Option<&'a str> {
        self.foreign.get(vpc?).copied()
    }

    /// The same of a subnet, whose VPC may not be known.
    fn foreign_subnet(&self, vpc: Option<&str>, subnet: &str) -> Option<&'a str> {
        self.foreign(vpc.or_else(|| self.vpcs.get(subnet).copied()))
    }

    /// What the owner of a subnet's VPC says.
    pub(crate) fn say<T>(
        &self,
        region: &'a Region,
        (vpc, subnet): (Option<&str>, &str),
        call: Call,
        of: impl Fn(&'a Region) -> &'a Fact<T>,
    ) -> Result<&'a T, Gap> {
        let Some(owner) = self.foreign_subnet(vpc, subnet) else { return of(region).get() };
        let place = vpc.filter(|_| subnet.is_empty()).unwrap_or(subnet);
        let gap = gap(region, call, place);
        match self.others.get(owner).map(|other| of(other)) {
            Some(Fact::Known(answer)) => Ok(answer),
            Some(Fact::Unread(own)) if own.reason != Reason::NotCollected => {
                Err(gap
                    .saying(format!("{owner}, where it could not be read: {}", own.reason.words())))
            }
            _ => Err(gap.saying(owner)),
        }
    }
}

/// The gap of what another account alone can tell; who that is comes as its detail.
pub(crate) fn gap(region: &Region, call: Call, resource: &str) -> Gap {
    Gap::new(call, Reason::OtherAccount).in_region(&region.name).of(resource)
}
