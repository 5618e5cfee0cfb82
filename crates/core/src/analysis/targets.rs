//! What stands behind a load balancer: what its targets are, how it talks to them, and the ways to them
//! that leave it out.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::analysis::index::Index;
use crate::analysis::reach::Port;
use crate::analysis::routing::{self, End};
use crate::analysis::site::Site;
use crate::inventory::{
    Listener, LoadBalancer, NetworkInterface, Protocol, Target, TargetGroup, TargetState,
    TargetType, Transport, or_missing,
};
use crate::vocab::call::Call;
use crate::vocab::fact::{Fact, Gap, Reason};
use crate::vocab::partial::Partial;

/// What stands behind a load balancer in one place.
pub enum Targets<'a> {
    /// A target group.
    Group(&'a TargetGroup),
    /// The instances of a Classic load balancer.
    Instances(&'a Fact<Vec<Target>>),
}

impl<'a> Targets<'a> {
    /// The targets with their health.
    #[must_use]
    pub fn health(&self) -> &'a Fact<Vec<Target>> {
        match self {
            Targets::Group(group) => &group.targets,
            Targets::Instances(instances) => instances,
        }
    }
}

/// What the targets of a group are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// EC2 instances.
    Instance,
    /// Addresses, of the VPC or outside it.
    Address,
    /// A Lambda function.
    Function,
    /// An Application load balancer.
    LoadBalancer,
}

/// What the targets of a group are.
pub fn sort(group: &TargetGroup) -> Result<Sort, Gap> {
    match &group.target_type {
        Some(TargetType::Instance) => Ok(Sort::Instance),
        Some(TargetType::Ip) => Ok(Sort::Address),
        Some(TargetType::Lambda) => Ok(Sort::Function),
        Some(TargetType::Alb) => Ok(Sort::LoadBalancer),
        Some(TargetType::Other(other)) => {
            Err(unexpected_value(group, Reason::Unrecognised, format!("target type {other}")))
        }
        None => Err(unexpected_value(
            group,
            Reason::Malformed,
            "a group without target type".to_owned(),
        )),
    }
}

/// Whether targets are machines or containers, which have zones and addresses of their own.
pub fn are_hosts(targets: &Targets) -> Result<bool, Gap> {
    match targets {
        Targets::Group(group) => Ok(matches!(sort(group)?, Sort::Instance | Sort::Address)),
        Targets::Instances(_) => Ok(true),
    }
}

/// The gap of an answer about a target group that cannot be judged.
#[must_use]
pub fn unexpected_value(group: &TargetGroup, reason: Reason, said: String) -> Gap {
    Gap::new(Call::ElbV2DescribeTargetGroups, reason).of(&group.arn).saying(said)
}

/// The gap of a group's attribute whose value this version does not know.
#[must_use]
pub fn unknown_attribute(group: &TargetGroup, key: &str, value: &str) -> Gap {
    Gap::new(Call::ElbV2DescribeTargetGroupAttributes, Reason::Unrecognised)
        .of(&group.arn)
        .saying(format!("{key}={value}"))
}

/// The value of an attribute of a group; one that a successful answer leaves out has this default.
pub fn attribute<'a>(group: &'a TargetGroup, key: &str, default: &'a str) -> Result<&'a str, Gap> {
    Ok(group.attributes.get()?.get(key).map_or(default, String::as_str))
}

/// Whether an attribute of a group that is `true` or `false` is `true`; one that a successful answer
/// leaves out has this default.
pub fn switched_on(group: &TargetGroup, key: &str, default: bool) -> Result<bool, Gap> {
    match group.attributes.get()?.get(key).map(String::as_str) {
        None => Ok(default),
        Some("true") => Ok(true),
        Some("false") => Ok(false),
        Some(other) => Err(unknown_attribute(group, key, other)),
    }
}

/// How a load balancer talks to the targets of a group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Hop<'a> {
    /// By TLS.
    Encrypted,
    /// In cleartext what it understands: HTTP of an Application load balancer.
    Clear,
    /// In cleartext what came to this listener by TLS.
    Stripped(&'a Listener),
    /// It hands on what it does not look into.
    Opaque,
    /// Inside AWS's own services: a function or an Application load balancer.
    Inside,
}

