//! The list of formats: a report in, bytes out. Options, help and the book are made from it.

use std::collections::HashSet;
use std::{fmt, io};

use crate::report::comparison::ChangeKind;
use crate::report::{Report, Standing};
use crate::vocab::glob;

pub mod asff; // findings as Security Hub takes them
mod csv;
mod filter;
mod github; // workflow commands
mod gitlab;
pub mod json;
mod junit;
mod markdown;
mod ndjson;
mod ocsf;
mod order;
pub(crate) mod page;
mod place;
pub(crate) mod prose;
mod sarif; // as GitHub takes it
mod settings;
mod steps;
pub(crate) mod text;

pub use filter::Filter;

/// A way to write a report down.
pub struct Format {
    /// What `--format` calls it.
    pub name: &'static str,
    /// What its file is called in a folder.
    pub file: &'static str,
    /// How the names of its files end, the usual way first, without the first dot.
    pub endings: &'static [&'static str],
    /// What it is on the web.
    pub media_type: &'static str,
    /// What it is for, in a few words.
    pub about: &'static str,
    /// What becomes of each finding.
    pub says: Says,
    /// What else of a report it leaves out, in words that go on from "Leaves out".
    pub leaves_out: &'static str,
    /// The rest of what its reader has to know, in Markdown.
    pub more: &'static str,
    /// Whether people read it, who may want to see less; what machines read is always whole.
    pub for_people: bool,
    /// The file that a variable of the environment names, to which a report is added in another format when
    /// this one is on standard output.
    pub beside: Option<(&'static str, &'static Format)>,
    render: Render,
    render_changes: fn(&mut Report, Style, &mut dyn io::Write) -> io::Result<()>,
}

/// What a format makes of the findings of each standing; none: it leaves them out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Says {
    /// Faults that count.
    pub fault: Option<&'static str>,
    /// Verdicts that could not be given.
    pub unknown: Option<&'static str>,
    /// Notes.
    pub note: Option<&'static str>,
    /// What is right.
    pub pass: Option<&'static str>,
    /// What somebody has accepted.
    pub accepted: Option<&'static str>,
    /// What a newer check finds.
    pub informing: Option<&'static str>,
}

impl Says {
    /// The same of all.
    const fn all(word: &'static str) -> Self {
        let word = Some(word);
        Says { fault: word, unknown: word, note: word, pass: word, accepted: word, informing: word }
    }

    /// What becomes of the findings of this standing.
    #[must_use]
    pub fn of(&self, standing: Standing) -> Option<&'static str> {
        match standing {
            Standing::Fault => self.fault,
            Standing::Unknown => self.unknown,
            Standing::Note => self.note,
            Standing::Pass => self.pass,
            Standing::Accepted => self.accepted,
            Standing::Informing => self.informing,
        }
    }
}

/// Writes a report, a newline at the end.
type Render = fn(&Report, Style, &mut dyn io::Write) -> io::Result<()>;

impl Format {
    /// Writes a report. What it writes to is best buffered.
    pub fn render(&self, report: &Report, style: Style, out: &mut dyn io::Write) -> io::Result<()> {
        (self.render)(report, self.styled(style), out)
    }

