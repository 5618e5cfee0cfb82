//! The reader without the program around it, so that a test can make every wait short and see it.
//!
//! It takes credentials and endpoint from the environment, which a test cannot change for itself: so it
//! runs in this test binary, started anew with one test alone.

use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, Sleep, TokioSleep};
use elb_audit::aws::{AccessError, Profiles, Session, StopClock, Tuning};
use elb_audit::collect::{self, Regions};
use elb_audit_core::inventory::Inventory;
use elb_audit_fake_aws::FakeAws;
use serde::{Deserialize, Serialize};

use crate::fields::worker::MARK;
use crate::program::Folder;

/// How to read.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Settings {
    pub(crate) attempts: u32,
    /// Seconds for an attempt, as the program counts them.
    pub(crate) attempt: f64,
    /// Seconds for all.
    pub(crate) deadline: f64,
    pub(crate) max_rps: Option<f64>,
    pub(crate) one_at_a_time: bool,
    /// Every account of the organization instead of the caller's own.
    pub(crate) organization: bool,
    /// In parts, which are put together.
    pub(crate) in_parts: bool,
    /// How many of the program's seconds fit in a real one.
    pub(crate) faster: f64,
    /// Variables beside those that lead to the fake AWS; an empty one is not set.
    pub(crate) environment: Vec<(String, String)>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            attempts: 3,
            attempt: 15.0,
            deadline: 900.0,
            max_rps: None,
            one_at_a_time: false,
            organization: false,
            in_parts: false,
            faster: 10.0,
            environment: Vec::new(),
        }
    }
}

/// What came of it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Outcome {
    pub(crate) inventory: Inventory,
    /// How far it was, as often as that was told: regions done and known, calls done and known.
    pub(crate) told: Vec<[u64; 4]>,
    /// Every wait that was asked for, in the program's seconds.
    pub(crate) waits: Vec<f64>,
    /// What went to standard error.
    #[serde(skip)]
    pub(crate) said: String,
}

/// So fast that waits of two seconds and less are over at once; time-outs are then far away.
pub(crate) const AT_ONCE: f64 = 1e9;
const SETTINGS: &str = "ELB_AUDIT_TEST_SETTINGS";
const OUTCOME: &str = "ELB_AUDIT_TEST_OUTCOME";

/// Reads everything at a fake AWS.
pub(crate) fn collect(fake: &FakeAws, settings: &Settings) -> Outcome {
    try_to_collect(fake, settings).unwrap_or_else(|error| panic!("{error}"))
}

/// The same where it may be that nothing can be read.
pub(crate) fn try_to_collect(fake: &FakeAws, settings: &Settings) -> Result<Outcome, String> {
    let folder = Folder::new();
    let file = folder.path("outcome.json");
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "inside::in_another_process", "--ignored", "--nocapture"]);
    let output = environment(&mut command, fake, settings).env(OUTCOME, &file).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let outcome: Result<Outcome, String> =
        serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    outcome.map(|outcome| Outcome { said, ..outcome })
}

/// What a reader takes from its environment.
pub(crate) fn environment<'a>(
    command: &'a mut Command,
    fake: &FakeAws,
    settings: &Settings,
) -> &'a mut Command {
    command
        .env_clear()
        .env("HOME", "/nonexistent")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_ENDPOINT_URL", fake.url())
        .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "not-a-secret")
        .env("AWS_REGION", "eu-west-1")
        .env(SETTINGS, serde_json::to_string(settings).unwrap());
    for (name, value) in &settings.environment {
        if value.is_empty() {
            command.env_remove(name)
        } else {
            command.env(name, value)
        };
    }
    command
}

/// A clock whose seconds are short ones, and which notes what was asked of it.
#[derive(Clone, Debug)]
struct Fast {
    faster: f64,
    waits: Arc<Mutex<Vec<f64>>>,
}

impl AsyncSleep for Fast {
    fn sleep(&self, duration: Duration) -> Sleep {
        self.waits.lock().unwrap().push(duration.as_secs_f64());
        if self.faster >= AT_ONCE {
            let is_short = duration <= Duration::from_secs(2);
            return if is_short {
                Sleep::new(std::future::ready(()))
            } else {
                TokioSleep::new().sleep(duration * 10)
            };
        }
        TokioSleep::new().sleep(duration.div_f64(self.faster))
    }
}

