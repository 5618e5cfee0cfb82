//! What people do not want to read this time: left out of what is shown, never of what is counted.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::render::prose::count;
use crate::report::comparison::ChangeKind;
use crate::report::controls::FrameworkReport;
use crate::report::{Finding, Outcome, Report};
use crate::vocab::severity::Severity;

/// Which faults and notes a format for people shows. Formats for machines, totals and exit codes know
/// nothing of it, and what is unknown is always shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those of this severity and worse; none: all.
    pub min_severity: Option<Severity>,
    /// Only faults that are new or worse than in the report compared with, where there is one.
    pub only_new: bool,
}

impl Filter {
    /// Everything is shown.
    pub const NONE: Filter = Filter { min_severity: None, only_new: false };

    /// The same for this report: where nothing was compared, nothing is new.
    #[must_use]
    pub fn for_report(self, report: &Report) -> Filter {
        Filter { only_new: self.only_new && report.comparison.is_some(), ..self }
    }

    /// Whether a finding is shown. Passes are there only where they are asked for, and stay.
    #[must_use]
    pub fn shows(self, finding: &Finding) -> bool {
        if !matches!(finding.outcome, Outcome::Fail | Outcome::Note) {
            return true;
        }
        let kind = finding.change.as_ref().map(|change| change.kind);
        let is_new = matches!(kind, Some(ChangeKind::New | ChangeKind::Worsened));
        self.min_severity.is_none_or(|least| finding.severity >= least)
            && (!self.only_new || is_new)
    }

    /// The controls without the resources whose findings are not shown. Their status stays.
    pub(crate) fn controls<'a>(
        self,
        framework: &'a FrameworkReport,
        report: &Report,
    ) -> Cow<'a, FrameworkReport> {
        let hidden = report.findings.iter().filter(|finding| !self.shows(finding));
        let hidden: HashSet<&str> = hidden.map(|finding| &*finding.fingerprint).collect();
        if hidden.is_empty() {
            return Cow::Borrowed(framework);
        }
        let mut shown = framework.clone();
        for control in &mut shown.controls {
            control.failed.retain(|one| !hidden.contains(&*one.fingerprint));
        }
        Cow::Owned(shown)
    }

    /// What is not shown of these findings, in one line; none where all are.
    #[must_use]
    pub fn left_out<'a>(self, findings: impl IntoIterator<Item = &'a Finding>) -> Option<String> {
        let (mut faults, mut notes, mut others) = (0, 0, 0);
        for finding in findings.into_iter().filter(|finding| !self.shows(finding)) {
            match finding.outcome {
                _ if !finding.counts() => others += 1,
                Outcome::Note => notes += 1,
                _ => faults += 1,
            }
        }
        // Accepted, or newer than the pinned edition.
        let counted = [(faults, "fault"), (notes, "note"), (others, "other finding")];
        let counted = counted.into_iter().filter(|(number, _)| *number > 0);
        let counted: Vec<String> = counted.map(|(number, one)| count(number, one)).collect();
        (!counted.is_empty()).then(|| format!("not shown: {} {}", counted.join(", "), self.words()))
    }

    /// Why a finding is not shown: `below medium`.
    fn words(self) -> String {
        let below = self.min_severity.map(|least| format!("below {}", least.word()));
        match (below, self.only_new) {
            (Some(below), true) => format!("{below}, or neither new nor worse"),
            (Some(below), false) => below,
            (None, _) => "neither new nor worse".to_owned(),
        }
    }
}
