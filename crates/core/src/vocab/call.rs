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
    /// Revocation lists of one trust store.
    ElbV2DescribeTrustStoreRevocations,
    /// Load balancers that use one trust store.
    ElbV2DescribeTrustStoreAssociations,
    /// Resource policy of one trust store.
    ElbV2GetResourcePolicy,
    /// Quotas of a region.
    ElbV2DescribeAccountLimits,
    /// Reserved capacity of one load balancer.
    ElbV2DescribeCapacityReservation,
    /// Rules of one web ACL.
    Wafv2GetWebAcl,
    /// Rules of one rule group.
    Wafv2GetRuleGroup,
    /// Which web ACLs log.
    Wafv2ListLoggingConfigurations,
    /// Web ACLs of AWS WAF Classic.
    WafRegionalListWebAcls,
    /// Load balancers of one web ACL of AWS WAF Classic.
    WafRegionalListResourcesForWebAcl,
    /// Whether the account has Shield Advanced.
    ShieldDescribeSubscription,
    /// What Shield Advanced protects.
    ShieldListProtections,
    /// VPCs in use.
    Ec2DescribeVpcs,
    /// Network ACLs of the VPCs in use.
    Ec2DescribeNetworkAcls,
    /// Interfaces of targets.
    Ec2DescribeNetworkInterfaces,
    /// Rules of one VPC that name a group which is gone.
    Ec2DescribeStaleSecurityGroups,
    /// Encryption controls of the VPCs in use.
    Ec2DescribeVpcEncryptionControls,
    /// Flow logs of a region.
    Ec2DescribeFlowLogs,
    /// Endpoint services of the account.
    Ec2DescribeVpcEndpointServiceConfigurations,
    /// Who may connect to one endpoint service.
    Ec2DescribeVpcEndpointServicePermissions,
    /// Endpoints of Gateway load balancers.
    Ec2DescribeVpcEndpoints,
    /// Auto Scaling groups of a region.
    AutoScalingDescribeGroups,
    /// Traffic of load balancers.
    CloudWatchGetMetricData,
    /// Resource policy of one function.
    LambdaGetPolicy,
    /// One Cognito user pool.
    CognitoDescribeUserPool,
    /// Whether a bucket exists, where, and whose it is.
    S3HeadBucket,
    /// Whether a bucket's policy is public.
    S3GetBucketPolicyStatus,
    /// Whether a bucket blocks public access.
    S3GetPublicAccessBlock,
    /// The newest log of a load balancer.
    S3ListObjectsV2,
    /// CloudFront distributions.
    CloudFrontListDistributions,
    /// CloudFront's VPC origins.
    CloudFrontListVpcOrigins,
    /// Accelerators of the account.
    GlobalAcceleratorListAccelerators,
    /// Listeners of one accelerator.
    GlobalAcceleratorListListeners,
    /// Endpoint groups of one accelerator's listener.
    GlobalAcceleratorListEndpointGroups,
    /// VPC links of REST APIs.
    ApiGatewayGetVpcLinks,
    /// HTTP and WebSocket APIs.
    ApiGatewayV2GetApis,
    /// Integrations of one API.
    ApiGatewayV2GetIntegrations,
    /// Hosted zones of the account.
    Route53ListHostedZones,
    /// Records of one hosted zone.
    Route53ListResourceRecordSets,
    /// Credentials of a role in another account.
    StsAssumeRole,
    /// Accounts of the organization.
    OrganizationsListAccounts,
    /// Roots of the organization.
    OrganizationsListRoots,
    /// Organizational units right below a root or another unit.
    OrganizationsListOrganizationalUnitsForParent,
    /// Accounts right below a root or a unit.
    OrganizationsListAccountsForParent,
    /// One organizational unit.
    OrganizationsDescribeOrganizationalUnit,
    /// What an organizational unit is below of.
    OrganizationsListParents,
}

