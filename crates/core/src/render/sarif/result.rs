//! A fault as a result.

use serde_json::{Map, Value, json};

use super::flow::Listeners;
use super::rules::{Rules, level};
use super::{TEXT, physical, sentences, text};
use crate::render::{place, prose};
use crate::report::Finding;

/// Bytes of what was found.
const FOUND: usize = 1_500;
/// Bytes of how to fix it.
const FIX: usize = 512;

pub(super) fn result(finding: &Finding, rules: &Rules, listeners: &Listeners) -> Value {
    let path = place::path(finding);
    let (id, index) = rules.named(finding);
    let fingerprint = text(&finding.fingerprint, TEXT, "none");
    let mut result = json!({
        "ruleId": id,
        "ruleIndex": index,
        "level": level(finding.severity),
        "message": {"text": message(finding)},
        "locations": [location(finding, &path)],
        // GitHub goes by the first, and makes one up from a source file where it is missing.
        "partialFingerprints": {
            "primaryLocationLineHash": format!("{fingerprint}:1"),
            "elbAudit/v1": fingerprint,
        },
        "properties": properties(finding),
    });
    if let Some(flow) = listeners.flow(finding, &path) {
        result["codeFlows"] = json!([flow]);
    }
    result
}

/// What was found, and how to fix it. Where room is scarce GitHub shows the first sentence.
fn message(finding: &Finding) -> String {
    let found = sentences(&text(&prose::found(finding), FOUND, "found"));
    match text(&finding.fix, FIX, "") {
        fix if fix.is_empty() => found,
        fix => format!("{found} Fix: {}", sentences(&fix)),
    }
}

/// Where a finding is: the path, and the ARN of what is meant.
pub(super) fn location(finding: &Finding, path: &str) -> Value {
    let subject = &finding.subject;
    json!({
        "physicalLocation": physical(path),
        "logicalLocations": [{
            "fullyQualifiedName": text(&place::arn(finding), TEXT, "unnamed"),
            "name": text(&subject.label, TEXT, "unnamed"),
            "kind": place::subject(subject.kind),
        }],
    })
}

/// What GitHub has no field for.
fn properties(finding: &Finding) -> Value {
    let mut all = Map::new();
    let mut tell = |name: &str, value: Value| all.insert(name.to_owned(), value);
    tell("severity", json!(finding.severity.word()));
    tell("exposure", json!(finding.exposure.word()));
    tell("account", json!(text(&finding.account, TEXT, "")));
    tell("region", json!(text(&finding.region, TEXT, "")));
    tell("fix", json!(text(&finding.fix, TEXT, "")));
    if let Some(lb) = &finding.load_balancer {
        let [name, arn, kind] = [&lb.name, &lb.arn, &lb.kind].map(|one| text(one, TEXT, ""));
        tell("loadBalancer", json!({"name": name, "arn": arn, "kind": kind}));
    }
    if let Some(change) = &finding.change {
        tell("change", json!(change.kind));
        tell("firstSeenAt", json!(change.first_seen_at));
    }
    Value::Object(all)
}
