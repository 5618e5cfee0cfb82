//! Findings as events of OCSF, the Open Cybersecurity Schema Framework: class 2003, Compliance Finding.
//!
//! Source: the schema of OCSF 1.6.0. What older versions require is always there, from 1.3 on.

use std::collections::{HashMap, HashSet};
use std::io;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::json::write_line;
use super::{Format, Says, Style, changes_alone, place};
use crate::compliance::RULES;
use crate::inventory::Kind;
use crate::render::prose::{acceptance, check, found, informs, sentence};
use crate::report::comparison::{ChangeKind, Comparison, Past};
use crate::report::{
    AccountSummary, Finding, LoadBalancerRef, Outcome, Report, Standing, SubjectKind,
};
use crate::vocab::severity::Severity;

/// OCSF.
pub(super) const FORMAT: Format = Format {
    name: "ocsf",
    file: "elb-audit.ocsf.ndjson",
    endings: &["ocsf.ndjson", "ocsf.json", "ocsf.jsonl"],
    media_type: "application/x-ndjson",
    about: "Security Lake and SIEMs: an OCSF 1.6 compliance finding (class 2003) a line",
    says: Says {
        fault: Some("an event; `compliance.status_id` 3, fail"),
        unknown: Some("an event; `compliance.status_id` 2, warning"),
        note: Some("an event; `compliance.status_id` 99, `Note`"),
        pass: Some("an event; `compliance.status_id` 1, pass"),
        accepted: Some("an event; `status_id` 3, suppressed"),
        informing: Some("an event; `compliance.status_id` 99, `Informing`"),
    },
    leaves_out: "calls that failed where no verdict is unknown for it, load balancers without a finding, settings that \
                 differ from the defaults and actions",
    more: "Events keep the schema of OCSF 1.6.0 with the profiles `cloud` and `datetime`, and have what 1.3 to 1.5 \
           require too. Times are in milliseconds. `finding_info.uid` is the fingerprint, and `unmapped.standing` says \
           what a finding counts as.\n\n\
           | | `activity_id` | `status_id` | `compliance.status_id` | `severity_id` |\n\
           | --- | --- | --- | --- | --- |\n\
           | fault, new or never compared | 1 create | 1 new | 3 fail | its own |\n\
           | fault, seen before | 2 update | 1 new | 3 fail | its own |\n\
           | unknown | 1 or 2 | 1 new | 2 warning: the schema's word for a result that could not be had | 1, or its own \
           where it was a fault before |\n\
           | note | 1 | 99 `Note` | 99 `Note` | 1 |\n\
           | pass | 1 | 4 resolved | 1 pass | 1 |\n\
           | accepted | 1 or 2 | 3 suppressed | 3 fail, or 99 `Note` | its own |\n\
           | newer check | 1 | 99 `Informing` | 99 `Informing` | 1 |\n\
           | gone since the report compared with | 3 close | 4 resolved | 1 pass | its own |\n\
           | not assessed this time | 2 update | 1 new | 2 warning | its own |\n\n\
           So `status_id` 1 is what wants attention. Whether somebody works on it is for the reader to say: nothing is \
           ever `In Progress`. `compliance.checks` has the severity of the check whatever came of it, `standards` and \
           `requirements` the frameworks that ask it, `unmapped.accepted` who has accepted it, why and until when.\n\n\
           A file without an event does not say that all is well: it is what comes out where nothing could be read, \
           too. The [exit code](exit-codes.md) tells. Security Hub has no import of OCSF: the way in is \
           [`asff`](#asff), or [`--notify securityhub`](alerts.md#security-hub). Security Lake takes Parquet, into \
           which Amazon Data Firehose or DuckDB turns these lines.",
    for_people: false,
    beside: None,
    render,
    render_changes: |report, style, out| changes_alone(render, report, style, out),
};

const VERSION: &str = "1.6.0";
const CLASS: u32 = 2003;
/// What the checks are of that no framework asks.
const OWN_STANDARD: &str = "elb-audit";

