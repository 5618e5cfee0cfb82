//! The account that `elb-audit demo` judges: a shop in three regions, with every fault that the checks
//! know and a few load balancers without any. Time stands still.

use std::collections::btree_map::Entry;

use crate::digest::{hex, sha256};
use crate::fact::Fact;
use crate::inventory::{Account, Certificate, Cost, Inventory, Kind, Region, SslPolicy};
use crate::{sample, tls};

mod frankfurt;
mod ireland;
mod sydney;
mod virginia;

pub use frankfurt::{CLEAN, FAULTS};

/// The account.
#[must_use]
pub fn inventory() -> Inventory {
    let mut inventory = sample::inventory(Vec::new());
    let account = &mut inventory.accounts[0];
    for (region, sites) in [
        ("ap-southeast-2", sydney::sites()),
        ("eu-central-1", frankfurt::sites()),
        ("eu-west-1", ireland::sites()),
        ("us-east-1", virginia::sites()),
    ] {
        let region = gather(region, sites, account);
        account.regions.push(region);
    }
    let mut skipped = Region::new("me-central-1");
    skipped.skipped = Some("not enabled for this account".to_owned());
    account.regions.push(skipped);
    account.regions.sort_by(|a, b| a.name.cmp(&b.name));
    inventory.cost = Cost { api_calls: 117, milliseconds: 2_340 };
    inventory
}

