//! Shield: the subscription and its protections.

use serde_json::{Value, json};

use super::{Context, JsonResult};
use crate::answer::Refusal;
use crate::json::Object;
use crate::model::certificate::{EPOCH, FAR};
use crate::model::shield::Protection;
use crate::page::Paging;

const PAGING: Paging =
    Paging { size: "MaxResults", token: "NextToken", least: 0, most: 10_000, default: 100 };

pub(super) fn result(context: &Context<'_>) -> JsonResult {
    let state = if context.account.shield.subscribed { "ACTIVE" } else { "INACTIVE" };
    match context.call.action.as_str() {
        "GetSubscriptionState" => Ok(json!({ "SubscriptionState": state })),
        "DescribeSubscription" => subscription(context),
        "ListProtections" => protections(context),
        _ => context.unknown(),
    }
}

fn subscribed(context: &Context<'_>) -> Result<(), Refusal> {
    if context.account.shield.subscribed {
        return Ok(());
    }
    Err(Refusal::new("ResourceNotFoundException", "The subscription does not exist."))
}

fn subscription(context: &Context<'_>) -> JsonResult {
    subscribed(context)?;
    let limits = json!({
        "ProtectionLimits": {
            "ProtectedResourceTypeLimits": [{"Type": "APPLICATION_LOAD_BALANCER", "Max": 1000}],
        },
        "ProtectionGroupLimits": {
            "MaxProtectionGroups": 100,
            "PatternTypeLimits": {"ArbitraryPatternLimits": {"MaxMembers": 10_000}},
        },
    });
    let proactive = context.account.shield.proactive.as_deref().unwrap_or("DISABLED");
    let subscription = json!({
        "StartTime": EPOCH,
        "EndTime": FAR,
        "TimeCommitmentInSeconds": 31_536_000,
        "AutoRenew": "ENABLED",
        "Limits": [{"Type": "APPLICATION_LOAD_BALANCER", "Max": 1000}],
        "ProactiveEngagementStatus": proactive,
        "SubscriptionLimits": limits,
        "SubscriptionArn": context.place.global_arn("shield", "subscription"),
    });
    Ok(json!({ "Subscription": subscription }))
}

fn protections(context: &Context<'_>) -> JsonResult {
    subscribed(context)?;
    let filter = |name: &str| context.call.list(&format!("InclusionFilters.{name}"));
    let (arns, names, types) =
        (filter("ResourceArns"), filter("ProtectionNames"), filter("ResourceTypes"));
    let fits = |one: &&Protection| {
        (arns.is_empty() || arns.contains(&one.resource.as_str()))
            && (names.is_empty() || names.contains(&one.name.as_str()))
            && (types.is_empty() || types.contains(&kind(&one.resource)))
    };
    let all = context.account.shield.protections.iter().filter(fits).collect();
    let page = context.page(all, PAGING)?;
    let items: Vec<Value> = page.items.into_iter().map(|one| protection(context, one)).collect();
    Ok(Object::default().with("Protections", items).maybe("NextToken", page.next).done())
}

/// The type of a protected resource, by its ARN.
fn kind(arn: &str) -> &'static str {
    [
        (":cloudfront:", "CLOUDFRONT_DISTRIBUTION"),
        (":route53:", "ROUTE_53_HOSTED_ZONE"),
        (":eip-allocation/", "ELASTIC_IP_ALLOCATION"),
        (":loadbalancer/app/", "APPLICATION_LOAD_BALANCER"),
        (":globalaccelerator:", "GLOBAL_ACCELERATOR"),
    ]
    .iter()
    .find(|(part, _)| arn.contains(part))
    .map_or("CLASSIC_LOAD_BALANCER", |(_, kind)| kind)
}

fn protection(context: &Context<'_>, one: &Protection) -> Value {
    let automatic = one.automatic.as_deref().map(|action| {
        let action = Object::default().with(action, json!({})).done();
        json!({"Status": "ENABLED", "Action": action})
    });
    Object::default()
        .with("Id", one.id.as_str())
        .with("Name", one.name.as_str())
        .with("ResourceArn", one.resource.as_str())
        .with("HealthCheckIds", one.health_checks.clone())
        .with(
            "ProtectionArn",
            context.place.global_arn("shield", &format!("protection/{}", one.id)),
        )
        .maybe("ApplicationLayerAutomaticResponseConfiguration", automatic)
        .done()
}
