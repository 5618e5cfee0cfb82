//! The book's table of contents.

use super::RENDERED;
use crate::check::Check;

/// Pages before the checks: title and file.
const BEFORE: &[(&str, &str)] = &[
    ("Start", "start.md"),
    ("Concepts", "concepts.md"),
    ("Reading a report", "report.md"),
    ("Formats", "formats.md"),
    ("Pipelines", "pipelines.md"),
    ("Configuration", "configuration.md"),
    ("Fixing", "fixing.md"),
    ("Accepted risks", "accepted-risks.md"),
    ("Watching", "watching.md"),
    ("Alerts", "alerts.md"),
    ("Many accounts", "many-accounts.md"),
    ("Deploying", "deploying.md"),
    ("The Lambda function", "lambda.md"),
    ("Cost and time", "cost.md"),
];

/// Pages after the checks.
const AFTER: &[(&str, &str)] = &[
    ("Compliance", "compliance.md"),
    ("Permissions", "permissions.md"),
    ("Calls", "calls.md"),
    ("Faulty answers", "faulty-answers.md"),
    ("What a load balancer cannot have", "capabilities.md"),
    ("Exit codes", "exit-codes.md"),
    ("Catalogue", "catalogue.md"),
    ("Other tools", "peers.md"),
    ("Conformance", "conformance.md"),
    ("Architecture", "architecture.md"),
    ("Decisions", "decisions/README.md"),
];

/// Records of decisions: below the last page.
const DECISIONS: &[(&str, &str)] = &[
    ("A small client of our own", "decisions/0001-small-client.md"),
    ("Two crates, and layers inside them", "decisions/0002-two-crates.md"),
    ("No macros, no build scripts", "decisions/0003-no-macros.md"),
    ("IP sets of our own", "decisions/0004-ip-sets.md"),
    ("A report schema written by hand", "decisions/0005-schema-by-hand.md"),
    ("A fake AWS of our own", "decisions/0006-fake-aws.md"),
    ("A fault names its cause", "decisions/0007-causes.md"),
    ("Every format adds up", "decisions/0008-formats.md"),
    ("Rules are sets of requests", "decisions/0009-sets-of-requests.md"),
    ("A fix is a change that proves itself", "decisions/0010-fixes.md"),
];

/// The table of contents, as mdBook reads it.
#[must_use]
pub fn summary(checks: &[&Check]) -> String {
    let list = |indent: &str, pages: &[(&str, &str)]| {
        let line = |(title, file): &(&str, &str)| format!("{indent}- [{title}]({file})\n");
        pages.iter().map(line).collect::<String>()
    };
    let own = |check: &&Check| format!("  - [{0}](checks/{0}.md)\n", check.id);
    let checks: String = checks.iter().map(own).collect();
    format!(
        "{RENDERED}# Summary\n\n{}- [Checks](checks/README.md)\n{checks}{}{}",
        list("", BEFORE),
        list("", AFTER),
        list("  ", DECISIONS),
    )
}
