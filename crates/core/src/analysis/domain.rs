//! Names of hosts: whose they are, as far as a name tells.

use std::net::IpAddr;

use aws::Resource;

mod aws;
mod punycode;

/// Providers of identities that give each customer a name below these, which the public suffix list does not
/// know.
const TENANTS: &[&str] = &[
    "auth0.com",
    "b2clogin.com",
    "ciamlogin.com",
    "okta-emea.com",
    "okta.com",
    "oktapreview.com",
    "onelogin.com",
];

/// Hosts at which the first part of the path says who wrote what is there.
const TENANTS_BY_PATH: &[&str] = &[
    "auth.pingone.com",
    "auth.pingone.eu",
    "gist.githubusercontent.com",
    "raw.githubusercontent.com",
    "storage.googleapis.com",
];

/// Issuers that publish their keys under another of their own names: the issuer, and how the URL of its keys
/// begins. A slash ends a host or a part of a path.
///
/// Source: `jwks_uri` in the configuration of each under `.well-known/openid-configuration`; Firebase, "Verify ID
/// tokens using a third-party JWT library".
const ELSEWHERE: &[(&str, &str)] = &[
    ("accounts.google.com/", "www.googleapis.com/oauth2/"),
    (
        "securetoken.google.com/",
        "www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com/",
    ),
    ("sts.windows.net/", "login.microsoftonline.com/"),
];

/// What stands between `://` and the path: user, host and port.
pub(crate) fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

/// The host of a URL, without port: `id.example.com` of `https://id.example.com:8443/x`.
#[must_use]
pub fn host_of(url: &str) -> &str {
    let authority = authority(url);
    if let Some((host, _)) = authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return host;
    }
    if authority.parse::<IpAddr>().is_ok() {
        return authority;
    }
    authority.split_once(':').map_or(authority, |(host, _)| host)
}

/// The parts of a URL's path, as a client asks for them: `..` has taken one away.
fn path_of(url: &str) -> Vec<String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let mut parts = Vec::new();
    for part in rest.split('/').skip(1) {
        match part.to_lowercase().replace("%2e", ".").as_str() {
            "" | "." => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part.to_owned()),
        }
    }
    parts
}

/// A host as DNS compares them: in lower case, without the last dot, in ASCII.
fn normal(host: &str) -> String {
    let host = host.trim_end_matches('.').to_lowercase();
    if let Ok(address) = host.parse::<IpAddr>() {
        return address.to_string();
    }
    host.split('.').map(punycode::encoded).collect::<Vec<_>>().join(".")
}

/// The part of a name that somebody registered: `example.com` of `www.example.com`, by the public suffix list with
/// its private section, so that `me.github.io` and `bucket.s3.amazonaws.com` are owners of their own. An address,
/// or a name that is no more than a suffix, is one by itself.
#[must_use]
pub fn registered(host: &str) -> String {
    own_part(normal(host))
}

/// What was registered of a host in its normal form; of AWS's own endpoints each is one by itself that the list
/// does not part from the others.
fn own_part(host: String) -> String {
    if host.parse::<IpAddr>().is_ok() || TENANTS.iter().any(|outer| is_below(&host, outer)) {
        return host;
    }
    match psl::domain_str(&host) {
        Some(domain) if !aws::is_root(domain) && !domain.starts_with('.') => domain.to_owned(),
        _ => host,
    }
}

/// Whether the public suffix list says that a host of AWS is somebody's by its name.
fn is_parted(host: &str) -> bool {
    psl::domain_str(host).is_some_and(|domain| !aws::is_root(domain))
}

/// Whether a name is below another one: `www.example.com` below `example.com`.
fn is_below(host: &str, outer: &str) -> bool {
    host.strip_suffix(outer).is_some_and(|before| before.ends_with('.'))
}

/// Whether a host is a domain, or below it.
#[must_use]
pub fn is_within(host: &str, domain: &str) -> bool {
    let host = normal(host);
    host == domain || is_below(&host, domain)
}

/// Who answers at a URL.
#[derive(Debug, PartialEq, Eq)]
pub struct Owner {
    name: String,
    /// Where below the name; empty: everywhere.
    path: Vec<String>,
    /// Whether it is a service of AWS that issues tokens.
    is_issuer: bool,
}

