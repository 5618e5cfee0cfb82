//! Where a report goes: standard output, files, and objects of S3.

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use aws_types::SdkConfig;
use elb_audit_core::render::{Details, Filter, Format, Style};
use elb_audit_core::report::Report;

use crate::aws::s3::{Condition, Object, S3Error};
pub use crate::files::Mode;
use crate::files::Rights;
use crate::files::aside::{self, Target};
pub(crate) use crate::files::print;

mod color;
mod format;
mod place;

pub use color::Color;
pub(crate) use format::Standard;
use place::Place;
pub(crate) use place::PlaceError;

/// Why a report could not be written where it should be.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// No format has this name.
    #[error("unknown format `{name}`: {known}, or all; a file whose name has an = in it is ./FILE")]
    Format {
        /// The name.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// It names no place.
    #[error("--output {0}: {1}")]
    Place(String, PlaceError),
    /// Several formats cannot be in one file.
    #[error(
        "--output {0}: a file, an object and standard output hold one format: name a folder, which ends in `/`"
    )]
    OneFile(String),
    /// Standard output gets another format.
    #[error("--output {output}: --format says {format} of standard output: leave one of them out")]
    OtherOnStandard {
        /// What `--output` says.
        output: String,
        /// What `--format` says.
        format: &'static str,
    },
    /// The report would take the place of what it is made from, or of what is kept for the next run.
    #[error("--output {0}: {1} would be overwritten: write to another file")]
    Overwrites(String, &'static str),
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
    #[error("--output {0}: the same place twice")]
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
    /// S3 does not take it.
    #[error(transparent)]
    S3(#[from] S3Error),
    /// It would have to be sent to S3, and there are no credentials.
    #[error("cannot write {0} without AWS")]
    WithoutAws(String),
}

/// Why nothing can be written to a file.
#[derive(Debug, thiserror::Error)]
pub enum NotWritable {
    /// It is no file.
    #[error("standard output has its format by --format")]
    StandardOutput,
    /// It would be in a folder that is not there.
    #[error("there is no folder {0}")]
    NoFolder(String),
    /// The system says no.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A report in one format for one place.
struct Destination {
    format: &'static Format,
    place: Place,
}

/// Everywhere that a report goes to.
pub(crate) struct Outputs {
    color: Color,
    /// The load balancers whose findings are shown one by one, as `--details` has them.
    details: Option<String>,
    /// Who may read and write a new file.
    mode: Mode,
    all: Vec<Destination>,
}

impl Outputs {
    /// Nowhere.
    pub(crate) const NONE: Outputs =
        Outputs { color: Color::Never, details: None, mode: Mode::PRIVATE, all: Vec::new() };

    /// Standard output, and what `--output` names. A file that cannot be written is refused before anything
    /// is read.
    pub(crate) fn new(
        color: Color,
        standard: Standard,
        outputs: &[String],
        details: Option<&str>,
        mode: Mode,
    ) -> Result<Self, OutputError> {
        let mut all: Vec<(Destination, &String)> = Vec::new();
        for output in outputs {
            for (format, place) in format::resolved(output, standard)? {
                if all.iter().any(|(other, _)| is_same(&other.place, &place)) {
                    return Err(OutputError::Twice(output.clone()));
                }
                all.push((Destination { format, place }, output));
            }
        }
        for (destination, output) in &all {
            let checked = destination.check_writable(output.ends_with('/'));
            checked.map_err(|error| OutputError::Option((*output).clone(), error))?;
        }
        let mut all: Vec<Destination> = all.into_iter().map(|(one, _)| one).collect();
        if !all.iter().any(|one| one.place == Place::Standard) {
            all.insert(0, Destination { format: standard.format, place: Place::Standard });
        }
        Ok(Outputs { color, details: details.map(str::to_owned), mode, all })
    }

    /// Refuses to write over a file that is read, or kept for the next run; `what` says which it is.
    pub(crate) fn spare(&self, file: &Path, what: &'static str) -> Result<(), OutputError> {
        let place = Place::File(file.to_owned());
        match self
            .all
            .iter()
            .find(|one| one.place != Place::Standard && is_same(&one.place, &place))
        {
            Some(one) => Err(OutputError::Overwrites(one.place.to_string(), what)),
            None => Ok(()),
        }
    }

    /// Whether AWS has to be asked.
    pub(crate) fn is_remote(&self) -> bool {
        self.all.iter().any(|one| matches!(one.place, Place::Object { .. }))
    }

    /// Writes the report everywhere; what could not be written. People see of it what the filter shows.
    pub(crate) async fn deliver(
        &self,
        report: &Report,
        filter: Filter,
        config: Option<&SdkConfig>,
    ) -> Vec<OutputError> {
        let details = match self.details.as_deref() {
            None => Details::None,
            Some("*") => Details::All,
            Some(pattern) => Details::Of(pattern),
        };
        let style = Style { filter, details, ..Style::PLAIN };
        let mut failures = Vec::new();
        // One after the other: each may be large.
        for one in &self.all {
            failures.extend(one.write(report, self.color, self.mode, style, config).await.err());
        }
        failures
    }
}

/// Whether two places are one: by the file that is there, or as far as their names tell.
fn is_same(one: &Place, other: &Place) -> bool {
    match (one, other) {
        (Place::File(one), Place::File(other)) => {
            whole(one) == whole(other) || is_linked(one, other)
        }
        (one, other) => one == other,
    }
}

/// Whether two names are of one file.
#[cfg(unix)]
fn is_linked(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let file = |path: &Path| path.metadata().ok().filter(std::fs::Metadata::is_file);
    let node = |path: &Path| file(path).map(|meta| (meta.dev(), meta.ino()));
    node(one).is_some() && node(one) == node(other)
}

#[cfg(not(unix))]
fn is_linked(_: &Path, _: &Path) -> bool {
    false
}

/// The path from the root, links followed where they lead somewhere.
fn whole(file: &Path) -> PathBuf {
    let found = Some(Target::of(file).path).filter(|path| path.is_absolute());
    found.or_else(|| std::path::absolute(file).ok()).unwrap_or_else(|| file.to_owned())
}

impl Destination {
    /// Whether its file can be written, in a folder that is made where it is named as one.
    fn check_writable(&self, in_folder: bool) -> Result<(), NotWritable> {
        let Place::File(file) = &self.place else { return Ok(()) };
        if let Some(folder) = file.parent().filter(|_| in_folder) {
            std::fs::create_dir_all(folder)?;
        }
        check_writable(file)
    }

    async fn write(
        &self,
        report: &Report,
        color: Color,
        mode: Mode,
        plain: Style<'_>,
        config: Option<&SdkConfig>,
    ) -> Result<(), OutputError> {
        match &self.place {
            Place::Standard => self.print(report, color, plain),
            Place::File(file) => {
                let rights = Rights::Kept(mode);
                let written =
                    aside::write(file, rights, |out| self.format.render(report, plain, out));
                written.map_err(|error| OutputError::File(file.display().to_string(), error.into()))
            }
            Place::Object { bucket, key } => {
                let config =
                    config.ok_or_else(|| OutputError::WithoutAws(self.place.to_string()))?;
                let object = Object::locate(config, bucket, key).await?;
                let bytes = self.format.text(report, plain).into_bytes();
                let media_type = self.format.media_type;
                object.put(bytes, media_type, &Condition::None, &[]).await?;
                Ok(())
            }
        }
    }

    /// Writes to standard output, and what goes beside it to the file that its variable names.
    fn print(&self, report: &Report, color: Color, plain: Style) -> Result<(), OutputError> {
        let Style { color, width, .. } = style(color);
        let own = Style { color, width, ..plain };
        let written = print(|out| self.format.render(report, own, out));
        written.map_err(OutputError::StandardOutput)?;
        let Some((variable, format)) = self.format.beside else { return Ok(()) };
        let Some(file) = std::env::var_os(variable).filter(|file| !file.is_empty()) else {
            return Ok(());
        };
        let file = Path::new(&file);
        let written = aside::append(file, |out| format.render(report, plain, out));
        written.map_err(|error| OutputError::File(file.display().to_string(), error.into()))
    }
}

/// Whether a file can be written: better known before a scan than after it.
pub(crate) fn check_writable(file: &Path) -> Result<(), NotWritable> {
    if file == Path::new("-") {
        return Err(NotWritable::StandardOutput);
    }
    let folder = file.parent().filter(|folder| *folder != Path::new(""));
    if let Some(folder) = folder.filter(|folder| !folder.exists()) {
        return Err(NotWritable::NoFolder(folder.display().to_string()));
    }
    Ok(aside::check(file)?)
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
