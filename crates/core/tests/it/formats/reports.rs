//! Hand-made reports: everything at once, hostile texts, huge lists, nothing at all.

use std::borrow::Cow;
use std::collections::BTreeMap;

use elb_audit_core::compliance::Source;
use elb_audit_core::fixtures::sample;
use elb_audit_core::inventory::Cost;
use elb_audit_core::policy::AcceptedRisk;
use elb_audit_core::policy::config::Config;
use elb_audit_core::policy::selection::Selection;
use elb_audit_core::policy::settings::{SetBy, Setting, SettingKind};
use elb_audit_core::remedy::binding::Bindings;
use elb_audit_core::report::comparison::{
    Change, ChangeKind, Comparison, JudgedDifferently, LastKnown, Past,
};
use elb_audit_core::report::controls::{
    ControlReport, ControlResource, ControlStatus, ControlSummary, FrameworkReport,
};
use elb_audit_core::report::listener::{
    AuthenticationSummary, CertificateSummary, ConditionSummary, End, Rewrite, RuleSummary,
    TargetSummary, TlsFloor, TransformSummary, WeightedTarget,
};
use elb_audit_core::report::{
    Accepted, AccountStatus, AccountSummary, Basis, Finding, ListenerSummary, LoadBalancerRef,
    LoadBalancerSummary, Note, Outcome, RegionStatus, RegionSummary, Report, ReportedGap,
    RiskState, RiskStatus, SCHEMA, SeverityCounts, Subject, SubjectKind, Summary, TargetsSummary,
    Totals, UnitSummary,
};
use elb_audit_core::vocab::evidence::{Evidence, Step};
use elb_audit_core::vocab::exposure::ExposureClass;
use elb_audit_core::vocab::severity::{Persona, Severity};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use serde_json::json;

const OTHER: &str = "444455556666";

/// Something of each kind that is set otherwise than by default.
fn settings() -> Vec<Setting> {
    let text = r#"
        fail-on = "never"
        [severity]
        waf-not-associated = "low"
        no-targets = "critical"
        [thresholds]
        quota-percent = 95
        [intent]
        public = ["shop-*", "zone=dmz", "arn:aws:*", "a", "b"]
        public-ports = [80, 443]
    "#;
    let config = Config::parse(text).expect("a configuration");
    let skip = ["listener-cleartext"].into();
    let enable = ["deletion-protection-off"].into();
    let mut all = config.policy.settings();
    all.extend(Selection { skip, enable, ..Selection::default() }.switched(&config.policy));
    all.push(Setting::gate("fail-on", "high", "never", SetBy::Configuration));
    all.push(Setting::gate("strict", "off", "on", SetBy::CommandLine));
    all.sort();
    all
}

/// A report of these accounts without anything in it.
fn empty(accounts: &[&str]) -> Report {
    let summary = |id: &&str| AccountSummary {
        id: (*id).to_owned(),
        partition: "aws".to_owned(),
        ..AccountSummary::default()
    };
    Report {
        schema: SCHEMA.to_owned(),
        version: "0.1.0".to_owned(),
        taken_at: sample::now(),
        basis: Basis {
            edition: "2026-11".to_owned(),
            persona: Some(Persona::Regular),
            checks: 99,
            check_ids: Vec::new(),
            config: None,
            load_balancers: None,
            revisions: Some(Cow::Owned([("no-targets".to_owned(), "1a2b3c4d".to_owned())].into())),
            settings: Some(Vec::new()),
        },
        accounts: accounts.iter().map(summary).collect(),
        organizational_units: Vec::new(),
        regions: Vec::new(),
        summary: Summary {
            cost: Cost { api_calls: 1234, milliseconds: 6150 },
            ..Summary::default()
        },
        load_balancers: Vec::new(),
        findings: Vec::new(),
        actions: Vec::new(),
        gaps: Vec::new(),
        framework: None,
        frameworks: Vec::new(),
        accepted_risks: Vec::new(),
        notes: Vec::new(),
        comparison: None,
        alerted_at: None,
    }
}

/// Counts what the report holds, as an audit does.
fn counted(mut report: Report) -> Report {
    report.summary = Summary { cost: report.summary.cost, ..Summary::default() };
    let summary = &mut report.summary;
    for region in &report.regions {
        match region.status {
            RegionStatus::Read | RegionStatus::Partial => summary.regions_read += 1,
            RegionStatus::Unread => summary.regions_unread += 1,
            RegionStatus::Skipped => summary.regions_skipped += 1,
        }
    }
    for finding in &report.findings {
        match finding.outcome {
            Outcome::Pass => summary.passed += 1,
            _ if finding.accepted.is_some() => summary.accepted += 1,
            _ if finding.advisory => summary.advisory += 1,
            Outcome::Fail => summary.faults.add(finding.severity),
            Outcome::Unknown => summary.unknown += 1,
            Outcome::Note => summary.notes += 1,
        }
    }
    summary.load_balancers = report.load_balancers.len();
    summary.listeners =
        report.load_balancers.iter().filter_map(|lb| lb.listeners.as_ref()).map(Vec::len).sum();
    report
}

