//! Requests that a rule lets through before others would have stopped them.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use super::field::{Field, FieldTest, Position, Wanted};
use super::request::Request;
use super::sets::{Way, given};
use super::statement::{Gate, GateKind, Matches};
use super::{Effect, Filter, Working};
use crate::analysis::requests::{
    self, Answer, Asked, Budget, Cell, Match, Search, Side, Spent, Tastes, Wanted as Met,
};
use crate::inventory::Condition;
use crate::vocab::call::Call;
use crate::vocab::fact::{Gap, Reason};
use crate::vocab::glob::is_short;
use crate::vocab::partial::Partial;

/// What one rule that lets requests through may cost, in steps of a machine.
const A_RULE: usize = 1_000_000;
/// Where requests come from: no rule of a web ACL that is understood names an address.
const ANYWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));

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
pub struct Target<'a> {
    /// `https` or `http`.
    pub scheme: &'a str,
    /// The load balancer's host.
    pub host: &'a str,
    /// Paths that are public by custom or by intent, as patterns.
    pub public: Vec<String>,
    /// Whether all that a pattern takes is public.
    pub is_public: &'a dyn Fn(&str) -> bool,
}

/// The rules that let requests through which anybody can send, and which rules behind them would have stopped.
#[must_use]
pub fn skips<'a>(filter: &'a Filter<'a>, target: &Target) -> Partial<Vec<Skip<'a>>> {
    let rules = &filter.rules.found;
    let mut found = Partial::whole(Vec::new());
    for (at, own) in rules.iter().enumerate().filter(|(_, own)| own.reached) {
        let lets = match own.effect {
            Effect::Admits => &own.matches,
            // Which requests a rule of such a group takes nobody tells.
            Effect::Stops if own.admits_some() => &Matches::Undecided,
            Effect::Stops | Effect::Counts => continue,
        };
        match Look::new(lets, &rules[..at], &rules[at + 1..], target).look() {
            Answer::No => {}
            Answer::Yes(_) if filter.is_doubtful(at) => found.add_gap(filter.doubt()),
            Answer::Yes((skipped, request)) => {
                let Working { rule, place, .. } = own;
                found.found.push(Skip { rule: &rule.name, place, skipped, request });
            }
            Answer::Open => found.add_gap(unclear(filter, own)),
        }
    }
    found.add_gap(filter.rules.gap().cloned());
    found
}

fn unclear(filter: &Filter, working: &Working) -> Gap {
    let said = format!("which requests rule {} lets past others", working.rule.name);
    Gap::new(Call::Wafv2GetWebAcl, Reason::Unrecognised).of(&filter.acl.arn).saying(said)
}

/// A rule that lets requests through, those before it that end what they take, and those behind that stop
/// something.
struct Look<'a, 's> {
    before: Vec<&'a Matches>,
    own: &'s Matches,
    /// What it lets in of anybody: who is on a list, has a label or knows a secret is not.
    anybody: Matches,
    behind: Vec<&'a Working<'a>>,
    /// What is not looked for: what is meant to be let in.
    meant: [Way; 2],
    target: &'s Target<'s>,
    budget: Budget,
}

/// A request that gets past some rules, and what it was found by.
#[derive(Clone, Default)]
struct Past<'a> {
    meets: Way,
    misses: Vec<Way>,
    rules: Vec<Skipped<'a>>,
    request: Option<Request>,
}

/// A rule that is skipped.
#[derive(Clone)]
struct Skipped<'a> {
    rule: &'a Working<'a>,
    /// Who skips it: for other rules that may be somebody else.
    client: String,
    /// Gates that the client may be behind, because the rule asks about them.
    gates: BTreeSet<Gate>,
    /// Whether by a body that the rule would stop.
    by_body: bool,
}

