//! What stands behind a load balancer: interfaces, scaling groups, functions, user pools.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// A network interface of a target.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkInterface {
    /// `eni-…`.
    pub id: String,
    /// The account that owns it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// `interface`, `network_load_balancer`, `lambda`, `vpc_endpoint` …
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// AWS's or the owner's words: `ELB app/web/50dc6c495c0c9188`, `arn:aws:ecs:…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its VPC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<String>,
    /// Its subnet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subnet_id: Option<String>,
    /// Its zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// The instance that it is attached to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<String>,
    /// Private IPv4 addresses, and IPv6 ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<IpAddr>,
    /// Blocks of addresses that were handed over to it whole, as containers use them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prefixes: Vec<IpNet>,
    /// Public IPv4 addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub public_addresses: Vec<IpAddr>,
    /// Ids of its security groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
}

/// An Auto Scaling group that registers its instances with load balancers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutoScalingGroup {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// Names of Classic load balancers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub load_balancers: Vec<String>,
    /// ARNs of target groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub target_groups: Vec<String>,
    /// `EC2`, `ELB`, or several with commas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check_type: Option<String>,
    /// Its zones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
}

/// A statement of a function's resource policy that lets load balancers invoke it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvokeStatement {
    /// Its `Sid`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// `*`, or `elasticloadbalancing.amazonaws.com`.
    pub principal: String,
    /// ARNs that `aws:SourceArn` allows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source_arns: Vec<String>,
    /// Accounts that `aws:SourceAccount` allows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source_accounts: Vec<String>,
    /// Organizations that `aws:SourceOrgID` or `aws:PrincipalOrgID` allows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub organizations: Vec<String>,
    /// Whether a condition narrows it whose key or operator is not one of these.
    #[serde(default)]
    pub other_conditions: bool,
}

/// A Cognito user pool that a load balancer lets in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserPool {
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether only administrators make users.
    pub admin_create_only: bool,
}
