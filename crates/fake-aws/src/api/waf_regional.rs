//! The first WAF: its web ACLs and what they protect.

use serde_json::{Value, json};

use super::{Context, JsonResult};
use crate::answer::Refusal;
use crate::json::Object;
use crate::model::arn::uuid;
use crate::model::waf::ClassicWebAcl;
use crate::page::Paging;

const PAGING: Paging =
    Paging { size: "Limit", token: "NextMarker", least: 0, most: 100, default: 100 };

pub(super) fn result(context: &Context<'_>) -> JsonResult {
    match context.call.action.as_str() {
        "ListWebACLs" => list(context),
        "ListResourcesForWebACL" => resources(context),
        _ => context.unknown(),
    }
}

fn id(one: &ClassicWebAcl) -> String {
    uuid(&["classic webacl", &one.name])
}

fn list(context: &Context<'_>) -> JsonResult {
    let page = context.page(context.region.classic_web_acls.iter().collect(), PAGING)?;
    let of = |one: &ClassicWebAcl| json!({"WebACLId": id(one), "Name": one.name});
    let items: Vec<Value> = page.items.into_iter().map(of).collect();
    Ok(Object::default().with("WebACLs", items).maybe("NextMarker", page.next).done())
}

fn resources(context: &Context<'_>) -> JsonResult {
    let wanted = context.required("WebACLId")?;
    let all = &context.region.classic_web_acls;
    let one = all.iter().find(|one| id(one) == wanted).ok_or_else(|| {
        Refusal::new("WAFNonexistentItemException", "The referenced item does not exist.")
    })?;
    let asked = context.call.get("ResourceType").unwrap_or("APPLICATION_LOAD_BALANCER");
    let arns = one.resources.iter().map(|name| context.load_balancer_arn(name));
    let of_kind =
        |arn: &String| arn.contains(":loadbalancer/app/") == (asked == "APPLICATION_LOAD_BALANCER");
    Ok(json!({"ResourceArns": arns.filter(of_kind).collect::<Vec<_>>()}))
}
