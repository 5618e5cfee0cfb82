//! In which format a report is written: the one that is named before its place, or else the one that a
//! file's name ends in, or else that of `--format`.

use elb_audit_core::render::{self, Format};

use super::OutputError;
use super::place::{Place, Target};

/// The format of standard output.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standard {
    /// The format.
    pub(crate) format: &'static Format,
    /// Whether no name of a file may say another one: it stands on the command line, as the files do.
    pub(crate) binds: bool,
}

/// What every format is meant by.
const ALL: &str = "all";

/// The places that `--output` names, each with its format.
pub(super) fn resolved(
    output: &str,
    standard: Standard,
) -> Result<Vec<(&'static Format, Place)>, OutputError> {
    let (named, text) = match output.split_once('=') {
        Some((names, text)) if names.chars().all(is_of_names) => (known(names)?, text),
        _ => (Vec::new(), output),
    };
    let target =
        Target::parse(text).map_err(|error| OutputError::Place(output.to_owned(), error))?;
    let one = match (&target, &named[..]) {
        (Target::Folder(_) | Target::Prefix { .. }, []) => {
            return Ok(vec![within(&target, standard.format)]);
        }
        (Target::Folder(_) | Target::Prefix { .. }, several) => {
            return Ok(several.iter().map(|format| within(&target, format)).collect());
        }
        (Target::One(place), [] | [_]) => place,
        (Target::One(_), _) => return Err(OutputError::OneFile(output.to_owned())),
    };
    let named = named.first().copied();
    let format = match one {
        Place::Standard => on_standard(output, named, standard)?,
        Place::File(_) | Place::Object { .. } => {
            chosen(text, &render::ending(text), named, standard)?
        }
    };
    Ok(vec![(format, one.clone())])
}

/// A format's file in a folder.
fn within(target: &Target, format: &'static Format) -> (&'static Format, Place) {
    (format, target.place(format.file))
}

/// The format of standard output where `--output` names it.
fn on_standard(
    output: &str,
    named: Option<&'static Format>,
    standard: Standard,
) -> Result<&'static Format, OutputError> {
    match named {
        Some(named) if standard.binds && named.name != standard.format.name => {
            let (output, format) = (output.to_owned(), standard.format.name);
            Err(OutputError::OtherOnStandard { output, format })
        }
        named => Ok(named.unwrap_or(standard.format)),
    }
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

/// Whether the names of formats are made of it.
fn is_of_names(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == ','
}

/// The formats of these names, each once.
fn known(names: &str) -> Result<Vec<&'static Format>, OutputError> {
    let mut all: Vec<&'static Format> = Vec::new();
    for name in names.to_lowercase().split(',') {
        let meant = match name {
            ALL => render::ALL.to_vec(),
            name => vec![render::named(name).ok_or_else(|| unknown(name))?],
        };
        for format in meant {
            if !all.iter().any(|known| known.name == format.name) {
                all.push(format);
            }
        }
    }
    Ok(all)
}

fn unknown(name: &str) -> OutputError {
    let names: Vec<&str> = render::ALL.iter().map(|format| format.name).collect();
    OutputError::Format { name: name.to_owned(), known: names.join(", ") }
}

#[cfg(test)]
mod tests {
    use elb_audit_core::render::{JSON, TEXT};

    use super::*;

    const TYPED: Standard = Standard { format: TEXT, binds: true };
    const DEFAULT: Standard = Standard { format: TEXT, binds: false };

    fn name(output: &str, standard: Standard) -> String {
        let named = |(format, place): &(&'static Format, Place)| format!("{} {place}", format.name);
        match resolved(output, standard) {
            Ok(all) => all.iter().map(named).collect::<Vec<_>>().join("; "),
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
            ("s3://reports/a.csv", DEFAULT, "csv s3://reports/a.csv"),
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
    fn a_folder_holds_a_file_of_each_format() {
        for (output, standard, expected) in [
            ("out/", DEFAULT, "text out/elb-audit.txt"),
            ("out/", Standard { format: JSON, binds: true }, "json out/elb-audit.json"),
            ("csv,json,csv=out/", TYPED, "csv out/elb-audit.csv; json out/elb-audit.json"),
            ("JSON=s3://reports/daily/", TYPED, "json s3://reports/daily/elb-audit.json"),
        ] {
            assert_eq!(name(output, standard), expected, "{output}");
        }
        assert_eq!(resolved("all=out/", DEFAULT).unwrap().len(), render::ALL.len());
        let said = name("csv,json=out", TYPED);
        assert!(said.contains("hold one format: name a folder"), "{said}");
    }

    #[test]
    fn standard_output_has_one_format() {
        assert_eq!(name("-", TYPED), "text -");
        assert_eq!(name("json=-", DEFAULT), "json -");
        assert_eq!(name("text=-", TYPED), "text -");
        let said = name("json=-", TYPED);
        assert!(said.contains("--format says text"), "{said}");
        let said = name("jsn=-", DEFAULT);
        assert!(said.starts_with("unknown format `jsn`: text, json, "), "{said}");
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
