//! The command line: what can be asked for, and how it is spelt.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::FalseyValueParser;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, CommandFactory, FromArgMatches, Parser};
use clap::{Subcommand, ValueEnum};
use elb_audit_core::check::Severity;
use jiff::Timestamp;

use crate::source::aws::{Regions, Tuning};

/// What `--help` says of the environment.
const ENVIRONMENT: &str = "Every option can be set in the environment: --fail-on is ELB_AUDIT_FAIL_ON, \
    and so on; lists are separated by commas. What is on the command line wins.";

/// Finds every security fault on every AWS load balancer, with the evidence.
#[derive(Debug, Parser)]
#[command(name = "elb-audit", version, after_help = ENVIRONMENT, propagate_version = true, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub task: Task,
}

/// What elb-audit can do.
#[derive(Debug, Subcommand)]
pub enum Task {
    /// Read an account and report what is wrong with its load balancers
    Scan(Scan),
    /// Audit a sample account that ships inside the program: no AWS, no network
    Demo(Reporting),
    /// Read an account and save what was read, to be judged later by `check`
    Collect(Collect),
    /// Judge a saved inventory, without AWS
    Check(CheckFile),
    /// List the checks
    Checks(Checks),
    /// Explain one check: why, when exactly, how to mend it, with examples
    Explain(Explain),
    /// Print the IAM policy that a scan needs
    Permissions(Permissions),
}

/// `elb-audit scan`.
#[derive(Debug, Args)]
pub struct Scan {
    /// How to read.
    #[command(flatten)]
    pub source: Reading,
    /// How to report.
    #[command(flatten)]
    pub report: Reporting,
}

/// `elb-audit collect`.
#[derive(Debug, Args)]
pub struct Collect {
    /// How to read.
    #[command(flatten)]
    pub source: Reading,
    /// Where to save the inventory; `-` is standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Say less: errors alone
    #[arg(short, long)]
    pub quiet: bool,
}

/// `elb-audit check`.
#[derive(Debug, Args)]
pub struct CheckFile {
    /// The saved inventory; `-` is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Judge certificates at this time instead of when the inventory was taken
    #[arg(long, value_name = "TIME")]
    pub now: Option<Timestamp>,
    /// How to report.
    #[command(flatten)]
    pub report: Reporting,
}

/// `elb-audit checks`.
#[derive(Debug, Args)]
pub struct Checks {
    /// How to print the list
    #[arg(long, default_value = "text", value_parser = ["text", "json"])]
    pub format: String,
}

/// `elb-audit explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// Id of the check, or one of its aliases
    #[arg(value_name = "CHECK")]
    pub check: String,
}

/// `elb-audit permissions`.
#[derive(Debug, Args)]
pub struct Permissions {
    /// Which checks.
    #[command(flatten)]
    pub checks: Selection,
}

/// How an account is read.
#[derive(Debug, Args)]
#[command(next_help_heading = "Reading AWS")]
pub struct Reading {
    /// Read these regions alone
    #[arg(long, value_name = "REGION", value_delimiter = ',')]
    pub region: Vec<String>,
    /// Read every region that the account has enabled; this is what happens anyway
    #[arg(long)]
    pub all_regions: bool,
    /// Leave these regions out
    #[arg(long, value_name = "REGION", value_delimiter = ',')]
    pub exclude_region: Vec<String>,
    /// Profile of the AWS configuration; otherwise the standard chain decides
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Regions read at the same time
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = at_least_one)]
    pub max_workers: usize,
    /// One call at a time, for debugging
    #[arg(long)]
    pub no_parallel: bool,
    /// Requests a second, for the whole scan
    #[arg(long, value_name = "N", value_parser = positive)]
    pub max_rps: Option<f64>,
    /// Seconds for the whole scan; what is unread by then is reported as unread
    #[arg(long, value_name = "SECONDS", default_value = "900", value_parser = seconds)]
    pub timeout: Duration,
    /// Seconds for one attempt of one call
    #[arg(long, value_name = "SECONDS", default_value = "15", value_parser = seconds)]
    pub call_timeout: Duration,
    /// Retries of a call that AWS throttles or fails
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u32).range(..=100))]
    pub retries: u32,
    /// Say every call on standard error
    #[arg(short, long)]
    pub verbose: bool,
}

impl Reading {
    /// The regions that are wanted.
    #[must_use]
    pub fn regions(&self) -> Regions {
        Regions { only: self.region.clone(), except: self.exclude_region.clone() }
    }

    /// How long to wait, and how often to try.
    #[must_use]
    pub fn tuning(&self) -> Tuning {
        Tuning {
            attempts: self.retries.saturating_add(1),
            attempt: self.call_timeout,
            deadline: self.timeout,
            ..Tuning::default()
        }
    }
}

