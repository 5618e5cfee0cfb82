//! A file that only one process may replace at a time: whoever does has made `.NAME.new` beside it.
//!
//! The system locks that file, too, for as long as the process lives, and in it stands who made it. So one that
//! was left by a process that is gone is taken over at once, with what that process has noted in it. Where
//! the system cannot lock, or the file is somebody else's, its age decides.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use super::{Mode, beside, is_older, owner};

/// Whoever has made it is done by then.
pub(crate) const LONGEST: Duration = Duration::from_mins(5);
/// Times that a lock may vanish while it is looked at.
const TRIES: usize = 5;
/// Bytes of a note that are read.
const NOTE: u64 = 64 << 20;

/// What the first line of a lock says that this system has held since it was started; none where it does not
/// tell one start from another.
static MARK: LazyLock<Option<String>> = LazyLock::new(|| {
    let start = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(format!("elb-audit {}\n", start.trim()))
});

/// A lock that this process has; gone when dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    path: PathBuf,
    file: File,
    left: Vec<u8>,
}

/// What came of trying to get one.
#[derive(Debug)]
pub(crate) enum Taken {
    /// It is this process's.
    Mine(Lock),
    /// Another process has it.
    Held {
        /// The lock.
        by: PathBuf,
        /// Whether that process is known to live.
        is_alive: bool,
    },
}

/// Tries to get the lock of a file.
pub(crate) fn take(target: &Path) -> io::Result<Taken> {
    let path = beside(target, ".new");
    let held = |is_alive| Ok(Taken::Held { by: path.clone(), is_alive });
    for _ in 0..TRIES {
        let mut options = OpenOptions::new();
        owner::with_mode(&mut options, Mode::PRIVATE);
        match options.read(true).write(true).create_new(true).open(&path) {
            Ok(file) => {
                let is_locked = file.try_lock().is_ok();
                let mut lock = Lock { path, file, left: Vec::new() };
                lock.sign(is_locked)?;
                return Ok(Taken::Mine(lock));
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        let Ok(meta) = fs::symlink_metadata(&path) else { continue };
        let is_old = is_older(&meta, LONGEST);
        if !meta.is_file() {
            if !is_old {
                return held(false);
            }
            fs::remove_file(&path)?;
            continue;
        }
        match take_over(&path, &meta, is_old)? {
            Some(Taken::Mine(lock)) => return Ok(Taken::Mine(lock)),
            Some(Taken::Held { is_alive, .. }) => return held(is_alive),
            None => {}
        }
    }
    held(false)
}

/// Takes over what a process has left that is gone; none where it has vanished meanwhile.
fn take_over(path: &Path, meta: &fs::Metadata, is_old: bool) -> io::Result<Option<Taken>> {
    let held = |is_alive| Ok(Some(Taken::Held { by: path.to_owned(), is_alive }));
    let mut file = match OpenOptions::new().read(true).write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) if error.kind() == ErrorKind::PermissionDenied && is_old => {
            fs::remove_file(path)?;
            return Ok(None);
        }
        Err(error) if error.kind() == ErrorKind::PermissionDenied => return held(false),
        Err(error) => return Err(error),
    };
    if !owner::is_same(&file.metadata()?, meta) {
        return Ok(None);
    }
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return held(true),
        // This system cannot tell.
        Err(TryLockError::Error(_)) if is_old => {
            fs::remove_file(path)?;
            return Ok(None);
        }
        Err(TryLockError::Error(_)) => return held(false),
    }
    // It may have been given up, and made again by somebody else, just before it was locked.
    let now = fs::symlink_metadata(path).ok();
    if !now.is_some_and(|now| owner::is_same(&now, meta)) {
        return Ok(None);
    }
    let mut text = Vec::new();
    io::Read::by_ref(&mut file).take(NOTE).read_to_end(&mut text)?;
    // What another user has written there proves nothing.
    let mark = MARK.as_ref().filter(|_| owner::is_only_ours(meta));
    let left = mark.and_then(|mark| text.strip_prefix(mark.as_bytes()));
    if left.is_none() && !is_old {
        return held(false);
    }
    let is_own = left.is_some();
    let mut lock = Lock { path: path.to_owned(), file, left: left.unwrap_or_default().to_owned() };
    if !is_own {
        lock.file.set_len(0)?;
        lock.sign(true)?;
    }
    lock.file.set_modified(SystemTime::now())?;
    Ok(Some(Taken::Mine(lock)))
}

impl Lock {
    /// The lines that the process has noted that had it before, and is gone.
    pub(crate) fn left(&self) -> &[u8] {
        &self.left
    }

    /// Notes a line that whoever takes this over should know.
    pub(crate) fn note(&mut self, line: &str) -> io::Result<()> {
        self.file.seek(SeekFrom::End(0))?;
        self.file.write_all(format!("{line}\n").as_bytes())
    }

    /// Says who has made it, where its lock says how long.
    fn sign(&mut self, is_locked: bool) -> io::Result<()> {
        let mark = MARK.as_deref().filter(|_| is_locked);
        self.file.rewind()?;
        self.file.write_all(mark.unwrap_or_default().as_bytes())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}
