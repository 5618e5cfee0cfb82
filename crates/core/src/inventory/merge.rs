//! Parts of accounts, read by several readers or at several times, joined into whole ones.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::{Account, Certificate, Cost, Inventory, Region, SCHEMA};
use crate::vocab::fact::{Fact, Reason};

impl Inventory {
    /// One inventory of these: parts of the same account become one account, accounts stand in the order
    /// of their ids. It was taken when the first part was, and cost what all of them cost. None of nothing.
    ///
    /// What one part knows and another was not asked about is known. Certificates of IAM are each part's
    /// own, so all of them are put together, and are unread where one part's are. An account that one part
    /// could not get into keeps that gap, whatever the others read.
    #[must_use]
    pub fn merge(parts: Vec<Inventory>) -> Option<Inventory> {
        let taken_at = parts.iter().map(|part| part.taken_at).min()?;
        let mut cost = Cost::default();
        let mut accounts: BTreeMap<String, Account> = BTreeMap::new();
        for part in parts {
            cost.api_calls = cost.api_calls.saturating_add(part.cost.api_calls);
            cost.milliseconds = cost.milliseconds.saturating_add(part.cost.milliseconds);
            for account in part.accounts {
                match accounts.get_mut(&account.id) {
                    Some(known) => known.absorb(account),
                    None => {
                        accounts.insert(account.id.clone(), account);
                    }
                }
            }
        }
        let mut accounts: Vec<Account> = accounts.into_values().collect();
        for account in &mut accounts {
            account.regions.sort_by(|a, b| a.name.cmp(&b.name));
        }
        Some(Inventory { schema: SCHEMA.to_owned(), taken_at, cost, accounts })
    }
}

/// Two inventories that were taken by themselves and hold the same thing: which of them is true now, nobody
/// knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// The account.
    pub account: String,
    /// A region of it that both have read.
    pub region: String,
    /// Their places among those that were to be joined.
    pub places: [usize; 2],
}

impl Inventory {
    /// One inventory of several that were taken by themselves: an account may be in more than one if they
    /// have read different regions of it. It counts as taken when the latest was. None of nothing.
    ///
    /// What accounts have in no region is kept from the latest that knows it. An account that one has left
    /// out and another has read was read.
    ///
    /// # Errors
    /// When two have read the same region of an account.
    pub fn join(all: Vec<Inventory>) -> Result<Option<Inventory>, Overlap> {
        let Some(taken_at) = all.iter().map(|one| one.taken_at).max() else { return Ok(None) };
        let mut seen: BTreeMap<(String, String), usize> = BTreeMap::new();
        for (place, account) in accounts(&all) {
            for region in account.regions.iter().filter(|region| region.skipped.is_none()) {
                let key = (account.id.clone(), region.name.clone());
                if let Some(first) = seen.insert(key, place).filter(|first| *first != place) {
                    let (account, region) = (account.id.clone(), region.name.clone());
                    return Err(Overlap { account, region, places: [first, place] });
                }
            }
        }
        let read: BTreeSet<String> = accounts(&all)
            .filter(|(_, account)| account.skipped.is_none())
            .map(|(_, account)| account.id.clone())
            .collect();
        let mut latest_first = all;
        latest_first.sort_by_key(|one| std::cmp::Reverse(one.taken_at));
        let mut nameless = Vec::new();
        for one in &mut latest_first {
            one.accounts.retain(|one| one.skipped.is_none() || !read.contains(&one.id));
            nameless.extend(one.accounts.extract_if(.., |account| account.id.is_empty()));
        }
        let joined = Inventory::merge(latest_first).map(|mut whole| {
            whole.taken_at = taken_at;
            whole.accounts.splice(..0, nameless);
            whole
        });
        Ok(joined)
    }
}

/// Every account that has an id, with the place of its inventory.
fn accounts(all: &[Inventory]) -> impl Iterator<Item = (usize, &Account)> {
    let all = all.iter().enumerate();
    let accounts = all.flat_map(|(place, one)| one.accounts.iter().map(move |one| (place, one)));
    accounts.filter(|(_, account)| !account.id.is_empty())
}

