//! Files that are written whole: aside, in the same folder, and then moved to where they belong.
//!
//! Whoever reads sees the old file or the new one, and a disk that is full leaves the old one as it was. Where
//! nothing can be moved, a pipe, a device, a folder that is not ours, it is written in place.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Mode, Rights, beside, is_older, owner, patience, underway, unique};

/// What is this old was left by a process that was killed: each run that writes the same file removes it.
const ABANDONED: Duration = Duration::from_hours(1);
/// Links from one to the next before they are taken for a ring.
const LINKS: usize = 40;

/// Writes a file.
pub(crate) fn write(
    path: &Path,
    rights: Rights,
    render: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let target = Target::of(path);
    let there = fs::metadata(&target.path).ok();
    if target.is_open || there.as_ref().is_some_and(|there| !there.is_file()) {
        return pass_on(&target.path, render);
    }
    if there.is_some() {
        // One that is read-only is not replaced, though its folder would allow it.
        OpenOptions::new().append(true).open(&target.path)?;
    }
    let mut new = match Temporary::create(&target.path, rights.mode_of_new()) {
        Err(error) if there.is_some() && is_not_ours(&error) => {
            let mut bytes = Vec::new();
            render(&mut bytes)?;
            return overwrite(&target.path, &bytes);
        }
        created => created?,
    };
    let mut out = BufWriter::new(&mut new.file);
    render(&mut out)?;
    out.flush()?;
    drop(out);
    let is_ready = match &there {
        Some(there) => new.becomes_like(there, rights)?,
        None => true,
    };
    new.file.sync_all()?;
    if is_ready {
        match new.move_to(&target.path) {
            Err(error) if there.is_some() && is_not_ours(&error) => {}
            moved => return moved,
        }
    }
    overwrite(&target.path, &fs::read(&new.path)?)
}

/// Whether a file can be written: better known before a scan than after it. Nothing is left behind, and what is
/// no file, such as a pipe, is not tried: who reads it would take that for the end.
pub(crate) fn check(path: &Path) -> io::Result<()> {
    let target = Target::of(path);
    match fs::metadata(&target.path) {
        Ok(there) if !there.is_file() && !there.is_dir() => Ok(()),
        Ok(_) => OpenOptions::new().append(true).open(&target.path).map(drop),
        Err(error) if error.kind() == ErrorKind::NotFound && !target.is_open => {
            Temporary::create(&target.path, Mode::PRIVATE).map(drop)
        }
        Err(error) => Err(error),
    }
}

/// Where a path leads.
pub(crate) struct Target {
    pub(crate) path: PathBuf,
    /// Whether it is what this process has open already, as `/dev/stdout` and `/dev/fd/3` are.
    pub(crate) is_open: bool,
}

impl Target {
    /// Follows links, whether or not there is something at their end: a link stays one.
    pub(crate) fn of(path: &Path) -> Self {
        let mut path = path.to_owned();
        for _ in 0..LINKS {
            let Some(name) = path.file_name() else { break };
            let folder = path.parent().filter(|folder| *folder != Path::new(""));
            let Ok(folder) = folder.unwrap_or(Path::new(".")).canonicalize() else { break };
            let whole = folder.join(name);
            if folder.starts_with("/proc") || folder == Path::new("/dev/fd") {
                return Target { path: whole, is_open: true };
            }
            match fs::read_link(&whole) {
                Ok(next) => path = folder.join(next),
                Err(_) => return Target { path: whole, is_open: false },
            }
        }
        // A ring, or nowhere: opening it says what is wrong.
        Target { path, is_open: false }
    }
}

/// A file that is not where it belongs yet; gone when it does not get there.
pub(super) struct Temporary {
    pub(super) path: PathBuf,
    pub(super) file: File,
}

impl Temporary {
    /// An empty one beside the file that it is to become. Its name is no other process's, on no machine.
    pub(super) fn create(target: &Path, mode: Mode) -> io::Result<Self> {
        remove_abandoned(target);
        let path = beside(target, &format!(".{}.tmp", unique()));
        let mut options = OpenOptions::new();
        owner::with_mode(&mut options, mode);
        let file = options.read(true).write(true).create_new(true).open(&path)?;
        underway::note(&path);
        let temporary = Temporary { path, file };
        // The process may take more away than is meant. Some file systems know no modes: that is no reason to fail.
        let _ = owner::set_mode(&temporary.file, mode);
        Ok(temporary)
    }

    /// Gives it the owner of the file that it replaces, and its rights if these are kept; whether it can take that
    /// file's place.
    fn becomes_like(&self, there: &Metadata, rights: Rights) -> io::Result<bool> {
        match rights {
            Rights::Kept(_) => {
                let is_alike = self.file.set_permissions(there.permissions()).is_ok();
                Ok(owner::give(&self.file, there)? && is_alike)
            }
            // What only its owner reads is better another owner's than half written.
            Rights::Private => owner::give(&self.file, there).map(|_| true),
        }
    }

    pub(super) fn move_to(&self, target: &Path) -> io::Result<()> {
        fs::rename(&self.path, target)?;
        underway::forget(&self.path);
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if underway::forget(&self.path) {
            // What was begun is of no use to anybody.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Removes what runs have left that were killed while they wrote this file.
fn remove_abandoned(target: &Path) {
    let any = beside(target, "");
    let Some(begin) = any.file_name().and_then(|name| name.to_str()) else { return };
    let folder = any.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(begin)?.strip_suffix(".tmp"));
        let number = number.and_then(|number| number.strip_prefix('.'));
        let is_own = number.is_some_and(|number| number.len() == 16 && is_hex(number));
        if is_own && entry.metadata().is_ok_and(|meta| is_older(&meta, ABANDONED)) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether the folder, or the place in it, is not ours to change.
fn is_not_ours(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::PermissionDenied
            | ErrorKind::ReadOnlyFilesystem
            | ErrorKind::ResourceBusy
            | ErrorKind::CrossesDevices
    )
}

/// Adds to the end of a file.
pub(crate) fn append(
    path: &Path,
    render: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut options = OpenOptions::new();
    owner::with_mode(&mut options, Mode::PRIVATE);
    let mut out = BufWriter::new(options.append(true).create(true).open(path)?);
    render(&mut out)?;
    out.flush()
}

/// Writes to what is no file, or is open already. A reader who has had enough is no failure.
fn pass_on(path: &Path, render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(open_in_time(path)?);
    match render(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// How long a pipe may be without anybody who reads it.
const WITHOUT_READER: Duration = Duration::from_secs(10);

/// Opens what is no file. A pipe opens when somebody reads it.
fn open_in_time(path: &Path) -> io::Result<File> {
    let path = path.to_owned();
    let open = move || OpenOptions::new().append(true).open(path);
    patience::within(WITHOUT_READER, open)?
        .unwrap_or_else(|| Err(io::Error::other("it is a pipe that nobody reads")))
}

/// Writes over a file in place. What needs more room comes first: where there is none, the file is as it was.
fn overwrite(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    let before = file.metadata()?.len();
    let common = usize::try_from(before).unwrap_or(usize::MAX).min(bytes.len());
    let (head, tail) = bytes.split_at(common);
    file.seek(SeekFrom::End(0))?;
    if let Err(error) = file.write_all(tail).and_then(|()| file.sync_all()) {
        file.set_len(before)?;
        return Err(error);
    }
    file.rewind()?;
    file.write_all(head)?;
    file.set_len(u64::try_from(bytes.len()).unwrap_or(u64::MAX))?;
    file.sync_all()
}
