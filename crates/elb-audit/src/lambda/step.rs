//! The steps of a scan in parts: list the parts, read each one, make one report of all of them.
//!
//! Whatever runs the steps only has to hand on where things lie. A part whose reader has failed leaves no
//! file: its region is unread, and the report says so.

use std::collections::{BTreeSet, HashMap};

use aws_types::SdkConfig;
use elb_audit_core::inventory::Inventory;
use elb_audit_core::report::Report;
use futures::StreamExt as _;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::Refusal;
use super::event::{ObjectLocation, Step, Task};
use crate::aws::role::account_of;
use crate::aws::s3::{self, Condition, S3Error};
use crate::aws::{Session, Stop, StopClock, Tuning};
use crate::cli::Scan;
use crate::collect::{self, Request, Shard};
use crate::commands::{PreparedScan, RunOutcome};
use crate::source::file::{self, InventoryError};

/// Objects read at the same time.
const READERS: usize = 40;
/// Bytes of one file of findings: Athena reads many files side by side.
const LARGEST: usize = 64 << 20;

/// What came of a step.
pub(super) enum StepResult {
    /// An answer.
    Answer(Value),
    /// A report, and where its findings lie line by line.
    Report(Box<RunOutcome>, Vec<String>),
}

/// Does a step.
pub(super) async fn run_step(step: Step, scan: &Scan) -> Result<StepResult, Refusal> {
    let prepared = PreparedScan::new(scan)
        .map_err(|failure| Refusal::new("BadOptions", failure.to_string()))?;
    let tuning = scan.source.tuning(scan.report.quiet);
    let clock = StopClock::start(&tuning, std::future::pending());
    let session = collect::open(&prepared.request, &tuning).await.map_err(refusal)?;
    let runner = StepRunner {
        step: &step,
        request: &prepared.request,
        session: &session,
        tuning: &tuning,
        stop: clock.signal(),
    };
    match &step.task {
        Task::List => runner.list().await.map(StepResult::Answer),
        Task::Scan(shard) => runner.scan(shard).await.map(StepResult::Answer),
        Task::Reduce { shards, results } => {
            let (inventory, shards) = runner.merge_parts(shards, results.as_ref()).await?;
            if prepared.acts_in_accounts() {
                collect::enter_accounts(
                    &session,
                    &prepared.request,
                    &tuning,
                    clock.signal(),
                    &shards,
                )
                .await
                .map_err(refusal)?;
            }
            let judging = Box::pin(prepared.run_with(inventory, &session, clock.left()));
            let judged = judging.await.map_err(refusal)?;
            let files = write_findings(&judged.report, session.config(), &step).await?;
            Ok(StepResult::Report(Box::new(judged), files))
        }
    }
}

fn refusal(error: impl std::fmt::Display) -> Refusal {
    Refusal::new("Failed", error.to_string())
}

/// A step under way.
struct StepRunner<'a> {
    step: &'a Step,
    request: &'a Request,
    session: &'a Session,
    tuning: &'a Tuning,
    stop: watch::Receiver<Stop>,
}

