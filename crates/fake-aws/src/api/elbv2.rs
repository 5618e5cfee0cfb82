//! Application, Network and Gateway load balancers.

mod actions;
mod attributes;
mod capacity;
mod listeners;
mod load_balancers;
mod rules;
mod tags;
mod target_groups;
mod tls;
mod trust;
mod write;

use super::{Context, XmlResult};
use crate::answer::Refusal;
use crate::model::arn::id;
use crate::model::listener::Listener;
use crate::model::load_balancer::LoadBalancer;
use crate::model::target_group::TargetGroup;

pub(super) fn result(context: &Context<'_>) -> XmlResult {
    match context.call.action.as_str() {
        "DescribeLoadBalancers" => load_balancers::describe(context),
        "DescribeLoadBalancerAttributes" => attributes::of_load_balancer(context),
        "DescribeListeners" => listeners::describe(context),
        "DescribeListenerAttributes" => attributes::of_listener(context),
        "DescribeListenerCertificates" => listeners::certificates(context),
        "DescribeRules" => rules::describe(context),
        "DescribeTargetGroups" => target_groups::describe(context),
        "DescribeTargetGroupAttributes" => attributes::of_target_group(context),
        "DescribeTargetHealth" => target_groups::health(context),
        "DescribeTags" => tags::describe(context),
        "DescribeSSLPolicies" => tls::policies(context),
        "DescribeTrustStores" => trust::describe(context),
        "DescribeTrustStoreRevocations" => trust::revocations(context),
        "DescribeTrustStoreAssociations" => trust::associations(context),
        "GetResourcePolicy" => trust::policy(context),
        "DescribeAccountLimits" => capacity::limits(context),
        "DescribeCapacityReservation" => capacity::reservation(context),
        _ => write::result(context),
    }
}

/// A listener with the load balancer that it belongs to.
type Owned<'a> = (&'a LoadBalancer, &'a Listener);

fn no_load_balancer() -> Refusal {
    Refusal::new("LoadBalancerNotFound", "One or more load balancers not found")
}

fn no_listener() -> Refusal {
    Refusal::new("ListenerNotFound", "One or more listeners not found")
}

fn no_target_group() -> Refusal {
    Refusal::new("TargetGroupNotFound", "One or more target groups not found")
}

/// More ARNs or names than a call takes.
fn too_many(context: &Context<'_>, given: &[&str]) -> Result<(), Refusal> {
    if given.len() > 20 {
        let message = "A maximum of 20 resources can be specified in a single call";
        return Err(Refusal::invalid(context.call.family, message));
    }
    Ok(())
}

/// A part of an ARN's path: `loadbalancer/app/NAME/ID` has the name at 2.
fn part(arn: &str, index: usize) -> &str {
    let path = arn.splitn(6, ':').nth(5).unwrap_or_default();
    path.split('/').nth(index).unwrap_or_default()
}

impl<'a> Context<'a> {
    fn arn_of(&self, load_balancer: &LoadBalancer) -> String {
        self.place.load_balancer(&load_balancer.kind, &load_balancer.name)
    }

    /// The load balancer with this ARN. Names are compared first, because making an ARN costs more.
    fn load_balancer(&self, arn: &str) -> Result<&'a LoadBalancer, Refusal> {
        let name = part(arn, 2);
        let mut all = self.region.load_balancers.iter();
        all.find(|one| one.name == name && self.arn_of(one) == arn).ok_or_else(no_load_balancer)
    }

    fn listener_arn(&self, load_balancer: &LoadBalancer, listener: &Listener) -> String {
        let own = Self::listener_id(load_balancer, listener);
        format!("{}/{own}", self.arn_of(load_balancer).replacen(":loadbalancer/", ":listener/", 1))
    }

    /// What a listener's ARN ends with.
    fn listener_id(load_balancer: &LoadBalancer, listener: &Listener) -> String {
        listener.id.clone().unwrap_or_else(|| {
            let port = listener.port.map(|port| port.to_string()).unwrap_or_default();
            let protocol = listener.protocol.as_deref().unwrap_or_default();
            id(&["listener", &load_balancer.kind, &load_balancer.name, protocol, &port])
        })
    }

    /// The listener with this ARN.
    fn listener(&self, arn: &str) -> Result<Owned<'a>, Refusal> {
        let name = part(arn, 2);
        let mut all = self
            .region
            .load_balancers
            .iter()
            .filter(|one| one.name == name)
            .flat_map(|one| one.listeners.iter().map(move |listener| (one, listener)));
        all.find(|(one, listener)| self.listener_arn(one, listener) == arn).ok_or_else(no_listener)
    }

    /// The target group with this ARN.
    fn target_group(&self, arn: &str) -> Result<&'a TargetGroup, Refusal> {
        let name = part(arn, 1);
        let mut all = self.region.target_groups.iter();
        all.find(|group| group.name == name && self.place.target_group(name) == arn)
            .ok_or_else(no_target_group)
    }
}
