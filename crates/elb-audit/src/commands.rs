//! The whole pipeline: a source gives an inventory, the audit a report, a format bytes, and the report
//! the exit code.

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::call::Call;
use elb_audit_core::check::{Check, Severity};
use elb_audit_core::config::FailOn;
use elb_audit_core::fact::Reason;
use elb_audit_core::inventory::Inventory;
use elb_audit_core::policy::Policy;
use elb_audit_core::report::{Exit, Gate, Report};
use elb_audit_core::selection::find;
use elb_audit_core::{change, checks, demo, docs, format};
use jiff::Timestamp;
use tokio::sync::watch;

use crate::aws::{AccessError, Session as AwsSession, Stop, Tuning};
use crate::cli::{Cli, Diff, Reading, Reporting, Scan, Task};
use crate::collect::{Request, Wanted};
use crate::config::{self, Terms};
use crate::log::say;
use crate::notify::Session;
use crate::source::file;
use crate::state::Place;
use crate::watch::{Before, Watch};

mod accept;
mod output;
mod progress;

use progress::Progress;

/// Why a run ended before it had a report.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    pub(crate) exit: Exit,
    message: String,
}

fn usage(message: impl Into<String>) -> Failure {
    Failure { exit: Exit::Usage, message: message.into() }
}

impl From<AccessError> for Failure {
    fn from(error: AccessError) -> Self {
        let exit = match error {
            AccessError::Usage(_) => Exit::Usage,
            AccessError::Unreachable(_) => Exit::NothingAssessed,
        };
        Failure { exit, message: error.to_string() }
    }
}

/// Does what the command line says; the exit code.
pub async fn run(cli: Cli) -> Exit {
    let done = match cli.task {
        Task::Scan(scan) => self::scan(&scan).await,
        Task::Demo(report) => demo(&report).await,
        Task::Collect(collect) => self::collect(&collect).await,
        Task::Check(task) => check(&task.file, task.now, &task.report).await,
        Task::Diff(task) => diff(&task).await,
        Task::Checks(task) => list(&task),
        Task::Explain(task) => explain(&task.check),
        Task::Permissions(task) => permissions(&task),
        Task::Accept(task) => accept(&task),
    };
    done.unwrap_or_else(|failure| {
        say(format_args!("error: {}", failure.message));
        failure.exit
    })
}

async fn scan(task: &Scan) -> Result<Exit, Failure> {
    let shown = !task.report.quiet && !task.source.verbose;
    let destinations =
        output::destinations(&task.report.format, &task.report.output).map_err(usage)?;
    let judged = scanned(task, &destinations, shown).await?;
    Ok(judged.told(&task.report))
}

/// Reads and judges an account as the command line says, writes the report to these destinations, tells
/// whom it concerns, and keeps it.
pub(crate) async fn scanned(
    task: &Scan,
    destinations: &[output::Destination],
    shown: bool,
) -> Result<Judged, Failure> {
    let judging = Judging::new(task)?;
    let progress = Progress::new(shown, &judging.terms.checks, &judging.terms.policy);
    let (request, tuning) = (&judging.request, task.source.tuning());
    let session = crate::collect::open(request, &tuning).await?;
    let before = judging.watch.before(Some(session.config())).await.map_err(usage)?;
    let (inventory, stopped) = read(&session, request, (&tuning, &progress)).await?;
    let now = inventory.taken_at;
    let Judging { terms, watch, .. } = judging;
    let run = Run { inventory, now, terms, stopped, watch, before };
    Ok(run.judge(destinations, Some(&acting(&session))).await)
}

/// What the command line of a scan says: what to read, what to judge by, and whom to tell.
pub(crate) struct Judging {
    pub(crate) request: Request,
    terms: Terms,
    watch: Watch,
}

