//! What a saved inventory says of an account: the facts as AWS tells them, and no secret.

use elb_audit_core::inventory::{
    Account as Known, IdentityFilter, Inventory, Listener as KnownListener,
    LoadBalancer as KnownBalancer, Protocol, Region as KnownRegion, TransformKind,
};
use elb_audit_core::vocab::fact::{Fact, Reason};
use elb_audit_fake_aws::{
    Account, Action, Certificate, ClassicListener, ClassicLoadBalancer, ClassicPolicy,
    ClassicWebAcl, Cognito, FakeAws, Fault, Jwt, LambdaFunction, Listener, LoadBalancer, Metric,
    NetworkInterface, Oidc, Permission, PrefixList, RSA_1024, Region, Rule, RuleGroup,
    SecurityGroup, ServerCertificate, Target, TargetGroup, Transform, TrustStore, UserPool,
    WafLogging, WafRule, WebAcl, ZoneAddress,
    model::{arn::Place, certificate::EPOCH, network},
};

use crate::account::NUMBER;
use crate::program::Run;

/// The saved inventory of an account, and its text.
pub(crate) fn collected(fake: &FakeAws) -> (Known, String) {
    let text = Run::on(fake, "collect --retries 0 -o -").done().exits(0).stdout;
    let mut inventory: Inventory = serde_json::from_str(&text).unwrap();
    (inventory.accounts.remove(0), text)
}

pub(crate) fn place() -> Place {
    Place::new(NUMBER, "eu-west-1")
}

/// A fake AWS with one region.
fn fake(region: Region) -> FakeAws {
    FakeAws::start(Account::new(NUMBER).only_its_regions().region("eu-west-1", region))
}

fn region_of(region: Region) -> KnownRegion {
    collected(&fake(region)).0.regions.remove(0)
}

fn lb<'a>(region: &'a KnownRegion, name: &str) -> &'a KnownBalancer {
    region.load_balancers().find(|lb| lb.name == name).unwrap()
}

fn listener<'a>(region: &'a KnownRegion, name: &str) -> &'a KnownListener {
    &lb(region, name).listeners.get().unwrap()[0]
}

#[test]
fn load_balancers() {
    let elastic = ZoneAddress::elastic(network::PUBLIC_SUBNETS[0], "203.0.113.7", "eipalloc-1");
    let net = LoadBalancer::network("net")
        .internet_facing()
        .address(elastic)
        .private_link_rules("off")
        .reserve(500)
        .state("active_impaired")
        .state_reason("no route")
        .listener(Listener::tls(443).certificate("web").alpn(&["HTTP2Preferred"]).forward("tls"));
    let old = ClassicLoadBalancer::new("old")
        .listener(ClassicListener::tcp(80))
        .check("HTTP:8080/health")
        .policy(ClassicPolicy::of("proxy", "ProxyProtocolPolicyType"))
        .backend(8080, &["proxy"])
        .access_log("logs")
        .idle_timeout(77);
    let region = region_of(
        Region::with_network()
            .with_all([net, LoadBalancer::application("web")])
            .with(old)
            .with(Certificate::issued("web"))
            .with(TargetGroup::of("tls", "TLS", 8443)),
    );
    let net = lb(&region, "net");
    assert_eq!((net.zones.len(), net.allocations.as_slice()), (2, &["eipalloc-1".to_owned()][..]));
    assert_eq!(net.private_link_rules.as_deref(), Some("off"));
    assert_eq!(net.state_reason.as_deref(), Some("no route"));
    assert_eq!(net.reserved_capacity, Fact::Known(500));
    assert_eq!(lb(&region, "web").reserved_capacity, Fact::Known(0));
    assert_eq!(listener(&region, "net").alpn.as_deref(), Some("HTTP2Preferred"));
    let old = lb(&region, "old");
    assert_eq!(old.health_check.as_deref(), Some("HTTP:8080/health"));
    assert_eq!(old.backend_policies[&8080], ["proxy"]);
    assert_eq!(old.policies.get().unwrap()[0].name, "proxy", "though no listener encrypts");
    assert!(!old.zones.is_empty());
    let attributes = old.attributes.get().unwrap();
    for (key, value) in [
        ("idle_timeout.timeout_seconds", "77"),
        ("access_logs.s3.bucket", "logs"),
        ("load_balancing.cross_zone.enabled", "false"),
    ] {
        assert_eq!(attributes.get(key).map(String::as_str), Some(value), "{key}");
    }
    let limits = region.limits.get().unwrap();
    assert!(limits.contains_key("listeners-per-application-load-balancer"), "{limits:?}");
}

