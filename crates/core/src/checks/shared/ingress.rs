//! Rules of security groups that let in too much, as the commands of a remedy name them.

use crate::analysis::index::Index;
use crate::analysis::reach::Port;
use crate::analysis::targets::DirectPath;
use crate::check::Grounds;
use crate::checks::shared::{causes, doors};
use crate::inventory::{Permission, SecurityGroup, Transport};

/// Groups and ports on which those who are meant stay admitted, and the rules to revoke.
#[derive(Default)]
pub(in crate::checks) struct Ingress {
    doors: Vec<(String, u16)>,
    rules: Vec<(String, String)>,
}

impl Ingress {
    /// Takes in the rules of the groups of a target that let in others than load balancers.
    pub(in crate::checks) fn path(&mut self, index: &Index, path: &DirectPath) {
        self.add(index, &path.interface.groups, &path.port, |own| for_others(index, own));
    }

    /// Takes in the rules of one group of a target for a port, whoever they let in beside load balancers.
    pub(in crate::checks) fn group(&mut self, index: &Index, group: &SecurityGroup, port: u16) {
        let about = |own: &&Permission| own.covers(Transport::Tcp, port) == Ok(true);
        for rule in group.ingress.iter().filter(about) {
            if let Some(part) = for_others(index, rule) {
                self.push(&group.id, &part, port);
            }
        }
    }

    fn add(
        &mut self,
        index: &Index,
        groups: &[String],
        port: &Port,
        part: impl Fn(&Permission) -> Option<Permission>,
    ) {
        let Port::One { transports, number } = port else { return };
        for group in groups.iter().filter_map(|id| index.security_group(id).ok()) {
            let about = |own: &&Permission| {
                transports.iter().any(|transport| own.covers(*transport, *number) == Ok(true))
            };
            for rule in group.ingress.iter().filter(about) {
                if let Some(part) = part(rule) {
                    self.push(&group.id, &part, *number);
                }
            }
        }
    }

    fn push(&mut self, group: &str, rule: &Permission, port: u16) {
        let door = (group.to_owned(), port);
        if !self.doors.contains(&door) {
            self.doors.push(door);
        }
        let rule = (group.to_owned(), permission(rule));
        if !self.rules.contains(&rule) {
            self.rules.push(rule);
        }
    }

    /// The grounds with all of it, and with its group as the cause where it is one.
    pub(in crate::checks) fn cause(self, index: &Index, grounds: Grounds) -> Grounds {
        let first = self.doors.first().map(|(group, _)| group.clone());
        let one = self.doors.iter().all(|(group, _)| Some(group) == first.as_ref());
        let grounds = self.bind(grounds);
        match first.filter(|_| one).and_then(|id| index.security_group(&id).ok()) {
            Some(group) => grounds.cause(causes::narrow_targets_group(group)),
            None => grounds,
        }
    }

    /// The grounds with all of it; as they are where no rule is known.
    pub(in crate::checks) fn bind(self, grounds: Grounds) -> Grounds {
        if self.rules.is_empty() {
            return grounds;
        }
        let (doors, ports): (Vec<String>, Vec<u16>) = self.doors.into_iter().unzip();
        let (groups, rules): (Vec<String>, Vec<String>) = self.rules.into_iter().unzip();
        let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
        grounds
            .bind("GROUP_ID", doors)
            .bind("PORT", ports)
            .bind("RULE_GROUP_ID", groups)
            .bind("RULE_PERMISSION", rules)
    }
}

/// What of a rule is for others than load balancers.
fn for_others(index: &Index, rule: &Permission) -> Option<Permission> {
    let foreign = |id: &&String| index.is_load_balancers(id) == Ok(false);
    let groups: Vec<String> = rule.groups.iter().filter(foreign).cloned().collect();
    let part = Permission { groups, ..rule.clone() };
    let names_some = part.others().next().is_some();
    names_some.then_some(part)
}

/// The rule as `--ip-permissions` takes it, with the groups that it names.
fn permission(rule: &Permission) -> String {
    let groups: Vec<String> = rule.groups.iter().map(|id| format!("{{GroupId={id}}}")).collect();
    let pairs = match groups.is_empty() {
        true => String::new(),
        false => format!(",UserIdGroupPairs=[{}]", groups.join(",")),
    };
    doors::permission(rule) + &pairs
}
