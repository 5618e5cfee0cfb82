//! What a region holds, by id: made once a region, so that no judge searches a list for each subject.

use std::collections::HashMap;

use super::{Account, Certificate, LogSource, Region, RouteTable, SecurityGroup, TargetGroup};
use crate::call::Call;
use crate::fact::{Gap, Reason};

/// The region's lists by id. Every look-up answers with the gap of the list it needs.
pub struct Index<'a> {
    region: &'a Region,
    target_groups: HashMap<&'a str, &'a TargetGroup>,
    groups_of: HashMap<&'a str, Vec<&'a TargetGroup>>,
    security_groups: HashMap<&'a str, &'a SecurityGroup>,
    tables_by_subnet: HashMap<&'a str, &'a RouteTable>,
    main_tables: HashMap<&'a str, &'a RouteTable>,
    log_sources: HashMap<&'a str, Vec<&'a LogSource>>,
    server_certificates: HashMap<&'a str, &'a Certificate>,
}

impl<'a> Index<'a> {
    /// Reads every list of the region once. Without account, certificates kept in IAM are not found.
    #[must_use]
    pub fn new(account: Option<&'a Account>, region: &'a Region) -> Self {
        let mut index = Index {
            region,
            target_groups: HashMap::new(),
            groups_of: HashMap::new(),
            security_groups: HashMap::new(),
            tables_by_subnet: HashMap::new(),
            main_tables: HashMap::new(),
            log_sources: HashMap::new(),
            server_certificates: HashMap::new(),
        };
        for group in region.target_groups.get().into_iter().flatten() {
            index.target_groups.insert(&group.arn, group);
            for arn in &group.load_balancer_arns {
                index.groups_of.entry(arn).or_default().push(group);
            }
        }
        for group in region.security_groups.get().into_iter().flatten() {
            index.security_groups.insert(&group.id, group);
        }
        for table in region.route_tables.get().into_iter().flatten() {
            let subnets = table.subnets.iter().map(|subnet| (subnet.as_str(), table));
            index.tables_by_subnet.extend(subnets);
            if table.main {
                index.main_tables.insert(&table.vpc_id, table);
            }
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
        index
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
        self.region.route_tables.get()?;
        let own = self.tables_by_subnet.get(subnet);
        own.or_else(|| self.main_tables.get(vpc?))
            .copied()
            .ok_or_else(|| self.absent(Call::Ec2DescribeRouteTables, subnet))
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
        let odd = |said| {
            Gap::new(Call::AcmDescribeCertificate, Reason::Malformed)
                .in_region(&self.region.name)
                .of(arn)
                .saying(said)
        };
        match self.region.certificates.get(arn) {
            Some(fact) => fact.get(),
            None if !arn.starts_with("arn:") => Err(odd(format!("{arn} is no certificate ARN"))),
            None => Err(Gap::new(Call::AcmDescribeCertificate, Reason::NotCollected)
                .in_region(&self.region.name)
                .of(arn)),
        }
    }

    /// The gap of something that a complete list does not hold.
    fn absent(&self, call: Call, id: &str) -> Gap {
        Gap::new(call, Reason::NotFound).in_region(&self.region.name).of(id)
    }
}
