//! Who may read and write a file: rights and owners, where the system has them.

use std::fs::{File, Metadata, OpenOptions};
use std::io;

use super::Mode;

/// Has a file made with these rights, or fewer.
#[cfg_attr(not(unix), allow(unused_variables, reason = "only Unix has such rights"))]
pub(super) fn with_mode(options: &mut OpenOptions, mode: Mode) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, mode.0);
}

/// Gives a file these rights.
#[cfg(unix)]
pub(super) fn set_mode(file: &File, mode: Mode) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(mode.0))
}

#[cfg(not(unix))]
pub(super) fn set_mode(_: &File, _: Mode) -> io::Result<()> {
    Ok(())
}

/// Gives a file the owner and the group of another one; whether it has them.
#[cfg(unix)]
pub(super) fn give(file: &File, to: &Metadata) -> io::Result<bool> {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let own = file.metadata()?;
    let is_alike = (own.uid(), own.gid()) == (to.uid(), to.gid());
    Ok(is_alike || fchown(file, Some(to.uid()), Some(to.gid())).is_ok())
}

#[cfg(not(unix))]
pub(super) fn give(_: &File, _: &Metadata) -> io::Result<bool> {
    Ok(true)
}

/// Whether a file is this user's, and nobody else may write to it.
#[cfg(unix)]
pub(super) fn is_only_ours(meta: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    // A process has its user's files there; where the system has no such folder, nothing tells.
    let own = std::fs::metadata("/proc/self").ok().map(|own| own.uid());
    own == Some(meta.uid()) && meta.mode() & 0o022 == 0
}

#[cfg(not(unix))]
pub(super) fn is_only_ours(_: &Metadata) -> bool {
    false
}

/// Whether both are one file.
#[cfg(unix)]
pub(super) fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
pub(super) fn is_same(_: &Metadata, _: &Metadata) -> bool {
    true
}
