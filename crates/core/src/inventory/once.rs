//! What is in an inventory twice: a saved one may come from anywhere. What has a name of its own counts once, and of two
//! that are not alike nobody knows which is right.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;

use super::{Account, Inventory, LoadBalancer, Region, Target};
use crate::vocab::fact::Fact;

/// Something that is in an inventory twice, and not alike.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it holds {0} twice, and not alike")]
pub struct Contradiction(String);

/// What was found twice.
#[derive(Debug, Default)]
struct Twice {
    number: usize,
    /// The first that is not alike.
    odd: Option<String>,
}

impl Twice {
    /// Keeps the first of those with the same identity. What has none, because it is empty, stays.
    fn keep<T: PartialEq, K: Hash + Eq + Default + Debug>(
        &mut self,
        items: &mut Vec<T>,
        id: impl Fn(&T) -> K,
    ) {
        if items.len() < 2 {
            return;
        }
        let nameless = K::default();
        let mut places: HashMap<K, usize> = HashMap::with_capacity(items.len());
        let mut kept: Vec<T> = Vec::with_capacity(items.len());
        for item in std::mem::take(items) {
            let id = id(&item);
            if let Some(place) = places.get(&id) {
                self.number += 1;
                if kept[*place] != item {
                    self.odd.get_or_insert_with(|| format!("{id:?}"));
                }
                continue;
            }
            if id != nameless {
                places.insert(id, kept.len());
            }
            kept.push(item);
        }
        *items = kept;
    }

    fn known<T: PartialEq, K: Hash + Eq + Default + Debug>(
        &mut self,
        items: &mut Fact<Vec<T>>,
        id: impl Fn(&T) -> K,
    ) {
        if let Fact::Known(items) = items {
            self.keep(items, id);
        }
    }

    /// A target may be there with several ports and, under one address, in several zones.
    fn targets(&mut self, targets: &mut Fact<Vec<Target>>) {
        self.known(targets, |one| (one.id.clone(), one.port, one.zone.clone()));
    }
}

impl Inventory {
    /// Leaves each account, region, load balancer and whatever else has an id in it once, and says so in the
    /// account's notes.
    ///
    /// # Errors
    /// When two of them are not alike. Regions of which one is not read are no contradiction: the other one stays.
    pub fn keep_each_once(&mut self) -> Result<(), Contradiction> {
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
        for mut parts in parts {
            let mut twice = Twice { number: parts.len() - 1, odd: None };
            for region in parts.iter_mut().flat_map(|account| &mut account.regions) {
                region.once(&mut twice);
            }
            regions_are_alike(&parts)?;
            let Some(mut account) = together(parts) else { continue };
            account.once(&mut twice);
            if let Some(odd) = twice.odd {
                return Err(Contradiction(odd));
            }
            if twice.number > 0 {
                account.note_twice(twice.number);
            }
            self.accounts.push(account);
        }
        Ok(())
    }
}

/// Whether those that are read more than once are read alike.
fn regions_are_alike(parts: &[Account]) -> Result<(), Contradiction> {
    let mut read: HashMap<&str, &Region> = HashMap::new();
    for region in parts.iter().flat_map(|account| &account.regions) {
        if !region.is_read() {
            continue;
        }
        if let Some(other) = read.insert(&region.name, region)
            && other != region
        {
            return Err(Contradiction(format!("region {}", region.name)));
        }
    }
    Ok(())
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

    fn once(&mut self, twice: &mut Twice) {
        let regions = self.regions.len();
        self.absorb_regions(Vec::new());
        twice.number += regions - self.regions.len();
        twice.known(&mut self.server_certificates, |one| one.arn.clone());
        twice.known(&mut self.distributions, |one| one.id.clone());
        twice.known(&mut self.vpc_origins, |one| one.id.clone());
        twice.known(&mut self.accelerators, |one| one.arn.clone());
    }
}

