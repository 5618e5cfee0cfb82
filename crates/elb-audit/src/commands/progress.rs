//! What a terminal shows while a scan runs.

use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicUsize, Ordering};

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::check::Check;
use elb_audit_core::inventory::{Account, Cost, Inventory, Region, SCHEMA};
use elb_audit_core::policy::Policy;

/// A line that is written over as regions are done: only on a terminal.
pub(crate) struct Progress {
    shown: bool,
    checks: Vec<&'static Check>,
    policy: Policy,
    faults: AtomicUsize,
}

impl Progress {
    pub(crate) fn new(wanted: bool, checks: &[&'static Check], policy: &Policy) -> Self {
        let shown = wanted && std::io::stderr().is_terminal();
        let (checks, policy) = (checks.to_vec(), policy.clone());
        Progress { shown, checks, policy, faults: AtomicUsize::new(0) }
    }

    /// Says that a region is done.
    pub(crate) fn done(&self, region: &Region, (done, all, calls): (usize, usize, u64)) {
        if !self.shown {
            return;
        }
        let found = self.faults_of(region);
        let faults = self.faults.fetch_add(found, Ordering::Relaxed) + found;
        let end = if done == all { "\r\x1b[K" } else { "" };
        let _ = write!(
            std::io::stderr().lock(),
            "\r\x1b[K{done}/{all} regions, {calls} calls, {faults} faults so far{end}"
        );
    }

    fn faults_of(&self, region: &Region) -> usize {
        let account = Account { regions: vec![region.clone()], ..Account::new("", "") };
        let now = jiff::Timestamp::now();
        let inventory = Inventory {
            schema: SCHEMA.to_owned(),
            taken_at: now,
            cost: Cost::default(),
            accounts: vec![account],
        };
        let options = Options { policy: self.policy.clone(), ..Options::at(now) };
        let report = audit(&inventory, &self.checks, &options);
        report.summary.faults.total()
    }
}
