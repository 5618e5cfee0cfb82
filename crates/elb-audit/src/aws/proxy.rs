//! Proxies, as the environment names them: which requests go through which one.

pub(crate) mod answers;
mod bypass;

use std::borrow::Cow;
use std::ffi::OsString;
use std::fmt;
use std::net::Ipv6Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_smithy_http_client::proxy::ProxyConfig;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::target::Target;
use crate::secrets;
use bypass::Bypass;

/// Variables that name the proxy for `https://`, the first one that is set counting.
/// Lower case counts before upper case, as it does for curl.
const FOR_HTTPS: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
/// The same for `http://`.
const FOR_HTTP: [&str; 4] = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];
const EXCEPTIONS: [&str; 2] = ["no_proxy", "NO_PROXY"];

/// A proxy. It is shown without its credentials.
pub(crate) struct Proxy {
    /// The variable that names it.
    variable: &'static str,
    pub(crate) is_https: bool,
    /// A name, or an address in brackets if it is one of IPv6.
    pub(crate) host: String,
    pub(crate) port: u16,
    credentials: Option<(String, String)>,
    has_worked: AtomicBool,
}

/// Why a variable names no proxy. Its value may hold a password, and is never shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable} is not the address of a proxy, such as http://proxy.example.com:3128: {why}")]
pub(crate) struct ProxyVariableError {
    variable: &'static str,
    why: &'static str,
}

/// Which requests go through which proxy.
#[derive(Debug)]
pub(crate) struct Proxies {
    https: Option<Arc<Proxy>>,
    http: Result<Option<Arc<Proxy>>, ProxyVariableError>,
    bypass: Bypass,
}

impl Proxies {
    /// What the environment says.
    ///
    /// # Errors
    /// When a variable names no proxy that can be used. `ALL_PROXY` may, where `https://` has its own: it is
    /// told to whoever asks an `http://` address.
    pub(crate) fn from_environment() -> Result<Self, ProxyVariableError> {
        Self::from_variables(|name| std::env::var_os(name))
    }

    fn from_variables(
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, ProxyVariableError> {
        let first = |names: &[&'static str]| {
            let set = names.iter().map(|name| (*name, variable(name).unwrap_or_default()));
            set.into_iter().find(|(_, value)| !value.is_empty())
        };
        let parse = |names: &[&'static str]| {
            let found = first(names).map(|(name, value)| Proxy::parse(name, value));
            found.transpose().map(|proxy| proxy.map(Arc::new))
        };
        // A web server hands a request's header `Proxy` to its scripts as HTTP_PROXY.
        let from_a_request = variable("REQUEST_METHOD").is_some();
        let for_http: Vec<&str> = FOR_HTTP
            .into_iter()
            .filter(|name| !(from_a_request && *name == "HTTP_PROXY"))
            .collect();
        let https = parse(&FOR_HTTPS)?;
        let http = parse(&for_http);
        if let Err(error) = &http
            && !error.variable.eq_ignore_ascii_case("ALL_PROXY")
        {
            return Err(error.clone());
        }
        let exceptions = first(&EXCEPTIONS).map(|(_, value)| value).unwrap_or_default();
        Ok(Proxies { https, http, bypass: Bypass::parse(&exceptions.to_string_lossy()) })
    }

    /// The proxy that a request goes through; none where it goes straight.
    pub(crate) fn of(&self, target: &Target) -> Result<Option<&Arc<Proxy>>, ProxyVariableError> {
        if target.is_of_this_machine() || self.bypass.covers(target) {
            return Ok(None);
        }
        match (target.is_https, &self.http) {
            (true, _) => Ok(self.https.as_ref()),
            (false, Ok(http)) => Ok(http.as_ref()),
            (false, Err(error)) => Err(error.clone()),
        }
    }
}

impl Proxy {
    fn parse(variable: &'static str, value: OsString) -> Result<Self, ProxyVariableError> {
        let text = value.into_string();
        let parsed = text.map_err(|_| "it is not UTF-8").and_then(|text| parts(text.trim()));
        let parts = parsed.map_err(|why| ProxyVariableError { variable, why })?;
        if let Some((user, password)) = &parts.credentials {
            learn(user, password);
        }
        Ok(Proxy { variable, has_worked: AtomicBool::new(false), ..parts })
    }

