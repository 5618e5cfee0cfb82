//! The way to a listener as a code flow: who can connect, what each thing on the way says, and what would close it.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{TEXT, physical, text};
use crate::render::prose::{exposure, list};
use crate::report::{Finding, ListenerSummary, Report, SubjectKind};
use crate::vocab::evidence::Step;

/// Places of a result's flow that GitHub shows.
const PLACES: usize = 1_000;
/// Sources, and ways to close it, that are named.
const NAMED: usize = 10;

/// The listeners of a report, as findings name them.
pub(super) struct Listeners<'a> {
    /// By ARN of the load balancer, and id.
    each: HashMap<(&'a str, &'a str), &'a ListenerSummary>,
    /// By ARN of the load balancer the first of its most exposed ones.
    widest: HashMap<&'a str, &'a ListenerSummary>,
}

impl<'a> Listeners<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let mut all = Listeners { each: HashMap::new(), widest: HashMap::new() };
        for lb in &report.load_balancers {
            for listener in lb.listeners.iter().flatten() {
                all.each.insert((&lb.arn, &listener.id), listener);
                let widest = all.widest.entry(&lb.arn).or_insert(listener);
                if listener.exposure.breadth() > widest.exposure.breadth() {
                    *widest = listener;
                }
            }
        }
        all
    }

    /// The listener that a finding is about; for one about the load balancer itself, its most exposed one.
    fn named(&self, finding: &Finding) -> Option<&'a ListenerSummary> {
        let arn = &*finding.load_balancer.as_ref()?.arn;
        match finding.subject.kind {
            SubjectKind::Listener => self.each.get(&(arn, &finding.subject.id)).copied(),
            SubjectKind::LoadBalancer => self.widest.get(arn).copied(),
            _ => None,
        }
    }

    /// The code flow of a finding at this path; none where nothing is known of the way.
    pub(super) fn flow(&self, finding: &Finding, path: &str) -> Option<Value> {
        let listener = self.named(finding)?;
        let steps = steps(listener);
        if steps.len() < 2 {
            return None;
        }
        let place = |said: &String| {
            let message = json!({"text": text(said, TEXT, "unnamed")});
            json!({"location": {"physicalLocation": physical(path), "message": message}})
        };
        let who = format!("The way to {}: {}", listener.label, exposure(listener.exposure));
        Some(json!({
            "message": {"text": text(&who, TEXT, "unnamed")},
            "threadFlows": [{"locations": steps.iter().map(place).collect::<Vec<_>>()}],
        }))
    }
}

/// What stands on the way, from the outside in, the listener last.
fn steps(listener: &ListenerSummary) -> Vec<String> {
    let mut steps = Vec::new();
    if !listener.reachable_from.is_empty() {
        steps.push(format!("from {}", list(&listener.reachable_from, NAMED)));
    }
    // The first, the one that counts the rest, and the listener.
    let room = PLACES - 3;
    steps.extend(
        listener
            .chain
            .iter()
            .take(room)
            .map(|Step { resource, says }| format!("{resource}: {says}")),
    );
    if let more @ 1.. = listener.chain.len().saturating_sub(room) {
        steps.push(format!("{more} more on the way"));
    }
    let ways: Vec<&str> = listener.closed_by.iter().take(NAMED).map(String::as_str).collect();
    let closed_by = match ways.join("; ") {
        ways if ways.is_empty() => ways,
        ways => format!("; what would close it: {ways}"),
    };
    steps.push(format!("{}, {}{closed_by}", listener.label, exposure(listener.exposure)));
    steps
}
