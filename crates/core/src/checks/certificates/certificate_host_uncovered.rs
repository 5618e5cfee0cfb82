//! A listener's rules serve hosts that none of its certificates covers.

use crate::remedy::plan::{self, Plan};
use std::collections::BTreeSet;

use crate::analysis::routing::{self, End};
use crate::checks::prelude::*;

/// How many names of certificates the evidence lists.
const SHOWN: usize = 10;

pub(crate) const CHECK: Check = Check {
    id: "certificate-host-uncovered",
    aliases: &["cert-host-mismatch"],
    title: "hosts that no certificate covers",
    severity: Severity::Medium,
    applies_to: &[Kind::Application],
    why: "Whoever asks for such a host gets the default certificate, which is for another name: \
          browsers refuse it, and users and programs that are told to go on anyway accept an \
          attacker's just as well.",
    logic: "Looks at HTTPS listeners: every host that a rule which a request can reach names in \
            full, where the rule forwards or redirects. Fails when none of the listener's \
            certificates, default and SNI, has its name; a wildcard stands for one label. Hosts \
            with `*` or `?`, regular expressions and AWS's own names are left out, and rules that \
            answer by themselves. Does not apply without such hosts. Unknown while a certificate \
            that may cover the host is.",
    false_alarms: "A proxy in front, such as CloudFront, may connect by another name and send this \
                   one as a header alone. Its origin's name has to be covered then, and this host \
                   does not.",
    fix: "add a certificate for the host to the listener, or take the host out of the rule",
    remedy: Remedy::steps(Steps {
        console: "EC2 console, Load Balancers: open the load balancer, choose the listener, \
                  Certificates, Add certificate.",
        cli: r#"
            new_certificate=$(aws acm request-certificate --validation-method DNS \
              --domain-name UNCOVERED_HOST --subject-alternative-names UNCOVERED_HOSTS \
              --query CertificateArn --output text)

            # the DNS records that prove its names, a few seconds later. A zone takes its own names only: split
            # the file where there are several
            aws acm describe-certificate --certificate-arn "$new_certificate" --output json \
              --query "{Changes: Certificate.DomainValidationOptions[?ResourceRecord].{Action: 'UPSERT', ResourceRecordSet: {Name: ResourceRecord.Name, Type: ResourceRecord.Type, TTL: to_number('300'), ResourceRecords: [{Value: ResourceRecord.Value}]}}}" > changes.json
            aws route53 change-resource-record-sets --hosted-zone-id HOSTED_ZONE_ID \
              --change-batch file://changes.json
            aws acm wait certificate-validated --certificate-arn "$new_certificate"

            aws elbv2 add-listener-certificates --listener-arn LISTENER_ARN \
              --certificates "CertificateArn=$new_certificate"
            "#,
        terraform: r#"
            resource "aws_lb_listener_certificate" "host" {
              listener_arn    = aws_lb_listener.https.arn
              certificate_arn = aws_acm_certificate.host.arn
            }"#,
        cloudformation: r"
            HostCertificate:
              Type: AWS::ElasticLoadBalancingV2::ListenerCertificate
              Properties:
                ListenerArn: !Ref HttpsListener
                Certificates:
                  - CertificateArn: !Ref Certificate",
    })
    .planned(Plan::By(plan::cover_hosts)),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html",
    ],
    needs: &[
        Call::ElbV2DescribeRules,
        Call::ElbV2DescribeListenerCertificates,
        Call::AcmSearchCertificates,
        Call::AcmDescribeCertificate,
        Call::IamListServerCertificates,
        Call::IamGetServerCertificate,
    ],
    examples: &[
        Example {
            title: "a host that was added to the rules alone",
            given: || serving(&["www.example.com", "shop.example.com"]),
            finds: &[
                "fail certificate-host-uncovered HTTPS:443",
                "fail default-rule-forwards HTTPS:443",
            ],
        },
        Example {
            title: "a wildcard stands for one label",
            given: || {
                let mut inventory = serving(&["shop.example.com", "eu.shop.example.com"]);
                name(&mut inventory, "*.example.com");
                inventory
            },
            finds: &[
                "fail certificate-host-uncovered HTTPS:443",
                "fail default-rule-forwards HTTPS:443",
            ],
        },
        Example {
            title: "all of them by a wildcard, in any case",
            given: || {
                let mut inventory = serving(&["shop.example.com", "WWW.Example.com"]);
                name(&mut inventory, "*.example.com");
                inventory
            },
            finds: &["fail default-rule-forwards HTTPS:443"],
        },
        Example {
            title: "a pattern and a name of AWS",
            given: || serving(&["*.example.com", "web-123.eu-west-1.elb.amazonaws.com"]),
            finds: &["does not apply", "fail default-rule-forwards HTTPS:443"],
        },
        Example {
            title: "a rule that turns the host away",
            given: || {
                sample::listening(
                    &Kind::Application,
                    vec![sample::ruled(
                        sample::https(vec![sample::forward("web")]),
                        vec![sample::rule(
                            Some(1),
                            vec![sample::host(&["old.example.com"])],
                            vec![sample::fixed_response("404")],
                        )],
                    )],
                )
            },
            finds: &["does not apply", "fail default-rule-forwards HTTPS:443"],
        },
        Example {
            title: "SNI certificates unread",
            given: || {
                let mut inventory = serving(&["shop.example.com"]);
                let lb = sample::only(&mut inventory.accounts[0].regions[0]);
                sample::listeners(lb)[0].certificates =
                    Fact::Unread(sample::denied(Call::ElbV2DescribeListenerCertificates));
                inventory
            },
            finds: &[
                "fail default-rule-forwards HTTPS:443",
                "unknown certificate-host-uncovered HTTPS:443",
                "unknown 15 others: elbv2:DescribeListenerCertificates",
            ],
        },
        Example {
            title: "its own host",
            given: || serving(&["www.example.com"]),
            finds: &["fail default-rule-forwards HTTPS:443"],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

/// The clean Application load balancer with a rule for these hosts.
fn serving(hosts: &[&str]) -> Inventory {
    sample::listening(
        &Kind::Application,
        vec![sample::ruled(
            sample::https(vec![sample::forward("web")]),
            vec![sample::rule(Some(1), vec![sample::host(hosts)], vec![sample::forward("web")])],
        )],
    )
}

/// Adds a name to the sample certificate.
fn name(inventory: &mut Inventory, name: &str) {
    let region = &mut inventory.accounts[0].regions[0];
    if let Some(Fact::Known(certificate)) = region.certificates.get_mut(sample::CERTIFICATE) {
        certificate.names.push(name.to_owned());
    }
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    if !context.lb.serves(listener, &[Protocol::Https])? {
        return Ok(Verdict::NotApplicable);
    }
    let routes = routing::live(context.lb, listener)?;
    let names = names(context, listener);
    let mut served = Vec::new();
    let mut uncovered: Partial<Vec<(&str, &str)>> = Partial::default();
    for route in routes.iter().filter(|route| route.end != End::Answer) {
        for host in hosts(route.conditions) {
            served.push(host);
            match &route.end {
                _ if names.found.iter().any(|name| covers(name, host)) => {}
                End::Unknown(gap) => uncovered.add_gap(gap.clone()),
                _ => uncovered.found.push((&route.label, host)),
            }
        }
    }
    let Some((rule, _)) = uncovered.found.first() else {
        return uncovered.otherwise(if served.is_empty() {
            Verdict::NotApplicable
        } else {
            served.truncate(SHOWN);
            let grounds = Grounds::new().with("hosts", served);
            Verdict::Pass(grounds.with("certificate_names", shown(&names.found)))
        });
    };
    let hosts: Vec<&str> = uncovered.found.iter().map(|(_, host)| *host).collect();
    let wanted: BTreeSet<String> = hosts.iter().map(|host| host.to_lowercase()).collect();
    let evidence = Grounds::new()
        .with("rule", *rule)
        .with("hosts", hosts)
        .with("certificate_names", shown(&names.found))
        .bind("UNCOVERED_HOST", wanted.first().cloned().unwrap_or_default())
        .bind("UNCOVERED_HOSTS", wanted.into_iter().collect::<Vec<_>>());
    names.otherwise(Verdict::Fail(evidence))
}

fn shown<'a>(names: &[&'a str]) -> Vec<&'a str> {
    names.iter().take(SHOWN).copied().collect()
}

