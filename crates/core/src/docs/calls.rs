//! The page on what a scan asks of AWS: each call, what it is made for, and for whom.

use std::collections::BTreeMap;

use super::{RENDERED, code, table};
use crate::check::Check;
use crate::check::plan::calls;
use crate::vocab::call::Call;
use crate::vocab::severity::Persona;

/// Every call that a scan may make, with what it is made once for and by which persona's scan.
#[must_use]
pub fn calls_page(checks: &[&Check]) -> String {
    let heard = |persona: Persona| {
        let own = checks.iter().copied().filter(move |check| check.persona <= persona);
        calls(&own.collect::<Vec<_>>())
    };
    let (regular, pedantic) = (heard(Persona::Regular), heard(Persona::Pedantic));
    let rows = calls(checks).into_iter().map(|call| {
        let persona = if regular.contains(&call) {
            "regular"
        } else if pedantic.contains(&call) {
            "pedantic"
        } else {
            "auditor"
        };
        let (times, purpose) = (call.once_for(), call.purpose());
        vec![
            code(call.name()),
            format!("once {times}").replace("once once", "once"),
            persona.to_owned(),
            purpose.to_owned(),
        ]
    });
    format!(
        "{RENDERED}# Calls\n\n\
         What a scan asks of AWS, and how often. A call is made only if a chosen check needs it, so `regular` \
         makes those marked so, `pedantic` also its own, and `auditor` all of them. `--check` narrows further. A \
         call that fails is not made again beyond its retries, and leaves unknown what needed it and nothing \
         else.\n\n<!-- measured:begin -->\n<!-- measured:end -->\n\n{}",
        table(&["Call", "How often", "From", "What for"], rows)
    )
}

/// What was counted while an account was scanned.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// What is in the account, in words.
    pub account: &'static str,
    /// How many load balancers that is.
    pub load_balancers: usize,
    /// How often the default scan made each call.
    pub regular: BTreeMap<Call, usize>,
    /// How often `--persona auditor` did.
    pub auditor: BTreeMap<Call, usize>,
}

/// The table of what was counted: every call that was made, in the order of a scan, and the totals.
#[must_use]
pub fn measured_calls(measured: &Measured) -> String {
    let scans = [&measured.regular, &measured.auditor];
    let cells = |name: String, counts: [usize; 2]| {
        let each = counts.map(|count| match count {
            0 => ["–".to_owned(), "–".to_owned()],
            _ => [count.to_string(), measured.per_load_balancer(count)],
        });
        std::iter::once(name).chain(each.into_iter().flatten()).collect()
    };
    let made = Call::all().filter(|call| scans.iter().any(|scan| scan.contains_key(call)));
    let counts = |call| scans.map(|scan| scan.get(&call).copied().unwrap_or_default());
    let mut rows: Vec<Vec<String>> =
        made.map(|call| cells(code(call.name()), counts(call))).collect();
    let totals = scans.map(|scan| scan.values().sum::<usize>());
    rows.push(cells("all".to_owned(), totals));
    let head = ["Call", "regular", "a load balancer", "auditor", "a load balancer"];
    let table = table(&head, rows).replacen(&" --- |".repeat(5), RULE, 1);
    let [regular, auditor] = totals.map(|total| (total, measured.per_load_balancer(total)));
    format!(
        "Counted on {}. The default scan makes {} calls, {} a load balancer; `--persona auditor` makes {}, {} a \
         load balancer. A test works out from the account how few AWS's pages and batches allow, and fails on \
         one call more, or on one that is made twice.\n\n{table}",
        measured.account, regular.0, regular.1, auditor.0, auditor.1,
    )
}

/// Under the head of the table: numbers stand to the right.
const RULE: &str = " --- | ---: | ---: | ---: | ---: |";

impl Measured {
    /// So many calls by load balancers, to the hundredth.
    fn per_load_balancer(&self, calls: usize) -> String {
        let hundredths = (calls * 100 + self.load_balancers / 2) / self.load_balancers.max(1);
        format!("{}.{:02}", hundredths / 100, hundredths % 100)
    }
}
