//! Services that lead the internet to a load balancer without its own addresses being public.

use crate::analysis::index::Index;
use crate::inventory::{Account, ApiLink, Kind, LoadBalancer, Region};
use crate::vocab::fact::{Fact, Gap};

/// The ways that are known, in words, and the gap that hides others.
#[derive(Default)]
pub(crate) struct Doors {
    /// `accelerator edge`, `API Gateway rest abc` …
    pub(crate) known: Vec<String>,
    hidden: Option<Gap>,
}

impl Doors {
    /// Both.
    pub(crate) fn and(mut self, other: Doors) -> Doors {
        self.known.extend(other.known);
        Doors { known: self.known, hidden: self.hidden.or(other.hidden) }
    }

    /// The gap of a way that is not known.
    pub(crate) fn complete(self) -> Result<(), Gap> {
        self.hidden.map_or(Ok(()), Err)
    }

    fn among<T>(fact: &Fact<Vec<T>>, words: impl Fn(&T) -> Option<String>) -> Doors {
        match fact {
            Fact::Known(all) => {
                Doors { known: all.iter().filter_map(words).collect(), hidden: None }
            }
            Fact::Unread(gap) => Doors { known: Vec::new(), hidden: Some(gap.clone()) },
        }
    }
}

/// Accelerators of Global Accelerator that let traffic through.
pub(crate) fn accelerators(account: &Account, lb: &LoadBalancer) -> Doors {
    let mut doors = Doors::default();
    let all = match &account.accelerators {
        Fact::Known(all) => all,
        Fact::Unread(gap) => return Doors { hidden: Some(gap.clone()), ..doors },
    };
    for accelerator in all.iter().filter(|accelerator| accelerator.enabled) {
        let found = Doors::among(&accelerator.endpoints, |endpoint| {
            let name = accelerator.name.as_deref().unwrap_or(&accelerator.arn);
            (endpoint.id == lb.arn).then(|| format!("accelerator {name}"))
        });
        doors = doors.and(found);
    }
    doors.known.dedup();
    doors
}

/// VPC origins of CloudFront.
pub(crate) fn vpc_origins(account: &Account, lb: &LoadBalancer) -> Doors {
    Doors::among(&account.vpc_origins, |origin| {
        (origin.endpoint == lb.arn).then(|| format!("CloudFront VPC origin {}", origin.id))
    })
}

/// Private integrations of API Gateway.
///
/// Source: API Gateway developer guide: they lead to Application and Network load balancers.
pub(crate) fn api_links(region: &Region, lb: &LoadBalancer) -> Doors {
    if !matches!(lb.kind, Kind::Application | Kind::Network) {
        return Doors::default();
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
    Doors::among(&region.rest_links, words).and(Doors::among(&region.http_links, words))
}

/// Internet-facing Network load balancers with an address of this one as a target.
pub(crate) fn by_address(index: &Index, lb: &LoadBalancer) -> Doors {
    let id = lb.arn.split_once(":loadbalancer/").map_or(lb.name.as_str(), |(_, id)| id);
    let interfaces = match index.interfaces_described(&format!("ELB {id}")) {
        Ok(interfaces) => interfaces,
        Err(gap) => return Doors { known: Vec::new(), hidden: Some(gap) },
    };
    let mut doors = Doors { known: Vec::new(), hidden: index.unread_addresses().cloned() };
    for address in interfaces.iter().flat_map(|interface| &interface.addresses) {
        let groups = match index.groups_with(&address.to_string()) {
            Ok(groups) => groups,
            Err(gap) => return Doors { hidden: Some(gap), ..doors },
        };
        for arn in groups.iter().flat_map(|group| &group.load_balancer_arns) {
            match index.load_balancer(arn) {
                Ok(front) if front.kind == Kind::Network && front.is_internet_facing() => {
                    doors.known.push(format!("targets of {}", front.name));
                }
                Ok(_) => {}
                Err(gap) => doors.hidden = doors.hidden.or(Some(gap)),
            }
        }
    }
    doors.known.sort();
    doors.known.dedup();
    doors
}
