//! An account with at least two of everything that the fake knows.

use elb_audit_fake_aws::{
    Accelerator, AcceleratorListener, Account, AclEntry, Action, AutoScalingGroup,
    BlockPublicAccess, Bucket, Certificate, ClassicListener, ClassicLoadBalancer, ClassicPolicy,
    ClassicWebAcl, Cognito, Condition, Delivery, DeliveryDestination, DeliverySource, Distribution,
    EncryptionControl, EndpointService, FlowLog, HostedZone, HttpApi, HttpVpcLink, Integration,
    Jwt, LambdaFunction, Listener, LoadBalancer, Metric, NetworkAcl, NetworkInterface, Oidc,
    Organization, Origin, Permission, PrefixList, Protection, Record, Redirect, Region, Rule,
    RuleGroup, SecurityGroup, ServerCertificate, Session, Shield, Target, TargetGroup, Transform,
    TrustStore, UserPool, Vpc, VpcEndpoint, VpcLink, VpcOrigin, WafLogging, WafRule, WebAcl,
    ZoneAddress,
    model::{classic::Instance, organization::ROOT},
};

pub(crate) const ACCOUNT: &str = "111122223333";

/// Something that looks like a load balancer's ARN.
pub(crate) const WEB: &str =
    "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/web/0";

pub(crate) fn account() -> Account {
    Account::new(ACCOUNT)
        .region("eu-west-1", region())
        .server_certificate(ServerCertificate::new("old-one"))
        .server_certificate(ServerCertificate::new("old-two"))
        .with(
            Bucket::new("logs-a", "eu-west-1")
                .policy(false)
                .kms("arn:aws:kms:eu-west-1:111122223333:key/k")
                .object("AWSLogs/b c")
                .object_at("AWSLogs/a", 1_767_312_000)
                .object("other/&d"),
        )
        .with(Shield::subscribed().protects(WEB).protection(
            Protection::new("arn:aws:cloudfront::111122223333:distribution/E1").automatic("Count"),
        ))
        .with(
            Accelerator::new("edge")
                .listener(
                    AcceleratorListener::tcp(443).to("eu-west-1", WEB).to("us-east-1", "i-far"),
                )
                .listener(AcceleratorListener::tcp(80)),
        )
        .with(Accelerator::new("old").disabled())
        .with_all([
            Distribution::new("www", Origin::custom("web.example.com").header("x-key", "<k>"))
                .origin(Origin::vpc("net.example.com", "vo_1"))
                .web_acl("arn:aws:wafv2:us-east-1:111122223333:global/webacl/cdn/0"),
            Distribution::new(
                "old",
                Origin::custom("old.example.com").protocol_policy("http-only"),
            )
            .disabled(),
        ])
        .with_all(["one", "two"].map(|name| VpcOrigin::new(name, WEB)))
        .with(
            HostedZone::new("example.com")
                .record(Record::new("zzz.example.com", "CNAME", "gone.example.net"))
                .record(Record::alias("www.example.com", "web-1.eu-west-1.elb.amazonaws.com"))
                .record(Record::new("api.example.com", "A", "192.0.2.1").weighted("b", 1))
                .record(Record::new("api.example.com", "A", "192.0.2.2").weighted("a", 9)),
        )
        .with(HostedZone::new("inside.example.com").private())
        .with(organization())
        .with(Bucket::new("logs-b", "us-east-1"))
        .with(Bucket::new("bare", "eu-west-1").block(None).versioning(None).unencrypted())
        .with(Bucket::new("foreign", "eu-west-1").owner("444455556666").open_to_others())
        .with(Bucket::new("shut", "eu-west-1").owner("444455556666"))
}

fn organization() -> Organization {
    let deep = "ou-ab12-workload";
    Organization::new()
        .unit("workload", "Workloads", ROOT)
        .unit("sandbox0", "Sandbox", ROOT)
        .unit("prod0000", "Production", deep)
        .unit("test0000", "Test", deep)
        .member(ACCOUNT, "Management", ROOT)
        .member("444455556666", "Shop & more", "ou-ab12-prod0000")
        .member("555566667777", "Old", "ou-ab12-sandbox0")
        .state("555566667777", "CLOSED")
}

pub(crate) fn region() -> Region {
    users(network(things()))
}

