//! `CloudWatch` Logs: vended log deliveries.

use serde_json::{Value, json};

use super::{Context, JsonResult};
use crate::json::Object;
use crate::model::delivery::{Delivery, DeliveryDestination, DeliverySource};
use crate::page::Paging;

const PAGING: Paging =
    Paging { size: "limit", token: "nextToken", least: 1, most: 50, default: 50 };

pub(super) fn result(context: &Context<'_>) -> JsonResult {
    match context.call.action.as_str() {
        "DescribeDeliverySources" => sources(context),
        "DescribeDeliveries" => deliveries(context),
        "DescribeDeliveryDestinations" => destinations(context),
        _ => context.unknown(),
    }
}

fn answer(name: &str, items: Vec<Value>, next: Option<String>) -> Value {
    Object::default().with(name, items).maybe("nextToken", next).done()
}

fn arns(context: &Context<'_>, one: &DeliverySource) -> Vec<String> {
    one.resources.iter().map(|name| context.load_balancer_arn(name)).collect()
}

fn sources(context: &Context<'_>) -> JsonResult {
    let wanted = context.call.list("resourceArns");
    let fits = |one: &&DeliverySource| {
        wanted.is_empty() || arns(context, one).iter().any(|arn| wanted.contains(&arn.as_str()))
    };
    let page =
        context.page(context.region.delivery_sources.iter().filter(fits).collect(), PAGING)?;
    let of = |one: &DeliverySource| {
        json!({
            "name": one.name,
            "arn": context.place.arn("logs", &format!("delivery-source:{}", one.name)),
            "resourceArns": arns(context, one),
            "service": "elasticloadbalancing",
            "logType": one.log_type,
        })
    };
    Ok(answer("deliverySources", page.items.into_iter().map(of).collect(), page.next))
}

fn destination_arn(context: &Context<'_>, name: &str) -> String {
    context.place.arn("logs", &format!("delivery-destination:{name}"))
}

fn deliveries(context: &Context<'_>) -> JsonResult {
    let wanted = context.call.list("deliverySourceNames");
    let fits = |one: &&Delivery| wanted.is_empty() || wanted.contains(&one.source.as_str());
    let page = context.page(context.region.deliveries.iter().filter(fits).collect(), PAGING)?;
    let of = |one: &Delivery| {
        json!({
            "id": one.id,
            "arn": context.place.arn("logs", &format!("delivery:{}", one.id)),
            "deliverySourceName": one.source,
            "deliveryDestinationArn": destination_arn(context, &one.destination),
            "deliveryDestinationType": one.destination_type,
        })
    };
    Ok(answer("deliveries", page.items.into_iter().map(of).collect(), page.next))
}

fn destinations(context: &Context<'_>) -> JsonResult {
    let wanted = context.call.list("names");
    let fits =
        |one: &&DeliveryDestination| wanted.is_empty() || wanted.contains(&one.name.as_str());
    let page =
        context.page(context.region.delivery_destinations.iter().filter(fits).collect(), PAGING)?;
    let of = |one: &DeliveryDestination| {
        json!({
            "name": one.name,
            "arn": destination_arn(context, &one.name),
            "deliveryDestinationType": one.kind,
            "outputFormat": "json",
            "deliveryDestinationConfiguration": {"destinationResourceArn": one.resource},
        })
    };
    Ok(answer("deliveryDestinations", page.items.into_iter().map(of).collect(), page.next))
}
