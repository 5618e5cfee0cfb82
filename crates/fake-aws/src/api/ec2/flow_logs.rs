//! `DescribeFlowLogs`.

use super::filter::Filters;
use super::{Context, XmlResult, by_id};
use crate::epoch;
use crate::model::certificate::EPOCH;
use crate::model::flow_log::FlowLog;
use crate::page;
use crate::xml::Xml;

const FILTERS: [&str; 5] =
    ["resource-id", "traffic-type", "deliver-log-status", "flow-log-id", "log-destination-type"];

pub(super) fn describe(context: &Context<'_>) -> XmlResult {
    let filters = Filters::read(context, &FILTERS)?;
    let missing = ("FlowLogId", "InvalidFlowLogId.NotFound");
    let mut found = by_id(context, (&context.region.flow_logs, |one| &one.id), missing)?;
    found.retain(|one| {
        filters.fit(|name| match name {
            "resource-id" => vec![one.resource.clone()],
            "traffic-type" => vec![one.traffic.clone()],
            "deliver-log-status" => vec![one.delivery.clone()],
            "flow-log-id" => vec![one.id.clone()],
            _ => vec![one.destination_type.clone()],
        })
    });
    let page = context.page(found, page::EC2)?;
    let mut xml = Xml::ec2();
    xml.list("flowLogSet", page.items, flow_log);
    xml.maybe("nextToken", page.next);
    Ok(xml)
}

fn flow_log(xml: &mut Xml, one: &FlowLog) {
    xml.text("creationTime", epoch::iso(EPOCH));
    xml.maybe("deliverLogsErrorMessage", one.error.as_ref());
    xml.text("deliverLogsStatus", &one.delivery);
    xml.text("flowLogId", &one.id);
    xml.text("flowLogStatus", &one.status);
    xml.text("resourceId", &one.resource);
    xml.text("trafficType", &one.traffic);
    xml.text("logDestinationType", &one.destination_type);
    xml.text("logDestination", &one.destination);
    xml.text(
        "logFormat",
        "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${action} ${log-status}",
    );
    xml.text("maxAggregationInterval", 600);
}
