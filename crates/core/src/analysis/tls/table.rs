//! Security policies as AWS's pages print them, for policies whose content a scan could not read.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::inventory::Kind;

/// Policies by kind of load balancer and name: Classic and Network share names, not contents.
#[derive(Deserialize)]
pub(super) struct Table {
    /// Month of the pages.
    pub(super) as_of: String,
    /// Names that Security Hub's ELB.17 accepts.
    pub(super) recommended: Vec<String>,
    /// Classes of cipher that are no fault by themselves.
    tolerated: Vec<String>,
    /// Every cipher name that was classified, with its classes.
    pub(super) ciphers: BTreeMap<String, Vec<String>>,
    /// The policies.
    pub(super) policies: Vec<Row>,
}

/// One policy.
#[derive(Deserialize)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) families: Vec<String>,
    pub(super) protocols: Vec<String>,
    pub(super) ciphers: Vec<String>,
    /// Whether AWS's pages do not print its content.
    #[serde(default)]
    pub(super) inferred: bool,
    /// Whether the client's order of ciphers decides, not the load balancer's.
    #[serde(default)]
    pub(super) client_order: bool,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    serde_json::from_str(include_str!("policies.json")).expect("the bundled table is well formed")
});

/// The table, parsed at its first use.
pub(super) fn get() -> &'static Table {
    &TABLE
}

/// The policy of this name on this kind of load balancer.
pub(super) fn find(kind: &Kind, name: &str) -> Option<&'static Row> {
    let family = kind.to_string();
    TABLE.policies.iter().find(|row| row.name == name && row.families.contains(&family))
}

/// Whether offering a cipher of this class is a fault.
pub(super) fn is_weak(class: &str) -> bool {
    !TABLE.tolerated.iter().any(|tolerated| tolerated == class)
}
