//! An account that makes a scan use every call there is, and in which every check finds something.

use std::sync::LazyLock;

use elb_audit_fake_aws::{
    Accelerator, AcceleratorListener, Account, Action, AutoScalingGroup, BlockPublicAccess, Bucket,
    Certificate, ClassicListener, ClassicLoadBalancer, ClassicPolicy, ClassicWebAcl, Cognito,
    Delivery, DeliveryDestination, DeliverySource, Distribution, EncryptionControl,
    EndpointService, FlowLog, HostedZone, HttpApi, Integration, LambdaFunction, Listener,
    LoadBalancer, Metric, NetworkInterface, Oidc, Origin, Permission, PrefixList, RSA_1024, Record,
    Redirect, Region, Rule, RuleGroup, SecurityGroup, ServerCertificate, Shield, Target,
    TargetGroup, TrustStore, UserPool, VpcEndpoint, VpcLink, VpcOrigin, WafRule, WebAcl,
    model::{arn::Place, certificate::EPOCH, network},
};

/// Its number.
pub const NUMBER: &str = "111122223333";
/// A policy that takes TLS 1.0 and CBC with SHA-1.
pub const OLD_POLICY: &str = "ELBSecurityPolicy-TLS13-1-0-2021-06";

/// Two regions: one with two of most things, where lists are asked for in bulk; one with a single
/// certificate and web ACL, which are asked for one by one.
#[must_use]
pub fn account() -> Account {
    account_of(busy(private()), quiet())
}

/// The same with a trust store that is shared: without a policy AWS answers with an error.
#[must_use]
pub fn sharing() -> Account {
    let policy = r#"{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "444455556666"}}]}"#;
    account_of(busy(TrustStore::new("clients").policy(policy)), quiet())
}

/// The same with Security Hub in its regions, and a topic in the first one.
#[must_use]
pub fn watched() -> Account {
    account_of(busy(private()).security_hub().topic("alerts"), quiet().security_hub())
}

fn account_of(busy: Region, quiet: Region) -> Account {
    let account = Account::new(NUMBER)
        .only_its_regions()
        .region("eu-west-1", busy)
        .region("us-east-1", quiet)
        .server_certificate(ServerCertificate::new("old").expires(EPOCH).body(RSA_1024));
    let place = Place::new(NUMBER, "eu-west-1");
    let (web, host) =
        (place.load_balancer("application", "web"), place.dns_name("application", "web", true));
    account
        .with(Bucket::new("logs", "eu-west-1").policy(false))
        .with(Shield::subscribed().protects(&web))
        .with(Distribution::new("www", Origin::custom(&host).header("X-Origin", "hunter2")))
        .with(VpcOrigin::new("way", &place.load_balancer("network", "bare")))
        .with(
            Accelerator::new("edge").listener(AcceleratorListener::tcp(443).to("eu-west-1", &web)),
        )
        .with(HostedZone::new("example.com").record(Record::alias("www.example.com", &host)))
}

/// The midnight before this run: the same for every account of it.
#[must_use]
pub fn today() -> jiff::Timestamp {
    static TODAY: LazyLock<i64> = LazyLock::new(|| jiff::Timestamp::now().as_second() / DAY * DAY);
    jiff::Timestamp::from_second(*TODAY).unwrap_or_default()
}

const DAY: i64 = 86_400;

/// Ten days from then.
fn soon() -> i64 {
    today().as_second() + 10 * DAY
}

/// The function that `web` leads to.
const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:f";

fn private() -> TrustStore {
    TrustStore::new("clients")
}

fn busy(trust_store: TrustStore) -> Region {
    let open = Permission::tcp(0, 65535, &["pl-1", "192.0.2.0/24"]);
    Region::with_network()
        .with_all([web(), login(), net(), bare()])
        .with(LoadBalancer::gateway("gwy").listener(Listener::gateway().forward("boxes")))
        .with(classic())
        .with_all(groups())
        .with(trust_store)
        .with(Certificate::imported("web").expires(EPOCH + 1))
        .with(Certificate::imported("api").expires(soon()))
        .with(Certificate::pending("wait").key("RSA-1024"))
        .with(
            WebAcl::new("edge")
                .protects("web")
                .rule(WafRule::group("own", 1, "own"))
                .logs_to("arn:aws:s3:::aws-waf-logs-edge"),
        )
        .with(RuleGroup::new("own").rule(WafRule::rate("limit", 1, 2000)))
        .with(ClassicWebAcl::new("former").protects("login"))
        .with(DeliverySource::new("web-logs", "ALB_ACCESS_LOGS", "web"))
        .with(Delivery::new("web-logs", "bucket"))
        .with(DeliveryDestination::bucket("bucket", "logs"))
        .with(PrefixList::new("pl-1", &["0.0.0.0/1", "128.0.0.0/1"]))
        .with(SecurityGroup::new("sg-list").allow(open))
        .with(BlockPublicAccess::new("block-ingress").except(network::VPC, "allow-bidirectional"))
        .with(SecurityGroup::new("sg-own").allow(Permission::tcp(8080, 8080, &["pl-2"])))
        .with(PrefixList::new("pl-2", &["10.0.0.0/8"]))
        .with(NetworkInterface::new("eni-1", "10.0.16.11").instance("i-1").groups(&["sg-own"]))
        .with(NetworkInterface::new("eni-2", "10.0.16.12").instance("i-2"))
        .with(NetworkInterface::new("eni-3", "10.0.16.99"))
        .with(UserPool::new("eu-west-1_pool"))
        .with(LambdaFunction::new("f").for_load_balancers(None))
        .with(FlowLog::new(network::VPC))
        .with(EncryptionControl::monitor(network::VPC))
        .with(EndpointService::new("vpce-svc-1").behind("bare").allow("*"))
        .with(VpcEndpoint::gateway_load_balancer("vpce-1", "vpce-svc-2"))
        .with(AutoScalingGroup::new("blue").behind("blue"))
        .with(Metric::sum("web", "RequestCount", 9.0))
        .with(VpcLink::new("link", "bare"))
        .with(HttpApi::new("api").integration(Integration::public("https://example.com")))
}

