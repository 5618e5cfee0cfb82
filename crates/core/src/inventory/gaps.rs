//! Every gap of an inventory, for the part of a report that says what could not be read.

use super::{Account, Inventory, Listener, LoadBalancer, Region};
use crate::vocab::fact::{Fact, Gap};

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
    /// Calls `visit` with each gap of the account, those of its regions among them.
    pub fn visit_gaps<'a>(&'a self, visit: &mut dyn FnMut(&'a Gap)) {
        self.visit_own_gaps(visit);
        for region in &self.regions {
            region.visit_gaps(visit);
        }
    }

    /// The same without its regions.
    pub fn visit_own_gaps<'a>(&'a self, visit: &mut dyn FnMut(&'a Gap)) {
        show(&self.access, visit);
        show(&self.organizational_unit, visit);
        show(&self.caller, visit);
        show(&self.region_list, visit);
        show(&self.server_certificates, visit);
        for certificate in self.server_certificates.get().into_iter().flatten() {
            show(&certificate.key_algorithm, visit);
            show(&certificate.detail, visit);
        }
        show(&self.shield, visit);
        show(&self.distributions, visit);
        show(&self.vpc_origins, visit);
        show(&self.accelerators, visit);
        for accelerator in self.accelerators.get().into_iter().flatten() {
            show(&accelerator.endpoints, visit);
        }
        show(&self.dns_records, visit);
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
        self.visit_surroundings(visit);
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
                show(&certificate.detail, visit);
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

impl Region {
    /// What only some checks ask about.
    fn visit_surroundings<'a>(&'a self, visit: &mut dyn FnMut(&'a Gap)) {
        show(&self.vpcs, visit);
        show(&self.network_acls, visit);
        show(&self.network_interfaces, visit);
        show(&self.stale_rules, visit);
        show(&self.encryption_controls, visit);
        show(&self.flow_logs, visit);
        show(&self.endpoint_services, visit);
        for service in self.endpoint_services.get().into_iter().flatten() {
            show(&service.principals, visit);
        }
        show(&self.vpc_endpoints, visit);
        show(&self.rest_links, visit);
        show(&self.http_links, visit);
        show(&self.auto_scaling_groups, visit);
        show(&self.logged_web_acls, visit);
        show(&self.classic_waf, visit);
        show(&self.limits, visit);
        for acl in self.web_acls.values().chain(self.rule_groups.values()) {
            show(acl, visit);
        }
        for policy in self.functions.values() {
            show(policy, visit);
        }
        for pool in self.user_pools.values() {
            show(pool, visit);
        }
        for bucket in self.log_buckets.values() {
            show(&bucket.state, visit);
            show(&bucket.policy_is_public, visit);
            show(&bucket.public_access_blocked, visit);
            for newest in bucket.newest.values() {
                show(newest, visit);
            }
        }
        for tags in self.tags.values() {
            show(tags, visit);
        }
        for store in self.trust_stores.get().into_iter().flatten() {
            show(&store.revocation_lists, visit);
            show(&store.shared_with, visit);
            show(&store.users, visit);
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
        show(&self.traffic, visit);
        show(&self.reserved_capacity, visit);
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
