//! The rules that commands are about.

use crate::analysis::routing::Route;
use crate::check::Grounds;
use crate::inventory::Listener;
use crate::remedy::binding::Binding;

/// Binds rules: those with a priority by their ARNs, and the default action by its listener.
pub(in crate::checks) fn bind<'a>(
    grounds: Grounds,
    routes: impl IntoIterator<Item = &'a Route<'a>>,
    listener: &Listener,
) -> Grounds {
    let mut arns = Vec::new();
    let mut by_default = false;
    for route in routes {
        match route.own_arn() {
            Some(arn) => arns.push(arn.to_owned()),
            None => by_default = true,
        }
    }
    let grounds = match arns.len() {
        0 => grounds,
        1 => grounds.bind("RULE_ARN", arns.remove(0)),
        _ => grounds.bind("RULE_ARN", Binding::Many(arns)),
    };
    if by_default {
        return grounds.bind("DEFAULT_LISTENER_ARN", listener.id.as_str());
    }
    grounds
}