/// How a report is made and written.
#[derive(Debug, Args)]
#[command(next_help_heading = "Reporting")]
pub struct Reporting {
    /// Which checks.
    #[command(flatten)]
    pub checks: Selection,
    /// Format of standard output
    #[arg(long, default_value = "text", value_parser = ["text", "json"])]
    pub format: String,
    /// Also write the report to a file, in this format or the one of --format
    #[arg(long, value_name = "[FORMAT=]FILE")]
    pub output: Vec<String>,
    /// Exit with 1 if there is a fault of this severity or worse
    #[arg(long, value_enum, default_value_t = FailOn::High)]
    pub fail_on: FailOn,
    /// Exit with 4 if anything is unknown or unread
    #[arg(long)]
    pub strict: bool,
    /// Report what is right too
    #[arg(long)]
    pub show_passed: bool,
    /// Say less: no progress and no closing line on standard error
    #[arg(short, long)]
    pub quiet: bool,
}

/// Which checks are run.
#[derive(Debug, Args)]
pub struct Selection {
    /// Run these checks alone
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub check: Vec<String>,
    /// Leave these checks out
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub skip_check: Vec<String>,
}

/// What fails a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Critical faults.
    Critical,
    /// High ones and worse.
    High,
    /// Medium ones and worse.
    Medium,
    /// Every fault.
    Low,
    /// Nothing.
    Never,
}

impl FailOn {
    /// The lowest severity that counts.
    #[must_use]
    pub fn floor(self) -> Option<Severity> {
        match self {
            FailOn::Critical => Some(Severity::Critical),
            FailOn::High => Some(Severity::High),
            FailOn::Medium => Some(Severity::Medium),
            FailOn::Low => Some(Severity::Low),
            FailOn::Never => None,
        }
    }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|n| *n > 0)
        .ok_or_else(|| "a whole number above 0 is needed".to_owned())
}

fn positive(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|n: &f64| (0.01..=1e9).contains(n));
    number.ok_or_else(|| "a number from 0.01 to 1,000,000,000 is needed".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = positive(text)?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

/// The command, every option of it mirrored in the environment.
#[must_use]
pub fn command() -> Command {
    mirrored(Cli::command())
}

fn mirrored(command: Command) -> Command {
    let collects = command.get_name() == "collect";
    let command = command.mut_args(|arg| {
        let Some(long) = arg.get_long().filter(|long| !matches!(*long, "help" | "version")) else {
            return arg;
        };
        let name = format!("ELB_AUDIT_{}", long.to_uppercase().replace('-', "_"));
        // One that is set to nothing is not set; and what `scan` writes is not what `collect` saves.
        let empty = std::env::var_os(&name).is_some_and(|value| value.is_empty());
        if empty || (collects && long == "output") {
            return arg;
        }
        let arg = arg.env(OsString::from(name)).hide_env(true);
        if matches!(arg.get_action(), ArgAction::SetTrue) {
            arg.value_parser(FalseyValueParser::new())
        } else {
            arg
        }
    });
    let names: Vec<String> =
        command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    names.into_iter().fold(command, |command, name| command.mut_subcommand(name, mirrored))
}

/// Reads the command line.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let mut command = command();
    let matches = command.try_get_matches_from_mut(arguments)?;
    let mut cli = Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
    if let Some((_, given)) = matches.subcommand() {
        settle(&mut cli, given).map_err(|error| error.format(&mut command))?;
    }
    Ok(cli)
}

/// Where two options exclude each other, the command line wins over the environment; two on the command
/// line are a mistake.
fn settle(cli: &mut Cli, given: &ArgMatches) -> Result<(), clap::Error> {
    let reading = match &mut cli.task {
        Task::Scan(scan) => &mut scan.source,
        Task::Collect(collect) => &mut collect.source,
        _ => return Ok(()),
    };
    if reading.all_regions && !reading.region.is_empty() {
        let typed = |name| given.value_source(name) == Some(ValueSource::CommandLine);
        match (typed("all_regions"), typed("region")) {
            (true, true) => {
                return Err(clap::Error::raw(
                    clap::error::ErrorKind::ArgumentConflict,
                    "--region and --all-regions exclude each other: give one of them\n",
                ));
            }
            (_, true) => reading.all_regions = false,
            _ => reading.region.clear(),
        }
    }
    Ok(())
}

/// Every option with its variable, for the documentation and its test.
#[must_use]
pub fn variables() -> Vec<(String, String)> {
    let command = command();
    let all = command.get_subcommands().flat_map(Command::get_arguments);
    let mut pairs: Vec<(String, String)> = all
        .filter_map(|arg: &Arg| Some((arg.get_long()?.to_owned(), arg.get_env()?)))
        .map(|(long, variable)| (format!("--{long}"), variable.to_string_lossy().into_owned()))
        .collect();
    pairs.sort();
    pairs.dedup();
    pairs
}
