//! Remedies as data: the names of an attribute in every language, and commands that a shell takes.

use elb_audit_core::check::{Change, Owner, Particular, Remedy, Source, TlsListener, Ways};
use elb_audit_core::checks::ALL;
use elb_audit_core::inventory::Kind;

use crate::given::KINDS;
use crate::laws::is_runnable;

/// Attributes, by the pages of Terraform's provider: whose, its key, and the argument, behind the block that
/// holds it.
const ARGUMENTS: &[(Owner, &str, &str)] = &[
    (Owner::LoadBalancer, "access_logs.s3.enabled", "access_logs.enabled"),
    (Owner::LoadBalancer, "access_logs.s3.bucket", "access_logs.bucket"),
    (Owner::LoadBalancer, "client_keep_alive.seconds", "client_keep_alive"),
    (Owner::LoadBalancer, "connection_logs.s3.enabled", "connection_logs.enabled"),
    (Owner::LoadBalancer, "connection_logs.s3.bucket", "connection_logs.bucket"),
    (Owner::LoadBalancer, "deletion_protection.enabled", "enable_deletion_protection"),
    (Owner::LoadBalancer, "health_check_logs.s3.enabled", "health_check_logs.enabled"),
    (Owner::LoadBalancer, "health_check_logs.s3.bucket", "health_check_logs.bucket"),
    (Owner::LoadBalancer, "idle_timeout.timeout_seconds", "idle_timeout"),
    (Owner::LoadBalancer, "load_balancing.cross_zone.enabled", "enable_cross_zone_load_balancing"),
    (Owner::LoadBalancer, "routing.http.desync_mitigation_mode", "desync_mitigation_mode"),
    (
        Owner::LoadBalancer,
        "routing.http.drop_invalid_header_fields.enabled",
        "drop_invalid_header_fields",
    ),
    (Owner::LoadBalancer, "routing.http.xff_header_processing.mode", "xff_header_processing_mode"),
    (Owner::LoadBalancer, "routing.http2.enabled", "enable_http2"),
    (Owner::LoadBalancer, "waf.fail_open.enabled", "enable_waf_fail_open"),
    (Owner::LoadBalancer, "zonal_shift.config.enabled", "enable_zonal_shift"),
    (Owner::TargetGroup, "deregistration_delay.timeout_seconds", "deregistration_delay"),
    (
        Owner::TargetGroup,
        "lambda.multi_value_headers.enabled",
        "lambda_multi_value_headers_enabled",
    ),
    (Owner::TargetGroup, "preserve_client_ip.enabled", "preserve_client_ip"),
    (Owner::TargetGroup, "target_failover.on_unhealthy", "target_failover.on_unhealthy"),
    (Owner::TargetGroup, "target_failover.on_deregistration", "target_failover.on_deregistration"),
    (
        Owner::Listener,
        "routing.http.response.server.enabled",
        "routing_http_response_server_enabled",
    ),
    (
        Owner::Listener,
        "routing.http.response.strict_transport_security.header_value",
        "routing_http_response_strict_transport_security_header_value",
    ),
    (
        Owner::Listener,
        "routing.http.response.access_control_allow_origin.header_value",
        "routing_http_response_access_control_allow_origin_header_value",
    ),
    (
        Owner::Listener,
        "routing.http.response.content_security_policy.header_value",
        "routing_http_response_content_security_policy_header_value",
    ),
    (
        Owner::Listener,
        "routing.http.response.x_content_type_options.header_value",
        "routing_http_response_x_content_type_options_header_value",
    ),
    (
        Owner::Listener,
        "routing.http.response.x_frame_options.header_value",
        "routing_http_response_x_frame_options_header_value",
    ),
];

fn remedy(of: Owner, key: &'static str) -> Remedy {
    match of {
        Owner::LoadBalancer => Remedy::attribute(key, "true"),
        Owner::TargetGroup => Remedy::target_group_attribute(key, "true"),
        Owner::Listener => Remedy::listener_attribute(key, "true"),
    }
}

