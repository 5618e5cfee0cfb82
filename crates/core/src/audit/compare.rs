//! What has changed between two reports: faults that are new, worse, the same or fixed, and what is no
//! longer assessed.
//!
//! Where another version judged the earlier report, what changed may be the judgement: a fault that appears
//! at, or goes from, something that was there before, by a check that judges differently now, is judged
//! differently, and no news about the account.
//!
//! A fault that is not seen any more is fixed only if the later scan has looked: its check ran, its region
//! was read, and nothing that the verdict needs is unread. Otherwise it is carried along as not assessed,
//! from report to report, until somebody looks again.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::Timestamp;

use crate::check::{Check, plan};
use crate::checks::ALL;
use crate::policy::edition;
use crate::policy::focus::Focus;
use crate::report::comparison::{
    Change, ChangeKind, Comparison, JudgedDifferently, LastKnown, Past, judged_by,
};
use crate::report::{
    AccountStatus, AccountSummary, Finding, GLOBAL, ListenerSummary, LoadBalancerSummary, Outcome,
    RegionStatus, Report, ReportedGap, SubjectKind,
};
use crate::vocab::call::Call;
use crate::vocab::exposure::ExposureClass;

/// Compares a report with an earlier one, and writes into it what has changed.
pub fn compare(before: &Report, after: &mut Report) {
    let (known, judges) = (Known::from_report(before), Judges::between(before, after));
    let mut comparison = nothing_yet(before, after, &judges);
    let mut differently = JudgedDifferently {
        before: before.version.clone(),
        after: after.version.clone(),
        faults: 0,
        no_longer: Vec::new(),
    };
    let taken_at = after.taken_at;
    let mut still: HashSet<String> = HashSet::new();
    for finding in after.findings.iter_mut().filter(|one| one.outcome == Outcome::Fail) {
        still.insert(finding.fingerprint.clone());
        if finding.accepted.is_some() {
            finding.change = Some(known.accepted_now(finding, taken_at));
        }
        if !finding.is_fault() {
            continue;
        }
        let change = judges.decide(known.change(finding, taken_at), finding, &known);
        match change.kind {
            ChangeKind::Worsened => comparison.worsened += 1,
            ChangeKind::Unchanged => comparison.unchanged += 1,
            ChangeKind::JudgedDifferently => differently.faults += 1,
            _ => comparison.new += 1,
        }
        finding.change = Some(change);
    }
    let sight = Sight::from_report(after);
    for was in known.faults.values().filter(|was| !still.contains(&was.finding.fingerprint)) {
        let (kind, why) = judges.decide_missing(was.finding, &sight);
        let last_known = was.finding.change.as_ref().and_then(|change| change.last_known);
        let why = Some(why);
        let change = Change { kind, first_seen_at: was.first_seen_at, why, last_known };
        let finding = Finding { change: Some(change), ..was.finding.clone() };
        let past = Past { finding, last_seen_at: was.last_seen_at, carried: was.carried };
        match kind {
            ChangeKind::Resolved => comparison.resolved.push(past),
            ChangeKind::JudgedDifferently => differently.no_longer.push(past),
            _ => comparison.not_assessed.push(past),
        }
    }
    for list in [&mut comparison.resolved, &mut comparison.not_assessed, &mut differently.no_longer]
    {
        list.sort_by(|a, b| order(&a.finding).cmp(&order(&b.finding)));
    }
    comparison.judged_differently = (differently.count() > 0).then_some(differently);
    after.comparison = Some(comparison);
}

/// A comparison of two reports before anything is counted.
fn nothing_yet(before: &Report, after: &Report, judges: &Judges) -> Comparison {
    Comparison {
        before: before.taken_at,
        after: after.taken_at,
        new: 0,
        worsened: 0,
        unchanged: 0,
        resolved: Vec::new(),
        not_assessed: Vec::new(),
        lost: lost(before, after, judges),
        checks_added: checks_added(before, after),
        judged_differently: None,
    }
}

/// The two versions that judged, and about what they may differ.
struct Judges<'a> {
    before: &'a Report,
    /// The version that judged the later report, and how its checks judge.
    version: String,
    now: Option<Cow<'static, BTreeMap<String, String>>>,
    /// Load balancers of the earlier report.
    known: HashMap<&'a str, &'a LoadBalancerSummary>,
}

impl<'a> Judges<'a> {
    fn between(before: &'a Report, after: &Report) -> Self {
        let known = before.load_balancers.iter().map(|lb| (&*lb.arn, lb)).collect();
        let (version, now) = (after.version.clone(), after.basis.revisions.clone());
        Judges { before, version, now, known }
    }

