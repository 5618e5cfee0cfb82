//! Lines of painted words: wrapped at spaces, and with nothing in them that steers a terminal.

use std::io;

use super::Style;
use crate::vocab::escape::neutral;
use crate::vocab::severity::Severity;

/// Columns that a wrapped line stands further in than its first.
const HANG: usize = 4;
/// Narrower than this, wrapping hurts more than it helps.
const NARROWEST: usize = 40;

/// What a piece of a line looks like where colours are understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paint {
    /// As it is.
    Plain,
    /// Names and headings.
    Bold,
    /// What can be skipped.
    Dim,
    /// Something is not known.
    Warning,
    /// Something was found to be right.
    Good,
    /// By severity.
    Severity(Severity),
}

impl Paint {
    /// The parameters of its "select graphic rendition" sequence.
    fn code(self) -> Option<&'static str> {
        Some(match self {
            Paint::Plain => return None,
            Paint::Bold => "1",
            Paint::Dim | Paint::Severity(Severity::Info) => "2",
            Paint::Warning | Paint::Severity(Severity::Medium) => "33",
            Paint::Good => "32",
            Paint::Severity(Severity::Critical) => "1;35",
            Paint::Severity(Severity::High) => "1;31",
            Paint::Severity(Severity::Low) => "36",
        })
    }
}

/// Bytes that are kept before they are written.
const KEPT: usize = 64 * 1024;

/// A text in the making. Every word on it goes through [`neutral`].
pub(crate) struct Page<'a> {
    color: bool,
    width: usize,
    /// What is not yet written.
    text: String,
    /// Where what is finished goes; none: it is kept.
    out: Option<&'a mut dyn io::Write>,
    /// Whether that took everything so far.
    written: io::Result<()>,
}

impl<'a> Page<'a> {
    /// A page that is kept as a text.
    pub(crate) fn new(style: Style) -> Self {
        let width = style.width.max(NARROWEST);
        Page { color: style.color, width, text: String::new(), out: None, written: Ok(()) }
    }

    /// A page that is written while it is made.
    pub(crate) fn to(out: &'a mut dyn io::Write, style: Style) -> Self {
        Page { out: Some(out), ..Page::new(style) }
    }

    /// Writes what is finished, but for the end, which tells whether there is an empty line.
    fn spill(&mut self) {
        let Some(out) = &mut self.out else { return };
        if self.text.len() < KEPT || self.written.is_err() {
            return;
        }
        let end = (0..=self.text.len() - 2).rev().find(|end| self.text.is_char_boundary(*end));
        self.written = out.write_all(&self.text.as_bytes()[..end.unwrap_or(0)]);
        self.text.drain(..end.unwrap_or(0));
    }

