//! In which format a file is written: the one that is named before it, or else the one that its name ends
//! in, or else that of `--format`.

use std::path::PathBuf;

use elb_audit_core::render::{self, Format};

use super::OutputError;

/// The format of standard output.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standard {
    /// The format.
    pub(crate) format: &'static Format,
    /// Whether no name of a file may say another one: it stands on the command line, as the files do.
    pub(crate) binds: bool,
}

/// The file that `--output` names, and its format.
pub(super) fn resolved(
    output: &str,
    standard: Standard,
) -> Result<(&'static Format, PathBuf), OutputError> {
    let (named, file) = match output.split_once('=') {
        Some((name, file)) if is_word(name) => (Some(known(&name.to_lowercase())?), file),
        _ => (None, output),
    };
    let format = chosen(file, &render::ending(file), named, standard)?;
    Ok((format, PathBuf::from(file)))
}

/// The format of a file whose name ends in that of these.
fn chosen(
    file: &str,
    ending: &[&'static Format],
    named: Option<&'static Format>,
    standard: Standard,
) -> Result<&'static Format, OutputError> {
    let agrees = |format: &'static Format| {
        ending.is_empty() || ending.iter().any(|one| one.name == format.name)
    };
    let file = file.to_owned();
    match (named, ending) {
        (Some(named), _) if agrees(named) || ends_alike(named, &file) => Ok(named),
        (Some(named), [other, ..]) => {
            Err(OutputError::Named { file, named: named.name, ending: other.name })
        }
        (Some(named), []) => Ok(named),
        (None, _) if agrees(standard.format) => Ok(standard.format),
        (None, [only]) if standard.binds => {
            Err(OutputError::Contradicts { file, format: standard.format.name, ending: only.name })
        }
        (None, [only]) => Ok(only),
        (None, several) => {
            let formats = several.iter().map(|format| format.name.to_owned()).collect();
            Err(OutputError::Ambiguous { file, formats })
        }
    }
}

/// Whether files of the format may end as this one does, what stands before the last dot aside:
/// `asff=findings.json` is JSON of another form.
fn ends_alike(format: &Format, file: &str) -> bool {
    let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_lowercase();
    format.endings.iter().any(|ending| last(ending) == last(file))
}

/// Whether it could be the name of a format.
fn is_word(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

fn known(name: &str) -> Result<&'static Format, OutputError> {
    render::named(name).ok_or_else(|| OutputError::Format(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use elb_audit_core::render::{JSON, TEXT};

    use super::*;

    const TYPED: Standard = Standard { format: TEXT, binds: true };
    const DEFAULT: Standard = Standard { format: TEXT, binds: false };

    fn name(output: &str, standard: Standard) -> String {
        match resolved(output, standard) {
            Ok((format, file)) => format!("{} {}", format.name, file.display()),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_name_that_ends_in_a_format_says_it() {
        let json = Standard { format: JSON, binds: true };
        for (output, standard, expected) in [
            ("a.json", DEFAULT, "json a.json"),
            ("x/A.JSON", DEFAULT, "json x/A.JSON"),
            ("a.json", json, "json a.json"),
            ("a.txt", DEFAULT, "text a.txt"),
            ("a.txt", Standard { format: JSON, binds: false }, "text a.txt"),
            // Nobody's ending, and none at all.
            ("a.log", DEFAULT, "text a.log"),
            ("a.log", json, "json a.log"),
            ("/dev/stdout", json, "json /dev/stdout"),
            (".json", DEFAULT, "text .json"),
            ("json=a.log", TYPED, "json a.log"),
            ("JSON=a.json", TYPED, "json a.json"),
            ("json=a", TYPED, "json a"),
            ("a/b=c.json", DEFAULT, "json a/b=c.json"),
        ] {
            assert_eq!(name(output, standard), expected, "{output}");
        }
    }

    #[test]
    fn what_contradicts_its_name_is_refused() {
        for (output, standard, expected) in [
            ("text=a.json", DEFAULT, "--output text=a.json: a name that ends so is for json"),
            ("json=a.txt", TYPED, "--output json=a.txt: a name that ends so is for text"),
            (
                "a.json",
                TYPED,
                "--output a.json: its name says json, --format says text: write --output json=a.json",
            ),
        ] {
            let said = name(output, standard);
            assert!(said.starts_with(expected), "{said}");
            assert_eq!(said.lines().count(), 1, "{said}");
        }
    }

    #[test]
    fn an_ending_of_several_formats_needs_a_name() {
        let several = [TEXT, JSON];
        let chosen = |named, standard| chosen("a.x", &several, named, standard);
        let other = Standard { format: JSON, binds: false };
        assert_eq!(chosen(None, other).unwrap().name, "json", "that of standard output is one");
        assert_eq!(chosen(Some(TEXT), other).unwrap().name, "text");
        let none: [&'static Format; 0] = [];
        assert_eq!(super::chosen("a.x", &none, None, TYPED).unwrap().name, "text");
        // With neither of them on standard output there is nothing to choose by.
        let foreign = [JSON, JSON];
        let said = super::chosen("a.x", &foreign, None, DEFAULT).unwrap_err().to_string();
        assert_eq!(said, "--output a.x: json or json is meant: write --output json=a.x");
    }
}
