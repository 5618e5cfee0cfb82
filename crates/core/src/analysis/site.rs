//! Where a load balancer stands: its account, its region, and what is derived from their facts once.

use std::sync::OnceLock;

use crate::analysis::index::Index;
use crate::analysis::origins::Origins;
use crate::analysis::routing::ProtectedBy;
use crate::inventory::{Account, Certificate, Inventory, LoadBalancer, Region};
use crate::vocab::fact::Gap;

/// A region of an account, and what is derived from its facts once for all its subjects.
pub struct RegionScope<'a> {
    /// Everything that was read.
    pub inventory: &'a Inventory,
    /// The account.
    pub account: &'a Account,
    /// The region.
    pub region: &'a Region,
    /// What the region holds, by id.
    pub index: Index<'a>,
    protected: OnceLock<ProtectedBy>,
    origins: OnceLock<Origins>,
}

impl<'a> RegionScope<'a> {
    /// Reads every list of the region once.
    #[must_use]
    pub fn new(inventory: &'a Inventory, account: &'a Account, region: &'a Region) -> Self {
        let index = Index::within(inventory, account, region);
        let (protected, origins) = (OnceLock::new(), OnceLock::new());
        RegionScope { inventory, account, region, index, protected, origins }
    }

    /// One of the region's load balancers.
    #[must_use]
    pub fn site(&'a self, lb: &'a LoadBalancer) -> Site<'a> {
        let RegionScope { inventory, account, region, index, protected, origins } = self;
        Site { inventory, account, region, index, lb, protected, origins }
    }
}

/// A load balancer, and what is around it.
#[derive(Clone, Copy)]
pub struct Site<'a> {
    /// Everything that was read: another account may tell of what belongs to it.
    pub inventory: &'a Inventory,
    /// The account.
    pub account: &'a Account,
    /// The region.
    pub region: &'a Region,
    /// What the region holds, by id.
    pub index: &'a Index<'a>,
    /// The load balancer.
    pub lb: &'a LoadBalancer,
    protected: &'a OnceLock<ProtectedBy>,
    pub(super) origins: &'a OnceLock<Origins>,
}

impl<'a> Site<'a> {
    /// The certificate with this ARN, from ACM or IAM.
    pub fn certificate(self, arn: &str) -> Result<&'a Certificate, Gap> {
        self.index.certificate(self.account, arn)
    }

    /// The routes of the region that ask a request for something before it reaches a target. Looked for
    /// once, by whoever asks first.
    #[must_use]
    pub fn protected(self) -> &'a ProtectedBy {
        self.protected.get_or_init(|| ProtectedBy::find(self.index))
    }
}
