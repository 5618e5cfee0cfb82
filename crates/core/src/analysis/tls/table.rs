//! Security policies as AWS's pages print them, for policies whose content a scan could not read.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::inventory::Kind;

const FINITE_FIELD: &str = "finite-field-dhe";

/// Policies by kind of load balancer and name: Classic and Network share names, not contents.
#[derive(Deserialize)]
pub(super) struct Table {
    /// Month of the pages.
    pub(super) as_of: String,
    /// Names that Security Hub's ELB.17 accepts.
    pub(super) recommended: Vec<String>,
    /// Classes of cipher that are no fault by themselves.
    tolerated: Vec<String>,
    /// Those of them that are a fault on a Classic load balancer.
    weak_on_classic: Vec<String>,
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

/// The classes of a cipher; none where nobody has classified it. Names of later ciphers say whether they exchange
/// keys by finite-field Diffie-Hellman.
pub(super) fn classes(cipher: &str) -> Option<Vec<&'static str>> {
    let known = TABLE.ciphers.get(cipher).map(|all| all.iter().map(String::as_str).collect());
    let by_name = || ["DHE-", "EDH-"].iter().any(|begin| cipher.starts_with(begin));
    known.or_else(|| by_name().then(|| vec![FINITE_FIELD]))
}

/// Whether offering a cipher of this class is a fault on this kind of load balancer. The groups of finite-field
/// Diffie-Hellman are of 1,024 bits on a Classic one, and nobody can choose others.
///
/// Source: mozilla/ssl-config-generator, issue 84; AWS's announcement of May 2015, on Logjam.
pub(super) fn is_weak(class: &str, kind: &Kind) -> bool {
    let among = |list: &[String]| list.iter().any(|known| known == class);
    !among(&TABLE.tolerated) || *kind == Kind::Classic && among(&TABLE.weak_on_classic)
}
