//! Addresses of webhooks: given as they are, or kept in AWS, where few may read them.

use std::fmt;

use super::destination::{DestinationError, arn};
use crate::aws::RegionName;
use crate::web_address::WebAddress;

/// The address of a webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// Given as it is.
    Given(Url),
    /// Kept in AWS, and read when it is wanted.
    Kept(KeptAddress),
}

impl Address {
    /// Reads `https://…`, `ssm:NAME` or `secret:ID`.
    pub(super) fn parse(text: &str) -> Result<Self, DestinationError> {
        match text.split_once(':') {
            Some(("ssm", name)) => {
                KeptAddress::parameter(name).map(Address::Kept).ok_or(DestinationError::Parameter)
            }
            Some(("secret", id)) => {
                KeptAddress::secret(id).map(Address::Kept).ok_or(DestinationError::Secret)
            }
            _ => Url::parse(text).map(Address::Given).map_err(DestinationError::Url),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Given(url) => fmt::Display::fmt(url, f),
            Address::Kept(kept) => fmt::Display::fmt(kept, f),
        }
    }
}

/// An address on the web, of which only the host is ever shown: whoever knows the rest may write there.
#[derive(Clone, PartialEq, Eq)]
pub struct Url {
    /// Scheme and host, with the port if there is one.
    origin: String,
    /// Path and query.
    target: String,
}

impl Url {
    /// Reads an address that is encrypted on the way, or does not leave this machine; or says what is wrong
    /// with it without showing it.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let allowed = |c: char| c.is_ascii_graphic() && !"\"<>\\^`{|}#".contains(c);
        if !text.chars().all(allowed) {
            return Err("holds a character that no address has");
        }
        let address = WebAddress::parse(text)?;
        if !address.is_https && !matches!(address.host, "localhost" | "127.0.0.1" | "[::1]") {
            return Err("is not encrypted");
        }
        let target = address.target;
        let slash = if target.starts_with('/') { "" } else { "/" };
        Ok(Url { origin: address.origin(), target: format!("{slash}{target}") })
    }

    /// Scheme and host: nothing secret.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Path and query, which are a secret.
    pub(super) fn target(&self) -> &str {
        &self.target
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/…", self.origin)
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Where an address is kept. Nothing of this is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAddress {
    pub(super) store: Store,
    /// Name or ARN.
    pub(super) id: String,
    /// The key of a secret that holds pairs of keys and values.
    pub(super) key: Option<String>,
    /// Its own region, where an ARN tells it.
    pub(super) region: Option<RegionName>,
}

/// What keeps an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Store {
    /// A parameter of AWS Systems Manager.
    Parameter,
    /// A secret of AWS Secrets Manager.
    Secret,
}

impl KeptAddress {
    /// A parameter by its name in the caller's region or by its ARN, behind it a version or a label if one is
    /// meant.
    ///
    /// Source: AWS Systems Manager API reference, `PutParameter` and `GetParameter`.
    fn parameter(text: &str) -> Option<Self> {
        let (region, name) = located(text, "ssm", "parameter/")?;
        let (name, selector) = name.split_once(':').unwrap_or((name, "0"));
        let word = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
        let fits = (1..=1_011).contains(&name.len())
            && name.chars().all(|c| word(c) || c == '/')
            && name.chars().any(word)
            && (1..=100).contains(&selector.len())
            && selector.chars().all(word);
        let (store, id) = (Store::Parameter, text.to_owned());
        fits.then_some(KeptAddress { store, id, key: None, region })
    }

    /// A secret by its name in the caller's region or by its ARN, behind it `#KEY` where it holds pairs.
    ///
    /// Source: AWS Secrets Manager API reference, `CreateSecret`.
    fn secret(text: &str) -> Option<Self> {
        let (id, key) = match text.split_once('#') {
            Some((id, key)) => (id, Some(key.to_owned())),
            None => (text, None),
        };
        let (region, name) = located(id, "secretsmanager", "secret:")?;
        let fits = (1..=519).contains(&name.len())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "/_+=.@-".contains(c))
            && key.as_ref().is_none_or(|key| {
                (1..=256).contains(&key.len()) && !key.chars().any(char::is_control)
            });
        fits.then_some(KeptAddress { store: Store::Secret, id: id.to_owned(), key, region })
    }
}

/// The region that an ARN of this service names, and the name of what it is about; a name that is no ARN as it
/// is.
fn located<'a>(text: &'a str, service: &str, kind: &str) -> Option<(Option<RegionName>, &'a str)> {
    if !text.starts_with("arn:") {
        return Some((None, text));
    }
    let (region, rest) = arn(text, service)?;
    Some((Some(region), rest.strip_prefix(kind)?))
}

impl fmt::Display for KeptAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let store = match self.store {
            Store::Parameter => "ssm",
            Store::Secret => "secret",
        };
        write!(f, "{store}:{}", self.id)?;
        self.key.iter().try_for_each(|key| write!(f, "#{key}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(text: &str) -> KeptAddress {
        let Address::Kept(kept) = Address::parse(text).unwrap() else { panic!("{text}") };
        assert_eq!(kept.to_string(), text);
        kept
    }

    #[test]
    fn an_address_is_kept_in_a_parameter_or_a_secret() {
        let parameter = "arn:aws:ssm:eu-west-1:111122223333:parameter/elb-audit/slack";
        let secret =
            "arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:elb-audit/hook-a1b2c3";
        for (text, id, key, region) in [
            ("ssm:/elb-audit/slack", "/elb-audit/slack", None, None),
            ("ssm:slack:3", "slack:3", None, None),
            (&format!("ssm:{parameter}"), parameter, None, Some("eu-west-1")),
            ("secret:elb-audit/slack", "elb-audit/slack", None, None),
            ("secret:hooks#slack url", "hooks", Some("slack url"), None),
            (&format!("secret:{secret}#url"), secret, Some("url"), Some("cn-north-1")),
        ] {
            let kept = kept(text);
            let found = (&*kept.id, kept.key.as_deref(), kept.region.as_deref());
            assert_eq!(found, (id, key, region));
        }
    }

    /// What is no name may be an address that stands in its place.
    #[test]
    fn what_is_no_name_is_not_shown() {
        for text in [
            "ssm:",
            "ssm:/",
            "ssm:a b",
            "ssm:a:",
            "ssm:a:b:c",
            "ssm:https://example.com/s3cret",
            "ssm:arn:aws:ssm:eu-west-1.example.com/:111122223333:parameter/s3cret",
            "ssm:arn:aws:ssm:eu-west-1:111122223333:document/s3cret",
            "ssm:arn:aws:secretsmanager:eu-west-1:111122223333:secret:s3cret",
            "secret:",
            "secret:#s3cret",
            "secret:s3cret#",
            "secret:s3cret#a\u{7}",
            "secret:https://example.com/s3cret",
            "secret:arn:aws:secretsmanager:mars-1:111122223333:secret:s3cret",
            "secret:arn:aws:secretsmanager:eu-west-1:111122223333:s3cret",
        ] {
            let said = Address::parse(text).unwrap_err().to_string();
            assert!(!said.contains("s3cret"), "{text}: {said}");
            let named = if text.starts_with("ssm:") { "ssm:NAME" } else { "secret:ID" };
            assert!(said.contains(named), "{text}: {said}");
        }
    }
}
