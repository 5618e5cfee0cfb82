//! Browsers are not told to come by HTTPS only.

use crate::analysis::headers;
use crate::checks::prelude::*;

const HEADER: &str = "strict_transport_security";
const KEY: &str = "routing.http.response.strict_transport_security.header_value";

pub(crate) const CHECK: Check = Check {
    id: "hsts-missing",
    title: "Strict-Transport-Security not set by the load balancer",
    severity: Severity::Info,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application],
    why: "A browser that has not been told so tries plain HTTP first when someone types the name. \
          An on-path attacker answers instead of the redirect, and the user stays in cleartext.",
    logic: "Looks at HTTPS listeners. Notes when the listener sets no Strict-Transport-Security \
            header, or one whose `max-age` is missing or below 31,536,000 seconds, a year, unless \
            the policy says otherwise. Never a fault: the targets may set it.",
    false_alarms: "Targets that set the header themselves, and services that no browser asks.",
    fix: "set the listener attribute for Strict-Transport-Security to max-age=31536000; \
          includeSubDomains, once every host answers over HTTPS",
    remedy: Remedy::listener_attribute(KEY, "max-age=31536000; includeSubDomains").console(
        "EC2, Load Balancers, the load balancer, the HTTPS listener, Attributes, Edit: add the \
         response header HTTP Strict Transport Security.",
    ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/header-modification.html",
    ],
    needs: &[Call::ElbV2DescribeListenerAttributes],
    examples: &[
        Example {
            title: "not set",
            given: || sample::https_with(&[(KEY, "")]),
            finds: &["note hsts-missing HTTPS:443"],
        },
        Example {
            title: "for a day",
            given: || sample::https_with(&[(KEY, "includeSubDomains; max-age=\"86400\"")]),
            finds: &["note hsts-missing HTTPS:443"],
        },
        Example {
            title: "without an age",
            given: || sample::https_with(&[(KEY, "includeSubDomains")]),
            finds: &["note hsts-missing HTTPS:443"],
        },
        Example {
            title: "for two years",
            given: || sample::https_with(&[(KEY, "Max-Age=63072000;preload")]),
            finds: &[],
        },
        Example {
            title: "attributes unread",
            given: || {
                sample::with(&Kind::Application, |lb| {
                    let denied = sample::denied(Call::ElbV2DescribeListenerAttributes);
                    sample::listeners(lb)[0].attributes = Fact::Unread(denied);
                })
            },
            finds: &[
                "unknown cors-any-origin HTTPS:443",
                "unknown hsts-missing HTTPS:443",
                "unknown security-headers-missing HTTPS:443",
                "unknown server-header-sent HTTPS:443",
                "unknown tls-header-renamed HTTPS:443",
            ],
        },
        Example { title: "for a year", given: || sample::clean(&Kind::Application), finds: &[] },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn judge(context: &Context, listener: &Listener) -> Judgement {
    if !context.lb.serves(listener, &[Protocol::Https])? {
        return Ok(Verdict::NotApplicable);
    }
    let Some(value) = headers::set(listener, HEADER)? else {
        return Ok(Verdict::Note(Grounds::new().with(KEY, "not set")));
    };
    let wanted = context.thresholds.hsts_seconds;
    match max_age(value) {
        Some(seconds) if seconds >= wanted => Ok(Verdict::Pass(Grounds::new().with(KEY, value))),
        _ => Ok(Verdict::Note(Grounds::new().with(KEY, value).with("wanted_seconds", wanted))),
    }
}

/// The seconds that browsers remember; none without a `max-age` that they understand (RFC 6797, 6.1).
fn max_age(value: &str) -> Option<u64> {
    let directives = value.split(';').filter_map(|directive| directive.split_once('='));
    let mut ages = directives.filter(|(name, _)| name.trim().eq_ignore_ascii_case("max-age"));
    ages.next()?.1.trim().trim_matches('"').parse().ok()
}
