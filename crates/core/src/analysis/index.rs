//! What a region holds, by id: made once a region, so that no judge searches a list for each subject.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::rc::Rc;

use super::owner::{self, Owners};
use super::presenters::{Presented, Presenters};
use super::route_table::Routing;
use ipnet::IpNet;

use crate::inventory::{
    Account, AutoScalingGroup, Certificate, EndpointService, Inventory, Kind, LoadBalancer,
    LogSource, NetworkAcl, NetworkInterface, Region, RouteTable, SecurityGroup, Subnet,
    TargetGroup, TargetType, TrustStore, Vpc,
};
use crate::vocab::call::Call;
use crate::vocab::fact::{Fact, Gap, Reason};
use crate::vocab::partial::Partial;

/// The region's lists by id. Every look-up answers with the gap of the list it needs.
pub struct Index<'a> {
    region: &'a Region,
    target_groups: HashMap<&'a str, &'a TargetGroup>,
    groups_of: HashMap<&'a str, Vec<&'a TargetGroup>>,
    security_groups: HashMap<&'a str, &'a SecurityGroup>,
    tables_by_subnet: HashMap<&'a str, Rc<Routing<'a>>>,
    main_tables: HashMap<&'a str, Rc<Routing<'a>>>,
    log_sources: HashMap<&'a str, Vec<&'a LogSource>>,
    server_certificates: HashMap<&'a str, &'a Certificate>,
    subnets: HashMap<&'a str, &'a Subnet>,
    vpcs: HashMap<&'a str, &'a Vpc>,
    acls_by_subnet: HashMap<&'a str, &'a NetworkAcl>,
    default_acls: HashMap<&'a str, &'a NetworkAcl>,
    by_instance: HashMap<&'a str, Vec<&'a NetworkInterface>>,
    by_address: HashMap<IpAddr, Vec<&'a NetworkInterface>>,
    by_prefix: HashMap<IpNet, Vec<&'a NetworkInterface>>,
    prefix_lengths: BTreeSet<u8>,
    by_description: HashMap<&'a str, Vec<&'a NetworkInterface>>,
    scaling_groups: HashMap<&'a str, Vec<&'a AutoScalingGroup>>,
    endpoint_services: HashMap<&'a str, Vec<&'a EndpointService>>,
    groups_with: HashMap<&'a str, Vec<&'a TargetGroup>>,
    trust_stores: HashMap<&'a str, &'a TrustStore>,
    presented: Presented<'a>,
    load_balancers: HashMap<&'a str, &'a LoadBalancer>,
    network_load_balancers: HashMap<Option<&'a str>, Vec<&'a LoadBalancer>>,
    unread_groups: HashMap<Option<&'a str>, Vec<&'a TargetGroup>>,
    groups_unread: Vec<&'a TargetGroup>,
    members: HashMap<&'a str, Vec<&'a LoadBalancer>>,
    unread_addresses: Option<&'a Gap>,
    owners: Owners<'a>,
}

impl<'a> Index<'a> {
    fn empty(region: &'a Region) -> Self {
        Index {
            region,
            target_groups: HashMap::new(),
            groups_of: HashMap::new(),
            security_groups: HashMap::new(),
            tables_by_subnet: HashMap::new(),
            main_tables: HashMap::new(),
            log_sources: HashMap::new(),
            server_certificates: HashMap::new(),
            subnets: HashMap::new(),
            vpcs: HashMap::new(),
            acls_by_subnet: HashMap::new(),
            default_acls: HashMap::new(),
            by_instance: HashMap::new(),
            by_address: HashMap::new(),
            by_prefix: HashMap::new(),
            prefix_lengths: BTreeSet::new(),
            by_description: HashMap::new(),
            scaling_groups: HashMap::new(),
            endpoint_services: HashMap::new(),
            groups_with: HashMap::new(),
            trust_stores: HashMap::new(),
            presented: Presented::in_region(region),
            load_balancers: HashMap::new(),
            network_load_balancers: HashMap::new(),
            unread_groups: HashMap::new(),
            groups_unread: Vec::new(),
            members: HashMap::new(),
            unread_addresses: None,
            owners: Owners::default(),
        }
    }

    /// Reads every list of the region once. Without account, certificates kept in IAM are not found.
    #[must_use]
    pub fn new(account: Option<&'a Account>, region: &'a Region) -> Self {
        Index::with(Owners::new(account, region), account, region)
    }

