//! What the load-balancer APIs answer in depth: addresses, sessions, rewrites, checks, trust stores.

use elb_audit_fake_aws::model::arn::Place;
use elb_audit_fake_aws::{Account, FakeAws, Fault, LoadBalancer, Region};

use crate::client::{Client, Reply, encode};
use crate::everything::{ACCOUNT, account};

fn ask(call: &str, parameters: &str) -> Reply {
    let fake = FakeAws::start(account());
    fake.page_size(None);
    Client::new(&fake).ask(call, parameters)
}

fn place() -> Place {
    Place::new(ACCOUNT, "eu-west-1")
}

fn of(parameter: &str, arn: &str) -> String {
    format!("{parameter}={}", encode(arn))
}

fn listeners(kind: &str, name: &str) -> Reply {
    ask("elbv2:DescribeListeners", &of("LoadBalancerArn", &place().load_balancer(kind, name)))
}

#[test]
fn a_load_balancer_tells_its_addresses_and_why_it_ails() {
    let reply = ask("elbv2:DescribeLoadBalancers", "Names.member.1=net");
    assert_eq!(reply.value("AllocationId"), Some("eipalloc-1"));
    assert_eq!(reply.value("IpAddress"), Some("203.0.113.7"));
    assert_eq!(reply.value("PrivateIPv4Address"), Some("10.0.17.9"));
    assert_eq!(reply.value("IPv6Address"), Some("2001:db8::9"));
    assert_eq!(reply.value("Reason"), Some("It cannot scale"));
    let rules = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic";
    assert_eq!(reply.value(rules), Some("off"));
    let name = place().dns_name("network", "net", true);
    assert_eq!(reply.value("DNSName"), Some(name.as_str()));
}

#[test]
fn actions_carry_all_their_settings() {
    let reply = listeners("application", "login");
    assert_eq!(reply.value("TokenEndpoint"), Some("http://login.example.com/token"));
    assert_eq!(reply.value("UserInfoEndpoint"), Some("https://login.example.com/userinfo"));
    assert_eq!(reply.values("Scope"), ["openid email", "openid"]);
    assert_eq!(reply.values("SessionTimeout"), ["60", "604800"]);
    assert_eq!(reply.value("key"), Some("prompt"));
    assert!(reply.value("UserPoolArn").unwrap().ends_with(":userpool/eu-west-1_example"));
    assert_eq!(reply.value("JwksEndpoint"), Some("https://keys.example.com/jwks"));
    assert_eq!(reply.value("Format"), Some("single-string"));
}

#[test]
fn a_listener_tells_alpn_and_how_it_stands_with_its_trust_store() {
    let alpn = listeners("network", "net");
    assert_eq!(alpn.value("AlpnPolicy"), Some("<member>HTTP2Preferred</member>"));
    let web = listeners("application", "web");
    assert_eq!(web.value("TrustStoreAssociationStatus"), Some("removed"));
    assert_eq!(web.value("AdvertiseTrustStoreCaNames"), Some("on"));
    let rules = ask("elbv2:DescribeRules", &of("ListenerArn", web.values("ListenerArn")[1]));
    assert_eq!(rules.value("MessageBody"), Some("&lt;b&gt;no&lt;/b&gt;"));
    let rewrites = ["UrlRewriteConfig", "HostHeaderRewriteConfig"].map(|name| rules.value(name));
    assert!(rewrites.iter().all(|config| config.unwrap().contains("<Regex>^")), "{rewrites:?}");
}

#[test]
fn a_target_group_tells_its_check() {
    let reply = ask("elbv2:DescribeTargetGroups", "Names.member.1=green&Names.member.2=grpc");
    assert_eq!(reply.values("HealthCheckProtocol"), ["HTTPS", "HTTP"]);
    assert_eq!(reply.values("HealthCheckPath"), ["/health", "/AWS.ALB/healthcheck"]);
    assert_eq!(reply.values("HealthCheckPort"), ["9443", "traffic-port"]);
    assert_eq!(reply.value("HttpCode"), Some("200-499"));
    assert_eq!(reply.value("GrpcCode"), Some("12"));
    assert_eq!(reply.values("IpAddressType"), ["ipv4", "ipv6"]);
    let arn = of("TargetGroupArn", &place().target_group("green"));
    let health = ask("elbv2:DescribeTargetHealth", &arn);
    assert_eq!(health.value("AvailabilityZone"), Some("all"));
    assert_eq!(health.value("HealthCheckPort"), Some("9443"));
}

