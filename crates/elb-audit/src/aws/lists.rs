//! Lists that come in pages: to their end, or to the bounds that a list has.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};

use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Gap, Reason};

use super::api::{ApiClient, Page};
use super::bounds::{self, LIST, MARKER, MB, PAGES, most_items};
use super::incoming;

impl ApiClient {
    /// Every item of a list that comes in pages; and, where the pages stop early, why.
    ///
    /// `page` asks for the page behind a marker and answers its items and the next marker. A list that goes
    /// on beyond its bounds stops there.
    pub(crate) async fn pages<T, F>(
        &self,
        call: Call,
        page: impl Fn(Option<String>) -> F,
    ) -> (Vec<T>, Option<Gap>)
    where
        F: Future<Output = Page<T>>,
    {
        let mut all = Vec::new();
        let mut list = Pages::default();
        let mut marker: Option<String> = None;
        loop {
            let (answer, bytes) = incoming::received(page(marker)).await;
            let (items, next) = match answer {
                Fact::Known((Some(items), next)) => (items, next.filter(|next| !next.is_empty())),
                Fact::Known((None, _)) => return (all, Some(self.missing_list(call, None))),
                Fact::Unread(gap) => return (all, Some(gap)),
            };
            self.taken.add(bounds::weight(call, items.len()));
            let taken = list.take(call, items.len(), bytes, next.as_deref());
            all.extend(items);
            if let Err(said) = taken {
                all.truncate(bounds::most_items(call));
                let gap = Gap::new(call, Reason::Malformed).saying(said);
                return (all, Some(self.located(gap, None)));
            }
            marker = next;
            if marker.is_none() {
                return (all, None);
            }
        }
    }

    /// Like [`ApiClient::pages`], for a list of which a part is of no use.
    pub(crate) async fn all_pages<T, F>(
        &self,
        call: Call,
        page: impl Fn(Option<String>) -> F,
    ) -> Fact<Vec<T>>
    where
        F: Future<Output = Page<T>>,
    {
        match self.pages(call, page).await {
            (items, None) => Fact::Known(items),
            (_, Some(gap)) => Fact::Unread(gap),
        }
    }
}

/// A list as its pages come in.
#[derive(Debug, Default)]
pub(crate) struct Pages {
    taken: usize,
    items: usize,
    bytes: u64,
    /// The markers so far, each by its hash.
    markers: HashSet<u64>,
    hashes: RandomState,
}

impl Pages {
    /// Takes a page; what is wrong if the list goes on too long with it.
    pub(crate) fn take(
        &mut self,
        call: Call,
        items: usize,
        bytes: u64,
        next: Option<&str>,
    ) -> Result<(), String> {
        self.taken += 1;
        self.items += items;
        self.bytes += bytes;
        let most = most_items(call);
        if self.items > most {
            return Err(format!("the list has more than {most} items"));
        }
        if self.bytes > LIST {
            return Err(format!("the list is longer than {} MB", LIST / MB));
        }
        let Some(next) = next else { return Ok(()) };
        if self.taken >= PAGES {
            return Err(format!("the list has more than {PAGES} pages"));
        }
        if next.len() > MARKER {
            return Err(format!("a page marker of {} bytes", next.len()));
        }
        if !self.markers.insert(self.hashes.hash_one(next)) {
            return Err("the same page marker came twice".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::api::tests::client;
    use super::super::bounds::{ITEMS, LOAD_BALANCERS};
    use super::*;

    const CALL: Call = Call::Ec2DescribeSubnets;

    #[test]
    fn a_list_may_be_long_and_not_longer() {
        let mut list = Pages::default();
        for page in 1..PAGES {
            list.take(CALL, 1, 1, Some(&page.to_string())).unwrap();
        }
        assert_eq!(list.take(CALL, 1, 1, None), Ok(()), "the last of so many pages");
        let said = list.take(CALL, 1, 1, Some("x")).unwrap_err();
        assert_eq!(said, "the list has more than 10000 pages");
        let said = Pages::default().take(CALL, ITEMS + 1, 1, None).unwrap_err();
        assert_eq!(said, "the list has more than 1000000 items");
        let call = Call::ElbV2DescribeLoadBalancers;
        let said = Pages::default().take(call, LOAD_BALANCERS + 1, 1, None).unwrap_err();
        assert_eq!(said, "the list has more than 10000 items");
        let mut list = Pages::default();
        list.take(CALL, 1, LIST, Some("a")).unwrap();
        let said = list.take(CALL, 1, 1, Some("b")).unwrap_err();
        assert_eq!(said, "the list is longer than 256 MB");
        let long = "x".repeat(MARKER + 1);
        let said = Pages::default().take(CALL, 1, 1, Some(&long)).unwrap_err();
        assert_eq!(said, "a page marker of 65537 bytes");
    }

    #[test]
    fn every_marker_is_remembered() {
        for round in 1..5 {
            let mut list = Pages::default();
            for page in 0..round {
                list.take(CALL, 1, 1, Some(&page.to_string())).unwrap();
            }
            let said = list.take(CALL, 1, 1, Some("0")).unwrap_err();
            assert_eq!(said, "the same page marker came twice", "{round}");
        }
    }

    #[tokio::test]
    async fn a_list_that_goes_on_stops_with_what_it_has() {
        let api = client();
        let call = Call::Ec2DescribeVpcs;
        let in_turn = |marker: Option<String>| async move {
            let next = if marker.as_deref() == Some("a") { "b" } else { "a" };
            Fact::Known((Some(vec![next]), Some(next.to_owned())))
        };
        let (items, gap) = api.pages(call, in_turn).await;
        assert_eq!(items, ["a", "b", "a"]);
        assert_eq!(gap.unwrap().detail.as_deref(), Some("the same page marker came twice"));
        let one_more =
            |_| async { Fact::Known((Some(vec![(); ITEMS + 1]), Some("next".to_owned()))) };
        let (items, gap) = api.pages(call, one_more).await;
        assert_eq!(items.len(), ITEMS);
        assert_eq!(gap.unwrap().reason, Reason::Malformed);
    }
}
