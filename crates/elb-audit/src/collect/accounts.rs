//! Several accounts: which ones, a way into each, and all of them side by side.

use std::collections::{BTreeMap, BTreeSet};

use elb_audit_core::inventory::Account;
use elb_audit_core::policy::focus::Focus;
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Gap, Reason};
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;

use crate::aws::api::ApiClient;
use crate::aws::endpoint::{self, Partition};
use crate::aws::region::RegionName;
use crate::aws::role::{self, Role, RoleAssumer, RoleTerms};
use crate::aws::{AccessError, query};
use crate::collect::Collection;
use crate::collect::account::{AccountAccess, AccountReader, catch_panic};
use crate::collect::authority::{self, RoleUse};
use crate::collect::organization::{self, Listed};
use crate::collect::scope::{self, CallerIdentity};

/// Why an account is left out that holds none of the load balancers that are judged.
pub(crate) const NOT_IN_FOCUS: &str = "holds none of --load-balancer";

/// States in which nobody gets into an account. Whatever else AWS may say one day is tried.
/// Source: API reference, `Account` of AWS Organizations.
const CLOSED: [&str; 4] = ["PENDING_ACTIVATION", "SUSPENDED", "PENDING_CLOSURE", "CLOSED"];

/// Which accounts are read, and how to get into them.
#[derive(Clone, Debug)]
pub struct AccountSelection {
    /// Accounts that are named one by one; without any, and without organization, the caller's own.
    pub members: Vec<Member>,
    /// What the user calls accounts, by id; it is shown rather than the organization's name.
    pub names: BTreeMap<String, String>,
    /// The caller's organization.
    pub organization: Option<Organization>,
    /// Ids of accounts that are left out.
    pub exclude: BTreeSet<String>,
    /// The role in each account that is known by its id alone.
    pub role_name: String,
    /// The external id that the roles ask for.
    pub external_id: Option<String>,
    /// The name of the sessions.
    pub session_name: String,
    /// Accounts read at the same time.
    pub concurrency: usize,
}

impl Default for AccountSelection {
    /// The caller's own account.
    fn default() -> Self {
        AccountSelection {
            members: Vec::new(),
            names: BTreeMap::new(),
            organization: None,
            exclude: BTreeSet::new(),
            role_name: elb_audit_core::check::plan::READER.to_owned(),
            external_id: None,
            session_name: "elb-audit".to_owned(),
            concurrency: 20,
        }
    }
}

impl AccountSelection {
    /// Whether other accounts than the caller's own are asked for.
    #[must_use]
    pub fn several(&self) -> bool {
        self.organization.is_some() || !self.members.is_empty()
    }
}

/// An account that is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Member {
    /// Its twelve digits: the role has the usual name.
    Id(String),
    /// A role in it.
    Role(Role),
}

impl Member {
    /// Its twelve digits.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Member::Id(id) => id,
            Member::Role(role) => role.account(),
        }
    }
}

/// Which accounts of an organization.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Organization {
    /// Ids of organizational units and roots: what is in them and below; empty: the whole organization.
    pub units: Vec<String>,
}

/// An account that is to be read, or left out.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) id: String,
    pub(crate) partition: &'static Partition,
    pub(crate) name: Option<String>,
    pub(crate) unit: Fact<Option<String>>,
    /// None: with the caller's own credentials.
    pub(crate) role: Option<Role>,
    /// Why it is left out.
    pub(crate) skipped: Option<String>,
}

impl Target {
    /// The account with nothing read in it.
    pub(crate) fn unread(&self) -> Account {
        let account = Account::new(&self.id, self.partition.name);
        self.label(account)
    }

    /// The account that nobody got into.
    pub(crate) fn inaccessible(&self, gap: Gap) -> Account {
        Account { access: Fact::Unread(gap), ..self.unread() }
    }

    /// The account under its name.
    pub(crate) fn label(&self, account: Account) -> Account {
        Account {
            id: self.id.clone(),
            name: self.name.clone(),
            organizational_unit: self.unit.clone(),
            role: self.role.as_ref().map(|role| role.arn().to_owned()),
            skipped: self.skipped.clone(),
            ..account
        }
    }
}

/// The caller, and everything that is needed to get into other accounts.
pub(crate) struct AccountGateway<'a> {
    pub(crate) collection: &'a Collection<'a>,
    pub(crate) own: CallerIdentity,
    assumer: RoleAssumer,
}