fn region(account: &str, name: &str, status: RegionStatus, reason: Option<&str>) -> RegionSummary {
    RegionSummary {
        account: account.to_owned(),
        name: name.to_owned(),
        status,
        reason: reason.map(str::to_owned),
    }
}

fn load_balancer(account: &str, region: &str, kind: &str, name: &str) -> LoadBalancerSummary {
    let arn = format!("arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/app/{name}/1");
    LoadBalancerSummary {
        account: account.to_owned(),
        region: region.to_owned(),
        arn,
        name: name.to_owned(),
        kind: kind.to_owned(),
        scheme: (kind != "gateway").then(|| "internet-facing".to_owned()),
        state: (kind != "classic").then(|| "active".to_owned()),
        dns_name: (kind != "gateway").then(|| format!("{name}-123.{region}.elb.amazonaws.com")),
        exposure: ExposureClass::Internet,
        tls_floor: None,
        listeners: Some(Vec::new()),
    }
}

fn step(resource: &str, says: &str) -> Step {
    Step { resource: resource.to_owned(), says: says.to_owned() }
}

fn listener(label: &str, action: Option<&str>, targets: Vec<TargetsSummary>) -> ListenerSummary {
    ListenerSummary {
        id: format!("listener/{label}"),
        label: label.to_owned(),
        exposure: ExposureClass::Internet,
        reachable_from: vec!["0.0.0.0/0 in sg-web".to_owned()],
        chain: vec![
            step("subnet-a", "route table rtb-1: 0.0.0.0/0 → igw-1"),
            step("sg-web", "tcp 443 from 0.0.0.0/0"),
        ],
        closed_by: vec!["remove 0.0.0.0/0 from sg-web, tcp 443".to_owned()],
        default_action: action.map(str::to_owned),
        ssl_policy: None,
        tls_floor: None,
        certificates: Some(Vec::new()),
        rules: None,
        targets,
    }
}

fn targets(name: &str, health: Option<&[(&str, usize)]>) -> TargetsSummary {
    let owned = |(state, number): &(&str, usize)| ((*state).to_owned(), *number);
    TargetsSummary {
        health: health.map(|all| all.iter().map(owned).collect()),
        ..TargetsSummary::unread(&format!("arn:group/{name}"), name)
    }
}

/// A listener of which everything is told.
fn told(listener: ListenerSummary) -> ListenerSummary {
    let text = |text: &str| Some(text.to_owned());
    let certificate = |number: usize| CertificateSummary {
        arn: format!("arn:certificate/{number}"),
        name: (number < 2).then(|| format!("{number}.example.com")),
        default: number == 0,
        not_after: (number < 2).then(|| sample::in_days(30)),
    };
    let mut targets = listener.targets;
    let group = targets.first_mut().expect("a group");
    (group.protocol, group.port) = (text("HTTP"), Some(8080));
    group.target_type = text("instance");
    let member = |number: u16| TargetSummary {
        id: format!("i-{number}"),
        port: (number > 0).then_some(8080),
        zone: (number > 0).then(|| "eu-west-1a".to_owned()),
        state: if number == 2 { "unhealthy" } else { "healthy" }.to_owned(),
        reason: (number == 2).then(|| "Target.Timeout".to_owned()),
    };
    group.members = Some((0..3).map(member).collect());
    ListenerSummary {
        ssl_policy: text("ELBSecurityPolicy-2016-08"),
        tls_floor: Some(TlsFloor::Tls10),
        certificates: Some((0..3).map(certificate).collect()),
        rules: Some(rules()),
        targets,
        ..listener
    }
}

