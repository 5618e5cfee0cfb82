//! Some rules of a web ACL are not counted anywhere.

use std::collections::BTreeSet;

use crate::analysis::waf;
use crate::checks::prelude::*;

pub(crate) const CHECK: Check = Check {
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
    fix: "turn CloudWatch metrics on for the web ACL and each rule",
    remedy: Remedy::new(Change::WebAcl {
        rules: r#"
            WebACL.Rules[].merge(@, {VisibilityConfig:
              merge(VisibilityConfig, `{"CloudWatchMetricsEnabled": true}`)})"#,
        set: r#"{VisibilityConfig: merge(WebACL.VisibilityConfig, `{"CloudWatchMetricsEnabled": true}`)}"#,
        note: "",
        terraform: r#"
            visibility_config {
              cloudwatch_metrics_enabled = true
              metric_name                = "web"
              sampled_requests_enabled   = true
            }"#,
        cloudformation: r"
            VisibilityConfig:
              CloudWatchMetricsEnabled: true
              MetricName: web
              SampledRequestsEnabled: true",
    })
    .console(
        "WAF & Shield, Web ACLs, the web ACL, Logging and metrics, Edit metrics: turn on \
         CloudWatch metrics for all rules.",
    ),
    links: &[
        "https://docs.aws.amazon.com/waf/latest/developerguide/monitoring-cloudwatch.html",
        "https://docs.aws.amazon.com/securityhub/latest/userguide/waf-controls.html",
    ],
    needs: waf::CONTENT,
    examples: &[
        Example {
            title: "off for a rule",
            given: || sample::with_acl(|acl| acl.rules[1].metrics = false),
            finds: &["note waf-metrics-off web"],
        },
        Example {
            title: "off for the web ACL",
            given: || sample::with_acl(|acl| acl.metrics = false),
            finds: &["note waf-metrics-off web"],
        },
        Example { title: "on", given: || sample::clean(&Kind::Application), finds: &[] },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
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
    let evidence = Grounds::new()
        .with("web_acl", filter.acl.name.as_str())
        .with("web_acl_metrics", if filter.acl.metrics { "on" } else { "off" });
    if filter.acl.metrics && silent.is_empty() {
        let rules = filter.rules.found.len();
        return filter.rules.otherwise(Verdict::Pass(evidence.with("rules", rules)));
    }
    let evidence = evidence.with("rules_without_metrics", silent.into_iter().collect::<Vec<_>>());
    Ok(Verdict::Note(evidence))
}
