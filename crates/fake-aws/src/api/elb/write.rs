//! Calls that change Classic load balancers.

mod attributes;
mod listeners;
mod policies;

use super::super::{Context, XmlResult};
use crate::answer::Refusal;
use crate::model::classic::ClassicLoadBalancer;
use crate::xml::Xml;

pub(super) fn result(context: &Context<'_>) -> XmlResult {
    match context.call.action.as_str() {
        "ModifyLoadBalancerAttributes" => attributes::modify(context),
        "CreateLoadBalancerPolicy" => policies::create(context),
        "DeleteLoadBalancerPolicy" => policies::delete(context),
        "SetLoadBalancerPoliciesOfListener" => listeners::policies(context),
        "SetLoadBalancerListenerSSLCertificate" => listeners::certificate(context),
        _ => context.unknown(),
    }
}

fn refused(message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidConfigurationRequest", message)
}

/// Puts `new` in the place of the load balancer with its name; the answer is empty.
fn put(context: &Context<'_>, new: ClassicLoadBalancer) -> XmlResult {
    context.change(
        |region| {
            if let Some(own) = region.classic.iter_mut().find(|own| own.name == new.name) {
                *own = new;
            }
            Ok(())
        },
        |_| Ok(Xml::query()),
    )
}
