//! Every documented command runs as it stands: those of the README and the book, extracted and run by bash.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use elb_audit::cli;

use crate::moto::python_for;
use crate::program::Done;

use pages::{Documented, commands, commands_of, pages, parts, path, read, spans};
use place::{Jq, PREPARED, Place, mentions};

pub(crate) mod pages;
mod place;

/// Commands that are not run: how they begin, and why not.
const SKIPPED: [(&str, &str); 19] = [
    (".ci/run", "runs these tests"),
    ("$(scripts/python-env)", "writes the fake AWS's tables; its own tests compare them"),
    ("aws login", "is named for what it leaves, which is not read"),
    ("cargo bench", "measures for minutes"),
    ("cargo build", "CI builds"),
    ("cargo clippy", "CI's stage `lint`"),
    ("cargo fmt", "CI's stage `format`"),
    ("cargo install", "installs into the home of whoever runs the tests"),
    ("cargo run", "builds the program that the other commands run"),
    ("cargo test", "these are its tests"),
    ("elb-audit finding ", "the type of an event, no command"),
    ("elb-audit scan --notify slack:https:", "posts to a host of somebody else's"),
    ("elb-audit summary", "the type of an event, no command"),
    ("export ELB_AUDIT_PYTHON=$(scripts/python-env)", "CI's stage `python`"),
    ("just ", "runs what the justfile says; that it has the recipe is tested below"),
    ("scripts/faults", "tries thousands of runs; CI's stage `faults` tries a sample"),
    ("scripts/growth", "compiles everything in a way of its own; CI's stage `growth`"),
    ("scripts/fuzz", "compiles the program once more, and tries it for half an hour"),
    ("mdbook ", "makes a site of the book, which needs no test beyond its links"),
];

/// Scripts that are not run by their path only, and why not.
const NOT_RUN: [(&str, &str); 4] = [
    ("scripts/bench", "builds a release and measures it for minutes"),
    ("scripts/python-env", "CI's stage `python`"),
    ("scripts/runtime_api.py", "wants a function, as the commands have that are run"),
    ("scripts/service_tables.py", "writes the fake AWS's tables; its own tests compare them"),
];

/// Commands that end otherwise than with 0, or 1 for faults: a part of them, the exit code, and why.
const ENDINGS: [(&str, i32, &str); 1] =
    [("'{\"params\": {\"max_workers\": 0}}'", 1, "shows how a bad event is answered")];

/// What a word in capitals, or a day that will be over, stands for.
const STANDS_FOR: [(&str, &str); 8] = [
    ("--expires 2027-", "--expires 2099-"),
    ("--report FILE", "--report report.json"),
    ("AFTER", "today.json"),
    ("BEFORE", "yesterday.json"),
    ("CHECK", "listener-cleartext"),
    ("DESTINATION", "sns:arn:aws:sns:eu-west-1:111122223333:alerts"),
    ("FILE", "account.json"),
    ("FINGERPRINT", "223539bf"),
];

/// Commands that give a verdict.
const JUDGES: [&str; 5] =
    ["elb-audit -", "elb-audit check ", "elb-audit demo", "elb-audit diff ", "elb-audit scan"];

/// Why a command is not run, if it is not.
fn skipped(command: &Documented) -> Option<&'static (&'static str, &'static str)> {
    let started = command.started();
    let begins = SKIPPED.iter().find(|(begin, _)| started.starts_with(begin));
    begins.or_else(|| NOT_RUN.iter().find(|(script, _)| started == *script))
}

/// The command with words for what stands for something.
fn filled(text: &str) -> String {
    STANDS_FOR.iter().fold(text.to_owned(), |text, (word, meaning)| {
        if mentions(&text, word) || word.ends_with('-') {
            text.replace(word, meaning)
        } else {
            text
        }
    })
}

/// What is wrong with how a command ended.
fn wrong(text: &str, done: &Done) -> Option<String> {
    let (code, ending) = (done.code, ENDINGS.iter().find(|(part, ..)| text.contains(part)));
    let judges = JUDGES.iter().any(|judge| text.contains(judge));
    let is_right = match ending {
        Some((_, expected, _)) => code == *expected,
        None => code == 0 || (code == 1 && judges),
    };
    if !is_right || done.stderr.contains("panicked") {
        return Some(format!("exit code {code}"));
    }
    (mentions(text, "jq") && done.stdout.trim().is_empty()).then(|| "no answer".to_owned())
}

