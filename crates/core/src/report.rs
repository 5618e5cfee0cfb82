//! What a scan found: the only thing that formats, the command line and destinations know.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::inventory::Cost;
use crate::policy::AcceptedRisk;
use crate::policy::settings::Setting;
use crate::remedy::binding::Bindings;
use crate::remedy::cause::Cause;
use crate::vocab::call::Call;
use crate::vocab::evidence::{Evidence, Step};
use crate::vocab::exposure::ExposureClass;
use crate::vocab::severity::{Persona, Severity};

pub mod action;
pub mod comparison;
pub mod controls;
pub mod fingerprint;
pub mod listener;
pub mod standing;

pub use fingerprint::short_fingerprints;
pub use standing::Standing;

use action::Action;
use comparison::{Change, ChangeKind, Comparison};
use controls::FrameworkReport;
use listener::{CertificateSummary, RuleSummary, TargetSummary, TlsFloor};

/// The version of the report's JSON form.
pub const SCHEMA: &str = "elb-audit/report/v1";

/// The region of what has none.
pub const GLOBAL: &str = "global";

/// Everything that one audit has to say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: String,
    /// Version of elb-audit that judged.
    pub version: String,
    /// When the facts were read.
    pub taken_at: Timestamp,
    /// What was judged by.
    pub basis: Basis,
    /// The accounts, in order, and totals of each.
    pub accounts: Vec<AccountSummary>,
    /// Totals of each organizational unit with accounts in it, by path; empty when no account is known to
    /// be in one.
    #[serde(default)]
    pub organizational_units: Vec<UnitSummary>,
    /// Every region that was meant to be read, and how that went.
    pub regions: Vec<RegionSummary>,
    /// Totals.
    pub summary: Summary,
    /// What was judged: each load balancer with its listeners and targets.
    pub load_balancers: Vec<LoadBalancerSummary>,
    /// Faults, notes and what could not be judged; passes only when asked for. By account, region and
    /// load balancer, worst first.
    pub findings: Vec<Finding>,
    /// What to do about the faults that count, what resolves most of the worst first: each is in exactly
    /// one. Empty in a report from before there were any.
    #[serde(default)]
    pub actions: Vec<Action>,
    /// What could not be read.
    pub gaps: Vec<ReportedGap>,
    /// What came of each control of the first framework that was asked for; of what passed only the
    /// number. None where no framework was.
    pub framework: Option<FrameworkReport>,
    /// The same of every framework that was asked for, with all that passed.
    #[serde(default)]
    pub frameworks: Vec<FrameworkReport>,
    /// The user's accepted risks, in their order, and what has become of each.
    pub accepted_risks: Vec<RiskStatus>,
    /// Things worth saying that are neither.
    pub notes: Vec<Note>,
    /// What has changed since an earlier report; none where it was not compared with one.
    pub comparison: Option<Comparison>,
    /// When an alert about this account, or a sign that the watch is alive, was last delivered.
    pub alerted_at: Option<Timestamp>,
}

/// What a report was judged by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// The edition whose checks and severities count.
    pub edition: String,
    /// Whom the checks were chosen for; none when they were chosen one by one.
    pub persona: Option<Persona>,
    /// How many checks ran.
    pub checks: usize,
    /// Their ids.
    #[serde(default)]
    pub check_ids: Vec<String>,
    /// The configuration file; none: the defaults.
    pub config: Option<String>,
    /// Names and ARNs of the load balancers that were judged, and nothing beside them; none: all.
    #[serde(default)]
    pub load_balancers: Option<Vec<String>>,
    /// How each check of the version judges, run or not: by its id a word that is another one when its
    /// verdicts are. None in a report from before that was told.
    #[serde(default)]
    pub revisions: Option<Cow<'static, BTreeMap<String, String>>>,
    /// What the configuration and the command line change from the defaults, by kind and name. None in a
    /// report from before that was told.
    #[serde(default)]
    pub settings: Option<Vec<Setting>>,
}

