//! Who can reach a load balancer with public addresses.

use crate::analysis::reach::Reachability;
use crate::checks::prelude::*;
use crate::checks::shared::doors;
use crate::remedy::plan::{Plan, Why};

/// How many sources a port names.
const SHOWN: usize = 5;

pub(crate) const CHECK: Check = Check {
    id: "internet-facing",
    aliases: &["lb-internet-facing"],
    title: "reachable from outside",
    severity: Severity::High,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "Most such load balancers are meant to be. The list of those that are, port by port, is \
          where every review begins. Where someone has written down which are, any other one is a \
          way in that nobody meant to open.",
    logic: "Without a list of public load balancers in the configuration (`[intent]`, `public`): notes \
            every load balancer whose scheme is `internet-facing`, for each listener whether the whole \
            internet can connect, only some addresses or security groups, or nobody. Routes to an \
            internet gateway, VPC Block Public Access, address types, security groups and prefix lists \
            count. Unknown while one of them hides the answer. With a list: fails for an \
            internet-facing load balancer that no entry names by name, ARN or tag, whoever can connect \
            now, and passes for one that is named. Unknown while a tag that may name it is unread.",
    false_alarms: "Without a list it is no fault. A load balancer that only CloudFront, a partner or an \
                   office reaches has public addresses too, and is told as restricted. Against a list \
                   one that nobody can reach just now fails all the same: one changed rule opens it.",
    fix: "if it is not meant to be public, recreate it with scheme internal: the scheme cannot be \
          changed",
    remedy: Remedy::steps(Steps {
        console: "EC2, Load Balancers, Create load balancer: choose the scheme Internal, move the \
                  DNS records to it, then delete the public one.",
        cli: r"
            aws elbv2 create-load-balancer --name NEW_LOAD_BALANCER_NAME --type ROUTED_TYPE \
              --scheme internal --subnets OTHER_SUBNET_IDS --security-groups NEW_GROUP_ID
            # its listeners, target groups and DNS records move to the new one; then the public one goes",
        terraform: r#"
            resource "aws_lb" "web" {
              internal = true
            }"#,
        cloudformation: r"
            LoadBalancer:
              Type: AWS::ElasticLoadBalancingV2::LoadBalancer
              Properties:
                Scheme: internal",
    })
    .planned(Plan::Never(Why::Recreate, "a load balancer keeps its scheme")),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html#load-balancer-scheme",
    ],
    needs: &[Call::ElbV2DescribeTags, Call::ElbDescribeTags],
    examples: &[
        Example {
            title: "open to the internet",
            given: || sample::clean(&Kind::Application),
            finds: &["note internet-facing web"],
        },
        Example {
            title: "nobody gets through",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    sample::guard(region, sample::open_group("sg-web", &[8443]));
                })
            },
            finds: &[
                "fail security-group-unused-port web",
                "fail listener-port-closed TLS:443",
                "note internet-facing web",
            ],
        },
        Example {
            title: "security groups unread",
            given: || {
                sample::with_region(&Kind::Classic, |region| {
                    region.security_groups =
                        Fact::Unread(sample::denied(Call::Ec2DescribeSecurityGroups));
                })
            },
            finds: &["unknown internet-facing web", "unknown 6 others: ec2:DescribeSecurityGroups"],
        },
        Example {
            title: "internal",
            given: || sample::with(&Kind::Application, sample::internal),
            finds: &["fail internal-open-to-any web"],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn judge(context: &Context) -> Judgement {
    let lb = context.lb;
    if lb.scheme == Some(Scheme::Internal) {
        return Ok(Verdict::Pass(Grounds::new().with("scheme", "internal")));
    }
    if !context.intent.public.is_empty() && lb.is_internet_facing() {
        return meant(context);
    }
    if let Exposure::Unknown(gap) = context.exposure {
        return Err(gap.clone());
    }
    let approach = Reachability::new(context.index, lb);
    let mut ports = Vec::new();
    for listener in lb.listeners.get()? {
        let exposure = approach.to(listener);
        if let Exposure::Unknown(gap) = exposure {
            return Err(gap);
        }
        ports.push(words(&listener.label(), &exposure));
    }
    let evidence = Grounds::new().with("exposure", context.exposure.class().word());
    let evidence = evidence.with("ports", ports);
    Ok(Verdict::Note(evidence.bind("ROUTED_TYPE", doors::successor(lb))))
}

/// Whether the user's list names it.
fn meant(context: &Context) -> Judgement {
    let evidence = Grounds::new().with("scheme", "internet-facing");
    if context.intent.means_public(context.lb)? {
        return Ok(Verdict::Pass(evidence.with("public", "in the configuration's list")));
    }
    let evidence = evidence.with("public", "in no entry of the configuration's list");
    Ok(Verdict::Fail(evidence.bind("ROUTED_TYPE", doors::successor(context.lb))))
}

fn words(port: &str, exposure: &Exposure) -> String {
    match exposure {
        Exposure::Blocked(obstacle) => format!("{port}: nobody: {obstacle}"),
        Exposure::Internet(sources) => format!("{port}: the internet: {}", few(sources)),
        Exposure::Restricted(sources) => format!("{port}: {}", few(sources)),
        Exposure::Internal | Exposure::Unknown(_) => format!("{port}: {}", exposure.class().word()),
    }
}

/// The first few sources, and how many more there are.
fn few(sources: &[String]) -> String {
    let shown = sources.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    match sources.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
