//! Files that the SDK reads by itself: to the end, whatever they are.

use std::fs::{self, Metadata};
use std::path::Path;

use super::AccessError;

/// The variables that name such files.
const NAMES: [&str; 3] = ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "SSL_CERT_FILE"];
/// More than all profiles of a company have, and all authorities of the world.
const LARGEST: u64 = 64 << 20;

/// Refuses what has no end, or none that anybody waits for.
pub(crate) fn check() -> Result<(), AccessError> {
    for name in NAMES {
        let Some(file) = std::env::var_os(name).filter(|file| !file.is_empty()) else { continue };
        let Ok(meta) = fs::metadata(&file) else { continue };
        let why = if meta.is_file() && meta.len() > LARGEST {
            "which is larger than 64 MB"
        } else if is_endless(Path::new(&file), &meta) {
            "which is a device"
        } else {
            continue;
        };
        let file = Path::new(&file).display();
        return Err(AccessError::Usage(format!("{name} names the file {file}, {why}")));
    }
    Ok(())
}

#[cfg(unix)]
fn is_endless(file: &Path, meta: &Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    let kind = meta.file_type();
    // One that is empty is how a file is left out.
    (kind.is_char_device() || kind.is_block_device()) && file != Path::new("/dev/null")
}

#[cfg(not(unix))]
fn is_endless(_: &Path, _: &Metadata) -> bool {
    false
}
