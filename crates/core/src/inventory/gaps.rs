//! Every gap of an inventory, for the part of a report that says what could not be read.

use super::{Account, Inventory, Listener, LoadBalancer, Region};
use crate::fact::{Fact, Gap};

impl Inventory {
    /// Calls `visit` with the account's id and each gap of it, in the inventory's order.
    pub fn visit_gaps<'a>(&'a self, mut visit: impl FnMut(&'a str, &'a Gap)) {
        for account in &self.accounts {
            account.visit_gaps(&mut |gap| visit(&account.id, gap));
        }
    }
}

/// Shows the gap of a fact, if it has one.
fn show<'a, T>(fact: &'a Fact<T>, visit: &mut dyn FnMut(&'a Gap)) {
    if let Fact::Unread(gap) = fact {
        visit(gap);
    }
}

impl Account {
    fn visit_gaps<'a>(&'a self, visit: &mut dyn FnMut(&'a Gap)) {
        show(&self.caller, visit);
        show(&self.region_list, visit);
        show(&self.server_certificates, visit);
        for certificate in self.server_certificates.get().into_iter().flatten() {
            show(&certificate.key_algorithm, visit);
        }
        for region in &self.regions {
            region.visit_gaps(visit);
        }
    }
}

impl Region {
    /// Calls `visit` with each gap of the region.
    pub fn visit_gaps<'a>(&'a self, visit: &mut dyn FnMut(&'a Gap)) {
        show(&self.classic.rest, visit);
        show(&self.v2.rest, visit);
        show(&self.target_groups, visit);
        show(&self.ssl_policies, visit);
        show(&self.trust_stores, visit);
        show(&self.security_groups, visit);
        show(&self.subnets, visit);
        show(&self.route_tables, visit);
        show(&self.block_public_access, visit);
        show(&self.log_sources, visit);
        show(&self.log_deliveries, visit);
        if let Fact::Known(block) = &self.block_public_access {
            show(&block.exclusions, visit);
        }
        for entries in self.prefix_lists.values() {
            show(entries, visit);
        }
        for certificate in self.certificates.values() {
            show(certificate, visit);
            if let Fact::Known(certificate) = certificate {
                show(&certificate.key_algorithm, visit);
            }
        }
        if let Fact::Known(groups) = &self.target_groups {
            for group in groups {
                show(&group.targets, visit);
                show(&group.attributes, visit);
            }
        }
        for lb in self.load_balancers() {
            lb.visit_gaps(visit);
        }
    }
}

impl LoadBalancer {
    fn visit_gaps<'a>(&'a self, visit: &mut dyn FnMut(&'a Gap)) {
        show(&self.attributes, visit);
        show(&self.tags, visit);
        show(&self.web_acl, visit);
        show(&self.policies, visit);
        show(&self.instances, visit);
        show(&self.listeners, visit);
        if let Fact::Known(listeners) = &self.listeners {
            for listener in listeners {
                listener.visit_gaps(visit);
            }
        }
    }
}

impl Listener {
    fn visit_gaps<'a>(&'a self, visit: &mut dyn FnMut(&'a Gap)) {
        show(&self.certificates, visit);
        show(&self.rules, visit);
        show(&self.attributes, visit);
    }
}
