//! Changes of listeners and their rules.

use super::text::{
    arguments, block, command, dedented, hcl, indented, logical, lower, resource, yaml,
};
use super::{Pair, Particular, Remedy, Ways};
use crate::inventory::Kind;

/// A predefined policy for Classic listeners.
pub(super) const CLASSIC: &[Pair] =
    &[("Reference-Security-Policy", "ELBSecurityPolicy-TLS-1-2-2017-01")];

/// Fields of a redirect to HTTPS.
pub(super) const TO_HTTPS: &[Pair] = &[("Protocol", "HTTPS"), ("Port", "443")];

const LISTENER: &str = "AWS::ElasticLoadBalancingV2::Listener";

fn listener_command(options: &[String]) -> String {
    let place = ["--listener-arn LISTENER_ARN".to_owned()];
    command("aws elbv2 modify-listener", &[&place, options].concat())
}

pub(super) fn ssl_policy(policy: &str, classic: &[Pair], kinds: &[Kind]) -> Ways {
    let for_v2 = || Ways {
        console: format!(
            "EC2 console, Load Balancers: open the load balancer, choose the listener, then Manage \
             listener, Edit listener, and pick the security policy {policy}."
        ),
        cli: listener_command(&[format!("--ssl-policy {policy}")]),
        terraform: resource("aws_lb_listener", "https", &format!("ssl_policy = {}", hcl(policy))),
        cloudformation: logical("HttpsListener", LISTENER, &format!("SslPolicy: {policy}")),
    };
    if !kinds.contains(&Kind::Classic) {
        return for_v2();
    }
    let own = classic_policy(classic);
    if kinds == [Kind::Classic] {
        return own;
    }
    let ways = for_v2();
    Ways {
        console: ways.console,
        cli: format!("{}\n# Classic\n{}", ways.cli, own.cli),
        terraform: format!("{}\n\n# Classic\n{}", ways.terraform, own.terraform),
        cloudformation: format!("{}\n\n# Classic\n{}", ways.cloudformation, own.cloudformation),
    }
}

fn classic_policy(says: &[Pair]) -> Ways {
    let mut options = vec![
        "--load-balancer-name NAME".to_owned(),
        "--policy-name POLICY".to_owned(),
        "--policy-type-name SSLNegotiationPolicyType".to_owned(),
        "--policy-attributes".to_owned(),
    ];
    let said = |(name, value): &Pair| format!("AttributeName={name},AttributeValue={value}");
    options.extend(says.iter().map(said));
    let create = command("aws elb create-load-balancer-policy", &options);
    let options =
        ["--load-balancer-name NAME", "--load-balancer-port PORT", "--policy-names POLICY"];
    let set = "aws elb set-load-balancer-policies-of-listener";
    let set = command(set, &options.map(str::to_owned));
    Ways {
        console: String::new(),
        cli: format!("{create}\n{set}"),
        terraform: classic_blocks(says),
        cloudformation: classic_resource(says),
    }
}

fn classic_blocks(says: &[Pair]) -> String {
    let policy = arguments(&[
        ("load_balancer_name", "aws_elb.this.name".to_owned()),
        ("policy_name", hcl("tls-1-2")),
        ("policy_type_name", hcl("SSLNegotiationPolicyType")),
    ]);
    let said = |(name, value): &Pair| {
        let pairs = [("name", format!("{name:?}")), ("value", format!("{value:?}"))];
        format!("\n\n{}", block("policy_attribute", &arguments(&pairs)))
    };
    let attributes: Vec<String> = says.iter().map(said).collect();
    let listener = arguments(&[
        ("load_balancer_name", "aws_elb.this.name".to_owned()),
        ("load_balancer_port", "443".to_owned()),
        ("policy_names", "[aws_load_balancer_policy.tls.policy_name]".to_owned()),
    ]);
    let policy = resource("aws_load_balancer_policy", "tls", &(policy + &attributes.concat()));
    let listener = resource("aws_load_balancer_listener_policy", "https", &listener);
    format!("{policy}\n\n{listener}")
}

fn classic_resource(says: &[Pair]) -> String {
    let said =
        |(name, value): &Pair| format!("      - Name: {name}\n        Value: {}", yaml(value));
    let attributes: Vec<String> = says.iter().map(said).collect();
    let policies = format!(
        "Policies:\n  - PolicyName: tls-1-2\n    PolicyType: SSLNegotiationPolicyType\n    \
         Attributes:\n{}\n",
        attributes.join("\n")
    );
    let listeners = "Listeners:\n  - Protocol: HTTPS\n    LoadBalancerPort: \"443\"\n    \
                     InstancePort: \"8443\"\n    SSLCertificateId: CERTIFICATE_ARN\n    \
                     PolicyNames: [tls-1-2]";
    let kind = "AWS::ElasticLoadBalancing::LoadBalancer";
    logical("ClassicLoadBalancer", kind, &(policies + listeners))
}

