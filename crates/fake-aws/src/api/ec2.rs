//! EC2: regions, and the network around load balancers.

mod acls;
mod encryption;
mod endpoints;
mod filter;
mod flow_logs;
mod groups;
mod interfaces;
mod lists;
mod network;
mod permissions;
mod regions;

use super::{Context, XmlResult};
use crate::answer::Refusal;

pub(super) fn result(context: &Context<'_>) -> XmlResult {
    match context.call.action.as_str() {
        "DescribeRegions" => regions::describe(context),
        "DescribeSecurityGroups" => groups::describe(context),
        "DescribeStaleSecurityGroups" => groups::stale(context),
        "DescribeNetworkAcls" => acls::describe(context),
        "DescribeNetworkInterfaces" => interfaces::describe(context),
        "DescribeFlowLogs" => flow_logs::describe(context),
        "DescribeVpcEndpointServiceConfigurations" => endpoints::services(context),
        "DescribeVpcEndpointServicePermissions" => endpoints::permissions(context),
        "DescribeVpcEndpoints" => endpoints::endpoints(context),
        "DescribeVpcEncryptionControls" => encryption::describe(context),
        "DescribeVpcs" => network::vpcs(context),
        "DescribeSubnets" => network::subnets(context),
        "DescribeRouteTables" => network::route_tables(context),
        "DescribeManagedPrefixLists" => lists::describe(context),
        "GetManagedPrefixListEntries" => lists::entries(context),
        "DescribeVpcBlockPublicAccessOptions" => Ok(regions::block(context)),
        "DescribeVpcBlockPublicAccessExclusions" => regions::exclusions(context),
        _ => permissions::result(context),
    }
}

/// What is there, narrowed to the ids asked for; an id that is not there fails the whole call.
fn by_id<'a, T>(
    context: &Context<'a>,
    (all, id): (&'a [T], fn(&T) -> &str),
    (parameter, code): (&str, &str),
) -> Result<Vec<&'a T>, Refusal> {
    let wanted = context.call.list(parameter);
    let gone = wanted.iter().find(|wanted| all.iter().all(|one| id(one) != **wanted));
    if let Some(gone) = gone {
        return Err(Refusal::new(code, format!("The ID '{gone}' does not exist")));
    }
    Ok(all.iter().filter(|one| wanted.is_empty() || wanted.contains(&id(one))).collect())
}