impl Judging {
    /// What the options say, as far as that is known without AWS.
    pub(crate) fn new(task: &Scan) -> Result<Self, Failure> {
        let terms = Terms::new(&task.report).map_err(usage)?;
        let watch = Watch::new(&task.watch, &task.report).map_err(usage)?;
        let request = request(&task.source, Wanted::by(&terms.checks))?;
        Ok(Judging { request, terms, watch })
    }

    /// Whether whom it tells is in the accounts themselves.
    pub(crate) fn acts_in_accounts(&self) -> bool {
        self.watch.acts_in_accounts()
    }

    /// Judges what others have read, tells whom it concerns, and keeps the report.
    pub(crate) async fn judged(
        self,
        inventory: Inventory,
        session: &AwsSession,
    ) -> Result<Judged, Failure> {
        let Judging { terms, watch, .. } = self;
        let before = watch.before(Some(session.config())).await.map_err(usage)?;
        let now = inventory.taken_at;
        let run = Run { inventory, now, terms, stopped: Stop::No, watch, before };
        Ok(run.judge(&[], Some(&acting(session))).await)
    }
}

/// What tells others acts as the scan does.
fn acting(session: &AwsSession) -> Session {
    Session { base: session.config().clone(), accounts: session.entered() }
}

async fn demo(report: &Reporting) -> Result<Exit, Failure> {
    let inventory = demo::inventory();
    let now = inventory.taken_at;
    saved(inventory, now, report).await
}

async fn check(
    path: &std::path::Path,
    now: Option<Timestamp>,
    report: &Reporting,
) -> Result<Exit, Failure> {
    let inventory = file::read(path).map_err(|error| usage(error.to_string()))?;
    let now = now.unwrap_or(inventory.taken_at);
    saved(inventory, now, report).await
}

async fn saved(inventory: Inventory, now: Timestamp, report: &Reporting) -> Result<Exit, Failure> {
    let terms = Terms::new(report).map_err(usage)?;
    let destinations = output::destinations(&report.format, &report.output).map_err(usage)?;
    let watch = Watch::of_saved(report).map_err(usage)?;
    let session = if watch.is_remote() { Some(open(None).await?) } else { None };
    let before = watch.before(session.as_ref().map(AwsSession::config)).await.map_err(usage)?;
    let run = Run { inventory, now, terms, stopped: Stop::No, watch, before };
    Ok(run.judge(&destinations, None).await.told(report))
}

/// Says what has changed from one report to another.
async fn diff(task: &Diff) -> Result<Exit, Failure> {
    let places = [&task.before, &task.after].map(|text| Place::parse(text));
    let [before, after] = places;
    let (before, after) = (before.map_err(usage)?, after.map_err(usage)?);
    let remote = before.is_remote() || after.is_remote();
    let session = if remote { Some(open(task.profile.as_deref()).await?) } else { None };
    let config = session.as_ref().map(AwsSession::config);
    let before = before.needed(config).await.map_err(usage)?;
    let mut after = after.needed(config).await.map_err(usage)?;
    if before.taken_at > after.taken_at {
        say(format_args!("note: the first report is the later one"));
    }
    change::compare(&before, &mut after);
    let lost = after.comparison.as_ref().is_some_and(|comparison| {
        !comparison.not_assessed.is_empty() || !comparison.lost.is_empty()
    });
    let news = after.news();
    printed(&format::difference(after, &task.format, output::style()))?;
    let floor = match task.fail_on {
        FailOn::From(severity) => Some(severity),
        FailOn::Never => None,
    };
    let worse = Severity::WORST_FIRST
        .into_iter()
        .any(|severity| floor.is_some_and(|floor| severity >= floor) && news.of(severity) > 0);
    Ok(match (task.strict && lost, worse) {
        (true, _) => Exit::Incomplete,
        (_, true) => Exit::Findings,
        _ => Exit::Clean,
    })
}

/// Facts, what to judge them by, and what to compare the judgement with.
struct Run {
    inventory: Inventory,
    now: Timestamp,
    terms: Terms,
    stopped: Stop,
    watch: Watch,
    before: Before,
}

