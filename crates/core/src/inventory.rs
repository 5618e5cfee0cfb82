//! What was read: accounts, their regions, and the load balancers in them. Facts only, no opinion.
//!
//! Names and values are AWS's own. Where AWS has a closed list of words today it adds to it tomorrow, and a
//! new one must reach the judge as "unknown value", never as a crash: the types of words have an `Other`,
//! and what is compared in one place alone stays text.

use std::collections::BTreeMap;

use ipnet::IpNet;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::vocab::fact::{Fact, Gap, Listing};

mod backend;
mod certificate;
mod front;
mod gaps;
mod listener;
mod logs;
mod merge;
mod mutual_tls;
mod network;
mod once;
mod owner;
pub mod secret; // what of a rule may be one
mod waf;
mod words;

pub use backend::{AutoScalingGroup, InvokeStatement, NetworkInterface, UserPool};
pub use certificate::Provenance;
pub use front::{
    Accelerator, AcceleratorEndpoint, ApiLink, Distribution, DnsRecord, EndpointService, Origin,
    Shield, VpcEndpoint, VpcOrigin,
};
pub use listener::{
    Action, Authentication, Condition, FixedResponse, JwtValidation, Listener, Redirect, Rule,
    Transform, WeightedGroup,
};
pub use logs::{BucketState, FlowLog, LogBucket, LogSource};
pub use merge::Overlap;
pub use mutual_tls::{IdentityFilter, MutualAuthentication};
pub use network::{
    AclEntry, BlockPublicAccess, EncryptionControl, Exclusion, NetworkAcl, Permission, Route,
    RouteFirewall, RouteTable, Scope, SecurityGroup, StaleRule, Subnet, Vpc, VpcFirewall,
};
pub use once::Contradiction;
pub use owner::region_of;
pub use waf::{WafComparison, WafRule, WafStatement, WebAcl};
pub(crate) use words::or_missing;
pub use words::{
    ActionKind, ConditionField, IpAddressType, Kind, MutualTlsMode, Protocol, Scheme, TargetState,
    TargetType, TransformKind, Transport,
};

/// The version a saved inventory carries. Another one is refused, not guessed at.
pub const SCHEMA: &str = "elb-audit/inventory/v1";

/// Everything one scan has read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inventory {
    /// [`SCHEMA`].
    pub schema: String,
    /// When the scan began; certificates are judged at this time unless told otherwise.
    pub taken_at: Timestamp,
    /// What the scan cost.
    pub cost: Cost,
    /// The accounts that were read.
    pub accounts: Vec<Account>,
}

/// What a scan cost AWS and the person who waited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Requests sent, retries included.
    pub api_calls: u64,
    /// Wall time in milliseconds.
    pub milliseconds: u64,
}

/// One AWS account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// Twelve digits; empty when it could not be told.
    pub id: String,
    /// `aws`, `aws-cn`, `aws-us-gov` …
    pub partition: String,
    /// The name that the organization, the list of accounts or the profile gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Names of the organizational units that it is in, from the root: `Root/Workloads/Production`. None
    /// for an account that was not found through an organization.
    #[serde(default = "no_unit")]
    pub organizational_unit: Fact<Option<String>>,
    /// ARN of the role that it is read through; none when the caller's own credentials are good for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Unread when nobody could get into the account.
    #[serde(default = "accessible")]
    pub access: Fact<()>,
    /// Why the account was left out; none when it was to be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
    /// The ARN that the credentials belong to.
    pub caller: Fact<String>,
    /// Unread when the regions could not be listed and the bundled list was used.
    pub region_list: Fact<()>,
    /// The regions, read or skipped, by name.
    pub regions: Vec<Region>,
    /// Certificates kept in IAM, which has no regions.
    pub server_certificates: Fact<Vec<Certificate>>,
    /// Shield Advanced.
    pub shield: Fact<Shield>,
    /// `CloudFront` distributions.
    pub distributions: Fact<Vec<Distribution>>,
    /// `CloudFront`'s ways to internal load balancers.
    pub vpc_origins: Fact<Vec<VpcOrigin>>,
    /// Accelerators of Global Accelerator.
    pub accelerators: Fact<Vec<Accelerator>>,
    /// Route 53 records that lead to a name of Elastic Load Balancing.
    pub dns_records: Fact<Vec<DnsRecord>>,
    /// Things worth saying that are no finding and no gap.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// What inventories say that were saved before there was more than one account.
