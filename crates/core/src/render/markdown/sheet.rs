//! Markdown in the making: tables that end where there is no more room, and texts in which nothing is
//! Markdown.

use std::fmt::Write as _;

use crate::vocab::escape::{clip, neutral};

/// Bytes of one text that somebody may have chosen; what is longer is cut.
const LONGEST: usize = 300;

/// A report in the making, of so many bytes at most.
pub(super) struct Sheet {
    text: String,
    most: usize,
}

impl Sheet {
    pub(super) fn new(most: usize) -> Self {
        Sheet { text: String::new(), most }
    }

    /// A line of its own, if there is room.
    pub(super) fn line(&mut self, line: &str) {
        if self.text.len() + line.len() < self.most {
            self.text.push_str(line);
            self.text.push('\n');
        }
    }

    /// A line with an empty one before it.
    pub(super) fn paragraph(&mut self, line: &str) {
        if self.text.len() + line.len() + 1 < self.most {
            self.text.push('\n');
            self.line(line);
        }
    }

    /// A heading, and an empty line on both sides.
    pub(super) fn heading(&mut self, words: &str) {
        self.paragraph(&format!("### {words}\n"));
    }

    /// A table of as many rows as there is room for, and how many more there are. The texts of its cells are
    /// Markdown already; bars in them are escaped here, in code spans too, as tables want them.
    pub(super) fn table(
        &mut self,
        head: &[&str],
        rows: impl IntoIterator<Item = Vec<String>>,
        room: usize,
    ) {
        // Room is left for what says how many more there are.
        let end = self.most.saturating_sub(400).min(self.text.len() + room);
        if !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
        let line = |cells: &[String]| {
            let cells: Vec<String> = cells.iter().map(|cell| within_table(cell)).collect();
            format!("| {} |\n", cells.join(" | "))
        };
        let names: Vec<String> = head.iter().map(|&name| name.to_owned()).collect();
        let rule = vec!["---".to_owned(); head.len()];
        let mut rows = rows.into_iter().map(|cells| line(&cells));
        let _ = write!(self.text, "{}{}", line(&names), line(&rule));
        let mut more = 0;
        for row in rows.by_ref() {
            if more > 0 || self.text.len() + row.len() > end {
                more += 1;
            } else {
                self.text.push_str(&row);
            }
        }
        if more > 0 {
            let _ = write!(self.text, "\nand {more} more, which the JSON report has\n");
        }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }
}

/// The text of a cell with its bars escaped. Readers differ in how they count backslashes before a bar: an odd
/// number is a bar that is escaped to all of them.
fn within_table(cell: &str) -> String {
    let mut escaped = String::with_capacity(cell.len());
    let mut backslashes = 0;
    for character in cell.chars() {
        if character == '|' {
            escaped.push_str(if backslashes % 2 == 0 { "\\" } else { "\\\\" });
        }
        backslashes = if character == '\\' { backslashes + 1 } else { 0 };
        escaped.push(character);
    }
    escaped
}

/// A code span that holds a text as it is, characters that do not print written out.
pub(super) fn code(text: &str) -> String {
    let text = clip(text, LONGEST);
    let text = if text.trim().is_empty() { "(empty)" } else { &text };
    // Its fence is longer than any run of backticks within.
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') || text.starts_with(' ') {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A text in which nothing is Markdown; in a code span where it might tell a person or link somewhere.
pub(super) fn words(text: &str) -> String {
    if tells_or_links(text) {
        return code(text);
    }
    let text = clip(text, LONGEST);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let mut escaped = String::with_capacity(text.len());
    for (place, character) in neutral(&text).chars().enumerate() {
        match character {
            // At the head of a line: a list, a heading's underline, a table.
            '-' | '+' | '=' if place == 0 => escaped.extend(['\\', character]),
            '.' | ')' if digits > 0 && place == digits => escaped.extend(['\\', character]),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '~' | '!' | '#' | '$' => {
                escaped.extend(['\\', character]);
            }
            '&' => escaped.push_str("&amp;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// The same of a text of ours that has code between backticks.
pub(super) fn with_code(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts.map(|(place, part)| if place % 2 == 1 { code(part) } else { words(part) }).collect()
}

/// Whether a reader makes more of it than text: `@name`, `#12`, `GH-12`, an address.
fn tells_or_links(text: &str) -> bool {
    let lower = text.to_lowercase();
    let digit_behind = |mark: &str| {
        lower.split(mark).skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    text.contains('@')
        || digit_behind("#")
        || digit_behind("gh-")
        || ["://", "www.", "mailto:", "xmpp:"].iter().any(|sign| lower.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_span_holds_every_text() {
        for (text, expected) in [
            ("shop", "`shop`"),
            ("", "`(empty)`"),
            ("a`b", "``a`b``"),
            ("`a", "`` `a ``"),
            ("```", "```` ``` ````"),
            ("a\nb", "`a\\nb`"),
        ] {
            assert_eq!(code(text), expected);
        }
        assert!(code(&"n".repeat(1_000)).len() < 310);
    }

    #[test]
    fn words_are_no_markdown() {
        for (text, expected) in [
            ("a *b* [c](d) <e>", "a \\*b\\* \\[c\\](d) \\<e\\>"),
            ("&lt;", "&amp;lt;"),
            ("tell @name", "`tell @name`"),
            ("see #12", "`see #12`"),
            ("# 1", "\\# 1"),
            ("- a", "\\- a"),
            ("12. a", "12\\. a"),
            ("https://example.com", "`https://example.com`"),
        ] {
            assert_eq!(words(text), expected);
        }
    }

    #[test]
    fn a_bar_is_escaped_to_every_reader() {
        for (cell, expected) in
            [("a|b", "a\\|b"), ("a\\|b", "a\\\\\\|b"), ("a\\\\|b", "a\\\\\\|b"), ("||", "\\|\\|")]
        {
            assert_eq!(within_table(cell), expected, "{cell}");
        }
    }

    #[test]
    fn a_table_ends_where_there_is_no_more_room() {
        let mut sheet = Sheet::new(1_000);
        let rows = (0..100).map(|number| vec![format!("row {number} | {}", "x".repeat(20))]);
        sheet.table(&["Name"], rows, 10_000);
        let text = sheet.into_text();
        let shown = text.lines().filter(|line| line.starts_with("| row")).count();
        assert!(text.len() <= 1_000 && shown > 5, "{text}");
        assert!(
            text.ends_with(&format!("\nand {} more, which the JSON report has\n", 100 - shown))
        );
        assert!(text.contains("row 0 \\| xx"), "{text}");
    }
}
