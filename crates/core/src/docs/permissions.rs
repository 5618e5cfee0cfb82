//! The IAM policy that a scan needs, and the reason for every action in it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, Serializer};

use super::managed::managed_policies;
use super::{RENDERED, code, json, table};
use crate::check::Check;
use crate::check::plan::{READER, calls, with_companions};
use crate::fix;
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
    #[serde(serialize_with = "one_or_list")]
    resource: BTreeSet<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<Condition>,
}

/// Operators, each with the keys that it compares.
type Condition = BTreeMap<&'static str, BTreeMap<&'static str, &'static str>>;

/// One text as it is, several as a list.
fn one_or_list<S: Serializer>(texts: &BTreeSet<String>, serializer: S) -> Result<S::Ok, S::Error> {
    match texts.first() {
        Some(only) if texts.len() == 1 => serializer.serialize_str(only),
        _ => serializer.collect_seq(texts),
    }
}

/// What a policy is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// Reading one account: the one that the credentials are of, or a member's role.
    #[default]
    Scan,
    /// Reading an organization, from the account that the scan starts in.
    Organization,
    /// Running the scripts that `fix` writes, and nothing else.
    Fix,
}

impl Purpose {
    /// Every purpose, by the word for it.
    pub const ALL: [(&'static str, Purpose); 3] =
        [("scan", Purpose::Scan), ("organization", Purpose::Organization), ("fix", Purpose::Fix)];
}

/// The IAM policy that allows these calls and nothing else, a newline at the end. No action can be limited
/// to some load balancers, so the resource is `*`; API Gateway's one action is limited to the paths that are
/// asked. For an organization it also finds the accounts and assumes the one role in them.
#[must_use]
pub fn permissions(calls: &[Call], purpose: Purpose) -> String {
    json(&Policy { version: "2012-10-17", statement: statements(calls, purpose) })
}

/// The IAM policy for whoever runs the scripts that fix what these checks find, a newline at the end: what they look
/// at, what they change, and what takes that back.
#[must_use]
pub fn permissions_to_fix(checks: &[&'static Check]) -> String {
    let actions = fix::actions(checks).into_iter();
    let grants = actions.map(|action| (action.to_owned(), EVERYTHING.to_owned()));
    json(&Policy { version: "2012-10-17", statement: by_service(grants) })
}

/// The statements of the policy for a scan as a YAML list, for the policy of a `CloudFormation` template.
#[must_use]
pub fn permissions_yaml(calls: &[Call]) -> String {
    let list = |items: Vec<String>| format!("    - {}\n", items.join("\n    - "));
    let written = |one: Statement| {
        let resources = if one.resource.contains(EVERYTHING) {
            format!(" \"{EVERYTHING}\"\n")
        } else {
            format!("\n{}", list(one.resource.iter().map(|arn| of_partition(arn)).collect()))
        };
        format!(
            "- Sid: {}\n  Effect: {}\n  Action:\n{}  Resource:{resources}",
            one.sid,
            one.effect,
            list(one.action.into_iter().collect()),
        )
    };
    statements(calls, Purpose::Scan).into_iter().map(written).collect()
}

/// An ARN of every partition as a template has it: of the one that the stack is in.
fn of_partition(arn: &str) -> String {
    let rest = arn.strip_prefix("arn:*:").unwrap_or(arn);
    format!("!Sub arn:${{AWS::Partition}}:{rest}")
}

fn statements(calls: &[Call], purpose: Purpose) -> Vec<Statement> {
    let mut calls = calls.to_vec();
    if purpose == Purpose::Organization {
        let more = Call::all().filter(|call| call.family() == "organizations");
        calls.extend(more.filter(|call| !calls.contains(call)).collect::<Vec<_>>());
    }
    let mut statements = by_service(calls.iter().flat_map(|call| grants(*call)));
    if purpose == Purpose::Organization {
        // The caller's own organization and no other: whoever makes a role of this name elsewhere is not
        // let in on its trust alone.
        let own = BTreeMap::from([("aws:ResourceOrgID", "${aws:PrincipalOrgID}")]);
        let condition = Some(BTreeMap::from([("StringEquals", own)]));
        statements.push(Statement { condition, ..roles(READER) });
    }
    statements
}

/// Every resource there is.
const EVERYTHING: &str = "*";

/// An action, and the resource that it is for.
type Grant = (String, String);

/// What AWS asks to be allowed for a call.
fn grants(call: Call) -> impl Iterator<Item = Grant> {
    let own = (call.action(), call.resource().unwrap_or(EVERYTHING).to_owned());
    let implied = call.permission_only().iter();
    let implied = implied.map(|action| ((*action).to_owned(), EVERYTHING.to_owned()));
    std::iter::once(own).chain(implied)
}

/// A statement for each service, and in it for each choice of resources.
fn by_service(grants: impl IntoIterator<Item = Grant>) -> Vec<Statement> {
    let mut actions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (action, resource) in grants {
        actions.entry(action).or_default().insert(resource);
    }
    let mut services: BTreeMap<(String, BTreeSet<String>), BTreeSet<String>> = BTreeMap::new();
    for (action, mut resources) in actions {
        if resources.contains(EVERYTHING) {
            resources.retain(|resource| resource == EVERYTHING);
        }
        services.entry((service(&action).to_owned(), resources)).or_default().insert(action);
    }
    let statement = |((service, resource), action): ((String, _), _)| Statement {
        sid: sid(&service).to_owned(),
        effect: "Allow",
        action,
        resource,
        condition: None,
    };
    services.into_iter().map(statement).collect()
}

/// The statement that lets the caller assume the roles of this name.
fn roles(name: &str) -> Statement {
    Statement {
        sid: "MemberAccounts".to_owned(),
        effect: "Allow",
        action: [Call::StsAssumeRole.action()].into(),
        resource: [format!("arn:*:iam::*:role/{name}")].into(),
        condition: None,
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

/// What a report's scan was denied, and the policy that would allow it. A role that could not be assumed
/// is allowed by its name.
#[must_use]
pub fn missing_permissions(report: &Report) -> Missing {
    let denied = |gap: &&ReportedGap| gap.reason.starts_with(Reason::AccessDenied.words());
    let (mut missing, mut names) = (Vec::new(), BTreeSet::new());
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
        match Call::try_from(gap.call.clone()) {
            Ok(call) => missing.extend(grants(call)),
            Err(_) => missing.push((gap.action.clone(), EVERYTHING.to_owned())),
        }
    }
    let mut statement = by_service(missing);
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
         and `sts:AssumeRole` on the role `{READER}` in accounts of the caller's own organization \
         ([many accounts](many-accounts.md)). \
         `--for fix` prints what the scripts of [`fix`](fixing.md) look at, change and take back, for whoever runs them: the \
         one policy that changes anything. `--missing report.json` prints only the actions that the scan of a report was denied. elb-audit only reads: no action in the policy changes anything, and \
         none reads what passes through a load balancer.\n\n\
         API Gateway has one action for all that can be read there, so the policy limits it to the paths that are \
         asked: `/vpclinks`, `/apis` and `/apis/*/integrations`, of every region. The other actions are for every \
         resource: AWS limits most of them to none, and which load balancers there are is what a scan finds out.\n\n\
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

    #[test]
    fn an_action_for_all_of_a_service_is_limited_to_what_is_asked() {
        let resources = |calls: &[Call]| {
            let policy: serde_json::Value =
                serde_json::from_str(&permissions(calls, Purpose::Scan)).expect("JSON");
            let statements = policy["Statement"].as_array().expect("statements").clone();
            let own = statements.iter().find(|one| one["Sid"] == "ApiLinks").expect("ApiLinks");
            assert_eq!(own["Action"], serde_json::json!(["apigateway:GET"]));
            own["Resource"].clone()
        };
        let (links, apis) = ("arn:*:apigateway:*::/vpclinks", "arn:*:apigateway:*::/apis");
        assert_eq!(resources(&[Call::Ec2DescribeVpcs, Call::ApiGatewayGetVpcLinks]), links);
        let integrations = "arn:*:apigateway:*::/apis/*/integrations";
        let all = Call::all().collect::<Vec<_>>();
        assert_eq!(resources(&all), serde_json::json!([apis, integrations, links]));
        for call in Call::all() {
            let of_gateway = call.family().starts_with("apigateway");
            assert_eq!(call.resource().is_some(), of_gateway, "{call}");
        }
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
            ("apigatewayv2:GetApis", "apigateway:GET", None, "access denied"),
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
            "apigateway:GET",
            rules,
            "elasticloadbalancing:GetLoadBalancerWebACL",
            "next:Action",
            "wafv2:GetWebACL",
            "wafv2:GetWebACLForResource",
        ];
        assert_eq!(actions, expected);
        assert_eq!(policy["Statement"][0]["Resource"], "arn:*:apigateway:*::/apis");
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
        let yaml = permissions_yaml(&[
            Call::ApiGatewayGetVpcLinks,
            Call::ApiGatewayV2GetApis,
            Call::Wafv2ListWebAcls,
        ]);
        let wanted = "- Sid: ApiLinks\n  Effect: Allow\n  Action:\n    - apigateway:GET\n  \
                      Resource:\n    - !Sub arn:${AWS::Partition}:apigateway:*::/apis\n    \
                      - !Sub arn:${AWS::Partition}:apigateway:*::/vpclinks\n\
                      - Sid: WebAcls\n  Effect: Allow\n  Action:\n    \
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
