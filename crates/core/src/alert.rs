//! What to tell people about a report: what has changed, what stands, or only that the watch is alive.
//!
//! An [`Alert`] borrows its report and says what is worth telling; its parts word it for each kind of
//! destination.

use jiff::Timestamp;

use crate::report::comparison::{ChangeKind, Past};
use crate::report::{Finding, Report, ReportedGap};
use crate::vocab::severity::Severity;

pub(crate) mod brief;
pub mod event;
pub mod metrics;
pub mod slack;
pub mod text;
pub mod webhook;

/// When to tell anybody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NotifyOn {
    /// When faults are new or have become worse.
    New,
    /// When faults are fixed or no longer assessed, or calls no longer answered, too.
    #[default]
    Changed,
    /// Also while faults stand unchanged.
    All,
    /// After every run.
    Always,
}

impl NotifyOn {
    /// Every choice with its word.
    pub const ALL: [(&'static str, NotifyOn); 4] = [
        ("new", NotifyOn::New),
        ("changed", NotifyOn::Changed),
        ("all", NotifyOn::All),
        ("always", NotifyOn::Always),
    ];
}

/// What is worth telling.
#[derive(Clone, Debug)]
pub struct AlertRules {
    /// When to tell anybody.
    pub on: NotifyOn,
    /// Faults below this are not told of.
    pub min_severity: Severity,
    /// Days of silence after which a sign of life is sent; 0: none.
    pub heartbeat_days: u32,
    /// Whether what was told before is known: a watch over time, not a single scan.
    pub watching: bool,
    /// A name of the environment, such as `prod`; empty: none.
    pub label: String,
    /// Where the whole report lies: a place to point at.
    pub report: Option<String>,
    /// Why the report of the run before cannot be used, so that everything is told as new.
    pub trouble: Option<String>,
}

/// Why an alert is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// Something has changed, or is found for the first time.
    Change,
    /// Nothing has changed, and it was asked for all the same.
    Standing,
    /// Nothing was told for long: the watch is alive.
    Heartbeat,
}

impl Occasion {
    /// `change`, `standing`, `heartbeat`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Occasion::Change => "change",
            Occasion::Standing => "standing",
            Occasion::Heartbeat => "heartbeat",
        }
    }
}

/// What is told, the worst first in every part.
#[derive(Clone, Debug)]
pub struct Alert<'a> {
    /// The whole report.
    pub report: &'a Report,
    /// Why it is sent.
    pub occasion: Occasion,
    /// A name of the environment; empty: none.
    pub label: &'a str,
    /// Where the whole report lies.
    pub place: Option<&'a str>,
    /// Why the report of the run before cannot be used.
    pub trouble: Option<&'a str>,
    /// Faults that are new.
    pub new: Vec<&'a Finding>,
    /// Faults that are worse than they were.
    pub worsened: Vec<&'a Finding>,
    /// Faults that are gone.
    pub resolved: Vec<&'a Past>,
    /// Faults that are no longer assessed; those told of before are left out.
    pub not_assessed: Vec<&'a Past>,
    /// Calls that are no longer answered.
    pub lost: Vec<&'a ReportedGap>,
    /// Faults that stand as they were, or that another version has found; told of only when that was asked
    /// for.
    pub standing: Vec<&'a Finding>,
}

impl<'a> Alert<'a> {
    /// What there is to tell of a report; none when silence is right.
    #[must_use]
    pub fn from_report(report: &'a Report, rules: &'a AlertRules) -> Option<Self> {
        let mut alert = Alert::everything(report, rules);
        let (news, change) = (alert.has_news(), alert.has_change());
        alert.occasion = match rules.on {
            NotifyOn::New if news => Occasion::Change,
            NotifyOn::Changed | NotifyOn::All | NotifyOn::Always if change => Occasion::Change,
            NotifyOn::All if !alert.standing.is_empty() => Occasion::Standing,
            NotifyOn::Always => Occasion::Standing,
            _ if is_silent_for_long(report, rules) => Occasion::Heartbeat,
            _ => return None,
        };
        let standing = matches!(rules.on, NotifyOn::All | NotifyOn::Always);
        if !standing || alert.occasion == Occasion::Heartbeat {
            alert.standing.clear();
        }
        Some(alert)
    }