impl StepRunner<'_> {
    fn config(&self) -> &SdkConfig {
        self.session.config()
    }

    async fn list(&self) -> Result<Value, Refusal> {
        let shards =
            collect::list_shards(self.session, self.request, self.tuning, self.stop.clone())
                .await
                .map_err(refusal)?;
        let accounts: BTreeSet<&str> = shards.iter().map(|shard| &*shard.account).collect();
        let key = format!("{}/shards.json", self.step.prefix);
        let answer = json!({
            "bucket": self.step.bucket,
            "key": key,
            "accounts": accounts.len(),
            "shards": shards.len(),
        });
        let bytes = serde_json::to_vec(&shards).map_err(refusal)?;
        self.put(&key, bytes).await?;
        Ok(answer)
    }

    async fn scan(&self, shard: &Shard) -> Result<Value, Refusal> {
        let part = collect::collect_shard(
            self.session,
            self.request,
            self.tuning,
            self.stop.clone(),
            shard,
        );
        let part = part.await.map_err(refusal)?;
        let key = self.key(shard);
        let mut bytes = serde_json::to_vec(&part).map_err(refusal)?;
        bytes.push(b'\n');
        self.put(&key, bytes).await?;
        let regions = part.accounts.iter().flat_map(|account| &account.regions);
        let load_balancers: usize = regions.map(|region| region.load_balancers().count()).sum();
        let mut gaps = 0;
        part.visit_gaps(|_, gap| {
            gaps += usize::from(gap.reason != elb_audit_core::vocab::fact::Reason::NotCollected);
        });
        Ok(json!({
            "account": shard.account,
            "region": shard.region,
            "key": key,
            "load_balancers": load_balancers,
            "gaps": gaps,
        }))
    }

    /// Where the facts of a part lie.
    fn key(&self, shard: &Shard) -> String {
        let region = shard.region.as_deref().unwrap_or("unread");
        format!("{}/facts/{}/{region}.ndjson", self.step.prefix, shard.account)
    }

    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), Refusal> {
        let put = s3::put(self.config(), &self.step.bucket, key, bytes, Condition::None);
        put.await.map(drop).map_err(refusal)
    }

    /// The facts of all parts, and the parts.
    async fn merge_parts(
        &self,
        list: &str,
        results: Option<&ObjectLocation>,
    ) -> Result<(Inventory, Vec<Shard>), Refusal> {
        let bytes = s3::get(self.config(), &self.step.bucket, list).await.map_err(refusal)?;
        let (bytes, _) = bytes.ok_or_else(|| refusal(format!("{list}: there is no such list")))?;
        let shards: Vec<Shard> = serde_json::from_slice(&bytes)
            .map_err(|error| refusal(format!("{list} is no list of parts: {error}")))?;
        let causes = match results {
            Some(manifest) => causes(self.config(), manifest).await,
            None => HashMap::new(),
        };
        let parts = shards.iter().map(|shard| self.part(shard, &causes));
        let parts: Vec<Result<Inventory, Refusal>> =
            futures::stream::iter(parts).buffered(READERS).collect().await;
        let parts: Vec<Inventory> = parts.into_iter().collect::<Result<_, _>>()?;
        let whole = Inventory::merge(parts);
        let whole = whole.ok_or_else(|| refusal(format!("{list} lists no part")))?;
        Ok((whole, shards))
    }

    /// The facts of a part; of one that has failed, that they are unread and why.
    async fn part(
        &self,
        shard: &Shard,
        causes: &HashMap<(String, Option<String>), String>,
    ) -> Result<Inventory, Refusal> {
        let said = match self.facts(shard).await {
            Ok(Some(part)) => return Ok(part),
            Ok(None) => {
                let place = (shard.account.clone(), shard.region.clone());
                let cause = causes.get(&place).map_or("no facts were left", String::as_str);
                format!("the part failed: {cause}")
            }
            Err(error) => error.to_string(),
        };
        collect::missing_shard(shard, &said, whole_second()).map_err(refusal)
    }

    async fn facts(&self, shard: &Shard) -> Result<Option<Inventory>, FactsError> {
        let key = self.key(shard);
        let Some((bytes, _)) = s3::get(self.config(), &self.step.bucket, &key).await? else {
            return Ok(None);
        };
        let part = file::parse(&bytes);
        let part = part.map_err(|error| FactsError::Invalid(key.clone(), error))?;
        if !belongs_to(&part, shard) {
            return Err(FactsError::Foreign(key));
        }
        Ok(Some(part))
    }
}