/// Name and purpose of every call, and for what it is made once, in the order of the enum.
const TABLE: &[(Call, &str, &str, &str)] = &[
    (Call::StsGetCallerIdentity, "sts:GetCallerIdentity", "the account's id", "once"),
    (Call::Ec2DescribeRegions, "ec2:DescribeRegions", "the enabled regions", "once"),
    (
        Call::ElbDescribeLoadBalancers,
        "elb:DescribeLoadBalancers",
        "Classic load balancers",
        "a region, 400 a page",
    ),
    (
        Call::ElbDescribeLoadBalancerAttributes,
        "elb:DescribeLoadBalancerAttributes",
        "Classic attributes",
        "a Classic load balancer",
    ),
    (
        Call::ElbDescribeLoadBalancerPolicies,
        "elb:DescribeLoadBalancerPolicies",
        "protocols and ciphers of Classic listeners",
        "a Classic load balancer that encrypts",
    ),
    (
        Call::ElbDescribeInstanceHealth,
        "elb:DescribeInstanceHealth",
        "health of Classic instances",
        "a Classic load balancer",
    ),
    (Call::ElbDescribeTags, "elb:DescribeTags", "Classic tags", "20 Classic load balancers"),
    (
        Call::ElbV2DescribeLoadBalancers,
        "elbv2:DescribeLoadBalancers",
        "Application, Network and Gateway load balancers",
        "a region, 400 a page",
    ),
    (
        Call::ElbV2DescribeLoadBalancerAttributes,
        "elbv2:DescribeLoadBalancerAttributes",
        "load-balancer attributes",
        "a load balancer",
    ),
    (Call::ElbV2DescribeListeners, "elbv2:DescribeListeners", "listeners", "a load balancer"),
    (
        Call::ElbV2DescribeListenerAttributes,
        "elbv2:DescribeListenerAttributes",
        "listener attributes",
        "an Application listener",
    ),
    (
        Call::ElbV2DescribeListenerCertificates,
        "elbv2:DescribeListenerCertificates",
        "SNI certificates",
        "an HTTPS or TLS listener",
    ),
    (
        Call::ElbV2DescribeRules,
        "elbv2:DescribeRules",
        "where each request goes",
        "an Application listener, and one of a dual-stack Network load balancer",
    ),
    (
        Call::ElbV2DescribeTargetGroups,
        "elbv2:DescribeTargetGroups",
        "target groups",
        "a region, 400 a page",
    ),
    (
        Call::ElbV2DescribeTargetGroupAttributes,
        "elbv2:DescribeTargetGroupAttributes",
        "target-group attributes",
        "a target group in use",
    ),
    (
        Call::ElbV2DescribeTargetHealth,
        "elbv2:DescribeTargetHealth",
        "health of targets",
        "a target group in use",
    ),
    (Call::ElbV2DescribeTags, "elbv2:DescribeTags", "tags", "20 load balancers"),
    (
        Call::ElbV2DescribeSslPolicies,
        "elbv2:DescribeSSLPolicies",
        "protocols and ciphers of security policies",
        "a region",
    ),
    (
        Call::ElbV2DescribeTrustStores,
        "elbv2:DescribeTrustStores",
        "trust stores of mutual TLS",
        "a region with mutual TLS, 400 a page",
    ),
    (
        Call::AcmSearchCertificates,
        "acm:SearchCertificates",
        "certificates in bulk",
        "a region with two certificates or more, 500 a page",
    ),
    (
        Call::AcmDescribeCertificate,
        "acm:DescribeCertificate",
        "one certificate",
        "a certificate that is imported or whose renewal is not in order, or that is alone",
    ),
    (
        Call::IamListServerCertificates,
        "iam:ListServerCertificates",
        "expiry of certificates kept in IAM",
        "once, if a listener has such a certificate",
    ),
    (
        Call::IamGetServerCertificate,
        "iam:GetServerCertificate",
        "the key of a certificate kept in IAM",
        "such a certificate",
    ),
    (
        Call::Wafv2ListWebAcls,
        "wafv2:ListWebACLs",
        "the region's web ACLs",
        "a region, 100 a page and an empty one behind them",
    ),
    (
        Call::Wafv2ListResourcesForWebAcl,
        "wafv2:ListResourcesForWebACL",
        "the load balancers of a web ACL",
        "a web ACL, where those are fewer",
    ),
    (
        Call::Wafv2GetWebAclForResource,
        "wafv2:GetWebACLForResource",
        "the web ACL of a load balancer",
        "a public Application load balancer, where those are fewer",
    ),
    (
        Call::Ec2DescribeSecurityGroups,
        "ec2:DescribeSecurityGroups",
        "who may connect",
        "200 groups",
    ),
    (Call::Ec2DescribeSubnets, "ec2:DescribeSubnets", "where load balancers live", "200 subnets"),
    (
        Call::Ec2DescribeRouteTables,
        "ec2:DescribeRouteTables",
        "whether the internet has a route",
        "a region",
    ),
    (
        Call::Ec2GetManagedPrefixListEntries,
        "ec2:GetManagedPrefixListEntries",
        "the addresses of prefix lists in security groups",
        "a prefix list that a group names",
    ),
    (
        Call::Ec2DescribeVpcBlockPublicAccessOptions,
        "ec2:DescribeVpcBlockPublicAccessOptions",
        "whether public access is blocked",
        "a region",
    ),
    (
        Call::Ec2DescribeVpcBlockPublicAccessExclusions,
        "ec2:DescribeVpcBlockPublicAccessExclusions",
        "what is excluded from that block",
        "a region that blocks",
    ),
    (
        Call::LogsDescribeDeliverySources,
        "logs:DescribeDeliverySources",
        "logs delivered through CloudWatch Logs",
        "a region",
    ),
    (
        Call::LogsDescribeDeliveries,
        "logs:DescribeDeliveries",
        "where those logs go",
        "a region with sources",
    ),
    (
        Call::ElbV2DescribeTrustStoreRevocations,
        "elbv2:DescribeTrustStoreRevocations",
        "revocation lists of a trust store",
        "a trust store",
    ),
    (
        Call::ElbV2DescribeTrustStoreAssociations,
        "elbv2:DescribeTrustStoreAssociations",
        "who uses a trust store",
        "a trust store",
    ),
    (
        Call::ElbV2GetResourcePolicy,
        "elbv2:GetResourcePolicy",
        "whom a trust store is shared with",
        "a trust store",
    ),
    (
        Call::ElbV2DescribeAccountLimits,
        "elbv2:DescribeAccountLimits",
        "quotas of Elastic Load Balancing",
        "a region",
    ),
    (
        Call::ElbV2DescribeCapacityReservation,
        "elbv2:DescribeCapacityReservation",
        "reserved capacity",
        "an Application or Network load balancer",
    ),
    (Call::Wafv2GetWebAcl, "wafv2:GetWebACL", "the rules of a web ACL", "a web ACL in use"),
    (
        Call::Wafv2GetRuleGroup,
        "wafv2:GetRuleGroup",
        "the rules of a rule group that a web ACL names",
        "a rule group that such an ACL names",
    ),
    (
        Call::Wafv2ListLoggingConfigurations,
        "wafv2:ListLoggingConfigurations",
        "which web ACLs log",
        "a region, three scopes, 100 a page and an empty one behind them",
    ),
    (
        Call::WafRegionalListWebAcls,
        "waf-regional:ListWebACLs",
        "web ACLs of AWS WAF Classic",
        "a region",
    ),
    (
        Call::WafRegionalListResourcesForWebAcl,
        "waf-regional:ListResourcesForWebACL",
        "the load balancers of such a web ACL",
        "a web ACL of AWS WAF Classic",
    ),
    (
        Call::ShieldDescribeSubscription,
        "shield:DescribeSubscription",
        "whether the account has Shield Advanced",
        "once",
    ),
    (
        Call::ShieldListProtections,
        "shield:ListProtections",
        "what Shield Advanced protects",
        "once, if there is a subscription",
    ),
    (
        Call::Ec2DescribeVpcs,
        "ec2:DescribeVpcs",
        "which VPC is the default one, and its addresses",
        "a region",
    ),
    (
        Call::Ec2DescribeNetworkAcls,
        "ec2:DescribeNetworkAcls",
        "what network ACLs keep out",
        "a region",
    ),
    (
        Call::Ec2DescribeNetworkInterfaces,
        "ec2:DescribeNetworkInterfaces",
        "addresses and security groups of targets",
        "200 targets",
    ),
    (
        Call::Ec2DescribeStaleSecurityGroups,
        "ec2:DescribeStaleSecurityGroups",
        "security-group rules that name a group which is gone",
        "a VPC",
    ),
    (
        Call::Ec2DescribeVpcEncryptionControls,
        "ec2:DescribeVpcEncryptionControls",
        "whether VPCs enforce encryption",
        "a region",
    ),
    (Call::Ec2DescribeFlowLogs, "ec2:DescribeFlowLogs", "flow logs", "a region"),
    (
        Call::Ec2DescribeVpcEndpointServiceConfigurations,
        "ec2:DescribeVpcEndpointServiceConfigurations",
        "endpoint services in front of load balancers",
        "a region",
    ),
    (
        Call::Ec2DescribeVpcEndpointServicePermissions,
        "ec2:DescribeVpcEndpointServicePermissions",
        "who may connect to an endpoint service",
        "an endpoint service of a load balancer",
    ),
    (
        Call::Ec2DescribeVpcEndpoints,
        "ec2:DescribeVpcEndpoints",
        "endpoints of Gateway load balancers",
        "a region with a Gateway load balancer",
    ),
    (
        Call::AutoScalingDescribeGroups,
        "autoscaling:DescribeAutoScalingGroups",
        "Auto Scaling groups that register targets",
        "a region, 100 a page",
    ),
    (
        Call::CloudWatchGetMetricData,
        "cloudwatch:GetMetricData",
        "traffic of the last 14 days (AWS bills each metric)",
        "500 load balancers",
    ),
    (
        Call::LambdaGetPolicy,
        "lambda:GetPolicy",
        "who may invoke a function that is a target",
        "a function that is a target",
    ),
    (
        Call::CognitoDescribeUserPool,
        "cognito-idp:DescribeUserPool",
        "who may sign up to a user pool that rules name",
        "a user pool that a rule names",
    ),
    (
        Call::S3HeadBucket,
        "s3:HeadBucket",
        "whether a log bucket exists, where, and whose it is",
        "a log bucket",
    ),
    (
        Call::S3GetBucketPolicyStatus,
        "s3:GetBucketPolicyStatus",
        "whether a log bucket's policy is public",
        "a log bucket",
    ),
    (
        Call::S3GetPublicAccessBlock,
        "s3:GetPublicAccessBlock",
        "whether a log bucket blocks public access",
        "a log bucket",
    ),
    (
        Call::S3ListObjectsV2,
        "s3:ListObjectsV2",
        "when the newest log was written",
        "a load balancer that logs to S3",
    ),
    (
        Call::CloudFrontListDistributions,
        "cloudfront:ListDistributions",
        "CloudFront distributions in front of load balancers",
        "once, 100 a page",
    ),
    (
        Call::CloudFrontListVpcOrigins,
        "cloudfront:ListVpcOrigins",
        "CloudFront's ways to internal load balancers",
        "once",
    ),
    (
        Call::GlobalAcceleratorListAccelerators,
        "globalaccelerator:ListAccelerators",
        "accelerators",
        "once",
    ),
    (
        Call::GlobalAcceleratorListListeners,
        "globalaccelerator:ListListeners",
        "ports of an accelerator",
        "an accelerator",
    ),
    (
        Call::GlobalAcceleratorListEndpointGroups,
        "globalaccelerator:ListEndpointGroups",
        "what an accelerator leads to",
        "a listener of an accelerator",
    ),
    (
        Call::ApiGatewayGetVpcLinks,
        "apigateway:GetVpcLinks",
        "REST APIs in front of Network load balancers",
        "a region",
    ),
    (Call::ApiGatewayV2GetApis, "apigatewayv2:GetApis", "HTTP APIs", "a region"),
    (
        Call::ApiGatewayV2GetIntegrations,
        "apigatewayv2:GetIntegrations",
        "HTTP APIs in front of load balancers",
        "an HTTP or WebSocket API",
    ),
    (
        Call::Route53ListHostedZones,
        "route53:ListHostedZones",
        "hosted zones",
        "once, for `regular` only if an origin of CloudFront has a name of its own",
    ),
    (
        Call::Route53ListResourceRecordSets,
        "route53:ListResourceRecordSets",
        "records that lead to load balancers",
        "a hosted zone, 300 a page",
    ),
    (
        Call::StsAssumeRole,
        "sts:AssumeRole",
        "credentials of a role in another account",
        "an account that is read through a role",
    ),
    (
        Call::OrganizationsListAccounts,
        "organizations:ListAccounts",
        "the accounts of the organization",
        "once, 20 a page",
    ),
    (
        Call::OrganizationsListRoots,
        "organizations:ListRoots",
        "where the organizational units begin",
        "once",
    ),
    (
        Call::OrganizationsListOrganizationalUnitsForParent,
        "organizations:ListOrganizationalUnitsForParent",
        "names of organizational units",
        "an organizational unit, 20 a page",
    ),
    (
        Call::OrganizationsListAccountsForParent,
        "organizations:ListAccountsForParent",
        "the accounts of an organizational unit",
        "an organizational unit, 20 a page",
    ),
    (
        Call::OrganizationsDescribeOrganizationalUnit,
        "organizations:DescribeOrganizationalUnit",
        "the names of a unit that `--ou` names and of those above it",
        "such a unit",
    ),
    (
        Call::OrganizationsListParents,
        "organizations:ListParents",
        "what a unit that `--ou` names is below of",
        "such a unit",
    ),
];

