//! Saved reports: what `accept`, `diff`, `--baseline` and `--state` read.

use elb_audit_core::report::{Report, SCHEMA};
use serde::Deserialize;
use serde_json::error::Category;

/// What every version of a report has.
#[derive(Deserialize)]
struct Head {
    schema: String,
}

/// Reads a report of the version that this program writes; `name` is what messages call it.
pub(crate) fn report(name: &str, bytes: &[u8]) -> Result<Report, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let head: Head = serde_json::from_slice(bytes).map_err(|error| {
        let ends = if error.classify() == Category::Eof { ", or a part of one" } else { "" };
        format!("cannot use {name}: it is no JSON report{ends} ({error})")
    })?;
    if head.schema != SCHEMA {
        let schema: String = head.schema.chars().take(80).collect();
        return Err(format!("cannot use {name}: its schema is `{schema}`, not `{SCHEMA}`"));
    }
    serde_json::from_slice(bytes)
        .map_err(|error| format!("cannot use {name}: it does not follow `{SCHEMA}` ({error})"))
}
