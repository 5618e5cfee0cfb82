//! Which rules of a listener some request reaches.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use super::trial::{Trial, sources};
use crate::analysis::requests::{
    Answer, Asked, Budget, Cell, Search, Side, Wanted, asked, covers, unveil,
};
use crate::inventory::{Condition, IpAddressType, LoadBalancer};

/// What one rule may cost, in steps of a machine, and all of a listener together.
const A_RULE: usize = 400_000;
const A_LISTENER: usize = 8_000_000;
/// How many listeners a thread keeps: those of a load balancer, which every check asks about.
const KEPT: usize = 64;

/// Whether a request reaches a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// One does.
    Live,
    /// None does: these take all that it asks for. Where there is none of them, no request is like that.
    Dead(Takers),
    /// It cannot be told.
    Open,
}

/// Who takes what a dead rule asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Takers {
    /// All that take some of it, in their order.
    pub(super) all: Vec<usize>,
    /// The first of them that leaves nothing to it by itself.
    pub(super) alone: Option<usize>,
}

/// The rules of a listener in their order, and the families of address that it can be asked by.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Question {
    kind: Option<IpAddressType>,
    rules: Vec<Vec<Condition>>,
}

/// Questions by their hash, with their answers.
type Answers = HashMap<u64, (Question, Rc<[Reach]>)>;

thread_local! {
    static KNOWN: RefCell<Answers> = RefCell::default();
}

/// Which of these rules, in this order, are reached. Found out once for all checks: the answer depends on
/// nothing but what the rules ask for and the families of address.
pub(super) fn of_rules(lb: &LoadBalancer, rules: &[&[Condition]]) -> Rc<[Reach]> {
    if let [[]] = rules {
        return Rc::new([Reach::Live]);
    }
    let mut hasher = DefaultHasher::new();
    (&lb.ip_address_type, rules).hash(&mut hasher);
    let hash = hasher.finish();
    let is_it = |question: &Question| {
        question.kind == lb.ip_address_type
            && question.rules.len() == rules.len()
            && question.rules.iter().zip(rules).all(|(own, its)| own == its)
    };
    let known = KNOWN.with_borrow(|known| {
        known.get(&hash).filter(|(question, _)| is_it(question)).map(|(_, reach)| reach.clone())
    });
    if let Some(known) = known {
        return known;
    }
    let found: Rc<[Reach]> = find(lb, rules).into();
    let owned = rules.iter().map(|rule| rule.to_vec()).collect();
    let question = Question { kind: lb.ip_address_type.clone(), rules: owned };
    KNOWN.with_borrow_mut(|known| {
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(hash, (question, found.clone()));
    });
    found
}

fn find(lb: &LoadBalancer, rules: &[&[Condition]]) -> Vec<Reach> {
    let mut found = Vec::with_capacity(rules.len());
    let mut known =
        Known { lb, all: Cell::all(sources(lb)), earlier: Vec::new(), live: Vec::new() };
    let budget = Budget::of(A_LISTENER);
    let mut sets: Vec<Rc<[Asked]>> = rules.iter().map(|rule| asked(rule).into()).collect();
    unveil(&mut sets);
    for (place, (conditions, own)) in rules.iter().zip(sets).enumerate() {
        let reach = budget.share(A_RULE, |budget| known.reach(conditions, &own, budget));
        if !matches!(reach, Reach::Dead(_)) {
            known.live.push(place);
            known.earlier.push(own);
        }
        found.push(reach);
    }
    found
}

/// The rules before one that are not dead.
struct Known<'a> {
    lb: &'a LoadBalancer,
    all: Cell,
    earlier: Vec<Rc<[Asked]>>,
    /// Their places among all.
    live: Vec<usize>,
}

impl Known<'_> {
    fn reach(&self, conditions: &[Condition], own: &Rc<[Asked]>, budget: &Budget) -> Reach {
        let trial = Trial { conditions, asked: own, earlier: &self.earlier, lb: self.lb };
        match trial.request(budget) {
            Answer::Yes(_) => Reach::Live,
            Answer::No => Reach::Dead(self.taken_by(own)),
            Answer::Open => match self.one_that_covers(own, &Budget::of(A_RULE)) {
                Some(_) => Reach::Dead(self.taken_by(own)),
                None => Reach::Open,
            },
        }
    }

    /// The first of the rules that takes all requests of another one by itself.
    fn one_that_covers(&self, own: &[Asked], budget: &Budget) -> Option<usize> {
        let covered = |rule: &Rc<[Asked]>| covers(&self.all, own, rule, budget);
        self.earlier.iter().position(covered)
    }

    /// Those of the rules that take the requests of another one.
    fn taken_by(&self, own: &[Asked]) -> Takers {
        let budget = Budget::of(A_RULE);
        let takes_some = |place: &usize| {
            let meets = [own, &self.earlier[*place]];
            let meets = meets.map(|asked| Wanted { asked, side: Side::Own }).to_vec();
            let misses = self.earlier[..*place].iter();
            let misses = misses.map(|asked| Wanted { asked, side: Side::Own }).collect();
            let search = Search { meets, misses, shared: &[], budget: &budget };
            search.find(&self.all, |_| Ok(Some(()))) != Answer::No
        };
        let all: Vec<usize> = (0..self.earlier.len()).filter(takes_some).collect();
        let alone = self.one_that_covers(own, &budget).filter(|place| all.contains(place));
        let own = |place: usize| self.live[place];
        Takers { all: all.into_iter().map(own).collect(), alone: alone.map(own) }
    }
}
