//! What could not be assessed and why, and what was left out.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::inventory::Kind;
use crate::render::page::{Page, Paint};
use crate::render::prose::{count, list};
use crate::report::{
    AccountStatus, AccountSummary, LoadBalancerSummary, Outcome, RegionStatus, Report, ReportedGap,
};
use crate::vocab::call::Call;
use crate::vocab::fact::Reason;
use crate::vocab::severity::Persona;

/// Accounts that are shown one by one before the rest is only counted.
const ACCOUNTS: usize = 20;
/// Regions, resources and explanations shown before the rest is only counted.
const REGIONS: usize = 8;
const RESOURCES: usize = 3;
const DETAILS: usize = 2;

/// Whether there is anything that could not be assessed.
pub(in crate::render) fn is_incomplete(report: &Report) -> bool {
    report.summary.unknown > 0 || report.summary.regions_unread > 0 || !report.gaps.is_empty()
}

/// Whether the load balancer is of a kind that no check of this version knows.
pub(super) fn is_unjudged(lb: &LoadBalancerSummary) -> bool {
    matches!(Kind::from(lb.kind.as_str()), Kind::Other(_))
}

/// All of it, or nothing when everything was read.
pub(super) fn write(page: &mut Page, report: &Report) {
    if is_incomplete(report) {
        page.blank();
        page.line(0, &[(Paint::Warning, "Could not be assessed")]);
        unread_accounts(page, report);
        unread_regions(page, report);
        gaps(page, report);
        unknown_verdicts(page, report);
        remedy(page, report);
    }
    skipped_accounts(page, report);
    skipped_regions(page, report);
    notes(page, report);
}

/// The region as this report names it: with its account where there are several. Empty for what has no
/// region, in the only account.
pub(in crate::render) fn place(report: &Report, account: &str, region: Option<&str>) -> String {
    match (report.accounts.len() > 1, region) {
        (true, Some(region)) => format!("{account} {region}"),
        (true, None) => account.to_owned(),
        (false, region) => region.unwrap_or_default().to_owned(),
    }
}

/// An account's id, and its name where it has one.
pub(super) fn account_name(report: &Report, id: &str) -> String {
    let account = report.accounts.iter().find(|account| account.id == id);
    account.map_or_else(|| id.to_owned(), named)
}

/// The same of an account whose id nobody could tell: its name.
pub(super) fn named(account: &AccountSummary) -> String {
    match (&*account.id, account.name.as_deref()) {
        ("", Some(name)) => name.to_owned(),
        (id, Some(name)) => format!("{id} {name}"),
        (id, None) => id.to_owned(),
    }
}

/// The name of an account, or its id where it has none.
pub(in crate::render) fn short_name(report: &Report, id: &str) -> String {
    let account = report.accounts.iter().find(|account| account.id == id);
    account.and_then(|account| account.name.clone()).unwrap_or_else(|| id.to_owned())
}

/// What was not read, each with why and where, and how many verdicts are unknown for it: accounts, then
/// regions, then calls, those first that hide most.
pub(in crate::render) fn causes(report: &Report) -> Vec<(String, String)> {
    unread(report).into_iter().chain(unanswered(report)).collect()
}

/// Accounts and regions that were not read, each with why.
pub(in crate::render) fn unread(report: &Report) -> Vec<(String, String)> {
    let mut causes = Vec::new();
    let mut unread: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for account in report.shut() {
        let reason = account.reason.as_deref().unwrap_or("no reason given");
        unread.entry(("account", reason)).or_default().push(short_name(report, &account.id));
    }
    for region in report.regions.iter().filter(|region| region.status == RegionStatus::Unread) {
        let reason = region.reason.as_deref().unwrap_or("no reason given");
        let name = place(report, &region.account, Some(&region.name));
        unread.entry(("region", reason)).or_default().push(name);
    }
    for ((what, reason), names) in unread {
        let said = format!(" could not be read: {}: {reason}", list(&names, RESOURCES));
        causes.push((count(names.len(), what), said));
    }
    causes
}

/// Calls that were not answered, each with why and where, and how many verdicts are unknown for it, those first
/// that hide most.
pub(in crate::render) fn unanswered(report: &Report) -> Vec<(String, String)> {
    let mut causes = Vec::new();
    let mut unknown: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for finding in report.findings.iter().filter(|one| one.outcome == Outcome::Unknown) {
        let action = finding.evidence.0.get("action").and_then(|action| action.as_str());
        let checks = unknown.entry(action.unwrap_or_default()).or_default();
        *checks.entry(&finding.check).or_default() += 1;
    }
    let hidden = |action: &str| unknown.get(action).map_or(0, |checks| checks.values().sum());
    let mut groups: Vec<_> = groups(report).into_iter().collect();
    groups.sort_by_key(|((action, _), _)| Reverse(hidden(action)));
    for ((action, reason), group) in groups {
        let places: Vec<&str> = group.places.keys().map(String::as_str).collect();
        let mut said = match places.len() {
            0 => format!(": {reason}"),
            _ => format!(": {reason} in {}", list(&places, RESOURCES)),
        };
        if let Some(checks) = unknown.get(action) {
            let names: Vec<&str> = checks.keys().copied().collect();
            let number = count(checks.values().sum(), "verdict");
            said = format!("{said}; {number} unknown: {}", list(&names, RESOURCES));
        }
        causes.push((action.to_owned(), said));
    }
    causes
}

