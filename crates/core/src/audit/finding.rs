//! A verdict as a finding: its severity, whether it counts, and the two hashes that it is known by.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::digest::configuration;
use super::{Options, bindings, cause};
use crate::analysis::reach::Exposure;
use crate::analysis::site::Site;
use crate::check::{Check, Grounds, Judgement, Verdict};
use crate::inventory::LoadBalancer;
use crate::policy::Policy;
use crate::report::{Finding, GLOBAL, LoadBalancerRef, Outcome, Subject, SubjectKind};
use crate::vocab::call::Call;
use crate::vocab::digest::short;
use crate::vocab::evidence::Evidence;
use crate::vocab::exposure::ExposureClass;
use crate::vocab::fact::{Gap, Reason};
use crate::vocab::severity::Severity;

/// What came of the questions about one thing.
pub(super) struct Verdicts {
    /// Findings, each with the gap that stood in its way.
    pub(super) found: Vec<(Finding, Option<Gap>)>,
    /// How many were right.
    pub(super) passed: usize,
    /// Whether those are among the findings.
    keep_passed: bool,
}

impl Verdicts {
    /// None yet.
    pub(super) fn new(options: &Options) -> Self {
        Verdicts { found: Vec::new(), passed: 0, keep_passed: options.keeps_passed() }
    }
}

/// What a judge says. One that panics has not judged: its verdict is unknown, the others stand.
pub(super) fn caught(check: &Check, subject: &str, judge: impl FnOnce() -> Judgement) -> Judgement {
    catch_unwind(AssertUnwindSafe(judge)).unwrap_or_else(|_| {
        let call = check.needs.first().copied().unwrap_or(Call::ElbV2DescribeLoadBalancers);
        let said = format!("internal error in check {}: please report it", check.id);
        Err(Gap::new(call, Reason::Malformed).of(subject).saying(said))
    })
}

/// Where verdicts are given, and by what.
#[derive(Clone, Copy)]
pub(super) struct FindingScope<'a> {
    pub(super) policy: &'a Policy,
    pub(super) account: &'a str,
    pub(super) partition: &'a str,
    /// None for what has no region.
    pub(super) region: Option<&'a str>,
    /// The load balancer, and who can reach the subject; none for what belongs to no load balancer,
    /// whose severity is the check's.
    pub(super) of: Option<(&'a LoadBalancer, &'a Exposure)>,
    /// The load balancer with what is around it; none for what belongs to none.
    pub(super) site: Option<Site<'a>>,
}

impl FindingScope<'_> {
    /// Writes down a verdict about a subject; nothing when the question does not apply.
    pub(super) fn tell(
        self,
        check: &'static Check,
        subject: Subject,
        judgement: Judgement,
        into: &mut Verdicts,
    ) {
        let (outcome, grounds, gap) = match judgement {
            Ok(Verdict::NotApplicable) => return,
            Ok(Verdict::Pass(grounds)) => (Outcome::Pass, grounds, None),
            Ok(Verdict::Fail(grounds)) => (Outcome::Fail, grounds, None),
            Ok(Verdict::Note(grounds)) => (Outcome::Note, grounds, None),
            Err(gap) => (Outcome::Unknown, unread(&gap).into(), Some(gap)),
        };
        into.passed += usize::from(outcome == Outcome::Pass);
        if outcome == Outcome::Pass && !into.keep_passed {
            return;
        }
        let fix = gap.as_ref().map_or_else(|| check.fix.to_owned(), |gap| remedy(check.id, gap));
        let finding = Finding { fix, ..self.finding(check, subject, outcome, grounds) };
        into.found.push((finding, gap));
    }

    fn finding(
        self,
        check: &'static Check,
        subject: Subject,
        outcome: Outcome,
        grounds: Grounds,
    ) -> Finding {
        let FindingScope { policy, account, region, of, .. } = self;
        let Grounds { evidence, cause, bindings: said, severity: raised } = grounds;
        let tells = matches!(outcome, Outcome::Fail | Outcome::Note);
        let fails = outcome == Outcome::Fail;
        let cause = fails.then(|| cause.unwrap_or_else(|| cause::own(self, check, &subject)));
        let bindings = if tells { bindings::of(self, check, &subject, said) } else { said };
        let exposure = of.map(|(_, exposure)| exposure);
        let severity = policy.severity_of(check, raised, exposure);
        Finding {
            check: check.id.to_owned(),
            title: check.title.to_owned(),
            outcome,
            severity: if outcome == Outcome::Note { Severity::Info } else { severity },
            exposure: of.map_or(ExposureClass::Unknown, |(_, exposure)| exposure.class()),
            account: account.to_owned(),
            region: region.unwrap_or(GLOBAL).to_owned(),
            load_balancer: of.map(|(lb, _)| LoadBalancerRef {
                arn: lb.arn.clone(),
                name: lb.name.clone(),
                kind: lb.kind.to_string(),
            }),
            fix: String::new(),
            fingerprint: fingerprint(check.id, of.map_or(account, |(lb, _)| &lb.arn), &subject),
            configuration: configuration(check.id, outcome, &evidence),
            cause,
            bindings,
            accepted: None,
            advisory: policy.advisory(check),
            edition: policy.edition_of(check).unwrap_or_default().to_owned(),
            change: None,
            subject,
            evidence,
        }
    }
}

/// The gap as evidence of an unknown verdict.
fn unread(gap: &Gap) -> Evidence {
    let mut evidence = Evidence::new()
        .with("call", gap.call.name())
        .with("action", gap.call.action())
        .with("reason", gap.to_string());
    if let Some(resource) = &gap.resource {
        evidence = evidence.with("resource", resource.as_str());
    }
    evidence
}

/// What would answer an unknown verdict.
fn remedy(check: &str, gap: &Gap) -> String {
    let action = gap.call.action();
    match gap.reason {
        Reason::AccessDenied => {
            format!("allow {action}; `elb-audit permissions --check {check}` prints the policy")
        }
        Reason::NoCredentials => "sign in again and scan again".to_owned(),
        Reason::NotCollected => format!("scan again with this check selected: it needs {action}"),
        Reason::Throttled
        | Reason::TimedOut
        | Reason::DeadlinePassed
        | Reason::Interrupted
        | Reason::Failed => {
            format!("scan again: {} was not answered", gap.call)
        }
        Reason::OtherAccount => {
            let account = gap.detail.as_deref().unwrap_or("that owns it");
            let account: String = account.chars().take_while(|one| *one != ',').collect();
            format!("scan account {account} together with this one: only there {} tells", gap.call)
        }
        Reason::NotFound => "scan again: it was gone when it was asked about".to_owned(),
        Reason::Undetermined => "scan again: AWS itself did not know the state".to_owned(),
        Reason::Unavailable => format!("{} is not offered here; judge this by hand", gap.call),
        Reason::Undecided => {
            "anchor the regular expressions of these rules with ^ and $, or judge this by hand"
                .to_owned()
        }
        Reason::Malformed | Reason::Unrecognised => {
            "update elb-audit: AWS answered something this version does not know".to_owned()
        }
    }
}

/// Check, load balancer and subject, hashed: stable from scan to scan whatever the evidence says. A
/// listener goes by protocol and port, so that one recreated with the same fault is the same finding.
fn fingerprint(check: &str, lb: &str, subject: &Subject) -> String {
    let key = match subject.kind {
        SubjectKind::LoadBalancer => "",
        SubjectKind::Listener => &subject.label,
        _ => &subject.id,
    };
    short(&format!("{check}\n{lb}\n{key}"))
}