/// What came of the commands of one page: a line each, and the faults.
#[derive(Default)]
struct Outcome {
    page: String,
    lines: Vec<String>,
    faults: Vec<String>,
}

impl Outcome {
    fn note(&mut self, what: &str, command: &Documented) {
        self.lines.push(format!("{what}\t{}", command.place().replace('\n', " ")));
    }
}

/// Runs the commands of a page, one after the other in one folder.
fn run(page: &str, python: Option<&Path>) -> Outcome {
    let place = Place::new(python);
    let mut outcome = Outcome { page: page.to_owned(), ..Outcome::default() };
    for command in commands(page) {
        if let Some((_, why)) = skipped(&command) {
            outcome.note(&format!("skipped, {why}"), &command);
            continue;
        }
        let text = filled(&command.text);
        let wants_python = ["deploy/deploy.sh", "scripts/"].iter().any(|way| text.contains(way));
        let is_recipe = mentions(&text, "jq");
        let engines = if is_recipe { Jq::all(python) } else { vec![Jq::Machine] };
        if (wants_python && python.is_none()) || engines.is_empty() {
            outcome.note("left out without Python or jq", &command);
            continue;
        }
        for profile in profiles(&text) {
            place.profile(profile);
        }
        place.prepare(&text);
        for engine in engines {
            let done = place.run(&text, engine);
            let with = if is_recipe { format!(" with {engine:?}") } else { String::new() };
            outcome.note(&format!("exit {}{with}", done.code), &command);
            if let Some(wrong) = wrong(&text, &done) {
                let (stdout, stderr) = (done.stdout.trim_end(), done.stderr.trim_end());
                let place = command.place();
                outcome.faults.push(format!("{place}\n  {wrong}{with}\n{stdout}\n{stderr}"));
            }
        }
    }
    outcome
}

/// The profiles that a command names.
fn profiles(text: &str) -> impl Iterator<Item = &str> {
    let named = text.split("--profile").skip(1);
    let named =
        named.filter_map(|rest| rest.trim_start_matches(['=', ' ']).split_whitespace().next());
    // All of them are one at least.
    let all = text.contains("--all-profiles").then_some("prod");
    named.flat_map(|names| names.split(',')).chain(all)
}

/// Runs the commands of all pages, as many pages at a time as the machine has processors.
fn run_all(pages: &[String], python: Option<&Path>) -> Vec<Outcome> {
    let next = AtomicUsize::new(0);
    let work = || {
        let pages = std::iter::from_fn(|| pages.get(next.fetch_add(1, Ordering::Relaxed)));
        pages.map(|page| run(page, python)).collect::<Vec<_>>()
    };
    std::thread::scope(|scope| {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..processors).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    })
}

#[test]
fn every_documented_command_runs_as_it_stands() {
    let python = python_for("documented: scripts and recipes").map(PathBuf::from);
    if Jq::all(python.as_deref()).is_empty() {
        // Written past the harness, which keeps to itself what passing tests print.
        let said = b"documented: recipes skipped: no jq, neither Python's nor the machine's\n";
        std::io::stderr().write_all(said).unwrap();
    }
    let mut outcomes = run_all(&pages(), python.as_deref());
    outcomes.sort_by(|one, other| one.page.cmp(&other.page));
    let lines: Vec<&str> = outcomes.iter().flat_map(|one| &one.lines).map(String::as_str).collect();
    let list = Path::new(env!("CARGO_TARGET_TMPDIR")).join("documented.tsv");
    fs::write(list, lines.join("\n") + "\n").unwrap();
    let faults: Vec<&str> =
        outcomes.iter().flat_map(|one| &one.faults).map(String::as_str).collect();
    assert!(faults.is_empty(), "{} do not run:\n\n{}", faults.len(), faults.join("\n\n"));
    assert!(lines.len() > 50, "{} commands", lines.len());
}