    /// How the SDK's connector is told of it.
    pub(crate) fn config(&self) -> Option<ProxyConfig> {
        let scheme = if self.is_https { "https" } else { "http" };
        let config = ProxyConfig::all(format!("{scheme}://{}:{}", self.host, self.port)).ok()?;
        let Some((user, password)) = &self.credentials else { return Some(config) };
        // It puts them into an address, from which they are read again.
        let plain = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        Some(config.with_basic_auth(plain(user), plain(password)))
    }

    /// What `Proxy-Authorization` says, if anything.
    pub(crate) fn authorization(&self) -> Option<String> {
        let (user, password) = self.credentials.as_ref()?;
        Some(format!("Basic {}", basic(user, password)))
    }

    /// The variable that names it.
    pub(crate) fn variable(&self) -> &'static str {
        self.variable
    }

    pub(crate) fn has_credentials(&self) -> bool {
        self.credentials.is_some()
    }

    /// Whether something has been answered through it.
    pub(crate) fn has_worked(&self) -> bool {
        self.has_worked.load(Ordering::Relaxed)
    }

    pub(crate) fn works(&self) {
        self.has_worked.store(true, Ordering::Relaxed);
    }
}

/// The parts of a proxy's address, or what is wrong with it.
fn parts(text: &str) -> Result<Proxy, &'static str> {
    /// More than the SDK's parser takes would make it ask without a proxy.
    const LONGEST: usize = 4096;
    if text.len() > LONGEST {
        return Err("it is too long");
    }
    let (scheme, rest) = match text.split_once("://") {
        Some(parts) => parts,
        // `http:/proxy`
        None if text.trim_end_matches('/').contains('/') => (text, ""),
        None => ("http", text),
    };
    let is_https = match scheme.to_ascii_lowercase().as_str() {
        "http" => false,
        "https" => true,
        socks if socks.starts_with("socks") => {
            return Err("SOCKS is not supported, only proxies of HTTP are");
        }
        _ => return Err("it begins with neither http:// nor https://"),
    };
    // A password may hold an `@`, although it should not.
    let end = |text: &str| text.find(['/', '?', '#']).unwrap_or(text.len());
    let (credentials, place) = match rest.rsplit_once('@') {
        Some((credentials, place)) => (Some(credentials), place),
        None => (None, rest),
    };
    let place = &place[..end(place)];
    let credentials = credentials.map(user_and_password).transpose()?;
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port),
        _ => (place, ""),
    };
    let port = match port {
        "" => {
            if is_https {
                443
            } else {
                80
            }
        }
        digits => digits.parse().ok().filter(|port| *port != 0).ok_or("its port is no number")?,
    };
    if host.is_empty() {
        return Err("it has no host");
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    let in_brackets = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_address = in_brackets.is_some_and(|text| text.parse::<Ipv6Addr>().is_ok());
    if !is_address && !host.chars().all(is_name) {
        return Err("its host holds a character that none has; in a user or password, write \
                    characters such as @ / : # as %40 %2F %3A %23");
    }
    let host = host.to_ascii_lowercase();
    let (variable, has_worked) = ("", AtomicBool::new(false));
    Ok(Proxy { variable, is_https, host, port, credentials, has_worked })
}

fn user_and_password(text: &str) -> Result<(String, String), &'static str> {
    let (user, password) = text.split_once(':').unwrap_or((text, ""));
    // As it stands in the variable; a proxy may repeat what it was sent, which is learned below.
    secrets::learn(password);
    let plain = |text: &str| {
        let text = percent_decode_str(text).decode_utf8();
        text.map(Cow::into_owned).map_err(|_| "its user or password is not UTF-8")
    };
    Ok((plain(user)?, plain(password)?))
}

fn learn(user: &str, password: &str) {
    secrets::learn(password);
    secrets::learn(&basic(user, password));
}

