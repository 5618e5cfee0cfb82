//! The IAM actions that a script needs: to look, to change, to take back.

use std::collections::BTreeSet;

use super::catalogue::{faults, region_of};
use super::proof::plan;
use crate::check::Check;
use crate::inventory::{Kind, Region};
use crate::mutation::{Edit, ListenerSetting, Mutation, Owner, RuleSetting};
use crate::remedy::said::load_balancer;

/// Every script asks who its caller is, and looks at load balancers and listeners before it changes anything.
const ALWAYS: &[&str] = &[
    "sts:GetCallerIdentity",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeLoadBalancers",
];

/// What the scripts for these checks need, as their examples show.
#[must_use]
pub fn actions(checks: &[&'static Check]) -> BTreeSet<&'static str> {
    let mut all = BTreeSet::new();
    for (facts, fault) in checks.iter().flat_map(|check| faults(check)) {
        let (Ok(changes), Some(region)) = (plan(&facts, &fault), region_of(&facts, &fault)) else {
            continue;
        };
        for change in &changes {
            all.extend(ALWAYS);
            all.extend(of(change, region));
        }
    }
    all
}

/// What one change needs. Source: service authorization reference, the services' pages; for Cognito the user guide of
/// Application load balancers, "Authenticate users".
#[expect(clippy::too_many_lines, reason = "an arm for each change")]
fn of(mutation: &Mutation, region: &Region) -> Vec<&'static str> {
    let is_classic = load_balancer(mutation, region).is_some_and(|lb| lb.kind == Kind::Classic);
    match mutation {
        Mutation::SetAttributes { of, .. } => match of {
            Owner::LoadBalancer => vec![
                "elasticloadbalancing:DescribeLoadBalancerAttributes",
                "elasticloadbalancing:ModifyLoadBalancerAttributes",
            ],
            Owner::TargetGroup => vec![
                "elasticloadbalancing:DescribeTargetGroupAttributes",
                "elasticloadbalancing:ModifyTargetGroupAttributes",
            ],
            Owner::Listener => vec![
                "elasticloadbalancing:DescribeListenerAttributes",
                "elasticloadbalancing:ModifyListenerAttributes",
            ],
        },
        Mutation::ModifyListener { .. } if is_classic => {
            vec!["elasticloadbalancing:SetLoadBalancerListenerSSLCertificate"]
        }
        Mutation::ModifyListener { set, .. } => {
            let mut own = vec!["elasticloadbalancing:ModifyListener"];
            if let ListenerSetting::DefaultActions(edit) = set {
                own.extend(of_edit(edit));
            }
            own
        }
        Mutation::ModifyRule { set, .. } => {
            let mut own = vec![RULES, "elasticloadbalancing:ModifyRule"];
            if let RuleSetting::Actions(edit) = set {
                own.extend(of_edit(edit));
            }
            own
        }
        Mutation::SetRulePriorities { .. } => {
            vec!["elasticloadbalancing:DescribeRules", "elasticloadbalancing:SetRulePriorities"]
        }
        Mutation::CreateListener { .. } | Mutation::DeleteListener { .. } => vec![
            "elasticloadbalancing:CreateListener",
            "elasticloadbalancing:CreateRule",
            "elasticloadbalancing:DeleteListener",
            "elasticloadbalancing:DescribeRules",
            LOGIN,
        ],
        Mutation::AddCertificate { .. } | Mutation::RemoveCertificate { .. } => vec![
            "elasticloadbalancing:AddListenerCertificates",
            "elasticloadbalancing:DescribeListenerCertificates",
            "elasticloadbalancing:RemoveListenerCertificates",
        ],
        Mutation::Authorize { .. } | Mutation::Revoke { .. } => vec![
            "ec2:AuthorizeSecurityGroupEgress",
            "ec2:AuthorizeSecurityGroupIngress",
            "ec2:DescribeSecurityGroups",
            "ec2:RevokeSecurityGroupEgress",
            "ec2:RevokeSecurityGroupIngress",
        ],
        Mutation::SetSecurityGroups { .. } => vec!["elasticloadbalancing:SetSecurityGroups"],
        Mutation::ModifyTargetGroup { .. } => vec![
            "elasticloadbalancing:DescribeTargetGroups",
            "elasticloadbalancing:ModifyTargetGroup",
        ],
        Mutation::DeregisterTargets { .. } | Mutation::RegisterTargets { .. } => vec![
            "elasticloadbalancing:DeregisterTargets",
            "elasticloadbalancing:DescribeTargetHealth",
            "elasticloadbalancing:RegisterTargets",
        ],
        Mutation::ClassicPolicy { .. } | Mutation::ClassicPolicies { .. } => vec![
            "elasticloadbalancing:CreateLoadBalancerPolicy",
            "elasticloadbalancing:DeleteLoadBalancerPolicy",
            "elasticloadbalancing:DescribeLoadBalancerPolicies",
            "elasticloadbalancing:SetLoadBalancerPoliciesOfListener",
        ],
        Mutation::AssociateWebAcl { .. } => vec![
            "elasticloadbalancing:GetLoadBalancerWebACL",
            "elasticloadbalancing:SetWebACL",
            "wafv2:AssociateWebACL",
            "wafv2:DisassociateWebACL",
            "wafv2:GetWebACL",
            "wafv2:GetWebACLForResource",
        ],
        Mutation::PutBucketPolicy { .. } => {
            vec!["s3:DeleteBucketPolicy", "s3:GetBucketPolicy", "s3:PutBucketPolicy"]
        }
    }
}

/// AWS looks at the client of a user pool when a rule that asks for it is written.
const LOGIN: &str = "cognito-idp:DescribeUserPoolClient";

/// The rules beside an action decide what it means.
const RULES: &str = "elasticloadbalancing:DescribeRules";

fn of_edit(edit: &Edit) -> Vec<&'static str> {
    match edit {
        Edit::LoginFirst(..)
        | Edit::Unauthenticated(_)
        | Edit::SessionTimeout(_)
        | Edit::HttpsEndpoints => vec![LOGIN, RULES],
        Edit::Whole(_)
        | Edit::Redirect(_)
        | Edit::Weight(..)
        | Edit::Regroup(..)
        | Edit::Keys(_)
        | Edit::Audience(_) => vec![RULES],
    }
}
