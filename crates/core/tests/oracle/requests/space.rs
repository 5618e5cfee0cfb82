//! Every request that the rules of a load balancer can tell apart, and which rule takes it.
//!
//! Of each field the texts are kept that differ in which rules they may meet. A header may come several times
//! and a query has many pairs, so that every union of what single ones meet is kept as well.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use elb_audit_core::inventory::{Condition, Rule};
use ipnet::IpNet;

use super::evaluate::{self, Answer, Request};
use super::universe::{Known, Slot, TEXTS};
use super::vocabulary;

/// Which rules, or conditions, something meets: certainly, and maybe.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Met {
    pub(crate) yes: u64,
    pub(crate) can: u64,
}

impl Met {
    fn and(self, other: Met) -> Met {
        Met { yes: self.yes & other.yes, can: self.can & other.can }
    }

    fn or(self, other: Met) -> Met {
        Met { yes: self.yes | other.yes, can: self.can | other.can }
    }

    fn add(&mut self, place: usize, answer: Answer) {
        self.yes |= u64::from(answer == Answer::Yes) << place;
        self.can |= u64::from(answer != Answer::No) << place;
    }
}

/// A path, method and host.
pub(crate) struct Core {
    pub(crate) path: usize,
    pub(crate) method: usize,
    pub(crate) host: usize,
    pub(crate) met: Met,
}

/// The rest of a request.
pub(crate) struct Rest {
    headers: Vec<(String, String)>,
    query: Vec<(String, String)>,
    source: IpAddr,
    pub(crate) met: Met,
}

/// All requests: every core with every rest.
pub(crate) struct Space {
    pub(crate) cores: Vec<Core>,
    pub(crate) rests: Vec<Rest>,
}

/// The rules of a load balancer's listeners, by priority, with what is asked about them.
pub(crate) struct Asked<'a> {
    pub(crate) rules: &'a [&'a Rule],
    pub(crate) is_dual: bool,
    /// Whether it matters which paths a rewrite touches.
    pub(crate) by_rewrite: bool,
}

/// Addresses that stand for all: of every block the first, and the first behind it.
pub(crate) fn addresses(blocks: &[IpNet], is_dual: bool) -> Vec<IpAddr> {
    let mut found = BTreeSet::from([IpAddr::V4(Ipv4Addr::new(1, 1, 1, 1))]);
    if is_dual {
        found.insert(IpAddr::V6(Ipv6Addr::new(0x2606, 0, 0, 0, 0, 0, 0, 1)));
    }
    for block in blocks {
        match (block.network(), block.broadcast()) {
            (IpAddr::V4(first), IpAddr::V4(last)) => {
                found.insert(first.into());
                found.extend(u32::from(last).checked_add(1).map(|next| IpAddr::V4(next.into())));
            }
            (IpAddr::V6(first), IpAddr::V6(last)) if is_dual => {
                found.insert(first.into());
                found.extend(u128::from(last).checked_add(1).map(|next| IpAddr::V6(next.into())));
            }
            _ => {}
        }
    }
    found.into_iter().collect()
}

/// The blocks of addresses that rules name.
pub(crate) fn blocks(rules: &[&Rule]) -> Vec<IpNet> {
    let all = rules.iter().flat_map(|rule| &rule.conditions);
    let sources = all.filter(|condition| Slot::of(condition) == Slot::Source);
    sources.flat_map(|one| &one.values).filter_map(|text| text.parse().ok()).collect()
}

impl Space {
    pub(crate) fn new(asked: &Asked, known: &Known) -> Space {
        let (rules, all) = (asked.rules, Met { yes: !0, can: !0 });
        let paths = single(rules, Slot::Path, known);
        let marks = |path: usize| if asked.by_rewrite { marks(&TEXTS.paths[path]) } else { 0 };
        let paths = distinct(paths.into_iter().enumerate().map(|(at, met)| ((met, marks(at)), at)));
        let whole = |slot| {
            let all = single(rules, slot, known).into_iter().enumerate();
            distinct(all.map(|(at, met)| ((met, 0), at)))
        };
        let (methods, hosts) = (whole(Slot::Method), whole(Slot::Host));
        let mut cores = Vec::new();
        for ((by_path, _), path) in &paths {
            for ((by_method, _), method) in &methods {
                for ((by_host, _), host) in &hosts {
                    let met = by_path.and(*by_method).and(*by_host);
                    cores.push(Core { path: *path, method: *method, host: *host, met });
                }
            }
        }
        let mut rests = vec![Rest {
            headers: Vec::new(),
            query: Vec::new(),
            source: IpAddr::V4(Ipv4Addr::new(1, 1, 1, 1)),
            met: all,
        }];
        for (name, (header, values)) in TEXTS.headers.iter().enumerate() {
            let sent = |at: usize| ((*header).to_owned(), values[at].clone());
            let several = several(rules, Slot::Header(name), known);
            rests = crossed(&rests, &several, |rest, all| {
                rest.headers.extend(all.iter().map(|at| sent(*at)));
            });
        }
        rests = crossed(&rests, &several(rules, Slot::Query, known), |rest, all| {
            rest.query.extend(all.iter().map(|at| TEXTS.pairs[*at].clone()));
        });
        let addresses = addresses(&blocks(rules), asked.is_dual);
        rests = crossed(&rests, &sources(rules, &addresses), |rest, all| {
            rest.source = addresses[all[0]];
        });
        Space { cores, rests }
    }