#[test]
fn rules_and_actions() {
    let token = Jwt {
        claims: vec![("role".to_owned(), "single-string".to_owned(), vec!["hunter2".to_owned()])],
        ..Jwt::default()
    };
    let mut oidc = Oidc::default();
    oidc.session.timeout = 3600;
    let pool = Cognito { pool: "userpool/eu-west-1_pool".to_owned(), ..Cognito::default() };
    let told = Action::fixed_with(500, "text/plain", "nginx/1.2.3 at 10.1.2.3 hunter2");
    let web = LoadBalancer::application("web").listener(
        Listener::https(443)
            .certificate("web")
            .mutual("verify", Some("clients"))
            .association("removed")
            .advertise("on")
            .rule(Rule::new(1).path("/a").action(Action::Jwt(token)).forward("blue"))
            .rule(Rule::new(2).path("/b").action(Action::Oidc(oidc)).forward("blue"))
            .rule(Rule::new(3).path("/c").action(Action::Cognito(pool)).forward("blue"))
            .rule(Rule::new(4).path("/d").action(told))
            .rule(
                Rule::new(5)
                    .path("/e")
                    .transform(Transform::host("^(.*)$", "inside.example.com"))
                    .forward("blue"),
            )
            .forward("blue"),
    );
    let region = Region::with_network()
        .with(web)
        .with(Certificate::issued("web"))
        .with(TrustStore::new("clients"))
        .with(UserPool::new("eu-west-1_pool").self_registration())
        .with(TargetGroup::http("blue", 80).check("HTTPS", "/health").version("HTTP2"));
    let (account, text) = collected(&fake(region));
    assert!(!text.contains("hunter2"));
    let region = &account.regions[0];
    let own = listener(region, "web");
    let mutual = own.mutual_authentication.as_ref().unwrap();
    assert_eq!(mutual.trust_store_status.as_deref(), Some("removed"));
    assert_eq!(mutual.advertise_authorities.as_deref(), Some("on"));
    let rules = own.rules.get().unwrap();
    let token = rules[0].actions[0].jwt.as_ref().unwrap();
    assert_eq!(token.claims, ["role"]);
    assert!(token.issuer.is_some() && token.jwks_endpoint.is_some());
    let oidc = rules[1].actions[0].authentication.as_ref().unwrap();
    assert_eq!((oidc.endpoints.len(), oidc.session_timeout), (3, Some(3600)));
    assert_eq!(
        rules[3].actions[0].fixed_response.as_ref().unwrap().discloses,
        ["private address", "version"]
    );
    let rewrite = &rules[4].transforms[0];
    assert_eq!((&rewrite.kind, rewrite.rewrites.len()), (&TransformKind::HostHeaderRewrite, 1));
    let pool = region.user_pools[&place().arn("cognito-idp", "userpool/eu-west-1_pool")].get();
    assert!(!pool.unwrap().admin_create_only);
    let group = &region.target_groups.get().unwrap()[0];
    assert_eq!(
        (group.health_check_protocol.as_ref(), group.health_check_path.as_deref()),
        (Some(&Protocol::Https), Some("/health"))
    );
    assert_eq!(group.protocol_version.as_deref(), Some("HTTP2"));
    assert_eq!(group.vpc_id.as_deref(), Some(network::VPC));
}

/// The ARN of a pool says where it is asked for.
#[test]
fn a_user_pool_in_a_region_that_can_be_none() {
    for region in ["eu-west-1.example.com", "x@example.com#-west-1", "cn-north-1", ""] {
        let arn = format!("arn:aws:cognito-idp:{region}:111122223333:userpool/x");
        let login = Action::Cognito(Cognito { pool: arn.clone(), ..Cognito::default() });
        let listener = Listener::https(443).certificate("web").action(login).forward("blue");
        let web = LoadBalancer::application("web").listener(listener);
        let fake = fake(Region::with_network().with(web).with(Certificate::issued("web")));
        let region_read = collected(&fake).0.regions.remove(0);
        let gap = region_read.user_pools[&arn].gap().unwrap();
        let said = (gap.reason, gap.detail.as_deref());
        assert_eq!(said, (Reason::Malformed, Some("its ARN names no region")));
        assert!(fake.log().iter().all(|entry| entry.region != region));
    }
}

