//! An account in which most is in order: what is missing from an answer here makes something pass that passed for
//! a reason.

use elb_audit_fake_aws::{
    Account, Action, AutoScalingGroup, BlockPublicAccess, Bucket, Certificate, ClassicListener,
    ClassicLoadBalancer, Cognito, Distribution, FlowLog, Jwt, LambdaFunction, Listener,
    LoadBalancer, Metric, NetworkInterface, Oidc, Origin, Permission, PublicAccessBlock, Region,
    Rule, SecurityGroup, Shield, TargetGroup, TrustStore, UserPool, WafRule, WebAcl,
    model::{arn::Place, network},
};

use crate::account::NUMBER;

const POLICY: &str = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06";
const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:f";

pub(crate) fn sound() -> Account {
    let place = Place::new(NUMBER, "eu-west-1");
    let (app, host) =
        (place.load_balancer("application", "app"), place.dns_name("application", "app", true));
    Account::new(NUMBER)
        .only_its_regions()
        .region("eu-west-1", region())
        .with(Bucket::new("logs", "eu-west-1").policy(false).block(Some(PublicAccessBlock::all())))
        .with(Shield::subscribed().protects(&app))
        .with(Distribution::new("www", Origin::custom(&host).header("X-Origin", "hunter2")))
}

fn region() -> Region {
    let only = |port: i32, from: &str| Permission::tcp(port, port, &[from]);
    Region::with_network()
        .with_all([app(), tls()])
        .with(classic())
        .with_all([
            TargetGroup::http("app", 8080).healthy("i-1").healthy("i-2"),
            TargetGroup::tcp("tls", 8443).healthy("i-1").healthy("i-2"),
            TargetGroup::lambda("function").healthy(FUNCTION),
        ])
        .with(Certificate::issued("app"))
        .with(Certificate::issued("tls"))
        .with(Certificate::issued("old"))
        .with(TrustStore::new("clients"))
        .with(
            SecurityGroup::new("sg-web").allow(only(443, "0.0.0.0/0")).allow(only(80, "0.0.0.0/0")),
        )
        .with(SecurityGroup::new("sg-own").allow(only(8080, "10.0.0.0/8")))
        .with(NetworkInterface::new("eni-1", "10.0.16.11").instance("i-1").groups(&["sg-own"]))
        .with(NetworkInterface::new("eni-2", "10.0.32.12").instance("i-2").groups(&["sg-own"]))
        .with(
            WebAcl::new("edge")
                .protects("app")
                .rule(WafRule::managed("AWSManagedRulesCommonRuleSet", 1))
                .rule(WafRule::rate("limit", 2, 2000).action("Block"))
                .logs_to("arn:aws:s3:::aws-waf-logs-edge"),
        )
        .with(UserPool::new("eu-west-1_pool"))
        .with(LambdaFunction::new("f").for_load_balancers(Some("function")))
        .with(FlowLog::new(network::VPC))
        .with(BlockPublicAccess::new("off"))
        .with(AutoScalingGroup::new("app").behind("app"))
        .with(Metric::sum("app", "RequestCount", 9.0))
}

fn app() -> LoadBalancer {
    let pool = Cognito { pool: "userpool/eu-west-1_pool".to_owned(), ..Cognito::default() };
    let member = Rule::new(5).path("/members/*").action(Action::Cognito(pool)).forward("function");
    let staff = Rule::new(6).path("/staff/*").action(Action::Oidc(Oidc::default())).forward("app");
    let token = Rule::new(7).path("/api/*").action(Action::Jwt(Jwt::default())).forward("app");
    LoadBalancer::application("app")
        .internet_facing()
        .security_groups(&["sg-web"])
        .listener(Listener::http(80).redirect_to_https())
        .listener(
            Listener::https(443)
                .policy(POLICY)
                .certificate("app")
                .mutual("verify", Some("clients"))
                .rule(member)
                .rule(staff)
                .rule(token)
                .forward("app"),
        )
        .attribute("deletion_protection.enabled", "true")
        .attribute("routing.http.drop_invalid_header_fields.enabled", "true")
        .attribute("routing.http.desync_mitigation_mode", "strictest")
        .attribute("access_logs.s3.enabled", "true")
        .attribute("access_logs.s3.bucket", "logs")
        .attribute("connection_logs.s3.enabled", "true")
        .attribute("connection_logs.s3.bucket", "logs")
        .reserve(100)
}

fn tls() -> LoadBalancer {
    LoadBalancer::network("tls")
        .internet_facing()
        .security_groups(&["sg-web"])
        .listener(Listener::tls(443).policy(POLICY).certificate("tls").forward("tls"))
        .attribute("deletion_protection.enabled", "true")
        .attribute("load_balancing.cross_zone.enabled", "true")
        .attribute("access_logs.s3.enabled", "true")
        .attribute("access_logs.s3.bucket", "logs")
}

fn classic() -> ClassicLoadBalancer {
    ClassicLoadBalancer::new("old")
        .internet_facing()
        .listener(ClassicListener::https(443, "old", "ELBSecurityPolicy-TLS-1-2-2017-01"))
        .instance("i-1", "InService")
        .instance("i-2", "InService")
        .check("HTTPS:443/health")
        .access_log("logs")
        .cross_zone()
        .draining(300)
        .desync("strictest")
}
