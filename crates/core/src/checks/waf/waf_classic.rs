//! A load balancer relies on AWS WAF Classic, which has ended.

use crate::checks::prelude::*;
use crate::remedy::plan::{Plan, Why};

pub(crate) const CHECK: Check = Check {
    id: "waf-classic",
    aliases: &["waf-classic-eol"],
    title: "protected by AWS WAF Classic, which has ended",
    severity: Severity::Medium,
    applies_to: &[Kind::Application],
    why: "AWS ended the support of AWS WAF Classic on 30 September 2025. Its rules are no longer \
          kept up to date, and it goes away: one day the requests come through unfiltered.",
    logic: "Fails when a web ACL of AWS WAF Classic is associated with the load balancer. Passes \
            when none is, and does not apply where AWS no longer offers the service. A web ACL of \
            the present AWS WAF is the question of `waf-not-associated`.",
    fix: "migrate the web ACL to AWS WAF and associate the new one",
    remedy: Remedy::steps(Steps {
        console: "WAF & Shield, Switch to AWS WAF Classic, Web ACLs: start the migration wizard, \
                  create the stack that it writes, then associate the new web ACL with the load \
                  balancer.",
        cli: r"
            aws waf-regional get-web-acl-for-resource --resource-arn LOAD_BALANCER_ARN
            aws waf-regional create-web-acl-migration-stack --web-acl-id CLASSIC_WEB_ACL_ID \
              --s3-bucket-name MIGRATION_BUCKET --ignore-unsupported-type
            # what could not be migrated is in the template's comments: add it by hand
            aws cloudformation create-stack --stack-name migrated-web-acl --template-url TEMPLATE_URL
            aws cloudformation wait stack-create-complete --stack-name migrated-web-acl
            # nothing is filtered between the next two commands
            aws waf-regional disassociate-web-acl --resource-arn LOAD_BALANCER_ARN
            aws wafv2 associate-web-acl --web-acl-arn NEW_WEB_ACL_ARN \
              --resource-arn LOAD_BALANCER_ARN",
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
    .planned(Plan::Never(Why::Elsewhere, "the web ACL of AWS WAF Classic has to be migrated first")),
    links: &[
        "https://docs.aws.amazon.com/waf/latest/developerguide/waf-migrating-from-classic.html",
    ],
    needs: &[Call::WafRegionalListWebAcls, Call::WafRegionalListResourcesForWebAcl],
    examples: &[
        Example {
            title: "a Classic web ACL",
            given: || {
                sample::with_region(&Kind::Application, |region| {
                    let arn = sample::only(region).arn.clone();
                    region.classic_waf = Fact::Known(vec![arn]);
                })
            },
            finds: &["fail waf-classic web"],
        },
        Example {
            title: "AWS WAF Classic could not be asked",
            given: || unread(Reason::AccessDenied),
            finds: &["unknown waf-classic web"],
        },
        Example {
            title: "AWS WAF Classic is not offered any more",
            given: || unread(Reason::Unavailable),
            finds: &["does not apply"],
        },
        Example { title: "none", given: || sample::clean(&Kind::Application), finds: &[] },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn unread(reason: Reason) -> crate::inventory::Inventory {
    sample::with_region(&Kind::Application, |region| {
        let gap = Gap::new(Call::WafRegionalListWebAcls, reason).in_region(&region.name);
        region.classic_waf = Fact::Unread(gap);
    })
}

fn judge(context: &Context) -> Judgement {
    let protected = match context.region.classic_waf.get() {
        // A service that is not there protects nothing.
        Err(gap) if gap.reason == Reason::Unavailable => return Ok(Verdict::NotApplicable),
        answer => answer?,
    };
    if protected.contains(&context.lb.arn) {
        return Ok(Verdict::Fail(Grounds::new().with("web_acl", "AWS WAF Classic")));
    }
    Ok(Verdict::Pass(Grounds::new().with("classic_web_acl", "none")))
}