/// A load balancer's name and the sample account that holds it alone, still under the sample's name.
type Site = (&'static str, Inventory);

/// One region of several sites. What a site has beside its region goes to the account.
fn gather(region: &str, sites: Vec<Site>, whole: &mut Account) -> Region {
    let mut regions = Vec::new();
    for (number, (name, inventory)) in sites.into_iter().enumerate() {
        let mut account = moved(&inventory, region, (number, name)).accounts.remove(0);
        regions.push(account.regions.remove(0));
        append(&mut whole.server_certificates, account.server_certificates);
        append(&mut whole.distributions, account.distributions);
        append(&mut whole.vpc_origins, account.vpc_origins);
        append(&mut whole.accelerators, account.accelerators);
        append(&mut whole.dns_records, account.dns_records);
        if let (Fact::Known(all), Fact::Known(own)) = (&mut whole.shield, account.shield) {
            all.subscribed |= own.subscribed;
            all.protected.extend(own.protected);
        }
    }
    regions.into_iter().reduce(joined).unwrap_or_else(|| Region::new(region))
}

/// A sample under another name in another region.
fn moved(inventory: &Inventory, region: &str, (number, name): (usize, &str)) -> Inventory {
    let id = |salt: &str, length: usize| {
        hex(&sha256(format!("{region} {name} {salt}")))[..length].to_owned()
    };
    let mut text = serde_json::to_string(inventory).expect("an inventory is JSON");
    for kind in ["net", "gwy"] {
        if text.contains(&format!("loadbalancer/{kind}/")) {
            for part in ["listener", "listener-rule"] {
                text = text.replace(&format!("{part}/app/"), &format!("{part}/{kind}/"));
            }
        }
    }
    let mut replace = |from: &str, to: &str| text = text.replace(from, to);
    replace("\"web\"", &format!("\"{name}\""));
    replace("/web\"", &format!("/{name}\""));
    replace("/web/", &format!("/{name}/"));
    replace("sg-web", &format!("sg-{name}"));
    replace("sg-targets", &format!("sg-{name}-targets"));
    replace("\"name\":\"targets\"", &format!("\"name\":\"{name}-targets\""));
    replace("\"10.0.1.10\"", &format!("\"10.0.1.{}\"", number + 10));
    replace("\"10.0.2.10\"", &format!("\"10.0.2.{}\"", number + 10));
    replace("eipalloc-a", &format!("eipalloc-0{}", id("a", 16)));
    replace("eipalloc-b", &format!("eipalloc-0{}", id("b", 16)));
    replace("web-123.", &format!("{name}-{}.", id("dns", 10)));
    replace("www.example.com", &format!("{name}.example.com"));
    replace("50dc6c495c0c9188", &id("load balancer", 16));
    replace("73e2d6bc24d8a067", &id("target group", 16));
    for number in 1..=4 {
        let instance = format!("\"i-{number}\"");
        replace(&instance, &format!("\"i-0{}\"", id(&instance, 16)));
        let interface = format!("\"eni-{number}\"");
        replace(&interface, &format!("\"eni-0{}\"", id(&interface, 16)));
    }
    replace("\"eu-west-1\"", &format!("\"{region}\""));
    replace("eu-west-1", region);
    serde_json::from_str(&text).expect("a renamed inventory is one still")
}

/// One region of two parts. Every list of a sample is known.
fn joined(mut whole: Region, part: Region) -> Region {
    whole.classic.items.extend(part.classic.items);
    whole.v2.items.extend(part.v2.items);
    whole.certificates.extend(part.certificates);
    whole.prefix_lists.extend(part.prefix_lists);
    append(&mut whole.target_groups, part.target_groups);
    append(&mut whole.ssl_policies, part.ssl_policies);
    append(&mut whole.security_groups, part.security_groups);
    append(&mut whole.route_tables, part.route_tables);
    append(&mut whole.log_sources, part.log_sources);
    append(&mut whole.log_deliveries, part.log_deliveries);
    append(&mut whole.trust_stores, part.trust_stores);
    append(&mut whole.subnets, part.subnets);
    append(&mut whole.vpcs, part.vpcs);
    append(&mut whole.network_acls, part.network_acls);
    append(&mut whole.network_interfaces, part.network_interfaces);
    append(&mut whole.stale_rules, part.stale_rules);
    append(&mut whole.encryption_controls, part.encryption_controls);
    append(&mut whole.flow_logs, part.flow_logs);
    append(&mut whole.endpoint_services, part.endpoint_services);
    append(&mut whole.vpc_endpoints, part.vpc_endpoints);
    append(&mut whole.rest_links, part.rest_links);
    append(&mut whole.http_links, part.http_links);
    append(&mut whole.auto_scaling_groups, part.auto_scaling_groups);
    append(&mut whole.logged_web_acls, part.logged_web_acls);
    append(&mut whole.classic_waf, part.classic_waf);
    whole.web_acls.extend(part.web_acls);
    whole.rule_groups.extend(part.rule_groups);
    whole.functions.extend(part.functions);
    whole.user_pools.extend(part.user_pools);
    for (name, bucket) in part.log_buckets {
        match whole.log_buckets.entry(name) {
            Entry::Occupied(mut known) => known.get_mut().newest.extend(bucket.newest),
            Entry::Vacant(free) => drop(free.insert(bucket)),
        }
    }
    whole
}

/// Adds what is not there yet.
fn append<T: PartialEq>(whole: &mut Fact<Vec<T>>, part: Fact<Vec<T>>) {
    if let (Fact::Known(whole), Fact::Known(part)) = (whole, part) {
        for item in part {
            if !whole.contains(&item) {
                whole.push(item);
            }
        }
    }
}

/// What AWS answers about these policies.
fn policies(names: &[&str]) -> Fact<Vec<SslPolicy>> {
    let wanted = |(kind, offer): &(Kind, tls::Offer)| {
        *kind == Kind::Network && names.contains(&offer.name.as_str())
    };
    let answer = |(_, offer): (Kind, tls::Offer)| SslPolicy {
        name: offer.name,
        protocols: offer.protocols,
        ciphers: offer.ciphers,
    };
    Fact::Known(tls::bundled().filter(wanted).map(answer).collect())
}

/// The sample's certificate after a change, and a further one beside it under this name.
fn beside(region: &mut Region, name: &str, change: impl FnOnce(&mut Certificate)) -> String {
    let arn = sample::CERTIFICATE.replace("certificate/web", &format!("certificate/{name}"));
    let mut certificate = sample::certificate(&arn);
    certificate.names = vec![format!("{name}.example.net")];
    change(&mut certificate);
    region.certificates.insert(arn.clone(), Fact::Known(certificate));
    arn
}