fn basic(user: &str, password: &str) -> String {
    aws_smithy_types::base64::encode(format!("{user}:{password}"))
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} ({})", self.variable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(variables: &[(&str, &str)]) -> Result<Proxies, ProxyVariableError> {
        let of = |name: &str| variables.iter().find(|(known, _)| *known == name);
        Proxies::from_variables(|name| of(name).map(|(_, value)| OsString::from(value)))
    }

    fn way(variables: &[(&str, &str)], uri: &str) -> Option<String> {
        let proxies = proxies(variables).unwrap();
        proxies.of(&Target::of(uri).unwrap()).unwrap().map(|proxy| format!("{proxy:?}"))
    }

    #[test]
    fn which_variable_counts() {
        let (https, http) = ("https://sts.eu-west-1.amazonaws.com", "http://sts.example.com");
        for (variables, for_https, for_http) in [
            (&[][..], None, None),
            (&[("HTTPS_PROXY", "a:1")], Some("a:1 (HTTPS_PROXY)"), None),
            (&[("HTTP_PROXY", "a:1")], None, Some("a:1 (HTTP_PROXY)")),
            (&[("ALL_PROXY", "a:1")], Some("a:1 (ALL_PROXY)"), Some("a:1 (ALL_PROXY)")),
            (&[("all_proxy", "a:1")], Some("a:1 (all_proxy)"), Some("a:1 (all_proxy)")),
            (
                &[("HTTPS_PROXY", "a:1"), ("https_proxy", "b:2"), ("ALL_PROXY", "c:3")],
                Some("b:2 (https_proxy)"),
                Some("c:3 (ALL_PROXY)"),
            ),
            (
                &[("HTTPS_PROXY", "a:1"), ("https_proxy", ""), ("http_proxy", "b:2")],
                Some("a:1 (HTTPS_PROXY)"),
                Some("b:2 (http_proxy)"),
            ),
            (&[("HTTPS_PROXY", "a:1"), ("NO_PROXY", "amazonaws.com")], None, None),
            (
                &[("HTTPS_PROXY", "a:1"), ("NO_PROXY", "amazonaws.com"), ("no_proxy", "x.com")],
                Some("a:1 (HTTPS_PROXY)"),
                None,
            ),
            (&[("HTTP_PROXY", "a:1"), ("REQUEST_METHOD", "GET")], None, None),
            (&[("http_proxy", "a:1"), ("REQUEST_METHOD", "GET")], None, Some("a:1 (http_proxy)")),
        ] {
            assert_eq!(way(variables, https).as_deref(), for_https, "{variables:?}");
            assert_eq!(way(variables, http).as_deref(), for_http, "{variables:?}");
        }
    }

    #[test]
    fn the_machine_itself_is_asked_without_a_proxy() {
        let all = [("ALL_PROXY", "http://proxy.example.com:3128")];
        for uri in [
            "http://169.254.169.254/latest/api/token",
            "http://169.254.170.2/v2/credentials/x",
            "http://169.254.170.23/v1/credentials",
            "http://[fd00:ec2::254]/latest/api/token",
            "http://[fd00:ec2::23]/v1/credentials",
            "http://localhost:8080",
            "https://127.0.0.1",
        ] {
            assert_eq!(way(&all, uri), None, "{uri}");
        }
        assert!(way(&all, "https://sts.amazonaws.com").is_some());
    }

    #[test]
    fn addresses_of_proxies() {
        for (value, is_https, shown, credentials) in [
            ("http://proxy.example.com:3128", false, "proxy.example.com:3128", None),
            (" http://proxy.example.com:3128/\n", false, "proxy.example.com:3128", None),
            ("HTTP://Proxy.example.com", false, "proxy.example.com:80", None),
            ("https://proxy.example.com", true, "proxy.example.com:443", None),
            ("proxy.example.com:3128", false, "proxy.example.com:3128", None),
            ("my_proxy:", false, "my_proxy:80", None),
            ("http://[fd00::1]:3128", false, "[fd00::1]:3128", None),
            ("http://[fd00::1]", false, "[fd00::1]:80", None),
            ("http://u:pw-1@p:1", false, "p:1", Some(("u", "pw-1"))),
            ("http://u@p:1", false, "p:1", Some(("u", ""))),
            ("http://dom%5Cu:p%40w%3a%2F%25@p:1", false, "p:1", Some(("dom\\u", "p@w:/%"))),
            ("http://u:p@w:x@p:1/path", false, "p:1", Some(("u", "p@w:x"))),
            ("u:p%C3%A4@p:1", false, "p:1", Some(("u", "pä"))),
        ] {
            let proxy = Proxy::parse("HTTPS_PROXY", value.into()).unwrap();
            assert_eq!((proxy.is_https, &*proxy.to_string()), (is_https, shown), "{value}");
            let found = proxy.credentials.as_ref();
            let found = found.map(|(user, password)| (user.as_str(), password.as_str()));
            assert_eq!(found, credentials, "{value}");
            assert!(proxy.config().is_some(), "{value}");
        }
    }

    #[test]
    fn what_is_no_proxy_is_refused_without_its_password() {
        let long = format!("http://u:{}@p:1", "hunter2".repeat(600));
        for (value, why) in [
            ("http://", "it has no host"),
            ("   ", "it has no host"),
            ("http://u:hunter2@", "it has no host"),
            ("http://u:hunter2@:3128", "it has no host"),
            ("socks5://u:hunter2@p:1080", "SOCKS is not supported"),
            ("SOCKS5h://p:1080", "SOCKS is not supported"),
            ("ftp://u:hunter2@p:1", "begins with neither"),
            ("u:hunter2://p:1", "begins with neither"),
            ("http://p:hunter2", "its port is no number"),
            ("http://p:0", "its port is no number"),
            ("http://p:65536", "its port is no number"),
            ("http://u:hunter2@a b:1", "its host holds a character"),
            ("http://u:hunter/2", "its port is no number"),
            ("http://fd00::1", "its host holds a character"),
            ("http:/p:1", "begins with neither"),
            ("http://[fd00::x]:1", "its host holds a character"),
            ("http://u:hunter2%ff@p:1", "is not UTF-8"),
            (&long, "it is too long"),
        ] {
            for name in ["HTTPS_PROXY", "http_proxy", "all_proxy"] {
                let said = proxies(&[(name, value)]).unwrap_err().to_string();
                assert!(
                    said.starts_with(&format!("{name} is not the address of a proxy")),
                    "{said}"
                );
                assert!(said.contains(why) && !said.contains("hunter"), "{value}: {said}");
            }
        }
    }

    /// A desktop names SOCKS for everything, beside what it names for the web.
    #[test]
    fn a_proxy_that_is_of_no_use_matters_to_whoever_needs_it() {
        let socks = ("ALL_PROXY", "socks5://p:1080");
        let proxies = proxies(&[socks, ("HTTPS_PROXY", "http://p:3128")]).unwrap();
        assert!(proxies.of(&Target::of("https://sts.amazonaws.com").unwrap()).unwrap().is_some());
        let refused = proxies.of(&Target::of("http://sts.example.com").unwrap()).unwrap_err();
        assert!(refused.to_string().starts_with("ALL_PROXY is not"), "{refused}");
        assert!(proxies.of(&Target::of("http://127.0.0.1").unwrap()).unwrap().is_none());
    }

    #[test]
    fn credentials_of_a_proxy_are_learned_and_never_shown() {
        let value = "http://user-of-proxy:correct%20horse%2Fbattery@p:1";
        let proxy = Proxy::parse("HTTPS_PROXY", value.into()).unwrap();
        assert_eq!(format!("{proxy:?}"), "p:1 (HTTPS_PROXY)");
        let sent = proxy.authorization().unwrap();
        for text in [value, "correct horse/battery", &sent] {
            let clean = secrets::redact(text);
            let secret = ["horse", "battery", &sent["Basic ".len()..]];
            assert!(secret.iter().all(|part| !clean.contains(part)), "{clean}");
        }
    }
}
