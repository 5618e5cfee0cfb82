//! A Classic load balancer ties sessions to a cookie that it sends in cleartext.

use crate::checks::prelude::*;
use crate::inventory::ClassicPolicy;
use crate::remedy::binding::Binding;
use crate::remedy::plan::{Plan, Why};

/// Source: Elastic Load Balancing API reference 2012-06-01, policy types.
const STICKY: &str = "AppCookieStickinessPolicyType";

pub(crate) const CHECK: Check = Check {
    id: "sticky-cookie-cleartext",
    aliases: &["clb-sticky-insecure"],
    title: "session cookie over HTTP",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Classic],
    why: "The cookie that stickiness follows is the application's own session. Over HTTP everybody \
          on the way can take it and go on in the user's name.",
    logic: "Fails when a Classic HTTP listener has a policy of type AppCookieStickinessPolicyType. \
            Does not apply to other protocols.",
    fix: "serve the application over HTTPS and put the policy there",
    remedy: Remedy::steps(Steps {
        console: "EC2 > Load Balancers > the load balancer > Listeners > Manage listeners: remove \
                  the HTTP listener, or its cookie stickiness.",
        cli: r"
            # the listener's other policies stay
            aws elb set-load-balancer-policies-of-listener \
              --load-balancer-name LOAD_BALANCER_NAME --load-balancer-port LISTENER_PORT \
              --policy-names KEPT_POLICIES",
        terraform: r#"
            resource "aws_app_cookie_stickiness_policy" "this" {
              load_balancer = aws_elb.this.name
              lb_port       = 443
            }"#,
        cloudformation: r"
            ClassicLoadBalancer:
              Type: AWS::ElasticLoadBalancing::LoadBalancer
              Properties:
                Listeners:
                  - Protocol: HTTPS
                    PolicyNames: [sticky]",
    })
    .planned(Plan::Never(Why::Decision, "clients have to use HTTPS first")),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-sticky-sessions.html",
    ],
    needs: &[Call::ElbDescribeLoadBalancerPolicies],
    examples: &[
        Example {
            title: "the application's cookie",
            given: || sticky("HTTP", "AppCookieStickinessPolicyType"),
            finds: &["fail listener-cleartext HTTP:443", "fail sticky-cookie-cleartext HTTP:443"],
        },
        Example {
            title: "the load balancer's own cookie",
            given: || sticky("HTTP", "LBCookieStickinessPolicyType"),
            finds: &["fail listener-cleartext HTTP:443"],
        },
        Example {
            title: "the application's cookie over HTTPS",
            given: || sticky("HTTPS", "AppCookieStickinessPolicyType"),
            finds: &["does not apply", "unknown backend-certificate-unverified HTTPS:443"],
        },
        Example {
            title: "policies unread",
            given: || {
                let mut inventory = sticky("HTTP", "AppCookieStickinessPolicyType");
                let gap = sample::denied(Call::ElbDescribeLoadBalancerPolicies);
                let lb = sample::only(&mut inventory.accounts[0].regions[0]);
                lb.policies = Fact::Unread(gap);
                inventory
            },
            finds: &[
                "fail listener-cleartext HTTP:443",
                "unknown sticky-cookie-cleartext HTTP:443",
            ],
        },
    ],
    ..Check::new(Judge::Listener(judge))
};

/// The clean Classic account, listening with this protocol alone, with a second policy of this type.
fn sticky(protocol: &str, kind: &str) -> Inventory {
    sample::with(&Kind::Classic, |lb| {
        let mut listener = sample::classic_listener(protocol, 443);
        listener.policy_names.push("sticky".to_owned());
        *sample::listeners(lb) = vec![listener];
        let policy = ClassicPolicy {
            name: "sticky".to_owned(),
            kind: kind.to_owned(),
            attributes: sample::text_map(&[("CookieName", "session")]),
        };
        lb.policies = Fact::Known(vec![sample::strong_classic_policy("strong"), policy]);
    })
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    let lb = context.lb;
    if !lb.serves(listener, &[Protocol::Http])? {
        return Ok(Verdict::NotApplicable);
    }
    let policies = listener.policy_names.len();
    let seen = Grounds::new().with("policies", policies).with("stickiness_policies", 0);
    let mut verdict = Partial::whole(Verdict::Pass(seen));
    for name in &listener.policy_names {
        match lb.policies.get()?.iter().find(|policy| policy.name == *name) {
            Some(policy) if policy.kind == STICKY => {
                let cookie = policy.attributes.get("CookieName").cloned();
                let evidence = Grounds::new().with("policy", name.as_str());
                let others = listener.policy_names.iter().filter(|other| *other != name).cloned();
                let others: Vec<String> = others.collect();
                let kept = if others.is_empty() { "[]".into() } else { Binding::from(others) };
                return Ok(Verdict::Fail(
                    evidence.with("cookie", cookie).bind("KEPT_POLICIES", kept),
                ));
            }
            Some(_) => {}
            None => {
                let gap = Gap::new(Call::ElbDescribeLoadBalancerPolicies, Reason::NotFound);
                verdict.add_gap(gap.of(&lb.arn).saying(format!("policy {name}")));
            }
        }
    }
    verdict.complete()
}
