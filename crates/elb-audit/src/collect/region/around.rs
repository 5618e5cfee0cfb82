//! What else leads to the load balancers of a region, or watches over them.

use std::collections::BTreeMap;

use elb_audit_core::inventory::{
    ApiLink, AutoScalingGroup, EndpointService, FlowLog, Kind, LoadBalancer, LogSource, Region,
    VpcEndpoint,
};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;

use super::Reader;
use crate::aws::query;
use crate::collect::services::{apigateway, autoscaling, cloudwatch, ec2, elbv2, logs};

/// Lists of a whole region.
pub(super) struct Around {
    flow_logs: Fact<Vec<FlowLog>>,
    endpoint_services: Fact<Vec<EndpointService>>,
    vpc_endpoints: Fact<Vec<VpcEndpoint>>,
    rest_links: Fact<Vec<ApiLink>>,
    http_links: Fact<Vec<ApiLink>>,
    auto_scaling_groups: Fact<Vec<AutoScalingGroup>>,
    limits: Fact<BTreeMap<String, u64>>,
    log_sources: Fact<Vec<LogSource>>,
    log_deliveries: Fact<Vec<String>>,
}

impl Around {
    /// Puts what was read where the inventory has it.
    pub(super) fn into_region(self, region: &mut Region) {
        region.flow_logs = self.flow_logs;
        region.endpoint_services = self.endpoint_services;
        region.vpc_endpoints = self.vpc_endpoints;
        region.rest_links = self.rest_links;
        region.http_links = self.http_links;
        region.auto_scaling_groups = self.auto_scaling_groups;
        region.limits = self.limits;
        region.log_sources = self.log_sources;
        region.log_deliveries = self.log_deliveries;
    }
}

impl Reader {
    /// What can lead to one of these load balancers, each list only if it could name one of them.
    pub(super) async fn around(
        &self,
        client: &aws_sdk_elasticloadbalancingv2::Client,
        all: &[LoadBalancer],
    ) -> Around {
        let any = |kinds: &[Kind]| all.iter().any(|lb| kinds.contains(&lb.kind));
        let (ec2, scaling, first, second) = (
            &self.query(&query::EC2, Call::Ec2DescribeFlowLogs),
            &self.query(&query::AUTO_SCALING, Call::AutoScalingDescribeGroups),
            &self.query(&query::API_GATEWAY, Call::ApiGatewayGetVpcLinks),
            &self.query(&query::API_GATEWAY_V2, Call::ApiGatewayV2GetApis),
        );
        let api = &self.api;
        let served = any(&[Kind::Network, Kind::Gateway]);
        let linked = any(&[Kind::Application, Kind::Network]);
        // What asks about fronts wants all of them; the rules for PrivateLink are a question only where they are off.
        let unfiltered = all.iter().any(|lb| lb.private_link_rules.as_deref() == Some("off"));
        let rest_linked = unfiltered || linked && self.plan.wants(Call::ApiGatewayV2GetApis);
        let (flow_logs, services, endpoints, groups, rest, http, limits, logs) = tokio::join!(
            self.if_wanted(Call::Ec2DescribeFlowLogs, ec2::flow_logs(api, ec2)),
            self.if_of_use(
                Call::Ec2DescribeVpcEndpointServiceConfigurations,
                served,
                ec2::endpoint_services(
                    api,
                    ec2,
                    self.owner(),
                    self.plan.wants(Call::Ec2DescribeVpcEndpointServicePermissions)
                )
            ),
            self.if_of_use(
                Call::Ec2DescribeVpcEndpoints,
                any(&[Kind::Gateway]),
                ec2::gateway_endpoints(api, ec2)
            ),
            self.if_wanted(
                Call::AutoScalingDescribeGroups,
                autoscaling::groups(api, scaling, self.owner())
            ),
            self.if_of_use(
                Call::ApiGatewayGetVpcLinks,
                rest_linked,
                apigateway::rest_links(api, first)
            ),
            self.if_of_use(Call::ApiGatewayV2GetApis, linked, apigateway::http_links(api, second)),
            self.if_of_use(
                Call::ElbV2DescribeAccountLimits,
                any(&[Kind::Application, Kind::Network, Kind::Gateway]),
                elbv2::account_limits(api, client)
            ),
            self.deliveries(linked),
        );
        Around {
            flow_logs,
            endpoint_services: services,
            vpc_endpoints: endpoints,
            rest_links: rest,
            http_links: http,
            auto_scaling_groups: groups,
            limits,
            log_sources: logs.0,
            log_deliveries: logs.1,
        }
    }

    /// Logs that CloudWatch Logs delivers, and whether it does. Without a source nothing is delivered.
    async fn deliveries(&self, of_use: bool) -> (Fact<Vec<LogSource>>, Fact<Vec<String>>) {
        let call = Call::LogsDescribeDeliverySources;
        let client = self.query(&query::LOGS, call);
        let sources =
            self.if_of_use(call, of_use, logs::sources(&self.api, &client, self.owner())).await;
        let any = sources.get().is_ok_and(|sources| !sources.is_empty());
        let deliveries = logs::deliveries(&self.api, &client);
        (sources, self.if_of_use(Call::LogsDescribeDeliveries, any, deliveries).await)
    }

    /// Traffic of every load balancer, by ARN.
    pub(super) async fn traffic(&self, all: &[LoadBalancer]) -> BTreeMap<String, Fact<f64>> {
        let call = Call::CloudWatchGetMetricData;
        if !self.plan.wants(call) {
            return BTreeMap::new();
        }
        let client = self.query(&query::CLOUDWATCH, call);
        cloudwatch::traffic(&self.api, &client, all, self.plan.taken_at).await
    }
}