impl<'a, 's> Look<'a, 's> {
    fn new(
        own: &'s Matches,
        before: &'a [Working<'a>],
        behind: &'a [Working<'a>],
        target: &'s Target<'s>,
    ) -> Self {
        let none = BTreeSet::new();
        let ending = before.iter().filter(|rule| rule.ends());
        let stops = |rule: &&Working| rule.effect == Effect::Stops && rule.matches != Matches::None;
        let options = FieldTest {
            field: Field::Method,
            wanted: Wanted::Text(Position::Exactly, "options".to_owned()),
            lowered: true,
            decoded: Vec::new(),
        };
        let public = Condition {
            field: "path-pattern".into(),
            values: target.public.iter().filter(|one| is_short(one)).cloned().collect(),
            ..Condition::default()
        };
        Look {
            before: ending.map(|rule| &rule.matches).collect(),
            own,
            anybody: own.behind(&none, &none),
            behind: behind.iter().filter(stops).collect(),
            meant: [vec![options.asked()], requests::asked(&[public])],
            target,
            budget: Budget::of(A_RULE),
        }
    }

    /// Of the requests that the rule lets in one that gets past most rules behind, and their names.
    fn look(&self) -> Answer<(Vec<&'a str>, String)> {
        if self.anybody.only(&|test| self.is_meant(test)) {
            return Answer::No;
        }
        let mut best: Option<(Vec<&'a str>, String)> = None;
        let mut is_clear = true;
        for open in worlds(&self.before) {
            let (past, is_all) = self.past(&open);
            is_clear &= is_all;
            let names: Vec<&str> = past.rules.iter().map(|one| &*one.rule.rule.name).collect();
            let most = best.as_ref().map_or(0, |(names, _)| names.len());
            if let Some(request) = past.request.filter(|_| names.len() > most) {
                best = Some((names, self.words(&request, &open)));
            }
        }
        match best {
            Some(best) => Answer::Yes(best),
            None if is_clear => Answer::No,
            None => Answer::Open,
        }
    }

    fn words(&self, request: &Request, open: &BTreeSet<Gate>) -> String {
        let words = request.words(self.target.scheme, self.target.host);
        if open.is_empty() { words } else { words + " from a country that is let in" }
    }

    /// Whether what passes a test is public by custom, or asks before the request that counts.
    fn is_meant(&self, test: &FieldTest) -> bool {
        match (&test.field, &test.wanted) {
            (Field::Path, _) => test.wildcards().is_some_and(|path| (self.target.is_public)(&path)),
            (Field::Method, Wanted::Text(Position::Exactly, method)) => {
                method.eq_ignore_ascii_case("OPTIONS")
            }
            _ => false,
        }
    }

    /// A request of a client behind these gates that gets past one rule after the other, as far as there is
    /// one; and whether it is certain for each that is left that there is none.
    fn past(&self, open: &BTreeSet<Gate>) -> (Past<'a>, bool) {
        let mut past = Past::default();
        let mut is_clear = true;
        let is_bound = self.own.is_bodily() || self.before.iter().any(|one| one.is_bodily());
        for (number, rule) in self.behind.iter().enumerate() {
            let gates = rule.matches.gates().difference(open).cloned().collect();
            let mut next = Skipped { rule, client: number.to_string(), gates, by_body: false };
            let mut found = self.and_past(&past, &next, open);
            if matches!(found, Answer::Open) && !is_bound && rule.matches.is_bodily() {
                next.by_body = true;
                found = self.and_past(&past, &next, open);
            }
            match found {
                Answer::Yes(found) => past = found,
                Answer::No => {}
                Answer::Open => is_clear = false,
            }
        }
        (past, is_clear)
    }

    /// A request that gets past one more rule.
    fn and_past(
        &self,
        past: &Past<'a>,
        next: &Skipped<'a>,
        open: &BTreeSet<Gate>,
    ) -> Answer<Past<'a>> {
        let is_first = past.rules.is_empty();
        let ways = |one: &Matches| one.behind(open, &next.gates).ways(true, &next.client);
        let starts = if is_first { self.anybody.ways(true, "") } else { vec![past.meets.clone()] };
        // For who is behind no gates it is the same as for anybody.
        let own = if self.own.gates().is_empty() { vec![Vec::new()] } else { ways(self.own) };
        let rule = if next.by_body {
            ways(&next.rule.matches.with_any_body())
        } else {
            ways(&next.rule.matches)
        };
        let mut misses = past.misses.clone();
        let before = self.before.iter().filter(|one| is_first || !one.gates().is_empty());
        misses.extend(before.flat_map(|one| ways(one)));
        let rules = [&past.rules[..], std::slice::from_ref(next)].concat();
        let paths = self.paths(&rules);
        let mut is_clear = true;
        let all =
            starts.iter().flat_map(|start| own.iter().map(move |own| [&start[..], own].concat()));
        for way in all {
            for last in &rule {
                let meets = [&way[..], last].concat();
                let search = Search {
                    meets: vec![wanted(&meets)],
                    misses: self.meant.iter().chain(&misses).map(|way| wanted(way)).collect(),
                    shared: &[],
                    budget: &self.budget,
                };
                let seen = |cell: &Cell| self.witness(cell, &rules, &paths, open);
                match search.find(&Cell::as_sent(), seen) {
                    Answer::Yes(request) => {
                        return Answer::Yes(Past { meets, misses, rules, request: Some(request) });
                    }
                    Answer::No => {}
                    Answer::Open => is_clear = false,
                }
            }
        }
        if is_clear { Answer::No } else { Answer::Open }
    }

    /// Paths that read well, first choice first.
    fn paths(&self, rules: &[Skipped]) -> Vec<Vec<u8>> {
        let all = std::iter::once(self.own).chain(self.before.iter().copied());
        let all = all.chain(rules.iter().map(|one| &one.rule.matches));
        let tests = all.flat_map(Matches::tests).filter(|test| test.field == Field::Path);
        let own = tests.flat_map(FieldTest::texts).map(String::into_bytes);
        [b"/".to_vec(), b"/x".to_vec()].into_iter().chain(own).collect()
    }

    /// A request of a set, if it is one by another reckoning, too.
    fn witness(
        &self,
        cell: &Cell,
        rules: &[Skipped],
        paths: &[Vec<u8>],
        open: &BTreeSet<Gate>,
    ) -> Result<Option<Request>, Spent> {
        let tastes = Tastes {
            methods: &[b"GET".to_vec(), b"POST".to_vec()],
            hosts: &[self.target.host.as_bytes().to_vec()],
            paths,
            parameters: &[],
            source: ANYWHERE,
        };
        let query = cell.text(&(requests::Field::QueryText, Side::Own), &self.budget)?;
        let found = requests::Request::from_cell(cell, &tastes, &self.budget)?;
        let request = found.zip(query).and_then(|(found, query)| Request::of(&found, &query));
        let Some(request) = request else { return Ok(None) };
        let mut is_one = request.is_in(&self.anybody, &BTreeSet::new()) == Match::Yes;
        for skipped in rules {
            let mut client = open.clone();
            for gate in &skipped.gates {
                let given = requests::Field::Other(given(&skipped.client, gate).into());
                if !cell.bag(&(given, Side::Own), &[], &self.budget)?.is_empty() {
                    client.insert(gate.clone());
                }
            }
            is_one = is_one && self.is_skipped(skipped, &request, &client);
        }
        Ok(is_one.then_some(request))
    }

    /// Whether a rule behind would stop such a request of a client behind these gates, were it not let through.
    fn is_skipped(&self, skipped: &Skipped, request: &Request, open: &BTreeSet<Gate>) -> bool {
        let full = skipped.by_body.then(|| request.with_any_body());
        let stopped = full.as_ref().unwrap_or(request);
        stopped.is_in(&skipped.rule.matches, open) == Match::Yes
            && request.is_in(self.own, open) == Match::Yes
            && self.before.iter().all(|earlier| request.is_in(earlier, open) == Match::No)
    }
}

fn wanted(asked: &[Asked]) -> Met<'_> {
    Met { asked, side: Side::Own }
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
