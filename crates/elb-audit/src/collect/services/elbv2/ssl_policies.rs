//! The content of security policies.

use aws_sdk_elasticloadbalancingv2::{Client, types as sdk};
use elb_audit_core::inventory::SslPolicy;
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Reason};

use super::PAGE;
use crate::aws::api::ApiClient;
use crate::aws::strict::{Understood, all_filled, each, each_once, filled, required};

/// The content of these security policies. One name that AWS does not know fails the whole question:
/// all policies are asked for then.
pub(crate) async fn ssl_policies(
    api: &ApiClient,
    client: &Client,
    names: &[String],
) -> Fact<Vec<SslPolicy>> {
    match policies(api, client, Some(names)).await {
        Fact::Unread(gap) if gap.reason == Reason::NotFound => policies(api, client, None).await,
        answer => answer,
    }
}

async fn policies(
    api: &ApiClient,
    client: &Client,
    names: Option<&[String]>,
) -> Fact<Vec<SslPolicy>> {
    let call = Call::ElbV2DescribeSslPolicies;
    let page = move |marker| async move {
        let request = client
            .describe_ssl_policies()
            .set_names(names.map(<[String]>::to_vec))
            .page_size(PAGE)
            .set_marker(marker);
        let answer = api.call(call, None, request.send()).await;
        answer.map(|answer| (answer.ssl_policies, answer.next_marker))
    };
    let found = api.all_pages(call, page).await;
    api.understood(call, None, found, |all| each(all, ssl_policy))
}

fn ssl_policy(found: sdk::SslPolicy) -> Understood<SslPolicy> {
    let protocols = required("SslProtocols", found.ssl_protocols)?;
    Ok(SslPolicy {
        name: filled("Name", found.name)?,
        protocols: all_filled("SslProtocols", protocols)?,
        ciphers: each_once(required("Ciphers", found.ciphers)?, |cipher| {
            filled("Name", cipher.name)
        })?,
    })
}