impl Hop<'_> {
    /// Whether what goes this way can be read on the way.
    #[must_use]
    pub fn is_clear(self) -> bool {
        matches!(self, Hop::Clear | Hop::Stripped(_))
    }
}

/// How this load balancer talks to the targets of this group.
pub fn hop<'a>(lb: &'a LoadBalancer, group: &TargetGroup) -> Result<Hop<'a>, Gap> {
    if matches!(sort(group)?, Sort::Function | Sort::LoadBalancer) {
        return Ok(Hop::Inside);
    }
    match &group.protocol {
        Some(Protocol::Http) => Ok(Hop::Clear),
        Some(Protocol::Https | Protocol::Tls | Protocol::Quic) => Ok(Hop::Encrypted),
        Some(Protocol::Udp | Protocol::Geneve) => Ok(Hop::Opaque),
        Some(Protocol::Tcp | Protocol::TcpUdp | Protocol::TcpQuic) => {
            Ok(stripper(lb, &group.arn)?.map_or(Hop::Opaque, Hop::Stripped))
        }
        Some(other) => {
            Err(unexpected_value(group, Reason::Unrecognised, format!("protocol {other}")))
        }
        None => {
            Err(unexpected_value(group, Reason::Malformed, "a group without protocol".to_owned()))
        }
    }
}

/// The listener that ends TLS and forwards to this group.
fn stripper<'a>(lb: &'a LoadBalancer, group: &str) -> Result<Option<&'a Listener>, Gap> {
    let mut stripper = Partial::whole(None);
    for listener in lb.listeners.get()? {
        let routes = match lb.serves(listener, &[Protocol::Tls]) {
            Ok(false) => continue,
            Ok(true) => routing::live(lb, listener),
            Err(gap) => Err(gap),
        };
        for route in stripper.learn(routes).into_iter().flatten() {
            match route.end {
                End::Forward(groups) if groups.contains(&group) => return Ok(Some(listener)),
                End::Unknown(gap) => stripper.add_gap(gap),
                End::Forward(_) | End::Redirect(_) | End::Answer => {}
            }
        }
    }
    stripper.complete()
}

/// Whether a group has a target that is not about to leave.
pub fn has_any(group: &TargetGroup) -> Result<bool, Gap> {
    Ok(group.targets.get()?.iter().any(|target| target.state != TargetState::Draining))
}

/// A target as the AWS CLI takes it: `Id=i-1,Port=443`.
#[must_use]
pub fn shorthand(target: &Target) -> String {
    let port = target.port.map_or_else(String::new, |port| format!(",Port={port}"));
    let outside = target.zone.as_deref() == Some("all");
    let zone = if outside { ",AvailabilityZone=all" } else { "" };
    format!("Id={}{port}{zone}", target.id)
}

/// Whether any of these groups has a target that is not about to leave.
pub fn any_registered<'a>(
    site: Site,
    groups: Partial<impl IntoIterator<Item = &'a str>>,
) -> Result<bool, Gap> {
    groups.any(|arn| site.index.target_group(arn).and_then(has_any))
}

/// Whether an address is outside the VPC of its group.
fn is_remote(index: &Index, group: &TargetGroup, target: &Target) -> Result<bool, Gap> {
    match target.zone.as_deref() {
        Some("all") => Ok(true),
        Some(_) => Ok(false),
        None => Ok(!is_in_vpc(index, group, address(group, target)?)?),
    }
}

/// The addresses of a group that are outside its VPC. Targets that are about to leave do not count.
pub fn remote(index: &Index, group: &TargetGroup) -> Result<Partial<Vec<String>>, Gap> {
    if sort(group)? != Sort::Address {
        return Ok(Partial::default());
    }
    let staying =
        group.targets.get()?.iter().filter(|target| target.state != TargetState::Draining);
    Ok(Partial::whole(staying)
        .filter_map(|target| Ok(is_remote(index, group, target)?.then(|| target.id.clone()))))
}