fn no_unit() -> Fact<Option<String>> {
    Fact::Known(None)
}

fn accessible() -> Fact<()> {
    Fact::Known(())
}

/// One region of an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Region {
    /// `eu-west-1`.
    pub name: String,
    /// Why the region was not read; none when it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
    /// Classic load balancers.
    pub classic: Listing<LoadBalancer>,
    /// Application, Network and Gateway load balancers.
    pub v2: Listing<LoadBalancer>,
    /// All target groups of the region, used or not.
    pub target_groups: Fact<Vec<TargetGroup>>,
    /// The security policies that listeners name.
    pub ssl_policies: Fact<Vec<SslPolicy>>,
    /// ACM certificates in use, by ARN.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub certificates: BTreeMap<String, Fact<Certificate>>,
    /// Trust stores.
    pub trust_stores: Fact<Vec<TrustStore>>,
    /// Security groups that load balancers name.
    pub security_groups: Fact<Vec<SecurityGroup>>,
    /// Subnets that load balancers name.
    pub subnets: Fact<Vec<Subnet>>,
    /// The VPCs that load balancers are in.
    pub vpcs: Fact<Vec<Vpc>>,
    /// Network ACLs of those VPCs.
    pub network_acls: Fact<Vec<NetworkAcl>>,
    /// Interfaces of the targets: of registered instances and of registered addresses.
    pub network_interfaces: Fact<Vec<NetworkInterface>>,
    /// Rules of those VPCs' security groups that name a group which is gone.
    pub stale_rules: Fact<Vec<StaleRule>>,
    /// VPC Encryption Controls of those VPCs; a VPC without has none.
    pub encryption_controls: Fact<Vec<EncryptionControl>>,
    /// Flow logs of the region.
    pub flow_logs: Fact<Vec<FlowLog>>,
    /// Endpoint services of the account.
    pub endpoint_services: Fact<Vec<EndpointService>>,
    /// Endpoints of Gateway load balancers.
    pub vpc_endpoints: Fact<Vec<VpcEndpoint>>,
    /// VPC links of API Gateway's REST APIs.
    pub rest_links: Fact<Vec<ApiLink>>,
    /// Private integrations of API Gateway's HTTP and WebSocket APIs.
    pub http_links: Fact<Vec<ApiLink>>,
    /// Auto Scaling groups that register with a load balancer.
    pub auto_scaling_groups: Fact<Vec<AutoScalingGroup>>,
    /// The web ACLs that load balancers have, by ARN.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub web_acls: BTreeMap<String, Fact<WebAcl>>,
    /// The account's own rule groups that those web ACLs name, by ARN.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rule_groups: BTreeMap<String, Fact<WebAcl>>,
    /// ARNs of the web ACLs that log somewhere, whatever the scope.
    pub logged_web_acls: Fact<Vec<String>>,
    /// ARNs of load balancers that AWS WAF Classic holds an ACL for.
    pub classic_waf: Fact<Vec<String>>,
    /// Resource policies of the functions that are targets, by ARN: the statements that let load
    /// balancers invoke them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub functions: BTreeMap<String, Fact<Vec<InvokeStatement>>>,
    /// Cognito user pools that rules name, by ARN.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub user_pools: BTreeMap<String, Fact<UserPool>>,
    /// Buckets that load balancers log to, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub log_buckets: BTreeMap<String, LogBucket>,
    /// Quotas of Elastic Load Balancing by AWS's name: `listeners-per-application-load-balancer` …
    pub limits: Fact<BTreeMap<String, u64>>,
    /// Route tables of the VPCs with an internet-facing load balancer.
    pub route_tables: Fact<Vec<RouteTable>>,
    /// Addresses of the prefix lists that security groups name, by id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub prefix_lists: BTreeMap<String, Fact<Vec<IpNet>>>,
    /// The region's block on public access.
    pub block_public_access: Fact<BlockPublicAccess>,
    /// How values that may be secrets were hashed: [`secret::HASHING`] when it was read; 0 in a file that was
    /// saved before there was a number.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub hashing: u32,
    /// Other accounts, to which VPCs of target groups belong, that were asked too whose interfaces have the
    /// targets' addresses: a participant of a shared subnet sees its own alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interfaces_from: Vec<String>,
    /// Log sources of CloudWatch Logs' vended deliveries.
    pub log_sources: Fact<Vec<LogSource>>,
    /// Names of the sources that have a delivery.
    pub log_deliveries: Fact<Vec<String>>,
    /// Tags of target groups and listeners by ARN: they tell who keeps a resource as it is. Read where a fix is
    /// asked for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, Fact<BTreeMap<String, String>>>,
    /// Things worth saying that are no finding and no gap.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// One load balancer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoadBalancer {
    /// Its ARN; built from account, region and name for a Classic one, whose API has none.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// `internet-facing` or `internal`; a Gateway load balancer has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<Scheme>,
    /// `active`, `provisioning`, `active_impaired`, `failed`; none for Classic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Its DNS name; a Gateway load balancer has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dns_name: Option<String>,
    /// Its VPC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<String>,
    /// `ipv4`, `dualstack`, `dualstack-without-public-ipv4`; none for Classic, which is IPv4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip_address_type: Option<IpAddressType>,
    /// Ids of its subnets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subnets: Vec<String>,
    /// Ids of its security groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security_groups: Vec<String>,
    /// Its zones, as the lists name them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
    /// Ids of the Outposts that its zones are on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outposts: Vec<String>,
    /// Elastic IP allocations of an internet-facing Network load balancer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allocations: Vec<String>,
    /// AWS's words on the state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_reason: Option<String>,
    /// Network: `on` or `off`, whether its security groups hold for what comes through `PrivateLink`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_link_rules: Option<String>,
    /// Classic: what is asked of an instance, for example `HTTP:8080/health`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check: Option<String>,
    /// Classic: names of the policies by instance port.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub backend_policies: BTreeMap<u16, Vec<String>>,
    /// When it was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// Attributes by AWS's key. A Classic one's structured answer is kept under the keys that the other
    /// kinds have for it: `access_logs.s3.enabled`, `access_logs.s3.bucket`, `access_logs.s3.prefix`,
    /// `load_balancing.cross_zone.enabled`, `idle_timeout.timeout_seconds`; and under
    /// `connection_draining.enabled` and `elb.http.desyncmitigationmode`.
    pub attributes: Fact<BTreeMap<String, String>>,
    /// Tags.
    pub tags: Fact<BTreeMap<String, String>>,
    /// Listeners.
    pub listeners: Fact<Vec<Listener>>,
    /// ARN of its web ACL, if it has one. Read for internet-facing Application load balancers.
    pub web_acl: Fact<Option<String>>,
    /// Policies of a Classic load balancer; known and empty for the others.
    pub policies: Fact<Vec<ClassicPolicy>>,
    /// Instances of a Classic load balancer and their state; known and empty for the others.
    pub instances: Fact<Vec<Target>>,
    /// Requests (Application, Classic) or new flows (Network, Gateway) in the 14 days before the scan.
    pub traffic: Fact<f64>,
    /// Capacity units reserved; 0 when none are.
    pub reserved_capacity: Fact<u64>,
}

