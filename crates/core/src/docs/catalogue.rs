//! Pages on what is asked here and elsewhere: the catalogue, and who else has each check.

use super::{RENDERED, code, table};
use crate::check::Check;
use crate::check::catalogue::{Fate, Peer, Row, rows};

/// What became of every question of the catalogue. A check that no row names asks a question of its own.
#[must_use]
pub fn catalogue(checks: &[&Check]) -> String {
    let cells = |section: &str, id: &str, what: &Fate| {
        let (fate, what) = fate(what);
        vec![section.to_owned(), code(id), fate.to_owned(), what]
    };
    let part = |keep: fn(&Row) -> bool, own: &[&Check]| {
        let rows = rows().iter().filter(|row| keep(row));
        let listed = rows.map(|row| cells(row.section, row.id, &row.fate));
        let own = own.iter().map(|check| cells("–", check.id, &Fate::Implemented(vec![check.id])));
        table(&["Section", "Question", "", "Checks, or the reason"], listed.chain(own))
    };
    let is_asked = |check: &&Check| rows().iter().any(|row| row.fate.checks().contains(&check.id));
    let own: Vec<&Check> = checks.iter().copied().filter(|check| !is_asked(check)).collect();
    format!(
        "{RENDERED}# Catalogue\n\n\
         Every question about a load balancer that we know a tool to ask, or that one should ask, and what \
         became of it here. A question without a check has its reason.\n\n\
         ## What other tools ask\n\n{}\n\
         ## What no other tool asks\n\n{}",
        part(|row| row.section.starts_with("1."), &[]),
        part(|row| !row.section.starts_with("1."), &own),
    )
}

fn fate(fate: &Fate) -> (&'static str, String) {
    let links = |checks: &[&str]| {
        let links: Vec<String> =
            checks.iter().map(|check| format!("[{check}](checks/{check}.md)")).collect();
        links.join(", ")
    };
    match fate {
        Fate::Implemented(checks) => ("implemented as", links(checks)),
        Fate::Merged(checks) => ("merged into", links(checks)),
        Fate::Engine(how) => ("part of the program", (*how).to_owned()),
        Fate::LeftOut(reason) => ("left out", (*reason).to_owned()),
    }
}

/// Which of the other tools has what, check by check.
#[must_use]
pub fn peers(checks: &[&Check]) -> String {
    let versions = Peer::ALL
        .iter()
        .map(|(_, _, name, version)| vec![(*name).to_owned(), (*version).to_owned()]);
    let mut head = vec!["Check"];
    head.extend(Peer::ALL.iter().map(|row| row.2));
    let lines = checks.iter().map(|check| {
        let mut cells = vec![format!("[{0}](checks/{0}.md)", check.id)];
        cells.extend(Peer::ALL.iter().map(|row| names(check, row.0)));
        cells
    });
    let alone =
        checks.iter().filter(|check| Peer::ALL.iter().all(|row| names(check, row.0) == "–"));
    format!(
        "{RENDERED}# Other tools\n\n\
         What each of eight other tools has on the subject of a check, by the tool's own name for it. A name \
         here says that the tool asks about the subject, not that it gets it right: see \
         [conformance](conformance.md). A dash says that nothing was found at the version read.\n\n{}\n\
         {} of the {} checks have no counterpart in any of them.\n\n{}",
        table(&["Tool", "Read at"], versions),
        alone.count(),
        checks.len(),
        table(&head, lines),
    )
}

fn names(check: &Check, peer: Peer) -> String {
    let asks = rows().iter().filter(|row| row.fate.checks().contains(&check.id));
    let mut names: Vec<&str> = asks
        .flat_map(|row| row.peers.iter().filter(|(other, _)| *other == peer))
        .flat_map(|(_, names)| names.iter().copied())
        .collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return "–".to_owned();
    }
    names.into_iter().map(code).collect::<Vec<_>>().join(" ")
}