/// An account of the report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSummary {
    /// Twelve digits; empty when it could not be told.
    pub id: String,
    /// `aws`, `aws-cn` …
    pub partition: String,
    /// The name that the organization, the list of accounts or the profile gives it.
    #[serde(default)]
    pub name: Option<String>,
    /// The organizational units that it is in, from the root: `Root/Workloads/Production`.
    #[serde(default)]
    pub organizational_unit: Option<String>,
    /// ARN of the role that it was to be read through; none: the caller's own credentials.
    #[serde(default)]
    pub role: Option<String>,
    /// ARN of whom it was read as; none when that was not read.
    #[serde(default)]
    pub caller: Option<String>,
    /// How reading it went.
    #[serde(default)]
    pub status: AccountStatus,
    /// Why it was not read, or not whole.
    #[serde(default)]
    pub reason: Option<String>,
    /// What was found in it.
    #[serde(default)]
    pub totals: Totals,
}

/// How reading an account went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccountStatus {
    /// Everything that was asked was answered.
    #[default]
    Read,
    /// Some answers are missing; see the gaps.
    Partial,
    /// Nobody could get in, or no region of it could be read.
    Unread,
    /// Left out on purpose: suspended, or excluded.
    Skipped,
}

impl AccountStatus {
    /// `read`, `partial`, `unread`, `skipped`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            AccountStatus::Read => "read",
            AccountStatus::Partial => "partial",
            AccountStatus::Unread => "unread",
            AccountStatus::Skipped => "skipped",
        }
    }
}

/// An organizational unit of the report: what the accounts right in it come to, those of units below it
/// not among them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitSummary {
    /// Its name behind those of the units above it: `Root/Workloads/Production`.
    pub path: String,
    /// Accounts that were to be read.
    pub accounts: usize,
    /// Those of them that could not be.
    pub accounts_unread: usize,
    /// What was found in them.
    pub totals: Totals,
}

/// What was found in an account, or in several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Load balancers that were judged.
    pub load_balancers: usize,
    /// Faults by severity.
    pub faults: SeverityCounts,
    /// Verdicts that could not be given.
    pub unknown: usize,
    /// Regions read, whole or in part.
    pub regions_read: usize,
    /// Regions that could not be read.
    pub regions_unread: usize,
}

impl Totals {
    /// Adds the others to these.
    pub fn add(&mut self, other: &Totals) {
        self.faults.add_all(&other.faults);
        let both = |own: &mut usize, other: usize| *own = own.saturating_add(other);
        both(&mut self.load_balancers, other.load_balancers);
        both(&mut self.unknown, other.unknown);
        both(&mut self.regions_read, other.regions_read);
        both(&mut self.regions_unread, other.regions_unread);
    }
}

/// The sum of counts, which a saved report may hold of any size.
pub(crate) fn sum(counts: impl Iterator<Item = usize>) -> usize {
    counts.fold(0, usize::saturating_add)
}

/// A region of the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionSummary {
    /// Its account.
    pub account: String,
    /// Its name.
    pub name: String,
    /// How it went.
    pub status: RegionStatus,
    /// Why it was not read, or not whole.
    pub reason: Option<String>,
}

/// How reading a region went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RegionStatus {
    /// Everything that was asked was answered.
    Read,
    /// Some answers are missing; see the gaps.
    Partial,
    /// Not even its load balancers could be listed.
    Unread,
    /// Left out on purpose: not enabled for the account, or excluded.
    Skipped,
}

/// Totals.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Load balancers that were judged.
    pub load_balancers: usize,
    /// Their listeners.
    pub listeners: usize,
    /// Faults by severity.
    pub faults: SeverityCounts,
    /// Notes.
    pub notes: usize,
    /// Verdicts that could not be given.
    pub unknown: usize,
    /// Verdicts that were right, reported or not.
    pub passed: usize,
    /// Faults and notes that someone has accepted; they are not among those above.
    pub accepted: usize,
    /// Faults, notes and unknown verdicts of checks newer than the pinned edition; they are not among
    /// those above.
    #[serde(rename = "informing", alias = "advisory")]
    pub advisory: usize,
    /// Regions read, whole or in part.
    pub regions_read: usize,
    /// Regions that could not be read.
    pub regions_unread: usize,
    /// Regions left out on purpose.
    pub regions_skipped: usize,
    /// What the scan cost.
    pub cost: Cost,
}

