//! An alert as people read it: a subject, a message, and a few words for a telephone.

use std::collections::BTreeSet;

use super::{Alert, Occasion};
use crate::checks::ALL;
use crate::render::Style;
use crate::render::page::Page;
use crate::render::prose::{count, exposure, kind, list, sentence};
use crate::report::comparison::Past;
use crate::report::{Finding, Outcome, ReportedGap, SeverityCounts};
use crate::vocab::escape::cut;
use crate::vocab::severity::Severity;

/// Bytes that the text may take, written as a JSON string: a message of Amazon SNS has 262,144 with its
/// attributes. Source: SNS API reference, `Publish`.
const LONGEST: usize = 240_000;
/// Characters of a subject. Source: the same; it must be shorter than 100.
const SUBJECT: usize = 99;
/// Characters of a short message: one that a telephone gets in a piece.
const SHORT: usize = 140;
/// Accounts that an attribute names before the rest is left out.
const ACCOUNTS: usize = 50;

/// An alert in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// One line of plain ASCII, below 100 characters.
    pub subject: String,
    /// Everything, the worst first, cut so that it fits into a message of Amazon SNS.
    pub text: String,
    /// At most 140 characters of plain ASCII.
    pub sms: String,
    /// What a subscription can filter by.
    pub attributes: Vec<(&'static str, Attribute)>,
}

/// A value that a subscription can filter by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// A word.
    Text(String),
    /// A count.
    Number(u64),
    /// Several words.
    List(Vec<String>),
}

/// The alert in words.
#[must_use]
pub fn message(alert: &Alert) -> Message {
    Message {
        subject: ascii(&format!("{}: {}{}", name(alert), headline(alert), scope(alert)), SUBJECT),
        text: text(alert),
        sms: short(alert),
        attributes: attributes(alert),
    }
}

/// `elb-audit [prod]`.
fn name(alert: &Alert) -> String {
    if alert.label.is_empty() {
        return "elb-audit".to_owned();
    }
    format!("elb-audit [{}]", alert.label)
}

/// `2 new (1 critical, 1 high), 1 worsened, 3 resolved`.
fn headline(alert: &Alert) -> String {
    let mut parts = Vec::new();
    for (findings, word) in [(&alert.new, "new"), (&alert.worsened, "worsened")] {
        if !findings.is_empty() {
            parts.push(format!("{} {word}{}", findings.len(), bad(findings)));
        }
    }
    let more = [
        (alert.resolved.len(), "resolved"),
        (alert.not_assessed.len(), "no longer assessed"),
        (alert.lost.len(), if alert.lost.len() == 1 { "call unread" } else { "calls unread" }),
    ];
    let more = more.iter().filter(|(number, _)| *number > 0);
    parts.extend(more.map(|(number, word)| format!("{number} {word}")));
    if !parts.is_empty() {
        return parts.join(", ");
    }
    let standing = &alert.report.summary.faults;
    match (alert.occasion, standing.total()) {
        (_, 0) => "nothing new, no fault stands".to_owned(),
        (Occasion::Heartbeat, number) => {
            format!("still watching; nothing new, {}", stand(number))
        }
        (_, number) => format!("nothing new, {}", stand(number)),
    }
}

/// `1 fault stands`, `2 faults stand`.
fn stand(number: usize) -> String {
    let verb = if number == 1 { "stands" } else { "stand" };
    format!("{} {verb}", count(number, "fault"))
}

/// How many of the findings are critical or high: ` (1 critical, 2 high)`.
fn bad(findings: &[&Finding]) -> String {
    let mut counts = SeverityCounts::default();
    for finding in findings {
        counts.add(finding.severity);
    }
    let parts = [(counts.critical, "critical"), (counts.high, "high")];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number} {word}"))
        .collect();
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
}

/// ` in account 111122223333`, ` in 3 accounts`.
fn scope(alert: &Alert) -> String {
    match &alert.report.accounts[..] {
        [] => String::new(),
        [one] => format!(" in account {}", one.id),
        all => format!(" in {} accounts", all.len()),
    }
}

/// Printable ASCII without line ends, cut to a length: what a subject and a telephone take.
fn ascii(text: &str, longest: usize) -> String {
    let plain = |c: char| if c == ' ' || c.is_ascii_graphic() { c } else { '?' };
    let text: String = text.chars().map(plain).collect();
    if text.len() <= longest {
        return text;
    }
    format!("{}...", &text[..longest - 3])
}

fn short(alert: &Alert) -> String {
    let worst = alert.new.iter().chain(&alert.worsened).max_by_key(|finding| finding.severity);
    let worst = worst.map_or_else(String::new, |finding| {
        let lb = finding.load_balancer.as_ref().map_or("", |lb| &lb.name);
        format!("; worst: {} {lb} in {}", finding.check, finding.region)
    });
    ascii(&format!("{}: {}{worst}", name(alert), headline(alert)), SHORT)
}