/// What stands around load balancers.
fn network(region: Region) -> Region {
    let web = "ELB app/web/0123456789abcdef";
    region
        .with(
            NetworkAcl::new("acl-strict", &["subnet-0de401000000000a"])
                .entry(AclEntry::allow(200, "10.0.0.0/16").tcp(443, 443))
                .entry(AclEntry::deny(100, "::/0").udp(53, 53).outward()),
        )
        .with(NetworkInterface::new("eni-1", "10.0.16.4").instance("i-1").public("203.0.113.4"))
        .with(
            NetworkInterface::new("eni-2", "10.0.0.5")
                .address("10.0.0.6")
                .ipv6("2001:db8::5")
                .service("amazon-elb")
                .description(web),
        )
        .with(NetworkInterface::new("eni-3", "10.0.0.7").kind("lambda").owner("444455556666"))
        .with(FlowLog::new("vpc-0c0ffee0000000001"))
        .with(FlowLog::new("vpc-other").traffic("REJECT").failing("Access error"))
        .with(
            EndpointService::new("vpce-svc-1")
                .behind("net")
                .without_acceptance()
                .allow("*")
                .allow("arn:aws:iam::444455556666:role/reader")
                .private_dns("api.example.com", "verified"),
        )
        .with(EndpointService::new("vpce-svc-2").behind_gateway("gwy-a"))
        .with(VpcEndpoint::interface("vpce-1", "vpce-svc-1").network_interface("eni-3"))
        .with(VpcEndpoint::gateway_load_balancer("vpce-2", "vpce-svc-2"))
        .with(VpcEndpoint::gateway("vpce-3", "com.amazonaws.eu-west-1.s3", &["rtb-1"]))
        .with(EncryptionControl::monitor("vpc-other"))
        .with(EncryptionControl::enforce("vpc-0c0ffee0000000001").exclude("internetGateway"))
        .with(SecurityGroup::new("sg-stale-a").name("stale").stale(Permission::tcp(
            22,
            22,
            &["444455556666/sg-gone", "pl-1"],
        )))
        .with(SecurityGroup::new("sg-stale-b").egress(&[]).stale(Permission::all(&["sg-gone"])))
}

/// What leads to load balancers, or what they lead to.
fn users(region: Region) -> Region {
    let listener = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/web/0/1";
    region
        .with(
            AutoScalingGroup::new("blue")
                .behind("blue")
                .behind_classic("old-a")
                .traffic_source(
                    "arn:aws:vpc-lattice:eu-west-1:111122223333:targetgroup/tg-1",
                    "vpc-lattice",
                )
                .health_check("EC2,ELB")
                .instance("i-1"),
        )
        .with(AutoScalingGroup::new("idle").zones(&['c']))
        .with(Metric::sum("web", "RequestCount", 42.0))
        .with(Metric::sum("web", "RequestCount", 7.5).dimension("TargetGroup", "blue"))
        .with(Metric::sum("net", "NewFlowCount", 0.0))
        .with(Metric::sum("old-a", "RequestCount", 0.0).values(&[1.0, 2.0]))
        .with(LambdaFunction::new("f").for_load_balancers(Some(listener)).caller("sns", None))
        .with(LambdaFunction::new("bare"))
        .with_all(["one", "two"].map(|name| VpcLink::new(name, "net")))
        .with_all(["one", "two"].map(HttpVpcLink::new))
        .with(
            HttpApi::new("shop")
                .integration(Integration::private("abc123", listener).tls("web.example.com"))
                .integration(Integration::public("https://example.com")),
        )
        .with(HttpApi::new("empty"))
}