fn web() -> LoadBalancer {
    let to_http =
        Redirect { protocol: Some("HTTP".to_owned()), host: "x".to_owned(), ..Redirect::default() };
    let api = Rule::new(10).path("/api/*").forward("blue");
    let old = Rule::new(20).path("/old/*").action(Action::Redirect(to_http));
    let pods = Rule::new(30).path("/pods/*").forward("pods");
    LoadBalancer::application("web")
        .internet_facing()
        .security_groups(&["sg-list"])
        .listener(Listener::http(80).rule(api).rule(old).rule(pods).redirect_to_https())
        .listener(
            Listener::https(443)
                .policy(OLD_POLICY)
                .certificate("web")
                .certificate("api")
                .certificate("wait")
                .mutual("verify", Some("clients"))
                .accept_expired()
                .forward("blue"),
        )
        .attribute("routing.http.desync_mitigation_mode", "monitor")
        .attribute("connection_logs.s3.enabled", "true")
        .attribute("connection_logs.s3.bucket", "logs")
        .tag("team", "edge")
}

fn login() -> LoadBalancer {
    let pool = Cognito { pool: "userpool/eu-west-1_pool".to_owned(), ..Cognito::default() };
    let member = Rule::new(5).path("/members/*").action(Action::Cognito(pool)).forward("function");
    let optional = Oidc { on_unauthenticated: Some("allow".to_owned()), ..Oidc::default() };
    LoadBalancer::application("login")
        .internet_facing()
        .listener(
            Listener::https(443)
                .policy("ELBSecurityPolicy-TLS13-1-2-2021-06")
                .certificate("old")
                .mutual("passthrough", None)
                .rule(member)
                .action(Action::Oidc(optional))
                .action(Action::weighted(&[("blue", 1), ("green", 0)])),
        )
        .attribute("access_logs.s3.enabled", "true")
        .attribute("access_logs.s3.bucket", "logs")
}

fn net() -> LoadBalancer {
    LoadBalancer::network("net")
        .internet_facing()
        .dualstack()
        .security_groups(&[])
        .listener(Listener::tcp(3306).forward("db"))
        .listener(Listener::tls(443).certificate("web").forward("db"))
}

fn bare() -> LoadBalancer {
    LoadBalancer::network("bare")
        .listener(Listener::tcp(23).forward("empty"))
        .attribute("deletion_protection.enabled", "true")
}

fn groups() -> Vec<TargetGroup> {
    vec![
        TargetGroup::http("blue", 8080).healthy("i-1").unhealthy("i-2"),
        TargetGroup::http("green", 8080),
        TargetGroup::lambda("function").healthy(FUNCTION),
        TargetGroup::http("pods", 8080)
            .by_ip()
            .target(Target::new("10.0.16.99", "healthy").zone("eu-west-1a"))
            .target(Target::new("2001:db8::9", "healthy").zone("all")),
        TargetGroup::tcp("db", 3306).unhealthy("i-3"),
        TargetGroup::tcp("empty", 23),
        TargetGroup::geneve("boxes").healthy("i-4"),
        TargetGroup::tcp("unused", 9),
    ]
}

fn classic() -> ClassicLoadBalancer {
    ClassicLoadBalancer::new("old")
        .internet_facing()
        .listener(ClassicListener::http(80))
        .listener(ClassicListener::https(443, "old", "own"))
        .policy(ClassicPolicy::custom("own", &["TLSv1"], &["RC4-MD5"]))
        .instance("i-5", "InService")
        .instance("i-6", "OutOfService")
        .desync("monitor")
}

fn quiet() -> Region {
    Region::with_network()
        .with(
            LoadBalancer::application("only")
                .internet_facing()
                .listener(Listener::https(443).certificate("only").forward("only")),
        )
        .with(TargetGroup::http("only", 80).healthy("i-1"))
        .with(Certificate::issued("only"))
        .with(WebAcl::new("edge").protects("only"))
        .with(LoadBalancer::application("empty"))
}
