//! Flow logs.

use elb_audit_core::inventory::FlowLog;
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;
use serde::Deserialize;

use super::whole_region;
use crate::aws::api::ApiClient;
use crate::aws::query::Client;
use crate::aws::strict;

/// Every flow log of the region.
pub(crate) async fn flow_logs(api: &ApiClient, client: &Client) -> Fact<Vec<FlowLog>> {
    let found = whole_region::<FlowLogXml>(api, client, Call::Ec2DescribeFlowLogs).await;
    found.map(|logs| {
        let known = |xml: FlowLogXml| FlowLog {
            id: xml.flow_log_id,
            resource: xml.resource_id,
            status: xml.flow_log_status,
            traffic: xml.traffic_type,
            delivery: xml.deliver_logs_status,
        };
        logs.into_iter().map(known).collect()
    })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FlowLogXml {
    #[serde(deserialize_with = "strict::text")]
    flow_log_id: String,
    #[serde(deserialize_with = "strict::text")]
    resource_id: String,
    flow_log_status: Option<String>,
    traffic_type: Option<String>,
    deliver_logs_status: Option<String>,
}