/// A number for each severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeverityCounts {
    /// Critical faults.
    pub critical: usize,
    /// High faults.
    pub high: usize,
    /// Medium faults.
    pub medium: usize,
    /// Low faults.
    pub low: usize,
    /// Informative ones.
    pub info: usize,
}

impl SeverityCounts {
    /// Counts one more.
    pub fn add(&mut self, severity: Severity) {
        *self.of(severity) += 1;
    }

    /// Counts those of another count.
    pub fn add_all(&mut self, other: &SeverityCounts) {
        for severity in Severity::WORST_FIRST {
            let own = self.of(severity);
            *own = own.saturating_add(other.count(severity));
        }
    }

    fn of(&mut self, severity: Severity) -> &mut usize {
        match severity {
            Severity::Critical => &mut self.critical,
            Severity::High => &mut self.high,
            Severity::Medium => &mut self.medium,
            Severity::Low => &mut self.low,
            Severity::Info => &mut self.info,
        }
    }

    /// How many there are of one severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        match severity {
            Severity::Critical => self.critical,
            Severity::High => self.high,
            Severity::Medium => self.medium,
            Severity::Low => self.low,
            Severity::Info => self.info,
        }
    }

    /// All of them.
    #[must_use]
    pub fn total(&self) -> usize {
        sum(Severity::WORST_FIRST.iter().map(|severity| self.count(*severity)))
    }
}

/// A load balancer as the report shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadBalancerSummary {
    /// Its account.
    pub account: String,
    /// Its region.
    pub region: String,
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// `application`, `network`, `gateway`, `classic`.
    pub kind: String,
    /// `internet-facing`, `internal`; none for Gateway.
    pub scheme: Option<String>,
    /// `active`, `provisioning` …
    pub state: Option<String>,
    /// Its DNS name.
    pub dns_name: Option<String>,
    /// The widest exposure of its listeners.
    pub exposure: ExposureClass,
    /// The lowest version of TLS that any of its listeners accepts; none where no listener ends TLS.
    #[serde(default = "listener::floor_untold")]
    pub tls_floor: Option<TlsFloor>,
    /// Its listeners; none when they could not be read.
    pub listeners: Option<Vec<ListenerSummary>>,
}

/// A listener as the report shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListenerSummary {
    /// ARN, or `HTTP:80` for Classic.
    pub id: String,
    /// `HTTPS:443`.
    pub label: String,
    /// Its own exposure.
    pub exposure: ExposureClass,
    /// Who can reach it, in words: `0.0.0.0/0`, `sg-1`, a prefix list …
    pub reachable_from: Vec<String>,
    /// Why: what each thing on the way says, from the outside in.
    pub chain: Vec<Step>,
    /// What would close it, the smallest change first; empty when it is not open.
    pub closed_by: Vec<String>,
    /// What it does by default, in a few words: `forward`, `redirect to HTTPS:443`, `fixed response 404`.
    pub default_action: Option<String>,
    /// Name of its security policy; none where it does not end TLS, or none is known.
    #[serde(default)]
    pub ssl_policy: Option<String>,
    /// The lowest version of TLS that it accepts; none where it does not end TLS.
    #[serde(default = "listener::floor_untold")]
    pub tls_floor: Option<TlsFloor>,
    /// Its certificates, the default one among them; none when they could not be read.
    #[serde(default)]
    pub certificates: Option<Vec<CertificateSummary>>,
    /// Its rules by priority, the default one last; none when they could not be read.
    #[serde(default)]
    pub rules: Option<Vec<RuleSummary>>,
    /// Target groups behind it, default action and rules; for Classic the instances.
    pub targets: Vec<TargetsSummary>,
}