    fn with(owners: Owners<'a>, account: Option<&'a Account>, region: &'a Region) -> Self {
        let mut index = Index::empty(region);
        // Of route tables and network ACLs a participant sees those of the subnets that it shares: these count.
        for (vpc, owner) in owners.answers() {
            index.places(owner, |own| own == vpc);
        }
        index.owners = owners;
        for group in region.target_groups.get().into_iter().flatten() {
            index.target_groups.insert(&group.arn, group);
            for arn in &group.load_balancer_arns {
                index.groups_of.entry(arn).or_default().push(group);
            }
            if group.targets.gap().is_some() {
                index.groups_unread.push(group);
            }
            for target in group.targets.get().into_iter().flatten() {
                let groups = index.groups_with.entry(&target.id).or_default();
                if groups.last().is_none_or(|last| last.arn != group.arn) {
                    groups.push(group);
                }
            }
        }
        for group in region.security_groups.get().into_iter().flatten() {
            index.security_groups.insert(&group.id, group);
        }
        for source in region.log_sources.get().into_iter().flatten() {
            for arn in &source.resource_arns {
                index.log_sources.entry(arn).or_default().push(source);
            }
        }
        let certificates = account.map(|account| account.server_certificates.get());
        for certificate in certificates.into_iter().flatten().flatten() {
            index.server_certificates.insert(&certificate.arn, certificate);
        }
        index.network();
        index.fronts();
        index.load_balancers();
        index
    }

    /// The same where the owners of shared VPCs may be in the same scan.
    #[must_use]
    pub fn within(inventory: &'a Inventory, account: &'a Account, region: &'a Region) -> Self {
        let mut owners = Owners::new(Some(account), region);
        owners.ask(inventory, account, region);
        Index::with(owners, Some(account), region)
    }

    /// Adds VPCs with their subnets, route tables and network ACLs. What is added later counts.
    fn places(&mut self, region: &'a Region, is_meant: impl Fn(&str) -> bool) {
        let tables = region.route_tables.get().into_iter().flatten();
        for table in tables.filter(|table| is_meant(&table.vpc_id)) {
            let routing = Rc::new(Routing::of(region, table));
            let subnets = table.subnets.iter().map(|subnet| (subnet.as_str(), routing.clone()));
            self.tables_by_subnet.extend(subnets);
            if table.main {
                self.main_tables.insert(&table.vpc_id, routing);
            }
        }
        let acls = region.network_acls.get().into_iter().flatten();
        for acl in acls.filter(|acl| is_meant(&acl.vpc_id)) {
            self.acls_by_subnet.extend(acl.subnets.iter().map(|subnet| (subnet.as_str(), acl)));
            if acl.is_default {
                self.default_acls.insert(&acl.vpc_id, acl);
            }
        }
        let subnets = region.subnets.get().into_iter().flatten();
        for subnet in subnets.filter(|subnet| is_meant(&subnet.vpc_id)) {
            self.subnets.insert(&subnet.id, subnet);
        }
        let vpcs = region.vpcs.get().into_iter().flatten();
        for vpc in vpcs.filter(|vpc| is_meant(&vpc.id)) {
            self.vpcs.insert(&vpc.id, vpc);
        }
    }

