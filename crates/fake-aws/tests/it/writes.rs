//! Calls that change what an account holds, and those that AWS refuses.

use elb_audit_fake_aws::{
    Account, Action, Bucket, Certificate, ClassicListener, ClassicLoadBalancer, ClassicPolicy,
    FakeAws, Fault, Listener, LoadBalancer, Oidc, Permission, Region, Rule, SecurityGroup,
    TargetGroup, TrustStore, WebAcl, model::arn::Place,
};

use crate::client::{Client, Reply, encode};

const NUMBER: &str = "111122223333";

fn account() -> Account {
    let login = Rule::new(7).path("/in").action(Action::Oidc(Oidc::default())).forward("web");
    let web = LoadBalancer::application("web")
        .listener(Listener::http(80).forward("web").rule(Rule::new(5).path("/a").forward("web")))
        .listener(
            Listener::https(443)
                .certificate("a")
                .certificate("b")
                .mutual("verify", Some("clients"))
                .rule(login)
                .rule(Rule::new(9).host("b.example.com").forward("web"))
                .forward("web"),
        );
    let sticky = ClassicPolicy::of("sticky", "LBCookieStickinessPolicyType");
    let mut https = ClassicListener::https(443, "a", "ELBSecurityPolicy-2016-08");
    https.policies.push("sticky".to_owned());
    let region = Region::with_network()
        .with(web)
        .with(LoadBalancer::network("net").listener(Listener::tcp(80).forward("net")))
        .with(ClassicLoadBalancer::new("old").listener(https).policy(sticky))
        .with_all(["a", "b", "c"].map(Certificate::issued))
        .with(TargetGroup::http("web", 80).healthy("i-1").healthy("i-2"))
        .with(TargetGroup::tcp("net", 80))
        .with(TargetGroup::geneve("gwy"))
        .with(TrustStore::new("clients"))
        .with(WebAcl::new("one").protects("web"))
        .with(WebAcl::new("two"))
        .with(SecurityGroup::new("sg-1").allow(Permission::tcp(80, 80, &["10.0.0.0/8"])));
    Account::new(NUMBER).region("eu-west-1", region).with(Bucket::new("logs", "eu-west-1"))
}

struct Asked(FakeAws);

impl Asked {
    fn new() -> Self {
        let fake = FakeAws::start(account());
        fake.page_size(None);
        Self(fake)
    }

    fn ask(&self, call: &str, parameters: &str) -> Reply {
        Client::new(&self.0).ask(call, parameters)
    }

    fn done(&self, call: &str, parameters: &str) -> Reply {
        let reply = self.ask(call, parameters);
        assert_eq!(reply.status, 200, "{call} {parameters}: {}", reply.body);
        reply
    }

    fn refused(&self, call: &str, parameters: &str, code: &str) {
        let before = format!("{:?}", self.0.account(NUMBER));
        let reply = self.ask(call, parameters);
        let said = reply.value("Code").or(reply.value("__type"));
        assert_eq!(said, Some(code), "{call} {parameters}: {}", reply.body);
        assert_eq!(format!("{:?}", self.0.account(NUMBER)), before, "{call} {parameters}");
    }

    /// ARNs of a load balancer's listeners, by port.
    fn listener(&self, lb: &str, port: u16) -> String {
        let kind = if lb == "net" { "network" } else { "application" };
        let all =
            self.done("elbv2:DescribeListeners", &format!("LoadBalancerArn={}", arn(kind, lb)));
        let ports = all.values("Port");
        let at = ports.iter().position(|own| *own == port.to_string()).expect("the listener");
        encode(all.values("ListenerArn")[at])
    }

    fn rule(&self, listener: &str, priority: &str) -> String {
        let all = self.done("elbv2:DescribeRules", &format!("ListenerArn={listener}"));
        let at = all.values("Priority").iter().position(|own| *own == priority).expect("the rule");
        encode(all.values("RuleArn")[at])
    }
}

fn arn(kind: &str, name: &str) -> String {
    encode(&Place::new(NUMBER, "eu-west-1").load_balancer(kind, name))
}

fn group(name: &str) -> String {
    encode(&Place::new(NUMBER, "eu-west-1").target_group(name))
}

