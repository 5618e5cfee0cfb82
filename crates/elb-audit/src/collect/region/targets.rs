//! What stands behind the load balancers of a region: target groups, targets, and what these are.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use elb_audit_core::inventory::{
    InvokeStatement, LoadBalancer, NetworkInterface, Region, Target, TargetGroup, TargetType,
};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;
use futures::future::join_all;

use super::Reader;
use crate::aws::query;
use crate::collect::services::{ec2, elbv2, lambda};

/// What stands behind the load balancers.
pub(super) struct Behind {
    groups: Fact<Vec<TargetGroup>>,
    interfaces: Fact<Vec<NetworkInterface>>,
    functions: BTreeMap<String, Fact<Vec<InvokeStatement>>>,
}

impl Behind {
    /// Puts what was read where the inventory has it.
    pub(super) fn into_region(self, region: &mut Region) {
        region.target_groups = self.groups;
        region.network_interfaces = self.interfaces;
        region.functions = self.functions;
    }
}

impl Reader {
    /// Target groups with their targets; then what the targets are.
    pub(super) async fn behind(
        &self,
        client: &aws_sdk_elasticloadbalancingv2::Client,
        classic: impl Future<Output = Vec<LoadBalancer>>,
    ) -> Behind {
        let (groups, classic) = tokio::join!(self.target_groups(client), async {
            let call = Call::Ec2DescribeNetworkInterfaces;
            if self.plan.wants(call) { classic.await } else { Vec::new() }
        });
        let (interfaces, functions) = tokio::join!(
            self.if_wanted(Call::Ec2DescribeNetworkInterfaces, self.interfaces(&groups, &classic)),
            self.functions(&groups),
        );
        Behind { groups, interfaces, functions }
    }

    /// All target groups of the region, and the health of those behind a load balancer; of the others
    /// the targets, if anyone wants to know of them.
    async fn target_groups(
        &self,
        client: &aws_sdk_elasticloadbalancingv2::Client,
    ) -> Fact<Vec<TargetGroup>> {
        let call = Call::ElbV2DescribeTargetGroups;
        let groups =
            self.if_wanted(call, elbv2::target_groups(&self.api, client, self.owner())).await;
        let mut groups = match groups {
            Fact::Known(groups) => groups,
            unread @ Fact::Unread(_) => return unread,
        };
        join_all(groups.iter_mut().map(move |group| async move {
            let used = !group.load_balancer_arns.is_empty();
            let (targets, attributes) = tokio::join!(
                self.if_of_use(
                    Call::ElbV2DescribeTargetHealth,
                    used || self.plan.collection.unused_groups,
                    elbv2::targets(&self.api, client, &group.arn)
                ),
                self.if_of_use(
                    Call::ElbV2DescribeTargetGroupAttributes,
                    used,
                    elbv2::group_attributes(&self.api, client, &group.arn)
                ),
            );
            (group.targets, group.attributes) = (targets, attributes);
        }))
        .await;
        Fact::Known(groups)
    }

    /// The interfaces of every target that has some.
    async fn interfaces(
        &self,
        groups: &Fact<Vec<TargetGroup>>,
        classic: &[LoadBalancer],
    ) -> Fact<Vec<NetworkInterface>> {
        let mut wanted = ec2::Holders::default();
        let of_classic = classic.iter().filter_map(|lb| lb.instances.get().ok()).flatten();
        wanted.instances.extend(of_classic.map(|instance| instance.id.clone()));
        for (group, target) in targets(groups) {
            match group.target_type {
                Some(TargetType::Instance) => {
                    wanted.instances.insert(target.id.clone());
                }
                Some(TargetType::Ip) => {
                    let Ok(address) = target.id.parse::<IpAddr>() else { continue };
                    let vpc = group.vpc_id.clone();
                    let vpc = vpc.filter(|_| target.zone.as_deref() != Some("all"));
                    wanted.addresses.insert(address, vpc);
                }
                _ => {}
            }
        }
        let client = self.query(&query::EC2, Call::Ec2DescribeNetworkInterfaces);
        ec2::interfaces(&self.api, &client, &wanted).await
    }

    /// Who may invoke the functions that are targets.
    async fn functions(
        &self,
        groups: &Fact<Vec<TargetGroup>>,
    ) -> BTreeMap<String, Fact<Vec<InvokeStatement>>> {
        let call = Call::LambdaGetPolicy;
        if !self.plan.wants(call) {
            return BTreeMap::new();
        }
        let of_lambda =
            targets(groups).filter(|(group, _)| group.target_type == Some(TargetType::Lambda));
        let arns: BTreeSet<String> = of_lambda.map(|(_, target)| target.id.clone()).collect();
        let client = &self.query(&query::LAMBDA, call);
        let policies = arns.into_iter().map(|arn| async move {
            let invokers = lambda::invokers(&self.api, client, &arn).await;
            (arn, invokers)
        });
        join_all(policies).await.into_iter().collect()
    }
}

/// Every target that is known, with its group.
fn targets(groups: &Fact<Vec<TargetGroup>>) -> impl Iterator<Item = (&TargetGroup, &Target)> {
    let groups = groups.get().ok().into_iter().flatten();
    groups.flat_map(|group| {
        let targets = group.targets.get().ok().into_iter().flatten();
        targets.map(move |target| (group, target))
    })
}
