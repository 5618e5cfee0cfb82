//! What the audit says of a load balancer, held against what becomes of every request.

use std::net::IpAddr;

use elb_audit_core::analysis::routing;
use elb_audit_core::audit::{Options, audit};
use elb_audit_core::check::Check;
use elb_audit_core::checks::ALL;
use elb_audit_core::inventory::{
    ActionKind, Condition, ConditionField, Inventory, Listener, Protocol, Rule,
};
use elb_audit_core::report::{Finding, Outcome, Report};
use serde_json::Value;

use super::client::redirect;
use super::evaluate::{Request, by_priority, taken};
use super::generate::{Case, Chance, is_secret, rewrites_url, rules};
use super::space::{Asked, Space, Survey, addresses, blocks, is_public, survey};
use super::universe::{Known, Slot, TEXTS};

mod bypass;
mod loops;
mod shown;

/// Where a certificate authority asks for its proof (RFC 8555, 8.3).
const ACME: &str = "/.well-known/acme-challenge/";

/// The checks that are judged by requests.
const CHECKS: [&str; 9] = [
    "listener-cleartext",
    "redirect-to-http",
    "redirect-loop",
    "rule-shadowed",
    "authentication-rule-shadowed",
    "authentication-optional",
    "authentication-bypass",
    "authentication-bypass-elsewhere",
    "mtls-bypass",
];

/// One thing that is said otherwise than it is.
pub(crate) struct Difference {
    /// What sort of mistake.
    pub(crate) kind: String,
    /// Where, and the request that shows it.
    pub(crate) told: String,
}

/// What has been looked at.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) listeners: usize,
    pub(crate) rules: usize,
    pub(crate) requests: usize,
    pub(crate) verdicts: usize,
    pub(crate) undecided: usize,
    pub(crate) printed: usize,
}

impl Counts {
    /// Adds what has been looked at elsewhere.
    pub(crate) fn add(&mut self, other: &Counts) {
        let Counts { listeners, rules, requests, verdicts, undecided, printed } = other;
        self.listeners += listeners;
        self.rules += rules;
        self.requests += requests;
        self.verdicts += verdicts;
        self.undecided += undecided;
        self.printed += printed;
    }

    /// One line of it, for who runs the test with `--nocapture`.
    #[expect(clippy::print_stdout, reason = "numbers to be quoted")]
    pub(crate) fn print(&self) {
        let Counts { listeners, rules, requests, verdicts, undecided, printed } = self;
        println!(
            "requests: {listeners} listeners, {rules} rules, {requests} requests, {verdicts} verdicts, \
             {undecided} undecided, {printed} printed"
        );
    }
}

/// The verdicts of the checks that are judged here.
pub(crate) fn report(inventory: &Inventory) -> Report {
    let checks: Vec<&'static Check> =
        ALL.iter().copied().filter(|check| CHECKS.contains(&check.id)).collect();
    let options = Options { show_passed: true, ..Options::at(inventory.taken_at) };
    audit(inventory, &checks, &options)
}

/// A rule, with what follows from its text alone.
struct Read<'a> {
    listener: usize,
    rule: &'a Rule,
    /// Groups that get requests of it.
    groups: Vec<&'a str>,
    asks: Asks,
    /// Whether its listener verifies client certificates.
    verifies: bool,
    is_dual: bool,
}

/// What a rule asks of who sends a request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asks {
    Nothing,
    Login,
    /// A login, and lets others through.
    Optional,
}

impl<'a> Read<'a> {
    fn new(case: &Case, listener: usize, rule: &'a Rule) -> Self {
        let last = rule.actions.last().filter(|action| action.kind == ActionKind::Forward);
        let groups = last.into_iter().flat_map(|action| &action.target_groups);
        let groups = groups.filter(|group| group.weight != Some(0));
        let asks = rule.actions.iter().find_map(|action| match &action.kind {
            ActionKind::JwtValidation => Some(Asks::Login),
            ActionKind::AuthenticateOidc | ActionKind::AuthenticateCognito => {
                let own = action.authentication.as_ref();
                let answer = own.and_then(|own| own.on_unauthenticated_request.as_deref());
                Some(if answer == Some("allow") { Asks::Optional } else { Asks::Login })
            }
            _ => None,
        });
        Read {
            listener,
            rule,
            groups: groups.filter_map(|group| group.arn.split('/').nth(1)).collect(),
            asks: asks.unwrap_or(Asks::Nothing),
            verifies: case.listeners[listener].mutual_authentication.is_some(),
            is_dual: case.is_dual,
        }
    }

