//! Listeners that end TLS, where there was none.

use super::listeners::{
    LISTENER, classic_command, classic_policy_command, classic_policy_use, created,
    default_actions, listener_command,
};
use super::text::{arguments, block, capital, command, hcl, logical, resource, steps};
use super::{Remedy, TlsListener, Ways};
use crate::inventory::Kind;

pub(super) fn way(which: TlsListener, kind: &Kind) -> Ways {
    match (which, kind) {
        (TlsListener::First, Kind::Classic) => first_of_classic(),
        (TlsListener::First, Kind::Application) => {
            let actions = "Type=forward,TargetGroupArn=SERVING_GROUP_ARN";
            first("HTTPS", &created("HTTPS", "NEW_LISTENER_PORT", actions))
        }
        (TlsListener::First, _) => {
            let create = created("TLS", "NEW_LISTENER_PORT", "file://actions.json");
            let actions = default_actions("PLAIN_LISTENER_ARN");
            let note = "# the group that it forwards to has to speak TCP or TLS";
            first("TLS", &format!("{note}\n{actions}\n{create}"))
        }
        (TlsListener::Beside, Kind::Classic) => beside_of_classic(),
        (TlsListener::Beside, _) => beside(),
        (TlsListener::Instead, Kind::Classic) => instead_of_classic(),
        (TlsListener::Instead, _) => instead(),
    }
}

/// A security group admits clients to a port.
pub(super) fn admitted(group: &str, port: &str) -> String {
    let options = [
        format!("--group-id {group}"),
        "--protocol tcp".to_owned(),
        format!("--port {port}"),
        "--cidr CLIENTS_RANGE".to_owned(),
    ];
    let admit = command("aws ec2 authorize-security-group-ingress", &options);
    format!("# where no security group admits the port yet\n{admit}")
}

/// Both sides of a listener of a Classic load balancer.
#[derive(Clone, Copy)]
pub(super) struct Sides {
    client: &'static str,
    instance: &'static str,
}

/// As the plain listener was towards its instances.
pub(super) const FRONT: Sides = Sides { client: "TLS_PROTOCOL", instance: "INSTANCE_PROTOCOL" };

/// Encrypted on both.
const BOTH: Sides = Sides { client: "SSL", instance: "SSL" };

/// A listener of a Classic load balancer, in the three languages.
pub(super) fn classic_listener(port: &str, Sides { client, instance }: Sides) -> [String; 3] {
    let create = format!(
        "--listeners 'Protocol={client},LoadBalancerPort={port},InstanceProtocol={instance},\
         InstancePort=INSTANCE_PORT,SSLCertificateId=CERTIFICATE_ARN'"
    );
    let create = classic_command("create-load-balancer-listeners", &[&create]);
    let set = classic_policy_use(port, "");
    let listener = arguments(&[
        ("lb_port", hcl(port)),
        ("lb_protocol", hcl(client)),
        ("instance_port", hcl("INSTANCE_PORT")),
        ("instance_protocol", hcl(instance)),
        ("ssl_certificate_id", "aws_acm_certificate.this.arn".to_owned()),
    ]);
    let properties = format!(
        "Listeners:\n  - Protocol: {client}\n    LoadBalancerPort: {port}\n    InstanceProtocol: {instance}\n    \
         InstancePort: INSTANCE_PORT\n    SSLCertificateId: !Ref Certificate"
    );
    let kind = "AWS::ElasticLoadBalancing::LoadBalancer";
    [
        format!("{create}\n{}\n{set}", classic_policy_command()),
        resource("aws_elb", "this", &block("listener", &listener)),
        logical("ClassicLoadBalancer", kind, &properties),
    ]
}

fn first(protocol: &str, create: &str) -> Ways {
    let [terraform, cloudformation] = listener("tls", protocol, "NEW_LISTENER_PORT");
    let admit = admitted("CLOSED_GROUP_ID", "NEW_LISTENER_PORT");
    let cli = steps(&[create.to_owned(), admit]);
    Ways { console: String::new(), cli, terraform, cloudformation }
}

fn first_of_classic() -> Ways {
    let [serve, terraform, cloudformation] = classic_listener("NEW_LISTENER_PORT", FRONT);
    let admit = admitted("CLOSED_GROUP_ID", "NEW_LISTENER_PORT");
    Ways { console: String::new(), cli: steps(&[serve, admit]), terraform, cloudformation }
}

fn beside() -> Ways {
    let [terraform, cloudformation] = listener("tls", "TLS", "NEW_TLS_PORT");
    let create = created("TLS", "NEW_TLS_PORT", "file://actions.json");
    let cli = steps(&[
        format!("{}\n{create}", default_actions("LISTENER_ARN")),
        admitted("LOAD_BALANCER_GROUP_ID", "NEW_TLS_PORT"),
        "# once no client uses the port in cleartext\n\
         aws elbv2 delete-listener --listener-arn LISTENER_ARN"
            .to_owned(),
    ]);
    Ways { console: String::new(), cli, terraform, cloudformation }
}