/// Accounts that nobody got into. Those that were entered in vain say so by their regions.
fn unread_accounts(page: &mut Page, report: &Report) {
    let all: Vec<&AccountSummary> = report.shut().collect();
    for account in all.iter().take(ACCOUNTS) {
        let name = named(account);
        let reason = account.reason.as_deref().unwrap_or("no reason given");
        page.line(
            2,
            &[(Paint::Bold, &name), (Paint::Plain, " could not be read: "), (Paint::Plain, reason)],
        );
    }
    if let Some(rest @ 1..) = all.len().checked_sub(ACCOUNTS) {
        page.line(2, &[(Paint::Dim, &format!("and {}", count(rest, "more account")))]);
    }
}

fn unread_regions(page: &mut Page, report: &Report) {
    for region in report.regions.iter().filter(|region| region.status == RegionStatus::Unread) {
        let name = place(report, &region.account, Some(&region.name));
        let reason = region.reason.as_deref().unwrap_or("no reason given");
        page.line(
            2,
            &[(Paint::Bold, &name), (Paint::Plain, " could not be read: "), (Paint::Plain, reason)],
        );
    }
}

/// Gaps that are fixed the same way: one action, one kind of reason.
#[derive(Default)]
struct Group<'a> {
    places: BTreeMap<String, usize>,
    resources: BTreeSet<&'a str>,
    details: BTreeSet<&'a str>,
}

/// Gaps by the action that would close them, and why.
fn groups(report: &Report) -> BTreeMap<(&str, &str), Group<'_>> {
    let mut groups: BTreeMap<(&str, &str), Group> = BTreeMap::new();
    for gap in &report.gaps {
        let (reason, detail) = split(gap);
        let group = groups.entry((gap.action.as_str(), reason)).or_default();
        let place = place(report, &gap.account, gap.region.as_deref());
        if !place.is_empty() {
            *group.places.entry(place).or_insert(0) += 1;
        }
        group.resources.extend(gap.resource.as_deref());
        group.details.extend(detail);
    }
    groups
}

fn gaps(page: &mut Page, report: &Report) {
    for ((action, reason), group) in groups(report) {
        let counted = |(place, number): (&String, &usize)| match number {
            1 => place.clone(),
            _ => format!("{place} ({number})"),
        };
        let places: Vec<String> = group.places.iter().map(counted).collect();
        let said = match places.len() {
            0 => format!(": {reason}"),
            _ => format!(": {reason} in {}", list(&places, REGIONS)),
        };
        page.line(2, &[(Paint::Bold, action), (Paint::Plain, &said)]);
        for (all, shown) in [(group.resources, RESOURCES), (group.details, DETAILS)] {
            for text in all.iter().take(shown) {
                page.line(4, &[(Paint::Dim, text)]);
            }
            if all.len() > shown {
                page.line(4, &[(Paint::Dim, &format!("and {} more", all.len() - shown))]);
            }
        }
    }
}

/// A reason and AWS's own words for it.
fn split(gap: &ReportedGap) -> (&str, Option<&str>) {
    gap.reason
        .split_once(": ")
        .map_or((gap.reason.as_str(), None), |(reason, detail)| (reason, Some(detail)))
}

fn unknown_verdicts(page: &mut Page, report: &Report) {
    let mut checks: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in report.findings.iter().filter(|finding| finding.outcome == Outcome::Unknown) {
        *checks.entry(&finding.check).or_insert(0) += 1;
    }
    if checks.is_empty() {
        return;
    }
    let counted: Vec<String> =
        checks.iter().map(|(check, number)| format!("{check} {number}")).collect();
    let said = format!("unknown verdicts, neither right nor wrong: {}", counted.join(", "));
    page.plain(2, &said);
}

/// What to do about it, in a line.
fn remedy(page: &mut Page, report: &Report) {
    let steps = steps(report);
    if !steps.is_empty() {
        page.line(2, &[(Paint::Bold, "fix: "), (Paint::Plain, &steps.join("; "))]);
    }
}

