//! The list of formats: a report in, bytes out.

use crate::report::Report;
use crate::report::comparison::ChangeKind;

pub mod asff; // faults as Security Hub takes them
mod json;
pub(crate) mod page;
pub(crate) mod prose;
pub(crate) mod text;

/// A way to write a report down.
pub struct Format {
    /// What `--format` calls it.
    pub name: &'static str,
    /// What it is for, in a few words.
    pub about: &'static str,
    /// Writes the report, a newline at the end.
    pub render: fn(&Report, Style) -> String,
}

/// How a text is laid out; formats for machines do not look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether the reader understands ANSI colours.
    pub color: bool,
    /// Characters in a line. Words longer than that stay whole, and with `usize::MAX` nothing wraps.
    pub width: usize,
}

impl Style {
    /// For a file or a pipe: no colours, and lines as long as they are.
    pub const PLAIN: Style = Style { color: false, width: usize::MAX };
}

/// Every format.
pub const ALL: &[Format] = &[
    Format { name: "text", about: "for people", render: text::render },
    Format { name: "json", about: "for programs; versioned", render: json::render },
];

/// What has changed since the earlier report that this one was compared with, and nothing else: in words,
/// or as a report whose findings are the new and worse ones.
#[must_use]
pub fn difference(mut report: Report, name: &str, style: Style) -> String {
    if name == "text" {
        return text::changes::render(&report, style);
    }
    report.findings.retain(|finding| {
        let kind = finding.change.as_ref().map(|change| change.kind);
        matches!(kind, Some(ChangeKind::New | ChangeKind::Worsened))
    });
    json::render(&report, style)
}

/// The format with this name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Format> {
    ALL.iter().find(|format| format.name == name)
}
