//! The command line: what can be asked for, and how it is spelt.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{BoolishValueParser, PossibleValuesParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{
    Arg, ArgAction, ArgMatches, Args, ColorChoice, Command, CommandFactory, FromArgMatches, Parser,
    Subcommand,
};
use elb_audit_core::compliance::Framework;
use elb_audit_core::docs::Purpose;
use elb_audit_core::fix::Class;
use elb_audit_core::policy::config::FailOn;
use elb_audit_core::render::{self, Format};
use elb_audit_core::report::Exit;
use elb_audit_core::vocab::escape::steers;
use elb_audit_core::vocab::severity::{Persona, Severity};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::aws::Tuning;
use crate::collect::Regions;
use crate::log::say;
pub use crate::output::{Color, Mode};

mod watch;

pub use watch::{Comparing, Diff, Watching};
mod accounts;
mod focus;
mod profiles;
mod verbless;

pub use accounts::Accounts;
pub mod environment;
mod finding;
mod fix;
mod former;
mod writing;

pub use finding::{Accept, Explain, FindingSource};
pub use fix::Fix;
pub use focus::Focus;
pub use profiles::Profiles;
pub use writing::Writing;

/// What `--help` says of the environment.
const ENVIRONMENT: &str = "Every option can be set in the environment: --fail-on is ELB_AUDIT_FAIL_ON, \
    and so on; lists are separated by commas, places of ELB_AUDIT_OUTPUT by line breaks. What is on the command line wins.\n\nOptions without a command \
    are those of `scan`: `elb-audit --profile prod --all-regions`.";

/// Finds every security fault on every AWS load balancer, with the evidence.
#[derive(Debug, Parser)]
#[command(name = "elb-audit", version, after_help = ENVIRONMENT, propagate_version = true, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub task: Task,
    /// Colours on standard output; `auto`: as `NO_COLOR`, `FORCE_COLOR` or `CLICOLOR_FORCE` say,
    /// or else on a terminal
    #[arg(long, global = true, value_name = "WHEN", default_value = Color::ALL[0].0, value_parser = color())]
    pub color: Color,
}

impl Cli {
    /// Whether it says less on standard error.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        match &self.task {
            Task::Scan(task) => task.report.quiet,
            Task::Demo(report) => report.quiet,
            Task::Check(task) => task.report.quiet,
            Task::Collect(task) => task.quiet,
            _ => false,
        }
    }
}

/// What elb-audit can do.
#[derive(Debug, Subcommand)]
pub enum Task {
    /// Read an account and report what is wrong with its load balancers
    Scan(Box<Scan>),
    /// Audit two sample accounts that ship inside the program: no AWS, no network
    Demo(Reporting),
    /// Read an account and save what was read, to be judged later by `check`
    Collect(Collect),
    /// Judge saved inventories, without AWS
    Check(CheckFile),
    /// Say what has changed from one JSON report to another
    Diff(Diff),
    /// List the checks
    Checks(Checks),
    /// Explain one check, or one finding of a report: why, when exactly, how to fix it
    Explain(Explain),
    /// Print the IAM policy that a scan needs
    Permissions(Permissions),
    /// Accept a finding: write down who answers for it, why, and how long
    Accept(Accept),
    /// Write scripts that fix faults: each captures what it replaces, checks that nothing has changed since, verifies
    /// itself and can be taken back. elb-audit itself changes nothing
    Fix(Box<Fix>),
    /// Print the version
    Version,
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
    /// How to watch.
    #[command(flatten)]
    pub watch: Watching,
}

/// `elb-audit collect`.
#[derive(Debug, Args)]
pub struct Collect {
    /// How to read.
    #[command(flatten)]
    pub source: Reading,
    /// Read what these checks need alone; otherwise everything is read.
    #[command(flatten)]
    pub checks: Selection,
    /// Where to save the inventory; `-` is standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Who may read a new file, in octal as for `chmod`: 0600 is its owner alone, 0640 the group, too; a file that
    /// is there keeps its rights
    #[arg(long, value_name = "OCTAL", default_value = "0600", value_parser = writing::output_mode)]
    pub output_mode: Mode,
    /// Say less: errors alone
    #[arg(short, long)]
    pub quiet: bool,
}

/// `elb-audit check`.
#[derive(Debug, Args)]
pub struct CheckFile {
    /// The saved inventory, or several that make one report; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Judge certificates, and whether accepted risks have expired, at this time instead of when the
    /// inventory was taken, the latest of several
    #[arg(long, value_name = "TIME")]
    pub now: Option<Timestamp>,
    /// How to report.
    #[command(flatten)]
    pub report: Reporting,
}

/// `elb-audit checks`.
#[derive(Debug, Args)]
pub struct Checks {
    /// List what these people hear of alone
    #[arg(long, value_name = "PERSONA", value_parser = persona())]
    pub persona: Option<Persona>,
    /// How to print the list
    #[arg(long, default_value = "text", value_parser = list_format())]
    pub format: ListFormat,
}

