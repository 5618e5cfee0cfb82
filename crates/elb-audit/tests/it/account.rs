//! An account that makes a scan use every call there is, and in which every check finds something.

use std::sync::LazyLock;

use elb_audit_double::{
    Account, Action, BlockPublicAccess, Certificate, ClassicListener, ClassicLoadBalancer,
    ClassicPolicy, Delivery, DeliveryDestination, DeliverySource, Listener, LoadBalancer, Oidc,
    Permission, PrefixList, RSA_1024, Redirect, Region, Rule, SecurityGroup, ServerCertificate,
    TargetGroup, TrustStore, WebAcl,
    model::{certificate::EPOCH, network},
};

pub(crate) const NUMBER: &str = "111122223333";
/// A policy that takes TLS 1.0 and CBC with SHA-1.
pub(crate) const OLD_POLICY: &str = "ELBSecurityPolicy-TLS13-1-0-2021-06";

/// Two regions: one with two of most things, where lists are asked for in bulk; one with a single
/// certificate and web ACL, which are asked for one by one.
pub(crate) fn account() -> Account {
    Account::new(NUMBER)
        .only_its_regions()
        .region("eu-west-1", busy())
        .region("us-east-1", quiet())
        .server_certificate(ServerCertificate::new("old").expires(EPOCH).body(RSA_1024))
}

/// Ten days from now, at midnight: the same for every account of one run.
fn soon() -> i64 {
    const DAY: i64 = 86_400;
    static SOON: LazyLock<i64> =
        LazyLock::new(|| (jiff::Timestamp::now().as_second() / DAY + 10) * DAY);
    *SOON
}

fn busy() -> Region {
    let open = Permission::tcp(0, 65535, &["pl-1", "192.0.2.0/24"]);
    Region::with_network()
        .with_all([web(), login(), net(), bare()])
        .with(LoadBalancer::gateway("gwy").listener(Listener::gateway().forward("boxes")))
        .with(classic())
        .with_all(groups())
        .with(TrustStore::new("clients"))
        .with(Certificate::imported("web").expires(EPOCH + 1))
        .with(Certificate::imported("api").expires(soon()))
        .with(Certificate::pending("wait").key("RSA-1024"))
        .with(WebAcl::new("edge").protects("web"))
        .with(DeliverySource::new("web-logs", "ALB_ACCESS_LOGS", "web"))
        .with(Delivery::new("web-logs", "bucket"))
        .with(DeliveryDestination::bucket("bucket", "logs"))
        .with(PrefixList::new("pl-1", &["0.0.0.0/1", "128.0.0.0/1"]))
        .with(SecurityGroup::new("sg-list").allow(open))
        .with(BlockPublicAccess::new("block-ingress").except(network::VPC, "allow-bidirectional"))
}

fn web() -> LoadBalancer {
    let to_http =
        Redirect { protocol: Some("HTTP".to_owned()), host: "x".to_owned(), ..Redirect::default() };
    let api = Rule::new(10).path("/api/*").forward("blue");
    let old = Rule::new(20).path("/old/*").action(Action::Redirect(to_http));
    LoadBalancer::application("web")
        .internet_facing()
        .security_groups(&["sg-list"])
        .listener(Listener::http(80).rule(api).rule(old).redirect_to_https())
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
        .tag("team", "edge")
}

fn login() -> LoadBalancer {
    let optional = Oidc { on_unauthenticated: Some("allow".to_owned()), ..Oidc::default() };
    LoadBalancer::application("login")
        .internet_facing()
        .listener(
            Listener::https(443)
                .policy("ELBSecurityPolicy-TLS13-1-2-2021-06")
                .certificate("old")
                .mutual("passthrough", None)
                .action(Action::Oidc(optional))
                .action(Action::weighted(&[("blue", 1), ("green", 0)])),
        )
        .attribute("access_logs.s3.enabled", "true")
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
