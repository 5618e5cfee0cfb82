//! Who can reach a load balancer with public addresses.

use crate::call::Call;
use crate::check::{
    Check, Context, Evidence, Example, Judge, Judgement, Persona, Remedy, Severity, Verdict,
};
use crate::exposure::Approach;
use crate::exposure::Exposure;
use crate::fact::Fact;
use crate::inventory::Kind;
use crate::sample;

/// How many sources a port names.
const SHOWN: usize = 5;

/// See [`Check`].
pub(super) const CHECK: Check = Check {
    id: "internet-facing",
    aliases: &["lb-internet-facing"],
    title: "reachable from outside",
    severity: Severity::Info,
    persona: Persona::Regular,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "Most such load balancers are meant to be. The list of those that are, port by port, is \
          where every review begins.",
    logic: "Notes every load balancer whose scheme is `internet-facing`: for each listener whether \
            the whole internet can connect, only some addresses or security groups, or nobody. \
            Routes to an internet gateway, VPC Block Public Access, address types, security groups \
            and prefix lists count. Unknown while one of them hides the answer. Never a fault.",
    false_alarms: "",
    fix: "if it is not meant to be public, make a new one with scheme internal: the scheme cannot \
          be changed",
    remedy: Remedy { console: "", cli: "", terraform: "", cloudformation: "" },
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html#load-balancer-scheme",
    ],
    needs: &[],
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
                    region.security_groups =
                        Fact::Known(vec![sample::open_group("sg-web", &[8443])]);
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
            finds: &[
                "unknown security-group-admits-nobody web",
                "unknown security-group-blocks-targets web",
                "unknown security-group-default web",
                "unknown security-group-unused-port web",
                "unknown internet-facing web",
                "unknown listener-port-closed HTTPS:443",
            ],
        },
        Example {
            title: "internal",
            given: || sample::with(&Kind::Application, sample::internal),
            finds: &["fail internal-open-to-any web", "note subnet-route-mismatch web"],
        },
    ],
    judge: Judge::LoadBalancer(judge),
    since: "0.1.0",
};

fn judge(context: &Context) -> Judgement {
    let lb = context.lb;
    if lb.scheme.as_deref() == Some("internal") {
        return Ok(Verdict::Pass);
    }
    if let Exposure::Unknown(gap) = context.exposure {
        return Err(gap.clone());
    }
    let approach = Approach::new(context.index, lb);
    let mut ports = Vec::new();
    for listener in lb.listeners.get()? {
        let exposure = approach.to(listener);
        if let Exposure::Unknown(gap) = exposure {
            return Err(gap);
        }
        ports.push(words(&listener.label(), &exposure));
    }
    let evidence = Evidence::new().with("exposure", context.exposure.class().word());
    Ok(Verdict::Note(evidence.with("ports", ports)))
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
