//! Of two headers of the same name a function sees one.

use crate::analysis::targets::{self, Sort};
use crate::checks::prelude::*;

const KEY: &str = "lambda.multi_value_headers.enabled";

pub(crate) const CHECK: Check = Check {
    id: "lambda-duplicate-headers-lost",
    aliases: &["lambda-multi-value-headers"],
    title: "the function sees only the last of equal headers",
    severity: Severity::Low,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application],
    why: "Rules and web ACL look at every header and query parameter, the function gets the last one \
          of each name: a request can show them one thing and the function another. Cookies that \
          come in several headers are lost.",
    logic: "Fails when `lambda.multi_value_headers.enabled` of a function's target group is `false`, \
            its default. Does not apply to other groups.",
    false_alarms: "A function has to be written for the other form: changing the attribute alone \
                   breaks it.",
    fix: "set lambda.multi_value_headers.enabled to true and let the function read \
          multiValueHeaders",
    remedy: Remedy::target_group_attribute(KEY, "true"),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html#multi-value-headers",
    ],
    needs: &[Call::ElbV2DescribeTargetGroupAttributes],
    examples: &[
        Example {
            title: "off",
            given: || with_headers(Some("false")),
            finds: &["fail lambda-duplicate-headers-lost web"],
        },
        Example {
            title: "not set",
            given: || with_headers(None),
            finds: &["fail lambda-duplicate-headers-lost web"],
        },
        Example { title: "on", given: || with_headers(Some("true")), finds: &[] },
        Example {
            title: "instances",
            given: || sample::clean(&Kind::Application),
            finds: &["does not apply"],
        },
        Example {
            title: "attributes unread",
            given: || {
                sample::with_region(&Kind::Application, |region| {
                    sample::function(region, "web");
                    let gap = sample::denied(Call::ElbV2DescribeTargetGroupAttributes);
                    sample::regroup(region, "web", |group| group.attributes = Fact::Unread(gap));
                })
            },
            finds: &[
                "unknown lambda-duplicate-headers-lost web",
                "unknown deregistration-delay-zero web",
            ],
        },
    ],
    ..Check::new(Judge::Targets(judge))
};

fn with_headers(value: Option<&'static str>) -> Inventory {
    sample::with_region(&Kind::Application, |region| {
        sample::function(region, "web");
        sample::regroup(region, "web", |group| {
            let pairs: Vec<_> = value.map(|value| (KEY, value)).into_iter().collect();
            sample::set_group(group, &pairs);
        });
    })
}

fn judge(_: &Context, targets: &Targets) -> Judgement {
    let Targets::Group(group) = targets else { return Ok(Verdict::NotApplicable) };
    if targets::sort(group)? != Sort::Function {
        return Ok(Verdict::NotApplicable);
    }
    if targets::switched_on(group, KEY, false)? {
        return Ok(Verdict::Pass(Grounds::new().with(KEY, "true")));
    }
    Ok(Verdict::Fail(Grounds::new().with(KEY, "false")))
}
