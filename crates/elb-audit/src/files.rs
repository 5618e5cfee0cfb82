//! Files: read within bounds, written whole, and replaced only as they were read.

use std::ffi::OsStr;
use std::fs::Metadata;
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use elb_audit_core::vocab::digest::{hex, sha256};

pub(crate) mod aside; // written whole, and moved into place
pub(crate) mod lock; // replaced by one process at a time
mod owner; // rights, where the system has them
mod patience; // no waiting without end
pub(crate) mod read; // read to their end, within bounds
pub(crate) mod survey; // what a document is like
pub(crate) mod underway; // removed when the process ends

use aside::Target;
use lock::Taken;
use read::{Bounds, ReadError};

/// The longest name that most file systems take.
const NAME: usize = 255;

/// Who may read and write a new file: the rights of Unix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mode(u32);

impl Mode {
    /// Only its owner.
    pub const PRIVATE: Mode = Mode(0o600);

    /// Octal digits, as `chmod` takes them. Who writes a file has to be able to write it again.
    pub(crate) fn parse(digits: &str) -> Option<Self> {
        let is_octal = digits.bytes().all(|digit| matches!(digit, b'0'..=b'7'));
        let mode = u32::from_str_radix(digits, 8).ok().filter(|_| is_octal)?;
        (mode & !0o777 == 0 && mode & 0o600 == 0o600).then_some(Mode(mode))
    }
}

/// Who may read a file after it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rights {
    /// Only its owner, whatever was so before.
    Private,
    /// Whoever could before; of a new one, whom this lets.
    Kept(Mode),
}

impl Rights {
    fn mode_of_new(self) -> Mode {
        match self {
            Rights::Private => Mode::PRIVATE,
            Rights::Kept(mode) => mode,
        }
    }
}

/// What came of replacing a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Replaced {
    /// The new content is there.
    Done,
    /// Another process has written it since it was read.
    Overtaken,
    /// Another process holds this lock.
    Locked(PathBuf),
}

/// Puts new content in the place of a file's, all of it or nothing, if what is there now is as `expected`:
/// it is given the content, none where there is no file. A file that is read-only is not replaced.
///
/// Of two processes only one has the lock, so that not both find the first as it was.
pub(crate) fn replace(
    path: &Path,
    rights: Rights,
    expected: impl FnOnce(Option<&[u8]>) -> bool,
    bytes: &[u8],
) -> io::Result<Replaced> {
    let path = Target::of(path).path;
    if path.metadata().is_ok_and(|meta| meta.permissions().readonly()) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is read-only"));
    }
    let _lock = match lock::take(&path)? {
        Taken::Mine(lock) => lock,
        Taken::Held { by, .. } => return Ok(Replaced::Locked(by)),
    };
    let there = read::if_there(read::bytes(&path, Bounds::DOCUMENT)).map_err(ReadError::into_io)?;
    if !expected(there.as_deref()) {
        return Ok(Replaced::Overtaken);
    }
    aside::write(&path, rights, |out| out.write_all(bytes))?;
    Ok(Replaced::Done)
}

/// Writes to standard output. A reader that has had enough (`| head`) is no failure.
pub(crate) fn print(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// The name beside a file that begins with a dot and its own name, and ends so.
fn beside(target: &Path, end: &str) -> PathBuf {
    let name = target.file_name().map(OsStr::to_string_lossy).unwrap_or_default();
    if name.len() + NAME / 5 > NAME {
        let short = hex(&sha256(name.as_bytes())[..16]);
        return target.with_file_name(format!(".elb-audit-{short}{end}"));
    }
    target.with_file_name(format!(".{name}{end}"))
}

/// Sixteen hexadecimal digits that nobody else has.
pub(crate) fn unique() -> String {
    format!("{:016x}", RandomState::new().hash_one(std::process::id()))
}

/// Whether a file was written last so long ago.
fn is_older(meta: &Metadata, than: Duration) -> bool {
    let age = meta.modified().ok().and_then(|time| time.elapsed().ok());
    age.is_some_and(|age| age >= than)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs::{self, File};
    use std::io::ErrorKind;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// An empty folder that is removed at the end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path =
                std::env::temp_dir().join(format!("elb-audit-{}-{name}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Folder(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn rights(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn modes_are_octal_and_let_the_owner_write() {
        for digits in ["600", "0600", "0644", "0666", "660", "0777", "00640"] {
            assert!(Mode::parse(digits).is_some(), "{digits}");
        }
        for digits in
            ["", "0", "0400", "200", "044", "0o644", "644x", "-600", "+644", "1600", "4755", "8"]
        {
            assert_eq!(Mode::parse(digits), None, "{digits}");
        }
    }

    #[test]
    fn a_file_is_replaced_only_as_it_was_read() {
        let folder = Folder::new("as-read");
        let path = folder.0.join("state");
        let is = |text: Option<&'static str>| {
            move |found: Option<&[u8]>| found == text.map(str::as_bytes)
        };
        let replace = |seen, bytes: &str| {
            replace(&path, Rights::Private, is(seen), bytes.as_bytes()).unwrap()
        };
        assert_eq!(replace(None, "one"), Replaced::Done);
        assert_eq!(replace(None, "two"), Replaced::Overtaken);
        assert_eq!(replace(Some("one"), "two"), Replaced::Done);
        assert_eq!(replace(Some("one"), "three"), Replaced::Overtaken);
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        let beside = folder.0.join(".state.new");
        assert!(!beside.exists(), "nothing is left behind");
        fs::write(&beside, "").unwrap();
        let locked = Replaced::Locked(beside.canonicalize().unwrap());
        assert_eq!(replace(Some("two"), "three"), locked, "another one is at it");
        let old = std::time::SystemTime::now() - lock::LONGEST - Duration::from_secs(1);
        File::options().write(true).open(&beside).unwrap().set_modified(old).unwrap();
        assert_eq!(replace(Some("two"), "three"), Replaced::Done, "it was ended");
    }

    #[test]
    fn rights_are_kept_or_narrow() {
        let folder = Folder::new("rights");
        let path = folder.0.join("file");
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        replace(&path, Rights::Kept(Mode::PRIVATE), |_| true, b"x").unwrap();
        assert_eq!(rights(&path), 0o644);
        replace(&path, Rights::Private, |_| true, b"x").unwrap();
        assert_eq!(rights(&path), 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
        let error = replace(&path, Rights::Kept(Mode::PRIVATE), |_| true, b"y").unwrap_err();
        assert_eq!(
            (error.kind(), &*fs::read(&path).unwrap()),
            (ErrorKind::PermissionDenied, &b"x"[..])
        );
        let new = folder.0.join("new");
        for mode in [Mode::PRIVATE, Mode(0o644)] {
            aside::write(&new, Rights::Kept(mode), |out| out.write_all(b"x")).unwrap();
            assert_eq!(rights(&new), mode.0);
            fs::remove_file(&new).unwrap();
        }
    }
}
