//! A saved inventory as a source, and as a destination of `collect`.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use elb_audit_core::inventory::{Inventory, SCHEMA};
use serde::Deserialize;
use serde_json::error::Category;

use crate::files;

/// Why a saved inventory cannot be used: one sentence that says what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct FileError(String);

/// What every version of a saved inventory has.
#[derive(Deserialize)]
struct Head {
    schema: String,
}

/// Reads a saved inventory; `-` is standard input.
pub fn read(path: &Path) -> Result<Inventory, FileError> {
    let name = path.display();
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        io::stdin().lock().read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|mut file| file.read_to_end(&mut bytes))
    };
    read.map_err(|error| FileError(format!("cannot read {name}: {error}")))?;
    parse(&bytes).map_err(|error| FileError(format!("cannot use {name}: {error}")))
}

/// Reads an inventory of the version that this program writes.
pub fn parse(bytes: &[u8]) -> Result<Inventory, FileError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let head: Head = serde_json::from_slice(bytes).map_err(|error| {
        FileError(match error.classify() {
            Category::Data => {
                format!("it is no inventory saved by `elb-audit collect` ({error})")
            }
            Category::Eof => format!("it ends too early, as a file cut off does ({error})"),
            _ => format!("it is not JSON ({error})"),
        })
    })?;
    if head.schema != SCHEMA {
        let schema: String = head.schema.chars().take(80).collect();
        return Err(FileError(format!(
            "its schema is `{schema}`, and this version reads `{SCHEMA}`: collect it again, or use \
             the version that wrote it"
        )));
    }
    serde_json::from_slice(bytes)
        .map_err(|error| FileError(format!("it does not follow `{SCHEMA}` ({error})")))
}

/// Saves an inventory; `-` is standard output.
pub fn write(path: &Path, inventory: &Inventory) -> Result<(), FileError> {
    let mut text = serde_json::to_string_pretty(inventory)
        .map_err(|error| FileError(format!("cannot write the inventory: {error}")))?;
    text.push('\n');
    let written = if path == Path::new("-") {
        io::stdout().lock().write_all(text.as_bytes())
    } else {
        // It is a map of the network.
        files::create_private(path).and_then(|mut file| file.write_all(text.as_bytes()))
    };
    written.map_err(|error| FileError(format!("cannot write {}: {error}", path.display())))
}