#[test]
fn identity_filters() {
    let tls = |port| Listener::tls(port).certificate("web").mutual("verify", Some("clients"));
    let uri = ["san-uri", "accept", "prefix", "spiffe://example.com/<&>"];
    let new = ["san-ip", "reject", "suffix", "7"];
    let net = LoadBalancer::network("net")
        .listener(tls(443).identity(uri).identity(new).forward("blue"))
        .listener(tls(444).forward("blue"));
    let region = Region::with_network()
        .with(net)
        .with(Certificate::issued("web"))
        .with(TrustStore::new("clients"))
        .with(TargetGroup::of("blue", "TCP", 80));
    let (account, _) = collected(&fake(region));
    let region = &account.regions[0];
    assert_eq!(region.trust_stores.get().unwrap().len(), 1);
    let all = region.v2.items[0].listeners.get().unwrap();
    let labels = |listener: &KnownListener| {
        let mutual = listener.mutual_authentication.as_ref().unwrap();
        mutual.identity_filters.iter().map(IdentityFilter::label).collect::<Vec<_>>()
    };
    assert_eq!(labels(&all[0]), ["san-uri prefix spiffe://example.com/<&>", "san-ip suffix 7"]);
    assert!(labels(&all[1]).is_empty());
}

#[test]
fn certificates_of_amazon_n2() {
    let client = ("TLS_WEB_CLIENT_AUTHENTICATION", "1.3.6.1.5.5.7.3.2");
    let n2 = |name: &str, usage, roots| Certificate::issued(name).n2(usage, roots);
    let names = ["plain", "both", "clients"];
    let mut secure = Listener::https(443).forward("blue");
    for name in names {
        secure = secure.certificate(name);
    }
    let region = || {
        Region::with_network()
            .with(LoadBalancer::application("web").listener(secure.clone()))
            .with(TargetGroup::http("blue", 80))
            .with(Certificate::issued("plain"))
            .with(n2("both", "CLIENT_AND_SERVER_AUTH", "N2_SFG2_AMAZON_MANAGED"))
            .with(n2("clients", "CLIENT_AUTH_ONLY", "N3_NEW").key_usage(client.0, client.1))
    };
    let one_by_one = fake(region());
    one_by_one.fault(Fault::deny("SearchCertificates"));
    for fake in [fake(region()), one_by_one] {
        let region = collected(&fake).0.regions.remove(0);
        let told = names.map(|name| {
            let one = region.certificates[&place().certificate(name)].get().unwrap();
            let words =
                [&one.usage, &one.root_hierarchy].map(|word| word.as_deref().unwrap_or("-"));
            (words, one.extended_key_usages.join(" "))
        });
        let server = "TLS_WEB_SERVER_AUTHENTICATION".to_owned();
        assert_eq!(told[0], (["-", "-"], server.clone()));
        assert_eq!(told[1], (["CLIENT_AND_SERVER_AUTH", "N2_SFG2_AMAZON_MANAGED"], server));
        assert_eq!(told[2], (["CLIENT_AUTH_ONLY", "N3_NEW"], client.0.to_owned()));
    }
}

