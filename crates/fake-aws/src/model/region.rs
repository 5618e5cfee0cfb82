//! A region and all that is in it.

use super::certificate::Certificate;
use super::classic::ClassicLoadBalancer;
use super::delivery::{Delivery, DeliveryDestination, DeliverySource};
use super::encryption::EncryptionControl;
use super::endpoint::{EndpointService, VpcEndpoint};
use super::flow_log::FlowLog;
use super::function::LambdaFunction;
use super::gateway::{HttpApi, HttpVpcLink, VpcLink};
use super::interface::NetworkInterface;
use super::load_balancer::LoadBalancer;
use super::metric::Metric;
use super::network::{
    self, BlockPublicAccess, Permission, PrefixList, RouteTable, SecurityGroup, Subnet, Vpc,
};
use super::network_acl::NetworkAcl;
use super::scaling::AutoScalingGroup;
use super::target_group::{TargetGroup, TrustStore};
use super::user_pool::UserPool;
use super::waf::{ClassicWebAcl, RuleGroup, WebAcl};

/// What one region holds.
#[derive(Clone, Debug, Default)]
pub struct Region {
    /// Application, Network and Gateway load balancers.
    pub load_balancers: Vec<LoadBalancer>,
    /// Target groups.
    pub target_groups: Vec<TargetGroup>,
    /// Trust stores.
    pub trust_stores: Vec<TrustStore>,
    /// Classic load balancers.
    pub classic: Vec<ClassicLoadBalancer>,
    /// ACM certificates.
    pub certificates: Vec<Certificate>,
    /// Web ACLs.
    pub web_acls: Vec<WebAcl>,
    /// Rule groups that web ACLs refer to.
    pub rule_groups: Vec<RuleGroup>,
    /// Cognito's user pools.
    pub user_pools: Vec<UserPool>,
    /// Web ACLs of the first WAF.
    pub classic_web_acls: Vec<ClassicWebAcl>,
    /// VPCs.
    pub vpcs: Vec<Vpc>,
    /// Subnets.
    pub subnets: Vec<Subnet>,
    /// Route tables.
    pub route_tables: Vec<RouteTable>,
    /// Security groups.
    pub security_groups: Vec<SecurityGroup>,
    /// Network ACLs.
    pub network_acls: Vec<NetworkAcl>,
    /// Network interfaces.
    pub network_interfaces: Vec<NetworkInterface>,
    /// Flow logs.
    pub flow_logs: Vec<FlowLog>,
    /// Endpoint services that the account offers.
    pub endpoint_services: Vec<EndpointService>,
    /// Endpoints in its VPCs.
    pub vpc_endpoints: Vec<VpcEndpoint>,
    /// Encryption controls of its VPCs.
    pub encryption_controls: Vec<EncryptionControl>,
    /// Managed prefix lists.
    pub prefix_lists: Vec<PrefixList>,
    /// Auto Scaling groups.
    pub auto_scaling_groups: Vec<AutoScalingGroup>,
    /// What was counted of load balancers.
    pub metrics: Vec<Metric>,
    /// Lambda functions.
    pub functions: Vec<LambdaFunction>,
    /// VPC links of REST APIs.
    pub vpc_links: Vec<VpcLink>,
    /// VPC links of HTTP APIs.
    pub http_vpc_links: Vec<HttpVpcLink>,
    /// HTTP and WebSocket APIs.
    pub http_apis: Vec<HttpApi>,
    /// Topics of SNS.
    pub topics: Vec<String>,
    /// Whether Security Hub is on.
    pub security_hub: bool,
    /// Limits on load balancers that differ from AWS's, name and value.
    pub limits: Vec<(String, String)>,
    /// Whether VPCs are cut off from the internet.
    pub block_public_access: BlockPublicAccess,
    /// Sources of log deliveries.
    pub delivery_sources: Vec<DeliverySource>,
    /// Log deliveries.
    pub deliveries: Vec<Delivery>,
    /// Destinations of log deliveries.
    pub delivery_destinations: Vec<DeliveryDestination>,
}

/// Something that a region can hold.
pub trait Resource {
    /// Puts it in `region`.
    fn place(self, region: &mut Region);
}

