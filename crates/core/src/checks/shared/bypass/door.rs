//! A request that one rule takes and that another rule would have asked for more.

use super::{PUBLIC_PATHS, rewrites_url};
use crate::analysis::requests::{
    Answer, Asked, Budget, Cell, Field, Match, Request, Search, Side, Spent, Wanted, asked,
};
use crate::analysis::routing::condition;
use crate::analysis::routing::pattern;
use crate::analysis::routing::protected::ProtectedRoute;
use crate::analysis::routing::request::written;
use crate::analysis::routing::trial::{Trial, sources};
use crate::inventory::{Condition, ConditionField, Listener, Transform, TransformKind};
use crate::vocab::call::Call;
use crate::vocab::fact::{Gap, Reason};

/// What it may cost to compare two rules, in steps of a machine.
const A_PAIR: usize = 400_000;
/// In which parts a request is the same, whoever asks for it. The host is one where the open rule asks for one:
/// a target believes what a client writes.
const SAME: &[Field] = &[Field::Path, Field::Method, Field::Host];

/// A rule that asks for nothing.
pub(super) struct Door<'a> {
    pub(super) trial: Trial<'a>,
    pub(super) transforms: &'a [Transform],
    pub(super) listener: &'a Listener,
    /// What is left for all doors of the listener.
    pub(super) budget: &'a Budget,
}

impl Door<'_> {
    /// A request that this rule takes, and that has what the protected route asks for in path and method; in its
    /// host too, where this rule asks for one. The protected route has to be the one that is asked: what a rule
    /// before it takes is none of its own.
    pub(super) fn request_past(&self, protected: &ProtectedRoute) -> Result<Option<String>, Gap> {
        let shared = if self.asks_for_host() { SAME } else { &SAME[..2] };
        if self.are_apart(protected, shared) {
            return Ok(None);
        }
        self.budget
            .share(A_PAIR, |budget| self.past(&Pair { door: self, protected, shared, budget }))
    }

    fn past(&self, pair: &Pair) -> Result<Option<String>, Gap> {
        if pair.find(&[], |_| Ok(Some(()))) == Answer::No {
            return Ok(None);
        }
        if rewrites_url(self.transforms) {
            return self.request_past_rewrites(pair);
        }
        // Nobody wonders at a path that is public by custom: another one shows more.
        let public = [public()];
        for left_out in [&public[..], &[]] {
            match pair.request(left_out) {
                Answer::Yes(request) => return Ok(Some(self.written(&request))),
                Answer::No | Answer::Open => {}
            }
        }
        Err(self.undecided("rules whose requests cannot be compared"))
    }

    /// Of a rule that rewrites paths, a request whose path the target sees is one that the protected route
    /// asks for too.
    fn request_past_rewrites(&self, pair: &Pair) -> Result<Option<String>, Gap> {
        let rewrites = self.rewrites(&TransformKind::UrlRewrite);
        let found: Option<Vec<Asked>> =
            rewrites.iter().map(|(regex, _)| Asked::path_found_by(regex)).collect();
        let Some(found) = found else {
            return Err(self.undecided("a rewrite that is not understood"));
        };
        // A path in which no expression finds anything is sent on as it is.
        if let Answer::Yes(request) = pair.request(&found) {
            return Ok(Some(self.written(&request)));
        }
        let own = &pair.protected.asked;
        let seen = |request: &Request| {
            let seen = self.seen(&request.path, &TransformKind::UrlRewrite);
            seen.is_some_and(|path| takes(own, &Field::Path, &path))
        };
        match pair.find(&[], |cell| pair.one_of(cell, &seen)) {
            Answer::Yes(request) => Ok(Some(self.written(&request))),
            Answer::No => Ok(None),
            Answer::Open if self.leads_elsewhere(pair.protected) => Ok(None),
            Answer::Open => Err(self.undecided("what a rewrite makes of requests")),
        }
    }

    /// A request that this rule takes and rewrites, so that the target sees what the protected route asks for.
    pub(super) fn request_into(&self, protected: &ProtectedRoute) -> Result<Option<String>, Gap> {
        let own_host = self.asks_for_host();
        let into = |kind: TransformKind, field: &ConditionField| {
            let rewrites = self.transforms.iter().any(|transform| transform.kind == kind);
            rewrites && condition::closed(&protected.conditions, field).is_some()
        };
        let hosts = into(TransformKind::HostHeaderRewrite, &ConditionField::HostHeader) && own_host;
        if rewrites_url(&protected.transforms)
            || !(into(TransformKind::UrlRewrite, &ConditionField::PathPattern) || hosts)
        {
            return Ok(None);
        }
        if self.transforms.iter().any(|transform| !pattern::is_clear(&transform.rewrites)) {
            return Err(self.undecided("a rewrite that is not understood"));
        }
        let own = &protected.asked;
        let fits = |request: &Request| {
            let path = self.seen(&request.path, &TransformKind::UrlRewrite);
            let host = self.seen(&request.host, &TransformKind::HostHeaderRewrite);
            path.is_some_and(|path| takes(own, &Field::Path, &path))
                && (!own_host || host.is_some_and(|host| takes(own, &Field::Host, &host)))
                && takes(own, &Field::Method, &request.method)
        };
        let paths = condition::closed(&protected.conditions, &ConditionField::PathPattern);
        let paths = paths.map_or(&[][..], |condition| &condition.values);
        let bare = |value: &String| value.replace('*', "x").trim_start_matches('/').to_owned();
        let fillers: Vec<String> = paths.iter().map(bare).collect();
        let choices = self.trial.choices(&protected.conditions, &fillers);
        Ok(self.trial.one_of(&choices, fits).map(|request| self.written(&request)))
    }

    fn asks_for_host(&self) -> bool {
        condition::closed(self.trial.conditions, &ConditionField::HostHeader).is_some()
    }

    /// Whether a look at the two rules tells that they have no request in common.
    fn are_apart(&self, protected: &ProtectedRoute, shared: &[Field]) -> bool {
        let about = |asked: &&Asked| shared.iter().any(|field| asked.is_about(field));
        let own = self.trial.asked.iter().filter(about);
        own.into_iter().any(|own| {
            let same = protected.asked.iter().filter(|its| {
                shared.iter().any(|field| own.is_about(field) && its.is_about(field))
            });
            same.into_iter().any(|its| own.is_apart_from(its))
        })
    }

    fn rewrites(&self, kind: &TransformKind) -> &[(String, String)] {
        let own = self.transforms.iter().find(|transform| transform.kind == *kind);
        own.map_or(&[], |transform| &transform.rewrites)
    }

    /// What the target gets to see of a path or host; none where that is not clear.
    fn seen(&self, text: &[u8], kind: &TransformKind) -> Option<Vec<u8>> {
        let rewrites = self.rewrites(kind);
        if rewrites.is_empty() {
            return Some(text.to_vec());
        }
        let text = String::from_utf8(text.to_vec()).ok()?;
        pattern::rewritten(rewrites, &text).map(String::into_bytes)
    }

    /// Whether no path that the rule's one rewrite makes, whatever it keeps, is one of the protected route.
    fn leads_elsewhere(&self, protected: &ProtectedRoute) -> bool {
        let [(regex, replacement)] = self.rewrites(&TransformKind::UrlRewrite) else {
            return false;
        };
        let mut made = String::new();
        let mut rest = replacement.chars().peekable();
        while let Some(c) = rest.next() {
            if c == '$' && rest.peek().is_some_and(char::is_ascii_digit) {
                while rest.next_if(char::is_ascii_digit).is_some() {}
                made.push('*');
            } else {
                made.push(c);
            }
        }
        let is_whole = regex.starts_with('^') && regex.ends_with('$') && !regex.contains('|');
        let made = if is_whole { made } else { format!("*{made}*") };
        let made = asked(&[Condition {
            field: ConditionField::PathPattern,
            values: vec![made],
            ..Condition::default()
        }]);
        let meets = [&*protected.asked, &made].map(|asked| Wanted { asked, side: Side::Own });
        let budget = Budget::of(A_PAIR);
        let search =
            Search { meets: meets.to_vec(), misses: Vec::new(), shared: &[], budget: &budget };
        search.find(&Cell::all(sources(self.trial.lb)), |_| Ok(Some(()))) == Answer::No
    }

    fn written(&self, request: &Request) -> String {
        written(request, self.trial, self.listener)
    }

    fn undecided(&self, said: &str) -> Gap {
        Gap::new(Call::ElbV2DescribeRules, Reason::Undecided).of(&self.listener.id).saying(said)
    }
}

