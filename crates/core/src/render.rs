//! The list of formats: a report in, bytes out. Options, help and the book are made from it.

use std::{fmt, io};

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
    /// How the names of its files usually end.
    pub extension: &'static str,
    /// What it is for, in a few words.
    pub about: &'static str,
    render: Render,
    render_changes: Render,
}

/// Writes a report, a newline at the end.
type Render = fn(&Report, Style, &mut dyn io::Write) -> io::Result<()>;

impl Format {
    /// Writes a report. What it writes to is best buffered.
    pub fn render(&self, report: &Report, style: Style, out: &mut dyn io::Write) -> io::Result<()> {
        (self.render)(report, style, out)
    }

    /// Writes what has changed since the earlier report that this one was compared with, and nothing else:
    /// in words, or as a report whose findings are the new and worse ones.
    pub fn render_changes(
        &self,
        report: &Report,
        style: Style,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        (self.render_changes)(report, style, out)
    }

    /// A report as a text.
    #[must_use]
    pub fn text(&self, report: &Report, style: Style) -> String {
        let mut bytes = Vec::new();
        // Memory takes everything.
        let _ = self.render(report, style, &mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
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

/// For people.
pub const TEXT: &Format = &Format {
    name: "text",
    extension: "txt",
    about: "for people",
    render: text::render,
    render_changes: text::changes::render,
};

/// For programs.
pub const JSON: &Format = &Format {
    name: "json",
    extension: "json",
    about: "for programs; versioned",
    render: json::render,
    render_changes: |report, style, out| json::render(&only_changes(report), style, out),
};

/// Every format, the default first.
pub const ALL: &[&Format] = &[TEXT, JSON];

/// The report with no other findings than the new and worse ones.
fn only_changes(report: &Report) -> Report {
    let mut report = report.clone();
    report.findings.retain(|finding| {
        let kind = finding.change.as_ref().map(|change| change.kind);
        matches!(kind, Some(ChangeKind::New | ChangeKind::Worsened))
    });
    report
}

/// The format with this name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Format> {
    ALL.iter().copied().find(|format| format.name == name)
}