fn certificate(name: &str) -> String {
    encode(&Place::new(NUMBER, "eu-west-1").certificate(name))
}

#[test]
fn attributes_that_are_not_named_stay() {
    let fake = Asked::new();
    let call = "elbv2:ModifyLoadBalancerAttributes";
    let pair = |number: u8, key: &str, value: &str| {
        format!("&Attributes.member.{number}.Key={key}&Attributes.member.{number}.Value={value}")
    };
    let web = format!("LoadBalancerArn={}", arn("application", "web"));
    fake.done(call, &format!("{web}{}", pair(1, "deletion_protection.enabled", "true")));
    fake.done(call, &format!("{web}{}", pair(1, "idle_timeout.timeout_seconds", "77")));
    let own = &fake.0.account(NUMBER).expect("the account").regions["eu-west-1"].load_balancers[0];
    assert_eq!(own.attributes["deletion_protection.enabled"].as_deref(), Some("true"));
    let told = fake.done("elbv2:DescribeLoadBalancerAttributes", &web).body;
    assert!(told.contains("<Value>77</Value>"), "{told}");
    for pairs in [
        pair(1, "idle_timeout.timeout_seconds", "9") + &pair(2, "no.such.key", "true"),
        pair(1, "deletion_protection.enabled", "maybe"),
        pair(1, "access_logs.s3.bucket", ""),
        String::new(),
    ] {
        fake.refused(call, &format!("{web}{pairs}"), "ValidationError");
    }
    let logs =
        pair(1, "access_logs.s3.enabled", "true") + &pair(2, "access_logs.s3.bucket", "logs");
    fake.refused(call, &format!("{web}{logs}"), "InvalidConfigurationRequest");
    fake.refused(call, "LoadBalancerArn=gone&Attributes.member.1.Key=a", "LoadBalancerNotFound");
    let header = "routing.http.response.access_control_allow_origin.header_value";
    let https = format!("ListenerArn={}", fake.listener("web", 443));
    let call = "elbv2:ModifyListenerAttributes";
    assert!(fake.done(call, &format!("{https}{}", pair(1, header, "*"))).body.contains(">*<"));
    assert!(!fake.done(call, &format!("{https}{}", pair(1, header, ""))).body.contains(">*<"));
    let failover = pair(1, "target_failover.on_unhealthy", "rebalance");
    let gwy = format!("TargetGroupArn={}", group("gwy"));
    let call = "elbv2:ModifyTargetGroupAttributes";
    fake.refused(call, &format!("{gwy}{failover}"), "ValidationError");
    let both = failover + &pair(2, "target_failover.on_deregistration", "rebalance");
    fake.done(call, &format!("{gwy}{both}"));
}

#[test]
fn listeners_come_change_and_go() {
    let fake = Asked::new();
    let web = format!("LoadBalancerArn={}", arn("application", "web"));
    let to = format!(
        "&DefaultActions.member.1.Type=forward&DefaultActions.member.1.TargetGroupArn={}",
        group("web")
    );
    let presents =
        |name: &str| format!("&Certificates.member.1.CertificateArn={}", certificate(name));
    let create = "elbv2:CreateListener";
    let other = format!("{web}&Protocol=HTTPS&Port=8443{}{to}", presents("c"));
    let new = encode(fake.done(create, &other).value("ListenerArn").expect("an ARN"));
    assert_eq!(fake.done(create, &other).value("ListenerArn").map(encode), Some(new.clone()));
    fake.refused(create, &format!("{web}&Protocol=HTTP&Port=443{to}"), "DuplicateListener");
    fake.refused(create, &format!("{web}&Protocol=HTTPS&Port=9443{to}"), "ValidationError");
    fake.refused(create, &format!("{web}&Protocol=TCP&Port=81{to}"), "UnsupportedProtocol");
    let modify = "elbv2:ModifyListener";
    let own = format!("ListenerArn={new}");
    fake.refused(modify, &format!("{own}&Port=80"), "DuplicateListener");
    fake.refused(modify, &format!("{own}&SslPolicy=none"), "SSLPolicyNotFound");
    fake.refused(modify, &format!("{own}{}", presents("gone")), "CertificateNotFound");
    let http = fake.done(modify, &format!("{own}&Protocol=HTTP&Port=8080"));
    assert_eq!(http.value("ListenerArn").map(encode), Some(new), "its ARN stays");
    assert_eq!((http.value("SslPolicy"), http.value("CertificateArn")), (None, None));
    fake.refused(modify, &format!("{own}{}", presents("c")), "InvalidConfigurationRequest");
    fake.done("elbv2:DeleteListener", &own);
    fake.refused("elbv2:DeleteListener", &own, "ListenerNotFound");
    // A default certificate takes the place of the one before; the others stay, and it cannot be removed.
    let https = format!("ListenerArn={}", fake.listener("web", 443));
    fake.done(modify, &format!("{https}{}", presents("c")));
    let all = fake.done("elbv2:DescribeListenerCertificates", &https);
    assert_eq!(
        all.values("CertificateArn").into_iter().map(encode).collect::<Vec<_>>(),
        [certificate("c"), certificate("b")]
    );
    let remove = "elbv2:RemoveListenerCertificates";
    fake.refused(remove, &format!("{https}{}", presents("c")), "OperationNotPermitted");
    fake.done(remove, &format!("{https}{}", presents("b")));
    fake.done("elbv2:AddListenerCertificates", &format!("{https}{}", presents("a")));
    let all = fake.done("elbv2:DescribeListenerCertificates", &https);
    assert_eq!(all.values("IsDefault"), ["true", "false"]);
}

