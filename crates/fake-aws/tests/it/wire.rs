//! The particulars of AWS's answers that auditors trip over.

use elb_audit_fake_aws::model::arn::Place;
use elb_audit_fake_aws::{Account, Action, FakeAws, Listener, LoadBalancer, Region};

use crate::client::{Client, Reply, encode};
use crate::everything::{ACCOUNT, account};

fn everything() -> FakeAws {
    let fake = FakeAws::start(account());
    fake.page_size(None);
    fake
}

fn arn(kind: &str, name: &str) -> String {
    encode(&Place::new(ACCOUNT, "eu-west-1").load_balancer(kind, name))
}

fn listeners(fake: &FakeAws, kind: &str, name: &str) -> Reply {
    Client::new(fake)
        .ask("elbv2:DescribeListeners", &format!("LoadBalancerArn={}", arn(kind, name)))
}

fn attributes(fake: &FakeAws, kind: &str, name: &str) -> Reply {
    Client::new(fake).ask(
        "elbv2:DescribeLoadBalancerAttributes",
        &format!("LoadBalancerArn={}", arn(kind, name)),
    )
}

#[test]
fn a_gateway_load_balancer_lacks_what_others_have() {
    let fake = everything();
    let reply = Client::new(&fake).ask("elbv2:DescribeLoadBalancers", "Names.member.1=gwy-a");
    assert_eq!(reply.value("Type"), Some("gateway"));
    assert!(reply.value("LoadBalancerArn").unwrap().contains(":loadbalancer/gwy/gwy-a/"));
    for member in ["Scheme", "DNSName", "SecurityGroups", "CanonicalHostedZoneId"] {
        assert_eq!(reply.value(member), None, "{member}");
    }
    let reply = listeners(&fake, "gateway", "gwy-a");
    assert!(reply.value("ListenerArn").unwrap().contains(":listener/gwy/gwy-a/"));
    for member in ["Port", "Protocol", "SslPolicy", "Certificates", "MutualAuthentication"] {
        assert_eq!(reply.value(member), None, "{member}");
    }
}

#[test]
fn a_lambda_group_has_no_protocol() {
    let fake = everything();
    let reply = Client::new(&fake).ask("elbv2:DescribeTargetGroups", "Names.member.1=lambda");
    assert_eq!(reply.value("TargetType"), Some("lambda"));
    for member in ["Protocol", "Port", "VpcId", "ProtocolVersion", "HealthCheckProtocol"] {
        assert_eq!(reply.value(member), None, "{member}");
    }
}

#[test]
fn only_dual_stack_network_listeners_have_rules() {
    let fake = everything();
    let rules = |kind: &str, name: &str| {
        let reply = listeners(&fake, kind, name);
        let listener = encode(reply.value("ListenerArn").unwrap());
        Client::new(&fake).ask("elbv2:DescribeRules", &format!("ListenerArn={listener}"))
    };
    assert_eq!(rules("network", "net").value("Code"), Some("ListenerNotFound"));
    assert_eq!(rules("gateway", "gwy-a").value("Code"), Some("ListenerNotFound"));
    let dual = rules("network", "dual");
    assert_eq!(dual.values("Priority"), ["1", "default"]);
    assert_eq!(dual.value("IpAddressType"), Some("ipv6"));
    assert!(dual.value("RuleArn").unwrap().contains(":listener-rule/net/dual/"));
}

#[test]
fn a_listener_answers_its_default_certificate_only() {
    let fake = everything();
    let reply = listeners(&fake, "application", "web");
    assert_eq!(reply.values("CertificateArn").len(), 1);
    assert_eq!(reply.value("IsDefault"), None);
    let login = listeners(&fake, "application", "login");
    assert_eq!(
        login.value("CertificateArn"),
        Some("arn:aws:iam::111122223333:server-certificate/old-one")
    );
}

#[test]
fn several_weighted_groups_have_no_single_arn() {
    let balancer = LoadBalancer::application("web")
        .listener(Listener::http(80).action(Action::weighted(&[("a", 1), ("b", 0)])));
    let fake =
        FakeAws::start(Account::new(ACCOUNT).region("eu-west-1", Region::new().with(balancer)));
    let reply = listeners(&fake, "application", "web");
    assert!(
        reply.value("DefaultActions").unwrap().contains("<Type>forward</Type><ForwardConfig>"),
        "{}",
        reply.body
    );
    assert_eq!(reply.values("Weight"), ["1", "0"]);
    assert_eq!(reply.values("TargetGroupArn").len(), 2);
}

