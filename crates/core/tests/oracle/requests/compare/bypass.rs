//! Requests that one rule asks to log in, or for a certificate, and another one lets in.
//!
//! `docs/checks/authentication-bypass.md` leaves room: what half of a rule for some addresses is. So two answers are
//! kept: what certainly is a way past, and what may be called one. Between them either verdict stands.

use std::collections::HashMap;

use super::{Asking, Asks, Read, Slot, is_public, is_secret, rewrites_url};
use crate::requests::evaluate::rewritten;
use crate::requests::generate::share_targets;
use crate::requests::space::{addresses, blocks};
use crate::requests::universe::TEXTS;
use crate::requests::{evaluate, evaluate::Answer};

/// Whether a rule lets nobody through without something.
type Guards = fn(&Read) -> bool;
/// Which groups count as leading to the same.
type Same = fn(&str, &str) -> bool;

fn same(one: &str, other: &str) -> bool {
    one == other
}

fn elsewhere(one: &str, other: &str) -> bool {
    one != other && share_targets(one, other)
}

fn either(one: &str, other: &str) -> bool {
    same(one, other) || elsewhere(one, other)
}

fn logs_in(read: &Read) -> bool {
    read.asks == Asks::Login && !read.groups.is_empty()
}

fn verifies(read: &Read) -> bool {
    read.verifies && !read.groups.is_empty()
}

/// The checks, with whom they are about and where both have to lead.
const SORTS: [(&str, Guards, Same); 3] = [
    ("authentication-bypass", logs_in, same),
    ("authentication-bypass-elsewhere", logs_in, elsewhere),
    ("mtls-bypass", verifies, either),
];

impl Asking<'_> {
    /// Who gets past what by the Network load balancer beside, which lets in whatever comes.
    pub(super) fn beside(&mut self) {
        let Some(group) = self.case.network else { return };
        for (check, asks, leads) in &SORTS[1..] {
            let own = self.all.iter().enumerate().filter(|(_, read)| asks(read));
            let own = own.filter(|(_, read)| read.groups.iter().any(|one| leads(group, one)));
            let own: Vec<usize> = own.map(|(place, _)| place).collect();
            let seen = |place: usize| {
                let rewrites = rewrites_url(self.all[place].rule);
                (0..self.space.cores.len()).any(|at| {
                    let asked = self.survey.fates[at].asked & 1 << place != 0;
                    asked && !self.is_by_custom(at) && !rewrites
                })
            };
            let must = own.iter().any(|place| self.is_live(*place) && seen(*place));
            let may = own.iter().any(|place| self.may_live(*place));
            self.hold(check, "TCP:443", (must, may), group);
        }
    }

    /// Whether nobody wonders that a request with this core is let in.
    fn is_by_custom(&self, core: usize) -> bool {
        let core = &self.space.cores[core];
        is_public(&TEXTS.paths[core.path]) || TEXTS.methods[core.method] == "OPTIONS"
    }

    /// Who gets past what on this listener.
    pub(super) fn bypasses(&mut self, at: usize) {
        for (check, asks, leads) in SORTS {
            let (mut must, mut may) = (None, None);
            for (open, read) in self.of(at).filter(|(_, read)| read.is_open()) {
                for (locked, other) in self.all.iter().enumerate().filter(|(_, one)| asks(one)) {
                    let meet = |one: &&str| other.groups.iter().any(|group| leads(one, group));
                    if read.is_public() || !read.groups.iter().any(meet) {
                        continue;
                    }
                    must = must.or_else(|| self.certain(open, locked));
                    may = may.or_else(|| self.possible(open, locked));
                }
            }
            let told = must.or(may).map_or_else(String::new, |(open, locked, path)| {
                let (open, locked) = (&self.all[open], &self.all[locked]);
                let on = self.listener(locked.listener).label();
                let rewrites = rewrites_url(open.rule) || rewrites_url(locked.rule);
                let rewrite = if rewrites { ", beside a rewrite" } else { "" };
                let (open, locked) = (open.rule.label(), locked.rule.label());
                format!("{open} past {on} {locked}, path {}{rewrite}", TEXTS.paths[path])
            });
            self.hold(check, &self.listener(at).label(), (must.is_some(), may.is_some()), &told);
        }
    }

    /// By path and method, and host where that tells: whether a core of one rule's request is one of the
    /// other's. The cores of `open` and `locked` are chosen by their fates.
    fn shared(
        &self,
        has_host: bool,
        open: &dyn Fn(usize) -> bool,
        locked: &dyn Fn(usize) -> bool,
        same_path: bool,
    ) -> Option<usize> {
        let key = |at: usize| {
            let core = &self.space.cores[at];
            (same_path.then_some(core.path), core.method, has_host.then_some(core.host))
        };
        let all = 0..self.space.cores.len();
        let theirs: HashMap<_, _> =
            all.clone().filter(|at| locked(*at)).map(|at| (key(at), at)).collect();
        let found = all.filter(|at| open(*at)).find(|at| theirs.contains_key(&key(*at)));
        found.map(|at| self.space.cores[at].path)
    }

    /// Whether the open rule certainly lets in what the other one asks for.
    fn certain(&self, open: usize, locked: usize) -> Option<(usize, usize, usize)> {
        let (own, other) = (&self.all[open], &self.all[locked]);
        if !self.is_live(locked) || own.is_set_apart(other, true) {
            return None;
        }
        let stays = |read: &Read, at: usize| {
            let path = &TEXTS.paths[self.space.cores[at].path];
            rewritten(&read.rule.transforms, path) == *path
        };
        let every_path = other.takes_every(Slot::Path) && !rewrites_url(other.rule);
        let alike = own.rule.transforms == other.rule.transforms;
        let seen = |read: &Read, at: usize| alike || every_path || stays(read, at);
        let fates = &self.survey.fates;
        let taken =
            |at: usize| fates[at].taken & 1 << open != 0 && !self.is_by_custom(at) && seen(own, at);
        let asked = |at: usize| fates[at].asked & 1 << locked != 0 && seen(other, at);
        let path = self.shared(own.has_host(), &taken, &asked, true)?;
        Some((open, locked, path))
    }

    /// Whether the open rule may be said to let in what the other one asks for.
    fn possible(&self, open: usize, locked: usize) -> Option<(usize, usize, usize)> {
        let (own, other) = (&self.all[open], &self.all[locked]);
        if !self.may_live(locked) || own.is_set_apart(other, false) {
            return None;
        }
        let fates = &self.survey.fates;
        let taken = |at: usize| fates[at].maybe_taken & 1 << open != 0;
        let asked = |at: usize| fates[at].maybe_asked & 1 << locked != 0;
        let same_path = !rewrites_url(own.rule) && !rewrites_url(other.rule);
        let path = self.shared(own.has_host(), &taken, &asked, same_path)?;
        Some((open, locked, path))
    }
}

