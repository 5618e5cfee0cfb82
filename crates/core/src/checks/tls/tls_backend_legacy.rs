//! A load balancer offers forbidden protocols to its targets.

use crate::analysis::tls;
use crate::checks::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "tls-backend-legacy",
    aliases: &["tls-backend-policy-legacy"],
    title: "old TLS is offered to targets",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application, Kind::Network],
    why: "Nobody can choose the policy towards the targets: AWS derives it from the listeners', \
          and all but one accept TLS 1.0. A target that accepts it too may end up with it; only \
          the target can refuse.",
    logic: "Looks at load balancers with an HTTPS or TLS target group. AWS takes the first that \
            matches the names of all listeners' policies: RFC9151, FIPS-PQ, FIPS, PQ, TLS13, and \
            otherwise ELBSecurityPolicy-2016-08. Notes when the derived policy accepts a forbidden \
            protocol, which all do save the one for RFC9151. Unknown when a policy's name is none \
            that AWS's pages print.",
    false_alarms: "Nothing is wrong where the targets accept TLS 1.2 and 1.3 alone; the load \
                   balancer offers the best first.",
    fix: "let the targets accept only TLS 1.2 and 1.3",
    remedy: Remedy::steps(Steps {
        console: "Not a setting of the load balancer: set the protocols in the web server of the \
                  targets.",
        cli: "Not a setting of the load balancer: set the protocols in the web server of the targets, \
              then see that `openssl s_client -tls1_1 -connect` to one of them fails.",
        terraform: "Not an attribute of the load balancer: set the protocols in the targets' own \
                    configuration.",
        cloudformation: "Not a property of the load balancer: set the protocols in the targets' \
                         own configuration.",
    }),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/describe-ssl-policies.html",
    ],
    examples: &[
        Example {
            title: "a policy of RFC 9151",
            given: || {
                sample::offering(
                    &Kind::Application,
                    sample::ssl_policy(
                        "ELBSecurityPolicy-TLS13-1-2-RFC9151-FIPS-2023-07",
                        &["TLSv1.2", "TLSv1.3"],
                        &["TLS_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384"],
                    ),
                )
            },
            finds: &["fail tls-policy-not-recommended HTTPS:443"],
        },
        Example {
            title: "targets in cleartext",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    sample::regroup(region, "web", |group| {
                        group.protocol = Some("TCP".into());
                    });
                })
            },
            finds: &["does not apply", "fail target-group-cleartext web"],
        },
        Example {
            title: "a name that AWS's pages do not print",
            given: || {
                sample::offering(
                    &Kind::Network,
                    sample::ssl_policy(
                        "ELBSecurityPolicy-2031-01",
                        &["TLSv1.3"],
                        &["TLS_AES_128_GCM_SHA256"],
                    ),
                )
            },
            finds: &["unknown tls-backend-legacy web"],
        },
        Example {
            title: "what the console chooses",
            given: || sample::clean(&Kind::Application),
            finds: &["note tls-backend-legacy web"],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn judge(context: &Context) -> Judgement {
    let groups = context.index.groups_of(&context.lb.arn)?.iter();
    let encrypted =
        groups.filter(|group| matches!(group.protocol, Some(Protocol::Https | Protocol::Tls)));
    let names: Vec<&str> = encrypted.map(|group| group.name.as_str()).collect();
    if names.is_empty() {
        return Ok(Verdict::NotApplicable);
    }
    let offer = tls::towards_targets(context.region, context.lb)?;
    let legacy = offer.legacy_protocols()?;
    let grounds: Grounds = offer.evidence().into();
    if legacy.is_empty() {
        return Ok(Verdict::Pass(grounds.with("protocols", offer.protocols.clone())));
    }
    Ok(Verdict::Note(grounds.with("protocols", legacy).with("target_groups", names)))
}