impl Call {
    /// Every call.
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

    /// For what it is made once: a load balancer, a region …
    #[must_use]
    pub fn once_for(self) -> &'static str {
        TABLE[self as usize].3
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
        // Source: Service Authorization Reference, Amazon S3 (operations and their actions) and API Gateway.
        let operation = match self {
            Call::S3HeadBucket | Call::S3ListObjectsV2 => "ListBucket",
            Call::S3GetPublicAccessBlock => "GetBucketPublicAccessBlock",
            Call::ApiGatewayGetVpcLinks
            | Call::ApiGatewayV2GetApis
            | Call::ApiGatewayV2GetIntegrations => "GET",
            other => other.operation(),
        };
        let prefix = match self.family() {
            "elb" | "elbv2" => "elasticloadbalancing",
            "apigatewayv2" => "apigateway",
            other => other,
        };
        format!("{prefix}:{operation}")
    }

    /// What a policy can limit the call to, in every partition and region; none where that is everything.
    ///
    /// Source: API Gateway developer guide, ARN reference. `/v2` is in paths, and not in ARNs.
    #[must_use]
    pub fn resource(self) -> Option<&'static str> {
        match self {
            Call::ApiGatewayGetVpcLinks => Some("arn:*:apigateway:*::/vpclinks"),
            Call::ApiGatewayV2GetApis => Some("arn:*:apigateway:*::/apis"),
            Call::ApiGatewayV2GetIntegrations => Some("arn:*:apigateway:*::/apis/*/integrations"),
            _ => None,
        }
    }

    /// Whether it is asked once an account, in no region of the account's.
    #[must_use]
    pub fn is_global(self) -> bool {
        let global = ["cloudfront", "globalaccelerator", "iam", "route53", "shield"];
        self.leads_to_accounts() || global.contains(&self.family())
    }

    /// Whether it finds accounts or a way into them, instead of reading one: no check needs its answer.
    #[must_use]
    pub fn leads_to_accounts(self) -> bool {
        self == Call::StsAssumeRole || self.family() == "organizations"
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

/// A name that no call has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown call `{0}`")]
pub struct UnknownCall(String);

impl TryFrom<String> for Call {
    type Error = UnknownCall;

    fn try_from(name: String) -> Result<Self, UnknownCall> {
        Call::all().find(|call| call.name() == name).ok_or(UnknownCall(name))
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
