//! Files that are under way: removed when the process ends before they have arrived.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

static UNDER_WAY: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn all() -> MutexGuard<'static, Vec<PathBuf>> {
    UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes one more.
pub(super) fn note(path: &Path) {
    all().push(path.to_owned());
}

/// Forgets one; whether it was there.
pub(super) fn forget(path: &Path) -> bool {
    let mut all = all();
    let before = all.len();
    all.retain(|one| one != path);
    all.len() < before
}

/// Removes all of them: the process ends at once, and nothing is dropped.
pub(crate) fn abandon() {
    for path in all().drain(..) {
        let _ = fs::remove_file(path);
    }
}
