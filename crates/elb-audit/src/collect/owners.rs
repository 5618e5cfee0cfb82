//! Shared VPCs: what only their owner can tell, asked of the owner where it is in the same scan.
//!
//! After all accounts are read, since only then it is known whose their VPCs are. Nothing is asked twice, and
//! nothing where no VPC is another account's.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use aws_types::SdkConfig;
use elb_audit_core::inventory::{
    Account, BlockPublicAccess, EncryptionControl, FlowLog, NetworkInterface, Region, Target,
    TargetGroup, TargetType, region_of,
};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Reason};
use futures::future::join_all;

use crate::aws::api::ApiClient;
use crate::aws::{RegionName, endpoint, query, role, session};
use crate::collect::Collection;
use crate::collect::services::ec2;

/// Where something belongs to another account: the participant's region, by its place, and the owner's.
struct Lease {
    participant: (usize, usize),
    owner: (usize, usize),
    /// The participant's targets in the owner's VPCs that no interface of its own has.
    holders: ec2::Holders,
}

/// Asks the owners of shared VPCs for what was not read of them.
pub(crate) async fn ask(run: &Collection<'_>, accounts: &mut [Account]) {
    let leases = leases(accounts);
    if leases.is_empty() {
        return;
    }
    let owners: BTreeSet<(usize, usize)> = leases.iter().map(|lease| lease.owner).collect();
    let wanted: BTreeMap<(usize, usize), BTreeSet<Call>> =
        owners.iter().map(|place| (*place, missing(run, accounts, &leases, *place))).collect();
    let entered = run.session.entered();
    // One client an account: its pace, and how much may come in answer, are the account's.
    let client = |account: usize| {
        let id = accounts[account].known_id().unwrap_or_default();
        (account, role::client_for_account(&run.api, id, run.accounts_at_a_time()))
    };
    let clients: BTreeMap<usize, ApiClient> =
        wanted.keys().map(|(account, _)| client(*account)).collect();
    let owner = |place: &(usize, usize)| {
        let owner = Owner::new(run, &entered, accounts, *place, &clients[&place.0]);
        owner.map(|owner| (*place, owner))
    };
    let owners: BTreeMap<(usize, usize), Owner> = wanted.keys().filter_map(owner).collect();
    let facts = wanted.iter().filter_map(|(place, calls)| {
        let owner = owners.get(place)?;
        Some(async move { (*place, owner.facts(calls).await) })
    });
    let asked = leases.iter().filter(|lease| !lease.holders.addresses.is_empty());
    let interfaces = asked.filter_map(|lease| {
        let owner = owners.get(&lease.owner)?;
        Some(async move { (lease, owner.interfaces(&lease.holders).await) })
    });
    let (facts, interfaces) = tokio::join!(join_all(facts), join_all(interfaces));
    for ((account, region), facts) in facts {
        facts.into_region(&mut accounts[account].regions[region]);
    }
    for (lease, answer) in interfaces {
        lend(accounts, lease, answer);
    }
}

/// Every region with a VPC of another account that is in the scan.
fn leases(accounts: &[Account]) -> Vec<Lease> {
    let mut leases = Vec::new();
    for (place, account) in accounts.iter().enumerate() {
        let Some(own) = account.known_id() else { continue };
        for (at, region) in account.regions.iter().enumerate() {
            let mut by_owner: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
            for (vpc, owner) in region.foreign_vpcs(own) {
                by_owner.entry(owner).or_default().insert(vpc);
            }
            for (owner, vpcs) in by_owner {
                if let Some(owner) = region_of(accounts, (owner, &account.partition), &region.name)
                {
                    let holders = unheld(region, &vpcs);
                    leases.push(Lease { participant: (place, at), owner, holders });
                }
            }
        }
    }
    leases
}

/// The addresses of targets in these VPCs that none of the interfaces that were read has.
fn unheld(region: &Region, vpcs: &BTreeSet<&str>) -> ec2::Holders {
    let mut holders = ec2::Holders::default();
    let Ok(interfaces) = region.network_interfaces.get() else { return holders };
    let is_held = |address: IpAddr, vpc: &str| {
        interfaces.iter().any(|one| {
            one.vpc_id.as_deref() == Some(vpc)
                && (one.addresses.contains(&address)
                    || one.prefixes.iter().any(|block| block.contains(&address)))
        })
    };
    for (group, target) in region.target_groups.get().into_iter().flatten().flat_map(targets) {
        let Some(vpc) = group.vpc_id.as_deref().filter(|vpc| vpcs.contains(vpc)) else { continue };
        if target.zone.as_deref() == Some("all") {
            continue;
        }
        if let Some(address) = target.id.parse().ok().filter(|address| !is_held(*address, vpc)) {
            holders.addresses.insert(address, Some(vpc.to_owned()));
        }
    }
    holders
}

/// The targets of a group of addresses.
fn targets(group: &TargetGroup) -> impl Iterator<Item = (&TargetGroup, &Target)> {
    let by_address = group.target_type == Some(TargetType::Ip);
    let targets = group.targets.get().into_iter().flatten().filter(move |_| by_address);
    targets.map(move |target| (group, target))
}

