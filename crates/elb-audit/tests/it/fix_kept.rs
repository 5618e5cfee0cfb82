//! `elb-audit fix`: its scripts at a fake AWS that keeps what they change, above all what moto does not.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use elb_audit_core::report::Report;
use elb_audit_fake_aws::{
    Account, Action, Bucket, Certificate, ClassicListener, ClassicLoadBalancer, ClassicPolicy,
    Cognito, Condition, EndpointService, Entry, FakeAws, Jwt, LambdaFunction, Listener,
    LoadBalancer, NetworkInterface, Oidc, Permission, Redirect, Region, Rule, SecurityGroup,
    Session, Target, TargetGroup, TrustStore, UserPool, WafRule, WebAcl, model::arn::Place,
};
use serde_json::{Value, json};

use crate::account::NUMBER;
use crate::commands::run;
use crate::fix::{check_of, failing, failing_aws, failures, faults, one_of_each, values, written};
use crate::moto::python_for;
use crate::program::{Folder, Run};

const OLD_POLICY: &str = "ELBSecurityPolicy-TLS13-1-0-2021-06";
const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:f";

fn place() -> Place {
    Place::new(NUMBER, "eu-west-1")
}

/// An account in which as much as possible is wrong that a script fixes.
fn faulty() -> Account {
    let others = [pass(), removed(), lonely(), rules(), six()].map(logged);
    let region = doors(Region::with_network())
        .with_all([web(), names(), net(), ports(), gwy()])
        .with_all(others.map(protected))
        .with(old())
        .with_all(groups())
        .with_all(certificates())
        .with(TrustStore::new("clients").revocation(1))
        .with(TrustStore::new("more").revocation(1))
        .with(
            WebAcl::new("edge")
                .rule(WafRule::managed("AWSManagedRulesCommonRuleSet", 1))
                .rule(WafRule::managed("AWSManagedRulesKnownBadInputsRuleSet", 3))
                .rule(WafRule::rate("limit", 2, 2000))
                .protects("web")
                .protects("pass")
                .protects("lonely")
                .logs_to("arn:aws:s3:::aws-waf-logs-edge"),
        )
        .with(EndpointService::new("vpce-svc-1").behind("net"))
        .with(UserPool::new("eu-west-1_pool"))
        .with(LambdaFunction::new("f").for_load_balancers(Some("function")));
    Account::new(NUMBER)
        .only_its_regions()
        .region("eu-west-1", region)
        .with(Bucket::new("logs", "eu-west-1").policy(false))
        .with(Bucket::new("theirs", "eu-west-1").owner("444455556666").policy(false))
}

/// With logs.
fn logged(lb: LoadBalancer) -> LoadBalancer {
    ["access_logs.s3", "connection_logs.s3"].into_iter().fold(lb, |lb, log| {
        let (enabled, bucket) = (format!("{log}.enabled"), format!("{log}.bucket"));
        lb.attribute(&enabled, "true").attribute(&bucket, "logs")
    })
}

/// With what one of each kind lacks.
fn protected(lb: LoadBalancer) -> LoadBalancer {
    lb.attribute("deletion_protection.enabled", "true")
        .attribute("routing.http.drop_invalid_header_fields.enabled", "true")
        .attribute("zonal_shift.config.enabled", "true")
}

fn certificates() -> Vec<Certificate> {
    let soon = crate::account::today().as_second() + 10 * 86_400;
    let name = |name: &str| format!("{name}.example.com");
    let mut all: Vec<Certificate> = ["good", "web", "removed", "rules", "six", "net", "old"]
        .map(|own| Certificate::issued(&name(own)))
        .to_vec();
    all.push(Certificate::imported(&name("past")).expires(1));
    all.push(Certificate::imported(&name("weak")).key("RSA-1024"));
    all.push(Certificate::imported(&name("soon")).expires(soon));
    all
}

