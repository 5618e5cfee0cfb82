//! Which checks run, and how a check is found by its name.

use std::collections::BTreeSet;

use crate::check::Check;
use crate::checks;
use crate::compliance::{self, Framework};
use crate::policy::Policy;
use crate::vocab::severity::Persona;

/// What decides which checks run.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Whom to tell; none: whoever fixes faults.
    pub persona: Option<Persona>,
    /// What reports by these frameworks need, whoever it is for.
    pub frameworks: Vec<Framework>,
    /// These checks alone, whoever they are for.
    pub only: BTreeSet<&'static str>,
    /// These too, whoever they are for.
    pub enable: BTreeSet<&'static str>,
    /// All but these. What is in `only` runs all the same.
    pub disable: BTreeSet<&'static str>,
    /// All but these, whatever else is said.
    pub skip: BTreeSet<&'static str>,
}

impl Selection {
    /// The checks that run, in the order of their ids.
    #[must_use]
    pub fn choose(&self, checks: &[&'static Check], policy: &Policy) -> Vec<&'static Check> {
        let needed =
            (!self.frameworks.is_empty()).then(|| compliance::checks_of_all(&self.frameworks));
        let wanted = |check: &Check| {
            if !self.only.is_empty() {
                return self.only.contains(check.id);
            }
            let heard = match &needed {
                Some(needed) => needed.contains(&check.id),
                None => policy.persona(check) <= self.persona() || self.enable.contains(check.id),
            };
            heard && !self.disable.contains(check.id)
        };
        let chosen = checks.iter().copied().filter(|check| wanted(check));
        chosen.filter(|check| !self.skip.contains(check.id)).collect()
    }

    fn persona(&self) -> Persona {
        self.persona.unwrap_or(Persona::Regular)
    }

    /// Whom the checks are for; none when they are chosen one by one.
    #[must_use]
    pub fn audience(&self) -> Option<Persona> {
        (self.only.is_empty() && self.frameworks.is_empty()).then(|| self.persona())
    }
}

/// A name that no check has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown check `{name}`: {}", advice(*.meant))]
pub struct UnknownCheck {
    name: String,
    /// The check that may be meant.
    meant: Option<&'static str>,
}

fn advice(meant: Option<&str>) -> String {
    match meant {
        Some(id) => format!("did you mean `{id}`?"),
        None => "`elb-audit checks` lists them".to_owned(),
    }
}

/// The check with this id or alias.
pub fn find(name: &str) -> Result<&'static Check, UnknownCheck> {
    let named = |check: &&&Check| check.id == name || check.aliases.contains(&name);
    if let Some(check) = checks::ALL.iter().find(named) {
        return Ok(check);
    }
    let ids = checks::ALL.iter().map(|check| check.id);
    Err(UnknownCheck { name: name.to_owned(), meant: closest(name, ids) })
}

/// The word that is meant, where it is close enough to one.
#[must_use]
pub fn closest<'a>(word: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let scored = words.into_iter().map(|known| (strsim::jaro_winkler(word, known), known));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0));
    best.filter(|(score, _)| *score > 0.8).map(|(_, known)| known)
}
