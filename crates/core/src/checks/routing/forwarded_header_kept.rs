//! Clients write their own address.

use crate::checks::prelude::*;

const KEY: &str = "routing.http.xff_header_processing.mode";

pub(crate) const CHECK: Check = Check {
    id: "forwarded-header-kept",
    aliases: &["xff-mode-preserve"],
    title: "clients write their own X-Forwarded-For",
    severity: Severity::Medium,
    applies_to: &[Kind::Application],
    why: "Targets read the client's address from X-Forwarded-For. Here it arrives as the client sent \
          it: lists of allowed addresses, limits and logs believe what it says.",
    logic: "Fails when the X-Forwarded-For mode is `preserve` and the whole internet reaches the \
            load balancer. Notes `preserve` where only some do, since a proxy of one's own may write \
            the header, and `remove`, with which targets learn no address at all. Passes with \
            `append`, the default. Another mode is unknown.",
    false_alarms: "Behind a proxy that writes the header and is the only one to reach the load \
                   balancer, `preserve` is right.",
    fix: "set routing.http.xff_header_processing.mode to append, and let targets read the last \
          address of the header",
    remedy: Remedy::attribute(KEY, "append"),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html",
    ],
    examples: &[
        Example {
            title: "kept as the client sends it",
            given: || sample::with(&Kind::Application, |lb| sample::set(lb, &[(KEY, "preserve")])),
            finds: &["fail forwarded-header-kept web"],
        },
        Example {
            title: "kept, behind a proxy of one's own",
            given: || {
                sample::with(&Kind::Application, |lb| {
                    sample::set(lb, &[(KEY, "preserve")]);
                    sample::internal(lb);
                })
            },
            finds: &["fail internal-open-to-any web", "note forwarded-header-kept web"],
        },
        Example {
            title: "removed",
            given: || sample::with(&Kind::Application, |lb| sample::set(lb, &[(KEY, "remove")])),
            finds: &["note forwarded-header-kept web"],
        },
        Example {
            title: "a mode that this version does not know",
            given: || sample::with(&Kind::Application, |lb| sample::set(lb, &[(KEY, "replace")])),
            finds: &["unknown forwarded-header-kept web"],
        },
        Example { title: "appended to", given: || sample::clean(&Kind::Application), finds: &[] },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

fn judge(context: &Context) -> Judgement {
    let mode = context.lb.attribute(KEY, "append")?;
    let evidence = Grounds::new().with(KEY, mode.as_str());
    match (mode.as_str(), context.exposure) {
        ("append", _) => Ok(Verdict::Pass(evidence)),
        ("preserve", Exposure::Internet(_)) => Ok(Verdict::Fail(evidence)),
        ("preserve", Exposure::Unknown(gap)) => Err(gap.clone()),
        ("preserve" | "remove", _) => Ok(Verdict::Note(evidence)),
        (other, _) => Err(context.lb.unknown_attribute(KEY, other)),
    }
}