    fn everything(report: &'a Report, rules: &'a AlertRules) -> Self {
        let heard = |finding: &&Finding| finding.severity >= rules.min_severity;
        let kind = |finding: &Finding| finding.change.as_ref().map(|change| change.kind);
        let compared = report.comparison.is_some();
        let of = |wanted: ChangeKind| {
            let faults = report.findings.iter().filter(|one| one.is_fault()).filter(heard);
            // Without an earlier report everything is told for the first time.
            let all = faults.filter(|fault| kind(fault).unwrap_or(ChangeKind::New) == wanted);
            worst_first(all.collect())
        };
        let past = |all: &'a [Past]| -> Vec<&'a Past> {
            all.iter().filter(|past| past.finding.severity >= rules.min_severity).collect()
        };
        let comparison = report.comparison.as_ref();
        let missing = comparison.map_or(&[][..], |comparison| &comparison.not_assessed);
        let lost = report.gaps.iter().filter(|gap| !compared && !gap.advisory);
        Alert {
            report,
            occasion: Occasion::Change,
            label: &rules.label,
            place: rules.report.as_deref(),
            trouble: rules.trouble.as_deref(),
            new: of(ChangeKind::New),
            worsened: of(ChangeKind::Worsened),
            resolved: past(comparison.map_or(&[][..], |comparison| &comparison.resolved)),
            not_assessed: past(missing).into_iter().filter(|past| !past.carried).collect(),
            lost: comparison
                .map_or_else(|| lost.collect(), |comparison| comparison.lost.iter().collect()),
            standing: [of(ChangeKind::Unchanged), of(ChangeKind::JudgedDifferently)].concat(),
        }
    }

    fn has_news(&self) -> bool {
        !self.new.is_empty() || !self.worsened.is_empty()
    }

    /// Leaves out the faults and the calls that are known already, and with them all that stands as it was.
    pub fn forget(
        &mut self,
        known: impl Fn(&Finding) -> bool,
        known_call: impl Fn(&ReportedGap) -> bool,
    ) {
        self.new.retain(|finding| !known(finding));
        self.worsened.retain(|finding| !known(finding));
        self.resolved.retain(|past| !known(&past.finding));
        self.not_assessed.retain(|past| !known(&past.finding));
        self.lost.retain(|gap| !known_call(gap));
        self.standing.clear();
    }

    /// Whether anything is new, worse, gone, or no longer seen.
    #[must_use]
    pub fn has_change(&self) -> bool {
        self.has_news()
            || !self.resolved.is_empty()
            || !self.not_assessed.is_empty()
            || !self.lost.is_empty()
    }

    /// The worst severity among what is new, worse or standing; none where nothing is.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        let faults = self.new.iter().chain(&self.worsened).chain(&self.standing);
        faults.map(|finding| finding.severity).max()
    }
}

/// The worst first; what the internet reaches before what it does not.
fn worst_first(mut findings: Vec<&Finding>) -> Vec<&Finding> {
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

/// Whether a sign of life is due.
fn is_silent_for_long(report: &Report, rules: &AlertRules) -> bool {
    if !rules.watching || rules.heartbeat_days == 0 {
        return false;
    }
    let hours = i64::from(rules.heartbeat_days) * 24;
    // A daily run is some minutes early or late; seven days are not to become eight.
    // What is dated in the future must not silence it until then.
    let due = |last: Timestamp| {
        last > report.taken_at || report.taken_at.duration_since(last).as_hours() >= hours - 2
    };
    report.alerted_at.is_none_or(due)
}
