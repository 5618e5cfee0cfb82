//! Browsers get none of the headers that protect a page.

use crate::analysis::headers;
use crate::checks::prelude::*;

const POLICY: &str = "content_security_policy";
const FRAMES: &str = "x_frame_options";
const TYPES: &str = "x_content_type_options";

pub(crate) const CHECK: Check = Check {
    id: "security-headers-missing",
    aliases: &["security-headers-absent"],
    title: "headers that protect browsers not set by the load balancer",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application],
    why: "Without them a page may be framed by another one that catches the clicks, run scripts that \
          an attacker has slipped in, or be taken for another type of content.",
    logic: "Looks at HTTPS listeners. Notes which of Content-Security-Policy, X-Frame-Options and \
            X-Content-Type-Options the listener does not set. A content security policy with \
            `frame-ancestors` stands for X-Frame-Options. Never a fault: the targets may set them.",
    false_alarms: "Targets that set the headers themselves, and services that no browser asks.",
    fix: "set the headers at the listener, or see that the targets do",
    remedy: Remedy::listener_attribute(
        "routing.http.response.content_security_policy.header_value",
        "default-src 'self'",
    )
    .and("routing.http.response.x_content_type_options.header_value", "nosniff")
    .and("routing.http.response.x_frame_options.header_value", "DENY")
    .console(
        "EC2, Load Balancers, the load balancer, the HTTPS listener, Attributes, Edit: add the \
         response headers.",
    ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/header-modification.html",
    ],
    needs: &[Call::ElbV2DescribeListenerAttributes],
    examples: &[
        Example {
            title: "none",
            given: || without(&[POLICY, FRAMES, TYPES]),
            finds: &["note security-headers-missing HTTPS:443"],
        },
        Example {
            title: "only the type of content is left open",
            given: || without(&[TYPES]),
            finds: &["note security-headers-missing HTTPS:443"],
        },
        Example {
            title: "the content security policy says who may frame the page",
            given: || without(&[FRAMES]),
            finds: &[],
        },
        Example { title: "all", given: || sample::clean(&Kind::Application), finds: &[] },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn without(headers: &[&str]) -> crate::inventory::Inventory {
    let key = |header: &&str| format!("routing.http.response.{header}.header_value");
    let keys: Vec<String> = headers.iter().map(key).collect();
    let empty: Vec<(&str, &str)> = keys.iter().map(|key| (key.as_str(), "")).collect();
    sample::https_with(&empty)
}

fn judge(context: &Context, listener: &Listener) -> Judgement {
    if !context.lb.serves(listener, &[Protocol::Https])? {
        return Ok(Verdict::NotApplicable);
    }
    let policy = headers::set(listener, POLICY)?;
    let framed = policy.is_none_or(|policy| !policy.to_lowercase().contains("frame-ancestors"));
    let mut missing = Vec::new();
    if policy.is_none() {
        missing.push("Content-Security-Policy");
    }
    if framed && headers::set(listener, FRAMES)?.is_none() {
        missing.push("X-Frame-Options");
    }
    if headers::set(listener, TYPES)?.is_none() {
        missing.push("X-Content-Type-Options");
    }
    if missing.is_empty() {
        return Ok(Verdict::Pass(Grounds::new().with("not_set", missing)));
    }
    Ok(Verdict::Note(Grounds::new().with("not_set", missing)))
}
