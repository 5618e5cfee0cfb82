//! The page on published controls: each framework's controls with the checks that implement them.

use super::{RENDERED, code, table};
use crate::check::Check;
use crate::compliance::{Control, Framework, RULES, Source, controls, controls_of};

/// Every control that asks something of load balancers, by framework.
#[must_use]
pub fn compliance() -> String {
    let frameworks: String = Framework::ALL.into_iter().map(framework).collect();
    let unfair = RULES.iter().filter(|rule| !rule.unfair.is_empty()).map(|rule| {
        let asked = rule.asked_by.iter().filter(|asked| asked.framework == Framework::Fsbp);
        let ids: Vec<&str> = asked.flat_map(|asked| asked.ids.iter().copied()).collect();
        vec![ids.join(", "), rule.title.to_owned(), rule.unfair.to_owned()]
    });
    format!(
        "{RENDERED}# Compliance\n\n\
         `--framework fsbp`, `pci-4` or `nist-800-53` on `scan`, `check` and `demo` reports by control: passed, \
         failed, unknown or not covered, each with every resource that it is about. It runs the checks that the \
         framework needs, whatever the persona. Several frameworks, between commas or each with its own \
         `--framework`, are reported in one run.\n\n\
         A control stands here where its publisher, or AWS, says that it asks this of load balancers. PCI DSS 4 \
         is marked where only another tool maps it. Where nobody maps a check to a framework, neither do we.\n\n\
         Ids are the publishers'. What a control asks is said in elb-audit's own words, here and in reports; the \
         publisher's text is what counts.\n\n\
         ## Where AWS's own rule is unfair\n\n{}{frameworks}",
        table(&["Control", "What it asks", "What is unfair"], unfair),
    )
}

fn framework(framework: Framework) -> String {
    let rows = controls(framework).into_iter().map(|control| row(&control));
    let title = framework.title();
    let own = if Framework::REPORTED.contains(&framework) {
        format!("\n`--framework {}`\n", framework.id())
    } else {
        String::new()
    };
    format!(
        "\n## {title}\n{own}\n{}",
        table(&["Control", "What it asks", "Severity", "Checks"], rows)
    )
}

fn row(control: &Control) -> Vec<String> {
    let checks: Vec<String> =
        control.checks().iter().map(|check| format!("[{check}](checks/{check}.md)")).collect();
    let id = match control.source {
        Source::Publisher => control.id.to_owned(),
        Source::Both => format!("{} (in part by another tool's mapping)", control.id),
        Source::ThirdParty => format!("{} (another tool's mapping)", control.id),
    };
    let title = if control.title == control.id { "–" } else { control.title };
    let severity = control.severity.map_or("–", crate::vocab::severity::Severity::word);
    let checks = if checks.is_empty() { "not covered".to_owned() } else { checks.join(", ") };
    vec![id, title.to_owned(), severity.to_owned(), checks]
}

/// The controls that a check implements, by framework; a dash where no source maps it.
pub(super) fn implemented_by(check: &Check) -> String {
    let all = controls_of(check.id);
    if all.is_empty() {
        return "– (no source maps this check to a published control)\n".to_owned();
    }
    let rows = Framework::ALL.into_iter().filter_map(|framework| {
        let own = all.iter().filter(|(other, _)| *other == framework);
        let ids: Vec<String> = own.map(|(_, id)| code(id)).collect();
        (!ids.is_empty()).then(|| vec![framework.title().to_owned(), ids.join(" ")])
    });
    table(&["Framework", "Controls"], rows)
}