    fn is_open(&self) -> bool {
        !self.groups.is_empty() && self.asks == Asks::Nothing && !self.verifies
    }

    fn on(&self, slot: Slot) -> Option<&'a Condition> {
        self.rule.conditions.iter().find(|condition| Slot::of(condition) == slot)
    }

    /// Whether it is for the proofs of a certificate authority alone.
    fn is_acme(&self) -> bool {
        let acme = |value: &String| value.starts_with(ACME);
        let path = self.on(Slot::Path);
        let only =
            path.is_some_and(|own| own.regex_values.is_empty() && own.values.iter().all(acme));
        only && self.rule.transforms.is_empty()
    }

    /// Whether nobody expects it to ask for anything: paths that are public by custom, and preflights.
    fn is_public(&self) -> bool {
        let public = |value: &String| is_public(value);
        let paths = self
            .on(Slot::Path)
            .is_some_and(|own| own.regex_values.is_empty() && own.values.iter().all(public));
        let preflight = |value: &String| value == "OPTIONS";
        let methods = self.on(Slot::Method).is_some_and(|own| own.values.iter().all(preflight));
        paths && !rewrites_url(self.rule) || methods
    }
}

/// The rules of a case that no request reaches, as pairs of a listener's place and a rule's ARN.
pub(crate) fn dead(case: &Case, known: &Known) -> Vec<(usize, String)> {
    let asking = Asking::new(case, known);
    let all = asking.all.iter().enumerate();
    let dead = all.filter(|(at, read)| !asking.may_live(*at) && read.rule.priority.is_some());
    dead.map(|(_, read)| (read.listener, read.rule.arn.clone())).collect()
}

/// What the oracle itself gets wrong: a request that it shows for a rule is not taken by it, or one by chance is
/// taken by a rule that it calls dead.
pub(crate) fn mistake(case: &Case, known: &Known, chance: &mut Chance) -> Option<String> {
    let asking = Asking::new(case, known);
    let ordered: Vec<Vec<&Rule>> =
        case.listeners.iter().map(|listener| by_priority(rules(listener))).collect();
    for (place, read) in asking.all.iter().enumerate() {
        let Some(example) = asking.survey.examples[place] else { continue };
        let request = asking.space.request(example);
        let by = taken(&ordered[read.listener], &request);
        if !by.is_some_and(|rule| std::ptr::eq(rule, read.rule)) {
            return Some(format!("{} does not take {}", read.rule.label(), told(&request)));
        }
    }
    let named = blocks(&asking.all.iter().map(|read| read.rule).collect::<Vec<_>>());
    let sources = addresses(&named, case.is_dual);
    for _ in 0..40 {
        let request = by_chance(chance, &sources);
        for (at, own) in ordered.iter().enumerate() {
            let Some(by) = taken(own, &request) else { continue };
            let place = asking.of(at).find(|(_, read)| std::ptr::eq(read.rule, by));
            if place.is_some_and(|(place, _)| !asking.is_live(place)) {
                return Some(format!("{} takes {}", by.label(), told(&request)));
            }
        }
    }
    None
}

/// A request by chance, with up to three occurrences of what may come several times.
fn by_chance(chance: &mut Chance, sources: &[IpAddr]) -> Request {
    let mut headers = Vec::new();
    for _ in 0..chance.below(4) {
        let (name, values) = chance.one(&TEXTS.headers);
        headers.push(((*name).to_owned(), chance.one(values).clone()));
    }
    Request {
        method: chance.one(&TEXTS.methods).clone(),
        host: chance.one(&TEXTS.hosts).clone(),
        path: chance.one(&TEXTS.paths).clone(),
        query: (0..chance.below(4)).map(|_| chance.one(&TEXTS.pairs).clone()).collect(),
        headers,
        source: *chance.one(sources),
    }
}

