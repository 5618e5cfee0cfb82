//! What the policies that AWS keeps allow of a scan, and what the scan says of the rest.

use std::collections::BTreeSet;

use super::{code, table};
use crate::check::Check;
use crate::check::plan::calls;
use crate::vocab::call::Call;
use crate::vocab::glob;
use crate::vocab::severity::Persona;

/// A policy of AWS's own, as far as it is about actions of a scan.
struct Managed {
    name: &'static str,
    version: &'static str,
    /// The day on which AWS made this version.
    created: &'static str,
    /// Actions with AWS's wildcards, each followed by the path that it is limited to, if it is.
    allows: &'static [&'static str],
}

/// Source: the versions in force in August 2026, as <https://github.com/zoph-io/IAMTrail> has them.
const POLICIES: [Managed; 4] = [
    Managed {
        name: "SecurityAudit",
        version: "v92",
        created: "2026-08-17",
        allows: &[
            "acm:Describe*",
            "apigateway:GET /apis",
            "apigateway:GET /apis/*/integrations",
            "apigateway:GET /vpclinks",
            "autoscaling:Describe*",
            "cloudfront:List*",
            "cognito-idp:Describe*",
            "ec2:Describe*",
            "ec2:GetManagedPrefixListEntries",
            "elasticloadbalancing:Describe*",
            "globalaccelerator:List*",
            "iam:Get*",
            "iam:List*",
            "lambda:GetPolicy",
            "logs:Describe*",
            "route53:List*",
            "s3:GetBucket*",
            "s3:ListBucket",
            "shield:Describe*",
            "shield:List*",
            "waf-regional:ListResourcesForWebACL",
            "waf-regional:ListWebACLs",
            "wafv2:GetWebACL",
            "wafv2:GetWebACLForResource",
            "wafv2:ListLoggingConfigurations",
            "wafv2:ListResourcesForWebACL",
            "wafv2:ListWebACLs",
        ],
    },
    Managed {
        name: "ReadOnlyAccess",
        version: "v188",
        created: "2026-07-21",
        allows: &[
            "acm:Describe*",
            "acm:SearchCertificates",
            "apigateway:GET",
            "autoscaling:Describe*",
            "cloudfront:List*",
            "cloudwatch:Get*",
            "cognito-idp:Describe*",
            "ec2:Describe*",
            "ec2:Get*",
            "elasticloadbalancing:Describe*",
            "globalaccelerator:List*",
            "iam:Get*",
            "iam:List*",
            "lambda:Get*",
            "logs:Describe*",
            "route53:List*",
            "s3:Get*",
            "s3:List*",
            "shield:Describe*",
            "shield:List*",
            "waf-regional:List*",
            "wafv2:Get*",
            "wafv2:List*",
        ],
    },
    Managed {
        name: "ViewOnlyAccess",
        version: "v45",
        created: "2026-04-22",
        allows: &[
            "apigateway:GET /apis",
            "apigateway:GET /apis/*/integrations",
            "apigateway:GET /vpclinks",
            "autoscaling:Describe*",
            "cloudfront:List*",
            "cloudwatch:Get*",
            "ec2:DescribeFlowLogs",
            "ec2:DescribeNetwork*",
            "ec2:DescribeRegions",
            "ec2:DescribeRouteTables",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpc*",
            "elasticloadbalancing:DescribeInstanceHealth",
            "elasticloadbalancing:DescribeListeners",
            "elasticloadbalancing:DescribeLoadBalancerAttributes",
            "elasticloadbalancing:DescribeLoadBalancers",
            "elasticloadbalancing:DescribeTargetGroups",
            "elasticloadbalancing:DescribeTargetHealth",
            "iam:List*",
            "logs:Describe*",
            "route53:List*",
            "s3:ListBucket",
            "shield:List*",
            "waf-regional:List*",
            "wafv2:List*",
        ],
    },
    Managed {
        name: "ElasticLoadBalancingReadOnly",
        version: "v3",
        created: "2023-11-26",
        allows: &[
            "ec2:DescribeSecurityGroups",
            "elasticloadbalancing:Describe*",
            "elasticloadbalancing:Get*",
        ],
    },
];

