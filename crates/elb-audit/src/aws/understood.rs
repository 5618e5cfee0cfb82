//! What comes of an answer: what is understood of it, and the gap that the rest leaves.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Gap, Listing, Reason};

use super::api::ApiClient;
use super::strict::{Understood, Unexpected};

/// What there is to tell of a region beside its facts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes(Arc<Mutex<BTreeSet<String>>>);

impl Notes {
    fn add(&self, note: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(note);
    }

    /// All of them, in order.
    pub(crate) fn take(&self) -> impl Iterator<Item = String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_iter()
    }
}

impl ApiClient {
    /// The gap of an answer that holds something else than AWS documents.
    pub(crate) fn unexpected(&self, call: Call, about: Option<&str>, said: &Unexpected) -> Gap {
        self.located(Gap::new(call, Reason::Malformed).saying(said.to_string()), about)
    }

    /// One thing that was read, as the inventory has it.
    pub(crate) fn understood<T, U>(
        &self,
        call: Call,
        about: Option<&str>,
        found: Fact<T>,
        read: impl FnOnce(T) -> Understood<U>,
    ) -> Fact<U> {
        found.and_then(|found| read(found).map_err(|said| self.unexpected(call, about, &said)))
    }

    /// The items of a list that came in pages, each once. One that is not understood is missing from the
    /// list, and the list says so.
    pub(crate) fn listing<T, U, K: Ord>(
        &self,
        call: Call,
        what: &str,
        (found, mut gap): (Vec<T>, Option<Gap>),
        read: impl Fn(T) -> Understood<U>,
        id: impl Fn(&U) -> K,
    ) -> Listing<U> {
        let mut items = Vec::with_capacity(found.len());
        for one in found {
            match read(one) {
                Ok(one) => items.push(one),
                Err(said) => gap = gap.or_else(|| Some(self.unexpected(call, None, &said))),
            }
        }
        let items = self.merge_repeated(what, items, id);
        Listing { items, rest: gap.map_or(Fact::Known(()), Fact::Unread) }
    }

    /// Each item once, as it came last: one may come on two pages while the list changes. A note tells.
    pub(crate) fn merge_repeated<T, K: Ord>(
        &self,
        what: &str,
        items: Vec<T>,
        id: impl Fn(&T) -> K,
    ) -> Vec<T> {
        let all = items.len();
        let mut last = BTreeMap::new();
        for (place, item) in items.iter().enumerate() {
            last.insert(id(item), place);
        }
        let more = all - last.len();
        if more == 0 {
            return items;
        }
        let (noun, owner) = what.split_at(what.find(" of ").unwrap_or(what.len()));
        self.notes.add(format!("AWS listed {noun}s{owner} more than once: each counts once"));
        let kept: BTreeSet<usize> = last.into_values().collect();
        let numbered = items.into_iter().enumerate();
        numbered.filter(|(place, _)| kept.contains(place)).map(|(_, item)| item).collect()
    }

    /// The marker of the page after one that says whether there is another.
    pub(crate) fn next_marker(
        &self,
        call: Call,
        about: Option<&str>,
        truncated: bool,
        marker: Option<String>,
    ) -> Result<Option<String>, Gap> {
        let marker = marker.filter(|marker| truncated && !marker.is_empty());
        if truncated && marker.is_none() {
            return Err(self.unexpected(
                call,
                about,
                &Unexpected::Missing("the next page's marker"),
            ));
        }
        Ok(marker)
    }

    /// What a call about several things says of each. What it does not name is not known.
    pub(crate) fn of_each<T>(
        &self,
        call: Call,
        asked: &[String],
        found: Vec<(String, T)>,
    ) -> Vec<(String, Fact<T>)> {
        let mut found: BTreeMap<String, T> = found.into_iter().collect();
        let of = |name: &String| {
            let unnamed = || {
                let said = "the answer does not name it";
                Fact::Unread(
                    self.located(Gap::new(call, Reason::Malformed).saying(said), Some(name)),
                )
            };
            (name.clone(), found.remove(name).map_or_else(unnamed, Fact::Known))
        };
        asked.iter().map(of).collect()
    }
}
