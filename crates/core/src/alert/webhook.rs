//! An alert as a JSON document for programs, by the schema [`SCHEMA`].

use serde_json::{Value, json};

use super::Alert;
use super::brief::{self, changes, overview};

/// The version of the document.
pub const SCHEMA: &str = "elb-audit/alert/v1";

/// Faults of all kinds, and calls, that are entry before the rest is only counted.
const MOST: usize = 200;

/// The alert as a document. Lists hold the most important first; `left_out` counts what they lack.
#[must_use]
pub fn document(alert: &Alert<'_>) -> Value {
    let all: Vec<_> = changes(alert).chain(brief::standing(alert)).collect();
    let entry = all.iter().take(MOST).map(brief::ChangeEntry::entry);
    let lost = alert.lost.iter().take(MOST).map(|gap| brief::lost(gap));
    let mut document = serde_json::Map::new();
    document.insert("schema".to_owned(), json!(SCHEMA));
    document.extend(overview(alert));
    document.insert("findings".to_owned(), entry.collect());
    document.insert("unread".to_owned(), lost.collect());
    let left_out = |all: usize| all.saturating_sub(MOST);
    let left_out = json!({"findings": left_out(all.len()), "unread": left_out(alert.lost.len())});
    document.insert("left_out".to_owned(), left_out);
    Value::Object(document)
}
