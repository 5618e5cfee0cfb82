//! Faults in the format of Security Hub, AWS's ASFF, by the account and region that each is imported in.
//!
//! A fault that counts is active and failed. One that is fixed is archived and passed. One that nobody
//! has looked at this time stays active, its status not available: it is no more fixed than it was, and a
//! finding that is not updated for 90 days would vanish. One that somebody has accepted is archived but
//! stays failed: nothing has been fixed, and nobody needs to look; when the acceptance ends it is active
//! again. Workflow and notes are the user's own and are never written.
//!
//! Source: AWS Security Hub API reference, `AwsSecurityFinding`; user guide, `BatchImportFindings`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::render::prose::{exposure, link, sentence};
use crate::report::comparison::Past;
use crate::report::{Finding, GLOBAL, LoadBalancerRef, Outcome, Report, SubjectKind};
use crate::vocab::escape::clip;
use crate::vocab::severity::Severity;

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
    let mut writer = Writer { report, home, seen: BTreeSet::new(), all: BTreeMap::new() };
    let faults = report.findings.iter().filter(|one| one.outcome == Outcome::Fail && !one.advisory);
    let mut faults: Vec<&Finding> = faults.collect();
    // Of two with one fingerprint the one that counts, and is worse.
    faults.sort_by_key(|one| (one.accepted.is_some(), std::cmp::Reverse(one.severity)));
    for fault in faults {
        let accepted = fault.accepted.is_some();
        let record = if accepted { "ARCHIVED" } else { "ACTIVE" };
        writer.write(fault, State { record, status: "FAILED", seen_at: report.taken_at });
    }
    for (past, record, status) in past(report) {
        writer.write(&past.finding, State { record, status, seen_at: past.last_seen_at });
    }
    writer.all
}

/// Faults that the report does not have any more. Where an account was not read, nothing can be written
/// either.
fn past(report: &Report) -> impl Iterator<Item = (&Past, &'static str, &'static str)> {
    let comparison = report.comparison.iter();
    comparison.flat_map(|comparison| {
        let gone = comparison.gone().map(|past| (past, "ARCHIVED", "PASSED"));
        let read =
            |past: &&Past| report.accounts.iter().any(|account| account.id == past.finding.account);
        let unread = comparison.not_assessed.iter().filter(read);
        gone.chain(unread.map(|past| (past, "ACTIVE", "NOT_AVAILABLE")))
    })
}

/// How a fault stands.
#[derive(Clone, Copy)]
struct State {
    record: &'static str,
    status: &'static str,
    seen_at: Timestamp,
}

struct Writer<'a> {
    report: &'a Report,
    home: &'a str,
    /// Ids that are written already.
    seen: BTreeSet<String>,
    all: BTreeMap<Place, Vec<Value>>,
}

impl Writer<'_> {
    fn write(&mut self, fault: &Finding, state: State) {
        let Finding { account, region, fingerprint, .. } = fault;
        let id = format!("{region}/{account}/elb-audit/{fingerprint}");
        if !self.seen.insert(id.clone()) {
            return;
        }
        let region = if region == GLOBAL { self.home } else { region };
        let finding = self.finding(fault, &id, region, state);
        self.all.entry((account.clone(), region.to_owned())).or_default().push(finding);
    }

    fn finding(&self, fault: &Finding, id: &str, region: &str, state: State) -> Value {
        let account = &fault.account;
        let partition = self.partition(account);
        let first = fault.change.as_ref().map_or(state.seen_at, |change| change.first_seen_at);
        let severity = json!({"Label": label(fault.severity), "Original": fault.severity.word()});
        let types = ["Software and Configuration Checks/AWS Security Best Practices"];
        let remedy = clip(&fault.fix, REMEDY);
        let mut recommendation = Map::new();
        if !remedy.is_empty() {
            recommendation.insert("Text".to_owned(), json!(remedy));
        }
        if let Some(link) = link(fault).filter(|link| link.len() <= URL) {
            recommendation.insert("Url".to_owned(), json!(link));
        }
        json!({
            "SchemaVersion": "2018-10-08",
            "Id": clip(id, ID),
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
            "Title": filled(clip(&fault.title, TITLE), &fault.check),
            "Description": description(fault, state),
            "Remediation": {"Recommendation": recommendation},
            "ProductFields": fields(fault, &self.report.version),
            "Resources": resources(fault, region, partition),
            "Compliance": {"Status": state.status},
            "RecordState": state.record,
        })
    }

    fn partition(&self, account: &str) -> &str {
        // Accounts of one report are of one partition.
        let known = self.report.accounts.iter().find(|known| known.id == account);
        known.or(self.report.accounts.first()).map_or("aws", |known| &known.partition)
    }
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
    let now = match (state.status, &fault.accepted) {
        ("PASSED", _) => format!(" Resolved: {}.", why.unwrap_or("not found any more")),
        ("NOT_AVAILABLE", _) => {
            format!(" Not assessed since {}: {}.", state.seen_at, why.unwrap_or("not read"))
        }
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
fn fields(fault: &Finding, version: &str) -> Value {
    let accepted = fault.accepted.as_ref();
    let own = [
        ("check", fault.check.clone()),
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
    let subject = own.then(|| resource(subject_type(fault), &fault.subject.id));
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