/// `elb-audit permissions`.
#[derive(Debug, Args)]
pub struct Permissions {
    /// Which checks.
    #[command(flatten)]
    pub checks: Selection,
    /// Which file.
    #[command(flatten)]
    pub config: Configuration,
    /// What the policy is for: reading an account, which is also what a role in a member account does;
    /// finding an organization's accounts and assuming the roles in them, too; or running the scripts of `fix`,
    /// which is the only policy that changes anything
    #[arg(long = "for", value_name = "PURPOSE", default_value = "scan", value_parser = purpose())]
    pub purpose: Purpose,
    /// Print only what the scan of this JSON report was denied: a file, `s3://BUCKET/KEY`, or `-` for
    /// standard input
    #[arg(long, value_name = "REPORT")]
    pub missing: Option<String>,
}

impl Permissions {
    /// Refuses what would choose from everything where a report says what is missing.
    fn check_missing(&self, typed: &impl Fn(&str) -> bool) -> Result<(), Conflict> {
        let chosen = [
            ("persona", "--missing and --persona"),
            ("check", "--missing and --check"),
            ("skip_check", "--missing and --skip-check"),
            ("purpose", "--missing and --for"),
            ("config", "--missing and --config"),
            ("no_config", "--missing and --no-config"),
        ];
        let other = chosen.into_iter().find(|(name, _)| self.missing.is_some() && typed(name));
        other.map_or(Ok(()), |(_, both)| Err(Conflict::Exclusive(both)))
    }
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
    /// Which profiles it starts from.
    #[command(flatten)]
    pub profiles: Profiles,
    /// Regions of an account read at the same time
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
    /// Which accounts.
    #[command(flatten)]
    pub accounts: Accounts,
}

impl Reading {
    /// The regions that are wanted.
    #[must_use]
    pub fn regions(&self) -> Regions {
        Regions { only: self.region.clone(), except: self.exclude_region.clone() }
    }

