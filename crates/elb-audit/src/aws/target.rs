//! Where a request goes: scheme, host and port.

use std::fmt;
use std::net::IpAddr;

/// Networks that no proxy leads to, beside loopback: credentials of an instance or a container are there, and
/// a proxy would give its own.
///
/// Sources: Amazon EC2 User Guide, instance metadata (169.254.169.254, `fd00:ec2::254`); Amazon ECS and EKS,
/// credentials of tasks (169.254.170.2) and pods (169.254.170.23, `fd00:ec2::23`).
fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => {
            let [first, second, ..] = address.segments();
            address.is_unicast_link_local() || (first, second) == (0xfd00, 0x0ec2)
        }
    }
}

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) is_https: bool,
    /// In lower case, without brackets and without a dot at its end.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Target {
    /// The target of an address; none where it names no host.
    pub(crate) fn of(uri: &str) -> Option<Self> {
        let (scheme, rest) = uri.split_once("://")?;
        let is_https = !scheme.eq_ignore_ascii_case("http");
        let authority = rest.split(['/', '?', '#']).next()?;
        let authority = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
        let (host, port) = host_and_port(authority);
        let default = if is_https { 443 } else { 80 };
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        (!host.is_empty()).then(|| Target { is_https, host, port: port.unwrap_or(default) })
    }

    /// The host, if it is an address.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        self.host.parse::<IpAddr>().ok().map(|address| address.to_canonical())
    }

    /// Whether it is this machine, or what only this machine reaches.
    pub(crate) fn is_of_this_machine(&self) -> bool {
        match self.address() {
            Some(address) => address.is_loopback() || is_link_local(address),
            None => self.host == "localhost" || self.host.ends_with(".localhost"),
        }
    }

    /// The host and, as `CONNECT` wants it, the port.
    pub(crate) fn with_port(&self) -> String {
        let Target { host, port, .. } = self;
        if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
    }
}

/// The host of a text, without brackets, and its port if there is one.
pub(crate) fn host_and_port(text: &str) -> (&str, Option<u16>) {
    if let Some((host, rest)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return (host, rest.strip_prefix(':').and_then(|port| port.parse().ok()));
    }
    match text.split_once(':') {
        Some((host, port)) if !port.contains(':') => match port.parse() {
            Ok(port) => (host, Some(port)),
            Err(_) if port.is_empty() => (host, None),
            Err(_) => (text, None),
        },
        _ => (text, None),
    }
}

impl fmt::Display for Target {
    /// As people write it: the port where it is not the usual one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.port == if self.is_https { 443 } else { 80 } {
            return f.write_str(&self.host);
        }
        f.write_str(&self.with_port())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(uri: &str) -> Target {
        Target::of(uri).unwrap_or_else(|| panic!("{uri}"))
    }

    #[test]
    fn the_parts_of_an_address() {
        for (uri, is_https, host, port, shown) in [
            ("https://STS.eu-west-1.amazonaws.com/", true, "sts.eu-west-1.amazonaws.com", 443, ""),
            ("http://a.example.com:8080/x?y=http://b", false, "a.example.com", 8080, ":8080"),
            ("https://a.example.com.:443?x", true, "a.example.com", 443, ""),
            ("http://user@a.example.com#x", false, "a.example.com", 80, ""),
            ("https://10.0.0.1:", true, "10.0.0.1", 443, ""),
        ] {
            let found = target(uri);
            assert_eq!((found.is_https, &*found.host, found.port), (is_https, host, port), "{uri}");
            assert_eq!(found.to_string(), format!("{host}{shown}"));
        }
        let six = target("https://[fd00::1]:8443/x");
        assert_eq!((&*six.host, six.port), ("fd00::1", 8443));
        assert_eq!(six.with_port(), "[fd00::1]:8443");
        assert_eq!(
            [Target::of("/x"), Target::of("https://"), Target::of("http://:80")],
            [const { None }; 3]
        );
    }

    #[test]
    fn where_credentials_of_the_machine_are() {
        for host in [
            "169.254.169.254",
            "169.254.170.2",
            "169.254.170.23",
            "[fd00:ec2::254]",
            "[FD00:EC2::23]",
            "[fe80::1]",
            "[::ffff:169.254.169.254]",
            "[::ffff:127.0.0.1]",
            "127.0.0.1",
            "127.9.9.9",
            "[::1]",
            "localhost",
            "LOCALHOST.",
            "sts.localhost",
        ] {
            assert!(target(&format!("http://{host}:8080/x")).is_of_this_machine(), "{host}");
        }
        for host in
            ["169.253.0.1", "[fd00:ec3::254]", "10.0.0.1", "notlocalhost", "localhost.example.com"]
        {
            assert!(!target(&format!("http://{host}/x")).is_of_this_machine(), "{host}");
        }
    }
}
