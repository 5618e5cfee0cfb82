//! Every fact of an inventory, the call that tells it, and how to hide it for a while.

use std::any::Any;
use std::collections::{BTreeMap, VecDeque};

use elb_audit_core::inventory::{Account, Certificate, Inventory, Listener, LoadBalancer, Region};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Gap, Reason};

/// A known fact.
pub(super) struct Known {
    /// Who tells it.
    pub(super) call: Call,
    /// Where it is, without the numbers of what is listed there.
    pub(super) shape: Vec<&'static str>,
    /// Where it is.
    pub(super) place: String,
    path: Vec<Step>,
    /// Whether no other known fact is inside.
    pub(super) is_leaf: bool,
}

/// The name of a field, and which of its items; none for the field itself.
type Step = (&'static str, Option<usize>);

/// A fact as it is walked past.
pub(super) struct Seen<'a> {
    /// How many known facts were walked past before.
    pub(super) number: usize,
    /// Who tells it.
    pub(super) call: Call,
    path: &'a [Step],
}

impl Seen<'_> {
    /// Whether it is where all facts of this shape are.
    pub(super) fn has_shape(&self, shape: &[&str]) -> bool {
        self.path.iter().map(|(name, _)| *name).eq(shape.iter().copied())
    }

    /// Whether it is this one, whatever is hidden around it.
    pub(super) fn is(&self, known: &Known) -> bool {
        self.path == known.path
    }
}

/// Every known fact, outer ones first: the number that each is [`Seen`] with is its place here.
pub(super) fn known(inventory: &mut Inventory) -> Vec<Known> {
    let mut found: Vec<Known> = Vec::new();
    let mut outer: Vec<(usize, Vec<Step>)> = Vec::new();
    walk(inventory, &mut |seen, fact| {
        if !fact.is_known() {
            return;
        }
        // A field is around all its items.
        let inside = |around: &Step, step: &Step| {
            around.0 == step.0 && (around.1.is_none() || around.1 == step.1)
        };
        outer.retain(|(_, path)| {
            path.len() < seen.path.len() && path.iter().zip(seen.path).all(|(a, b)| inside(a, b))
        });
        for (place, _) in &outer {
            found[*place].is_leaf = false;
        }
        outer.push((found.len(), seen.path.to_vec()));
        let step = |(name, number): &Step| {
            number.map_or_else(|| (*name).to_owned(), |number| format!("{name}/{number}"))
        };
        found.push(Known {
            call: seen.call,
            shape: seen.path.iter().map(|(name, _)| *name).collect(),
            place: seen.path.iter().map(step).collect::<Vec<_>>().join("/"),
            path: seen.path.to_vec(),
            is_leaf: true,
        });
    });
    found
}

/// What facts said that are hidden, outer ones first.
pub(super) struct Hidden(VecDeque<Box<dyn Any>>);

/// How the resource begins that the gap of a hidden fact names; its number follows.
const HIDDEN: &str = "hidden fact ";

/// The number of the hidden fact that a gap is about.
pub(super) fn number(resource: &str) -> Option<usize> {
    resource.strip_prefix(HIDDEN)?.parse().ok()
}

/// Hides the known facts that are to be hidden. Facts inside a hidden one are gone with it.
pub(super) fn hide(
    inventory: &mut Inventory,
    reason: Reason,
    is_to_be: impl Fn(&Seen) -> bool,
) -> Hidden {
    let mut hidden = VecDeque::new();
    walk(inventory, &mut |seen, fact| {
        if fact.is_known() && is_to_be(&seen) {
            let resource = format!("{HIDDEN}{}", seen.number);
            hidden.push_back(fact.hide(Gap::new(seen.call, reason).of(&resource)));
        }
    });
    Hidden(hidden)
}

/// Makes known again what was hidden.
pub(super) fn restore(inventory: &mut Inventory, Hidden(mut hidden): Hidden) {
    walk(inventory, &mut |_, fact| {
        if fact.is_hidden() {
            fact.restore(hidden.pop_front().expect("as many as were hidden"));
        }
    });
    assert!(hidden.is_empty(), "{} facts did not come back", hidden.len());
}