impl Run {
    /// Judges, writes the report, and tells whom it concerns.
    async fn judge(
        self,
        destinations: &[output::Destination],
        session: Option<&Session>,
    ) -> Judged {
        let Run { inventory, now, terms, stopped, watch, before } = self;
        let (checks, gate) = (terms.checks.clone(), terms.gate);
        let mut report = audit(&inventory, &checks, &terms.options(now));
        let cut = cut_short(&inventory, stopped);
        // The report of a very large account needs the room.
        drop(inventory);
        Watch::compare(&before, &mut report);
        let mut failures = output::deliver(&report, destinations);
        let (mut exit, mut why) = report.exit(gate);
        failures.extend(watch.tell(before, &mut report, session).await);
        if let Some((cut, said)) = cut
            && exit != Exit::NothingAssessed
        {
            (exit, why) = (cut, said.to_owned());
        }
        if !failures.is_empty() && matches!(exit, Exit::Clean | Exit::Findings) {
            (exit, why) = (Exit::DeliveryFailed, format!("not everything was delivered; {why}"));
        }
        Judged { report, exit, why, failures }
    }
}

/// What came of a run.
pub(crate) struct Judged {
    pub(crate) report: Report,
    pub(crate) exit: Exit,
    /// Why the exit code is what it is, in one line.
    pub(crate) why: String,
    /// What could not be delivered, in words.
    pub(crate) failures: Vec<String>,
}

impl Judged {
    /// Says what went wrong, and why the exit code is what it is.
    fn told(&self, how: &Reporting) -> Exit {
        for failure in &self.failures {
            say(format_args!("error: {failure}"));
        }
        if !how.quiet {
            say(format_args!("exit {}: {}", self.exit.code(), self.why));
        }
        self.exit
    }
}

/// The exit code of a scan that did not come to its end, and why it did not.
fn cut_short(inventory: &Inventory, stopped: Stop) -> Option<(Exit, &'static str)> {
    // A role that could not be taken on again is the account's own trouble, and a gap there.
    let mut expired = false;
    for account in &inventory.accounts {
        let own = account.role.is_none();
        account.visit_gaps(&mut |gap| {
            let asked = own || gap.call == Call::StsAssumeRole;
            expired |= asked && gap.reason == Reason::NoCredentials;
        });
    }
    if expired {
        let said = "the credentials expired during the scan: sign in again";
        return Some((Exit::NothingAssessed, said));
    }
    match stopped {
        Stop::No => None,
        Stop::Deadline => Some((Exit::Incomplete, "the scan ran out of time (--timeout)")),
        Stop::Interrupted => Some((Exit::Incomplete, "the scan was interrupted")),
    }
}

async fn collect(task: &crate::cli::Collect) -> Result<Exit, Failure> {
    if task.output != std::path::Path::new("-") {
        let name = task.output.display();
        output::writable(&task.output)
            .map_err(|error| usage(format!("cannot write {name}: {error}")))?;
    }
    let shown = !task.quiet && !task.source.verbose;
    let progress = Progress::new(shown, checks::ALL, &Policy::default());
    let wanted = config::wanted(&task.checks).map_err(usage)?;
    let (request, tuning) = (request(&task.source, wanted)?, task.source.tuning());
    let session = crate::collect::open(&request, &tuning).await?;
    let (inventory, stopped) = read(&session, &request, (&tuning, &progress)).await?;
    if let Err(error) = file::write(&task.output, &inventory) {
        return Err(Failure { exit: Exit::DeliveryFailed, message: error.to_string() });
    }
    let report = audit(&inventory, &[], &Options::at(inventory.taken_at));
    let (exit, why) = report.exit(Gate { fail_on: None, strict: false, only_new: false });
    if exit == Exit::NothingAssessed {
        return Err(Failure { exit, message: why });
    }
    if let Some((exit, said)) = cut_short(&inventory, stopped) {
        return Err(Failure { exit, message: format!("{said}; what had been read is saved") });
    }
    if !task.quiet {
        let (balancers, gaps) = (report.summary.load_balancers, report.gaps.len());
        say(format_args!("saved {balancers} load balancers; gaps: {gaps}"));
    }
    Ok(Exit::Clean)
}

