//! What an answer has to say. A field that AWS always sends, and that is missing, empty or of no use, is no answer:
//! it leaves a gap, and nothing is concluded from it.
//!
//! What AWS leaves out, and what that means, is in `tests/it/fields/absent.tsv`; the law of fields holds the readers to
//! it.

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Deserializer};

/// What an answer holds instead of what AWS documents.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unexpected {
    /// A field that AWS always sends is not there.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A field that is never empty is.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// A value that the field cannot have.
    #[error("{0} is `{1}`")]
    Value(&'static str, String),
    /// No block of addresses.
    #[error("`{0}` is no block")]
    Block(String),
    /// No address.
    #[error("`{0}` is no address")]
    Address(String),
    /// Something of another account, region or resource than the one that was asked.
    #[error("`{0}` is not of what was asked")]
    Foreign(String),
}

/// What is read of an answer.
pub(crate) type Understood<T> = Result<T, Unexpected>;

/// A field that AWS always sends.
pub(crate) fn required<T>(name: &'static str, value: Option<T>) -> Understood<T> {
    value.ok_or(Unexpected::Missing(name))
}

/// A text that AWS always sends, and never empty.
pub(crate) fn filled(name: &'static str, text: Option<String>) -> Understood<String> {
    not_empty(name, required(name, text)?)
}

/// A text that AWS may leave out, but not send empty.
pub(crate) fn if_any(name: &'static str, text: Option<String>) -> Understood<Option<String>> {
    text.map(|text| not_empty(name, text)).transpose()
}

/// What the SDK puts in the place of a word that its model says is always there, and is not.
const UNSET: &str = "no value was set";

/// A word that AWS may leave out, but not send empty.
pub(crate) fn word<'a>(name: &'static str, word: Option<&'a str>) -> Understood<Option<&'a str>> {
    match word {
        Some("") => Err(Unexpected::Empty(name)),
        Some(UNSET) => Ok(None),
        word => Ok(word),
    }
}

/// Texts none of which is empty, each once.
pub(crate) fn all_filled(name: &'static str, texts: Vec<String>) -> Understood<Vec<String>> {
    each_once(texts, |text| not_empty(name, text))
}

fn not_empty(name: &'static str, text: String) -> Understood<String> {
    if text.is_empty() { Err(Unexpected::Empty(name)) } else { Ok(text) }
}

/// The number of an account: twelve digits.
pub(crate) fn account(name: &'static str, text: Option<String>) -> Understood<String> {
    let text = filled(name, text)?;
    if is_account(&text) { Ok(text) } else { Err(Unexpected::Value(name, text)) }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A port that AWS may leave out.
pub(crate) fn port(name: &'static str, port: Option<i32>) -> Understood<Option<u16>> {
    let valid = |port: i32| {
        let valid = u16::try_from(port).ok().filter(|port| *port > 0);
        valid.ok_or_else(|| Unexpected::Value(name, port.to_string()))
    };
    port.map(valid).transpose()
}

/// A block of addresses.
pub(crate) fn block(text: &str) -> Understood<IpNet> {
    text.parse().map_err(|_| Unexpected::Block(text.to_owned()))
}

/// An address.
pub(crate) fn address(text: &str) -> Understood<IpAddr> {
    text.parse().map_err(|_| Unexpected::Address(text.to_owned()))
}

/// Whose resources are read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owner<'a> {
    /// Twelve digits; none when AWS would not tell.
    pub(crate) account: Option<&'a str>,
    pub(crate) region: &'a str,
}

impl Owner<'_> {
    /// The ARN of a load balancer, a listener or a target group, which only the owner's own can be.
    pub(crate) fn arn(
        &self,
        name: &'static str,
        kind: &str,
        arn: Option<String>,
    ) -> Understood<String> {
        self.arn_of("elasticloadbalancing", kind, filled(name, arn)?)
    }

    /// The ARNs of load balancers of a kind, all of them the owner's: `loadbalancer/app/`, of any `loadbalancer/`.
    pub(crate) fn load_balancers(
        &self,
        kind: &str,
        arns: impl IntoIterator<Item = String>,
    ) -> Understood<Vec<String>> {
        each(arns, |arn| self.arn_of("elasticloadbalancing", kind, arn))
    }

    /// The ARN of a service's resource of this kind.
    pub(crate) fn arn_of(&self, service: &str, kind: &str, arn: String) -> Understood<String> {
        let own = match arn.splitn(6, ':').collect::<Vec<_>>()[..] {
            ["arn", _, named, region, account, resource] => {
                named == service
                    && region == self.region
                    && self.account.is_none_or(|own| own == account)
                    && resource.starts_with(kind)
            }
            _ => false,
        };
        if own { Ok(arn) } else { Err(Unexpected::Foreign(arn)) }
    }
}

