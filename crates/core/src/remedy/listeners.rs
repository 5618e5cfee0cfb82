//! Changes of listeners and their rules.

use super::redirects::rule_part;
use super::text::{
    arguments, block, command, dedented, hcl, logical, lower, resource, steps, yaml,
};
use super::{Pair, Remedy, Ways};
use crate::inventory::Kind;

/// The name of the policy that Classic listeners get.
pub(super) const CLASSIC_NAME: &str = "tls-1-2-gcm";

pub(super) const LISTENER: &str = "AWS::ElasticLoadBalancingV2::Listener";

/// A listener changes.
pub(super) fn listener_command(arn: &str, options: &[String]) -> String {
    let place = [format!("--listener-arn {arn}")];
    command("aws elbv2 modify-listener", &[&place, options].concat())
}

/// A Classic load balancer changes.
pub(super) fn classic_command(what: &str, options: &[&str]) -> String {
    let place = ["--load-balancer-name LOAD_BALANCER_NAME".to_owned()];
    let options: Vec<String> = options.iter().map(|option| (*option).to_owned()).collect();
    command(&format!("aws elb {what}"), &[&place[..], &options].concat())
}

/// What a listener does by default, written into `actions.json`.
pub(super) fn default_actions(arn: &str) -> String {
    let options = [
        format!("--listener-arns {arn}"),
        "--output json".to_owned(),
        "--query 'Listeners[0].DefaultActions' > actions.json".to_owned(),
    ];
    command("aws elbv2 describe-listeners", &options)
}

/// A listener that ends TLS by the policy that AWS recommends is created.
pub(super) fn created(protocol: &str, port: &str, actions: &str) -> String {
    let options = [
        "--load-balancer-arn LOAD_BALANCER_ARN".to_owned(),
        format!("--protocol {protocol}"),
        format!("--port {port}"),
        "--certificates CertificateArn=CERTIFICATE_ARN".to_owned(),
        format!("--ssl-policy {}", Remedy::RECOMMENDED_POLICY),
        format!("--default-actions {actions}"),
    ];
    command("aws elbv2 create-listener", &options)
}

pub(super) fn ssl_policy(policy: &str, kind: &Kind) -> Ways {
    if *kind == Kind::Classic {
        return classic_policy();
    }
    Ways {
        console: format!(
            "EC2 console, Load Balancers: open the load balancer, choose the listener, then Manage \
             listener, Edit listener, and pick the security policy {policy}."
        ),
        cli: listener_command("LISTENER_ARN", &[format!("--ssl-policy {policy}")]),
        terraform: resource("aws_lb_listener", "https", &format!("ssl_policy = {}", hcl(policy))),
        cloudformation: logical("HttpsListener", LISTENER, &format!("SslPolicy: {policy}")),
    }
}

/// The policy of a Classic load balancer is created.
pub(super) fn classic_policy_command() -> String {
    let said = |(name, value): &Pair| format!("AttributeName={name},AttributeValue={value}");
    let name = format!("--policy-name {CLASSIC_NAME}");
    let said = Remedy::CLASSIC_POLICY.each_ref().map(said);
    let mut options =
        vec![name.as_str(), "--policy-type-name SSLNegotiationPolicyType", "--policy-attributes"];
    options.extend(said.iter().map(String::as_str));
    let create = classic_command("create-load-balancer-policy", &options);
    format!("# once a load balancer: DuplicatePolicyName says that it is there\n{create}")
}

/// A listener goes by that policy; of the others it keeps those that are named.
pub(super) fn classic_policy_use(port: &str, kept: &str) -> String {
    classic_command(
        "set-load-balancer-policies-of-listener",
        &[
            &format!("--load-balancer-port {port}"),
            format!("--policy-names {CLASSIC_NAME} {kept}").trim_end(),
        ],
    )
}

fn classic_policy() -> Ways {
    Ways {
        console: "EC2 console, Load Balancers: open the load balancer, Listeners, Manage listeners, \
                  Security policy, Custom: choose TLS 1.2, the server's order and ECDHE ciphers with GCM."
            .to_owned(),
        cli: format!(
            "{}\n# ELB.8 of Security Hub has ELBSecurityPolicy-TLS-1-2-2017-01 instead, which offers weaker \
             ciphers\n{}",
            classic_policy_command(),
            classic_policy_use("LISTENER_PORT", "KEPT_POLICIES")
        ),
        terraform: classic_blocks(),
        cloudformation: classic_resource(),
    }
}

fn classic_blocks() -> String {
    let policy = arguments(&[
        ("load_balancer_name", "aws_elb.this.name".to_owned()),
        ("policy_name", hcl(CLASSIC_NAME)),
        ("policy_type_name", hcl("SSLNegotiationPolicyType")),
    ]);
    let said = |(name, value): &Pair| {
        let pairs = [("name", format!("{name:?}")), ("value", format!("{value:?}"))];
        format!("\n\n{}", block("policy_attribute", &arguments(&pairs)))
    };
    let attributes: Vec<String> = Remedy::CLASSIC_POLICY.iter().map(said).collect();
    let listener = arguments(&[
        ("load_balancer_name", "aws_elb.this.name".to_owned()),
        ("load_balancer_port", "443".to_owned()),
        ("policy_names", "[aws_load_balancer_policy.tls.policy_name]".to_owned()),
    ]);
    let policy = resource("aws_load_balancer_policy", "tls", &(policy + &attributes.concat()));
    let listener = resource("aws_load_balancer_listener_policy", "https", &listener);
    format!("{policy}\n\n{listener}")
}

