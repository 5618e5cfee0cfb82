//! Text that others chose, made harmless and short.

use std::borrow::Cow;

/// The text with every character that steers a terminal, or hides or reorders text, written out as an
/// escape. Names and tags are chosen by whoever may create a resource, and a saved inventory by anyone.
#[must_use]
pub fn neutral(text: &str) -> Cow<'_, str> {
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let mut harmless = String::with_capacity(text.len());
    for character in text.chars() {
        if steers(character) {
            harmless.extend(character.escape_default());
        } else {
            harmless.push(character);
        }
    }
    Cow::Owned(harmless)
}

/// C0 and C1 control characters, and what nobody sees: what changes direction, breaks lines or has no width.
/// Of the code points that Unicode lets a program ignore (`Default_Ignorable_Code_Point`) all but the variation
/// selectors of Mongolian and those from U+FE00 to U+FE0F, which emoji and some scripts need. Those from U+E0100 to
/// U+E01EF are in: there are 240 of them, so that a run of them can hide data, a byte in each.
#[must_use]
pub fn steers(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{fdd0}'..='\u{fdef}'
                | '\u{e0000}'..='\u{e0fff}'
        )
        // What no character will ever be.
        || u32::from(character) & 0xfffe == 0xfffe
}

/// The beginning of a text, if it has more than so many characters.
#[must_use]
pub fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The beginning of a text, without characters that steer a terminal: at most this many bytes, so that it
/// also has no more characters than that.
pub(crate) fn clip(text: &str, longest: usize) -> String {
    const MORE: &str = "…";
    // Escapes only make it longer: what lies behind the end is not looked at.
    let head = beginning(text, longest + 1);
    let clean = neutral(head);
    if clean.len() <= longest && head.len() == text.len() {
        return clean.into_owned();
    }
    format!("{}{MORE}", beginning(&clean, longest.saturating_sub(MORE.len())))
}

/// The first bytes of a text, and no half character.
pub(crate) fn beginning(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}
