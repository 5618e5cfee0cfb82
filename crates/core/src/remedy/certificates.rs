//! A certificate of ACM takes the place of another.

use super::listeners::{LISTENER, classic_command};
use super::text::{arguments, command, dedented, hcl, logical, resource, steps};
use super::{Names, Particular, Ways};
use crate::inventory::Kind;

pub(super) fn way(particular: &Particular, names: Names, kind: &Kind) -> Ways {
    let is_classic = *kind == Kind::Classic;
    let mut commands = vec![request(particular, names)];
    commands.extend(if is_classic { classic() } else { listeners() });
    let (used, terraform) = if is_classic {
        let kind = "AWS::ElasticLoadBalancing::LoadBalancer";
        let listener = "Listeners:\n  - Protocol: HTTPS\n    LoadBalancerPort: \"443\"\n    \
                        InstancePort: \"80\"\n    SSLCertificateId: !Ref Certificate";
        let body = "listener {\n  lb_port            = 443\n  lb_protocol        = \"https\"\n  \
                    instance_port      = 80\n  instance_protocol  = \"http\"\n  \
                    ssl_certificate_id = aws_acm_certificate.this.arn\n}";
        (logical("ClassicLoadBalancer", kind, listener), resource("aws_elb", "this", body))
    } else {
        let listener = "Certificates:\n  - CertificateArn: !Ref Certificate";
        let body = "certificate_arn = aws_acm_certificate.this.arn";
        (logical("HttpsListener", LISTENER, listener), resource("aws_lb_listener", "https", body))
    };
    Ways {
        console:
            "ACM console: Request certificate and prove its names by DNS; then EC2 console, Load \
                  Balancers, the listener, Certificates: add the new one and remove this one."
                .to_owned(),
        cli: steps(&commands),
        terraform: format!("{}\n\n{terraform}", requested(particular)),
        cloudformation: format!("{}\n\n{used}", properties(particular)),
    }
}

fn request(particular: &Particular, names: Names) -> String {
    let (first, all) = match names {
        Names::Same => ("HOST", "HOSTS"),
        Names::Chosen => ("NEW_HOST", "NEW_HOSTS"),
    };
    let mut options = vec![
        format!("--domain-name {first}"),
        format!("--subject-alternative-names {all}"),
        "--validation-method DNS".to_owned(),
    ];
    if !particular.cli.is_empty() {
        options.push(particular.cli.to_owned());
    }
    options.extend(["--output text".to_owned(), "--query CertificateArn".to_owned()]);
    let request = command("certificate=$(aws acm request-certificate", &options);
    let records = command(
        "aws acm describe-certificate",
        &[
            "--certificate-arn \"$certificate\"".to_owned(),
            "--query 'Certificate.DomainValidationOptions[].ResourceRecord'".to_owned(),
        ],
    );
    format!(
        "{request})\n# create these DNS records, which prove the names\n{records}\n\
         aws acm wait certificate-validated --certificate-arn \"$certificate\""
    )
}

fn listeners() -> Vec<String> {
    let listener = |action: &str, place: &str, certificate: &str| {
        let options = [
            format!("--listener-arn {place}"),
            format!("--certificates CertificateArn={certificate}"),
        ];
        command(&format!("aws elbv2 {action}"), &options)
    };
    let new = "\"$certificate\"";
    let default = listener("modify-listener", "DEFAULT_CERTIFICATE_LISTENER_ARN", new);
    let add = listener("add-listener-certificates", "SNI_LISTENER_ARN", new);
    let remove = listener("remove-listener-certificates", "SNI_LISTENER_ARN", "CERTIFICATE_ID");
    vec![
        format!("# where it is the listener's default certificate\n{default}"),
        format!(
            "# where the listener chooses it by the name that a client asks for\n{add}\n{remove}"
        ),
    ]
}

fn classic() -> Vec<String> {
    vec![classic_command(
        "set-load-balancer-listener-ssl-certificate",
        &["--load-balancer-port LISTENER_PORT", "--ssl-certificate-id \"$certificate\""],
    )]
}

fn requested(particular: &Particular) -> String {
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
    resource("aws_acm_certificate", "this", &body)
}

fn properties(particular: &Particular) -> String {
    let mut properties = "DomainName: www.example.com\nValidationMethod: DNS\n\
                          DomainValidationOptions:\n  - DomainName: www.example.com\n    \
                          HostedZoneId: !Ref HostedZone"
        .to_owned();
    if !particular.cloudformation.is_empty() {
        properties = [&properties, particular.cloudformation].join("\n");
    }
    logical("Certificate", "AWS::CertificateManager::Certificate", &properties)
}
