//! The formats: what each is for, what becomes of each finding in it, and what it leaves out.

use super::{RENDERED, code, table};
use crate::render::{self, Format};
use crate::report::Standing;

/// The formats in a table: name, file, and who reads it. Their names lead to the page that says more.
#[must_use]
pub fn format_table(page: &str) -> String {
    let row = |format: &&Format| {
        let name = format!("[`{0}`]({page}#{0})", format.name);
        vec![name, endings(format), format.about.to_owned()]
    };
    table(&["Format", "Names that end in", "For"], render::ALL.iter().map(row))
}

/// The page on formats.
#[must_use]
pub fn formats() -> String {
    let mut page = format!(
        "{RENDERED}# Formats\n\n\
         `--format` says what standard output gets, and `-o` (`--output`) writes [files](report.md#files) beside it, \
         in as many formats as there are `-o`:\n\n\
         ```sh\n\
         elb-audit scan -o report.json -o elb-audit.sarif -o junit=results.xml\n\
         elb-audit check account.json -o sarif,junit,markdown=reports/\n\
         ```\n\n{}\n\
         ## What becomes of each finding\n\n\
         Every finding counts as one thing. In each format there are as many of it as in the JSON report, or it \
         is left out: a test adds them up. One fingerprint names a finding in all of them.\n\n{}\n\
         Accepted findings carry their reason, owner and last day. A format that takes only so many findings \
         keeps the worst, and says how many are not there.\n",
        format_table(""),
        outcomes(),
    );
    page.push_str(
        "\n## What has changed\n\n\
         `diff --format FORMAT` writes only what has changed, in any of them: the new and worse faults, as these formats \
         write faults. What is unknown, noted, passed or accepted is not there; the totals of `json`, `ndjson` and \
         `sarif` are those of the whole later report. Text, `markdown`, `ndjson`, `ocsf` and `asff` have what is resolved, too. A \
         whole report that was compared with an earlier one (`--baseline`, `--state`) says of each fault what has \
         become of it.\n",
    );
    for format in render::ALL {
        page.push_str(&section(format));
    }
    page
}

/// `.sarif`, `.sarif.json`
fn endings(format: &Format) -> String {
    // One of them may be a whole name.
    let dotted =
        |end: &&str| if **end == *format.file { code(end) } else { code(format!(".{end}")) };
    let endings: Vec<String> = format.endings.iter().map(dotted).collect();
    endings.join(", ")
}

/// What each format makes of the findings of each standing.
fn outcomes() -> String {
    let head = ["", "Faults", "Unknown", "Notes", "Passes", "Accepted", "Newer checks"];
    let row = |format: &&Format| {
        let says = |standing| format.says.of(standing).unwrap_or("left out").to_owned();
        let mut cells = vec![code(format.name)];
        cells.extend(Standing::ALL.map(says));
        cells
    };
    table(&head, render::ALL.iter().map(row))
}

fn section(format: &Format) -> String {
    let leaves_out = match format.leaves_out {
        "" => String::new(),
        words => format!("\n\nLeaves out {words}."),
    };
    let more = if format.more.is_empty() { String::new() } else { format!("\n\n{}", format.more) };
    let file = code(format.file);
    format!(
        "\n## {}\n\nFor {}. In a folder its file is {file}.{leaves_out}{more}\n",
        format.name, format.about
    )
}
