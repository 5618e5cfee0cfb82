//! Requests that a rule lets through before others would have stopped them.

use std::collections::BTreeSet;

use super::field::{Field, FieldTest, Position, Wanted};
use super::request::{Request, candidates};
use super::statement::{Gate, GateKind, Matches, requests_of};
use super::{Effect, Filter, Working};
use crate::analysis::requests::Match;
use crate::vocab::call::Call;
use crate::vocab::fact::{Gap, Reason};
use crate::vocab::partial::Partial;

/// A rule that lets requests through, and what they get past by that.
pub struct Skip<'a> {
    /// The rule.
    pub rule: &'a str,
    /// The web ACL's own rule, which may refer to a group that holds the other.
    pub place: &'a str,
    /// The rules behind it that would stop requests.
    pub skipped: Vec<&'a str>,
    /// A request that anybody can send.
    pub request: String,
}

/// Who is asked, and what anybody may ask for.
pub struct Asked<'a> {
    /// `https` or `http`.
    pub scheme: &'a str,
    /// The load balancer's host.
    pub host: &'a str,
    /// Whether a path, or all that a pattern takes, is public by custom.
    pub is_public: &'a dyn Fn(&str) -> bool,
}

/// A rule, and the requests that it takes.
struct Known<'a> {
    working: &'a Working<'a>,
    matches: Matches,
}

/// The rules that let requests through which anybody can send, and which rules behind them would have stopped.
#[must_use]
pub fn skips<'a>(filter: &'a Filter<'a>, asked: &Asked) -> Partial<Vec<Skip<'a>>> {
    let known = |working: &'a Working<'a>| Known {
        working,
        matches: requests_of(&working.rule.statements),
    };
    let rules: Vec<Known> = filter.rules.found.iter().map(known).collect();
    let mut found = Partial::whole(Vec::new());
    for (at, own) in rules.iter().enumerate().filter(|(_, own)| own.working.reached) {
        let lets = match own.working.effect {
            Effect::Admits => &own.matches,
            // Which requests a rule of such a group takes nobody tells.
            Effect::Stops if own.working.admits_some() => &Matches::Undecided,
            Effect::Stops | Effect::Counts => continue,
        };
        let search = Search { before: &rules[..at], own: lets, behind: &rules[at + 1..], asked };
        match search.look() {
            Answer::Nothing => {}
            Answer::Found(_, _) if filter.is_doubtful(at) => found.add_gap(filter.doubt()),
            Answer::Found(skipped, request) => {
                let Working { rule, place, .. } = own.working;
                found.found.push(Skip { rule: &rule.name, place, skipped, request });
            }
            Answer::Unclear => found.add_gap(unclear(filter, own.working)),
        }
    }
    found.add_gap(filter.rules.gap().cloned());
    found
}

fn unclear(filter: &Filter, working: &Working) -> Gap {
    let said = format!("which requests rule {} lets past others", working.rule.name);
    Gap::new(Call::Wafv2GetWebAcl, Reason::Unrecognised).of(&filter.acl.arn).saying(said)
}

enum Answer<'a> {
    Nothing,
    Found(Vec<&'a str>, String),
    Unclear,
}

struct Search<'a, 's> {
    before: &'s [Known<'a>],
    own: &'s Matches,
    behind: &'s [Known<'a>],
    asked: &'s Asked<'s>,
}

