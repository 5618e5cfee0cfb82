//! The report as JSON, by the schema in `docs/schema/report-v1.json`; and whatever else is written as JSON.

use std::io;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use super::{Format, Says, Style, changes_alone};
use crate::report::Report;
use crate::vocab::escape::steers;

/// JSON.
pub(super) const FORMAT: Format = Format {
    name: "json",
    file: "elb-audit.json",
    endings: &["json"],
    media_type: "application/json",
    about: "programs, and elb-audit itself: `diff`, `--baseline`, `explain --report`; versioned",
    says: Says::all("an item of `findings`"),
    leaves_out: "",
    more: "[Reading a report](report.md#json) says what is in it, and [its schema](schema/report-v1.json) \
           says it to programs.",
    for_people: false,
    beside: None,
    render,
    render_changes: |report, style, out| changes_alone(render, report, style, out),
};

/// Writes the report, indented by two, a newline at the end.
fn render(report: &Report, _: Style, out: &mut dyn io::Write) -> io::Result<()> {
    write_indented(report, out)
}

/// Writes a value, indented by two, a newline at the end.
pub fn write_indented(value: &impl Serialize, out: &mut dyn io::Write) -> io::Result<()> {
    let harmless = Harmless(PrettyFormatter::new());
    value.serialize(&mut Serializer::with_formatter(&mut *out, harmless))?;
    out.write_all(b"\n")
}

/// A value in one line, without a newline.
#[must_use]
pub fn line(value: &impl Serialize) -> String {
    let mut bytes = Vec::new();
    // Memory takes everything, and plain data is JSON.
    let _ = write_line(value, &mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Writes a value in one line, without a newline.
pub(super) fn write_line(value: &impl Serialize, out: &mut dyn io::Write) -> io::Result<()> {
    let harmless = Harmless(CompactFormatter);
    value.serialize(&mut Serializer::with_formatter(out, harmless))?;
    Ok(())
}

/// Writes a list, a line for each of its values, without a newline behind it.
pub(super) fn write_list<T: Serialize>(
    values: impl IntoIterator<Item = T>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut before = "[\n";
    for value in values {
        out.write_all(before.as_bytes())?;
        write_line(&value, out)?;
        before = ",\n";
    }
    out.write_all(if before == "[\n" { b"[]" } else { b"\n]" })
}

/// JSON whose texts hold no character that steers a terminal: JSON itself leaves some of them raw.
struct Harmless<F>(F);

impl<F: Formatter> Formatter for Harmless<F> {
    fn write_string_fragment<W: io::Write + ?Sized>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut left = fragment;
        while let Some((at, character)) = left.char_indices().find(|(_, c)| steers(*c)) {
            out.write_all(&left.as_bytes()[..at])?;
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            left = &left[at + character.len_utf8()..];
        }
        out.write_all(left.as_bytes())
    }

    fn begin_array<W: io::Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: io::Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: io::Write + ?Sized>(
        &mut self,
        out: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: io::Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: io::Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: io::Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: io::Write + ?Sized>(
        &mut self,
        out: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: io::Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: io::Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}