/// Security groups, and the interfaces of targets.
fn doors(region: Region) -> Region {
    let tcp = |port: i32, from: &str| Permission::tcp(port, port, &[from]);
    let to = |id: &str, all: &[(i32, &str)]| {
        let all = all.iter().map(|(port, from)| tcp(*port, from));
        all.fold(SecurityGroup::new(id), SecurityGroup::allow)
    };
    let web = [(80, "0.0.0.0/0"), (443, "0.0.0.0/0")];
    let instance = |number: u8, address: &str, group: &str| {
        NetworkInterface::new(&format!("eni-{number}"), address)
            .instance(&format!("i-{number}"))
            .groups(&[group])
    };
    region
        .with_all(["sg-pass", "sg-rules", "sg-names"].map(|id| to(id, &web)))
        .with(to("sg-web", &web).allow(tcp(22, "0.0.0.0/0")))
        .with(to("sg-lonely", &web[..1]))
        .with(to("sg-six", &[(443, "10.0.0.0/8"), (443, "::/0")]))
        .with(to("sg-ports", &[(3306, "0.0.0.0/0")]).allow(Permission::udp(53, 53, &["0.0.0.0/0"])))
        .with(to("sg-net", &web[1..]))
        .with(to("sg-behind", &[(8443, "sg-rules")]))
        .with(to("sg-wide", &[(8080, "0.0.0.0/0")]))
        .with(to("sg-own", &[(8080, "10.0.0.0/8")]))
        .with(instance(1, "10.0.16.11", "sg-own"))
        .with(instance(2, "10.0.17.12", "sg-own"))
        .with(instance(3, "10.0.0.13", "sg-wide"))
        .with(instance(39, "10.0.16.39", "sg-behind"))
        .with(instance(40, "10.0.17.40", "sg-behind"))
}

/// Logins and tokens that let too much through, mutual TLS that lets expired certificates through, CORS.
fn web() -> LoadBalancer {
    let short = || Session { timeout: 3_600, ..Session::default() };
    let parameters = vec![("prompt".to_owned(), "login".to_owned())];
    let long = Oidc {
        client_secret: "hush".to_owned(),
        session: Session { parameters, ..Session::default() },
        ..Oidc::default()
    };
    let optional =
        Oidc { on_unauthenticated: Some("allow".to_owned()), session: short(), ..Oidc::default() };
    let clear = Oidc {
        token_endpoint: Some("http://login.example.com/token".to_owned()),
        session: short(),
        ..Oidc::default()
    };
    let pool = Cognito {
        pool: "userpool/eu-west-1_pool".to_owned(),
        on_unauthenticated: Some("allow".to_owned()),
        session: short(),
        ..Cognito::default()
    };
    let keys = Jwt {
        jwks_endpoint: Some("http://login.example.com/keys".to_owned()),
        claims: vec![("aud".to_owned(), "single-string".to_owned(), vec!["api".to_owned()])],
        ..Jwt::default()
    };
    let foreign = Jwt {
        jwks_endpoint: Some("https://keys.example.net/keys".to_owned()),
        claims: vec![("aud".to_owned(), "single-string".to_owned(), vec!["api".to_owned()])],
        ..Jwt::default()
    };
    let to_http =
        Redirect { protocol: Some("HTTP".to_owned()), host: "x".to_owned(), ..Redirect::default() };
    let to = |path: &str, priority: u32, action: Action| {
        Rule::new(priority).path(path).action(action).forward("web")
    };
    LoadBalancer::application("web")
        .internet_facing()
        .security_groups(&["sg-web"])
        .listener(
            Listener::http(80)
                .rule(Rule::new(1).path("/old/*").action(Action::Redirect(to_http)))
                .forward("web"),
        )
        .listener(
            Listener::https(443)
                .policy(OLD_POLICY)
                .certificate("web.example.com")
                .mutual("verify", Some("clients"))
                .accept_expired()
                .advertise("on")
                .rule(to("/long/*", 1, Action::Oidc(long)))
                .rule(to("/optional/*", 2, Action::Oidc(optional)))
                .rule(to("/clear/*", 3, Action::Oidc(clear)))
                .rule(to("/members/*", 4, Action::Cognito(pool)))
                .rule(to("/token/*", 5, Action::Jwt(Jwt::default())))
                .rule(to("/keys/*", 6, Action::Jwt(keys)))
                .rule(to("/foreign/*", 7, Action::Jwt(foreign)))
                .rule(Rule::new(8).path("/function/*").forward("function"))
                .forward("web")
                .attribute("routing.http.response.access_control_allow_origin.header_value", "*")
                .attribute(
                    "routing.http.response.access_control_allow_credentials.header_value",
                    "true",
                ),
        )
        .attribute("routing.http.desync_mitigation_mode", "monitor")
        .attribute("routing.http.xff_header_processing.mode", "preserve")
        .attribute("waf.fail_open.enabled", "true")
}