/// The ARN of something that is this account's, in whatever region: what belongs to no account is everybody's.
pub(crate) fn own_arn(account: Option<&str>, arn: String) -> Understood<String> {
    let named = arn.strip_prefix("arn:").and_then(|rest| rest.split(':').nth(3));
    let is_own = named
        .is_some_and(|named| named.is_empty() || account.is_none_or(|account| account == named));
    if is_own { Ok(arn) } else { Err(Unexpected::Foreign(arn)) }
}

/// Every item, read by this, each once however often it comes; the first that is not understood, if one is not.
pub(crate) fn each_once<T: fmt::Debug, U>(
    items: Vec<T>,
    read: impl FnMut(T) -> Understood<U>,
) -> Understood<Vec<U>> {
    each(once(items), read)
}

/// The items without those that come again.
pub(crate) fn once<T: fmt::Debug>(mut items: Vec<T>) -> Vec<T> {
    if items.len() > 1 {
        let mut seen = BTreeSet::new();
        items.retain(|item| seen.insert(format!("{item:?}")));
    }
    items
}

/// Every item, read by this; the first that is not understood, if one is not.
pub(crate) fn each<T, U>(
    items: impl IntoIterator<Item = T>,
    read: impl FnMut(T) -> Understood<U>,
) -> Understood<Vec<U>> {
    items.into_iter().map(read).collect()
}

/// Reads a text that is never empty.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Text::deserialize(deserializer).map(|text| text.0)
}

/// Reads a text that may be missing, but not empty.
pub(crate) fn some_text<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    Option::<Text>::deserialize(deserializer).map(|text| text.map(|text| text.0))
}

/// Reads the number of an account, which may be missing.
pub(crate) fn some_account<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(number_of_account).transpose()
}

/// Reads the number of an account, which is never missing.
pub(crate) fn account_number<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<String, D::Error> {
    number_of_account(String::deserialize(deserializer)?)
}

fn number_of_account<E: serde::de::Error>(text: String) -> Result<String, E> {
    if is_account(&text) {
        Ok(text)
    } else {
        Err(E::custom("the number of an account has twelve digits"))
    }
}

/// A text of an answer that is never empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Text(pub(crate) String);

impl TryFrom<String> for Text {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.is_empty() { Err("a text that is never empty is") } else { Ok(Text(text)) }
    }
}

/// The texts of a list of them.
pub(crate) fn texts(all: Vec<Text>) -> Vec<String> {
    all.into_iter().map(|text| text.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_protected_is_the_accounts_own() {
        let eip = "arn:aws:ec2:eu-west-1:111122223333:eip-allocation/eipalloc-1";
        for (account, arn, is_own) in [
            (Some("111122223333"), eip, true),
            (Some("444455556666"), eip, false),
            (None, eip, true),
            (Some("444455556666"), "arn:aws:route53:::hostedzone/Z1", true),
            (None, "eipalloc-1", false),
            (None, "arn:aws", false),
        ] {
            assert_eq!(own_arn(account, arn.to_owned()).is_ok(), is_own, "{account:?} {arn}");
        }
    }

    #[test]
    fn what_is_missing_or_of_no_use_is_told() {
        assert_eq!(filled("Arn", None), Err(Unexpected::Missing("Arn")));
        assert_eq!(filled("Arn", Some(String::new())), Err(Unexpected::Empty("Arn")));
        assert_eq!(if_any("Name", None), Ok(None));
        assert!(if_any("Name", Some(String::new())).is_err());
        assert_eq!(port("Port", Some(443)), Ok(Some(443)));
        for none in [0, -7, 65_536, i32::MAX] {
            assert_eq!(port("Port", Some(none)), Err(Unexpected::Value("Port", none.to_string())));
        }
        assert!(all_filled("Zones", vec!["a".to_owned(), String::new()]).is_err());
        assert!(quick_xml::de::from_str::<Text>("<a></a>").is_err());
    }
}
