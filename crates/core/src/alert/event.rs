//! An alert as events of Amazon `EventBridge`: one for each change, and a summary.

use serde_json::{Map, Value, json};

use super::Alert;
use super::brief::{self, ChangeEntry, changes, overview};
use crate::render::json::line;
use crate::vocab::escape::steers;

/// Changes that get an event of their own; the summary says how many more there are.
const MOST: usize = 500;
/// Calls that the summary names.
const UNREAD: usize = 20;

/// An event, without what is the same for all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What rules match by: `elb-audit finding new`, `elb-audit summary` …
    pub detail_type: String,
    /// ARNs that it is about.
    pub resources: Vec<String>,
    /// A JSON object.
    pub detail: String,
}

impl Event {
    /// Bytes that it counts for in a call, as AWS counts them: time, source, type, detail, resources.
    ///
    /// Source: Amazon `EventBridge` user guide, calculating the size of a `PutEvents` entry.
    #[must_use]
    pub fn size(&self) -> usize {
        let resources: usize = self.resources.iter().map(String::len).sum();
        14 + SOURCE.len() + self.detail_type.len() + self.detail.len() + resources
    }
}

/// Who sends the events.
pub const SOURCE: &str = "elb-audit";

/// The alert as events, the summary last.
#[must_use]
pub fn events(alert: &Alert<'_>) -> Vec<Event> {
    let environment = Some(alert.label).filter(|label| !label.is_empty());
    let mut events: Vec<Event> = changes(alert)
        .take(MOST)
        .map(|entry| {
            let mut detail = entry.entry();
            detail["environment"] = json!(environment);
            detail["taken_at"] = json!(alert.report.taken_at);
            let detail_type = format!("elb-audit finding {}", entry.kind.words());
            Event { detail_type, resources: resources(&entry), detail: line(&detail) }
        })
        .collect();
    let mut detail: Map<String, Value> = overview(alert);
    let left_out = changes(alert).count().saturating_sub(MOST);
    detail.insert("left_out".to_owned(), json!(left_out));
    let unread = alert.lost.iter().take(UNREAD).map(|gap| brief::lost(gap)).collect();
    detail.insert("unread".to_owned(), unread);
    let detail = line(&Value::Object(detail));
    let detail_type = "elb-audit summary".to_owned();
    events.push(Event { detail_type, resources: Vec::new(), detail });
    events
}

/// The load balancer and what of it is meant, where that has an ARN. Longer ones than AWS's are none, nor is
/// what holds other characters.
fn resources(entry: &ChangeEntry<'_>) -> Vec<String> {
    let lb = entry.finding.load_balancer.as_ref().map(|lb| lb.arn.as_str());
    let subject = Some(entry.finding.subject.id.as_str()).filter(|id| lb != Some(id));
    let arn = |id: &&str| id.starts_with("arn:") && id.len() <= 2_048 && !id.contains(steers);
    lb.into_iter().chain(subject).filter(arn).map(str::to_owned).collect()
}
