//! What commands against faults of networks, logs and front doors name.

use elb_audit_core::fixtures::sample;
use elb_audit_core::inventory::{
    Accelerator, AcceleratorEndpoint, BucketState, Inventory, Kind, Permission, Region, VpcEndpoint,
};
use elb_audit_core::report::Outcome;
use elb_audit_core::vocab::fact::Fact;
use serde_json::{Map, Value, json};

use crate::bypass::check;
use crate::given::report_of;

/// What the first fault or note of a check binds.
fn bound(inventory: &Inventory, id: &str) -> Map<String, Value> {
    let findings = report_of(inventory, &[check(id)]).findings;
    let told = |outcome| matches!(outcome, Outcome::Fail | Outcome::Note);
    let first = findings.into_iter().find(|finding| told(finding.outcome)).expect("a finding");
    match serde_json::to_value(&first.bindings) {
        Ok(Value::Object(bindings)) => bindings,
        other => panic!("{other:?}"),
    }
}

/// The clean account of a kind, its group letting in these.
fn admitting(kind: &Kind, ingress: Vec<Permission>) -> Inventory {
    sample::with_region(kind, |region| {
        let mut group = sample::open_group("sg-web", &[]);
        group.ingress = ingress;
        sample::guard(region, group);
    })
}

fn tcp(from: i32, to: i32, ranges: &[&str]) -> Permission {
    Permission {
        protocol: "tcp".to_owned(),
        from_port: Some(from),
        to_port: Some(to),
        ranges: ranges.iter().map(|range| range.parse().expect("a range")).collect(),
        ..Permission::default()
    }
}

const UNUSED: &str = "security-group-unused-port";

#[test]
fn a_wide_rule_goes_when_the_listeners_in_it_are_admitted_by_themselves() {
    let lists = Permission {
        prefix_lists: vec!["pl-1".to_owned()],
        groups: vec!["sg-peers".to_owned()],
        ..tcp(440, 450, &["10.0.0.0/8", "2001:db8::/32"])
    };
    let all = bound(&admitting(&Kind::Network, vec![lists]), UNUSED);
    let sources = "IpRanges=[{CidrIp=10.0.0.0/8}],Ipv6Ranges=[{CidrIpv6=2001:db8::/32}],\
                   PrefixListIds=[{PrefixListId=pl-1}]";
    assert_eq!(all["RULE_GROUP_ID"], json!(["sg-web"]));
    let wide = format!("IpProtocol=tcp,FromPort=440,ToPort=450,{sources}");
    assert_eq!(all["RULE_PERMISSION"], json!([wide]));
    let kept = format!("IpProtocol=tcp,FromPort=443,ToPort=443,{sources}");
    assert_eq!(all["KEPT_PERMISSION"], json!([kept]));
    let everything = Permission {
        protocol: "-1".to_owned(),
        from_port: None,
        to_port: None,
        ..tcp(0, 0, &["0.0.0.0/0"])
    };
    let all = bound(&admitting(&Kind::Network, vec![everything]), UNUSED);
    assert_eq!(all["RULE_PERMISSION"], json!(["IpProtocol=-1,IpRanges=[{CidrIp=0.0.0.0/0}]"]));
    let kept = "IpProtocol=tcp,FromPort=443,ToPort=443,IpRanges=[{CidrIp=0.0.0.0/0}]";
    assert_eq!(all["KEPT_PERMISSION"], json!([kept]));
}

#[test]
fn nothing_is_admitted_that_is_admitted_already_or_that_nobody_listens_for() {
    let unused = [
        vec![tcp(443, 443, &["0.0.0.0/0"]), tcp(8443, 8443, &["0.0.0.0/0"])],
        vec![tcp(443, 443, &["0.0.0.0/0"]), tcp(0, 65_535, &["0.0.0.0/0"])],
    ];
    for ingress in unused {
        let all = bound(&admitting(&Kind::Network, ingress), UNUSED);
        assert!(!all.contains_key("KEPT_PERMISSION") && !all.contains_key("KEPT_GROUP_ID"));
        assert_eq!(all["RULE_GROUP_ID"], json!(["sg-web"]));
    }
}

