//! Files, pipes and devices, read to their end: no more of them than a bound, and no longer than a time.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::Path;
use std::time::{Duration, Instant};

use super::patience;
use super::survey::{ShapeError, Survey};

/// How long a pipe may be without anybody who writes to it.
const WITHOUT_WRITER: Duration = Duration::from_secs(10);
/// Bytes that are read at once.
const PIECE: usize = 1 << 16;

/// How much is read of something, and how long it may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Bytes.
    pub(crate) most: u64,
    /// From the opening to the end.
    pub(crate) longest: Duration,
}

impl Bounds {
    /// Inventories and reports: those of two hundred thousand load balancers have as much. Whoever writes to a pipe
    /// may have to read an account first.
    pub(crate) const DOCUMENT: Bounds = Bounds { most: 2 << 30, longest: Duration::from_mins(30) };
    /// What people write: the configuration, a list of accounts.
    pub(crate) const SETTINGS: Bounds = Bounds { most: 16 << 20, longest: Duration::from_mins(1) };

    /// The same with another time.
    pub(crate) fn within(self, longest: Duration) -> Bounds {
        Bounds { longest, ..self }
    }
}

/// Why something was not read to its end.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system says no.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// There is more of it than is read.
    #[error("it is larger than {}, which is the most that is read", size(*.0))]
    TooLarge(u64),
    /// It goes on.
    #[error("it did not come to its end within {:.0} s", .0.as_secs_f64())]
    TooSlow(Duration),
    /// It is a pipe, and has only one end.
    #[error("it is a pipe that nobody writes to")]
    NoWriter,
    /// It is nothing that is read here.
    #[error(transparent)]
    Shape(#[from] ShapeError),
}

impl ReadError {
    /// The same as an error of the system.
    pub(crate) fn into_io(self) -> io::Error {
        match self {
            ReadError::Io(error) => error,
            other => io::Error::other(other),
        }
    }
}

/// `16 MB`, `2 GB`.
fn size(bytes: u64) -> String {
    if bytes >= 1 << 30 { format!("{} GB", bytes >> 30) } else { format!("{} MB", bytes >> 20) }
}

/// The same, none where there is no such file.
pub(crate) fn if_there<T>(read: Result<T, ReadError>) -> Result<Option<T>, ReadError> {
    match read {
        Err(ReadError::Io(error)) if error.kind() == ErrorKind::NotFound => Ok(None),
        read => read.map(Some),
    }
}

/// The JSON object that a file holds.
pub(crate) fn document(path: &Path, bounds: Bounds) -> Result<Vec<u8>, ReadError> {
    whole(path, bounds, Some(Survey::default()))
}

/// The same of standard input.
pub(crate) fn document_from_input(bounds: Bounds) -> Result<Vec<u8>, ReadError> {
    let source = Source { kind: Kind::Input, length: 0 };
    source.read(|| Ok(io::stdin()), bounds, Some(Survey::default()))
}

/// What a file holds.
pub(crate) fn bytes(path: &Path, bounds: Bounds) -> Result<Vec<u8>, ReadError> {
    whole(path, bounds, None)
}

/// The text that a file holds.
pub(crate) fn text(path: &Path, bounds: Bounds) -> Result<String, ReadError> {
    let invalid = || io::Error::new(ErrorKind::InvalidData, "stream did not contain valid UTF-8");
    String::from_utf8(bytes(path, bounds)?).map_err(|_| invalid().into())
}

fn whole(path: &Path, bounds: Bounds, survey: Option<Survey>) -> Result<Vec<u8>, ReadError> {
    let meta = fs::metadata(path)?;
    if meta.is_file() && meta.len() > bounds.most {
        return Err(ReadError::TooLarge(bounds.most));
    }
    let length = if meta.is_file() { usize::try_from(meta.len()).unwrap_or(0) } else { 0 };
    let kind = if is_pipe(&meta) { Kind::Pipe } else { Kind::Other };
    let path = path.to_owned();
    Source { kind, length }.read(move || File::open(path), bounds, survey)
}

#[cfg(unix)]
fn is_pipe(meta: &fs::Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&meta.file_type())
}

#[cfg(not(unix))]
fn is_pipe(_: &fs::Metadata) -> bool {
    false
}

/// What is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Standard input, which is open.
    Input,
    /// A pipe with a name: it opens when somebody writes to it.
    Pipe,
    /// A file or a device.
    Other,
}

struct Source {
    kind: Kind,
    /// Bytes that it has, where that is known.
    length: usize,
}

