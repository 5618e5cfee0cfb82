//! A scan in parts: the same readers, a region or an account's edge at a time.
//!
//! [`list_shards`] tells the parts, [`collect_shard`] reads one of them, wherever it runs, and
//! [`Inventory::merge`] makes one inventory of what they read.

use std::collections::BTreeSet;
use std::time::Instant;

use elb_audit_core::inventory::{Account, Cost, Inventory, SCHEMA};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Gap, Reason};
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::aws::region::{RegionName, unknown_region};
use crate::aws::role::Role;
use crate::aws::session::Tuning;
use crate::aws::{AccessError, Session, Stop, endpoint};
use crate::collect::account::{AccountReader, unlisted};
use crate::collect::accounts::{AccountGateway, Target};
use crate::collect::authority::{RoleUse, own_account, unknown_caller};
use crate::collect::scope::{self, CallerIdentity};
use crate::collect::{Collection, Request};

/// The region of a part that reads what an account has in no region.
pub const GLOBAL: &str = "global";

/// A part of a scan. Beside a region it may be [`GLOBAL`]; an account without access, and one that is left
/// out, is a single part without region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Twelve digits.
    pub account: String,
    /// The name that the organization or the list of accounts gives the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The organizational units that it is in.
    #[serde(default, rename = "ou", skip_serializing_if = "Option::is_none")]
    pub organizational_unit: Option<String>,
    /// Why these are not known.
    #[serde(default, rename = "ou_unread", skip_serializing_if = "Option::is_none")]
    pub unit_unread: Option<Gap>,
    /// `aws`, `aws-cn` …
    pub partition: String,
    /// The role that leads into the account; none: the caller's own credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<String>,
    /// The region, or [`GLOBAL`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Why nobody got into the account, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The same as the gap that it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<Gap>,
    /// Why the account is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
}

impl Shard {
    fn from_target(target: &Target) -> Self {
        let unit = target.unit.get();
        Shard {
            account: target.id.clone(),
            name: target.name.clone(),
            organizational_unit: unit.as_ref().ok().and_then(|unit| (*unit).clone()),
            unit_unread: unit.err(),
            partition: target.partition.name.to_owned(),
            role_arn: target.role.as_ref().map(|role| role.arn().to_owned()),
            region: None,
            error: None,
            gap: None,
            skipped: target.skipped.clone(),
        }
    }

    fn target(&self) -> Result<Target, AccessError> {
        let Some(partition) = endpoint::partition_named(&self.partition) else {
            return Err(AccessError::Usage(format!("unknown partition `{}`", self.partition)));
        };
        let role = self.role_arn.as_deref().map(Role::parse).transpose();
        let role = role.map_err(|error| AccessError::Usage(error.to_string()))?;
        let unit = match &self.unit_unread {
            Some(gap) => Fact::Unread(gap.clone()),
            None => Fact::Known(self.organizational_unit.clone()),
        };
        let (id, name, skipped) = (self.account.clone(), self.name.clone(), self.skipped.clone());
        Ok(Target { id, partition, name, unit, role, skipped })
    }
}

/// The parts of the scan that a request asks for, by account and region.
///
/// # Errors
/// As [`super::collect`].
pub async fn list_shards(
    session: &Session,
    request: &Request,
    tuning: &Tuning,
    stop: watch::Receiver<Stop>,
) -> Result<Vec<Shard>, AccessError> {
    if request.profiles.several() {
        let said = "a scan in parts starts from one profile: give --profile once";
        return Err(AccessError::Usage(said.to_owned()));
    }
    let collection = Collection::new(session, request, tuning, stop, &|_| ());
    let gateway = AccountGateway::open(&collection, RoleUse::ListRegions).await?;
    let targets = gateway.targets().await?;
    if targets.iter().any(|target| target.id.is_empty()) {
        return Err(unknown_caller());
    }
    let at_a_time = collection.accounts_at_a_time().min(targets.len());
    let mut waiting = targets.iter();
    let mut under_way = FuturesUnordered::new();
    let mut shards = Vec::new();
    loop {
        while under_way.len() < at_a_time
            && let Some(target) = waiting.next()
        {
            under_way.push(Box::pin(parts(&gateway, target, at_a_time)));
        }
        match under_way.next().await {
            Some(parts) => shards.extend(parts),
            None => break,
        }
    }
    shards.sort_by(|a, b| (&a.account, &a.region).cmp(&(&b.account, &b.region)));
    Ok(shards)
}

/// The parts of one account.
async fn parts(gateway: &AccountGateway<'_>, target: &Target, at_a_time: usize) -> Vec<Shard> {
    let shard = Shard::from_target(target);
    if target.skipped.is_some() {
        return vec![shard];
    }
    match gateway.enter(target, at_a_time).await {
        Fact::Unread(gap) => {
            let error = Some(gap.to_string());
            vec![Shard { error, gap: Some(gap), ..shard }]
        }
        Fact::Known(access) => {
            let scope = scope::member_regions(&access, &gateway.collection.request.regions).await;
            let regions = scope.regions.iter().map(ToString::to_string);
            let regions = regions.chain([GLOBAL.to_owned()]);
            regions.map(|region| Shard { region: Some(region), ..shard.clone() }).collect()
        }
    }
}

