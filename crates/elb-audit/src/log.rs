//! Lines on standard error, for people or as JSON.

use std::fmt;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use elb_audit_core::vocab::escape::neutral;

use crate::secrets;

/// The id of the request that lines are logged for as JSON; none: lines are for people.
static REQUEST: Mutex<Option<String>> = Mutex::new(None);

/// From here on lines are JSON, with the id of this request.
pub(crate) fn log_as_json(request: &str) {
    *REQUEST.lock().unwrap_or_else(PoisonError::into_inner) = Some(request.to_owned());
}

/// Whether a line of progress stands on the terminal, which others are written over.
static PROGRESS: AtomicBool = AtomicBool::new(false);

/// Goes to the beginning of the line and clears it.
pub(crate) const OVER: &str = "\r\u{1b}[K";

/// From here on a line of progress stands on the terminal, or no more.
pub(crate) fn progress_stands(stands: bool) {
    PROGRESS.store(stands, Ordering::Relaxed);
}

/// Writes a line to standard error. Nobody listening is no reason to stop. Characters that steer a
/// terminal, which files and answers may hold, are written as escapes.
pub(crate) fn say(line: fmt::Arguments) {
    let clean = secrets::redact(&line.to_string());
    let mut clean = neutral(&clean).into_owned();
    if let Some(request) = &*REQUEST.lock().unwrap_or_else(PoisonError::into_inner) {
        clean = logged(&clean, request);
    }
    let over = if PROGRESS.load(Ordering::Relaxed) { OVER } else { "" };
    let _ = writeln!(std::io::stderr().lock(), "{over}{clean}");
}

/// A line as Lambda logs JSON.
fn logged(line: &str, request: &str) -> String {
    let words = [("error: ", "ERROR"), ("warning: ", "WARN")];
    let (level, message) = words
        .into_iter()
        .find_map(|(word, level)| Some((level, line.strip_prefix(word)?)))
        .unwrap_or(("INFO", line));
    let mut fields = serde_json::json!({
        "timestamp": jiff::Timestamp::now(),
        "level": level,
        "message": message,
    });
    if !request.is_empty() {
        fields["requestId"] = request.into();
    }
    fields.to_string()
}
