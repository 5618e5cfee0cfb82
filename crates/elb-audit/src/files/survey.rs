//! What a JSON document is like, seen while it is read: whether it can be an inventory or a report at all.
//!
//! A list of zeros of a gigabyte becomes many gigabytes of values. What is denser than any inventory or report, or
//! has a text that none has, is refused before it is understood, and before the rest of it is read.

use elb_audit_core::vocab::escape::cut;

/// Values that any document may have, however short.
const FEW: u64 = 1_000_000;
/// Objects likewise.
const FEW_OBJECTS: u64 = 250_000;
/// Bytes of a document for each value more: those of inventories have 14 and more, without any space between.
const FOR_A_VALUE: u64 = 8;
/// The same for objects, which have 50 and more.
const FOR_AN_OBJECT: u64 = 32;
/// Bytes of a text as it stands there. The longest that AWS answers are policies of some ten thousand.
const TEXT: u32 = 1 << 20;
/// Bytes that are looked at between two looks at the totals.
const PIECE: usize = 1 << 16;

/// Characters of what is wrong with some JSON: it may quote all that a file holds.
const SHOWN: usize = 300;

/// What is wrong with some JSON, in so many characters.
pub(crate) fn brief(error: &serde_json::Error) -> String {
    cut(&error.to_string(), SHOWN)
}

/// Why a document cannot be an inventory or a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// It does not begin with a brace.
    #[error("it is not a JSON object")]
    NotAnObject,
    /// It would take many times its own size of memory.
    #[error("it has far more values than an inventory or a report of its size")]
    Crowded,
    /// One of its texts is longer than any that AWS answers.
    #[error("a text in it is longer than {} KB", TEXT >> 10)]
    LongText,
}

/// What was seen so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Survey {
    seen: u64,
    values: u64,
    objects: u64,
    /// Whether the first brace was there.
    begun: bool,
    /// Bytes of the text that it is in; none between texts.
    text: Option<u32>,
    escaped: bool,
}

impl Survey {
    /// Looks at a whole document.
    pub(crate) fn check(document: &[u8]) -> Result<(), ShapeError> {
        Survey::default().go_on(document)
    }

    /// Looks at what comes next.
    pub(crate) fn go_on(&mut self, bytes: &[u8]) -> Result<(), ShapeError> {
        bytes.chunks(PIECE).try_for_each(|piece| self.look_at(piece))
    }

    fn look_at(&mut self, piece: &[u8]) -> Result<(), ShapeError> {
        for &byte in piece {
            match self.text {
                Some(TEXT) => return Err(ShapeError::LongText),
                Some(length) => self.go_on_in_text(length, byte),
                None => self.go_on_between_texts(byte)?,
            }
        }
        self.seen += u64::try_from(piece.len()).unwrap_or(u64::MAX);
        let crowded = self.values > FEW + self.seen / FOR_A_VALUE
            || self.objects > FEW_OBJECTS + self.seen / FOR_AN_OBJECT;
        if crowded { Err(ShapeError::Crowded) } else { Ok(()) }
    }

    fn go_on_in_text(&mut self, length: u32, byte: u8) {
        let ends = byte == b'"' && !self.escaped;
        self.escaped = byte == b'\\' && !self.escaped;
        self.text = (!ends).then_some(length + 1);
    }

    fn go_on_between_texts(&mut self, byte: u8) -> Result<(), ShapeError> {
        if !self.begun {
            // What may stand at the head of a file, and no byte of it anywhere else outside of a text.
            let nothing = byte.is_ascii_whitespace() || b"\xef\xbb\xbf".contains(&byte);
            if byte != b'{' && !nothing {
                return Err(ShapeError::NotAnObject);
            }
            self.begun = !nothing;
        }
        match byte {
            b'"' => self.text = Some(0),
            b'{' => (self.values, self.objects) = (self.values + 1, self.objects + 1),
            b'[' | b',' => self.values += 1,
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same in one piece and byte by byte.
    fn check(document: &str) -> Result<(), ShapeError> {
        let whole = Survey::check(document.as_bytes());
        let mut survey = Survey::default();
        let parts = document.as_bytes().chunks(1).try_for_each(|byte| survey.go_on(byte));
        assert_eq!(whole, parts);
        whole
    }

    #[test]
    fn a_document_is_an_object() {
        for text in ["{}", " \n{", "\u{feff}{\"a\": [1, 2]}", ""] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
        for text in ["\0", "[[[", "\"text\"", "1", "nonsense", "  <xml/>"] {
            assert_eq!(check(text), Err(ShapeError::NotAnObject), "{text}");
        }
    }

    #[test]
    fn what_is_denser_than_any_inventory_is_refused() {
        let many = usize::try_from(FEW).unwrap() + 1_000_000;
        for unit in ["0,", "\"\",", "[", "{\"\":[", "{},", "{\"a\":1},", "{\"abcdefghijklm\":1},"] {
            let document = format!("{{\"a\":[{}", unit.repeat(many));
            assert_eq!(Survey::check(document.as_bytes()), Err(ShapeError::Crowded), "{unit}");
        }
        // As dense as targets are.
        let target = r#"{"id":"i-1","port":80,"state":"healthy","reason":null},"#;
        let document = format!("{{\"a\":[{}", target.repeat(many));
        assert_eq!(Survey::check(document.as_bytes()), Ok(()));
        // Commas and braces of a text are none.
        let text = format!("{{\"a\":\"{}", "{,\\\",[".repeat(1_000));
        let document = format!("{text}\"}}").repeat(200);
        assert_eq!(Survey::check(document.as_bytes()), Ok(()));
    }

    #[test]
    fn a_text_is_no_longer_than_those_of_aws() {
        let text = |length: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(length));
        assert_eq!(check(&text(100_000)), Ok(()));
        assert_eq!(Survey::check(text(1 << 20).as_bytes()), Err(ShapeError::LongText));
        // A quote behind an odd number of backslashes ends none.
        for (end, ends) in [("\\\\", true), ("\\\"", true), ("\\", false), ("\\\\\\", false)] {
            let mut survey = Survey::default();
            survey.go_on(format!("{{\"a\":\"{end}\"").as_bytes()).unwrap();
            assert_eq!(survey.text.is_none(), ends, "{end}");
        }
    }
}
