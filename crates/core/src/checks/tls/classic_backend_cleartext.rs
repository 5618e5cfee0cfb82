//! A Classic listener takes TLS off and goes on in clear.

use crate::analysis::targets;
use crate::checks::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "classic-backend-cleartext",
    aliases: &["clb-backend-cleartext"],
    title: "in clear between load balancer and instances",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Classic],
    why: "TLS ends at the load balancer. Whoever gets into the network behind it reads what clients \
          sent encrypted: passwords, cookies, personal data.",
    logic: "Fails when a Classic HTTPS or SSL listener speaks HTTP or TCP to the instances. Does \
            not apply to a listener that does not end TLS.",
    false_alarms: "AWS separates the traffic of VPCs from one another, and many rest on that.",
    fix: "serve TLS on the instances and make the listener anew with instance protocol HTTPS or SSL",
    remedy: Remedy::steps(Steps {
        console: "EC2 > Load Balancers > the load balancer > Listeners > Manage listeners: set the \
                  instance protocol to HTTPS or SSL.",
        cli: r"
            aws elb delete-load-balancer-listeners --load-balancer-name NAME \
              --load-balancer-ports 443
            aws elb create-load-balancer-listeners --load-balancer-name NAME \
              --listeners Protocol=HTTPS,LoadBalancerPort=443,InstanceProtocol=HTTPS,InstancePort=443,SSLCertificateId=ARN",
        terraform: r#"
            resource "aws_elb" "NAME" {
              listener {
                instance_protocol = "https"
                instance_port     = 443
              }
            }"#,
        cloudformation: r#"
            Type: AWS::ElasticLoadBalancing::LoadBalancer
            Properties:
              Listeners:
                - InstanceProtocol: HTTPS
                  InstancePort: "443""#,
    }),
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
    Ok(match protocol {
        Protocol::Https | Protocol::Ssl => Verdict::Pass(Grounds::new()),
        _ => Verdict::Fail(Grounds::new().with("instances", listener.instance_side.clone())),
    })
}
