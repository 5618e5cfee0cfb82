//! What AWS refuses: limits broken, things missing, operations unknown.

use elb_audit_fake_aws::FakeAws;

use crate::client::Client;
use crate::everything::account;

fn refused(call: &str, parameters: &str) -> (u16, String) {
    let fake = FakeAws::start(account());
    let reply = Client::new(&fake).ask(call, parameters);
    let code = reply.value("Code").or(reply.value("__type")).unwrap_or_default();
    (reply.status, code.to_owned())
}

fn expect(code: &str, calls: &[(&str, &str)]) {
    for (call, parameters) in calls {
        assert_eq!(refused(call, parameters), (400, code.to_owned()), "{call} {parameters}");
    }
}

#[test]
fn page_sizes_have_bounds() {
    expect(
        "ValidationError",
        &[
            ("elbv2:DescribeLoadBalancers", "PageSize=401"),
            ("elbv2:DescribeLoadBalancers", "PageSize=0"),
            ("elb:DescribeLoadBalancers", "PageSize=401"),
            ("iam:ListServerCertificates", "MaxItems=1001"),
        ],
    );
    expect(
        "InvalidParameterValue",
        &[
            ("ec2:DescribeSubnets", "MaxResults=4"),
            ("ec2:DescribeRouteTables", "MaxResults=101"),
            ("ec2:DescribeSecurityGroups", "MaxResults=1001"),
        ],
    );
    expect("ValidationException", &[("acm:ListCertificates", "{\"MaxItems\":1001}")]);
    expect(
        "WAFInvalidParameterException",
        &[("wafv2:ListWebACLs", "{\"Scope\":\"REGIONAL\",\"Limit\":101}")],
    );
}

#[test]
fn twenty_resources_are_the_most() {
    let many = |name: &str| {
        let parts: Vec<String> =
            (1..=21).map(|number| format!("{name}.member.{number}=x")).collect();
        parts.join("&")
    };
    expect(
        "ValidationError",
        &[
            ("elbv2:DescribeTags", &many("ResourceArns")),
            ("elbv2:DescribeLoadBalancers", &many("LoadBalancerArns")),
            ("elb:DescribeTags", &many("LoadBalancerNames")),
        ],
    );
}

#[test]
fn missing_things_have_their_own_codes() {
    expect(
        "LoadBalancerNotFound",
        &[
            ("elbv2:DescribeLoadBalancers", "Names.member.1=gone"),
            ("elbv2:DescribeListeners", "LoadBalancerArn=gone"),
            ("elbv2:DescribeLoadBalancerAttributes", "LoadBalancerArn=gone"),
            ("elb:DescribeLoadBalancers", "LoadBalancerNames.member.1=gone"),
            ("elb:DescribeLoadBalancerPolicies", "LoadBalancerName=gone"),
            ("elb:DescribeInstanceHealth", "LoadBalancerName=gone"),
        ],
    );
    expect("ListenerNotFound", &[("elbv2:DescribeRules", "ListenerArn=gone")]);
    expect("RuleNotFound", &[("elbv2:DescribeRules", "RuleArns.member.1=gone")]);
    expect("TargetGroupNotFound", &[("elbv2:DescribeTargetHealth", "TargetGroupArn=gone")]);
    expect("TrustStoreNotFound", &[("elbv2:DescribeTrustStores", "Names.member.1=gone")]);
    expect("SSLPolicyNotFound", &[("elbv2:DescribeSSLPolicies", "Names.member.1=gone")]);
    expect("PolicyNotFound", &[("elb:DescribeLoadBalancerPolicies", "PolicyNames.member.1=gone")]);
    expect("InvalidGroup.NotFound", &[("ec2:DescribeSecurityGroups", "GroupId.1=gone")]);
    expect(
        "ResourceNotFoundException",
        &[("acm:DescribeCertificate", "{\"CertificateArn\":\"gone\"}")],
    );
    expect(
        "WAFNonexistentItemException",
        &[("wafv2:ListResourcesForWebACL", "{\"WebACLArn\":\"gone\"}")],
    );
}

#[test]
fn unknown_operations_are_refused() {
    expect(
        "InvalidAction",
        &[("elbv2:Describe", ""), ("elb:DescribeRules", ""), ("ec2:Describe", "")],
    );
    expect("UnknownOperationException", &[("acm:Describe", "{}")]);
}