/// A rule for each end.
fn rules() -> Vec<RuleSummary> {
    let text = |text: &str| Some(text.to_owned());
    let group = |name: &str, weight| WeightedTarget {
        arn: format!("arn:group/{name}"),
        name: name.to_owned(),
        weight,
    };
    let url = "https://#{host}:443/#{path}?#{query}".to_owned();
    let ends = [
        End::Forward { target_groups: vec![group("shop", 1), group("empty", 0)] },
        End::Redirect { url, status: text("HTTP_301") },
        End::FixedResponse { status: text("503"), discloses: vec!["version".to_owned()] },
        End::Unknown { why: "unknown value: action teleport".to_owned() },
    ];
    let rule = |(number, end): (usize, End)| RuleSummary {
        arn: format!("arn:rule/{number}"),
        priority: if number == 3 { "default".to_owned() } else { number.to_string() },
        conditions: vec![ConditionSummary {
            field: "http-header".to_owned(),
            header: text("X-Key"),
            values: vec!["sha256:8d969eef6ecad3c2".to_owned()],
            regex_values: vec!["^/api".to_owned()],
            ip_address_type: text("ipv6"),
        }],
        actions: vec!["authenticate-oidc".to_owned(), "forward".to_owned()],
        authentication: vec![AuthenticationSummary {
            kind: "authenticate-oidc".to_owned(),
            authority: text("https://login.example.com"),
            endpoints: vec!["https://login.example.com/token".to_owned()],
            unauthenticated: text("deny"),
            session_timeout: Some(3600),
            claims: vec!["scope".to_owned()],
        }],
        transforms: vec![TransformSummary {
            kind: "url-rewrite".to_owned(),
            rewrites: vec![Rewrite { regex: "^/a".to_owned(), replace: "/b".to_owned() }],
        }],
        end,
    };
    ends.into_iter().enumerate().map(rule).collect()
}

/// A fault with this severity about the load balancer itself.
fn fault(lb: &LoadBalancerSummary, check: &str, severity: Severity, title: &str) -> Finding {
    Finding {
        check: check.to_owned(),
        title: title.to_owned(),
        outcome: Outcome::Fail,
        severity,
        exposure: lb.exposure,
        account: lb.account.clone(),
        region: lb.region.clone(),
        load_balancer: Some(LoadBalancerRef {
            arn: lb.arn.clone(),
            name: lb.name.clone(),
            kind: lb.kind.clone(),
        }),
        subject: Subject {
            kind: SubjectKind::LoadBalancer,
            id: lb.arn.clone(),
            label: lb.name.clone(),
        },
        evidence: Evidence::new(),
        cause: None,
        bindings: Bindings::new(),
        fix: "put it right".to_owned(),
        fingerprint: "0123456789abcdef0123".to_owned(),
        configuration: "fedcba98765432100123".to_owned(),
        accepted: None,
        advisory: false,
        edition: "2026-11".to_owned(),
        change: None,
    }
}

fn about(mut finding: Finding, kind: SubjectKind, id: &str, label: &str) -> Finding {
    finding.subject = Subject { kind, id: id.to_owned(), label: label.to_owned() };
    finding
}

fn shown(mut finding: Finding, evidence: Evidence) -> Finding {
    finding.evidence = evidence;
    finding
}

fn came_out(mut finding: Finding, outcome: Outcome) -> Finding {
    finding.outcome = outcome;
    match outcome {
        Outcome::Note => finding.severity = Severity::Info,
        Outcome::Unknown => {
            finding.fix = format!(
                "allow elasticloadbalancing:DescribeRules; `elb-audit permissions --check {}` \
                 prints the policy",
                finding.check
            );
        }
        Outcome::Fail | Outcome::Pass => {}
    }
    finding
}

fn gap(account: &str, region: Option<&str>, resource: Option<&str>, reason: &str) -> ReportedGap {
    ReportedGap {
        call: "elbv2:DescribeRules".to_owned(),
        action: "elasticloadbalancing:DescribeRules".to_owned(),
        account: account.to_owned(),
        region: region.map(str::to_owned),
        resource: resource.map(str::to_owned),
        reason: reason.to_owned(),
        advisory: false,
    }
}

/// The finding, about a listener.
fn listening(finding: Finding, label: &str) -> Finding {
    about(finding, SubjectKind::Listener, &format!("listener/{label}"), label)
}

/// A fault of each severity about each kind of subject.
fn faults(lb: &LoadBalancerSummary) -> Vec<Finding> {
    let ciphers: Vec<String> =
        (0..24).map(|number| format!("ECDHE-RSA-AES128-SHA{number}")).collect();
    vec![
        came_out(fault(lb, "desync-monitor", Severity::Critical, "desync"), Outcome::Fail),
        shown(
            listening(
                fault(lb, "listener-cleartext", Severity::High, "requests in cleartext"),
                "HTTP:80",
            ),
            Evidence::new()
                .with("rule", "rule 10")
                .with("request", "GET http://shop-123.eu-west-1.elb.amazonaws.com/legacy/anything")
                .with("target_groups", json!(["legacy"]))
                .with("routing.http.desync_mitigation_mode", "monitor"),
        ),
        shown(
            listening(fault(lb, "tls-weak-cipher", Severity::Medium, "weak ciphers"), "HTTPS:443"),
            Evidence::new()
                .with("ciphers", json!(ciphers))
                .with("policy", "ELBSecurityPolicy-2016-08"),
        ),
        shown(
            about(
                fault(lb, "target-unhealthy", Severity::Low, "some targets are unhealthy"),
                SubjectKind::TargetGroup,
                "arn:group/shop",
                "shop",
            ),
            Evidence::new().with("unhealthy", 1).with("targets", json!(["i-1 Target.Timeout"])),
        ),
        shown(
            about(
                fault(lb, "certificate-expired", Severity::High, "the certificate has expired"),
                SubjectKind::Certificate,
                "arn:certificate",
                "www.example.com",
            ),
            Evidence::new().with("not_after", "2026-10-01T00:00:00Z").with("days_ago", 32),
        ),
    ]
}

