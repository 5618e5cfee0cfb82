//! The network of the samples: interfaces, routes, network ACLs and security groups.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::{ACCOUNT, REGION, arn, known, only};
use crate::fact::Fact;
use crate::inventory::{
    AclEntry, EndpointService, Kind, LoadBalancer, NetworkAcl, NetworkInterface, Permission,
    Region, Route, RouteTable, SecurityGroup,
};

/// A network ACL as AWS makes it: everything goes in and out.
#[must_use]
pub fn open_acl() -> NetworkAcl {
    let entry = |number, egress, action: &str, range: IpNet| AclEntry {
        number,
        egress,
        protocol: "-1".to_owned(),
        action: action.to_owned(),
        range: Some(range),
        ..AclEntry::default()
    };
    let mut entries = Vec::new();
    for egress in [false, true] {
        entries.push(entry(100, egress, "allow", Ipv4Net::default().into()));
        entries.push(entry(101, egress, "allow", Ipv6Net::default().into()));
        entries.push(entry(32_767, egress, "deny", Ipv4Net::default().into()));
        entries.push(entry(32_768, egress, "deny", Ipv6Net::default().into()));
    }
    NetworkAcl {
        id: "acl-1".to_owned(),
        vpc_id: "vpc-1".to_owned(),
        is_default: true,
        subnets: vec!["subnet-a".to_owned(), "subnet-b".to_owned()],
        entries,
    }
}

/// The interface of a target that only the load balancer's security group reaches.
///
/// # Panics
///
/// On a text that is no address.
#[must_use]
pub fn interface(id: &str, instance: Option<&str>, address: &str) -> NetworkInterface {
    NetworkInterface {
        id: id.to_owned(),
        owner: Some(ACCOUNT.to_owned()),
        kind: Some("interface".to_owned()),
        vpc_id: Some("vpc-1".to_owned()),
        subnet_id: Some("subnet-a".to_owned()),
        zone: Some("eu-west-1a".to_owned()),
        instance_id: instance.map(str::to_owned),
        addresses: vec![address.parse().expect("an address")],
        groups: vec!["sg-targets".to_owned()],
        ..NetworkInterface::default()
    }
}

/// The security group of the sample targets: it lets in the load balancer's and nobody else.
#[must_use]
pub fn target_group_door() -> SecurityGroup {
    SecurityGroup {
        id: "sg-targets".to_owned(),
        name: Some("targets".to_owned()),
        vpc_id: Some("vpc-1".to_owned()),
        ingress: vec![Permission {
            protocol: "tcp".to_owned(),
            from_port: Some(1),
            to_port: Some(65_535),
            groups: vec!["sg-web".to_owned()],
            ..Permission::default()
        }],
        egress: vec![everything_out()],
    }
}

/// The permission that AWS gives every security group: everything may go out.
#[must_use]
pub fn everything_out() -> Permission {
    Permission {
        protocol: "-1".to_owned(),
        ranges: vec![Ipv4Net::default().into()],
        ..Permission::default()
    }
}

/// An endpoint service in front of the sample load balancer of this kind, with consent, for these.
#[must_use]
pub fn endpoint_service(kind: &Kind, principals: &[&str]) -> EndpointService {
    EndpointService {
        id: "vpce-svc-1".to_owned(),
        name: Some(format!("com.amazonaws.vpce.{REGION}.vpce-svc-1")),
        state: Some("Available".to_owned()),
        acceptance_required: true,
        load_balancers: vec![arn(kind, "web")],
        principals: Fact::Known(principals.iter().map(|one| (*one).to_owned()).collect()),
    }
}

/// Lets the first security group admit a few addresses alone.
///
/// # Panics
///
/// Never: the range is one.
pub fn admit_few(region: &mut Region) {
    let first = known(&mut region.security_groups).take(1);
    for permission in first.flat_map(|group| &mut group.ingress) {
        permission.ranges = vec!["192.0.2.0/24".parse().expect("a block")];
    }
}

/// A security group that lets the whole internet in on these TCP ports.
#[must_use]
pub fn open_group(id: &str, ports: &[i32]) -> SecurityGroup {
    let open = |port: &i32| Permission {
        protocol: "tcp".to_owned(),
        from_port: Some(*port),
        to_port: Some(*port),
        ranges: vec![Ipv4Net::default().into(), Ipv6Net::default().into()], // 0.0.0.0/0 and ::/0
        ..Permission::default()
    };
    SecurityGroup {
        id: id.to_owned(),
        name: Some(id.trim_start_matches("sg-").to_owned()),
        vpc_id: Some("vpc-1".to_owned()),
        ingress: ports.iter().map(open).collect(),
        egress: vec![everything_out()],
    }
}

/// Puts a security group in the place of the one with its id.
pub fn guard(region: &mut Region, door: SecurityGroup) {
    if let Fact::Known(groups) = &mut region.security_groups {
        groups.retain(|group| group.id != door.id);
        groups.push(door);
    }
}

/// A main route table that leads to an internet gateway.
#[must_use]
pub fn public_routes() -> RouteTable {
    let route = |destination: &str, target: &str| Route {
        destination: destination.to_owned(),
        target: Some(target.to_owned()),
        state: Some("active".to_owned()),
    };
    RouteTable {
        id: "rtb-1".to_owned(),
        vpc_id: "vpc-1".to_owned(),
        main: true,
        subnets: Vec::new(),
        routes: vec![route("10.0.0.0/16", "local"), route("0.0.0.0/0", "igw-1")],
    }
}

/// Makes a sample's load balancer an internal one.
pub fn internal(lb: &mut LoadBalancer) {
    lb.scheme = Some("internal".to_owned());
}

/// Makes a sample's load balancer an internal one as it should be: in subnets without a way to the
/// internet, and open to the private network alone.
pub fn inside(region: &mut Region) {
    internal(only(region));
    for table in known(&mut region.route_tables) {
        table.routes.truncate(1);
    }
    for permission in known(&mut region.security_groups).flat_map(|group| &mut group.ingress) {
        permission.ranges.retain(|range| range.prefix_len() > 0);
        if permission.groups.is_empty() {
            permission.ranges.extend("10.0.0.0/16".parse::<IpNet>());
        }
    }
}

/// Leads IPv6 to the internet too, and makes the sample's load balancer a dual-stack one.
pub fn dual_stack(region: &mut Region) {
    only(region).ip_address_type = Some("dualstack".to_owned());
    for table in known(&mut region.route_tables) {
        table.routes.push(Route {
            destination: "::/0".to_owned(),
            target: Some("igw-1".to_owned()),
            state: Some("active".to_owned()),
        });
    }
}
