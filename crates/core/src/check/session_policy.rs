//! The session policy of an assumed role: a run may do with it what it was started for, whatever else the role
//! itself is allowed. AWS allows what both of them allow.
//!
//! STS takes 2,048 characters, and fewer where they pack badly, so many actions of one kind are folded into
//! one pattern. A pattern begins with `Describe` or `List`, and AWS gives no action that writes such a name;
//! `Get` is never folded, since what some of these actions get is content.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::vocab::call::Call;

/// The longest policy that STS takes, in characters. Source: AWS STS API reference, `AssumeRole`, `Policy`.
pub const LONGEST: usize = 2_048;

/// Beginnings of actions that may be folded.
const FOLDED: [&str; 2] = ["Describe", "List"];
/// So many actions with one beginning are folded.
const MANY: usize = 3;

/// The policy that allows these calls and actions in this partition, and nothing else, as STS takes it.
///
/// What AWS allows everybody is not in it, and neither is what leads to accounts.
#[must_use]
pub fn session_policy(
    calls: impl IntoIterator<Item = Call>,
    actions: &[&str],
    partition: &str,
) -> String {
    let mut anywhere: BTreeSet<String> =
        actions.iter().map(|action| (*action).to_owned()).collect();
    let mut limited: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for call in calls {
        if call == Call::StsGetCallerIdentity || call.leads_to_accounts() {
            continue;
        }
        match call.resource() {
            Some(arn) => {
                let arn = arn.replacen("arn:*:", &format!("arn:{partition}:"), 1);
                limited.entry(call.action()).or_default().insert(arn);
            }
            None => drop(anywhere.insert(call.action())),
        }
        anywhere.extend(call.permission_only().iter().map(|action| (*action).to_owned()));
    }
    let mut statements = Vec::new();
    if !anywhere.is_empty() {
        statements.push(allowed(&json!(folded(anywhere)), &json!("*")));
    }
    statements
        .extend(limited.into_iter().map(|(action, arns)| allowed(&json!(action), &json!(arns))));
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

fn allowed(action: &Value, resource: &Value) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

/// The pattern that an action is folded into where it is one of many.
fn pattern(action: &str) -> Option<String> {
    let (service, operation) = action.split_once(':')?;
    let beginning = FOLDED.iter().find(|beginning| operation.starts_with(**beginning))?;
    Some(format!("{service}:{beginning}*"))
}

fn folded(actions: BTreeSet<String>) -> BTreeSet<String> {
    let mut alike: BTreeMap<String, usize> = BTreeMap::new();
    for pattern in actions.iter().filter_map(|action| pattern(action)) {
        *alike.entry(pattern).or_default() += 1;
    }
    let fold = |action: String| match pattern(&action) {
        Some(pattern) if alike[&pattern] >= MANY => pattern,
        _ => action,
    };
    actions.into_iter().map(fold).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Check, Persona, plan};
    use crate::checks::ALL;
    use crate::vocab::glob;

    const IMPORT: &str = "securityhub:BatchImportFindings";

    /// The actions of a policy, each with its resources.
    fn parsed(policy: &str) -> Vec<(String, Vec<String>)> {
        let policy: Value = serde_json::from_str(policy).expect("JSON");
        let texts = |value: &Value| -> Vec<String> {
            let all = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
            all.iter().map(|one| one.as_str().expect("a text").to_owned()).collect()
        };
        let statements = policy["Statement"].as_array().expect("statements");
        let of = |one: &Value| {
            assert_eq!(one["Effect"], "Allow");
            let resources = texts(&one["Resource"]);
            texts(&one["Action"])
                .into_iter()
                .map(move |action| (action, resources.clone()))
                .collect()
        };
        statements.iter().flat_map::<Vec<_>, _>(of).collect()
    }

    /// Every choice of calls that the tests try: those of each persona, of each check, of all checks but
    /// one, of one call each, and everything.
    fn choices() -> Vec<Vec<Call>> {
        let read = || Call::all().filter(|call| !call.leads_to_accounts());
        let of = |checks: Vec<&Check>| plan::calls(&checks);
        let mut all = vec![read().collect()];
        for persona in [Persona::Regular, Persona::Pedantic, Persona::Auditor] {
            all.push(of(ALL.iter().copied().filter(|one| one.persona <= persona).collect()));
        }
        for check in ALL {
            all.push(of(vec![*check]));
            all.push(of(ALL.iter().copied().filter(|one| one.id != check.id).collect()));
        }
        all.extend(read().map(|call| vec![call]));
        // Two of each kind are not folded yet.
        let mut few: BTreeMap<String, Vec<Call>> = BTreeMap::new();
        for call in read() {
            let kind = pattern(&call.action()).unwrap_or_else(|| call.action());
            few.entry(kind).or_default().push(call);
        }
        for calls in few.values_mut() {
            calls.sort_by_key(|call| std::cmp::Reverse(call.action().len()));
            calls.truncate(MANY - 1);
        }
        all.push(few.into_values().flatten().collect());
        all
    }

    #[test]
    fn every_choice_allows_its_calls_and_fits() {
        let mut longest = 0;
        for calls in choices() {
            for acts in [&[][..], &[IMPORT]] {
                let policy = session_policy(calls.iter().copied(), acts, "aws-us-gov");
                longest = longest.max(policy.chars().count());
                let allowed = parsed(&policy);
                let allows = |action: &str, resource: &str| {
                    allowed.iter().any(|(pattern, resources)| {
                        glob::matches(pattern, action)
                            && resources.iter().any(|one| glob::matches(one, resource))
                    })
                };
                for call in calls.iter().filter(|call| **call != Call::StsGetCallerIdentity) {
                    let arn = call.resource().unwrap_or("*");
                    assert!(allows(&call.action(), &arn.replace("arn:*:", "arn:aws-us-gov:")));
                    assert!(call.permission_only().iter().all(|action| allows(action, "*")));
                }
                assert_eq!(allows(IMPORT, "*"), !acts.is_empty());
            }
        }
        // What STS packs has a limit of its own, which AWS does not document: some room is left.
        assert!(longest <= LONGEST * 3 / 4, "{longest} characters");
    }

    #[test]
    fn nothing_that_writes_is_allowed() {
        let reads = |operation: &str| {
            ["Describe", "Get", "List", "Search"].iter().any(|one| operation.starts_with(one))
        };
        for calls in choices() {
            for (action, resources) in parsed(&session_policy(calls, &[], "aws")) {
                let (service, operation) = action.split_once(':').expect("service:Operation");
                assert!(!service.contains('*'), "{action}");
                let is_gateway = action == "apigateway:GET" && !resources.contains(&"*".to_owned());
                assert!(is_gateway || reads(operation), "{action}");
                let is_pattern = FOLDED.iter().any(|one| operation == format!("{one}*"));
                assert!(is_pattern || !operation.contains('*'), "{action}");
            }
        }
    }

    #[test]
    fn what_leads_to_accounts_is_not_in_it() {
        let policy = session_policy(Call::all(), &[], "aws");
        assert!(!policy.contains("organizations:") && !policy.contains("sts:"), "{policy}");
        let only = session_policy([], &[IMPORT], "aws");
        let wanted = json!({
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": [IMPORT], "Resource": "*"}],
        });
        assert_eq!(serde_json::from_str::<Value>(&only).expect("JSON"), wanted);
    }
}