/// A target group as the report shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetsSummary {
    /// Name of the group; protocol and port towards the instances for Classic.
    pub name: String,
    /// Its ARN; none for Classic.
    #[serde(default)]
    pub arn: Option<String>,
    /// What it speaks; none for functions, and when the group could not be read.
    #[serde(default)]
    pub protocol: Option<String>,
    /// Its port; none for functions, and when the group could not be read.
    #[serde(default)]
    pub port: Option<u16>,
    /// `instance`, `ip`, `lambda`, `alb`; none when the group could not be read.
    #[serde(default)]
    pub target_type: Option<String>,
    /// How many targets are in which state; none when health could not be read.
    pub health: Option<BTreeMap<String, usize>>,
    /// Each target; none when they could not be read.
    #[serde(default)]
    pub members: Option<Vec<TargetSummary>>,
}

/// One verdict worth reporting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Id of the check.
    pub check: String,
    /// Its title.
    pub title: String,
    /// What came of it.
    pub outcome: Outcome,
    /// How bad it is, or would be.
    pub severity: Severity,
    /// Who can reach the subject.
    pub exposure: ExposureClass,
    /// The account.
    pub account: String,
    /// The region; `global` for what has none.
    pub region: String,
    /// The load balancer; none for what belongs to no load balancer.
    pub load_balancer: Option<LoadBalancerRef>,
    /// What of it is meant.
    pub subject: Subject,
    /// The fields that decided; for an unknown outcome the call that would have.
    pub evidence: Evidence,
    /// One line that fixes it; for an unknown outcome, how to get an answer.
    pub fix: String,
    /// The same from scan to scan, whatever the evidence says.
    pub fingerprint: String,
    /// Changes when what was found changes: what an accepted risk is held to.
    pub configuration: String,
    /// For a fault, the resource to change and what to do with it; none in a report from before that was
    /// told.
    #[serde(default)]
    pub cause: Option<Cause>,
    /// What the placeholders in the ways of the remedy stand for.
    #[serde(default)]
    pub bindings: Bindings,
    /// Who lives with it, and why; the outcome stays what it is.
    pub accepted: Option<Accepted>,
    /// Whether it only informs, its check being newer than the pinned edition.
    #[serde(rename = "informs", alias = "advisory")]
    pub advisory: bool,
    /// The edition that its check came with; empty while none has it.
    pub edition: String,
    /// What has become of it since an earlier report; none for what is no fault, or only informs, and
    /// where nothing was compared.
    pub change: Option<Change>,
}

impl Finding {
    /// Whether it counts: nobody has accepted it, and its check belongs to the pinned edition.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.accepted.is_none() && !self.advisory
    }

    /// Whether it is a fault that counts.
    #[must_use]
    pub fn is_fault(&self) -> bool {
        self.outcome == Outcome::Fail && self.counts()
    }
}

/// Who has accepted a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Last day, in UTC; none: for good.
    pub expires: Option<Date>,
}

/// An accepted risk, and what has become of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskStatus {
    /// What the user wrote.
    #[serde(flatten)]
    pub risk: AcceptedRisk,
    /// What has become of it.
    pub state: RiskState,
    /// Why, in words.
    pub why: String,
    /// Findings that it takes out of the count.
    pub findings: usize,
}

/// What has become of an accepted risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RiskState {
    /// It takes findings out of the count.
    InForce,
    /// Its day has passed: what it accepted counts again.
    Expired,
    /// What it accepted has changed: it counts again.
    Void,
    /// Nothing is found that it accepts.
    Unused,
    /// Whether it is still needed is not known: its check did not run, or had no answer.
    Unjudged,
}

impl RiskState {
    /// Every state.
    pub const ALL: [RiskState; 5] = [
        RiskState::InForce,
        RiskState::Expired,
        RiskState::Void,
        RiskState::Unused,
        RiskState::Unjudged,
    ];

    /// `in force`, `expired` …
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            RiskState::InForce => "in force",
            RiskState::Expired => "expired",
            RiskState::Void => "void",
            RiskState::Unused => "unused",
            RiskState::Unjudged => "not judged",
        }
    }
}

/// What came of a question. A question that does not apply leaves no finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// A fault.
    Fail,
    /// No answer: a fact is unread.
    Unknown,
    /// Worth knowing, no fault.
    Note,
    /// Right.
    Pass,
}

impl Outcome {
    /// `fail`, `unknown`, `note`, `pass`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Fail => "fail",
            Outcome::Unknown => "unknown",
            Outcome::Note => "note",
            Outcome::Pass => "pass",
        }
    }
}