fn render(report: &Report, _: Style, out: &mut dyn io::Write) -> io::Result<()> {
    let writer = Writer::new(report);
    let mut write = |event: Value| {
        write_line(&event, out)?;
        out.write_all(b"\n")
    };
    // What is closed comes first: what has the same fingerprint and is there now has the last word.
    for past in report.comparison.iter().flat_map(Comparison::gone) {
        write(writer.event(&past.finding, Stands::Gone(past)))?;
    }
    let here: HashSet<&str> = report.findings.iter().map(|one| &*one.fingerprint).collect();
    for past in report.comparison.iter().flat_map(|comparison| &comparison.not_assessed) {
        if !here.contains(&*past.finding.fingerprint) {
            write(writer.event(&past.finding, Stands::Unseen(past)))?;
        }
    }
    report.findings.iter().try_for_each(|one| write(writer.event(one, Stands::Now(one.standing()))))
}

/// How a finding stands.
#[derive(Clone, Copy)]
enum Stands<'a> {
    /// It is in the report.
    Now(Standing),
    /// It was a fault, and is gone.
    Gone(&'a Past),
    /// It was a fault, and nobody has looked at it this time.
    Unseen(&'a Past),
}

/// A number of the schema, and the word for it.
type Named = (u32, &'static str);

const FAIL: Named = (3, "Fail");
const WARNING: Named = (2, "Warning");
const PASS: Named = (1, "Pass");
const NOTE: Named = (99, "Note");
const INFORMING: Named = (99, "Informing");
const NEW: Named = (1, "New");
const SUPPRESSED: Named = (3, "Suppressed");
const RESOLVED: Named = (4, "Resolved");
const CREATE: Named = (1, "Create");
const UPDATE: Named = (2, "Update");
const CLOSE: Named = (3, "Close");

impl Stands<'_> {
    /// What `unmapped.standing` says.
    fn word(self) -> &'static str {
        match self {
            Stands::Now(standing) => standing.word(),
            Stands::Gone(past) => {
                past.finding.change.as_ref().map_or("resolved", |change| change.kind.words())
            }
            Stands::Unseen(_) => ChangeKind::NotAssessed.words(),
        }
    }

    /// What came of the check.
    fn compliance(self, outcome: Outcome) -> Named {
        match self {
            Stands::Now(Standing::Fault) => FAIL,
            Stands::Now(Standing::Accepted) if outcome == Outcome::Fail => FAIL,
            Stands::Now(Standing::Unknown) | Stands::Unseen(_) => WARNING,
            Stands::Now(Standing::Note | Standing::Accepted) => NOTE,
            Stands::Now(Standing::Pass) | Stands::Gone(_) => PASS,
            Stands::Now(Standing::Informing) => INFORMING,
        }
    }

    /// Whether it wants attention.
    fn status(self) -> Named {
        match self {
            Stands::Now(Standing::Fault | Standing::Unknown) | Stands::Unseen(_) => NEW,
            Stands::Now(Standing::Accepted) => SUPPRESSED,
            Stands::Now(Standing::Note) => NOTE,
            Stands::Now(Standing::Informing) => INFORMING,
            Stands::Now(Standing::Pass) | Stands::Gone(_) => RESOLVED,
        }
    }
}

fn severity(severity: Severity) -> Named {
    match severity {
        Severity::Info => (1, "Informational"),
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
        Severity::Critical => (5, "Critical"),
    }
}

struct Writer<'a> {
    report: &'a Report,
    accounts: HashMap<&'a str, &'a AccountSummary>,
    /// Faults that were there before and that nobody has looked at this time, by fingerprint.
    unseen: HashMap<&'a str, &'a Past>,
}

impl<'a> Writer<'a> {
    fn new(report: &'a Report) -> Self {
        let unseen = report.comparison.iter().flat_map(|comparison| &comparison.not_assessed);
        Writer {
            report,
            accounts: report.accounts.iter().map(|account| (&*account.id, account)).collect(),
            unseen: unseen.map(|past| (&*past.finding.fingerprint, past)).collect(),
        }
    }