/// Every outcome but a fault.
fn beside_faults(lb: &LoadBalancerSummary) -> Vec<Finding> {
    vec![
        came_out(
            listening(fault(lb, "redirect-to-http", Severity::Medium, ""), "HTTP:80"),
            Outcome::Unknown,
        ),
        shown(
            came_out(fault(lb, "internet-facing", Severity::Info, "open"), Outcome::Note),
            Evidence::new().with("ports", json!([80, 443])).with("from", json!(["0.0.0.0/0"])),
        ),
        came_out(fault(lb, "waf-not-associated", Severity::Medium, ""), Outcome::Pass),
        came_out(fault(lb, "deletion-protection-off", Severity::Low, ""), Outcome::Pass),
        came_out(
            listening(fault(lb, "mtls-passthrough", Severity::High, ""), "HTTPS:443"),
            Outcome::Pass,
        ),
    ]
}

/// An Application load balancer with everything wrong with it, and something unread.
fn faulty(report: &mut Report) {
    let mut lb = load_balancer(sample::ACCOUNT, "eu-west-1", "application", "shop");
    lb.state = Some("active_impaired".to_owned());
    let mut admin = listener("HTTPS:8443", Some("authenticate-oidc"), Vec::new());
    admin.exposure = ExposureClass::Restricted;
    admin.reachable_from = (1..=6).map(|part| format!("10.{part}.0.0/16 in sg-admin")).collect();
    lb.listeners = Some(vec![
        listener("HTTP:80", Some("redirect to HTTPS:443"), vec![targets("legacy", None)]),
        told(listener(
            "HTTPS:443",
            Some("forward"),
            vec![
                targets("shop", Some(&[("healthy", 2), ("unhealthy", 1)])),
                targets("empty", Some(&[])),
            ],
        )),
        admin,
    ]);
    lb.tls_floor = Some(TlsFloor::Tls10);
    report.findings.extend(faults(&lb));
    report.findings.extend(beside_faults(&lb));
    report.load_balancers.push(lb);
}

/// A load balancer of each other kind, and of one that is not known.
fn other_kinds(report: &mut Report) {
    let mut gateway = load_balancer(OTHER, "us-east-1", "gateway", "inspection");
    gateway.exposure = ExposureClass::Internal;
    report.findings.push(fault(&gateway, "no-listeners", Severity::Low, "has no listener"));
    let mut classic = load_balancer(OTHER, "us-east-1", "classic", "old");
    classic.exposure = ExposureClass::Blocked;
    classic.listeners = Some(vec![listener(
        "HTTP:80",
        None,
        vec![targets("HTTP:8080", Some(&[("InService", 2)]))],
    )]);
    let future = load_balancer(OTHER, "us-east-1", "quantum", "future");
    let note = came_out(fault(&classic, "internet-facing", Severity::Info, "open"), Outcome::Note);
    report.findings.push(note);
    report.gaps.push(unjudged(&future));
    report.load_balancers.extend([gateway, classic, future]);
}

/// Gaps of several kinds, and notes.
fn unread_and_noted(report: &mut Report) {
    for (number, place) in ["eu-west-1", "eu-west-1", "eu-south-1"].into_iter().enumerate() {
        let resource =
            format!("arn:aws:elasticloadbalancing:{place}:{OTHER}:listener/app/shop/{number}");
        let reason = format!("access denied: not authorized on {number}");
        report.gaps.push(gap(sample::ACCOUNT, Some(place), Some(&resource), &reason));
    }
    report.gaps.push(gap(OTHER, None, None, "throttled"));
    report.gaps.push(gap(
        OTHER,
        Some("us-east-1"),
        Some("listener/9"),
        "unknown value: type=teleport",
    ));
    report.notes = vec![
        Note { account: OTHER.to_owned(), region: None, text: "caller unknown".to_owned() },
        Note {
            account: sample::ACCOUNT.to_owned(),
            region: Some("eu-west-1".to_owned()),
            text: "shop-2 was deleted during the scan".to_owned(),
        },
    ];
}