fn beside_of_classic() -> Ways {
    let [serve, terraform, cloudformation] = classic_listener("NEW_TLS_PORT", FRONT);
    let close =
        classic_command("delete-load-balancer-listeners", &["--load-balancer-ports LISTENER_PORT"]);
    let cli = steps(&[
        serve,
        admitted("LOAD_BALANCER_GROUP_ID", "NEW_TLS_PORT"),
        format!("# once no client uses the port in cleartext\n{close}"),
    ]);
    Ways { console: String::new(), cli, terraform, cloudformation }
}

/// What was passed through is decrypted, and encrypted again on its way to the targets.
fn instead() -> Ways {
    let group = [
        "--listener-arns LISTENER_ARN",
        "--output text",
        "--query 'Listeners[0].DefaultActions[0].TargetGroupArn'",
    ]
    .map(str::to_owned);
    let kind =
        ["--target-group-arns \"$group\"", "--output text", "--query 'TargetGroups[0].TargetType'"]
            .map(str::to_owned);
    let create = [
        "--name NEW_GROUP_NAME",
        "--protocol TLS",
        "--port LISTENER_PORT",
        "--vpc-id VPC_ID",
        "--target-type \"$type\"",
        "--output text",
        "--query 'TargetGroups[0].TargetGroupArn'",
    ]
    .map(str::to_owned);
    let targets = [
        "--target-group-arn \"$group\"",
        "--output json",
        "--query 'TargetHealthDescriptions[].Target' > targets.json",
    ]
    .map(str::to_owned);
    let register = ["--target-group-arn \"$new_group\"", "--targets file://targets.json"];
    let modify = [
        "--protocol TLS".to_owned(),
        "--certificates CertificateArn=CERTIFICATE_ARN".to_owned(),
        format!("--ssl-policy {}", Remedy::RECOMMENDED_POLICY),
        "--default-actions \"Type=forward,TargetGroupArn=$new_group\"".to_owned(),
    ];
    let cli = [
        "# a group that encrypts what the listener has decrypted".to_owned(),
        command("group=$(aws elbv2 describe-listeners", &group) + ")",
        command("type=$(aws elbv2 describe-target-groups", &kind) + ")",
        command("new_group=$(aws elbv2 create-target-group", &create) + ")",
        command("aws elbv2 describe-target-health", &targets),
        command("aws elbv2 register-targets", &register.map(str::to_owned)),
        listener_command("LISTENER_ARN", &modify),
        "aws elbv2 wait target-in-service --target-group-arn \"$new_group\"".to_owned(),
    ]
    .join("\n");
    let [terraform, cloudformation] = listener("tls", "TLS", "LISTENER_PORT");
    Ways { console: String::new(), cli, terraform, cloudformation }
}

fn instead_of_classic() -> Ways {
    let [serve, terraform, cloudformation] = classic_listener("LISTENER_PORT", BOTH);
    let close =
        classic_command("delete-load-balancer-listeners", &["--load-balancer-ports LISTENER_PORT"]);
    let note = "# a port has one listener: nobody can connect between the two commands";
    let cli = format!("{note}\n{close}\n{serve}");
    Ways { console: String::new(), cli, terraform, cloudformation }
}

/// A listener that ends TLS, in Terraform and in `CloudFormation`.
pub(super) fn listener(name: &str, protocol: &str, port: &str) -> [String; 2] {
    let policy = Remedy::RECOMMENDED_POLICY;
    let group = "aws_lb_target_group.this.arn".to_owned();
    let forward = arguments(&[("type", hcl("forward")), ("target_group_arn", group)]);
    let body = arguments(&[
        ("load_balancer_arn", "aws_lb.this.arn".to_owned()),
        ("protocol", hcl(protocol)),
        ("port", hcl(port)),
        ("certificate_arn", "aws_acm_certificate.this.arn".to_owned()),
        ("ssl_policy", hcl(policy)),
    ]);
    let properties = format!(
        "LoadBalancerArn: !Ref LoadBalancer\nProtocol: {protocol}\nPort: {port}\nCertificates:\n  \
         - CertificateArn: !Ref Certificate\nSslPolicy: {policy}\nDefaultActions:\n  \
         - Type: forward\n    TargetGroupArn: !Ref TargetGroup"
    );
    [
        resource(
            "aws_lb_listener",
            name,
            &format!("{body}\n\n{}", block("default_action", &forward)),
        ),
        logical(&format!("{}Listener", capital(name)), LISTENER, &properties),
    ]
}