impl LoadBalancer {
    /// Whether it is a Classic one that is left from before there were VPCs.
    #[must_use]
    pub fn is_outside_vpc(&self) -> bool {
        self.kind == Kind::Classic && self.vpc_id.is_none()
    }

    /// Whether its addresses are public ones.
    #[must_use]
    pub fn is_internet_facing(&self) -> bool {
        self.scheme == Some(Scheme::InternetFacing)
    }

    /// Whether it certainly has no public address: IPv6 ones are public, whatever the scheme.
    #[must_use]
    pub fn is_private(&self) -> bool {
        let is_v4 = matches!(self.ip_address_type, None | Some(IpAddressType::Ipv4));
        self.scheme == Some(Scheme::Internal) && is_v4
    }
}

/// A policy of a Classic load balancer, as `DescribeLoadBalancerPolicies` answers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassicPolicy {
    /// Its name: free text.
    pub name: String,
    /// `SSLNegotiationPolicyType`, `AppCookieStickinessPolicyType` …
    pub kind: String,
    /// Its attributes.
    pub attributes: BTreeMap<String, String>,
}

/// A target group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetGroup {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// `HTTP`, `TLS` …; a Lambda group has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<Protocol>,
    /// A Lambda group has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// `instance`, `ip`, `lambda`, `alb`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_type: Option<TargetType>,
    /// `HTTP1`, `HTTP2`, `GRPC`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol_version: Option<String>,
    /// Its VPC; a Lambda group has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<String>,
    /// Whether targets are health-checked; off by default for Lambda.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check_enabled: Option<bool>,
    /// `HTTP`, `HTTPS`, `TCP`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check_protocol: Option<Protocol>,
    /// A port, or `traffic-port`: the one that each target is registered with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check_port: Option<String>,
    /// The path that is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check_path: Option<String>,
    /// Load balancers that route to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub load_balancer_arns: Vec<String>,
    /// Targets and their health.
    pub targets: Fact<Vec<Target>>,
    /// Attributes by AWS's key.
    pub attributes: Fact<BTreeMap<String, String>>,
}