#[test]
fn client_certificates_are_asked_for_or_not() {
    let fake = Asked::new();
    let modify = "elbv2:ModifyListener";
    let mutual = |what: &str| {
        format!("ListenerArn={}&MutualAuthentication.{what}", fake.listener("web", 443))
    };
    let off = fake.done(modify, &mutual("Mode=off"));
    assert_eq!((off.value("Mode"), off.value("TrustStoreArn")), (Some("off"), None));
    let store = encode(&Place::new(NUMBER, "eu-west-1").trust_store("clients"));
    let verify = format!("Mode=verify&MutualAuthentication.TrustStoreArn={store}");
    let on = fake.done(modify, &mutual(&verify));
    assert_eq!(on.value("IgnoreClientCertificateExpiry"), Some("false"));
    for (what, code) in [
        ("Mode=verify".to_owned(), "ValidationError"),
        (format!("Mode=passthrough&MutualAuthentication.TrustStoreArn={store}"), "ValidationError"),
        ("Mode=maybe".to_owned(), "ValidationError"),
        (verify.replace("truststore", "gone"), "TrustStoreNotFound"),
    ] {
        fake.refused(modify, &mutual(&what), code);
    }
}

#[test]
fn rules_change_and_change_places() {
    let fake = Asked::new();
    let https = fake.listener("web", 443);
    let (login, host) = (fake.rule(&https, "7"), fake.rule(&https, "9"));
    let order = |first: (&str, u32), second: (&str, u32)| {
        format!(
            "RulePriorities.member.1.RuleArn={}&RulePriorities.member.1.Priority={}\
             &RulePriorities.member.2.RuleArn={}&RulePriorities.member.2.Priority={}",
            first.0, first.1, second.0, second.1
        )
    };
    let call = "elbv2:SetRulePriorities";
    fake.done(call, &order((&login, 9), (&host, 7)));
    assert_eq!(fake.rule(&https, "9"), login, "its ARN stays");
    fake.refused(call, &order((&login, 3), (&host, 3)), "PriorityInUse");
    let one = format!("RulePriorities.member.1.RuleArn={login}&RulePriorities.member.1.Priority");
    fake.refused(call, &format!("{one}=7"), "PriorityInUse");
    fake.refused(call, &format!("{one}=0"), "ValidationError");
    let default = fake.rule(&https, "default");
    let forward =
        format!("&Actions.member.1.Type=forward&Actions.member.1.TargetGroupArn={}", group("web"));
    let modify = "elbv2:ModifyRule";
    fake.refused(modify, &format!("RuleArn={default}{forward}"), "OperationNotPermitted");
    fake.refused(modify, "RuleArn=gone", "RuleNotFound");
    fake.refused(modify, &format!("RuleArn={login}"), "ValidationError");
    let create = format!("ListenerArn={https}&Priority=9{forward}");
    fake.refused("elbv2:CreateRule", &create, "ValidationError");
    let path = "&Conditions.member.1.Field=path-pattern&Conditions.member.1.Values.member.1=%2Fb";
    fake.refused("elbv2:CreateRule", &format!("{create}{path}"), "PriorityInUse");
    let twice =
        format!("{path}&Conditions.member.1.PathPatternConfig.Values.member.1=%2Fb&RuleArn={host}");
    fake.refused(modify, &twice, "ValidationError");
    let new = create.replace("Priority=9", "Priority=1");
    let new = fake.done("elbv2:CreateRule", &format!("{new}{path}"));
    let new = encode(new.value("RuleArn").expect("an ARN"));
    fake.done("elbv2:DeleteRule", &format!("RuleArn={new}"));
    fake.refused("elbv2:DeleteRule", &format!("RuleArn={new}"), "RuleNotFound");
}

