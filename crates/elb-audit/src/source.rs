//! Where an inventory comes from: AWS, or a file.

pub mod file;
