//! `GetWebACL` and `GetRuleGroup`: rules on the wire.

use serde_json::{Map, Value, json};

use super::super::{Context, JsonResult};
use super::{arn, id, missing, scope};
use crate::answer::Refusal;
use crate::json::Object;
use crate::model::arn::uuid;
use crate::model::waf::{RuleGroup, WafRule, WebAcl};

/// What a call names one thing by.
enum Named<'a> {
    Arn(&'a str),
    Parts { name: &'a str, id: &'a str, scope: &'a str },
}

impl<'a> Named<'a> {
    fn read(context: &Context<'a>) -> Result<Self, Refusal> {
        let of = |name: &str| context.call.get(name);
        match (of("ARN"), of("Name"), of("Id"), of("Scope")) {
            (Some(arn), ..) => Ok(Self::Arn(arn)),
            (_, Some(name), Some(id), Some(scope)) => Ok(Self::Parts { name, id, scope }),
            _ => Err(Refusal::invalid(
                context.call.family,
                "Error reason: You must name the resource by its ARN, or by name, id and scope.",
            )),
        }
    }

    fn is(&self, one_arn: &str, (one_name, one_id, one_scope): (&str, &str, &str)) -> bool {
        match self {
            Self::Arn(arn) => *arn == one_arn,
            Self::Parts { name, id, scope } => {
                *name == one_name && *id == one_id && *scope == one_scope
            }
        }
    }
}

pub(super) fn web_acl_named(context: &Context<'_>) -> JsonResult {
    let named = Named::read(context)?;
    let is = |one: &&WebAcl| named.is(&arn(context, one), (&one.name, &id(one), scope(&one.scope)));
    let one = context.region.web_acls.iter().find(is).ok_or_else(missing)?;
    Ok(json!({"WebACL": web_acl(context, one), "LockToken": uuid(&["lock", &one.name])}))
}

/// A web ACL in full.
pub(super) fn web_acl(context: &Context<'_>, one: &WebAcl) -> Value {
    let default = if one.default_action == "Block" { "Block" } else { "Allow" };
    let reputation = one.low_reputation.as_ref().map(|mode| json!({"ALBLowReputationMode": mode}));
    let label = format!("awswaf:{}:webacl:{}:", context.account.id, one.name);
    Object::default()
        .with("Name", one.name.as_str())
        .with("Id", id(one))
        .with("ARN", arn(context, one))
        .with("DefaultAction", json!({default: {}}))
        .with("Description", "")
        .with("Rules", rules(context, &one.rules))
        .with("VisibilityConfig", visibility(&one.name, true))
        .with("Capacity", one.rules.len() * 10)
        .with("PreProcessFirewallManagerRuleGroups", managed(context, &one.first))
        .with("PostProcessFirewallManagerRuleGroups", managed(context, &one.last))
        .with("ManagedByFirewallManager", one.by_firewall_manager)
        .with("LabelNamespace", label)
        .maybe("OnSourceDDoSProtectionConfig", reputation)
        .maybe("AssociationConfig", association(one))
        .done()
}

fn association(one: &WebAcl) -> Option<Value> {
    let limit = |(resource, limit): &(String, String)| {
        (resource.clone(), json!({"DefaultSizeInspectionLimit": limit}))
    };
    let limits: Map<String, Value> = one.body_limits.iter().map(limit).collect();
    (!limits.is_empty()).then(|| json!({"RequestBody": limits}))
}

pub(super) fn rule_group(context: &Context<'_>) -> JsonResult {
    let named = Named::read(context)?;
    let own_id = |one: &RuleGroup| uuid(&["rulegroup", &one.name]);
    let is = |one: &&RuleGroup| {
        named.is(&group_arn(context, one), (&one.name, &own_id(one), scope(&one.scope)))
    };
    let one = context.region.rule_groups.iter().find(is).ok_or_else(missing)?;
    let group = json!({
        "Name": one.name,
        "Id": own_id(one),
        "Capacity": one.capacity,
        "ARN": group_arn(context, one),
        "Rules": rules(context, &one.rules),
        "VisibilityConfig": visibility(&one.name, true),
        "LabelNamespace": format!("awswaf:{}:rulegroup:{}:", context.account.id, one.name),
    });
    Ok(json!({"RuleGroup": group, "LockToken": uuid(&["lock", &one.name])}))
}

fn group_arn(context: &Context<'_>, one: &RuleGroup) -> String {
    context.place.rule_group(&one.scope, &one.name)
}

fn rules(context: &Context<'_>, rules: &[WafRule]) -> Vec<Value> {
    let of = |one: &WafRule| {
        Object::default()
            .with("Name", one.name.as_str())
            .with("Priority", one.priority)
            .with("Statement", statement(context, one))
            .maybe("Action", one.action.as_deref().map(named_empty))
            .maybe("OverrideAction", one.override_action.as_deref().map(named_empty))
            .with("VisibilityConfig", visibility(&one.name, one.visible))
            .done()
    };
    rules.iter().map(of).collect()
}

/// Rules of Firewall Manager's, which are all references to groups.
fn managed(context: &Context<'_>, rules: &[WafRule]) -> Vec<Value> {
    let of = |one: &WafRule| {
        json!({
            "Name": one.name,
            "Priority": one.priority,
            "FirewallManagerStatement": statement(context, one),
            "OverrideAction": named_empty(one.override_action.as_deref().unwrap_or("None")),
            "VisibilityConfig": visibility(&one.name, one.visible),
        })
    };
    rules.iter().map(of).collect()
}

fn statement(context: &Context<'_>, one: &WafRule) -> Value {
    let Some(group) = &one.group else {
        return one.statement.clone();
    };
    let known = context.region.rule_groups.iter().find(|known| known.name == *group);
    let scope = known.map_or("REGIONAL", |known| known.scope.as_str());
    json!({"RuleGroupReferenceStatement": {"ARN": context.place.rule_group(scope, group)}})
}

/// An action, which is an object with one member named after it.
fn named_empty(name: &str) -> Value {
    Value::Object(Map::from_iter([(name.to_owned(), json!({}))]))
}

fn visibility(name: &str, visible: bool) -> Value {
    json!({
        "SampledRequestsEnabled": visible,
        "CloudWatchMetricsEnabled": visible,
        "MetricName": name,
    })
}
