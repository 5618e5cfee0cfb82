//! Automated Internet Firewall: what of the internet it lets into a subnet whose gateway it stands at.
//!
//! Source: EC2 API reference, `NetworkFirewallAssociation`, `IgwFirewall` and
//! `Subnet$NetworkFirewallConnectivityType`. Only a firewall that enforces keeps anything out, and of the kinds
//! of connectivity only `outbound-only` drops what nobody inside has asked for. Its policy, which may keep out
//! more, is not read.

use crate::analysis::index::Index;
use crate::analysis::route_table::{Routing, Way};
use crate::inventory::{Route, VpcFirewall, or_missing};
use crate::vocab::call::Call;
use crate::vocab::fact::{Gap, Reason};
use crate::vocab::net::{Family, IpSet};

/// What a firewall does with what comes to a subnet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Treatment {
    /// It lets in what its policy lets in, or everything.
    Open,
    /// It drops what comes of itself.
    Shut,
    /// It is not known.
    Unknown(Gap),
}

/// A firewall at the gateway of a subnet.
pub(super) struct Firewall<'a> {
    arn: &'a str,
    status: Option<&'a str>,
    connectivity: Result<Option<&'a str>, Gap>,
    vpc: Result<Option<&'a VpcFirewall>, Gap>,
}

/// The first firewall that a subnet's routes name.
pub(super) fn of_subnet<'a>(
    index: &Index<'a>,
    vpc: Option<&str>,
    subnet: &str,
) -> Option<Firewall<'a>> {
    let table = index.routing(subnet, vpc).ok()?.table;
    table.routes.iter().find_map(|route| of_route(index, (&table.vpc_id, subnet), route))
}

/// The firewall of a route to an internet gateway.
fn of_route<'a>(
    index: &Index<'a>,
    (vpc, subnet): (&str, &str),
    route: &'a Route,
) -> Option<Firewall<'a>> {
    let leads_out = route.target.as_deref().is_some_and(|id| id.starts_with("igw-"));
    let own = route.firewall.as_ref().filter(|_| leads_out)?;
    let known = index.vpc(vpc);
    Some(Firewall {
        arn: &own.arn,
        status: own.status.as_deref(),
        connectivity: index.subnet(subnet).map(|subnet| subnet.firewall_connectivity.as_deref()),
        vpc: known.map(|vpc| vpc.firewalls.iter().find(|firewall| firewall.arn == own.arn)),
    })
}

/// What firewalls keep of the addresses that routes lead to a subnet.
#[derive(Default)]
pub(super) struct Kept {
    /// What is dropped.
    pub(super) shut: IpSet,
    /// What may be dropped, and why that is not known.
    pub(super) doubtful: IpSet,
    pub(super) gap: Option<Gap>,
}

/// What the firewalls of a table's routes keep from a subnet, each of the addresses that its route decides about.
pub(super) fn kept(index: &Index, routing: &Routing, subnet: &str, family: Family) -> Kept {
    let mut kept = Kept::default();
    let shares = routing.shares(family).all.iter().filter(|share| share.way == Way::Gateway);
    for share in shares {
        let place = (routing.table.vpc_id.as_str(), subnet);
        let Some(firewall) = of_route(index, place, share.route) else { continue };
        match firewall.treatment(subnet) {
            Treatment::Open => {}
            Treatment::Shut => kept.shut = kept.shut.or(share.part.clone()),
            Treatment::Unknown(gap) => {
                kept.doubtful = kept.doubtful.or(share.part.clone());
                kept.gap.get_or_insert(gap.in_region(&index.region().name));
            }
        }
    }
    kept
}

impl Firewall<'_> {
    /// What it does with connections from the internet.
    pub(super) fn treatment(&self, subnet: &str) -> Treatment {
        let connectivity = match &self.connectivity {
            Ok(word) => *word,
            Err(gap) => return self.unless_it_watches(gap.clone()),
        };
        match connectivity {
            Some("flexible" | "bidirectional" | "exclude" | "az-unsupported") => Treatment::Open,
            Some("outbound-only") => self.enforced(),
            other => self.unless_it_watches(unexpected(
                Call::Ec2DescribeSubnets,
                subnet,
                format!("networkFirewallConnectivityType {}", or_missing(other.as_ref())),
            )),
        }
    }

    /// Shut where it enforces.
    fn enforced(&self) -> Treatment {
        let vpc = match &self.vpc {
            Ok(Some(vpc)) => *vpc,
            Ok(None) => return self.unclear("a firewall that its VPC does not have".to_owned()),
            Err(gap) => return Treatment::Unknown(gap.clone()),
        };
        match vpc.mode.as_deref() {
            Some("monitor") => return Treatment::Open,
            Some("enforce") => {}
            other => return self.unclear(format!("firewallMode {}", or_missing(other.as_ref()))),
        }
        let statuses = [self.status, vpc.status.as_deref()];
        match statuses.into_iter().find(|status| *status != Some("active")) {
            None => Treatment::Shut,
            // AWS itself does not say from when on it filters.
            Some(Some(status @ ("pending" | "disabling"))) => {
                let gap = Gap::new(Call::Ec2DescribeVpcs, Reason::Undetermined).of(self.arn);
                Treatment::Unknown(gap.saying(format!("firewall status {status}")))
            }
            Some(other) => self.unclear(format!("firewall status {}", or_missing(other.as_ref()))),
        }
    }

    /// A firewall that only watches lets everything in, whatever else is not known.
    fn unless_it_watches(&self, gap: Gap) -> Treatment {
        match &self.vpc {
            Ok(Some(vpc)) if vpc.mode.as_deref() == Some("monitor") => Treatment::Open,
            _ => Treatment::Unknown(gap),
        }
    }

    fn unclear(&self, said: String) -> Treatment {
        Treatment::Unknown(unexpected(Call::Ec2DescribeVpcs, self.arn, said))
    }

    /// `Automated Internet Firewall edge: enforce, outbound-only`.
    pub(super) fn words(&self) -> String {
        let name = self.arn.rsplit('/').next().unwrap_or_default();
        let mode = self.vpc.as_ref().ok().and_then(|vpc| vpc.as_ref()?.mode.as_deref());
        let connectivity = self.connectivity.as_ref().ok().and_then(|word| *word);
        let mut said: Vec<&str> = mode.into_iter().chain(connectivity).collect();
        said.extend(self.status.filter(|status| *status != "active"));
        match &said[..] {
            [] => format!("Automated Internet Firewall {name}"),
            said => format!("Automated Internet Firewall {name}: {}", said.join(", ")),
        }
    }
}

fn unexpected(call: Call, resource: &str, said: String) -> Gap {
    Gap::new(call, Reason::Unrecognised).of(resource).saying(said)
}
