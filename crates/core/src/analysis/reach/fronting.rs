//! Network load balancers in front of an Application load balancer: whoever reaches them, and is let in
//! by both, reaches it, though its own addresses be private.

use super::bounds::Bounds;
use super::ingress::{Flow, Port, SecurityGroupIngress};
use super::{Reachability, acl};
use crate::analysis::index::Index;
use crate::analysis::routing::{self, End};
use crate::inventory::{
    IpAddressType, Kind, Listener, LoadBalancer, TargetGroup, TargetState, TargetType, Transport,
    or_missing,
};
use crate::vocab::call::Call;
use crate::vocab::fact::{Fact, Gap, Reason};
use crate::vocab::net::{Family, IpSet, Level, Sources};
use crate::vocab::partial::Partial;

/// A way through another load balancer.
pub(super) struct FrontingNlb<'a> {
    /// The load balancer in front; none when it could not be found.
    pub(super) nlb: Option<&'a LoadBalancer>,
    /// Its listener.
    pub(super) listener: Option<&'a Listener>,
    /// The target group that holds the Application load balancer.
    pub(super) group: Option<&'a TargetGroup>,
    /// The transport and port behind it.
    pub(super) flow: Flow,
    /// Who reaches the listener.
    pub(super) reach: Bounds,
    /// Who of them is let in behind it.
    pub(super) bounds: Bounds,
}

/// What is asked about.
#[derive(Clone, Copy)]
struct Behind<'a> {
    index: &'a Index<'a>,
    alb: &'a LoadBalancer,
    flow: Flow,
}

/// The ways to a port of an Application load balancer through others.
pub(super) fn find<'a>(
    index: &'a Index<'a>,
    alb: &'a LoadBalancer,
    port: &Port,
) -> Vec<FrontingNlb<'a>> {
    let mut found = Vec::new();
    let flow = port.flows().find(|flow| flow.transport == Transport::Tcp);
    let (Kind::Application, Some(flow)) = (&alb.kind, flow) else { return found };
    let behind = Behind { index, alb, flow };
    match index.groups_with(&alb.arn) {
        Ok(groups) => {
            for group in groups.iter().filter(|group| behind.is_held_by(group)) {
                behind.through(group, untyped(group).as_ref(), &mut found);
            }
            for group in index.unread_groups_of_load_balancers(alb.vpc_id.as_deref()) {
                if let (true, Some(gap)) = (behind.is_asked_of(group.port), group.targets.gap()) {
                    behind.through(group, Some(gap), &mut found);
                }
                // One that may open it to everyone is enough to know nothing.
                if found.iter().any(|fronting| fronting.bounds.upper().level() == Level::Internet) {
                    break;
                }
            }
        }
        Err(gap) => behind.guess(&gap, &mut found),
    }
    found
}

impl<'a> Behind<'a> {
    fn is_asked_of(self, port: Option<u16>) -> bool {
        self.flow.port.is_none() || port.is_none() || self.flow.port == port
    }

    /// Whether the group sends new connections to the port, if it is of the type that can. A target that is
    /// draining gets none.
    fn is_held_by(self, group: &TargetGroup) -> bool {
        let targets = group.targets.get().into_iter().flatten();
        group.may_hold_load_balancer()
            && targets.filter(|target| target.id == self.alb.arn).any(|target| {
                target.state != TargetState::Draining
                    && self.is_asked_of(target.port.or(group.port))
            })
    }

    /// Adds the ways by which the load balancers in front forward to a group. With a gap, the group may
    /// hold another target.
    fn through(self, group: &'a TargetGroup, gap: Option<&Gap>, found: &mut Vec<FrontingNlb<'a>>) {
        for arn in &group.load_balancer_arns {
            let nlb = match self.index.load_balancer(arn) {
                Ok(nlb) if matches!(nlb.kind, Kind::Network | Kind::Other(_)) => nlb,
                Ok(_) => continue,
                Err(gap) => {
                    found.push(self.unseen(&gap, Some(group)));
                    continue;
                }
            };
            let listeners = match &nlb.listeners {
                Fact::Known(listeners) => listeners,
                Fact::Unread(gap) => {
                    found.push(self.whole(nlb, gap, Some(group)));
                    continue;
                }
            };
            let approach = Reachability::new(self.index, nlb);
            for listener in listeners {
                let forwards = forwards(nlb, listener, &group.arn);
                if matches!(forwards, Ok(false)) {
                    continue;
                }
                let reach = match Port::of_listener(listener) {
                    Ok(port) => approach.own(&port),
                    Err(gap) => Bounds::unknown(gap),
                };
                let bounds = reach.clone().and(self.admitted(Some(nlb))).outsiders();
                let bounds = match forwards.err().or(gap.cloned()) {
                    Some(gap) => bounds.perhaps(gap),
                    None => bounds,
                };
                let (nlb, listener, group) = (Some(nlb), Some(listener), Some(group));
                found.push(FrontingNlb { nlb, listener, group, flow: self.flow, reach, bounds });
            }
        }
    }

    /// The target groups are unread: any public Network load balancer of the VPC may be in front.
    fn guess(self, gap: &Gap, found: &mut Vec<FrontingNlb<'a>>) {
        if self.index.region().v2.rest.gap().is_some() {
            found.push(self.unseen(gap, None));
        }
        for nlb in self.index.network_load_balancers(self.alb.vpc_id.as_deref()) {
            if found.iter().any(|fronting| fronting.bounds.upper().level() == Level::Internet) {
                break;
            }
            found.push(self.whole(nlb, gap, None));
        }
    }