#[test]
fn an_attribute_has_its_name_in_every_language() {
    for (of, key, argument) in ARGUMENTS {
        let (name, resource, option) = match of {
            Owner::LoadBalancer => ("LoadBalancer", "aws_lb", "--load-balancer-arn"),
            Owner::TargetGroup => ("TargetGroup", "aws_lb_target_group", "--target-group-arn"),
            Owner::Listener => ("Listener", "aws_lb_listener", "--listener-arn"),
        };
        let ways = remedy(*of, key).ways(&[Kind::Application]);
        let body = match argument.split_once('.') {
            Some((block, argument)) => format!("  {block} {{\n    {argument} = true\n  }}"),
            None => format!("  {argument} = true"),
        };
        assert_eq!(ways.terraform, format!("resource \"{resource}\" \"this\" {{\n{body}\n}}"));
        let property = format!(
            "{name}:\n  Type: AWS::ElasticLoadBalancingV2::{name}\n  Properties:\n    \
             {name}Attributes:\n      - Key: {key}\n        Value: \"true\""
        );
        assert_eq!(ways.cloudformation, property);
        assert!(ways.cli.contains(&format!("Key={key},Value=true")), "{}", ways.cli);
        assert!(ways.cli.contains(option), "{}", ways.cli);
        assert!(is_runnable(&ways.cli), "{}", ways.cli);
    }
}

/// Terraform has no argument for these, and the remedy says so.
const WITHOUT_ARGUMENT: &[&str] =
    &["ipv6.deny_all_igw_traffic", "waf.http2.traffic_inspection_behavior"];

#[test]
fn every_attribute_of_a_remedy_is_among_them() {
    for check in ALL {
        let Change::Attributes { of, set } = check.remedy.change else { continue };
        // What Classic load balancers alone have is shown below.
        if check.applies_to == [Kind::Classic] {
            continue;
        }
        for (key, _) in set.iter().filter(|(key, _)| !key.is_empty()) {
            let known = ARGUMENTS.iter().any(|(owner, known, _)| *owner == of && known == key);
            assert!(known || WITHOUT_ARGUMENT.contains(key), "{}: {key}", check.id);
        }
    }
}

/// What each way says of a Classic load balancer.
fn of_classic(remedy: Remedy) -> [String; 3] {
    let Ways { cli, terraform, cloudformation, .. } = remedy.ways(&[Kind::Classic]);
    assert!(is_runnable(&cli), "{cli}");
    assert!(!cli.contains("elbv2"), "{cli}");
    [cli, terraform, cloudformation]
}