#[test]
fn a_login_keeps_its_secret_or_is_given_one() {
    let fake = Asked::new();
    let (https, modify) = (fake.listener("web", 443), "elbv2:ModifyRule");
    let (login, plain) = (fake.rule(&https, "7"), fake.rule(&https, "9"));
    let config = "&Actions.member.1.AuthenticateOidcConfig.";
    let mut actions = format!(
        "&Actions.member.2.Type=forward&Actions.member.2.Order=2&Actions.member.2.TargetGroupArn={}\
         &Actions.member.1.Type=authenticate-oidc&Actions.member.1.Order=1",
        group("web")
    );
    let names =
        ["Issuer", "AuthorizationEndpoint", "TokenEndpoint", "UserInfoEndpoint", "ClientId"];
    let texts = names.map(|name| format!("{config}{name}=https%3A%2F%2Flogin.example.com"));
    actions.push_str(&texts.concat());
    let existing = format!("{actions}{config}UseExistingClientSecret=true");
    fake.refused(modify, &format!("RuleArn={login}{actions}"), "ValidationError");
    fake.refused(modify, &format!("RuleArn={plain}{existing}"), "ValidationError");
    let told = fake.done(modify, &format!("RuleArn={login}{existing}")).body;
    assert!(told.contains("login.example.com") && !told.contains("ecret"), "{told}");
    let rules = |fake: &Asked| {
        let account = fake.0.account(NUMBER).expect("the account");
        format!("{:?}", account.regions["eu-west-1"].load_balancers[0].listeners[1].rules)
    };
    assert!(rules(&fake).contains("client_secret: \"secret\""));
    fake.done(modify, &format!("RuleArn={login}{actions}{config}ClientSecret=hush"));
    assert!(rules(&fake).contains("client_secret: \"hush\""));
    let http = fake.rule(&fake.listener("web", 80), "5");
    let given = format!("RuleArn={http}{actions}{config}ClientSecret=hush");
    fake.refused(modify, &given, "InvalidLoadBalancerAction");
    let wrong = given.replace("Type=forward", "Type=authenticate-oidc");
    fake.refused(modify, &wrong, "ValidationError");
}

#[test]
fn groups_and_targets() {
    let fake = Asked::new();
    let call = "elbv2:SetSecurityGroups";
    let net = format!("LoadBalancerArn={}&SecurityGroups.member.1", arn("network", "net"));
    let flag = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic";
    let set = fake.done(call, &format!("{net}=sg-1&{flag}=off"));
    assert_eq!(set.value(flag), Some("off"));
    fake.refused(call, &format!("{net}=sg-9"), "InvalidSecurityGroup");
    let web = net.replace(&arn("network", "net"), &arn("application", "web"));
    fake.refused(call, &format!("{web}=sg-1&{flag}=off"), "InvalidConfigurationRequest");
    let group = format!("TargetGroupArn={}", group("web"));
    let check = fake.done("elbv2:ModifyTargetGroup", &format!("{group}&HealthCheckPath=%2Fhealth"));
    assert_eq!(check.value("HealthCheckPath"), Some("/health"));
    let modify = "elbv2:ModifyTargetGroup";
    fake.refused(
        modify,
        &format!("{group}&HealthCheckEnabled=false"),
        "InvalidConfigurationRequest",
    );
    fake.refused(modify, "TargetGroupArn=gone", "TargetGroupNotFound");
    let one = format!("{group}&Targets.member.1.Id=i-2&Targets.member.1.Port=80");
    fake.done("elbv2:DeregisterTargets", &one);
    fake.refused("elbv2:DeregisterTargets", &one, "InvalidTarget");
    assert_eq!(fake.done("elbv2:DescribeTargetHealth", &group).values("Id"), ["i-1"]);
    fake.done("elbv2:RegisterTargets", &one);
    let health = fake.done("elbv2:DescribeTargetHealth", &group);
    assert_eq!(health.values("State"), ["healthy", "healthy"], "it is as it was");
}