/// A fact of whatever type.
trait Hide {
    fn is_known(&self) -> bool;
    fn is_hidden(&self) -> bool;
    /// Gives what it was.
    fn hide(&mut self, gap: Gap) -> Box<dyn Any>;
    fn restore(&mut self, was: Box<dyn Any>);
}

impl<T: 'static> Hide for Fact<T> {
    fn is_known(&self) -> bool {
        self.gap().is_none()
    }

    fn is_hidden(&self) -> bool {
        let resource = self.gap().and_then(|gap| gap.resource.as_deref());
        resource.is_some_and(|resource| resource.starts_with(HIDDEN))
    }

    fn hide(&mut self, gap: Gap) -> Box<dyn Any> {
        Box::new(std::mem::replace(self, Fact::Unread(gap)))
    }

    fn restore(&mut self, was: Box<dyn Any>) {
        *self = *was.downcast().expect("the fact that was here");
    }
}

/// Looks at every fact, outer ones first.
fn walk(inventory: &mut Inventory, look: &mut dyn FnMut(Seen, &mut dyn Hide)) {
    let mut walk = Walk { path: Vec::new(), count: 0, look };
    walk.inside("accounts", &mut inventory.accounts, Walk::account);
}

struct Walk<'a> {
    path: Vec<Step>,
    count: usize,
    look: &'a mut dyn FnMut(Seen, &mut dyn Hide),
}

