//! An alert as a message for an incoming webhook of Slack's.

use serde_json::{Value, json};

use super::Alert;
use super::brief::{ChangeEntry, changes, lost, standing};
use super::text::message;
use crate::render::prose::{exposure, link, sentence};
use crate::vocab::escape::{beginning, clip, neutral};
use crate::vocab::severity::Severity;

/// Blocks of a message that are about one thing each; Slack takes 50 in all.
const BLOCKS: usize = 40;
/// Bytes of all blocks together. Slack documents no such limit and refuses much longer messages all the
/// same (`msg_blocks_too_long`).
const ALL: usize = 12_000;

/// The message: a heading, what has changed with the worst first, and where the report lies.
#[must_use]
pub fn blocks(alert: &Alert<'_>) -> Value {
    let subject = message(alert).subject;
    let heading = json!({"type": "plain_text", "text": clip(&subject, 150), "emoji": false});
    let mut blocks = vec![json!({"type": "header", "text": heading})];
    let entry = changes(alert).map(|entry| fault(&entry));
    let unread = alert.lost.iter().map(|gap| call(&lost(gap)));
    let texts = entry.chain(unread).chain(standing(alert).map(|entry| fault(&entry)));
    let all = changes(alert).count() + alert.lost.len() + alert.standing.len();
    let (mut room, mut shown) = (ALL, 0);
    for text in texts.take(BLOCKS) {
        if text.len() > room {
            break;
        }
        room -= text.len();
        shown += 1;
        blocks.push(section(&text));
    }
    let mut last = Vec::new();
    if shown < all {
        last.push(format!("and {} more", all - shown));
    }
    last.extend(alert.place.map(|place| format!("full report: {}", escaped(place, 1_000))));
    if !last.is_empty() {
        blocks.push(section(&last.join("; ")));
    }
    json!({"text": escaped(&subject, 1_000), "blocks": blocks})
}

fn section(text: &str) -> Value {
    json!({"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": true}})
}

/// One fault: what has become of it, where it is, why, and what fixes it. Every part is cut, so that it
/// stays below the 3,000 characters that a block may have.
fn fault(entry: &ChangeEntry<'_>) -> String {
    let finding = entry.finding;
    let short = |text: &str| escaped(text, 100);
    let mut text = format!(
        "{} *{}: {}* [{}] {}",
        mark(finding.severity),
        entry.kind.words(),
        finding.severity.word(),
        short(&finding.check),
        short(&finding.title)
    );
    let lb = finding.load_balancer.as_ref().map_or("", |lb| lb.name.as_str());
    let subject = Some(finding.subject.label.as_str()).filter(|label| *label != lb);
    let places = [finding.account.as_str(), finding.region.as_str(), lb, subject.unwrap_or("")];
    let places = places.into_iter().filter(|place| !place.is_empty()).map(short);
    text.push('\n');
    text.push_str(&places.collect::<Vec<_>>().join(" · "));
    text.push_str(&[" · ", exposure(finding.exposure)].concat());
    let lines = [
        entry.why().map(|why| escaped(why, 200)),
        Some(escaped(&sentence(&finding.evidence), 300)),
        Some(escaped(&finding.fix, 200)).filter(|_| entry.last_seen_at.is_none()),
        link(finding).filter(|_| entry.last_seen_at.is_none()).map(|link| escaped(link, 150)),
    ];
    for line in lines.into_iter().flatten().filter(|line| !line.is_empty()) {
        text.push('\n');
        text.push_str(&line);
    }
    text
}

/// A call that is no longer answered.
fn call(gap: &Value) -> String {
    let of = |name: &str| escaped(gap[name].as_str().unwrap_or("global"), 200);
    let (account, region) = (of("account"), of("region"));
    format!("*no longer read*: {account} · {region} · {}\n{}", of("call"), of("reason"))
}

fn mark(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => ":red_circle:",
        Severity::High => ":large_orange_circle:",
        Severity::Medium => ":large_yellow_circle:",
        Severity::Low => ":large_blue_circle:",
        Severity::Info => ":white_circle:",
    }
}

/// Text that Slack shows as it is, with no mention and no link in it: at most this many bytes.
///
/// Source: Slack's reference on formatting text: `&`, `<` and `>` are all that needs an escape.
fn escaped(text: &str, longest: usize) -> String {
    const MORE: &str = "…";
    let text = beginning(text, 4 * longest);
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut safe = String::new();
    for c in neutral(&flat).chars() {
        let mut plain = [0; 4];
        let piece = match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            c => c.encode_utf8(&mut plain),
        };
        if safe.len() + piece.len() + MORE.len() > longest {
            safe.push_str(MORE);
            break;
        }
        safe.push_str(piece);
    }
    safe
}