impl TargetGroup {
    /// Whether it may hold an Application load balancer: it is of that type, or of none that is known and by
    /// its protocol may be. Source: Network load balancer user guide, Application load balancers as targets.
    #[must_use]
    pub fn may_hold_load_balancer(&self) -> bool {
        let by_protocol = matches!(
            self.protocol,
            None | Some(Protocol::Tcp | Protocol::Tls | Protocol::Other(_))
        );
        match &self.target_type {
            Some(TargetType::Alb) => true,
            Some(TargetType::Other(_)) | None => by_protocol,
            Some(_) => false,
        }
    }
}

/// A registered target, or an instance of a Classic load balancer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Instance id, address, function or load-balancer ARN.
    pub id: String,
    /// The port it is registered with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Its zone; `all` for an address outside the group's VPC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// `healthy`, `unhealthy`, `draining` …; `InService`, `OutOfService`, `Unknown` for Classic.
    pub state: TargetState,
    /// AWS's reason code: `Target.Timeout`; for Classic `ELB` (still registering) or `Instance`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// AWS's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A certificate of ACM or IAM.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Certificate {
    /// Its ARN; the service in it says who keeps it.
    pub arn: String,
    /// Its names: the subject's first, then the alternative ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// ACM's `ISSUED`, `EXPIRED` …; IAM has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// ACM's `AMAZON_ISSUED`, `IMPORTED`, `PRIVATE`; IAM has none.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// `RSA_2048` or `RSA-2048`: AWS writes both.
    pub key_algorithm: Fact<String>,
    /// Begin of validity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// End of validity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_after: Option<Timestamp>,
    /// `ENABLED` when its private key can be taken out of ACM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub export: Option<String>,
    /// `DNS`, `EMAIL`, `HTTP`: how ACM was shown who owns the names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_method: Option<String>,
    /// `ELIGIBLE` when ACM renews it by itself; IAM has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewal_eligibility: Option<String>,
    /// `PENDING_AUTO_RENEWAL`, `PENDING_VALIDATION`, `SUCCESS`, `FAILED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewal_status: Option<String>,
    /// `N2_AMAZON_MANAGED`, `N2_SFG2_AMAZON_MANAGED`: the roots of one that ACM issued as an Amazon N2 certificate, the
    /// latter cross-signed by Starfield; none for any other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root_hierarchy: Option<String>,
    /// `CLIENT_AND_SERVER_AUTH`, `CLIENT_AUTH_ONLY`: what an Amazon N2 certificate is for; none for any other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<String>,
    /// What the certificate itself says that it may be used for: `TLS_WEB_SERVER_AUTHENTICATION` …; nothing where it
    /// does not say, and in a file that was saved before this was kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extended_key_usages: Vec<String>,
    /// What only `DescribeCertificate` tells. Read for imported certificates and for those whose renewal
    /// is not in order; for the others not collected.
    pub detail: Fact<CertificateDetail>,
}