    /// Writes what has changed since the earlier report that this one was compared with, and nothing else:
    /// in words, or as a report whose findings are the new and worse ones. The report loses the others: of a
    /// very large one two do not fit into memory.
    pub fn render_changes(
        &self,
        report: &mut Report,
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
pub const TEXT: &Format = &text::FORMAT;

/// For programs.
pub const JSON: &Format = &json::FORMAT;

/// Every format, the default first.
pub const ALL: &[&Format] = &[
    TEXT,
    JSON,
    &ndjson::FORMAT,
    &csv::FORMAT,
    &markdown::FORMAT,
    &sarif::FORMAT,
    &github::FORMAT,
    &junit::FORMAT,
    &gitlab::FORMAT,
    &ocsf::FORMAT,
    &asff::FORMAT,
];

/// Writes only what has changed, in the same form as a whole report.
fn changes_alone(
    render: Render,
    report: &mut Report,
    style: Style,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    keep_changes(report);
    render(report, style, out)
}

/// Leaves the report no other findings than the new and worse ones, and what to do about those.
fn keep_changes(report: &mut Report) {
    report.findings.retain(|finding| {
        let kind = finding.change.as_ref().map(|change| change.kind);
        matches!(kind, Some(ChangeKind::New | ChangeKind::Worsened))
    });
    let kept: HashSet<&str> = report.findings.iter().map(|one| &*one.fingerprint).collect();
    report.actions.retain(|action| action.fingerprints.iter().any(|one| kept.contains(&**one)));
}

/// The format with this name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Format> {
    ALL.iter().copied().find(|format| format.name == name)
}

/// The formats that the name of a file says by how it ends: those of the longest ending of all. Several where
/// formats share one.
#[must_use]
pub fn ending(file: &str) -> Vec<&'static Format> {
    let file = file.to_lowercase();
    let length = |format: &Format| {
        let ends = format.endings.iter().filter(|ending| ends_in(&file, ending));
        ends.map(|ending| ending.len()).max()
    };
    let longest = ALL.iter().filter_map(|format| length(format)).max();
    ALL.iter().copied().filter(|format| longest.is_some() && length(format) == longest).collect()
}

/// Whether something stands before the ending, and a dot between them; or it is the whole name.
fn ends_in(file: &str, ending: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    match name.strip_suffix(ending) {
        Some("") => ending.contains('.'),
        Some(before) => before.len() > 1 && before.ends_with('.'),
        None => false,
    }
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
        file: "parrot.txt",
        endings: &["txt"],
        media_type: "text/plain",
        about: "for tests",
        says: Says::all("nothing"),
        leaves_out: "",
        more: "",
        for_people: false,
        beside: None,
        render: |_, style, out| write!(out, "{}", style.filter == Filter::NONE),
        render_changes: |_, style, out| write!(out, "{}", style.filter == Filter::NONE),
    };

    #[test]
    fn a_format_for_machines_never_hears_of_a_filter() {
        let inventory = demo::inventory();
        let mut report = audit(&inventory, &[], &Options::at(inventory.taken_at));
        let filter = Filter { min_severity: Some(Severity::High), only_new: true };
        let style = Style { filter, ..Style::PLAIN };
        for (for_people, whole) in [(false, "true"), (true, "false")] {
            let format = Format { for_people, ..PARROT };
            assert_eq!(format.text(&report, style), whole);
            let mut changes = Vec::new();
            format.render_changes(&mut report, style, &mut changes).expect("memory");
            assert_eq!(changes, whole.as_bytes());
        }
    }

    #[test]
    fn formats_are_found_by_how_their_files_end() {
        for format in ALL {
            for end in format.endings {
                for file in [format!("a.{end}"), format!("x/y.z.{}", end.to_uppercase())] {
                    let found: Vec<&str> = ending(&file).iter().map(|one| one.name).collect();
                    assert_eq!(found, [format.name], "{file}");
                }
            }
            let named: Vec<&str> = ending(format.file).iter().map(|one| one.name).collect();
            assert_eq!(named, [format.name], "{}", format.file);
            assert!(!format.about.is_empty() && format.media_type.contains('/'));
        }
        for file in ["", "a", "toml", "a.toml", ".json", "x/.json", "json", "xjson", "a.json/b"] {
            assert!(ending(file).is_empty(), "{file}");
        }
    }

    #[test]
    fn names_of_formats_and_their_files_are_their_own() {
        for (place, format) in ALL.iter().enumerate() {
            for other in &ALL[..place] {
                assert_ne!(format.name, other.name);
                assert_ne!(format.file, other.file);
            }
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(format.name.chars().all(plain), "{}", format.name);
        }
    }
}
