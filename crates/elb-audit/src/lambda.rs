//! The audit as a Lambda function: an event in, a report for everybody it concerns, a short answer out.
//!
//! Options come from the environment as on the command line (`ELB_AUDIT_…`), a few from the event. What
//! the command line writes to standard error is logged as JSON with the id of the request.

use std::fmt;
use std::io::Write as _;
use std::time::Duration;

use elb_audit_core::alert::metrics::embedded;
use elb_audit_core::report::Exit;
use elb_audit_core::vocab::escape::neutral;
use jiff::Timestamp;
use lambda_runtime::Diagnostic;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::cli::{self, Scan, Task, environment};
use crate::commands::{self, PreparedScan, RunOutcome};
use crate::error::Error;
use crate::log::{self, say};
use crate::output::Outputs;
use crate::signals::Signals;

mod answer;
mod event;
mod step;

use event::{Event, Params};
use step::StepResult;

/// Why an event has no answer.
#[derive(Debug)]
pub struct Refusal {
    kind: &'static str,
    said: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said)
    }
}

impl From<Refusal> for Diagnostic {
    fn from(refusal: Refusal) -> Self {
        Diagnostic { error_type: refusal.kind.to_owned(), error_message: refusal.said }
    }
}

impl Refusal {
    fn new(kind: &'static str, said: impl Into<String>) -> Self {
        // Step Functions hands on no more than 256 KB.
        Refusal { kind, said: answer::cut(&neutral(&said.into())) }
    }
}

/// Reads an event alone.
#[cfg(fuzzing)]
pub(crate) fn understand(event: &Value) {
    if let Ok(Event::Scan(params)) = Event::parse(event) {
        let _ = params.arguments(&|_| None);
    }
}

/// Whether the environment holds options that can be used: better known before the first event.
pub fn check_options() -> Result<(), Refusal> {
    log::log_as_json("");
    if let Some(warning) = environment::warning(std::env::vars_os()) {
        say(format_args!("{warning}"));
    }
    let scan = parse_options(&Params::default())?;
    if let Some(warning) = scan.watch.open_address() {
        say(format_args!("{warning}"));
    }
    PreparedScan::new(&scan)
        .map(drop)
        .map_err(|error| Refusal::new("BadOptions", error.to_string()))
}

/// The answer to one event; `deadline` is in milliseconds since 1970.
///
/// # Errors
/// When the event cannot be understood, nothing could be assessed, or not everybody could be told: Lambda
/// counts it as an error, and an alarm can ring.
pub async fn answer(event: &Value, request: &str, deadline: u64) -> Result<Value, Refusal> {
    log::log_as_json(request);
    let answer = run_event(event, request, deadline).await;
    if let Err(refusal) = &answer {
        say(format_args!("error: {}", refusal.said));
    }
    answer
}

async fn run_event(event: &Value, request: &str, deadline: u64) -> Result<Value, Refusal> {
    let event = Event::parse(event).map_err(|error| Refusal::new("BadEvent", error.to_string()))?;
    let (params, step) = match event {
        Event::Scan(params) => (params, None),
        Event::Step(step) => (Params::default(), Some(step)),
    };
    let mut scan = parse_options(&params)?;
    let left = time_to_read(deadline, Timestamp::now());
    scan.source.timeout = scan.source.timeout.min(left);
    let (judged, files) = match step {
        None => {
            let judged =
                Box::pin(commands::run_scan(&scan, &Outputs::NONE, Signals::ignored, false)).await;
            let refusal = |error: Error| Refusal::new(error_kind(error.exit()), error.to_string());
            (Box::new(judged.map_err(refusal)?), Vec::new())
        }
        Some(step) => match Box::pin(step::run_step(step, &scan)).await? {
            StepResult::Answer(answer) => return Ok(answer),
            StepResult::Report(judged, files) => (judged, files),
        },
    };
    to_response(&judged, &scan, &files, request)
}

