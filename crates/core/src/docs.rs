//! Pages rendered from the values that the program runs on: they cannot say anything else than it does.

use serde::Serialize;

mod checks;
mod exit;
mod permissions;

pub use checks::{check_page, checks_index, checks_json, checks_table, checks_text, explain};
pub use exit::{exit_code_table, exit_codes};
pub use permissions::{calls, permissions, permissions_reasons};

/// The first lines of every rendered page.
const RENDERED: &str =
    "<!-- Rendered by the code; `UPDATE_GOLDEN=1 cargo test --workspace` renews it. -->\n\n";

/// The document with this between its markers `<!-- NAME:begin -->` and `<!-- NAME:end -->`; none when
/// it lacks them.
#[must_use]
pub fn with_block(document: &str, name: &str, block: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- {name}:begin -->\n"), format!("<!-- {name}:end -->"));
    let (before, rest) = document.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}{}\n{end}{after}", block.trim_end()))
}

/// A text as a document shows it, letter for letter.
#[must_use]
pub fn readme_block(text: &str) -> String {
    format!("```text\n{}\n```\n", text.trim_end())
}

/// The value as JSON, a newline at the end.
fn json(value: &impl Serialize) -> String {
    let mut json = serde_json::to_string_pretty(value).expect("pages are made of plain data");
    json.push('\n');
    json
}

/// A Markdown table.
fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let head: Vec<String> = head.iter().map(|&cell| cell.to_owned()).collect();
    let rule = vec!["---".to_owned(); head.len()];
    let rows: String = rows.into_iter().map(|row| line(&row)).collect();
    format!("{}{}{rows}", line(&head), line(&rule))
}

/// The text in Markdown's letters for code.
fn code(text: impl AsRef<str>) -> String {
    format!("`{}`", text.as_ref())
}
