//! The IAM policy that a scan needs, and the reason for every action in it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{RENDERED, code, json, table};
use crate::check::Check;
use crate::check::plan::{READER, calls, with_companions};
use crate::vocab::call::Call;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    version: &'static str,
    statement: Vec<Statement>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    sid: &'static str,
    effect: &'static str,
    action: BTreeSet<String>,
    resource: String,
}

/// What a policy is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// Reading one account: the one that the credentials are of, or a member's role.
    #[default]
    Scan,
    /// Reading an organization, from the account that the scan starts in.
    Organization,
}

impl Purpose {
    /// Every purpose, by the word for it.
    pub const ALL: [(&'static str, Purpose); 2] =
        [("scan", Purpose::Scan), ("organization", Purpose::Organization)];
}

/// The IAM policy that allows these calls and nothing else, a newline at the end. None of the actions
/// can be limited to some load balancers, so the resource is `*`. For an organization it also finds the
/// accounts and takes on the one role in them.
#[must_use]
pub fn permissions(calls: &[Call], purpose: Purpose) -> String {
    json(&Policy { version: "2012-10-17", statement: statements(calls, purpose) })
}

/// The statements of that policy as a YAML list, for the policy of a `CloudFormation` template.
#[must_use]
pub fn permissions_yaml(calls: &[Call], purpose: Purpose) -> String {
    let written = |one: Statement| {
        let actions: Vec<String> =
            one.action.into_iter().map(|one| format!("    - {one}")).collect();
        format!(
            "- Sid: {}\n  Effect: {}\n  Action:\n{}\n  Resource: \"{}\"\n",
            one.sid,
            one.effect,
            actions.join("\n"),
            one.resource
        )
    };
    statements(calls, purpose).into_iter().map(written).collect()
}

fn statements(calls: &[Call], purpose: Purpose) -> Vec<Statement> {
    let mut calls = calls.to_vec();
    if purpose == Purpose::Organization {
        let more = Call::all().filter(|call| call.family() == "organizations");
        calls.extend(more.filter(|call| !calls.contains(call)).collect::<Vec<_>>());
    }
    let mut services: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for action in reasons(&calls, &[]).into_keys() {
        services.entry(service(&action).to_owned()).or_default().insert(action);
    }
    let statement = |(service, action): (String, BTreeSet<String>)| Statement {
        sid: sid(&service),
        effect: "Allow",
        action,
        resource: "*".to_owned(),
    };
    let mut statements: Vec<Statement> = services.into_iter().map(statement).collect();
    if purpose == Purpose::Organization {
        statements.push(Statement {
            sid: "MemberAccounts",
            effect: "Allow",
            action: [Call::StsAssumeRole.action()].into(),
            resource: format!("arn:*:iam::*:role/{READER}"),
        });
    }
    statements
}

fn service(action: &str) -> &str {
    action.split(':').next().unwrap_or_default()
}

/// A statement's name: letters and digits, as IAM wants it.
fn sid(service: &str) -> &'static str {
    match service {
        "acm" => "CertificateManager",
        "ec2" => "Network",
        "elasticloadbalancing" => "LoadBalancing",
        "iam" => "ServerCertificates",
        "logs" => "LogDeliveries",
        "organizations" => "Organization",
        "sts" => "Identity",
        "wafv2" => "WebAcls",
        "waf-regional" => "ClassicWebAcls",
        "apigateway" => "ApiLinks",
        "autoscaling" => "AutoScaling",
        "cloudfront" => "Distributions",
        "cloudwatch" => "Traffic",
        "cognito-idp" => "UserPools",
        "globalaccelerator" => "Accelerators",
        "lambda" => "Functions",
        "route53" => "DnsRecords",
        "s3" => "LogBuckets",
        "shield" => "Shield",
        _ => "Other",
    }
}

/// Why an action is in the policy, and which checks cannot judge without it.
#[derive(Default)]
struct Need {
    reasons: BTreeSet<String>,
    checks: BTreeSet<&'static str>,
    every_report: bool,
}

fn reasons(calls: &[Call], checks: &[&Check]) -> BTreeMap<String, Need> {
    let mut needs: BTreeMap<String, Need> = BTreeMap::new();
    let asking: Vec<(&str, BTreeSet<Call>)> = checks
        .iter()
        .map(|check| (check.id, with_companions(check.needs.iter().copied())))
        .collect();
    for call in calls {
        let needing: Vec<&str> =
            asking.iter().filter(|(_, asked)| asked.contains(call)).map(|(id, _)| *id).collect();
        let implied =
            call.permission_only().iter().map(|action| (*action).to_owned()).map(|action| {
                (
                    action,
                    format!("no call has this name, but AWS asks for it at {}", code(call.name())),
                )
            });
        for (action, reason) in std::iter::once((call.action(), purpose(*call))).chain(implied) {
            let need = needs.entry(action).or_default();
            need.reasons.insert(reason);
            need.checks.extend(&needing);
            need.every_report |= Check::BASE.contains(call);
        }
    }
    needs
}

/// What a call is for, and what stands beside it.
fn purpose(call: Call) -> String {
    let purpose = call.purpose();
    match call {
        Call::StsGetCallerIdentity => format!("{purpose}; AWS allows it to everyone"),
        Call::AcmSearchCertificates => {
            format!("{purpose}; one route of two, {} is the other", code("acm:DescribeCertificate"))
        }
        Call::AcmDescribeCertificate => {
            format!("{purpose}; where {} is not to be had", code("acm:SearchCertificates"))
        }
        Call::Wafv2ListWebAcls | Call::Wafv2ListResourcesForWebAcl => {
            format!(
                "{purpose}; the cheaper route where there are fewer web ACLs than load balancers"
            )
        }
        Call::Wafv2GetWebAclForResource => {
            format!("{purpose}; the other route, and the way out when the first is denied")
        }
        _ => purpose.to_owned(),
    }
}

/// The page that says of every action why it is needed.
#[must_use]
pub fn permissions_reasons(checks: &[&Check]) -> String {
    let calls = calls(checks);
    let rows = reasons(&calls, checks).into_iter().map(|(action, need)| {
        let reasons: Vec<String> = need.reasons.into_iter().collect();
        let checks: Vec<String> = need.checks.into_iter().map(code).collect();
        let lost = match (need.every_report, checks.is_empty()) {
            (true, true) => "every report".to_owned(),
            (true, false) => format!("every report; {}", checks.join(", ")),
            (false, _) => checks.join(", "),
        };
        vec![code(action), reasons.join("; "), lost]
    });
    format!(
        "{RENDERED}# Permissions\n\n\
         `elb-audit permissions` prints the IAM policy that a scan needs with the same options: \
         `--persona`, `--check`, the configuration. [This one](permissions.json) is for a scan with every \
         check (`--persona auditor`). `--for organization` adds what finds the accounts of an organization, \
         and `sts:AssumeRole` on the role `{READER}` in them ([many accounts](many-accounts.md)). elb-audit only reads: no action in the policy changes anything, and \
         none reads what passes through a load balancer.\n\n\
         An action that is missing stops nothing. What needed it is reported as unknown, with the name of \
         the action, and the rest of the scan goes on.\n\n{}",
        table(&["Action", "What for", "Needed by"], rows)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_has_its_actions_in_one_named_statement() {
        let all: Vec<Call> = Call::all().collect();
        let read: Vec<Call> =
            all.iter().copied().filter(|call| !call.leads_to_accounts()).collect();
        let scan = permissions(&read, Purpose::Scan);
        assert!(!scan.contains("organizations:") && !scan.contains("AssumeRole"), "{scan}");
        let policy = permissions(&read, Purpose::Organization);
        for call in all {
            for action in call.permission_only().iter().map(|action| (*action).to_owned()) {
                assert!(policy.contains(&format!("\"{action}\"")), "{action}");
            }
            assert!(policy.contains(&format!("\"{}\"", call.action())), "{call}");
            assert_ne!(sid(service(&call.action())), "Other", "{call}");
        }
        assert!(policy.len() < 6144, "IAM takes no longer policy");
    }

    #[test]
    fn a_template_allows_what_the_policy_allows() {
        let yaml =
            permissions_yaml(&[Call::StsGetCallerIdentity, Call::Wafv2ListWebAcls], Purpose::Scan);
        let wanted = "- Sid: Identity\n  Effect: Allow\n  Action:\n    - sts:GetCallerIdentity\n  \
                      Resource: \"*\"\n- Sid: WebAcls\n  Effect: Allow\n  Action:\n    \
                      - wafv2:ListWebACLs\n  Resource: \"*\"\n";
        assert_eq!(yaml, wanted);
    }

    #[test]
    fn who_may_take_one_route_may_take_the_other() {
        let check = Check { needs: &[Call::AcmSearchCertificates], ..*crate::checks::ALL[0] };
        let calls = calls(&[&check]);
        assert!(calls.contains(&Call::AcmDescribeCertificate));
        assert!(!calls.contains(&Call::Wafv2ListWebAcls));
    }

    #[test]
    fn who_needs_a_call_needs_what_leads_to_it() {
        let after = |call| with_companions(std::iter::once(call));
        let rules = after(Call::Wafv2GetRuleGroup);
        for call in [Call::Wafv2GetWebAcl, Call::Wafv2ListWebAcls, Call::Wafv2GetWebAclForResource]
        {
            assert!(rules.contains(&call), "{call}");
        }
        assert!(after(Call::S3ListObjectsV2).contains(&Call::ElbDescribeLoadBalancerAttributes));
        assert!(!after(Call::S3HeadBucket).contains(&Call::S3ListObjectsV2));
        assert_eq!(after(Call::GlobalAcceleratorListListeners).len(), 3);
    }
}