#[test]
fn trust_stores() {
    let policy = r#"{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "222233334444"}}]}"#;
    let secure = |port, store| {
        Listener::https(port).certificate("web").mutual("verify", Some(store)).forward("blue")
    };
    let fake = fake(
        Region::with_network()
            .with(LoadBalancer::application("web").listener(secure(443, "a")))
            .with(LoadBalancer::application("api").listener(secure(443, "b")))
            .with(Certificate::issued("web"))
            .with(TargetGroup::http("blue", 80))
            .with(TrustStore::new("a").policy(policy))
            .with(TrustStore::new("b").revocation(3))
            .with(TrustStore::new("unused")),
    );
    let region = collected(&fake).0.regions.remove(0);
    let stores = region.trust_stores.get().unwrap();
    let store = |name: &str| stores.iter().find(|store| store.name == name).unwrap();
    assert_eq!(store("a").revocation_lists, Fact::Known(0));
    assert_eq!(store("a").shared_with.get().unwrap(), &["222233334444"]);
    let user = place().load_balancer("application", "web");
    assert_eq!(store("a").users, Fact::Known(vec![user]), "the load balancer, not its listener");
    assert_eq!(store("b").revoked_entries, Some(3));
    assert_eq!(store("b").shared_with, Fact::Known(Vec::new()), "without a policy");
    for fact in [&store("unused").shared_with, &store("unused").users] {
        assert_eq!(fact.gap().unwrap().reason, Reason::NotCollected);
    }
    assert_eq!(fake.count("elbv2:DescribeTrustStoreRevocations"), 1, "the other revokes some");
}

#[test]
fn certificates() {
    let listener = Listener::https(443)
        .certificate("own")
        .certificate("late")
        .certificate("fine")
        .certificate("old")
        .forward("blue");
    let region = Region::with_network()
        .with(LoadBalancer::application("web").listener(listener))
        .with(TargetGroup::http("blue", 80))
        .with(Certificate::imported("own").signature("SHA1WITHRSA"))
        .with(Certificate::issued("late").renewal_because("FAILED", "CAA_ERROR"))
        .with(Certificate::issued("fine"));
    let account = Account::new(NUMBER)
        .only_its_regions()
        .region("eu-west-1", region)
        .server_certificate(ServerCertificate::new("old").expires(EPOCH).body(RSA_1024));
    let fake = FakeAws::start(account);
    let (account, _) = collected(&fake);
    let of = |name: &str| {
        account.regions[0].certificates[&place().certificate(name)].get().unwrap().clone()
    };
    let (own, late, fine) = (of("own"), of("late"), of("fine"));
    assert_eq!(own.detail.get().unwrap().signature_algorithm.as_deref(), Some("SHA1WITHRSA"));
    assert_eq!(late.detail.get().unwrap().failure.as_deref(), Some("CAA_ERROR"));
    assert!(!late.detail.get().unwrap().validations.is_empty());
    assert_eq!(fine.detail.gap().unwrap().reason, Reason::NotCollected);
    assert_eq!(fine.validation_method.as_deref(), Some("DNS"));
    assert!(fine.not_before.is_some() && fine.export.is_some());
    assert_eq!(fake.count("acm:DescribeCertificate"), 2);
    let old = &account.server_certificates.get().unwrap()[0];
    let detail = old.detail.get().unwrap();
    assert!(old.not_before.is_some() && detail.signature_algorithm.is_some(), "{detail:?}");
    assert_eq!(old.key_algorithm, Fact::Known("RSA_1024".to_owned()));
}

