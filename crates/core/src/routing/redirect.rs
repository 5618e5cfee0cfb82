//! Where a redirect leads, with what it leaves to the request filled in.

use super::{End, live};
use crate::call::Call;
use crate::check::{Context, Judgement, Verdict};
use crate::fact::{Gap, Reason};
use crate::inventory::{Listener, Redirect};

/// The protocol that a client is told to ask by: `HTTP` or `HTTPS`.
pub fn protocol<'a>(redirect: &'a Redirect, listener: &'a Listener) -> Result<&'a str, Gap> {
    match redirect.protocol.as_deref() {
        None | Some("#{protocol}") => listener
            .protocol
            .as_deref()
            .ok_or_else(|| odd(listener, Reason::Malformed, "a listener without protocol")),
        Some(known @ ("HTTP" | "HTTPS")) => Ok(known),
        Some(other) => {
            Err(odd(listener, Reason::Unrecognised, &format!("redirect protocol {other}")))
        }
    }
}

/// The port that a client is told to ask at.
pub fn port(redirect: &Redirect, listener: &Listener) -> Result<u16, Gap> {
    let text = redirect.port.as_deref().unwrap_or("#{port}");
    if text == "#{port}" {
        return listener.number();
    }
    let number = text.parse().ok().filter(|port| *port > 0);
    number.ok_or_else(|| odd(listener, Reason::Malformed, &format!("redirect port {text}")))
}

/// The host that a client is told to ask, where that is another one than it asked before.
#[must_use]
pub fn other_host(redirect: &Redirect) -> Option<&str> {
    redirect.host.as_deref().filter(|host| !host.contains("#{host}"))
}

/// Judges the redirect of every rule that a request can reach: the first failure, or else what hides one,
/// or else the first note. Rule and request are added.
pub fn judge_each(
    context: &Context,
    listener: &Listener,
    judge: impl Fn(&Redirect) -> Judgement,
) -> Judgement {
    let (mut noted, mut hidden, mut seen) = (None, None, false);
    let routes = live(context.lb, listener)?;
    for (place, route) in routes.iter().enumerate() {
        let redirect = match &route.end {
            End::Redirect(redirect) => redirect,
            End::Unknown(gap) => {
                hidden = hidden.or(Some(gap.clone()));
                continue;
            }
            End::Forward(_) | End::Answer => continue,
        };
        let with_rule = |evidence: crate::vocab::evidence::Evidence| {
            let request = route.request(&routes[..place], context.lb, listener);
            evidence.with("rule", route.label.as_str()).with("request", request)
        };
        match judge(redirect) {
            Ok(Verdict::Fail(evidence)) => return Ok(Verdict::Fail(with_rule(evidence))),
            Ok(Verdict::Note(evidence)) => {
                noted = noted.or_else(|| Some(with_rule(evidence)));
                seen = true;
            }
            Ok(Verdict::Pass) => seen = true,
            Ok(Verdict::NotApplicable) => {}
            Err(gap) => hidden = hidden.or(Some(gap)),
        }
    }
    match (hidden, noted) {
        (Some(gap), _) => Err(gap),
        (_, Some(evidence)) => Ok(Verdict::Note(evidence)),
        _ if seen => Ok(Verdict::Pass),
        _ => Ok(Verdict::NotApplicable),
    }
}

fn odd(listener: &Listener, reason: Reason, said: &str) -> Gap {
    Gap::new(Call::ElbV2DescribeRules, reason).of(&listener.id).saying(said)
}
