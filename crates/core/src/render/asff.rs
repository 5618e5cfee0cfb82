//! Findings in the format of Security Hub, AWS's ASFF, by the account and region that each is imported in.
//!
//! A fault that counts is active and failed. One that is fixed is archived and passed. One that nobody
//! has looked at this time stays active, its status not available: it is no more fixed than it was, and a
//! finding that is not updated for 90 days would vanish. One that somebody has accepted is archived but
//! stays failed: nothing has been fixed, and nobody needs to look; when the acceptance ends it is active
//! again. Workflow and notes are the user's own and are never written.
//!
//! A file has what is unknown and what is right as well; what is delivered has faults alone.
//!
//! Source: AWS Security Hub API reference, `AwsSecurityFinding`; user guide, `BatchImportFindings`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::json::write_list;
use super::{Format, Says, Style, changes_alone, place};
use crate::render::prose::{exposure, link, sentence};
use crate::report::comparison::Past;
use crate::report::{
    Finding, GLOBAL, LoadBalancerRef, Outcome, RegionStatus, Report, Standing, SubjectKind,
};
use crate::vocab::escape::clip;
use crate::vocab::severity::Severity;

/// AWS Security Finding Format.
pub(super) const FORMAT: Format = Format {
    name: "asff",
    file: "elb-audit.asff.json",
    endings: &["asff.json"],
    media_type: "application/json",
    about: "Security Hub, where another program than elb-audit calls `BatchImportFindings`",
    says: Says {
        fault: Some("`ACTIVE`, `FAILED`"),
        unknown: Some("`ACTIVE`, `NOT_AVAILABLE`"),
        note: None,
        pass: Some("`ACTIVE`, `PASSED`"),
        accepted: Some("`ARCHIVED`; `FAILED`, or `NOT_AVAILABLE` for a note"),
        informing: None,
    },
    leaves_out: "notes and what newer checks find, which Security Hub could only take for faults; settings that differ \
                 from the defaults; evidence beyond 35 fields, and the ends of long texts",
    more: "A list, a finding a line, with the `Id`s that [`--notify securityhub`](alerts.md#security-hub) writes: the one \
           updates what the other has imported. What has been resolved or not been assessed since the report compared \
           with is there as it is there. Beside that the file has what is unknown and what passed, whose \
           severity is `INFORMATIONAL`; `ProductFields` say in `elb-audit/standing` what a finding counts as. A finding without \
           a region stands under the first region of its account that was read; `--notify` takes the configured one. An `Id` occurs once: of several \
           findings with one fingerprint the later ones end in `/2`, `/3`.\n\n\
           `BatchImportFindings` takes 100 findings a call, of one account and region. This makes a line of each call's \
           findings:\n\n\
           ```sh\n\
           elb-audit scan -o elb-audit.asff.json\n\
           jq -c 'group_by(.ProductArn)[] | range(0; length; 100) as $at | .[$at:$at + 100]' elb-audit.asff.json\n\
           ```\n\n\
           An empty list does not say that all is well: it is what comes out where nothing could be read, too. The [exit \
           code](exit-codes.md) tells.",
    for_people: false,
    beside: None,
    render,
    render_changes: |report, style, out| changes_alone(render, report, style, out),
};

/// Bytes of texts; AWS counts characters, of which there are never more.
const TITLE: usize = 256;
const DESCRIPTION: usize = 1_024;
const REMEDY: usize = 512;
const URL: usize = 2_048;
const ID: usize = 512;
const FIELD: usize = 1_024;
const FIELD_NAME: usize = 128;
/// Fields of the evidence that are named; Security Hub takes 50 fields in all.
const FIELDS: usize = 35;

/// Account and region.
pub type Place = (String, String);

/// The report's faults. What belongs to no region is imported in `home`.
#[must_use]
pub fn findings(report: &Report, home: &str) -> BTreeMap<Place, Vec<Value>> {
    let mut all: BTreeMap<Place, Vec<Value>> = BTreeMap::new();
    for (place, finding) in Writer::new(report, Some(home)).all() {
        all.entry(place).or_default().push(finding);
    }
    all
}

fn render(report: &Report, _: Style, out: &mut dyn io::Write) -> io::Result<()> {
    write_list(Writer::new(report, None).all().map(|(_, finding)| finding), out)?;
    out.write_all(b"\n")
}

/// How a finding stands.
#[derive(Clone, Copy)]
struct State {
    stands: Stands,
    seen_at: Timestamp,
    /// What it counts as, in a file.
    word: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    Failed,
    Accepted,
    /// A note that somebody has accepted.
    AcceptedNote,
    Unknown,
    Passed,
    /// It was a fault, and is gone.
    Gone,
    /// It was a fault, and nobody has looked at it this time.
    Unseen,
}