/// What ACM says of one certificate and not of many.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateDetail {
    /// `SHA256WITHRSA`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature_algorithm: Option<String>,
    /// Distinguished or common name of the issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// The same of the subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Why a renewal failed, or the certificate did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// How each name is proven, at the renewal if there is one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub validations: Vec<DomainValidation>,
}

/// The proof of one name of a certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainValidation {
    /// The name.
    pub domain: String,
    /// `DNS`, `EMAIL`, `HTTP`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// `PENDING_VALIDATION`, `SUCCESS`, `FAILED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The DNS record that ACM looks for: `_x.example.com CNAME _y.acm-validations.aws`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
}

/// A security policy of Application and Network load balancers, as AWS answers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SslPolicy {
    /// Its name.
    pub name: String,
    /// `TLSv1.3`, `TLSv1` …
    pub protocols: Vec<String>,
    /// Cipher names, in OpenSSL's spelling.
    pub ciphers: Vec<String>,
}

/// A trust store of mutual TLS.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrustStore {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// `ACTIVE`, `CREATING`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// How many CA certificates it bundles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_certificates: Option<i32>,
    /// How many certificates it revokes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_entries: Option<i64>,
    /// How many revocation lists it has.
    pub revocation_lists: Fact<usize>,
    /// Accounts, organizations and `*` that its resource policy shares it with.
    pub shared_with: Fact<Vec<String>>,
    /// ARNs of the load balancers that use it, in whatever account.
    pub users: Fact<Vec<String>>,
}

impl Account {
    /// An account nothing has been read of: every fact is "not collected".
    #[must_use]
    pub fn new(id: &str, partition: &str) -> Self {
        use crate::vocab::call::Call;
        Account {
            id: id.to_owned(),
            partition: partition.to_owned(),
            name: None,
            organizational_unit: no_unit(),
            role: None,
            access: accessible(),
            skipped: None,
            caller: Fact::not_collected(Call::StsGetCallerIdentity),
            region_list: Fact::not_collected(Call::Ec2DescribeRegions),
            regions: Vec::new(),
            server_certificates: Fact::not_collected(Call::IamListServerCertificates),
            shield: Fact::not_collected(Call::ShieldDescribeSubscription),
            distributions: Fact::not_collected(Call::CloudFrontListDistributions),
            vpc_origins: Fact::not_collected(Call::CloudFrontListVpcOrigins),
            accelerators: Fact::not_collected(Call::GlobalAcceleratorListAccelerators),
            dns_records: Fact::not_collected(Call::Route53ListHostedZones),
            notes: Vec::new(),
        }
    }
}