    /// Writes the rest; whether all could be written.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.written?;
        match &mut self.out {
            Some(out) => out.write_all(self.text.as_bytes()),
            None => Ok(()),
        }
    }

    /// Characters that a line has behind this indent.
    pub(crate) fn room(&self, indent: usize) -> usize {
        self.width.saturating_sub(indent)
    }

    /// An empty line, unless the page is empty or has one already.
    pub(crate) fn blank(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
        self.spill();
    }

    /// A line of one look.
    pub(crate) fn plain(&mut self, indent: usize, text: &str) {
        self.line(indent, &[(Paint::Plain, text)]);
    }

    /// A line to be copied: as long as it is.
    pub(crate) fn verbatim(&mut self, indent: usize, text: &str) {
        self.start(indent);
        self.text.push_str(&neutral(text));
        self.text.truncate(self.text.trim_end_matches(' ').len());
        self.text.push('\n');
    }

    /// Text whose lines all start in the same column.
    pub(crate) fn paragraph(&mut self, indent: usize, text: &str) {
        self.hanging(indent, 0, &[(Paint::Plain, text)]);
    }

    /// A line of pieces; one that is too long goes on in the next line, further in.
    pub(crate) fn line(&mut self, indent: usize, pieces: &[(Paint, &str)]) {
        self.hanging(indent, HANG, pieces);
    }

    /// A line of pieces that is cut where it is too long.
    pub(crate) fn clipped(&mut self, indent: usize, pieces: &[(Paint, &str)]) {
        self.ended(indent, pieces, &[]);
    }

    /// A line of pieces, cut where there would be no room for its end.
    pub(crate) fn ended(&mut self, indent: usize, pieces: &[(Paint, &str)], end: &[(Paint, &str)]) {
        let length = |text: &str| neutral(text).chars().count();
        let reserved: usize = end.iter().map(|(_, text)| length(text)).sum();
        let mut room = self.width.saturating_sub(indent).saturating_sub(reserved);
        self.start(indent);
        for (place, (paint, text)) in pieces.iter().enumerate() {
            let text = neutral(text);
            let rest: usize = pieces[place + 1..].iter().map(|(_, text)| length(text)).sum();
            let long = text.chars().count();
            if long > room || (long == room && rest > 0) {
                let cut: String = text.chars().take(room.saturating_sub(1)).collect();
                self.paint(*paint, &(cut.trim_end().to_owned() + "…"));
                break;
            }
            room -= long;
            self.paint(*paint, &text);
        }
        for (paint, text) in end {
            self.paint(*paint, &neutral(text));
        }
        self.text.truncate(self.text.trim_end_matches(' ').len());
        self.text.push('\n');
    }

    fn hanging(&mut self, indent: usize, hang: usize, pieces: &[(Paint, &str)]) {
        self.start(indent);
        let mut column = indent;
        for (place, word) in words(pieces).into_iter().enumerate() {
            let length = word.iter().map(|(_, text)| text.chars().count()).sum::<usize>();
            if place > 0 {
                if column + 1 + length > self.width {
                    self.text.push('\n');
                    self.start(indent + hang);
                    column = indent + hang;
                } else {
                    self.text.push(' ');
                    column += 1;
                }
            }
            column += length;
            for (paint, text) in word {
                self.paint(paint, &text);
            }
        }
        self.text.truncate(self.text.trim_end_matches(' ').len());
        self.text.push('\n');
    }

    fn start(&mut self, indent: usize) {
        self.text.extend(std::iter::repeat_n(' ', indent));
    }

    fn paint(&mut self, paint: Paint, text: &str) {
        match paint.code() {
            Some(code) if self.color && !text.is_empty() => {
                self.text.extend(["\u{1b}[", code, "m", text, "\u{1b}[0m"]);
            }
            _ => self.text.push_str(text),
        }
    }

    /// What was written.
    pub(crate) fn into_text(self) -> String {
        self.text
    }
}

/// The words of some pieces. A word may have several looks: pieces touch unless a space parts them.
fn words(pieces: &[(Paint, &str)]) -> Vec<Vec<(Paint, String)>> {
    let mut words = vec![Vec::new()];
    for (paint, text) in pieces {
        for (place, part) in neutral(text).split(' ').enumerate() {
            if place > 0 {
                words.push(Vec::new());
            }
            if let Some(word) = words.last_mut() {
                word.push((*paint, part.to_owned()));
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes so many bytes, and then no more.
    struct Full(usize);

    impl io::Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn fill(page: &mut Page) {
        for number in 0..20_000 {
            page.plain(0, &format!("line {number} ä"));
            page.blank();
            page.blank();
        }
    }

    #[test]
    fn what_is_written_on_the_way_is_what_would_be_kept() {
        let mut kept = Page::new(Style::PLAIN);
        fill(&mut kept);
        let mut bytes = Vec::new();
        let mut written = Page::to(&mut bytes, Style::PLAIN);
        fill(&mut written);
        assert!(written.text.len() < 2 * KEPT, "{}", written.text.len());
        written.finish().expect("memory takes everything");
        assert_eq!(String::from_utf8(bytes).expect("a text"), kept.into_text());
    }

    #[test]
    fn what_cannot_be_written_is_an_error() {
        for room in [0, KEPT, 3 * KEPT] {
            let mut full = Full(room);
            let mut page = Page::to(&mut full, Style::PLAIN);
            fill(&mut page);
            let error = page.finish().expect_err("there is no room");
            assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        }
    }
}