/// Calls that others stand in for, so that nothing becomes unknown without them.
const INSTEAD: &[(Call, &[Call])] = &[
    (Call::AcmSearchCertificates, &[Call::AcmDescribeCertificate]),
    (Call::Wafv2GetWebAclForResource, &[Call::Wafv2ListWebAcls, Call::Wafv2ListResourcesForWebAcl]),
    (Call::Wafv2ListResourcesForWebAcl, &[Call::Wafv2GetWebAclForResource]),
    (Call::Wafv2ListWebAcls, &[Call::Wafv2GetWebAclForResource]),
];

/// The actions that a call asks for.
fn actions(call: Call) -> impl Iterator<Item = String> {
    let implied = call.permission_only().iter().map(|action| (*action).to_owned());
    std::iter::once(call.action()).chain(implied)
}

/// The path that API Gateway limits a call by.
fn path(call: Call) -> &'static str {
    call.resource().and_then(|arn| arn.split_once("::")).map_or("", |(_, path)| path)
}

impl Managed {
    fn allows_action(&self, action: &str, path: &str) -> bool {
        // Everybody may ask who they are.
        action == Call::StsGetCallerIdentity.action()
            || self.allows.iter().any(|allowed| {
                let (actions, paths) = allowed.split_once(' ').unwrap_or((allowed, "*"));
                glob::matches(actions, action) && glob::matches(paths, path)
            })
    }

    fn allows(&self, call: Call) -> bool {
        actions(call).all(|action| self.allows_action(&action, path(call)))
    }

    /// The actions that these calls ask for and the policy lacks.
    fn lacks(&self, calls: &[Call]) -> BTreeSet<String> {
        let asked = calls.iter().flat_map(|call| actions(*call).map(|action| (*call, action)));
        let lacking = asked.filter(|(call, action)| !self.allows_action(action, path(*call)));
        lacking.map(|(_, action)| action).collect()
    }

    /// The calls by which the rest is told without this one.
    fn instead_of(&self, call: Call) -> Option<&'static [Call]> {
        let (_, others) = INSTEAD.iter().find(|row| row.0 == call)?;
        others.iter().all(|other| self.allows(*other)).then_some(others)
    }

    /// What a scan says without an action.
    fn without(&self, action: &str, asked: &[Call], checks: &[&Check]) -> String {
        let asking = asked.iter().filter(|call| actions(**call).any(|one| one == action));
        let (mut others, mut unknown) = (BTreeSet::new(), BTreeSet::new());
        let mut is_base = false;
        for call in asking {
            if let Some(instead) = self.instead_of(*call) {
                others.extend(instead.iter().map(|other| code(other.name())));
                continue;
            }
            let needing = checks.iter().filter(|check| check.needs.contains(call));
            unknown.extend(needing.map(|check| code(check.id)));
            is_base |= Check::BASE.contains(call);
        }
        let mut said = Vec::new();
        if !others.is_empty() {
            said.push(format!("the same, by {}", and(&others)));
        }
        if action == Call::Ec2DescribeRegions.action() {
            said.push("only the regions that this version knows".to_owned());
        } else if is_base {
            said.push("unknown: how exposed load balancers are".to_owned());
        }
        match unknown.len() {
            0 => {}
            1..=5 => said.push(format!("unknown: verdicts of {}", and(&unknown))),
            many => said.push(format!("unknown: verdicts of {many} checks")),
        }
        said.join("; ")
    }
}