/// Whether something of a region was not asked for.
type IsOpen = fn(&Region) -> bool;

/// What an owner was not asked for that one of its participants was.
fn missing(
    run: &Collection<'_>,
    accounts: &[Account],
    leases: &[Lease],
    owner: (usize, usize),
) -> BTreeSet<Call> {
    let own = &accounts[owner.0].regions[owner.1];
    let participants = leases.iter().filter(|lease| lease.owner == owner);
    let participants: Vec<&Region> = participants
        .map(|lease| &accounts[lease.participant.0].regions[lease.participant.1])
        .collect();
    let is_open = |of: IsOpen| of(own) && !participants.iter().all(|one| of(one));
    let facts: [(Call, IsOpen); 3] = [
        (Call::Ec2DescribeVpcBlockPublicAccessOptions, |one| not_asked(&one.block_public_access)),
        (Call::Ec2DescribeFlowLogs, |one| not_asked(&one.flow_logs)),
        (Call::Ec2DescribeVpcEncryptionControls, |one| not_asked(&one.encryption_controls)),
    ];
    let wanted = facts
        .into_iter()
        .filter(|(call, of)| run.request.plan.calls.contains(call) && is_open(*of));
    wanted.map(|(call, _)| call).collect()
}

fn not_asked<T>(fact: &Fact<T>) -> bool {
    fact.gap().is_some_and(|gap| gap.reason == Reason::NotCollected)
}

/// An owner's region being asked.
struct Owner {
    api: ApiClient,
    config: SdkConfig,
}

impl Owner {
    fn new(
        run: &Collection<'_>,
        entered: &BTreeMap<String, SdkConfig>,
        accounts: &[Account],
        (account, region): (usize, usize),
        api: &ApiClient,
    ) -> Option<Self> {
        let id = accounts[account].known_id().unwrap_or_default();
        let partition = endpoint::partition_named(&accounts[account].partition)?;
        let name = &accounts[account].regions[region].name;
        let region = RegionName::in_partition(name, partition)?;
        let config = session::in_region(entered.get(id).unwrap_or(&run.config), &region);
        Some(Owner { api: ApiClient { region, ..api.clone() }, config })
    }

    fn client(&self, call: Call) -> query::Client {
        query::Client::new(&query::EC2, &self.config, &self.api, call)
    }

    async fn facts(&self, calls: &BTreeSet<Call>) -> Facts {
        let block = Call::Ec2DescribeVpcBlockPublicAccessOptions;
        let (flows, controls) = (Call::Ec2DescribeFlowLogs, Call::Ec2DescribeVpcEncryptionControls);
        let (api, ec2) = (&self.api, &self.client(block));
        let (block_public_access, flow_logs, encryption_controls) = tokio::join!(
            answer(calls.contains(&block), ec2::block_public_access(api, ec2)),
            answer(calls.contains(&flows), ec2::flow_logs(api, ec2)),
            answer(calls.contains(&controls), ec2::encryption_controls(api, ec2)),
        );
        Facts { block_public_access, flow_logs, encryption_controls }
    }

    async fn interfaces(&self, holders: &ec2::Holders) -> Fact<Vec<NetworkInterface>> {
        let client = self.client(Call::Ec2DescribeNetworkInterfaces);
        ec2::interfaces(&self.api, &client, holders).await
    }
}

async fn answer<T>(is_wanted: bool, asked: impl Future<Output = Fact<T>>) -> Option<Fact<T>> {
    if is_wanted { Some(asked.await) } else { None }
}

/// What an owner's region had not been asked for.
struct Facts {
    block_public_access: Option<Fact<BlockPublicAccess>>,
    flow_logs: Option<Fact<Vec<FlowLog>>>,
    encryption_controls: Option<Fact<Vec<EncryptionControl>>>,
}

impl Facts {
    fn into_region(self, region: &mut Region) {
        if let Some(fact) = self.block_public_access {
            region.block_public_access = fact;
        }
        if let Some(fact) = self.flow_logs {
            region.flow_logs = fact;
        }
        if let Some(fact) = self.encryption_controls {
            region.encryption_controls = fact;
        }
    }
}

/// Adds the interfaces that an owner sees to those of the participant; or says at the owner why there are none.
fn lend(accounts: &mut [Account], lease: &Lease, answer: Fact<Vec<NetworkInterface>>) {
    let owner = accounts[lease.owner.0].known_id().unwrap_or_default().to_owned();
    match answer {
        Fact::Known(found) => {
            let region = &mut accounts[lease.participant.0].regions[lease.participant.1];
            region.interfaces_from.push(owner);
            if let Fact::Known(interfaces) = &mut region.network_interfaces {
                interfaces.extend(found);
            }
        }
        Fact::Unread(gap) => {
            let region = &mut accounts[lease.owner.0].regions[lease.owner.1];
            if not_asked(&region.network_interfaces) {
                region.network_interfaces = Fact::Unread(gap);
            }
        }
    }
}
