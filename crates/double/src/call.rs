//! A request, understood: which API family and operation, for which region, by whom, with what.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::http::Request;

/// The API families that the double answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Elb,
    Elbv2,
    Ec2,
    Iam,
    Sts,
    Acm,
    Wafv2,
    Logs,
    Unknown,
}

impl Family {
    /// The name that tests use.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Elb => "elb",
            Self::Elbv2 => "elbv2",
            Self::Ec2 => "ec2",
            Self::Iam => "iam",
            Self::Sts => "sts",
            Self::Acm => "acm",
            Self::Wafv2 => "wafv2",
            Self::Logs => "logs",
            Self::Unknown => "unknown",
        }
    }

    /// The prefix of its IAM actions.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::Elb | Self::Elbv2 => "elasticloadbalancing",
            other => other.name(),
        }
    }

    /// The namespace of its XML.
    pub(crate) fn namespace(self) -> &'static str {
        match self {
            Self::Elb => "http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/",
            Self::Ec2 => "http://ec2.amazonaws.com/doc/2016-11-15/",
            Self::Iam => "https://iam.amazonaws.com/doc/2010-05-08/",
            Self::Sts => "https://sts.amazonaws.com/doc/2011-06-15/",
            _ => "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
        }
    }

    /// The content type of its answers.
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Acm | Self::Wafv2 | Self::Logs => "application/x-amz-json-1.1",
            Self::Ec2 => "text/xml;charset=UTF-8",
            _ => "text/xml",
        }
    }

    /// By the API version of a query, which alone tells the two load-balancer generations apart.
    fn of_version(version: &str) -> Self {
        match version {
            "2012-06-01" => Self::Elb,
            "2015-12-01" => Self::Elbv2,
            "2016-11-15" => Self::Ec2,
            "2010-05-08" => Self::Iam,
            "2011-06-15" => Self::Sts,
            _ => Self::Unknown,
        }
    }

    fn of_target(target: &str) -> Self {
        match target {
            "CertificateManager" => Self::Acm,
            "AWSWAF_20190729" => Self::Wafv2,
            "Logs_20140328" => Self::Logs,
            _ => Self::Unknown,
        }
    }
}

/// A request, understood.
pub(crate) struct Call {
    pub(crate) family: Family,
    pub(crate) action: String,
    pub(crate) region: String,
    pub(crate) access_key: String,
    pub(crate) parameters: BTreeMap<String, String>,
}

impl Call {
    /// Understands `request`; what cannot be understood is of family [`Family::Unknown`].
    pub(crate) fn read(request: &Request) -> Self {
        let (access_key, region) = scope(request.header("authorization").unwrap_or_default());
        let (family, action, parameters) = match request.header("x-amz-target") {
            Some(target) => read_json(target, &request.body),
            None => read_query(request),
        };
        Self { family, action, region, access_key, parameters }
    }

    /// The IAM action.
    pub(crate) fn iam_action(&self) -> String {
        format!("{}:{}", self.family.prefix(), self.action)
    }

    /// A parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// A list: `prefix.1`, `prefix.2` and so on.
    pub(crate) fn list(&self, prefix: &str) -> Vec<&str> {
        (1..).map_while(|number| self.get(&format!("{prefix}.{number}"))).collect()
    }
}

/// The access key and region that a request was signed with.
fn scope(authorization: &str) -> (String, String) {
    let credential = authorization.split_once("Credential=").map_or("", |(_, rest)| rest);
    let mut parts = credential.split(',').next().unwrap_or_default().split('/');
    let key = parts.next().unwrap_or_default().to_owned();
    let region = parts.nth(1).unwrap_or("us-east-1").to_owned();
    (key, region)
}

fn read_json(target: &str, body: &[u8]) -> (Family, String, BTreeMap<String, String>) {
    let (service, action) = target.split_once('.').unwrap_or((target, ""));
    let mut parameters = BTreeMap::new();
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    flatten("", &value, &mut parameters);
    (Family::of_target(service), action.to_owned(), parameters)
}

/// Writes JSON as the query protocol would, so that both kinds of parameters are read alike.
fn flatten(path: &str, value: &Value, into: &mut BTreeMap<String, String>) {
    let below = |name: &str| {
        if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
    };
    match value {
        Value::Null => {}
        Value::Object(members) => {
            for (name, member) in members {
                flatten(&below(name), member, into);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                flatten(&below(&(index + 1).to_string()), item, into);
            }
        }
        Value::String(text) => drop(into.insert(path.to_owned(), text.clone())),
        other => drop(into.insert(path.to_owned(), other.to_string())),
    }
}

fn read_query(request: &Request) -> (Family, String, BTreeMap<String, String>) {
    let query = request.target.split_once('?').map_or("", |(_, query)| query);
    let body = String::from_utf8_lossy(&request.body);
    let mut parameters: BTreeMap<String, String> = query
        .split('&')
        .chain(body.split('&'))
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect();
    let version = parameters.remove("Version").unwrap_or_default();
    let action = parameters.remove("Action").unwrap_or_default();
    (Family::of_version(&version), action, parameters)
}

/// Undoes form encoding.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => hex(rest.next()) << 4 | hex(rest.next()),
            other => other,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: Option<u8>) -> u8 {
    match digit {
        Some(digit @ b'0'..=b'9') => digit - b'0',
        Some(digit @ b'a'..=b'f') => digit - b'a' + 10,
        Some(digit @ b'A'..=b'F') => digit - b'A' + 10,
        _ => 0,
    }
}
