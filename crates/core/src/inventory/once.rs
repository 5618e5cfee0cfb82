//! What is in an inventory twice: a saved one may come from anywhere. What has a name of its own counts once.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use super::{Account, Inventory, LoadBalancer, Region, Target};
use crate::vocab::fact::Fact;

/// Keeps the first of those with the same identity. What has none, because it is empty, stays.
fn once<T, K: Hash + Eq + Default>(items: &mut Vec<T>, id: impl Fn(&T) -> K) -> usize {
    if items.len() < 2 {
        return 0;
    }
    let (before, nameless) = (items.len(), K::default());
    let mut seen = HashSet::with_capacity(items.len());
    items.retain(|item| {
        let id = id(item);
        id == nameless || seen.insert(id)
    });
    before - items.len()
}

fn known<T, K: Hash + Eq + Default>(items: &mut Fact<Vec<T>>, id: impl Fn(&T) -> K) -> usize {
    match items {
        Fact::Known(items) => once(items, id),
        Fact::Unread(_) => 0,
    }
}

/// A target may be there with several ports and, under one address, in several zones.
fn targets(targets: &mut Fact<Vec<Target>>) -> usize {
    known(targets, |one| (one.id.clone(), one.port, one.zone.clone()))
}

impl Inventory {
    /// Leaves each account, region, load balancer and whatever else has an id in it once, and says so in the
    /// account's notes.
    pub fn keep_each_once(&mut self) {
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut parts: Vec<Vec<Account>> = Vec::with_capacity(self.accounts.len());
        for account in std::mem::take(&mut self.accounts) {
            if let Some(place) = places.get(&account.id).filter(|_| !account.id.is_empty()) {
                parts[*place].push(account);
            } else {
                places.insert(account.id.clone(), parts.len());
                parts.push(vec![account]);
            }
        }
        for parts in parts {
            let more = parts.len() - 1;
            let Some(mut account) = together(parts) else { continue };
            let twice = more + account.once();
            if twice > 0 {
                account.note_twice(twice);
            }
            self.accounts.push(account);
        }
    }
}

/// One account of its parts. Halves are put together, so that many parts take no longer than they are long.
fn together(mut parts: Vec<Account>) -> Option<Account> {
    while parts.len() > 1 {
        let mut left = parts.into_iter();
        let mut halves = Vec::new();
        while let Some(mut first) = left.next() {
            if let Some(second) = left.next() {
                first.absorb(second);
            }
            halves.push(first);
        }
        parts = halves;
    }
    parts.pop()
}

impl Account {
    fn note_twice(&mut self, number: usize) {
        let is = if number == 1 { "thing is" } else { "things are" };
        self.notes.push(format!("{number} {is} in the saved inventory twice, and counted once"));
    }

    fn once(&mut self) -> usize {
        let regions = self.regions.len();
        self.absorb_regions(Vec::new());
        let mut twice = regions - self.regions.len();
        twice += known(&mut self.server_certificates, |one| one.arn.clone());
        twice += known(&mut self.distributions, |one| one.id.clone());
        twice += known(&mut self.vpc_origins, |one| one.id.clone());
        twice += known(&mut self.accelerators, |one| one.arn.clone());
        twice + self.regions.iter_mut().map(Region::once).sum::<usize>()
    }
}

impl Region {
    fn once(&mut self) -> usize {
        let mut twice = 0;
        for list in [&mut self.classic, &mut self.v2] {
            twice += once(&mut list.items, |one| one.arn.clone());
            twice += list.items.iter_mut().map(LoadBalancer::once).sum::<usize>();
        }
        twice += known(&mut self.target_groups, |one| one.arn.clone());
        if let Fact::Known(groups) = &mut self.target_groups {
            twice += groups.iter_mut().map(|group| targets(&mut group.targets)).sum::<usize>();
        }
        twice += known(&mut self.ssl_policies, |one| one.name.clone());
        twice += known(&mut self.trust_stores, |one| one.arn.clone());
        twice += known(&mut self.security_groups, |one| one.id.clone());
        twice += known(&mut self.subnets, |one| one.id.clone());
        twice += known(&mut self.vpcs, |one| one.id.clone());
        twice += known(&mut self.network_acls, |one| one.id.clone());
        twice += known(&mut self.network_interfaces, |one| one.id.clone());
        twice += known(&mut self.encryption_controls, |one| one.vpc_id.clone());
        twice += known(&mut self.flow_logs, |one| one.id.clone());
        twice += known(&mut self.endpoint_services, |one| one.id.clone());
        twice += known(&mut self.vpc_endpoints, |one| one.id.clone());
        twice += known(&mut self.auto_scaling_groups, |one| one.arn.clone());
        twice += known(&mut self.route_tables, |one| one.id.clone());
        twice + known(&mut self.log_sources, |one| one.name.clone())
    }
}

impl LoadBalancer {
    fn once(&mut self) -> usize {
        for ids in [&mut self.security_groups, &mut self.subnets, &mut self.zones] {
            once(ids, String::clone);
        }
        let mut twice = known(&mut self.listeners, |one| one.id.clone());
        if let Fact::Known(listeners) = &mut self.listeners {
            for listener in listeners {
                twice += known(&mut listener.rules, |one| one.arn.clone());
            }
        }
        twice += targets(&mut self.instances);
        twice + known(&mut self.policies, |one| one.name.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::sample;

    #[test]
    fn what_is_there_twice_counts_once_and_is_told() {
        let web = || {
            sample::listening(&crate::inventory::Kind::Application, vec![sample::https(Vec::new())])
        };
        let first = web();
        let mut twice = web();
        let again = twice.accounts[0].clone();
        let region = &mut twice.accounts[0].regions[0];
        let copy = region.v2.items[0].clone();
        region.v2.items.extend([copy.clone(), copy]);
        let region = region.clone();
        twice.accounts[0].regions.push(region);
        twice.accounts.push(again);
        twice.keep_each_once();
        let notes = std::mem::take(&mut twice.accounts[0].notes);
        assert_eq!(twice, first);
        assert_eq!(notes, ["3 things are in the saved inventory twice, and counted once"]);
        let mut whole = web();
        whole.keep_each_once();
        assert_eq!(whole, first);
    }

    #[test]
    fn what_has_no_name_is_not_one() {
        let mut items = vec![("", 1), ("a", 2), ("", 3), ("a", 4)];
        assert_eq!(once(&mut items, |item| item.0), 1);
        assert_eq!(items, [("", 1), ("a", 2), ("", 3)]);
    }
}
