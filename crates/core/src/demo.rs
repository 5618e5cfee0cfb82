//! The account that `elb-audit demo` judges: a shop in three regions, with every fault that the checks
//! know and a few load balancers without any. Time stands still.

use sha2::{Digest, Sha256};

use crate::fact::Fact;
use crate::inventory::{Certificate, Cost, Inventory, Kind, Region, SslPolicy};
use crate::{sample, tls};

mod ireland;
mod sydney;
mod virginia;

/// The account.
#[must_use]
pub fn inventory() -> Inventory {
    let mut kept_in_iam = Vec::new();
    let mut regions = vec![
        gather("ap-southeast-2", sydney::sites(), &mut kept_in_iam),
        gather("eu-west-1", ireland::sites(), &mut kept_in_iam),
        gather("us-east-1", virginia::sites(), &mut kept_in_iam),
    ];
    let mut skipped = Region::new("me-central-1");
    skipped.skipped = Some("not enabled for this account".to_owned());
    regions.insert(2, skipped);
    let mut inventory = sample::inventory(regions);
    inventory.accounts[0].server_certificates = Fact::Known(kept_in_iam);
    inventory.cost = Cost { api_calls: 117, milliseconds: 2_340 };
    inventory
}

/// A load balancer's name and the sample account that holds it alone, still under the sample's name.
type Site = (&'static str, Inventory);

/// One region of several sites.
fn gather(region: &str, sites: Vec<Site>, kept_in_iam: &mut Vec<Certificate>) -> Region {
    let mut whole: Option<Region> = None;
    for (name, inventory) in sites {
        let mut account = moved(&inventory, region, name).accounts.remove(0);
        if let Fact::Known(certificates) = account.server_certificates {
            kept_in_iam.extend(certificates);
        }
        let next = account.regions.remove(0);
        whole = Some(match whole {
            None => next,
            Some(whole) => joined(whole, next),
        });
    }
    whole.unwrap_or_else(|| Region::new(region))
}

/// A sample under another name in another region.
fn moved(inventory: &Inventory, region: &str, name: &str) -> Inventory {
    let id = |salt: &str, length: usize| {
        let hash = Sha256::digest(format!("{region} {name} {salt}"));
        let hex = hash.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        hex[..length].to_owned()
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
    replace("web-123.", &format!("{name}-{}.", id("dns", 10)));
    replace("www.example.com", &format!("{name}.example.com"));
    replace("50dc6c495c0c9188", &id("load balancer", 16));
    replace("73e2d6bc24d8a067", &id("target group", 16));
    for number in 1..=4 {
        let instance = format!("\"i-{number}\"");
        replace(&instance, &format!("\"i-0{}\"", id(&instance, 16)));
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