/// A list in words.
fn and(words: &BTreeSet<String>) -> String {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The calls of each persona's scan.
fn by_persona(checks: &[&Check]) -> [(Persona, Vec<Call>); 3] {
    [Persona::Regular, Persona::Pedantic, Persona::Auditor].map(|persona| {
        let own = checks.iter().copied().filter(move |check| check.persona <= persona);
        (persona, calls(&own.collect::<Vec<_>>()))
    })
}

/// The part of the page on permissions that is about AWS's own policies.
pub(super) fn managed_policies(checks: &[&Check]) -> String {
    let personas = by_persona(checks);
    let [.., (_, all)] = &personas;
    let of = |policy: &Managed| {
        let counts = personas.iter().map(|(_, calls)| match policy.lacks(calls).len() {
            0 => "none".to_owned(),
            some => some.to_string(),
        });
        let named = [code(policy.name), format!("{}, {}", policy.version, policy.created)];
        named.into_iter().chain(counts).collect::<Vec<_>>()
    };
    let details = POLICIES.iter().map(|policy| {
        let rows = policy.lacks(all).into_iter().map(|action| {
            let first = personas.iter().find(|(_, calls)| policy.lacks(calls).contains(&action));
            let from = first.map_or("auditor", |(persona, _)| persona.word());
            let said = policy.without(&action, all, checks);
            vec![code(&action), from.to_owned(), said]
        });
        let rows = table(&["Without", "From", "A scan says"], rows);
        format!("\n### {}\n\n{rows}", policy.name)
    });
    let details: String = details.collect();
    format!(
        "## AWS's own policies\n\n\
         Who has one of these already needs no other policy, if what it lacks can be done without. How many of the \
         actions above it lacks for the scan of each persona, in the version and of the day that are named. Without \
         an action only those verdicts are unknown that its answer would decide; what the checks need it for is said \
         above.\n\n{}{details}",
        table(
            &["Policy", "Version", "`regular`", "`pedantic`", "`auditor`"],
            POLICIES.iter().map(of)
        )
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(name: &str) -> &'static Managed {
        POLICIES.iter().find(|policy| policy.name == name).expect("a policy")
    }

    /// What a policy lacks for the scan of a persona.
    fn lacking(name: &str, wanted: Persona) -> Vec<String> {
        let personas = by_persona(crate::checks::ALL);
        let (_, calls) = personas.iter().find(|(persona, _)| *persona == wanted).expect("one");
        policy(name).lacks(calls).into_iter().collect()
    }

    #[test]
    fn what_each_policy_lacks_is_counted_with_wildcards() {
        let web_acl = "elasticloadbalancing:GetLoadBalancerWebACL";
        let policy = "elasticloadbalancing:GetResourcePolicy";
        let (bulk, group) = ("acm:SearchCertificates", "wafv2:GetRuleGroup");
        let traffic = "cloudwatch:GetMetricData";
        assert_eq!(lacking("SecurityAudit", Persona::Regular), [bulk, web_acl, group]);
        let all = [bulk, traffic, web_acl, policy, group];
        assert_eq!(lacking("SecurityAudit", Persona::Auditor), all);
        assert_eq!(lacking("ReadOnlyAccess", Persona::Regular), [web_acl]);
        assert_eq!(lacking("ReadOnlyAccess", Persona::Auditor), [web_acl, policy]);
        let numbers = ["ViewOnlyAccess", "ElasticLoadBalancingReadOnly"]
            .map(|name| [Persona::Regular, Persona::Auditor].map(|one| lacking(name, one).len()));
        assert_eq!(numbers, [[20, 31], [36, 46]]);
    }

    #[test]
    fn every_pattern_is_of_use() {
        let asked: Vec<(String, &str)> =
            Call::all().flat_map(|call| actions(call).map(move |one| (one, path(call)))).collect();
        for policy in &POLICIES {
            for allowed in policy.allows {
                let alone = Managed { allows: std::slice::from_ref(allowed), ..*policy };
                let is_used = asked.iter().any(|(action, path)| {
                    !action.starts_with("sts:") && alone.allows_action(action, path)
                });
                assert!(is_used, "{}: {allowed}", policy.name);
            }
        }
    }

    #[test]
    fn a_path_limits_what_an_action_allows() {
        let audit = policy("SecurityAudit");
        for call in [
            Call::ApiGatewayGetVpcLinks,
            Call::ApiGatewayV2GetApis,
            Call::ApiGatewayV2GetIntegrations,
        ] {
            assert!(audit.allows(call), "{call}");
        }
        assert!(!audit.allows_action("apigateway:GET", "/account"));
        assert!(policy("ReadOnlyAccess").allows_action("apigateway:GET", "/account"));
        assert!(!policy("ElasticLoadBalancingReadOnly").allows(Call::ApiGatewayV2GetApis));
    }

    #[test]
    fn a_route_stands_in_for_another_if_all_of_it_is_allowed() {
        let web_acl = Call::Wafv2GetWebAclForResource;
        assert!(policy("SecurityAudit").instead_of(web_acl).is_some());
        assert!(policy("ViewOnlyAccess").instead_of(web_acl).is_none());
        assert!(policy("SecurityAudit").instead_of(Call::Wafv2GetRuleGroup).is_none());
        let all: Vec<Call> = Call::all().collect();
        let said =
            |name: &str, action: &str| policy(name).without(action, &all, crate::checks::ALL);
        assert_eq!(
            said("SecurityAudit", "acm:SearchCertificates"),
            "the same, by `acm:DescribeCertificate`"
        );
        assert!(said("ViewOnlyAccess", "acm:SearchCertificates").starts_with("unknown: "));
    }
}
