//! Every API call that a scan may make, and the IAM action each one needs.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One API operation. Its text form is `family:Operation`, where the family tells the two load-balancer
/// APIs apart (`elb`, `elbv2`), which IAM does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Call {
    /// Who the credentials are.
    StsGetCallerIdentity,
    /// Which regions the account has.
    Ec2DescribeRegions,
    /// Classic load balancers of a region, with listeners.
    ElbDescribeLoadBalancers,
    /// Attributes of one Classic load balancer.
    ElbDescribeLoadBalancerAttributes,
    /// Policies of one Classic load balancer.
    ElbDescribeLoadBalancerPolicies,
    /// State of the instances of one Classic load balancer.
    ElbDescribeInstanceHealth,
    /// Tags of up to 20 Classic load balancers.
    ElbDescribeTags,
    /// Application, Network and Gateway load balancers of a region.
    ElbV2DescribeLoadBalancers,
    /// Attributes of one load balancer.
    ElbV2DescribeLoadBalancerAttributes,
    /// Listeners of one load balancer.
    ElbV2DescribeListeners,
    /// Attributes of one listener.
    ElbV2DescribeListenerAttributes,
    /// Default and SNI certificates of one listener.
    ElbV2DescribeListenerCertificates,
    /// Rules of one listener.
    ElbV2DescribeRules,
    /// Target groups of a region.
    ElbV2DescribeTargetGroups,
    /// Attributes of one target group.
    ElbV2DescribeTargetGroupAttributes,
    /// Targets of one group and their health.
    ElbV2DescribeTargetHealth,
    /// Tags of up to 20 resources.
    ElbV2DescribeTags,
    /// Protocols and ciphers of the security policies in use.
    ElbV2DescribeSslPolicies,
    /// Trust stores of a region.
    ElbV2DescribeTrustStores,
    /// ACM certificates of a region, in bulk.
    AcmSearchCertificates,
    /// One ACM certificate.
    AcmDescribeCertificate,
    /// Server certificates kept in IAM.
    IamListServerCertificates,
    /// One server certificate kept in IAM, for its key.
    IamGetServerCertificate,
    /// Web ACLs of a region.
    Wafv2ListWebAcls,
    /// Load balancers of one web ACL.
    Wafv2ListResourcesForWebAcl,
    /// Web ACL of one load balancer.
    Wafv2GetWebAclForResource,
    /// Security groups in use.
    Ec2DescribeSecurityGroups,
    /// Subnets in use.
    Ec2DescribeSubnets,
    /// Route tables of the VPCs in use.
    Ec2DescribeRouteTables,
    /// Entries of one prefix list that a security group names.
    Ec2GetManagedPrefixListEntries,
    /// Whether the region's VPCs block public access.
    Ec2DescribeVpcBlockPublicAccessOptions,
    /// What is excluded from that block.
    Ec2DescribeVpcBlockPublicAccessExclusions,
    /// Log sources delivered through CloudWatch Logs.
    LogsDescribeDeliverySources,
    /// Deliveries of those sources.
    LogsDescribeDeliveries,
}

