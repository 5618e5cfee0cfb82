//! An accepted risk as the file writes it.

use std::fmt::Write as _;

use crate::policy::AcceptedRisk;

/// The risk as a `[[accept]]` table, a newline at the end.
#[must_use]
pub fn block(risk: &AcceptedRisk) -> String {
    let mut text = "[[accept]]\n".to_owned();
    let mut line = |key: &str, value: &str| {
        // Writing to a text does not fail.
        let _ = writeln!(text, "{key} = {value}");
    };
    line("check", &quoted(&risk.check));
    line("resource", &quoted(&risk.resource));
    line("reason", &quoted(&risk.reason));
    line("owner", &quoted(&risk.owner));
    if let Some(last) = risk.expires {
        line("expires", &last.to_string());
    }
    for (key, hash) in [("fingerprint", &risk.fingerprint), ("configuration", &risk.configuration)]
    {
        if let Some(hash) = hash {
            line(key, &quoted(hash));
        }
    }
    text
}

/// A text in TOML's quotes, on one line.
fn quoted(text: &str) -> String {
    let mut quoted = "\"".to_owned();
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            _ if crate::escape::steers(character) => {
                let _ = write!(quoted, "\\U{:08X}", u32::from(character));
            }
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}