    /// A request in full.
    pub(crate) fn request(&self, (core, rest): (usize, usize)) -> Request {
        let (core, rest) = (&self.cores[core], &self.rests[rest]);
        Request {
            method: TEXTS.methods[core.method].clone(),
            host: TEXTS.hosts[core.host].clone(),
            path: TEXTS.paths[core.path].clone(),
            query: rest.query.clone(),
            headers: rest.headers.clone(),
            source: rest.source,
        }
    }
}

/// What is asked of a path beside whether it meets a rule: whether it is public by custom, and which
/// rewrites touch it.
fn marks(path: &str) -> u64 {
    let rewrites = vocabulary::REWRITES.iter().enumerate();
    let touched =
        rewrites.map(|(at, one)| u64::from(path.starts_with(one.prefix)) << (at + 1)).sum::<u64>();
    touched | u64::from(is_public(path))
}

/// Whether a path is public by custom, as far as the vocabulary has such ones.
pub(crate) fn is_public(path: &str) -> bool {
    path.starts_with("/health") || path.starts_with("/static/") || path.starts_with("/.well-known/")
}

/// The conditions on a field, each with the place of its rule.
fn on<'a>(rules: &[&'a Rule], slot: Slot) -> Vec<(usize, &'a Condition)> {
    let own = |rule: &&'a Rule| -> Vec<&'a Condition> {
        rule.conditions.iter().filter(|condition| Slot::of(condition) == slot).collect()
    };
    let all = rules.iter().enumerate();
    all.flat_map(|(at, rule)| own(rule).into_iter().map(move |one| (at, one))).collect()
}

/// For each text of a field, which rules it leaves possible.
fn single(rules: &[&Rule], slot: Slot, known: &Known) -> Vec<Met> {
    let number = match slot {
        Slot::Path => TEXTS.paths.len(),
        Slot::Method => TEXTS.methods.len(),
        _ => TEXTS.hosts.len(),
    };
    let mut found = vec![Met { yes: !0, can: !0 }; number];
    for (rule, condition) in on(rules, slot) {
        for (met, answer) in found.iter_mut().zip(known.answers(slot, condition)) {
            let mut own = Met { yes: !(1 << rule), can: !(1 << rule) };
            own.add(rule, answer);
            *met = met.and(own);
        }
    }
    found
}

/// The first of everything that is alike.
fn distinct(all: impl Iterator<Item = ((Met, u64), usize)>) -> Vec<((Met, u64), usize)> {
    let mut seen = HashSet::new();
    all.filter(|(key, _)| seen.insert(*key)).collect()
}

/// The sets of occurrences of a header, or pairs of a query, that differ in which rules they leave possible.
fn several(rules: &[&Rule], slot: Slot, known: &Known) -> Vec<(Met, Vec<usize>)> {
    let conditions = on(rules, slot);
    let mut singles: BTreeMap<usize, Met> = BTreeMap::new();
    for (place, (_, condition)) in conditions.iter().enumerate() {
        for (at, answer) in known.answers(slot, condition).into_iter().enumerate() {
            singles.entry(at).or_default().add(place, answer);
        }
    }
    let singles = distinct(singles.into_iter().map(|(at, met)| ((met, 0), at)));
    let mut sets: Vec<(Met, Vec<usize>)> = vec![(Met::default(), Vec::new())];
    let mut seen: HashSet<Met> = [Met::default()].into();
    let mut next = 0;
    while next < sets.len() {
        let (met, all) = sets[next].clone();
        for ((own, _), at) in &singles {
            let more = met.or(*own);
            if seen.insert(more) {
                sets.push((more, [&all[..], &[*at]].concat()));
            }
        }
        next += 1;
    }
    let mut kept = HashSet::new();
    let by_rule = sets.into_iter().map(|(met, all)| (of_rules(&conditions, met), all));
    by_rule.filter(|(met, _)| kept.insert(*met)).collect()
}

/// Which rules are left possible where these conditions are met.
fn of_rules(conditions: &[(usize, &Condition)], met: Met) -> Met {
    let mut rules = Met { yes: !0, can: !0 };
    for (place, (rule, _)) in conditions.iter().enumerate() {
        if met.yes & 1 << place == 0 {
            rules.yes &= !(1 << rule);
        }
        if met.can & 1 << place == 0 {
            rules.can &= !(1 << rule);
        }
    }
    rules
}

