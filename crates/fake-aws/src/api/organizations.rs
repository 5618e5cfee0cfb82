//! Organizations: accounts, and the units they are in.

use serde_json::{Value, json};

use super::{Context, JsonResult};
use crate::answer::Refusal;
use crate::json::Object;
use crate::model::certificate::EPOCH;
use crate::model::organization::{Organization, OrganizationMember, OrganizationalUnit, ROOT};
use crate::page::{Page, Paging};

const PAGING: Paging =
    Paging { size: "MaxResults", token: "NextToken", least: 1, most: 20, default: 20 };
/// The id of every organization here.
const ID: &str = "o-example0000";

pub(super) fn result(context: &Context<'_>) -> JsonResult {
    let Some(organization) = &context.account.organization else {
        return Err(Refusal::new(
            "AWSOrganizationsNotInUseException",
            "Your account is not a member of an organization.",
        ));
    };
    let one = One { context, organization };
    match context.call.action.as_str() {
        "ListAccounts" => one.accounts(organization.members.iter().collect()),
        "ListAccountsForParent" => {
            let parent = one.parent("ParentId")?;
            let members = organization.members.iter().filter(|member| member.parent == parent);
            one.accounts(members.collect())
        }
        "ListOrganizationalUnitsForParent" => one.units(),
        "ListRoots" => one.roots(),
        "DescribeOrganizationalUnit" => one.unit(),
        "ListParents" => one.parents(),
        _ => context.unknown(),
    }
}

/// An organization that is asked.
struct One<'a> {
    context: &'a Context<'a>,
    organization: &'a Organization,
}

impl One<'_> {
    fn page<T>(&self, items: Vec<T>) -> Result<Page<T>, Refusal> {
        let first = self.context.call.get(PAGING.token).is_none();
        if self.organization.begins_empty && first {
            return Ok(self.context.empty_page());
        }
        self.context.page(items, PAGING)
    }

    /// A parameter that names a root or a unit that is there.
    fn parent(&self, name: &str) -> Result<&str, Refusal> {
        let id = self.context.required(name)?;
        if id == ROOT || self.organization.units.iter().any(|unit| unit.id == id) {
            return Ok(id);
        }
        let said = "You specified parent that doesn't exist.";
        Err(Refusal::new("ParentNotFoundException", said))
    }

    /// The ids on the way from the root to a unit or a root; where units are below each other, each once.
    fn way(&self, id: &str) -> Vec<String> {
        let parent = |id: &String| {
            let unit = self.organization.units.iter().find(|unit| unit.id == *id);
            unit.map(|unit| unit.parent.clone())
        };
        let mut way = vec![id.to_owned()];
        while let Some(parent) = way.last().and_then(parent).filter(|above| !way.contains(above)) {
            way.push(parent);
        }
        way.reverse();
        way
    }

    fn arn(&self, what: &str) -> String {
        self.context.place.global_arn("organizations", what)
    }

    fn accounts(&self, members: Vec<&OrganizationMember>) -> JsonResult {
        let page = self.page(members)?;
        let items: Vec<Value> = page.items.into_iter().map(|one| self.account(one)).collect();
        Ok(Object::default().with("Accounts", items).maybe("NextToken", page.next).done())
    }

    fn account(&self, one: &OrganizationMember) -> Value {
        let older = match one.state.as_str() {
            "ACTIVE" | "PENDING_ACTIVATION" => "ACTIVE",
            "PENDING_CLOSURE" => "PENDING_CLOSURE",
            _ => "SUSPENDED",
        };
        let account = Object::default()
            .with("Id", one.id.as_str())
            .with("Arn", self.arn(&format!("account/{ID}/{}", one.id)))
            .with("Email", format!("{}@example.com", one.id))
            .with("Name", one.name.as_str())
            .with("Status", older)
            .with("JoinedMethod", "CREATED")
            .with("JoinedTimestamp", EPOCH);
        if self.organization.is_old {
            return account.done();
        }
        let path = format!("{ID}/{}/{}/", self.way(&one.parent).join("/"), one.id);
        account.with("State", one.state.as_str()).with("Paths", vec![path]).done()
    }

    fn units(&self) -> JsonResult {
        let parent = self.parent("ParentId")?;
        let below = self.organization.units.iter().filter(|unit| unit.parent == parent);
        let page = self.page(below.collect())?;
        let items: Vec<Value> = page.items.into_iter().map(|unit| self.described(unit)).collect();
        let answer = Object::default().with("OrganizationalUnits", items);
        Ok(answer.maybe("NextToken", page.next).done())
    }

    fn described(&self, unit: &OrganizationalUnit) -> Value {
        json!({
            "Id": unit.id,
            "Arn": self.arn(&format!("ou/{ID}/{}", unit.id)),
            "Name": unit.name,
            "Path": format!("{ID}/{}/", self.way(&unit.id).join("/")),
        })
    }

    fn unit(&self) -> JsonResult {
        let id = self.context.required("OrganizationalUnitId")?;
        let unit = self.organization.units.iter().find(|unit| unit.id == id);
        let unit = unit.ok_or_else(|| {
            let said = "You specified an organizational unit that doesn't exist.";
            Refusal::new("OrganizationalUnitNotFoundException", said)
        })?;
        Ok(json!({ "OrganizationalUnit": self.described(unit) }))
    }

    fn parents(&self) -> JsonResult {
        let id = self.context.required("ChildId")?;
        let units = self.organization.units.iter().map(|unit| (&unit.id, &unit.parent));
        let members = self.organization.members.iter().map(|member| (&member.id, &member.parent));
        let parent = units.chain(members).find(|(child, _)| *child == id);
        let (_, parent) = parent.ok_or_else(|| {
            Refusal::new("ChildNotFoundException", "You specified a child that doesn't exist.")
        })?;
        let kind = if parent == ROOT { "ROOT" } else { "ORGANIZATIONAL_UNIT" };
        Ok(json!({ "Parents": [{ "Id": parent, "Type": kind }] }))
    }

    fn roots(&self) -> JsonResult {
        let root = json!({
            "Id": ROOT,
            "Arn": self.arn(&format!("root/{ID}/{ROOT}")),
            "Name": "Root",
            "PolicyTypes": [],
        });
        let page = self.page(vec![root])?;
        Ok(Object::default().with("Roots", page.items).maybe("NextToken", page.next).done())
    }
}
