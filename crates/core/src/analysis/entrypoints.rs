//! Services that lead the internet to a load balancer without its own addresses being public.

use crate::analysis::index::Index;
use crate::inventory::{Account, ApiLink, Kind, LoadBalancer, Region};
use crate::vocab::fact::Fact;
use crate::vocab::partial::Partial;

/// What leads to a load balancer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entrypoint {
    /// `accelerator edge`, `API Gateway rest abc` …
    pub(crate) words: String,
    /// What it goes by.
    pub(crate) place: Place,
}

/// What something that leads to a load balancer goes by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// ARN of an accelerator.
    Accelerator(String),
    /// Id of a VPC origin.
    VpcOrigin(String),
    /// Id of a VPC link of REST APIs.
    RestLink(String),
    /// Id of an HTTP or WebSocket API.
    HttpApi(String),
    /// A target of a group: the group's ARN, and the target's id.
    Target(String, String),
}

/// Entry points.
pub(crate) type Entrypoints = Partial<Vec<Entrypoint>>;

fn among<T>(fact: &Fact<Vec<T>>, entrypoint: impl Fn(&T) -> Option<Entrypoint>) -> Entrypoints {
    let found = |all: &Vec<T>| Partial::whole(all.iter().filter_map(entrypoint).collect());
    fact.get().map_or_else(Partial::unread, found)
}

/// Accelerators of Global Accelerator that let traffic through.
pub(crate) fn accelerators(account: &Account, lb: &LoadBalancer) -> Entrypoints {
    let mut entrypoints = Entrypoints::default();
    let all = entrypoints.learn(account.accelerators.get());
    for accelerator in all.into_iter().flatten().filter(|accelerator| accelerator.enabled) {
        let found = among(&accelerator.endpoints, |endpoint| {
            let name = accelerator.name.as_deref().unwrap_or(&accelerator.arn);
            (endpoint.id == lb.arn).then(|| Entrypoint {
                words: format!("accelerator {name}"),
                place: Place::Accelerator(accelerator.arn.clone()),
            })
        });
        entrypoints = entrypoints.and(found);
    }
    entrypoints.found.dedup();
    entrypoints
}

/// VPC origins of CloudFront.
pub(crate) fn vpc_origins(account: &Account, lb: &LoadBalancer) -> Entrypoints {
    among(&account.vpc_origins, |origin| {
        (origin.endpoint == lb.arn).then(|| Entrypoint {
            words: format!("CloudFront VPC origin {}", origin.id),
            place: Place::VpcOrigin(origin.id.clone()),
        })
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
    let link = |link: &ApiLink, place: fn(String) -> Place| {
        let name = link.name.as_deref().unwrap_or(&link.id);
        link.targets.iter().any(leads_here).then(|| Entrypoint {
            words: format!("API Gateway {} {name}", link.kind),
            place: place(link.id.clone()),
        })
    };
    let rest = among(&region.rest_links, |one| link(one, Place::RestLink));
    rest.and(among(&region.http_links, |one| link(one, Place::HttpApi)))
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
        let address = address.to_string();
        let groups = entrypoints.learn(index.groups_with(&address)).unwrap_or_default();
        for (group, arn) in groups
            .iter()
            .flat_map(|group| group.load_balancer_arns.iter().map(move |arn| (group, arn)))
        {
            let front = entrypoints.learn(index.load_balancer(arn));
            let public =
                |front: &&LoadBalancer| front.kind == Kind::Network && front.is_internet_facing();
            let entrypoint = front.filter(public).map(|front| Entrypoint {
                words: format!("targets of {}", front.name),
                place: Place::Target(group.arn.clone(), address.clone()),
            });
            entrypoints.found.extend(entrypoint);
        }
    }
    entrypoints.found.sort();
    entrypoints.found.dedup();
    entrypoints
}

/// The words of entry points, each once.
pub(crate) fn words(entrypoints: &[Entrypoint]) -> Vec<String> {
    let mut words: Vec<String> = entrypoints.iter().map(|one| one.words.clone()).collect();
    words.dedup();
    words
}