#[test]
fn a_classic_load_balancer_has_names_of_its_own() {
    let logs = Remedy::attribute("access_logs.s3.enabled", "true")
        .and("access_logs.s3.bucket", "LOG_BUCKET");
    let [cli, terraform, cloudformation] = of_classic(logs);
    let json = r#"'{"AccessLog":{"Enabled":true,"S3BucketName":"LOG_BUCKET"}}'"#;
    let (policy, attributes) = cli.split_once("}'\n\n").unwrap();
    assert!(policy.contains("put-bucket-policy"), "{policy}");
    assert!(attributes.starts_with("aws elb modify-load-balancer-attributes "), "{attributes}");
    assert!(attributes.ends_with(json), "{attributes}");
    let block = "  access_logs {\n    enabled = true\n    bucket  = \"LOG_BUCKET\"\n  }";
    assert_eq!(terraform, format!("resource \"aws_elb\" \"this\" {{\n{block}\n}}"));
    let policy = "AccessLoggingPolicy:\n      Enabled: true\n      S3BucketName: LOG_BUCKET";
    assert!(cloudformation.ends_with(policy), "{cloudformation}");

    let zones = of_classic(Remedy::attribute("load_balancing.cross_zone.enabled", "true"));
    assert!(zones[0].ends_with(r#"'{"CrossZoneLoadBalancing":{"Enabled":true}}'"#), "{}", zones[0]);
    assert!(zones[1].contains("\n  cross_zone_load_balancing = true\n"), "{}", zones[1]);
    assert!(zones[2].ends_with("Properties:\n    CrossZone: true"), "{}", zones[2]);

    let draining = Remedy::attribute("connection_draining.enabled", "true");
    let draining = of_classic(draining.and("connection_draining.timeout", "300"));
    let json = r#"'{"ConnectionDraining":{"Enabled":true,"Timeout":300}}'"#;
    assert!(draining[0].ends_with(json), "{}", draining[0]);
    assert!(draining[1].contains("connection_draining_timeout = 300"), "{}", draining[1]);
    assert!(draining[2].ends_with("Enabled: true\n      Timeout: 300"), "{}", draining[2]);

    let idle = Remedy::attribute("idle_timeout.timeout_seconds", "60");
    let idle = of_classic(idle.and("client_keep_alive.seconds", "3600"));
    assert!(idle[0].ends_with(r#"'{"ConnectionSettings":{"IdleTimeout":60}}'"#), "{}", idle[0]);
    assert!(idle[1].ends_with("{\n  idle_timeout = 60\n}"), "{}", idle[1]);
    assert!(idle[2].ends_with("ConnectionSettings:\n      IdleTimeout: 60"), "{}", idle[2]);

    let mode = of_classic(Remedy::attribute("routing.http.desync_mitigation_mode", "strictest"));
    let key = r#"{"Key":"elb.http.desyncmitigationmode","Value":"strictest"}"#;
    assert!(mode[0].ends_with(&format!("'{{\"AdditionalAttributes\":[{key}]}}'")), "{}", mode[0]);
    assert!(mode[1].contains("  desync_mitigation_mode = \"strictest\"\n"), "{}", mode[1]);
    assert!(mode[2].starts_with("# no property"), "{}", mode[2]);
}

#[test]
fn commands_of_every_remedy_can_be_run() {
    let range = Source::Ipv6("CLIENTS_IPV6_RANGE");
    let remedies = [
        Remedy::ssl_policy(Remedy::RECOMMENDED_POLICY),
        Remedy::mutual_authentication(&[("AdvertiseTrustStoreCaNames", "off")]),
        Remedy::certificate(Particular::NOTHING),
        Remedy::redirect(&[("Host", "#{host}")]),
        Remedy::redirect_to_https(),
        Remedy::refuse_by_default(),
        Remedy::rule_actions("with SessionTimeout 28800", "", ""),
        Remedy::admit_instead(Source::Group("LOAD_BALANCER_GROUP_ID")),
        Remedy::admit_instead(range),
        Remedy::subnets(),
        Remedy::health_check(&[("Protocol", "HTTPS"), ("Enabled", "true"), ("Matcher", "200")]),
        Remedy::encrypted_targets("ip"),
        Remedy::trust_store(),
        Remedy::refuse_beside("host-header", "SERVED_HOST"),
        Remedy::tls_listener(TlsListener::First),
        Remedy::tls_listener(TlsListener::Beside),
        Remedy::tls_listener(TlsListener::Instead),
        Remedy::auto_scaling(&[("VPCZoneIdentifier", "a,b"), ("MinSize", "2")]).or_register(),
        Remedy::managed_rules("core", 1, "AWSManagedRulesCommonRuleSet"),
        // A value that the shell would cut at the semicolon, and one with its quotes.
        Remedy::listener_attribute("header_value", "max-age=1; includeSubDomains"),
        Remedy::listener_attribute("header_value", "default-src 'self'"),
    ];
    for remedy in remedies {
        for kinds in [&KINDS[..1], &KINDS[1..2], &KINDS[2..3], &KINDS[3..], &KINDS] {
            let ways = remedy.ways(kinds);
            assert!(is_runnable(&ways.cli), "{remedy:?}: {}", ways.cli);
        }
    }
}

/// Words that only one family of load balancers knows, in commands, Terraform and `CloudFormation`.
const OF_CLASSIC: [&str; 3] = ["aws elb ", "\"aws_elb\"", "AWS::ElasticLoadBalancing::"];
const OF_OTHERS: [&str; 3] = ["aws elbv2 ", "\"aws_lb", "AWS::ElasticLoadBalancingV2::"];

#[test]
fn a_load_balancer_is_told_only_what_its_kind_knows() {
    let mut wrong = Vec::new();
    for check in ALL.iter().filter(|check| !matches!(check.remedy.change, Change::Steps(_))) {
        for kind in check.applies_to {
            let Ways { cli, terraform, cloudformation, .. } =
                check.remedy.ways(std::slice::from_ref(kind));
            let others = if *kind == Kind::Classic { OF_OTHERS } else { OF_CLASSIC };
            for (text, word) in [cli, terraform, cloudformation].iter().zip(others) {
                if text.contains(word) || text.contains("# Classic") {
                    wrong.push(format!("{} of {kind}: {word}", check.id));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_differs_by_kind_stands_under_its_name() {
    let policy = Remedy::ssl_policy("P-1");
    let ways = policy.ways(&[Kind::Application, Kind::Network, Kind::Classic]);
    let [v2, classic] = [Kind::Network, Kind::Classic].map(|kind| policy.ways(&[kind]));
    assert_eq!(
        ways.cli,
        format!("# Application, Network\n{}\n\n# Classic\n{}", v2.cli, classic.cli)
    );
    let same = policy.ways(&[Kind::Application, Kind::Network]);
    assert_eq!(same, v2);
}