/// Findings that someone has accepted, or that only inform, about this load balancer.
fn accepted_and_informing(lb: &LoadBalancerSummary) -> Vec<Finding> {
    let until = |last: Option<Date>| Accepted {
        reason: "rebuilt by spring".to_owned(),
        owner: "edge team".to_owned(),
        expires: last,
    };
    let mut fault = fault(lb, "invalid-headers-kept", Severity::Medium, "invalid headers kept");
    let mut forever = came_out(fault.clone(), Outcome::Note);
    let mut newer = shown(fault.clone(), Evidence::new().with("mode", "defensive"));
    fault.accepted = Some(until(Some(date(2027, 1, 31))));
    forever.accepted = Some(until(None));
    newer.advisory = true;
    "2027-03".clone_into(&mut newer.edition);
    let mut newest = came_out(newer.clone(), Outcome::Note);
    newest.edition.clear();
    vec![fault, forever, newer, newest]
}

/// An accepted risk in each state.
fn risks() -> Vec<RiskStatus> {
    let states = RiskState::ALL.into_iter().enumerate();
    let risk = |(number, state): (usize, RiskState)| RiskStatus {
        risk: AcceptedRisk {
            check: "invalid-headers-kept".to_owned(),
            resource: format!("arn:aws:*/shop-{number}"),
            reason: "rebuilt by spring".to_owned(),
            owner: "edge team".to_owned(),
            expires: (number > 0).then(|| date(2027, 1, 31)),
            fingerprint: (number > 1).then(|| "0123456789abcdef0123".to_owned()),
            configuration: (number > 1).then(|| "fedcba98765432100123".to_owned()),
        },
        state,
        why: format!("why it is {}", state.words()),
        findings: usize::from(state == RiskState::InForce),
    };
    states.map(risk).collect()
}

/// Findings of things that belong to no load balancer.
fn beside(report: &mut Report) {
    let lb = load_balancer(sample::ACCOUNT, "eu-west-1", "application", "none");
    let apart = |check: &str, kind, label: &str| {
        let found = fault(&lb, check, Severity::Low, "is in no use");
        let mut found = about(found, kind, &format!("arn:{label}"), label);
        found.load_balancer = None;
        found.exposure = ExposureClass::Unknown;
        found
    };
    let old = apart("target-group-unused", SubjectKind::TargetGroup, "old-blue");
    let group = apart("auto-scaling-ignores-health", SubjectKind::AutoScalingGroup, "web");
    let mut record = apart("dns-record-dangling", SubjectKind::DnsRecord, "shop.example.com");
    record.severity = Severity::High;
    "global".clone_into(&mut record.region);
    let list = apart("target-group-unused", SubjectKind::Region, "eu-south-1");
    report.findings.extend([
        came_out(old.clone(), Outcome::Note),
        old,
        came_out(group, Outcome::Note),
        record,
        came_out(list, Outcome::Unknown),
    ]);
}

/// A report by control with every status in it.
fn controls() -> FrameworkReport {
    let resource = |number: usize| ControlResource {
        account: sample::ACCOUNT.to_owned(),
        region: "eu-west-1".to_owned(),
        id: format!("arn:lb/{number}"),
        label: format!("shop-{number} HTTP:80"),
        check: "listener-cleartext".to_owned(),
        fingerprint: "0123456789abcdef0123".to_owned(),
        accepted: number == 1,
        load_balancer: Some(format!("shop-{number}")),
        subject: Some(format!("arn:listener/{number}")),
        outcome: Some(Outcome::Fail),
    };
    let control = |(number, status): (usize, ControlStatus)| ControlReport {
        id: format!("ELB.{number}"),
        title: "HTTP listeners only redirect".to_owned(),
        title_is_ours: true,
        severity: (number != 1).then_some(Severity::Medium),
        source: Source::ALL[number % 3],
        status,
        why: (status == ControlStatus::NotCovered).then(|| "no check implements it".to_owned()),
        unfair: (number == 0).then(|| "it asks for two things at once".to_owned()),
        checks: vec!["listener-cleartext".to_owned()],
        passed: number,
        failed: if number == 0 { (0..12).map(resource).collect() } else { Vec::new() },
        unknown: if number < 2 { vec![resource(99)] } else { Vec::new() },
        passes: Some((0..number).map(resource).collect()),
    };
    FrameworkReport {
        id: "fsbp".to_owned(),
        title: "AWS Foundational Security Best Practices".to_owned(),
        summary: ControlSummary {
            passed: 1,
            failed: 1,
            unknown: 1,
            not_covered: 1,
            not_applicable: 1,
        },
        controls: ControlStatus::ALL.into_iter().enumerate().map(control).collect(),
    }
}

