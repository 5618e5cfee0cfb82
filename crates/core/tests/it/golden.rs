//! Files that the code renders are current: pages, policy, tables of the README, snapshots.

#![expect(clippy::disallowed_methods, reason = "a golden file is a file, and a variable renews it")]

use std::fs;
use std::path::{Path, PathBuf};

/// The path of a file of the repository.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}

/// The text of a file of the repository.
pub(crate) fn read(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn renewing() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some()
}

/// Fails unless the file says just this; with `UPDATE_GOLDEN` set, makes it say so.
pub(crate) fn compare(name: &str, expected: &str) {
    let file = path(name);
    let found = fs::read_to_string(&file).unwrap_or_default();
    if found == expected {
        return;
    }
    if renewing() {
        fs::create_dir_all(file.parent().expect("a file has a directory")).expect("a directory");
        fs::write(&file, expected).expect("a file that can be written");
        return;
    }
    let pairs = found.lines().zip(expected.lines());
    let same = pairs.take_while(|(found, expected)| found == expected).count();
    let line = |text: &str| text.lines().nth(same).unwrap_or("(end)").to_owned();
    panic!(
        "{name} is not current, from line {}:\n  file: {}\n  code: {}\n\
         If the code is right: UPDATE_GOLDEN=1 cargo test --workspace",
        same + 1,
        line(&found),
        line(expected),
    );
}
