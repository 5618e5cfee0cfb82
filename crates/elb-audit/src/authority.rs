//! Host and port of an address on the web.

use std::net::Ipv6Addr;

/// The two parts of what stands between `https://` and the path; or what is wrong with it, as what it should be.
pub(crate) fn split(authority: &str) -> Result<(&str, Option<u16>), &'static str> {
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
    let valid = |port: &str| port.parse().ok().filter(|port| *port > 0);
    match port.map(valid) {
        Some(None) => Err("has a port from 1 to 65535, if any"),
        port => Ok((host, port.flatten())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_ports() {
        assert_eq!(split("example.com"), Ok(("example.com", None)));
        assert_eq!(split("example.com:8443"), Ok(("example.com", Some(8443))));
        assert_eq!(split("[::1]"), Ok(("[::1]", None)));
        assert_eq!(split("[::1]:80"), Ok(("[::1]", Some(80))));
        for odd in [
            "", ":80", "a@b", "[::1", "::1", "[a]", "a:", "a:b", "a:0", "a:65536", "a:99999",
            "a:-1",
        ] {
            assert!(split(odd).is_err(), "{odd}");
        }
    }
}
