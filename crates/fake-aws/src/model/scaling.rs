//! Auto Scaling groups, whose instances load balancers serve.

use super::network::PRIVATE_SUBNETS;
use super::region::{Region, Resource};

/// An Auto Scaling group.
#[derive(Clone, Debug, Default)]
pub struct AutoScalingGroup {
    /// Unique in its region.
    pub name: String,
    /// Letters of its zones.
    pub zones: Vec<char>,
    /// Subnet ids.
    pub subnets: Vec<String>,
    /// Names of Classic load balancers.
    pub load_balancers: Vec<String>,
    /// Names or ARNs of target groups.
    pub target_groups: Vec<String>,
    /// Further sources of traffic: name or ARN, and type (`elb`, `elbv2`, `vpc-lattice`).
    pub traffic_sources: Vec<(String, String)>,
    /// `EC2`, or several with commas between, such as `EC2,ELB`.
    pub health_check: String,
    /// Ids of its instances.
    pub instances: Vec<String>,
}

impl AutoScalingGroup {
    /// An empty group in two zones, behind nothing, that looks at its instances' own health only.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            zones: vec!['a', 'b'],
            subnets: PRIVATE_SUBNETS.map(str::to_owned).to_vec(),
            health_check: "EC2".to_owned(),
            ..Self::default()
        }
    }

    /// Puts its instances in a target group, by name or ARN.
    pub fn behind(mut self, target_group: &str) -> Self {
        self.target_groups.push(target_group.to_owned());
        self
    }

    /// Puts its instances behind a Classic load balancer, by name.
    pub fn behind_classic(mut self, load_balancer: &str) -> Self {
        self.load_balancers.push(load_balancer.to_owned());
        self
    }

    /// Adds a source of traffic that is neither of these lists' own.
    pub fn traffic_source(mut self, identifier: &str, kind: &str) -> Self {
        self.traffic_sources.push((identifier.to_owned(), kind.to_owned()));
        self
    }

    /// Sets whose health checks count: `EC2`, `ELB`, `EC2,ELB` …
    pub fn health_check(mut self, kind: &str) -> Self {
        kind.clone_into(&mut self.health_check);
        self
    }

    /// Sets its zones, by letter.
    pub fn zones(mut self, letters: &[char]) -> Self {
        self.zones = letters.to_vec();
        self
    }

    /// Adds a healthy instance.
    pub fn instance(mut self, id: &str) -> Self {
        self.instances.push(id.to_owned());
        self
    }
}

impl Resource for AutoScalingGroup {
    fn place(self, region: &mut Region) {
        region.auto_scaling_groups.push(self);
    }
}
