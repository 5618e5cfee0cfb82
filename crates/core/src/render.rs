//! The list of formats: a report in, bytes out. Options, help and the book are made from it.

use std::collections::HashSet;
use std::{fmt, io};

use crate::report::Report;
use crate::report::comparison::ChangeKind;
use crate::vocab::glob;

pub mod asff; // faults as Security Hub takes them
mod filter;
mod json;
pub(crate) mod page;
pub(crate) mod prose;
pub(crate) mod text;

pub use filter::Filter;

/// A way to write a report down.
pub struct Format {
    /// What `--format` calls it.
    pub name: &'static str,
    /// How the names of its files usually end.
    pub extension: &'static str,
    /// What it is for, in a few words.
    pub about: &'static str,
    /// Whether people read it, who may want to see less; what machines read is always whole.
    pub for_people: bool,
    render: Render,
    render_changes: Render,
}

/// Writes a report, a newline at the end.
type Render = fn(&Report, Style, &mut dyn io::Write) -> io::Result<()>;

impl Format {
    /// Writes a report. What it writes to is best buffered.
    pub fn render(&self, report: &Report, style: Style, out: &mut dyn io::Write) -> io::Result<()> {
        (self.render)(report, self.styled(style), out)
    }

    /// Writes what has changed since the earlier report that this one was compared with, and nothing else:
    /// in words, or as a report whose findings are the new and worse ones.
    pub fn render_changes(
        &self,
        report: &Report,
        style: Style,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        (self.render_changes)(report, self.styled(style), out)
    }

    fn styled<'a>(&self, style: Style<'a>) -> Style<'a> {
        if self.for_people { style } else { Style { filter: Filter::NONE, ..style } }
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
pub struct Style<'a> {
    /// Whether the reader understands ANSI colours.
    pub color: bool,
    /// Characters in a line. Words longer than that stay whole, and with `usize::MAX` nothing wraps.
    pub width: usize,
    /// What is shown of what was found.
    pub filter: Filter,
    /// Which findings are shown one by one.
    pub details: Details<'a>,
}

impl Style<'_> {
    /// For a file or a pipe: no colours, and lines as long as they are.
    pub const PLAIN: Style<'static> =
        Style { color: false, width: usize::MAX, filter: Filter::NONE, details: Details::None };

    /// The same with every finding.
    pub const DETAILED: Style<'static> = Style { details: Details::All, ..Style::PLAIN };
}

/// Which findings a text shows one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Details<'a> {
    /// None: what to do first, and what there is.
    None,
    /// All.
    All,
    /// Those of the load balancers with this name, ARN or pattern.
    Of(&'a str),
}

impl Details<'_> {
    /// Whether a load balancer is one of those that are shown.
    pub(crate) fn shows(self, name: &str, arn: &str) -> bool {
        match self {
            Details::None => false,
            Details::All => true,
            Details::Of(pattern) => glob::matches(pattern, name) || glob::matches(pattern, arn),
        }
    }
}

/// For people.
pub const TEXT: &Format = &Format {
    name: "text",
    extension: "txt",
    about: "for people",
    for_people: true,
    render: text::render,
    render_changes: text::changes::render,
};

/// For programs.
pub const JSON: &Format = &Format {
    name: "json",
    extension: "json",
    about: "for programs; versioned",
    for_people: false,
    render: json::render,
    render_changes: |report, style, out| json::render(&only_changes(report), style, out),
};

/// Every format, the default first.
pub const ALL: &[&Format] = &[TEXT, JSON];

/// The report with no other findings than the new and worse ones, and what to do about those.
fn only_changes(report: &Report) -> Report {
    let mut report = report.clone();
    report.findings.retain(|finding| {
        let kind = finding.change.as_ref().map(|change| change.kind);
        matches!(kind, Some(ChangeKind::New | ChangeKind::Worsened))
    });
    let kept: HashSet<&str> = report.findings.iter().map(|one| &*one.fingerprint).collect();
    report.actions.retain(|action| action.fingerprints.iter().any(|one| kept.contains(&**one)));
    report
}

/// The format with this name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Format> {
    ALL.iter().copied().find(|format| format.name == name)
}

/// The formats whose files end like this, without the dot.
#[must_use]
pub fn ending(extension: &str) -> Vec<&'static Format> {
    let ends = |format: &&Format| format.extension.eq_ignore_ascii_case(extension);
    ALL.iter().copied().filter(ends).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Options, audit};
    use crate::fixtures::demo;
    use crate::vocab::severity::Severity;

    /// Writes whether it was told to leave something out.
    const PARROT: Format = Format {
        name: "parrot",
        extension: "txt",
        about: "for tests",
        for_people: false,
        render: |_, style, out| write!(out, "{}", style.filter == Filter::NONE),
        render_changes: |_, style, out| write!(out, "{}", style.filter == Filter::NONE),
    };

    #[test]
    fn a_format_for_machines_never_hears_of_a_filter() {
        let inventory = demo::inventory();
        let report = audit(&inventory, &[], &Options::at(inventory.taken_at));
        let filter = Filter { min_severity: Some(Severity::High), only_new: true };
        let style = Style { filter, ..Style::PLAIN };
        for (for_people, whole) in [(false, "true"), (true, "false")] {
            let format = Format { for_people, ..PARROT };
            assert_eq!(format.text(&report, style), whole);
            let mut changes = Vec::new();
            format.render_changes(&report, style, &mut changes).expect("memory");
            assert_eq!(changes, whole.as_bytes());
        }
    }

    #[test]
    fn formats_are_found_by_how_their_files_end() {
        for format in ALL {
            let upper = format.extension.to_uppercase();
            for extension in [format.extension, &upper] {
                let found = ending(extension);
                assert!(found.iter().any(|one| one.name == format.name), "{extension}");
            }
        }
        assert!(ending("").is_empty() && ending("toml").is_empty());
    }
}
