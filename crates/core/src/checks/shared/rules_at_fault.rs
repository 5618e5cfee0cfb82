//! The rules that commands are about.

use super::faulty_rules::FaultyRules;
use crate::analysis::routing::Route;
use crate::check::Grounds;
use crate::inventory::Listener;

/// Binds rules: those with a priority by their ARNs, and the default action by its listener.
pub(in crate::checks) fn bind<'a>(
    grounds: Grounds,
    routes: impl IntoIterator<Item = &'a Route<'a>>,
    listener: &Listener,
) -> Grounds {
    let mut rules = FaultyRules::default();
    for route in routes {
        rules.add(route.arn);
    }
    rules.bind(grounds, listener)
}
