//! A security group has a rule for a group that is gone.

use crate::remedy::plan::{self, Plan};
use std::collections::BTreeSet;

use crate::checks::prelude::*;
use crate::checks::shared::causes_network;
use crate::inventory::StaleRule;

pub(crate) const CHECK: Check = Check {
    id: "security-group-rule-stale",
    aliases: &["sg-stale-reference"],
    title: "security-group rule for a group that is gone",
    severity: Severity::Info,
    persona: Persona::Pedantic,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "The rule admits nobody, or not those whom its reader believes. It stays behind when a \
          peering connection or the group on its other side is deleted.",
    logic: "Fails when AWS lists a rule of an attached security group as stale: it names a group \
            that was deleted, or one of a VPC that is not peered any more. Does not apply without \
            security group. Unknown while AWS could not be asked.",
    fix: "delete the rule, or recreate it for the group that took the place of the old one",
    remedy: Remedy::steps(Steps {
        console: "VPC console, Security groups, the notice about stale rules: choose the rule and \
                  delete it.",
        cli: r#"
            aws ec2 describe-security-group-rules --filters Name=group-id,Values=RULE_GROUP_ID \
              --query 'SecurityGroupRules[?ReferencedGroupInfo.GroupId==`"GONE_GROUP_ID"`]'
            # what lets in; a rule that lets out goes by revoke-security-group-egress
            rule=$(aws ec2 describe-security-group-rules --output text \
              --filters Name=group-id,Values=RULE_GROUP_ID \
              --query 'SecurityGroupRules[?ReferencedGroupInfo.GroupId==`"GONE_GROUP_ID"`] | [?IsEgress==`false`].SecurityGroupRuleId | [0]')
            aws ec2 revoke-security-group-ingress --group-id RULE_GROUP_ID \
              --security-group-rule-ids "$rule""#,
        terraform: "Delete the `aws_vpc_security_group_ingress_rule` whose \
                    `referenced_security_group_id` is gone.",
        cloudformation: "Delete the `AWS::EC2::SecurityGroupIngress` whose `SourceSecurityGroupId` \
                         is gone.",
    })
    .planned(Plan::By(plan::drop_stale)),
    links: &["https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-security-groups.html"],
    needs: &[Call::Ec2DescribeStaleSecurityGroups],
    examples: &[
        Example {
            title: "a group that was deleted",
            given: || stale("sg-web"),
            finds: &["fail security-group-rule-stale web"],
        },
        Example { title: "a rule of another group", given: || stale("sg-other"), finds: &[] },
        Example {
            title: "AWS could not be asked",
            given: || {
                sample::with_region(&Kind::Network, |region| {
                    let call = Call::Ec2DescribeStaleSecurityGroups;
                    region.stale_rules = Fact::Unread(sample::denied(call));
                })
            },
            finds: &["unknown security-group-rule-stale web"],
        },
    ],
    ..Check::new(Judge::LoadBalancer(judge))
};

/// The clean account with a stale rule of this group.
fn stale(group: &str) -> crate::inventory::Inventory {
    sample::with_region(&Kind::Application, |region| {
        let rule = StaleRule { group: group.to_owned(), names: "sg-gone".to_owned() };
        region.stale_rules = Fact::Known(vec![rule]);
    })
}

fn judge(context: &Context) -> Judgement {
    let groups = &context.lb.security_groups;
    if groups.is_empty() {
        return Ok(Verdict::NotApplicable);
    }
    let stale = context.region.stale_rules.get()?.iter();
    let own: Vec<&StaleRule> = stale.filter(|rule| groups.contains(&rule.group)).collect();
    let Some(first) = own.first() else {
        let evidence = Grounds::new().with("security_groups", groups.clone());
        return Ok(Verdict::Pass(evidence.with("rules", 0)));
    };
    let label = |rule: &&StaleRule| format!("{}: {} is gone", rule.group, rule.names);
    let rules: Vec<String> = own.iter().map(label).collect();
    let grounds = Grounds::new()
        .with("rules", rules)
        .bind("RULE_GROUP_ID", own.iter().map(|rule| rule.group.clone()).collect::<Vec<_>>())
        .bind("GONE_GROUP_ID", own.iter().map(|rule| rule.names.clone()).collect::<Vec<_>>());
    if own.iter().any(|rule| rule.group != first.group) {
        return Ok(Verdict::Fail(grounds));
    }
    let gone: BTreeSet<&str> = own.iter().map(|rule| rule.names.as_str()).collect();
    let gone: Vec<&str> = gone.into_iter().collect();
    let to = format!("delete the rules for {}", gone.join(", "));
    let cause = causes_network::narrow_by_id(context.index, &first.group, to);
    Ok(Verdict::Fail(grounds.cause(cause)))
}
