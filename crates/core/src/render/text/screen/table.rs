//! The load balancers, worst first, a row each.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::render::page::{Page, Paint};
use crate::render::prose::{self, count};
use crate::render::text::coverage;
use crate::report::listener::TlsFloor;
use crate::report::{LoadBalancerSummary, Report, SeverityCounts, sum};
use crate::vocab::exposure::ExposureClass;
use crate::vocab::severity::Severity;

/// Rows that are shown before the rest is only counted.
const SHOWN: usize = 20;

/// Severities with a column of their own.
const COUNTED: [Severity; 4] =
    [Severity::Critical, Severity::High, Severity::Medium, Severity::Low];

/// Columns that a name gets at least.
const NARROWEST: usize = 12;

/// Columns that a name gets at most, however wide a line may be: AWS has none that are longer.
const LONGEST: usize = 64;

/// Columns that an account gets at most, where there is little room and where there is much.
const ACCOUNT: [usize; 2] = [12, 24];

/// From this width on there is room for the account.
const ROOM_FOR_ACCOUNT: usize = 95;

/// From this width on its whole name fits.
const ROOM_FOR_NAMES: usize = 120;

/// A load balancer and its faults that count.
struct Row<'a> {
    lb: &'a LoadBalancerSummary,
    faults: SeverityCounts,
}

/// Account, region and ARN of a load balancer.
type Key<'a> = (&'a str, &'a str, &'a str);

fn counted(report: &Report) -> HashMap<Key<'_>, SeverityCounts> {
    let mut counts: HashMap<Key, SeverityCounts> = HashMap::new();
    for finding in report.findings.iter().filter(|finding| finding.is_fault()) {
        if let Some(lb) = &finding.load_balancer {
            let key = (&*finding.account, &*finding.region, &*lb.arn);
            counts.entry(key).or_default().add(finding.severity);
        }
    }
    counts
}

/// How many load balancers have a fault that counts.
pub(super) fn faulty(report: &Report) -> usize {
    counted(report).len()
}

pub(super) fn write(page: &mut Page, report: &Report) {
    if report.load_balancers.is_empty() {
        return;
    }
    let counts = counted(report);
    let row = |lb: &'_ LoadBalancerSummary| {
        counts.get(&(&*lb.account, &*lb.region, &*lb.arn)).copied().unwrap_or_default()
    };
    let mut rows: Vec<Row> =
        report.load_balancers.iter().map(|lb| Row { lb, faults: row(lb) }).collect();
    // The report's order breaks ties.
    rows.sort_by_key(|row| {
        let faults = Severity::WORST_FIRST.map(|severity| row.faults.count(severity));
        (Reverse(faults), Reverse(row.lb.exposure.breadth()))
    });
    let shown = &rows[..rows.len().min(SHOWN)];
    let columns = Columns::of(page, report, shown);
    page.blank();
    let head = columns.head();
    let head: Vec<(Paint, &str)> = head.iter().map(|text| (Paint::Dim, &**text)).collect();
    page.clipped(0, &head);
    for row in shown {
        let cells = columns.cells(report, row);
        let cells: Vec<(Paint, &str)> =
            cells.iter().map(|(paint, text)| (*paint, &**text)).collect();
        page.clipped(0, &cells);
    }
    if let Some(rest) = rows.get(SHOWN..).filter(|rest| !rest.is_empty()) {
        page.clipped(0, &[(Paint::Dim, &more(rest))]);
    }
}

/// What the rows that are not shown come to.
fn more(rest: &[Row]) -> String {
    let said = format!("and {}", count(rest.len(), "more load balancer"));
    let faults = sum(rest.iter().map(|row| row.faults.total()));
    let with = rest.iter().filter(|row| row.faults.total() > 0).count();
    match faults {
        0 => format!("{said} without a fault"),
        _ => format!("{said}, {with} of them with {}; --details shows all", count(faults, "fault")),
    }
}

/// How wide the columns are that are not always the same.
struct Columns {
    name: usize,
    /// None where there is one account, or no room.
    account: Option<usize>,
    region: usize,
    exposure: usize,
    expiry: usize,
    targets: usize,
}

/// Columns of a severity, with the space before it.
fn width(severity: Severity) -> usize {
    heading(severity).len() + 1
}

/// Kind and TLS, with the spaces before them.
const FIXED: usize = 5 + 5;

impl Columns {
    fn of(page: &Page, report: &Report, rows: &[Row]) -> Self {
        let room = page.room(0);
        let widest = |of: &dyn Fn(&LoadBalancerSummary) -> usize, head: &str| {
            rows.iter().map(|row| of(row.lb)).max().unwrap_or_default().max(head.len())
        };
        let region = widest(&|lb| lb.region.chars().count(), "Region").min(LONGEST);
        let account = |lb: &LoadBalancerSummary| coverage::short_name(report, &lb.account);
        let is_wide = room >= ROOM_FOR_ACCOUNT;
        let exposure = widest(&|lb| lb.exposure.word().len(), "Exposure");
        let exposure = if is_wide { exposure } else { "Exposure".len() };
        let name = widest(&|lb| lb.name.chars().count(), "Load balancer").min(LONGEST);
        let account = (report.accounts.len() > 1 && is_wide).then(|| {
            widest(&|lb| account(lb).chars().count(), "Account")
                .min(ACCOUNT[usize::from(room >= ROOM_FOR_NAMES)])
        });
        let targets = widest(&|lb| targets(lb).1.len(), "Down") + 1;
        let expiry = widest(&|lb| expiry(report, lb).1.len(), "Cert") + 1;
        let counts: usize = COUNTED.map(width).iter().sum();
        let between = [Some(region), Some(exposure), account].into_iter().flatten();
        let others =
            FIXED + expiry + targets + counts + between.map(|width| width + 1).sum::<usize>();
        let name = name.min(room.saturating_sub(others).max(NARROWEST));
        Columns { name, account, region, exposure, expiry, targets }
    }

