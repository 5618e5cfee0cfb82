//! `NO_PROXY`: hosts that are asked without a proxy.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::aws::target::{Target, host_and_port};

/// Hosts that are asked without a proxy. Entries stand between commas or spaces, and are what curl, Go and
/// Python's requests take, all of it together: `*`; a name for itself and what is below it, with or without
/// `.` or `*.` before it; an address; a network; and behind a name or an address a port.
#[derive(Debug, Default)]
pub(super) struct Bypass(Vec<Entry>);

#[derive(Debug)]
enum Entry {
    Everything,
    Network(IpNet),
    Address(IpAddr, Option<u16>),
    Name(String, Option<u16>),
}

impl Bypass {
    pub(super) fn parse(text: &str) -> Self {
        let entries = text.split(|c: char| c == ',' || c.is_whitespace());
        Bypass(entries.filter(|entry| !entry.is_empty()).map(Entry::parse).collect())
    }

    pub(super) fn covers(&self, target: &Target) -> bool {
        let address = target.address();
        let is_port = |port: &Option<u16>| port.is_none_or(|port| port == target.port);
        self.0.iter().any(|entry| match entry {
            Entry::Everything => true,
            Entry::Network(network) => address.is_some_and(|address| network.contains(&address)),
            Entry::Address(own, port) => address == Some(*own) && is_port(port),
            Entry::Name(name, port) => {
                let below = target.host.strip_suffix(name.as_str());
                below.is_some_and(|rest| rest.is_empty() || rest.ends_with('.')) && is_port(port)
            }
        })
    }
}

impl Entry {
    fn parse(text: &str) -> Self {
        if text == "*" {
            return Entry::Everything;
        }
        if let Ok(network) = text.parse() {
            return Entry::Network(network);
        }
        let (host, port) = host_and_port(text);
        if let Ok(address) = host.parse::<IpAddr>() {
            return Entry::Address(address.to_canonical(), port);
        }
        let name = host.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(host);
        let name = name.trim_start_matches('.').trim_end_matches('.');
        Entry::Name(name.to_ascii_lowercase(), port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(entries: &str, uri: &str) -> bool {
        Bypass::parse(entries).covers(&Target::of(uri).unwrap())
    }

    #[test]
    fn what_entries_cover() {
        for (entries, uri) in [
            ("*", "https://sts.eu-west-1.amazonaws.com"),
            ("amazonaws.com", "https://sts.eu-west-1.amazonaws.com"),
            (".amazonaws.com", "https://sts.eu-west-1.amazonaws.com"),
            ("*.amazonaws.com", "https://sts.eu-west-1.amazonaws.com"),
            ("amazonaws.com.", "https://sts.eu-west-1.amazonaws.com."),
            ("AmazonAWS.com", "https://sts.eu-west-1.AMAZONAWS.com"),
            ("x.example.com", "https://x.example.com"),
            (".example.com", "https://example.com"),
            ("example.com:443", "https://a.example.com"),
            ("example.com:8443", "https://a.example.com:8443"),
            ("a.com, b.com ,c.com", "https://b.com"),
            ("a.com b.com\tc.com", "https://c.com"),
            ("10.0.0.1", "https://10.0.0.1:8443"),
            ("10.0.0.1:8443", "https://10.0.0.1:8443"),
            ("10.0.0.0/8", "https://10.20.30.40"),
            ("fd00::/8", "https://[fd12::1]"),
            ("fd12::1", "https://[fd12::1]:8443"),
            ("[fd12::1]:8443", "https://[fd12::1]:8443"),
            ("10.0.0.0/8", "https://[::ffff:10.0.0.1]"),
        ] {
            assert!(covers(entries, uri), "{entries} {uri}");
        }
        for (entries, uri) in [
            ("", "https://sts.eu-west-1.amazonaws.com"),
            (",", "https://sts.eu-west-1.amazonaws.com"),
            ("aws.com", "https://sts.eu-west-1.amazonaws.com"),
            ("amazonaws.com.cn", "https://sts.eu-west-1.amazonaws.com"),
            ("sts.eu-west-1.amazonaws.com", "https://amazonaws.com"),
            ("example.com:8443", "https://a.example.com"),
            ("10.0.0.1:8443", "https://10.0.0.1"),
            ("10.0.0.0/8", "https://11.0.0.1"),
            ("10.0.0.0/99", "https://10.0.0.1"),
            ("10.0.0.0/8", "https://10.example.com"),
            ("fd12::1", "https://[fd12::2]"),
            (".", "https://a.example.com"),
        ] {
            assert!(!covers(entries, uri), "{entries} {uri}");
        }
    }
}
