//! What stands between the internet and the load balancers of a region, and their targets.

use std::collections::BTreeMap;

use elb_audit_core::inventory::{
    BlockPublicAccess, EncryptionControl, IpAddressType, LoadBalancer, NetworkAcl, Region,
    RouteTable, SecurityGroup, StaleRule, Subnet, Vpc,
};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Reason};
use futures::future::join_all;
use ipnet::IpNet;

use super::{Reader, joined, unique};
use crate::aws::query;
use crate::collect::services::ec2;

/// Entries of prefix lists by id.
type PrefixLists = BTreeMap<String, Fact<Vec<IpNet>>>;

/// Security groups, routes, network ACLs and the block on public access, of one region.
pub(super) struct Network {
    security_groups: Fact<Vec<SecurityGroup>>,
    prefix_lists: PrefixLists,
    route_tables: Fact<Vec<RouteTable>>,
    acls: Fact<Vec<NetworkAcl>>,
    block_public_access: Fact<BlockPublicAccess>,
    subnets: Fact<Vec<Subnet>>,
    vpcs: Fact<Vec<Vpc>>,
    stale_rules: Fact<Vec<StaleRule>>,
    encryption_controls: Fact<Vec<EncryptionControl>>,
}

impl Network {
    /// Puts what was read where the inventory has it.
    pub(super) fn into_region(self, region: &mut Region) {
        region.security_groups = self.security_groups;
        region.prefix_lists = self.prefix_lists;
        region.route_tables = self.route_tables;
        region.network_acls = self.acls;
        region.block_public_access = self.block_public_access;
        region.subnets = self.subnets;
        region.vpcs = self.vpcs;
        region.stale_rules = self.stale_rules;
        region.encryption_controls = self.encryption_controls;
    }
}

impl Reader {
    /// The network around the load balancers. The ways in are read where something may have a public
    /// address, a load balancer or a target whose interfaces are asked about, and of internal load
    /// balancers where a check asks for that.
    pub(super) async fn network(&self, all: &[LoadBalancer]) -> Network {
        let ec2 = &self.query(&query::EC2, Call::Ec2DescribeSecurityGroups);
        let targets = self.plan.wants(Call::Ec2DescribeNetworkInterfaces);
        let of_use = |call| {
            let inside = targets || self.plan.names(call);
            all.iter().filter(move |lb| inside || may_be_public(lb))
        };
        let ways = |call| unique(of_use(call).filter_map(|lb| lb.vpc_id.clone()));
        let routed = ways(Call::Ec2DescribeRouteTables);
        let filtered = ways(Call::Ec2DescribeNetworkAcls);
        let blocked = of_use(Call::Ec2DescribeVpcBlockPublicAccessOptions).next().is_some();
        let vpcs = unique(all.iter().filter_map(|lb| lb.vpc_id.clone()));
        let subnet_ids = unique(all.iter().flat_map(|lb| lb.subnets.clone()));
        let groups = unique(all.iter().flat_map(|lb| lb.security_groups.clone()));
        let (filters, acls, block_public_access, subnets, vpc_list, stale, controls) = tokio::join!(
            self.filters(ec2, &groups, &routed),
            self.if_of_use(
                Call::Ec2DescribeNetworkAcls,
                !filtered.is_empty(),
                ec2::network_acls(&self.api, ec2, &filtered)
            ),
            self.if_of_use(
                Call::Ec2DescribeVpcBlockPublicAccessOptions,
                blocked,
                ec2::block_public_access(&self.api, ec2)
            ),
            self.if_named(Call::Ec2DescribeSubnets, ec2::subnets(&self.api, ec2, &subnet_ids)),
            self.if_named(Call::Ec2DescribeVpcs, ec2::vpcs(&self.api, ec2, &vpcs)),
            self.if_wanted(Call::Ec2DescribeStaleSecurityGroups, self.stale_rules(ec2, &vpcs)),
            self.if_wanted(
                Call::Ec2DescribeVpcEncryptionControls,
                ec2::encryption_controls(&self.api, ec2)
            ),
        );
        let (security_groups, route_tables, prefix_lists) = filters;
        let mut places = (subnets, vpc_list);
        if passes_firewall(&route_tables) {
            // What the firewall does with a subnet they alone tell.
            places = tokio::join!(
                self.unless_read(places.0, ec2::subnets(&self.api, ec2, &subnet_ids)),
                self.unless_read(places.1, ec2::vpcs(&self.api, ec2, &vpcs)),
            );
        }
        Network {
            security_groups,
            prefix_lists,
            route_tables,
            acls,
            block_public_access,
            subnets: places.0,
            vpcs: places.1,
            stale_rules: stale,
            encryption_controls: controls,
        }
    }

    /// The answer of a call that a check itself names.
    async fn if_named<T>(&self, call: Call, answer: impl Future<Output = Fact<T>>) -> Fact<T> {
        self.if_of_use(call, self.plan.names(call), answer).await
    }

