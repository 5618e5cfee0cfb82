//! Faults of networks, logs and front doors that one change resolves.

use elb_audit_core::check::Check;
use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::sample;
use elb_audit_core::inventory::{
    BucketState, DnsRecord, Inventory, Kind, Listener, LoadBalancer, Permission, Region,
};
use elb_audit_core::report::Report;
use elb_audit_core::vocab::fact::Fact;

use crate::given::report_of;

/// The report of the checks with these ids.
fn judged(inventory: &Inventory, ids: &[&str]) -> Report {
    let checks: Vec<&'static Check> =
        ALL.iter().filter(|check| ids.contains(&check.id)).copied().collect();
    assert_eq!(checks.len(), ids.len(), "{ids:?}");
    report_of(inventory, &checks)
}

/// What the actions of these checks say: the title, how many load balancers, and how many checks.
fn actions(inventory: &Inventory, ids: &[&str]) -> Vec<(String, usize, usize)> {
    let actions = judged(inventory, ids).actions;
    let said = |action: &elb_audit_core::report::action::Action| {
        (action.title.clone(), action.load_balancers.len(), action.checks.len())
    };
    actions.iter().map(said).collect()
}

fn one(title: &str, load_balancers: usize, checks: usize) -> Vec<(String, usize, usize)> {
    vec![(title.to_owned(), load_balancers, checks)]
}

/// A second load balancer like the sample's, after a change.
fn twin(region: &mut Region, change: impl FnOnce(&mut LoadBalancer)) {
    let mut twin = sample::only(region).clone();
    twin.arn = twin.arn.replace("/web/", "/api/");
    "api".clone_into(&mut twin.name);
    for listener in sample::listeners(&mut twin) {
        listener.id = listener.id.replace("/web/", "/api/");
    }
    change(&mut twin);
    region.v2.items.push(twin);
}

fn tcp(port: u16) -> Listener {
    let mut listener = sample::listener("TCP", port, vec![sample::forward("web")]);
    listener.id = format!("{}-{port}", listener.id);
    listener
}

/// The clean Network account listening on these ports, with a rule of its group for the whole internet
/// from the first to the last of each of these.
fn open(ports: &[u16], rules: &[(i32, i32)]) -> Inventory {
    sample::with_region(&Kind::Network, |region| {
        *sample::listeners(sample::only(region)) = ports.iter().map(|port| tcp(*port)).collect();
        let mut group = sample::open_group("sg-web", &[]);
        group.ingress = rules.iter().map(|(from, to)| rule(*from, *to)).collect();
        sample::guard(region, group);
    })
}

fn rule(from: i32, to: i32) -> Permission {
    Permission {
        protocol: "tcp".to_owned(),
        from_port: Some(from),
        to_port: Some(to),
        ranges: vec!["0.0.0.0/0".parse().expect("a range"), "::/0".parse().expect("a range")],
        ..Permission::default()
    }
}

fn region(inventory: &mut Inventory) -> &mut Region {
    &mut inventory.accounts[0].regions[0]
}

const SENSITIVE: &[&str] = &["listener-sensitive-port"];

#[test]
fn listeners_that_one_rule_opens_are_closed_by_one_change() {
    let found = judged(&open(&[22, 3389], &[(0, 65_535)]), SENSITIVE);
    let title = "Narrow security group web (sg-web): close tcp 0-65535 to 0.0.0.0/0 and ::/0";
    assert_eq!(found.actions.len(), 1);
    assert_eq!(found.actions[0].title, title);
    assert_eq!(found.actions[0].fingerprints.len(), 2);
    let found = judged(&open(&[22, 3389], &[(22, 22), (3389, 3389)]), SENSITIVE);
    assert_eq!(found.actions.len(), 2, "each has a rule of its own");
}

#[test]
fn load_balancers_of_one_group_are_closed_by_one_change() {
    let mut inventory = open(&[22], &[(22, 22)]);
    twin(region(&mut inventory), |_| ());
    let title = "Narrow security group web (sg-web): close tcp 22 to 0.0.0.0/0 and ::/0";
    assert_eq!(actions(&inventory, SENSITIVE), one(title, 2, 1));
}