impl Region {
    fn once(&mut self, twice: &mut Twice) {
        for list in [&mut self.classic, &mut self.v2] {
            twice.keep(&mut list.items, |one| one.arn.clone());
            for lb in &mut list.items {
                lb.once(twice);
            }
        }
        twice.known(&mut self.target_groups, |one| one.arn.clone());
        if let Fact::Known(groups) = &mut self.target_groups {
            for group in groups {
                twice.targets(&mut group.targets);
            }
        }
        twice.known(&mut self.ssl_policies, |one| one.name.clone());
        twice.known(&mut self.trust_stores, |one| one.arn.clone());
        twice.known(&mut self.security_groups, |one| one.id.clone());
        twice.known(&mut self.subnets, |one| one.id.clone());
        twice.known(&mut self.vpcs, |one| one.id.clone());
        twice.known(&mut self.network_acls, |one| one.id.clone());
        twice.known(&mut self.network_interfaces, |one| one.id.clone());
        twice.known(&mut self.encryption_controls, |one| one.vpc_id.clone());
        twice.known(&mut self.flow_logs, |one| one.id.clone());
        twice.known(&mut self.endpoint_services, |one| one.id.clone());
        twice.known(&mut self.vpc_endpoints, |one| one.id.clone());
        twice.known(&mut self.auto_scaling_groups, |one| one.arn.clone());
        twice.known(&mut self.route_tables, |one| one.id.clone());
        twice.known(&mut self.log_sources, |one| one.name.clone());
    }
}

impl LoadBalancer {
    fn once(&mut self, twice: &mut Twice) {
        // Nothing is meant by a group or zone that is named again.
        let mut ids = Twice::default();
        for texts in [&mut self.security_groups, &mut self.subnets, &mut self.zones] {
            ids.keep(texts, String::clone);
        }
        twice.known(&mut self.listeners, |one| one.id.clone());
        if let Fact::Known(listeners) = &mut self.listeners {
            for listener in listeners {
                twice.known(&mut listener.rules, |one| one.arn.clone());
            }
        }
        twice.targets(&mut self.instances);
        twice.known(&mut self.policies, |one| one.name.clone());
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
        twice.keep_each_once().unwrap();
        let notes = std::mem::take(&mut twice.accounts[0].notes);
        assert_eq!(twice, first);
        assert_eq!(notes, ["5 things are in the saved inventory twice, and counted once"]);
        let mut whole = web();
        whole.keep_each_once().unwrap();
        assert_eq!(whole, first);
    }

    #[test]
    fn what_has_no_name_is_not_one() {
        let mut items = vec![("", 1), ("a", 2), ("", 3), ("a", 2)];
        let mut twice = Twice::default();
        twice.keep(&mut items, |item| item.0);
        assert_eq!((twice.number, twice.odd), (1, None));
        assert_eq!(items, [("", 1), ("a", 2), ("", 3)]);
    }

    #[test]
    fn of_two_that_are_not_alike_none_is_believed() {
        let sample = || sample::clean(&crate::inventory::Kind::Application);
        let mut of_group = sample();
        let region = &mut of_group.accounts[0].regions[0];
        let Fact::Known(groups) = &mut region.security_groups else { panic!("{region:?}") };
        let mut open = groups[0].clone();
        open.name = Some("other".to_owned());
        groups.push(open);
        let said = of_group.keep_each_once().unwrap_err().to_string();
        assert!(
            said.starts_with("it holds \"sg-") && said.ends_with(" twice, and not alike"),
            "{said}"
        );
        let mut of_region = sample();
        let mut empty = of_region.accounts[0].regions[0].clone();
        empty.v2.items.clear();
        of_region.accounts[0].regions.insert(0, empty);
        let said = of_region.keep_each_once().unwrap_err().to_string();
        assert!(said.starts_with("it holds region "), "{said}");
        // Where one was not read, the other one tells.
        let mut part = sample();
        let mut skipped = part.accounts[0].regions[0].clone();
        skipped.skipped = Some("not asked".to_owned());
        part.accounts[0].regions.insert(0, skipped);
        part.keep_each_once().unwrap();
        assert_eq!(part.accounts[0].regions, sample().accounts[0].regions);
    }
}
