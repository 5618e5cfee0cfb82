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

/// The URL that a client is told to ask for, with AWS's words for what is taken from the request:
/// `https://#{host}:443/#{path}?#{query}`.
///
/// Source: Elastic Load Balancing API reference, `RedirectActionConfig`.
#[must_use]
pub fn template(redirect: &Redirect) -> String {
    let or = |own: &Option<String>, request: &str| own.as_deref().unwrap_or(request).to_owned();
    let protocol = match or(&redirect.protocol, "#{protocol}").as_str() {
        word @ ("HTTP" | "HTTPS") => word.to_lowercase(),
        other => other.to_owned(),
    };
    let (host, port) = (or(&redirect.host, "#{host}"), or(&redirect.port, "#{port}"));
    let path = or(&redirect.path, "/#{path}");
    let query = match or(&redirect.query, "#{query}").as_str() {
        "" => String::new(),
        query => format!("?{query}"),
    };
    format!("{protocol}://{host}:{port}{path}{query}")
}

fn unexpected_value(listener: &Listener, reason: Reason, said: &str) -> Gap {
    Gap::new(Call::ElbV2DescribeRules, reason).of(&listener.id).saying(said)
}

#[cfg(test)]
mod tests {
    use super::template;
    use crate::inventory::Redirect;

    #[test]
    fn a_part_that_is_absent_is_the_requests_own() {
        let given = |text: &str| Some(text.to_owned());
        assert_eq!(
            template(&Redirect::default()),
            "#{protocol}://#{host}:#{port}/#{path}?#{query}"
        );
        let https =
            Redirect { protocol: given("HTTPS"), port: given("443"), ..Redirect::default() };
        assert_eq!(template(&https), "https://#{host}:443/#{path}?#{query}");
        let whole = Redirect {
            host: given("new.example.com"),
            path: given("/shop"),
            query: given(""),
            ..https.clone()
        };
        assert_eq!(template(&whole), "https://new.example.com:443/shop");
        let query = Redirect { query: given("from=#{host}&#{query}"), ..https };
        assert_eq!(template(&query), "https://#{host}:443/#{path}?from=#{host}&#{query}");
    }
}