/// The hosts that conditions name in full and a certificate could be for: nobody gets one for a name of
/// AWS's own.
fn hosts(conditions: &[Condition]) -> impl Iterator<Item = &str> {
    let of_hosts =
        conditions.iter().filter(|condition| condition.field == ConditionField::HostHeader);
    let values = of_hosts.flat_map(|condition| &condition.values).map(String::as_str);
    values.filter(|host| !host.contains(['*', '?']) && !host.contains(".amazonaws."))
}

/// The names of the listener's certificates.
fn names<'a>(context: &Context<'a>, listener: &'a Listener) -> Partial<Vec<&'a str>> {
    let mut names = Partial::<Vec<&str>>::default();
    let arns: Vec<&str> = match names.learn(listener.certificates.get()) {
        Some(arns) => arns.iter().map(String::as_str).collect(),
        None => listener.default_certificate.as_deref().into_iter().collect(),
    };
    if arns.is_empty() {
        let said = "an HTTPS listener without certificate";
        names.add_gap(listener.unexpected_value(Reason::Malformed, said));
    }
    for arn in arns {
        let certificate = context.site.certificate(arn);
        let hosts = names.learn(certificate.and_then(|certificate| certificate.hosts()));
        names.found.extend(hosts.into_iter().flatten().map(String::as_str));
    }
    names
}

/// Whether a certificate's name stands for a host: itself, or any one label in the place of `*`.
fn covers(name: &str, host: &str) -> bool {
    match (name.strip_prefix("*."), host.split_once('.')) {
        (Some(domain), Some((label, rest))) => {
            !label.is_empty() && rest.eq_ignore_ascii_case(domain)
        }
        _ => name.eq_ignore_ascii_case(host),
    }
}