impl Region {
    /// A region with nothing in it.
    pub fn new() -> Self {
        Self::default()
    }

    /// A region with the network that constructors refer to: a VPC, public and private subnets with
    /// their routes and the VPC's default network ACL, a security group open to everyone and one open to
    /// the VPC.
    pub fn with_network() -> Self {
        let [public_a, public_b] = network::PUBLIC_SUBNETS;
        let [private_a, private_b] = network::PRIVATE_SUBNETS;
        Self::new()
            .with(Vpc::new(network::VPC, "10.0.0.0/16"))
            .with(Subnet::new(public_a, 'a', "10.0.0.0/24"))
            .with(Subnet::new(public_b, 'b', "10.0.1.0/24"))
            .with(Subnet::new(private_a, 'a', "10.0.16.0/24"))
            .with(Subnet::new(private_b, 'b', "10.0.17.0/24"))
            .with(RouteTable::new("rtb-0a0a0a0000000001", &[]).main())
            .with(
                RouteTable::new("rtb-0a0a0a0000000002", &network::PUBLIC_SUBNETS)
                    .route("0.0.0.0/0", network::GATEWAY),
            )
            .with(NetworkAcl::open(
                "acl-0a0a0a0000000001",
                &[public_a, public_b, private_a, private_b],
            ))
            .with(SecurityGroup::new(network::OPEN_GROUP).allow(Permission::tcp(
                0,
                65535,
                &["0.0.0.0/0"],
            )))
            .with(
                SecurityGroup::new(network::INSIDE_GROUP).allow(Permission::all(&["10.0.0.0/16"])),
            )
    }

    /// Changes a limit on load balancers, such as `target-groups`.
    pub fn limit(mut self, name: &str, max: u32) -> Self {
        self.limits.push((name.to_owned(), max.to_string()));
        self
    }

    /// Adds a topic of SNS.
    pub fn topic(mut self, name: &str) -> Self {
        self.topics.push(name.to_owned());
        self
    }

    /// Switches Security Hub on.
    pub fn security_hub(mut self) -> Self {
        self.security_hub = true;
        self
    }

    /// Adds anything.
    pub fn with(mut self, resource: impl Resource) -> Self {
        resource.place(&mut self);
        self
    }

    /// Adds many of a kind.
    pub fn with_all<R: Resource>(mut self, resources: impl IntoIterator<Item = R>) -> Self {
        for resource in resources {
            resource.place(&mut self);
        }
        self
    }
}

impl Resource for LoadBalancer {
    fn place(self, region: &mut Region) {
        region.load_balancers.push(self);
    }
}

impl Resource for TargetGroup {
    fn place(self, region: &mut Region) {
        region.target_groups.push(self);
    }
}

impl Resource for TrustStore {
    fn place(self, region: &mut Region) {
        region.trust_stores.push(self);
    }
}

impl Resource for ClassicLoadBalancer {
    fn place(self, region: &mut Region) {
        region.classic.push(self);
    }
}

impl Resource for Certificate {
    fn place(self, region: &mut Region) {
        region.certificates.push(self);
    }
}

impl Resource for Vpc {
    fn place(self, region: &mut Region) {
        region.vpcs.push(self);
    }
}

impl Resource for Subnet {
    fn place(self, region: &mut Region) {
        region.subnets.push(self);
    }
}

impl Resource for RouteTable {
    fn place(self, region: &mut Region) {
        region.route_tables.push(self);
    }
}

impl Resource for SecurityGroup {
    fn place(self, region: &mut Region) {
        region.security_groups.push(self);
    }
}

impl Resource for PrefixList {
    fn place(self, region: &mut Region) {
        region.prefix_lists.push(self);
    }
}

impl Resource for DeliverySource {
    fn place(self, region: &mut Region) {
        region.delivery_sources.push(self);
    }
}

impl Resource for Delivery {
    fn place(self, region: &mut Region) {
        region.deliveries.push(self);
    }
}

impl Resource for DeliveryDestination {
    fn place(self, region: &mut Region) {
        region.delivery_destinations.push(self);
    }
}

impl Resource for BlockPublicAccess {
    fn place(self, region: &mut Region) {
        region.block_public_access = self;
    }
}
