//! An organization of four small accounts.

use elb_audit_fake_aws::model::organization::ROOT;
use elb_audit_fake_aws::{Account, Listener, LoadBalancer, Organization, Region, TargetGroup};

use crate::account::NUMBER;

/// A member in a unit below another one.
pub const SHOP: &str = "444455556666";
/// A member in a unit beside that.
pub const TEST: &str = "555566667777";
/// A member that is suspended.
pub const OLD: &str = "666677778888";
/// The unit that [`SHOP`] is in.
pub const PRODUCTION: &str = "ou-ab12-prod0000";

/// An account with one load balancer that serves in cleartext.
#[must_use]
pub fn small(id: &str) -> Account {
    let web = LoadBalancer::application("web")
        .internet_facing()
        .listener(Listener::http(80).forward("web"));
    let region = Region::with_network().with(web).with(TargetGroup::http("web", 80).healthy("i-1"));
    Account::new(id).only_its_regions().region("eu-west-1", region)
}

/// The organization, which the first account manages.
#[must_use]
pub fn organization() -> Organization {
    let workloads = "ou-ab12-workload";
    Organization::new()
        .unit("workload", "Workloads", ROOT)
        .unit("prod0000", "Production", workloads)
        .unit("test0000", "Test", workloads)
        .member(NUMBER, "Management", ROOT)
        .member(SHOP, "Shop", PRODUCTION)
        .member(TEST, "Shop test", "ou-ab12-test0000")
        .member(OLD, "Former", PRODUCTION)
        .state(OLD, "SUSPENDED")
}

/// The account that manages this organization, and the others.
#[must_use]
pub fn members(organization: Organization) -> Vec<Account> {
    let others = [SHOP, TEST, OLD].map(small);
    std::iter::once(small(NUMBER).with(organization)).chain(others).collect()
}
