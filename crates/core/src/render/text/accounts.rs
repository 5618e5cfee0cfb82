//! Totals by account and by organizational unit, where there is more than one account.

use std::cmp::Reverse;

use super::coverage::named;
use crate::render::page::{Page, Paint};
use crate::render::prose::count;
use crate::report::{AccountStatus, AccountSummary, Report, Totals};
use crate::vocab::severity::Severity;

/// Accounts and units that are shown before the rest is only counted; the JSON has all.
const SHOWN: usize = 20;

/// A line an account and a line a unit, the worst first.
pub(super) fn write(page: &mut Page, report: &Report) {
    if report.accounts.len() < 2 {
        return;
    }
    let mut accounts: Vec<&AccountSummary> = report.accounts.iter().collect();
    accounts.retain(|account| account.status != AccountStatus::Skipped);
    accounts.sort_by_key(|one| (Reverse(weight(&one.totals)), Reverse(one.status), &one.id));
    page.blank();
    page.line(0, &[(Paint::Bold, "Accounts")]);
    for account in accounts.iter().take(SHOWN) {
        let unit = account.organizational_unit.as_ref();
        let unit = unit.map_or_else(String::new, |unit| format!(" ({unit})"));
        let mut line = vec![(Paint::Bold, named(account)), (Paint::Plain, format!("{unit}: "))];
        match account.status {
            AccountStatus::Unread => line.push((Paint::Warning, "unread".to_owned())),
            AccountStatus::Partial => {
                line.extend(totals(&account.totals));
                line.push((Paint::Warning, "; read in part".to_owned()));
            }
            AccountStatus::Read | AccountStatus::Skipped => line.extend(totals(&account.totals)),
        }
        write_line(page, &line);
    }
    more(page, accounts.len(), "account");
    units(page, report);
}

fn units(page: &mut Page, report: &Report) {
    if report.organizational_units.is_empty() {
        return;
    }
    let mut units: Vec<_> = report.organizational_units.iter().collect();
    units.sort_by_key(|one| (Reverse(weight(&one.totals)), Reverse(one.accounts_unread)));
    page.blank();
    page.line(0, &[(Paint::Bold, "Organizational units")]);
    for unit in units.iter().take(SHOWN) {
        let mut line = vec![
            (Paint::Bold, unit.path.clone()),
            (Paint::Plain, format!(": {}, ", count(unit.accounts, "account"))),
        ];
        if unit.accounts_unread > 0 {
            line.push((Paint::Warning, format!("{} of them unread, ", unit.accounts_unread)));
        }
        line.extend(totals(&unit.totals));
        write_line(page, &line);
    }
    more(page, units.len(), "organizational unit");
}

fn more(page: &mut Page, all: usize, what: &str) {
    if let Some(rest @ 1..) = all.checked_sub(SHOWN) {
        let said = format!("and {}", count(rest, &format!("more {what}")));
        page.line(2, &[(Paint::Dim, &said)]);
    }
}

fn write_line(page: &mut Page, pieces: &[(Paint, String)]) {
    let pieces: Vec<(Paint, &str)> = pieces.iter().map(|(paint, text)| (*paint, &**text)).collect();
    page.line(2, &pieces);
}

/// How bad it is: the number of faults of each severity, the worst severity first.
fn weight(totals: &Totals) -> [usize; 5] {
    Severity::WORST_FIRST.map(|severity| totals.faults.count(severity))
}

/// `3 load balancers, 1 high, 2 low; 4 verdicts unknown`.
fn totals(totals: &Totals) -> Vec<(Paint, String)> {
    let mut pieces = vec![(Paint::Plain, count(totals.load_balancers, "load balancer"))];
    for severity in Severity::WORST_FIRST {
        let number = totals.faults.count(severity);
        if number > 0 {
            pieces.push((Paint::Plain, ", ".to_owned()));
            pieces.push((Paint::Severity(severity), format!("{number} {}", severity.word())));
        }
    }
    if totals.faults.total() == 0 && totals.load_balancers > 0 {
        pieces.push((Paint::Plain, ", no fault found".to_owned()));
    }
    if totals.unknown > 0 {
        let said = format!("; {} unknown", count(totals.unknown, "verdict"));
        pieces.push((Paint::Warning, said));
    }
    pieces
}
