//! Services that lead the internet to a load balancer without its own addresses being public.

use crate::analysis::index::Index;
use crate::inventory::{Account, ApiLink, Kind, LoadBalancer, Region};
use crate::vocab::fact::{Fact, Gap};

/// The entry points that are known, in words, and the gap that hides others.
#[derive(Default)]
pub(crate) struct Entrypoints {
    /// `accelerator edge`, `API Gateway rest abc` …
    pub(crate) known: Vec<String>,
    hidden: Option<Gap>,
}

impl Entrypoints {
    /// Both.
    pub(crate) fn and(mut self, other: Entrypoints) -> Entrypoints {
        self.known.extend(other.known);
        Entrypoints { known: self.known, hidden: self.hidden.or(other.hidden) }
    }

    /// The gap of one that is not known.
    pub(crate) fn complete(self) -> Result<(), Gap> {
        self.hidden.map_or(Ok(()), Err)
    }

    fn among<T>(fact: &Fact<Vec<T>>, words: impl Fn(&T) -> Option<String>) -> Entrypoints {
        match fact {
            Fact::Known(all) => {
                Entrypoints { known: all.iter().filter_map(words).collect(), hidden: None }
            }
            Fact::Unread(gap) => Entrypoints { known: Vec::new(), hidden: Some(gap.clone()) },
        }
    }
}

/// Accelerators of Global Accelerator that let traffic through.
pub(crate) fn accelerators(account: &Account, lb: &LoadBalancer) -> Entrypoints {
    let mut entrypoints = Entrypoints::default();
    let all = match &account.accelerators {
        Fact::Known(all) => all,
        Fact::Unread(gap) => return Entrypoints { hidden: Some(gap.clone()), ..entrypoints },
    };
    for accelerator in all.iter().filter(|accelerator| accelerator.enabled) {
        let found = Entrypoints::among(&accelerator.endpoints, |endpoint| {
            let name = accelerator.name.as_deref().unwrap_or(&accelerator.arn);
            (endpoint.id == lb.arn).then(|| format!("accelerator {name}"))
        });
        entrypoints = entrypoints.and(found);
    }
    entrypoints.known.dedup();
    entrypoints
}

/// VPC origins of CloudFront.
pub(crate) fn vpc_origins(account: &Account, lb: &LoadBalancer) -> Entrypoints {
    Entrypoints::among(&account.vpc_origins, |origin| {
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
    Entrypoints::among(&region.rest_links, words).and(Entrypoints::among(&region.http_links, words))
}

/// Internet-facing Network load balancers with an address of this one as a target.
pub(crate) fn by_address(index: &Index, lb: &LoadBalancer) -> Entrypoints {
    let id = lb.arn.split_once(":loadbalancer/").map_or(lb.name.as_str(), |(_, id)| id);
    let interfaces = match index.interfaces_described(&format!("ELB {id}")) {
        Ok(interfaces) => interfaces,
        Err(gap) => return Entrypoints { known: Vec::new(), hidden: Some(gap) },
    };
    let mut entrypoints =
        Entrypoints { known: Vec::new(), hidden: index.unread_addresses().cloned() };
    for address in interfaces.iter().flat_map(|interface| &interface.addresses) {
        let groups = match index.groups_with(&address.to_string()) {
            Ok(groups) => groups,
            Err(gap) => return Entrypoints { hidden: Some(gap), ..entrypoints },
        };
        for arn in groups.iter().flat_map(|group| &group.load_balancer_arns) {
            match index.load_balancer(arn) {
                Ok(front) if front.kind == Kind::Network && front.is_internet_facing() => {
                    entrypoints.known.push(format!("targets of {}", front.name));
                }
                Ok(_) => {}
                Err(gap) => entrypoints.hidden = entrypoints.hidden.or(Some(gap)),
            }
        }
    }
    entrypoints.known.sort();
    entrypoints.known.dedup();
    entrypoints
}
