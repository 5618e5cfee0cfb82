//! A Classic listener takes TLS off and goes on in cleartext.

use crate::analysis::{targets, tls};
use crate::checks::prelude::*;
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "classic-backend-cleartext",
    aliases: &["clb-backend-cleartext"],
    title: "in cleartext between load balancer and instances",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Classic],
    why: "TLS ends at the load balancer. Whoever gets into the network behind it reads what clients \
          sent encrypted: passwords, cookies, personal data.",
    logic: "Fails when a Classic HTTPS or SSL listener speaks HTTP or TCP to the instances. Does \
            not apply to a listener that does not end TLS.",
    false_alarms: "AWS separates the traffic of VPCs from one another, and many rest on that.",
    fix: "serve TLS on the instances and recreate the listener with instance protocol HTTPS or SSL",
    remedy: Remedy::steps(Steps {
        console: "EC2 > Load Balancers > the load balancer > Listeners > Manage listeners: set the \
                  instance protocol to HTTPS or SSL.",
        cli: r"
            aws elb describe-load-balancers --load-balancer-names LOAD_BALANCER_NAME
            # a listener cannot be changed: nothing is served between the next two commands. The instances have
            # to serve TLS on TARGET_TLS_PORT first, and their security groups to admit it
            aws elb delete-load-balancer-listeners --load-balancer-name LOAD_BALANCER_NAME \
              --load-balancer-ports LISTENER_PORT
            aws elb create-load-balancer-listeners --load-balancer-name LOAD_BALANCER_NAME \
              --listeners Protocol=LISTENER_PROTOCOL,LoadBalancerPort=LISTENER_PORT,InstanceProtocol=LISTENER_PROTOCOL,InstancePort=TARGET_TLS_PORT,SSLCertificateId=CERTIFICATE_ID
            aws elb set-load-balancer-policies-of-listener \
              --load-balancer-name LOAD_BALANCER_NAME --load-balancer-port LISTENER_PORT \
              --policy-names LISTENER_POLICIES",
        terraform: r#"
            resource "aws_elb" "this" {
              listener {
                lb_port            = 443
                lb_protocol        = "https"
                instance_port      = 8443
                instance_protocol  = "https"
                ssl_certificate_id = aws_acm_certificate.this.arn
              }
            }"#,
        cloudformation: r#"
            ClassicLoadBalancer:
              Type: AWS::ElasticLoadBalancing::LoadBalancer
              Properties:
                Listeners:
                  - Protocol: HTTPS
                    LoadBalancerPort: "443"
                    InstanceProtocol: HTTPS
                    InstancePort: "8443"
                    SSLCertificateId: !Ref Certificate"#,
    })
    .planned(Plan::Never(Why::Recreate, "a Classic listener keeps its protocols: another one has to take its place")),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-listener-config.html",
    ],
    examples: &[
        Example {
            title: "HTTPS in, HTTP on",
            given: || towards(Some("HTTP:8080")),
            finds: &["fail classic-backend-cleartext HTTPS:443"],
        },
        Example { title: "HTTPS both", given: || sample::clean(&Kind::Classic), finds: &[] },
        Example {
            title: "TCP in, TCP on",
            given: || {
                let mut tcp = sample::classic_listener("TCP", 443);
                tcp.instance_side = Some("TCP:8443".to_owned());
                sample::listening(&Kind::Classic, vec![tcp])
            },
            finds: &["does not apply"],
        },
        Example {
            title: "nowhere told",
            given: || towards(None),
            finds: &[
                "unknown classic-backend-cleartext HTTPS:443",
                "unknown 5 others: elb:DescribeLoadBalancers",
            ],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn towards(side: Option<&'static str>) -> Inventory {
    let mut https = sample::classic_listener("HTTPS", 443);
    https.instance_side = side.map(str::to_owned);
    sample::listening(&Kind::Classic, vec![https])
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    if !context.lb.serves(listener, &[Protocol::Https, Protocol::Ssl])? {
        return Ok(Verdict::NotApplicable);
    }
    let (protocol, _) = targets::instance_side(listener)?;
    let grounds = Grounds::new().with("instances", listener.instance_side.clone());
    Ok(match protocol {
        Protocol::Https | Protocol::Ssl => Verdict::Pass(grounds),
        _ => Verdict::Fail(bind(grounds, listener)),
    })
}

/// What the listener is recreated with.
fn bind(grounds: Grounds, listener: &Listener) -> Grounds {
    let mut policies = listener.policy_names.clone();
    if policies.is_empty() {
        policies.push(tls::CLASSIC_DEFAULT.to_owned());
    }
    let grounds = grounds
        .bind("LISTENER_PROTOCOL", or_missing(listener.protocol.as_ref()))
        .bind("LISTENER_POLICIES", policies);
    match &listener.default_certificate {
        Some(certificate) => grounds.bind("CERTIFICATE_ID", certificate.as_str()),
        None => grounds,
    }
}
