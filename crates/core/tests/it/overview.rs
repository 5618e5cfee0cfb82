//! What the report shows of each load balancer: rules, certificates, TLS and targets, as they were read.

use std::sync::atomic::{AtomicUsize, Ordering};

use elb_audit_core::analysis::tls;
use elb_audit_core::audit::compare::compare;
use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks::ALL;
use elb_audit_core::compliance::Framework;
use elb_audit_core::fixtures::{demo, sample};
use elb_audit_core::inventory::{
    Account, ActionKind, Condition, Inventory, Kind, Listener, LoadBalancer, Region, Rule, Target,
    Transform, TransformKind,
};
use elb_audit_core::report::listener::{End, RuleSummary, TlsFloor};
use elb_audit_core::report::{
    ListenerSummary, LoadBalancerSummary, Outcome, Report, TargetsSummary,
};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;
use serde_json::{Value, json};

use crate::given::everything;

/// The load balancers of an inventory as a report without checks shows them.
fn shown(inventory: &Inventory) -> Vec<LoadBalancerSummary> {
    audit(inventory, &[], &Options::at(inventory.taken_at)).load_balancers
}

/// The one load balancer of a sample.
fn only(inventory: &Inventory) -> LoadBalancerSummary {
    let mut all = shown(inventory);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn listeners(lb: &LoadBalancerSummary) -> &[ListenerSummary] {
    lb.listeners.as_deref().expect("listeners")
}

/// Something of a region that goes unread.
type Hide = fn(&mut Region);

/// Hides a fact of every load balancer.
fn each(region: &mut Region, hide: impl Fn(&mut LoadBalancer)) {
    region.classic.items.iter_mut().chain(&mut region.v2.items).for_each(hide);
}

/// Hides a fact of every listener.
fn each_listener(region: &mut Region, hide: impl Fn(&mut Listener)) {
    each(region, |lb| {
        if let Fact::Known(all) = &mut lb.listeners {
            all.iter_mut().for_each(&hide);
        }
    });
}

fn unread<T>(call: Call) -> Fact<T> {
    Fact::Unread(sample::denied(call))
}

/// Everything that the overview is made of and that can go unread.
const HIDDEN: [Hide; 9] = [
    |_| {},
    |region| each(region, |lb| lb.listeners = unread(Call::ElbV2DescribeListeners)),
    |region| each_listener(region, |one| one.rules = unread(Call::ElbV2DescribeRules)),
    |region| {
        let call = Call::ElbV2DescribeListenerCertificates;
        each_listener(region, |one| one.certificates = unread(call));
    },
    |region| {
        for certificate in region.certificates.values_mut() {
            *certificate = unread(Call::AcmDescribeCertificate);
        }
    },
    |region| region.ssl_policies = unread(Call::ElbV2DescribeSslPolicies),
    |region| {
        each(region, |lb| {
            lb.policies = unread(Call::ElbDescribeLoadBalancerPolicies);
            lb.instances = unread(Call::ElbDescribeInstanceHealth);
        });
    },
    |region| region.target_groups = unread(Call::ElbV2DescribeTargetGroups),
    |region| {
        if let Fact::Known(groups) = &mut region.target_groups {
            for group in groups {
                group.targets = unread(Call::ElbV2DescribeTargetHealth);
            }
        }
    },
];

#[test]
fn an_unread_fact_is_null_and_never_an_empty_list() {
    let all: Vec<(String, Inventory)> = everything().into_iter().collect();
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some((name, inventory)) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
            for (place, hide) in HIDDEN.iter().enumerate() {
                let mut inventory = inventory.clone();
                inventory.accounts.iter_mut().flat_map(|one| &mut one.regions).for_each(hide);
                hold(&inventory, &format!("{name}, hidden {place}"));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, Into::into) {
            scope.spawn(work);
        }
    });
}

