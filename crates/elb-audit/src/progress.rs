//! What standard error is told while a scan runs.

use std::fmt;
use std::io::{IsTerminal as _, Write as _};

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::check::Check;
use elb_audit_core::inventory::{Account, Cost, Inventory, Region, SCHEMA};
use elb_audit_core::policy::Policy;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// The id of the request that lines are logged for as JSON; none: lines are for people.
static REQUEST: Mutex<Option<String>> = Mutex::new(None);

/// From here on lines are JSON, with the id of this request.
pub(crate) fn log_as_json(request: &str) {
    *REQUEST.lock().unwrap_or_else(PoisonError::into_inner) = Some(request.to_owned());
}

/// Writes a line to standard error. Nobody listening is no reason to stop. Characters that steer a
/// terminal, which files and answers may hold, are written as escapes.
pub(crate) fn say(line: fmt::Arguments) {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
    };
    let mut clean = String::new();
    for c in crate::secrets::clean(&line.to_string()).chars() {
        if steers(c) { clean.extend(c.escape_unicode()) } else { clean.push(c) }
    }
    if let Some(request) = &*REQUEST.lock().unwrap_or_else(PoisonError::into_inner) {
        clean = logged(&clean, request);
    }
    let _ = writeln!(std::io::stderr().lock(), "{clean}");
}

/// A line as Lambda logs JSON.
fn logged(line: &str, request: &str) -> String {
    let (level, message) = match line.strip_prefix("error: ") {
        Some(message) => ("ERROR", message),
        None => ("INFO", line),
    };
    let mut fields = serde_json::json!({
        "timestamp": jiff::Timestamp::now(),
        "level": level,
        "message": message,
    });
    if !request.is_empty() {
        fields["requestId"] = request.into();
    }
    fields.to_string()
}

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
