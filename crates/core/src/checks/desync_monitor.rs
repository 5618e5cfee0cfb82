//! Requests that two servers may read differently are let through.

use crate::check::{
    Check, Context, Evidence, Example, Judge, Judgement, Persona, Remedy, Severity, Verdict,
};
use crate::fixtures::sample;
use crate::inventory::{Kind, Protocol};
use crate::vocab::call::Call;

const KEY: &str = "routing.http.desync_mitigation_mode";
const CLASSIC_KEY: &str = "elb.http.desyncmitigationmode";

/// See [`Check`].
pub(super) const CHECK: Check = Check {
    id: "desync-monitor",
    aliases: &["alb-desync-mode", "clb-desync-mode"],
    title: "request smuggling is only watched, not stopped",
    severity: Severity::High,
    persona: Persona::Regular,
    applies_to: &[Kind::Application, Kind::Classic],
    why: "The load balancer and the target can disagree where a request ends. What one of them \
          takes for a body the other takes for the next request: an attacker slips requests past \
          the load balancer's rules and reads the answers of others.",
    logic: "Fails when the desync mitigation mode is `monitor`; passes in `defensive`, which is \
            the default, and `strictest`. Any other value is unknown. Does not apply to a Classic \
            load balancer without HTTP or HTTPS listener.",
    false_alarms: "Old clients that send odd requests may be why someone chose it; the metric \
                   DesyncMitigationMode_NonCompliant_Request_Count tells whether there are any.",
    fix: "set the desync mitigation mode to defensive or strictest",
    remedy: Remedy {
        console: "EC2, Load Balancers, the load balancer, Attributes, Edit: set the desync \
                  mitigation mode to Defensive or Strictest.",
        cli: "aws elbv2 modify-load-balancer-attributes --load-balancer-arn LOAD_BALANCER_ARN \
              --attributes Key=routing.http.desync_mitigation_mode,Value=defensive\n# \
              Classic\naws elb modify-load-balancer-attributes --load-balancer-name NAME \
              --load-balancer-attributes \
              '{\"AdditionalAttributes\":[{\"Key\":\"elb.http.desyncmitigationmode\",\"Value\":\"defensive\"}]}'",
        terraform: r#"resource "aws_lb" "web" {
  desync_mitigation_mode = "defensive"
}

resource "aws_elb" "web" {
  desync_mitigation_mode = "defensive"
}"#,
        cloudformation: "Type: AWS::ElasticLoadBalancingV2::LoadBalancer\nProperties:\n  \
                         LoadBalancerAttributes:\n    - Key: \
                         routing.http.desync_mitigation_mode\n      Value: defensive\n# a Classic \
                         load balancer cannot have it here: use the console or the CLI",
    },
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html#desync-mitigation-mode",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/config-desync-mitigation-mode.html",
    ],
    needs: &[Call::ElbV2DescribeLoadBalancerAttributes, Call::ElbDescribeLoadBalancerAttributes],
    examples: &[
        Example {
            title: "watched on an Application load balancer",
            given: || sample::with(&Kind::Application, |lb| sample::set(lb, &[(KEY, "monitor")])),
            finds: &[
                "fail desync-monitor web",
                "note internet-facing web",
                "note tls-backend-legacy web",
            ],
        },
        Example {
            title: "watched on a Classic load balancer",
            given: || {
                sample::with(&Kind::Classic, |lb| sample::set(lb, &[(CLASSIC_KEY, "monitor")]))
            },
            finds: &[
                "fail desync-monitor web",
                "note classic-load-balancer web",
                "note internet-facing web",
            ],
        },
        Example {
            title: "a Classic load balancer without HTTP",
            given: || {
                sample::with(&Kind::Classic, |lb| {
                    sample::set(lb, &[(CLASSIC_KEY, "monitor")]);
                    *sample::listeners(lb) = vec![sample::classic_listener("SSL", 443)];
                })
            },
            finds: &["note classic-load-balancer web", "note internet-facing web"],
        },
        Example {
            title: "a mode that this version does not know",
            given: || sample::with(&Kind::Application, |lb| sample::set(lb, &[(KEY, "relaxed")])),
            finds: &[
                "unknown desync-monitor web",
                "note internet-facing web",
                "note tls-backend-legacy web",
            ],
        },
        Example {
            title: "defensive",
            given: || sample::clean(&Kind::Application),
            finds: &["note internet-facing web", "note tls-backend-legacy web"],
        },
    ],
    judge: Judge::LoadBalancer(judge),
    since: "0.1.0",
};

fn judge(context: &Context) -> Judgement {
    let lb = context.lb;
    let key = if lb.kind == Kind::Classic { CLASSIC_KEY } else { KEY };
    if lb.kind == Kind::Classic && !lb.serves_any(&[Protocol::Http, Protocol::Https])? {
        return Ok(Verdict::NotApplicable);
    }
    match lb.attribute(key, "defensive")?.as_str() {
        "monitor" => Ok(Verdict::Fail(Evidence::new().with(key, "monitor"))),
        "defensive" | "strictest" => Ok(Verdict::Pass),
        other => Err(lb.unknown_attribute(key, other)),
    }
}