/// A report by control, chosen checks and all.
pub(super) fn by_control() -> Report {
    let controls = controls();
    let framework = Some(controls.without_passes());
    let mut report = Report { framework, frameworks: vec![controls], ..only_unknown() };
    report.basis.persona = None;
    report
}

/// Findings and nothing that they could belong to.
fn only_beside() -> Report {
    let mut report = without_any(&[RegionStatus::Read]);
    beside(&mut report);
    counted(report)
}

/// A fault of each kind of change, and a call that is no longer answered.
fn compared(report: &mut Report) {
    let before = sample::now() - 24.hours();
    let change = |kind, why: Option<&str>| Change {
        kind,
        first_seen_at: before,
        why: why.map(str::to_owned),
        last_known: None,
    };
    let kinds = [
        change(ChangeKind::New, None),
        change(ChangeKind::Worsened, Some("severity: high, was medium")),
        Change {
            last_known: Some(LastKnown {
                exposure: ExposureClass::Restricted,
                severity: Severity::Low,
            }),
            ..change(ChangeKind::Unchanged, None)
        },
    ];
    let mut past = Vec::new();
    for (finding, kind) in report.findings.iter_mut().zip(kinds) {
        finding.change = Some(kind);
        past.push(finding.clone());
    }
    past[0].change = Some(change(ChangeKind::Resolved, Some("the load balancer is gone")));
    past[1].change = Some(change(ChangeKind::NotAssessed, Some("its check did not run")));
    past.truncate(2);
    let why = Some("judged differently by version 0.1.0");
    past.push(Finding {
        change: Some(change(ChangeKind::JudgedDifferently, why)),
        ..past[0].clone()
    });
    let mut past =
        past.into_iter().map(|finding| Past { finding, last_seen_at: before, carried: false });
    report.comparison = Some(Comparison {
        before,
        after: report.taken_at,
        new: 1,
        worsened: 1,
        unchanged: 1,
        resolved: past.next().into_iter().collect(),
        not_assessed: past.next().into_iter().collect(),
        lost: report.gaps.iter().take(2).cloned().collect(),
        checks_added: vec!["desync-monitor".to_owned()],
        judged_differently: Some(JudgedDifferently {
            before: "0.0.9".to_owned(),
            after: "0.1.0".to_owned(),
            faults: 2,
            no_longer: past.next().into_iter().collect(),
        }),
    });
    report.alerted_at = Some(before);
}

/// Names, units and totals for the accounts; one more that nobody got into, and one that was left out.
fn organization(report: &mut Report) {
    const SHUT: &str = "777788889999";
    let faults = SeverityCounts { critical: 1, high: 3, medium: 1, low: 2, info: 0 };
    let totals = [
        Totals { load_balancers: 3, faults, unknown: 3, regions_read: 1, regions_unread: 1 },
        Totals { load_balancers: 4, regions_read: 1, ..Totals::default() },
    ];
    let unit = |path: &str, accounts_unread, totals: Totals| UnitSummary {
        path: path.to_owned(),
        accounts: 1 + accounts_unread,
        accounts_unread,
        totals,
    };
    report.organizational_units =
        vec![unit("Root", 0, totals[1]), unit("Root/Workloads/Shop", 1, totals[0])];
    for (account, totals) in report.accounts.iter_mut().zip(totals) {
        account.totals = totals;
    }
    let [shop, other] = &mut report.accounts[..] else { panic!("two accounts") };
    shop.name = Some("Shop".to_owned());
    shop.organizational_unit = Some("Root/Workloads/Shop".to_owned());
    shop.role = Some(format!("arn:aws:iam::{}:role/elb-audit-reader", sample::ACCOUNT));
    let caller = "assumed-role/elb-audit-reader/elb-audit";
    shop.caller = Some(format!("arn:aws:sts::{}:{caller}", sample::ACCOUNT));
    shop.status = AccountStatus::Partial;
    shop.reason = Some("regions unread: 1".to_owned());
    other.organizational_unit = Some("Root".to_owned());
    let left = |id: &str, name: &str, status, reason: &str| AccountSummary {
        id: id.to_owned(),
        partition: "aws".to_owned(),
        name: Some(name.to_owned()),
        organizational_unit: Some("Root/Workloads/Shop".to_owned()),
        role: Some(format!("arn:aws:iam::{id}:role/elb-audit-reader")),
        caller: None,
        status,
        reason: Some(reason.to_owned()),
        totals: Totals::default(),
    };
    let denied = "access denied: AccessDenied: not authorized to perform: sts:AssumeRole";
    let shut = left(SHUT, "Shop test", AccountStatus::Unread, denied);
    report.gaps.push(ReportedGap {
        call: "sts:AssumeRole".to_owned(),
        action: "sts:AssumeRole".to_owned(),
        resource: shut.role.clone(),
        ..gap(SHUT, None, None, denied)
    });
    report.accounts.push(shut);
    report.accounts.push(left("999900001111", "Former", AccountStatus::Skipped, "suspended"));
}