#[test]
fn the_entry_in_the_book_is_what_accept_writes() {
    const PAGE: &str = "docs/accepted-risks.md";
    let place = Place::new(None);
    let commands = commands(PAGE);
    let end = commands.iter().position(|one| one.text.starts_with("elb-audit accept ")).unwrap();
    let mut entry = String::new();
    for command in &commands[..=end] {
        entry = place.run(&filled(&command.text), Jq::Machine).stdout;
    }
    let entry = entry.replace("expires = 2099-", "expires = 2027-");
    assert!(read(PAGE).contains(&format!("```toml\n{entry}```")), "{PAGE} does not have\n{entry}");
}

/// All commands of all pages.
fn all() -> Vec<Documented> {
    pages().iter().flat_map(|page| commands(page)).collect()
}

#[test]
fn no_exception_is_without_its_command() {
    let all = all();
    for entry in SKIPPED.iter().chain(&NOT_RUN) {
        let used = all.iter().any(|one| skipped(one) == Some(entry));
        assert!(used, "no documented command begins with `{}`: do not skip it", entry.0);
    }
    for (part, code, _) in &ENDINGS {
        let used = all.iter().any(|one| one.text.contains(part));
        assert!(used, "no documented command has `{part}`, which would end with {code}");
    }
    for (name, _) in &PREPARED {
        let used = all.iter().any(|one| mentions(&filled(&one.text), name));
        assert!(used, "no documented command reads {name}: do not prepare it");
    }
}

#[test]
fn scripts_that_are_documented_can_be_started() {
    let mut seen = BTreeSet::new();
    for command in all() {
        let started = command.started();
        let words = started.split([' ', '\n']).next().into_iter();
        let inside = started.split("$(").skip(1).filter_map(|rest| rest.split([' ', ')']).next());
        for word in words.chain(inside).map(|word| word.trim_matches(['$', '(', ')'])) {
            if ["scripts/", "deploy/", ".ci/"].iter().any(|folder| word.starts_with(folder)) {
                assert_starts(word, &command.place());
                seen.insert(word.to_owned());
            }
        }
    }
    assert!(
        seen.contains("scripts/runtime_api.py") && seen.contains("deploy/deploy.sh"),
        "{seen:?}"
    );
    // One that can be run says by what, whether or not a page names it; and the other way round.
    for entry in fs::read_dir(path("scripts")).unwrap() {
        let name = format!("scripts/{}", entry.unwrap().file_name().to_str().unwrap());
        let is_data = ["scripts/models.tsv", "scripts/requirements.txt"].contains(&name.as_str());
        if path(&name).is_file() && !is_data {
            assert_starts(&name, "scripts");
        }
    }
}

/// Fails unless this file can be executed and says by what.
fn assert_starts(script: &str, place: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    let about =
        fs::metadata(path(script)).unwrap_or_else(|error| panic!("{place}: {script}: {error}"));
    let is_executable = about.permissions().mode() & 0o111 == 0o111;
    assert!(is_executable, "{place}: {script} is not executable");
    assert!(read(script).starts_with("#!/usr/bin/env "), "{place}: {script} has no shebang");
}

/// The names of options in a text.
fn options(text: &str) -> impl Iterator<Item = &str> {
    let begins = text
        .match_indices("--")
        .filter(|(at, _)| text[..*at].chars().next_back().is_none_or(|one| " [\n`(".contains(one)));
    let names = begins.map(|(at, _)| &text[at..]);
    let is_name = |one: char| one == '-' || one.is_ascii_lowercase();
    names.map(move |rest| rest.split(|one| !is_name(one)).next().unwrap_or_default())
}

#[test]
fn documented_options_and_variables_are_real() {
    let command = cli::command();
    let arguments = command.get_subcommands().flat_map(clap::Command::get_arguments);
    let arguments = arguments.chain(command.get_arguments());
    let mut known: BTreeSet<String> =
        arguments.filter_map(|one| Some(format!("--{}", one.get_long()?))).collect();
    known.extend(["--help", "--version"].map(str::to_owned));
    let scripts = [
        "crates/core/src/fix/shell.sh",
        "deploy/deploy.sh",
        "scripts/runtime_api.py",
        "scripts/faults",
        "scripts/growth",
    ];
    for script in scripts {
        known.extend(options(&read(script)).map(str::to_owned));
    }
    let mut variables: BTreeSet<String> =
        cli::variables().into_iter().map(|(_, name)| name).collect();
    for file in ["deploy/deploy.sh", "crates/elb-audit/tests/it/moto.rs"] {
        variables.extend(variables_in(&read(file)).map(str::to_owned));
    }
    let mut seen = 0;
    for page in pages() {
        for (line, option) in options_of(&read(&page)) {
            assert!(known.contains(&option), "{page}:{line}: there is no option {option}");
            seen += 1;
        }
        for name in variables_in(&read(&page)) {
            assert!(variables.contains(name), "{page}: there is no variable {name}");
            seen += 1;
        }
    }
    assert!(seen > 150, "{seen}");
}

