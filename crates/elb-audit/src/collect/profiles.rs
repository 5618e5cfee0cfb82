//! Several profiles of the AWS configuration: who each is, and every account that they lead to, once.

use elb_audit_core::inventory::Account;
use elb_audit_core::policy::focus::Focus;
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Gap, Reason};
use futures::StreamExt as _;
use futures::stream::{FuturesOrdered, FuturesUnordered};

use crate::aws::profiles::Profile;
use crate::aws::{AccessError, role, session};
use crate::collect::account::{AccountAccess, AccountReader, catch_panic};
use crate::collect::accounts::NOT_IN_FOCUS;
use crate::collect::scope::{self, CallerIdentity};
use crate::collect::{Collection, Request};

/// A profile, and whom AWS takes it for; or why it leads nowhere.
struct Entry<'a> {
    profile: &'a Profile,
    caller: Result<CallerIdentity, Gap>,
}

impl Entry<'_> {
    /// The account, from AWS or else as the configuration has it.
    fn account(&self) -> Option<&str> {
        let known = self.caller.as_ref().ok().and_then(|caller| caller.account.as_deref());
        known.or(self.profile.account.as_deref())
    }
}

/// An account, and the profiles that lead to it: the one that is used first.
struct Way<'a> {
    used: Entry<'a>,
    others: Vec<Entry<'a>>,
    /// Why it is not read.
    skipped: Option<&'static str>,
}

/// Reads the account of every profile, so many at a time, by id.
///
/// # Errors
/// When the regions that are asked for are none, or every account is left out. A profile that leads nowhere
/// is an account that nobody got into.
pub(super) async fn read(run: &Collection<'_>) -> Result<Vec<Account>, AccessError> {
    let mut ways = by_account(identify_all(run).await?);
    leave_out(run.request, &mut ways);
    if ways.iter().all(|way| way.skipped.is_some()) {
        return Err(AccessError::Usage("no account is left to scan".to_owned()));
    }
    let at_a_time = run.accounts_at_a_time().min(ways.len());
    let mut accounts = Vec::with_capacity(ways.len());
    let mut waiting = ways.iter();
    let mut under_way = FuturesUnordered::new();
    loop {
        while under_way.len() < at_a_time
            && let Some(way) = waiting.next()
        {
            under_way.push(Box::pin(enter(run, way, at_a_time)));
        }
        match under_way.next().await {
            Some(account) => accounts.push(account),
            None => break,
        }
    }
    Ok(each_once(accounts))
}

/// Asks AWS of every profile whom it takes it for; in the order of the profiles.
async fn identify_all<'a>(run: &Collection<'a>) -> Result<Vec<Entry<'a>>, AccessError> {
    let profiles = run.session.profiles();
    let at_a_time = run.accounts_at_a_time().min(profiles.len()).max(1);
    let mut entries = Vec::with_capacity(profiles.len());
    let mut waiting = profiles.iter();
    let mut under_way = FuturesOrdered::new();
    loop {
        while under_way.len() < at_a_time
            && let Some(profile) = waiting.next()
        {
            under_way.push_back(Box::pin(identify(run, profile, at_a_time)));
        }
        match under_way.next().await {
            Some(entry) => entries.push(entry?),
            None => return Ok(entries),
        }
    }
}