pub(super) fn mutual_authentication(set: &[Pair]) -> Ways {
    let fixed = [("Mode", "verify"), ("TrustStoreArn", "TRUST_STORE_ARN")];
    let shorthand: Vec<String> =
        fixed.iter().chain(set).map(|(name, value)| format!("{name}={value}")).collect();
    let mut inner = vec![
        ("mode".to_owned(), hcl("verify")),
        ("trust_store_arn".to_owned(), "aws_lb_trust_store.clients.arn".to_owned()),
    ];
    inner.extend(set.iter().map(|(name, value)| (lower(name, '_'), hcl(value))));
    let mut lines = vec![
        "MutualAuthentication:".to_owned(),
        "  Mode: verify".to_owned(),
        "  TrustStoreArn: !Ref TrustStore".to_owned(),
    ];
    for (name, value) in set {
        let value = if hcl(value) == *value { (*value).to_owned() } else { yaml(value) };
        lines.push(format!("  {name}: {value}"));
    }
    let body = block("mutual_authentication", &arguments(&inner));
    Ways {
        console: String::new(),
        cli: listener_command(&[format!("--mutual-authentication {}", shorthand.join(","))]),
        terraform: resource("aws_lb_listener", "https", &body),
        cloudformation: logical("HttpsListener", LISTENER, &lines.join("\n")),
    }
}

pub(super) fn certificate(particular: &Particular) -> Ways {
    let mut options = vec!["--domain-name HOST".to_owned(), "--validation-method DNS".to_owned()];
    if !particular.cli.is_empty() {
        options.push(particular.cli.to_owned());
    }
    let request = command("aws acm request-certificate", &options);
    let listener = listener_command(&["--certificates CertificateArn=CERTIFICATE_ARN".to_owned()]);
    let classic = command(
        "aws elb set-load-balancer-listener-ssl-certificate",
        &[
            "--load-balancer-name NAME",
            "--load-balancer-port PORT",
            "--ssl-certificate-id CERTIFICATE_ARN",
        ]
        .map(str::to_owned),
    );
    let mut names =
        vec![("domain_name", hcl("www.example.com")), ("validation_method", hcl("DNS"))];
    let own = dedented(particular.terraform);
    let body = match own.split_once(" = ") {
        Some((name, value)) if !own.contains('\n') => {
            names.push((name, value.to_owned()));
            arguments(&names)
        }
        Some(_) => format!("{}\n\n{own}", arguments(&names)),
        None => arguments(&names),
    };
    let mut properties = "DomainName: www.example.com\nValidationMethod: DNS\n\
                          DomainValidationOptions:\n  - DomainName: www.example.com\n    \
                          HostedZoneId: HOSTED_ZONE_ID"
        .to_owned();
    if !particular.cloudformation.is_empty() {
        properties = [&properties, particular.cloudformation].join("\n");
    }
    let used = "Certificates:\n  - CertificateArn: !Ref Certificate";
    Ways {
        console:
            "ACM console: Request certificate and prove its names by DNS; then EC2 console, Load \
                  Balancers, the listener, Certificates: add the new one and remove this one."
                .to_owned(),
        cli: format!("{request}\n{listener}\n# Classic\n{classic}"),
        terraform: format!(
            "{}\n\n{}",
            resource("aws_acm_certificate", "this", &body),
            resource("aws_lb_listener", "https", "certificate_arn = aws_acm_certificate.this.arn"),
        ),
        cloudformation: format!(
            "{}\n\n{}",
            logical("Certificate", "AWS::CertificateManager::Certificate", &properties),
            logical("HttpsListener", LISTENER, used),
        ),
    }
}

pub(super) fn tls_listener(port: &str, is_new: bool) -> Ways {
    let policy = Remedy::RECOMMENDED_POLICY;
    let mut options = vec![
        "--protocol TLS".to_owned(),
        format!("--port {port}"),
        "--certificates CertificateArn=CERTIFICATE_ARN".to_owned(),
        format!("--ssl-policy {policy}"),
    ];
    let mut body = vec![
        ("protocol", hcl("TLS")),
        ("port", hcl(port)),
        ("certificate_arn", "aws_acm_certificate.this.arn".to_owned()),
        ("ssl_policy", hcl(policy)),
    ];
    let mut properties = format!(
        "Protocol: TLS\nPort: {port}\nCertificates:\n  - CertificateArn: !Ref Certificate\n\
         SslPolicy: {policy}"
    );
    let mut action = String::new();
    let cli = if is_new {
        options.insert(0, "--load-balancer-arn LOAD_BALANCER_ARN".to_owned());
        options.push("--default-actions Type=forward,TargetGroupArn=TARGET_GROUP_ARN".to_owned());
        body.insert(0, ("load_balancer_arn", "aws_lb.this.arn".to_owned()));
        let group = "aws_lb_target_group.this.arn".to_owned();
        let forward = arguments(&[("type", hcl("forward")), ("target_group_arn", group)]);
        action = format!("\n\n{}", block("default_action", &forward));
        properties = format!(
            "LoadBalancerArn: !Ref LoadBalancer\n{properties}\nDefaultActions:\n  \
             - Type: forward\n    TargetGroupArn: !Ref TargetGroup"
        );
        let create = command("aws elbv2 create-listener", &options);
        format!("{create}\n# Application: --protocol HTTPS")
    } else {
        listener_command(&options)
    };
    Ways {
        console: String::new(),
        cli,
        terraform: resource("aws_lb_listener", "tls", &(arguments(&body) + &action)),
        cloudformation: logical("TlsListener", LISTENER, &properties),
    }
}