/// Why the facts of a part cannot be used.
#[derive(Debug, thiserror::Error)]
enum FactsError {
    #[error(transparent)]
    S3(#[from] S3Error),
    #[error("{0}: {1}")]
    Invalid(String, InventoryError),
    #[error("{0}: these are the facts of another part")]
    Foreign(String),
}

/// Whether facts are those of this part and of nothing else. What is global knows what was left out.
fn belongs_to(part: &Inventory, shard: &Shard) -> bool {
    let wanted = shard.region.as_deref();
    part.accounts.iter().all(|account| {
        let mut regions = account.regions.iter();
        let read_as = account.caller.get().ok().and_then(|caller| account_of(caller));
        account.id == shard.account
            && read_as.is_none_or(|id| id == shard.account)
            && regions.all(|one| one.skipped.is_some() || Some(&*one.name) == wanted)
    })
}

fn whole_second() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

/// What Step Functions has written of a distributed map.
///
/// Source: Step Functions developer guide, `ResultWriter`.
#[derive(Deserialize)]
struct Manifest {
    #[serde(rename = "ResultFiles")]
    files: Files,
}

#[derive(Deserialize)]
struct Files {
    #[serde(rename = "FAILED", default)]
    failed: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    #[serde(rename = "Key")]
    key: String,
}

/// A part that has failed.
#[derive(Deserialize)]
struct Failed {
    #[serde(rename = "Input", default)]
    input: String,
    #[serde(rename = "Error", default)]
    error: Option<String>,
    #[serde(rename = "Cause", default)]
    cause: Option<String>,
}

/// Why parts have failed, by account and region. Where that cannot be read they have failed all the same.
async fn causes(
    config: &SdkConfig,
    manifest: &ObjectLocation,
) -> HashMap<(String, Option<String>), String> {
    let mut causes = HashMap::new();
    let read = async |key: &str| s3::get(config, &manifest.bucket, key).await.ok().flatten();
    let Some((bytes, _)) = read(&manifest.key).await else { return causes };
    let Ok(manifest) = serde_json::from_slice::<Manifest>(&bytes) else { return causes };
    for file in manifest.files.failed {
        let Some((bytes, _)) = read(&file.key).await else { continue };
        let failed: Vec<Failed> = serde_json::from_slice(&bytes).unwrap_or_default();
        for one in failed {
            let input: Value = serde_json::from_str(&one.input).unwrap_or_default();
            let text = |name: &str| {
                let value = input.pointer(name).and_then(Value::as_str);
                value.map(str::to_owned)
            };
            if let Some(account) = text("/shard/account") {
                let said = [one.error, one.cause.map(|cause| message(&cause))];
                let said: Vec<String> = said.into_iter().flatten().collect();
                causes.insert((account, text("/shard/region")), said.join(": "));
            }
        }
    }
    causes
}

/// The message of an error of a function, which Step Functions hands on as JSON.
fn message(cause: &str) -> String {
    let error: Value = serde_json::from_str(cause).unwrap_or_default();
    let said = error.get("errorMessage").and_then(Value::as_str).unwrap_or(cause);
    super::answer::cut(said)
}

/// A finding with what its account is called, as a line.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    finding: &'a elb_audit_core::report::Finding,
    ou: Option<&'a str>,
}

/// Writes the findings line by line, by the day of the scan; their keys.
async fn write_findings(
    report: &Report,
    config: &SdkConfig,
    step: &Step,
) -> Result<Vec<String>, Refusal> {
    let units: HashMap<&str, &str> = report
        .accounts
        .iter()
        .filter_map(|account| Some((&*account.id, account.organizational_unit.as_deref()?)))
        .collect();
    let day = report.taken_at.to_zoned(TimeZone::UTC).date();
    let run = step.prefix.rsplit('/').next().unwrap_or("run");
    let (mut keys, mut bytes) = (Vec::new(), Vec::new());
    let mut findings = report.findings.iter().peekable();
    while let Some(finding) = findings.next() {
        let ou = units.get(&*finding.account).copied();
        serde_json::to_writer(&mut bytes, &Line { finding, ou }).map_err(refusal)?;
        bytes.push(b'\n');
        if bytes.len() >= LARGEST || findings.peek().is_none() {
            let key = format!("findings/date={day}/{run}-{}.ndjson", keys.len());
            let file = std::mem::take(&mut bytes);
            let put = s3::put(config, &step.bucket, &key, file, Condition::None).await;
            put.map_err(refusal)?;
            keys.push(format!("s3://{}/{key}", step.bucket));
        }
    }
    Ok(keys)
}
