//! Trust stores of mutual TLS: what they revoke, who uses them, and whom they are shared with.

use std::collections::BTreeSet;

use aws_sdk_elasticloadbalancingv2::{Client, types as sdk};
use elb_audit_core::inventory::TrustStore;
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Gap, Reason};

use super::PAGE;
use crate::aws::api::ApiClient;
use crate::aws::document::{self, Statement};
use crate::aws::strict::{Understood, each, each_once, filled};

/// The region's trust stores, without what has to be asked for one by one.
pub(crate) async fn trust_stores(api: &ApiClient, client: &Client) -> Fact<Vec<TrustStore>> {
    let call = Call::ElbV2DescribeTrustStores;
    let page = move |marker| async move {
        let request = client.describe_trust_stores().page_size(PAGE).set_marker(marker);
        let answer = api.call(call, None, request.send()).await;
        answer.map(|answer| (answer.trust_stores, answer.next_marker))
    };
    let found = api.all_pages(call, page).await;
    api.understood(call, None, found, |all| each(all, trust_store))
}

fn trust_store(found: sdk::TrustStore) -> Understood<TrustStore> {
    Ok(TrustStore {
        arn: filled("TrustStoreArn", found.trust_store_arn)?,
        name: filled("Name", found.name)?,
        status: found.status.map(|status| status.as_str().to_owned()),
        ca_certificates: found.number_of_ca_certificates,
        revoked_entries: found.total_revoked_entries,
        revocation_lists: Fact::not_collected(Call::ElbV2DescribeTrustStoreRevocations),
        shared_with: Fact::not_collected(Call::ElbV2GetResourcePolicy),
        users: Fact::not_collected(Call::ElbV2DescribeTrustStoreAssociations),
    })
}

/// How many revocation lists a store has.
pub(crate) async fn revocation_lists(api: &ApiClient, client: &Client, arn: &str) -> Fact<usize> {
    let call = Call::ElbV2DescribeTrustStoreRevocations;
    let page = move |marker| async move {
        let request = client
            .describe_trust_store_revocations()
            .trust_store_arn(arn)
            .page_size(PAGE)
            .set_marker(marker);
        let answer = api.call(call, Some(arn), request.send()).await;
        answer.map(|answer| (answer.trust_store_revocations, answer.next_marker))
    };
    api.all_pages(call, page).await.map(|lists| lists.len())
}

/// The load balancers that use a store, in whatever account.
///
/// Source: `DescribeTrustStoreAssociations` of the ELB API, whose resources are load balancers.
pub(crate) async fn users(api: &ApiClient, client: &Client, arn: &str) -> Fact<Vec<String>> {
    let call = Call::ElbV2DescribeTrustStoreAssociations;
    let page = move |marker| async move {
        let request = client
            .describe_trust_store_associations()
            .trust_store_arn(arn)
            .page_size(PAGE)
            .set_marker(marker);
        let answer = api.call(call, Some(arn), request.send()).await;
        answer.map(|answer| (answer.trust_store_associations, answer.next_marker))
    };
    let found = api.all_pages(call, page).await;
    api.understood(call, Some(arn), found, |all| {
        each_once(all, |association| filled("ResourceArn", association.resource_arn))
    })
}

/// Accounts, organizations and `*` that a store's policy shares it with; without a policy nobody.
pub(crate) async fn shared_with(api: &ApiClient, client: &Client, arn: &str) -> Fact<Vec<String>> {
    let call = Call::ElbV2GetResourcePolicy;
    let request = client.get_resource_policy().resource_arn(arn).send();
    let answer = api.call(call, Some(arn), request).await;
    if matches!(&answer, Fact::Unread(gap) if gap.reason == Reason::NotFound) {
        return Fact::Known(Vec::new());
    }
    let policy = api.understood(call, Some(arn), answer, |answer| filled("Policy", answer.policy));
    policy.and_then(|policy| {
        let said = "the trust store's policy is unreadable";
        let unreadable = || api.located(Gap::new(call, Reason::Malformed).saying(said), Some(arn));
        sharers(&policy).ok_or_else(unreadable)
    })
}

/// Everyone whom a policy document lets in; none if it is no policy document.
fn sharers(policy: &str) -> Option<Vec<String>> {
    let all: BTreeSet<String> = document::allowing(policy)?.iter().flat_map(let_in_by).collect();
    Some(all.into_iter().collect())
}

/// Whom one statement lets in: accounts, or the organizations that everyone is narrowed to.
fn let_in_by(statement: &Statement) -> Vec<String> {
    let conditions = statement.conditions();
    let organizations = conditions.into_iter().filter(|condition| {
        matches!(condition.key.as_str(), "aws:principalorgid" | "aws:principalorgpaths")
            && !condition.operator.contains("not")
    });
    let organizations: Vec<String> = organizations.flat_map(|condition| condition.values).collect();
    let account = |principal: String| match principal.split(':').nth(4) {
        Some(account) if !account.is_empty() => account.to_owned(),
        _ => principal,
    };
    let principals = statement.principals("AWS").into_iter().map(account);
    principals
        .flat_map(|principal| match principal.as_str() {
            "*" if !organizations.is_empty() => organizations.clone(),
            _ => vec![principal],
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_tells_whom_it_lets_in() {
        let policy = r#"{"Statement": [
            {"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::222233334444:root", "333344445555"]}},
            {"Effect": "Deny", "Principal": "*"},
            {"Effect": "Allow", "Principal": "*", "Condition":
              {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}}]}"#;
        let found = sharers(policy).unwrap();
        assert_eq!(found, ["222233334444", "333344445555", "o-exampleorgid"]);
        assert_eq!(
            sharers(r#"{"Statement": {"Effect": "Allow", "Principal": "*"}}"#).unwrap(),
            ["*"]
        );
        assert_eq!(sharers("no policy"), None);
    }
}