#[test]
fn web_acls() {
    let listener = || Listener::http(80).forward("blue");
    let public = |name| LoadBalancer::application(name).internet_facing().listener(listener());
    let edge = WebAcl::new("edge")
        .protects("web")
        .protects("inside")
        .rule(
            WafRule::managed("AWSManagedRulesCommonRuleSet", 1).count_rule("SizeRestrictions_BODY"),
        )
        .rule(WafRule::group("own", 2, "own"))
        .body_limit("API_GATEWAY", "KB_64")
        .body_limit("APPLICATION_LOAD_BALANCER", "KB_16")
        .logging(WafLogging::to("arn:aws:s3:::lake").log_scope("SECURITY_LAKE"));
    let fake = fake(
        Region::with_network()
            .with_all([public("web"), public("api")])
            .with(LoadBalancer::application("inside").listener(listener()))
            .with(TargetGroup::http("blue", 80))
            .with(edge)
            .with(RuleGroup::new("own").rule(WafRule::rate("limit", 1, 2000)))
            .with(ClassicWebAcl::new("former").protects("api")),
    );
    // An endpoint that is older than a scope of logs.
    let old = "The parameter LogScope is unknown.";
    let fault = Fault::error("ListLoggingConfigurations", 400, "WAFInvalidParameterException", old);
    fake.fault(fault.about("CLOUDWATCH"));
    let region = collected(&fake).0.regions.remove(0);
    let acl = |name: &str| lb(&region, name).web_acl.clone();
    let edge = region.web_acls.keys().next().unwrap().clone();
    assert_eq!(acl("web"), Fact::Known(Some(edge.clone())));
    assert_eq!(acl("api"), Fact::Known(None));
    assert_eq!(acl("inside"), Fact::Known(Some(edge.clone())), "told along with the others");
    let acl = region.web_acls[&edge].get().unwrap();
    assert_eq!(acl.body_limit.as_deref(), Some("KB_16"), "that of other resources does not count");
    let rules = &acl.rules;
    assert_eq!(rules[0].statements[0].counted, ["SizeRestrictions_BODY"]);
    let group = rules[1].statements[0].name.clone().unwrap();
    let own = &region.rule_groups[&group].get().unwrap().rules[0];
    assert_eq!((own.action.as_str(), own.statements[0].kind.as_str()), ("block", "rate-based"));
    assert_eq!(region.logged_web_acls, Fact::Known(vec![edge]));
    let api = place().load_balancer("application", "api");
    assert_eq!(region.classic_waf, Fact::Known(vec![api]));
}

#[test]
fn rules_of_firewall_manager_are_rules_of_the_web_acl() {
    let public = |name| {
        LoadBalancer::application(name)
            .internet_facing()
            .listener(Listener::http(80).redirect_to_https())
    };
    let acl = WebAcl {
        first: vec![WafRule::managed("AWSManagedRulesCommonRuleSet", 1)],
        last: vec![WafRule::group("limits", 1, "limits")],
        ..WebAcl::new("empty")
    };
    let limits = RuleGroup::new("limits").rule(WafRule::rate("limit", 1, 2000));
    // By the list of web ACLs, where these are fewer, or by the one load balancer.
    for names in [&["web", "api"][..], &["web"]] {
        let acl = names.iter().fold(acl.clone(), |acl, name| acl.protects(name));
        let region = Region::with_network().with(acl).with(limits.clone());
        let fake = fake(region.with_all(names.iter().map(|name| public(name))));
        let region = collected(&fake).0.regions.remove(0);
        let rules = &region.web_acls.values().next().unwrap().get().unwrap().rules;
        let kinds: Vec<&str> = rules.iter().map(|rule| &*rule.statements[0].kind).collect();
        assert_eq!(kinds, ["managed-rule-group", "rule-group-reference"], "{names:?}");
        assert_eq!(region.rule_groups.len(), 1);
        let checks = "--check waf-empty --check waf-managed-rules-missing --check \
                      waf-rate-limit-missing --check waf-counts-only";
        let scan = format!("scan --format json --show-passed {checks}");
        let found = Run::on(&fake, &scan).report().findings;
        assert_eq!(found.len(), 4 * names.len());
        assert!(found.iter().all(|one| one.outcome.word() == "pass"), "{found:?}");
    }
}

