//! Amazon `EventBridge`: an event for every change.

use aws_types::SdkConfig;
use elb_audit_core::alert::Alert;
use elb_audit_core::alert::event::{Event, SOURCE, events};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{DeliveryFailure, Refused};
use crate::aws::RegionName;
use crate::aws::query::{Client, EVENTS};

/// Entries of a call, and their bytes together.
///
/// Source: Amazon `EventBridge` user guide, `PutEvents`: 10 entries, 256 KB.
const ENTRIES: usize = 10;
const BYTES: usize = 250_000;
/// Failures that are told one by one.
const SHOWN: usize = 3;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answered {
    #[serde(default)]
    failed_entry_count: usize,
    #[serde(default)]
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    error_code: Option<String>,
    error_message: Option<String>,
}

/// Puts the alert's events. A call that fails ends it: the next one would fail too.
pub(super) async fn put(
    alert: &Alert<'_>,
    bus: &str,
    region: &RegionName,
    config: &SdkConfig,
) -> Result<(), DeliveryFailure> {
    let client = Client::outside_scan(&EVENTS, config, region);
    let events = events(alert);
    let (mut failed, mut reasons) = (0, Vec::new());
    for batch in batches(&events) {
        let time = alert.report.taken_at.as_second();
        let entries: Vec<Value> = batch.iter().map(|event| entry(event, bus, time)).collect();
        let answer = client.json::<Answered>("PutEvents", &json!({"Entries": entries})).await;
        match answer {
            Ok(answered) => {
                failed += answered.failed_entry_count;
                reasons.extend(answered.entries.into_iter().filter_map(why));
            }
            Err(error) => {
                return Err(Refused::new(&error, &format!("events:PutEvents on {bus}")).into());
            }
        }
    }
    if failed == 0 {
        return Ok(());
    }
    reasons.sort();
    reasons.dedup();
    reasons.truncate(SHOWN);
    Err(DeliveryFailure::Events { failed, all: events.len(), reasons: reasons.join("; ") })
}

fn why(entry: Entry) -> Option<String> {
    let code = entry.error_code?;
    Some(format!("{code}: {}", entry.error_message.unwrap_or_default()))
}

fn entry(event: &Event, bus: &str, time: i64) -> Value {
    json!({
        "Source": SOURCE,
        "DetailType": event.detail_type,
        "Detail": event.detail,
        "Resources": event.resources,
        "Time": time,
        "EventBusName": bus,
    })
}

/// As many events to a call as it takes.
fn batches(events: &[Event]) -> Vec<&[Event]> {
    let mut batches = Vec::new();
    let (mut start, mut size) = (0, 0);
    for (place, event) in events.iter().enumerate() {
        if place > start && (place - start == ENTRIES || size + event.size() > BYTES) {
            batches.push(&events[start..place]);
            (start, size) = (place, 0);
        }
        size += event.size();
    }
    batches.push(&events[start..]);
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(size: usize) -> Event {
        let detail = "x".repeat(size);
        Event { detail_type: String::new(), resources: Vec::new(), detail }
    }

    #[test]
    fn a_call_takes_so_many_events_and_bytes() {
        let sizes =
            |events: &[Event]| batches(events).iter().map(|one| one.len()).collect::<Vec<_>>();
        assert_eq!(sizes(&vec![event(1); 25]), [10, 10, 5]);
        assert_eq!(sizes(&vec![event(100_000); 5]), [2, 2, 1]);
        assert_eq!(sizes(&[event(300_000), event(1)]), [1, 1], "one too large stands alone");
        let all = vec![event(60_000); 9];
        assert!(
            batches(&all).iter().all(|one| one.iter().map(Event::size).sum::<usize>() <= BYTES)
        );
    }
}
