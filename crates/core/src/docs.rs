//! Pages rendered from the values that the program runs on: they cannot say anything else than it does.

use serde::Serialize;

use crate::render::json::write_indented;

mod calls;
mod capabilities;
mod catalogue;
mod check;
mod checks;
mod compliance;
mod conformance;
mod exit;
mod finding;
mod formats;
mod managed;
mod permissions;
mod summary;

pub use calls::{Measured, calls_page, measured_calls};
pub use capabilities::capabilities;
pub use catalogue::{catalogue, peers};
pub use check::{check_page, explain};
pub use checks::{checks_index, checks_json, checks_table, checks_text};
pub use compliance::compliance;
pub use conformance::{conformance, ours};
pub use exit::{exit_code_table, exit_codes};
pub use finding::explain_finding;
pub use formats::{format_table, formats};
pub use permissions::{
    Missing, Purpose, missing_permissions, permissions, permissions_reasons, permissions_to_fix,
    permissions_yaml,
};
pub use summary::summary;

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

/// The template with this between its comments `# rendered:NAME:begin` and `# rendered:NAME:end`, as far
/// in as the first of them; none when it lacks them.
#[must_use]
pub fn with_rendered(template: &str, name: &str, block: &str) -> Option<String> {
    let (begin, end) = (format!("# rendered:{name}:begin\n"), format!("# rendered:{name}:end\n"));
    let (before, rest) = template.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    let margin = &before[before.rfind('\n').map_or(0, |line| line + 1)..];
    let lines = block.lines().map(|line| match line {
        "" => "\n".to_owned(),
        line => format!("{margin}{line}\n"),
    });
    Some(format!("{before}{begin}{}{margin}{end}{after}", lines.collect::<String>()))
}

/// The value as JSON, a newline at the end.
fn json(value: &impl Serialize) -> String {
    let mut json = Vec::new();
    write_indented(value, &mut json).expect("pages are made of plain data");
    String::from_utf8(json).expect("JSON is text")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_replaced_between_its_markers() {
        let document = "a\n<!-- x:begin -->\nold\n<!-- x:end -->\nb\n";
        let wanted = "a\n<!-- x:begin -->\nnew\n<!-- x:end -->\nb\n";
        assert_eq!(with_block(document, "x", "new\n").as_deref(), Some(wanted));
        assert_eq!(with_block(wanted, "x", "new").as_deref(), Some(wanted));
        assert_eq!(with_block(document, "y", "new"), None);
    }

    #[test]
    fn a_rendered_block_is_as_far_in_as_its_comments() {
        let template = "a:\n  # rendered:x:begin\n  old\n  # rendered:x:end\nb:\n";
        let wanted = "a:\n  # rendered:x:begin\n  - 1\n\n    2\n  # rendered:x:end\nb:\n";
        assert_eq!(with_rendered(template, "x", "- 1\n\n  2\n").as_deref(), Some(wanted));
        assert_eq!(with_rendered(wanted, "x", "- 1\n\n  2").as_deref(), Some(wanted));
        assert_eq!(with_rendered(template, "y", ""), None);
    }
}
