//! Names of Elastic Load Balancing, and the load balancers that have them.

use crate::inventory::{Account, DnsRecord, Inventory, Kind, LoadBalancer, Region};
use crate::vocab::call::Call;
use crate::vocab::fact::{Gap, Reason};

/// Where a name says that its load balancer is.
#[derive(Debug, PartialEq, Eq)]
struct DnsRegion<'a> {
    region: &'a str,
    /// Whether only Network load balancers have names of this form.
    network: bool,
}

/// The load balancer of this name, in whatever account and region; none when all that could have it were
/// listed and none has.
pub fn owner<'a>(inventory: &'a Inventory, name: &str) -> Result<Option<&'a LoadBalancer>, Gap> {
    let regions = inventory.accounts.iter().flat_map(|account| &account.regions);
    let mut all = regions.flat_map(Region::load_balancers);
    if let Some(lb) = all.find(|lb| has_name(lb, name)) {
        return Ok(Some(lb));
    }
    let Some(dns_region) = dns_region(name) else {
        let gap = Gap::new(Call::Route53ListResourceRecordSets, Reason::Unrecognised);
        return Err(gap.of(name).saying(format!("no region can be told from {name}")));
    };
    for account in &inventory.accounts {
        listed(account, &dns_region)?;
    }
    Ok(None)
}

/// Whether a name is the load balancer's, or that of one of its zones or address families.
fn has_name(lb: &LoadBalancer, name: &str) -> bool {
    let own = lb.dns_name.as_ref().map(|own| own.to_lowercase());
    own.is_some_and(|own| {
        let before = name.strip_suffix(&own);
        before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
    })
}

/// Whether a name is the load balancer's own, or that of one of its zones or address families.
pub(crate) fn is_own_name(lb: &LoadBalancer, name: &str) -> bool {
    let (own, name) = (lb.dns_name.as_deref().map(plain), plain(name));
    let before = own.as_ref().and_then(|own| name.strip_suffix(own.as_str()));
    before.is_some_and(|before| match before.strip_suffix('.') {
        None => before.is_empty(),
        Some(part) => {
            ["dualstack", "ipv6"].contains(&part) || lb.zones.iter().any(|zone| zone == part)
        }
    })
}

/// Whether a name leads to a load balancer: its own, or one that records lead to it, over others if need be. For
/// a record that stands for all names beside it another one may go before that is not kept.
pub(crate) fn leads_to(lb: &LoadBalancer, records: &[DnsRecord], name: &str) -> Result<bool, Gap> {
    let mut name = plain(name);
    for _ in 0..=records.len() {
        if is_own_name(lb, &name) {
            return Ok(true);
        }
        let exact = records.iter().filter(|record| plain(&record.name) == name);
        let Some(target) =
            exact.map(|record| plain(&record.target)).max_by_key(|target| is_own_name(lb, target))
        else {
            let wild = |record: &&DnsRecord| {
                let rest = plain(&record.name).strip_prefix('*').map(str::to_owned);
                rest.is_some_and(|rest| name.ends_with(&rest)) && is_own_name(lb, &record.target)
            };
            return records.iter().find(wild).map_or(Ok(false), |record| {
                let said = format!("cannot tell whether {} answers for {name}", record.name);
                Err(Gap::new(Call::Route53ListResourceRecordSets, Reason::Unrecognised)
                    .of(&name)
                    .saying(said))
            });
        };
        name = target;
    }
    Ok(false)
}

/// A name without case, last dot and Route 53's way to write a star.
fn plain(name: &str) -> String {
    name.trim_end_matches('.').replace("\\052", "*").to_lowercase()
}

/// Whether every load balancer of an account that could have a name was listed.
fn listed(account: &Account, dns_region: &DnsRegion) -> Result<(), Gap> {
    let gap = |reason, said: &str| {
        let gap = Gap::new(Call::ElbV2DescribeLoadBalancers, reason);
        gap.in_region(dns_region.region).of(&account.id).saying(said)
    };
    let Some(region) = account.regions.iter().find(|region| region.name == dns_region.region)
    else {
        return Err(gap(Reason::NotCollected, "this region was not scanned"));
    };
    if let Some(why) = &region.skipped {
        return Err(gap(Reason::Unavailable, why));
    }
    region.v2.rest.get()?;
    if !dns_region.network {
        region.classic.rest.get()?;
    }
    let nameless = |lb: &&LoadBalancer| lb.dns_name.is_none() && lb.kind != Kind::Gateway;
    match region.load_balancers().find(nameless) {
        Some(lb) => Err(gap(Reason::Malformed, &format!("{} has no DNS name", lb.name))),
        None => Ok(()),
    }
}

/// The place in a name: `NAME-ID.eu-west-1.elb.amazonaws.com` of Application and Classic load balancers,
/// with `internal-` before it for internal ones, `NAME-ID.elb.eu-west-1.amazonaws.com` of Network ones.
/// A Gateway load balancer has no name.
fn dns_region(name: &str) -> Option<DnsRegion<'_>> {
    let labels: Vec<&str> = name.split('.').collect();
    let at = labels.iter().rposition(|label| *label == "elb")?;
    let after = labels.get(at + 1).filter(|label| is_region(label));
    if let Some(region) = after {
        return Some(DnsRegion { region, network: true });
    }
    let before = labels[..at].last().filter(|label| is_region(label));
    before.map(|region| DnsRegion { region, network: false })
}

/// `eu-west-1`, `us-gov-east-1` …
fn is_region(label: &str) -> bool {
    let parts: Vec<&str> = label.split('-').collect();
    let number = parts.last().is_some_and(|last| last.len() < 3 && last.parse::<u8>().is_ok());
    number && parts.len() >= 3 && parts[0].chars().all(|c| c.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_its_region() {
        let table = [
            ("web-123.eu-west-1.elb.amazonaws.com", Some(("eu-west-1", false))),
            ("internal-web-123.us-gov-west-1.elb.amazonaws.com", Some(("us-gov-west-1", false))),
            ("ipv6.web-123.us-east-1.elb.amazonaws.com", Some(("us-east-1", false))),
            ("web-123.cn-north-1.elb.amazonaws.com.cn", Some(("cn-north-1", false))),
            ("web-0a1b.elb.eu-west-1.amazonaws.com", Some(("eu-west-1", true))),
            ("eu-west-1a.web-0a1b.elb.eu-west-1.amazonaws.com", Some(("eu-west-1", true))),
            ("web-0a1b.elb.eusc-de-east-1.amazonaws.eu", Some(("eusc-de-east-1", true))),
            ("web-shop-1234567.elb.amazonaws.com", None),
            ("www.example.com", None),
        ];
        for (name, expected) in table {
            let expected = expected.map(|(region, network)| DnsRegion { region, network });
            assert_eq!(dns_region(name), expected, "{name}");
        }
    }
}
