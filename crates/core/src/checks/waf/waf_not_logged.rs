//! Nobody writes down what a web ACL does.

use crate::analysis::waf;
use crate::checks::prelude::*;
use crate::checks::shared::causes;
use crate::remedy::cause::Verb;
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "waf-not-logged",
    aliases: &["waf-acl-logging"],
    title: "the web ACL keeps no log",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application],
    why: "Which requests were stopped, by which rule, and which were not, is told for the last \
          hours and from samples alone. An attack cannot be followed, and a rule that stops \
          customers cannot be found.",
    logic: "Fails when no logging configuration names the web ACL of an internet-facing \
            Application load balancer, whatever its scope: the account's own, Security Lake's or \
            CloudWatch's. Does not apply without web ACL.",
    fix: "give the web ACL a logging configuration, to a log group, bucket or stream whose name \
          begins with aws-waf-logs-",
    remedy: Remedy::steps(Steps {
        console: "WAF & Shield, Web ACLs, the web ACL, Logging and metrics: enable logging.",
        cli: r"
            aws logs create-log-group --log-group-name WAF_LOG_GROUP
            aws logs put-retention-policy --log-group-name WAF_LOG_GROUP --retention-in-days 90
            # secrets of clients stay out of it
            aws wafv2 put-logging-configuration --logging-configuration \
              'ResourceArn=WEB_ACL_ARN,LogDestinationConfigs=WAF_LOG_GROUP_ARN,RedactedFields=[{SingleHeader={Name=authorization}},{SingleHeader={Name=cookie}}]'",
        terraform: r#"
            resource "aws_wafv2_web_acl_logging_configuration" "web" {
              resource_arn            = aws_wafv2_web_acl.web.arn
              log_destination_configs = [aws_cloudwatch_log_group.waf.arn]
            }"#,
        cloudformation: r"
            WebAclLog:
              Type: AWS::WAFv2::LoggingConfiguration
              Properties:
                ResourceArn: !GetAtt WebAcl.Arn
                LogDestinationConfigs:
                  - !GetAtt LogGroup.Arn",
    })
    .planned(Plan::Never(Why::Elsewhere, "the logging is set up in AWS WAF")),
    links: &["https://docs.aws.amazon.com/waf/latest/developerguide/logging.html"],
    needs: &[
        Call::Wafv2ListWebAcls,
        Call::Wafv2ListResourcesForWebAcl,
        Call::Wafv2GetWebAclForResource,
        Call::Wafv2ListLoggingConfigurations,
    ],
    examples: &[
        Example {
            title: "no log",
            given: || {
                sample::with_region(&Kind::Application, |region| {
                    region.logged_web_acls = Fact::Known(Vec::new());
                })
            },
            finds: &["fail waf-not-logged web"],
        },
        Example {
            title: "configurations unread",
            given: || {
                sample::with_region(&Kind::Application, |region| {
                    let call = Call::Wafv2ListLoggingConfigurations;
                    region.logged_web_acls = Fact::Unread(sample::denied(call));
                })
            },
            finds: &["unknown waf-not-logged web"],
        },
        Example { title: "a log", given: || sample::clean(&Kind::Application), finds: &[] },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn judge(context: &Context) -> Judgement {
    let Some(acl) = waf::arn(context.site)? else { return Ok(Verdict::NotApplicable) };
    if context.region.logged_web_acls.get()?.iter().any(|logged| logged == acl) {
        return Ok(Verdict::Pass(Grounds::new().with("web_acl", acl).with("log", "configured")));
    }
    let cause = causes::web_acl(Verb::Change, acl, "log requests");
    Ok(Verdict::Fail(
        bind(Grounds::new().with("web_acl", acl).with("log", "none"), acl).cause(cause),
    ))
}

/// The web ACL, and a log group of its name: AWS WAF takes those alone that begin like this.
fn bind(grounds: Grounds, acl: &str) -> Grounds {
    let name = acl.split('/').nth(2).unwrap_or("web-acl");
    let group = format!("aws-waf-logs-{name}");
    let place: Vec<&str> = acl.split(':').collect();
    let arn = match place[..] {
        [_, partition, _, region, account, ..] => {
            format!("arn:{partition}:logs:{region}:{account}:log-group:{group}")
        }
        _ => group.clone(),
    };
    grounds.bind("WEB_ACL_ARN", acl).bind("WAF_LOG_GROUP", group).bind("WAF_LOG_GROUP_ARN", arn)
}