#[test]
fn two_checks_ask_for_the_same_rule_to_be_closed() {
    let mut inventory = open(&[22], &[(22, 22)]);
    twin(region(&mut inventory), sample::internal);
    let checks = ["internal-open-to-any", "listener-sensitive-port"];
    let title = "Narrow security group web (sg-web): close tcp 22 to 0.0.0.0/0 and ::/0";
    assert_eq!(actions(&inventory, &checks), one(title, 2, 2));
}

#[test]
fn amplifying_and_sensitive_ports_of_one_rule_are_closed_by_one_change() {
    let mut inventory = open(&[11211], &[]);
    let region = region(&mut inventory);
    sample::listeners(sample::only(region))[0].protocol = Some("TCP_UDP".into());
    let mut group = sample::open_group("sg-web", &[]);
    group.ingress = vec![Permission { protocol: "-1".to_owned(), ..rule(0, 0) }];
    sample::guard(region, group);
    let checks = ["listener-sensitive-port", "udp-amplification"];
    let title = "Narrow security group web (sg-web): close all traffic to 0.0.0.0/0 and ::/0";
    assert_eq!(actions(&inventory, &checks), one(title, 1, 2));
}

#[test]
fn no_group_is_named_where_narrowing_it_would_not_do() {
    let own = "Change load balancer web: listener-sensitive-port";
    let sentence = |inventory: &Inventory| {
        let found = judged(inventory, SENSITIVE).findings;
        let causes = found.into_iter().filter_map(|finding| finding.cause);
        causes.map(|cause| cause.sentence()).collect::<Vec<_>>()
    };
    let mut two = open(&[22], &[(22, 22)]);
    let second = sample::open_group("sg-second", &[22]);
    let place = region(&mut two);
    sample::only(place).security_groups.push(second.id.clone());
    sample::guard(place, second);
    assert_eq!(sentence(&two), [own], "two groups open it");
    let mut halves = open(&[22], &[(22, 22)]);
    let place = region(&mut halves);
    sample::only(place).security_groups.push("sg-second".to_owned());
    for (id, half) in [("sg-web", "0.0.0.0/1"), ("sg-second", "128.0.0.0/1")] {
        let mut group = sample::open_group(id, &[22]);
        group.ingress[0].ranges = vec![half.parse().expect("a range")];
        sample::guard(place, group);
    }
    assert_eq!(sentence(&halves), [own], "either half is the internet");
    let mut none = open(&[22], &[]);
    sample::only(region(&mut none)).security_groups.clear();
    assert_eq!(sentence(&none), [own], "no group at all");
    let behind = sample::front::fronted(|region| {
        let https = &mut sample::listeners(&mut region.v2.items[0])[0];
        https.port = Some(5601);
        sample::regroup(region, "alb", |group| {
            if let Fact::Known(targets) = &mut group.targets {
                targets[0].port = Some(5601);
            }
        });
        sample::guard(region, sample::open_group("sg-web", &[5601]));
    });
    assert_eq!(sentence(&behind), [own], "through a load balancer in front");
}

#[test]
fn a_group_is_named_where_the_other_one_is_narrow() {
    let mut inventory = open(&[22], &[(22, 22)]);
    let place = region(&mut inventory);
    sample::only(place).security_groups.insert(0, "sg-office".to_owned());
    let mut office = sample::open_group("sg-office", &[22]);
    office.ingress[0].ranges = vec!["198.51.100.0/24".parse().expect("a range")];
    sample::guard(place, office);
    let title = "Narrow security group web (sg-web): close tcp 22 to 0.0.0.0/0 and ::/0";
    assert_eq!(actions(&inventory, SENSITIVE), one(title, 1, 1));
}

#[test]
fn only_the_family_that_is_open_is_closed() {
    let inventory = sample::with_region(&Kind::Network, |region| {
        sample::dual_stack(region);
        let mut group = sample::open_group("sg-web", &[]);
        let ranges = ["198.51.100.0/24", "::/0"].map(|range| range.parse().expect("a range"));
        group.ingress = vec![Permission { ranges: ranges.to_vec(), ..rule(443, 443) }];
        sample::guard(region, group);
    });
    let title = "Narrow security group web (sg-web): close tcp 443 to ::/0";
    assert_eq!(actions(&inventory, &["ipv6-wider-than-ipv4"]), one(title, 1, 1));
}