/// Mutual TLS that checks nothing.
fn pass() -> LoadBalancer {
    LoadBalancer::application("pass")
        .internet_facing()
        .security_groups(&["sg-pass"])
        .listener(Listener::http(80).redirect_to_https())
        .listener(
            Listener::https(443)
                .certificate("past.example.com")
                .mutual("passthrough", None)
                .forward("pass"),
        )
}

/// Mutual TLS whose trust store was withdrawn.
fn removed() -> LoadBalancer {
    LoadBalancer::application("removed").security_groups(&["sg-pass"]).listener(
        Listener::https(443)
            .certificate("removed.example.com")
            .mutual("verify", Some("clients"))
            .association("removed")
            .forward("removed"),
    )
}

/// HTTP, and nothing else.
fn lonely() -> LoadBalancer {
    LoadBalancer::application("lonely").internet_facing().security_groups(&["sg-lonely"]).listener(
        Listener::http(80)
            .rule(Rule::new(3).path("/a/*").forward("lonely"))
            .rule(Rule::new(7).path("/b/*").action(Action::fixed(410)))
            .action(Action::fixed(404)),
    )
}

/// Rules in the wrong order, for everybody, to nobody.
fn rules() -> LoadBalancer {
    let ranges = ["0.0.0.0/0", "10.0.0.0/8"].map(str::to_owned).to_vec();
    let login =
        Oidc { session: Session { timeout: 3_600, ..Session::default() }, ..Oidc::default() };
    let elsewhere = Redirect {
        protocol: Some("HTTPS".to_owned()),
        port: Some("8443".to_owned()),
        ..Redirect::default()
    };
    LoadBalancer::application("rules")
        .internet_facing()
        .security_groups(&["sg-rules"])
        .listener(Listener::http(80).action(Action::Redirect(elsewhere)))
        .listener(
            Listener::https(443)
                .policy("ELBSecurityPolicy-TLS-1-2-2017-01")
                .certificate("rules.example.com")
                .rule(Rule::new(2).path("/a*").forward("rules"))
                .rule(Rule::new(3).path("/admin/*").action(Action::Oidc(login)).forward("rules"))
                .rule(
                    Rule::new(4).path("/own/*").when(Condition::SourceIp(ranges)).forward("rules"),
                )
                .forward("empty"),
        )
}

/// Certificates that are weak, past, or of other names.
fn names() -> LoadBalancer {
    LoadBalancer::application("names")
        .internet_facing()
        .security_groups(&["sg-names"])
        .listener(
            Listener::https(443)
                .certificate("weak.example.com")
                .certificate("past.example.com")
                .certificate("soon.example.com")
                .forward("names"),
        )
        .attribute("access_logs.s3.enabled", "true")
        .attribute("access_logs.s3.bucket", "theirs")
}

/// More of IPv6 than of IPv4.
fn six() -> LoadBalancer {
    LoadBalancer::application("six")
        .dualstack()
        .security_groups(&["sg-six"])
        .listener(Listener::https(443).certificate("six.example.com").forward("six"))
        .attribute("ipv6.deny_all_igw_traffic", "false")
}