impl<'a> AccountGateway<'a> {
    /// Asks who is asking, and will take on roles for this use.
    pub(crate) async fn open(
        collection: &'a Collection<'a>,
        roles: RoleUse,
    ) -> Result<Self, AccessError> {
        let own =
            scope::caller(&collection.config, &collection.api, &collection.request.regions).await?;
        Ok(Self::from_caller(collection, own, roles))
    }

    /// The same for a caller who is known.
    pub(crate) fn from_caller(
        collection: &'a Collection<'a>,
        own: CallerIdentity,
        roles: RoleUse,
    ) -> Self {
        let api = ApiClient { region: own.home.clone(), ..collection.api.clone() };
        let accounts = &collection.request.accounts;
        let terms = RoleTerms {
            external_id: accounts.external_id.clone(),
            session_name: accounts.session_name.clone(),
            session_policy: roles.session_policy(collection.request, own.partition.name),
        };
        let assumer = RoleAssumer::new(&collection.config, api, terms);
        AccountGateway { collection, own, assumer }
    }

    /// Gets into an account, one of so many at a time; into no other than this one.
    pub(crate) async fn enter(&self, target: &Target, at_a_time: usize) -> Fact<AccountAccess> {
        let api = role::client_for_account(&self.collection.api, &target.id, at_a_time);
        let known = CallerIdentity { account: Some(target.id.clone()), ..self.own.clone() };
        let Some(role) = &target.role else {
            return Fact::Known(AccountAccess {
                config: self.collection.config.clone(),
                api,
                known,
            });
        };
        if let Some(gap) = authority::other_account(role, &target.id) {
            return Fact::Unread(gap);
        }
        self.assumer.assume(role).await.map(|taken| {
            let config = role::config_for_role(&self.collection.config, &taken);
            self.collection.session.remember(&target.id, &config);
            AccountAccess {
                config,
                api,
                known: CallerIdentity { caller: Fact::Known(taken.caller), ..known },
            }
        })
    }

    /// Every account that is asked for, by id, those that are left out among them.
    pub(crate) async fn targets(&self) -> Result<Vec<Target>, AccessError> {
        let accounts = &self.collection.request.accounts;
        let mut targets: BTreeMap<String, Target> = BTreeMap::new();
        if !accounts.several() {
            let id = self.own.account.clone().unwrap_or_default();
            targets.insert(id.clone(), self.target(&id, None));
        }
        if let Some(organization) = &accounts.organization {
            for listed in self.listed(organization).await? {
                let mut target = self.target(&listed.id, Some(self.usual_role(&listed.id)));
                let state = listed.state.unwrap_or_default();
                if CLOSED.contains(&state.as_str()) {
                    let state = state.to_lowercase().replace('_', " ");
                    target.skipped = Some(format!("{state} in the organization"));
                }
                (target.name, target.unit) = (listed.name.or(target.name), listed.unit);
                targets.insert(listed.id, target);
            }
        }
        for member in &accounts.members {
            let id = member.id();
            let usual = || self.target(id, Some(self.usual_role(id)));
            let target = targets.entry(id.to_owned()).or_insert_with(usual);
            // A role that is given by its ARN is assumed in the caller's own account, too.
            if let Member::Role(role) = member {
                target.role = Some(self.own_partition(role)?);
            }
        }
        for (id, name) in &accounts.names {
            if let Some(target) = targets.get_mut(id) {
                target.name = Some(name.clone());
            }
        }
        for id in &accounts.exclude {
            if let Some(target) = targets.get_mut(id) {
                target.skipped = Some("excluded by --exclude-account".to_owned());
            }
        }
        let focus = self.collection.request.focus.as_ref();
        if let Some(own) = focus.and_then(Focus::accounts)
            && own.iter().any(|id| targets.contains_key(*id))
        {
            for target in targets.values_mut().filter(|target| !own.contains(&*target.id)) {
                target.skipped.get_or_insert_with(|| NOT_IN_FOCUS.to_owned());
            }
        }
        if targets.values().all(|target| target.skipped.is_some()) {
            return Err(AccessError::Usage("no account is left to scan".to_owned()));
        }
        Ok(targets.into_values().collect())
    }