fn sources(rules: &[&Rule], addresses: &[IpAddr]) -> Vec<(Met, Vec<usize>)> {
    let conditions = on(rules, Slot::Source);
    let mut found: Vec<(Met, Vec<usize>)> = Vec::new();
    for (at, address) in addresses.iter().enumerate() {
        let mut met = Met::default();
        for (place, (_, condition)) in conditions.iter().enumerate() {
            met.add(place, evaluate::source(condition, *address));
        }
        let met = of_rules(&conditions, met);
        if found.iter().all(|(own, _)| *own != met) {
            found.push((met, vec![at]));
        }
    }
    found
}

/// Every rest with every choice of one more field, as far as they differ.
fn crossed(
    rests: &[Rest],
    choices: &[(Met, Vec<usize>)],
    choose: impl Fn(&mut Rest, &[usize]),
) -> Vec<Rest> {
    let (mut seen, mut all) = (HashSet::new(), Vec::new());
    for rest in rests {
        for (met, items) in choices {
            let met = rest.met.and(*met);
            if !seen.insert(met) {
                continue;
            }
            let mut own = Rest {
                headers: rest.headers.clone(),
                query: rest.query.clone(),
                source: rest.source,
                met,
            };
            choose(&mut own, items);
            all.push(own);
        }
    }
    all
}

/// What becomes of the requests with one core, whatever the rest.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Fate {
    /// Rules that certainly take one.
    pub(crate) taken: u64,
    /// Rules that maybe take one.
    pub(crate) maybe_taken: u64,
    /// Rules that one maybe meets, and that no rule before it certainly keeps from being asked. A rule that takes
    /// nothing keeps nobody from anything.
    pub(crate) maybe_asked: u64,
    /// Rules that certainly take one where those before them that lead to the same without asking do not.
    pub(crate) asked: u64,
}

/// Which rules take which requests.
pub(crate) struct Survey {
    pub(crate) fates: Vec<Fate>,
    /// Rules that some request certainly reaches, and those that one maybe does.
    pub(crate) live: Met,
    /// By rule: those that maybe take a request that it asks for.
    pub(crate) takers: Vec<u64>,
    /// By rule: a request that it takes.
    pub(crate) examples: Vec<Option<(usize, usize)>>,
    pub(crate) requests: usize,
}

/// Asks every request of every listener, given as the set of its rules. Rules of `aside[R]` are passed over when
/// it is asked whether R would take a request.
pub(crate) fn survey(space: &Space, listeners: &[u64], aside: &[u64]) -> Survey {
    let found = survey_with(space, listeners, aside, u64::MAX);
    let rules = listeners.iter().fold(0, |all, own| all | own);
    match found.live.can {
        live if live == rules => found,
        live => survey_with(space, listeners, aside, live),
    }
}

/// The same where only these rules take anything.
fn survey_with(space: &Space, listeners: &[u64], aside: &[u64], live: u64) -> Survey {
    let mut by_met: HashMap<Met, Fate> = HashMap::new();
    let mut found = Survey {
        fates: Vec::new(),
        live: Met::default(),
        takers: vec![0; aside.len()],
        examples: vec![None; aside.len()],
        requests: space.cores.len() * space.rests.len(),
    };
    for (at, core) in space.cores.iter().enumerate() {
        if let Some(known) = by_met.get(&core.met) {
            found.fates.push(*known);
            continue;
        }
        let mut fate = Fate::default();
        for (place, rest) in space.rests.iter().enumerate() {
            let met = core.met.and(rest.met);
            for listener in listeners {
                let own = Met { yes: met.yes & listener, can: met.can & listener };
                found.ask(own, (at, place), (aside, live), &mut fate);
            }
        }
        by_met.insert(core.met, fate);
        found.fates.push(fate);
    }
    found
}

impl Survey {
    fn ask(
        &mut self,
        own: Met,
        place: (usize, usize),
        (aside, live): (&[u64], u64),
        fate: &mut Fate,
    ) {
        let first_sure = own.yes & own.yes.wrapping_neg();
        let before = first_sure.wrapping_sub(1) & own.can;
        let maybe = before | first_sure;
        if before == 0 && first_sure != 0 {
            fate.taken |= first_sure;
            self.live.yes |= first_sure;
            let example = &mut self.examples[first_sure.trailing_zeros() as usize];
            example.get_or_insert(place);
        }
        fate.maybe_taken |= maybe;
        self.live.can |= maybe;
        let mut left = own.can;
        while left != 0 {
            let rule = left.trailing_zeros() as usize;
            let bit = left & left.wrapping_neg();
            left &= left - 1;
            self.takers[rule] |= maybe;
            let earlier = own.can & (bit - 1) & !aside[rule];
            if earlier == 0 && own.yes & bit != 0 {
                fate.asked |= bit;
            }
            if earlier & own.yes & live == 0 {
                fate.maybe_asked |= bit;
            }
        }
    }
}