#[test]
fn a_rule_that_another_load_balancer_needs_is_left_alone() {
    let mut inventory = admitting(
        &Kind::Network,
        vec![tcp(443, 443, &["0.0.0.0/0"]), tcp(8443, 8443, &["0.0.0.0/0"])],
    );
    let region = &mut inventory.accounts[0].regions[0];
    sample::only(region).security_groups.push("sg-targets".to_owned());
    let mut second = sample::only(region).clone();
    second.arn = second.arn.replace("/web/", "/api/");
    sample::listeners(&mut second)[0].port = Some(8443);
    region.v2.items.push(second);
    let all = bound(&inventory, UNUSED);
    assert!(!all.contains_key("RULE_PERMISSION"));
    assert_eq!(all["SHARED_GROUP_ID"], "sg-web");
    assert_eq!(all["OTHER_GROUP_IDS"], json!(["sg-targets"]));
}

#[test]
fn ports_are_named_with_their_transport() {
    let inventory = sample::with_region(&Kind::Network, |region| {
        let lb = sample::only(region);
        let mut dns = sample::listener("TCP_UDP", 53, vec![sample::forward("web")]);
        dns.id.push_str("-53");
        sample::listeners(lb).push(dns);
        sample::guard(region, sample::open_group("sg-web", &[]));
    });
    let all = bound(&inventory, "security-group-admits-nobody");
    assert_eq!(all["GROUP_ID"], "sg-web");
    assert_eq!(all["TRANSPORT"], json!(["tcp", "tcp", "udp"]));
    assert_eq!(all["PORT"], json!(["443", "53", "53"]));
}

#[test]
fn a_load_balancer_keeps_its_other_groups() {
    let inventory = sample::with_region(&Kind::Application, |region| {
        sample::only(region).security_groups.push("sg-second".to_owned());
        let mut second = sample::open_group("sg-second", &[443]);
        second.name = Some("default".to_owned());
        sample::guard(region, second);
    });
    assert_eq!(bound(&inventory, "security-group-default")["KEPT_GROUP_IDS"], json!(["sg-web"]));
}

#[test]
fn a_bucket_is_created_or_another_one_is_named_for_every_log_that_goes_elsewhere() {
    let state = |state| {
        let change = |bucket: &mut elb_audit_core::inventory::LogBucket| {
            bucket.state = Fact::Known(state);
        };
        bound(&sample::with_bucket(&Kind::Application, change), "log-bucket-missing")
    };
    let missing = state(BucketState::Missing);
    assert_eq!(missing["MISSING_BUCKET"], json!(["example-logs"]));
    assert!(!missing.contains_key("LOG_ATTRIBUTE"));
    let elsewhere = state(BucketState::Own { region: Some("us-east-1".to_owned()) });
    assert!(!elsewhere.contains_key("MISSING_BUCKET"));
    let attributes =
        ["access_logs.s3.bucket", "connection_logs.s3.bucket", "health_check_logs.s3.bucket"];
    assert_eq!(elsewhere["LOG_ATTRIBUTE"], json!(attributes));
}

/// The clean Application load balancer without web ACL, with one rule before the default one.
fn open_to_all() -> Inventory {
    sample::with(&Kind::Application, |lb| {
        lb.web_acl = Fact::Known(None);
        let rule =
            sample::rule(Some(7), vec![sample::path(&["/a/*"])], vec![sample::forward("web")]);
        let https = sample::https(vec![sample::forward("web")]);
        sample::listeners(lb)[0] = sample::ruled(https, vec![rule]);
    })
}

