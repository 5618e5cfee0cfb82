//! One finding of a report in full: what was found, who can connect, why it matters and what to do.

use super::check::{capital, section};
use crate::check::Check;
use crate::fix;
use crate::inventory::Kind;
use crate::policy::selection;
use crate::remedy::placeholder;
use crate::render::Style;
use crate::render::page::{Page, Paint};
use crate::render::prose;
use crate::report::{Finding, GLOBAL, ListenerSummary, Outcome, Report, SubjectKind};

/// A finding of the report for a terminal.
#[must_use]
pub fn explain_finding(report: &Report, finding: &Finding, style: Style) -> String {
    let mut page = Page::new(style);
    headline(&mut page, finding);
    page.blank();
    for (name, value) in facts(report, finding) {
        page.line(2, &[(Paint::Dim, name), (Paint::Plain, ": "), (Paint::Plain, &value)]);
    }
    section(&mut page, "Evidence");
    for field in prose::fields(&finding.evidence) {
        page.plain(2, &field);
    }
    if let Some(listener) = listener(report, finding) {
        reach(&mut page, listener);
    }
    // A check of another version has no words here.
    let check = selection::find(&finding.check).ok();
    if let Some(check) = check {
        section(&mut page, "Why it matters");
        page.paragraph(2, check.why);
    }
    section(&mut page, "What to do");
    page.paragraph(2, &finding.fix);
    if finding.outcome == Outcome::Fail
        && check.is_some_and(|check| fix::fixing(check).class.is_some())
    {
        let said = format!("elb-audit fix {} writes a script", &finding.fingerprint[..8]);
        page.plain(2, &said);
    }
    if let Some(check) = check.filter(|_| finding.outcome != Outcome::Unknown) {
        ways(&mut page, check, finding);
        section(&mut page, "Read more");
        page.plain(2, &format!("elb-audit explain {}", check.id));
        for link in check.links {
            page.plain(2, link);
        }
    }
    page.into_text()
}

/// `high[listener-cleartext]: requests reach targets in cleartext`.
fn headline(page: &mut Page, finding: &Finding) {
    let (paint, word) = match finding.outcome {
        Outcome::Fail => (Paint::Severity(finding.severity), finding.severity.word()),
        Outcome::Unknown => (Paint::Warning, finding.outcome.word()),
        Outcome::Note => (Paint::Dim, finding.outcome.word()),
        Outcome::Pass => (Paint::Good, finding.outcome.word()),
    };
    let check = format!("[{}]", finding.check);
    page.line(
        0,
        &[
            (paint, word),
            (Paint::Bold, &check),
            (Paint::Plain, ": "),
            (Paint::Plain, &finding.title),
        ],
    );
}

/// Where it is, how it counts, and what has become of it, by name.
fn facts(report: &Report, finding: &Finding) -> Vec<(&'static str, String)> {
    let account = report.accounts.iter().find(|account| account.id == finding.account);
    let name = account.and_then(|account| account.name.as_deref());
    let mut facts = vec![
        ("Outcome", finding.outcome.word().to_owned()),
        ("Severity", finding.severity.word().to_owned()),
        (
            "Account",
            name.map_or_else(
                || finding.account.clone(),
                |name| format!("{} {name}", finding.account),
            ),
        ),
        ("Region", finding.region.clone()),
    ];
    if let Some(lb) = &finding.load_balancer {
        let kind = prose::kind(&lb.kind);
        facts.push(("Load balancer", format!("{} ({kind}), {}", lb.name, lb.arn)));
    }
    if finding.subject.kind != SubjectKind::LoadBalancer {
        facts.push((subject(finding.subject.kind), named(finding)));
    }
    facts.push(("Exposure", prose::exposure(finding.exposure).to_owned()));
    facts.push(("Fingerprint", finding.fingerprint.clone()));
    if let Some(change) = &finding.change {
        let why = change.why.as_ref().map(|why| format!("; {why}")).unwrap_or_default();
        let since = change.first_seen_at;
        facts.push(("Change", format!("{}, there since {since}{why}", change.kind.words())));
    }
    if let Some(accepted) = &finding.accepted {
        let until = accepted.expires.map(|last| format!(" until {last}")).unwrap_or_default();
        let said = format!("by {}{until}: {}", accepted.owner, accepted.reason);
        facts.push(("Accepted", said));
    }
    if finding.advisory {
        facts.push(("Counts", "not yet: its check is newer than the pinned edition".to_owned()));
    }
    facts
}