impl<'a> Search<'a, '_> {
    fn look(&self) -> Answer<'a> {
        let anybody = self.own.behind(&BTreeSet::new());
        if anybody == Matches::None || anybody.only(&|test| self.is_meant(test)) {
            return Answer::Nothing;
        }
        let stopping = self.behind.iter().filter(|rule| rule.working.effect == Effect::Stops);
        let behind: Vec<&Known> = stopping
            .filter(|rule| rule.matches != Matches::None && !anybody.is_apart_from(&rule.matches))
            .collect();
        let before: Vec<&Matches> = self
            .before
            .iter()
            .filter(|rule| rule.working.ends())
            .map(|rule| &rule.matches)
            .collect();
        let mut worlds = worlds(&before);
        worlds.retain(|open| !before.iter().any(|rule| anybody.is_within(&rule.behind(open))));
        if behind.is_empty() || worlds.is_empty() {
            return Answer::Nothing;
        }
        let stages: [&mut dyn Iterator<Item = &Matches>; 3] = [
            &mut std::iter::once(self.own),
            &mut before.iter().copied(),
            &mut behind.iter().map(|rule| &rule.matches),
        ];
        let mut tests: Vec<&FieldTest> = Vec::new();
        for more in stages {
            tests.extend(more.flat_map(Matches::tests));
            let found = self.best(
                &candidates(&tests, self.asked.host),
                &anybody,
                &worlds,
                (&before, &behind),
            );
            if let Some((names, request)) = found {
                return Answer::Found(names, request);
            }
        }
        Answer::Unclear
    }

    /// Of these requests the one that gets past most rules behind, with their names.
    fn best(
        &self,
        requests: &[Request],
        anybody: &Matches,
        worlds: &[BTreeSet<Gate>],
        (before, behind): (&[&Matches], &[&Known<'a>]),
    ) -> Option<(Vec<&'a str>, String)> {
        let mut best: Option<(Vec<&'a str>, String)> = None;
        for request in requests {
            let is_own = request.is_in(anybody, &BTreeSet::new()) == Match::Yes;
            if !is_own || is_preflight(request.method()) || (self.asked.is_public)(request.path()) {
                continue;
            }
            for open in worlds {
                let past = behind.iter().filter(|rule| self.skips(rule, request, open, before));
                let names: Vec<&'a str> = past.map(|rule| &*rule.working.rule.name).collect();
                let most = best.as_ref().map_or(0, |(names, _)| names.len());
                if names.len() > most {
                    best = Some((names, self.words(request, open)));
                }
            }
        }
        best
    }

    fn words(&self, request: &Request, open: &BTreeSet<Gate>) -> String {
        let words = request.words(self.asked.scheme, self.asked.host);
        if open.is_empty() { words } else { words + " from a country that is let in" }
    }

    /// Whether what passes a test is public by custom, or asks before the request that counts.
    fn is_meant(&self, test: &FieldTest) -> bool {
        match (&test.field, &test.wanted) {
            (Field::Path, _) => test.pattern().is_some_and(|path| (self.asked.is_public)(&path)),
            (Field::Method, Wanted::Text(Position::Exactly, method)) => is_preflight(method),
            _ => false,
        }
    }

    /// Whether a rule behind would stop such a request, maybe with a body, of a client that is behind these gates
    /// and maybe behind some that the rule itself asks about, were it not let through here.
    fn skips(
        &self,
        rule: &Known,
        request: &Request,
        open: &BTreeSet<Gate>,
        before: &[&Matches],
    ) -> bool {
        let asked = rule.matches.gates();
        let single = asked.iter().map(|gate| BTreeSet::from([gate.clone()]));
        let mut clients = [BTreeSet::new(), asked.clone()].into_iter().chain(single);
        let is_bodily = |one: &Matches| one.tests().iter().any(|test| test.field == Field::Body);
        let is_bound = is_bodily(self.own) || before.iter().any(|rule| is_bodily(rule));
        let full = (!is_bound && is_bodily(&rule.matches)).then(|| request.with_any_body());
        clients.any(|more| {
            let open: BTreeSet<Gate> = open.union(&more).cloned().collect();
            let mut asked = std::iter::once(request).chain(&full);
            asked.any(|request| request.is_in(&rule.matches, &open) == Match::Yes)
                && request.is_in(self.own, &open) == Match::Yes
                && before.iter().all(|earlier| request.is_in(earlier, &open) == Match::No)
        })
    }
}

/// Whether browsers ask like this before the request that counts.
fn is_preflight(method: &str) -> bool {
    method.eq_ignore_ascii_case("OPTIONS")
}

/// What clients may be behind that come past these rules: nothing, or a country. Who is on a list, has a label
/// or knows a secret is not anybody.
fn worlds(before: &[&Matches]) -> Vec<BTreeSet<Gate>> {
    let gates = before.iter().flat_map(|rule| rule.gates());
    let countries: BTreeSet<Gate> = gates.filter(|gate| gate.kind == GateKind::Country).collect();
    let mut worlds = vec![BTreeSet::new()];
    worlds.extend(countries.iter().map(|one| BTreeSet::from([one.clone()])));
    if countries.len() > 1 {
        worlds.push(countries);
    }
    worlds
}