/// Ports that nobody is to reach.
fn ports() -> LoadBalancer {
    LoadBalancer::network("ports")
        .internet_facing()
        .security_groups(&["sg-ports"])
        .listener(Listener::tcp(3306).forward("db"))
        .listener(Listener::udp(53).forward("names-udp"))
}

fn net() -> LoadBalancer {
    LoadBalancer::network("net")
        .internet_facing()
        .security_groups(&["sg-net"])
        .private_link_rules("off")
        .listener(
            Listener::tls(443).policy(OLD_POLICY).certificate("net.example.com").forward("net"),
        )
}

fn gwy() -> LoadBalancer {
    LoadBalancer::gateway("gwy").listener(Listener::gateway().forward("boxes"))
}

fn groups() -> Vec<TargetGroup> {
    let both = |group: TargetGroup, one: u8| {
        group.healthy(&format!("i-{one}")).healthy(&format!("i-{}", one + 1))
    };
    vec![
        both(TargetGroup::http("web", 8080), 1)
            .attribute("deregistration_delay.timeout_seconds", "0"),
        both(TargetGroup::tcp("net", 8080), 31)
            .target(Target::new("i-9", "unused").port(9))
            .attribute("proxy_protocol_v2.enabled", "true"),
        both(TargetGroup::http("lonely", 8081), 33),
        both(TargetGroup::http("pass", 8081), 35),
        both(TargetGroup::http("removed", 8081), 37),
        both(TargetGroup::https("rules", 8443), 39).check("HTTP", "/"),
        TargetGroup::http("empty", 8080),
        both(TargetGroup::http("names", 8082), 41),
        both(TargetGroup::http("six", 8083), 43),
        TargetGroup::tcp("db", 3306).by_ip().healthy("10.0.16.21").healthy("10.0.17.22"),
        TargetGroup::of("names-udp", "UDP", 53).healthy("i-3"),
        TargetGroup::lambda("function").healthy(FUNCTION),
        both(TargetGroup::geneve("boxes"), 45),
    ]
}

/// Stickiness beside a weak policy, and weak policies of two listeners.
fn old() -> ClassicLoadBalancer {
    let https = |port: u16, policies: &[&str]| {
        let mut own = ClassicListener::https(port, "old.example.com", "weak");
        own.policies = policies.iter().map(|name| (*name).to_owned()).collect();
        own
    };
    let mut unordered =
        ClassicPolicy::custom("unordered", &["TLSv1.2"], &["ECDHE-RSA-AES128-GCM-SHA256"]);
    unordered.attributes.retain(|(name, _)| name != "Server-Defined-Cipher-Order");
    ClassicLoadBalancer::new("old")
        .internet_facing()
        .listener(https(443, &["sticky", "weak"]))
        .listener(https(8443, &["ELBSecurityPolicy-2015-05"]))
        .listener(https(9443, &["unordered"]))
        .policy(unordered)
        .policy(ClassicPolicy::of("sticky", "LBCookieStickinessPolicyType"))
        .policy(ClassicPolicy::custom("weak", &["TLSv1", "TLSv1.2"], &["RC4-MD5", "AES128-SHA"]))
        .instance("i-1", "InService")
        .instance("i-2", "InService")
        .desync("monitor")
}

/// What the user chooses, as lines of a shell.
fn choices() -> String {
    let place = place();
    let chosen = [
        ("CERTIFICATE_ARN", place.certificate("good.example.com")),
        ("LOG_BUCKET", "logs".to_owned()),
        ("NEW_WEB_ACL_ARN", place.web_acl("REGIONAL", "edge")),
        ("NEW_TRUST_STORE_ARN", place.trust_store("more")),
        ("CLIENTS_RANGE", "203.0.113.0/24".to_owned()),
        ("CLIENTS_IPV6_RANGE", "2001:db8:12::/48".to_owned()),
        ("SERVING_GROUP_ARN", place.target_group("web")),
        ("ALLOWED_ORIGIN", "https://www.example.com".to_owned()),
        ("AUDIENCE", "service".to_owned()),
        ("JWKS_ENDPOINT", "https://login.example.com/keys".to_owned()),
        ("CLIENT_SECRET", "secret".to_owned()),
    ];
    let each = chosen.iter().map(|(name, value)| format!("export {name}='{value}'\n"));
    format!("export FIX_WAIT=0\n{}", each.collect::<String>())
}

