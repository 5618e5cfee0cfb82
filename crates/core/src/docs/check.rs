//! The page of a check, in Markdown and for a terminal: both say the same.

use super::{RENDERED, capabilities, code, compliance, json, table};
use crate::audit::{Options, audit};
use crate::check::{Check, Example, Judge, Pair};
use crate::fix::{self, Fixing};
use crate::inventory::Kind;
use crate::remedy::placeholder;
use crate::render::page::{Page, Paint};
use crate::render::{self, Style};
use crate::report::{Outcome, Report};
use crate::vocab::evidence::Evidence;
use crate::vocab::exposure::ExposureClass;
use crate::vocab::severity::{Persona, Severity};

/// The page of a check, in Markdown.
#[must_use]
pub fn check_page(check: &'static Check) -> String {
    let mut page = format!("{RENDERED}# {}\n\nFault: {}.\n\n", check.id, check.title);
    let facts = facts(check).into_iter().map(|(name, value)| vec![name.to_owned(), value]);
    page.push_str(&table(&["", ""], facts));
    let fix = format!("{}.", capital(check.fix));
    let fixing = fix::fixing(check);
    for (heading, text) in [
        ("Why it matters", check.why),
        ("When exactly", check.logic),
        ("Where it does not apply", &capabilities::limits(check.id)),
        ("When it is none", check.false_alarms),
        ("What to do", &[&fix, "\n\n", &ways(check, &fixing)].concat()),
        ("What `elb-audit fix` writes", &script(&fixing)),
        ("Evidence", &evidence(check)),
        ("Examples", &shown(check)),
        ("All examples", &examples(check)),
        ("What it reads", &reads(check)),
        ("Compliance", &compliance::implemented_by(check)),
        ("Read more", &links(check)),
    ] {
        if !text.is_empty() {
            page.push_str(&["\n## ", heading, "\n\n", text.trim_end(), "\n"].concat());
        }
    }
    page
}

/// Short facts about a check, by name.
fn facts(check: &Check) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("Severity", severity(check)),
        ("Reported to", reported_to(check)),
        ("Load balancers", kinds(check).join(", ")),
        ("One verdict for", subject(check).to_owned()),
        ("Since", check.since.to_owned()),
    ];
    if !check.aliases.is_empty() {
        let aliases: Vec<String> = check.aliases.iter().map(code).collect();
        facts.push(("Also selected by", aliases.join(", ")));
    }
    facts
}

fn severity(check: &Check) -> String {
    let severity = check.severity;
    let fails = format!("fail {} ", check.id);
    let mut finds = check.examples.iter().flat_map(|example| example.finds);
    let notes = !finds.any(|find| find.starts_with(&fails));
    let (word, lower) = (severity.word(), severity.at(ExposureClass::Internal).word());
    match severity {
        Severity::Info if notes => format!("{word}: a note, never a fault"),
        _ if word == lower => word.to_owned(),
        _ => format!("{word}; {lower} where the internet cannot reach it freely"),
    }
}

/// From which persona on it is reported.
fn reported_to(check: &Check) -> String {
    match check.persona {
        Persona::Regular => "everyone".to_owned(),
        Persona::Pedantic => "--persona pedantic and auditor".to_owned(),
        Persona::Auditor => "--persona auditor".to_owned(),
    }
}

/// The ways to fix it, each with its name.
fn by_way(check: &Check, fixing: &Fixing) -> Vec<(&'static str, &'static str, String)> {
    let ways = check.ways();
    let annotations = fixing.kubernetes.iter().map(|(name, value)| format!("{name}: {value:?}"));
    let annotations = annotations.collect::<Vec<_>>().join("\n");
    let mut all = vec![
        ("Console", "", ways.console),
        ("AWS CLI", "sh", ways.cli),
        ("Terraform", "hcl", ways.terraform),
        ("CloudFormation", "yaml", ways.cloudformation),
    ];
    if !annotations.is_empty() {
        let object =
            format!("metadata:\n  annotations:\n    {}", annotations.replace('\n', "\n    "));
        all.push(("Kubernetes", "yaml", object));
    }
    all
}

