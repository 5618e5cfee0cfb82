//! The rules of targets' security groups that commands revoke, and where the load balancer is admitted instead.

use std::collections::{BTreeSet, HashSet};

use crate::analysis::index::Index;
use crate::check::Grounds;
use crate::checks::shared::causes;
use crate::inventory::{Permission, SecurityGroup};

/// What lets in too much.
#[derive(Default)]
pub(in crate::checks) struct TargetDoors {
    /// Groups and ports of the targets.
    admitting: Vec<(String, String)>,
    /// Groups and rules, as far as they are at fault.
    rules: Vec<(String, String)>,
    /// The same, to find one.
    known: [HashSet<(String, String)>; 2],
}

impl TargetDoors {
    /// Takes in a rule for what it says of one source: a range, a prefix list or a group.
    pub(in crate::checks) fn add(
        &mut self,
        group: &SecurityGroup,
        rule: &Permission,
        source: &str,
        port: Option<u16>,
    ) {
        let port = port.map_or_else(|| "0-65535".to_owned(), |port| port.to_string());
        let admitting = (group.id.clone(), port);
        let rule = (group.id.clone(), permission(rule, source));
        let [known_admitting, known_rules] = &mut self.known;
        if known_admitting.insert(admitting.clone()) {
            self.admitting.push(admitting);
        }
        if known_rules.insert(rule.clone()) {
            self.rules.push(rule);
        }
    }

    /// Binds them, and names the group as the cause where it is one.
    pub(in crate::checks) fn narrow(self, index: &Index, grounds: Grounds) -> Grounds {
        let groups: BTreeSet<&str> = self.rules.iter().map(|(group, _)| &**group).collect();
        let one = groups.first().filter(|_| groups.len() == 1);
        let grounds = match one.and_then(|id| index.security_group(id).ok()) {
            Some(group) => grounds.cause(causes::narrow_targets_group(group)),
            None => grounds,
        };
        self.bind(grounds)
    }

    /// Binds them.
    pub(in crate::checks) fn bind(self, grounds: Grounds) -> Grounds {
        if self.rules.is_empty() {
            return grounds;
        }
        let (groups, ports): (Vec<String>, Vec<String>) = self.admitting.into_iter().unzip();
        let (of_rules, rules): (Vec<String>, Vec<String>) = self.rules.into_iter().unzip();
        let grounds = grounds.bind("GROUP_ID", groups).bind("PORT", ports);
        grounds.bind("RULE_GROUP_ID", of_rules).bind("RULE_PERMISSION", rules)
    }
}

/// A rule with one source, as `--ip-permissions` takes it.
fn permission(rule: &Permission, source: &str) -> String {
    let ports = match (rule.from_port, rule.to_port) {
        (Some(from), Some(to)) if rule.protocol != "-1" => format!(",FromPort={from},ToPort={to}"),
        _ => String::new(),
    };
    let (list, name) = match source {
        list if list.starts_with("pl-") => ("PrefixListIds", "PrefixListId"),
        group if group.starts_with("sg-") => ("UserIdGroupPairs", "GroupId"),
        range if range.contains(':') => ("Ipv6Ranges", "CidrIpv6"),
        _ => ("IpRanges", "CidrIp"),
    };
    format!("IpProtocol={}{ports},{list}=[{{{name}={source}}}]", rule.protocol)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_revoked_for_one_of_its_sources() {
        let rule = Permission {
            protocol: "tcp".to_owned(),
            from_port: Some(1),
            to_port: Some(9),
            ..Permission::default()
        };
        let ports = "IpProtocol=tcp,FromPort=1,ToPort=9";
        for (source, said) in [
            ("0.0.0.0/0", "IpRanges=[{CidrIp=0.0.0.0/0}]"),
            ("::/0", "Ipv6Ranges=[{CidrIpv6=::/0}]"),
            ("pl-1", "PrefixListIds=[{PrefixListId=pl-1}]"),
            ("sg-1", "UserIdGroupPairs=[{GroupId=sg-1}]"),
        ] {
            assert_eq!(permission(&rule, source), format!("{ports},{said}"));
        }
        let all = Permission { protocol: "-1".to_owned(), ..rule };
        assert_eq!(permission(&all, "::/0"), "IpProtocol=-1,Ipv6Ranges=[{CidrIpv6=::/0}]");
    }
}