    /// Whether a check judges differently now. A report from before that was told does not say; which checks
    /// have changed since is known here.
    fn differ(&self, check: &str) -> bool {
        match (&self.before.basis.revisions, &self.now) {
            (Some(then), Some(now)) => then.get(check) != now.get(check),
            (None, Some(_)) => edition::CHANGED_SINCE_UNTOLD.contains(&check),
            _ => false,
        }
    }

    /// Whether a fault may be there, or not, only because it is judged differently: its check is, and what
    /// it is about was there before.
    fn differ_about(&self, finding: &Finding) -> bool {
        if !self.differ(&finding.check) {
            return false;
        }
        let Some(lb) = &finding.load_balancer else { return true };
        let Some(known) = self.known.get(&*lb.arn) else { return false };
        let subject = &finding.subject;
        match &known.listeners {
            Some(listeners) if subject.kind == SubjectKind::Listener => {
                let same =
                    |own: &ListenerSummary| own.id == subject.id || own.label == subject.label;
                listeners.iter().any(same)
            }
            _ => true,
        }
    }

    /// What has become of a fault that is there now: news, or only another judgement. What somebody has
    /// accepted, and counts again, they want to hear of all the same.
    fn decide(&self, change: Change, now: &Finding, known: &Known) -> Change {
        let is_news = matches!(change.kind, ChangeKind::New | ChangeKind::Worsened);
        let was_accepted = known.accepted.contains_key(&*now.fingerprint);
        if !is_news || was_accepted || !self.differ_about(now) {
            return change;
        }
        Change { kind: ChangeKind::JudgedDifferently, why: Some(self.words()), ..change }
    }

    /// The same of a fault that is not there any more, and why that is.
    fn decide_missing(&self, was: &Finding, sight: &Sight) -> (ChangeKind, String) {
        match sight.of_missing(was) {
            (ChangeKind::Resolved, _) if sight.lists(was) && self.differ_about(was) => {
                (ChangeKind::JudgedDifferently, self.words())
            }
            other => other,
        }
    }

    fn words(&self) -> String {
        judged_by((&self.before.version, &self.version))
    }
}

/// The worst first, then as a report has them.
fn order(finding: &Finding) -> impl Ord + '_ {
    let lb = finding.load_balancer.as_ref().map(|lb| lb.arn.as_str());
    let place = (finding.account.as_str(), finding.region.as_str(), lb);
    let about = (finding.check.as_str(), finding.subject.id.as_str());
    (std::cmp::Reverse(finding.severity), place, about)
}

/// A fault of the earlier report.
struct Was<'a> {
    finding: &'a Finding,
    first_seen_at: Timestamp,
    last_seen_at: Timestamp,
    /// Whether the earlier report only carried it along.
    carried: bool,
}

impl<'a> Was<'a> {
    /// A fault that was last seen then.
    fn seen(finding: &'a Finding, last_seen_at: Timestamp) -> Self {
        let since = finding.change.as_ref().map(|change| change.first_seen_at);
        let first_seen_at = since.unwrap_or(last_seen_at);
        Was { finding, first_seen_at, last_seen_at, carried: false }
    }
}

/// What the earlier report knew, by fingerprint.
struct Known<'a> {
    faults: HashMap<&'a str, Was<'a>>,
    /// Faults that someone had accepted.
    accepted: HashMap<&'a str, Was<'a>>,
}

impl<'a> Known<'a> {
    fn from_report(report: &'a Report) -> Self {
        let mut known = Known { faults: HashMap::new(), accepted: HashMap::new() };
        let carried = report.comparison.iter().flat_map(|earlier| &earlier.not_assessed);
        for past in carried {
            let was = Was::seen(&past.finding, past.last_seen_at);
            known.keep(Was { carried: true, ..was });
        }
        let faults = report.findings.iter().filter(|finding| finding.outcome == Outcome::Fail);
        for finding in faults {
            known.keep(Was::seen(finding, report.taken_at));
        }
        known
    }

    /// Keeps a fault; of two with one fingerprint the worse one.
    fn keep(&mut self, was: Was<'a>) {
        let finding = was.finding;
        let into = match (&finding.accepted, finding.advisory) {
            (Some(_), _) => &mut self.accepted,
            (None, true) => return,
            (None, false) => &mut self.faults,
        };
        match into.get(&*finding.fingerprint) {
            Some(kept) if kept.finding.severity >= finding.severity => {}
            _ => drop(into.insert(&finding.fingerprint, was)),
        }
    }

    /// Since when there has been a fault that somebody has accepted: should it count one day, that is not
    /// forgotten.
    fn accepted_now(&self, now: &Finding, taken_at: Timestamp) -> Change {
        let print = &*now.fingerprint;
        let was = self.faults.get(print).or_else(|| self.accepted.get(print));
        let first_seen_at = was.map_or(taken_at, |was| was.first_seen_at);
        let why = Some("accepted".to_owned());
        Change { kind: ChangeKind::Unchanged, first_seen_at, why, last_known: None }
    }