    /// A load balancer of which it is not known what it sends on.
    fn whole(
        self,
        nlb: &'a LoadBalancer,
        gap: &Gap,
        group: Option<&'a TargetGroup>,
    ) -> FrontingNlb<'a> {
        let reach = Reachability::new(self.index, nlb).own(&Port::Any);
        let bounds = reach.clone().and(self.admitted(Some(nlb))).outsiders().perhaps(gap.clone());
        FrontingNlb { nlb: Some(nlb), listener: None, group, flow: self.flow, reach, bounds }
    }

    /// A load balancer that was not found.
    fn unseen(self, gap: &Gap, group: Option<&'a TargetGroup>) -> FrontingNlb<'a> {
        let reach = Bounds::unknown(gap.clone());
        let bounds = reach.clone().and(self.admitted(None)).outsiders();
        FrontingNlb { nlb: None, listener: None, group, flow: self.flow, reach, bounds }
    }

    /// Whom the Application load balancer lets in of those whom the one in front sends on. It keeps the
    /// address of an IPv4 client. An IPv6 client arrives with a private IPv4 address of its own, since a
    /// group of load balancers is an IPv4 one. A rule that names a security group of the one in front
    /// lets in everything it sends.
    fn admitted(self, nlb: Option<&LoadBalancer>) -> Bounds {
        let Behind { index, alb, flow } = self;
        let ingress = SecurityGroupIngress::from_groups(index, &alb.security_groups, flow);
        let sent = match nlb {
            Some(nlb) if ingress.admits_members_of(&nlb.security_groups) => Bounds::open(),
            Some(nlb) => {
                let v4 = ingress
                    .bounds()
                    .and(Bounds::exactly(Sources::from_family(Family::V4, IpSet::All)));
                v4.or(self.translated(nlb, &ingress))
            }
            None => Bounds::open(),
        };
        sent.and(self.filtered(nlb))
    }

    /// IPv6 clients, if the addresses of the load balancer in front are let in.
    fn translated(self, nlb: &LoadBalancer, ingress: &SecurityGroupIngress) -> Bounds {
        let all = Bounds::exactly(Sources::from_family(Family::V6, IpSet::All));
        let let_in = ingress.bounds();
        if let_in.lower().known.v4 == IpSet::All {
            return all;
        }
        if let_in.upper().known.v4.is_empty() {
            return Bounds::shut();
        }
        let subnets = nlb.subnets.iter().map(|id| {
            let subnet = match self.index.subnet(id) {
                Ok(subnet) => subnet,
                Err(gap) => return all.clone().perhaps(gap),
            };
            let own = |part: &IpSet| subnet.ranges.iter().any(|own| !part.within(own).is_empty());
            match (
                own(&let_in.lower().known.v4),
                own(&let_in.upper().known.v4),
                ingress.admissions.gap(),
            ) {
                (true, ..) => all.clone(),
                (false, true, Some(gap)) => all.clone().perhaps(gap.clone()),
                _ => Bounds::shut(),
            }
        });
        subnets.fold(Bounds::shut(), Bounds::or)
    }

    /// The network ACLs between the two, which do not stand inside a subnet.
    fn filtered(self, nlb: Option<&LoadBalancer>) -> Bounds {
        let Behind { index, alb, flow } = self;
        let shares = |subnet: &String| nlb.is_none_or(|nlb| nlb.subnets.contains(subnet));
        if alb.subnets.iter().any(shares) {
            return Bounds::open();
        }
        let passed = alb
            .subnets
            .iter()
            .map(|subnet| acl::bounds(index, alb.vpc_id.as_deref(), subnet, flow));
        let v6 = Bounds::exactly(Sources::from_family(Family::V6, IpSet::All));
        passed.fold(v6, Bounds::or)
    }
}

/// The gap of a group of which it is not known what type it is.
fn untyped(group: &TargetGroup) -> Option<Gap> {
    let reason = match &group.target_type {
        Some(TargetType::Other(_)) => Reason::Unrecognised,
        None => Reason::Malformed,
        Some(_) => return None,
    };
    let said = format!("target type {}", or_missing(group.target_type.as_ref()));
    Some(Gap::new(Call::ElbV2DescribeTargetGroups, reason).of(&group.arn).saying(said))
}

/// Whether a listener forwards to a group. Only one of a dual-stack load balancer can have rules.
fn forwards(nlb: &LoadBalancer, listener: &Listener, group: &str) -> Result<bool, Gap> {
    let is_dual = nlb.ip_address_type.as_ref().is_some_and(|kind| *kind != IpAddressType::Ipv4);
    let routes = match routing::live(nlb, listener) {
        Ok(routes) => routes,
        Err(gap) if is_dual => return Err(gap),
        Err(_) => {
            let mut forwarded = listener.default_actions.iter().flat_map(routing::weighted);
            return Ok(forwarded.any(|arn| arn == group));
        }
    };
    Partial::whole(routes).any(|route| match route.end {
        End::Forward(groups) => Ok(groups.contains(&group)),
        End::Unknown(gap) => Err(gap),
        End::Redirect(_) | End::Answer => Ok(false),
    })
}
