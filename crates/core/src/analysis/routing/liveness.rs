//! Which rules of a listener some request reaches.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use super::trial::{Trial, sources};
use crate::analysis::requests::{Answer, Asked, Budget, Cell, Search, Side, Wanted, asked, covers};
use crate::inventory::{Condition, IpAddressType, LoadBalancer};

/// What one rule may cost, in steps of a machine, and all of a listener together.
const A_RULE: usize = 400_000;
const A_LISTENER: usize = 8_000_000;
/// How many listeners a thread keeps: those of a load balancer, which every check asks about.
const KEPT: usize = 64;
/// Most rules of which it is tried whether each is needed to leave another one nothing.
const TOGETHER: usize = 16;

/// Whether a request reaches a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// One does.
    Live,
    /// None does: these take all that it asks for. Where there is none of them, no request is like that.
    Dead(Vec<usize>),
    /// It cannot be told.
    Open,
}

/// The rules of a listener in their order, and the families of address that it can be asked by.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Question {
    kind: Option<IpAddressType>,
    rules: Vec<Vec<Condition>>,
}

thread_local! {
    static KNOWN: RefCell<HashMap<u64, (Question, Rc<[Reach]>)>> = RefCell::default();
}

/// Which of these rules, in this order, are reached. Found out once for all checks: the answer depends on
/// nothing but what the rules ask for and the families of address.
pub(super) fn of_rules(lb: &LoadBalancer, rules: &[&[Condition]]) -> Rc<[Reach]> {
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
    let mut all_taken = None;
    let mut left = A_LISTENER;
    for (place, conditions) in rules.iter().enumerate() {
        if let Some(by) = all_taken {
            found.push(Reach::Dead(vec![by]));
            continue;
        }
        let own: Rc<[Asked]> = asked(conditions).into();
        let budget = Budget::of(left.min(A_RULE));
        let reach = known.reach(conditions, &own, &budget);
        left = left.saturating_sub(left.min(A_RULE) - budget.left());
        if !matches!(reach, Reach::Dead(_)) {
            if covers(&known.all, &[], &own, &Budget::of(A_RULE)) {
                all_taken = Some(place);
            }
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
            Answer::Open => match self.one_that_covers(own) {
                Some(by) => Reach::Dead(vec![by]),
                None => Reach::Open,
            },
        }
    }

    /// The first of the rules that takes all requests of another one by itself.
    fn one_that_covers(&self, own: &[Asked]) -> Option<usize> {
        let covered = |rule: &&Rc<[Asked]>| covers(&self.all, own, rule, &Budget::of(A_RULE));
        let place = self.earlier.iter().position(|rule| covered(&rule))?;
        Some(self.live[place])
    }

    /// Those of the rules that take all requests of another one: a single one where one is enough.
    fn taken_by(&self, own: &[Asked]) -> Vec<usize> {
        if self.is_left_nothing(own, &[]) {
            return Vec::new();
        }
        if let Some(one) = self.one_that_covers(own) {
            return vec![one];
        }
        let budget = Budget::of(A_RULE);
        let touches = |rule: &Rc<[Asked]>| {
            let meets = [own, rule].map(|asked| Wanted { asked, side: Side::Own }).to_vec();
            let search = Search { meets, misses: Vec::new(), shared: &[], budget: &budget };
            search.find(&self.all, |_| Ok(Some(()))) != Answer::No
        };
        let all = 0..self.earlier.len();
        let mut needed: Vec<usize> = all.filter(|place| touches(&self.earlier[*place])).collect();
        if needed.len() <= TOGETHER {
            for place in needed.clone() {
                let others: Vec<usize> =
                    needed.iter().copied().filter(|other| *other != place).collect();
                if self.is_left_nothing(own, &others) {
                    needed = others;
                }
            }
        }
        needed.into_iter().map(|place| self.live[place]).collect()
    }

    fn is_left_nothing(&self, own: &[Asked], by: &[usize]) -> bool {
        let meets = vec![Wanted { asked: own, side: Side::Own }];
        let misses =
            by.iter().map(|place| Wanted { asked: &*self.earlier[*place], side: Side::Own });
        let budget = Budget::of(A_RULE);
        let search = Search { meets, misses: misses.collect(), shared: &[], budget: &budget };
        search.find(&self.all, |_| Ok(Some(()))) == Answer::No
    }
}
