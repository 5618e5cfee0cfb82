//! The report as JSON, by the schema in `docs/schema/report-v1.json`.

use std::io;

use serde::Serialize as _;
use serde_json::Serializer;
use serde_json::ser::{Formatter, PrettyFormatter};

use super::Style;
use crate::report::Report;
use crate::vocab::escape::steers;

/// Writes the report, indented by two, a newline at the end.
pub(super) fn render(report: &Report, _: Style, out: &mut dyn io::Write) -> io::Result<()> {
    let harmless = Harmless(PrettyFormatter::new());
    report.serialize(&mut Serializer::with_formatter(&mut *out, harmless))?;
    out.write_all(b"\n")
}

/// JSON whose texts hold no character that steers a terminal: JSON itself leaves some of them raw.
struct Harmless(PrettyFormatter<'static>);

impl Formatter for Harmless {
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
