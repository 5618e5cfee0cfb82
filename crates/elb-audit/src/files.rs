//! Files that are replaced in one step, and files that only their owner can read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;
use std::time::Duration;

/// Whoever writes takes this long at most: what is older was left by a process that was ended.
const LONGEST_WRITE: Duration = Duration::from_mins(5);

/// Who may read a file after it was replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rights {
    /// Only its owner, whatever was so before.
    Private,
    /// Whoever could before. A file that is read-only is not replaced, though its folder would allow it.
    Kept,
}

/// What came of replacing a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Replaced {
    /// The new content is there.
    Done,
    /// Another process is writing it, or has written it since it was read.
    Overtaken,
}

/// Puts new content in the place of a file's, all of it or nothing, if what is there now is as `expected`:
/// it is given the content, none where there is no file.
///
/// The new file is made beside the old one and moved there: whoever reads sees the old one or the new
/// one. Of two processes only one can make the file beside it, so that not both find the first as it was.
pub(crate) fn replace(
    path: &Path,
    rights: Rights,
    expected: impl FnOnce(Option<&[u8]>) -> bool,
    bytes: &[u8],
) -> io::Result<Replaced> {
    // A link stays one: what it leads to is replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let before = fs::metadata(&path).ok().filter(|_| rights == Rights::Kept);
    if before.as_ref().is_some_and(|file| file.permissions().readonly()) {
        return Err(io::Error::new(ErrorKind::PermissionDenied, "it is read-only"));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.new"));
    let Some(mut new) = create_alone(&beside, rights)? else { return Ok(Replaced::Overtaken) };
    let written = (|| {
        if !expected(content(&path)?.as_deref()) {
            return Ok(Replaced::Overtaken);
        }
        if let Some(before) = before {
            new.set_permissions(before.permissions())?;
        }
        new.write_all(bytes)?;
        new.sync_all()?;
        fs::rename(&beside, &path).map(|()| Replaced::Done)
    })();
    if !matches!(written, Ok(Replaced::Done)) {
        // What was begun is of no use to anybody.
        let _ = fs::remove_file(&beside);
    }
    written
}

/// A file that is not there yet; none while another process holds it.
fn create_alone(path: &Path, rights: Rights) -> io::Result<Option<File>> {
    let create = || {
        let mut options = OpenOptions::new();
        if rights == Rights::Private {
            owner_only(&mut options);
        }
        options.write(true).create_new(true).open(path)
    };
    match create() {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let age = fs::symlink_metadata(path)?.modified()?.elapsed().unwrap_or_default();
            if age < LONGEST_WRITE {
                return Ok(None);
            }
            fs::remove_file(path)?;
            create().map(Some)
        }
        created => created.map(Some),
    }
}

fn content(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// An empty file that only its owner can read, unless it was there before with other rights.
pub(crate) fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    owner_only(&mut options);
    options.write(true).create(true).truncate(true).open(path)
}

#[cfg_attr(not(unix), allow(unused_variables, reason = "only Unix has such rights"))]
fn owner_only(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::PathBuf;

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
        assert_eq!(replace(Some("two"), "three"), Replaced::Overtaken, "another one is at it");
        let old = std::time::SystemTime::now() - LONGEST_WRITE - Duration::from_secs(1);
        File::options().write(true).open(&beside).unwrap().set_modified(old).unwrap();
        assert_eq!(replace(Some("two"), "three"), Replaced::Done, "it was ended");
    }

    #[test]
    fn rights_are_kept_or_narrow() {
        let folder = Folder::new("rights");
        let path = folder.0.join("file");
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        replace(&path, Rights::Kept, |_| true, b"x").unwrap();
        assert_eq!(rights(&path), 0o644);
        replace(&path, Rights::Private, |_| true, b"x").unwrap();
        assert_eq!(rights(&path), 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
        let error = replace(&path, Rights::Kept, |_| true, b"y").unwrap_err();
        assert_eq!(
            (error.kind(), &*fs::read(&path).unwrap()),
            (ErrorKind::PermissionDenied, &b"x"[..])
        );
        drop(create_private(&folder.0.join("new")).unwrap());
        assert_eq!(rights(&folder.0.join("new")), 0o600);
    }
}
