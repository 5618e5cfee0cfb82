//! The IAM policy that a scan needs, and the reason for every action in it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::managed::managed_policies;
use super::{RENDERED, code, json, table};
use crate::check::Check;
use crate::check::plan::{READER, calls, with_companions};
use crate::report::{Report, ReportedGap};
use crate::vocab::call::Call;
use crate::vocab::fact::Reason;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    version: &'static str,
    statement: Vec<Statement>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    sid: String,
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
    let mut statements = by_service(reasons(&calls, &[]).into_keys());
    if purpose == Purpose::Organization {
        statements.push(roles(READER));
    }
    statements
}

/// A statement for each service.
fn by_service(actions: impl IntoIterator<Item = String>) -> Vec<Statement> {
    let mut services: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for action in actions {
        services.entry(service(&action).to_owned()).or_default().insert(action);
    }
    let statement = |(service, action): (String, BTreeSet<String>)| Statement {
        sid: sid(&service).to_owned(),
        effect: "Allow",
        action,
        resource: "*".to_owned(),
    };
    services.into_iter().map(statement).collect()
}

/// The statement that lets the caller take on the roles of this name.
fn roles(name: &str) -> Statement {
    Statement {
        sid: "MemberAccounts".to_owned(),
        effect: "Allow",
        action: [Call::StsAssumeRole.action()].into(),
        resource: format!("arn:*:iam::*:role/{name}"),
    }
}

/// What AWS denied the scan of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The IAM policy that allows it and nothing else, a newline at the end; none where nothing was denied.
    pub policy: Option<String>,
    /// Actions that some policy denies explicitly: allowing them does not help before that is gone.
    pub denied_explicitly: BTreeSet<String>,
}

/// What a report's scan was denied, and the policy that would allow it. A role that could not be taken on
/// is allowed by its name.
#[must_use]
pub fn missing_permissions(report: &Report) -> Missing {
    let denied = |gap: &&ReportedGap| gap.reason.starts_with(Reason::AccessDenied.words());
    let (mut actions, mut names) = (BTreeSet::new(), BTreeSet::new());
    let mut denied_explicitly = BTreeSet::new();
    for gap in report.gaps.iter().filter(denied) {
        if gap.reason.contains("explicit deny") {
            denied_explicitly.insert(gap.action.clone());
        }
        if gap.action == Call::StsAssumeRole.action() {
            let role = gap.resource.as_deref().and_then(|arn| arn.split_once(":role/"));
            names.insert(role.map_or(READER, |(_, name)| name));
            continue;
        }
        // A report of another version may have calls that this one does not know.
        let call = Call::try_from(gap.call.clone()).ok();
        let implied = call.map_or(&[][..], Call::permission_only);
        actions.extend(implied.iter().map(|action| (*action).to_owned()));
        actions.insert(gap.action.clone());
    }
    let mut statement = by_service(actions);
    for (number, name) in (1..).zip(names) {
        let role = roles(name);
        // No two statements of a policy have one name.
        let sid = if number == 1 { role.sid } else { format!("{}{number}", role.sid) };
        statement.push(Statement { sid, ..role });
    }
    let policy = Policy { version: "2012-10-17", statement };
    let policy = (!policy.statement.is_empty()).then(|| json(&policy));
    Missing { policy, denied_explicitly }
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
         and `sts:AssumeRole` on the role `{READER}` in them ([many accounts](many-accounts.md)). \
         `--missing report.json` prints only the actions that the scan of a report was denied. elb-audit only reads: no action in the policy changes anything, and \
         none reads what passes through a load balancer.\n\n\
         An action that is missing stops nothing. What needed it is reported as unknown, with the name of \
         the action, and the rest of the scan goes on. What [AWS's own policies](#awss-own-policies) lack of these \
         stands below.\n\n{}\n{}",
        table(&["Action", "What for", "Needed by"], rows),
        managed_policies(checks)
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

    /// The report of an account with these gaps.
    fn denied(gaps: &[(&str, &str, Option<&str>, &str)]) -> Report {
        let inventory = crate::fixtures::demo::inventory();
        let options = crate::audit::Options::at(inventory.taken_at);
        let mut report = crate::audit::audit(&inventory, &[], &options);
        let gap =
            |(call, action, resource, reason): &(&str, &str, Option<&str>, &str)| ReportedGap {
                call: (*call).to_owned(),
                action: (*action).to_owned(),
                account: "111122223333".to_owned(),
                region: None,
                resource: resource.map(str::to_owned),
                reason: (*reason).to_owned(),
                advisory: false,
            };
        report.gaps = gaps.iter().map(gap).collect();
        report
    }

    #[test]
    fn what_was_denied_is_what_is_missing() {
        let rules = "elasticloadbalancing:DescribeRules";
        let report = denied(&[
            ("elbv2:DescribeRules", rules, Some("a"), "access denied: not authorized"),
            ("elbv2:DescribeRules", rules, Some("b"), "access denied"),
            ("elbv2:DescribeTags", "elasticloadbalancing:DescribeTags", None, "throttled"),
            ("wafv2:GetWebACLForResource", "wafv2:GetWebACLForResource", None, "access denied"),
            ("next:Call", "next:Action", None, "access denied: with an explicit deny in a policy"),
        ]);
        let missing = missing_permissions(&report);
        let policy: serde_json::Value =
            serde_json::from_str(&missing.policy.expect("a policy")).expect("JSON");
        let actions: Vec<&str> = policy["Statement"]
            .as_array()
            .into_iter()
            .flatten()
            .flat_map(|one| one["Action"].as_array().into_iter().flatten())
            .filter_map(serde_json::Value::as_str)
            .collect();
        let expected = [
            rules,
            "elasticloadbalancing:GetLoadBalancerWebACL",
            "next:Action",
            "wafv2:GetWebACL",
            "wafv2:GetWebACLForResource",
        ];
        assert_eq!(actions, expected);
        assert_eq!(missing.denied_explicitly, BTreeSet::from(["next:Action".to_owned()]));
    }

    #[test]
    fn a_role_that_could_not_be_taken_on_is_allowed_by_its_name() {
        let assume = "sts:AssumeRole";
        let (one, other) = ("arn:aws:iam::1:role/reader", "arn:aws:iam::2:role/audit/x");
        let report = denied(&[
            (assume, assume, Some(one), "access denied"),
            (assume, assume, Some("arn:aws:iam::3:role/reader"), "access denied"),
            (assume, assume, Some(other), "access denied"),
        ]);
        let policy = missing_permissions(&report).policy.expect("a policy");
        for (sid, role) in [("MemberAccounts", "audit/x"), ("MemberAccounts2", "reader")] {
            let both = [format!("\"Sid\": \"{sid}\""), format!("\"arn:*:iam::*:role/{role}\"")];
            assert!(both.iter().all(|text| policy.contains(text)), "{policy}");
        }
        assert_eq!(policy.matches("\"Sid\"").count(), 2);
    }

    #[test]
    fn nothing_denied_is_nothing_missing() {
        let gap = ("elbv2:DescribeRules", "elasticloadbalancing:DescribeRules", None, "timed out");
        for gaps in [&[][..], &[gap]] {
            let missing = missing_permissions(&denied(gaps));
            assert_eq!((missing.policy, missing.denied_explicitly.len()), (None, 0));
        }
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