#[test]
fn policies_of_a_classic_listener_are_set_as_a_whole() {
    let fake = Asked::new();
    let old = "LoadBalancerName=old";
    let create = |name: &str| {
        format!(
            "{old}&PolicyName={name}&PolicyTypeName=SSLNegotiationPolicyType\
             &PolicyAttributes.member.1.AttributeName=Protocol-TLSv1.2\
             &PolicyAttributes.member.1.AttributeValue=true"
        )
    };
    let call = "elb:CreateLoadBalancerPolicy";
    fake.done(call, &create("new"));
    fake.refused(call, &create("new"), "DuplicatePolicyName");
    fake.refused(call, &create("x").replace("Protocol-", "No-"), "InvalidConfigurationRequest");
    fake.refused(call, &create("x").replace("SSLN", "N"), "PolicyTypeNotFound");
    let set = "elb:SetLoadBalancerPoliciesOfListener";
    let policies = |names: &[&str]| {
        let each = (1..).zip(names).map(|(at, name)| format!("&PolicyNames.member.{at}={name}"));
        format!("{old}&LoadBalancerPort=443{}", each.collect::<String>())
    };
    fake.refused(set, &policies(&["gone"]), "PolicyNotFound");
    fake.refused(set, &policies(&[]), "ValidationError");
    fake.refused(set, &policies(&["new"]).replace("443", "444"), "ListenerNotFound");
    let both = policies(&["new", "ELBSecurityPolicy-2016-08"]);
    fake.refused(set, &both, "InvalidConfigurationRequest");
    fake.done(set, &policies(&["new"]));
    let names = |fake: &Asked| {
        let account = fake.0.account(NUMBER).expect("the account");
        account.regions["eu-west-1"].classic[0].listeners[0].policies.clone()
    };
    assert_eq!(names(&fake), ["new"], "stickiness is gone as well");
    let delete = format!("{old}&PolicyName=new");
    fake.refused("elb:DeleteLoadBalancerPolicy", &delete, "InvalidConfigurationRequest");
    fake.done(set, &policies(&["ELBSecurityPolicy-2016-08", "sticky"]));
    fake.done("elb:DeleteLoadBalancerPolicy", &delete);
    fake.done(set, &format!("{}&PolicyNames=", policies(&[])));
    assert!(names(&fake).is_empty());
    let present = format!("{old}&LoadBalancerPort=443&SSLCertificateId={}", certificate("b"));
    let call = "elb:SetLoadBalancerListenerSSLCertificate";
    fake.done(call, &present);
    fake.refused(call, &present.replace(&certificate("b"), "x"), "CertificateNotFound");
    let call = "elb:ModifyLoadBalancerAttributes";
    let attributes = format!("{old}&LoadBalancerAttributes.ConnectionDraining");
    fake.done(
        call,
        &format!(
            "{attributes}.Enabled=true&{}",
            "LoadBalancerAttributes.ConnectionSettings.IdleTimeout=9"
        ),
    );
    let told = fake.done("elb:DescribeLoadBalancerAttributes", old);
    assert_eq!((told.value("IdleTimeout"), told.value("Timeout")), (Some("9"), Some("300")));
    fake.refused(call, &format!("{attributes}.Timeout=9"), "ValidationError");
    fake.refused(call, "LoadBalancerName=gone", "LoadBalancerNotFound");
}

