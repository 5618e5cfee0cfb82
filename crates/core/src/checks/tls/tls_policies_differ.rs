//! Two listeners of a load balancer accept different oldest protocols.

use std::collections::BTreeMap;

use crate::analysis::tls;
use crate::checks::prelude::*;
use crate::checks::shared::causes;

/// The policy that AWS recommends for TLS 1.3 only.
const TLS_1_3_ONLY: &str = "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09";

pub(crate) const CHECK: Check = Check {
    id: "tls-policies-differ",
    aliases: &["tls-no-forward-secrecy-downgrade"],
    title: "ports differ in their oldest protocol",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "The same targets are behind both ports, and who wants the weaker protocol asks on the \
          other port. As strong as the weakest port is the whole load balancer.",
    logic: "Compares the oldest protocol that each HTTPS, TLS or SSL listener accepts, by the \
            content of its policy. Fails when two differ; the evidence lists them. Passes when all \
            are alike. Does not apply with fewer than two such listeners. Unknown when a policy \
            is, unless two others differ already.",
    false_alarms: "A port of its own for old devices is a clean way to keep them apart, if its \
                   targets are apart too.",
    fix: "give every listener the policy of the strictest one, or move the old clients to a load \
          balancer of their own",
    remedy: Remedy::ssl_policy("SECURITY_POLICY").console(
        "EC2 console, Load Balancers: open the load balancer, choose the listener, then Manage \
         listener, Edit listener, and pick the security policy of the strictest one.",
    ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-security-policy-table.html",
    ],
    needs: &[Call::ElbV2DescribeSslPolicies, Call::ElbDescribeLoadBalancerPolicies],
    examples: &[
        Example {
            title: "TLS 1.3 on one port, TLS 1.2 on the other",
            given: || two_ports("ELBSecurityPolicy-TLS13-1-3-PQ-2025-09"),
            finds: &["fail tls-policies-differ web", "fail listener-port-closed HTTPS:8443"],
        },
        Example {
            title: "the same on both",
            given: || two_ports(sample::SSL_POLICY),
            finds: &["fail listener-port-closed HTTPS:8443"],
        },
        Example {
            title: "a policy that nobody knows",
            given: || two_ports("ELBSecurityPolicy-2031-01"),
            finds: &[
                "fail listener-port-closed HTTPS:8443",
                "unknown tls-legacy-protocol HTTPS:8443",
                "unknown tls-policies-differ web",
                "unknown tls-weak-cipher HTTPS:8443",
                "unknown tls-1-3-missing HTTPS:8443",
                "unknown tls-backend-legacy web",
            ],
        },
        Example {
            title: "one port alone",
            given: || sample::clean(&Kind::Network),
            finds: &["does not apply"],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

/// The clean Application load balancer with a second HTTPS port of this policy.
fn two_ports(policy: &str) -> Inventory {
    sample::with(&Kind::Application, |lb| {
        let mut second = sample::https(vec![sample::forward("web")]);
        second.port = Some(8443);
        second.id.push_str("-8443");
        second.ssl_policy = Some(policy.to_owned());
        sample::listeners(lb).push(second);
    })
}

fn judge(context: &Context) -> Judgement {
    let mut oldest: Partial<BTreeMap<&str, Vec<&Listener>>> = Partial::default();
    let mut several = 0;
    for listener in context.lb.listeners.get()? {
        let protocol = match tls::terminates(context.lb, listener) {
            Ok(false) => continue,
            Ok(true) => tls::offer(context.region, context.lb, listener)
                .and_then(|offer| offer.oldest_protocol()),
            Err(gap) => Err(gap),
        };
        several += 1;
        match protocol {
            Ok(protocol) => oldest.found.entry(protocol).or_default().push(listener),
            Err(gap) => oldest.add_gap(gap),
        }
    }
    let lines: Vec<String> = oldest.found.iter().map(line).collect();
    let evidence = Grounds::new().with("oldest_protocols", lines);
    if oldest.found.len() > 1 {
        return Ok(Verdict::Fail(raised(evidence, &context.lb.kind, &oldest.found)));
    }
    if several < 2 {
        return Ok(Verdict::NotApplicable);
    }
    oldest.otherwise(Verdict::Pass(evidence))
}

fn line((protocol, listeners): (&&str, &Vec<&Listener>)) -> String {
    let labels: Vec<String> = listeners.iter().map(|listener| listener.label()).collect();
    format!("{protocol}: {}", labels.join(", "))
}

/// Names the listeners that accept more than the strictest one, and a recommended policy as strict as that.
fn raised(grounds: Grounds, kind: &Kind, oldest: &BTreeMap<&str, Vec<&Listener>>) -> Grounds {
    // By their names protocols are in the order of their age.
    let Some((strictest, _)) = oldest.last_key_value() else { return grounds };
    let policy = if *strictest == "TLSv1.3" { TLS_1_3_ONLY } else { Remedy::RECOMMENDED_POLICY };
    let weaker = oldest.iter().filter(|(protocol, _)| *protocol != strictest);
    let weaker: Vec<&Listener> = weaker.flat_map(|(_, listeners)| listeners).copied().collect();
    let ids = weaker.iter().map(|listener| listener.id.clone());
    let ports = weaker.iter().filter_map(|listener| listener.port).map(|port| port.to_string());
    grounds
        .cause(causes::security_policy(kind, policy))
        .bind("SECURITY_POLICY", policy)
        .bind("LISTENER_ARN", ids.collect::<Vec<_>>())
        .bind("LISTENER_PORT", ports.collect::<Vec<_>>())
}