/// Name and purpose of every call, in the order of the enum.
const TABLE: &[(Call, &str, &str)] = &[
    (Call::StsGetCallerIdentity, "sts:GetCallerIdentity", "the account's id"),
    (Call::Ec2DescribeRegions, "ec2:DescribeRegions", "the enabled regions"),
    (Call::ElbDescribeLoadBalancers, "elb:DescribeLoadBalancers", "Classic load balancers"),
    (
        Call::ElbDescribeLoadBalancerAttributes,
        "elb:DescribeLoadBalancerAttributes",
        "Classic attributes",
    ),
    (
        Call::ElbDescribeLoadBalancerPolicies,
        "elb:DescribeLoadBalancerPolicies",
        "protocols and ciphers of Classic listeners",
    ),
    (Call::ElbDescribeInstanceHealth, "elb:DescribeInstanceHealth", "health of Classic instances"),
    (Call::ElbDescribeTags, "elb:DescribeTags", "Classic tags"),
    (
        Call::ElbV2DescribeLoadBalancers,
        "elbv2:DescribeLoadBalancers",
        "Application, Network and Gateway load balancers",
    ),
    (
        Call::ElbV2DescribeLoadBalancerAttributes,
        "elbv2:DescribeLoadBalancerAttributes",
        "load-balancer attributes",
    ),
    (Call::ElbV2DescribeListeners, "elbv2:DescribeListeners", "listeners"),
    (
        Call::ElbV2DescribeListenerAttributes,
        "elbv2:DescribeListenerAttributes",
        "listener attributes",
    ),
    (
        Call::ElbV2DescribeListenerCertificates,
        "elbv2:DescribeListenerCertificates",
        "SNI certificates",
    ),
    (Call::ElbV2DescribeRules, "elbv2:DescribeRules", "where each request goes"),
    (Call::ElbV2DescribeTargetGroups, "elbv2:DescribeTargetGroups", "target groups"),
    (
        Call::ElbV2DescribeTargetGroupAttributes,
        "elbv2:DescribeTargetGroupAttributes",
        "target-group attributes",
    ),
    (Call::ElbV2DescribeTargetHealth, "elbv2:DescribeTargetHealth", "health of targets"),
    (Call::ElbV2DescribeTags, "elbv2:DescribeTags", "tags"),
    (
        Call::ElbV2DescribeSslPolicies,
        "elbv2:DescribeSSLPolicies",
        "protocols and ciphers of security policies",
    ),
    (Call::ElbV2DescribeTrustStores, "elbv2:DescribeTrustStores", "trust stores of mutual TLS"),
    (Call::AcmSearchCertificates, "acm:SearchCertificates", "certificates in bulk"),
    (Call::AcmDescribeCertificate, "acm:DescribeCertificate", "one certificate"),
    (
        Call::IamListServerCertificates,
        "iam:ListServerCertificates",
        "expiry of certificates kept in IAM",
    ),
    (
        Call::IamGetServerCertificate,
        "iam:GetServerCertificate",
        "the key of a certificate kept in IAM",
    ),
    (Call::Wafv2ListWebAcls, "wafv2:ListWebACLs", "the region's web ACLs"),
    (
        Call::Wafv2ListResourcesForWebAcl,
        "wafv2:ListResourcesForWebACL",
        "the load balancers of a web ACL",
    ),
    (
        Call::Wafv2GetWebAclForResource,
        "wafv2:GetWebACLForResource",
        "the web ACL of a load balancer",
    ),
    (Call::Ec2DescribeSecurityGroups, "ec2:DescribeSecurityGroups", "who may connect"),
    (Call::Ec2DescribeSubnets, "ec2:DescribeSubnets", "where load balancers live"),
    (Call::Ec2DescribeRouteTables, "ec2:DescribeRouteTables", "whether the internet has a route"),
    (
        Call::Ec2GetManagedPrefixListEntries,
        "ec2:GetManagedPrefixListEntries",
        "the addresses of prefix lists in security groups",
    ),
    (
        Call::Ec2DescribeVpcBlockPublicAccessOptions,
        "ec2:DescribeVpcBlockPublicAccessOptions",
        "whether public access is blocked",
    ),
    (
        Call::Ec2DescribeVpcBlockPublicAccessExclusions,
        "ec2:DescribeVpcBlockPublicAccessExclusions",
        "what is excluded from that block",
    ),
    (
        Call::LogsDescribeDeliverySources,
        "logs:DescribeDeliverySources",
        "logs delivered through CloudWatch Logs",
    ),
    (Call::LogsDescribeDeliveries, "logs:DescribeDeliveries", "where those logs go"),
];

impl Call {
    /// Every call, in the order of a scan.
    pub fn all() -> impl Iterator<Item = Call> {
        TABLE.iter().map(|row| row.0)
    }

    /// `family:Operation`, for example `elbv2:DescribeRules`.
    #[must_use]
    pub fn name(self) -> &'static str {
        TABLE[self as usize].1
    }

    /// What the answer is used for, as the permissions page says it.
    #[must_use]
    pub fn purpose(self) -> &'static str {
        TABLE[self as usize].2
    }

    /// The API that is called: `elb`, `elbv2`, `ec2`, `acm` …
    #[must_use]
    pub fn family(self) -> &'static str {
        self.name().split(':').next().unwrap_or_default()
    }

    /// The operation, for example `DescribeRules`.
    #[must_use]
    pub fn operation(self) -> &'static str {
        self.name().split(':').nth(1).unwrap_or_default()
    }

    /// The IAM action that allows the call, for example `elasticloadbalancing:DescribeRules`.
    #[must_use]
    pub fn action(self) -> String {
        let prefix = match self.family() {
            "elb" | "elbv2" => "elasticloadbalancing",
            other => other,
        };
        format!("{prefix}:{}", self.operation())
    }

    /// Actions that AWS checks beside [`Call::action`] though no operation has their name.
    ///
    /// Source: Service Authorization Reference, AWS WAF V2, dependent actions.
    #[must_use]
    pub fn permission_only(self) -> &'static [&'static str] {
        match self {
            Call::Wafv2GetWebAclForResource => {
                &["wafv2:GetWebACL", "elasticloadbalancing:GetLoadBalancerWebACL"]
            }
            Call::Wafv2ListResourcesForWebAcl => {
                &["elasticloadbalancing:DescribeWebACLAssociation"]
            }
            _ => &[],
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl From<Call> for String {
    fn from(call: Call) -> Self {
        call.name().to_owned()
    }
}

impl TryFrom<String> for Call {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Call::all().find(|call| call.name() == name).ok_or_else(|| format!("unknown call `{name}`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_in_the_order_of_the_enum() {
        for (place, row) in TABLE.iter().enumerate() {
            assert_eq!(row.0 as usize, place, "{}", row.1);
        }
    }
}