/// Whether a text of a field meets all that a rule certainly asks of it.
fn takes(rule: &[Asked], field: &Field, text: &[u8]) -> bool {
    let mut own = rule.iter().filter(|asked| asked.is_about(field));
    own.all(|asked| asked.takes_text(text) == Match::Yes)
}

fn public() -> Asked {
    let values = PUBLIC_PATHS.iter().map(|path| (*path).to_owned()).collect();
    let condition =
        Condition { field: ConditionField::PathPattern, values, ..Condition::default() };
    asked(&[condition]).remove(0)
}

/// An open rule and a protected one.
struct Pair<'a> {
    door: &'a Door<'a>,
    protected: &'a ProtectedRoute,
    shared: &'a [Field],
    budget: &'a Budget,
}

impl Pair<'_> {
    /// A request that the open rule takes and the protected one would have asked for more, whose path is in
    /// none of these.
    fn request(&self, left_out: &[Asked]) -> Answer<Request> {
        self.find(left_out, |cell| self.one_of(cell, &|_| true))
    }

    /// The first request of a box, of those that read well or the shortest, that will do.
    fn one_of(
        &self,
        cell: &Cell,
        will_do: &dyn Fn(&Request) -> bool,
    ) -> Result<Option<Request>, Spent> {
        let trial = self.door.trial;
        let mut choices = trial.choices(&self.protected.conditions, &[]);
        loop {
            let request = Request::from_cell(cell, &choices.tastes(), self.budget)?;
            let Some(request) = request else { return Ok(None) };
            if trial.is_reached_by(&request) && will_do(&request) {
                return Ok(Some(request));
            }
            let place = choices.paths.iter().position(|path| *path == request.path);
            let Some(place) = place else { return Ok(None) };
            choices.paths.remove(place);
        }
    }

    fn find<T>(
        &self,
        left_out: &[Asked],
        look: impl FnMut(&Cell) -> Result<Option<T>, Spent>,
    ) -> Answer<T> {
        let trial = self.door.trial;
        let own = |asked| Wanted { asked, side: Side::Own };
        let other = |asked| Wanted { asked, side: Side::Other };
        let meets = vec![own(trial.asked), other(&*self.protected.asked)];
        let misses = left_out.iter().map(|asked| own(std::slice::from_ref(asked)));
        let misses = misses.chain(trial.earlier.iter().map(|asked| own(asked)));
        let misses = misses.chain(self.protected.earlier().map(other));
        let search =
            Search { meets, misses: misses.collect(), shared: self.shared, budget: self.budget };
        let all = Cell::pair(sources(trial.lb), self.protected.sources.clone());
        search.find(&all, look)
    }
}