impl Owner {
    /// Who answers at a URL; none where the text is no URL and no name of a host.
    #[must_use]
    pub fn of(url: &str) -> Option<Owner> {
        // What a client makes of these in a URL differs from one to the next.
        if url.contains(|letter: char| letter == '\\' || letter.is_whitespace()) {
            return Some(Owner::named(url.to_owned()));
        }
        let (host, path) = (normal(host_of(url)), path_of(url));
        let is_address = host.parse::<IpAddr>().is_ok();
        if host.is_empty() || !(url.contains("://") || host.contains('.') || is_address) {
            return None;
        }
        Some(match aws::resource(&host, &path) {
            Some(Resource::Bucket(name)) => Owner::named(format!("bucket {name}")),
            Some(Resource::LoadBalancer(name)) => Owner::named(format!("load balancer {name}")),
            Some(Resource::Issuer(name)) => Owner { is_issuer: true, ..Owner::named(name) },
            // At a host that many share, the path says whose an answer is.
            Some(Resource::Other) if !is_parted(&host) => Owner { path, ..Owner::named(host) },
            None if TENANTS_BY_PATH.contains(&host.as_str()) => {
                let first = path.first().map_or("", String::as_str);
                Owner::named(format!("{host}/{first}"))
            }
            Some(Resource::Other) | None => Owner::named(own_part(host)),
        })
    }

    fn named(name: String) -> Owner {
        Owner { name, path: Vec::new(), is_issuer: false }
    }

    /// Whether what is at another URL is this one's too.
    #[must_use]
    pub fn has(&self, other: &Owner) -> bool {
        self.name == other.name && other.path.starts_with(&self.path)
    }

    /// Whether this is a service of AWS that issues tokens, and publishes their keys under its own URL alone.
    #[must_use]
    pub fn is_issuer(&self) -> bool {
        self.is_issuer
    }
}

/// Whether an issuer is one that publishes its keys at this URL, though under another name.
#[must_use]
pub fn publishes_elsewhere(issuer: &str, keys: &str) -> bool {
    let place = |url: &str| format!("{}/{}/", normal(host_of(url)), path_of(url).join("/"));
    let (issuer, keys) = (place(issuer), place(keys));
    ELSEWHERE.iter().any(|(own, there)| issuer.starts_with(own) && keys.starts_with(there))
}

/// Top-level domains that nobody takes for a name of their own, as people do with `prod`, which is one too.
const TOP: &[&str] = &["biz", "com", "edu", "gov", "info", "int", "mil", "net", "org"];

/// Whether names are registered below this one, as the public suffix list knows: `com`, `co.uk`, `github.io`.
#[must_use]
pub fn is_public_suffix(host: &str) -> bool {
    let host = normal(host);
    if !host.contains('.') && host.len() != 2 {
        return TOP.contains(&host.as_str());
    }
    psl::suffix(host.as_bytes()).is_some_and(|suffix| suffix == host.as_str() && suffix.is_known())
}