#[test]
fn permissions_of_security_groups() {
    let fake = Asked::new();
    let rule = |port: u16, range: &str| {
        format!(
            "GroupId=sg-1&IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort={port}\
             &IpPermissions.1.ToPort={port}&IpPermissions.1.IpRanges.1.CidrIp={}",
            encode(range)
        )
    };
    let (admit, revoke) = ("ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress");
    fake.refused(admit, &rule(80, "10.0.0.0/8"), "InvalidPermission.Duplicate");
    fake.refused(revoke, &rule(443, "10.0.0.0/8"), "InvalidPermission.NotFound");
    fake.refused(admit, &rule(443, "10.0.0.0"), "InvalidParameterValue");
    fake.refused(admit, "GroupId=sg-1", "MissingParameter");
    fake.refused(admit, &rule(443, "10.0.0.0/8").replace("sg-1", "sg-9"), "InvalidGroup.NotFound");
    fake.done(admit, &rule(80, "192.0.2.0/24"));
    fake.done(revoke, &rule(80, "10.0.0.0/8"));
    fake.done("ec2:AuthorizeSecurityGroupEgress", &rule(80, "192.0.2.0/24"));
    let groups = fake.done("ec2:DescribeSecurityGroups", "GroupId.1=sg-1");
    assert_eq!(groups.values("cidrIp"), ["192.0.2.0/24", "0.0.0.0/0", "192.0.2.0/24"]);
}

#[test]
fn a_load_balancer_has_one_web_acl() {
    let fake = Asked::new();
    let place = Place::new(NUMBER, "eu-west-1");
    let web = place.load_balancer("application", "web");
    let tie = |acl: &str| {
        format!(
            "{{\"WebACLArn\": \"{}\", \"ResourceArn\": \"{web}\"}}",
            place.web_acl("REGIONAL", acl)
        )
    };
    let own = format!("{{\"ResourceArn\": \"{web}\"}}");
    let name = |fake: &Asked| {
        fake.done("wafv2:GetWebACLForResource", &own).value("Name").map(str::to_owned)
    };
    assert_eq!(name(&fake).as_deref(), Some("one"));
    fake.done("wafv2:AssociateWebACL", &tie("two"));
    assert_eq!(name(&fake).as_deref(), Some("two"));
    fake.refused("wafv2:AssociateWebACL", &tie("three"), "WAFNonexistentItemException");
    fake.done("wafv2:DisassociateWebACL", &own);
    assert_eq!(name(&fake), None);
}

#[test]
fn a_bucket_policy_is_put_and_taken_away() {
    let fake = Asked::new();
    let client = Client::new(&fake.0);
    let of = |line: &str, body: &str| client.rest_with("s3", line, body);
    let none = of("GET /logs?policy", "");
    assert_eq!((none.status, none.value("Code")), (404, Some("NoSuchBucketPolicy")));
    assert_eq!(of("PUT /logs?policy", "{").value("Code"), Some("MalformedPolicy"));
    assert_eq!(
        of("PUT /logs?policy", "{\"Statement\": [{}]}").value("Code"),
        Some("MalformedPolicy")
    );
    let policy = "{\"Statement\": [{\"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": \"*\", \
                  \"Resource\": \"*\"}]}";
    assert_eq!(of("PUT /logs?policy", policy).status, 204);
    assert_eq!(of("GET /logs?policy", "").body, policy);
    assert_eq!(of("GET /logs?policyStatus", "").value("IsPublic"), Some("true"));
    assert_eq!(of("DELETE /logs?policy", "").status, 204);
    assert_eq!(of("GET /logs?policy", "").status, 404);
}

#[test]
fn what_a_fault_strikes_changes_nothing_unless_only_its_answer_is_lost() {
    let fake = Asked::new();
    let own = format!("ListenerArn={}", fake.listener("web", 80));
    fake.0.fault(Fault::deny("elbv2:DeleteListener").times(1));
    fake.refused("elbv2:DeleteListener", &own, "AccessDenied");
    fake.0.fault(Fault::lost("elbv2:DeleteListener").times(1));
    assert_eq!(fake.ask("elbv2:DeleteListener", &own).status, 0);
    fake.refused("elbv2:DeleteListener", &own, "ListenerNotFound");
}
