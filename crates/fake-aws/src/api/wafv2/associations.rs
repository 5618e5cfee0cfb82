//! Web ACLs are tied to load balancers, and set loose.

use serde_json::json;

use super::super::{Context, JsonResult};
use super::{arn, missing};
use crate::answer::Refusal;

/// The ARN of an Application load balancer that is there.
fn resource<'a>(context: &'a Context<'_>) -> Result<&'a str, Refusal> {
    let wanted = context.required("ResourceArn")?;
    if !wanted.contains(":loadbalancer/app/") {
        let message = "Error reason: The ARN isn't valid.";
        return Err(Refusal::invalid(context.call.family, message));
    }
    let mut all = context.region.load_balancers.iter();
    let is_there = all.any(|one| context.place.load_balancer(&one.kind, &one.name) == wanted);
    if is_there { Ok(wanted) } else { Err(missing()) }
}

/// A load balancer has one web ACL: another one takes the place of what it had.
pub(super) fn associate(context: &Context<'_>) -> JsonResult {
    let (acl, resource) = (context.required("WebACLArn")?, resource(context)?);
    let mut all = context.region.web_acls.iter();
    let place = all.position(|one| arn(context, one) == acl).ok_or_else(missing)?;
    set(context, resource, Some(place))
}

pub(super) fn disassociate(context: &Context<'_>) -> JsonResult {
    set(context, resource(context)?, None)
}

fn set(context: &Context<'_>, resource: &str, place: Option<usize>) -> JsonResult {
    context.change(
        |region| {
            for one in &mut region.web_acls {
                one.resources.retain(|name| context.load_balancer_arn(name) != resource);
            }
            if let Some(place) = place {
                region.web_acls[place].resources.push(resource.to_owned());
            }
            Ok(())
        },
        |_| Ok(json!({})),
    )
}
