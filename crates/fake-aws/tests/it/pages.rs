//! Every list really pages: one item a page unless told, and every item once.

use std::collections::BTreeSet;

use elb_audit_fake_aws::FakeAws;
use elb_audit_fake_aws::model::arn::Place;

use crate::client::{Client, encode};
use crate::everything::{ACCOUNT, account};

/// The parameter and the member of a token.
type Tokens = (&'static str, &'static str);

/// A call that pages: its parameters, its tokens, what an item is known by.
type List = (&'static str, String, Tokens, &'static str);

const MODERN: Tokens = ("Marker", "NextMarker");
const EC2: Tokens = ("NextToken", "nextToken");
const ACM: Tokens = ("NextToken", "NextToken");
const LOGS: Tokens = ("nextToken", "nextToken");

fn list(call: &'static str, parameters: &str, tokens: Tokens, item: &'static str) -> List {
    (call, parameters.to_owned(), tokens, item)
}

fn lists() -> Vec<List> {
    let web = Place::new(ACCOUNT, "eu-west-1").load_balancer("application", "web");
    let of_web = format!("LoadBalancerArn={}", encode(&web));
    let store = |name: &str| {
        let arn = Place::new(ACCOUNT, "eu-west-1").trust_store(name);
        format!("TrustStoreArn={}", encode(&arn))
    };
    vec![
        list("elbv2:DescribeLoadBalancers", "", MODERN, "LoadBalancerArn"),
        list("elbv2:DescribeListeners", &of_web, MODERN, "ListenerArn"),
        list("elbv2:DescribeTargetGroups", "", MODERN, "TargetGroupName"),
        list("elbv2:DescribeSSLPolicies", "", MODERN, "SslProtocols"),
        list("elbv2:DescribeTrustStores", "", MODERN, "TrustStoreArn"),
        list("elbv2:DescribeTrustStoreRevocations", &store("clients"), MODERN, "RevocationId"),
        list("elbv2:DescribeTrustStoreAssociations", &store("partners"), MODERN, "ResourceArn"),
        list("elbv2:DescribeAccountLimits", "", MODERN, "Name"),
        list("elb:DescribeLoadBalancers", "", MODERN, "LoadBalancerName"),
        list("iam:ListServerCertificates", "", ("Marker", "Marker"), "Arn"),
        list("ec2:DescribeSecurityGroups", "", EC2, "securityGroupArn"),
        list("ec2:DescribeSubnets", "", EC2, "subnetId"),
        list("ec2:DescribeRouteTables", "", EC2, "routeSet"),
        list("ec2:DescribeVpcs", "", EC2, "cidrBlockAssociationSet"),
        list("ec2:DescribeManagedPrefixLists", "", EC2, "prefixListId"),
        list("ec2:GetManagedPrefixListEntries", "PrefixListId=pl-1", EC2, "cidr"),
        list("ec2:DescribeVpcBlockPublicAccessExclusions", "", EC2, "exclusionId"),
        list("ec2:DescribeNetworkAcls", "", EC2, "entrySet"),
        list("ec2:DescribeNetworkInterfaces", "", EC2, "networkInterfaceId"),
        list("ec2:DescribeFlowLogs", "", EC2, "flowLogId"),
        list("ec2:DescribeVpcEndpointServiceConfigurations", "", EC2, "serviceName"),
        list("ec2:DescribeVpcEndpointServicePermissions", "ServiceId=vpce-svc-1", EC2, "principal"),
        list("ec2:DescribeVpcEndpoints", "", EC2, "vpcEndpointId"),
        list("ec2:DescribeStaleSecurityGroups", "VpcId=vpc-0c0ffee0000000001", EC2, "description"),
        list("ec2:DescribeVpcEncryptionControls", "", EC2, "vpcEncryptionControlId"),
        list("autoscaling:DescribeAutoScalingGroups", "", ACM, "AutoScalingGroupARN"),
        list("acm:ListCertificates", "", ACM, "CertificateArn"),
        list("acm:SearchCertificates", "", ACM, "CertificateArn"),
        list("wafv2:ListWebACLs", "\"Scope\":\"REGIONAL\"", ("NextMarker", "NextMarker"), "ARN"),
        list(
            "wafv2:ListLoggingConfigurations",
            "\"Scope\":\"REGIONAL\"",
            ("NextMarker", "NextMarker"),
            "ResourceArn",
        ),
        list("waf-regional:ListWebACLs", "", ("NextMarker", "NextMarker"), "WebACLId"),
        list("logs:DescribeDeliverySources", "", LOGS, "name"),
        list("logs:DescribeDeliveries", "", LOGS, "id"),
        list("logs:DescribeDeliveryDestinations", "", LOGS, "name"),
    ]
}

