//! Some rules of a web ACL are not counted anywhere.

use std::collections::BTreeSet;

use crate::analysis::waf;
use crate::check::{
    Check, Context, Evidence, Example, Judge, Judgement, Persona, Remedy, Severity, Verdict,
};
use crate::fixtures::sample;
use crate::inventory::Kind;

/// See [`Check`].
pub(super) const CHECK: Check = Check {
    id: "waf-metrics-off",
    aliases: &["waf-rule-metrics"],
    title: "rules of the web ACL send no metrics",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application],
    why: "Without metrics no alarm can tell that an attack has begun, or that a rule has begun to \
          stop customers.",
    logic: "Notes when CloudWatch metrics are off for the web ACL of an internet-facing \
            Application load balancer, or for one of its rules, those of its rule groups included. \
            Does not apply without web ACL. Never a fault.",
    false_alarms: "",
    fix: "turn CloudWatch metrics on for the web ACL and each rule",
    remedy: Remedy {
        console: "WAF & Shield, Web ACLs, the web ACL, Logging and metrics, Edit metrics: turn on \
                  CloudWatch metrics for all rules.",
        cli: "aws wafv2 get-web-acl --name NAME --scope REGIONAL --id ID\naws wafv2 \
              update-web-acl --name NAME --id ID --scope REGIONAL --lock-token TOKEN \
              --default-action Allow={} --rules file://RULES.json --visibility-config \
              SampledRequestsEnabled=true,CloudWatchMetricsEnabled=true,MetricName=NAME\n# \
              RULES.json: the rules of the answer, each with CloudWatchMetricsEnabled true; TOKEN \
              is its LockToken",
        terraform: "visibility_config {\n  cloudwatch_metrics_enabled = true\n  metric_name                \
                    = \"web\"\n  sampled_requests_enabled   = true\n}",
        cloudformation: "VisibilityConfig:\n  CloudWatchMetricsEnabled: true\n  MetricName: web\n  \
                         SampledRequestsEnabled: true",
    },
    links: &[
        "https://docs.aws.amazon.com/waf/latest/developerguide/monitoring-cloudwatch.html",
        "https://docs.aws.amazon.com/securityhub/latest/userguide/waf-controls.html",
    ],
    needs: waf::CONTENT,
    examples: &[
        Example {
            title: "off for a rule",
            given: || sample::with_acl(|acl| acl.rules[1].metrics = false),
            finds: &[
                "note internet-facing web",
                "note tls-backend-legacy web",
                "note waf-metrics-off web",
            ],
        },
        Example {
            title: "off for the web ACL",
            given: || sample::with_acl(|acl| acl.metrics = false),
            finds: &[
                "note internet-facing web",
                "note tls-backend-legacy web",
                "note waf-metrics-off web",
            ],
        },
        Example {
            title: "on",
            given: || sample::clean(&Kind::Application),
            finds: &["note internet-facing web", "note tls-backend-legacy web"],
        },
    ],
    judge: Judge::LoadBalancer(judge),
    since: "0.1.0",
};

fn judge(context: &Context) -> Judgement {
    let Some(filter) = waf::filter(context.site)? else { return Ok(Verdict::NotApplicable) };
    let working = filter.rules.found.iter().map(|working| working.rule);
    let silent: BTreeSet<&str> = filter
        .acl
        .rules
        .iter()
        .chain(working)
        .filter(|rule| !rule.metrics)
        .map(|rule| rule.name.as_str())
        .collect();
    if filter.acl.metrics && silent.is_empty() {
        return filter.rules.otherwise(Verdict::Pass);
    }
    let evidence = Evidence::new()
        .with("web_acl", filter.acl.name.as_str())
        .with("web_acl_metrics", if filter.acl.metrics { "on" } else { "off" })
        .with("rules_without_metrics", silent.into_iter().collect::<Vec<_>>());
    Ok(Verdict::Note(evidence))
}
