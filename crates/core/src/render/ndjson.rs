//! The report line by line: each line is a JSON object and says what it is.

use std::io;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::json::write_line;
use super::{Format, Says, Style, changes_alone};
use crate::policy::settings::Setting;
use crate::report::comparison::{Comparison, Past};
use crate::report::{LoadBalancerSummary, Report, Summary};
use crate::vocab::severity::Persona;

/// The version of the lines.
const SCHEMA: &str = "elb-audit/ndjson/v1";

/// Newline-delimited JSON.
pub(super) const FORMAT: Format = Format {
    name: "ndjson",
    file: "elb-audit.ndjson",
    endings: &["ndjson", "jsonl"],
    media_type: "application/x-ndjson",
    about: "log pipelines, data lakes and `jq`: one JSON object a line",
    says: Says::all("a line of kind `finding`"),
    leaves_out: "`frameworks`, which say by control what the findings say, and `basis.revisions`",
    more: "Each line has `kind`, `schema` (`elb-audit/ndjson/v1`) and `taken_at`. The first is of kind `run`, with the \
           version, the basis and the totals; after it come `account`, `region`, `load-balancer`, `finding`, \
           `action`, `gap`, `accepted-risk` and `note`; where the report was compared with an earlier one, \
           `comparison` with its counts, `resolved`, `not-assessed` and `no-longer-found` (a fault as it was last \
           seen; the last are judged differently), and `lost`, a call that is no longer answered. The fields are \
           those of the [JSON report](report.md#json), whose lists these are, but for a load balancer's `kind`, \
           which is `type` here.",
    for_people: false,
    beside: None,
    render,
    render_changes: |report, style, out| changes_alone(render, report, style, out),
};

/// What every line begins with.
#[derive(Serialize)]
struct Line<'a, T> {
    kind: &'a str,
    schema: &'a str,
    taken_at: Timestamp,
    #[serde(flatten)]
    value: T,
}

/// What the first line says of the run.
#[derive(Serialize)]
struct Run<'a> {
    version: &'a str,
    edition: &'a str,
    persona: Option<Persona>,
    check_ids: &'a [String],
    config: Option<&'a str>,
    only_load_balancers: Option<&'a [String]>,
    settings: Option<&'a [Setting]>,
    summary: &'a Summary,
}

/// How many faults there are of each kind of change.
#[derive(Serialize)]
struct Counts<'a> {
    before: Timestamp,
    new: usize,
    worsened: usize,
    unchanged: usize,
    resolved: usize,
    not_assessed: usize,
    judged_differently: usize,
    checks_added: &'a [String],
}

fn render(report: &Report, _: Style, out: &mut dyn io::Write) -> io::Result<()> {
    let mut lines = Lines { taken_at: report.taken_at, out };
    let basis = &report.basis;
    lines.write(
        "run",
        &Run {
            version: &report.version,
            edition: &basis.edition,
            persona: basis.persona,
            check_ids: &basis.check_ids,
            config: basis.config.as_deref(),
            only_load_balancers: basis.load_balancers.as_deref(),
            settings: basis.settings.as_deref(),
            summary: &report.summary,
        },
    )?;
    lines.all("account", &report.accounts)?;
    lines.all("organizational-unit", &report.organizational_units)?;
    lines.all("region", &report.regions)?;
    for lb in &report.load_balancers {
        lines.write("load-balancer", &typed(lb)?)?;
    }
    lines.all("finding", &report.findings)?;
    lines.all("action", &report.actions)?;
    lines.all("gap", &report.gaps)?;
    lines.all("accepted-risk", &report.accepted_risks)?;
    lines.all("note", &report.notes)?;
    match &report.comparison {
        Some(comparison) => lines.comparison(comparison),
        None => Ok(()),
    }
}

struct Lines<'a> {
    taken_at: Timestamp,
    out: &'a mut dyn io::Write,
}

impl Lines<'_> {
    fn write(&mut self, kind: &str, value: &impl Serialize) -> io::Result<()> {
        let line = Line { kind, schema: SCHEMA, taken_at: self.taken_at, value };
        write_line(&line, self.out)?;
        self.out.write_all(b"\n")
    }

    fn all(&mut self, kind: &str, values: &[impl Serialize]) -> io::Result<()> {
        values.iter().try_for_each(|value| self.write(kind, value))
    }

    fn comparison(&mut self, comparison: &Comparison) -> io::Result<()> {
        let Comparison { resolved, not_assessed, lost, .. } = comparison;
        let counts = Counts {
            before: comparison.before,
            new: comparison.new,
            worsened: comparison.worsened,
            unchanged: comparison.unchanged,
            resolved: resolved.len(),
            not_assessed: not_assessed.len(),
            judged_differently: comparison.judged_differently(),
            checks_added: &comparison.checks_added,
        };
        self.write("comparison", &counts)?;
        let differently = comparison.judged_differently.as_ref();
        let gone: &[Past] = differently.map_or(&[], |one| &one.no_longer);
        self.all("resolved", resolved)?;
        self.all("not-assessed", not_assessed)?;
        self.all("no-longer-found", gone)?;
        self.all("lost", lost)
    }
}

/// A load balancer whose kind is its type: on a line the kind is that of the line.
fn typed(lb: &LoadBalancerSummary) -> io::Result<Value> {
    let mut value = serde_json::to_value(lb)?;
    if let Value::Object(fields) = &mut value {
        let kind = fields.remove("kind").unwrap_or_default();
        fields.insert("type".to_owned(), kind);
    }
    Ok(value)
}