/// What to do about it, by what went wrong.
pub(in crate::render) fn steps(report: &Report) -> Vec<&'static str> {
    let unread = report.regions.iter().filter(|region| region.status == RegionStatus::Unread);
    let shut = |gap: &&ReportedGap| {
        gap.call == Call::StsAssumeRole.name()
            && gap.reason.starts_with(Reason::AccessDenied.words())
    };
    let inside = report.gaps.iter().filter(|gap| !shut(gap));
    let reasons: Vec<&str> = (inside.map(|gap| gap.reason.as_str()))
        .chain(unread.filter_map(|region| region.reason.as_deref()))
        .collect();
    let any = |of: &[Reason]| {
        of.iter().any(|reason| reasons.iter().any(|said| said.starts_with(reason.words())))
    };
    let mut steps = Vec::new();
    if report.gaps.iter().any(|gap| shut(&gap)) {
        steps.push(
            "create the role in the accounts that could not be read, and let it trust the caller",
        );
    }
    if any(&[Reason::NoCredentials]) {
        steps.push("sign in again, or check the profile, where there are no valid credentials");
    }
    if any(&[Reason::AccessDenied]) {
        steps.push(policy(report.basis.persona));
    }
    let passing = [
        Reason::Throttled,
        Reason::TimedOut,
        Reason::DeadlinePassed,
        Reason::Interrupted,
        Reason::Failed,
    ];
    if any(&passing) || any(&[Reason::NotFound]) {
        steps.push("scan again for what was not answered this time");
    }
    let unjudged = report.load_balancers.iter().any(is_unjudged);
    if unjudged || any(&[Reason::Malformed, Reason::Unrecognised]) {
        steps.push("update elb-audit for what it did not understand");
    }
    if reasons.iter().any(|said| belongs_elsewhere(report, said)) {
        steps.push("scan the accounts that shared subnets belong to together with this one");
    }
    if any(&[Reason::Undecided]) {
        steps.push("anchor regular expressions with ^ and $ where they leave rules open");
    }
    steps
}

/// Whether something belongs to an account that is not in the report.
fn belongs_elsewhere(report: &Report, said: &str) -> bool {
    let rest = said.strip_prefix(Reason::OtherAccount.words());
    let owner = rest.map(|rest| rest.trim().chars().take_while(char::is_ascii_digit));
    let owner: Option<String> = owner.map(Iterator::collect);
    owner.is_some_and(|owner| report.accounts.iter().all(|account| account.id != owner))
}

/// Where the policy is that such a scan needs.
fn policy(persona: Option<Persona>) -> &'static str {
    match persona {
        Some(Persona::Regular) => {
            "`elb-audit permissions` prints the IAM policy that allows every call"
        }
        Some(Persona::Pedantic) => {
            "`elb-audit permissions --persona pedantic` prints the IAM policy that allows every call"
        }
        Some(Persona::Auditor) | None => {
            "`elb-audit permissions --persona auditor` prints the IAM policy that allows every call"
        }
    }
}

fn skipped_accounts(page: &mut Page, report: &Report) {
    let mut reasons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for account in report.accounts.iter().filter(|one| one.status == AccountStatus::Skipped) {
        let reason = account.reason.as_deref().unwrap_or("no reason given");
        reasons.entry(reason).or_default().push(named(account));
    }
    if reasons.is_empty() {
        return;
    }
    page.blank();
    page.line(0, &[(Paint::Bold, "Skipped accounts")]);
    for (reason, accounts) in reasons {
        let said = format!("{reason} ({}): {}", accounts.len(), list(&accounts, ACCOUNTS));
        page.plain(2, &said);
    }
}

fn skipped_regions(page: &mut Page, report: &Report) {
    let mut reasons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for region in report.regions.iter().filter(|region| region.status == RegionStatus::Skipped) {
        let reason = region.reason.as_deref().unwrap_or("no reason given");
        let name = place(report, &region.account, Some(&region.name));
        reasons.entry(reason).or_default().push(name);
    }
    if reasons.is_empty() {
        return;
    }
    page.blank();
    page.line(0, &[(Paint::Bold, "Skipped regions")]);
    for (reason, regions) in reasons {
        let said = format!("{reason} ({}): {}", regions.len(), regions.join(", "));
        page.plain(2, &said);
    }
}

fn notes(page: &mut Page, report: &Report) {
    if report.notes.is_empty() {
        return;
    }
    page.blank();
    page.line(0, &[(Paint::Bold, "Notes")]);
    for note in &report.notes {
        let place = match place(report, &note.account, note.region.as_deref()) {
            place if place.is_empty() => place,
            place => format!("{place}: "),
        };
        page.line(2, &[(Paint::Plain, &place), (Paint::Plain, &note.text)]);
    }
}

/// Whose account, and how many regions were read, unread and skipped.
pub(super) fn regions(report: &Report) -> String {
    let accounts = match &report.accounts[..] {
        [] => String::new(),
        [only] => format!("account {}: ", only.id),
        several => {
            let of = |status| several.iter().filter(|one| one.status == status).count();
            let words = [(AccountStatus::Unread, "unread"), (AccountStatus::Skipped, "skipped")];
            let mut parts = vec![count(several.len(), "account")];
            let counts = words.map(|(status, word)| (of(status), word));
            let counts = counts.into_iter().filter(|(number, _)| *number > 0);
            parts.extend(counts.map(|(number, word)| format!("{number} {word}")));
            format!("{}: ", parts.join(", "))
        }
    };
    let summary = &report.summary;
    let mut regions = vec![format!("{} read", count(summary.regions_read, "region"))];
    let others = [(summary.regions_unread, "unread"), (summary.regions_skipped, "skipped")];
    let counted = others.into_iter().filter(|(number, _)| *number > 0);
    regions.extend(counted.map(|(number, word)| format!("{number} {word}")));
    format!("{accounts}{}", regions.join(", "))
}
