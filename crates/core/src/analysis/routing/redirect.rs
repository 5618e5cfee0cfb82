//! Where a redirect leads, with what it leaves to the request filled in.

use crate::inventory::{Listener, Protocol, Redirect};
use crate::vocab::call::Call;
use crate::vocab::fact::{Gap, Reason};

/// The protocol that a client is told to ask by: `HTTP` or `HTTPS`.
pub fn protocol<'a>(redirect: &'a Redirect, listener: &'a Listener) -> Result<&'a Protocol, Gap> {
    match redirect.protocol.as_deref() {
        None | Some("#{protocol}") => listener.protocol.as_ref().ok_or_else(|| {
            unexpected_value(listener, Reason::Malformed, "a listener without protocol")
        }),
        Some("HTTP") => Ok(&Protocol::Http),
        Some("HTTPS") => Ok(&Protocol::Https),
        Some(other) => Err(unexpected_value(
            listener,
            Reason::Unrecognised,
            &format!("redirect protocol {other}"),
        )),
    }
}

/// The port that a client is told to ask at.
pub fn port(redirect: &Redirect, listener: &Listener) -> Result<u16, Gap> {
    let text = redirect.port.as_deref().unwrap_or("#{port}");
    if text == "#{port}" {
        return listener.number();
    }
    let number = text.parse().ok().filter(|port| *port > 0);
    number.ok_or_else(|| {
        unexpected_value(listener, Reason::Malformed, &format!("redirect port {text}"))
    })
}

/// The host that a client is told to ask, where that is another one than it asked before.
#[must_use]
pub fn other_host(redirect: &Redirect) -> Option<&str> {
    redirect.host.as_deref().filter(|host| !host.contains("#{host}"))
}

fn unexpected_value(listener: &Listener, reason: Reason, said: &str) -> Gap {
    Gap::new(Call::ElbV2DescribeRules, reason).of(&listener.id).saying(said)
}
