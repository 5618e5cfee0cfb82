//! What a terminal shows while a scan runs.

use std::io::{IsTerminal as _, Write as _};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::collect::Progress;
use crate::log::{self, OVER};

/// The shortest time between two lines: faster than that nobody reads.
const PAUSE: Duration = Duration::from_millis(50);

/// A line that is written over as the scan goes on: only on a terminal.
pub(super) struct ProgressLine {
    /// What is there, and since when; none where nothing is shown.
    shown: Option<Mutex<Line>>,
    began: Instant,
}

#[derive(Default)]
struct Line {
    text: String,
    written: Option<Instant>,
}

impl ProgressLine {
    /// Shows the line at once, if it is wanted and somebody can see it.
    pub(super) fn new(wanted: bool) -> Self {
        let shown = wanted && std::io::stderr().is_terminal();
        let shown = shown.then(|| Mutex::new(Line::default()));
        log::progress_stands(shown.is_some());
        let line = ProgressLine { shown, began: Instant::now() };
        line.show(Progress::default());
        line
    }

    /// Says how far the scan is.
    pub(super) fn show(&self, progress: Progress) {
        let Some(line) = &self.shown else { return };
        let mut line = line.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let text = words(progress, now.duration_since(self.began));
        let soon = line.written.is_some_and(|written| now.duration_since(written) < PAUSE);
        if soon || text == line.text {
            return;
        }
        write(&text);
        *line = Line { text, written: Some(now) };
    }
}

impl Drop for ProgressLine {
    /// Clears the line: what comes next begins where it was.
    fn drop(&mut self) {
        if self.shown.is_some() {
            write("");
            log::progress_stands(false);
        }
    }
}

/// Writes over what is there.
fn write(text: &str) {
    let mut terminal = std::io::stderr().lock();
    // Nobody listening is no reason to stop.
    let _ = write!(terminal, "{OVER}{text}");
    let _ = terminal.flush();
}

/// `3 of 17 regions, 45 load balancers, 231 of 310 calls, 4 s`.
fn words(progress: Progress, since: Duration) -> String {
    let Progress { regions_done, regions, load_balancers, calls_done, calls } = progress;
    let what = match regions {
        0 => "finding accounts and regions".to_owned(),
        _ => format!("{regions_done} of {regions} regions, {load_balancers} load balancers"),
    };
    format!("{what}, {calls_done} of {calls} calls, {} s", since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_what_is_done_of_what_is_known() {
        let began = Progress { calls: 2, ..Progress::default() };
        let said = words(began, Duration::from_millis(900));
        assert_eq!(said, "finding accounts and regions, 0 of 2 calls, 0 s");
        let under_way = Progress {
            regions_done: 3,
            regions: 17,
            load_balancers: 45,
            calls_done: 231,
            calls: 310,
        };
        let said = words(under_way, Duration::from_secs(4));
        assert_eq!(said, "3 of 17 regions, 45 load balancers, 231 of 310 calls, 4 s");
        let most = Progress {
            regions_done: 99_999,
            regions: 99_999,
            load_balancers: 999_999,
            calls_done: 9_999_999,
            calls: 9_999_999,
        };
        assert!(words(most, Duration::from_secs(9_999)).len() < 80, "it must not wrap");
    }
}