/// What `elb-audit fix` writes for its faults.
fn script(fixing: &Fixing) -> String {
    let reasons = fixing.reasons.iter().map(|own| format!("- no script where {own}\n"));
    let reasons: String = reasons.collect();
    match fixing.class {
        None if fixing.reasons.is_empty() => String::new(),
        None => {
            let all: Vec<&str> = fixing.reasons.iter().map(String::as_str).collect();
            format!("No script: {}.\n", all.join("; "))
        }
        Some(class) => {
            let look = fixing.look.iter().map(|own| format!("- look first: {own}\n"));
            let look: String = look.collect();
            format!(
                "A [script](../fixing.md) of class {}, which can be taken back.\n\n{look}{reasons}",
                code(class.word())
            )
        }
    }
}

/// The remedies under their headings: code in a block, sentences as they are.
fn ways(check: &Check, fixing: &Fixing) -> String {
    let way = |(name, language, text): (&str, &str, String)| {
        let is_code = !language.is_empty() && (text.contains('\n') || text.starts_with("aws "));
        let choices = choices(language, &text);
        let choices = choices.iter().map(|(name, how)| format!("- {}: {how}\n", code(name)));
        let choices = choices.collect::<String>();
        let rest = if choices.is_empty() { choices } else { format!("{choices}\n") };
        let body = if is_code { format!("```{language}\n{text}\n```") } else { text };
        format!("### {name}\n\n{body}\n\n{rest}")
    };
    by_way(check, fixing).into_iter().map(way).collect()
}

/// What commands leave to the user, and how to choose.
fn choices(language: &str, text: &str) -> Vec<Pair> {
    if language == "sh" { placeholder::choices(text) } else { Vec::new() }
}

pub(super) fn kinds(check: &Check) -> Vec<String> {
    check.applies_to.iter().map(name).collect()
}

/// AWS's name of a kind.
fn name(kind: &Kind) -> String {
    capital(&kind.to_string())
}

pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn subject(check: &Check) -> &'static str {
    match check.judge {
        Judge::LoadBalancer(_) => "each load balancer",
        Judge::Listener(_) => "each listener",
        Judge::Targets(_) if check.applies_to == [Kind::Classic] => "all instances at once",
        Judge::Targets(_) if check.applies_to.contains(&Kind::Classic) => {
            "each target group; all instances of a Classic load balancer at once"
        }
        Judge::Targets(_) => "each target group",
        Judge::UnusedTargetGroup(_) => "each target group that no load balancer uses",
        Judge::AutoScalingGroup(_) => "each Auto Scaling group",
        Judge::DnsRecord(_) => "each DNS record that leads to a load balancer",
        Judge::Certificate(_) => "each certificate that a listener presents",
    }
}

fn evidence(check: &'static Check) -> String {
    let Some((title, evidence)) = found(check) else { return String::new() };
    format!("What a finding carries, here in the example \"{title}\":\n\n```json\n{evidence}```\n")
}

/// The first example in which the check finds something: its title, and the evidence as JSON.
fn found(check: &'static Check) -> Option<(&'static str, String)> {
    let mut found =
        check.examples.iter().filter_map(|example| Some((example.title, first(check, example)?)));
    let (title, evidence) = found.find(|(_, evidence)| !evidence.0.is_empty())?;
    Some((title, json(&evidence)))
}

fn first(check: &'static Check, example: &Example) -> Option<Evidence> {
    let mut found = alone(check, example)
        .findings
        .into_iter()
        .filter(|finding| matches!(finding.outcome, Outcome::Fail | Outcome::Note));
    found.next().map(|finding| finding.evidence)
}

/// What this check alone finds in an example.
fn alone(check: &'static Check, example: &Example) -> Report {
    let inventory = (example.given)();
    let options = Options { show_passed: true, ..Options::at(inventory.taken_at) };
    audit(&inventory, &[check], &options)
}

/// The first example that the check fails or notes, and the first that passes.
fn pair(check: &'static Check) -> Vec<(&'static Example, Report)> {
    let with = |wanted: &[Outcome]| {
        let reports = check.examples.iter().map(|example| (example, alone(check, example)));
        let has = |report: &Report| {
            let outcomes = || report.findings.iter().map(|finding| finding.outcome);
            outcomes().any(|outcome| wanted.contains(&outcome))
                && (!wanted.contains(&Outcome::Pass)
                    || outcomes().all(|outcome| outcome == Outcome::Pass))
        };
        reports.into_iter().find(|(_, report)| has(report))
    };
    let bad = with(&[Outcome::Fail]).or_else(|| with(&[Outcome::Note]));
    bad.into_iter().chain(with(&[Outcome::Pass])).collect()
}

