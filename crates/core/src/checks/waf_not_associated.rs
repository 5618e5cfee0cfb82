//! An internet-facing Application load balancer has no web ACL.

use crate::call::Call;
use crate::check::{
    Check, Context, Evidence, Example, Judge, Judgement, Persona, Remedy, Severity, Verdict,
};
use crate::fact::Fact;
use crate::inventory::Kind;
use crate::sample;
use crate::waf;

/// See [`Check`].
pub(super) const CHECK: Check = Check {
    id: "waf-not-associated",
    aliases: &[],
    title: "no web ACL",
    severity: Severity::Medium,
    persona: Persona::Regular,
    applies_to: &[Kind::Application],
    why: "Nothing filters known exploits, floods of requests or bots before they reach the \
          application.",
    logic: "Fails when an Application load balancer whose scheme is `internet-facing` has no web \
            ACL of AWS WAF. Does not apply to an internal one. Unknown where AWS WAF could not be \
            asked, or is not offered in the region.",
    false_alarms: "A load balancer that only CloudFront reaches may have its web ACL there.",
    fix: "associate a web ACL, at least with AWS's managed core rule set and a rate limit",
    remedy: Remedy {
        console: "EC2, Load Balancers, the load balancer, Integrations, AWS WAF: associate a web \
                  ACL.",
        cli: "aws wafv2 associate-web-acl --web-acl-arn WEB_ACL_ARN --resource-arn \
              LOAD_BALANCER_ARN",
        terraform: "resource \"aws_wafv2_web_acl_association\" \"web\" {\n  resource_arn = \
                    aws_lb.web.arn\n  web_acl_arn  = aws_wafv2_web_acl.web.arn\n}",
        cloudformation: "Type: AWS::WAFv2::WebACLAssociation\nProperties:\n  ResourceArn: !Ref \
                         LoadBalancer\n  WebACLArn: !GetAtt WebAcl.Arn",
    },
    links: &[
        "https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-associating-aws-resource.html",
    ],
    needs: waf::ASSOCIATION,
    examples: &[
        Example {
            title: "none",
            given: || sample::with(&Kind::Application, |lb| lb.web_acl = Fact::Known(None)),
            finds: &[
                "fail waf-not-associated web",
                "note internet-facing web",
                "note tls-backend-legacy web",
            ],
        },
        Example {
            title: "internal",
            given: || {
                sample::with(&Kind::Application, |lb| {
                    lb.web_acl = Fact::Known(None);
                    sample::internal(lb);
                })
            },
            finds: &[
                "fail internal-open-to-any web",
                "note subnet-route-mismatch web",
                "note tls-backend-legacy web",
            ],
        },
        Example {
            title: "AWS WAF could not be asked",
            given: || {
                sample::with(&Kind::Application, |lb| {
                    lb.web_acl = Fact::Unread(sample::denied(Call::Wafv2ListWebAcls));
                })
            },
            finds: &[
                "unknown waf-not-associated web",
                "note internet-facing web",
                "note tls-backend-legacy web",
                "unknown 10 others: wafv2:ListWebACLs",
            ],
        },
        Example {
            title: "a scheme that this version does not know",
            given: || {
                sample::with(&Kind::Application, |lb| lb.scheme = Some("sideways".to_owned()))
            },
            finds: &[
                "unknown waf-not-associated web",
                "note tls-backend-legacy web",
                "unknown 15 others: elbv2:DescribeLoadBalancers",
            ],
        },
        Example {
            title: "one",
            given: || sample::clean(&Kind::Application),
            finds: &["note internet-facing web", "note tls-backend-legacy web"],
        },
    ],
    judge: Judge::LoadBalancer(judge),
    since: "0.1.0",
};

fn judge(context: &Context) -> Judgement {
    if !waf::is_due(context)? {
        return Ok(Verdict::NotApplicable);
    }
    match context.lb.web_acl.get()? {
        Some(_) => Ok(Verdict::Pass),
        None => Ok(Verdict::Fail(Evidence::new().with("web_acl", "none"))),
    }
}