    /// What has become of a fault that is there now.
    fn change(&self, now: &Finding, taken_at: Timestamp) -> Change {
        if let Some(was) = self.faults.get(&*now.fingerprint) {
            let known = LastKnown::from_finding(was.finding);
            // Whoever cannot see any more who reaches it has not seen it become worse.
            let lost_sight =
                now.exposure == ExposureClass::Unknown && known.exposure != ExposureClass::Unknown;
            let why = if lost_sight { None } else { worse(known, now) };
            let kind = if why.is_some() { ChangeKind::Worsened } else { ChangeKind::Unchanged };
            let last_known = lost_sight.then_some(known);
            return Change { kind, first_seen_at: was.first_seen_at, why, last_known };
        }
        let (first_seen_at, why) = match self.accepted.get(&*now.fingerprint) {
            Some(was) => (was.first_seen_at, Some("it was accepted, and counts again".to_owned())),
            None => (taken_at, None),
        };
        Change { kind: ChangeKind::New, first_seen_at, why, last_known: None }
    }
}

/// What is worse about a fault than it was.
fn worse(was: LastKnown, now: &Finding) -> Option<String> {
    let mut said = Vec::new();
    if now.severity > was.severity {
        said.push(format!("severity: {}, was {}", now.severity.word(), was.severity.word()));
    }
    if width(now.exposure).zip(width(was.exposure)).is_some_and(|(now, was)| now > was) {
        said.push(format!("exposure: {}, was {}", now.exposure.word(), was.exposure.word()));
    }
    (!said.is_empty()).then(|| said.join("; "))
}

/// How wide an exposure is; none where it is not known.
fn width(exposure: ExposureClass) -> Option<u8> {
    match exposure {
        ExposureClass::Blocked => Some(0),
        ExposureClass::Internal => Some(1),
        ExposureClass::Restricted => Some(2),
        ExposureClass::Internet => Some(3),
        ExposureClass::Unknown => None,
    }
}

/// What a report has looked at.
struct Sight<'a> {
    checks: HashSet<&'a str>,
    /// The load balancers that were looked at, where it was not all of them.
    focus: Option<Focus>,
    accounts: HashSet<&'a str>,
    regions: HashMap<(&'a str, &'a str), (RegionStatus, Option<&'a str>)>,
    load_balancers: HashSet<&'a str>,
    /// Unknown verdicts by check and load balancer.
    unknown: HashMap<(&'a str, &'a str), &'a Finding>,
    /// Unknown verdicts about no load balancer, by check, account and region.
    unknown_beside: HashMap<(&'a str, &'a str, &'a str), &'a Finding>,
    /// Why a region's list of load balancers is not whole.
    lists: HashMap<(&'a str, &'a str), &'a ReportedGap>,
}

impl<'a> Sight<'a> {
    fn from_report(report: &'a Report) -> Self {
        let lists = [Call::ElbDescribeLoadBalancers, Call::ElbV2DescribeLoadBalancers];
        let lists = lists.map(Call::name);
        let mut sight = Sight {
            checks: report.basis.check_ids.iter().map(String::as_str).collect(),
            focus: report.basis.load_balancers.as_deref().and_then(Focus::new),
            accounts: read(report).map(|account| &*account.id).collect(),
            regions: HashMap::new(),
            load_balancers: report.load_balancers.iter().map(|lb| &*lb.arn).collect(),
            unknown: HashMap::new(),
            unknown_beside: HashMap::new(),
            lists: HashMap::new(),
        };
        for region in &report.regions {
            let how = (region.status, region.reason.as_deref());
            sight.regions.insert((&region.account, &region.name), how);
        }
        for gap in &report.gaps {
            if let Some(region) = &gap.region
                && gap.resource.is_none()
                && lists.contains(&&*gap.call)
            {
                sight.lists.insert((&gap.account, region), gap);
            }
        }
        let unknown = report.findings.iter().filter(|one| one.outcome == Outcome::Unknown);
        for finding in unknown {
            if let Some(lb) = &finding.load_balancer {
                sight.unknown.insert((&finding.check, &lb.arn), finding);
            } else {
                let place = (&*finding.check, &*finding.account, &*finding.region);
                sight.unknown_beside.insert(place, finding);
            }
        }
        sight
    }

    /// What has become of a fault that this report does not have, and why that is.
    fn of_missing(&self, was: &Finding) -> (ChangeKind, String) {
        match self.cannot_see(was) {
            Some(why) => (ChangeKind::NotAssessed, why),
            None => (ChangeKind::Resolved, self.how_it_went(was)),
        }
    }

    /// Why the report does not know about a fault that it does not have; none when it does.
    fn cannot_see(&self, was: &Finding) -> Option<String> {
        if !self.checks.contains(&*was.check) {
            return Some("its check did not run".to_owned());
        }
        if !self.accounts.contains(&*was.account) {
            return Some("its account was not read".to_owned());
        }
        if let Some(why) = self.out_of_focus(was) {
            return Some(why.to_owned());
        }
        let place = (&*was.account, &*was.region);
        if was.region != GLOBAL {
            let (status, reason) = match self.regions.get(&place) {
                None => return Some("its region was not read".to_owned()),
                Some(how) => *how,
            };
            if matches!(status, RegionStatus::Unread | RegionStatus::Skipped) {
                let reason = reason.unwrap_or("not read");
                return Some(format!("its region was not read: {reason}"));
            }
        }
        let beside = (&*was.check, &*was.account, &*was.region);
        let lb = was.load_balancer.as_ref();
        let unknown = lb
            .and_then(|lb| self.unknown.get(&(&*was.check, &*lb.arn)))
            .or_else(|| self.unknown_beside.get(&beside));
        if let Some(unknown) = unknown {
            return Some(unanswered(unknown));
        }
        if lb.is_some_and(|lb| !self.load_balancers.contains(&*lb.arn)) {
            let gap = self.lists.get(&place)?;
            return Some(format!("{} was not answered: {}", gap.call, gap.reason));
        }
        None
    }

    /// Why nobody looked at what a fault was about, where only some load balancers were looked at.
    fn out_of_focus(&self, was: &Finding) -> Option<&'static str> {
        let focus = self.focus.as_ref()?;
        match &was.load_balancer {
            None => Some("only load balancers were looked at"),
            Some(lb) if !focus.means(&lb.arn, &lb.name) => {
                Some("its load balancer was not looked at")
            }
            Some(_) => None,
        }
    }

    /// Whether what a fault was about is still there, as far as the report lists it.
    fn lists(&self, was: &Finding) -> bool {
        was.load_balancer.as_ref().is_none_or(|lb| self.load_balancers.contains(&*lb.arn))
    }

    fn how_it_went(&self, was: &Finding) -> String {
        match &was.load_balancer {
            Some(lb) if !self.load_balancers.contains(&*lb.arn) => {
                "the load balancer is gone".to_owned()
            }
            _ if was.subject.kind == SubjectKind::LoadBalancer => "it was put right".to_owned(),
            _ => "it was put right, or is gone".to_owned(),
        }
    }
}

