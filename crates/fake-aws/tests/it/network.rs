//! What EC2 answers about the surroundings of load balancers.

use elb_audit_fake_aws::{FakeAws, Fault};

use crate::client::{Client, Reply};
use crate::everything::account;

const VPC: &str = "vpc-0c0ffee0000000001";

fn ask(call: &str, parameters: &str) -> Reply {
    let fake = FakeAws::start(account());
    fake.page_size(None);
    let reply = Client::new(&fake).ask(call, parameters);
    assert_eq!(fake.count(call), 1);
    reply
}

fn filter(name: &str, value: &str) -> String {
    format!("Filter.1.Name={name}&Filter.1.Value.1={value}")
}

#[test]
fn an_acl_ends_with_a_denial_of_all_else() {
    let reply =
        ask("ec2:DescribeNetworkAcls", &filter("association.subnet-id", "subnet-0de401000000000a"));
    assert_eq!(reply.values("default"), ["true", "false"]);
    let strict = ask("ec2:DescribeNetworkAcls", "NetworkAclId.1=acl-strict");
    assert_eq!(strict.values("ruleNumber"), ["100", "32767", "200", "32767"]);
    assert_eq!(strict.values("protocol"), ["17", "-1", "6", "-1"]);
    assert_eq!(strict.values("egress"), ["true", "true", "false", "false"]);
    assert_eq!(strict.value("ipv6CidrBlock"), Some("::/0"));
    assert_eq!(strict.value("portRange"), Some("<from>53</from><to>53</to>"));
    assert_eq!(ask("ec2:DescribeNetworkAcls", &filter("vpc-id", "x")).value("entrySet"), None);
}

#[test]
fn an_interface_is_found_by_what_holds_it() {
    let found = |name: &str, value: &str| {
        let reply = ask("ec2:DescribeNetworkInterfaces", &filter(name, value));
        reply.values("networkInterfaceId").join(" ")
    };
    assert_eq!(found("attachment.instance-id", "i-1"), "eni-1");
    assert_eq!(found("addresses.private-ip-address", "10.0.0.6"), "eni-2");
    assert_eq!(found("ipv6-addresses.ipv6-address", "2001:db8::5"), "eni-2");
    assert_eq!(found("description", "ELB app/web/*"), "eni-2");
    assert_eq!(found("description", "ELB app/w?b"), "");
    assert_eq!(found("association.public-ip", "203.0.113.4"), "eni-1");
}

#[test]
fn an_interface_says_whose_it_is() {
    let of = |id: &str| ask("ec2:DescribeNetworkInterfaces", &format!("NetworkInterfaceId.1={id}"));
    let (own, service, other) = (of("eni-1"), of("eni-2"), of("eni-3"));
    assert_eq!(own.value("instanceId"), Some("i-1"));
    assert_eq!(own.value("instanceOwnerId"), Some("111122223333"));
    assert_eq!(own.value("publicIp"), Some("203.0.113.4"));
    assert_eq!(service.value("instanceId"), None);
    assert_eq!(service.value("instanceOwnerId"), Some("amazon-elb"));
    assert_eq!(service.value("requesterManaged"), Some("true"));
    assert_eq!(service.values("primary"), ["true", "false"]);
    assert_eq!(other.value("attachment"), None);
    assert_eq!(other.value("ownerId"), Some("444455556666"));
}

#[test]
fn endpoint_services_lead_to_load_balancers_and_endpoints() {
    let reply = ask("ec2:DescribeVpcEndpointServiceConfigurations", "");
    let arns = reply.values("networkLoadBalancerArnSet");
    assert!(arns[0].contains(":loadbalancer/net/net/"), "{arns:?}");
    assert!(reply.value("gatewayLoadBalancerArnSet").unwrap().contains(":loadbalancer/gwy/gwy-a/"));
    assert_eq!(reply.values("acceptanceRequired"), ["false", "true"]);
    let name = reply.values("serviceName")[0].to_owned();
    let of = |name: &str, value: &str| {
        let reply = ask("ec2:DescribeVpcEndpoints", &filter(name, value));
        reply.values("vpcEndpointId").join(" ")
    };
    assert_eq!(of("service-name", &name), "vpce-1");
    assert_eq!(of("vpc-endpoint-type", "GatewayLoadBalancer"), "vpce-2");
    let allowed = ask("ec2:DescribeVpcEndpointServicePermissions", "ServiceId=vpce-svc-1");
    assert_eq!(allowed.values("principalType"), ["All", "Role"]);
}

#[test]
fn stale_permissions_are_apart_from_those_in_force() {
    let reply = ask("ec2:DescribeStaleSecurityGroups", &format!("VpcId={VPC}"));
    assert_eq!(reply.values("groupName"), ["stale", "group-sg-stale-b"]);
    assert_eq!(reply.values("userId"), ["444455556666", "111122223333"]);
    assert_eq!(reply.value("prefixListIds"), Some("<item>pl-1</item>"));
    let groups = ask("ec2:DescribeSecurityGroups", "GroupId.1=sg-stale-b");
    assert_eq!(groups.value("ipPermissions"), Some(""));
    assert_eq!(groups.value("ipPermissionsEgress"), Some(""));
}

#[test]
fn a_vpc_tells_all_its_ranges_and_whether_it_insists_on_encryption() {
    let vpc = ask("ec2:DescribeVpcs", &filter("vpc-id", "vpc-other"));
    let blocks = vpc.value("cidrBlockAssociationSet").unwrap();
    assert!(blocks.contains("10.1.0.0/16") && blocks.contains("10.2.0.0/16"), "{blocks}");
    assert_eq!(vpc.value("ipv6CidrBlock"), Some("2001:db8::/56"));
    let control = ask("ec2:DescribeVpcEncryptionControls", &format!("VpcId.1={VPC}"));
    assert_eq!(control.values("mode"), ["enforce"]);
    assert_eq!(control.value("internetGateway"), Some("<state>enabled</state>"));
}

#[test]
fn a_failing_flow_log_says_why() {
    let reply = ask("ec2:DescribeFlowLogs", &filter("resource-id", "vpc-other"));
    assert_eq!(reply.values("trafficType"), ["REJECT"]);
    assert_eq!(reply.value("deliverLogsErrorMessage"), Some("Access error"));
}

#[test]
fn what_is_missing_or_refused_has_its_code() {
    for (call, parameters, code) in [
        ("ec2:DescribeStaleSecurityGroups", "", "MissingParameter"),
        ("ec2:DescribeStaleSecurityGroups", "VpcId=gone", "InvalidVpcID.NotFound"),
        ("ec2:DescribeNetworkInterfaces", "Filter.1.Name=x", "InvalidParameterValue"),
        ("ec2:DescribeNetworkAcls", "MaxResults=4", "InvalidParameterValue"),
        (
            "ec2:DescribeVpcEndpointServicePermissions",
            "ServiceId=gone",
            "InvalidVpcEndpointServiceId.NotFound",
        ),
    ] {
        assert_eq!(ask(call, parameters).value("Code"), Some(code), "{call}");
    }
    let fake = FakeAws::start(account());
    fake.fault(Fault::deny("ec2:DescribeFlowLogs"));
    let reply = Client::new(&fake).ask("ec2:DescribeFlowLogs", "");
    assert_eq!((reply.status, reply.value("Code")), (403, Some("UnauthorizedOperation")));
}