impl Walk<'_> {
    fn see<T: 'static>(&mut self, name: &'static str, call: Call, fact: &mut Fact<T>) {
        self.path.push((name, None));
        self.look(call, fact);
        self.path.pop();
    }

    /// The facts of a map.
    fn see_each<T: 'static>(
        &mut self,
        name: &'static str,
        call: Call,
        facts: &mut BTreeMap<String, Fact<T>>,
    ) {
        self.inside(name, facts.values_mut(), |walk, fact| walk.look(call, fact));
    }

    fn look(&mut self, call: Call, fact: &mut dyn Hide) {
        let number = self.count;
        self.count += usize::from(fact.is_known());
        (self.look)(Seen { number, call, path: &self.path }, fact);
    }

    /// What is inside the items of a field.
    fn inside<T>(
        &mut self,
        name: &'static str,
        items: impl IntoIterator<Item = T>,
        each: impl Fn(&mut Self, T),
    ) {
        for (number, item) in items.into_iter().enumerate() {
            self.path.push((name, Some(number)));
            each(self, item);
            self.path.pop();
        }
    }

    fn account(&mut self, account: &mut Account) {
        self.see("access", Call::StsAssumeRole, &mut account.access);
        let unit = &mut account.organizational_unit;
        self.see("organizational_unit", Call::OrganizationsListRoots, unit);
        self.see("caller", Call::StsGetCallerIdentity, &mut account.caller);
        self.see("region_list", Call::Ec2DescribeRegions, &mut account.region_list);
        let certificates = &mut account.server_certificates;
        self.see("server_certificates", Call::IamListServerCertificates, certificates);
        self.inside("server_certificates", items(certificates), |walk, one| {
            walk.certificate(one, Call::IamGetServerCertificate);
        });
        self.see("shield", Call::ShieldDescribeSubscription, &mut account.shield);
        let distributions = &mut account.distributions;
        self.see("distributions", Call::CloudFrontListDistributions, distributions);
        self.see("vpc_origins", Call::CloudFrontListVpcOrigins, &mut account.vpc_origins);
        let accelerators = &mut account.accelerators;
        self.see("accelerators", Call::GlobalAcceleratorListAccelerators, accelerators);
        self.inside("accelerators", items(accelerators), |walk, one| {
            walk.see("endpoints", Call::GlobalAcceleratorListEndpointGroups, &mut one.endpoints);
        });
        self.see("dns_records", Call::Route53ListResourceRecordSets, &mut account.dns_records);
        self.inside("regions", &mut account.regions, Self::region);
    }

    fn certificate(&mut self, certificate: &mut Certificate, algorithm: Call) {
        self.see("key_algorithm", algorithm, &mut certificate.key_algorithm);
        self.see("detail", Call::AcmDescribeCertificate, &mut certificate.detail);
    }

    fn region(&mut self, region: &mut Region) {
        self.see("classic/rest", Call::ElbDescribeLoadBalancers, &mut region.classic.rest);
        self.inside("classic", &mut region.classic.items, Self::classic);
        self.see("v2/rest", Call::ElbV2DescribeLoadBalancers, &mut region.v2.rest);
        self.inside("v2", &mut region.v2.items, Self::v2);
        self.see("target_groups", Call::ElbV2DescribeTargetGroups, &mut region.target_groups);
        self.inside("target_groups", items(&mut region.target_groups), |walk, group| {
            walk.see("targets", Call::ElbV2DescribeTargetHealth, &mut group.targets);
            let call = Call::ElbV2DescribeTargetGroupAttributes;
            walk.see("attributes", call, &mut group.attributes);
        });
        self.see("ssl_policies", Call::ElbV2DescribeSslPolicies, &mut region.ssl_policies);
        self.inside("certificates", region.certificates.values_mut(), |walk, fact| {
            walk.look(Call::AcmDescribeCertificate, fact);
            if let Fact::Known(one) = fact {
                walk.certificate(one, Call::AcmDescribeCertificate);
            }
        });
        self.see("trust_stores", Call::ElbV2DescribeTrustStores, &mut region.trust_stores);
        self.inside("trust_stores", items(&mut region.trust_stores), |walk, store| {
            let lists = &mut store.revocation_lists;
            walk.see("revocation_lists", Call::ElbV2DescribeTrustStoreRevocations, lists);
            walk.see("shared_with", Call::ElbV2GetResourcePolicy, &mut store.shared_with);
            walk.see("users", Call::ElbV2DescribeTrustStoreAssociations, &mut store.users);
        });
        self.network(region);
        self.fronts(region);
        self.surroundings(region);
    }

    fn network(&mut self, region: &mut Region) {
        self.see("security_groups", Call::Ec2DescribeSecurityGroups, &mut region.security_groups);
        self.see("subnets", Call::Ec2DescribeSubnets, &mut region.subnets);
        self.see("vpcs", Call::Ec2DescribeVpcs, &mut region.vpcs);
        self.see("network_acls", Call::Ec2DescribeNetworkAcls, &mut region.network_acls);
        let interfaces = &mut region.network_interfaces;
        self.see("network_interfaces", Call::Ec2DescribeNetworkInterfaces, interfaces);
        self.see("stale_rules", Call::Ec2DescribeStaleSecurityGroups, &mut region.stale_rules);
        let controls = &mut region.encryption_controls;
        self.see("encryption_controls", Call::Ec2DescribeVpcEncryptionControls, controls);
        self.see("flow_logs", Call::Ec2DescribeFlowLogs, &mut region.flow_logs);
        self.see("route_tables", Call::Ec2DescribeRouteTables, &mut region.route_tables);
        let call = Call::Ec2GetManagedPrefixListEntries;
        self.see_each("prefix_lists", call, &mut region.prefix_lists);
        let block = &mut region.block_public_access;
        self.see("block_public_access", Call::Ec2DescribeVpcBlockPublicAccessOptions, block);
        if let Fact::Known(block) = block {
            self.inside("block_public_access", [block], |walk, block| {
                let call = Call::Ec2DescribeVpcBlockPublicAccessExclusions;
                walk.see("exclusions", call, &mut block.exclusions);
            });
        }
    }

    fn fronts(&mut self, region: &mut Region) {
        let services = &mut region.endpoint_services;
        let call = Call::Ec2DescribeVpcEndpointServiceConfigurations;
        self.see("endpoint_services", call, services);
        self.inside("endpoint_services", items(services), |walk, service| {
            let call = Call::Ec2DescribeVpcEndpointServicePermissions;
            walk.see("principals", call, &mut service.principals);
        });
        self.see("vpc_endpoints", Call::Ec2DescribeVpcEndpoints, &mut region.vpc_endpoints);
        self.see("rest_links", Call::ApiGatewayGetVpcLinks, &mut region.rest_links);
        self.see("http_links", Call::ApiGatewayV2GetApis, &mut region.http_links);
        self.see_each("web_acls", Call::Wafv2GetWebAcl, &mut region.web_acls);
        self.see_each("rule_groups", Call::Wafv2GetRuleGroup, &mut region.rule_groups);
        let logged = &mut region.logged_web_acls;
        self.see("logged_web_acls", Call::Wafv2ListLoggingConfigurations, logged);
        self.see("classic_waf", Call::WafRegionalListWebAcls, &mut region.classic_waf);
    }

    fn surroundings(&mut self, region: &mut Region) {
        let groups = &mut region.auto_scaling_groups;
        self.see("auto_scaling_groups", Call::AutoScalingDescribeGroups, groups);
        self.see_each("functions", Call::LambdaGetPolicy, &mut region.functions);
        self.see_each("user_pools", Call::CognitoDescribeUserPool, &mut region.user_pools);
        self.inside("log_buckets", region.log_buckets.values_mut(), |walk, bucket| {
            walk.see("state", Call::S3HeadBucket, &mut bucket.state);
            let call = Call::S3GetBucketPolicyStatus;
            walk.see("policy_is_public", call, &mut bucket.policy_is_public);
            let call = Call::S3GetPublicAccessBlock;
            walk.see("public_access_blocked", call, &mut bucket.public_access_blocked);
            walk.see_each("newest", Call::S3ListObjectsV2, &mut bucket.newest);
        });
        self.see("limits", Call::ElbV2DescribeAccountLimits, &mut region.limits);
        self.see("log_sources", Call::LogsDescribeDeliverySources, &mut region.log_sources);
        self.see("log_deliveries", Call::LogsDescribeDeliveries, &mut region.log_deliveries);
    }

    fn v2(&mut self, lb: &mut LoadBalancer) {
        self.see("attributes", Call::ElbV2DescribeLoadBalancerAttributes, &mut lb.attributes);
        self.see("tags", Call::ElbV2DescribeTags, &mut lb.tags);
        self.see("listeners", Call::ElbV2DescribeListeners, &mut lb.listeners);
        self.inside("listeners", items(&mut lb.listeners), |walk, one: &mut Listener| {
            let call = Call::ElbV2DescribeListenerCertificates;
            walk.see("certificates", call, &mut one.certificates);
            walk.see("rules", Call::ElbV2DescribeRules, &mut one.rules);
            walk.see("attributes", Call::ElbV2DescribeListenerAttributes, &mut one.attributes);
        });
        self.see("web_acl", Call::Wafv2GetWebAclForResource, &mut lb.web_acl);
        self.see("policies", Call::ElbV2DescribeLoadBalancers, &mut lb.policies);
        self.see("instances", Call::ElbV2DescribeLoadBalancers, &mut lb.instances);
        self.measured(lb);
    }

    /// What the kind never has, the list itself tells.
    fn classic(&mut self, lb: &mut LoadBalancer) {
        let list = Call::ElbDescribeLoadBalancers;
        self.see("attributes", Call::ElbDescribeLoadBalancerAttributes, &mut lb.attributes);
        self.see("tags", Call::ElbDescribeTags, &mut lb.tags);
        self.see("listeners", list, &mut lb.listeners);
        self.inside("listeners", items(&mut lb.listeners), |walk, one: &mut Listener| {
            walk.see("certificates", list, &mut one.certificates);
            walk.see("rules", list, &mut one.rules);
            walk.see("attributes", list, &mut one.attributes);
        });
        self.see("web_acl", list, &mut lb.web_acl);
        self.see("policies", Call::ElbDescribeLoadBalancerPolicies, &mut lb.policies);
        self.see("instances", Call::ElbDescribeInstanceHealth, &mut lb.instances);
        self.measured(lb);
    }

    fn measured(&mut self, lb: &mut LoadBalancer) {
        self.see("traffic", Call::CloudWatchGetMetricData, &mut lb.traffic);
        let reserved = &mut lb.reserved_capacity;
        self.see("reserved_capacity", Call::ElbV2DescribeCapacityReservation, reserved);
    }
}

fn items<T>(fact: &mut Fact<Vec<T>>) -> &mut [T] {
    match fact {
        Fact::Known(items) => items,
        Fact::Unread(_) => &mut [],
    }
}
