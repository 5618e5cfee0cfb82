//! One run of the program: how it ended, what it said, how long it took and how much memory.

use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What a run left.
#[derive(Clone, Debug)]
pub struct Run {
    /// The exit code; none if it was ended.
    pub code: Option<i32>,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
    /// How long it took.
    pub took: Duration,
    /// Bytes of memory that it had at most; 0 where the system does not tell.
    pub peak: u64,
}

/// The credentials that it is given, of which nothing may be told.
pub const KEY: &str = "ASIAI44QH8DHBEXAMPLE";
/// Their secret part.
pub const SECRET: &str = "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY";
/// Their session.
pub const TOKEN: &str = "FwoGZXIvYXdzEBYaDEXAMPLE/token+of/the==session";

/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// Runs the program against this endpoint, for so long at most.
///
/// # Errors
/// When it cannot be started.
pub fn run(program: &Path, url: &str, arguments: &str, at_most: Duration) -> io::Result<Run> {
    let began = Instant::now();
    let mut child = Command::new(program)
        .args(arguments.split_whitespace())
        .env_clear()
        .env("HOME", "/nonexistent")
        .env("AWS_CONFIG_FILE", "/nonexistent/aws")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/aws")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_ENDPOINT_URL", url)
        .env("AWS_ACCESS_KEY_ID", KEY)
        .env("AWS_SECRET_ACCESS_KEY", SECRET)
        .env("AWS_SESSION_TOKEN", TOKEN)
        .env("AWS_REGION", "eu-west-1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let (stdout, stderr) = (reader(child.stdout.take()), reader(child.stderr.take()));
    let mut peak = 0;
    let mut is_itself = false;
    let status = loop {
        is_itself = is_itself || runs(&child, program);
        if is_itself {
            peak = peak.max(memory(&child));
        }
        if let Some(status) = child.try_wait()? {
            break Some(status);
        }
        if began.elapsed() > at_most {
            child.kill()?;
            child.wait()?;
            break None;
        }
        std::thread::sleep(LOOK);
    };
    let took = began.elapsed();
    let code = status.and_then(|status| status.code());
    let text = |reader: JoinHandle<String>| reader.join().unwrap_or_default();
    Ok(Run { code, stdout: text(stdout), stderr: text(stderr), took, peak })
}

/// Reads to the end on a thread of its own.
fn reader(from: Option<impl Read + Send + 'static>) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut from) = from {
            // What has come by then counts.
            let _ = from.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Whether a process runs its program already. Until it does, its memory is that of this process.
fn runs(child: &Child, program: &Path) -> bool {
    let line = std::fs::read(format!("/proc/{}/cmdline", child.id())).unwrap_or_default();
    line.split(|byte| *byte == 0).next() == Some(program.as_os_str().as_encoded_bytes())
}

/// Bytes of memory that a process has had at most.
fn memory(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()));
    let status = status.unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = peak.and_then(|peak| peak.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() << 10
}