impl Region {
    /// A region nothing has been read of: every fact is "not collected".
    #[must_use]
    pub fn new(name: &str) -> Self {
        use crate::vocab::call::Call;
        Region {
            name: name.to_owned(),
            skipped: None,
            classic: Listing::whole(Vec::new()),
            v2: Listing::whole(Vec::new()),
            target_groups: Fact::not_collected(Call::ElbV2DescribeTargetGroups),
            ssl_policies: Fact::not_collected(Call::ElbV2DescribeSslPolicies),
            certificates: BTreeMap::new(),
            trust_stores: Fact::not_collected(Call::ElbV2DescribeTrustStores),
            security_groups: Fact::not_collected(Call::Ec2DescribeSecurityGroups),
            subnets: Fact::not_collected(Call::Ec2DescribeSubnets),
            vpcs: Fact::not_collected(Call::Ec2DescribeVpcs),
            network_acls: Fact::not_collected(Call::Ec2DescribeNetworkAcls),
            network_interfaces: Fact::not_collected(Call::Ec2DescribeNetworkInterfaces),
            stale_rules: Fact::not_collected(Call::Ec2DescribeStaleSecurityGroups),
            encryption_controls: Fact::not_collected(Call::Ec2DescribeVpcEncryptionControls),
            flow_logs: Fact::not_collected(Call::Ec2DescribeFlowLogs),
            endpoint_services: Fact::not_collected(
                Call::Ec2DescribeVpcEndpointServiceConfigurations,
            ),
            vpc_endpoints: Fact::not_collected(Call::Ec2DescribeVpcEndpoints),
            rest_links: Fact::not_collected(Call::ApiGatewayGetVpcLinks),
            http_links: Fact::not_collected(Call::ApiGatewayV2GetApis),
            auto_scaling_groups: Fact::not_collected(Call::AutoScalingDescribeGroups),
            web_acls: BTreeMap::new(),
            rule_groups: BTreeMap::new(),
            logged_web_acls: Fact::not_collected(Call::Wafv2ListLoggingConfigurations),
            classic_waf: Fact::not_collected(Call::WafRegionalListWebAcls),
            functions: BTreeMap::new(),
            user_pools: BTreeMap::new(),
            log_buckets: BTreeMap::new(),
            limits: Fact::not_collected(Call::ElbV2DescribeAccountLimits),
            route_tables: Fact::not_collected(Call::Ec2DescribeRouteTables),
            prefix_lists: BTreeMap::new(),
            block_public_access: Fact::not_collected(Call::Ec2DescribeVpcBlockPublicAccessOptions),
            hashing: secret::HASHING,
            interfaces_from: Vec::new(),
            log_sources: Fact::not_collected(Call::LogsDescribeDeliverySources),
            log_deliveries: Fact::not_collected(Call::LogsDescribeDeliveries),
            tags: BTreeMap::new(),
            notes: Vec::new(),
        }
    }

    /// The region's load balancers, Classic first.
    pub fn load_balancers(&self) -> impl Iterator<Item = &LoadBalancer> {
        self.classic.items.iter().chain(&self.v2.items)
    }

    /// The target group with this ARN, or the gap that hides it.
    pub fn target_group(&self, arn: &str) -> Result<Option<&TargetGroup>, Gap> {
        Ok(self.target_groups.get()?.iter().find(|group| group.arn == arn))
    }
}

impl LoadBalancer {
    /// The value of an attribute; one that a successful answer leaves out has AWS's documented default.
    pub fn attribute(&self, key: &str, default: &str) -> Result<String, Gap> {
        let attributes = self.attributes.get()?;
        Ok(attributes.get(key).map_or(default, String::as_str).to_owned())
    }

    /// Whether an attribute that is `true` or `false`, and `false` by default, is `true`.
    pub fn switched_on(&self, key: &str) -> Result<bool, Gap> {
        match self.attribute(key, "false")?.as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            other => Err(self.unknown_attribute(key, other)),
        }
    }

    /// Its VPC; none for a Classic one that is left from before there were any.
    ///
    /// # Errors
    ///
    /// The gap of an answer that lacks it.
    pub fn vpc(&self) -> Result<Option<&str>, Gap> {
        use crate::vocab::call::Call;
        match self.vpc_id.as_deref() {
            None if self.kind != Kind::Classic => Err(Gap::new(
                Call::ElbV2DescribeLoadBalancers,
                crate::vocab::fact::Reason::Malformed,
            )
            .of(&self.arn)
            .saying("a load balancer without VPC")),
            vpc => Ok(vpc),
        }
    }

    /// The gap of an attribute whose value this version does not know.
    #[must_use]
    pub fn unknown_attribute(&self, key: &str, value: &str) -> Gap {
        use crate::vocab::call::Call;
        let call = match self.kind {
            Kind::Classic => Call::ElbDescribeLoadBalancerAttributes,
            _ => Call::ElbV2DescribeLoadBalancerAttributes,
        };
        Gap::new(call, crate::vocab::fact::Reason::Unrecognised)
            .of(&self.arn)
            .saying(format!("{key}={value}"))
    }
}