/// Logs what came of a run; the answer.
fn to_response(
    judged: &RunOutcome,
    scan: &Scan,
    files: &[String],
    request: &str,
) -> Result<Value, Refusal> {
    say(format_args!("{}", judged.closing_line()));
    let refusal = |exit, said: &str| Err(Refusal::new(error_kind(exit), answer::cut(said)));
    // Whatever else came of the run: an alert that was not delivered must not pass for one that was.
    if !judged.failures.is_empty() {
        let failures: Vec<String> = judged.failures.iter().map(ToString::to_string).collect();
        let said = format!("{}: {}", judged.why, failures.join("; "));
        return refusal(Exit::DeliveryFailed, &said);
    }
    if judged.exit == Exit::NothingAssessed {
        return refusal(judged.exit, &judged.why);
    }
    // A run that did not come to its end must not silence the alarm on silence.
    let label = &scan.watch.environment;
    let line = embedded(&judged.report, label, request, Timestamp::now());
    // Nobody listening is no reason to fail.
    let _ = writeln!(std::io::stdout().lock(), "{line}");
    Ok(answer::summarize(judged, scan, files))
}

/// The options that an event and the environment give.
fn parse_options(params: &Params) -> Result<Scan, Refusal> {
    let arguments = params.arguments(&|name| std::env::var(name).ok());
    let arguments = arguments.map_err(|error| Refusal::new("BadOptions", error.to_string()))?;
    let cli = cli::parse(arguments.into_iter().map(Into::into)).map_err(|error| {
        let said = error.to_string();
        let said = said.lines().next().unwrap_or_default();
        Refusal::new("BadOptions", said.trim_start_matches("error: "))
    })?;
    let Task::Scan(scan) = cli.task else {
        return Err(Refusal::new("BadOptions", "only a scan can be run here"));
    };
    Ok(*scan)
}

fn error_kind(exit: Exit) -> &'static str {
    match exit {
        Exit::NothingAssessed => "NothingAssessed",
        Exit::DeliveryFailed => "DeliveryFailed",
        Exit::Usage => "BadOptions",
        Exit::Clean | Exit::Findings | Exit::Incomplete => "Failed",
    }
}

/// How long may be read: until a sixth of the time that is left, a minute at most, is needed to judge and
/// to tell. A deadline that has passed says nothing: some emulators send one.
fn time_to_read(deadline: u64, now: Timestamp) -> Duration {
    let now = u64::try_from(now.as_millisecond()).unwrap_or_default();
    let left = Duration::from_millis(deadline.saturating_sub(now));
    if left.is_zero() {
        return Duration::MAX;
    }
    left.saturating_sub((left / 6).min(Duration::from_mins(1)))
}

/// Tells Lambda why the function cannot start, where there is somebody to tell.
pub async fn report_init_error(said: &str) {
    say(format_args!("error: {said}"));
    let Ok(address) = std::env::var("AWS_LAMBDA_RUNTIME_API") else { return };
    let body = serde_json::json!({"errorType": "BadOptions", "errorMessage": said}).to_string();
    let request = format!(
        "POST /2018-06-01/runtime/init/error HTTP/1.1\r\nHost: {address}\r\nContent-Type: \
         application/json\r\nLambda-Runtime-Function-Error-Type: Runtime.BadOptions\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    // The process ends with an error either way.
    if let Ok(mut api) = TcpStream::connect(&address).await
        && api.write_all(request.as_bytes()).await.is_ok()
    {
        // Its first words are enough: it has heard.
        let _ = api.read(&mut [0; 64]).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_stops_in_time_to_tell() {
        let now = Timestamp::from_second(1_000).unwrap();
        let after = |seconds: u64| time_to_read((1_000 + seconds) * 1_000, now).as_secs();
        assert_eq!([after(900), after(60), after(6)], [840, 50, 5]);
        assert_eq!(time_to_read(999_000, now), Duration::MAX);
    }
}