impl Stands {
    /// None where Security Hub has no word for it.
    fn of(finding: &Finding) -> Option<Self> {
        match finding.standing() {
            Standing::Fault => Some(Stands::Failed),
            Standing::Unknown => Some(Stands::Unknown),
            Standing::Pass => Some(Stands::Passed),
            Standing::Accepted if finding.outcome == Outcome::Fail => Some(Stands::Accepted),
            Standing::Accepted => Some(Stands::AcceptedNote),
            Standing::Note | Standing::Informing => None,
        }
    }

    fn record(self) -> &'static str {
        match self {
            Stands::Accepted | Stands::AcceptedNote | Stands::Gone => "ARCHIVED",
            Stands::Failed | Stands::Unknown | Stands::Passed | Stands::Unseen => "ACTIVE",
        }
    }

    fn status(self) -> &'static str {
        match self {
            Stands::Failed | Stands::Accepted => "FAILED",
            Stands::Passed | Stands::Gone => "PASSED",
            Stands::AcceptedNote | Stands::Unknown | Stands::Unseen => "NOT_AVAILABLE",
        }
    }

    /// What is no fault, and was none, alarms nobody.
    fn severity(self, of: Severity) -> Severity {
        match self {
            Stands::Unknown | Stands::Passed => Severity::Info,
            _ => of,
        }
    }
}

/// What no account's number is: the first region of any.
const ANYWHERE: &str = "*";

struct Writer<'a> {
    report: &'a Report,
    /// Where what has no region is imported. None for a file: in the account's first region, and then there is
    /// more than faults.
    home: Option<&'a str>,
    /// How many findings each place and fingerprint has had.
    seen: HashMap<[&'a str; 3], usize>,
    /// The first region of each account that was read.
    regions: HashMap<&'a str, &'a str>,
    /// The partition of each account.
    partitions: HashMap<&'a str, &'a str>,
}

impl<'a> Writer<'a> {
    fn new(report: &'a Report, home: Option<&'a str>) -> Self {
        let read = |status| matches!(status, RegionStatus::Read | RegionStatus::Partial);
        let mut regions = HashMap::new();
        for region in report.regions.iter().filter(|region| read(region.status)) {
            regions.entry(&*region.account).or_insert(&*region.name);
            regions.entry(ANYWHERE).or_insert(&*region.name);
        }
        let accounts = report.accounts.iter();
        let partitions = accounts.rev().map(|one| (&*one.id, &*one.partition)).collect();
        Writer { report, home, seen: HashMap::new(), regions, partitions }
    }

    /// Each finding, made when it is asked for.
    fn all(mut self) -> impl Iterator<Item = (Place, Value)> {
        let now: Vec<&Finding> = self.now();
        let report = self.report;
        let unseen = report.comparison.iter().flat_map(|comparison| &comparison.not_assessed);
        let unseen: HashMap<&str, &Past> =
            unseen.map(|past| (&*past.finding.fingerprint, past)).collect();
        let now = now.into_iter().filter_map(move |finding| {
            let stands = Stands::of(finding)?;
            let word = finding.standing().word();
            let past = unseen.get(&*finding.fingerprint).filter(|_| stands == Stands::Unknown);
            Some(match past {
                // It was a fault, and stays as bad as that was.
                Some(past) => {
                    let seen_at = past.last_seen_at;
                    (&past.finding, State { stands: Stands::Unseen, seen_at, word }, true)
                }
                None => (finding, State { stands, seen_at: report.taken_at, word }, true),
            })
        });
        let past = past(report).map(|(past, stands)| {
            let change = past.finding.change.as_ref();
            let word = change.map_or("resolved", |change| change.kind.words());
            (&past.finding, State { stands, seen_at: past.last_seen_at, word }, false)
        });
        now.chain(past).filter_map(move |(finding, state, now)| self.write(finding, state, now))
    }