/// Whether a rule is of some sort.
type Sort<'a> = &'a dyn Fn(&Read) -> bool;

/// A load balancer whose requests have all been asked.
struct Asking<'a> {
    case: &'a Case,
    report: Option<Report>,
    all: Vec<Read<'a>>,
    space: Space,
    survey: Survey,
    found: Vec<Difference>,
    counts: Counts,
}

/// What the audit says otherwise than it is.
pub(crate) fn differences(case: &Case, known: &Known, counts: &mut Counts) -> Vec<Difference> {
    let mut asking = Asking::new(case, known);
    let inventory = case.inventory();
    asking.report = Some(report(&inventory));
    for at in 0..case.listeners.len() {
        asking.liveness(at, &inventory);
        asking.by_rule(at);
        asking.shadowed(at);
        asking.bypasses(at);
        asking.loops(at);
        asking.shown(at);
    }
    if case.network.is_some() {
        asking.beside();
    }
    counts.listeners += case.listeners.len();
    counts.rules += asking.all.len();
    counts.requests += asking.survey.requests;
    counts.verdicts += asking.counts.verdicts;
    counts.undecided += asking.counts.undecided;
    counts.printed += asking.counts.printed;
    asking.found
}

impl<'a> Asking<'a> {
    fn new(case: &'a Case, known: &Known) -> Self {
        let mut all = Vec::new();
        for (at, listener) in case.listeners.iter().enumerate() {
            let ordered = by_priority(rules(listener));
            all.extend(ordered.into_iter().map(|rule| Read::new(case, at, rule)));
        }
        assert!(all.len() < 64, "a set of rules is a number of 64 bits");
        let ordered: Vec<&Rule> = all.iter().map(|read| read.rule).collect();
        let by_rewrite = ordered.iter().any(|rule| rewrites_url(rule));
        let asked = Asked { rules: &ordered, is_dual: case.is_dual, by_rewrite };
        let space = Space::new(&asked, known);
        let set = |is_it: &dyn Fn(&Read) -> bool| {
            let own = all.iter().enumerate().filter(|(_, read)| is_it(read));
            own.map(|(at, _)| 1 << at).sum::<u64>()
        };
        let numbers = 0..case.listeners.len();
        let listeners: Vec<u64> = numbers.map(|at| set(&|read| read.listener == at)).collect();
        let leads = |one: &Read, read: &Read| {
            read.is_open() && read.groups.iter().any(|group| one.groups.contains(group))
        };
        let aside: Vec<u64> = all.iter().map(|one| set(&|read| leads(one, read))).collect();
        let survey = survey(&space, &listeners, &aside);
        let (found, counts) = (Vec::new(), Counts::default());
        Asking { case, report: None, all, space, survey, found, counts }
    }