    /// How long to wait and how often to try, and whether to say so.
    #[must_use]
    pub fn tuning(&self, quiet: bool) -> Tuning {
        Tuning {
            attempts: self.retries.saturating_add(1),
            attempt: self.call_timeout,
            deadline: self.timeout,
            quiet,
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
    /// Which load balancers.
    #[command(flatten)]
    pub focus: Focus,
    /// Which file.
    #[command(flatten)]
    pub config: Configuration,
    /// Count the checks and severities of this edition alone; newer checks only inform
    #[arg(long, value_name = "EDITION")]
    pub edition: Option<String>,
    /// Report by the controls of these frameworks, with the checks that they need
    #[arg(long, value_name = "FRAMEWORK", value_delimiter = ',', value_parser = framework())]
    pub framework: Vec<Framework>,
    /// What to compare with.
    #[command(flatten)]
    pub comparing: Comparing,
    /// Where it is written, and what is shown.
    #[command(flatten)]
    pub writing: Writing,
    /// Exit with 1 if there is a fault of this severity or worse (default: `high`)
    #[arg(long, value_name = "SEVERITY", value_parser = fail_on())]
    pub fail_on: Option<FailOn>,
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
#[derive(Debug, Default, Args)]
pub struct Selection {
    /// Whom to tell: `regular` hears what someone should act on, `pedantic` hygiene too, `auditor`
    /// everything
    #[arg(long, value_name = "PERSONA", value_parser = persona())]
    pub persona: Option<Persona>,
    /// Run these checks alone, whoever they are for
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub check: Vec<String>,
    /// Leave these checks out
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub skip_check: Vec<String>,
}

/// What the value of an option has to be.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Needed(String);

impl Needed {
    fn new(said: &str) -> Self {
        Needed(said.to_owned())
    }
}

/// Why options do not go together.
#[derive(Debug, thiserror::Error)]
enum Conflict {
    /// Both say the same thing differently.
    #[error("{0} exclude each other: give one of them")]
    Exclusive(&'static str),
    /// One means nothing without another.
    #[error("{0} needs {1}")]
    Needs(String, &'static str),
    /// Both say which accounts there are.
    #[error("{0} start from one profile: give --profile once")]
    OneProfile(&'static str),
    /// One is about findings, and a check is asked for.
    #[error("{0} goes with a fingerprint, and `{1}` is a check")]
    NotOfCheck(String, String),
}

impl Conflict {
    fn into_clap(self) -> clap::Error {
        let kind = match self {
            Conflict::Exclusive(_) | Conflict::OneProfile(_) | Conflict::NotOfCheck(..) => {
                ErrorKind::ArgumentConflict
            }
            Conflict::Needs(..) => ErrorKind::MissingRequiredArgument,
        };
        clap::Error::raw(kind, format!("{self}\n"))
    }
}

/// Which configuration file is read.
#[derive(Debug, Default, Args)]
pub struct Configuration {
    /// The configuration (default: elb-audit.toml in the working directory)
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Read no configuration
    #[arg(long)]
    pub no_config: bool,
}

/// One of some words, and what it stands for.
fn one_of<T: Copy + Send + Sync + 'static>(
    words: Vec<(&'static str, T)>,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(words.iter().map(|(word, _)| *word)).try_map(move |text| {
        let known = words.iter().find(|(word, _)| *word == text);
        known.map(|(_, meaning)| *meaning).ok_or("not one of them")
    })
}

fn color() -> impl TypedValueParser<Value = Color> {
    one_of(Color::ALL.to_vec())
}

fn severity() -> impl TypedValueParser<Value = Severity> {
    one_of(Severity::WORST_FIRST.map(|severity| (severity.word(), severity)).to_vec())
}

fn report_format() -> impl TypedValueParser<Value = &'static Format> {
    one_of(render::ALL.iter().map(|format| (format.name, *format)).collect())
}

/// How the list of checks is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

fn list_format() -> impl TypedValueParser<Value = ListFormat> {
    one_of(vec![("text", ListFormat::Text), ("json", ListFormat::Json)])
}

fn class() -> impl TypedValueParser<Value = Class> {
    one_of(Class::ALL.map(|class| (class.word(), class)).to_vec())
}

fn persona() -> impl TypedValueParser<Value = Persona> {
    one_of(Persona::ALL.map(|persona| (persona.word(), persona)).to_vec())
}

fn purpose() -> impl TypedValueParser<Value = Purpose> {
    one_of(Purpose::ALL.to_vec())
}

fn fail_on() -> impl TypedValueParser<Value = FailOn> {
    one_of(FailOn::ALL.to_vec())
}

fn framework() -> impl TypedValueParser<Value = Framework> {
    one_of(Framework::REPORTED.map(|framework| (framework.id(), framework)).to_vec())
}

fn date(text: &str) -> Result<Date, Needed> {
    let date = (text.len() == 10).then(|| text.parse().ok()).flatten();
    date.ok_or_else(|| Needed::new("a date is needed, such as 2027-01-31"))
}

fn at_least_one(text: &str) -> Result<usize, Needed> {
    let number = text.parse().ok().filter(|n| *n > 0);
    number.ok_or_else(|| Needed::new("a whole number above 0 is needed"))
}

fn positive(text: &str) -> Result<f64, Needed> {
    let number = text.parse().ok().filter(|n: &f64| (0.01..=1e9).contains(n));
    number.ok_or_else(|| Needed::new("a number from 0.01 to 1,000,000,000 is needed"))
}

fn seconds(text: &str) -> Result<Duration, Needed> {
    let seconds = positive(text)?;
    Duration::try_from_secs_f64(seconds).map_err(|error| Needed(error.to_string()))
}

/// The command, every option of it mirrored in the environment.
#[must_use]
pub fn command() -> Command {
    mirrored(Cli::command())
}

fn mirrored(command: Command) -> Command {
    let collects = ["collect", "fix"].contains(&command.get_name());
    let command = command.mut_args(|arg| {
        let Some(long) = arg.get_long().filter(|long| !matches!(*long, "help" | "version")) else {
            return arg;
        };
        let name = format!("{}{}", environment::PREFIX, long.to_uppercase().replace('-', "_"));
        // One that is set to nothing is not set; and what `scan` writes is not what `collect` and `fix` do.
        let empty = std::env::var_os(&name).is_some_and(|value| value.is_empty());
        if empty || (collects && long == "output") {
            return arg;
        }
        let arg = arg.env(OsString::from(name)).hide_env(true);
        if matches!(arg.get_action(), ArgAction::SetTrue) {
            arg.value_parser(BoolishValueParser::new())
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
    let arguments = former::renamed(arguments);
    let arguments = verbless::completed(arguments, &command);
    command = command.color(own_colors(&arguments));
    let matches = command.try_get_matches_from_mut(arguments)?;
    let mut cli = Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
    if let Some((_, given)) = matches.subcommand() {
        let resolved = resolve_conflicts(&mut cli.task, given);
        resolved.map_err(|conflict| conflict.into_clap().format(&mut command))?;
    }
    Ok(cli)
}

/// Prints help, the version, or what is wrong with the command line. What of that would steer a terminal, which a
/// variable of the environment may hold, is written as escapes. Gives the exit code.
#[must_use]
pub fn print(error: &clap::Error) -> Exit {
    let text = error.render().to_string();
    if error.use_stderr() && text.contains(|c| c != '\n' && steers(c)) {
        text.trim_end().lines().for_each(|line| say(format_args!("{line}")));
        return Exit::Usage;
    }
    if let Err(failure) = error.print()
        && !error.use_stderr()
        && failure.kind() != io::ErrorKind::BrokenPipe
    {
        say(format_args!("error: cannot write to standard output: {failure}"));
        return Exit::DeliveryFailed;
    }
    if error.use_stderr() { Exit::Usage } else { Exit::Clean }
}

/// The colours of help and of what is wrong with the command line, which is told before it is understood.
fn own_colors(arguments: &[OsString]) -> ColorChoice {
    let mut words = arguments.iter().map(|one| one.to_string_lossy()).take_while(|one| one != "--");
    let mut asked = std::env::var("ELB_AUDIT_COLOR").ok();
    while let Some(word) = words.next() {
        match word.strip_prefix("--color") {
            Some("") => asked = words.next().map(Into::into),
            Some(value) => asked = value.strip_prefix('=').map(str::to_owned),
            None => {}
        }
    }
    let choice = Color::ALL.iter().find(|(word, _)| asked.as_deref() == Some(*word));
    match choice.map_or(Color::Auto, |(_, color)| *color).settled_here() {
        Some(true) => ColorChoice::Always,
        Some(false) => ColorChoice::Never,
        None => ColorChoice::Auto,
    }
}

/// Where two options exclude each other, the command line wins over the environment; two on the command
/// line are a mistake.
fn resolve_conflicts(task: &mut Task, given: &ArgMatches) -> Result<(), Conflict> {
    let typed = |name: &str| given.value_source(name) == Some(ValueSource::CommandLine);
    match task {
        Task::Scan(scan) => {
            scan.report.writing.note(&typed);
            let (state, baseline) = (&mut scan.watch.state, &mut scan.report.comparing.baseline);
            if state.is_some() && baseline.is_some() {
                if first_wins(&typed, "state", "baseline", "--state and --baseline")? {
                    *baseline = None;
                } else {
                    *state = None;
                }
            }
            resolve_reading(&mut scan.source, &typed)?;
            resolve_config(&mut scan.report.config, &typed)
        }
        Task::Collect(collect) => resolve_reading(&mut collect.source, &typed),
        Task::Demo(report) => resolve_report(report, &typed),
        Task::Check(task) => resolve_report(&mut task.report, &typed),
        Task::Permissions(task) => {
            task.check_missing(&typed)?;
            resolve_config(&mut task.config, &typed)
        }
        Task::Accept(task) => task.resolve(&typed),
        Task::Explain(task) => task.resolve(&typed),
        Task::Fix(task) => {
            task.resolve(&typed)?;
            resolve_reading(&mut task.source, &typed)?;
            resolve_config(&mut task.config, &typed)
        }
        Task::Checks(_) | Task::Diff(_) | Task::Version => Ok(()),
    }
}

/// Whether the first of two options that exclude each other is the one that counts: it is unless only the
/// second stands on the command line.
fn first_wins(
    typed: &impl Fn(&str) -> bool,
    first: &str,
    second: &str,
    both: &'static str,
) -> Result<bool, Conflict> {
    match (typed(first), typed(second)) {
        (true, true) => Err(Conflict::Exclusive(both)),
        (_, second) => Ok(!second),
    }
}

fn resolve_report(report: &mut Reporting, typed: &impl Fn(&str) -> bool) -> Result<(), Conflict> {
    report.writing.note(typed);
    resolve_config(&mut report.config, typed)
}

fn resolve_reading(reading: &mut Reading, typed: &impl Fn(&str) -> bool) -> Result<(), Conflict> {
    reading.profiles.resolve(typed)?;
    reading.accounts.check_choice(typed, reading.profiles.several())?;
    if reading.all_regions && !reading.region.is_empty() {
        if first_wins(typed, "all_regions", "region", "--region and --all-regions")? {
            reading.region.clear();
        } else {
            reading.all_regions = false;
        }
    }
    Ok(())
}

fn resolve_config(
    config: &mut Configuration,
    typed: &impl Fn(&str) -> bool,
) -> Result<(), Conflict> {
    if config.no_config && config.config.is_some() {
        if first_wins(typed, "no_config", "config", "--config and --no-config")? {
            config.config = None;
        } else {
            config.no_config = false;
        }
    }
    Ok(())
}

/// Every option with its variable, for the documentation and its test.
#[must_use]
pub fn variables() -> Vec<(String, String)> {
    let command = command();
    let all = command.get_subcommands().flat_map(Command::get_arguments);
    let all = all.chain(command.get_arguments());
    let mut pairs: Vec<(String, String)> = all
        .filter_map(|arg: &Arg| Some((arg.get_long()?.to_owned(), arg.get_env()?)))
        .map(|(long, variable)| (format!("--{long}"), variable.to_string_lossy().into_owned()))
        .collect();
    pairs.sort();
    pairs.dedup();
    pairs
}