    /// Findings of the report. Of several with one fingerprint those come first that count, and are worse.
    fn now(&self) -> Vec<&'a Finding> {
        let whole = self.home.is_none();
        let written = |one: &&Finding| whole || (one.outcome == Outcome::Fail && !one.advisory);
        let mut all: Vec<&Finding> = self.report.findings.iter().filter(written).collect();
        let rank = |one: &Finding| match one.standing() {
            Standing::Fault => 0,
            Standing::Accepted => 1,
            Standing::Unknown => 2,
            _ => 3,
        };
        all.sort_by_key(|one| (rank(one), std::cmp::Reverse(one.severity)));
        all
    }

    /// None for what is there already, unless it is one more finding of this report, in a file.
    fn write(&mut self, finding: &'a Finding, state: State, now: bool) -> Option<(Place, Value)> {
        let Finding { account, region, fingerprint, .. } = finding;
        let seen = self.seen.entry([region, account, fingerprint]).or_default();
        *seen += 1;
        let id = format!("{region}/{account}/elb-audit/{fingerprint}");
        let id = match *seen {
            1 => clip(&id, ID),
            nth if now && self.home.is_none() => format!("{}/{nth}", clip(&id, ID - 8)),
            _ => return None,
        };
        let home = self.home.unwrap_or_else(|| self.first_region(account));
        let region = if region == GLOBAL { home } else { region };
        let written = self.finding(finding, &id, region, state);
        Some(((account.clone(), region.to_owned()), written))
    }

    /// The first region of an account that was read; of another account where there is none.
    fn first_region(&self, account: &str) -> &'a str {
        let own = self.regions.get(account).or_else(|| self.regions.get(ANYWHERE));
        own.copied().unwrap_or("us-east-1")
    }

    fn finding(&self, fault: &Finding, id: &str, region: &str, state: State) -> Value {
        let account = &fault.account;
        let partition = self.partition(account);
        let first = fault.change.as_ref().map_or(state.seen_at, |change| change.first_seen_at);
        let label = label(state.stands.severity(fault.severity));
        let severity = json!({"Label": label, "Original": fault.severity.word()});
        let types = ["Software and Configuration Checks/AWS Security Best Practices"];
        let word = self.home.is_none().then_some(state.word);
        json!({
            "SchemaVersion": "2018-10-08",
            "Id": id,
            "ProductArn": format!(
                "arn:{partition}:securityhub:{region}:{account}:product/{account}/default"
            ),
            "ProductName": "elb-audit",
            "CompanyName": "elb-audit",
            "GeneratorId": clip(&format!("elb-audit/{}", fault.check), ID),
            "AwsAccountId": account,
            "Types": types,
            "FirstObservedAt": first,
            "LastObservedAt": state.seen_at,
            "CreatedAt": first,
            "UpdatedAt": self.report.taken_at,
            "Severity": severity,
            "FindingProviderFields": {"Severity": severity, "Types": types},
            "Title": title(fault, state.stands),
            "Description": description(fault, state),
            "Remediation": {"Recommendation": recommendation(fault, state.stands)},
            "ProductFields": fields(fault, &self.report.version, word),
            "Resources": resources(fault, region, partition),
            "Compliance": {"Status": state.stands.status()},
            "RecordState": state.stands.record(),
        })
    }

    fn partition(&self, account: &str) -> &str {
        // Accounts of one report are of one partition.
        let first = || self.report.accounts.first().map(|first| &*first.partition);
        self.partitions.get(account).copied().or_else(first).unwrap_or("aws")
    }
}

/// Faults that the report does not have any more. Where an account was not read, nothing can be written
/// either.
fn past(report: &Report) -> impl Iterator<Item = (&Past, Stands)> {
    let comparison = report.comparison.iter();
    comparison.flat_map(|comparison| {
        let gone = comparison.gone().map(|past| (past, Stands::Gone));
        let known: HashSet<&str> = report.accounts.iter().map(|account| &*account.id).collect();
        let read = move |past: &&Past| known.contains(&*past.finding.account);
        let unread = comparison.not_assessed.iter().filter(read);
        gone.chain(unread.map(|past| (past, Stands::Unseen)))
    })
}

/// What is found, said of what is no fault.
fn title(finding: &Finding, stands: Stands) -> String {
    let before = match stands {
        Stands::Unknown => "Not assessed: ",
        Stands::Passed => "Passed: ",
        _ => "",
    };
    let title = filled(finding.title.clone(), &finding.check);
    filled(clip(&format!("{before}{title}"), TITLE), "elb-audit")
}

fn recommendation(finding: &Finding, stands: Stands) -> Map<String, Value> {
    let remedy = clip(&finding.fix, REMEDY);
    let mut recommendation = Map::new();
    if !remedy.is_empty() && stands != Stands::Passed {
        recommendation.insert("Text".to_owned(), json!(remedy));
    }
    if let Some(link) = link(finding).filter(|link| link.len() <= URL) {
        recommendation.insert("Url".to_owned(), json!(link));
    }
    recommendation
}

/// A text, or another where it is empty: Security Hub takes no empty ones.
fn filled(text: String, or: &str) -> String {
    if text.trim().is_empty() { or.to_owned() } else { text }
}

