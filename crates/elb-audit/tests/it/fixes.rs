//! What remedies do: their commands, run by AWS's own CLI against moto, and a scan after them.

use std::collections::{BTreeMap, BTreeSet};

use elb_audit_core::checks::ALL;
use elb_audit_core::inventory::Kind;
use elb_audit_core::remedy::binding::Bindings;
use elb_audit_core::remedy::placeholder::bound;
use elb_audit_core::report::{Finding, Outcome, Report, SubjectKind};
use elb_audit_core::vocab::severity::Persona;
use serde_json::json;

use crate::commands::run;
use crate::compare::name_of;
use crate::moto::{Moto, with_moto};
use crate::program::Run;

const REGION: &str = "eu-west-1";

/// Faults and notes to fix, one after the other: load balancer, check, subject.
const FIXED: &[[&str; 3]] = &[
    ["clear", "listener-cleartext", "HTTP:80"],
    ["clear", "access-logs-disabled", "clear"],
    ["clear", "connection-logs-off", "clear"],
    ["odd", "listener-cleartext", "HTTP:80"],
    ["odd", "desync-monitor", "odd"],
    ["odd", "invalid-headers-kept", "odd"],
    ["odd", "zonal-shift-off", "odd"],
    ["weak", "tls-legacy-protocol", "HTTPS:443"],
    ["weak", "tls-weak-cipher", "HTTPS:443"],
    ["weak", "post-quantum-missing", "HTTPS:443"],
    ["clean", "waf-rate-limit-missing", "clean"],
    ["clean", "waf-metrics-off", "clean"],
    ["clean", "health-check-cleartext", "web"],
    ["clean", "target-group-cleartext", "web"],
    ["clean", "hsts-missing", "HTTPS:443"],
    ["clean", "server-header-sent", "HTTPS:443"],
    ["through", "tls-legacy-protocol", "TLS:443"],
    ["through", "access-logs-disabled", "through"],
    ["database", "listener-cleartext-port", "TCP:6379"],
    ["database", "cross-zone-off", "database"],
    ["old-clear", "access-logs-disabled", "old-clear"],
    ["old-clear", "cross-zone-off", "old-clear"],
    ["old-clear", "listener-cleartext", "HTTP:80"],
    ["old-tls", "tls-legacy-protocol", "HTTPS:443"],
    ["old-tls", "classic-cipher-order-unset", "HTTPS:443"],
    ["appliances", "gateway-flows-kept-on-failure", "appliances"],
    ["clean", "security-group-unused-port", "clean"],
    ["database", "flow-logs-missing", "database"],
    ["through", "tags-missing", "through"],
    ["old-tls", "tags-missing", "old-tls"],
    ["bare", "no-listeners", "bare"],
];

/// Those of them that moto goes on showing, and why.
const SHOWN_BY_MOTO: &[([&str; 3], &str)] = &[(
    ["clean", "target-group-cleartext", "web"],
    "a group keeps the load balancers that it once had",
)];

fn scan(moto: &Moto) -> Report {
    let scan = "scan --region eu-west-1 --format json --retries 0 --persona auditor";
    Run::at(&moto.url, scan).report()
}

fn named(finding: &Finding) -> [String; 3] {
    [name_of(finding).to_owned(), finding.check.clone(), finding.subject.label.clone()]
}

/// The commands that the report gives for a finding, with what a user of this account would choose.
fn script(report: &Report, finding: &Finding) -> String {
    let check = ALL.iter().find(|check| check.id == finding.check).unwrap();
    let kind = Kind::from(finding.load_balancer.as_ref().unwrap().kind.as_str());
    let commands = check.commands(&[kind], &finding.bindings).in_region(REGION);
    let good = report.findings.iter().find(|finding| {
        finding.subject.kind == SubjectKind::Certificate
            && finding.subject.label == "good.example.com"
    });
    let chosen: Bindings = [
        ("CERTIFICATE_ARN", good.unwrap().subject.id.as_str()),
        ("LOG_BUCKET", "logs-eu-west-1"),
        ("CLIENTS_RANGE", "203.0.113.0/24"),
        ("NEW_TLS_PORT", "6380"),
        ("NEW_GROUP_NAME", "web-tls"),
        ("TARGET_TLS_PORT", "8443"),
        ("HEALTH_PATH", "health"),
        ("TAG_VALUE", "shop"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.into()))
    .collect();
    let left: Vec<&String> = commands
        .open
        .iter()
        .map(|(name, _)| name)
        .filter(|name| !chosen.contains_key(*name))
        .collect();
    assert!(left.is_empty(), "{:?} leaves {left:?} open", named(finding));
    bound(&commands.lines, &chosen)
}

/// Faults that fail a regular scan, by fingerprint.
fn regular(report: &Report) -> BTreeSet<&str> {
    let is_regular = |finding: &&Finding| {
        let check = ALL.iter().find(|check| check.id == finding.check);
        finding.outcome == Outcome::Fail
            && check.is_some_and(|check| check.persona == Persona::Regular)
    };
    report.findings.iter().filter(is_regular).map(|finding| &*finding.fingerprint).collect()
}

#[test]
fn a_fault_is_gone_once_its_commands_have_run() {
    with_moto("fixes", |moto| {
        moto.plant(&[REGION]);
        let empty = r#"{"Version": "2012-10-17", "Statement": []}"#;
        let policy =
            format!("aws s3api put-bucket-policy --bucket logs-eu-west-1 --policy '{empty}'");
        let before = scan(moto);
        let mut fixed = BTreeSet::new();
        let mut blocks = BTreeMap::from([("000 setup".to_owned(), policy)]);
        for (place, wanted) in FIXED.iter().enumerate() {
            let mut found = before.findings.iter().filter(|finding| named(finding) == *wanted);
            let finding = found.next().unwrap_or_else(|| panic!("no {wanted:?}"));
            assert!(finding.outcome != Outcome::Unknown, "{wanted:?} is unknown");
            let name = format!("{:03} {}", place + 1, wanted.join(" "));
            blocks.insert(name, script(&before, finding));
            fixed.insert(finding.fingerprint.as_str());
        }
        let came = run(&moto.python, &blocks, Some(&moto.url));
        assert_eq!(came["failed"], json!({}));
        let after = scan(moto);
        let tells = |finding: &&Finding| matches!(finding.outcome, Outcome::Fail | Outcome::Note);
        let still: Vec<_> = after
            .findings
            .iter()
            .filter(tells)
            .filter(|finding| fixed.contains(&*finding.fingerprint))
            .map(named)
            .collect();
        let shown: Vec<_> =
            SHOWN_BY_MOTO.iter().map(|(finding, _)| finding.map(str::to_owned)).collect();
        assert_eq!(still, shown, "what is still there");
        let known = regular(&before);
        let new: Vec<_> = after
            .findings
            .iter()
            .filter(|finding| regular(&after).contains(&*finding.fingerprint))
            .filter(|finding| !known.contains(&*finding.fingerprint))
            .map(named)
            .collect();
        assert!(new.is_empty(), "new: {new:#?}");
    });
}