/// A fake AWS, a folder and a Python that has the CLI.
struct Bench {
    fake: FakeAws,
    folder: Folder,
    python: OsString,
}

impl Bench {
    fn new(name: &str, account: Account) -> Option<Self> {
        let python = python_for(name)?;
        let fake = FakeAws::start(account);
        fake.page_size(None);
        Some(Bench { fake, folder: Folder::new(), python })
    }

    /// What the program collects, every plain value by its place.
    fn collected(&self) -> BTreeMap<String, String> {
        let done = Run::on(&self.fake, "collect --region eu-west-1 --retries 0 -q -o -").done();
        let mut saved = done.exits(0).json();
        saved["taken_at"] = json!(null);
        saved["cost"] = json!(null);
        sort(&mut saved, "");
        values(&saved)
    }

    fn scan(&self) -> Report {
        let scan = "scan --region eu-west-1 --format json --retries 0 --persona auditor";
        Run::on(&self.fake, scan).report()
    }

    /// The scripts of all faults, or of these.
    fn scripts(&self, options: &str) -> Vec<PathBuf> {
        let folder = self.folder.path("fixes");
        let fix =
            format!("fix --all --region eu-west-1 --retries 0 {options} -o {}", folder.display());
        Run::on(&self.fake, &fix).done().exits(0);
        written(&folder)
    }

    /// Calls that changed something, in their order.
    fn changes(&self) -> Vec<String> {
        let reads = |own: &str| {
            let (_, operation) = own.split_once(':').unwrap();
            ["Describe", "Get", "List"].iter().any(|start| operation.starts_with(start))
        };
        self.fake.log().iter().map(Entry::call).filter(|own| !reads(own)).collect()
    }

    fn region(&self) -> Region {
        self.fake.account(NUMBER).unwrap().regions.remove("eu-west-1").unwrap()
    }

    /// Runs blocks to their end.
    fn run(&self, blocks: &BTreeMap<String, String>) {
        let came = run(&self.python, blocks, Some(&self.fake.url()));
        let failed = came["failed"].as_object().unwrap();
        let failed: Vec<_> = failed.values().map(|own| own.as_str().unwrap()).collect();
        assert!(failed.is_empty(), "{}", failed.join("\n\n"));
    }

    /// Runs each script, and wants this exit code of it.
    fn run_each(&self, scripts: &[PathBuf], option: &str, code: i32) {
        let block = |script: &Path| {
            format!(
                "{}code=0\nsh '{}' {option} || code=$?\ntest \"$code\" = {code}",
                choices(),
                script.display()
            )
        };
        let numbered = scripts.iter().enumerate();
        let blocks = numbered.map(|(at, script)| (format!("{at:03}"), block(script))).collect();
        self.run(&blocks);
    }
}

/// Sorts what has no order at AWS: rules of security groups, and certificates beside the default one.
fn sort(value: &mut Value, key: &str) {
    match value {
        Value::Object(fields) => fields.iter_mut().for_each(|(name, own)| {
            let name = if name == "known" { key } else { name };
            sort(own, name);
        }),
        Value::Array(items) => {
            for own in items.iter_mut() {
                sort(own, "");
            }
            if ["ingress", "egress", "certificates"].contains(&key) {
                items.sort_by_key(ToString::to_string);
            }
        }
        _ => {}
    }
}

/// What AWS does not take back: it refuses an empty name of a bucket, and knows by itself whether a trust store is
/// still shared.
const STAYS: [&str; 2] = ["_logs.s3.bucket", "/trust_store_status"];