#[test]
fn rules_that_go_around_cloudfront_are_named_with_the_group_that_opens_them() {
    let id = "cloudfront-bypass";
    let all = bound(&sample::behind_cloudfront(open_to_all(), |_| ()), id);
    let rule = sample::rule(Some(7), Vec::new(), Vec::new()).arn;
    assert_eq!(all["UNGUARDED_RULE_ARN"], json!([rule]));
    let listener = sample::https(Vec::new()).id;
    assert_eq!(all["UNGUARDED_LISTENER_ARN"], json!([listener]));
    assert_eq!(all["OPEN_GROUP_ID"], json!(["sg-web"]));
    assert_eq!(all["PORT"], json!(["443"]));
    let open = "IpProtocol=tcp,FromPort=443,ToPort=443,IpRanges=[{CidrIp=0.0.0.0/0}],\
                Ipv6Ranges=[{CidrIpv6=::/0}]";
    assert_eq!(all["RULE_PERMISSION"], json!([open]));
    assert_eq!(all["ORIGIN_HEADER"], "X-Origin-Verify");
    assert_eq!(all["DISTRIBUTION_ID"], json!(["E2QWRUHAPOMQZL"]));
    let known = sample::behind_cloudfront(open_to_all(), |origin| {
        origin.custom_headers = vec!["X-Secret".to_owned()];
    });
    let all = bound(&known, id);
    assert_eq!(all["ORIGIN_HEADER"], "x-secret");
    assert!(!all.contains_key("DISTRIBUTION_ID"), "CloudFront adds one already");
    let classic = sample::behind_cloudfront(sample::clean(&Kind::Classic), |_| ());
    let all = bound(&classic, id);
    assert!(!all.contains_key("UNGUARDED_LISTENER_ARN"), "a Classic one has no rules");
    assert_eq!(all["OPEN_GROUP_ID"], json!(["sg-web"]));
}

#[test]
fn what_leads_to_an_internal_load_balancer_is_named() {
    let id = "internal-exposed-by-front";
    let all = bound(&sample::front::fronted(|_| ()), id);
    assert_eq!(all["HOLDING_GROUP_ARN"], json!([sample::group_arn("alb")]));
    assert_eq!(all["HELD_TARGET_ID"], sample::arn(&Kind::Application, "web"));
    assert!(!all.contains_key("ACCELERATOR_ARN"));
    let mut inventory = sample::with_region(&Kind::Application, sample::inside);
    let arn = "arn:aws:globalaccelerator::111122223333:accelerator/edge";
    inventory.accounts[0].accelerators = Fact::Known(vec![Accelerator {
        arn: arn.to_owned(),
        name: None,
        enabled: true,
        endpoints: Fact::Known(vec![AcceleratorEndpoint {
            id: sample::arn(&Kind::Application, "web"),
            ports: vec![(443, 443)],
            protocol: Some("TCP".to_owned()),
        }]),
    }]);
    let all = bound(&inventory, id);
    assert_eq!(all["ACCELERATOR_ARN"], json!([arn]));
    assert!(!all.contains_key("HOLDING_GROUP_ARN"));
}

#[test]
fn endpoints_are_added_in_the_vpc_that_has_one() {
    let inventory = sample::with_region(&Kind::Gateway, |region: &mut Region| {
        let service = sample::endpoint_service(&Kind::Gateway, &[]);
        region.vpc_endpoints = Fact::Known(vec![VpcEndpoint {
            id: "vpce-1".to_owned(),
            service_name: service.name.clone().unwrap_or_default(),
            vpc_id: Some("vpc-inspected".to_owned()),
            state: Some("available".to_owned()),
            subnets: vec!["subnet-a".to_owned()],
        }]);
        region.endpoint_services = Fact::Known(vec![service]);
    });
    let all = bound(&inventory, "gateway-endpoint-single-zone");
    assert_eq!(all["ENDPOINT_VPC_ID"], json!(["vpc-inspected"]));
    let service = "com.amazonaws.vpce.eu-west-1.vpce-svc-1";
    assert_eq!(all["ENDPOINT_SERVICE_NAME"], json!([service]));
}

#[test]
fn a_record_is_named_as_it_stands() {
    let gone = "old-987654321.eu-west-1.elb.amazonaws.com";
    let all = bound(&sample::named(&Kind::Application, false, gone), "dns-alias-dangling");
    assert_eq!(all["RECORD_ZONE_ID"], "Z1D633PJN98FT9");
    assert_eq!(all["RECORD_NAME"], "www.example.com");
    assert_eq!(all["RECORD_TYPE"], "A");
}

#[test]
fn a_quota_goes_by_the_name_that_service_quotas_has_for_it() {
    let inventory = sample::with_region(&Kind::Network, |region| {
        if let Fact::Known(limits) = &mut region.limits {
            limits.insert("targets-per-network-load-balancer".to_owned(), 2);
        }
    });
    let all = bound(&inventory, "quota-near");
    assert_eq!(all["QUOTA_NAME"], json!(["Targets per Network Load Balancer"]));
    let fixed = sample::with_region(&Kind::Application, |region| {
        if let Fact::Known(limits) = &mut region.limits {
            limits.insert("target-groups-per-application-load-balancer".to_owned(), 1);
        }
    });
    assert_eq!(bound(&fixed, "quota-near")["QUOTA_NAME"], json!([]), "AWS does not raise it");
}