/// The options that a page names: each of its spans that begins with one, and synopses of commands.
fn options_of(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (line, language, part) in parts(text) {
        let texts = match language {
            None => {
                spans(line, &part).into_iter().filter(|(_, span)| span.starts_with("--")).collect()
            }
            Some("text") if part.starts_with("elb-audit ") => vec![(line, part)],
            Some(_) => Vec::new(),
        };
        for (line, text) in texts {
            found.extend(options(&text).map(|option| (line, option.to_owned())));
        }
    }
    found
}

/// The variables of the program that a text names.
fn variables_in(text: &str) -> impl Iterator<Item = &str> {
    let names = text.match_indices("ELB_AUDIT_").map(|(at, _)| {
        let is_name = |one: char| one == '_' || one.is_ascii_uppercase();
        text[at..].split(|one| !is_name(one)).next().unwrap_or_default()
    });
    names.filter(|name| !name.ends_with('_'))
}

#[test]
fn recipes_and_chosen_tests_are_there() {
    let justfile = read("justfile");
    let mut tests = String::new();
    for entry in fs::read_dir(path("crates/core/tests/it")).unwrap() {
        let entry = entry.unwrap().path();
        if entry.is_file() {
            tests += &fs::read_to_string(&entry).unwrap();
        }
    }
    let mut chosen = 0;
    for command in all() {
        let (started, place) = (command.started(), command.place());
        let words: Vec<&str> = started.split_whitespace().collect();
        match words[..] {
            ["just", recipe, ..] => {
                assert!(justfile.contains(&format!("\n{recipe}:\n")), "{place}: no such recipe");
                chosen += 1;
            }
            ["cargo", "test", "-p", "elb-audit-core", test, ..] if !test.starts_with('#') => {
                let is_there = tests.lines().any(|line| {
                    ["fn ", "mod "].iter().any(|word| line.starts_with(word)) && line.contains(test)
                });
                assert!(is_there, "{place}: no such test");
                chosen += 1;
            }
            _ => {}
        }
    }
    assert!(chosen >= 4, "{chosen}");
}

#[test]
fn commands_are_found_wherever_they_stand() {
    let page = "Text `elb-audit demo`, a name `elb-audit`, over\n\
                `elb-audit scan\n--strict`.\n\n\
                ```sh\n# why\nelb-audit scan |\n  jq '.a\n.b'\nA=1 elb-audit \\\n  demo # what\n```\n\n\
                1. A list\n\n   ```console\n   $ elb-audit checks\n   listener-cleartext\n   ```\n\
                ```json\nelb-audit not this\n```\n";
    let found = commands_of("page", page);
    let found: Vec<(usize, &str)> = found.iter().map(|one| (one.line, one.text.as_str())).collect();
    let expected = [
        (1, "elb-audit demo"),
        (2, "elb-audit scan --strict"),
        (7, "elb-audit scan |\n  jq '.a\n.b'"),
        (10, "A=1 elb-audit \\\n  demo # what"),
        (17, "elb-audit checks"),
    ];
    assert_eq!(found, expected);
    assert!(mentions("jq . report.json", "report.json") && mentions("x=a.json y", "a.json"));
    assert!(!mentions("jq . monday.report.json", "report.json"));
    assert_eq!(
        filled("elb-audit check FILE --report FILE"),
        "elb-audit check account.json --report report.json"
    );
    assert_eq!(profiles("scan --profile a --profile=b").collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(profiles("scan --profile a,b").collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(profiles("scan --all-profiles").collect::<Vec<_>>(), ["prod"]);
}