    /// The account that a VPC belongs to, where it is another one.
    #[must_use]
    pub fn foreign_owner(&self, vpc: Option<&str>) -> Option<&'a str> {
        self.owners.foreign(vpc)
    }

    /// What the account says that a subnet's VPC belongs to; without subnet the VPC itself.
    pub(crate) fn of_owner<T>(
        &self,
        place: (Option<&str>, &str),
        call: Call,
        of: impl Fn(&'a Region) -> &'a Fact<T>,
    ) -> Result<&'a T, Gap> {
        self.owners.say(self.region, place, call, of)
    }

    fn network(&mut self) {
        let region = self.region;
        self.places(region, |_| true);
        for interface in region.network_interfaces.get().into_iter().flatten() {
            if let Some(instance) = &interface.instance_id {
                self.by_instance.entry(instance).or_default().push(interface);
            }
            if let Some(description) = &interface.description {
                self.by_description.entry(description).or_default().push(interface);
            }
            for address in &interface.addresses {
                self.by_address.entry(*address).or_default().push(interface);
            }
            for prefix in &interface.prefixes {
                self.by_prefix.entry(prefix.trunc()).or_default().push(interface);
                self.prefix_lengths.insert(prefix.prefix_len());
            }
        }
    }

    fn fronts(&mut self) {
        let region = self.region;
        for lb in region.load_balancers() {
            for group in &lb.security_groups {
                self.members.entry(group).or_default().push(lb);
            }
        }
        for group in region.auto_scaling_groups.get().into_iter().flatten() {
            for name in group.load_balancers.iter().chain(&group.target_groups) {
                self.scaling_groups.entry(name).or_default().push(group);
            }
        }
        for service in region.endpoint_services.get().into_iter().flatten() {
            for arn in &service.load_balancers {
                self.endpoint_services.entry(arn).or_default().push(service);
            }
        }
        for store in region.trust_stores.get().into_iter().flatten() {
            self.trust_stores.insert(&store.arn, store);
        }
    }

    fn load_balancers(&mut self) {
        let region = self.region;
        for lb in region.load_balancers() {
            self.load_balancers.insert(&lb.arn, lb);
            if lb.kind == Kind::Network && !lb.is_private() {
                self.network_load_balancers.entry(lb.vpc_id.as_deref()).or_default().push(lb);
            }
        }
        for group in region.target_groups.get().into_iter().flatten() {
            let Some(gap) = group.targets.gap() else { continue };
            let arns = group.load_balancer_arns.iter();
            let mut fronts = arns.map(|arn| self.load_balancers.get(arn.as_str()));
            let is_reached = fronts.any(|lb| lb.is_none_or(|lb| !lb.is_private()));
            if is_reached && group.may_hold_load_balancer() {
                self.unread_groups.entry(group.vpc_id.as_deref()).or_default().push(group);
            }
            let by_address =
                matches!(group.target_type, None | Some(TargetType::Ip | TargetType::Other(_)));
            if is_reached && by_address {
                self.unread_addresses.get_or_insert(gap);
            }
        }
    }

    /// The load balancer with this ARN.
    pub fn load_balancer(&self, arn: &str) -> Result<&'a LoadBalancer, Gap> {
        if let Some(lb) = self.load_balancers.get(arn) {
            return Ok(lb);
        }
        self.region.v2.rest.get()?;
        Err(self.absent(Call::ElbV2DescribeLoadBalancers, arn))
    }

    /// The Network load balancers that may be in a VPC and may have public addresses.
    pub fn network_load_balancers(
        &self,
        vpc: Option<&'a str>,
    ) -> impl Iterator<Item = &'a LoadBalancer> {
        perhaps_in(&self.network_load_balancers, vpc)
    }

    /// The target groups that may be in a VPC and may hold an Application load balancer, it is not known which,
    /// and that a load balancer with public addresses may forward to.
    pub fn unread_groups_of_load_balancers(
        &self,
        vpc: Option<&'a str>,
    ) -> impl Iterator<Item = &'a TargetGroup> {
        perhaps_in(&self.unread_groups, vpc)
    }

    /// The gap of a target group whose addresses are not known, and that a load balancer with public
    /// addresses may forward to.
    #[must_use]
    pub fn unread_addresses(&self) -> Option<&'a Gap> {
        self.unread_addresses
    }

    /// The subnet with this id.
    pub fn subnet(&self, id: &str) -> Result<&'a Subnet, Gap> {
        self.found(&self.subnets, id, &self.region.subnets, Call::Ec2DescribeSubnets)
    }

    /// The VPC with this id.
    pub fn vpc(&self, id: &str) -> Result<&'a Vpc, Gap> {
        self.found(&self.vpcs, id, &self.region.vpcs, Call::Ec2DescribeVpcs)
    }

    /// The network ACL of this subnet: the one that names it, or else its VPC's default one.
    pub fn network_acl(&self, subnet: &str, vpc: Option<&str>) -> Result<&'a NetworkAcl, Gap> {
        let call = Call::Ec2DescribeNetworkAcls;
        if let Some(acl) = self.acls_by_subnet.get(subnet) {
            return Ok(acl);
        }
        self.of_vpc(&self.default_acls, (vpc, subnet), &self.region.network_acls, call).copied()
    }

    /// The interfaces of this instance; none when it has none any more.
    pub fn interfaces_of(&self, instance: &str) -> Result<&[&'a NetworkInterface], Gap> {
        self.region.network_interfaces.get()?;
        Ok(self.by_instance.get(instance).map_or(&[], Vec::as_slice))
    }

    /// The interfaces of a VPC that have this private address, or were handed a block with it; none when nobody
    /// has it. In another account's VPC that account alone sees whose it is.
    pub fn interfaces_at(
        &self,
        address: IpAddr,
        vpc: Option<&str>,
    ) -> Result<Vec<&'a NetworkInterface>, Gap> {
        self.region.network_interfaces.get()?;
        let block = |length: &u8| Some(IpNet::new(address, *length).ok()?.trunc());
        let blocks = self.prefix_lengths.iter().filter_map(block);
        let whole = blocks.filter_map(|block| self.by_prefix.get(&block));
        let own = self.by_address.get(&address);
        let mut found: Vec<_> = own.into_iter().chain(whole).flatten().copied().collect();
        found.retain(|interface| interface.vpc_id.as_deref() == vpc);
        match self.owners.foreign(vpc) {
            Some(owner) if found.is_empty() && !self.was_asked(owner) => {
                let call = Call::Ec2DescribeNetworkInterfaces;
                Err(owner::gap(self.region, call, &address.to_string()).saying(owner))
            }
            _ => Ok(found),
        }
    }

    /// Whether an account was asked, too, whose interfaces have the targets' addresses.
    fn was_asked(&self, owner: &str) -> bool {
        self.region.interfaces_from.iter().any(|asked| asked == owner)
    }

    /// The interfaces that AWS describes like this: `ELB app/web/50dc6c495c0c9188` are those of a load
    /// balancer. Of all interfaces only those of targets are known.
    pub fn interfaces_described(&self, text: &str) -> Result<&[&'a NetworkInterface], Gap> {
        self.region.network_interfaces.get()?;
        Ok(self.by_description.get(text).map_or(&[], Vec::as_slice))
    }

    /// The Auto Scaling groups that register with this: a Classic load balancer's name or a target
    /// group's ARN.
    pub fn scaling_groups(&self, name: &str) -> Result<&[&'a AutoScalingGroup], Gap> {
        self.region.auto_scaling_groups.get()?;
        Ok(self.scaling_groups.get(name).map_or(&[], Vec::as_slice))
    }

    /// The endpoint services in front of this load balancer.
    pub fn endpoint_services(&self, lb: &str) -> Result<&[&'a EndpointService], Gap> {
        self.region.endpoint_services.get()?;
        Ok(self.endpoint_services.get(lb).map_or(&[], Vec::as_slice))
    }

    /// The target groups that this target is known to be registered with: an instance, an address, a
    /// function or an Application load balancer. Groups whose targets are unread may hold it too.
    pub fn groups_with(&self, target: &str) -> Result<&[&'a TargetGroup], Gap> {
        self.region.target_groups.get()?;
        Ok(self.groups_with.get(target).map_or(&[], Vec::as_slice))
    }

    /// The trust store with this ARN. One of another account is in no list of this account's.
    pub fn trust_store(&self, account: &Account, arn: &str) -> Result<&'a TrustStore, Gap> {
        let call = Call::ElbV2DescribeTrustStores;
        match arn.split(':').nth(4) {
            Some(owner) if owner != account.id => {
                let gap = Gap::new(call, Reason::Unavailable).in_region(&self.region.name).of(arn);
                Err(gap.saying(format!("a trust store of account {owner}")))
            }
            _ => {
                self.region.trust_stores.get()?;
                self.trust_stores.get(arn).copied().ok_or_else(|| self.absent(call, arn))
            }
        }
    }

    /// Who presents this certificate in the region.
    #[must_use]
    pub fn presenters(&self, certificate: &str) -> Partial<Option<&Presenters<'a>>> {
        let mut presenters = Partial::whole(self.presented.found.get(certificate));
        presenters.add_gap(self.presented.gap().cloned());
        presenters
    }

    /// The target groups whose targets are unread.
    #[must_use]
    pub fn groups_unread(&self) -> &[&'a TargetGroup] {
        &self.groups_unread
    }

    /// Whether a load balancer of the region has this security group: whoever is in it comes from one.
    pub fn is_load_balancers(&self, group: &str) -> Result<bool, Gap> {
        if self.members.contains_key(group) {
            return Ok(true);
        }
        self.region.v2.rest.get()?;
        self.region.classic.rest.get()?;
        Ok(false)
    }

    /// The load balancers of the region that are known to have this security group.
    #[must_use]
    pub fn members(&self, group: &str) -> &[&'a LoadBalancer] {
        self.members.get(group).map_or(&[], Vec::as_slice)
    }

    /// The region.
    #[must_use]
    pub fn region(&self) -> &'a Region {
        self.region
    }

    /// The target group with this ARN.
    pub fn target_group(&self, arn: &str) -> Result<&'a TargetGroup, Gap> {
        self.region.target_groups.get()?;
        self.target_groups
            .get(arn)
            .copied()
            .ok_or_else(|| self.absent(Call::ElbV2DescribeTargetGroups, arn))
    }

    /// Whether the region has a target group with this ARN.
    pub fn has_target_group(&self, arn: &str) -> Result<bool, Gap> {
        self.region.target_groups.get()?;
        Ok(self.target_groups.contains_key(arn))
    }

    /// The target groups that this load balancer routes to.
    pub fn groups_of(&self, lb: &str) -> Result<&[&'a TargetGroup], Gap> {
        self.region.target_groups.get()?;
        Ok(self.groups_of.get(lb).map_or(&[], Vec::as_slice))
    }

    /// The security group with this id.
    pub fn security_group(&self, id: &str) -> Result<&'a SecurityGroup, Gap> {
        self.region.security_groups.get()?;
        self.security_groups
            .get(id)
            .copied()
            .ok_or_else(|| self.absent(Call::Ec2DescribeSecurityGroups, id))
    }

    /// The route table of this subnet: the one it names, or else its VPC's main one.
    pub fn route_table(&self, subnet: &str, vpc: Option<&str>) -> Result<&'a RouteTable, Gap> {
        Ok(self.routing(subnet, vpc)?.table)
    }

    /// The same with what it comes to.
    pub(crate) fn routing(&self, subnet: &str, vpc: Option<&str>) -> Result<&Routing<'a>, Gap> {
        let call = Call::Ec2DescribeRouteTables;
        let own = match self.tables_by_subnet.get(subnet) {
            Some(routing) => routing,
            None => {
                self.of_vpc(&self.main_tables, (vpc, subnet), &self.region.route_tables, call)?
            }
        };
        Ok(own.as_ref())
    }

    /// The log sources about this load balancer.
    pub fn log_sources(&self, lb: &str) -> Result<&[&'a LogSource], Gap> {
        self.region.log_sources.get()?;
        Ok(self.log_sources.get(lb).map_or(&[], Vec::as_slice))
    }

    /// The certificate with this ARN, from ACM or IAM.
    pub fn certificate(&self, account: &'a Account, arn: &str) -> Result<&'a Certificate, Gap> {
        if arn.split(':').nth(2) == Some("iam") {
            account.server_certificates.get()?;
            let gap = || Gap::new(Call::IamListServerCertificates, Reason::NotFound).of(arn);
            return self.server_certificates.get(arn).copied().ok_or_else(gap);
        }
        let unexpected_value = |said| {
            Gap::new(Call::AcmDescribeCertificate, Reason::Malformed)
                .in_region(&self.region.name)
                .of(arn)
                .saying(said)
        };
        match self.region.certificates.get(arn) {
            Some(fact) => fact.get(),
            None if !arn.starts_with("arn:") => {
                Err(unexpected_value(format!("{arn} is no certificate ARN")))
            }
            None => Err(Gap::new(Call::AcmDescribeCertificate, Reason::NotCollected)
                .in_region(&self.region.name)
                .of(arn)),
        }
    }

    /// Something by its id, or why it is not known.
    fn found<T>(
        &self,
        all: &HashMap<&'a str, &'a T>,
        id: &str,
        list: &'a Fact<Vec<T>>,
        call: Call,
    ) -> Result<&'a T, Gap> {
        match all.get(id) {
            Some(found) => Ok(found),
            None => list.get().and_then(|_| Err(self.absent(call, id))),
        }
    }

    /// What a VPC has for the subnets that name nothing else.
    fn of_vpc<'b, T, L>(
        &self,
        all: &'b HashMap<&'a str, T>,
        (vpc, subnet): (Option<&str>, &str),
        list: &Fact<L>,
        call: Call,
    ) -> Result<&'b T, Gap> {
        if let Some(found) = vpc.and_then(|vpc| all.get(vpc)) {
            return Ok(found);
        }
        list.get()?;
        Err(match self.owners.foreign(vpc) {
            Some(owner) => owner::gap(self.region, call, subnet).saying(owner),
            None => self.absent(call, subnet),
        })
    }

    /// The gap of something that a complete list does not hold.
    fn absent(&self, call: Call, id: &str) -> Gap {
        Gap::new(call, Reason::NotFound).in_region(&self.region.name).of(id)
    }
}

/// What is in a VPC, and what is in one that is not known; everything if that VPC itself is not known.
fn perhaps_in<'a, T>(
    all: &HashMap<Option<&'a str>, Vec<&'a T>>,
    vpc: Option<&'a str>,
) -> impl Iterator<Item = &'a T> {
    let own = all.get(&vpc).into_iter();
    let unknown = all.get(&None).into_iter().filter(move |_| vpc.is_some());
    let others = all.iter().filter(move |(of, _)| vpc.is_none() && of.is_some());
    own.chain(unknown).chain(others.map(|(_, many)| many)).flatten().copied()
}