#[test]
fn attributes_have_their_defaults_until_a_test_removes_them() {
    let fake = everything();
    let login = attributes(&fake, "application", "login").body;
    let pair = |key: &str, value: &str| format!("<Key>{key}</Key><Value>{value}</Value>");
    assert!(login.contains(&pair("routing.http.desync_mitigation_mode", "defensive")));
    assert!(login.contains(&pair("ipv6.deny_all_igw_traffic", "true")));
    assert!(login.contains(&pair("access_logs.s3.enabled", "false")));
    let web = attributes(&fake, "application", "web").body;
    assert!(!web.contains("desync_mitigation_mode"));
    assert!(web.contains(&pair("access_logs.s3.enabled", "true")));
    assert!(attributes(&fake, "network", "net").body.contains("dns_record.client_routing_policy"));
}

#[test]
fn text_is_escaped() {
    let fake = everything();
    let reply = Client::new(&fake)
        .ask("elbv2:DescribeTags", &format!("ResourceArns.member.1={}", arn("application", "web")));
    assert!(reply.body.contains("<Value>edge &amp; core</Value>"), "{}", reply.body);
}

#[test]
fn classic_policies_say_true_or_false_to_everything() {
    let fake = everything();
    let client = Client::new(&fake);
    let of = |parameters: &str| client.ask("elb:DescribeLoadBalancerPolicies", parameters).body;
    let pair = |name: &str, value: &str| {
        format!("<AttributeName>{name}</AttributeName><AttributeValue>{value}</AttributeValue>")
    };
    let own = of("LoadBalancerName=old-a&PolicyNames.member.1=own");
    assert!(
        own.contains(&pair("Protocol-TLSv1.2", "true"))
            && own.contains(&pair("Protocol-TLSv1", "false"))
    );
    assert!(own.contains(&pair("AES128-SHA", "true")) && own.contains(&pair("RC4-SHA", "false")));
    let console = of("LoadBalancerName=old-a&PolicyNames.member.1=console");
    assert!(console.contains(&pair("Reference-Security-Policy", "ELBSecurityPolicy-2015-05")));
    assert!(
        console.contains(&pair("DES-CBC3-SHA", "true"))
            && console.contains(&pair("Protocol-TLSv1.1", "true"))
    );
    let attached = of("LoadBalancerName=old-a");
    assert!(attached.contains("<PolicyName>ELBSecurityPolicy-2016-08</PolicyName>"));
    assert!(of("").contains("<PolicyName>ELBSample-OpenSSLDefaultCipherPolicy</PolicyName>"));
}

#[test]
fn listing_certificates_hides_unusual_keys_by_default() {
    let fake = everything();
    let client = Client::new(&fake);
    let count = |parameters: &str| {
        client.ask("acm:ListCertificates", parameters).values("CertificateArn").len()
    };
    assert_eq!(count("{}"), 6);
    assert_eq!(count("{\"Includes\":{\"keyTypes\":[\"RSA_2048\",\"EC_prime256v1\"]}}"), 7);
    assert!(
        client.ask("acm:SearchCertificates", "{}").body.contains("\"KeyAlgorithm\":\"RSA-2048\"")
    );
}

#[test]
fn a_web_acl_is_found_from_both_sides() {
    let fake = everything();
    let client = Client::new(&fake);
    let acls = client.ask("wafv2:ListWebACLs", "{\"Scope\":\"REGIONAL\"}");
    let acl = acls.values("ARN")[1];
    let resources =
        client.ask("wafv2:ListResourcesForWebACL", &format!("{{\"WebACLArn\":\"{acl}\"}}"));
    let web = Place::new(ACCOUNT, "eu-west-1").load_balancer("application", "web");
    assert_eq!(resources.body, format!("{{\"ResourceArns\":[\"{web}\"]}}"));
    let of = |name: &str| {
        let arn = Place::new(ACCOUNT, "eu-west-1").load_balancer("application", name);
        client.ask("wafv2:GetWebACLForResource", &format!("{{\"ResourceArn\":\"{arn}\"}}"))
    };
    assert_eq!(of("web").value("Name"), Some("edge"));
    assert_eq!(of("login").body, "{}");
}

#[test]
fn the_log_tells_what_was_asked() {
    let fake = everything();
    let client = Client { region: "us-east-1", key: "AKIAOTHER", ..Client::new(&fake) };
    client.ask("wafv2:ListWebACLs", "{\"Scope\":\"REGIONAL\",\"Limit\":5}");
    client.ask("elbv2:DescribeLoadBalancers", "Names.member.1=a%20b");
    let log = fake.log();
    assert_eq!(log[0].call(), "wafv2:ListWebACLs");
    assert_eq!((log[0].parameters["Limit"].as_str(), log[0].status), ("5", Some(200)));
    assert_eq!(log[1].action, "elasticloadbalancing:DescribeLoadBalancers");
    assert_eq!((log[1].region.as_str(), log[1].access_key.as_str()), ("us-east-1", "AKIAOTHER"));
    assert_eq!((log[1].parameters["Names.member.1"].as_str(), log[1].status), ("a b", Some(400)));
    fake.clear_log();
    assert!(fake.log().is_empty());
}