/// Four accounts, every status of a region, every outcome, every kind.
pub(super) fn everything() -> Report {
    let mut report = empty(&[sample::ACCOUNT, OTHER]);
    report.basis.settings = Some(settings());
    organization(&mut report);
    report.regions = vec![
        region(sample::ACCOUNT, "af-south-1", RegionStatus::Skipped, Some("not enabled")),
        region(sample::ACCOUNT, "ap-east-1", RegionStatus::Skipped, Some("not enabled")),
        region(
            sample::ACCOUNT,
            "eu-south-1",
            RegionStatus::Unread,
            Some("access denied: explicit deny"),
        ),
        region(
            sample::ACCOUNT,
            "eu-west-1",
            RegionStatus::Partial,
            Some("not answered: elbv2:DescribeRules"),
        ),
        region(OTHER, "us-east-1", RegionStatus::Read, None),
    ];
    let mut clean = load_balancer(sample::ACCOUNT, "eu-west-1", "network", "assets");
    clean.scheme = Some("internal".to_owned());
    clean.exposure = ExposureClass::Internal;
    clean.listeners = Some(vec![listener("TLS:443", Some("forward"), Vec::new())]);
    report.load_balancers.push(clean);
    faulty(&mut report);
    let unread = LoadBalancerSummary {
        exposure: ExposureClass::Unknown,
        listeners: None,
        ..load_balancer(sample::ACCOUNT, "eu-west-1", "application", "unread")
    };
    report
        .findings
        .push(came_out(fault(&unread, "listener-cleartext", Severity::High, ""), Outcome::Unknown));
    report.load_balancers.push(unread);
    other_kinds(&mut report);
    let mut kept = load_balancer(OTHER, "us-east-1", "application", "kept");
    kept.listeners = Some(vec![listener("HTTPS:443", Some("forward"), Vec::new())]);
    report.findings.extend(accepted_and_informing(&kept));
    report.load_balancers.push(kept);
    beside(&mut report);
    report.accepted_risks = risks();
    report.basis.config = Some("elb-audit.toml".to_owned());
    unread_and_noted(&mut report);
    compared(&mut report);
    counted(report)
}

/// The same in everything that a configuration file or a thing beside load balancers may hold.
fn hostile_words(report: &mut Report, name: &str) {
    let mut risk = risks().remove(1);
    for text in [&mut risk.risk.resource, &mut risk.risk.reason, &mut risk.risk.owner] {
        name.clone_into(text);
    }
    report.accepted_risks.push(risk);
    report.basis.config = Some(name.to_owned());
    let set = SettingKind::ALL.map(|kind| Setting {
        kind,
        default: Some(name.to_owned()),
        ..Setting::gate(name, "", name, SetBy::Configuration)
    });
    report.basis.settings = Some(set.to_vec());
    let mut accepted = report.findings[0].clone();
    let who = Accepted { reason: name.to_owned(), owner: name.to_owned(), expires: None };
    accepted.accepted = Some(who);
    let mut newer = report.findings[0].clone();
    newer.advisory = true;
    name.clone_into(&mut newer.edition);
    let mut apart = about(report.findings[0].clone(), SubjectKind::DnsRecord, name, name);
    apart.load_balancer = None;
    name.clone_into(&mut apart.region);
    report.findings.extend([accepted, newer, apart]);
}

