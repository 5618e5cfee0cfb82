//! The commands of a finding: for its kind of load balancer and for what is there, in safe order.

use elb_audit_core::fixtures::sample;
use elb_audit_core::inventory::{Inventory, Kind, Listener};
use elb_audit_core::remedy::commands::Commands;
use elb_audit_core::report::Outcome;
use elb_audit_core::vocab::fact::Fact;

use crate::bypass::check;
use crate::given::report_of;

/// The commands of the first fault or note of a check.
fn commands(inventory: &Inventory, id: &str) -> Commands {
    let check = check(id);
    let findings = report_of(inventory, &[check]).findings;
    let mut told =
        findings.iter().filter(|one| matches!(one.outcome, Outcome::Fail | Outcome::Note));
    let finding = told.next().unwrap_or_else(|| panic!("{id} finds nothing"));
    let kinds = match &finding.load_balancer {
        Some(lb) => vec![Kind::from(lb.kind.as_str())],
        None => check.applies_to.to_vec(),
    };
    check.commands(&kinds, &finding.bindings)
}

/// Asserts that a text has these parts, one behind the other.
fn in_order(text: &str, parts: &[&str]) {
    let mut rest = text;
    for part in parts {
        let (_, behind) = rest.split_once(part).unwrap_or_else(|| panic!("no {part} in:\n{rest}"));
        rest = behind;
    }
}

fn open(commands: &Commands) -> Vec<&str> {
    commands.open.iter().map(|(name, _)| name.as_str()).collect()
}

fn http(listeners: Vec<Listener>) -> Inventory {
    sample::listening(&Kind::Application, listeners)
}

const HTTP_ARN: &str = "listener/app/web/50dc6c495c0c9188/0000000000000050";

#[test]
fn a_redirect_leads_to_the_listener_that_is_there() {
    let mut https = sample::https(vec![sample::forward("web")]);
    https.port = Some(8443);
    let given = http(vec![https, sample::listener("HTTP", 80, vec![sample::forward("web")])]);
    let commands = commands(&given, "listener-cleartext");
    in_order(&commands.lines, &["describe-rules", "modify-listener", HTTP_ARN, "Port=8443,"]);
    for absent in ["create-listener", "authorize", "modify-rule", "443,"] {
        assert!(
            !commands.lines.replace("8443", "").contains(absent),
            "{absent}: {}",
            commands.lines
        );
    }
    assert_eq!(open(&commands), [""; 0]);
}

#[test]
fn a_redirect_begins_with_the_listener_that_is_missing_and_takes_the_rules_along() {
    let rule = |priority, path: &str, action| {
        sample::rule(Some(priority), vec![sample::path(&[path])], vec![action])
    };
    let given = http(vec![sample::ruled(
        sample::listener("HTTP", 80, vec![sample::forward("web")]),
        vec![
            rule(10, "/api/*", sample::forward("web")),
            rule(20, "/old", sample::redirect_to_https()),
            rule(30, "/shop/*", sample::forward("web")),
        ],
    )]);
    let commands = commands(&given, "listener-cleartext");
    let parts = [
        "create-listener",
        "--port 443",
        "file://actions.json",
        "authorize-security-group-ingress --group-id sg-web",
        "--port 443",
        "1/10",
        "create-rule",
        "--priority 10",
        "1/30",
        "create-rule",
        "--priority 30",
        "modify-rule",
        "1/10",
        "modify-rule",
        "1/30",
        "modify-listener",
        HTTP_ARN,
        "Port=443,",
    ];
    in_order(&commands.lines, &parts);
    assert!(!commands.lines.contains("1/20"), "it redirects: {}", commands.lines);
    assert_eq!(open(&commands), ["CERTIFICATE_ARN", "CLIENTS_RANGE"]);
}

#[test]
fn a_listener_that_only_redirects_gets_one_that_serves() {
    let given = http(vec![sample::listener("HTTP", 80, vec![sample::redirect_to_https()])]);
    let commands = commands(&given, "redirect-port-unserved");
    let parts = [
        "create-listener",
        "Type=forward,TargetGroupArn=SERVING_GROUP_ARN",
        "sed ",
        r#"s/"Port": "[^"]*"/"Port": "443"/"#,
        "modify-listener",
        HTTP_ARN,
    ];
    in_order(&commands.lines, &parts);
    assert_eq!(open(&commands), ["CERTIFICATE_ARN", "SERVING_GROUP_ARN", "CLIENTS_RANGE"]);
}

