//! Which security group opens a listener to everyone, and by which rules.

use super::ingress::Port;
use super::{Reachability, Side, fronting};
use crate::inventory::{Listener, Permission, SecurityGroup};
use crate::vocab::net::{Family, Level, Sources};

/// The security group that opens a listener to the whole internet.
pub(crate) struct Opening<'a> {
    /// The group.
    pub(crate) group: &'a SecurityGroup,
    /// Its rules that do, each once.
    pub(crate) rules: Vec<&'a Permission>,
}

impl<'a> Reachability<'a> {
    /// The one security group without whose rules the whole internet reaches a listener no longer by
    /// addresses of these families. None where several groups open it, or something in front does, and
    /// where a gap may hide that.
    pub(crate) fn opened_by(
        &self,
        listener: &Listener,
        families: &[Family],
    ) -> Option<Opening<'a>> {
        let port = Port::of_listener(listener).ok()?;
        let fronts = fronting::find(self.index, self.lb, &port);
        if fronts.iter().any(|fronting| fronting.bounds.upper().level() == Level::Internet) {
            return None;
        }
        let is_open = |who: &Sources| families.iter().any(|one| who.part(*one).is_internet());
        let mut entries = self.entries(&port);
        entries.retain(|entry| is_open(entry.bounds.upper()));
        let closes = |group: &&'a String| {
            entries.iter().all(|entry| {
                let bounds = entry.by_route.clone().and(entry.ingress.without(group).bounds());
                let edge = matches!(self.side, Side::Edge(_));
                let bounds = if edge { bounds.outsiders() } else { bounds };
                !is_open(bounds.upper())
            })
        };
        let mut groups = self.lb.security_groups.iter().filter(closes);
        let (Some(group), None) = (groups.next(), groups.next()) else { return None };
        let mut rules: Vec<&Permission> = Vec::new();
        let open = |family: &&Family| {
            entries.iter().any(|entry| entry.bounds.lower().part(**family).is_internet())
        };
        for family in families.iter().filter(open) {
            let own = entries.iter().flat_map(|entry| entry.ingress.open(*family));
            for admission in own.filter(|admission| admission.group == group) {
                if rules.iter().all(|rule| !std::ptr::eq(*rule, admission.permission)) {
                    rules.push(admission.permission);
                }
            }
        }
        let group = self.index.security_group(group).ok()?;
        (!rules.is_empty()).then_some(Opening { group, rules })
    }
}
