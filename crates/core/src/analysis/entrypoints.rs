//! Services that lead the internet to a load balancer without its own addresses being public.

use crate::analysis::index::Index;
use crate::inventory::{Account, ApiLink, Kind, LoadBalancer, Region};
use crate::vocab::fact::Fact;
use crate::vocab::partial::Partial;

/// Entry points in words: `accelerator edge`, `API Gateway rest abc` …
pub(crate) type Entrypoints = Partial<Vec<String>>;

fn among<T>(fact: &Fact<Vec<T>>, words: impl Fn(&T) -> Option<String>) -> Entrypoints {
    let found = |all: &Vec<T>| Partial::whole(all.iter().filter_map(words).collect());
    fact.get().map_or_else(Partial::unread, found)
}

/// Accelerators of Global Accelerator that let traffic through.
pub(crate) fn accelerators(account: &Account, lb: &LoadBalancer) -> Entrypoints {
    let mut entrypoints = Entrypoints::default();
    let all = entrypoints.learn(account.accelerators.get());
    for accelerator in all.into_iter().flatten().filter(|accelerator| accelerator.enabled) {
        let found = among(&accelerator.endpoints, |endpoint| {
            let name = accelerator.name.as_deref().unwrap_or(&accelerator.arn);
            (endpoint.id == lb.arn).then(|| format!("accelerator {name}"))
        });
        entrypoints = entrypoints.and(found);
    }
    entrypoints.found.dedup();
    entrypoints
}

/// VPC origins of CloudFront.
pub(crate) fn vpc_origins(account: &Account, lb: &LoadBalancer) -> Entrypoints {
    among(&account.vpc_origins, |origin| {
        (origin.endpoint == lb.arn).then(|| format!("CloudFront VPC origin {}", origin.id))
    })
}

/// Private integrations of API Gateway.
///
/// Source: API Gateway developer guide: they lead to Application and Network load balancers.
pub(crate) fn api_links(region: &Region, lb: &LoadBalancer) -> Entrypoints {
    if !matches!(lb.kind, Kind::Application | Kind::Network) {
        return Entrypoints::default();
    }
    let leads_here = |target: &String| {
        // A listener's ARN goes on where its load balancer's ends.
        let owner = target.replacen(":listener/", ":loadbalancer/", 1);
        owner == lb.arn || owner.strip_prefix(&lb.arn).is_some_and(|rest| rest.starts_with('/'))
    };
    let words = |link: &ApiLink| {
        let name = link.name.as_deref().unwrap_or(&link.id);
        link.targets.iter().any(leads_here).then(|| format!("API Gateway {} {name}", link.kind))
    };
    among(&region.rest_links, words).and(among(&region.http_links, words))
}

/// Internet-facing Network load balancers with an address of this one as a target.
pub(crate) fn by_address(index: &Index, lb: &LoadBalancer) -> Entrypoints {
    let id = lb.arn.split_once(":loadbalancer/").map_or(lb.name.as_str(), |(_, id)| id);
    let interfaces = match index.interfaces_described(&format!("ELB {id}")) {
        Ok(interfaces) => interfaces,
        Err(gap) => return Partial::unread(gap),
    };
    let mut entrypoints = Entrypoints::default();
    entrypoints.add_gap(index.unread_addresses().cloned());
    for address in interfaces.iter().flat_map(|interface| &interface.addresses) {
        let groups = entrypoints.learn(index.groups_with(&address.to_string())).unwrap_or_default();
        for arn in groups.iter().flat_map(|group| &group.load_balancer_arns) {
            let front = entrypoints.learn(index.load_balancer(arn));
            let public =
                |front: &&LoadBalancer| front.kind == Kind::Network && front.is_internet_facing();
            let words = front.filter(public).map(|front| format!("targets of {}", front.name));
            entrypoints.found.extend(words);
        }
    }
    entrypoints.found.sort();
    entrypoints.found.dedup();
    entrypoints
}
