//! What standard error is told while a scan runs.

use std::fmt;
use std::io::Write as _;

/// Writes a line to standard error. Nobody listening is no reason to stop.
pub(crate) fn say(line: fmt::Arguments) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