    fn event(&self, finding: &Finding, stands: Stands) -> Value {
        let (activity, activity_name) = self.activity(finding, stands);
        let (severity_id, severity) = self.severity(finding, stands);
        let (status_id, status) = stands.status();
        let mut event = json!({
            "activity_id": activity,
            "activity_name": activity_name,
            "category_uid": CLASS / 1_000,
            "category_name": "Findings",
            "class_uid": CLASS,
            "class_name": "Compliance Finding",
            "type_uid": CLASS * 100 + activity,
            "type_name": format!("Compliance Finding: {activity_name}"),
            "time": self.report.taken_at.as_millisecond(),
            "time_dt": self.report.taken_at,
            "severity_id": severity_id,
            "severity": severity,
            "status_id": status_id,
            "status": status,
            "message": said(finding, stands),
            "metadata": self.metadata(finding),
            "finding_info": self.finding_info(finding, stands),
            "compliance": compliance(finding, stands),
            "resources": self.resources(finding),
            "cloud": self.cloud(finding),
            "unmapped": unmapped(finding, stands),
        });
        if let (Some(remediation), Value::Object(fields)) =
            (remediation(finding, stands), &mut event)
        {
            fields.insert("remediation".to_owned(), remediation);
        }
        event
    }

    /// What is no fault, and was none, alarms nobody.
    fn severity(&self, finding: &Finding, stands: Stands) -> Named {
        let alarms = match stands {
            Stands::Now(Standing::Fault | Standing::Accepted)
            | Stands::Gone(_)
            | Stands::Unseen(_) => true,
            Stands::Now(Standing::Unknown) => self.unseen.contains_key(&*finding.fingerprint),
            Stands::Now(_) => false,
        };
        severity(if alarms { finding.severity } else { Severity::Info })
    }

    /// Whether it is the first that is heard of the finding.
    fn activity(&self, finding: &Finding, stands: Stands) -> Named {
        match stands {
            Stands::Gone(_) => CLOSE,
            Stands::Unseen(_) => UPDATE,
            Stands::Now(_) => match finding.change.as_ref().map(|change| change.kind) {
                Some(ChangeKind::New) => CREATE,
                Some(ChangeKind::Worsened | ChangeKind::Unchanged) => UPDATE,
                _ if self.first_seen(finding, stands) < self.report.taken_at => UPDATE,
                _ => CREATE,
            },
        }
    }

    fn first_seen(&self, finding: &Finding, stands: Stands) -> Timestamp {
        let before = |past: &Past| past.finding.change.as_ref().map(|change| change.first_seen_at);
        let unknown = matches!(stands, Stands::Now(Standing::Unknown));
        let unseen = self.unseen.get(&*finding.fingerprint).filter(|_| unknown);
        let own = finding.change.as_ref().map(|change| change.first_seen_at);
        own.or_else(|| unseen.and_then(|past| before(past))).unwrap_or(self.report.taken_at)
    }

    fn metadata(&self, finding: &Finding) -> Value {
        json!({
            "version": VERSION,
            "profiles": ["cloud", "datetime"],
            "product": {
                "name": "elb-audit",
                "vendor_name": "elb-audit",
                "version": self.report.version,
            },
            "event_code": finding.check,
        })
    }

    fn finding_info(&self, finding: &Finding, stands: Stands) -> Value {
        let first = self.first_seen(finding, stands).as_millisecond();
        let last = match stands {
            Stands::Now(_) => self.report.taken_at,
            Stands::Gone(past) | Stands::Unseen(past) => past.last_seen_at,
        };
        json!({
            "uid": finding.fingerprint,
            "title": title(finding),
            "desc": said(finding, stands),
            "types": ["Software and Configuration Checks/AWS Security Best Practices"],
            "created_time": first,
            "first_seen_time": first,
            "last_seen_time": last.as_millisecond(),
            "modified_time": self.report.taken_at.as_millisecond(),
        })
    }

