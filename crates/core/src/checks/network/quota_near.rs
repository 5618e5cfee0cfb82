//! A load balancer has nearly as much of something as AWS allows.

use crate::checks::prelude::*;
use crate::checks::shared::causes_network;
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "quota-near",
    aliases: &["quota-near-limit"],
    title: "near a quota",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application, Kind::Network],
    why: "The next deployment fails when it asks for one more: at night, while scaling out, or in \
          the middle of a rollback.",
    logic: "Fails when the listeners, rules without the default ones, certificates without the \
            default ones, targets or target groups of a load balancer are more than 80 percent \
            (`[thresholds]`, `quota-percent`) of the quota that AWS tells for the region. A quota \
            that AWS does not tell is not judged.",
    fix: "ask for a larger quota in good time, or divide the load balancer",
    remedy: Remedy::steps(Steps {
        console: "Service Quotas > AWS services > Elastic Load Balancing > the quota > Request \
                  increase.",
        cli: r#"
            aws elbv2 describe-account-limits

            code=$(aws service-quotas list-service-quotas --service-code elasticloadbalancing \
              --query 'Quotas[?QuotaName==`"QUOTA_NAME"`].QuotaCode' --output text)
            aws service-quotas request-service-quota-increase --quota-code "$code" \
              --service-code elasticloadbalancing --desired-value QUOTA_VALUE"#,
        terraform: r#"
            resource "aws_servicequotas_service_quota" "listeners" {
              service_code = "elasticloadbalancing"
              quota_code   = "L-B6DF7632"
              value        = 100
            }"#,
        cloudformation: "CloudFormation changes no quota: ask for it in Service Quotas.",
    })
    .planned(Plan::Never(Why::Elsewhere, "AWS raises quotas when asked")),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-limits.html",
    ],
    needs: &[
        Call::ElbV2DescribeAccountLimits,
        Call::ElbV2DescribeRules,
        Call::ElbV2DescribeListenerCertificates,
    ],
    examples: &[
        Example {
            title: "the last listener",
            given: || limited(&[("listeners-per-application-load-balancer", 2)]),
            finds: &["fail quota-near web"],
        },
        Example {
            title: "as many targets as allowed",
            given: || limited(&[("targets-per-application-load-balancer", 2)]),
            finds: &["fail quota-near web"],
        },
        Example {
            title: "default rules and certificates do not count",
            given: || {
                limited(&[
                    ("rules-per-application-load-balancer", 1),
                    ("certificates-per-application-load-balancer", 1),
                ])
            },
            finds: &[],
        },
        Example {
            title: "near one quota, rules unread",
            given: || {
                let mut inventory = limited(&[("listeners-per-application-load-balancer", 2)]);
                let lb = sample::only(&mut inventory.accounts[0].regions[0]);
                sample::listeners(lb)[1].rules =
                    Fact::Unread(sample::denied(Call::ElbV2DescribeRules));
                inventory
            },
            finds: &["fail quota-near web", "unknown 30 others: elbv2:DescribeRules"],
        },
        Example {
            title: "quotas unread",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    region.limits = Fact::Unread(sample::denied(Call::ElbV2DescribeAccountLimits));
                })
            },
            finds: &["unknown quota-near web"],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

/// The clean Application account with smaller quotas.
fn limited(quotas: &[(&str, u64)]) -> Inventory {
    sample::with_region(&Kind::Application, |region| {
        if let Fact::Known(limits) = &mut region.limits {
            limits.extend(quotas.iter().map(|(name, most)| ((*name).to_owned(), *most)));
        }
    })
}

fn judge(context: &Context) -> Judgement {
    let limits = context.region.limits.get()?;
    let percent = u64::from(context.thresholds.quota_percent);
    let used = Partial::whole(counts(context)).filter_map(|(quota, count)| {
        let Some(most) = limits.get(&quota) else { return Ok(None) };
        let count = count?;
        let words = format!("{quota}: {count} of {most}");
        // What is read may be any number.
        let is_near = (count as u64).saturating_mul(100) > most.saturating_mul(percent);
        Ok(Some((is_near, quota, words)))
    });
    let near: Vec<&(bool, String, String)> =
        used.found.iter().filter(|(is_near, ..)| *is_near).collect();
    let words = |all: &[&(bool, String, String)]| {
        all.iter().map(|(.., words)| words.clone()).collect::<Vec<_>>()
    };
    if near.is_empty() {
        let all: Vec<_> = used.found.iter().collect();
        return used.otherwise(Verdict::Pass(Grounds::new().with("quotas", words(&all))));
    }
    let grounds = Grounds::new().with("quotas", words(&near));
    let raised = near.iter().filter_map(|(_, quota, _)| called(&context.lb.kind, quota));
    let grounds = grounds.bind("QUOTA_NAME", raised.collect::<Vec<_>>());
    Ok(Verdict::Fail(match near[..] {
        [(_, quota, _)] if called(&context.lb.kind, quota).is_some() => {
            grounds.cause(causes_network::raise_quota(quota))
        }
        _ => grounds,
    }))
}

/// What Service Quotas calls a quota, where AWS raises it.
///
/// Source: user guide for Application Load Balancers, quotas: that of target groups is not adjustable.
fn called(kind: &Kind, quota: &str) -> Option<String> {
    let what = match quota.split_once("-per-")?.0 {
        "listeners" => "Listeners",
        "rules" => "Rules",
        "certificates" => "Certificates",
        "targets" => "Targets",
        _ => return None,
    };
    let kind = if *kind == Kind::Network { "Network" } else { "Application" };
    Some(format!("{what} per {kind} Load Balancer"))
}

/// How much of each quota is used.
fn counts(context: &Context) -> Vec<(String, Result<usize, Gap>)> {
    let of_all = |count: fn(&Listener) -> Result<usize, Gap>| {
        let listeners = context.lb.listeners.get()?;
        listeners.iter().map(count).sum::<Result<usize, Gap>>()
    };
    let groups = || context.index.groups_of(&context.lb.arn);
    let targets = || {
        let each = groups()?.iter().map(|group| group.targets.get().map(Vec::len));
        each.sum::<Result<usize, Gap>>()
    };
    let all = [
        ("listeners", of_all(|_| Ok(1))),
        ("rules", of_all(rules)),
        ("certificates", of_all(certificates)),
        ("targets", targets()),
        ("target-groups", groups().map(<[_]>::len)),
    ];
    let kind = &context.lb.kind;
    all.into_iter()
        .map(|(what, count)| (format!("{what}-per-{kind}-load-balancer"), count))
        .collect()
}

fn rules(listener: &Listener) -> Result<usize, Gap> {
    Ok(listener.rules.get()?.iter().filter(|rule| rule.priority.is_some()).count())
}

fn certificates(listener: &Listener) -> Result<usize, Gap> {
    let default = listener.default_certificate.as_ref();
    Ok(listener.certificates.get()?.iter().filter(|arn| Some(*arn) != default).count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Options, audit};
    use crate::report::Outcome;

    #[test]
    fn the_policy_says_how_near_is_near() {
        let inventory = limited(&[("targets-per-application-load-balancer", 2)]);
        let outcome = |percent| {
            let mut options = Options { show_passed: true, ..Options::at(inventory.taken_at) };
            options.policy.thresholds.quota_percent = percent;
            audit(&inventory, &[&CHECK], &options).findings[0].outcome
        };
        assert_eq!((outcome(99), outcome(100)), (Outcome::Fail, Outcome::Pass));
    }
}