/// Reads what is asked for until it is read, the time is up or the user has had enough.
async fn read(
    session: &AwsSession,
    request: &Request,
    (tuning, progress): (&Tuning, &Progress),
) -> Result<(Inventory, Stop), Failure> {
    let (stop, stopped) = watch::channel(Stop::No);
    let (deadline, clock) = (tuning.deadline, tuning.sleep.clone());
    let watcher = tokio::spawn(async move {
        use aws_smithy_async::rt::sleep::AsyncSleep as _;
        tokio::select! {
            () = clock.sleep(deadline) => { stop.send_replace(Stop::Deadline); }
            signal = tokio::signal::ctrl_c() => if signal.is_ok() {
                say(format_args!("stopping: what has been read is reported; once more to quit at once"));
                stop.send_replace(Stop::Interrupted);
            }
        }
        quit_at_ctrl_c().await;
    });
    let done = |region: &_, counts| progress.done(region, counts);
    let how = (tuning, stopped.clone());
    let inventory = Box::pin(crate::collect::collect(session, request, how, &done)).await;
    watcher.abort();
    // From here on nothing is learned any more: the first Ctrl-C ends the program.
    tokio::spawn(quit_at_ctrl_c());
    let stopped = *stopped.borrow();
    Ok((inventory?, stopped))
}

/// What to read, and how.
fn request(source: &Reading, wanted: Wanted) -> Result<Request, Failure> {
    let accounts = source.accounts.wanted().map_err(usage)?;
    Ok(Request {
        profile: source.profile.clone(),
        regions: source.regions(),
        accounts,
        wanted,
        max_workers: source.max_workers,
        max_rps: source.max_rps,
        one_at_a_time: source.no_parallel,
        verbose: source.verbose,
    })
}

/// Finds credentials for whatever is not a scan.
async fn open(profile: Option<&str>) -> Result<AwsSession, AccessError> {
    AwsSession::open(profile, None, &Tuning::default()).await
}

/// Ends the program at the next Ctrl-C.
async fn quit_at_ctrl_c() {
    if tokio::signal::ctrl_c().await.is_ok() {
        std::process::exit(i32::from(Exit::Incomplete.code()));
    }
}

fn list(task: &crate::cli::Checks) -> Result<Exit, Failure> {
    let heard = |check: &&Check| task.persona.is_none_or(|persona| check.persona <= persona);
    let checks: Vec<&Check> = checks::ALL.iter().copied().filter(heard).collect();
    let text = if task.format == "json" {
        docs::checks_json(&checks)
    } else {
        docs::checks_text(&checks, output::style())
    };
    printed(&text)
}

fn explain(name: &str) -> Result<Exit, Failure> {
    printed(&docs::explain(find(name).map_err(usage)?, output::style()))
}

fn permissions(task: &crate::cli::Permissions) -> Result<Exit, Failure> {
    let checks = config::selected(&task.checks, &task.config).map_err(usage)?;
    printed(&docs::permissions(&docs::calls(&checks), task.purpose))
}

fn accept(task: &crate::cli::Accept) -> Result<Exit, Failure> {
    let written = accept::accept(task, Timestamp::now()).map_err(usage)?;
    printed(&written)
}

fn printed(text: &str) -> Result<Exit, Failure> {
    output::print(text).map(|()| Exit::Clean).map_err(|error| Failure {
        exit: Exit::DeliveryFailed,
        message: format!("cannot write to standard output: {error}"),
    })
}