/// Names that try to steer the terminal, forge lines, or break a table.
pub(super) fn hostile() -> Report {
    let mut report = empty(&[sample::ACCOUNT]);
    report.regions = vec![region(sample::ACCOUNT, "eu-west-1", RegionStatus::Read, None)];
    let name =
        "a\u{1b}[2J\u{1b}]8;;http://x\u{7}b\nNo fault found\r\u{9b}31m\u{202e}txt\u{200b}\u{e0041}";
    let mut lb = load_balancer(sample::ACCOUNT, "eu-west-1", "application", name);
    lb.dns_name = Some(name.to_owned());
    lb.state = Some(name.to_owned());
    let mut open = listener(name, Some(name), vec![targets(name, Some(&[(name, 1)]))]);
    open.exposure = ExposureClass::Restricted;
    open.reachable_from = vec![name.to_owned()];
    lb.listeners = Some(vec![open]);
    let finding = fault(&lb, "listener-cleartext", Severity::High, name);
    let evidence = Evidence::new()
        .with(name, name)
        .with("list", json!([name, [name]]))
        .with("object", json!({ name: name, "none": null, "yes": true, "no": false, "empty": "" }));
    report.findings.push(shown(finding, evidence));
    report.load_balancers.push(lb);
    report.gaps.push(gap(sample::ACCOUNT, Some(name), Some(name), name));
    hostile_words(&mut report, name);
    report.notes.push(Note {
        account: name.to_owned(),
        region: Some(name.to_owned()),
        text: name.to_owned(),
    });
    counted(report)
}

/// More of everything than anyone wants to read.
fn huge() -> Report {
    let mut report = empty(&[sample::ACCOUNT]);
    let names: Vec<String> = (1..=20).map(|number| format!("eu-made-{number:02}")).collect();
    for name in &names {
        report.regions.push(region(sample::ACCOUNT, name, RegionStatus::Partial, None));
        for number in 0..3 {
            let resource = format!("listener/{name}/{number}");
            report.gaps.push(gap(sample::ACCOUNT, Some(name), Some(&resource), "timed out"));
        }
    }
    let mut lb = load_balancer(sample::ACCOUNT, "eu-made-01", "application", "wide");
    let groups = (1..=100)
        .map(|number| targets(&format!("group-{number:03}"), Some(&[("healthy", number)])));
    lb.listeners = Some(vec![listener("HTTPS:443", Some("forward"), groups.collect())]);
    let rules: Vec<String> = (1..=100).map(|number| format!("rule {number}")).collect();
    let finding = fault(&lb, "listener-cleartext", Severity::High, "requests in cleartext");
    report.findings.push(shown(finding, Evidence::new().with("rules", json!(rules))));
    for number in 0..100 {
        let check = format!("check-{number}");
        report.findings.push(came_out(fault(&lb, &check, Severity::High, ""), Outcome::Unknown));
    }
    report.load_balancers.push(lb);
    counted(report)
}

/// An account without a load balancer, whole or in part.
fn without_any(statuses: &[RegionStatus]) -> Report {
    let mut report = empty(&[sample::ACCOUNT]);
    for (number, status) in statuses.iter().enumerate() {
        let reason = (*status != RegionStatus::Read).then_some("access denied");
        report.regions.push(region(sample::ACCOUNT, &format!("eu-made-{number}"), *status, reason));
    }
    counted(report)
}

/// A verdict that nobody could give, and nothing else to say.
fn only_unknown() -> Report {
    let mut report = without_any(&[RegionStatus::Read]);
    let lb = load_balancer(sample::ACCOUNT, "eu-made-0", "application", "web");
    let finding = fault(&lb, "listener-cleartext", Severity::High, "requests in cleartext");
    report.findings.push(came_out(finding, Outcome::Unknown));
    report.load_balancers.push(lb);
    counted(report)
}

/// What the audit says of a load balancer of a kind that it does not know.
fn unjudged(lb: &LoadBalancerSummary) -> ReportedGap {
    let call = elb_audit_core::vocab::call::Call::ElbV2DescribeLoadBalancers;
    ReportedGap {
        call: call.name().to_owned(),
        action: call.action(),
        account: lb.account.clone(),
        region: Some(lb.region.clone()),
        resource: Some(lb.arn.clone()),
        reason: "unknown value: load balancers of type `quantum` are not judged".to_owned(),
        advisory: false,
    }
}

/// A load balancer of a kind that is newer than this version.
fn only_unjudged() -> Report {
    let mut report = without_any(&[RegionStatus::Read]);
    let lb = load_balancer(sample::ACCOUNT, "eu-made-0", "quantum", "future");
    report.gaps.push(unjudged(&lb));
    report.load_balancers.push(lb);
    counted(report)
}

/// All reports by name.
pub(super) fn reports() -> BTreeMap<&'static str, Report> {
    use RegionStatus::{Read, Skipped, Unread};
    BTreeMap::from([
        ("by-control", by_control()),
        ("everything", everything()),
        ("hostile", hostile()),
        ("huge", huge()),
        ("nothing", without_any(&[Read, Read, Skipped])),
        ("nothing-but-unread", without_any(&[Read, Unread])),
        ("only-beside", only_beside()),
        ("only-unknown", only_unknown()),
        ("only-unjudged", only_unjudged()),
        ("unread", without_any(&[Unread, Unread])),
    ])
}
