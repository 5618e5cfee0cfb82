//! Words of a POSIX shell. Whatever comes from AWS is quoted here, and nowhere else.

use crate::mutation::{Choice, Chosen};

/// Stands around the name of a variable in a text that is yet to be quoted: no character of any text, by Unicode,
/// and none that JSON escapes.
const MARK: char = '\u{fdd0}';

/// The directory of what was captured, as a variable.
pub(super) const KEPT: &str = "kept";

/// A command: its words, quoted only when it is written.
pub(super) type Command = Vec<String>;

/// A variable in a text that is yet to be quoted.
pub(super) fn variable(name: &str) -> String {
    format!("{MARK}{name}{MARK}")
}

/// A file of what was captured.
pub(super) fn kept(file: &str) -> String {
    format!("{}/{file}", variable(KEPT))
}

/// Variables in place of these choices.
pub(super) fn variables(choices: &[Choice]) -> Chosen {
    let all = choices.iter().map(|choice| (choice.name().to_owned(), variable(choice.name())));
    Chosen(all.collect())
}

/// A word as the shell has to read it to get this text. What stands between marks and is the name of no variable
/// is text of others, and nothing but text.
pub(super) fn quoted(text: &str) -> String {
    let mut word = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(MARK) {
        word.push_str(&literal(before));
        rest = match behind.split_once(MARK).filter(|(name, _)| is_variable(name)) {
            Some((name, behind)) => {
                word.extend(["\"$", name, "\""]);
                behind
            }
            None => behind,
        };
    }
    word.push_str(&literal(rest));
    if word.is_empty() { "''".to_owned() } else { word }
}

fn is_variable(name: &str) -> bool {
    [KEPT, "new_listener"].contains(&name) || Choice::NAMES.contains(&name)
}

/// The text with the names of variables as people read them.
pub(super) fn told(text: &str) -> String {
    let mut told = String::new();
    for (place, piece) in text.split(MARK).enumerate() {
        if place % 2 == 1 {
            told.push('$');
        }
        told.push_str(piece);
    }
    told
}

fn literal(text: &str) -> String {
    // No argument can hold a NUL.
    let text = text.replace('\0', "");
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_-./:,=@%+".contains(letter);
    // A word that begins with ~ or holds { or * means something else to a shell.
    if text.chars().all(is_plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A command as a line, broken before options where it is long.
pub(super) fn line(command: &[String]) -> String {
    let words: Vec<String> = command.iter().map(|word| quoted(word)).collect();
    let mut line = String::new();
    let mut width = 0;
    for word in words {
        let long = width + word.chars().count() > 96 && word.starts_with("--");
        if long {
            line.push_str(" \\\n    ");
            width = 4;
        } else if !line.is_empty() {
            line.push(' ');
            width += 1;
        }
        width += word.chars().count();
        line.push_str(&word);
    }
    line
}

/// `aws SERVICE OPERATION`, and its options.
pub(super) fn aws(start: &str, options: &[&str]) -> Command {
    let words = std::iter::once("aws").chain(start.split(' ')).chain(options.iter().copied());
    words.map(str::to_owned).collect()
}

/// The same, answering with what an expression of `JMESPath` finds, as JSON.
pub(super) fn query(start: &str, options: &[&str], expression: &str) -> Command {
    let asked = ["--output", "json", "--query", expression];
    aws(start, &[options, &asked].concat())
}

/// A text in an expression of `JMESPath`.
pub(super) fn raw(text: &str) -> String {
    format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_value_is_the_shell_gets_it_as_one_word() {
        for (text, word) in [
            ("arn:aws:x/y", "arn:aws:x/y"),
            ("", "''"),
            ("a b", "'a b'"),
            ("$(id)`id`\"", "'$(id)`id`\"'"),
            ("it's", r"'it'\''s'"),
            ("a\nb", "'a\nb'"),
            ("~", "'~'"),
            ("{a,b}", "'{a,b}'"),
        ] {
            assert_eq!(quoted(text), word);
        }
        let chosen = format!("Value={},x y", variable("LOG_BUCKET"));
        assert_eq!(quoted(&chosen), "Value=\"$LOG_BUCKET\"',x y'");
        // What others wrote is no variable, whatever marks it brings.
        assert_eq!(quoted("a\u{fdd0}HOME\u{fdd0}\0b"), "aHOMEb");
        assert_eq!(told(&chosen), "Value=$LOG_BUCKET,x y");
    }

    #[test]
    fn expressions_hold_any_text() {
        assert_eq!(raw(r"it's \ so"), r"'it\'s \\ so'");
    }
}