    fn head(&self) -> Vec<String> {
        let mut cells = vec![left("Load balancer", self.name)];
        cells.extend(self.account.map(|width| left(" Account", width + 1)));
        cells.push(" Kind".to_owned());
        cells.push(left(" Region", self.region + 1));
        cells.push(left(" Exposure", self.exposure + 1));
        cells.extend(COUNTED.map(|severity| right(heading(severity), width(severity))));
        cells.extend([right("TLS", 5), right("Cert", self.expiry), right("Down", self.targets)]);
        cells
    }

    fn cells(&self, report: &Report, row: &Row) -> Vec<(Paint, String)> {
        let Row { lb, faults } = row;
        let fitted = |text: &str, width: usize| left(&prose::middle(text, width), width);
        let mut cells = vec![(Paint::Bold, fitted(&lb.name, self.name))];
        if let Some(width) = self.account {
            let account = coverage::short_name(report, &lb.account);
            cells.push((Paint::Plain, format!(" {}", fitted(&account, width))));
        }
        cells.push((Paint::Plain, left(&format!(" {}", kind(&lb.kind)), 5)));
        cells.push((Paint::Plain, format!(" {}", fitted(&lb.region, self.region))));
        let reached = fitted(lb.exposure.word(), self.exposure);
        cells.push((reach(lb.exposure), format!(" {reached}")));
        for severity in COUNTED {
            let number = faults.count(severity);
            let paint = if number == 0 { Paint::Dim } else { Paint::Severity(severity) };
            let said = if number == 0 { "-".to_owned() } else { number.to_string() };
            cells.push((paint, right(&said, width(severity))));
        }
        cells.push(floor(lb));
        let last = [(expiry(report, lb), self.expiry), (targets(lb), self.targets)];
        cells.extend(last.map(|((paint, said), width)| (paint, right(&said, width))));
        cells
    }
}

fn left(text: &str, width: usize) -> String {
    format!("{text:<width$}")
}

fn right(text: &str, width: usize) -> String {
    format!("{text:>width$}")
}

fn heading(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Crit",
        Severity::High => "High",
        Severity::Medium => "Med",
        Severity::Low => "Low",
        Severity::Info => "Info",
    }
}

/// What everybody calls the kinds for short.
fn kind(kind: &str) -> &'static str {
    match kind {
        "application" => "ALB",
        "network" => "NLB",
        "gateway" => "GWLB",
        "classic" => "CLB",
        _ => "?",
    }
}

fn reach(exposure: ExposureClass) -> Paint {
    match exposure {
        ExposureClass::Internet => Paint::Bold,
        ExposureClass::Unknown => Paint::Warning,
        ExposureClass::Restricted | ExposureClass::Internal | ExposureClass::Blocked => {
            Paint::Plain
        }
    }
}

/// The lowest version of TLS that is accepted; `-` where none is, `?` where it is not known.
fn floor(lb: &LoadBalancerSummary) -> (Paint, String) {
    let (paint, said) = match lb.tls_floor {
        None => (Paint::Dim, "-"),
        Some(TlsFloor::Unknown) => (Paint::Warning, "?"),
        Some(floor) => {
            let old = floor < TlsFloor::Tls12;
            let word = match floor {
                TlsFloor::Ssl2 => "SSL2",
                TlsFloor::Ssl3 => "SSL3",
                other => other.word(),
            };
            (
                if old { Paint::Severity(Severity::High) } else { Paint::Plain },
                word.strip_prefix("TLSv").unwrap_or(word),
            )
        }
    };
    (paint, right(said, 5))
}

/// Days until the first certificate expires; `-` where there is none, `?` where that is not known.
fn expiry(report: &Report, lb: &LoadBalancerSummary) -> (Paint, String) {
    let first = lb.first_expiry();
    let (paint, said) = match (first.days_left(report.taken_at), first.unread) {
        (None, true) => (Paint::Warning, "?".to_owned()),
        (None, false) => (Paint::Dim, "-".to_owned()),
        (Some(days), unread) => {
            let paint = if days < 30 { Paint::Severity(Severity::High) } else { Paint::Plain };
            (paint, format!("{}{days}d", if unread { "?" } else { "" }))
        }
    };
    (paint, said)
}

/// Unhealthy ones of all targets.
fn targets(lb: &LoadBalancerSummary) -> (Paint, String) {
    let counts = lb.targets();
    let more = if counts.unread { "?" } else { "" };
    let (paint, said) = match (counts.unhealthy, counts.all) {
        (0, 0) if counts.unread => (Paint::Warning, "?".to_owned()),
        (0, 0) => (Paint::Dim, "-".to_owned()),
        (0, all) => (Paint::Plain, format!("0/{all}{more}")),
        (down, all) => (Paint::Severity(Severity::High), format!("{down}/{all}{more}")),
    };
    (paint, said)
}
