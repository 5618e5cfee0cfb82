//! The bundled tables: what `scripts/service_tables.py` reads from botocore's service models.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

use crate::call::{Family, Protocol};

/// A service.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Service {
    /// By the name that botocore has for it; the key of the table.
    #[serde(skip)]
    pub(crate) name: String,
    pub(crate) protocol: Protocol,
    pub(crate) json_version: Option<String>,
    /// What stands before the operation in the header of JSON services.
    pub(super) target: Option<String>,
    pub(super) version: String,
    pub(crate) namespace: Option<String>,
    /// The name that requests are signed for, which is also the prefix of its IAM actions.
    pub(crate) signing: String,
    pub(crate) home: Option<String>,
    pub(super) operations: BTreeMap<String, Operation>,
    #[serde(default)]
    pub(crate) errors: BTreeMap<String, Failure>,
    #[serde(default)]
    shapes: BTreeMap<String, Shape>,
}

/// An operation.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Operation {
    #[serde(skip)]
    pub(crate) name: String,
    pub(super) method: String,
    /// With labels: `/2015-03-31/functions/{FunctionName}/invocations`.
    pub(super) path: String,
    /// What stands in the query string of each such request.
    #[serde(default)]
    pub(super) query: Vec<(String, String)>,
    pub(super) status: Option<u16>,
    pub(super) pages: Option<Pages>,
    #[serde(default)]
    pub(super) errors: Vec<String>,
    pub(super) input: Option<String>,
    pub(super) output: Option<String>,
}

/// How an operation pages; of members of the answer by their paths.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pages {
    pub(super) token: String,
    pub(super) next: String,
    /// The member that is true while there is more.
    pub(super) more: Option<String>,
    pub(super) size: Option<String>,
    pub(super) least: Option<usize>,
    pub(super) most: Option<usize>,
    pub(super) results: Vec<String>,
}

/// An error that an operation is documented with.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Failure {
    pub(crate) code: String,
    pub(crate) status: u16,
}

/// What is made of members.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub(super) enum Shape {
    Structure(Structure),
    List { item: Member },
    Map { key: Member, value: Member },
}

/// Members by their names.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Structure {
    pub(super) members: BTreeMap<String, Member>,
    /// The member that is the whole body.
    pub(super) payload: Option<String>,
    /// Exactly one member is there.
    #[serde(default)]
    pub(super) union: bool,
    /// Any JSON at all.
    #[serde(default)]
    pub(super) document: bool,
    /// The prefix of an attribute, with its namespace.
    pub(super) prefix: Option<(String, String)>,
}

/// A member: its shape, and how it is written.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Member {
    /// One of the service's shapes, or a scalar: `string`, `timestamp` …
    pub(super) shape: String,
    pub(super) name: Option<String>,
    pub(super) query_name: Option<String>,
    pub(super) place: Option<Location>,
    pub(super) format: Option<String>,
    /// Whether a list or a map has no element of its own around its items.
    #[serde(default)]
    pub(super) flattened: bool,
    #[serde(default)]
    pub(super) attribute: bool,
    #[serde(default)]
    pub(super) required: bool,
}

/// Where a member stands outside of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Location {
    Path,
    Query,
    Header,
    Status,
}

impl Service {
    /// The service by the name that botocore has for it.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        all().iter().find(|service| service.name == name)
    }

    /// The code of a token that it did not give.
    pub(crate) fn bad_token(&self) -> Option<&str> {
        let mut codes = self.errors.values().map(|error| error.code.as_str());
        codes.find(|code| code.contains("NextToken") || code.contains("PaginationToken"))
    }

    /// The family that its calls are of: one that is answered by hand too, or one of its own.
    pub(super) fn family(&'static self) -> Family {
        Family::by_hand(&self.name).unwrap_or(Family::Modelled(self))
    }

    /// The operation of that name.
    pub(super) fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations.get(name)
    }

    /// What is made of members; a scalar is not.
    pub(super) fn shape(&self, name: &str) -> Option<&Shape> {
        self.shapes.get(name)
    }

    /// An operation's input or output, which are structures if there are any.
    pub(super) fn structure(&self, name: Option<&str>) -> Option<&Structure> {
        match self.shape(name?)? {
            Shape::Structure(structure) => Some(structure),
            Shape::List { .. } | Shape::Map { .. } => None,
        }
    }
}

impl Structure {
    /// The members that have a value.
    pub(super) fn present<'a>(
        &'a self,
        value: &'a Value,
    ) -> impl Iterator<Item = (&'a String, &'a Member, &'a Value)> {
        let all = self.members.iter();
        all.filter_map(|(name, member)| Some((name, member, value.get(name)?)))
    }
}

impl Member {
    /// The name that it is written by.
    pub(super) fn wire<'a>(&'a self, name: &'a str) -> &'a str {
        self.name.as_deref().unwrap_or(name)
    }
}

/// The services that are answered from their models.
pub(super) fn all() -> &'static [Service] {
    static ALL: LazyLock<Vec<Service>> = LazyLock::new(|| {
        match serde_json::from_str::<BTreeMap<String, Service>>(include_str!(
            "../../data/services.json"
        )) {
            Ok(services) => services.into_iter().map(named).collect(),
            Err(error) => panic!("data/services.json: {error}"),
        }
    });
    &ALL
}

fn named((name, mut service): (String, Service)) -> Service {
    for (name, operation) in &mut service.operations {
        operation.name.clone_from(name);
    }
    Service { name, ..service }
}