#[test]
fn a_classic_listener_is_served_by_tls_before_it_goes() {
    let given = sample::listening(&Kind::Classic, vec![sample::classic_listener("HTTP", 80)]);
    let commands = commands(&given, "listener-cleartext");
    let parts = [
        "create-load-balancer-listeners --load-balancer-name web",
        "Protocol=HTTPS,LoadBalancerPort=443,InstanceProtocol=HTTP,InstancePort=",
        "create-load-balancer-policy",
        "set-load-balancer-policies-of-listener",
        "delete-load-balancer-listeners",
        "--load-balancer-ports 80",
    ];
    in_order(&commands.lines, &parts);
    assert!(!commands.lines.contains("elbv2"), "{}", commands.lines);
    assert_eq!(open(&commands), ["CERTIFICATE_ARN", "CLIENTS_RANGE"]);
}

/// An expired certificate that one listener has by default and another chooses by name.
fn expired(kind: &Kind) -> Inventory {
    let mut inventory = sample::certified(kind, |certificate| {
        certificate.not_after = Some(sample::in_days(-1));
        certificate.names = vec!["www.example.com".to_owned(), "*.example.com".to_owned()];
    });
    let region = &mut inventory.accounts[0].regions[0];
    let other = sample::CERTIFICATE.replace("web", "other");
    region.certificates.insert(other.clone(), Fact::Known(sample::certificate(&other)));
    let all = sample::listeners(sample::only(region));
    if *kind != Kind::Classic {
        let mut second = all[0].clone();
        second.port = Some(8443);
        second.id.push_str("-8443");
        second.default_certificate = Some(other.clone());
        second.certificates = Fact::Known(vec![other, sample::CERTIFICATE.to_owned()]);
        all.push(second);
    }
    inventory
}

#[test]
fn a_certificate_is_replaced_where_it_is_used_once_it_is_validated() {
    for kind in [Kind::Application, Kind::Network] {
        let commands = commands(&expired(&kind), "certificate-expired");
        let parts = [
            "certificate=$(aws acm request-certificate --domain-name www.example.com",
            "--subject-alternative-names www.example.com '*.example.com'",
            "wait certificate-validated",
            "modify-listener",
            "CertificateArn=\"$certificate\"",
            "add-listener-certificates",
            "-8443",
            "remove-listener-certificates",
            "-8443",
            sample::CERTIFICATE,
        ];
        in_order(&commands.lines, &parts);
        assert_eq!(open(&commands), [""; 0]);
    }
    let commands = commands(&expired(&Kind::Classic), "certificate-expired");
    let set = "set-load-balancer-listener-ssl-certificate";
    in_order(&commands.lines, &["wait certificate-validated", set, "--load-balancer-port 443"]);
    assert!(!commands.lines.contains("elbv2"), "{}", commands.lines);
}

#[test]
fn the_policy_of_a_log_bucket_is_that_of_the_service_that_writes() {
    let off = [("access_logs.s3.enabled", "false")];
    for (kind, writer) in [
        (Kind::Application, "logdelivery.elasticloadbalancing.amazonaws.com"),
        (Kind::Network, "delivery.logs.amazonaws.com"),
        (Kind::Classic, "logdelivery.elasticloadbalancing.amazonaws.com"),
    ] {
        let given = sample::with(&kind, |lb| sample::set(lb, &off));
        let commands = commands(&given, "access-logs-disabled");
        let own = if kind == Kind::Classic { "aws elb " } else { "aws elbv2 " };
        in_order(&commands.lines, &["get-bucket-policy", "put-bucket-policy", writer, own]);
        assert!(commands.lines.contains("/AWSLogs/111122223333/*"), "{}", commands.lines);
        assert_eq!(open(&commands), ["LOG_BUCKET"]);
    }
}

#[test]
fn a_rule_of_a_web_acl_has_a_priority_of_its_own() {
    let given = sample::with_acl(|acl| {
        acl.rules.truncate(2);
        acl.rules[1].priority = 40;
    });
    let commands = commands(&given, "waf-managed-rules-missing");
    let parts = ["get-web-acl --name web", "\"Priority\": 41,", "update-web-acl"];
    in_order(&commands.lines, &parts);
    assert_eq!(open(&commands), [""; 0]);
}

#[test]
fn the_rules_of_targets_are_revoked_as_they_stand_and_the_load_balancer_is_admitted_first() {
    let check = check("target-security-group-open");
    let given = check.examples.iter().map(|example| (example.given)());
    let told = |inventory: &Inventory| {
        let findings = report_of(inventory, &[check]).findings;
        findings.iter().any(|finding| finding.outcome == Outcome::Fail)
    };
    let inventory = given.into_iter().find(told).expect("an example that fails");
    let commands = commands(&inventory, check.id);
    let parts = [
        "authorize-security-group-ingress",
        "--source-group sg-web",
        "revoke-security-group-ingress",
        "--ip-permissions 'IpProtocol=tcp,FromPort=",
        "IpRanges=[{CidrIp=",
    ];
    in_order(&commands.lines, &parts);
    assert_eq!(open(&commands), [""; 0]);
}
