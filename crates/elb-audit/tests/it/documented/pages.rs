//! The commands of the README and the book, as they stand there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A command, and where it is documented.
#[derive(Debug)]
pub(super) struct Documented {
    pub(super) page: String,
    pub(super) line: usize,
    pub(super) text: String,
}

impl Documented {
    /// Where it stands, and what it is.
    pub(super) fn place(&self) -> String {
        format!("{}:{}: {}", self.page, self.line, self.text)
    }

    /// What is started: the command without the variables that are set for it.
    pub(super) fn started(&self) -> &str {
        let mut rest = self.text.as_str();
        while let Some((word, after)) = rest.split_once(' ') {
            let Some((name, _)) = word.split_once('=') else { break };
            let is_name =
                |one: char| one == '_' || one.is_ascii_uppercase() || one.is_ascii_digit();
            if !name.chars().all(is_name) {
                break;
            }
            rest = after.trim_start();
        }
        rest
    }
}

/// A file of the repository.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}

pub(crate) fn read(page: &str) -> String {
    fs::read_to_string(path(page)).unwrap()
}

/// The pages, by their paths in the repository. Those of `docs/checks` hold remedies, which other tests try.
pub(super) fn pages() -> Vec<String> {
    let mut pages = ["README.md", "CONTRIBUTING.md", "SECURITY.md"].map(str::to_owned).to_vec();
    for folder in ["deploy", "docs", "docs/decisions"] {
        pages.extend(pages_in(folder));
    }
    pages.sort();
    pages
}

fn pages_in(folder: &str) -> Vec<String> {
    let mut pages = Vec::new();
    for entry in fs::read_dir(path(folder)).unwrap() {
        let name = format!("{folder}/{}", entry.unwrap().file_name().to_str().unwrap());
        if Path::new(&name).extension() == Some("md".as_ref()) {
            pages.push(name);
        } else if folder.starts_with("deploy") && path(&name).is_dir() {
            pages.extend(pages_in(&name));
        }
    }
    pages
}

/// A page, parted: blocks of code with their language, and the text around them, each with the number of its
/// first line.
pub(crate) fn parts(text: &str) -> Vec<(usize, Option<&str>, String)> {
    let mut parts = vec![(1, None, String::new())];
    let mut fence: Option<usize> = None;
    for (index, line) in text.lines().enumerate() {
        let bare = line.trim_start();
        match (fence, bare.strip_prefix("```")) {
            (None, Some(language)) => {
                fence = Some(line.len() - bare.len());
                parts.push((index + 2, Some(language.trim()), String::new()));
            }
            (Some(_), Some("")) => {
                fence = None;
                parts.push((index + 2, None, String::new()));
            }
            (indent, _) => {
                let (_, _, part) = parts.last_mut().unwrap();
                part.push_str(line.get(indent.unwrap_or(0)..).unwrap_or_default());
                part.push('\n');
            }
        }
    }
    assert!(fence.is_none(), "a block of code has no end");
    parts
}

/// The commands of a page, in their order.
pub(super) fn commands(page: &str) -> Vec<Documented> {
    commands_of(page, &read(page))
}

pub(super) fn commands_of(page: &str, text: &str) -> Vec<Documented> {
    let mut found = Vec::new();
    for (line, language, part) in parts(text) {
        match language {
            Some("sh" | "bash" | "shell") => found.extend(lines(page, line, &part)),
            Some("console") => found.extend(lines(page, line, &typed(&part))),
            Some(_) => {}
            None => {
                let spans = spans(line, &part).into_iter().filter(|(_, text)| is_command(text));
                let page = page.to_owned();
                found.extend(spans.map(|(line, text)| Documented {
                    page: page.clone(),
                    line,
                    text,
                }));
            }
        }
    }
    found
}

/// Of a terminal's text what was typed, other lines left empty.
fn typed(block: &str) -> String {
    let mut goes_on = false;
    let typed = block.lines().map(|line| {
        let typed = if goes_on { Some(line) } else { line.strip_prefix("$ ") }.unwrap_or_default();
        goes_on = typed.ends_with('\\');
        format!("{typed}\n")
    });
    typed.collect()
}

/// The commands of a script: as many lines each as bash takes for one.
fn lines(page: &str, first: usize, script: &str) -> Vec<Documented> {
    let mut found: Vec<Documented> = Vec::new();
    let mut is_whole = true;
    for (index, line) in script.lines().enumerate() {
        let begins = is_whole;
        if begins {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            found.push(Documented {
                page: page.to_owned(),
                line: first + index,
                text: line.to_owned(),
            });
        } else if let Some(command) = found.last_mut() {
            command.text = format!("{}\n{line}", command.text);
        }
        is_whole = found.last().is_some_and(|command| is_complete(&command.text));
    }
    found
}

/// Whether bash waits for no further line.
fn is_complete(text: &str) -> bool {
    let parsed = Command::new("bash").args(["-n", "-c", text]).stderr(Stdio::null()).status();
    !text.ends_with('\\') && parsed.unwrap().success()
}

/// The spans of code in a text, with their lines. One may go over the end of a line.
pub(super) fn spans(first: usize, text: &str) -> Vec<(usize, String)> {
    let mut line = first;
    let mut spans = Vec::new();
    for (index, part) in text.split('`').enumerate() {
        if index % 2 == 1 {
            spans.push((line, part.split_whitespace().collect::<Vec<_>>().join(" ")));
        }
        line += part.matches('\n').count();
    }
    spans
}

/// Whether a span is a whole command line, not just a name.
fn is_command(span: &str) -> bool {
    let command = Documented { page: String::new(), line: 0, text: span.to_owned() };
    let started = command.started();
    let (first, more) = started.split_once(' ').unwrap_or((started, ""));
    let is_named = matches!(first, "aws" | "cargo" | "elb-audit" | "jq" | "just" | "mdbook");
    let is_script =
        ["scripts/", "deploy/", ".ci/", "$(scripts/"].iter().any(|way| first.starts_with(way));
    (is_named && !more.is_empty()) || (is_script && (!more.is_empty() || is_executable(first)))
}

/// Whether this is a file of the repository that can be run.
fn is_executable(name: &str) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    let about = fs::metadata(path(name));
    about.is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
}
