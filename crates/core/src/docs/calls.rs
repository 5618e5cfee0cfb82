//! The page on what a scan asks of AWS: each call, what it is made for, and for whom.

use super::{RENDERED, calls, code, table};
use crate::check::{Check, Persona};

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