/// Whether a URL is one of HTTPS.
#[must_use]
pub fn is_https(url: &str) -> bool {
    url.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_a_host() {
        for url in [
            "https://id.example.com:8443/x?y",
            "id.example.com",
            "https://u@id.example.com#a",
            "https://evil.net@id.example.com/",
            "https://u:p@id.example.com:443?u=@evil.net",
        ] {
            assert_eq!(host_of(url), "id.example.com", "{url}");
        }
        for url in ["https://[2001:db8::1]:8443/x", "https://[2001:db8::1]", "2001:db8::1"] {
            assert_eq!(host_of(url), "2001:db8::1", "{url}");
        }
        assert_eq!(host_of("https://10.0.0.1:8443/x"), "10.0.0.1");
        assert!(is_https("HTTPS://id.example.com"));
        assert!(!is_https("http://id.example.com") && !is_https("https:/") && !is_https(""));
    }

    #[test]
    fn a_public_suffix_is_nobody_s() {
        for suffix in ["com", "COM.", "de", "io", "co.uk", "github.io"] {
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
            ("a.example.xn--55qx5d.cn", "example.xn--55qx5d.cn"),
            ("a.example.公司.cn", "example.xn--55qx5d.cn"),
            ("www.münchen.de", "xn--mnchen-3ya.de"),
            ("a.me.github.io", "me.github.io"),
            ("GitHub.io", "github.io"),
            ("me.okta.com", "me.okta.com"),
            ("me.eu.auth0.com", "me.eu.auth0.com"),
            ("okta.com", "okta.com"),
            ("a.bucket.s3.eu-central-1.amazonaws.com", "bucket.s3.eu-central-1.amazonaws.com"),
            ("s3.amazonaws.com", "s3.amazonaws.com"),
            ("cognito-idp.eu-central-1.amazonaws.com", "cognito-idp.eu-central-1.amazonaws.com"),
            ("10.0.0.1", "10.0.0.1"),
            ("2001:DB8:0::1", "2001:db8::1"),
            ("id.corp.internal", "corp.internal"),
            ("localhost", "localhost"),
            ("a..b", "a..b"),
            ("..", ""),
            ("", ""),
        ];
        for (host, expected) in table {
            assert_eq!(registered(host), expected, "{host}");
        }
    }

    #[test]
    fn a_host_is_within_a_domain() {
        let inside = ["example.com", "www.Example.com.", "a.b.example.com"];
        assert!(inside.iter().all(|host| is_within(host, "example.com")));
        let outside = ["badexample.com", "example.com.evil.net", "com", ""];
        assert!(!outside.iter().any(|host| is_within(host, "example.com")));
        assert!(is_within("www.München.de", "xn--mnchen-3ya.de"));
    }

    fn has(issuer: &str, keys: &str) -> Option<bool> {
        Some(Owner::of(issuer)?.has(&Owner::of(keys)?))
    }

    const POOL: &str = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_mine";
    const CLUSTER: &str = "https://oidc.eks.eu-west-1.amazonaws.com/id/MINE";

    #[test]
    fn keys_are_the_issuers() {
        for (issuer, keys) in [
            ("https://id.example.com", "https://KEYS.example.com.:8443/jwks"),
            ("id.example.com", "https://id.example.com/jwks"),
            ("https://10.0.0.1/", "https://10.0.0.1:8443/jwks"),
            ("https://[2001:db8::1]", "https://[2001:DB8:0::1]:8443/jwks"),
            ("https://auth/realm", "https://auth/realm/keys"),
            ("https://münchen.de", "https://id.xn--mnchen-3ya.de/keys"),
            (POOL, &format!("{POOL}/.well-known/jwks.json")),
            (POOL, "https://cognito-idp-fips.eu-central-1.amazonaws.com/eu-central-1_mine/keys"),
            (CLUSTER, &format!("{CLUSTER}/keys")),
            (CLUSTER, "https://oidc-eks.eu-west-1.api.aws/id/MINE/keys"),
            ("https://me.s3.eu-west-1.amazonaws.com", "https://s3.amazonaws.com/me/keys"),
            (
                "https://s3-eu-west-1.amazonaws.com/me",
                "https://me.s3.dualstack.eu-west-1.amazonaws.com/k",
            ),
            (
                "https://a.execute-api.eu-west-1.amazonaws.com/x",
                "https://a.execute-api.eu-west-1.amazonaws.com/y",
            ),
            ("https://sso.amazonaws.com/me", "https://sso.amazonaws.com/me/keys"),
            ("https://me.okta.com/oauth2/default", "https://me.okta.com/oauth2/default/v1/keys"),
            (
                "https://dualstack.web-1.eu-west-1.elb.amazonaws.com",
                "https://web-1.eu-west-1.elb.amazonaws.com/k",
            ),
            (
                "https://a.web-1.elb.eu-west-1.amazonaws.com",
                "https://web-1.elb.eu-west-1.amazonaws.com/k",
            ),
        ] {
            assert_eq!(has(issuer, keys), Some(true), "{issuer} {keys}");
        }
    }

    #[test]
    fn keys_are_somebody_elses() {
        for (issuer, keys) in [
            ("https://id.example.com", "https://id.example.com@evil.net/jwks"),
            ("https://id.example.com", "https://id.example.com\\@evil.net/jwks"),
            ("https://id.example.com", "https://evil.net\\@id.example.com/jwks"),
            ("https://me.github.io", "https://evil.github.io/jwks"),
            ("https://10.0.0.1/", "https://11.0.0.1/jwks"),
            ("https://auth/realm", "https://other/realm"),
            (POOL, "https://evil-bucket.s3.eu-central-1.amazonaws.com/jwks.json"),
            (POOL, "https://s3.eu-central-1.amazonaws.com/evil/jwks.json"),
            (POOL, "https://s3.amazonaws.com/eu-central-1_mine/jwks.json"),
            (POOL, "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_evil/keys"),
            (
                POOL,
                "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_mine/../eu-central-1_evil/k",
            ),
            (
                POOL,
                "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_mine/%2E./eu-central-1_evil/k",
            ),
            (POOL, "https://cognito-idp.eu-central-1.amazonaws.com/"),
            (CLUSTER, "https://oidc.eks.eu-west-1.amazonaws.com/id/OTHER/keys"),
            ("https://my.logs.s3.amazonaws.com", "https://evil.logs.s3.amazonaws.com/k"),
            ("https://s3.amazonaws.com/me", "https://s3.amazonaws.com/evil"),
            (
                "https://me.s3.us-gov-west-1.amazonaws.com",
                "https://me.s3.us-east-1.amazonaws.com/k",
            ),
            (
                "https://me.s3.cn-north-1.amazonaws.com.cn",
                "https://me.s3.us-east-1.amazonaws.com/k",
            ),
            (
                "https://me.s3.eusc-de-east-1.amazonaws.eu",
                "https://evil.s3.eusc-de-east-1.amazonaws.eu",
            ),
            (
                "https://a.execute-api.eu-west-1.amazonaws.com",
                "https://b.execute-api.eu-west-1.amazonaws.com",
            ),
            ("https://a.lambda-url.eu-west-1.on.aws", "https://b.lambda-url.eu-west-1.on.aws"),
            (
                "https://web-1.eu-west-1.elb.amazonaws.com",
                "https://web-2.eu-west-1.elb.amazonaws.com",
            ),
            (
                "https://web-1.elb.eu-west-1.amazonaws.com",
                "https://web-1.elb.eu-west-2.amazonaws.com",
            ),
            ("https://sso.amazonaws.com/me", "https://sso.amazonaws.com/evil/keys"),
            ("https://sso.amazonaws.com/me", "https://other.amazonaws.com/me/keys"),
            ("https://me.okta.com", "https://evil.okta.com/oauth2/v1/keys"),
            ("https://raw.githubusercontent.com/me/x", "https://raw.githubusercontent.com/evil/x"),
            ("https://auth.pingone.eu/mine/as", "https://auth.pingone.eu/other/as/jwks"),
        ] {
            assert_eq!(has(issuer, keys), Some(false), "{issuer} {keys}");
        }
    }

    #[test]
    fn an_issuer_may_be_nobodys_and_may_be_a_service() {
        for text in ["my-issuer", "", "urn:example:issuer.one"] {
            assert_eq!(Owner::of(text), None, "{text}");
        }
        assert!(Owner::of(POOL).is_some_and(|owner| owner.is_issuer()));
        assert!(Owner::of(CLUSTER).is_some_and(|owner| owner.is_issuer()));
        let account = "https://4a1b.tokens.sts.global.api.aws";
        assert!(Owner::of(account).is_some_and(|owner| owner.is_issuer()));
        assert!(Owner::of("https://id.example.com").is_some_and(|owner| !owner.is_issuer()));
    }

    #[test]
    fn some_issuers_publish_under_another_name() {
        let google = "https://accounts.google.com";
        assert!(publishes_elsewhere(google, "https://www.googleapis.com/oauth2/v3/certs"));
        assert!(publishes_elsewhere(
            "accounts.google.com",
            "https://www.googleapis.com/oauth2/v3/certs"
        ));
        let anybodys =
            "https://www.googleapis.com/service_accounts/v1/jwk/a@evil.iam.gserviceaccount.com";
        assert!(!publishes_elsewhere(google, anybodys));
        assert!(!publishes_elsewhere(google, "https://storage.googleapis.com/oauth2/certs"));
        assert!(!publishes_elsewhere(
            "https://google.com.evil.net",
            "https://www.googleapis.com/oauth2/v3/certs"
        ));
    }
}
