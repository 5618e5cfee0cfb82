//! Calls that change load balancers, what they listen to and whom they forward to.

mod actions;
mod attributes;
mod certificates;
mod conditions;
mod groups;
mod listeners;
mod mutual;
mod rules;
mod targets;

use super::super::{Context, XmlResult};
use super::Owned;
use crate::answer::Refusal;
use crate::model::arn::id;
use crate::model::listener::Listener;
use crate::model::region::Region;

pub(super) fn result(context: &Context<'_>) -> XmlResult {
    match context.call.action.as_str() {
        "ModifyLoadBalancerAttributes" => attributes::of_load_balancer(context),
        "ModifyListenerAttributes" => attributes::of_listener(context),
        "ModifyTargetGroupAttributes" => attributes::of_target_group(context),
        "CreateListener" => listeners::create(context),
        "ModifyListener" => listeners::modify(context),
        "DeleteListener" => listeners::delete(context),
        "AddListenerCertificates" => certificates::add(context),
        "RemoveListenerCertificates" => certificates::remove(context),
        "CreateRule" => rules::create(context),
        "ModifyRule" => rules::modify(context),
        "DeleteRule" => rules::delete(context),
        "SetRulePriorities" => rules::reorder(context),
        "SetSecurityGroups" => groups::set(context),
        "ModifyTargetGroup" => targets::modify(context),
        "RegisterTargets" => targets::register(context),
        "DeregisterTargets" => targets::deregister(context),
        _ => context.unknown(),
    }
}

fn refused(message: impl Into<String>) -> Refusal {
    Refusal::new("InvalidConfigurationRequest", message)
}

/// An id that nothing else has.
fn new_id(context: &Context<'_>) -> String {
    id(&["created", &context.shared.next_request().to_string()])
}

/// Where in a list something is that came from it.
fn position<T>(all: &[T], one: &T) -> usize {
    all.iter().position(|own| std::ptr::eq(own, one)).unwrap_or_default()
}

/// A listener of the region, to be changed; its ARN stays, whatever becomes of it.
fn listener_in<'a>(
    context: &Context<'_>,
    region: &'a mut Region,
    (owner, listener): Owned<'_>,
) -> &'a mut Listener {
    let place = position(&context.region.load_balancers, owner);
    let own = position(&owner.listeners, listener);
    let changed = &mut region.load_balancers[place].listeners[own];
    changed.id = Some(Context::listener_id(owner, listener));
    changed
}

/// The name of a certificate that is there, by its ARN.
fn certificate(context: &Context<'_>, arn: &str) -> Result<String, Refusal> {
    let own = context.region.certificates.iter().map(|one| &one.name);
    let of_iam = context.account.server_certificates.iter().map(|one| &one.name);
    let listeners = context.region.load_balancers.iter().flat_map(|one| &one.listeners);
    let named = listeners.flat_map(|listener| &listener.certificates);
    let mut all = own.chain(of_iam).chain(named);
    let found = all.find(|name| context.certificate(name) == arn);
    found.cloned().ok_or_else(|| {
        let message = format!("One or more certificates not found: {arn}");
        Refusal::new("CertificateNotFound", message)
    })
}