fn label(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "CRITICAL",
        Severity::High => "HIGH",
        Severity::Medium => "MEDIUM",
        Severity::Low => "LOW",
        Severity::Info => "INFORMATIONAL",
    }
}

/// What is meant, what has become of it, who can connect, and the evidence.
fn description(fault: &Finding, state: State) -> String {
    let lb = fault.load_balancer.as_ref().map(|lb| format!("load balancer {}", lb.name));
    let subject = Some(fault.subject.label.clone())
        .filter(|label| fault.load_balancer.as_ref().is_none_or(|lb| lb.name != *label));
    let what: Vec<String> = lb.into_iter().chain(subject).map(|part| clip(&part, 200)).collect();
    let why = fault.change.as_ref().and_then(|change| change.why.as_deref());
    let now = match (state.stands, &fault.accepted) {
        (Stands::Gone, _) => format!(" Resolved: {}.", why.unwrap_or("not found any more")),
        (Stands::Unseen, _) => {
            format!(" Not assessed since {}: {}.", state.seen_at, why.unwrap_or("not read"))
        }
        (Stands::Unknown, _) => " Could not be assessed.".to_owned(),
        (_, Some(by)) => format!(" Accepted by {}: {}.", by.owner, by.reason),
        _ => String::new(),
    };
    let whole = format!(
        "{}: {}.{} {}",
        what.join(", "),
        exposure(fault.exposure),
        clip(&now, 400),
        sentence(&fault.evidence)
    );
    clip(whole.trim_end(), DESCRIPTION)
}

/// What decided, for filters: the check, who can connect, and the evidence, one field each.
fn fields(fault: &Finding, version: &str, standing: Option<&str>) -> Value {
    let accepted = fault.accepted.as_ref();
    let own = [
        ("check", fault.check.clone()),
        ("standing", standing.unwrap_or_default().to_owned()),
        ("version", version.to_owned()),
        ("exposure", fault.exposure.word().to_owned()),
        ("fingerprint", fault.fingerprint.clone()),
        ("configuration", fault.configuration.clone()),
        ("subject", fault.subject.label.clone()),
        ("accepted-by", accepted.map(|by| by.owner.clone()).unwrap_or_default()),
        ("accepted-because", accepted.map(|by| by.reason.clone()).unwrap_or_default()),
    ];
    let own = own.into_iter().map(|(name, value)| (format!("elb-audit/{name}"), value));
    let evidence = fault.evidence.0.iter().take(FIELDS).map(|(name, value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        (clip(&format!("elb-audit/evidence/{name}"), FIELD_NAME), value)
    });
    let fields = own.chain(evidence).map(|(name, value)| (name, clip(&value, FIELD)));
    let all: Map<String, Value> = fields
        .filter(|(_, value)| !value.trim().is_empty())
        .map(|(name, value)| (name, json!(value)))
        .collect();
    Value::Object(all)
}

/// The load balancer, and what of it is meant.
fn resources(fault: &Finding, region: &str, partition: &str) -> Vec<Value> {
    let partition = match partition {
        "aws" | "aws-cn" | "aws-us-gov" => Some(partition),
        "aws-iso" => Some("aws-us-iso"),
        "aws-iso-b" => Some("aws-us-iso-b"),
        // Security Hub has no name for the others.
        _ => None,
    };
    let resource = |kind: &str, id: &str| {
        let mut resource = Map::new();
        resource.insert("Type".to_owned(), json!(kind));
        resource.insert("Id".to_owned(), json!(filled(clip(id, ID), "unnamed")));
        if fault.region != GLOBAL {
            resource.insert("Region".to_owned(), json!(region));
        }
        if let Some(partition) = partition {
            resource.insert("Partition".to_owned(), json!(partition));
        }
        Value::Object(resource)
    };
    let lb = fault.load_balancer.as_ref().map(|lb| resource(type_of(lb), &lb.arn));
    let same = |lb: &LoadBalancerRef| lb.arn == fault.subject.id;
    let own = fault.load_balancer.as_ref().is_none_or(|lb| !same(lb));
    let subject = own.then(|| resource(subject_type(fault), &place::arn(fault)));
    lb.into_iter().chain(subject).collect()
}

fn type_of(lb: &LoadBalancerRef) -> &'static str {
    if lb.kind == "classic" { "AwsElbLoadBalancer" } else { "AwsElbv2LoadBalancer" }
}

fn subject_type(fault: &Finding) -> &'static str {
    let id = &fault.subject.id;
    match fault.subject.kind {
        SubjectKind::Certificate if id.contains(":acm:") => "AwsCertificateManagerCertificate",
        SubjectKind::AutoScalingGroup => "AwsAutoScalingAutoScalingGroup",
        _ => "Other",
    }
}