/// Whether an address is one of the VPC's that a group is in.
pub fn is_in_vpc(index: &Index, group: &TargetGroup, address: IpAddr) -> Result<bool, Gap> {
    let missing = || {
        unexpected_value(group, Reason::Malformed, "a group of addresses without VPC".to_owned())
    };
    let vpc = index.vpc(group.vpc_id.as_deref().ok_or_else(missing)?)?;
    Ok(vpc.ranges.iter().any(|range| range.contains(&address)))
}

/// The address that a target is.
pub fn address(group: &TargetGroup, target: &Target) -> Result<IpAddr, Gap> {
    let gap = || {
        Gap::new(Call::ElbV2DescribeTargetHealth, Reason::Malformed)
            .of(&group.arn)
            .saying(format!("{} is no address", target.id))
    };
    target.id.parse().map_err(|_| gap())
}

/// The interfaces of a group's target, or of a Classic instance.
pub fn interfaces<'a>(
    index: &Index<'a>,
    targets: &Targets,
    target: &Target,
) -> Result<Vec<&'a NetworkInterface>, Gap> {
    let Targets::Group(group) = targets else {
        return index.interfaces_of(&target.id).map(<[_]>::to_vec);
    };
    match sort(group)? {
        Sort::Instance => index.interfaces_of(&target.id).map(<[_]>::to_vec),
        Sort::Address => index.interfaces_at(address(group, target)?, group.vpc_id.as_deref()),
        Sort::Function | Sort::LoadBalancer => Ok(Vec::new()),
    }
}

/// How many of these targets each zone of the load balancer has. A target outside the VPC is reached from
/// every zone and counts in each.
pub fn by_zone<'a>(
    site: Site<'a>,
    targets: &Targets,
    counted: &[&'a Target],
) -> Result<BTreeMap<&'a str, usize>, Gap> {
    let mut zones: BTreeMap<&str, usize> =
        site.lb.zones.iter().map(|zone| (zone.as_str(), 0)).collect();
    for target in counted {
        let zone = match target.zone.as_deref() {
            Some("all") => {
                for count in zones.values_mut() {
                    *count += 1;
                }
                continue;
            }
            Some(zone) => zone,
            None => interface_zone(site.index, targets, target)?,
        };
        if let Some(count) = zones.get_mut(zone) {
            *count += 1;
        }
    }
    Ok(zones)
}

/// The zone of a target that AWS tells through its interfaces alone, as it is with instances.
fn interface_zone<'a>(
    index: &Index<'a>,
    targets: &Targets,
    target: &Target,
) -> Result<&'a str, Gap> {
    let interfaces = interfaces(index, targets, target)?;
    interfaces.into_iter().find_map(|interface| interface.zone.as_deref()).ok_or_else(|| {
        Gap::new(Call::Ec2DescribeNetworkInterfaces, Reason::NotFound)
            .of(&target.id)
            .saying("its zone")
    })
}

/// A way to a target that leaves the load balancer out: an interface of it, and a port that it serves on.
pub(crate) struct DirectPath<'a> {
    /// The target.
    pub(crate) target: &'a Target,
    /// One of its interfaces.
    pub(crate) interface: &'a NetworkInterface,
    /// A port that the load balancer sends to.
    pub(crate) port: Port,
}

impl DirectPath<'_> {
    /// `i-1:8443`.
    pub(crate) fn label(&self) -> String {
        match self.port {
            Port::One { number, .. } => format!("{}:{number}", self.target.id),
            Port::Any => self.target.id.clone(),
        }
    }

    /// The number of its port; none where it is any.
    pub(crate) fn number(&self) -> Option<u16> {
        match self.port {
            Port::One { number, .. } => Some(number),
            Port::Any => None,
        }
    }
}

/// The ways to targets of the VPC that leave the load balancer out. What another load balancer stands at is
/// judged there; targets that leave are left out.
pub(crate) fn direct_paths<'a>(
    site: Site<'a>,
    targets: &Targets<'a>,
) -> Result<Partial<Vec<DirectPath<'a>>>, Gap> {
    let mut paths = Partial::<Vec<DirectPath>>::default();
    for target in targets.health().get()? {
        if target.state == TargetState::Draining || target.zone.as_deref() == Some("all") {
            continue;
        }
        let interfaces = paths.learn(interfaces(site.index, targets, target)).unwrap_or_default();
        let own = interfaces.into_iter().filter(|interface| !is_load_balancers(interface));
        let own: Vec<&NetworkInterface> = own.collect();
        if own.is_empty() {
            continue;
        }
        for port in ports(site.lb, targets, target)? {
            paths.found.extend(own.iter().map(|interface| DirectPath { target, interface, port }));
        }
    }
    Ok(paths)
}

