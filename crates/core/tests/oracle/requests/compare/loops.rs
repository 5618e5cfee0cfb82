//! Redirects that lead back, found by following them.

use elb_audit_core::fixtures::sample;

use super::{Asking, Outcome, Slot, told};
use crate::requests::client::{Visit, redirect, round};
use crate::requests::evaluate::{self, Answer, Request};
use crate::requests::printed::Printed;
use crate::requests::universe::TEXTS;

/// Requests that are followed of one rule.
const FOLLOWED: usize = 1_000;

impl Asking<'_> {
    /// A rule that a client comes back to has to be told; where the shown request does not come back, none may
    /// be.
    pub(super) fn loops(&mut self, at: usize) {
        let finding = self.finding("redirect-loop", &self.listener(at).label());
        let outcome = finding.map(|finding| finding.outcome);
        let field = |name: &str| {
            let text = finding.and_then(|finding| finding.evidence.0.get(name));
            text.and_then(|text| text.as_str()).unwrap_or_default().to_owned()
        };
        let (rule, request) = (field("rule"), field("request"));
        self.counts.verdicts += 1;
        if outcome == Some(Outcome::Fail) {
            if self.comes_back(at, &rule, &request) == Answer::No {
                let told = format!("{rule}: {request}");
                self.differ("redirect-loop: the request does not come back".to_owned(), told);
            }
            return;
        }
        let all = self.case.listeners.iter().flat_map(super::rules);
        let mut conditions = all.flat_map(|rule| &rule.conditions);
        if conditions.any(|one| matches!(Slot::of(one), Slot::Header(_) | Slot::Source)) {
            return; // what a client sends by itself is not told
        }
        let found = self.of(at).filter(|(_, read)| redirect(read.rule).is_some());
        let found = found.map(|(place, _)| place).find_map(|place| self.loop_of(at, place));
        if let Some(told) = found {
            let unknown = outcome == Some(Outcome::Unknown);
            let kind = if unknown { "unknown though decided" } else { "missed" };
            self.differ(format!("redirect-loop: {kind}"), told);
        }
    }

    fn visit(&self, at: usize, request: Request) -> Option<Visit> {
        let listener = self.listener(at);
        Some(Visit { protocol: listener.protocol.clone()?, port: listener.port?, request })
    }

    /// Whether the shown request comes back to its rule.
    fn comes_back(&self, at: usize, rule: &str, shown: &str) -> Answer {
        let Some(printed) = Printed::read(shown) else { return Answer::Undecided };
        let ordered: Vec<_> = self.all.iter().map(|read| read.rule).collect();
        let mut answer = Answer::No;
        for request in printed.requests(&ordered, self.case.is_dual) {
            let Some(visit) = self.visit(at, request) else { continue };
            answer = answer.or(match round(&self.case.listeners, &visit) {
                Err(()) => Answer::Undecided,
                Ok(all) => all.contains(&(at, rule.to_owned())).into(),
            });
        }
        answer
    }

    /// A request that comes back to this rule, of a client who sends what it asks for and nothing else.
    fn loop_of(&self, at: usize, place: usize) -> Option<String> {
        let rule = self.all[place].rule;
        let asked = |slot: Slot, text: &str| {
            let own = rule.conditions.iter().find(|one| Slot::of(one) == slot);
            own.is_none_or(|own| evaluate::text(own, text) == Answer::Yes)
        };
        let texts = |slot: Slot, all: Vec<&'static str>| -> Vec<&'static str> {
            all.into_iter().filter(|text| asked(slot, text)).collect()
        };
        let refs = |all: &'static [String]| all.iter().map(String::as_str);
        let methods = texts(Slot::Method, refs(&TEXTS.methods).collect());
        // A client that asks for another name is sent to where that leads, and nobody knows where.
        let names = if self.all[place].has_host() { refs(&TEXTS.hosts).collect() } else { vec![] };
        let own_name = std::iter::once(sample::DNS_NAME);
        let hosts = texts(Slot::Host, own_name.chain(names).collect());
        let paths = texts(Slot::Path, refs(&TEXTS.paths).collect());
        let mut query = Vec::new();
        for own in rule.conditions.iter().filter(|one| Slot::of(one) == Slot::Query) {
            let mut all = TEXTS.pairs.iter();
            query.push(
                all.find(|(key, one)| evaluate::pair(own, (key, one)) == Answer::Yes)?.clone(),
            );
        }
        let each = methods.iter().flat_map(|method| hosts.iter().map(move |host| (method, host)));
        let each = each.flat_map(|one| paths.iter().map(move |path| (one, path)));
        each.take(FOLLOWED).find_map(|((method, host), path)| {
            let request = Request {
                method: (*method).to_owned(),
                host: (*host).to_owned(),
                path: (*path).to_owned(),
                query: query.clone(),
                headers: Vec::new(),
                source: std::net::Ipv4Addr::new(1, 1, 1, 1).into(),
            };
            let line = told(&request);
            let ordered = evaluate::by_priority(super::rules(self.listener(at)));
            if !std::ptr::eq(evaluate::taken(&ordered, &request)?, rule) {
                return None;
            }
            let all = round(&self.case.listeners, &self.visit(at, request)?).ok()?;
            all.contains(&(at, rule.label())).then(|| format!("{} {line}", rule.label()))
        })
    }
}