    fn cloud(&self, finding: &Finding) -> Value {
        let mut cloud = json!({"provider": "AWS", "region": finding.region});
        if let Value::Object(fields) = &mut cloud {
            let partition = self.accounts.get(&*finding.account).map(|account| &*account.partition);
            fields.extend(partition.map(|name| ("cloud_partition".to_owned(), json!(name))));
            fields.extend(self.account(finding).map(|account| ("account".to_owned(), account)));
        }
        cloud
    }

    /// The account; none where nothing is known of it.
    fn account(&self, finding: &Finding) -> Option<Value> {
        let name = self.accounts.get(&*finding.account).and_then(|account| account.name.as_deref());
        let known = [("uid", Some(&*finding.account)), ("name", name)];
        let known = known.into_iter().filter_map(|(field, value)| Some((field, value?)));
        let mut account: Map<String, Value> = known
            .filter(|(_, value)| !value.is_empty())
            .map(|(field, value)| (field.to_owned(), json!(value)))
            .collect();
        if account.is_empty() {
            return None;
        }
        account.insert("type_id".to_owned(), json!(10));
        account.insert("type".to_owned(), json!("AWS Account"));
        Some(Value::Object(account))
    }

    /// The load balancer, and what of it is meant, with the evidence.
    fn resources(&self, finding: &Finding) -> Vec<Value> {
        let subject = &finding.subject;
        let lb = finding.load_balancer.as_ref();
        let same = lb.is_some_and(|lb| lb.arn == subject.id);
        let lb =
            lb.filter(|_| !same).map(|lb| self.resource(finding, [&lb.arn, &lb.name, lb_type(lb)]));
        let mut own =
            self.resource(finding, [&place::arn(finding), &subject.label, subject_type(finding)]);
        if let Value::Object(fields) = &mut own {
            fields.insert("data".to_owned(), json!(finding.evidence));
        }
        lb.into_iter().chain([own]).collect()
    }

    fn resource(&self, finding: &Finding, [uid, name, kind]: [&str; 3]) -> Value {
        let uid = if uid.is_empty() { "unnamed" } else { uid };
        let mut resource = json!({"uid": uid, "type": kind, "region": finding.region});
        if let Value::Object(fields) = &mut resource {
            if !name.is_empty() {
                fields.insert("name".to_owned(), json!(name));
            }
            let owner = self.account(finding).map(|account| json!({"account": account}));
            fields.extend(owner.map(|owner| ("owner".to_owned(), owner)));
        }
        resource
    }
}

/// What was asked, by whom, and what came of it.
fn compliance(finding: &Finding, stands: Stands) -> Value {
    let (status_id, status) = stands.compliance(finding.outcome);
    let (severity_id, severity) = severity(finding.severity);
    let (standards, requirements) = asked(finding);
    let mut compliance = json!({
        "control": finding.check,
        "standards": standards,
        "status_id": status_id,
        "status": status,
        "checks": [{
            "uid": finding.check,
            "name": title(finding),
            "standards": standards,
            "status_id": status_id,
            "status": status,
            "severity_id": severity_id,
            "severity": severity,
        }],
    });
    if let Value::Object(fields) = &mut compliance {
        let logic = check(&finding.check).map(|check| check.logic);
        fields.extend(logic.map(|logic| ("desc".to_owned(), json!(logic))));
        for (name, texts) in
            [("requirements", requirements), ("status_details", details(finding, stands))]
        {
            if !texts.is_empty() {
                fields.insert(name.to_owned(), json!(texts));
            }
        }
    }
    compliance
}

/// The frameworks that ask the check of such a load balancer, and their controls; never no framework.
fn asked(finding: &Finding) -> (Vec<&'static str>, Vec<String>) {
    let kind = finding.load_balancer.as_ref().map(|lb| Kind::from(&*lb.kind));
    let rules = RULES.iter().filter(|rule| {
        rule.checks.contains(&&*finding.check)
            && kind.as_ref().is_none_or(|kind| rule.kinds.contains(kind))
    });
    let (mut standards, mut requirements) = (Vec::new(), Vec::new());
    for asked in rules.flat_map(|rule| rule.asked_by) {
        let title = asked.framework.title();
        if !standards.contains(&title) {
            standards.push(title);
        }
        for id in asked.ids.iter().map(|id| format!("{title}: {id}")) {
            if !requirements.contains(&id) {
                requirements.push(id);
            }
        }
    }
    if standards.is_empty() {
        standards.push(OWN_STANDARD);
    }
    (standards, requirements)
}