/// Says of accounts that are not to be read why that is.
fn leave_out(request: &Request, ways: &mut [Way<'_>]) {
    let focused = request.focus.as_ref().and_then(Focus::accounts);
    let inside = |way: &Way| {
        let own = |id| focused.as_ref().is_some_and(|own| own.contains(id));
        way.used.account().is_some_and(own)
    };
    let any_inside = ways.iter().any(inside);
    for way in ways {
        if way.used.account().is_some_and(|id| request.accounts.exclude.contains(id)) {
            way.skipped = Some("excluded by --exclude-account");
        } else if any_inside && !inside(way) {
            way.skipped = Some(NOT_IN_FOCUS);
        }
    }
}

/// The accounts by id. Where AWS would not say who is asking, only the load balancers tell whose account it
/// was that two profiles have read.
fn each_once(mut accounts: Vec<Account>) -> Vec<Account> {
    accounts.sort_by(|a, b| (&a.id, &a.name).cmp(&(&b.id, &b.name)));
    accounts.dedup_by(|again, kept| {
        let entered = again.access.gap().or(kept.access.gap()).is_none();
        let same = !again.id.is_empty() && again.id == kept.id && entered;
        if same {
            kept.notes.push(same_account(again.name.as_deref().unwrap_or_default(), kept));
        }
        same
    });
    accounts
}

/// Asks AWS whom it takes a profile for.
async fn identify<'a>(
    run: &Collection<'_>,
    profile: &'a Profile,
    at_a_time: usize,
) -> Result<Entry<'a>, AccessError> {
    let api = role::client_for_account(&run.api, &profile.name, at_a_time);
    let caller = match scope::caller(&profile.config, &api, &run.request.regions).await {
        Ok(caller) => Ok(caller),
        Err(AccessError::Unreachable(said)) => {
            let gap = Gap::new(Call::StsGetCallerIdentity, Reason::NoCredentials);
            Err(gap.of(&format!("profile {}", profile.name)).saying(said))
        }
        Err(error @ AccessError::Usage(_)) => return Err(error),
    };
    Ok(Entry { profile, caller })
}

/// The profiles by the account that they lead to. One that works is used before one that does not, and
/// otherwise the one that was named first.
fn by_account(entries: Vec<Entry<'_>>) -> Vec<Way<'_>> {
    let mut ways: Vec<Way> = Vec::new();
    for entry in entries {
        let known =
            |way: &&mut Way| entry.account().is_some() && way.used.account() == entry.account();
        match ways.iter_mut().find(known) {
            Some(way) if way.used.caller.is_err() && entry.caller.is_ok() => {
                let replaced = std::mem::replace(&mut way.used, entry);
                way.others.push(replaced);
            }
            Some(way) => way.others.push(entry),
            None => ways.push(Way { used: entry, others: Vec::new(), skipped: None }),
        }
    }
    ways
}

/// Reads an account, or says why nobody got into it.
async fn enter(run: &Collection<'_>, way: &Way<'_>, at_a_time: usize) -> Account {
    let account = match way.skipped {
        Some(why) => Account { skipped: Some(why.to_owned()), ..unread(way) },
        None => read_one(run, way, at_a_time).await,
    };
    name(account, way)
}

async fn read_one(run: &Collection<'_>, way: &Way<'_>, at_a_time: usize) -> Account {
    let Entry { profile, caller } = &way.used;
    let known = match caller {
        Ok(known) => known.clone(),
        Err(gap) => return shut(way, gap.clone()),
    };
    let label = known.account.as_deref().unwrap_or(&profile.name);
    let api = role::client_for_account(&run.api, label, at_a_time);
    if let Some(id) = &known.account {
        run.session.remember(id, &profile.config);
    }
    let access = AccountAccess { config: profile.config.clone(), api, known };
    let reading = async {
        let scope = scope::member_regions(&access, &run.request.regions).await;
        AccountReader::new(run, &access).read(scope).await
    };
    catch_panic(reading).await.unwrap_or_else(|| {
        let said = "internal error while reading this account: please report it";
        let gap = Gap::new(Call::StsGetCallerIdentity, Reason::Malformed);
        shut(way, gap.of(&format!("profile {}", profile.name)).saying(said))
    })
}

/// The account that nobody got into.
fn shut(way: &Way, gap: Gap) -> Account {
    Account { access: Fact::Unread(gap), ..unread(way) }
}

/// An account of which nothing is known but what its profile says.
fn unread(way: &Way) -> Account {
    let region = session::region_or_home(&way.used.profile.config);
    Account::new(way.used.account().unwrap_or_default(), region.partition().name)
}

/// The account under its profile's name, with what there is to say of other profiles that lead to it.
fn name(account: Account, way: &Way) -> Account {
    let mut account = Account { name: Some(way.used.profile.name.clone()), ..account };
    for other in &way.others {
        let note = match &other.caller {
            Ok(_) => same_account(&other.profile.name, &account),
            Err(gap) => {
                format!("profile {}, of the same account, does not work: {gap}", other.profile.name)
            }
        };
        account.notes.push(note);
    }
    account
}

fn same_account(other: &str, account: &Account) -> String {
    let used = account.name.as_deref().unwrap_or_default();
    format!("profile {other} leads to the same account as {used}, and was not read again")
}
