//! The layers hold: a module uses those that its crate lists before it, and none that it lists after it.
//!
//! `src/lib.rs` is the list, from the ground up. A module that says of itself that it lists its own "from the
//! ground up" is held to that too.

#![allow(
    clippy::disallowed_methods,
    reason = "the layers are in the sources; not every crate closes files to its tests"
)]

use std::fs;
use std::path::{Path, PathBuf};

use regex_lite::Regex;

/// The modules that a file lists, in its order.
fn listed(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).expect("a source file");
    let declared = Regex::new(r"(?m)^(?:pub(?:\([^)]*\))? )?mod (\w+);").expect("a pattern");
    declared.captures_iter(&text).map(|found| found[1].to_owned()).collect()
}

/// Every source file at or below a path.
fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = fs::read_dir(path).into_iter().flatten();
    entries.flat_map(|entry| files(&entry.expect("an entry").path())).collect()
}

/// The program's part of a file, its comments and tests blanked out.
fn program(file: &Path) -> String {
    let text = fs::read_to_string(file).expect("a source file");
    let tests = text.starts_with("#![cfg(test)]") || text.contains("proptest!");
    let text = text.split("\n#[cfg(test)]\nmod tests").next().filter(|_| !tests);
    text.unwrap_or_default()
        .lines()
        .map(|line| line.split("//").next().unwrap_or(line).to_owned() + "\n")
        .collect()
}

/// Who uses whom among the modules that a file lists: `(user, used, file:line)`.
fn uses(src: &Path, list: &Path, own: &str) -> Vec<(usize, usize, String)> {
    let (modules, folder) = (listed(list), list.with_extension(""));
    let folder = if own.is_empty() { src.to_owned() } else { folder };
    let mut found = Vec::new();
    for (user, module) in modules.iter().enumerate() {
        let both = [folder.join(format!("{module}.rs")), folder.join(module)];
        for file in both.iter().flat_map(|path| files(path)) {
            let (text, name) = (program(&file), file.strip_prefix(src).expect("a source file"));
            let depth = file.strip_prefix(&folder).expect("a module's file").components().count();
            let path = format!(r"\b(?:crate::{own}|(?:super::){{{depth}}})(\w+|\{{)");
            let path = Regex::new(&path).expect("a pattern");
            for used in path.captures_iter(&text) {
                let line = text[..used.get(0).expect("a match").start()].lines().count();
                let at = format!("{}:{line}", name.display());
                assert!(&used[1] != "{", "{at}: name each layer in a `use` of its own");
                let used = modules.iter().position(|module| module == &used[1]);
                found.extend(used.filter(|used| *used != user).map(|used| (user, used, at)));
            }
        }
    }
    found
}

/// The modules that lead back to themselves.
fn in_a_cycle(modules: &[String], uses: &[(usize, usize, String)]) -> Vec<String> {
    let mut reached = vec![vec![false; modules.len()]; modules.len()];
    for (user, used, _) in uses {
        reached[*user][*used] = true;
    }
    for middle in 0..modules.len() {
        for from in 0..modules.len() {
            for to in 0..modules.len() {
                reached[from][to] |= reached[from][middle] && reached[middle][to];
            }
        }
    }
    (0..modules.len()).filter(|one| reached[*one][*one]).map(|one| modules[one].clone()).collect()
}

fn held(src: &Path, list: &Path, own: &str) {
    let (modules, uses) = (listed(list), uses(src, list, own));
    let upward = uses.iter().filter(|(user, used, _)| used > user);
    let told =
        upward.map(|(user, used, at)| format!("{at}: {} uses {}", modules[*user], modules[*used]));
    let told: Vec<String> = told.collect();
    let cycle = in_a_cycle(&modules, &uses);
    assert!(
        told.is_empty(),
        "{} modules in a cycle: {cycle:?}\nupward:\n{}",
        cycle.len(),
        told.join("\n")
    );
    assert!(!modules.is_empty() && !uses.is_empty(), "{} lists no layers", list.display());
}

#[test]
fn no_layer_uses_one_above_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    held(&src, &src.join("lib.rs"), "");
    for module in listed(&src.join("lib.rs")) {
        let list = src.join(format!("{module}.rs"));
        if fs::read_to_string(&list).expect("a module").contains("From the ground up") {
            held(&src, &list, &format!("{module}::"));
        }
    }
}