/// What is different, as `place: before -> after`.
fn different(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<String> {
    let places: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differ = places.into_iter().filter(|place| before.get(*place) != after.get(*place));
    differ
        .map(|place| format!("{place}: {:?} -> {:?}", before.get(place), after.get(place)))
        .collect()
}

/// The same, but what AWS does not take back.
fn not_taken_back(
    before: &BTreeMap<String, String>,
    after: &BTreeMap<String, String>,
) -> Vec<String> {
    let stays = |line: &String| {
        let (place, values) = line.split_once(": ").unwrap();
        let from_nothing = !place.ends_with(STAYS[0]) || values.starts_with(r#"Some("\"\"")"#);
        STAYS.iter().any(|end| place.ends_with(end)) && from_nothing
    };
    different(before, after).into_iter().filter(|line| !stays(line)).collect()
}

fn checks(scripts: &[PathBuf]) -> BTreeSet<String> {
    scripts.iter().map(|script| check_of(script)).collect()
}

#[test]
fn scripts_fix_what_they_say_and_take_all_of_it_back() {
    let Some(bench) = Bench::new("scripts of fixes at the fake", faulty()) else { return };
    let before = bench.collected();
    let known = bench.scan();
    let scripts = bench.scripts("");
    let tried = checks(&scripts);
    assert!(scripts.len() > 60 && tried.len() > 40, "{} for {tried:?}", scripts.len());
    bench.run_each(&scripts, "", 0);
    let after = bench.scan();
    let (was, is) = (faults(&known), faults(&after));
    let texts: String = scripts.iter().map(|script| fs::read_to_string(script).unwrap()).collect();
    let claimed: Vec<_> = was.keys().filter(|own| texts.contains(**own)).collect();
    let still: Vec<_> =
        claimed.iter().filter(|own| is.contains_key(**own)).map(|own| is[*own]).collect();
    assert!(still.is_empty(), "{still:#?}");
    let come: Vec<_> = is.values().filter(|own| !was.contains_key(&*own.fingerprint)).collect();
    assert!(come.is_empty(), "{come:#?}");

    let state = bench.collected();
    bench.run_each(&scripts, "", 0);
    assert_eq!(different(&state, &bench.collected()), Vec::<String>::new());

    let backwards: Vec<PathBuf> = scripts.iter().rev().cloned().collect();
    bench.run_each(&backwards, "--rollback", 0);
    assert_eq!(not_taken_back(&before, &bench.collected()), Vec::<String>::new());
    let rules = format!("{:?}", bench.region().load_balancers);
    assert!(rules.contains("client_secret: \"hush\""), "what AWS does not tell stays, too");
    assert!(claimed.len() > 75, "{}", claimed.len());
}

#[test]
fn a_script_that_fails_anywhere_leaves_everything_as_it_was() {
    let Some(bench) = Bench::new("failing scripts at the fake", faulty()) else { return };
    let before = bench.collected();
    let scripts = one_of_each(&bench.scripts(""));
    assert!(scripts.len() > 40, "{scripts:?}");
    let stub = failing_aws(&bench.folder);
    let block =
        |script: &PathBuf| (script.display().to_string(), failing(&choices(), &stub, script));
    let blocks = scripts.iter().map(block).collect();
    bench.run(&blocks);
    let points = failures(&stub);
    assert!(points > 60, "{points} failures of {} scripts", scripts.len());
    assert_eq!(not_taken_back(&before, &bench.collected()), Vec::<String>::new());
}

/// An account with one region and nothing but this in it.
fn only(region: Region) -> Account {
    let region = ["good", "old"]
        .map(|name| Certificate::issued(&format!("{name}.example.com")))
        .into_iter()
        .fold(region, Region::with);
    Account::new(NUMBER).only_its_regions().region("eu-west-1", region)
}

#[test]
fn https_is_served_before_anybody_is_sent_there() {
    let serving = TargetGroup::http("lonely", 8081).healthy("i-33").healthy("i-34");
    let open = SecurityGroup::new("sg-lonely").allow(Permission::tcp(80, 80, &["0.0.0.0/0"]));
    let region = Region::with_network().with(lonely()).with(serving).with(open);
    let Some(bench) = Bench::new("HTTPS beside HTTP at the fake", only(region)) else { return };
    let before = bench.collected();
    let scripts = bench.scripts("--check listener-cleartext");
    let [script] = &scripts[..] else { panic!("{scripts:?}") };

    // Without a certificate there is nothing to listen with.
    let unset = format!(
        "export FIX_WAIT=0\ncode=0\nsh '{}' 2>said || code=$?\ntest \"$code\" = 2\ngrep -q \
         'set CERTIFICATE_ARN' said",
        script.display()
    );
    bench.fake.clear_log();
    bench.run(&BTreeMap::from([("unset".to_owned(), unset)]));
    assert_eq!(bench.changes(), Vec::<String>::new());
    assert_eq!(different(&before, &bench.collected()), Vec::<String>::new());

    bench.fake.clear_log();
    bench.run_each(&scripts, "", 0);
    let made = bench.changes();
    let first = |name: &str| made.iter().position(|own| own == name).unwrap();
    let last = |name: &str| made.iter().rposition(|own| own == name).unwrap();
    let opened = first("ec2:AuthorizeSecurityGroupIngress");
    let (created, ruled) = (first("elbv2:CreateListener"), last("elbv2:CreateRule"));
    let sent = ["elbv2:ModifyListener", "elbv2:ModifyRule"]
        .map(|name| made.iter().position(|own| own == name).unwrap_or(usize::MAX));
    assert!(opened < created && created < ruled, "{made:?}");
    assert!(sent.iter().any(|at| *at < usize::MAX), "{made:?}");
    assert!(sent.iter().all(|at| *at > ruled), "{made:?}");
    let own = &bench.region().load_balancers[0].listeners;
    assert_eq!(own.iter().map(|one| one.port).collect::<Vec<_>>(), [Some(80), Some(443)]);
    let priorities: Vec<u32> = own[1].rules.iter().map(|rule| rule.priority).collect();
    assert_eq!(priorities, [3, 7], "the rules that served by HTTP serve by HTTPS");
    bench.run_each(&scripts, "--rollback", 0);
    assert_eq!(not_taken_back(&before, &bench.collected()), Vec::<String>::new());
}

#[test]
fn a_classic_listener_keeps_its_stickiness_and_both_weak_ones_get_another_policy() {
    let region = Region::with_network().with(old());
    let Some(bench) = Bench::new("Classic policies at the fake", only(region)) else { return };
    let policies = || -> Vec<Vec<String>> {
        let sorted = |one: &ClassicListener| {
            let mut own = one.policies.clone();
            own.sort();
            own
        };
        bench.region().classic[0].listeners.iter().map(sorted).collect()
    };
    let (before, was) = (bench.collected(), policies());
    let scripts = bench.scripts("--check tls-legacy-protocol");
    let [_] = &scripts[..] else { panic!("one cause, one script: {scripts:?}") };
    bench.run_each(&scripts, "", 0);
    let is = policies();
    assert_eq!(is[0].len(), 2, "{is:?}");
    assert!(is[0].contains(&"sticky".to_owned()), "{is:?}");
    for (place, gone) in [(0, "weak"), (1, "ELBSecurityPolicy-2015-05")] {
        assert!(!is[place].contains(&gone.to_owned()) && !is[place].is_empty(), "{is:?}");
    }
    assert_eq!(is[2], was[2], "what is not weak stays");
    let report = bench.scan();
    let weak = faults(&report).into_values().filter(|own| &*own.check == "tls-legacy-protocol");
    assert_eq!(weak.count(), 0);
    bench.run_each(&scripts, "--rollback", 0);
    assert_eq!(policies(), was);
    assert_eq!(different(&before, &bench.collected()), Vec::<String>::new());
}
