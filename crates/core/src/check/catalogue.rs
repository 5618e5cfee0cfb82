//! Every question that we know anybody to ask about a load balancer, and what became of it here.

use std::sync::LazyLock;

/// A question: a row of the catalogue.
#[derive(Debug)]
pub struct Row {
    /// `1.7` for one that other tools ask, `2.A` … for one that none of them does.
    pub section: &'static str,
    /// What it is called in the catalogue.
    pub id: &'static str,
    /// What became of it.
    pub fate: Fate,
    /// Who else asks it, and under which names.
    pub peers: Vec<(Peer, Vec<&'static str>)>,
}

/// What became of a question.
#[derive(Debug)]
pub enum Fate {
    /// These checks ask it.
    Implemented(Vec<&'static str>),
    /// It is a part of these checks.
    Merged(Vec<&'static str>),
    /// The program answers it beside its checks; how.
    Engine(&'static str),
    /// It is not asked; why.
    LeftOut(&'static str),
}

impl Fate {
    /// The checks that ask it.
    #[must_use]
    pub fn checks(&self) -> &[&'static str] {
        match self {
            Fate::Implemented(checks) | Fate::Merged(checks) => checks,
            Fate::Engine(_) | Fate::LeftOut(_) => &[],
        }
    }
}

/// A tool or service that looks at load balancers too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Peer {
    /// Prowler.
    Prowler,
    /// ScoutSuite.
    ScoutSuite,
    /// CloudSploit.
    CloudSploit,
    /// Steampipe's AWS compliance mod.
    Steampipe,
    /// AWS Security Hub.
    SecurityHub,
    /// Trivy's checks.
    Trivy,
    /// Checkov.
    Checkov,
    /// Cloud Custodian.
    Custodian,
}

impl Peer {
    /// Every peer: the key in the rows, its name, and the version at which it was read.
    pub const ALL: [(Peer, &'static str, &'static str, &'static str); 8] = [
        (Peer::Prowler, "prowler", "Prowler", "3e000faa (2026-08-21)"),
        (Peer::ScoutSuite, "scoutsuite", "ScoutSuite", "7909f2fc (2024-05-10)"),
        (Peer::CloudSploit, "cloudsploit", "CloudSploit", "4b5bbd80 (2025-12-04)"),
        (Peer::Steampipe, "steampipe", "Steampipe", "mod-aws-compliance a1d0b446 (2025-12-06)"),
        (Peer::SecurityHub, "security-hub", "Security Hub", "its user guide, August 2026"),
        (Peer::Trivy, "trivy", "Trivy", "trivy-checks 80e53822 (2026-08-21)"),
        (Peer::Checkov, "checkov", "Checkov", "03d5fdad (2026-08-20)"),
        (Peer::Custodian, "custodian", "Cloud Custodian", "df800e9e (2026-08-22)"),
    ];

    /// Its name and the version at which it was read.
    ///
    /// # Panics
    ///
    /// On a peer that [`Peer::ALL`] lacks.
    #[must_use]
    pub fn named(self) -> (&'static str, &'static str) {
        let row = Peer::ALL.iter().find(|row| row.0 == self).expect("a row for every peer");
        (row.2, row.3)
    }
}

/// Section, question, what became of it, checks or reason, and other tools' names, between tabs.
const TEXT: &str = include_str!("catalogue/rows.tsv");

static ROWS: LazyLock<Vec<Row>> =
    LazyLock::new(|| TEXT.lines().filter(|line| !line.starts_with('#')).map(row).collect());

/// Every row, in the catalogue's order.
#[must_use]
pub fn rows() -> &'static [Row] {
    &ROWS
}

fn row(line: &'static str) -> Row {
    let mut cells = line.split('\t');
    let mut cell = || cells.next().unwrap_or_default();
    let (section, id, fate, what, peers) = (cell(), cell(), cell(), cell(), cell());
    let checks = || what.split(' ').collect();
    let fate = match fate {
        "implemented" => Fate::Implemented(checks()),
        "merged" => Fate::Merged(checks()),
        "engine" => Fate::Engine(what),
        "left-out" => Fate::LeftOut(what),
        other => unreachable!("{id}: fate {other}"),
    };
    Row { section, id, fate, peers: peers.split_whitespace().map(peer).collect() }
}

fn peer(text: &'static str) -> (Peer, Vec<&'static str>) {
    let (key, names) = text.split_once('=').unwrap_or((text, ""));
    let known = Peer::ALL.iter().find(|row| row.1 == key);
    let peer = known.unwrap_or_else(|| unreachable!("no peer {key}")).0;
    (peer, names.split(',').collect())
}
