//! Formats and destinations are listed once: the options, the messages and the book name all of them.

use elb_audit::aws::bounds;
use elb_audit::cli;
use elb_audit::notify::{Destination, KINDS, either};
use elb_audit_core::docs::with_block;
use elb_audit_core::render;
use elb_audit_faults::page::is_current;

use crate::program::Run;

fn path(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}

/// Fails unless the page has just this table in its block; `UPDATE_GOLDEN` writes it there.
fn holds_table(page: &str, block: &str, rows: &[Vec<String>]) {
    let line = |row: &Vec<String>| format!("| {} |\n", row.join(" | "));
    let rule = vec!["---".to_owned(); rows[0].len()];
    let table: String = [&rows[0], &rule].into_iter().chain(&rows[1..]).map(line).collect();
    let found = std::fs::read_to_string(path(page)).unwrap();
    let current = with_block(&found, block, &table).expect("the page has the block");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path(page), &current).unwrap();
    } else {
        assert_eq!(found, current, "to renew it: UPDATE_GOLDEN=1 cargo test --workspace");
    }
}

fn cells<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

#[test]
fn the_book_lists_every_destination() {
    let mut rows = vec![cells(["Destination", "For example", "Is told", "Carries"])];
    for kind in KINDS {
        let (form, example) = (format!("`{}`", kind.form), format!("`{}`", kind.example));
        rows.push(cells([&form, &example, kind.when, kind.carries]));
    }
    holds_table("docs/alerts.md", "destinations", &rows);
}

#[test]
fn the_book_lists_every_bound() {
    let mut rows = vec![cells(["Of", "At most", "Beyond it"])];
    rows.extend(bounds::TABLE.iter().map(|(one, _)| cells([one.of, one.most, one.beyond])));
    holds_table("docs/faulty-answers.md", "bounds", &rows);
}

#[test]
fn the_book_lists_every_fault_and_every_call() {
    let page = std::fs::read_to_string(path("docs/faulty-answers.md")).unwrap();
    let told = "the numbers are renewed by scripts/faults --write docs/faulty-answers.md";
    assert!(is_current(&page), "{told}");
    // The numbers alone may be others.
    let others = page.replace(" MB |\n", "9 MB |\n");
    assert!(others != page && is_current(&others));
    for row in ["| `cut-50` |", "| `elbv2:DescribeRules` |"] {
        let line = page.lines().find(|line| line.starts_with(row)).unwrap();
        assert!(!is_current(&page.replace(line, "")), "{row}");
    }
}

#[test]
fn options_and_messages_name_all_of_them() {
    let names: Vec<&str> = render::ALL.iter().map(|format| format.name).collect();
    let command = cli::command();
    for task in ["scan", "check", "demo", "diff"] {
        let task = command.find_subcommand(task).unwrap();
        let option = task.get_arguments().find(|arg| arg.get_long() == Some("format")).unwrap();
        let values: Vec<String> =
            option.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
        assert_eq!(values, names, "{}", task.get_name());
    }
    let forms = either(KINDS.iter().map(|kind| kind.form));
    let error = Destination::parse("pigeon").unwrap_err().to_string();
    assert!(error.contains(&format!("write {forms};")), "{error}");
    let help = Run::bare("scan --help").done().stdout;
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let readme = std::fs::read_to_string(path("README.md")).unwrap();
    assert!(
        readme.contains(&format!("[--format {}]", names.join("|"))),
        "the README has other formats"
    );
    for kind in KINDS {
        let form = format!("`{}`", kind.form);
        assert!(help.contains(&form), "{form} is not in {help}");
        assert!(readme.contains(&form), "{form} is not in the README");
    }
}