    /// An account of which nothing is known but how to get in.
    fn target(&self, id: &str, role: Option<Role>) -> Target {
        let own = self.own.account.as_deref() == Some(id);
        let role = role.filter(|_| !own);
        let profile = self.collection.request.profiles.only().filter(|_| own);
        Target {
            id: id.to_owned(),
            partition: self.own.partition,
            name: profile.map(str::to_owned),
            unit: Fact::Known(None),
            role,
            skipped: None,
        }
    }

    fn usual_role(&self, id: &str) -> Role {
        Role::named(self.own.partition.name, id, &self.collection.request.accounts.role_name)
    }

    /// Refuses a role of another partition: these credentials are nothing there.
    fn own_partition(&self, role: &Role) -> Result<Role, AccessError> {
        let own = self.own.partition.name;
        if role.partition() == own {
            return Ok(role.clone());
        }
        Err(AccessError::Usage(format!(
            "{} is in partition {}, and the credentials are of partition {own}",
            role.arn(),
            role.partition()
        )))
    }

    /// The accounts of the organization.
    async fn listed(&self, organization: &Organization) -> Result<Vec<Listed>, AccessError> {
        let call = Call::OrganizationsListAccounts;
        let service = &query::ORGANIZATIONS;
        let Some(home) = endpoint::home(service.name, self.own.partition) else {
            let partition = self.own.partition.name;
            return Err(AccessError::Usage(format!("partition {partition} has no organizations")));
        };
        let region = RegionName::of_table(home, self.own.partition);
        let api = ApiClient { region, ..self.collection.api.clone() };
        let client = query::Client::new(service, &self.collection.config, &api, call);
        let reader = organization::Reader { api: &api, client: &client };
        reader.accounts(&organization.units).await.map_err(|gap| unlisted(&gap))
    }
}

/// Why the organization's accounts are not known. Which of them would be missed cannot be told, so there
/// is no scan.
fn unlisted(gap: &Gap) -> AccessError {
    let (call, action) = (gap.call, gap.call.action());
    let said = gap.to_string();
    if gap.reason == Reason::NotFound {
        let unit = gap.resource.as_deref().unwrap_or_default();
        return AccessError::Usage(format!("unknown organizational unit `{unit}` ({said})"));
    }
    let advice = match gap.reason {
        Reason::AccessDenied => format!(
            ": run in the management account or a delegated administrator's, and allow {action} \
             (`elb-audit permissions --for organization`)"
        ),
        _ => String::new(),
    };
    AccessError::Unreachable(format!(
        "the accounts of the organization cannot be listed: {call} (IAM action {action}): {said}{advice}"
    ))
}

/// Reads every account, so many at a time, by id.
pub(crate) async fn read(collection: &Collection<'_>) -> Result<Vec<Account>, AccessError> {
    let gateway = AccountGateway::open(collection, RoleUse::ReadAndTell).await?;
    let (left_out, targets): (Vec<Target>, Vec<Target>) =
        gateway.targets().await?.into_iter().partition(|target| target.skipped.is_some());
    let mut accounts: Vec<Account> = left_out.iter().map(Target::unread).collect();
    let at_a_time = collection.accounts_at_a_time().min(targets.len());
    let mut waiting = targets.iter();
    let mut under_way = FuturesUnordered::new();
    loop {
        while under_way.len() < at_a_time
            && let Some(target) = waiting.next()
        {
            under_way.push(Box::pin(read_one(&gateway, target, at_a_time)));
        }
        match under_way.next().await {
            Some(account) => accounts.push(account),
            None => break,
        }
    }
    accounts.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(accounts)
}

async fn read_one(gateway: &AccountGateway<'_>, target: &Target, at_a_time: usize) -> Account {
    let reading = async {
        let access = match gateway.enter(target, at_a_time).await {
            Fact::Known(access) => access,
            Fact::Unread(gap) => return target.inaccessible(gap),
        };
        let scope = scope::member_regions(&access, &gateway.collection.request.regions).await;
        target.label(AccountReader::new(gateway.collection, &access).read(scope).await)
    };
    catch_panic(reading).await.unwrap_or_else(|| {
        let said = "internal error while reading this account: please report it";
        target.inaccessible(Gap::new(Call::StsAssumeRole, Reason::Malformed).saying(said))
    })
}
