//! Workflow commands of GitHub Actions: annotations of the worst, and the totals in a line.
//!
//! Source: GitHub, "Workflow commands for GitHub Actions"; actions/runner, `ActionCommand`, for how a line is read.

use std::io;

use super::order::worst_first;
use super::prose::{count, found};
use super::text::coverage;
use super::{Format, Says, Style, keep_changes};
use crate::report::comparison::ChangeKind;
use crate::report::{Finding, Gate, Report, Standing};
use crate::vocab::escape::clip;
use crate::vocab::severity::Severity;

/// Workflow commands.
pub(super) const FORMAT: Format = Format {
    name: "github",
    file: "elb-audit.github.txt",
    endings: &["github.txt"],
    media_type: "text/plain; charset=utf-8",
    about: "the log of a GitHub workflow: annotations of the worst, and totals",
    says: Says {
        fault: Some("counted; the worst as `error`, `warning` or `notice`"),
        unknown: Some("counted; a `notice` for each cause"),
        note: Some("counted; the first as `notice`"),
        pass: Some("counted"),
        accepted: Some("counted"),
        informing: Some("counted"),
    },
    leaves_out: "findings of a level beyond the ten that GitHub shows, which it counts, load balancers, calls that failed, actions, \
                 settings that differ from the defaults and what has been resolved; characters that do not print are written as escapes, and `##[` as `## [`",
    more: "Critical and high faults are `error`, medium and low ones `warning`; faults that only inform, and notes, are \
           `notice`. What could not be read at all is an `error` where it is everything, else a `warning`; a call that was \
           not answered is a `notice`, with the verdicts that are unknown for it. GitHub shows ten of each: where there are \
           more, the tenth says how many. An annotation has no file, because a live load balancer has none.\n\n\
           The last line is `elb-audit: ` and the totals, whatever `--min-severity` and `--only-new` hide. Of what is \
           right it says how many verdicts the report has, with `--show-passed`, of how many there are.\n\n\
           Names and tags are chosen by whoever may create a resource. None of them can end a command or begin \
           another one.",
    for_people: true,
    beside: Some(("GITHUB_STEP_SUMMARY", &super::markdown::FORMAT)),
    render: |report, style, out| write(report, style, "", out),
    render_changes: |report, style, out| {
        keep_changes(report);
        write(report, style, "new or worsened: ", out)
    },
};

/// Annotations of a level that GitHub shows of a step.
const SHOWN: usize = 10;
/// Bytes of a title, of what was found, and of how to fix it; the runner takes 4,096 characters in all.
const TITLE: usize = 200;
const FOUND: usize = 1_500;
const FIX: usize = 512;

/// How loud an annotation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Error,
    Warning,
    Notice,
}

impl Level {
    const LOUDEST_FIRST: [Level; 3] = [Level::Error, Level::Warning, Level::Notice];

    fn of(finding: &Finding) -> Self {
        match (finding.standing(), finding.severity) {
            (Standing::Fault, Severity::Critical | Severity::High) => Level::Error,
            (Standing::Fault, Severity::Medium | Severity::Low) => Level::Warning,
            _ => Level::Notice,
        }
    }

    /// The command.
    fn word(self) -> &'static str {
        match self {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Notice => "notice",
        }
    }

    fn write(self, title: &str, message: &str, out: &mut dyn io::Write) -> io::Result<()> {
        let (title, message) = (property(&clip(title, TITLE)), data(message));
        writeln!(out, "::{} title={title}::{message}", self.word())
    }
}

fn write(report: &Report, style: Style, of: &str, out: &mut dyn io::Write) -> io::Result<()> {
    let filter = style.filter.for_report(report);
    let mut shown = worst_first(report, &[Standing::Fault, Standing::Note]);
    shown.retain(|one| filter.shows(one));
    for level in Level::LOUDEST_FIRST {
        let own: Vec<&Finding> =
            shown.iter().copied().filter(|one| Level::of(one) == level).collect();
        annotate(level, &not_assessed(report, level), &own, out)?;
    }
    if let Some(hidden) = filter.left_out(&report.findings) {
        writeln!(out, "elb-audit: {hidden}")?;
    }
    writeln!(out, "elb-audit: {of}{}", totals(report))
}

