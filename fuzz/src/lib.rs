//! What the fuzz targets share.

pub mod choices;
pub mod edits;
pub mod markup;
pub mod oracle;
pub mod rules;
pub mod wire;