impl Account {
    /// Takes another part of the same account in.
    pub(super) fn absorb(&mut self, other: Account) {
        better(&mut self.organizational_unit, other.organizational_unit);
        better(&mut self.caller, other.caller);
        better(&mut self.region_list, other.region_list);
        better(&mut self.shield, other.shield);
        better(&mut self.distributions, other.distributions);
        better(&mut self.vpc_origins, other.vpc_origins);
        better(&mut self.accelerators, other.accelerators);
        better(&mut self.dns_records, other.dns_records);
        if self.access.gap().is_none() {
            self.access = other.access;
        }
        self.name = self.name.take().or(other.name);
        self.role = self.role.take().or(other.role);
        self.skipped = self.skipped.take().or(other.skipped);
        united(&mut self.server_certificates, other.server_certificates);
        self.absorb_regions(other.regions);
        self.notes.extend(other.notes);
        let mut seen = HashSet::new();
        self.notes.retain(|note| seen.insert(note.clone()));
    }
}

impl Account {
    /// Takes more regions in. Of one that is there twice the one of which more is known stays.
    pub(super) fn absorb_regions(&mut self, others: Vec<Region>) {
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut regions: Vec<Region> = Vec::with_capacity(self.regions.len() + others.len());
        for region in std::mem::take(&mut self.regions).into_iter().chain(others) {
            match places.get(&region.name) {
                Some(place) if less(&regions[*place]) > less(&region) => regions[*place] = region,
                Some(_) => {}
                None => {
                    places.insert(region.name.clone(), regions.len());
                    regions.push(region);
                }
            }
        }
        self.regions = regions;
    }
}

impl Region {
    /// Whether its load balancers are known.
    pub(super) fn is_read(&self) -> bool {
        less(self) == 0
    }
}

/// How little is known of a region that two parts have: left out, not even listed, read.
fn less(region: &Region) -> u8 {
    let unlisted = region.classic.rest.gap().is_some() || region.v2.rest.gap().is_some();
    match (&region.skipped, unlisted) {
        (Some(_), _) => 2,
        (None, true) => 1,
        (None, false) => 0,
    }
}

/// Why a fact is unread, unless nobody asked.
fn failed<T>(fact: &Fact<T>) -> bool {
    fact.gap().is_some_and(|gap| gap.reason != Reason::NotCollected)
}

/// Keeps what is known; else why it is not known; else that nobody asked.
fn better<T>(own: &mut Fact<T>, other: Fact<T>) {
    let rank = |fact: &Fact<T>| match fact {
        Fact::Known(_) => 2,
        unread @ Fact::Unread(_) => u8::from(failed(unread)),
    };
    if rank(&other) > rank(own) {
        *own = other;
    }
}