fn subject(kind: SubjectKind) -> &'static str {
    match kind {
        SubjectKind::LoadBalancer => "Load balancer",
        SubjectKind::Listener => "Listener",
        SubjectKind::TargetGroup => "Target group",
        SubjectKind::Certificate => "Certificate",
        SubjectKind::AutoScalingGroup => "Auto Scaling group",
        SubjectKind::DnsRecord => "DNS record",
        SubjectKind::Region => "Not listed in region",
        SubjectKind::Account => "Not listed in account",
    }
}

/// The subject's label, and its id where that says more.
fn named(finding: &Finding) -> String {
    let (label, id) = (&finding.subject.label, &finding.subject.id);
    if label == id { label.clone() } else { format!("{label}, {id}") }
}

/// The listener that a finding is about.
fn listener<'a>(report: &'a Report, finding: &Finding) -> Option<&'a ListenerSummary> {
    let arn = &finding.load_balancer.as_ref()?.arn;
    let lb = report.load_balancers.iter().find(|lb| lb.arn == *arn)?;
    let mut listeners = lb.listeners.iter().flatten();
    listeners
        .find(|one| finding.subject.kind == SubjectKind::Listener && one.id == finding.subject.id)
}

/// Who can connect, what on the way says so, and what would close it.
fn reach(page: &mut Page, listener: &ListenerSummary) {
    section(page, "Who can connect");
    let from = match &listener.reachable_from[..] {
        [] => String::new(),
        sources => format!(": {}", sources.join(", ")),
    };
    page.plain(2, &format!("{}{from}", capital(prose::exposure(listener.exposure))));
    for step in &listener.chain {
        let says = format!(": {}", step.says);
        page.line(4, &[(Paint::Bold, &step.resource), (Paint::Plain, &says)]);
    }
    for change in &listener.closed_by {
        page.line(2, &[(Paint::Dim, "closed by"), (Paint::Plain, ": "), (Paint::Plain, change)]);
    }
}

/// The ways to fix it, for the kind of load balancer that has it.
fn ways(page: &mut Page, check: &Check, finding: &Finding) {
    let kind = finding.load_balancer.as_ref().map(|lb| Kind::from(lb.kind.as_str()));
    let own = kind.filter(|kind| check.applies_to.contains(kind));
    let kinds = own.map_or_else(|| check.applies_to.to_vec(), |kind| vec![kind]);
    let ways = check.remedy.ways(&kinds);
    let commands = check.commands(&kinds, &finding.bindings);
    let commands = match finding.region.as_str() {
        GLOBAL => commands,
        region => commands.in_region(region),
    };
    way(page, &format!("AWS CLI, in account {}", finding.account), &commands.lines);
    if !commands.open.is_empty() {
        page.blank();
        page.line(2, &[(Paint::Dim, "Yours to fill in")]);
        for (name, how) in &commands.open {
            page.line(4, &[(Paint::Bold, name), (Paint::Plain, ": "), (Paint::Plain, how)]);
        }
    }
    page.blank();
    page.line(2, &[(Paint::Dim, "Console")]);
    page.paragraph(4, &placeholder::named(&ways.console, &finding.bindings));
    for (name, text) in [("Terraform", ways.terraform), ("CloudFormation", ways.cloudformation)] {
        way(page, name, &placeholder::named(&text, &finding.bindings));
    }
}

/// A way to fix it. What is to be copied is not wrapped.
fn way(page: &mut Page, name: &str, text: &str) {
    page.blank();
    page.line(2, &[(Paint::Dim, name)]);
    for line in text.lines() {
        page.verbatim(4, line);
    }
}