/// The load balancer of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadBalancerRef {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
}

/// What of a load balancer a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Subject {
    /// `load-balancer`, `listener`, `target-group`, `certificate` …
    pub kind: SubjectKind,
    /// Its ARN; `HTTP:80` for a Classic listener.
    pub id: String,
    /// Short and readable: `HTTPS:443`, a group's name, a certificate's domain.
    pub label: String,
}

/// The kinds of subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubjectKind {
    /// The load balancer itself.
    LoadBalancer,
    /// One of its listeners.
    Listener,
    /// A target group behind it.
    TargetGroup,
    /// A certificate that it presents.
    Certificate,
    /// An Auto Scaling group.
    AutoScalingGroup,
    /// A DNS record.
    DnsRecord,
    /// A region, where its subjects could not be listed.
    Region,
    /// An account, where its subjects could not be listed.
    Account,
}

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ReportedGap {
    /// `elbv2:DescribeRules`.
    pub call: String,
    /// The IAM action that would allow it.
    pub action: String,
    /// The account.
    pub account: String,
    /// The region; none for a global service.
    pub region: Option<String>,
    /// What it was about; none for a list of everything.
    pub resource: Option<String>,
    /// Why, in words, with AWS's own where there are any.
    pub reason: String,
    /// Whether only checks newer than the pinned edition need it.
    #[serde(rename = "informs", alias = "advisory")]
    pub advisory: bool,
}

/// Something worth saying that is neither finding nor gap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The account.
    pub account: String,
    /// The region, if it is about one.
    pub region: Option<String>,
    /// What there is to say.
    pub text: String,
}

/// The exit code of a run: a public contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Nothing at or above `--fail-on`.
    Clean = 0,
    /// Faults at or above `--fail-on`.
    Findings = 1,
    /// The command line or a file cannot be used.
    Usage = 2,
    /// Nothing could be assessed.
    NothingAssessed = 3,
    /// Incomplete under `--strict`, or interrupted.
    Incomplete = 4,
    /// A delivery failed.
    DeliveryFailed = 5,
}

impl Exit {
    /// Every code with its meaning, in the order of the codes.
    pub const ALL: [(Exit, &'static str); 6] = [
        (Exit::Clean, "nothing at or above --fail-on"),
        (Exit::Findings, "at least one fault at or above --fail-on"),
        (Exit::Usage, "the command line, a file or the configuration cannot be used"),
        (
            Exit::NothingAssessed,
            "nothing could be assessed: no valid credentials, or no account or region could be read",
        ),
        (
            Exit::Incomplete,
            "coverage is incomplete and --strict was given, or the scan was cut short",
        ),
        (Exit::DeliveryFailed, "a result could not be delivered"),
    ];

    /// The number that the shell sees.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }
}

/// What decides the exit code of a report.
#[derive(Clone, Copy, Debug)]
pub struct Gate {
    /// Faults from this severity on count; none: no fault does.
    pub fail_on: Option<Severity>,
    /// Whether anything unknown or unread counts.
    pub strict: bool,
    /// Whether only faults count that are new or worse than in the report compared with.
    pub only_new: bool,
}

impl Report {
    /// The exit code and the reason for it, in one line.
    #[must_use]
    pub fn exit(&self, gate: Gate) -> (Exit, String) {
        let counts = &self.summary;
        if counts.regions_read == 0 {
            let said = match (counts.regions_unread, self.shut().count()) {
                (0, 0) => "no region was read".to_owned(),
                (0, accounts) => format!("no account could be read ({accounts} tried)"),
                (unread, _) => format!("no region could be read ({unread} tried)"),
            };
            return (Exit::NothingAssessed, format!("nothing could be assessed: {said}"));
        }
        let gaps = self.gaps.iter().filter(|gap| !gap.advisory).count();
        let unknown = counts.unknown;
        let incomplete = unknown > 0 || gaps > 0;
        let (exit, mut why) = (self.by_faults(gate).0, self.counted(gate));
        if gate.strict && incomplete {
            let said = format!(
                "coverage is incomplete (--strict): unknown verdicts {unknown}, gaps {gaps}"
            );
            return (Exit::Incomplete, format!("{said}; {why}"));
        }
        if incomplete {
            let said =
                format!("; unknown verdicts {unknown}, gaps {gaps} (--strict fails on them)");
            why.push_str(&said);
        }
        (exit, why)
    }