/// Holds the overview of an inventory to what was read.
fn hold(inventory: &Inventory, name: &str) {
    let found = inventory.accounts.iter().flat_map(|account| {
        let regions = account.regions.iter();
        regions.flat_map(move |region| region.load_balancers().map(move |lb| (account, region, lb)))
    });
    let found: Vec<_> = found.collect();
    let shown = shown(inventory);
    assert_eq!(found.len(), shown.len(), "{name}");
    for ((account, region, lb), shown) in found.into_iter().zip(&shown) {
        let name = format!("{name}: {}", lb.name);
        assert_eq!(lb.arn, shown.arn, "{name}");
        let read = lb.listeners.get().ok();
        assert_eq!(read.is_none(), shown.listeners.is_none(), "{name}");
        let (first, targets) = (shown.first_expiry(), shown.targets());
        assert!(targets.unhealthy <= targets.all, "{name}");
        let Some(listeners) = read else {
            assert!(first.unread && targets.unread, "{name}");
            let floor = (lb.kind != Kind::Gateway).then_some(TlsFloor::Unknown);
            assert_eq!(shown.tls_floor, floor, "{name}");
            continue;
        };
        let floors = shown.listeners.iter().flatten().filter_map(|one| one.tls_floor);
        assert_eq!(shown.tls_floor, floors.min(), "{name}");
        for (listener, shown) in listeners.iter().zip(shown.listeners.iter().flatten()) {
            hold_listener((account, region, lb), listener, shown, &name);
            assert!(targets.unread || shown.rules.is_some(), "{name}");
            assert!(first.unread || shown.certificates.is_some(), "{name}");
        }
    }
}

fn hold_listener(
    (account, region, lb): (&Account, &Region, &LoadBalancer),
    listener: &Listener,
    shown: &ListenerSummary,
    name: &str,
) {
    match (listener.rules.get(), &shown.rules) {
        (Err(_), None) => {}
        (Ok(rules), Some(all)) => {
            let default = rules.iter().any(|rule| rule.priority.is_none());
            let more = usize::from(!default && !listener.default_actions.is_empty());
            assert_eq!(all.len(), rules.len() + more, "{name}");
        }
        (Ok(rules), None) => assert!(rules.is_empty() && lb.kind != Kind::Classic, "{name}"),
        (Err(_), Some(rules)) => panic!("{name}: {rules:?} of unread rules"),
    }
    match (listener.certificates.get(), &shown.certificates) {
        (Err(_), None) => {}
        (Ok(arns), Some(all)) => {
            for (arn, one) in arns.iter().zip(all) {
                let known = region.certificates.get(arn).and_then(|fact| fact.get().ok());
                let kept = account.server_certificates.get().ok().into_iter().flatten();
                let known = known.or_else(|| kept.into_iter().find(|kept| kept.arn == *arn));
                assert_eq!(one.not_after, known.and_then(|known| known.not_after), "{name}");
            }
            assert_eq!(arns.len(), all.len(), "{name}");
        }
        (Ok(arns), None) => assert!(arns.is_empty(), "{name}"),
        (Err(_), Some(all)) => panic!("{name}: {all:?} of unread certificates"),
    }
    assert_eq!(shown.tls_floor.is_none(), tls::terminates(lb, listener) == Ok(false), "{name}");
    for group in &shown.targets {
        let known = region.target_groups.get().ok().into_iter().flatten();
        let known = known.into_iter().find(|known| Some(&known.arn) == group.arn.as_ref());
        let targets: Option<&Vec<Target>> = match lb.kind {
            Kind::Classic => lb.instances.get().ok(),
            _ => known.and_then(|group| group.targets.get().ok()),
        };
        let number = targets.map(Vec::len);
        assert_eq!(group.members.as_ref().map(Vec::len), number, "{name}");
        let health = group.health.as_ref().map(|states| states.values().sum());
        assert_eq!(health, number, "{name}");
    }
}

/// The rules of the one listener of an Application load balancer with these before the default one.
fn ruled(rules: Vec<Rule>) -> Vec<RuleSummary> {
    let listener = sample::ruled(sample::https(vec![sample::forward("web")]), rules);
    let lb = only(&sample::listening(&Kind::Application, vec![listener]));
    listeners(&lb)[0].rules.clone().expect("rules")
}

