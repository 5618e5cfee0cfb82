//! An internet-facing Application load balancer has no web ACL.

use crate::call::Call;
use crate::check::{
    Check, Context, Evidence, Example, Judge, Judgement, Persona, Remedy, Severity, Verdict,
};
use crate::exposure::Exposure;
use crate::fact::Fact;
use crate::inventory::{Kind, LoadBalancer};
use crate::sample;

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
    false_alarms: "",
    fix: "associate a web ACL, at least with AWS's managed core rule set and a rate limit",
    remedy: Remedy { console: "", cli: "", terraform: "", cloudformation: "" },
    links: &[
        "https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-associating-aws-resource.html",
    ],
    needs: &[
        Call::Wafv2ListWebAcls,
        Call::Wafv2ListResourcesForWebAcl,
        Call::Wafv2GetWebAclForResource,
    ],
    examples: &[
        Example {
            title: "none",
            given: || sample::with(&Kind::Application, |lb| lb.web_acl = Fact::Known(None)),
            finds: &["fail waf-not-associated web", "note internet-facing web"],
        },
        Example {
            title: "internal",
            given: || {
                sample::with(&Kind::Application, |lb| {
                    lb.web_acl = Fact::Known(None);
                    sample::internal(lb);
                })
            },
            finds: &["fail internal-open-to-any web", "note subnet-route-mismatch web"],
        },
        Example {
            title: "AWS WAF could not be asked",
            given: || {
                sample::with(&Kind::Application, |lb| {
                    lb.web_acl = Fact::Unread(sample::denied(Call::Wafv2ListWebAcls));
                })
            },
            finds: &["unknown waf-not-associated web", "note internet-facing web"],
        },
        Example {
            title: "a scheme that this version does not know",
            given: || {
                sample::with(&Kind::Application, |lb| lb.scheme = Some("sideways".to_owned()))
            },
            finds: &[
                "unknown internal-exposed-by-front web",
                "unknown waf-not-associated web",
                "unknown internal-open-to-any web",
                "unknown internet-facing web",
                "unknown public-access-blocked web",
                "unknown subnet-route-mismatch web",
            ],
        },
        Example {
            title: "one",
            given: || sample::clean(&Kind::Application),
            finds: &["note internet-facing web"],
        },
    ],
    judge: Judge::LoadBalancer(judge),
    since: "0.1.0",
};

fn judge(context: &Context) -> Judgement {
    if let (false, Exposure::Unknown(gap)) = (has_scheme(context.lb), context.exposure) {
        return Err(gap.clone());
    }
    if !context.lb.is_internet_facing() {
        return Ok(Verdict::NotApplicable);
    }
    match context.lb.web_acl.get()? {
        Some(_) => Ok(Verdict::Pass),
        None => Ok(Verdict::Fail(Evidence::new().with("web_acl", "none"))),
    }
}

fn has_scheme(lb: &LoadBalancer) -> bool {
    matches!(lb.scheme.as_deref(), Some("internal" | "internet-facing"))
}
