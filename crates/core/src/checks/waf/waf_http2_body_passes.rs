//! Of a body that comes in several HTTP/2 frames the web ACL sees the first.

use crate::analysis::targets;
use crate::analysis::waf::{self, Effect, body};
use crate::checks::prelude::*;
use crate::checks::shared::passed::SHOWN;

const KEY: &str = "waf.http2.traffic_inspection_behavior";
const HTTP2: &str = "routing.http2.enabled";

pub(crate) const CHECK: Check = Check {
    id: "waf-http2-body-passes",
    title: "bodies in HTTP/2 frames get past the web ACL's rules",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application],
    why: "The load balancer has AWS WAF look at an HTTP/2 request as soon as some of it is there. Who \
          sends a body in several frames, the first one harmless, gets the rest past every rule on \
          bodies.",
    logic: "Looks at target groups of the protocol version HTTP2 behind an internet-facing Application \
            load balancer whose web ACL has rules on bodies that block, challenge or ask for a \
            CAPTCHA. Fails when their attribute `waf.http2.traffic_inspection_behavior` is \
            `inspect_immediately`, which is the default; passes on \
            `inspect_after_sufficient_data`. Another value is unknown. Does not apply to other \
            protocol versions, where clients cannot use HTTP/2, without web ACL or rules on bodies, \
            nor to a web ACL that blocks by default.",
    false_alarms: "Streams in both directions wait when frames are collected first; a service that \
                   lives by them has to look at bodies itself.",
    fix: "set waf.http2.traffic_inspection_behavior to inspect_after_sufficient_data",
    remedy: Remedy::target_group_attribute(KEY, "inspect_after_sufficient_data"),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html",
    ],
    needs: &[
        Call::Wafv2ListWebAcls,
        Call::Wafv2ListResourcesForWebAcl,
        Call::Wafv2GetWebAclForResource,
        Call::Wafv2GetWebAcl,
        Call::Wafv2GetRuleGroup,
        Call::ElbV2DescribeTargetGroupAttributes,
    ],
    examples: &[
        Example {
            title: "looked at as soon as there is something",
            given: || speaking_http2(Some("inspect_immediately"), |_| ()),
            finds: &["fail waf-http2-body-passes web"],
        },
        Example {
            title: "not set",
            given: || speaking_http2(None, |_| ()),
            finds: &["fail waf-http2-body-passes web"],
        },
        Example {
            title: "a value that this version does not know",
            given: || speaking_http2(Some("inspect_twice"), |_| ()),
            finds: &["unknown waf-http2-body-passes web"],
        },
        Example {
            title: "attributes unread",
            given: || {
                sample::with_region(&Kind::Application, |region| {
                    sample::regroup(region, "web", |group| {
                        let gap = sample::denied(Call::ElbV2DescribeTargetGroupAttributes);
                        group.protocol_version = Some("HTTP2".to_owned());
                        group.attributes = Fact::Unread(gap);
                    });
                })
            },
            finds: &["unknown waf-http2-body-passes web", "unknown deregistration-delay-zero web"],
        },
        Example {
            title: "clients cannot use HTTP/2",
            given: || {
                speaking_http2(None, |region| {
                    sample::set(sample::only(region), &[(HTTP2, "false")]);
                })
            },
            finds: &["does not apply"],
        },
        Example {
            title: "no web ACL",
            given: || {
                speaking_http2(None, |region| {
                    sample::only(region).web_acl = Fact::Known(None);
                })
            },
            finds: &["does not apply", "fail waf-not-associated web"],
        },
        Example {
            title: "targets of HTTP/1.1",
            given: || sample::clean(&Kind::Application),
            finds: &["does not apply"],
        },
        Example {
            title: "looked at when enough is there",
            given: || speaking_http2(Some("inspect_after_sufficient_data"), |_| ()),
            finds: &[],
        },
    ],
    ..Check::new(Judge::Targets(judge))
};

/// The clean Application load balancer, its targets of the protocol version HTTP2, after a change to its region.
fn speaking_http2(value: Option<&'static str>, change: impl FnOnce(&mut Region)) -> Inventory {
    sample::with_region(&Kind::Application, |region| {
        sample::regroup(region, "web", |group| {
            group.protocol_version = Some("HTTP2".to_owned());
            let pairs: Vec<_> = value.map(|value| (KEY, value)).into_iter().collect();
            sample::set_group(group, &pairs);
        });
        change(region);
    })
}

fn judge(context: &Context, targets: &Targets) -> Judgement {
    let Targets::Group(group) = targets else { return Ok(Verdict::NotApplicable) };
    if group.protocol_version.as_deref() != Some("HTTP2")
        || context.lb.attribute(HTTP2, "true")? == "false"
    {
        return Ok(Verdict::NotApplicable);
    }
    let Some(filter) = waf::selective(context.site)? else { return Ok(Verdict::NotApplicable) };
    if !filter.stops(body::looks_into_body)? {
        return Ok(Verdict::NotApplicable);
    }
    let grounds = Grounds::new().with("web_acl", filter.acl.name.as_str());
    match targets::attribute(group, KEY, "inspect_immediately")? {
        value @ "inspect_after_sufficient_data" => Ok(Verdict::Pass(grounds.with(KEY, value))),
        value @ "inspect_immediately" => {
            let mut readers = filter.names(Effect::Stops, body::looks_into_body);
            readers.truncate(SHOWN);
            Ok(Verdict::Fail(grounds.with(KEY, value).with("rules_on_bodies", readers)))
        }
        other => Err(targets::unknown_attribute(group, KEY, other)),
    }
}
