//! A saved inventory as a source, and as a destination of `collect`.

use std::io;
use std::path::{Path, PathBuf};

use elb_audit_core::inventory::{Contradiction, Inventory, SCHEMA};
use elb_audit_core::render::json;
use elb_audit_core::vocab::escape::cut;
use serde::Deserialize;
use serde_json::error::Category;

use crate::files::aside;
use crate::files::read::{self, Bounds, ReadError};
use crate::files::survey::{ShapeError, Survey, brief};
use crate::files::{Mode, Rights, print};

/// Why a saved inventory cannot be used or made: one sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be read.
    #[error("cannot read {0}: {1}")]
    Read(String, ReadError),
    /// What was read is of no use.
    #[error("cannot use {0}: {1}")]
    Invalid(String, InventoryError),
    /// None is named.
    #[error("no saved inventory is named")]
    None,
    /// Standard input can be read once.
    #[error("- is given twice: standard input can be read once")]
    InputTwice,
    /// Two of them have read the same.
    #[error(
        "account {account}, {region} is in {first} and in {second}: give one of them, or collect the \
         regions apart"
    )]
    Overlap {
        /// The account.
        account: String,
        /// A region that both have read.
        region: String,
        /// One file.
        first: String,
        /// The other.
        second: String,
    },
    /// It cannot be written.
    #[error("cannot write {0}: {1}")]
    Write(String, io::Error),
}

/// Why some bytes are no inventory.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    /// They are nothing that is looked at further.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// They are JSON, and nothing that `collect` saves.
    #[error("it is no inventory saved by `elb-audit collect` ({})", brief(.0))]
    Foreign(serde_json::Error),
    /// They are a part of something.
    #[error("it ends too early, as a file cut off does ({})", brief(.0))]
    CutOff(serde_json::Error),
    /// They are no JSON.
    #[error("it is not JSON ({})", brief(.0))]
    NotJson(serde_json::Error),
    /// They are an inventory of another version.
    #[error(
        "its schema is `{0}`, and this version reads `{SCHEMA}`: collect it again, or use the version \
         that wrote it"
    )]
    Schema(String),
    /// They are an inventory with something wrong in it.
    #[error("it does not follow `{SCHEMA}` ({})", brief(.0))]
    Malformed(serde_json::Error),
    /// They contradict themselves.
    #[error(transparent)]
    Contradiction(#[from] Contradiction),
}

/// What every version of a saved inventory has.
#[derive(Deserialize)]
struct Head {
    schema: String,
}

/// Reads a saved inventory; `-` is standard input.
pub fn read(path: &Path) -> Result<Inventory, FileError> {
    let name = || path.display().to_string();
    let bytes = if path == Path::new("-") {
        read::document_from_input(Bounds::DOCUMENT)
    } else {
        read::document(path, Bounds::DOCUMENT)
    };
    let bytes = bytes.map_err(|error| FileError::Read(name(), error))?;
    understand(&bytes).map_err(|error| FileError::Invalid(name(), error))
}

/// Reads saved inventories as one; `-` is standard input.
pub fn read_all(paths: &[PathBuf]) -> Result<Inventory, FileError> {
    if paths.iter().filter(|path| *path == Path::new("-")).count() > 1 {
        return Err(FileError::InputTwice);
    }
    if let [only] = paths {
        return read(only);
    }
    let all = paths.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
    let joined = Inventory::join(all).map_err(|overlap| {
        let [first, second] = overlap.places.map(|place| paths[place].display().to_string());
        FileError::Overlap { account: overlap.account, region: overlap.region, first, second }
    })?;
    joined.ok_or(FileError::None)
}

/// Reads an inventory of the version that this program writes.
pub fn parse(bytes: &[u8]) -> Result<Inventory, InventoryError> {
    Survey::check(bytes)?;
    understand(bytes)
}

/// The same of one that was looked at while it was read.
fn understand(bytes: &[u8]) -> Result<Inventory, InventoryError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let head: Head = serde_json::from_slice(bytes).map_err(|error| match error.classify() {
        Category::Data => InventoryError::Foreign(error),
        Category::Eof => InventoryError::CutOff(error),
        _ => InventoryError::NotJson(error),
    })?;
    if head.schema != SCHEMA {
        return Err(InventoryError::Schema(cut(&head.schema, 80)));
    }
    let mut inventory: Inventory =
        serde_json::from_slice(bytes).map_err(InventoryError::Malformed)?;
    inventory.keep_each_once()?;
    inventory.doubt_old_hashes();
    inventory.note_missing_owners();
    Ok(inventory)
}

/// Saves an inventory; `-` is standard output. A new file has these rights: it is a map of the network.
pub fn write(path: &Path, inventory: &Inventory, mode: Mode) -> Result<(), FileError> {
    let written = if path == Path::new("-") {
        print(|out| json::write_indented(inventory, out))
    } else {
        aside::write(path, Rights::Kept(mode), |out| json::write_indented(inventory, out))
    };
    written.map_err(|error| FileError::Write(path.display().to_string(), error))
}