/// Why it stands as it does, in words.
fn details(finding: &Finding, stands: Stands) -> Vec<String> {
    let why = finding.change.as_ref().and_then(|change| change.why.clone());
    match stands {
        Stands::Now(Standing::Fault) => why.into_iter().collect(),
        Stands::Now(Standing::Accepted) => finding.accepted.iter().map(acceptance).collect(),
        Stands::Now(Standing::Informing) => vec![informs(finding)],
        Stands::Now(Standing::Unknown) => {
            vec![format!("could not be assessed: {}", sentence(&finding.evidence))]
        }
        Stands::Now(Standing::Note | Standing::Pass) => Vec::new(),
        Stands::Gone(_) => vec![why.unwrap_or_else(|| "not found any more".to_owned())],
        Stands::Unseen(past) => {
            let why = why.unwrap_or_else(|| "not read".to_owned());
            vec![format!("not assessed since {}: {why}", past.last_seen_at)]
        }
    }
}

/// What was found, in a line that says where nothing was.
fn said(finding: &Finding, stands: Stands) -> String {
    let before = match stands {
        Stands::Now(Standing::Unknown) => "not assessed: ",
        Stands::Now(Standing::Pass) => "passed: ",
        Stands::Gone(_) => "gone: ",
        _ => "",
    };
    format!("{before}{}", found(finding))
}

/// The title; the check where there is none.
fn title(finding: &Finding) -> &str {
    if finding.title.is_empty() { &finding.check } else { &finding.title }
}

/// How to fix it; none where nothing is wrong.
fn remediation(finding: &Finding, stands: Stands) -> Option<Value> {
    let wrong = !matches!(stands, Stands::Now(Standing::Pass) | Stands::Gone(_));
    let links = check(&finding.check).map(|check| check.links).unwrap_or_default();
    (wrong && !finding.fix.is_empty()).then(|| json!({"desc": finding.fix, "references": links}))
}

/// What the schema has no place for.
fn unmapped(finding: &Finding, stands: Stands) -> Value {
    let change = finding.change.as_ref().map(|change| change.kind.words());
    json!({
        "standing": stands.word(),
        "outcome": finding.outcome.word(),
        "exposure": finding.exposure.word(),
        "configuration": finding.configuration,
        "edition": finding.edition,
        "change": change,
        "accepted": finding.accepted,
        "subject_kind": place::subject(finding.subject.kind),
    })
}

fn lb_type(lb: &LoadBalancerRef) -> &'static str {
    if lb.kind == "classic" {
        "AWS::ElasticLoadBalancing::LoadBalancer"
    } else {
        "AWS::ElasticLoadBalancingV2::LoadBalancer"
    }
}

/// CloudFormation's type, and a word of ours where it has none.
fn subject_type(finding: &Finding) -> &'static str {
    let (kind, id) = (finding.subject.kind, &finding.subject.id);
    match (kind, &finding.load_balancer) {
        (SubjectKind::LoadBalancer, Some(lb)) => lb_type(lb),
        (SubjectKind::Listener, Some(lb)) if lb.kind != "classic" => {
            "AWS::ElasticLoadBalancingV2::Listener"
        }
        (SubjectKind::TargetGroup, _) => "AWS::ElasticLoadBalancingV2::TargetGroup",
        (SubjectKind::Certificate, _) if id.contains(":acm:") => {
            "AWS::CertificateManager::Certificate"
        }
        (SubjectKind::Certificate, _) if id.contains(":iam:") => "AWS::IAM::ServerCertificate",
        (SubjectKind::AutoScalingGroup, _) => "AWS::AutoScaling::AutoScalingGroup",
        (SubjectKind::DnsRecord, _) => "AWS::Route53::RecordSet",
        _ => place::subject(kind),
    }
}
