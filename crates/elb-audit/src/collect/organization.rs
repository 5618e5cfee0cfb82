//! AWS Organizations: which accounts there are, and in which organizational units.

use std::collections::{BTreeMap, BTreeSet};

use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Gap, Reason};
use futures::future::join_all;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::aws::api::ApiClient;
use crate::aws::bounds::UNITS;
use crate::aws::query::Client;
use crate::aws::strict;

/// Units above each other, of which AWS allows five.
const DEEPEST: usize = 100;

/// An account as the organization knows it.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    /// `ACTIVE`, `SUSPENDED` … where AWS tells it.
    pub(crate) state: Option<String>,
    /// Names of its units from the root.
    pub(crate) unit: Fact<Option<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AccountsAnswer {
    accounts: Option<Vec<AccountJson>>,
    next_token: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AccountJson {
    #[serde(deserialize_with = "strict::account_number")]
    id: String,
    name: Option<String>,
    /// What AWS keeps up to date: `Status` is the older member, and on its way out.
    state: Option<String>,
    status: Option<String>,
    /// `o-…/r-…/ou-…/111122223333/`, where AWS tells it.
    paths: Option<Vec<String>>,
}

impl AccountJson {
    /// The unit or root that it is right in, where AWS tells it.
    fn parent(&self) -> Option<&str> {
        let path = self.paths.as_ref()?.first()?;
        path.split('/').rfind(|part| part.starts_with("ou-") || part.starts_with("r-"))
    }

    fn listed(self, unit: Fact<Option<String>>) -> Listed {
        Listed { id: self.id, name: self.name, state: self.state.or(self.status), unit }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UnitsAnswer {
    organizational_units: Option<Vec<UnitJson>>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RootsAnswer {
    roots: Option<Vec<UnitJson>>,
    next_token: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UnitJson {
    id: String,
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UnitAnswer {
    organizational_unit: UnitJson,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ParentsAnswer {
    parents: Option<Vec<ParentJson>>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ParentJson {
    id: String,
}

/// Roots and units by id, each with the names on the way to it.
type Tree = BTreeMap<String, Fact<String>>;

/// Asks the organization.
pub(crate) struct Reader<'a> {
    pub(crate) api: &'a ApiClient,
    pub(crate) client: &'a Client,
}

impl Reader<'_> {
    /// Every account of the organization, or those in these units and below; each once.
    pub(crate) async fn accounts(&self, units: &[String]) -> Result<Vec<Listed>, Gap> {
        let mut all = if units.is_empty() { self.all().await? } else { self.within(units).await? };
        all.sort_by(|a, b| a.id.cmp(&b.id));
        all.dedup_by(|a, b| a.id == b.id);
        Ok(all)
    }

    /// All of them. The list is what counts: an account that moves meanwhile is not missed. Names of units
    /// that cannot be read cost no account.
    async fn all(&self) -> Result<Vec<Listed>, Gap> {
        let (accounts, tree) = tokio::join!(self.list(), self.whole_tree());
        let accounts = accounts?;
        let parents = match &tree {
            Ok(tree) if accounts.iter().any(|account| account.parent().is_none()) => {
                self.parents(tree).await
            }
            Ok(_) => Ok(BTreeMap::new()),
            Err(gap) => Err(gap.clone()),
        };
        let unit = |account: &AccountJson| {
            let (tree, parents) = match (&tree, &parents) {
                (Ok(tree), Ok(parents)) => (tree, parents),
                (Err(gap), _) | (_, Err(gap)) => return Fact::Unread(gap.clone()),
            };
            let parent = account.parent().or_else(|| parents.get(&account.id).map(String::as_str));
            match parent.and_then(|parent| tree.get(parent)) {
                Some(path) => path.clone().map(Some),
                None => Fact::Known(None),
            }
        };
        let listed = |account: AccountJson| {
            let unit = unit(&account);
            account.listed(unit)
        };
        Ok(accounts.into_iter().map(listed).collect())
    }

    /// Those in these units and in the units below them.
    async fn within(&self, units: &[String]) -> Result<Vec<Listed>, Gap> {
        let mut starts = Vec::new();
        for unit in units {
            starts.push((unit.clone(), self.path(unit).await));
        }
        let tree = self.tree(starts).await?;
        let members = join_all(tree.keys().map(|unit| self.list_below(unit))).await;
        let mut all = Vec::new();
        for (path, members) in tree.values().zip(members) {
            let unit = path.clone().map(Some);
            all.extend(members?.into_iter().map(|account| account.listed(unit.clone())));
        }
        Ok(all)
    }

    /// Every root and unit.
    async fn whole_tree(&self) -> Result<Tree, Gap> {
        let roots = self.roots().await?;
        let starts = roots.into_iter().map(|root| (root.id, Fact::Known(root.name))).collect();
        self.tree(starts).await
    }

    /// Units with all below them, level by level: a level is asked about at once.
    async fn tree(&self, starts: Vec<(String, Fact<String>)>) -> Result<Tree, Gap> {
        let mut tree = Tree::new();
        let mut level = starts;
        while !level.is_empty() {
            let mut seen = BTreeSet::new();
            level.retain(|(id, _)| !tree.contains_key(id) && seen.insert(id.clone()));
            if tree.len() + level.len() > UNITS {
                let call = Call::OrganizationsListOrganizationalUnitsForParent;
                let said = format!("more than {UNITS} organizational units");
                return Err(self.api.located(Gap::new(call, Reason::Malformed).saying(said), None));
            }
            let below = join_all(level.iter().map(|(id, _)| self.units_below(id))).await;
            let mut next = Vec::new();
            for ((id, path), below) in level.into_iter().zip(below) {
                for unit in below? {
                    let inner = path.clone().map(|path| format!("{path}/{}", unit.name));
                    next.push((unit.id, inner));
                }
                tree.insert(id, path);
            }
            level = next;
        }
        Ok(tree)
    }

    /// The unit or root that each account is right in.
    async fn parents(&self, tree: &Tree) -> Result<BTreeMap<String, String>, Gap> {
        let members = join_all(tree.keys().map(|unit| self.list_below(unit))).await;
        let mut parents = BTreeMap::new();
        for (unit, members) in tree.keys().zip(members) {
            parents.extend(members?.into_iter().map(|account| (account.id, unit.clone())));
        }
        Ok(parents)
    }

    /// The names on the way to a unit that is known by its id alone, asked for from below.
    async fn path(&self, unit: &str) -> Fact<String> {
        let mut names = Vec::new();
        let mut above = BTreeSet::new();
        let mut id = unit.to_owned();
        while id.starts_with("ou-") {
            if !above.insert(id.clone()) || above.len() > DEEPEST {
                let gap = Gap::new(Call::OrganizationsListParents, Reason::Malformed);
                let gap = gap.saying("an organizational unit without a root above it");
                return Fact::Unread(self.api.located(gap, Some(unit)));
            }
            let (name, parent) = tokio::join!(self.name(&id), self.parent(&id));
            match (name, parent) {
                (Ok(name), Ok(parent)) => {
                    names.push(name);
                    id = parent;
                }
                (Err(gap), _) | (_, Err(gap)) => return Fact::Unread(gap),
            }
        }
        if !id.starts_with("r-") {
            let gap = Gap::new(Call::OrganizationsListParents, Reason::Malformed);
            let gap = gap.saying("a parent that is neither root nor unit");
            return Fact::Unread(self.api.located(gap, Some(unit)));
        }
        let roots = match self.roots().await {
            Ok(roots) => roots,
            Err(gap) => return Fact::Unread(gap),
        };
        let root = roots.into_iter().find(|root| root.id == id);
        names.push(root.map_or_else(|| "Root".to_owned(), |root| root.name));
        names.reverse();
        Fact::Known(names.join("/"))
    }

    async fn name(&self, unit: &str) -> Result<String, Gap> {
        let call = Call::OrganizationsDescribeOrganizationalUnit;
        let document = json!({ "OrganizationalUnitId": unit });
        let answer = self.client.json::<UnitAnswer>(call.operation(), &document);
        known(self.api.call(call, Some(unit), answer).await)
            .map(|answer| answer.organizational_unit.name)
    }

    async fn parent(&self, unit: &str) -> Result<String, Gap> {
        let call = Call::OrganizationsListParents;
        let document = json!({ "ChildId": unit });
        // Source: API reference, `ListParents`: a page may be empty and not the last.
        let found = self
            .pages(call, &document, |answer: ParentsAnswer| (answer.parents, answer.next_token));
        found.await?.into_iter().next().map(|parent| parent.id).ok_or_else(|| {
            let gap = Gap::new(call, Reason::Malformed).saying("a unit without parent");
            self.api.located(gap, Some(unit))
        })
    }

    async fn list(&self) -> Result<Vec<AccountJson>, Gap> {
        let call = Call::OrganizationsListAccounts;
        self.pages(call, &json!({}), |answer: AccountsAnswer| (answer.accounts, answer.next_token))
            .await
    }

    async fn list_below(&self, parent: &str) -> Result<Vec<AccountJson>, Gap> {
        let call = Call::OrganizationsListAccountsForParent;
        let document = json!({ "ParentId": parent });
        self.pages(call, &document, |answer: AccountsAnswer| (answer.accounts, answer.next_token))
            .await
    }

    async fn units_below(&self, parent: &str) -> Result<Vec<UnitJson>, Gap> {
        let call = Call::OrganizationsListOrganizationalUnitsForParent;
        let document = json!({ "ParentId": parent });
        let read = |answer: UnitsAnswer| (answer.organizational_units, answer.next_token);
        self.pages(call, &document, read).await
    }

    async fn roots(&self) -> Result<Vec<UnitJson>, Gap> {
        let call = Call::OrganizationsListRoots;
        self.pages(call, &json!({}), |answer: RootsAnswer| (answer.roots, answer.next_token)).await
    }

    /// Every page of a list. AWS sends pages without an item that are not the last: only a page without
    /// token is.
    async fn pages<A, T>(
        &self,
        call: Call,
        request: &Value,
        read: impl Fn(A) -> (Option<Vec<T>>, Option<String>),
    ) -> Result<Vec<T>, Gap>
    where
        A: serde::de::DeserializeOwned + Send,
        T: Send,
    {
        let about = request["ParentId"].as_str().or(request["ChildId"].as_str());
        let read = &read;
        let page = move |token: Option<String>| async move {
            let mut document = request.clone();
            document["MaxResults"] = 20.into();
            if let Some(token) = token {
                document["NextToken"] = token.into();
            }
            let answer = self.client.json::<A>(call.operation(), &document);
            self.api.call(call, about, answer).await.map(read)
        };
        known(self.api.all_pages(call, page).await)
    }
}

fn known<T>(fact: Fact<T>) -> Result<T, Gap> {
    match fact {
        Fact::Known(value) => Ok(value),
        Fact::Unread(gap) => Err(gap),
    }
}