impl Source {
    fn read<R: Read + Send + 'static>(
        self,
        open: impl FnOnce() -> io::Result<R> + Send + 'static,
        bounds: Bounds,
        survey: Option<Survey>,
    ) -> Result<Vec<u8>, ReadError> {
        let began = Instant::now();
        let first = if self.kind == Kind::Pipe { WITHOUT_WRITER } else { bounds.longest };
        let Some(opened) = patience::within(first.min(bounds.longest), open)? else {
            return Err(match self.kind {
                Kind::Pipe => ReadError::NoWriter,
                Kind::Input | Kind::Other => ReadError::TooSlow(bounds.longest),
            });
        };
        let source = opened?;
        let left = bounds.longest.saturating_sub(began.elapsed());
        let reading = Reading { bounds, began, survey, bytes: Vec::new() };
        patience::within(left, move || reading.end(source, self.length))?
            .unwrap_or(Err(ReadError::TooSlow(bounds.longest)))
    }
}

/// What has come so far.
struct Reading {
    bounds: Bounds,
    began: Instant,
    survey: Option<Survey>,
    bytes: Vec<u8>,
}

impl Reading {
    /// Reads all of it.
    fn end(mut self, mut source: impl Read, length: usize) -> Result<Vec<u8>, ReadError> {
        self.reserve(length)?;
        let mut piece = vec![0; PIECE];
        let mut foreign = false;
        loop {
            let read = match source.read(&mut piece) {
                Ok(0) => return Ok(self.bytes),
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            };
            // What ends with its first piece is told from an inventory by whoever understands it.
            if foreign {
                return Err(ShapeError::NotAnObject.into());
            }
            self.take(&piece[..read])?;
            let seen = self.survey.as_mut().map_or(Ok(()), |survey| survey.go_on(&piece[..read]));
            match seen {
                Err(ShapeError::NotAnObject) => foreign = true,
                seen => seen?,
            }
        }
    }

    fn take(&mut self, piece: &[u8]) -> Result<(), ReadError> {
        let all = u64::try_from(self.bytes.len() + piece.len()).unwrap_or(u64::MAX);
        if all > self.bounds.most {
            return Err(ReadError::TooLarge(self.bounds.most));
        }
        if self.began.elapsed() > self.bounds.longest {
            return Err(ReadError::TooSlow(self.bounds.longest));
        }
        self.reserve(piece.len())?;
        self.bytes.extend_from_slice(piece);
        Ok(())
    }

    /// Makes room: where there is none, that is an error like others.
    fn reserve(&mut self, more: usize) -> Result<(), ReadError> {
        self.bytes.try_reserve(more).map_err(|_| io::Error::from(ErrorKind::OutOfMemory).into())
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::path::PathBuf;
    use std::process::Command;
    use std::thread;

    use super::*;

    /// A pipe with a name, gone when dropped.
    struct Pipe(PathBuf);

    impl Pipe {
        fn new(name: &str) -> Self {
            let path =
                std::env::temp_dir().join(format!("elb-audit-{}-{name}", std::process::id()));
            assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
            Pipe(path)
        }
    }

    impl Drop for Pipe {
        fn drop(&mut self) {
            let _ = fs::remove_file(&self.0);
        }
    }

    const SHORT: Bounds = Bounds { most: 8, longest: Duration::from_millis(20) };
    const LONG: Bounds = Bounds { most: 8, longest: Duration::from_mins(1) };

    #[test]
    fn a_pipe_that_nobody_writes_to_is_not_waited_for() {
        let pipe = Pipe::new("nobody");
        let error = bytes(&pipe.0, SHORT).unwrap_err();
        assert!(matches!(error, ReadError::NoWriter), "{error}");
    }

    #[test]
    fn a_pipe_whose_writer_is_silent_is_not_waited_for() {
        let pipe = Pipe::new("silent");
        // Both ends in one: it opens, and nothing comes.
        let _writer = File::options().read(true).write(true).open(&pipe.0).unwrap();
        let error = bytes(&pipe.0, SHORT).unwrap_err();
        assert!(matches!(error, ReadError::TooSlow(_)), "{error}");
    }

    #[test]
    fn a_pipe_is_read_to_its_end_and_to_the_bound() {
        for (text, fits) in [("12345678", true), ("123456789", false)] {
            let pipe = Pipe::new(text);
            let path = pipe.0.clone();
            let writer = thread::spawn(move || fs::write(path, text));
            let read = bytes(&pipe.0, LONG);
            writer.join().unwrap().unwrap();
            match read {
                Ok(bytes) => assert!(fits && bytes == text.as_bytes()),
                Err(error) => assert!(!fits && matches!(error, ReadError::TooLarge(8)), "{error}"),
            }
        }
    }
}
