//! Requests that findings show: the rule that they name takes them.

use super::{Asking, CHECKS, ConditionField, Finding, Outcome};
use crate::requests::evaluate::{Answer, by_priority, meets, taken};
use crate::requests::generate::{rewrites_url, rules};
use crate::requests::printed::Printed;

/// A text of the evidence.
fn text<'a>(finding: &'a Finding, name: &str) -> Option<&'a str> {
    finding.evidence.0.get(name).and_then(|text| text.as_str())
}

impl Asking<'_> {
    /// Looks at every request that the findings of a listener show.
    pub(super) fn shown(&mut self, at: usize) {
        for check in CHECKS {
            let Some(finding) = self.finding(check, &self.listener(at).label()) else { continue };
            let name = if check == "authentication-rule-shadowed" { "shadowed_by" } else { "rule" };
            let failed = matches!(finding.outcome, Outcome::Fail | Outcome::Note);
            let (Some(request), Some(rule), true) =
                (text(finding, "request"), text(finding, name), failed)
            else {
                continue;
            };
            let told = format!("{} {rule}: {request}", self.listener(at).label());
            let wrong = match Printed::read(request) {
                // Where nothing certainly gets to the rule there is no request to show.
                None if !self.is_reached(at, rule) => None,
                None => Some("the request is told in words"),
                Some(printed) if self.takes(at, rule, &printed) == Answer::No => {
                    Some("the rule does not take the request")
                }
                Some(printed) => {
                    let by = text(finding, "protected_by");
                    let met = by.is_none_or(|by| self.is_asked(rule, by, (at, &printed)));
                    (!met).then_some("the request is none that the other rule asks for")
                }
            };
            self.counts.printed += 1;
            if let Some(wrong) = wrong {
                self.differ(format!("{check}: {wrong}"), told);
            }
        }
    }

    fn is_reached(&self, at: usize, label: &str) -> bool {
        let own = self.of(at).find(|(_, read)| read.rule.label() == label);
        own.is_some_and(|(place, _)| self.is_live(place))
    }

    /// Whether the rule of this label takes one of the requests that the shown one may stand for.
    fn takes(&self, at: usize, label: &str, printed: &Printed) -> Answer {
        let listener = self.listener(at);
        let scheme = listener.protocol.as_ref().map(|own| own.to_string().to_lowercase());
        if scheme.as_deref() != Some(&printed.scheme) || listener.port != Some(printed.port) {
            return Answer::No;
        }
        let ordered = by_priority(rules(listener));
        let mut answer = Answer::No;
        for request in printed.requests(&ordered, self.case.is_dual) {
            answer = answer.or(match taken(&ordered, &request) {
                None => Answer::Undecided,
                Some(rule) => (rule.label() == label).into(),
            });
        }
        answer
    }

    /// Whether the other rule, `web HTTPS:443 rule 10`, asks for the path and method of a request, and for its
    /// host where the rule that lets it in has a host of its own.
    fn is_asked(&self, label: &str, by: &str, (at, printed): (usize, &Printed)) -> bool {
        let is_other = |read: &&super::Read| {
            let on = self.listener(read.listener).label();
            by == format!("web {on} {}", read.rule.label())
        };
        let own = self.of(at).map(|(_, read)| read).find(|read| read.rule.label() == label);
        let (Some(own), Some(other)) = (own, self.all.iter().find(is_other)) else { return false };
        let rewritten = rewrites_url(own.rule) || rewrites_url(other.rule);
        let counts = |field: &ConditionField| match field {
            ConditionField::PathPattern => !rewritten,
            ConditionField::HttpRequestMethod => true,
            ConditionField::HostHeader => own.has_host(),
            _ => false,
        };
        let mut requests = printed.requests(&[], true).into_iter();
        let conditions = other.rule.conditions.iter().filter(|one| counts(&one.field));
        let conditions: Vec<_> = conditions.collect();
        requests.next().is_some_and(|request| {
            conditions.iter().all(|condition| meets(condition, &request) != Answer::No)
        })
    }
}
