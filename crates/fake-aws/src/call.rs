//! A request, understood: which API family and operation, for which region, by whom, with what.

mod family;
mod rest;
mod sent;

use std::collections::BTreeMap;

use serde_json::Value;

pub(crate) use family::{Family, Protocol};
pub(crate) use sent::Sent;

use crate::http::Request;
use crate::service::{self, Modelled, Understood};

/// A request, understood.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) family: Family,
    pub(crate) action: String,
    pub(crate) region: String,
    pub(crate) access_key: String,
    pub(crate) parameters: BTreeMap<String, String>,
    /// What the tables know of it, if it is answered from a model.
    pub(crate) modelled: Option<Modelled>,
    /// What was sent, as it came.
    pub(crate) body: Vec<u8>,
    /// The headers that say who asks, as AWS quotes them.
    pub(crate) quoted: String,
}

impl Call {
    /// Understands `request`; what cannot be understood is of family [`Family::Unknown`].
    pub(crate) fn read(request: &Request) -> Self {
        let (access_key, region, service) =
            scope(request.header("authorization").unwrap_or_default());
        let understood = service::read(&service, request);
        let Understood { family, action, parameters, modelled } =
            understood.unwrap_or_else(|| by_hand(&service, request));
        let body = request.body.clone();
        let quoted = ["authorization", "x-amz-date", "x-amz-security-token"]
            .into_iter()
            .filter_map(|name| Some(format!("{name}:{}", request.header(name)?)));
        let quoted = quoted.collect::<Vec<_>>().join("\n");
        Self { family, action, region, access_key, parameters, modelled, body, quoted }
    }

    /// The IAM action, which some families do not name after the operation.
    pub(crate) fn iam_action(&self) -> String {
        let name = match (self.family, self.action.as_str()) {
            (Family::ApiGateway | Family::ApiGatewayV2, _) => "GET",
            (Family::S3, "HeadBucket" | "ListObjectsV2") => "ListBucket",
            (Family::S3, "HeadObject") => "GetObject",
            (Family::S3, "ListBuckets") => "ListAllMyBuckets",
            (Family::S3, "GetBucketLifecycleConfiguration") => "GetLifecycleConfiguration",
            (Family::Lambda, "Invoke") => "InvokeFunction",
            (Family::S3, "GetPublicAccessBlock") => "GetBucketPublicAccessBlock",
            (Family::S3, "GetBucketEncryption") => "GetEncryptionConfiguration",
            (Family::Modelled(service), "GetPublicAccessBlock") if service.name == "s3control" => {
                "GetAccountPublicAccessBlock"
            }
            (_, operation) => operation,
        };
        format!("{}:{name}", self.family.prefix())
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

/// The access key, region and service that a request was signed with.
fn scope(authorization: &str) -> (String, String, String) {
    let credential = authorization.split_once("Credential=").map_or("", |(_, rest)| rest);
    let mut parts = credential.split(',').next().unwrap_or_default().split('/');
    let key = parts.next().unwrap_or_default().to_owned();
    let region = parts.nth(1).unwrap_or("us-east-1").to_owned();
    let service = parts.next().unwrap_or_default().to_owned();
    (key, region, service)
}

/// Understands a request for an operation that is answered by hand.
fn by_hand(service: &str, request: &Request) -> Understood {
    let (family, action, parameters) = match request.header("x-amz-target") {
        Some(target) => read_json(target, &request.body),
        None => rest::read(service, request).unwrap_or_else(|| read_query(request)),
    };
    Understood { family, action, parameters, modelled: None }
}

fn read_json(target: &str, body: &[u8]) -> (Family, String, BTreeMap<String, String>) {
    let (service, action) = target.split_once('.').unwrap_or((target, ""));
    let mut parameters = BTreeMap::new();
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    flatten("", &value, &mut parameters);
    (Family::of_target(service), action.to_owned(), parameters)
}

/// Writes JSON as the query protocol would, so that both kinds of parameters are read alike.
pub(crate) fn flatten(path: &str, value: &Value, into: &mut BTreeMap<String, String>) {
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
    let mut parameters: BTreeMap<String, String> = pairs(query).chain(pairs(&body)).collect();
    let version = parameters.remove("Version").unwrap_or_default();
    let action = parameters.remove("Action").unwrap_or_default();
    (Family::of_version(&version), action, parameters)
}

/// The names and values of a query string or of a form.
pub(crate) fn pairs(text: &str) -> impl Iterator<Item = (String, String)> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
}

/// Undoes form encoding.
pub(crate) fn decode(text: &str) -> String {
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