fn attributes(alert: &Alert) -> Vec<(&'static str, Attribute)> {
    let faults = alert.new.iter().chain(&alert.worsened).chain(&alert.standing).copied();
    let past = alert.resolved.iter().chain(&alert.not_assessed).map(|past| &past.finding);
    let mut accounts: BTreeSet<&str> =
        faults.chain(past).map(|finding| finding.account.as_str()).collect();
    accounts.extend(alert.lost.iter().map(|gap| gap.account.as_str()));
    if accounts.is_empty() {
        accounts.extend(alert.report.accounts.iter().map(|account| account.id.as_str()));
    }
    let accounts: Vec<String> = accounts.into_iter().take(ACCOUNTS).map(str::to_owned).collect();
    let number = |number: usize| Attribute::Number(u64::try_from(number).unwrap_or(u64::MAX));
    let worst = alert.worst().map_or("none", Severity::word);
    let mut all = vec![
        ("severity", Attribute::Text(worst.to_owned())),
        ("account", Attribute::List(accounts)),
        ("occasion", Attribute::Text(alert.occasion.word().to_owned())),
        ("new", number(alert.new.len())),
        ("worsened", number(alert.worsened.len())),
        ("resolved", number(alert.resolved.len())),
        ("not_assessed", number(alert.not_assessed.len())),
        ("unread", number(alert.lost.len())),
    ];
    if !alert.label.is_empty() {
        all.push(("environment", Attribute::Text(alert.label.to_owned())));
    }
    all
}

/// Everything that there is to tell, as long as it fits.
fn text(alert: &Alert) -> String {
    let mut letter = BudgetedText { text: head(alert), left: LONGEST };
    letter.left = LONGEST.saturating_sub(escaped(&letter.text) + 1_000);
    letter.section("NEW", &alert.new, fault);
    letter.section("WORSENED", &alert.worsened, fault);
    letter.section("NO LONGER ASSESSED", &alert.not_assessed, missing);
    let unread = if alert.report.comparison.is_some() { "NO LONGER READ" } else { "NOT READ" };
    letter.section(unread, &alert.lost, lost);
    letter.section("RESOLVED", &alert.resolved, missing);
    letter.section("UNCHANGED", &alert.standing, standing);
    foot(alert, &mut letter.text);
    letter.text
}

/// A text that must not grow beyond a length.
struct BudgetedText {
    text: String,
    /// Bytes of JSON that are left.
    left: usize,
}

impl BudgetedText {
    /// A heading and what stands under it; where the room ends, how many more there are.
    fn section<T>(&mut self, title: &str, all: &[&T], word: fn(&T) -> String) {
        if all.is_empty() {
            return;
        }
        self.text.push_str(&["\n", title, &format!(" ({})\n", all.len())].concat());
        for (place, one) in all.iter().enumerate() {
            let block = word(one);
            let cost = escaped(&block);
            if cost > self.left {
                let more = (all.len() - place).to_string();
                self.text.push_str(&["and ", &more, " more: see the full report\n"].concat());
                return;
            }
            self.left -= cost;
            self.text.push_str(&block);
        }
    }
}

/// Bytes of a text as it stands in a JSON string.
fn escaped(text: &str) -> usize {
    let cost = |c: char| match c {
        '"' | '\\' | '\n' | '\r' | '\t' => 2,
        c if c.is_control() => 6,
        c => c.len_utf8(),
    };
    text.chars().map(cost).sum()
}

fn head(alert: &Alert) -> String {
    let report = alert.report;
    let mut page = Page::new(Style::PLAIN);
    page.plain(0, &format!("{}: {}{}", name(alert), headline(alert), scope(alert)));
    let read = match &report.comparison {
        Some(comparison) => {
            format!("Read at {}, compared with {}.", comparison.after, comparison.before)
        }
        None => format!("Read at {}; there is no earlier report to compare with.", report.taken_at),
    };
    page.plain(0, &read);
    if let Some(trouble) = alert.trouble {
        page.plain(0, &format!("The report of the run before cannot be used: {trouble}."));
    }
    if let Some(comparison) = &report.comparison
        && !comparison.checks_added.is_empty()
    {
        let ran = match comparison.checks_added.len() {
            1 => "1 check that did not run then".to_owned(),
            number => format!("{number} checks that did not run then"),
        };
        let named = list(&comparison.checks_added, 5);
        page.plain(0, &format!("What is new may be older than it seems: {ran} ({named})."));
    }
    if let Some(differently) =
        report.comparison.as_ref().and_then(|comparison| comparison.judged_differently.as_ref())
    {
        page.plain(
            0,
            &format!("{}: the account itself need not have changed.", differently.words()),
        );
    }
    page.into_text()
}

/// A fault with all that it takes to act on it.
fn fault(finding: &Finding) -> String {
    let mut page = Page::new(Style::PLAIN);
    page.blank();
    let title = format!("{}[{}]: {}", finding.severity.word(), finding.check, finding.title);
    page.plain(0, &title);
    page.plain(2, &format!("where: {}", place(finding)));
    if let Some(lb) = &finding.load_balancer {
        page.plain(2, &format!("arn: {}", lb.arn));
    }
    if let Some(why) = finding.change.as_ref().and_then(|change| change.why.as_deref()) {
        page.plain(2, &format!("change: {why}"));
    }
    let evidence = sentence(&finding.evidence);
    if !evidence.is_empty() {
        page.plain(2, &format!("evidence: {}", cut(&evidence, 1_500)));
    }
    page.plain(2, &format!("fix: {}", finding.fix));
    links(finding, &mut page);
    format!("\n{}", page.into_text())
}

