//! Quotas of a region, and capacity that is reserved.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::Client;
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;

use super::PAGE;
use crate::aws::api::ApiClient;
use crate::aws::strict::{Unexpected, each, filled, required};

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
    let found = api.all_pages(call, page).await;
    api.understood(call, None, found, |all| {
        let limits =
            each(all, |limit| Ok((filled("Name", limit.name)?, filled("Max", limit.max)?)))?;
        Ok(limits.into_iter().filter_map(|(name, max)| Some((name, max.parse().ok()?))).collect())
    })
}

/// The capacity units that a load balancer has reserved.
pub(crate) async fn reserved_capacity(api: &ApiClient, client: &Client, arn: &str) -> Fact<u64> {
    let call = Call::ElbV2DescribeCapacityReservation;
    let request = client.describe_capacity_reservation().load_balancer_arn(arn).send();
    let answer = api.call(call, Some(arn), request).await;
    api.understood(call, Some(arn), answer, |answer| {
        let zones = answer.capacity_reservation_state.unwrap_or_default();
        let least = match answer.minimum_load_balancer_capacity {
            // Without a reservation no zone holds any of it.
            None if !zones.iter().any(|zone| zone.effective_capacity_units > Some(0.0)) => {
                return Ok(0);
            }
            least => required("MinimumLoadBalancerCapacity", least)?,
        };
        let units = required("CapacityUnits", least.capacity_units)?;
        u64::try_from(units).map_err(|_| Unexpected::Value("CapacityUnits", units.to_string()))
    })
}