fn things() -> Region {
    let balancers = [web(), login(), net(), dual(), gateway("gwy-a"), gateway("gwy-b")];
    Region::with_network()
        .with_all(balancers)
        .with_all(target_groups())
        .with(TrustStore::new("clients").revocation(3).revocation(1))
        .with(
            TrustStore::new("partners")
                .policy("{\"Statement\":[]}")
                .shared_with(
                    "arn:aws:elasticloadbalancing:eu-west-1:444455556666:loadbalancer/app/a/0",
                )
                .shared_with(
                    "arn:aws:elasticloadbalancing:eu-west-1:444455556666:loadbalancer/app/b/0",
                ),
        )
        .with_all([classic("old-a"), classic("old-b")])
        .with_all(["web", "api", "shared"].map(Certificate::issued))
        .with(Certificate::imported("imported").renewal("FAILED").key("EC-prime256v1"))
        .with(
            Certificate::pending("pending")
                .domains(&["pending.example.com", "done.example.com"])
                .validation("done.example.com", "SUCCESS")
                .used_by("arn:aws:cloudfront::111122223333:distribution/E1"),
        )
        .with(
            Certificate::issued("late")
                .validated_by("EMAIL")
                .renewal_because("FAILED", "CAA_ERROR")
                .exportable(true)
                .signature("SHA384WITHRSA")
                .issuer("Example Root"),
        )
        .with(Certificate::issued("never").failed("DOMAIN_NOT_ALLOWED"))
        .with(Vpc::new("vpc-other", "10.1.0.0/16").range("10.2.0.0/16").range("2001:db8::/56"))
        .with(WebAcl::new("empty").logs_to("arn:aws:s3:::aws-waf-logs-empty"))
        .with(edge())
        .with_all(["first", "second"].map(|name| ClassicWebAcl::new(name).protects("web")))
        .with(UserPool::new("eu-west-1_example").advanced_security("AUDIT"))
        .with(UserPool::new("eu-west-1_open").mfa("OFF").self_registration())
        .with(RuleGroup::new("own").rule(WafRule::rate("few", 1, 100)))
        .with(DeliverySource::new("web-logs", "ALB_ACCESS_LOGS", "web"))
        .with(DeliverySource::new("net-logs", "NLB_ACCESS_LOGS", "net"))
        .with(Delivery::new("web-logs", "bucket-a"))
        .with(Delivery::new("net-logs", "bucket-b"))
        .with(DeliveryDestination::bucket("bucket-a", "logs-a"))
        .with(DeliveryDestination::bucket("bucket-b", "logs-b"))
        .with(PrefixList::new("pl-1", &["192.0.2.0/24", "198.51.100.0/24"]))
        .with(PrefixList::new("pl-2", &["2001:db8::/32"]))
        .with(SecurityGroup::new("sg-peers").allow(Permission::udp(
            53,
            53,
            &["::/0", "pl-1", "sg-0e0e0e0000000001"],
        )))
        .with(
            BlockPublicAccess::new("block-ingress")
                .except("subnet-0ab11c0000000000a", "allow-bidirectional")
                .except("vpc-other", "allow-egress"),
        )
}

fn edge() -> WebAcl {
    let country = "{\"GeoMatchStatement\":{\"CountryCodes\":[\"AQ\"]}}";
    let stream = "arn:aws:firehose:eu-west-1:111122223333:deliverystream/aws-waf-logs-edge";
    WebAcl::new("edge")
        .protects("web")
        .blocks()
        .low_reputation("ALWAYS_ON")
        .rule(
            WafRule::managed("AWSManagedRulesCommonRuleSet", 1).count_rule("SizeRestrictions_BODY"),
        )
        .rule(WafRule::managed("AWSManagedRulesSQLiRuleSet", 2).count())
        .rule(WafRule::rate("limit", 3, 2000))
        .rule(WafRule::group("mine", 4, "own"))
        .rule(WafRule::new("country", 5, country).action("Allow"))
        .logging(WafLogging::to(stream).redact("authorization").only("BLOCK"))
        .logging(WafLogging::to("arn:aws:s3:::aws-security-data-lake-x").log_scope("SECURITY_LAKE"))
}

fn web() -> LoadBalancer {
    let rules = [
        Rule::new(20)
            .host("api.example.com")
            .path("/v1/*")
            .action(Action::weighted(&[("blue", 9), ("green", 1)])),
        Rule::new(10)
            .when(Condition::Header("X-Test".to_owned(), vec!["a&b <c>".to_owned()]))
            .when(Condition::Method(vec!["GET".to_owned()]))
            .when(Condition::Query(vec![
                (None, "x".to_owned()),
                (Some("k".to_owned()), "v".to_owned()),
            ]))
            .when(Condition::SourceIp(vec!["192.0.2.0/24".to_owned()]))
            .action(Action::fixed_with(403, "text/html", "<b>no</b>")),
        Rule::new(30)
            .when(Condition::HostRegex(vec!["^a.*$".to_owned()]))
            .transform(Transform::url("^/a", "/b"))
            .transform(Transform::host("^(.*)[.]old$", "$1.new"))
            .action(Action::Redirect(Redirect {
                protocol: Some("HTTP".to_owned()),
                ..Redirect::default()
            })),
    ];
    let mut secure = Listener::https(443)
        .certificate("web")
        .certificate("api")
        .certificate("shared")
        .mutual("verify", Some("clients"))
        .association("removed")
        .advertise("on")
        .forward("blue");
    secure.rules = rules.into();
    LoadBalancer::application("web")
        .internet_facing()
        .listener(Listener::http(80).redirect_to_https())
        .listener(secure)
        .attribute("access_logs.s3.enabled", "true")
        .without_attribute("routing.http.desync_mitigation_mode")
        .tag("team", "edge & core")
        .tag("env", "test")
}