    /// A list that no check asks for by itself, where it is of use all the same.
    async fn unless_read<T>(
        &self,
        list: Fact<Vec<T>>,
        answer: impl Future<Output = Fact<Vec<T>>>,
    ) -> Fact<Vec<T>> {
        match list.gap().filter(|gap| gap.reason == Reason::NotCollected) {
            Some(gap) => self.if_wanted(gap.call, answer).await,
            None => list,
        }
    }

    async fn stale_rules(&self, ec2: &query::Client, vpcs: &[String]) -> Fact<Vec<StaleRule>> {
        let lists = vpcs.iter().map(|vpc| ec2::stale_rules(&self.api, ec2, vpc));
        joined(join_all(lists).await)
    }

    /// Security groups and route tables; then the prefix lists that either names.
    async fn filters(
        &self,
        ec2: &query::Client,
        groups: &[String],
        ways: &[String],
    ) -> (Fact<Vec<SecurityGroup>>, Fact<Vec<RouteTable>>, PrefixLists) {
        let (groups, tables) = tokio::join!(
            self.if_wanted(
                Call::Ec2DescribeSecurityGroups,
                ec2::security_groups(&self.api, ec2, groups)
            ),
            self.if_of_use(
                Call::Ec2DescribeRouteTables,
                !ways.is_empty(),
                ec2::route_tables(&self.api, ec2, ways)
            ),
        );
        let known = || groups.get().into_iter().flatten();
        let outward = self.plan.names(Call::Ec2GetManagedPrefixListEntries);
        let outward = known().filter(|_| outward).flat_map(let_out);
        let lists = unique(named(known()).chain(routed(&tables)).chain(outward));
        let lists = self.prefix_lists(ec2, lists).await;
        (groups, tables, lists)
    }

    async fn prefix_lists(&self, ec2: &query::Client, ids: Vec<String>) -> PrefixLists {
        let entries = ids.into_iter().map(move |id| async move {
            let entries = ec2::prefix_list(&self.api, ec2, &id);
            let entries = self.if_wanted(Call::Ec2GetManagedPrefixListEntries, entries).await;
            (id, entries)
        });
        join_all(entries).await.into_iter().collect()
    }

    /// Adds the security groups of the targets' interfaces, as far as no load balancer has them too, and
    /// the prefix lists that these name.
    pub(super) async fn groups_of_targets(&self, region: &mut Region) {
        let (Ok(interfaces), Fact::Known(known)) =
            (region.network_interfaces.get(), &mut region.security_groups)
        else {
            return;
        };
        let all = unique(interfaces.iter().flat_map(|interface| interface.groups.clone()));
        let read = |id: &String| known.iter().any(|group| group.id == *id);
        let open: Vec<String> = all.into_iter().filter(|id| !read(id)).collect();
        let ec2 = &self.query(&query::EC2, Call::Ec2DescribeSecurityGroups);
        match ec2::security_groups(&self.api, ec2, &open).await {
            Fact::Known(groups) => {
                let lists = named(groups.iter()).filter(|id| !region.prefix_lists.contains_key(id));
                let lists = self.prefix_lists(ec2, unique(lists)).await;
                region.prefix_lists.extend(lists);
                known.extend(groups);
            }
            // What was read of the load balancers' own groups stays.
            Fact::Unread(gap) => {
                let said = gap.to_string();
                region.notes.push(format!("security groups of targets could not be read: {said}"));
            }
        }
    }
}

/// Whether an address may be public: IPv6 ones of internal load balancers are, unless an attribute says
/// otherwise.
/// Whether a route leads through an Automated Internet Firewall.
fn passes_firewall(tables: &Fact<Vec<RouteTable>>) -> bool {
    let mut routes = tables.get().into_iter().flatten().flat_map(|table| &table.routes);
    routes.any(|route| route.firewall.is_some())
}

fn may_be_public(lb: &LoadBalancer) -> bool {
    let dual_stack = lb.ip_address_type.as_ref().is_some_and(IpAddressType::is_dual);
    lb.is_internet_facing() || dual_stack
}

/// Prefix lists that security groups let in.
fn named<'a>(groups: impl Iterator<Item = &'a SecurityGroup>) -> impl Iterator<Item = String> {
    let ingress = groups.flat_map(|group| &group.ingress);
    ingress.flat_map(|permission| permission.prefix_lists.iter().cloned())
}

/// Prefix lists that a security group lets out to.
fn let_out(group: &SecurityGroup) -> impl Iterator<Item = String> + '_ {
    group.egress.iter().flat_map(|permission| permission.prefix_lists.iter().cloned())
}

/// Prefix lists that routes lead to: the most specific entry decides. Gateway endpoints are for AWS's own
/// services, which are nobody's clients.
fn routed(tables: &Fact<Vec<RouteTable>>) -> impl Iterator<Item = String> + '_ {
    let routes = tables.get().ok().into_iter().flatten().flat_map(|table| &table.routes);
    let lists = routes.filter(|route| {
        let target = route.target.as_deref().unwrap_or_default();
        !target.starts_with("vpce-") && route.destination.starts_with("pl-")
    });
    lists.map(|route| route.destination.clone())
}