    fn listener(&self, at: usize) -> &'a Listener {
        &self.case.listeners[at]
    }

    /// The rules of a listener with their places.
    fn of(&self, listener: usize) -> impl Iterator<Item = (usize, &Read<'a>)> {
        self.all.iter().enumerate().filter(move |(_, read)| read.listener == listener)
    }

    fn is_live(&self, rule: usize) -> bool {
        self.survey.live.yes & 1 << rule != 0
    }

    /// Whether a request reaches a rule that is none of a certificate authority's for its proof.
    fn is_live_for_more(&self, rule: usize) -> bool {
        let cores = self.space.cores.iter().zip(&self.survey.fates);
        let mut taken = cores.filter(|(_, fate)| fate.taken & 1 << rule != 0);
        taken.any(|(core, _)| !TEXTS.paths[core.path].starts_with(ACME))
    }

    fn may_live(&self, rule: usize) -> bool {
        self.survey.live.can & 1 << rule != 0
    }

    /// What a check says of the listener of this label.
    fn finding(&self, check: &str, label: &str) -> Option<&Finding> {
        let is_it = |one: &&Finding| one.check == check && one.subject.label == label;
        self.report.as_ref()?.findings.iter().find(is_it)
    }

    fn differ(&mut self, kind: String, told: String) {
        self.found.push(Difference { kind, told });
    }

    fn example(&self, rule: usize) -> String {
        let example = self.survey.examples[rule].map(|place| self.space.request(place));
        example.map_or_else(|| "no request".to_owned(), |request| told(&request))
    }

    /// Which rules some request reaches.
    fn liveness(&mut self, at: usize, inventory: &Inventory) {
        let lb = &inventory.accounts[0].regions[0].v2.items[0];
        let Ok(found) = routing::rules(lb, self.listener(at)) else {
            return self.differ("liveness: no answer".to_owned(), String::new());
        };
        let live: Vec<String> = found.live.iter().map(|route| route.label.clone()).collect();
        let places: Vec<usize> = self.of(at).map(|(place, _)| place).collect();
        for place in places {
            let read = &self.all[place];
            let label = read.rule.label();
            let is_live = live.contains(&label);
            if is_live && !self.may_live(place) {
                let kind = format!("liveness: dead, taken for live: {}", self.why_dead(place));
                self.differ(kind, label);
            } else if !is_live && self.is_live(place) {
                let told = format!("{label} takes {}", self.example(place));
                self.differ("liveness: live, taken for dead".to_owned(), told);
            }
        }
    }

    fn why_dead(&self, rule: usize) -> &'static str {
        match self.survey.takers[rule].count_ones() {
            _ if self.all[rule].rule.priority.is_none() => "the default rule",
            0 => "nothing meets it",
            1 => "behind one rule",
            _ => "behind several together",
        }
    }

    /// A verdict that has to be a failure, or must not be one.
    fn hold(&mut self, check: &str, on: &str, (must, may): (bool, bool), told: &str) {
        let outcome = self.finding(check, on).map(|finding| finding.outcome);
        self.counts.verdicts += 1;
        self.counts.undecided += usize::from(must != may);
        let kind = match outcome {
            Some(Outcome::Fail | Outcome::Note) if !may => "false alarm",
            Some(Outcome::Unknown) if must == may => "unknown though decided",
            Some(Outcome::Pass) | None if must => "missed",
            _ => return,
        };
        let text = |name: &str| {
            let text = self.finding(check, on).and_then(|own| own.evidence.0.get(name));
            text.and_then(|text| text.as_str()).unwrap_or_default().to_owned()
        };
        let (rule, by) = (text("rule"), text("protected_by"));
        let why = match kind {
            "false alarm" if self.is_dead(&format!("{on} {rule}")) => ": the rule is dead",
            "false alarm" if self.is_dead(by.trim_start_matches("web ")) => ": the login is dead",
            "missed" if told.contains("rewrite") => ": beside a rewrite",
            _ => "",
        };
        let by = if by.is_empty() { by } else { format!("past {by}") };
        let all = [on.to_owned(), rule, by, told.to_owned()];
        let all: Vec<String> = all.into_iter().filter(|one| !one.is_empty()).collect();
        let told = all.join(" ");
        self.differ(format!("{check}: {kind}{why}"), told);
    }

    /// Whether no request reaches a rule: `HTTPS:443 rule 10`.
    fn is_dead(&self, named: &str) -> bool {
        let named = |read: &Read| {
            format!("{} {}", self.listener(read.listener).label(), read.rule.label()) == named
        };
        self.all.iter().position(named).is_some_and(|place| !self.may_live(place))
    }

    /// Checks that fail for a rule of some sort that a request reaches.
    fn by_rule(&mut self, at: usize) {
        let is_http = self.listener(at).protocol == Some(Protocol::Http);
        let to_http = |read: &Read| {
            let own = redirect(read.rule).filter(|_| is_http);
            own.is_some_and(|own| own.protocol.as_deref() != Some("HTTPS"))
        };
        let forwards = |read: &Read| is_http && !read.groups.is_empty() && !read.is_acme();
        let optional = |read: &Read| read.asks == Asks::Optional;
        let sorts: [(&str, Sort); 3] = [
            ("listener-cleartext", &forwards),
            ("redirect-to-http", &to_http),
            ("authentication-optional", &optional),
        ];
        for (check, is_it) in sorts {
            let own: Vec<usize> =
                self.of(at).filter(|(_, read)| is_it(read)).map(|(place, _)| place).collect();
            let live = own.iter().find(|place| self.is_live_for_more(**place));
            let may = own.iter().any(|place| self.may_live(*place));
            let told = live.map_or_else(String::new, |place| self.example(*place));
            self.hold(check, &self.listener(at).label(), (live.is_some(), may), &told);
        }
    }

    /// Rules that no request reaches. Those with a login whose requests get past it are another check's.
    fn shadowed(&mut self, at: usize) {
        let (mut plain, mut login) = ((false, false), (false, false));
        let mut reasons = Vec::new();
        let own: Vec<(usize, &Read)> = self.of(at).collect();
        for (place, read) in own.iter().filter(|(_, read)| read.rule.priority.is_some()) {
            let (dead, may_be_dead) = (!self.may_live(*place), !self.is_live(*place));
            let takers = self.survey.takers[*place];
            let open = |(at, read): &&(usize, &Read)| takers & 1 << at != 0 && read.is_open();
            let opens = own.iter().filter(open).count();
            let takers = takers.count_ones() as usize;
            let logs_in = read.asks == Asks::Login;
            login.0 |= dead && logs_in && opens > 0 && opens == takers;
            // Nobody gets past a login that nothing meets; either check may tell of it.
            login.1 |= may_be_dead && logs_in && (opens > 0 || takers == 0);
            plain.1 |= may_be_dead && (!logs_in || opens < takers || takers == 0);
            if dead && (!logs_in || opens == 0 && takers > 0) {
                plain.0 = true;
                reasons.push((self.why_dead(*place), read.rule.label()));
            }
        }
        // The plainest of them: the others would not be told either where this one is not.
        reasons.sort_unstable();
        let told = reasons.first().map_or_else(String::new, |(why, rule)| format!("{rule}: {why}"));
        let on = self.listener(at).label();
        self.hold("rule-shadowed", &on, plain, &told);
        self.hold("authentication-rule-shadowed", &on, login, "");
        for check in ["rule-shadowed", "authentication-rule-shadowed"] {
            self.named_takers(check, at);
        }
    }

    /// Whether each rule that is said to take a dead rule's requests takes one of them.
    fn named_takers(&mut self, check: &str, at: usize) {
        let on = self.listener(at).label();
        let Some(finding) = self.finding(check, &on) else { return };
        let (rules, by) = (texts(finding, "rule"), texts(finding, "shadowed_by"));
        let place = |label: &String| {
            let own = self.of(at).find(|(_, read)| read.rule.label() == *label);
            own.map(|(place, _)| place)
        };
        let Some(rule) = rules.first().and_then(place) else { return };
        let takers = self.survey.takers[rule];
        let is_none = |by: usize| takers & 1 << by == 0;
        if takers != 0 && by.iter().filter_map(place).any(is_none) {
            let told = format!("{on} {} by {}", rules.join(", "), by.join(", "));
            self.differ(format!("{check}: the rule that is named takes none of them"), told);
        }
    }
}

/// The texts of a field of the evidence: one, or a list.
fn texts(finding: &Finding, name: &str) -> Vec<String> {
    let all = match finding.evidence.0.get(name) {
        Some(Value::Array(all)) => all.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    };
    all.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect()
}

/// A request in one line.
pub(crate) fn told(request: &Request) -> String {
    let Request { method, host, path, query, headers, source } = request;
    let query: Vec<String> = query.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    let headers: Vec<String> =
        headers.iter().map(|(name, value)| format!(" with {name}: {value}")).collect();
    format!("{method} //{host}{path}{query}{} from {source}", headers.concat())
}