/// Follows a list to its end; gives each page's items.
fn follow(client: Client<'_>, list: &List) -> Vec<Vec<String>> {
    let (call, parameters, (token, member), item) = list;
    let forms = ["elb:", "elbv2:", "ec2:", "iam:", "autoscaling:", "cloudwatch:"];
    let json = !forms.iter().any(|family| call.starts_with(family));
    let (mut pages, mut next) = (Vec::new(), None::<String>);
    loop {
        let given = next.map(|value| {
            if json { format!("\"{token}\":\"{value}\"") } else { format!("{token}={value}") }
        });
        let parts: Vec<String> = [Some(parameters.clone()), given]
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty())
            .collect();
        let body = if json { format!("{{{}}}", parts.join(",")) } else { parts.join("&") };
        let reply = client.ask(call, &body);
        assert_eq!(reply.status, 200, "{call}: {}", reply.body);
        pages.push(reply.values(item).into_iter().map(str::to_owned).collect());
        next = reply.value(member).map(str::to_owned);
        assert!(pages.len() < 100, "{call} never ends");
        if next.is_none() {
            // AWS WAF's last page has a token too, and an empty page behind it.
            if call.starts_with("wafv2:") {
                assert_eq!(pages.pop(), Some(Vec::new()), "{call}");
            }
            return pages;
        }
    }
}

#[test]
fn every_list_gives_one_item_a_page() {
    let fake = FakeAws::start(account());
    for list in lists() {
        let pages = follow(Client::new(&fake), &list);
        assert!(pages.len() > 1, "{} has one page", list.0);
        assert!(pages.iter().all(|page| page.len() == 1), "{}: {pages:?}", list.0);
    }
}

#[test]
fn the_pages_together_are_the_whole() {
    let fake = FakeAws::start(account());
    for list in lists() {
        fake.page_size(Some(1));
        let pages = follow(Client::new(&fake), &list);
        fake.page_size(Some(2));
        let pairs = follow(Client::new(&fake), &list);
        fake.page_size(None);
        let whole = follow(Client::new(&fake), &list);
        assert_eq!(whole.len(), 1, "{}", list.0);
        assert_eq!(pairs.len(), pages.len().div_ceil(2), "{}", list.0);
        assert_eq!(pages.concat(), whole[0], "{}", list.0);
        assert_eq!(pairs.concat(), whole[0], "{}", list.0);
    }
}

#[test]
fn a_request_can_ask_for_less_than_a_page() {
    let fake = FakeAws::start(account());
    fake.page_size(None);
    let reply = Client::new(&fake).ask("elbv2:DescribeLoadBalancers", "PageSize=2");
    assert_eq!(reply.values("LoadBalancerArn").len(), 2);
    let next = reply.value("NextMarker").unwrap();
    let rest = Client::new(&fake).ask("elbv2:DescribeLoadBalancers", &format!("Marker={next}"));
    assert_eq!(rest.values("LoadBalancerArn").len(), 4);
    assert_eq!(rest.value("NextMarker"), None);
}

#[test]
fn rules_and_certificates_of_a_listener_page() {
    let fake = FakeAws::start(account());
    let client = Client::new(&fake);
    let place = Place::new(ACCOUNT, "eu-west-1");
    let web = encode(&place.load_balancer("application", "web"));
    fake.page_size(None);
    let listeners = client.ask("elbv2:DescribeListeners", &format!("LoadBalancerArn={web}"));
    let secure = encode(listeners.values("ListenerArn")[1]);
    fake.page_size(Some(1));
    let modern = ("Marker", "NextMarker");
    let rules = ("elbv2:DescribeRules", format!("ListenerArn={secure}"), modern, "Priority");
    assert_eq!(follow(client, &rules).concat(), ["10", "20", "30", "default"]);
    let certificates = (
        "elbv2:DescribeListenerCertificates",
        format!("ListenerArn={secure}"),
        modern,
        "IsDefault",
    );
    assert_eq!(follow(client, &certificates).concat(), ["true", "false", "false"]);
}

#[test]
fn tokens_are_good_for_their_own_call_only() {
    let fake = FakeAws::start(account());
    let client = Client::new(&fake);
    let reply = client.ask("elbv2:DescribeLoadBalancers", "");
    let next = reply.value("NextMarker").unwrap();
    let other = client.ask("elbv2:DescribeTargetGroups", &format!("Marker={next}"));
    assert_eq!((other.status, other.value("Code")), (400, Some("ValidationError")));
}

#[test]
fn four_hundred_and_one_load_balancers_take_two_of_the_largest_pages() {
    let mut region = elb_audit_fake_aws::Region::new();
    for index in 0..401 {
        region =
            region.with(elb_audit_fake_aws::LoadBalancer::application(&format!("web-{index}")));
    }
    let fake =
        FakeAws::start(elb_audit_fake_aws::Account::new(ACCOUNT).region("eu-west-1", region));
    fake.page_size(None);
    let all =
        ("elbv2:DescribeLoadBalancers", String::new(), ("Marker", "NextMarker"), "LoadBalancerArn");
    let pages = follow(Client::new(&fake), &all);
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [400, 1]);
    assert_eq!(pages.concat().into_iter().collect::<BTreeSet<_>>().len(), 401);
}