fn classic_resource() -> String {
    let said =
        |(name, value): &Pair| format!("      - Name: {name}\n        Value: {}", yaml(value));
    let attributes: Vec<String> = Remedy::CLASSIC_POLICY.iter().map(said).collect();
    let policies = format!(
        "Policies:\n  - PolicyName: {CLASSIC_NAME}\n    PolicyType: SSLNegotiationPolicyType\n    \
         Attributes:\n{}\n",
        attributes.join("\n")
    );
    let listeners = format!(
        "Listeners:\n  - Protocol: HTTPS\n    LoadBalancerPort: \"443\"\n    InstancePort: \"8443\"\n    \
         SSLCertificateId: !Ref Certificate\n    PolicyNames: [{CLASSIC_NAME}]"
    );
    let kind = "AWS::ElasticLoadBalancing::LoadBalancer";
    logical("ClassicLoadBalancer", kind, &(policies + &listeners))
}

pub(super) fn mutual_authentication(set: &[Pair], trust_store: &'static str) -> Ways {
    let fixed = [("Mode", "verify"), ("TrustStoreArn", trust_store)];
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
        cli: listener_command(
            "LISTENER_ARN",
            &[format!("--mutual-authentication {}", shorthand.join(","))],
        ),
        terraform: resource("aws_lb_listener", "https", &body),
        cloudformation: logical("HttpsListener", LISTENER, &lines.join("\n")),
    }
}

/// The default action, or the rule that takes what is left over, refuses with 404. What is meant to be served
/// has a rule before.
pub(super) fn refuse_by_default(before: Option<Pair>, kind: &Kind) -> Ways {
    if *kind != Kind::Application {
        return forward_by_default();
    }
    let refuse =
        "'Type=fixed-response,FixedResponseConfig={StatusCode=404,ContentType=text/plain}'";
    let by_default =
        listener_command("DEFAULT_LISTENER_ARN", &[format!("--default-actions {refuse}")]);
    let rule = ["--rule-arn RULE_ARN".to_owned(), format!("--actions {refuse}")];
    let by_rule = command("aws elbv2 modify-rule", &rule);
    let kept = |actions: String, (field, value): Pair| {
        let options = [
            "--listener-arn LISTENER_ARN".to_owned(),
            "--priority NEW_RULE_PRIORITY".to_owned(),
            format!("--conditions 'Field={field},Values={value}'"),
            "--actions file://actions.json".to_owned(),
        ];
        let create = command("aws elbv2 create-rule", &options);
        format!("{actions}\n# what is meant to be served keeps a rule\n{create}\n")
    };
    let of_default = before.map(|pair| kept(default_actions("DEFAULT_LISTENER_ARN"), pair));
    let of_rule =
        before.map(|pair| kept(rule_part("RULE_ARN", "'Rules[0].Actions'", "actions.json"), pair));
    let answer =
        arguments(&[("content_type", hcl("text/plain")), ("status_code", "\"404\"".to_owned())]);
    let action = format!("type = \"fixed-response\"\n\n{}", block("fixed_response", &answer));
    let properties = "DefaultActions:\n  - Type: fixed-response\n    FixedResponseConfig:\n      \
                      ContentType: text/plain\n      StatusCode: \"404\"";
    let mut commands = vec![of_default.unwrap_or_default() + &by_default];
    if before.is_some() {
        commands.push(of_rule.unwrap_or_default() + &by_rule);
    }
    Ways {
        console:
            "EC2, Load Balancers, the load balancer, the listener, Manage listener, Edit listener: \
                  as default action return a fixed response with code 404."
                .to_owned(),
        cli: steps(&commands),
        terraform: resource("aws_lb_listener", "this", &block("default_action", &action)),
        cloudformation: logical("Listener", LISTENER, properties),
    }
}

/// What knows no fixed response forwards to targets that serve.
fn forward_by_default() -> Ways {
    let forward = ["--default-actions Type=forward,TargetGroupArn=SERVING_GROUP_ARN".to_owned()];
    let body =
        arguments(&[("type", hcl("forward")), ("target_group_arn", hcl("SERVING_GROUP_ARN"))]);
    let properties = "DefaultActions:\n  - Type: forward\n    TargetGroupArn: SERVING_GROUP_ARN";
    Ways {
        console:
            "EC2, Load Balancers, the load balancer, the listener, Manage listener, Edit listener: \
                  forward to a group with targets."
                .to_owned(),
        cli: listener_command("DEFAULT_LISTENER_ARN", &forward),
        terraform: resource("aws_lb_listener", "this", &block("default_action", &body)),
        cloudformation: logical("Listener", LISTENER, properties),
    }
}

/// The actions of rules, or of the default rule, are read, changed by hand and written back.
pub(super) fn rule_actions(with: &str, (terraform, cloudformation): (&str, &str)) -> Ways {
    let with = dedented(with);
    let with = with.strip_prefix("with ").unwrap_or(&with);
    let note = format!(
        "# in actions.json: {with}\n# a login by OIDC also needs \"UseExistingClientSecret\": true there"
    );
    let modify = ["--rule-arn RULE_ARN", "--actions file://actions.json"].map(str::to_owned);
    let by_default = ["--default-actions file://actions.json".to_owned()];
    Ways {
        console: String::new(),
        cli: steps(&[
            format!(
                "{}\n{note}\n{}",
                rule_part("RULE_ARN", "'Rules[0].Actions'", "actions.json"),
                command("aws elbv2 modify-rule", &modify)
            ),
            format!(
                "# the same of the default action\n{}\n{note}\n{}",
                default_actions("DEFAULT_LISTENER_ARN"),
                listener_command("DEFAULT_LISTENER_ARN", &by_default)
            ),
        ]),
        terraform: dedented(terraform),
        cloudformation: dedented(cloudformation),
    }
}
