//! What stands between the internet and the load balancers of a region.

use std::collections::BTreeMap;

use elb_audit_core::call::Call;
use elb_audit_core::fact::Fact;
use elb_audit_core::inventory::{
    BlockPublicAccess, LoadBalancer, Region, RouteTable, SecurityGroup, Subnet,
};
use futures::future::join_all;
use ipnet::IpNet;

use super::{Reader, unique};
use crate::source::aws::{ec2, query};

/// Security groups, routes and the block on public access, of one region.
pub(super) struct Network {
    security_groups: Fact<Vec<SecurityGroup>>,
    prefix_lists: BTreeMap<String, Fact<Vec<IpNet>>>,
    route_tables: Fact<Vec<RouteTable>>,
    block_public_access: Fact<BlockPublicAccess>,
    subnets: Fact<Vec<Subnet>>,
}

impl Network {
    /// Puts what was read where the inventory has it.
    pub(super) fn into_region(self, region: &mut Region) {
        region.security_groups = self.security_groups;
        region.prefix_lists = self.prefix_lists;
        region.route_tables = self.route_tables;
        region.block_public_access = self.block_public_access;
        region.subnets = self.subnets;
    }
}

impl Reader {
    /// The network around the load balancers that may have public addresses; the others need none of it.
    pub(super) async fn network(&self, all: &[LoadBalancer]) -> Option<Network> {
        let public = || all.iter().filter(|lb| may_be_public(lb));
        public().next()?;
        let ec2 = &self.query(&query::EC2, Call::Ec2DescribeSecurityGroups);
        let vpcs = unique(public().filter_map(|lb| lb.vpc_id.clone()));
        let groups = unique(public().flat_map(|lb| lb.security_groups.clone()));
        let subnets = unique(public().flat_map(|lb| lb.subnets.clone()));
        let (filters, block_public_access, subnets) = tokio::join!(
            self.filters(ec2, &groups, &vpcs),
            self.if_wanted(
                Call::Ec2DescribeVpcBlockPublicAccessOptions,
                ec2::block_public_access(&self.asker, ec2)
            ),
            self.if_wanted(Call::Ec2DescribeSubnets, ec2::subnets(&self.asker, ec2, &subnets)),
        );
        let (security_groups, route_tables, prefix_lists) = filters;
        Some(Network { security_groups, prefix_lists, route_tables, block_public_access, subnets })
    }

    /// Security groups and route tables; then the prefix lists that either names.
    async fn filters(
        &self,
        ec2: &query::Client,
        groups: &[String],
        vpcs: &[String],
    ) -> (Fact<Vec<SecurityGroup>>, Fact<Vec<RouteTable>>, BTreeMap<String, Fact<Vec<IpNet>>>) {
        let (groups, tables) = tokio::join!(
            self.if_wanted(
                Call::Ec2DescribeSecurityGroups,
                ec2::security_groups(&self.asker, ec2, groups)
            ),
            self.if_wanted(Call::Ec2DescribeRouteTables, ec2::route_tables(&self.asker, ec2, vpcs)),
        );
        let lists = named(&groups).chain(routed(&tables));
        let entries = unique(lists).into_iter().map(move |id| async move {
            let entries = ec2::prefix_list(&self.asker, ec2, &id);
            let entries = self.if_wanted(Call::Ec2GetManagedPrefixListEntries, entries).await;
            (id, entries)
        });
        let entries = join_all(entries).await;
        (groups, tables, entries.into_iter().collect())
    }
}

/// Whether an address may be public: IPv6 ones of internal load balancers are, unless an attribute says
/// otherwise.
fn may_be_public(lb: &LoadBalancer) -> bool {
    let dual_stack =
        lb.ip_address_type.as_deref().is_some_and(|kind| kind.starts_with("dualstack"));
    lb.is_internet_facing() || dual_stack
}

/// Prefix lists that security groups let in.
fn named(groups: &Fact<Vec<SecurityGroup>>) -> impl Iterator<Item = String> + '_ {
    let groups = groups.get().ok().into_iter().flatten();
    let ingress = groups.flat_map(|group| &group.ingress);
    ingress.flat_map(|permission| permission.prefix_lists.iter().cloned())
}

/// Prefix lists that a route leads to by an internet gateway.
fn routed(tables: &Fact<Vec<RouteTable>>) -> impl Iterator<Item = String> + '_ {
    let routes = tables.get().ok().into_iter().flatten().flat_map(|table| &table.routes);
    let public = routes.filter(|route| {
        let target = route.target.as_deref().unwrap_or_default();
        target.starts_with("igw-") && route.destination.starts_with("pl-")
    });
    public.map(|route| route.destination.clone())
}