#[test]
#[ignore = "the tests that need it start it, with settings"]
fn in_another_process() {
    let (Ok(settings), Ok(file)) = (std::env::var(SETTINGS), std::env::var(OUTCOME)) else {
        return;
    };
    let settings: Settings = serde_json::from_str(&settings).unwrap();
    let fast = Fast { faster: settings.faster, waits: Arc::default() };
    let waits = Arc::clone(&fast.waits);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let told = Mutex::new(Vec::new());
    let read = runtime.block_on(read(&settings, fast, &told));
    let waits = waits.lock().unwrap().clone();
    let told = told.into_inner().unwrap();
    let outcome = read.map(|inventory| Outcome { inventory, waits, told, said: String::new() });
    let outcome = outcome.map_err(|error| error.to_string());
    std::fs::write(file, serde_json::to_vec(&outcome).unwrap()).unwrap();
}

#[test]
#[ignore = "the tests that need it start it, and tell it when"]
#[expect(clippy::print_stdout, reason = "answers who started it")]
fn as_often_as_told() {
    let Ok(settings) = std::env::var(SETTINGS) else { return };
    let settings: Settings = serde_json::from_str(&settings).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    for _ in std::io::stdin().lines() {
        let fast = Fast { faster: settings.faster, waits: Arc::default() };
        let read = runtime.block_on(read(&settings, fast, &Mutex::default()));
        let read = read.map_err(|error| error.to_string());
        println!("{MARK}{}", serde_json::to_string(&read).unwrap());
    }
}

async fn read(
    settings: &Settings,
    fast: Fast,
    told: &Mutex<Vec<[u64; 4]>>,
) -> Result<Inventory, AccessError> {
    let tuning = Tuning {
        attempts: settings.attempts,
        attempt: Duration::from_secs_f64(settings.attempt),
        deadline: Duration::from_secs_f64(settings.deadline),
        sleep: SharedAsyncSleep::new(fast),
        quiet: std::env::var_os("ELB_AUDIT_QUIET").is_some(),
        ..Tuning::default()
    };
    let request = collect::Request {
        profiles: Profiles::default(),
        accounts: collect::AccountSelection {
            organization: settings.organization.then(collect::Organization::default),
            ..collect::AccountSelection::default()
        },
        regions: Regions::default(),
        plan: collect::CollectionPlan::everything(),
        acts: Vec::new(),
        focus: None,
        max_workers: 40,
        max_rps: settings.max_rps,
        one_at_a_time: settings.one_at_a_time,
        verbose: false,
    };
    let clock = StopClock::start(&tuning, std::future::pending());
    let session = collect::open(&request, &tuning).await?;
    if settings.in_parts {
        return Ok(in_parts(&session, &request, &tuning, &clock).await);
    }
    let tell = |how_far: collect::Progress| {
        let regions = [how_far.regions_done, how_far.regions].map(|n| u64::try_from(n).unwrap());
        let all = [regions[0], regions[1], how_far.calls_done, how_far.calls];
        told.lock().unwrap().push(all);
    };
    collect::collect(&session, &request, &tuning, clock.signal(), &tell).await
}

/// Reads part by part, each as if it came over the wire to another process.
async fn in_parts(
    session: &Session,
    request: &collect::Request,
    tuning: &Tuning,
    clock: &StopClock,
) -> Inventory {
    let shards = collect::list_shards(session, request, tuning, clock.signal()).await.unwrap();
    let mut parts = Vec::new();
    for shard in shards {
        let text = serde_json::to_string(&shard).unwrap();
        let shard = serde_json::from_str(&text).unwrap();
        let part = collect::collect_shard(session, request, tuning, clock.signal(), &shard);
        let part = part.await.unwrap();
        let text = serde_json::to_string(&part).unwrap();
        assert_eq!(text.lines().count(), 1);
        parts.push(serde_json::from_str(&text).unwrap());
    }
    Inventory::merge(parts).unwrap()
}