fn end(rules: Vec<Rule>) -> Value {
    serde_json::to_value(&ruled(rules)[0].end).expect("plain data")
}

#[test]
fn a_rule_says_where_a_request_ends() {
    let does = |action| vec![sample::rule(Some(1), vec![sample::path(&["/a"])], vec![action])];
    let group = |name: &str, weight: i32| json!({"arn": sample::group_arn(name), "name": name, "weight": weight});
    assert_eq!(
        end(does(sample::forward_weighted(&[("web", None), ("gone", Some(0))]))),
        json!({"kind": "forward", "target_groups": [group("web", 1), group("gone", 0)]})
    );
    let url = "https://#{host}:443/#{path}?#{query}";
    assert_eq!(
        end(does(sample::redirect_to_https())),
        json!({"kind": "redirect", "url": url, "status": "HTTP_301"})
    );
    let mut teapot = sample::fixed_response("418");
    teapot.fixed_response.as_mut().expect("a response").discloses = vec!["version".to_owned()];
    assert_eq!(
        end(does(teapot)),
        json!({"kind": "fixed-response", "status": "418", "discloses": ["version"]})
    );
    let mut odd = sample::forward("web");
    odd.kind = ActionKind::Other("teleport".to_owned());
    assert_eq!(end(does(odd)), json!({"kind": "unknown", "why": "unknown value: action teleport"}));
}

#[test]
fn a_rule_says_what_it_asks_for_and_what_it_changes() {
    let secret = Condition {
        header: Some("X-Origin-Verify".to_owned()),
        ..sample::condition("http-header", &["hunter2"])
    };
    let mut login = sample::rule(
        Some(20),
        vec![sample::path(&["/admin*"]), secret],
        sample::login::required("web"),
    );
    login.transforms = vec![Transform {
        kind: TransformKind::UrlRewrite,
        rewrites: vec![("^/admin".to_owned(), "/".to_owned())],
    }];
    let token = sample::rule(
        Some(3),
        vec![sample::host(&["api.example.com"])],
        sample::login::then_forward(sample::login::token(), "web"),
    );
    let rules = ruled(vec![login, token]);
    let order: Vec<&str> = rules.iter().map(|rule| &*rule.priority).collect();
    assert_eq!(order, ["3", "20", "default"]);
    let [token, login, default] = &rules[..] else { panic!("{rules:?}") };
    assert_eq!(token.actions, ["jwt-validation", "forward"]);
    let asked = &token.authentication[0];
    let jwt = sample::login::token().jwt.expect("a token");
    assert_eq!((&asked.authority, &asked.claims), (&jwt.issuer, &jwt.claims));
    assert_eq!(asked.endpoints, Vec::from_iter(jwt.jwks_endpoint));
    assert_eq!(login.actions, ["authenticate-oidc", "forward"]);
    let asked = &login.authentication[0];
    let oidc = sample::login::oidc().authentication.expect("a login");
    assert_eq!((&asked.authority, &asked.endpoints), (&oidc.authority, &oidc.endpoints));
    assert_eq!(asked.unauthenticated, oidc.on_unauthenticated_request);
    assert_eq!(login.transforms[0].kind, "url-rewrite");
    assert_eq!(login.transforms[0].rewrites[0].replace, "/");
    assert!(matches!(login.end, End::Forward { .. }));
    assert_eq!(login.conditions[1].values, ["sha256:f52fbd32b2b3b86f"]);
    assert_eq!(login.conditions[0].values, ["/admin*"]);
    assert!(default.conditions.is_empty() && default.authentication.is_empty());
}