/// Account, region, load balancer, what of it, and who can connect.
fn place(finding: &Finding) -> String {
    let mut parts = vec![finding.account.clone(), finding.region.clone()];
    match &finding.load_balancer {
        Some(lb) => {
            parts.push(format!("{} load balancer {}", kind(&lb.kind), lb.name));
            if lb.name != finding.subject.label {
                parts.push(finding.subject.label.clone());
            }
            parts.push(exposure(finding.exposure).to_owned());
        }
        None => parts.push(finding.subject.label.clone()),
    }
    parts.join(", ")
}

/// Where to read more, and where to fix it.
fn links(finding: &Finding, page: &mut Page) {
    let check = ALL.iter().find(|check| check.id == finding.check);
    if let Some(link) = check.and_then(|check| check.links.first()) {
        page.plain(2, &format!("read: {link}"));
    }
    if let Some(console) = console(finding) {
        page.plain(2, &format!("open: {console}"));
    }
}

/// The page of a load balancer in the AWS console; none in partitions whose console is elsewhere.
fn console(finding: &Finding) -> Option<String> {
    let lb = finding.load_balancer.as_ref()?;
    let mut parts = lb.arn.split(':').skip(1);
    let host = match parts.next()? {
        "aws" => "console.aws.amazon.com",
        "aws-cn" => "console.amazonaws.cn",
        "aws-us-gov" => "console.amazonaws-us-gov.com",
        _ => return None,
    };
    let region = &finding.region;
    let whole = format!("https://{host}/ec2/home?region={region}#LoadBalancer:loadBalancerArn=");
    (lb.kind != "classic").then(|| format!("{whole}{}", lb.arn))
}

/// A fault that is not there any more, or not seen: one line, and since when.
fn missing(past: &Past) -> String {
    let finding = &past.finding;
    let mut page = Page::new(Style::PLAIN);
    let why = finding.change.as_ref().and_then(|change| change.why.as_deref());
    let title = format!(
        "{}[{}] {}: {}",
        finding.severity.word(),
        finding.check,
        place(finding),
        why.unwrap_or("not seen any more")
    );
    page.plain(0, &title);
    let seen = finding.change.as_ref().map(|change| change.first_seen_at);
    let since = seen.map_or_else(String::new, |first| format!("first seen {first}, "));
    page.plain(2, &format!("{}; {since}last seen {}", finding.title, past.last_seen_at));
    page.into_text()
}

/// A call that is not answered any more, and what would answer it.
fn lost(gap: &ReportedGap) -> String {
    let mut page = Page::new(Style::PLAIN);
    let place = gap.region.as_deref().unwrap_or("global");
    let about = gap.resource.as_ref().map_or_else(String::new, |name| format!(" for {name}"));
    let said = format!("{}, {place}: {}{about}: {}", gap.account, gap.call, gap.reason);
    page.plain(0, &cut(&said, 1_500));
    page.plain(2, &format!("IAM action: {}", gap.action));
    page.into_text()
}

/// A fault that stands as it was: one line.
fn standing(finding: &Finding) -> String {
    let mut page = Page::new(Style::PLAIN);
    let since = finding.change.as_ref().map(|change| change.first_seen_at);
    let since = since.map_or_else(String::new, |since| format!(", since {since}"));
    let said = format!("{}[{}] {}{since}", finding.severity.word(), finding.check, place(finding));
    page.plain(0, &said);
    page.into_text()
}

/// What stands beside the news: all faults by severity, what is unknown, and where the report lies.
fn foot(alert: &Alert, text: &mut String) {
    let summary = &alert.report.summary;
    let mut page = Page::new(Style::PLAIN);
    let by: Vec<String> = Severity::WORST_FIRST
        .into_iter()
        .map(|severity| (summary.faults.count(severity), severity.word()))
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number} {word}"))
        .collect();
    let faults = match summary.faults.total() {
        0 => "no fault".to_owned(),
        number => format!("{} ({})", count(number, "fault"), by.join(", ")),
    };
    let unknown = alert.report.findings.iter().filter(|one| one.outcome == Outcome::Unknown);
    let gaps = alert.report.gaps.iter().filter(|gap| !gap.advisory).count();
    let now = format!(
        "Now: {} in {}, {faults}; {} and {}; {} accepted.",
        count(summary.load_balancers, "load balancer"),
        count(summary.regions_read, "region"),
        count(unknown.count(), "unknown verdict"),
        count(gaps, "gap"),
        summary.accepted,
    );
    page.plain(0, &now);
    if let Some(place) = alert.place {
        page.plain(0, &format!("Full report: {place}"));
    }
    text.push('\n');
    text.push_str(&page.into_text());
}
