//! Names of hosts: which belong to one owner, as far as a name tells.

/// Labels that registries put before the one that is registered: `example.co.uk`.
const SECOND_LEVEL: &[&str] =
    &["ac", "co", "com", "edu", "go", "gob", "gov", "ne", "net", "or", "org"];

/// Top-level domains beside those that countries have below theirs.
const GENERIC: &[&str] = &["app", "biz", "cloud", "dev", "info", "io", "int", "mil", "xyz"];

/// The host of a URL, without port: `id.example.com` of `https://id.example.com:8443/x`.
#[must_use]
pub fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    host.split_once(':').map_or(host, |(host, _)| host)
}

/// The part of a name that somebody registered, by a rule of thumb: `example.com` of `www.example.com`,
/// `example.co.uk` of `www.example.co.uk`.
#[must_use]
pub fn registered(host: &str) -> String {
    let host = host.trim_end_matches('.').to_lowercase();
    let labels: Vec<&str> = host.split('.').collect();
    let country = labels.last().is_some_and(|last| last.len() == 2);
    let second = labels.len().checked_sub(2).map_or("", |place| labels[place]);
    let kept = if country && SECOND_LEVEL.contains(&second) { 3 } else { 2 };
    labels[labels.len().saturating_sub(kept)..].join(".")
}

/// Whether names are registered below this one, by the same rule of thumb: `com`, `co.uk`.
#[must_use]
pub fn is_public_suffix(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_lowercase();
    let of_registry = |label: &str| SECOND_LEVEL.contains(&label);
    match host.rsplit_once('.') {
        None => host.len() == 2 || of_registry(&host) || GENERIC.contains(&host.as_str()),
        Some((second, country)) => country.len() == 2 && of_registry(second),
    }
}

/// Whether a URL is one of HTTPS.
#[must_use]
pub fn is_https(url: &str) -> bool {
    url.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"))
}

#[cfg(test)]
mod tests {
    use super::{host_of, is_https, is_public_suffix, registered};

    #[test]
    fn a_url_has_a_host() {
        for url in
            ["https://id.example.com:8443/x?y", "id.example.com", "https://u@id.example.com#a"]
        {
            assert_eq!(host_of(url), "id.example.com", "{url}");
        }
        assert!(is_https("HTTPS://id.example.com"));
        assert!(!is_https("http://id.example.com") && !is_https("https:/") && !is_https(""));
    }

    #[test]
    fn a_public_suffix_is_nobody_s() {
        for suffix in ["com", "COM.", "de", "io", "co.uk"] {
            assert!(is_public_suffix(suffix), "{suffix}");
        }
        for own in ["example.com", "example.de", "prod", "a.co.uk", "cluster.local", ""] {
            assert!(!is_public_suffix(own), "{own}");
        }
    }

    #[test]
    fn a_name_is_registered_below_its_registry() {
        let table = [
            ("www.example.com", "example.com"),
            ("Example.COM.", "example.com"),
            ("a.b.example.co.uk", "example.co.uk"),
            ("example.co.uk", "example.co.uk"),
            ("www.example.de", "example.de"),
            ("localhost", "localhost"),
            ("", ""),
        ];
        for (host, expected) in table {
            assert_eq!(registered(host), expected);
        }
    }
}
