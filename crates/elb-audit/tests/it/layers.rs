//! `lib.rs` lists the layers from the ground up: a module refers only to itself and to those before it.

use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn modules_refer_only_to_those_below_them() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let upward = upward_references(&source);
    assert!(upward.is_empty(), "lib.rs lists these the other way round:\n{}", upward.join("\n"));
}

/// Every reference from a module of a crate to one that `lib.rs` lists after it, by file and line.
fn upward_references(source: &Path) -> Vec<String> {
    let lib = fs::read_to_string(source.join("lib.rs")).unwrap();
    let declared = |line: &str| {
        let line = line.strip_prefix("pub(crate) ").or(line.strip_prefix("pub ")).unwrap_or(line);
        Some(line.strip_prefix("mod ")?.split(';').next()?.to_owned())
    };
    let layers: Vec<String> = lib.lines().filter_map(declared).collect();
    let height = |name: &str| layers.iter().position(|layer| layer == name);
    let mut found = Vec::new();
    for file in rust_files(source) {
        let path = file.strip_prefix(source).unwrap().with_extension("");
        let module: Vec<&str> = path.iter().filter_map(|part| part.to_str()).collect();
        // Programs and `lib.rs` itself stand above all layers.
        let Some(own) = height(module[0]) else { continue };
        let text = fs::read_to_string(&file).unwrap();
        for (line, name) in references(&text, module.len()) {
            if height(&name).is_some_and(|other| other > own) {
                found.push(format!("{}:{line}: {} → {name}", file.display(), module[0]));
            }
        }
    }
    found
}

/// The top modules that a text refers to by `crate::` or by enough `super::`, with the lines; `depth` is
/// how deep the text's own module lies.
fn references(text: &str, depth: usize) -> Vec<(usize, String)> {
    let code: Vec<&str> = text
        .lines()
        .map(|line| if line.trim_start().starts_with("//") { "" } else { line })
        .collect();
    let (code, root) = (code.join("\n"), "super::".repeat(depth));
    let mut found = Vec::new();
    for start in ["crate::", &root] {
        for (at, _) in code.match_indices(start) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
                continue;
            }
            let line = 1 + code[..at].matches('\n').count();
            let names = first_names(&code[at + start.len()..]);
            found.extend(names.into_iter().map(|name| (line, name)));
        }
    }
    found
}

/// The name that a path goes on with, or the names if it branches.
fn first_names(path: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let Some(branches) = path.strip_prefix('{') else { return vec![word(path)] };
    let (mut depth, mut names) = (0, vec![word(branches)]);
    for (at, c) in branches.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(word(&branches[at + 1..])),
            _ => {}
        }
    }
    names
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let nested = entries.map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] });
    nested.flatten().filter(|path| path.extension().is_some_and(|end| end == "rs")).collect()
}

#[test]
fn references_are_found_however_they_are_written() {
    let text = "use crate::cli::{Cli, Task};\n// crate::not::this\nuse crate::{\n    aws::{s3, role},\n    \
                log,\n};\nlet x = crate::state::parse(elb_crate::no);\nuse super::watch;\n";
    let named = |depth| -> Vec<String> {
        let all = references(text, depth).into_iter().filter(|(_, name)| !name.is_empty());
        all.map(|(line, name)| format!("{line} {name}")).collect()
    };
    assert_eq!(named(1), ["1 cli", "3 aws", "3 log", "7 state", "8 watch"]);
    assert_eq!(named(2), ["1 cli", "3 aws", "3 log", "7 state"]);
}