/// The accounts that somebody got into.
fn read(report: &Report) -> impl Iterator<Item = &AccountSummary> {
    let read = |account: &&AccountSummary| {
        !matches!(account.status, AccountStatus::Unread | AccountStatus::Skipped)
    };
    report.accounts.iter().filter(read)
}

/// The call that an unknown verdict lacks, and why.
fn unanswered(unknown: &Finding) -> String {
    let field = |name: &str| {
        let value = unknown.evidence.0.get(name).and_then(|value| value.as_str());
        value.unwrap_or("not answered").to_owned()
    };
    format!("{}: {}", field("call"), field("reason"))
}

/// What the later report could not read though the earlier one could. Where the same call has failed in
/// the same region before, one resource more or less is no news.
///
/// What only checks ask for that judge differently now, or are new, could not be read then either; nor is
/// it known what could be read of load balancers that nobody looked at then.
fn lost(before: &Report, after: &Report, judges: &Judges) -> Vec<ReportedGap> {
    let then = &before.basis.load_balancers;
    if then.is_some() && *then != after.basis.load_balancers {
        return Vec::new();
    }
    let ran = |check: &&&'static Check| before.basis.check_ids.iter().any(|id| id == check.id);
    let differ = after.basis.check_ids.iter().any(|check| judges.differ(check));
    let asked: Option<HashSet<&str>> = differ.then(|| {
        let then: Vec<&'static Check> = ALL.iter().filter(ran).copied().collect();
        plan::calls(&then).into_iter().map(Call::name).collect()
    });
    let asked = |gap: &ReportedGap| asked.as_ref().is_none_or(|asked| asked.contains(&*gap.call));
    let place = |gap: &ReportedGap| (gap.call.clone(), gap.account.clone(), gap.region.clone());
    let then: HashSet<_> = before.gaps.iter().filter(|gap| !gap.advisory).map(place).collect();
    let now = after.gaps.iter().filter(|gap| !gap.advisory && !then.contains(&place(gap)));
    now.filter(|gap| asked(gap)).cloned().collect()
}

/// Checks that ran now and not then. A report that does not say which ran tells nothing.
fn checks_added(before: &Report, after: &Report) -> Vec<String> {
    let then: BTreeSet<&String> = before.basis.check_ids.iter().collect();
    if then.is_empty() {
        return Vec::new();
    }
    let now: BTreeSet<&String> = after.basis.check_ids.iter().collect();
    now.difference(&then).map(|id| (*id).clone()).collect()
}