#[test]
fn a_listener_without_rules_of_its_own_has_the_default_one() {
    let mut listener = sample::listener("TCP", 443, vec![sample::forward("web")]);
    listener.rules = Fact::Known(Vec::new());
    let id = listener.id.clone();
    let lb = only(&sample::listening(&Kind::Network, vec![listener.clone()]));
    let rules = listeners(&lb)[0].rules.as_ref().expect("rules");
    assert_eq!((&*rules[0].arn, &*rules[0].priority, rules.len()), (&*id, "default", 1));
    assert_eq!(lb.tls_floor, None);
    listener.default_actions.clear();
    let lb = only(&sample::listening(&Kind::Network, vec![listener]));
    assert_eq!(listeners(&lb)[0].rules, None);
    let classic = only(&sample::clean(&Kind::Classic));
    assert_eq!(listeners(&classic)[0].rules.as_deref(), Some(&[][..]));
}

/// Policy and floor of the TLS listeners of a load balancer, and its own floor.
fn floors(inventory: &Inventory) -> (Vec<(Option<String>, TlsFloor)>, Option<TlsFloor>) {
    let lb = only(inventory);
    let own =
        listeners(&lb).iter().filter_map(|one| Some((one.ssl_policy.clone(), one.tls_floor?)));
    (own.collect(), lb.tls_floor)
}

#[test]
fn the_floor_is_the_lowest_version_that_is_accepted() {
    let https = |policy: &str, port: u16| Listener {
        ssl_policy: Some(policy.to_owned()),
        ..sample::login::on_port(sample::https(vec![sample::forward("web")]), port)
    };
    let old = "ELBSecurityPolicy-2016-08";
    let new = "ELBSecurityPolicy-TLS13-1-3-2021-06";
    let http = sample::listener("HTTP", 80, vec![sample::redirect_to_https()]);
    let both = |policy| vec![https(new, 443), https(policy, 8443), http.clone()];
    let named = |name: &str, floor| (Some(name.to_owned()), floor);
    assert_eq!(
        floors(&sample::listening(&Kind::Application, both(old))),
        (vec![named(new, TlsFloor::Tls13), named(old, TlsFloor::Tls10)], Some(TlsFloor::Tls10))
    );
    let odd = "ELBSecurityPolicy-2099-01";
    assert_eq!(
        floors(&sample::listening(&Kind::Application, both(odd))),
        (vec![named(new, TlsFloor::Tls13), named(odd, TlsFloor::Unknown)], Some(TlsFloor::Unknown))
    );
    let attributes =
        [("Protocol-SSLv3", "true"), ("Protocol-TLSv1.2", "true"), ("AES128-SHA", "true")];
    assert_eq!(floors(&sample::classic_offering(&attributes)).1, Some(TlsFloor::Ssl3));
    assert_eq!(floors(&sample::clean(&Kind::Gateway)), (Vec::new(), None));
}

#[test]
fn a_certificate_is_the_default_one_or_not() {
    let inventory = sample::with_region(&Kind::Application, |region| {
        let other = sample::CERTIFICATE.replace("web", "other");
        let mut certificate = sample::certificate(&other);
        certificate.not_after = Some(sample::in_days(9));
        region.certificates.insert(other.clone(), Fact::Known(certificate));
        let listener = &mut sample::listeners(sample::only(region))[0];
        listener.certificates = Fact::Known(vec![sample::CERTIFICATE.to_owned(), other]);
    });
    let lb = only(&inventory);
    let certificates = listeners(&lb)[0].certificates.as_ref().expect("certificates");
    let defaults: Vec<bool> = certificates.iter().map(|one| one.default).collect();
    assert_eq!(defaults, [true, false]);
    assert_eq!(certificates[0].name.as_deref(), Some("www.example.com"));
    let first = lb.first_expiry();
    assert_eq!((first.days_left(inventory.taken_at), first.unread), (Some(9), false));
}