/// Puts certificates together, each once.
fn united(own: &mut Fact<Vec<Certificate>>, other: Fact<Vec<Certificate>>) {
    if failed(own) {
        return;
    }
    match (&mut *own, other) {
        (Fact::Known(own), Fact::Known(other)) => {
            let mut seen: HashSet<String> = own.iter().map(|known| known.arn.clone()).collect();
            own.extend(other.into_iter().filter(|one| seen.insert(one.arn.clone())));
        }
        (Fact::Known(_), other) if !failed(&other) => {}
        (_, other) => *own = other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::sample;
    use crate::vocab::call::Call;
    use crate::vocab::fact::Gap;

    const IAM: Call = Call::IamListServerCertificates;

    /// A part of the sample account with these regions, of which nothing else was asked.
    fn part(regions: &[&str]) -> Inventory {
        let mut part = sample::inventory(Vec::new());
        let regions = regions.iter().map(|name| Region::new(name)).collect();
        part.accounts = vec![Account { regions, ..Account::new(sample::ACCOUNT, "aws") }];
        part.cost = Cost { api_calls: 3, milliseconds: 10 };
        part
    }

    fn denied(call: Call) -> Gap {
        Gap::new(call, Reason::AccessDenied)
    }

    fn merged(parts: [Inventory; 2]) -> Account {
        Inventory::merge(parts.into()).unwrap().accounts.remove(0)
    }

    #[test]
    fn costs_of_any_size_are_added() {
        let (mut first, second) = (part(&["us-east-1"]), part(&["eu-west-1"]));
        first.cost = Cost { api_calls: u64::MAX, milliseconds: u64::MAX - 1 };
        let whole = Inventory::merge(vec![first, second]).unwrap();
        assert_eq!(whole.cost, Cost { api_calls: u64::MAX, milliseconds: u64::MAX });
    }

    #[test]
    fn parts_of_an_account_are_one_and_accounts_stand_by_id() {
        let mut first = part(&["us-east-1"]);
        first.taken_at = sample::in_days(1);
        let mut other = part(&["eu-west-1"]);
        other.accounts[0].id = "000000000000".to_owned();
        let second = part(&["eu-west-1", "us-east-1"]);
        let whole = Inventory::merge(vec![first, other, second]).unwrap();
        let ids: Vec<&str> = whole.accounts.iter().map(|account| account.id.as_str()).collect();
        assert_eq!(ids, ["000000000000", sample::ACCOUNT]);
        let names: Vec<&str> = whole.accounts[1].regions.iter().map(|one| &*one.name).collect();
        assert_eq!(names, ["eu-west-1", "us-east-1"]);
        assert_eq!(whole.taken_at, sample::now());
        assert_eq!(whole.cost, Cost { api_calls: 9, milliseconds: 30 });
        assert_eq!(Inventory::merge(Vec::new()), None);
    }

    #[test]
    fn known_wins_over_denied_and_denied_over_not_asked() {
        let with = |fact| {
            let mut part = part(&[]);
            part.accounts[0].dns_records = fact;
            part
        };
        let call = Call::Route53ListHostedZones;
        let facts =
            [Fact::not_collected(call), Fact::Unread(denied(call)), Fact::Known(Vec::new())];
        for (a, first) in facts.iter().enumerate() {
            for (b, second) in facts.iter().enumerate() {
                let one = merged([with(first.clone()), with(second.clone())]);
                assert_eq!(one.dns_records, facts[a.max(b)], "{a} {b}");
            }
        }
    }

    #[test]
    fn certificates_are_united_and_unread_where_one_part_s_are() {
        let with = |fact| {
            let mut part = part(&[]);
            part.accounts[0].server_certificates = fact;
            part
        };
        let known = |names: &[&str]| {
            Fact::Known(names.iter().map(|name| sample::certificate(name)).collect::<Vec<_>>())
        };
        let of = |one: Account| -> Vec<String> {
            one.server_certificates.get().unwrap().iter().map(|one| one.arn.clone()).collect()
        };
        assert_eq!(
            of(merged([with(known(&["a", "b"])), with(known(&["b", "c"]))])),
            ["a", "b", "c"]
        );
        let not_asked = || with(Fact::not_collected(IAM));
        assert_eq!(of(merged([with(known(&["a"])), not_asked()])), ["a"]);
        assert_eq!(of(merged([not_asked(), with(known(&["a"]))])), ["a"]);
        let gap = || with(Fact::Unread(denied(IAM)));
        for parts in
            [[gap(), with(known(&["a"]))], [with(known(&["a"])), gap()], [not_asked(), gap()]]
        {
            assert_eq!(merged(parts).server_certificates, Fact::Unread(denied(IAM)));
        }
    }

    #[test]
    fn the_part_that_could_not_get_in_is_not_forgotten() {
        let shut = || {
            let mut part = part(&[]);
            part.accounts[0].access = Fact::Unread(denied(Call::StsAssumeRole));
            part
        };
        for parts in [[shut(), part(&["eu-west-1"])], [part(&["eu-west-1"]), shut()]] {
            let one = merged(parts);
            assert_eq!(one.access, Fact::Unread(denied(Call::StsAssumeRole)));
            assert_eq!(one.regions.len(), 1);
        }
    }

    #[test]
    fn of_a_region_that_is_there_twice_the_one_that_was_read_stays() {
        let skipped = || {
            let mut part = part(&["eu-west-1"]);
            part.accounts[0].regions[0].skipped = Some("excluded".to_owned());
            part
        };
        let unread = || {
            let mut part = part(&["eu-west-1"]);
            let gap = denied(Call::ElbV2DescribeLoadBalancers);
            part.accounts[0].regions[0].v2 = crate::vocab::fact::Listing::unread(gap);
            part
        };
        let read = || part(&["eu-west-1"]);
        for parts in
            [[skipped(), read()], [read(), skipped()], [unread(), read()], [read(), unread()]]
        {
            let one = merged(parts);
            assert_eq!(one.regions, read().accounts[0].regions);
        }
        assert_eq!(merged([skipped(), unread()]).regions, unread().accounts[0].regions);
    }

    fn saved(hour: i8, account: Account) -> Inventory {
        let day = jiff::civil::date(2026, 11, 1).at(hour, 0, 0, 0);
        let taken_at = day.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp();
        Inventory { taken_at, accounts: vec![account], ..part(&[]) }
    }

    fn with(id: &str, regions: &[&str]) -> Account {
        let regions = regions.iter().map(|name| Region::new(name)).collect();
        Account { regions, ..Account::new(id, "aws") }
    }

    #[test]
    fn regions_that_were_read_apart_are_joined_at_the_latest_time() {
        let call = Call::Route53ListHostedZones;
        let early = Account {
            dns_records: Fact::Known(Vec::new()),
            caller: Fact::Known("early".to_owned()),
            ..with("1", &["eu-west-1"])
        };
        let late = Account {
            dns_records: Fact::Unread(denied(call)),
            caller: Fact::Known("late".to_owned()),
            ..with("1", &["us-east-1"])
        };
        let other = with("0", &["eu-west-1"]);
        let all = vec![saved(3, early), saved(5, late), saved(4, other)];
        let whole = Inventory::join(all.clone()).unwrap().unwrap();
        assert_eq!(whole.taken_at, all[1].taken_at);
        assert_eq!(whole.cost, Cost { api_calls: 9, milliseconds: 30 });
        let ids: Vec<&str> = whole.accounts.iter().map(|one| &*one.id).collect();
        assert_eq!(ids, ["0", "1"]);
        let regions: Vec<&str> = whole.accounts[1].regions.iter().map(|one| &*one.name).collect();
        assert_eq!(regions, ["eu-west-1", "us-east-1"]);
        assert_eq!(whole.accounts[1].caller, Fact::Known("late".to_owned()));
        assert_eq!(whole.accounts[1].dns_records, Fact::Known(Vec::new()), "it was known once");
        assert_eq!(Inventory::join(Vec::new()), Ok(None));
    }

    #[test]
    fn a_region_that_two_have_read_is_an_overlap() {
        let all = vec![
            saved(3, with("1", &["eu-west-1"])),
            saved(4, with("2", &["us-east-1"])),
            saved(5, with("1", &["us-east-1", "eu-west-1"])),
        ];
        let (account, region) = ("1".to_owned(), "eu-west-1".to_owned());
        let expected = Overlap { account, region, places: [0, 2] };
        assert_eq!(Inventory::join(all), Err(expected));
    }

    #[test]
    fn what_was_left_out_in_one_and_read_in_another_was_read() {
        let mut left_out = with("1", &["eu-west-1"]);
        left_out.regions[0].skipped = Some("excluded".to_owned());
        let read = || with("1", &["eu-west-1"]);
        for all in [
            vec![saved(3, left_out.clone()), saved(4, read())],
            vec![saved(3, read()), saved(4, left_out)],
        ] {
            let whole = Inventory::join(all).unwrap().unwrap();
            assert_eq!(whole.accounts[0].regions, read().regions);
        }
        let excluded = Account { skipped: Some("excluded".to_owned()), ..with("1", &[]) };
        let whole = Inventory::join(vec![saved(4, excluded), saved(3, read())]).unwrap().unwrap();
        assert_eq!(whole.accounts, [read()]);
    }

    #[test]
    fn accounts_that_nobody_could_name_are_not_one() {
        let all = vec![saved(3, with("", &["eu-west-1"])), saved(4, with("", &["eu-west-1"]))];
        assert_eq!(Inventory::join(all).unwrap().unwrap().accounts.len(), 2);
    }
}
