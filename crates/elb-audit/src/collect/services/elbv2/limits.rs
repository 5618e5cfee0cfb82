//! Quotas of a region, and capacity that is reserved.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::Client;
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;

use super::PAGE;
use crate::aws::api::ApiClient;

/// Quotas by AWS's name; those that are no number are left out.
pub(crate) async fn account_limits(
    api: &ApiClient,
    client: &Client,
) -> Fact<BTreeMap<String, u64>> {
    let call = Call::ElbV2DescribeAccountLimits;
    let page = move |marker| async move {
        let request = client.describe_account_limits().page_size(PAGE).set_marker(marker);
        let answer = api.call(call, None, request.send()).await;
        answer.map(|answer| (answer.limits, answer.next_marker))
    };
    api.all_pages(call, page).await.map(|all| {
        let known =
            all.into_iter().filter_map(|limit| Some((limit.name?, limit.max?.parse().ok()?)));
        known.collect()
    })
}

/// The capacity units that a load balancer has reserved.
pub(crate) async fn reserved_capacity(api: &ApiClient, client: &Client, arn: &str) -> Fact<u64> {
    let call = Call::ElbV2DescribeCapacityReservation;
    let request = client.describe_capacity_reservation().load_balancer_arn(arn).send();
    api.call(call, Some(arn), request).await.map(|answer| {
        let units = answer.minimum_load_balancer_capacity.and_then(|least| least.capacity_units);
        units.and_then(|units| u64::try_from(units).ok()).unwrap_or_default()
    })
}
