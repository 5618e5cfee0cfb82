//! An internet-facing Application load balancer has no web ACL.

use crate::analysis::reach::Reachability;
use crate::analysis::{cloudfront, waf};
use crate::checks::prelude::*;
use crate::remedy::plan::{self, Plan};

pub(crate) const CHECK: Check = Check {
    id: "waf-not-associated",
    title: "no web ACL",
    severity: Severity::Medium,
    applies_to: &[Kind::Application],
    why: "Nothing filters known exploits, floods of requests or bots before they reach the \
          application.",
    logic: "Fails when an Application load balancer whose scheme is `internet-facing` has no web \
            ACL of AWS WAF. Passes when the internet gets there by CloudFront alone: no listener \
            is open to the internet, and every distribution with an origin that leads there \
            has a web ACL. Does not apply to an internal one. Unknown where \
            AWS WAF could not be asked, or is not offered in the region, and where what might \
            show such a distribution is unread.",
    false_alarms: "An origin by a name that Route 53 of this account does not lead here is not seen: \
                   accept the risk then.",
    fix: "associate a web ACL, at least with AWS's managed core rule set and a rate limit",
    remedy: Remedy::steps(Steps {
        console: "EC2, Load Balancers, the load balancer, Integrations, AWS WAF: associate a web \
                  ACL.",
        cli: r#"
            # one of these does as well: put its ARN into new_web_acl then
            aws wafv2 list-web-acls --scope REGIONAL

            # a new one; try its rules on a copy of the service first, since they block
            new_web_acl=$(aws wafv2 create-web-acl --name LOAD_BALANCER_NAME --scope REGIONAL \
              --default-action Allow={} \
              --visibility-config SampledRequestsEnabled=true,CloudWatchMetricsEnabled=true,MetricName=LOAD_BALANCER_NAME \
              --rules \
              'Name=core,Priority=1,OverrideAction={None={}},Statement={ManagedRuleGroupStatement={VendorName=AWS,Name=AWSManagedRulesCommonRuleSet}},VisibilityConfig={SampledRequestsEnabled=true,CloudWatchMetricsEnabled=true,MetricName=core}' \
              'Name=known-bad-inputs,Priority=2,OverrideAction={None={}},Statement={ManagedRuleGroupStatement={VendorName=AWS,Name=AWSManagedRulesKnownBadInputsRuleSet}},VisibilityConfig={SampledRequestsEnabled=true,CloudWatchMetricsEnabled=true,MetricName=known-bad-inputs}' \
              'Name=rate,Priority=3,Action={Block={}},Statement={RateBasedStatement={Limit=2000,AggregateKeyType=IP}},VisibilityConfig={SampledRequestsEnabled=true,CloudWatchMetricsEnabled=true,MetricName=rate}' \
              --query Summary.ARN --output text)

            aws wafv2 associate-web-acl --resource-arn LOAD_BALANCER_ARN \
              --web-acl-arn "$new_web_acl""#,
        terraform: r#"
            resource "aws_wafv2_web_acl_association" "web" {
              resource_arn = aws_lb.web.arn
              web_acl_arn  = aws_wafv2_web_acl.web.arn
            }"#,
        cloudformation: r"
            WebAclAssociation:
              Type: AWS::WAFv2::WebACLAssociation
              Properties:
                ResourceArn: !Ref LoadBalancer
                WebACLArn: !GetAtt WebAcl.Arn",
    })
    .planned(Plan::By(plan::associate_web_acl)),
    links: &[
        "https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-associating-aws-resource.html",
    ],
    needs: &[
        Call::Wafv2ListWebAcls,
        Call::Wafv2ListResourcesForWebAcl,
        Call::Wafv2GetWebAclForResource,
        Call::CloudFrontListDistributions,
        Call::Route53ListHostedZones,
        Call::Route53ListResourceRecordSets,
    ],
    examples: &[
        Example {
            title: "none",
            given: || sample::with(&Kind::Application, |lb| lb.web_acl = Fact::Known(None)),
            finds: &["fail waf-not-associated web"],
        },
        Example {
            title: "none, in a Local Zone",
            given: || apart(|lb| lb.zones = vec!["eu-west-1-lon-1a".to_owned()]),
            finds: &["does not apply", "fail auto-scaling-zones-differ web"],
        },
        Example {
            title: "none, on an Outpost",
            given: || apart(|lb| lb.outposts = vec!["op-0e32example1".to_owned()]),
            finds: &["does not apply"],
        },
        Example {
            title: "the security group admits CloudFront alone, which has the web ACL",
            given: || sample::behind_cloudfront(narrow(), |_| ()),
            finds: &[],
        },
        Example {
            title: "the same, and nothing is known of CloudFront",
            given: || {
                let mut inventory = narrow();
                let denied = sample::denied(Call::CloudFrontListDistributions);
                inventory.accounts[0].distributions = Fact::Unread(denied);
                inventory
            },
            finds: &[
                "unknown cloudfront-bypass web",
                "unknown cloudfront-origin-cleartext web",
                "unknown waf-not-associated web",
            ],
        },
        Example {
            title: "CloudFront has the web ACL, and everyone gets in beside it",
            given: || {
                let bare = sample::with(&Kind::Application, |lb| lb.web_acl = Fact::Known(None));
                sample::behind_cloudfront(bare, |_| ())
            },
            finds: &["fail cloudfront-bypass web", "fail waf-not-associated web"],
        },
        Example {
            title: "internal",
            given: || {
                sample::with(&Kind::Application, |lb| {
                    lb.web_acl = Fact::Known(None);
                    sample::internal(lb);
                })
            },
            finds: &["does not apply", "fail internal-open-to-any web"],
        },
        Example {
            title: "AWS WAF could not be asked",
            given: || {
                sample::with(&Kind::Application, |lb| {
                    lb.web_acl = Fact::Unread(sample::denied(Call::Wafv2ListWebAcls));
                })
            },
            finds: &["unknown waf-not-associated web", "unknown 12 others: wafv2:ListWebACLs"],
        },
        Example {
            title: "a scheme that this version does not know",
            given: || sample::with(&Kind::Application, |lb| lb.scheme = Some("sideways".into())),
            finds: &[
                "unknown waf-not-associated web",
                "unknown 21 others: elbv2:DescribeLoadBalancers",
            ],
        },
        Example { title: "one", given: || sample::clean(&Kind::Application), finds: &[] },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

/// The clean Application account without web ACL, whose security group admits a few addresses alone.
/// An Application load balancer without web ACL, where AWS has none.
fn apart(place: impl FnOnce(&mut crate::inventory::LoadBalancer)) -> Inventory {
    sample::with(&Kind::Application, |lb| {
        lb.web_acl = Fact::Known(None);
        place(lb);
    })
}

fn narrow() -> Inventory {
    sample::with_region(&Kind::Application, |region| {
        sample::only(region).web_acl = Fact::Known(None);
        sample::admit_few(region);
    })
}

fn judge(context: &Context) -> Judgement {
    if !waf::is_due(context.lb)? {
        return Ok(Verdict::NotApplicable);
    }
    match context.lb.web_acl.get()? {
        Some(acl) => Ok(Verdict::Pass(Grounds::new().with("web_acl", acl.as_str()))),
        None if is_filtered_by_cloudfront(context)? => {
            Ok(Verdict::Pass(Grounds::new().with("web_acl", "those of its distributions")))
        }
        None => Ok(Verdict::Fail(Grounds::new().with("web_acl", "none"))),
    }
}

/// Whether the internet gets there by distributions with a web ACL alone.
fn is_filtered_by_cloudfront(context: &Context) -> Result<bool, Gap> {
    let origins = cloudfront::origins(context.site);
    if let Ok(origins) = &origins
        && (origins.is_empty() || origins.iter().any(|(one, _)| one.web_acl.is_none()))
    {
        return Ok(false);
    }
    let approach = Reachability::new(context.index, context.lb);
    let listeners = Partial::whole(context.lb.listeners.get()?);
    let is_open = listeners.any(|listener| match approach.to(listener) {
        Exposure::Internet(_) => Ok(true),
        Exposure::Unknown(gap) => Err(gap),
        _ => Ok(false),
    });
    if is_open == Ok(true) {
        return Ok(false);
    }
    origins?;
    Ok(!is_open?)
}
