//! Addresses on the web, taken apart.

use std::net::Ipv6Addr;

/// An address that can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WebAddress<'a> {
    pub(crate) is_https: bool,
    /// Host and port, as they stand there.
    authority: &'a str,
    /// A name, or an address: one of IPv6 in brackets.
    pub(crate) host: &'a str,
    /// Path and query; may be empty.
    pub(crate) target: &'a str,
}

impl<'a> WebAddress<'a> {
    /// Takes one apart; or says what is wrong with it, as what it should be.
    pub(crate) fn parse(text: &'a str) -> Result<Self, &'static str> {
        let (is_https, rest) = match text.split_once("://") {
            Some(("https", rest)) => (true, rest),
            Some(("http", rest)) => (false, rest),
            _ => return Err("begins with https:// or http://"),
        };
        let (authority, target) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        Ok(WebAddress { is_https, authority, host: host(authority)?, target })
    }

    /// What comes before the path.
    pub(crate) fn origin(&self) -> String {
        format!("{}://{}", if self.is_https { "https" } else { "http" }, self.authority)
    }
}

/// The host of what stands between `https://` and the path.
fn host(authority: &str) -> Result<&str, &'static str> {
    // Colons within brackets are the host's own.
    let colon = authority.rfind(':').filter(|colon| !authority[*colon..].contains(']'));
    let (host, port) = match colon {
        Some(colon) => (&authority[..colon], Some(&authority[colon + 1..])),
        None => (authority, None),
    };
    if host.is_empty() || host.contains('@') {
        return Err("has a host, and no user before it");
    }
    let inner = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_six = inner.is_some_and(|inner| inner.parse::<Ipv6Addr>().is_ok());
    if host.contains(['[', ']', ':']) && !is_six {
        return Err("has a host that is a name or an IP address");
    }
    let is_valid = |port: &str| {
        port.bytes().all(|byte| byte.is_ascii_digit())
            && port.parse().is_ok_and(|port: u16| port > 0)
    };
    if !port.is_none_or(is_valid) {
        return Err("has a port from 1 to 65535, if any");
    }
    Ok(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart() {
        for (text, is_https, authority, host, target) in [
            ("https://example.com", true, "example.com", "example.com", ""),
            ("https://example.com:8443/a?b", true, "example.com:8443", "example.com", "/a?b"),
            ("http://[::1]?b", false, "[::1]", "[::1]", "?b"),
            ("http://[::1]:80/", false, "[::1]:80", "[::1]", "/"),
        ] {
            let address = WebAddress { is_https, authority, host, target };
            assert_eq!(WebAddress::parse(text), Ok(address));
        }
        for text in ["", "example.com", "ftp://example.com", "HTTPS://example.com"] {
            assert!(WebAddress::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn hosts_and_ports() {
        for odd in [
            "", ":80", "a@b", "[::1", "::1", "[a]", "a:", "a:b", "a:0", "a:65536", "a:99999",
            "a:-1", "a:+1",
        ] {
            assert!(host(odd).is_err(), "{odd}");
        }
    }
}
