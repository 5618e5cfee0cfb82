//! What kind of zone a load balancer is in: they are all of one.

use crate::analysis::index::Index;
use crate::inventory::LoadBalancer;

/// A kind of zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ZoneKind {
    /// An Availability Zone, or one that is not told.
    Availability,
    /// A Local Zone.
    Local,
    /// A Wavelength Zone.
    Wavelength,
    /// An Outpost.
    Outpost,
}

/// The kind of a load balancer's zones.
pub(crate) fn of(index: &Index, lb: &LoadBalancer) -> ZoneKind {
    let region = index.region();
    if !lb.outposts.is_empty() {
        return ZoneKind::Outpost;
    }
    let mut kinds = lb.zones.iter().map(|zone| named(zone, &region.name));
    kinds.find(|kind| *kind != ZoneKind::Availability).unwrap_or(ZoneKind::Availability)
}

/// The zones of a region add one letter to its name, `eu-west-1a`; a Local Zone adds a place,
/// `us-west-2-lax-1a`, and a Wavelength Zone says so, `us-east-1-wl1-bos-wlz-1`.
fn named(zone: &str, region: &str) -> ZoneKind {
    match zone.strip_prefix(region) {
        Some(rest) if rest.contains("-wlz-") => ZoneKind::Wavelength,
        Some(rest) if rest.starts_with('-') => ZoneKind::Local,
        _ => ZoneKind::Availability,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_says_by_its_name_what_it_is() {
        for (zone, region, kind) in [
            ("eu-west-1a", "eu-west-1", ZoneKind::Availability),
            ("us-west-2-lax-1a", "us-west-2", ZoneKind::Local),
            ("us-east-1-wl1-bos-wlz-1", "us-east-1", ZoneKind::Wavelength),
            ("", "us-east-1", ZoneKind::Availability),
            ("use1-az1", "us-east-1", ZoneKind::Availability),
        ] {
            assert_eq!(named(zone, region), kind, "{zone}");
        }
    }
}
