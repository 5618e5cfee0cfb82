//! The calls that a scan with some checks may make.

use std::collections::BTreeSet;

use super::Check;
use crate::inventory::Kind;
use crate::vocab::call::Call;

/// Calls that answer the same question. A scan takes the cheaper route and falls back to the other, so
/// who may take one must be allowed both.
const ROUTES: &[&[Call]] = &[
    &[Call::AcmSearchCertificates, Call::AcmDescribeCertificate],
    &[Call::Wafv2ListWebAcls, Call::Wafv2ListResourcesForWebAcl, Call::Wafv2GetWebAclForResource],
];

/// Calls that answer one question only together.
const TOGETHER: &[&[Call]] = &[
    &[Call::LogsDescribeDeliverySources, Call::LogsDescribeDeliveries],
    &[Call::WafRegionalListWebAcls, Call::WafRegionalListResourcesForWebAcl],
    &[Call::ShieldDescribeSubscription, Call::ShieldListProtections],
    &[
        Call::GlobalAcceleratorListAccelerators,
        Call::GlobalAcceleratorListListeners,
        Call::GlobalAcceleratorListEndpointGroups,
    ],
    &[Call::ApiGatewayV2GetApis, Call::ApiGatewayV2GetIntegrations],
    &[Call::Route53ListHostedZones, Call::Route53ListResourceRecordSets],
];

/// Calls that need the answer of others: it says what they are to ask about.
const CHAINS: &[(Call, &[Call])] = &[
    (Call::CognitoDescribeUserPool, &[Call::ElbV2DescribeRules]),
    (
        Call::Ec2DescribeVpcEndpointServicePermissions,
        &[Call::Ec2DescribeVpcEndpointServiceConfigurations],
    ),
    (Call::ElbV2DescribeTrustStoreAssociations, &[Call::ElbV2DescribeTrustStores]),
    (Call::ElbV2DescribeTrustStoreRevocations, &[Call::ElbV2DescribeTrustStores]),
    (Call::ElbV2GetResourcePolicy, &[Call::ElbV2DescribeTrustStores]),
    (Call::IamGetServerCertificate, &[Call::IamListServerCertificates]),
    (Call::S3GetBucketPolicyStatus, &[Call::S3HeadBucket]),
    (Call::S3GetPublicAccessBlock, &[Call::S3HeadBucket]),
    (Call::S3HeadBucket, &[Call::ElbDescribeLoadBalancerAttributes]),
    (Call::S3ListObjectsV2, &[Call::S3HeadBucket]),
    (Call::Wafv2GetRuleGroup, &[Call::Wafv2GetWebAcl]),
    (Call::Wafv2GetWebAcl, &[Call::Wafv2GetWebAclForResource]),
    (Call::Wafv2ListLoggingConfigurations, &[Call::Wafv2GetWebAclForResource]),
];

/// Calls whose answers about a load balancer, or about what only it has, decide nothing about another one.
const OF_ITS_OWN: &[Call] = &[
    Call::AcmDescribeCertificate,
    Call::CloudWatchGetMetricData,
    Call::ElbDescribeInstanceHealth,
    Call::ElbDescribeLoadBalancerAttributes,
    Call::ElbDescribeLoadBalancerPolicies,
    Call::ElbV2DescribeCapacityReservation,
    Call::ElbV2DescribeListenerAttributes,
    Call::ElbV2DescribeLoadBalancerAttributes,
    Call::S3HeadBucket,
];

/// Whether a call must be made for a load balancer of this kind although only others are judged: what
/// stands in front of them, shares their targets or presents their certificates counts for them, too.
#[must_use]
pub fn decides_about_others(call: Call, kind: &Kind) -> bool {
    // An attribute of a Network load balancer says whether the internet reaches what it stands in front of.
    let front = call == Call::ElbV2DescribeLoadBalancerAttributes && *kind == Kind::Network;
    front || !OF_ITS_OWN.contains(&call)
}

/// The name of the role that a member account is read through by default.
pub const READER: &str = "elb-audit-reader";

/// Every call that a scan with these checks may make, in the order of a scan.
#[must_use]
pub fn calls(checks: &[&Check]) -> Vec<Call> {
    let needed = checks.iter().flat_map(|check| check.needs);
    let mut needed = with_companions(needed.copied());
    needed.extend(Check::BASE);
    needed.into_iter().collect()
}

/// These calls with all that must be allowed for them to be of use.
pub(crate) fn with_companions(calls: impl Iterator<Item = Call>) -> BTreeSet<Call> {
    let mut all = BTreeSet::new();
    let mut open: Vec<Call> = calls.collect();
    while let Some(call) = open.pop() {
        if all.insert(call) {
            let groups = ROUTES.iter().chain(TOGETHER).filter(|group| group.contains(&call));
            open.extend(groups.copied().flatten());
            let chains = CHAINS.iter().filter(|chain| chain.0 == call);
            open.extend(chains.flat_map(|chain| chain.1));
        }
    }
    all
}