#[test]
fn targets_are_told_one_by_one() {
    let inventory = sample::with_region(&Kind::Application, |region| {
        sample::regroup(region, "web", |group| {
            group.targets = sample::in_states(&["healthy", "unhealthy"]);
        });
    });
    let lb = only(&inventory);
    let [group] = &listeners(&lb)[0].targets[..] else { panic!("a group") };
    let known = &inventory.accounts[0].regions[0].target_groups.get().expect("groups")[0];
    assert_eq!(group.arn.as_ref(), Some(&known.arn));
    let protocol = known.protocol.as_ref().map(ToString::to_string);
    assert_eq!((&group.protocol, group.port), (&protocol, known.port));
    assert_eq!(group.target_type.as_deref(), Some("instance"));
    let members = group.members.as_ref().expect("targets");
    for (one, known) in members.iter().zip(known.targets.get().expect("targets")) {
        assert_eq!((&one.id, one.port, &one.zone), (&known.id, known.port, &known.zone));
        assert_eq!((&one.state, &one.reason), (&known.state.to_string(), &known.reason));
    }
    let counts = lb.targets();
    assert_eq!((counts.unhealthy, counts.all, counts.unread), (1, 2, false));
    let classic = only(&sample::clean(&Kind::Classic));
    let [side] = &listeners(&classic)[0].targets[..] else { panic!("instances") };
    assert_eq!((side.arn.as_ref(), side.target_type.as_deref()), (None, Some("instance")));
    let name = format!("{}:{}", side.protocol.as_deref().unwrap(), side.port.unwrap());
    assert_eq!(name, side.name);
    assert!(!side.members.as_ref().expect("instances").is_empty());
}

/// The report without what it has said only since this version.
fn as_it_was(report: &Report) -> Report {
    let mut json = serde_json::to_value(report).expect("plain data");
    forget(&mut json, &["frameworks"]);
    for lb in json["load_balancers"].as_array_mut().expect("a list") {
        forget(lb, &["tls_floor"]);
        for listener in lb["listeners"].as_array_mut().into_iter().flatten() {
            forget(listener, &["rules", "certificates", "ssl_policy", "tls_floor"]);
            for group in listener["targets"].as_array_mut().expect("a list") {
                forget(group, &["arn", "protocol", "port", "target_type", "members"]);
            }
        }
    }
    for control in json["framework"]["controls"].as_array_mut().into_iter().flatten() {
        forget(control, &["title_is_ours", "passes"]);
        for list in ["failed", "unknown"] {
            for one in control[list].as_array_mut().expect("a list") {
                forget(one, &["load_balancer", "subject", "outcome"]);
            }
        }
    }
    serde_json::from_value(json).expect("a report as it was")
}

/// Takes fields away that have to be there.
fn forget(value: &mut Value, names: &[&str]) {
    let fields = value.as_object_mut().expect("an object");
    for name in names {
        assert!(fields.remove(*name).is_some(), "{name}");
    }
}

#[test]
fn a_report_from_before_is_read_and_compared_with() {
    let demo = demo::inventory();
    let options = Options { frameworks: vec![Framework::Fsbp], ..Options::at(demo.taken_at) };
    let mut now = audit(&demo, ALL, &options);
    let before = as_it_was(&now);
    assert!(before.frameworks.is_empty());
    assert_eq!(before.by_control().len(), 1, "the first framework stands for all");
    for (was, is) in before.load_balancers.iter().zip(&now.load_balancers) {
        assert_eq!(was.tls_floor, Some(TlsFloor::Unknown), "{}", was.name);
        let counts = was.targets();
        assert!(counts.unread || listeners(was).is_empty(), "{}", was.name);
        assert_eq!(counts.all, is.targets().all, "{}: what health says", was.name);
        for listener in was.listeners.iter().flatten() {
            assert!(listener.rules.is_none() && listener.certificates.is_none());
            assert!(listener.targets.iter().all(|group: &TargetsSummary| group.members.is_none()));
        }
    }
    compare(&before, &mut now);
    let comparison = now.comparison.as_ref().expect("a comparison");
    assert_eq!((comparison.new, comparison.worsened, comparison.resolved.len()), (0, 0, 0));
    let faults = now.findings.iter().filter(|finding| finding.outcome == Outcome::Fail);
    assert_eq!(comparison.unchanged, faults.filter(|fault| fault.counts()).count());
}
