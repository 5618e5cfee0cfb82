//! Endpoint services with their permissions, and endpoints.

use super::filter::Filters;
use super::{Context, XmlResult, by_id};
use crate::answer::Refusal;
use crate::epoch;
use crate::model::arn::id;
use crate::model::certificate::EPOCH;
use crate::model::endpoint::{EndpointService, VpcEndpoint};
use crate::page;
use crate::xml::Xml;

const NO_SERVICE: &str = "InvalidVpcEndpointServiceId.NotFound";

pub(super) fn services(context: &Context<'_>) -> XmlResult {
    let known = ["service-name", "service-id", "service-state", "supported-ip-address-types"];
    let filters = Filters::read(context, &known)?;
    let all = &context.region.endpoint_services;
    let mut found = by_id(context, (all, |one| &one.id), ("ServiceId", NO_SERVICE))?;
    found.retain(|one| {
        filters.fit(|name| match name {
            "service-name" => vec![one.name(&context.call.region)],
            "service-id" => vec![one.id.clone()],
            "service-state" => vec![one.state.clone()],
            _ => one.address_types.clone(),
        })
    });
    let page = context.page(found, page::EC2)?;
    let mut xml = Xml::ec2();
    xml.list("serviceConfigurationSet", page.items, |xml, one| {
        service(context, xml, one);
    });
    xml.maybe("nextToken", page.next);
    Ok(xml)
}

fn service(context: &Context<'_>, xml: &mut Xml, one: &EndpointService) {
    let region = &context.call.region;
    let balancers = one.load_balancers.iter().map(|name| context.load_balancer_arn(name));
    let gateway = one.kind == "GatewayLoadBalancer";
    xml.list("serviceType", [one], |xml, one| xml.text("serviceType", &one.kind));
    xml.text("serviceId", &one.id);
    xml.text("serviceName", one.name(region));
    xml.text("serviceState", &one.state);
    xml.texts("availabilityZoneSet", [format!("{region}a"), format!("{region}b")]);
    xml.text("acceptanceRequired", one.acceptance);
    xml.text("managesVpcEndpoints", false);
    let name = if gateway { "gatewayLoadBalancerArnSet" } else { "networkLoadBalancerArnSet" };
    xml.texts(name, balancers);
    xml.texts("supportedIpAddressTypeSet", &one.address_types);
    xml.texts("baseEndpointDnsNameSet", [format!("{}.{region}.vpce.amazonaws.com", one.id)]);
    if let Some((name, state)) = &one.private_dns {
        xml.text("privateDnsName", name);
        xml.node("privateDnsNameConfiguration", |xml| {
            xml.text("state", state);
            xml.text("type", "TXT");
            xml.text("value", format!("vpce:{}", id(&[name])));
            xml.text("name", format!("_{}", id(&["name", name])));
        });
    }
    xml.list("supportedRegionSet", [region].into_iter().chain(&one.regions), |xml, region| {
        xml.text("region", region);
        xml.text("serviceState", &one.state);
    });
    xml.text("remoteAccessEnabled", !one.regions.is_empty());
}

pub(super) fn permissions(context: &Context<'_>) -> XmlResult {
    let wanted = context.call.get("ServiceId").ok_or_else(|| {
        Refusal::new("MissingParameter", "The request must contain the parameter ServiceId")
    })?;
    let known = context.region.endpoint_services.iter().find(|one| one.id == wanted);
    let one = known.ok_or_else(|| {
        Refusal::new(NO_SERVICE, format!("The VpcEndpointService Id '{wanted}' does not exist"))
    })?;
    let filters = Filters::read(context, &["principal", "principal-type"])?;
    let fits = |principal: &&String| {
        filters.fit(|name| match name {
            "principal" => vec![(*principal).clone()],
            _ => vec![kind(principal).to_owned()],
        })
    };
    let page = context.page(one.principals.iter().filter(fits).collect(), page::EC2)?;
    let mut xml = Xml::ec2();
    xml.list("allowedPrincipals", page.items, |xml, principal| {
        xml.text("principalType", kind(principal));
        xml.text("principal", principal);
        let own = id(&["permission", &one.id, principal]);
        xml.text("servicePermissionId", format!("vpce-svc-perm-{own}"));
        xml.text("serviceId", &one.id);
    });
    xml.maybe("nextToken", page.next);
    Ok(xml)
}

/// What kind of principal an ARN names.
fn kind(principal: &str) -> &'static str {
    if principal == "*" {
        "All"
    } else if principal.contains(":user/") {
        "User"
    } else if principal.contains(":role/") {
        "Role"
    } else if principal.contains(":organizations:") {
        "OrganizationUnit"
    } else if principal.starts_with("arn:") {
        "Account"
    } else {
        "Service"
    }
}

pub(super) fn endpoints(context: &Context<'_>) -> XmlResult {
    let known = [
        "vpc-endpoint-type",
        "service-name",
        "vpc-id",
        "vpc-endpoint-id",
        "vpc-endpoint-state",
        "ip-address-type",
    ];
    let filters = Filters::read(context, &known)?;
    let missing = ("VpcEndpointId", "InvalidVpcEndpointId.NotFound");
    let mut found = by_id(context, (&context.region.vpc_endpoints, |one| &one.id), missing)?;
    found.retain(|one| {
        filters.fit(|name| match name {
            "vpc-endpoint-type" => vec![one.kind.clone()],
            "service-name" => vec![service_name(context, one)],
            "vpc-id" => vec![one.vpc.clone()],
            "vpc-endpoint-id" => vec![one.id.clone()],
            "vpc-endpoint-state" => vec![one.state.clone()],
            _ => vec![one.ip_address_type.clone()],
        })
    });
    let page = context.page(found, page::EC2)?;
    let mut xml = Xml::ec2();
    xml.list("vpcEndpointSet", page.items, |xml, one| {
        endpoint(context, xml, one);
    });
    xml.maybe("nextToken", page.next);
    Ok(xml)
}

fn service_name(context: &Context<'_>, one: &VpcEndpoint) -> String {
    let own = context.region.endpoint_services.iter().find(|service| service.id == one.service);
    own.map_or_else(|| one.service.clone(), |service| service.name(&context.call.region))
}

fn endpoint(context: &Context<'_>, xml: &mut Xml, one: &VpcEndpoint) {
    xml.text("vpcEndpointId", &one.id);
    xml.text("vpcEndpointType", &one.kind);
    xml.text("vpcId", &one.vpc);
    xml.text("serviceName", service_name(context, one));
    xml.text("state", &one.state);
    xml.maybe("policyDocument", one.policy.as_ref());
    xml.texts("routeTableIdSet", &one.route_tables);
    xml.texts("subnetIdSet", &one.subnets);
    xml.list("groupSet", &one.groups, |xml, group| {
        xml.text("groupId", group);
        xml.text("groupName", context.group_name(group));
    });
    xml.text("ipAddressType", &one.ip_address_type);
    xml.text("privateDnsEnabled", one.private_dns);
    xml.text("requesterManaged", one.requester_managed);
    xml.texts("networkInterfaceIdSet", &one.interfaces);
    xml.text("creationTimestamp", epoch::iso(EPOCH));
    xml.text("ownerId", &context.account.id);
}
