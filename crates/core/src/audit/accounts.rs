//! Accounts and organizational units as the report shows them: how reading them went, and totals.

use std::collections::{BTreeMap, BTreeSet};

use crate::inventory::{Account, Inventory};
use crate::report::{
    AccountStatus, AccountSummary, Outcome, RegionStatus, Report, Totals, UnitSummary,
};
use crate::vocab::fact::Reason;

/// Every account with its totals, and every organizational unit that one is in.
pub(super) fn summaries(
    inventory: &Inventory,
    report: &Report,
) -> (Vec<AccountSummary>, Vec<UnitSummary>) {
    let counts = counts(report);
    // What nobody got into has no part in what is counted under its id, which may be none.
    let shut = |account: &Account| account.regions.is_empty() && account.access.gap().is_some();
    let of = |account: &Account| {
        let count = counts.get(&*account.id).filter(|_| !shut(account));
        count.copied().unwrap_or_default()
    };
    let accounts: Vec<AccountSummary> =
        inventory.accounts.iter().map(|account| summary(account, of(account))).collect();
    let units = units(&accounts);
    (accounts, units)
}

/// What was counted of an account.
#[derive(Clone, Copy, Default)]
struct Count {
    totals: Totals,
    /// Regions that were read in part.
    partial: usize,
}

/// What each account comes to, counted as the summary of all counts.
fn counts(report: &Report) -> BTreeMap<&str, Count> {
    let mut all: BTreeMap<&str, Count> = BTreeMap::new();
    for lb in &report.load_balancers {
        all.entry(&lb.account).or_default().totals.load_balancers += 1;
    }
    for region in &report.regions {
        let count = all.entry(&region.account).or_default();
        match region.status {
            RegionStatus::Read | RegionStatus::Partial => count.totals.regions_read += 1,
            RegionStatus::Unread => count.totals.regions_unread += 1,
            RegionStatus::Skipped => {}
        }
        count.partial += usize::from(region.status == RegionStatus::Partial);
    }
    for finding in report.findings.iter().filter(|finding| finding.counts()) {
        let totals = &mut all.entry(&finding.account).or_default().totals;
        match finding.outcome {
            Outcome::Fail => totals.faults.add(finding.severity),
            Outcome::Unknown => totals.unknown += 1,
            Outcome::Note | Outcome::Pass => {}
        }
    }
    all
}

fn summary(account: &Account, count: Count) -> AccountSummary {
    let (status, reason) = status(account, count);
    AccountSummary {
        id: account.id.clone(),
        partition: account.partition.clone(),
        name: account.name.clone(),
        organizational_unit: account.organizational_unit.get().ok().cloned().flatten(),
        role: account.role.clone(),
        caller: account.caller.get().ok().cloned(),
        status,
        reason,
        totals: count.totals,
    }
}

fn status(account: &Account, count: Count) -> (AccountStatus, Option<String>) {
    if let Some(reason) = &account.skipped {
        return (AccountStatus::Skipped, Some(reason.clone()));
    }
    let shut = account.access.gap().map(ToString::to_string);
    if count.totals.regions_read == 0 {
        let said = shut.unwrap_or_else(|| "no region of it was read".to_owned());
        return (AccountStatus::Unread, Some(said));
    }
    let mut missing: BTreeSet<&'static str> = BTreeSet::new();
    account.visit_own_gaps(&mut |gap| {
        if gap.reason != Reason::NotCollected {
            missing.insert(gap.call.name());
        }
    });
    let mut parts = Vec::new();
    for (number, words) in
        [(count.totals.regions_unread, "unread"), (count.partial, "read in part")]
    {
        if number > 0 {
            parts.push(format!("regions {words}: {number}"));
        }
    }
    if !missing.is_empty() {
        let calls: Vec<&str> = missing.into_iter().collect();
        parts.push(format!("not answered: {}", calls.join(", ")));
    }
    if parts.is_empty() {
        return (AccountStatus::Read, None);
    }
    (AccountStatus::Partial, Some(parts.join("; ")))
}

/// Each unit that an account is right in.
fn units(accounts: &[AccountSummary]) -> Vec<UnitSummary> {
    let mut units: BTreeMap<&str, UnitSummary> = BTreeMap::new();
    for account in accounts.iter().filter(|account| account.status != AccountStatus::Skipped) {
        let Some(path) = &account.organizational_unit else { continue };
        let unit = units.entry(path).or_insert_with(|| UnitSummary {
            path: path.clone(),
            accounts: 0,
            accounts_unread: 0,
            totals: Totals::default(),
        });
        unit.accounts += 1;
        unit.accounts_unread += usize::from(account.status == AccountStatus::Unread);
        unit.totals.add(&account.totals);
    }
    units.into_values().collect()
}
