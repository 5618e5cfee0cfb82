//! Global Accelerator: accelerators, their listeners and where these lead.

use serde_json::{Value, json};

use super::{Context, JsonResult};
use crate::answer::Refusal;
use crate::json::Object;
use crate::model::accelerator::{Accelerator, AcceleratorListener, EndpointGroup};
use crate::model::arn::{id, uuid};
use crate::model::certificate::EPOCH;
use crate::page::Paging;

const PAGING: Paging =
    Paging { size: "MaxResults", token: "NextToken", least: 1, most: 100, default: 10 };

pub(super) fn result(context: &Context<'_>) -> JsonResult {
    match context.call.action.as_str() {
        "ListAccelerators" => accelerators(context),
        "ListListeners" => listeners(context),
        "ListEndpointGroups" => groups(context),
        _ => context.unknown(),
    }
}

fn arn(context: &Context<'_>, one: &Accelerator) -> String {
    let own = uuid(&["accelerator", &one.name]);
    context.place.global_arn("globalaccelerator", &format!("accelerator/{own}"))
}

/// An accelerator's listeners with their ARNs.
fn owned<'a>(
    context: &Context<'_>,
    one: &'a Accelerator,
) -> impl Iterator<Item = (String, &'a AcceleratorListener)> {
    let arn = arn(context, one);
    one.listeners.iter().enumerate().map(move |(index, listener)| {
        let own = id(&["listener", &arn, &index.to_string()]);
        (format!("{arn}/listener/{}", &own[..8]), listener)
    })
}

fn accelerators(context: &Context<'_>) -> JsonResult {
    let page = context.page(context.account.accelerators.iter().collect(), PAGING)?;
    let items: Vec<Value> = page.items.into_iter().map(|one| accelerator(context, one)).collect();
    Ok(Object::default().with("Accelerators", items).maybe("NextToken", page.next).done())
}

fn accelerator(context: &Context<'_>, one: &Accelerator) -> Value {
    let name = id(&["accelerator", &one.name]);
    let dual = !one.ipv6.is_empty();
    let set = |family: &str, addresses: &[String]| json!({"IpFamily": family, "IpAddresses": addresses, "IpAddressFamily": family});
    let mut sets = vec![set("IPv4", &one.addresses)];
    if dual {
        sets.push(set("IPv6", &one.ipv6));
    }
    let second = dual.then(|| format!("{name}.dualstack.awsglobalaccelerator.com"));
    Object::default()
        .with("AcceleratorArn", arn(context, one))
        .with("Name", one.name.as_str())
        .with("IpAddressType", if dual { "DUAL_STACK" } else { "IPV4" })
        .with("Enabled", one.enabled)
        .with("IpSets", sets)
        .with("DnsName", format!("{name}.awsglobalaccelerator.com"))
        .with("Status", one.status.as_str())
        .with("CreatedTime", EPOCH)
        .with("LastModifiedTime", EPOCH)
        .maybe("DualStackDnsName", second)
        .done()
}

fn listeners(context: &Context<'_>) -> JsonResult {
    let wanted = context.required("AcceleratorArn")?;
    let mut all = context.account.accelerators.iter();
    let one = all.find(|one| arn(context, one) == wanted).ok_or_else(|| {
        Refusal::new("AcceleratorNotFoundException", "The accelerator was not found.")
    })?;
    let page = context.page(owned(context, one).collect(), PAGING)?;
    let of = |(arn, one): (String, &AcceleratorListener)| {
        let range = |(from, to): &(u16, u16)| json!({"FromPort": from, "ToPort": to});
        let ranges: Vec<Value> = one.ports.iter().map(range).collect();
        json!({
            "ListenerArn": arn,
            "PortRanges": ranges,
            "Protocol": one.protocol,
            "ClientAffinity": "NONE",
        })
    };
    let items: Vec<Value> = page.items.into_iter().map(of).collect();
    Ok(Object::default().with("Listeners", items).maybe("NextToken", page.next).done())
}

fn groups(context: &Context<'_>) -> JsonResult {
    let wanted = context.required("ListenerArn")?;
    let mut all = context.account.accelerators.iter().flat_map(|one| owned(context, one));
    let (arn, listener) = all
        .find(|(arn, _)| arn == wanted)
        .ok_or_else(|| Refusal::new("ListenerNotFoundException", "The listener was not found."))?;
    let page = context.page(listener.groups.iter().collect(), PAGING)?;
    let items: Vec<Value> = page.items.into_iter().map(|one| group(&arn, one)).collect();
    Ok(Object::default().with("EndpointGroups", items).maybe("NextToken", page.next).done())
}

fn group(listener: &str, one: &EndpointGroup) -> Value {
    let endpoints: Vec<Value> = one
        .endpoints
        .iter()
        .map(|endpoint| {
            json!({
                "EndpointId": endpoint.id,
                "Weight": endpoint.weight,
                "HealthState": endpoint.health,
                "ClientIPPreservationEnabled": endpoint.keeps_client_ip,
            })
        })
        .collect();
    let own = id(&["group", listener, &one.region]);
    json!({
        "EndpointGroupArn": format!("{listener}/endpoint-group/{}", &own[..12]),
        "EndpointGroupRegion": one.region,
        "EndpointDescriptions": endpoints,
        "TrafficDialPercentage": one.dial,
        "HealthCheckPort": 80,
        "HealthCheckProtocol": "TCP",
        "HealthCheckIntervalSeconds": 30,
        "ThresholdCount": 3,
    })
}