fn login() -> LoadBalancer {
    let oidc = Action::Oidc(Oidc {
        on_unauthenticated: Some("allow".to_owned()),
        token_endpoint: Some("http://login.example.com/token".to_owned()),
        session: Session {
            scope: "openid email".to_owned(),
            timeout: 60,
            parameters: vec![("prompt".to_owned(), "login".to_owned())],
            ..Session::default()
        },
        ..Oidc::default()
    });
    let keys = Some("https://keys.example.com/jwks".to_owned());
    let jwt = Action::Jwt(Jwt {
        jwks_endpoint: keys,
        claims: vec![("aud".to_owned(), "single-string".to_owned(), vec!["api".to_owned()])],
        ..Jwt::default()
    });
    LoadBalancer::application("login")
        .listener(Listener::https(443).certificate("old-one").action(oidc).forward("lambda"))
        .listener(
            Listener::https(8443)
                .certificate("imported")
                .mutual("passthrough", None)
                .action(Action::Cognito(Cognito::default()))
                .forward("green"),
        )
        .listener(Listener::https(9443).certificate("web").action(jwt).forward("green"))
}

fn net() -> LoadBalancer {
    let tls = Listener::tls(443).certificate("web").forward("tcp").alpn(&["HTTP2Preferred"]);
    let [public, private] = ["subnet-0de401000000000a", "subnet-0de401000000000b"];
    LoadBalancer::network("net")
        .address(ZoneAddress::elastic(public, "203.0.113.7", "eipalloc-1"))
        .address(ZoneAddress::private(private, "10.0.17.9"))
        .address(ZoneAddress::ipv6(private, "2001:db8::9"))
        .private_link_rules("off")
        .reserve(100)
        .state("active_impaired")
        .state_reason("It cannot scale")
        .listener(tls)
        .listener(Listener::quic(8443).forward("quic"))
        .listener(Listener::udp(53).forward("udp"))
}

fn dual() -> LoadBalancer {
    let six = Rule::new(1).when(Condition::SourceIpType("ipv6".to_owned())).forward("tcp");
    LoadBalancer::network("dual")
        .dualstack()
        .security_groups(&[])
        .listener(Listener::tcp(22).rule(six).forward("to-web"))
}

fn gateway(name: &str) -> LoadBalancer {
    LoadBalancer::gateway(name).listener(Listener::gateway().forward("appliances"))
}

fn target_groups() -> Vec<TargetGroup> {
    let states =
        ["unhealthy", "unhealthy.draining", "initial", "draining", "unused", "unavailable"];
    let mut blue = TargetGroup::http("blue", 8080).healthy("i-1");
    for state in states {
        blue = blue.target(Target::new(&format!("i-{state}"), state).port(9090));
    }
    vec![
        blue,
        TargetGroup::https("green", 8443)
            .check("HTTPS", "/health")
            .check_port("9443")
            .check_codes("200-499")
            .by_ip()
            .target(Target::new("192.0.2.9", "healthy").zone("all")),
        TargetGroup::http("grpc", 50051).version("GRPC").ip_address_type("ipv6"),
        TargetGroup::lambda("lambda").healthy("arn:aws:lambda:eu-west-1:111122223333:function:f"),
        TargetGroup::tcp("tcp", 443).by_ip().healthy("10.0.0.7"),
        TargetGroup::of("udp", "UDP", 53),
        TargetGroup::of("quic", "QUIC", 8443),
        TargetGroup::alb("to-web", 80),
        TargetGroup::geneve("appliances"),
    ]
}

fn classic(name: &str) -> ClassicLoadBalancer {
    let mut sticky = ClassicPolicy::of("sticky", "LBCookieStickinessPolicyType");
    sticky.attributes.push(("CookieExpirationPeriod".to_owned(), "60".to_owned()));
    let mut one = ClassicLoadBalancer::new(name)
        .check("HTTPS:443/health")
        .backend(443, &["trusted"])
        .policy(ClassicPolicy::of("trusted", "BackendServerAuthenticationPolicyType"))
        .cross_zone()
        .draining(30)
        .idle_timeout(120)
        .listener(ClassicListener::http(80))
        .listener(ClassicListener::https(443, "old-two", "ELBSecurityPolicy-2016-08"))
        .listener(ClassicListener::ssl(8443, "web", "own"))
        .policy(ClassicPolicy::custom("own", &["TLSv1.2"], &["AES128-SHA"]))
        .policy(ClassicPolicy::referencing("console", "ELBSecurityPolicy-2015-05"))
        .policy(sticky)
        .instance("i-1", "InService")
        .instance("i-2", "OutOfService")
        .access_log("bucket")
        .desync("monitor");
    one.instances.push(Instance::registering("i-3"));
    one.tags.push(("team".to_owned(), "old".to_owned()));
    one
}