#[test]
fn a_port_without_listener_is_closed_where_no_other_load_balancer_of_the_group_has_one() {
    let checks = ["security-group-unused-port"];
    let mut inventory = open(&[443], &[(443, 443), (8443, 8443)]);
    twin(region(&mut inventory), |_| ());
    let title = "Narrow security group web (sg-web): close tcp 8443 to 0.0.0.0/0 and ::/0";
    assert_eq!(actions(&inventory, &checks), one(title, 2, 1));
    let mut inventory = open(&[443], &[(443, 8443)]);
    twin(region(&mut inventory), |_| ());
    let title = "Narrow security group web (sg-web): tcp 443-8443 to tcp 443";
    assert_eq!(actions(&inventory, &checks), one(title, 2, 1));
    let mut inventory = open(&[443], &[(443, 443), (8443, 8443)]);
    twin(region(&mut inventory), |lb| lb.listeners = Fact::Known(vec![tcp(8443)]));
    let causes = judged(&inventory, &checks).findings.into_iter().filter_map(|one| one.cause);
    let causes: Vec<String> = causes.map(|cause| cause.sentence()).collect();
    let own = |name: &str| format!("Change load balancer {name}: {}", checks[0]);
    assert_eq!(causes, [own("web"), own("api")]);
}

#[test]
fn targets_are_let_out_to_by_one_change_of_the_group() {
    let mut inventory = sample::with_region(&Kind::Network, |region| {
        let mut group = sample::open_group("sg-web", &[443]);
        group.egress.clear();
        sample::guard(region, group);
        twin(region, |_| ());
        sample::regroup(region, "web", |group| {
            group.load_balancer_arns.push(sample::arn(&Kind::Network, "api"));
        });
    });
    let title = "Open security group web (sg-web): let tcp 8443 out";
    assert_eq!(actions(&inventory, &["security-group-blocks-targets"]), one(title, 2, 1));
    let place = region(&mut inventory);
    sample::only(place).security_groups.push("sg-second".to_owned());
    let mut second = sample::open_group("sg-second", &[443]);
    second.egress.clear();
    sample::guard(place, second);
    assert_eq!(actions(&inventory, &["security-group-blocks-targets"]).len(), 2);
}

#[test]
fn a_vpc_gets_one_flow_log() {
    let mut inventory = open(&[22], &[]);
    region(&mut inventory).flow_logs = Fact::Known(Vec::new());
    twin(region(&mut inventory), |_| ());
    let title = "Extend VPC vpc-1: flow log";
    assert_eq!(actions(&inventory, &["flow-logs-missing"]), one(title, 2, 1));
}

#[test]
fn a_bucket_is_created_or_closed_once() {
    let shared = |change: fn(&mut Region)| {
        sample::with_region(&Kind::Network, |region| {
            twin(region, |_| ());
            change(region);
        })
    };
    let missing = shared(|region| {
        let bucket = region.log_buckets.get_mut(sample::LOG_BUCKET).expect("a bucket");
        bucket.state = Fact::Known(BucketState::Missing);
    });
    assert_eq!(actions(&missing, &["log-bucket-missing"]), one("Create bucket example-logs", 2, 1));
    let public = shared(|region| {
        let bucket = region.log_buckets.get_mut(sample::LOG_BUCKET).expect("a bucket");
        bucket.policy_is_public = Fact::Known(true);
        bucket.public_access_blocked = Fact::Known(false);
    });
    let title = "Narrow bucket example-logs: block public access";
    assert_eq!(actions(&public, &["log-bucket-public"]), one(title, 2, 1));
    let elsewhere = shared(|region| {
        let bucket = region.log_buckets.get_mut(sample::LOG_BUCKET).expect("a bucket");
        bucket.state = Fact::Known(BucketState::Own { region: Some("us-east-1".to_owned()) });
    });
    assert_eq!(actions(&elsewhere, &["log-bucket-missing"]).len(), 2, "each names another one");
}