/// Both examples with what the check says of them.
fn shown(check: &'static Check) -> String {
    let block = |(example, report): (&Example, Report)| {
        let said = render::TEXT
            .text(&report, Style { width: 100, details: render::Details::All, ..Style::PLAIN });
        let said = said.split("\n\n").filter(|part| !is_totals(part)).collect::<Vec<_>>();
        format!("{}:\n\n```text\n{}\n```\n", capital(example.title), said.join("\n\n").trim())
    };
    pair(check).into_iter().map(block).collect::<Vec<_>>().join("\n")
}

/// Whether a paragraph of a report is its totals, which say nothing of one example.
fn is_totals(paragraph: &str) -> bool {
    paragraph.contains(" API call")
}

fn examples(check: &Check) -> String {
    let rows = check.examples.iter().map(|example| {
        let cell = |find: &&str| match *find {
            Example::DOES_NOT_APPLY => find.to_string(),
            finding => code(finding),
        };
        let finds: Vec<String> = example.finds.iter().map(cell).collect();
        let finds = if finds.is_empty() { "nothing".to_owned() } else { finds.join("<br>") };
        vec![example.title.to_owned(), finds]
    });
    table(
        &["Configuration", "What all checks together find in it, notes of the others aside"],
        rows,
    )
}

fn reads(check: &Check) -> String {
    if check.needs.is_empty() {
        return "Nothing beyond [what every report reads](../permissions.md).\n".to_owned();
    }
    let rows = check
        .needs
        .iter()
        .map(|call| vec![code(call.name()), code(call.action()), call.purpose().to_owned()]);
    let calls = table(&["Call", "IAM action", "What for"], rows);
    format!("Beside [what every report reads](../permissions.md):\n\n{calls}")
}

fn links(check: &Check) -> String {
    let links: Vec<String> = check.links.iter().map(|link| format!("- <{link}>")).collect();
    links.join("\n")
}

/// The page of a check for a terminal.
#[must_use]
pub fn explain(check: &'static Check, style: Style) -> String {
    let mut page = Page::new(style);
    page.line(0, &[(Paint::Bold, check.id), (Paint::Plain, ": "), (Paint::Plain, check.title)]);
    page.blank();
    for (name, value) in facts(check) {
        page.line(2, &[(Paint::Dim, name), (Paint::Plain, ": "), (Paint::Plain, &value)]);
    }
    for (heading, text) in [
        ("Why it matters", check.why),
        ("When exactly", check.logic),
        ("Where it does not apply", &capabilities::limits(check.id)),
        ("When it is none", check.false_alarms),
        ("What to do", check.fix),
    ] {
        if !text.is_empty() {
            section(&mut page, heading);
            page.paragraph(2, text);
        }
    }
    for (name, language, text) in by_way(check, &fix::fixing(check)) {
        page.blank();
        page.line(2, &[(Paint::Dim, name)]);
        for line in text.lines() {
            page.plain(4, line);
        }
        for (place, (name, how)) in choices(language, &text).into_iter().enumerate() {
            if place == 0 {
                page.blank();
            }
            page.paragraph(4, &format!("{name}: {how}"));
        }
    }
    if let Some((title, evidence)) = found(check) {
        section(&mut page, "Evidence");
        page.paragraph(2, &format!("What a finding carries, here in the example \"{title}\":"));
        for line in evidence.lines() {
            page.plain(2, line);
        }
    }
    section(&mut page, "Examples");
    for example in check.examples {
        page.plain(2, example.title);
        for find in example.finds {
            page.plain(6, find);
        }
        if example.finds.is_empty() {
            page.plain(6, "nothing found");
        }
    }
    if !check.needs.is_empty() {
        section(&mut page, "What it reads, beside what every report reads");
        for call in check.needs {
            page.plain(2, &format!("{} ({})", call.action(), call.purpose()));
        }
    }
    section(&mut page, "Read more");
    for link in check.links {
        page.plain(2, link);
    }
    page.into_text()
}

pub(super) fn section(page: &mut Page, heading: &str) {
    page.blank();
    page.line(0, &[(Paint::Bold, heading)]);
}