impl Read<'_> {
    /// Whether a field is left as open as by no condition.
    fn takes_every(&self, slot: Slot) -> bool {
        let texts = if slot == Slot::Path { &TEXTS.paths } else { &TEXTS.hosts };
        self.on(slot)
            .is_none_or(|own| texts.iter().all(|text| evaluate::text(own, text) == Answer::Yes))
    }

    /// Whether it asks for a host of its own.
    pub(super) fn has_host(&self) -> bool {
        !self.takes_every(Slot::Host)
    }

    /// Whether it lets in some addresses alone, or who may know a secret, where the other one asks
    /// everybody. Certainly not, if the other one asks for the very same; perhaps not, if it asks for anything
    /// of the sort.
    fn is_set_apart(&self, other: &Read, by_doubt: bool) -> bool {
        let narrow = self
            .rule
            .conditions
            .iter()
            .filter(|own| Slot::of(own) == Slot::Source && self.is_of_some() || is_secret(own));
        let mut asked = narrow.map(|own| {
            let mut all = other.rule.conditions.iter();
            all.any(|its| Slot::of(its) == Slot::of(own) && (!by_doubt || its == own))
        });
        asked.any(|is_asked| !is_asked)
    }

    /// Whether it is for some addresses alone. All of one family are not some.
    fn is_of_some(&self) -> bool {
        let Some(own) = self.on(Slot::Source) else { return false };
        let all = addresses(&blocks(&[self.rule]), true);
        let (fourth, sixth): (Vec<_>, Vec<_>) =
            all.into_iter().partition(std::net::IpAddr::is_ipv4);
        let whole = |all: &[_]| all.iter().all(|one| evaluate::source(own, *one) == Answer::Yes);
        !(whole(&fourth) || whole(&sixth) && self.is_dual)
    }
}