    /// The reports by control, the first framework that was asked for first.
    #[must_use]
    pub fn by_control(&self) -> &[FrameworkReport] {
        // A report from before there could be several has the first one alone.
        if self.frameworks.is_empty() { self.framework.as_slice() } else { &self.frameworks }
    }

    /// What the faults and accepted risks come to, in one line, whatever else decides the exit code.
    #[must_use]
    pub fn counted(&self, gate: Gate) -> String {
        self.by_faults(gate).1 + &self.risks()
    }

    /// The accounts that nobody got into.
    pub fn shut(&self) -> impl Iterator<Item = &AccountSummary> {
        // Of whom AWS takes a caller for, a gap about a profile says that its credentials do not work.
        let door = |gap: &&ReportedGap| {
            gap.call == Call::StsAssumeRole.name()
                || (gap.call == Call::StsGetCallerIdentity.name() && gap.resource.is_some())
        };
        let ids: BTreeSet<&str> = self.gaps.iter().filter(door).map(|gap| &*gap.account).collect();
        let unread = |account: &&AccountSummary| account.status == AccountStatus::Unread;
        self.accounts.iter().filter(unread).filter(move |account| ids.contains(&*account.id))
    }

    /// What has become of the accepted risks: `; accepted 2, void 1`. Empty where there are none.
    fn risks(&self) -> String {
        let of = |state| self.accepted_risks.iter().filter(|risk| risk.state == state).count();
        let counts = [
            ("accepted", self.summary.accepted),
            ("void", of(RiskState::Void)),
            ("expired", of(RiskState::Expired)),
            ("unused", of(RiskState::Unused)),
        ];
        let parts = counts.into_iter().filter(|(_, number)| *number > 0);
        let parts: Vec<String> = parts.map(|(word, number)| format!("{word} {number}")).collect();
        if parts.is_empty() { String::new() } else { format!("; {}", parts.join(", ")) }
    }

    fn by_faults(&self, gate: Gate) -> (Exit, String) {
        let Some(floor) = gate.fail_on else {
            return (Exit::Clean, "no fault fails the run (--fail-on never)".to_owned());
        };
        let only_new = gate.only_new && self.comparison.is_some();
        let faults = if only_new { self.news() } else { self.summary.faults };
        let counted = Severity::WORST_FIRST.into_iter().filter(|severity| *severity >= floor);
        let number = sum(counted.map(|severity| faults.count(severity)));
        let (what, word) = (if only_new { "new or worse " } else { "" }, floor.word());
        if number > 0 {
            let said = format!("{what}faults at or above {word}: {number} (--fail-on {word})");
            (Exit::Findings, said)
        } else {
            (Exit::Clean, format!("no {what}fault at or above {word} (--fail-on {word})"))
        }
    }

    /// Faults that are new or worse than in the report compared with.
    #[must_use]
    pub fn news(&self) -> SeverityCounts {
        let mut counts = SeverityCounts::default();
        for finding in &self.findings {
            let kind = finding.change.as_ref().map(|change| change.kind);
            if matches!(kind, Some(ChangeKind::New | ChangeKind::Worsened)) {
                counts.add(finding.severity);
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_any_size_are_added() {
        let most = SeverityCounts { high: usize::MAX, low: 2, ..SeverityCounts::default() };
        let mut faults = SeverityCounts { high: 1, low: 3, ..SeverityCounts::default() };
        faults.add_all(&most);
        assert_eq!((faults.high, faults.low, faults.total()), (usize::MAX, 5, usize::MAX));
        let most = Totals { faults, load_balancers: usize::MAX, unknown: 1, ..Totals::default() };
        let mut totals = most;
        totals.add(&most);
        assert_eq!((totals.load_balancers, totals.unknown), (usize::MAX, 2));
        assert_eq!(totals.faults.low, 10);
    }
}
