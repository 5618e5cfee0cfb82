//! Where a report goes: standard output, and files.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use elb_audit_core::render::{self, Format, Style};
use elb_audit_core::report::Report;

/// Why a report could not be written where it should be.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// No format has this name.
    #[error("unknown format `{0}`")]
    Format(String),
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
pub(crate) struct Destination {
    pub(crate) format: &'static Format,
    /// None is standard output.
    pub(crate) file: Option<PathBuf>,
}

/// Standard output in `format`, and what `--output` names. A file that cannot be written is refused
/// before anything is read.
pub(crate) fn destinations(
    standard: &'static Format,
    outputs: &[String],
) -> Result<Vec<Destination>, OutputError> {
    let mut all = vec![Destination { format: standard, file: None }];
    for output in outputs {
        let (format, file) = match output.split_once('=') {
            Some((name, _)) if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') => {
                (known(&name.to_lowercase())?, &output[name.len() + 1..])
            }
            _ => (standard, output.as_str()),
        };
        let file = PathBuf::from(file);
        if all.iter().any(|other| other.file.as_ref() == Some(&file)) {
            return Err(OutputError::Twice(output.clone()));
        }
        check_writable(&file).map_err(|error| OutputError::Option(output.clone(), error))?;
        all.push(Destination { format, file: Some(file) });
    }
    Ok(all)
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

fn known(name: &str) -> Result<&'static Format, OutputError> {
    render::named(name).ok_or_else(|| OutputError::Format(name.to_owned()))
}

/// Writes the report everywhere; what could not be written.
pub(crate) fn deliver(report: &Report, destinations: &[Destination]) -> Vec<OutputError> {
    let mut failures = Vec::new();
    for Destination { format, file } in destinations {
        match file {
            None => {
                let written = print(|out| format.render(report, style(), out));
                if let Err(error) = written {
                    failures.push(OutputError::StandardOutput(error));
                }
            }
            Some(file) => {
                let written = File::create(file).and_then(|created| {
                    let mut out = BufWriter::new(created);
                    format.render(report, Style::PLAIN, &mut out)?;
                    out.flush()
                });
                if let Err(error) = written {
                    failures.push(OutputError::File(file.display().to_string(), error.into()));
                }
            }
        }
    }
    failures
}

/// Writes to standard output. A reader that has had enough (`| head`) is no failure.
pub(crate) fn print(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// How standard output wants text: colours and wrapping for a terminal alone.
pub(crate) fn style() -> Style {
    let out = io::stdout();
    if !out.is_terminal() {
        return Style { color: forced(), ..Style::PLAIN };
    }
    let choice = anstream::AutoStream::choice(&out);
    let width = terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0));
    Style { color: choice != anstream::ColorChoice::Never, width: width.clamp(60, 160) }
}

/// Whether colours are wanted even without a terminal.
fn forced() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    set("CLICOLOR_FORCE") && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
