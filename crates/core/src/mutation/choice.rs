//! What only the user knows, and what stands for it while a change is tried in memory.

use std::collections::BTreeMap;
use std::fmt;

/// A value of a change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// This one.
    Is(String),
    /// The one that the user chooses.
    Of(Choice),
}

impl Value {
    /// The value, or the variable of the choice.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Value::Is(text) => text.clone(),
            Value::Of(choice) => format!("${}", choice.name()),
        }
    }

    /// The value, or what was chosen.
    #[must_use]
    pub fn text(&self, chosen: &Chosen) -> String {
        match self {
            Value::Is(text) => text.clone(),
            Value::Of(choice) => chosen.of(choice),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Is(text.to_owned())
    }
}

/// What was chosen, by the names of the choices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen(pub BTreeMap<String, String>);

impl Chosen {
    /// What was chosen, or what stands for it.
    #[must_use]
    pub fn of(&self, choice: &Choice) -> String {
        self.0.get(choice.name()).map_or_else(|| choice.stand_in().to_owned(), Clone::clone)
    }

    /// Whether there is a choice of this name that can have this value.
    #[must_use]
    pub fn accepts(&self, name: &str, value: &str) -> bool {
        let is_plain =
            |letter: char| letter.is_ascii_alphanumeric() || "_.:/@*+=~-".contains(letter);
        let is_range = name.ends_with("_RANGE");
        Choice::NAMES.contains(&name)
            && name != "CLIENT_SECRET"
            && !value.is_empty()
            && value.chars().all(is_plain)
            && (!is_range || value.parse::<ipnet::IpNet>().is_ok_and(|net| net == net.trunc()))
    }
}

/// What only the user knows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Choice {
    /// ARN of a certificate for these names.
    Certificate(Vec<String>),
    /// Name of a bucket for logs.
    LogBucket,
    /// ARN of a web ACL.
    WebAcl,
    /// ARN of a trust store.
    TrustStore,
    /// The IPv4 range that clients connect from.
    Clients,
    /// The IPv6 range that clients connect from.
    ClientsIpv6,
    /// ARN of the target group that requests are meant for.
    ServingGroup,
    /// The origin whose pages may read answers.
    Origin,
    /// The `aud` of tokens for the service.
    Audience,
    /// Where an issuer of tokens, this one, publishes its keys.
    Keys(String),
}

impl Choice {
    /// The names of all of them.
    pub(crate) const NAMES: [&str; 11] = [
        "CERTIFICATE_ARN",
        "LOG_BUCKET",
        "NEW_WEB_ACL_ARN",
        "NEW_TRUST_STORE_ARN",
        "CLIENTS_RANGE",
        "CLIENTS_IPV6_RANGE",
        "SERVING_GROUP_ARN",
        "ALLOWED_ORIGIN",
        "AUDIENCE",
        "JWKS_ENDPOINT",
        "CLIENT_SECRET",
    ];

    /// The placeholder in commands, which is the variable of a script too.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Choice::Certificate(_) => "CERTIFICATE_ARN",
            Choice::LogBucket => "LOG_BUCKET",
            Choice::WebAcl => "NEW_WEB_ACL_ARN",
            Choice::TrustStore => "NEW_TRUST_STORE_ARN",
            Choice::Clients => "CLIENTS_RANGE",
            Choice::ClientsIpv6 => "CLIENTS_IPV6_RANGE",
            Choice::ServingGroup => "SERVING_GROUP_ARN",
            Choice::Origin => "ALLOWED_ORIGIN",
            Choice::Audience => "AUDIENCE",
            Choice::Keys(_) => "JWKS_ENDPOINT",
        }
    }

    /// What it is, in a word or two.
    #[must_use]
    pub fn what(&self) -> &'static str {
        match self {
            Choice::Certificate(_) | Choice::WebAcl | Choice::TrustStore | Choice::ServingGroup => {
                "ARN"
            }
            Choice::LogBucket => "name of a bucket",
            Choice::Clients | Choice::ClientsIpv6 => "range",
            Choice::Origin => "origin",
            Choice::Audience => "audience",
            Choice::Keys(_) => "address",
        }
    }

    /// What stands for it in memory: of the right form, and nothing that AWS has.
    #[must_use]
    pub fn stand_in(&self) -> &'static str {
        match self {
            Choice::Certificate(_) => "arn:aws:acm:us-east-1:123456789012:certificate/chosen",
            Choice::LogBucket => "chosen-log-bucket",
            Choice::WebAcl => "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/chosen/chosen",
            Choice::TrustStore => {
                "arn:aws:elasticloadbalancing:us-east-1:123456789012:truststore/chosen/0"
            }
            Choice::Clients => "203.0.113.0/24",
            Choice::ClientsIpv6 => "2001:db8:12::/48",
            Choice::ServingGroup => {
                "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/chosen/0"
            }
            Choice::Origin => "https://www.example.com",
            Choice::Audience => "chosen",
            Choice::Keys(_) => "https://issuer.example.com/.well-known/jwks.json",
        }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.name())
    }
}
