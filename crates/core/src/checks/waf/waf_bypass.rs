//! What one load balancer's web ACL looks at, another one lets through unseen.

use crate::analysis::routing::requirements::AuthKind;
use crate::checks::prelude::*;
use crate::checks::shared::bypass;
use crate::fixtures::sample::login;
use crate::remedy::plan::{self, Plan};

pub(crate) const CHECK: Check = Check {
    id: "waf-bypass",
    title: "a request gets past the web ACL",
    severity: Severity::Medium,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "The web ACL sees only what comes through its load balancer. Another one leads to the same \
          targets without, and whoever comes that way meets no rule, no rate limit and no log of \
          AWS WAF.",
    logic: "Looks at every group that a listener of a load balancer without web ACL forwards to, and at \
            every target in it by id and port, at the instances of a Classic one too. Fails when a \
            load balancer of the region with a web ACL forwards to them as well, and this one takes \
            a request which, by path and method, that one would have taken, without asking for a \
            login, a token or a client certificate. What tells two requests apart, and which rules \
            are left out, is told in `authentication-bypass`. Looks at internet-facing load \
            balancers alone: an internal one takes nothing from the internet. Does not apply where \
            none with a web ACL leads to the same targets.",
    false_alarms: "A way for services of one's own that AWS WAF would only slow down: let it be an \
                   internal load balancer, or another port of the targets.",
    fix: "associate the web ACL with this load balancer too, or take its targets out",
    remedy: Remedy::steps(Steps {
        console: "WAF & Shield, Web ACLs, the web ACL, Associated AWS resources: add this load \
                  balancer; or EC2, Target groups, the open group, Targets: deregister them.",
        cli: r#"
            # only an Application load balancer can have one; its rules block from then on
            aws wafv2 associate-web-acl --web-acl-arn WEB_ACL_ARN --resource-arn OPEN_LOAD_BALANCER_ARN

            aws elbv2 describe-target-health --target-group-arn OPEN_GROUP_ARN --output json \
              --query "TargetHealthDescriptions[].[Target.Id, Target.Port, TargetHealth.State]"
            # register targets that anybody may use first; where there are none, delete the listener instead,
            # or let it lead to the load balancer that has the web ACL
            aws elbv2 deregister-targets --target-group-arn OPEN_GROUP_ARN --targets OPEN_TARGETS

            aws elb describe-instance-health --load-balancer-name LOAD_BALANCER_NAME
            # register instances that anybody may use first; where there are none, delete the listener instead
            aws elb deregister-instances-from-load-balancer \
              --load-balancer-name LOAD_BALANCER_NAME --instances OPEN_INSTANCE_IDS"#,
        terraform: r#"
            resource "aws_wafv2_web_acl_association" "second" {
              resource_arn = aws_lb.second.arn
              web_acl_arn  = aws_wafv2_web_acl.main.arn
            }"#,
        cloudformation: r"
            WebAclAssociation:
              Type: AWS::WAFv2::WebACLAssociation
              Properties:
                ResourceArn: !Ref SecondLoadBalancer
                WebACLArn: !GetAtt WebAcl.Arn",
    })
    .planned(Plan::By(plan::same_web_acl)),
    links: &[
        "https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-associating-aws-resource.html",
    ],
    needs: &[
        Call::ElbV2DescribeRules,
        Call::Wafv2ListWebAcls,
        Call::Wafv2ListResourcesForWebAcl,
        Call::Wafv2GetWebAclForResource,
    ],
    examples: &[
        Example {
            title: "another load balancer leads to the same targets without web ACL",
            given: || beside(&Kind::Application, bare),
            finds: &[
                "fail security-group-unused-port web",
                "fail waf-bypass HTTPS:443",
                "fail waf-not-associated direct",
                "fail security-group-unused-port direct",
                "unknown log-delivery-stopped direct",
            ],
        },
        Example {
            title: "a Network load balancer leads to the same targets",
            given: || beside(&Kind::Network, |_| ()),
            finds: &[
                "fail security-group-unused-port web",
                "fail waf-bypass TCP:443",
                "fail security-group-unused-port direct",
            ],
        },
        Example {
            title: "both have one",
            given: || beside(&Kind::Application, |_| ()),
            finds: &[
                "fail security-group-unused-port web",
                "fail security-group-unused-port direct",
                "unknown log-delivery-stopped direct",
            ],
        },
        Example {
            title: "the other one is internal",
            given: || {
                beside(&Kind::Application, |region| {
                    bare(region);
                    sample::internal(login::named(region, "direct"));
                })
            },
            finds: &[
                "fail certificate-shared www.example.com",
                "fail security-group-unused-port web",
                "fail certificate-shared www.example.com",
                "fail internal-open-to-any direct",
                "fail security-group-unused-port direct",
                "unknown log-delivery-stopped direct",
            ],
        },
        Example {
            title: "the other one asks to log in",
            given: || {
                beside(&Kind::Application, |region| {
                    bare(region);
                    let lb = login::named(region, "direct");
                    let listener = &mut sample::listeners(lb)[0];
                    listener.default_actions = login::required("direct");
                    *listener = sample::ruled(listener.clone(), Vec::new());
                })
            },
            finds: &[
                "fail authentication-bypass-elsewhere HTTPS:443",
                "fail security-group-unused-port web",
                "fail waf-not-associated direct",
                "fail security-group-unused-port direct",
                "unknown log-delivery-stopped direct",
            ],
        },
        Example {
            title: "whether the other one has one is unread",
            given: || {
                beside(&Kind::Application, |region| {
                    login::named(region, "direct").web_acl =
                        Fact::Unread(sample::denied(Call::Wafv2ListWebAcls));
                })
            },
            finds: &[
                "fail security-group-unused-port web",
                "unknown waf-bypass HTTPS:443",
                "fail security-group-unused-port direct",
                "unknown waf-bypass HTTPS:443",
                "unknown log-delivery-stopped direct",
                "unknown 12 others: wafv2:ListWebACLs",
            ],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn bare(region: &mut Region) {
    login::named(region, "direct").web_acl = Fact::Known(None);
}

/// A load balancer with a web ACL, and another one beside it with the same targets.
fn beside(kind: &Kind, change: impl FnOnce(&mut Region)) -> Inventory {
    login::listening(vec![sample::https(vec![sample::forward("web")])], |region| {
        let open = match kind {
            Kind::Network => sample::listener("TCP", 443, vec![sample::forward("direct")]),
            _ => sample::https(vec![sample::forward("direct")]),
        };
        login::add(region, kind, "direct", vec![open]);
        sample::add_groups(region, kind, &["direct"]);
        let arn = sample::arn(kind, "direct");
        sample::regroup(region, "direct", |group| {
            group.load_balancer_arns = vec![arn];
            if let Fact::Known(targets) = &mut group.targets {
                for target in targets {
                    target.port = Some(8443);
                }
            }
        });
        change(region);
    })
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    let mut survey = bypass::of_groups(context, listener, AuthKind::WebAcl);
    let targets = survey.absorb(bypass::of_targets(context, listener, AuthKind::WebAcl));
    survey.worsen(targets);
    let found = survey.judgement()?;
    Ok(found.with(|grounds| by_kind(grounds, context)))
}

/// An Application load balancer can have the web ACL itself; from the others the targets have to go.
fn by_kind(mut grounds: Grounds, context: &Context) -> Grounds {
    if context.lb.kind != Kind::Application || grounds.bindings.is_empty() {
        return grounds;
    }
    grounds.bindings.retain(|name, _| !name.starts_with("OPEN_"));
    grounds.bind("OPEN_LOAD_BALANCER_ARN", context.lb.arn.as_str())
}
