//! Where a report goes: standard output, and files.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use elb_audit_core::render::{Details, Filter, Format, Style};
use elb_audit_core::report::Report;

mod color;
mod format;

pub use color::Color;
pub(crate) use format::Standard;

/// Why a report could not be written where it should be.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// No format has this name.
    #[error("unknown format `{0}`")]
    Format(String),
    /// The name of a file says another format than the word before it.
    #[error(
        "--output {named}={file}: a name that ends so is for {ending}: write {ending}={file}, or another name"
    )]
    Named {
        /// The file.
        file: String,
        /// The format before it.
        named: &'static str,
        /// The format that its name ends in.
        ending: &'static str,
    },
    /// The name of a file says another format than `--format`.
    #[error(
        "--output {file}: its name says {ending}, --format says {format}: write --output {ending}={file}, \
         or leave --format out"
    )]
    Contradicts {
        /// The file.
        file: String,
        /// The format of standard output.
        format: &'static str,
        /// The format that its name ends in.
        ending: &'static str,
    },
    /// Files of several formats end so.
    #[error("--output {file}: {} is meant: write --output {}={file}", .formats.join(" or "), .formats[0])]
    Ambiguous {
        /// The file.
        file: String,
        /// The formats.
        formats: Vec<String>,
    },
    /// Two reports would overwrite each other.
    #[error("--output {0}: the same file twice")]
    Twice(String),
    /// The file of this option cannot be written.
    #[error("--output {0}: {1}")]
    Option(String, NotWritable),
    /// The file cannot be written.
    #[error("cannot write {0}: {1}")]
    File(String, NotWritable),
    /// Standard output cannot be written.
    #[error("cannot write to standard output: {0}")]
    StandardOutput(io::Error),
}

/// Why nothing can be written to a file.
#[derive(Debug, thiserror::Error)]
pub enum NotWritable {
    /// It is no file.
    #[error("standard output has its format by --format")]
    StandardOutput,
    /// The system says no.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A report in one format for one place.
struct Destination {
    format: &'static Format,
    /// None is standard output.
    file: Option<PathBuf>,
}

/// Everywhere that a report goes to.
pub(crate) struct Outputs {
    color: Color,
    /// The load balancers whose findings are shown one by one, as `--details` has them.
    details: Option<String>,
    all: Vec<Destination>,
}

impl Outputs {
    /// Nowhere.
    pub(crate) const NONE: Outputs =
        Outputs { color: Color::Never, details: None, all: Vec::new() };

    /// Standard output, and what `--output` names. A file that cannot be written is refused before anything
    /// is read.
    pub(crate) fn new(
        color: Color,
        standard: Standard,
        outputs: &[String],
        details: Option<&str>,
    ) -> Result<Self, OutputError> {
        let mut all = vec![Destination { format: standard.format, file: None }];
        for output in outputs {
            let (format, file) = format::resolved(output, standard)?;
            if all.iter().any(|other| other.file.as_ref() == Some(&file)) {
                return Err(OutputError::Twice(output.clone()));
            }
            check_writable(&file).map_err(|error| OutputError::Option(output.clone(), error))?;
            all.push(Destination { format, file: Some(file) });
        }
        Ok(Outputs { color, details: details.map(str::to_owned), all })
    }

    /// Writes the report everywhere; what could not be written. People see of it what the filter shows.
    pub(crate) fn deliver(&self, report: &Report, filter: Filter) -> Vec<OutputError> {
        let details = match self.details.as_deref() {
            None => Details::None,
            Some("*") => Details::All,
            Some(pattern) => Details::Of(pattern),
        };
        let style = Style { filter, details, ..Style::PLAIN };
        let written = self.all.iter().map(|one| one.write(report, self.color, style));
        written.filter_map(Result::err).collect()
    }
}

impl Destination {
    fn write(&self, report: &Report, color: Color, plain: Style) -> Result<(), OutputError> {
        let Destination { format, file } = self;
        let Some(file) = file else {
            let Style { color, width, .. } = style(color);
            let style = Style { color, width, ..plain };
            let written = print(|out| format.render(report, style, out));
            return written.map_err(OutputError::StandardOutput);
        };
        let written = File::create(file).and_then(|created| {
            let mut out = BufWriter::new(created);
            format.render(report, plain, &mut out)?;
            out.flush()
        });
        written.map_err(|error| OutputError::File(file.display().to_string(), error.into()))
    }
}

/// Whether a file can be written: better known before a scan than after it. One that is not there yet is
/// not left behind.
pub(crate) fn check_writable(file: &Path) -> Result<(), NotWritable> {
    if file == Path::new("-") {
        return Err(NotWritable::StandardOutput);
    }
    let new = !file.exists();
    std::fs::OpenOptions::new().append(true).create(true).open(file)?;
    if new {
        // It was made this moment, and is empty.
        let _ = std::fs::remove_file(file);
    }
    Ok(())
}

/// Writes to standard output. A reader that has had enough (`| head`) is no failure.
pub(crate) fn print(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// How standard output wants text: wrapped for a terminal, with colours where they are wanted.
pub(crate) fn style(color: Color) -> Style<'static> {
    let out = io::stdout();
    let settled = color.settled_here();
    if !out.is_terminal() {
        return Style { color: settled.unwrap_or(false), ..Style::PLAIN };
    }
    // What the terminal is capable of.
    let capable = || anstream::AutoStream::choice(&out) != anstream::ColorChoice::Never;
    let width = terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0));
    Style { color: settled.unwrap_or_else(capable), width: width.clamp(60, 160), ..Style::PLAIN }
}
