//! An account: its number, who calls, and its regions.

use std::collections::BTreeMap;

use super::accelerator::Accelerator;
use super::bucket::Bucket;
use super::certificate::ServerCertificate;
use super::distribution::{Distribution, VpcOrigin};
use super::organization::Organization;
use super::region::Region;
use super::shield::Shield;
use super::zone::HostedZone;

/// An AWS account.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// The twelve-digit number.
    pub id: String,
    /// What the caller's ARN ends with, such as `user/auditor`.
    pub caller: String,
    /// Access key ids that belong to this account; any other key belongs to the first account.
    pub access_keys: Vec<String>,
    /// Regions that hold something, by name.
    pub regions: BTreeMap<String, Region>,
    /// Opt-in status by region, where it differs from AWS's default for that region.
    pub region_status: BTreeMap<String, String>,
    /// Whether `DescribeRegions` lists only the regions named here, instead of all of the partition.
    pub only_its_regions: bool,
    /// Certificates that IAM keeps.
    pub server_certificates: Vec<ServerCertificate>,
    /// S3 buckets of all regions.
    pub buckets: Vec<Bucket>,
    /// Shield Advanced.
    pub shield: Shield,
    /// Accelerators.
    pub accelerators: Vec<Accelerator>,
    /// Distributions.
    pub distributions: Vec<Distribution>,
    /// Origins of distributions inside VPCs.
    pub vpc_origins: Vec<VpcOrigin>,
    /// Hosted zones.
    pub hosted_zones: Vec<HostedZone>,
    /// The organization that the account manages.
    pub organization: Option<Organization>,
}

/// Something that an account holds outside of its regions.
pub trait Global {
    /// Puts it in `account`.
    fn place(self, account: &mut Account);
}

impl Account {
    /// An account with nothing in it.
    pub fn new(id: &str) -> Self {
        Self { id: id.to_owned(), caller: "user/auditor".to_owned(), ..Self::default() }
    }

    /// Puts `region` at `name`, over what was there.
    pub fn region(mut self, name: &str, region: Region) -> Self {
        self.regions.insert(name.to_owned(), region);
        self
    }

    /// Gives a region an opt-in status: `opted-in`, `not-opted-in`, `opt-in-not-required`.
    pub fn region_status(mut self, name: &str, status: &str) -> Self {
        self.region_status.insert(name.to_owned(), status.to_owned());
        self
    }

    /// Lists only the regions that were named, so that a scan of all regions stays small.
    pub fn only_its_regions(mut self) -> Self {
        self.only_its_regions = true;
        self
    }

    /// Adds a certificate that IAM keeps.
    pub fn server_certificate(mut self, certificate: ServerCertificate) -> Self {
        self.server_certificates.push(certificate);
        self
    }

    /// Adds anything that is not in a region.
    pub fn with(mut self, thing: impl Global) -> Self {
        thing.place(&mut self);
        self
    }

    /// Adds many of a kind that is not in a region.
    pub fn with_all<G: Global>(mut self, things: impl IntoIterator<Item = G>) -> Self {
        for thing in things {
            thing.place(&mut self);
        }
        self
    }

    /// Binds an access key id to this account.
    pub fn access_key(mut self, id: &str) -> Self {
        self.access_keys.push(id.to_owned());
        self
    }
}