/// Reads one part: just its region with the certificates of IAM that are presented there, or what the
/// account has in no region. An account that nobody gets into is no error: it is in the inventory, with
/// the reason.
///
/// # Errors
/// As [`super::collect`]; and when the part is of the caller's own account, and the credentials are not, or
/// AWS does not tell whose they are.
pub async fn collect_shard(
    session: &Session,
    request: &Request,
    tuning: &Tuning,
    stop: watch::Receiver<Stop>,
    shard: &Shard,
) -> Result<Inventory, AccessError> {
    let began = Instant::now();
    let target = shard.target()?;
    let collection = Collection::new(session, request, tuning, stop, &|_| ());
    let account = match &shard.region {
        _ if target.skipped.is_some() => target.unread(),
        Some(region) => read(&collection, &target, region).await?,
        None => target.inaccessible(shard.gap.clone().unwrap_or_else(|| {
            let said = shard.error.clone().unwrap_or_else(|| "the part names no region".to_owned());
            let gap = Gap::new(Call::StsAssumeRole, Reason::Failed).saying(said);
            Gap { resource: shard.role_arn.clone(), ..gap }
        })),
    };
    Ok(collection.inventory(vec![account], began))
}

/// What is known of a part whose reader has failed: that it is unread, and why.
///
/// # Errors
/// When the part itself makes no sense.
pub fn missing_shard(
    shard: &Shard,
    said: &str,
    taken_at: Timestamp,
) -> Result<Inventory, AccessError> {
    let target = shard.target()?;
    let unread = |call| Gap::new(call, Reason::Failed).saying(said);
    let account = match shard.region.as_deref() {
        _ if target.skipped.is_some() => target.unread(),
        None => target
            .inaccessible(Gap { resource: shard.role_arn.clone(), ..unread(Call::StsAssumeRole) }),
        Some(GLOBAL) => Account {
            shield: Fact::Unread(unread(Call::ShieldDescribeSubscription)),
            distributions: Fact::Unread(unread(Call::CloudFrontListDistributions)),
            vpc_origins: Fact::Unread(unread(Call::CloudFrontListVpcOrigins)),
            accelerators: Fact::Unread(unread(Call::GlobalAcceleratorListAccelerators)),
            dns_records: Fact::Unread(unread(Call::Route53ListHostedZones)),
            ..target.unread()
        },
        Some(name) => {
            Account { regions: vec![unlisted(name, Reason::Failed, said)], ..target.unread() }
        }
    };
    let cost = Cost::default();
    Ok(Inventory { schema: SCHEMA.to_owned(), taken_at, cost, accounts: vec![account] })
}

/// Gets into the accounts of these parts, so that the session can tell there what was found.
///
/// Those that nobody gets into are left to whoever acts there to find out.
///
/// # Errors
/// As [`super::collect`].
pub async fn enter_accounts(
    session: &Session,
    request: &Request,
    tuning: &Tuning,
    stop: watch::Receiver<Stop>,
    shards: &[Shard],
) -> Result<(), AccessError> {
    let collection = Collection::new(session, request, tuning, stop, &|_| ());
    let gateway = AccountGateway::open(&collection, RoleUse::Tell).await?;
    let mut accounts: Vec<&Shard> = shards.iter().filter(|one| one.region.is_some()).collect();
    accounts.dedup_by(|a, b| a.account == b.account);
    let targets: Vec<Target> =
        accounts.into_iter().map(Shard::target).collect::<Result<_, AccessError>>()?;
    let at_a_time = collection.accounts_at_a_time();
    let entering = targets.iter().map(|target| gateway.enter(target, at_a_time));
    let mut entering = futures::stream::iter(entering).buffer_unordered(at_a_time);
    while entering.next().await.is_some() {}
    Ok(())
}

async fn read(
    collection: &Collection<'_>,
    target: &Target,
    region: &str,
) -> Result<Account, AccessError> {
    let own = match &target.role {
        None => {
            scope::caller(&collection.config, &collection.api, &collection.request.regions).await?
        }
        Some(_) => CallerIdentity::elsewhere(&collection.config, target.partition),
    };
    if target.role.is_none() {
        own_account(&own, &target.id)?;
    }
    let gateway = AccountGateway::from_caller(collection, own, RoleUse::Read);
    let access = match gateway.enter(target, 1).await {
        Fact::Known(access) => access,
        Fact::Unread(gap) => return Ok(target.inaccessible(gap)),
    };
    let reader = AccountReader::new(collection, &access);
    let mut account = target.unread();
    account.caller = access.known.caller.clone();
    if region == GLOBAL {
        let (scope, edge) = tokio::join!(
            scope::member_regions(&access, &collection.request.regions),
            reader.edge()
        );
        account.region_list = scope.region_list;
        account.regions = scope.left_out;
        account.notes = scope.notes;
        edge.into_account(&mut account);
    } else {
        let name = RegionName::in_partition(region, target.partition);
        let name = name.ok_or_else(|| AccessError::Usage(unknown_region(region)))?;
        account.regions = reader.regions(&BTreeSet::from([name])).await;
        account.server_certificates = reader.server_certificates(&account.regions).await;
    }
    account.notes.extend(reader.slowed_down());
    Ok(account)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn movable<T: Send>(_: impl FnOnce(Session, Request, Tuning, watch::Receiver<Stop>) -> T) {}

    #[test]
    fn parts_may_be_read_on_any_thread() {
        movable(|session, request, tuning, stop| async move {
            list_shards(&session, &request, &tuning, stop).await
        });
        movable(|session, request, tuning, stop| async move {
            let shard: Shard = serde_json::from_str("{}").unwrap();
            collect_shard(&session, &request, &tuning, stop, &shard).await
        });
        movable(|session, request, tuning, stop| async move {
            crate::collect::collect(&session, &request, &tuning, stop, &|_| ()).await
        });
    }
}