#[test]
fn a_trust_store_tells_what_it_revokes_and_who_uses_it() {
    let store = |name: &str| of("TrustStoreArn", &place().trust_store(name));
    let revocations = ask("elbv2:DescribeTrustStoreRevocations", &store("clients"));
    assert_eq!(revocations.values("NumberOfRevokedEntries"), ["3", "1"]);
    let second = format!("{}&RevocationIds.member.1=2", store("clients"));
    let second = ask("elbv2:DescribeTrustStoreRevocations", &second);
    assert_eq!(second.values("RevocationId"), ["2"]);
    let total = ask("elbv2:DescribeTrustStores", "Names.member.1=clients");
    assert_eq!(total.value("TotalRevokedEntries"), Some("4"));
    let users = ask("elbv2:DescribeTrustStoreAssociations", &store("clients"));
    let web = place().load_balancer("application", "web");
    assert_eq!(users.values("ResourceArn"), [web]);
}

#[test]
fn only_a_shared_trust_store_has_a_policy() {
    let policy =
        |name: &str| ask("elbv2:GetResourcePolicy", &of("ResourceArn", &place().trust_store(name)));
    assert_eq!(policy("partners").value("Policy"), Some("{&quot;Statement&quot;:[]}"));
    let none = policy("clients");
    assert_eq!((none.status, none.value("Code")), (400, Some("ResourceNotFound")));
}

#[test]
fn limits_and_reservations() {
    let region =
        Region::new().limit("target-groups", 7).limit("new", 1).with(LoadBalancer::network("net"));
    let fake = FakeAws::start(Account::new(ACCOUNT).region("eu-west-1", region));
    fake.page_size(None);
    let client = Client::new(&fake);
    let limits = client.ask("elbv2:DescribeAccountLimits", "").body;
    for (name, max) in [("target-groups", 7), ("new", 1), ("network-load-balancers", 50)] {
        assert!(limits.contains(&format!("<Name>{name}</Name><Max>{max}</Max>")), "{limits}");
    }
    let net = of("LoadBalancerArn", &place().load_balancer("network", "net"));
    let none = client.ask("elbv2:DescribeCapacityReservation", &net);
    assert_eq!((none.status, none.value("CapacityUnits")), (200, None));
    let some = ask("elbv2:DescribeCapacityReservation", &net);
    assert_eq!(some.value("CapacityUnits"), Some("100"));
    fake.fault(Fault::deny("elasticloadbalancing:DescribeAccountLimits"));
    assert_eq!(client.ask("elbv2:DescribeAccountLimits", "").status, 403);
}

#[test]
fn a_classic_load_balancer_tells_its_check_and_backends() {
    let reply = ask("elb:DescribeLoadBalancers", "LoadBalancerNames.member.1=old-a");
    assert_eq!(reply.value("Target"), Some("HTTPS:443/health"));
    let backends = reply.value("BackendServerDescriptions").unwrap();
    assert!(backends.contains("<InstancePort>443</InstancePort>") && backends.contains("trusted"));
    let zones = "<member>eu-west-1a</member><member>eu-west-1b</member>";
    assert_eq!(reply.value("AvailabilityZones"), Some(zones));
    let attributes = ask("elb:DescribeLoadBalancerAttributes", "LoadBalancerName=old-a");
    for (name, content) in [
        ("CrossZoneLoadBalancing", "<Enabled>true</Enabled>"),
        ("ConnectionDraining", "<Enabled>true</Enabled><Timeout>30</Timeout>"),
        ("ConnectionSettings", "<IdleTimeout>120</IdleTimeout>"),
    ] {
        assert_eq!(attributes.value(name), Some(content));
    }
}