/// The fields of a redirect for good, in the three languages.
fn redirected(to: &[Pair]) -> [String; 3] {
    let fields: Vec<Pair> = to.iter().copied().chain([("StatusCode", "HTTP_301")]).collect();
    let cli: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let quoted = |(name, value): &Pair| (lower(name, '_'), format!("{value:?}"));
    let terraform = arguments(&fields.iter().map(quoted).collect::<Vec<_>>());
    let yaml = |(name, value): &Pair| match value {
        value if value.contains('#') => format!("  {name}: {value:?}"),
        value => format!("  {name}: {}", yaml(value)),
    };
    let cloudformation: Vec<String> = fields.iter().map(yaml).collect();
    [
        format!("'Type=redirect,RedirectConfig={{{}}}'", cli.join(",")),
        format!("type = \"redirect\"\n\n{}", block("redirect", &terraform)),
        format!("- Type: redirect\n  RedirectConfig:\n{}", indented(&cloudformation.join("\n"), 2)),
    ]
}

pub(super) fn redirect(to: &[Pair]) -> Ways {
    let [cli, terraform, cloudformation] = redirected(to);
    let options = ["--rule-arn RULE_ARN".to_owned(), format!("--actions {cli}")];
    let kind = "AWS::ElasticLoadBalancingV2::ListenerRule";
    let actions = format!("Actions:\n{}", indented(&cloudformation, 2));
    Ways {
        console: String::new(),
        cli: command("aws elbv2 modify-rule", &options),
        terraform: resource("aws_lb_listener_rule", "this", &block("action", &terraform)),
        cloudformation: logical("ListenerRule", kind, &actions),
    }
}

pub(super) fn redirect_by_default(to: &[Pair]) -> Ways {
    let [cli, terraform, cloudformation] = redirected(to);
    let body =
        "protocol = \"HTTP\"\nport     = 80\n\n".to_owned() + &block("default_action", &terraform);
    let properties =
        format!("Protocol: HTTP\nPort: 80\nDefaultActions:\n{}", indented(&cloudformation, 2));
    Ways {
        console: "EC2 console, Load Balancers: open the load balancer, choose the HTTP listener, Manage \
                  rules, and give every rule the action Redirect to URL with protocol HTTPS, port 443 \
                  and code 301."
            .to_owned(),
        cli: listener_command(&[format!("--default-actions {cli}")]),
        terraform: resource("aws_lb_listener", "http", &body),
        cloudformation: logical("HttpListener", LISTENER, &properties),
    }
}

pub(super) fn refuse_by_default() -> Ways {
    let answer =
        arguments(&[("content_type", hcl("text/plain")), ("status_code", "\"404\"".to_owned())]);
    let action = format!("type = \"fixed-response\"\n\n{}", block("fixed_response", &answer));
    let properties = "DefaultActions:\n  - Type: fixed-response\n    FixedResponseConfig:\n      \
                      ContentType: text/plain\n      StatusCode: \"404\"";
    let option = "--default-actions 'Type=fixed-response,FixedResponseConfig={StatusCode=404}'";
    Ways {
        console:
            "EC2, Load Balancers, the load balancer, the listener, Manage listener, Edit listener: \
                  as default action return a fixed response with code 404."
                .to_owned(),
        cli: listener_command(&[option.to_owned()]),
        terraform: resource("aws_lb_listener", "this", &block("default_action", &action)),
        cloudformation: logical("Listener", LISTENER, properties),
    }
}

pub(super) fn rule_actions(with: &str, (terraform, cloudformation): (&str, &str)) -> Ways {
    let with = dedented(with);
    Ways {
        console: String::new(),
        cli: format!(
            "aws elbv2 modify-rule --rule-arn RULE_ARN --actions file://ACTIONS.json\n\
             # ACTIONS.json: all actions of the rule, {with}\n\
             # the default rule's actions: aws elbv2 modify-listener --default-actions"
        ),
        terraform: dedented(terraform),
        cloudformation: dedented(cloudformation),
    }
}