#[test]
fn a_quota_is_raised_once() {
    let mut inventory = open(&[22], &[]);
    let place = region(&mut inventory);
    twin(place, |_| ());
    if let Fact::Known(limits) = &mut place.limits {
        limits.insert("listeners-per-network-load-balancer".to_owned(), 1);
    }
    let title = "Extend quota listeners-per-network-load-balancer";
    assert_eq!(actions(&inventory, &["quota-near"]), one(title, 2, 1));
}

#[test]
fn an_endpoint_service_is_narrowed_once() {
    let inventory = sample::with_region(&Kind::Network, |region| {
        twin(region, |_| ());
        let mut service = sample::endpoint_service(&Kind::Network, &["*"]);
        service.acceptance_required = false;
        service.load_balancers.push(sample::arn(&Kind::Network, "api"));
        region.endpoint_services = Fact::Known(vec![service]);
    });
    let title = "Narrow endpoint service vpce-svc-1: allow only the consumers' accounts";
    assert_eq!(actions(&inventory, &["endpoint-service-open"]), one(title, 2, 1));
}

#[test]
fn records_of_one_name_go_together() {
    let gone = "old-987654321.eu-west-1.elb.amazonaws.com";
    let mut inventory = sample::named(&Kind::Application, false, gone);
    if let Fact::Known(records) = &mut inventory.accounts[0].dns_records {
        let first = records[0].clone();
        records.push(DnsRecord { kind: "AAAA".to_owned(), ..first });
    }
    let found = judged(&inventory, &["dns-alias-dangling"]);
    assert_eq!(found.actions.len(), 1);
    assert_eq!(found.actions[0].title, "Delete DNS record www.example.com");
    assert_eq!(found.actions[0].fingerprints.len(), 2);
}

#[test]
fn a_distribution_is_changed_once() {
    let mut inventory = sample::with_region(&Kind::Network, |region| {
        *sample::listeners(sample::only(region)) = vec![tcp(80)];
        twin(region, |lb| lb.dns_name = Some("api-9.elb.eu-west-1.amazonaws.com".to_owned()));
    });
    inventory = sample::behind_cloudfront(inventory, |origin| {
        origin.protocol_policy = Some("http-only".to_owned());
    });
    if let Fact::Known(distributions) = &mut inventory.accounts[0].distributions {
        let mut second = distributions[0].origins[0].clone();
        "api".clone_into(&mut second.id);
        "api-9.elb.eu-west-1.amazonaws.com".clone_into(&mut second.domain);
        distributions[0].origins.push(second);
    }
    let title =
        "Change CloudFront distribution E2QWRUHAPOMQZL: fetch from its origins by HTTPS only";
    assert_eq!(actions(&inventory, &["cloudfront-origin-cleartext"]), one(title, 2, 1));
}

#[test]
fn health_checks_that_are_not_let_out_are_what_to_change() {
    let told = |kind: &Kind, port: Option<&str>, out: &[(i32, i32)]| {
        let inventory = sample::with_region(kind, |region| {
            let mut group = sample::open_group("sg-web", &[80, 443]);
            group.egress = out.iter().map(|(from, to)| rule(*from, *to)).collect();
            sample::guard(region, group);
            sample::regroup(region, "web", |group| {
                group.targets = sample::in_states(&["unhealthy", "unhealthy"]);
                group.health_check_port = port.map(str::to_owned);
            });
        });
        actions(&inventory, &["targets-all-unhealthy"]).remove(0).0
    };
    let repair = "Repair target group web: bring its targets back to health";
    let web = &Kind::Application;
    let open = |port| format!("Open security group web (sg-web): let tcp {port} out");
    assert_eq!(told(web, Some("9443"), &[(8443, 8443)]), open(9443));
    assert_eq!(told(web, Some("9443"), &[(8443, 9443)]), repair);
    assert_eq!(told(web, Some("traffic-port"), &[(9443, 9443)]), open(8443));
    assert_eq!(told(web, Some("traffic-port"), &[(8443, 8443)]), repair);
    assert_eq!(told(web, None, &[]), repair, "an earlier file does not say");
    assert_eq!(told(web, Some("anything"), &[]), repair);
    assert_eq!(told(&Kind::Network, Some("80"), &[(443, 443)]), open(80));
}