#[test]
fn what_takes_the_place_of_a_load_balancer_is_of_the_kind_and_scheme_it_had() {
    let default = |kind: &Kind| {
        let inventory = sample::with_region(kind, |region| {
            if let Fact::Known(vpcs) = &mut region.vpcs {
                vpcs[0].is_default = true;
            }
        });
        bound(&inventory, "default-vpc")
    };
    for (kind, own) in [
        (Kind::Application, "application"),
        (Kind::Network, "network"),
        (Kind::Classic, "application"),
    ] {
        let all = default(&kind);
        assert_eq!(all["ROUTED_TYPE"], own, "{kind}");
        assert_eq!(all["LOAD_BALANCER_SCHEME"], "internet-facing", "{kind}");
    }
    let gateway = default(&Kind::Gateway);
    assert_eq!(gateway["UNROUTED_TYPE"], "gateway");
    assert!(!gateway.contains_key("ROUTED_TYPE"));
}

#[test]
fn what_opens_a_port_to_everyone_is_revoked_and_nothing_else() {
    let listening = |ingress: Vec<Permission>| {
        let mut inventory = admitting(&Kind::Network, ingress);
        let lb = sample::only(&mut inventory.accounts[0].regions[0]);
        let mut ssh = sample::listener("TCP", 22, vec![sample::forward("web")]);
        ssh.id.push_str("-22");
        sample::listeners(lb).push(ssh);
        bound(&inventory, "listener-sensitive-port")
    };
    let office = Permission {
        prefix_lists: vec!["pl-office".to_owned()],
        ..tcp(22, 22, &["198.51.100.0/24", "0.0.0.0/0"])
    };
    let all = listening(vec![tcp(443, 443, &["0.0.0.0/0"]), office]);
    assert_eq!(all["GROUP_ID"], "sg-web");
    assert_eq!(all["PORT"], "22");
    assert_eq!(all["RULE_GROUP_ID"], json!(["sg-web"]));
    let open = "IpProtocol=tcp,FromPort=22,ToPort=22,IpRanges=[{CidrIp=0.0.0.0/0}]";
    assert_eq!(all["RULE_PERMISSION"], json!([open]));
    let halves = listening(vec![tcp(22, 22, &["0.0.0.0/1", "128.0.0.0/1"])]);
    let both =
        "IpProtocol=tcp,FromPort=22,ToPort=22,IpRanges=[{CidrIp=0.0.0.0/1},{CidrIp=128.0.0.0/1}]";
    assert_eq!(halves["RULE_PERMISSION"], json!([both]));
}

#[test]
fn only_the_family_that_is_wider_is_revoked() {
    let mut inventory =
        admitting(&Kind::Network, vec![tcp(443, 443, &["198.51.100.0/24", "::/0"])]);
    sample::dual_stack(&mut inventory.accounts[0].regions[0]);
    let all = bound(&inventory, "ipv6-wider-than-ipv4");
    let open = "IpProtocol=tcp,FromPort=443,ToPort=443,Ipv6Ranges=[{CidrIpv6=::/0}]";
    assert_eq!(all["RULE_PERMISSION"], json!([open]));
}

#[test]
fn clients_of_an_internal_load_balancer_stay_admitted_at_its_listeners() {
    let mut inventory = admitting(&Kind::Network, vec![tcp(0, 65_535, &["0.0.0.0/0"])]);
    let lb = sample::only(&mut inventory.accounts[0].regions[0]);
    sample::internal(lb);
    let mut second = sample::listener("TCP", 22, vec![sample::forward("web")]);
    second.id.push_str("-22");
    sample::listeners(lb).push(second);
    let all = bound(&inventory, "internal-open-to-any");
    assert_eq!(all["GROUP_ID"], json!(["sg-web", "sg-web"]));
    assert_eq!(all["PORT"], json!(["22", "443"]));
}
