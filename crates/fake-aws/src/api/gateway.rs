//! API Gateway, of REST APIs and of HTTP APIs: VPC links and integrations.

use serde_json::{Value, json};

use super::{Context, JsonResult};
use crate::answer::Refusal;
use crate::epoch;
use crate::json::Object;
use crate::model::certificate::EPOCH;
use crate::model::gateway::{HttpApi, HttpVpcLink, Integration, VpcLink};
use crate::page::Paging;

const FIRST: Paging = Paging { size: "limit", token: "position", least: 1, most: 500, default: 25 };
const SECOND: Paging =
    Paging { size: "maxResults", token: "nextToken", least: 1, most: 500, default: 25 };

/// The API of REST APIs.
pub(super) fn first(context: &Context<'_>) -> JsonResult {
    if context.call.action != "GetVpcLinks" {
        return context.unknown();
    }
    let page = context.page(context.region.vpc_links.iter().collect(), FIRST)?;
    let of = |one: &VpcLink| {
        let targets: Vec<String> =
            one.targets.iter().map(|name| context.load_balancer_arn(name)).collect();
        json!({
            "id": one.id,
            "name": one.name,
            "targetArns": targets,
            "status": one.status,
            "statusMessage": "Your vpc link is ready for use",
        })
    };
    let items: Vec<Value> = page.items.into_iter().map(of).collect();
    Ok(Object::default().with("item", items).maybe("position", page.next).done())
}

/// The API of HTTP and WebSocket APIs.
pub(super) fn second(context: &Context<'_>) -> JsonResult {
    match context.call.action.as_str() {
        "GetVpcLinks" => links(context),
        "GetApis" => apis(context),
        "GetIntegrations" => integrations(context),
        _ => context.unknown(),
    }
}

fn answer(items: Vec<Value>, next: Option<String>) -> Value {
    Object::default().with("items", items).maybe("nextToken", next).done()
}

fn links(context: &Context<'_>) -> JsonResult {
    let page = context.page(context.region.http_vpc_links.iter().collect(), SECOND)?;
    let of = |one: &HttpVpcLink| {
        json!({
            "createdDate": epoch::iso(EPOCH),
            "name": one.name,
            "securityGroupIds": one.security_groups,
            "subnetIds": one.subnets,
            "vpcLinkId": one.id,
            "vpcLinkStatus": one.status,
            "vpcLinkVersion": "V2",
        })
    };
    Ok(answer(page.items.into_iter().map(of).collect(), page.next))
}

fn apis(context: &Context<'_>) -> JsonResult {
    let page = context.page(context.region.http_apis.iter().collect(), SECOND)?;
    let (region, suffix) = (&context.call.region, context.place.dns_suffix());
    let of = |one: &HttpApi| {
        json!({
            "apiEndpoint": format!("https://{}.execute-api.{region}.{suffix}", one.id),
            "apiId": one.id,
            "createdDate": epoch::iso(EPOCH),
            "disableExecuteApiEndpoint": false,
            "name": one.name,
            "protocolType": one.protocol,
            "routeSelectionExpression": "$request.method $request.path",
        })
    };
    Ok(answer(page.items.into_iter().map(of).collect(), page.next))
}

fn integrations(context: &Context<'_>) -> JsonResult {
    let wanted = context.call.get("apiId").unwrap_or_default();
    let known = context.region.http_apis.iter().find(|one| one.id == wanted);
    let one = known.ok_or_else(|| {
        let message = format!("Invalid API identifier specified {}:{wanted}", context.account.id);
        Refusal::with_status(404, "NotFoundException", message)
    })?;
    let page = context.page(one.integrations.iter().collect(), SECOND)?;
    let of = |one: &Integration| {
        let tls = one.server_name.as_ref().map(|name| json!({"serverNameToVerify": name}));
        let link = one.vpc_link.as_deref();
        Object::default()
            .maybe("connectionId", link)
            .with("connectionType", if link.is_some() { "VPC_LINK" } else { "INTERNET" })
            .with("integrationId", one.id.as_str())
            .with("integrationMethod", "ANY")
            .with("integrationType", one.kind.as_str())
            .with("integrationUri", one.uri.as_str())
            .with("payloadFormatVersion", "1.0")
            .with("timeoutInMillis", 30_000)
            .maybe("tlsConfig", tls)
            .done()
    };
    Ok(answer(page.items.into_iter().map(of).collect(), page.next))
}
