//! Accepted risks, and what has become of each.

use crate::render::page::{Page, Paint};
use crate::render::prose::count;
use crate::report::{Report, RiskState, RiskStatus};

/// Risks in force that are shown before the rest is only counted. The others are shown, however many.
const IN_FORCE: usize = 10;

/// All of them, those that need someone first; nothing when there are none.
pub(super) fn write(page: &mut Page, report: &Report) {
    if report.accepted_risks.is_empty() {
        return;
    }
    let of = |state| report.accepted_risks.iter().filter(move |risk| risk.state == state);
    let states = [
        RiskState::Void,
        RiskState::Expired,
        RiskState::Unused,
        RiskState::Unjudged,
        RiskState::InForce,
    ];
    let counted = states.map(|state| (of(state).count(), state));
    let counted = counted.iter().filter(|(number, _)| *number > 0);
    let totals: Vec<String> =
        counted.map(|(number, state)| format!("{number} {}", state.words())).collect();
    page.blank();
    page.line(
        0,
        &[(Paint::Bold, "Accepted risks"), (Paint::Plain, &format!(": {}", totals.join(", ")))],
    );
    for state in states {
        let most = if state == RiskState::InForce { IN_FORCE } else { usize::MAX };
        for risk in of(state).take(most) {
            write_risk(page, risk);
        }
        let more = of(state).count().saturating_sub(most);
        if more > 0 {
            page.line(2, &[(Paint::Dim, &format!("and {} in force", count(more, "more entry")))]);
        }
    }
}

fn write_risk(page: &mut Page, status: &RiskStatus) {
    let RiskStatus { risk, state, why, .. } = status;
    let paint = match state {
        RiskState::InForce => Paint::Plain,
        RiskState::Unjudged => Paint::Dim,
        RiskState::Void | RiskState::Expired | RiskState::Unused => Paint::Warning,
    };
    let check = format!("[{}]", risk.check);
    page.line(
        2,
        &[
            (paint, state.words()),
            (Paint::Bold, &check),
            (Paint::Plain, " "),
            (Paint::Plain, &risk.resource),
            (Paint::Plain, ": "),
            (paint, why),
        ],
    );
    page.line(6, &[(Paint::Dim, &risk.owner), (Paint::Dim, ": "), (Paint::Dim, &risk.reason)]);
}
