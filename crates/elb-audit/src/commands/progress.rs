//! What a terminal shows while a scan runs.

use std::io::{IsTerminal as _, Write as _};

use crate::collect::Progress;

/// A line that is written over as regions are done: only on a terminal.
pub(super) struct ProgressLine {
    shown: bool,
}

impl ProgressLine {
    pub(super) fn new(wanted: bool) -> Self {
        ProgressLine { shown: wanted && std::io::stderr().is_terminal() }
    }

    /// Says how far the scan is.
    pub(super) fn show(&self, progress: Progress) {
        if !self.shown {
            return;
        }
        let Progress { regions_done, regions, load_balancers, calls } = progress;
        let end = if regions_done == regions { "\r\x1b[K" } else { "" };
        let _ = write!(
            std::io::stderr().lock(),
            "\r\x1b[K{regions_done}/{regions} regions, {load_balancers} load balancers, {calls} calls{end}"
        );
    }
}