#[test]
fn targets() {
    let own = SecurityGroup::new("sg-own").allow(Permission::tcp(80, 80, &["0.0.0.0/0"]));
    let region = region_of(
        Region::with_network()
            .with(
                LoadBalancer::application("web").listener(
                    Listener::http(80)
                        .rule(Rule::new(1).path("/a").forward("machines"))
                        .rule(Rule::new(2).path("/b").forward("functions"))
                        .forward("pods"),
                ),
            )
            .with(TargetGroup::http("machines", 80).healthy("i-1"))
            .with(
                TargetGroup::http("pods", 80)
                    .by_ip()
                    .target(Target::new("10.0.16.9", "healthy"))
                    .target(Target::new("10.0.16.250", "healthy"))
                    .target(Target::new("198.51.100.7", "healthy").zone("all")),
            )
            .with(TargetGroup::lambda("functions").healthy(&place().arn("lambda", "function:f")))
            .with(LambdaFunction::new("f").for_load_balancers(None))
            .with(NetworkInterface::new("eni-1", "10.0.16.8").instance("i-1").public("203.0.113.8"))
            .with(NetworkInterface::new("eni-2", "10.0.16.9").groups(&["sg-own"]))
            .with(NetworkInterface::new("eni-3", "10.0.16.10").instance("i-3"))
            .with(ClassicLoadBalancer::new("old").instance("i-3", "InService"))
            .with(own),
    );
    let mut ids: Vec<&str> =
        region.network_interfaces.get().unwrap().iter().map(|one| one.id.as_str()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["eni-1", "eni-2", "eni-3"]);
    let first = &region.network_interfaces.get().unwrap()[0];
    assert_eq!(first.public_addresses, ["203.0.113.8".parse::<std::net::IpAddr>().unwrap()]);
    let groups = region.security_groups.get().unwrap();
    let own = groups.iter().find(|group| group.id == "sg-own").expect("a target's own group");
    assert_eq!(own.vpc_id.as_deref(), Some(network::VPC));
    assert!(!own.egress.is_empty());
    assert!(region.route_tables.get().is_ok(), "the targets' ways in and out");
    let policy = region.functions[&place().arn("lambda", "function:f")].get().unwrap();
    assert_eq!(policy[0].principal, "elasticloadbalancing.amazonaws.com");
    assert!(policy[0].source_arns.is_empty());
    let pods = region.target_groups.get().unwrap();
    let pods = pods.iter().find(|group| group.name == "pods").unwrap().targets.get().unwrap();
    assert!(pods.iter().any(|target| target.zone.as_deref() == Some("all")));
}

#[test]
fn prefix_lists_that_security_groups_let_out_to() {
    let out = SecurityGroup::new("sg-out").egress(&[Permission::tcp(443, 443, &["pl-9"])]);
    let region = region_of(
        Region::with_network()
            .with(LoadBalancer::application("web").security_groups(&["sg-out"]))
            .with(out)
            .with(PrefixList::new("pl-9", &["203.0.113.0/24"])),
    );
    let list = region.prefix_lists.get("pl-9").map(|list| list.get().unwrap().clone());
    assert_eq!(list, Some(vec!["203.0.113.0/24".parse().unwrap()]));
}

#[test]
fn ports_of_health_checks() {
    let web = LoadBalancer::application("web").listener(Listener::http(80).forward("same"));
    let region = region_of(
        Region::with_network()
            .with(web)
            .with(TargetGroup::http("same", 80))
            .with(TargetGroup::http("other", 80).check_port("9443"))
            .with(TargetGroup::lambda("functions")),
    );
    let groups = region.target_groups.get().unwrap();
    let port = |name: &str| {
        let group = groups.iter().find(|group| group.name == name).unwrap();
        group.health_check_port.as_deref()
    };
    assert_eq!(
        ["same", "other", "functions"].map(port),
        [Some("traffic-port"), Some("9443"), None]
    );
}

#[test]
fn traffic() {
    let http = || Listener::http(80).redirect_to_https();
    let fake = fake(
        Region::with_network()
            .with_all(["busy", "redirecting", "idle"].map(LoadBalancer::application))
            .with(LoadBalancer::network("net").listener(Listener::tcp(80).forward("tcp")))
            .with(LoadBalancer::application("shut").listener(http()))
            .with(ClassicLoadBalancer::new("old").listener(ClassicListener::tcp(80)))
            .with(TargetGroup::tcp("tcp", 80))
            .with(Metric::sum("busy", "RequestCount", 0.0).values(&[3.0, 4.0]))
            .with(Metric::sum("redirecting", "HTTP_Redirect_Count", 5.0))
            .with(Metric::sum("net", "NewFlowCount", 6.0))
            .with(Metric::sum("old", "EstimatedProcessedBytes", 700.0)),
    );
    let region = collected(&fake).0.regions.remove(0);
    let of = |name: &str| *lb(&region, name).traffic.get().unwrap();
    assert!((of("busy") - 7.0).abs() < 1e-9 && (of("redirecting") - 5.0).abs() < 1e-9);
    assert!((of("net") - 6.0).abs() < 1e-9 && (of("old") - 700.0).abs() < 1e-9);
    assert_eq!(of("idle").to_string(), "0", "and not -0");
    assert!(fake.count("cloudwatch:GetMetricData") >= 2, "and once more of the silent ones");
}
