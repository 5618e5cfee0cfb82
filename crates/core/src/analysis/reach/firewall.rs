//! Automated Internet Firewall: what of the internet it lets into a subnet whose gateway it stands at.
//!
//! Source: EC2 API reference, `NetworkFirewallAssociation`, `IgwFirewall` and
//! `Subnet$NetworkFirewallConnectivityType`. Only a firewall that enforces keeps anything out, and of the kinds
//! of connectivity only `outbound-only` drops what nobody inside has asked for. Its policy, which may keep out
//! more, is not read.

use super::bounds::Bounds;
use crate::analysis::index::Index;
use crate::inventory::{Route, VpcFirewall, or_missing};
use crate::vocab::call::Call;
use crate::vocab::fact::{Gap, Reason};

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

/// The firewall of a subnet: its routes name it.
pub(super) fn of_subnet<'a>(
    index: &Index<'a>,
    vpc: Option<&str>,
    subnet: &str,
) -> Option<Firewall<'a>> {
    let table = index.routing(subnet, vpc).ok()?.table;
    let leads_out =
        |route: &&Route| route.target.as_deref().is_some_and(|id| id.starts_with("igw-"));
    let route = table.routes.iter().filter(leads_out).find_map(|route| route.firewall.as_ref())?;
    let known = index.vpc(&table.vpc_id);
    let vpc = known.map(|vpc| vpc.firewalls.iter().find(|firewall| firewall.arn == route.arn));
    Some(Firewall {
        arn: &route.arn,
        status: route.status.as_deref(),
        connectivity: index.subnet(subnet).map(|subnet| subnet.firewall_connectivity.as_deref()),
        vpc,
    })
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

/// Whether the firewall of a subnet, if it has one, lets anything in.
pub(super) fn gate(index: &Index, vpc: Option<&str>, subnet: &str) -> Bounds {
    match of_subnet(index, vpc, subnet).map(|firewall| firewall.treatment(subnet)) {
        None | Some(Treatment::Open) => Bounds::open(),
        Some(Treatment::Shut) => Bounds::shut(),
        Some(Treatment::Unknown(gap)) => Bounds::unknown(gap.in_region(&index.region().name)),
    }
}