/// Whether an interface is one of a load balancer's own.
fn is_load_balancers(interface: &NetworkInterface) -> bool {
    let kind = interface.kind.as_deref().unwrap_or_default();
    // Source: Elastic Load Balancing user guides: the description of these interfaces is `ELB …`.
    let described = interface.description.as_deref().unwrap_or_default();
    kind.ends_with("load_balancer") || described.starts_with("ELB ")
}

/// The ports that the load balancer sends to.
fn ports(lb: &LoadBalancer, targets: &Targets, target: &Target) -> Result<Vec<Port>, Gap> {
    let Targets::Group(group) = targets else {
        let listeners = lb.listeners.get()?.iter();
        let mut ports = listeners.map(instance_port).collect::<Result<Vec<_>, _>>()?;
        ports.dedup();
        return Ok(ports);
    };
    let number = port(group, target)?;
    Ok(vec![Port::One { transports: transports(group)?, number }])
}

/// What carries the requests to a group's targets.
pub(crate) fn transports(group: &TargetGroup) -> Result<&'static [Transport], Gap> {
    group.protocol.as_ref().and_then(Protocol::transports).ok_or_else(|| {
        let said = format!("protocol {}", or_missing(group.protocol.as_ref()));
        unexpected_value(group, Reason::Unrecognised, said)
    })
}

/// The port that a target of a group is sent to.
pub fn port(group: &TargetGroup, target: &Target) -> Result<u16, Gap> {
    let port = target.port.or(group.port).filter(|port| *port > 0);
    port.ok_or_else(|| {
        unexpected_value(group, Reason::Malformed, "a group without port".to_owned())
    })
}

/// Protocol and port of a Classic listener towards its instances: `HTTP` and 8080 of `HTTP:8080`.
pub fn instance_side(listener: &Listener) -> Result<(Protocol, u16), Gap> {
    let side = listener.instance_side.as_deref().unwrap_or_default();
    let parts = side
        .split_once(':')
        .and_then(|(protocol, port)| Some((Protocol::from(protocol), port.parse().ok()?)));
    let parts = parts.filter(|(_, port)| *port > 0);
    parts.ok_or_else(|| {
        Gap::new(Call::ElbDescribeLoadBalancers, Reason::Malformed)
            .of(&listener.id)
            .saying(format!("a listener towards `{side}`"))
    })
}

fn instance_port(listener: &Listener) -> Result<Port, Gap> {
    let (_, number) = instance_side(listener)?;
    Ok(Port::One { transports: &[Transport::Tcp], number })
}

/// Whether clients of a Network load balancer may come to this port of a target by themselves: it hands
/// their addresses on, so that the target has to let them in.
pub(crate) fn is_served_by_network(index: &Index, door: &DirectPath) -> Result<bool, Gap> {
    let Port::One { number, .. } = door.port else { return Ok(false) };
    for group in index.groups_with(&door.target.id)?.iter().filter(|group| is_network(group)) {
        let same = |other: &&Target| {
            other.id == door.target.id && other.port.or(group.port) == Some(number)
        };
        if group.targets.get()?.iter().find(same).is_some() {
            return Ok(true);
        }
    }
    let unread = index.groups_unread().iter().find(|group| is_network(group));
    unread.map_or(Ok(false), |group| group.targets.get().map(|_| false))
}

/// Whether a Network load balancer sends to this group.
fn is_network(group: &TargetGroup) -> bool {
    use Protocol::{Quic, Tcp, TcpQuic, TcpUdp, Tls, Udp};
    !group.load_balancer_arns.is_empty()
        && matches!(group.protocol, Some(Tcp | Tls | Udp | TcpUdp | Quic | TcpQuic))
}
