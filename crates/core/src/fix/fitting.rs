//! What of an account fits a choice.

use std::collections::BTreeSet;

use crate::inventory::{Inventory, Region};
use crate::mutation::Choice;
use crate::remedy::placeholder;
use crate::report::Finding;

/// How to choose, in a fragment.
pub(super) fn how(choice: &Choice) -> String {
    match choice {
        Choice::Certificate(hosts) if !hosts.is_empty() => format!(
            "the ARN of a certificate for {}; `aws acm list-certificates` lists those that are there",
            hosts.join(", ")
        ),
        Choice::Origin => "the origin whose pages may read answers".to_owned(),
        Choice::Keys(issuer) => format!("the address where {issuer} publishes its keys"),
        other => placeholder::choice(other.name()).unwrap_or_default().to_owned(),
    }
}

/// Each choice, and what fits it: certificates that cover the hosts, web ACLs of the region, buckets that logs go to
/// already.
pub(super) fn fitting(
    inventory: &Inventory,
    finding: &Finding,
    choices: &[Choice],
) -> Vec<(String, Vec<String>)> {
    let account = inventory.accounts.iter().find(|own| own.id == finding.account);
    let region =
        account.and_then(|account| account.regions.iter().find(|own| own.name == finding.region));
    let Some(region) = region else { return Vec::new() };
    choices.iter().map(|choice| (choice.name().to_owned(), of(region, choice))).collect()
}

fn of(region: &Region, choice: &Choice) -> Vec<String> {
    let stand_in = choice.stand_in();
    let all: BTreeSet<String> = match choice {
        Choice::Certificate(hosts) => region
            .certificates
            .values()
            .filter_map(|own| own.get().ok())
            .filter(|own| own.status.as_deref() == Some("ISSUED") && !own.arn.ends_with("/chosen"))
            .filter(|own| {
                let covers = |host: &String| {
                    own.names.iter().any(|name| {
                        name == host
                            || name.strip_prefix("*.").is_some_and(|rest| {
                                host.split_once('.').is_some_and(|(_, domain)| domain == rest)
                            })
                    })
                };
                hosts.iter().all(covers)
            })
            .map(|own| format!("{} for {}", own.arn, own.names.join(", ")))
            .collect(),
        Choice::WebAcl => region.web_acls.keys().cloned().collect(),
        Choice::LogBucket => region.log_buckets.keys().cloned().collect(),
        Choice::TrustStore => {
            region.trust_stores.get().into_iter().flatten().map(|own| own.arn.clone()).collect()
        }
        Choice::ServingGroup => {
            region.target_groups.get().into_iter().flatten().map(|own| own.arn.clone()).collect()
        }
        _ => BTreeSet::new(),
    };
    let fits = all.into_iter().filter(|own| !own.contains("chosen") && own != stand_in);
    fits.take(10).map(|own| format!("for example {own}")).collect()
}
