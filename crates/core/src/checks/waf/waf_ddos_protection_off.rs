//! The load balancer does not hold back sources of ill repute by itself.

use crate::analysis::waf;
use crate::checks::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "waf-ddos-protection-off",
    aliases: &["waf-ddos-mode"],
    title: "resource-level DDoS protection is off",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application],
    why: "With it an Application load balancer slows down sources that are known for attacks, \
          before a request costs anything. It is part of the web ACL and costs nothing more.",
    logic: "Looks at the mode for sources of low reputation in the web ACL of an internet-facing \
            Application load balancer. Passes with `ACTIVE_UNDER_DDOS` and `ALWAYS_ON`, and where AWS \
            sends none: the first is the default of every web ACL on an Application load balancer. \
            Notes `DISABLED`, which AWS does not send today; another mode is unknown. Does not apply \
            without web ACL. Never a fault.",
    fix: "set the mode for low-reputation sources to ACTIVE_UNDER_DDOS",
    remedy: Remedy::new(Change::WebAcl {
        rules: "",
        set: r#"
            {OnSourceDDoSProtectionConfig: `{"ALBLowReputationMode": "ACTIVE_UNDER_DDOS"}`}"#,
        note: "",
        terraform: "The resource aws_wafv2_web_acl has no argument for it: use one of the \
                         other ways.",
        cloudformation: r"
            Type: AWS::WAFv2::WebACL
            Properties:
              OnSourceDDoSProtectionConfig:
                ALBLowReputationMode: ACTIVE_UNDER_DDOS",
    })
    .console(
        "WAF & Shield, Web ACLs, the web ACL: under resource-level DDoS protection choose Active \
         under DDoS.",
    ),
    links: &[
        "https://docs.aws.amazon.com/waf/latest/developerguide/waf-anti-ddos-alb.html",
        "https://docs.aws.amazon.com/waf/latest/APIReference/API_OnSourceDDoSProtectionConfig.html",
    ],
    needs: waf::CONTENT,
    examples: &[
        Example {
            title: "off",
            given: || sample::with_acl(|acl| acl.low_reputation_mode = Some("DISABLED".to_owned())),
            finds: &["note waf-ddos-protection-off web"],
        },
        Example {
            title: "no mode in AWS's answer",
            given: || sample::with_acl(|acl| acl.low_reputation_mode = None),
            finds: &[],
        },
        Example {
            title: "always on",
            given: || {
                sample::with_acl(|acl| acl.low_reputation_mode = Some("ALWAYS_ON".to_owned()))
            },
            finds: &[],
        },
        Example {
            title: "a mode that this version does not know",
            given: || {
                sample::with_acl(|acl| acl.low_reputation_mode = Some("SOMETIMES".to_owned()))
            },
            finds: &["unknown waf-ddos-protection-off web"],
        },
        Example {
            title: "on during attacks",
            given: || sample::clean(&Kind::Application),
            finds: &[],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn judge(context: &Context) -> Judgement {
    let Some(filter) = waf::filter(context.site)? else { return Ok(Verdict::NotApplicable) };
    let evidence = Grounds::new().with("web_acl", filter.acl.name.as_str());
    let said = |mode: &str| evidence.with("low_reputation_mode", mode);
    match filter.acl.low_reputation_mode.as_deref() {
        Some(mode @ ("ACTIVE_UNDER_DDOS" | "ALWAYS_ON")) => Ok(Verdict::Pass(said(mode))),
        None => Ok(Verdict::Pass(said("ACTIVE_UNDER_DDOS (default; AWS sent none)"))),
        Some("DISABLED") => Ok(Verdict::Note(said("off"))),
        Some(other) => Err(Gap::new(Call::Wafv2GetWebAcl, Reason::Unrecognised)
            .of(&filter.acl.arn)
            .saying(format!("mode for low-reputation sources {other}"))),
    }
}
