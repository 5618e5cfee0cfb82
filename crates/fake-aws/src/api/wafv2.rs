//! WAF: web ACLs with their rules and logs, and the load balancers that they protect.

mod associations;
mod rules;

use serde_json::{Value, json};

use super::{Context, JsonResult};
use crate::answer::Refusal;
use crate::json::Object;
use crate::model::arn::uuid;
use crate::model::waf::{WafLogging, WebAcl};
use crate::page::Paging;

const PAGING: Paging =
    Paging { size: "Limit", token: "NextMarker", least: 1, most: 100, default: 100 };

pub(super) fn result(context: &Context<'_>) -> JsonResult {
    match context.call.action.as_str() {
        "ListWebACLs" => list(context),
        "ListResourcesForWebACL" => resources(context),
        "GetWebACL" => rules::web_acl_named(context),
        "GetRuleGroup" => rules::rule_group(context),
        "ListLoggingConfigurations" => logging(context),
        "GetWebACLForResource" => of_resource(context),
        "AssociateWebACL" => associations::associate(context),
        "DisassociateWebACL" => associations::disassociate(context),
        _ => context.unknown(),
    }
}

fn id(one: &WebAcl) -> String {
    uuid(&["webacl", &one.name])
}

fn arn(context: &Context<'_>, one: &WebAcl) -> String {
    context.place.web_acl(&one.scope, &one.name)
}

/// A scope as AWS names it.
fn scope(of: &str) -> &'static str {
    if of == "CLOUDFRONT" { "CLOUDFRONT" } else { "REGIONAL" }
}

fn list(context: &Context<'_>) -> JsonResult {
    let wanted = asked_scope(context)?;
    let all = context.region.web_acls.iter().filter(|one| scope(&one.scope) == wanted).collect();
    let page = context.page_with_token(all, PAGING)?;
    let of = |one: &WebAcl| {
        json!({
            "Name": one.name,
            "Id": id(one),
            "Description": "",
            "LockToken": uuid(&["lock", &one.name]),
            "ARN": arn(context, one),
        })
    };
    let items: Vec<Value> = page.items.into_iter().map(of).collect();
    Ok(Object::default().with("WebACLs", items).maybe("NextMarker", page.next).done())
}

/// The scope that a call is about; `CloudFront`'s is known in one region only.
fn asked_scope<'a>(context: &Context<'a>) -> Result<&'a str, Refusal> {
    let wanted = context.call.get("Scope").unwrap_or_default();
    let away = wanted == "CLOUDFRONT" && context.call.region != "us-east-1";
    if away || !matches!(wanted, "CLOUDFRONT" | "REGIONAL") {
        let message = "Error reason: The scope is not valid., field: SCOPE_VALUE";
        return Err(Refusal::invalid(context.call.family, message));
    }
    Ok(wanted)
}

fn logging(context: &Context<'_>) -> JsonResult {
    let wanted = asked_scope(context)?;
    let log_scope = context.call.get("LogScope").unwrap_or("CUSTOMER");
    let all = context.region.web_acls.iter().filter(|one| scope(&one.scope) == wanted);
    let all = all.flat_map(|one| one.logging.iter().map(move |logging| (one, logging)));
    let all = all.filter(|(_, one)| one.log_scope == log_scope).collect();
    let page = context.page_with_token(all, PAGING)?;
    let of = |(acl, one): (&WebAcl, &WafLogging)| {
        let redacted: Vec<Value> =
            one.redacted.iter().map(|name| json!({"SingleHeader": {"Name": name}})).collect();
        Object::default()
            .with("ResourceArn", arn(context, acl))
            .with("LogDestinationConfigs", one.destinations.clone())
            .maybe("RedactedFields", (!redacted.is_empty()).then_some(redacted))
            .with("ManagedByFirewallManager", one.by_firewall_manager)
            .maybe("LoggingFilter", one.filter.clone())
            .with("LogType", "WAF_LOGS")
            .with("LogScope", one.log_scope.as_str())
            .done()
    };
    let items: Vec<Value> = page.items.into_iter().map(of).collect();
    Ok(Object::default().with("LoggingConfigurations", items).maybe("NextMarker", page.next).done())
}

fn resources(context: &Context<'_>) -> JsonResult {
    let wanted = context.required("WebACLArn")?;
    let one = context
        .region
        .web_acls
        .iter()
        .find(|one| arn(context, one) == wanted)
        .ok_or_else(missing)?;
    let asked = context.call.get("ResourceType").unwrap_or("APPLICATION_LOAD_BALANCER");
    let arns: Vec<String> =
        one.resources.iter().map(|name| context.load_balancer_arn(name)).collect();
    let of_kind = |arn: &&String| {
        arn.contains(":loadbalancer/app/") == (asked == "APPLICATION_LOAD_BALANCER")
    };
    Ok(json!({"ResourceArns": arns.iter().filter(of_kind).collect::<Vec<_>>()}))
}

fn of_resource(context: &Context<'_>) -> JsonResult {
    let wanted = context.required("ResourceArn")?;
    let known = |arn: &str| {
        let mut all = context.region.load_balancers.iter();
        all.any(|one| context.place.load_balancer(&one.kind, &one.name) == arn)
    };
    if !wanted.contains(":loadbalancer/app/") {
        return Err(Refusal::new(
            "WAFInvalidParameterException",
            "Error reason: The ARN isn't valid.",
        ));
    }
    if !known(wanted) {
        return Err(missing());
    }
    let protects =
        |one: &&WebAcl| one.resources.iter().any(|name| context.load_balancer_arn(name) == wanted);
    let found = context.region.web_acls.iter().find(protects);
    Ok(Object::default().maybe("WebACL", found.map(|one| rules::web_acl(context, one))).done())
}

fn missing() -> Refusal {
    let message = "AWS WAF couldn't perform the operation because your resource doesn't exist.";
    Refusal::new("WAFNonexistentItemException", message)
}
