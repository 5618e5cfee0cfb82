//! Published controls: which check implements which, and a report by control instead of by load balancer.
//!
//! A control stands here where whoever publishes or maps it says so. Nothing is filled in by intuition: a
//! check without a control has none.

use serde::{Deserialize, Serialize};

use crate::inventory::Kind;
use crate::vocab::severity::Severity;

mod table;
mod titles;

pub use table::RULES;

/// A set of controls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Framework {
    /// AWS Foundational Security Best Practices, as Security Hub numbers them.
    Fsbp,
    /// PCI DSS version 4.
    #[serde(rename = "pci-4")]
    Pci4,
    /// PCI DSS version 3.2.1.
    #[serde(rename = "pci-3")]
    Pci3,
    /// NIST SP 800-53, revision 5.
    #[serde(rename = "nist-800-53")]
    Nist80053,
    /// NIST SP 800-171.
    #[serde(rename = "nist-800-171")]
    Nist800171,
    /// CIS Amazon Web Services Foundations Benchmark.
    Cis,
    /// Proactive controls of AWS Control Tower.
    ControlTower,
    /// Managed rules of AWS Config.
    ConfigRule,
}

impl Framework {
    /// All of them.
    pub const ALL: [Framework; 8] = [
        Framework::Fsbp,
        Framework::Pci4,
        Framework::Pci3,
        Framework::Nist80053,
        Framework::Nist800171,
        Framework::Cis,
        Framework::ControlTower,
        Framework::ConfigRule,
    ];

    /// Those that `--framework` reports by.
    pub const REPORTED: [Framework; 3] = [Framework::Fsbp, Framework::Pci4, Framework::Nist80053];

    /// `fsbp`, `pci-4` …
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Framework::Fsbp => "fsbp",
            Framework::Pci4 => "pci-4",
            Framework::Pci3 => "pci-3",
            Framework::Nist80053 => "nist-800-53",
            Framework::Nist800171 => "nist-800-171",
            Framework::Cis => "cis",
            Framework::ControlTower => "control-tower",
            Framework::ConfigRule => "config-rule",
        }
    }

    /// Its own name.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Framework::Fsbp => "AWS Foundational Security Best Practices",
            Framework::Pci4 => "PCI DSS 4",
            Framework::Pci3 => "PCI DSS 3.2.1",
            Framework::Nist80053 => "NIST SP 800-53 revision 5",
            Framework::Nist800171 => "NIST SP 800-171",
            Framework::Cis => "CIS AWS Foundations Benchmark",
            Framework::ControlTower => "AWS Control Tower",
            Framework::ConfigRule => "AWS Config",
        }
    }

    /// The framework with this id.
    #[must_use]
    pub fn named(id: &str) -> Option<Self> {
        Framework::ALL.into_iter().find(|framework| framework.id() == id)
    }
}

/// Something that is asked of some kinds of load balancer, and by whom.
#[derive(Debug)]
pub struct Rule {
    /// What is asked, in our words.
    pub title: &'static str,
    /// Severity that AWS gives the control of Security Hub, where it is known.
    pub severity: Option<Severity>,
    /// The kinds of load balancer that it is asked of.
    pub kinds: &'static [Kind],
    /// The checks that implement it.
    pub checks: &'static [&'static str],
    /// What is unfair about the rule of AWS's own that judges it; empty when nothing is.
    pub unfair: &'static str,
    /// Who asks it.
    pub asked_by: &'static [Asked],
}

/// A framework that asks something, and under which ids.
#[derive(Debug)]
pub struct Asked {
    /// The framework.
    pub framework: Framework,
    /// Who says so.
    pub source: Source,
    /// Ids of its controls.
    pub ids: &'static [&'static str],
}

/// Who says that a framework asks something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Whoever publishes the framework, or AWS.
    Publisher,
    /// Another tool's mapping.
    ThirdParty,
    /// The one of some checks, the other of others.
    Both,
}

impl Source {
    /// Every answer.
    pub const ALL: [Source; 3] = [Source::Publisher, Source::ThirdParty, Source::Both];

    fn and(self, other: Source) -> Source {
        if self == other { self } else { Source::Both }
    }
}

/// A control of a framework, and the rules that it is made of.
#[derive(Debug)]
pub struct Control {
    /// The framework.
    pub framework: Framework,
    /// `ELB.1`, `SC-8(1)`, `4.2.1`.
    pub id: &'static str,
    /// What it asks, in our words; its id where there are none.
    pub title: &'static str,
    /// AWS's severity, where it is known.
    pub severity: Option<Severity>,
    /// Who says that the rules belong to it.
    pub source: Source,
    /// The rules.
    pub rules: Vec<&'static Rule>,
}

impl Control {
    /// Whether its title is in our words, and not its id for want of any.
    #[must_use]
    pub fn title_is_ours(&self) -> bool {
        self.title != self.id
    }

    /// The checks that implement it, each once.
    #[must_use]
    pub fn checks(&self) -> Vec<&'static str> {
        let mut checks: Vec<_> =
            self.rules.iter().flat_map(|rule| rule.checks.iter().copied()).collect();
        checks.sort_unstable();
        checks.dedup();
        checks
    }
}

/// The controls of a framework that ask something of load balancers, in the order of their ids.
#[must_use]
pub fn controls(framework: Framework) -> Vec<Control> {
    let mut controls: Vec<Control> = Vec::new();
    for rule in RULES {
        for asked in rule.asked_by.iter().filter(|asked| asked.framework == framework) {
            for &id in asked.ids {
                if let Some(known) = controls.iter_mut().find(|control| control.id == id) {
                    known.rules.push(rule);
                    known.source = known.source.and(asked.source);
                    continue;
                }
                let own = framework == Framework::Fsbp;
                let title =
                    if own { rule.title } else { titles::title(framework, id).unwrap_or(id) };
                let severity = rule.severity.filter(|_| own);
                let (source, rules) = (asked.source, vec![rule]);
                controls.push(Control { framework, id, title, severity, source, rules });
            }
        }
    }
    controls.sort_by_key(|control| in_order(control.id));
    controls
}

/// Words and numbers of an id, so that `ELB.9` comes before `ELB.10`.
fn in_order(id: &str) -> Vec<(String, u32)> {
    let mut parts = Vec::new();
    for part in id.split(['.', '-', '(', ')', ' ']).filter(|part| !part.is_empty()) {
        let number = part.parse().unwrap_or_default();
        let word = if number > 0 { String::new() } else { part.to_owned() };
        parts.push((word, number));
    }
    parts
}

/// The controls that a check implements: framework and id, each once, in order.
#[must_use]
pub fn controls_of(check: &str) -> Vec<(Framework, &'static str)> {
    let rules = RULES.iter().filter(|rule| rule.checks.contains(&check));
    let mut all: Vec<(Framework, &'static str)> = rules
        .flat_map(|rule| rule.asked_by)
        .flat_map(|asked| asked.ids.iter().map(|id| (asked.framework, *id)))
        .collect();
    all.sort_by_key(|(framework, id)| (*framework, in_order(id)));
    all.dedup();
    all
}

/// The checks that a report by this framework needs.
#[must_use]
pub fn checks_of(framework: Framework) -> Vec<&'static str> {
    checks_of_all(&[framework])
}

/// The checks that reports by these frameworks need, each once.
#[must_use]
pub fn checks_of_all(frameworks: &[Framework]) -> Vec<&'static str> {
    let controls = frameworks.iter().flat_map(|framework| controls(*framework));
    let mut checks: Vec<_> = controls.flat_map(|control| control.checks()).collect();
    checks.sort_unstable();
    checks.dedup();
    checks
}
