//! WAF: web ACLs and the load balancers that they protect.

use serde_json::{Value, json};

use super::{Context, JsonResult};
use crate::answer::Refusal;
use crate::json::Object;
use crate::model::arn::uuid;
use crate::model::waf::WebAcl;
use crate::page::Paging;

const PAGING: Paging =
    Paging { size: "Limit", token: "NextMarker", least: 1, most: 100, default: 100 };

pub(super) fn result(context: &Context<'_>) -> JsonResult {
    match context.call.action.as_str() {
        "ListWebACLs" => list(context),
        "ListResourcesForWebACL" => resources(context),
        "GetWebACLForResource" => of_resource(context),
        _ => context.unknown(),
    }
}

fn id(one: &WebAcl) -> String {
    uuid(&["webacl", &one.name])
}

fn arn(context: &Context<'_>, one: &WebAcl) -> String {
    context.place.arn("wafv2", &format!("regional/webacl/{}/{}", one.name, id(one)))
}

fn list(context: &Context<'_>) -> JsonResult {
    let regional = context.required("Scope")? == "REGIONAL";
    let all = context.region.web_acls.iter().filter(|_| regional).collect();
    let page = context.page(all, PAGING)?;
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
    Ok(Object::default().maybe("WebACL", found.map(|one| web_acl(context, one))).done())
}

fn web_acl(context: &Context<'_>, one: &WebAcl) -> Value {
    json!({
        "Name": one.name,
        "Id": id(one),
        "ARN": arn(context, one),
        "DefaultAction": {"Allow": {}},
        "Description": "",
        "Rules": [],
        "VisibilityConfig": {
            "SampledRequestsEnabled": true,
            "CloudWatchMetricsEnabled": true,
            "MetricName": one.name,
        },
        "Capacity": 0,
        "ManagedByFirewallManager": false,
        "LabelNamespace": format!("awswaf:{}:webacl:{}:", context.account.id, one.name),
    })
}

fn missing() -> Refusal {
    let message = "AWS WAF couldn't perform the operation because your resource doesn't exist.";
    Refusal::new("WAFNonexistentItemException", message)
}
