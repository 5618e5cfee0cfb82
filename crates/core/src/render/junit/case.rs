//! One case, how it is written in XML 1.0, and how much of a file it takes.

use std::io;
use std::ops::{AddAssign, SubAssign};

use super::{LINE, MESSAGE, NAME};
use crate::vocab::escape::{clip, neutral};

/// A case of a suite.
pub(super) struct Case {
    pub(super) class: String,
    pub(super) name: String,
    pub(super) came: Came,
}

/// What came of a case.
pub(super) enum Came {
    /// It passed.
    Passed,
    /// It passed, and says something.
    Said(String),
    /// It did not pass.
    Not {
        /// The element that says so.
        tag: Tag,
        /// Its type.
        kind: String,
        /// What it says in a line.
        message: String,
        /// And in several.
        text: Vec<String>,
    },
}

/// The elements for what did not pass.
#[derive(Clone, Copy)]
pub(super) enum Tag {
    Failure,
    Error,
    Skipped,
}

/// How many cases there are, and what came of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) tests: usize,
    pub(super) failures: usize,
    pub(super) errors: usize,
    pub(super) skipped: usize,
}

impl Counts {
    /// More than there are, to measure with.
    pub(super) const MANY: Counts =
        Counts { tests: 1_000_000, failures: 1_000_000, errors: 1_000_000, skipped: 1_000_000 };

    pub(super) fn add(&mut self, came: &Came) {
        self.tests += 1;
        match came {
            Came::Not { tag: Tag::Failure, .. } => self.failures += 1,
            Came::Not { tag: Tag::Error, .. } => self.errors += 1,
            Came::Not { tag: Tag::Skipped, .. } => self.skipped += 1,
            Came::Passed | Came::Said(_) => {}
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.tests += other.tests;
        self.failures += other.failures;
        self.errors += other.errors;
        self.skipped += other.skipped;
    }
}

/// What something takes of a file: bytes, and objects of XML. It is not told which of them GitLab counts: here
/// elements, attributes and texts are.
#[derive(Clone, Copy)]
pub(super) struct Size {
    pub(super) objects: usize,
    pub(super) bytes: usize,
}

impl Size {
    /// Whether this much fits into that room.
    pub(super) fn fits(self, room: Size) -> bool {
        self.objects <= room.objects && self.bytes <= room.bytes
    }
}

impl AddAssign for Size {
    fn add_assign(&mut self, other: Size) {
        self.objects += other.objects;
        self.bytes += other.bytes;
    }
}

impl SubAssign for Size {
    fn sub_assign(&mut self, other: Size) {
        self.objects = self.objects.saturating_sub(other.objects);
        self.bytes = self.bytes.saturating_sub(other.bytes);
    }
}

impl Case {
    pub(super) fn write(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let class = attribute("classname", &self.class, NAME);
        let name = attribute("name", &self.name, NAME);
        write!(out, r#"<testcase {class} {name} time="0""#)?;
        match &self.came {
            Came::Passed => return writeln!(out, "/>"),
            Came::Said(said) => {
                write!(out, "><system-out>{}</system-out>", escaped(&clip(said, 4 * LINE)))?;
            }
            Came::Not { tag, kind, message, text } => {
                let tag = match tag {
                    Tag::Failure => "failure",
                    Tag::Error => "error",
                    Tag::Skipped => "skipped",
                };
                let kind = attribute("type", kind, NAME);
                let message = attribute("message", message, MESSAGE);
                let lines: Vec<String> =
                    text.iter().map(|line| escaped(&clip(line, LINE))).collect();
                write!(out, "><{tag} {kind} {message}>{}</{tag}>", lines.join("\n"))?;
            }
        }
        writeln!(out, "</testcase>")
    }

    pub(super) fn size(&self) -> Size {
        let objects = match &self.came {
            Came::Passed => 4,
            Came::Said(_) => 6,
            Came::Not { .. } => 8,
        };
        Size { objects, bytes: measured(|out| self.write(out)) }
    }
}

/// How many bytes are written.
pub(super) fn measured(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> usize {
    let mut bytes = Bytes(0);
    // Counting takes everything.
    let _ = write(&mut bytes);
    bytes.0
}

/// Counts what is written.
struct Bytes(usize);

impl io::Write for Bytes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// `name="value"`, with at most so many bytes of the value.
pub(super) fn attribute(name: &str, value: &str, longest: usize) -> String {
    format!("{name}=\"{}\"", escaped(&clip(value, longest)))
}

/// The text as it stands in XML, in an element or in quotes. XML 1.0 forbids most control characters even as
/// references, and two that are none: those are written as escapes, as the ones that steer a terminal are.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in neutral(text).chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\u{fffe}' | '\u{ffff}' => escaped.extend(character.escape_unicode()),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_forbids_is_written_as_escapes() {
        for (text, expected) in [
            ("shop", "shop"),
            ("a<b>&\"'", "a&lt;b&gt;&amp;&quot;&apos;"),
            ("]]>", "]]&gt;"),
            ("\0\u{b}\u{1b}\u{fffe}\u{ffff}", "\\u{0}\\u{b}\\u{1b}\\u{fffe}\\u{ffff}"),
            ("\r\n\t\u{85}\u{2028}\u{202e}", "\\r\\n\\t\\u{85}\\u{2028}\\u{202e}"),
            ("ä😀\u{fffd}", "ä😀\u{fffd}"),
        ] {
            assert_eq!(escaped(text), expected);
        }
    }

    #[test]
    fn a_case_is_as_large_as_it_is_written() {
        let text = vec!["a".to_owned(), "b<".to_owned()];
        let not =
            Came::Not { tag: Tag::Error, kind: "k".to_owned(), message: "m".to_owned(), text };
        for came in [Came::Passed, Came::Said("note: x".to_owned()), not] {
            let case = Case { class: "c".to_owned(), name: "n\"".to_owned(), came };
            let mut written = Vec::new();
            case.write(&mut written).expect("memory");
            assert_eq!(case.size().bytes, written.len());
            let text = String::from_utf8(written).expect("text");
            let (opened, closed) = (text.matches('<').count(), text.matches("</").count());
            let texts = text.split('>').filter(|part| part.find('<').is_some_and(|at| at > 0));
            assert_eq!(
                case.size().objects,
                opened - closed + text.matches("=\"").count() + texts.count()
            );
        }
    }
}