/// What could not be assessed, and why. If that is everything, the report says nothing of the account.
fn not_assessed(report: &Report, level: Level) -> Vec<String> {
    let said = |(what, why): (String, String)| format!("{what}{why}");
    match (report.summary.regions_read, level) {
        (0, Level::Error) => {
            let gate = Gate { fail_on: None, strict: false, only_new: false };
            vec![report.exit(gate).1]
        }
        (_, Level::Error) => Vec::new(),
        (_, Level::Warning) => coverage::unread(report).into_iter().map(said).collect(),
        (_, Level::Notice) => coverage::unanswered(report).into_iter().map(said).collect(),
    }
}

/// The annotations of a level, the last one for those that there is no room for.
fn annotate(
    level: Level,
    first: &[String],
    findings: &[&Finding],
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let all = findings.len() + first.len();
    let room = if all > SHOWN { SHOWN - 1 } else { SHOWN };
    for said in first.iter().take(room) {
        level.write("elb-audit: not assessed", &clip(said, FOUND), out)?;
    }
    for finding in findings.iter().take(room.saturating_sub(first.len())) {
        level.write(&title(finding), &message(finding), out)?;
    }
    if all > SHOWN {
        let said = format!(
            "GitHub shows {SHOWN} of a kind. All are in the summary of the job, where there is one, and in a report: \
             `elb-audit … -o elb-audit.json`"
        );
        level.write(&format!("elb-audit: {} more", all - room), &said, out)?;
    }
    Ok(())
}

/// `new high[listener-cleartext]`.
fn title(finding: &Finding) -> String {
    let news = match finding.change.as_ref().map(|change| change.kind) {
        Some(ChangeKind::New) => "new ",
        Some(ChangeKind::Worsened) => "worse ",
        _ => "",
    };
    let word = match finding.standing() {
        Standing::Fault => finding.severity.word(),
        other => other.word(),
    };
    format!("elb-audit: {news}{word}[{}]", finding.check)
}

/// What was found, how to fix it, and where: three lines of one message.
fn message(finding: &Finding) -> String {
    let found = clip(&found(finding), FOUND);
    let fix = clip(&finding.fix, FIX);
    let Finding { account, region, fingerprint, .. } = finding;
    let place = clip(&format!("{account} {region}, fingerprint {fingerprint}"), FIX);
    format!("{found}\nfix: {fix}\n{place}")
}

/// How many findings there are of each standing.
fn totals(report: &Report) -> String {
    let of = |standing| report.findings.iter().filter(move |one| one.standing() == standing);
    let faults: Vec<Severity> = of(Standing::Fault).map(|one| one.severity).collect();
    let by_severity = Severity::WORST_FIRST.into_iter().filter_map(|severity| {
        let number = faults.iter().filter(|one| **one == severity).count();
        (number > 0).then(|| format!("{number} {}", severity.word()))
    });
    let by_severity = match by_severity.collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => none,
        some => format!(" ({some})"),
    };
    let number = |standing| of(standing).count();
    let passes = number(Standing::Pass);
    format!(
        "{}{by_severity}, {} unknown, {}, {passes} of {} passes reported, {} accepted, {} informing",
        count(faults.len(), "fault"),
        number(Standing::Unknown),
        count(number(Standing::Note), "note"),
        passes.max(report.summary.passed),
        number(Standing::Accepted),
        number(Standing::Informing),
    )
}

/// A message as the runner unescapes it. It takes `##[` for a command wherever it stands in a line.
fn data(text: &str) -> String {
    let text = text.replace("##[", "## [");
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property likewise: it ends at a comma, and the properties at two colons.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{data, property};

    #[test]
    fn nothing_ends_a_command_or_begins_another() {
        for (text, escaped) in [
            ("100 %", "100 %25"),
            ("%0A::error::x", "%250A::error::x"),
            ("one\r\ntwo", "one%0D%0Atwo"),
            ("##[error]x", "## [error]x"),
            ("###[##[[", "### [## [["),
        ] {
            assert_eq!(data(text), escaped);
        }
        assert_eq!(property("a::b,c=d\n%"), "a%3A%3Ab%2Cc=d%0A%25");
    }
}
