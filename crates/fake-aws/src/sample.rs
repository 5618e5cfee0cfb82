//! Ready-made accounts: a fleet of realistic size, and so many of everything.

mod around;

use crate::api::regions;
use crate::model::account::Account;
use crate::model::certificate::{Certificate, ServerCertificate};
use crate::model::classic::{ClassicListener, ClassicLoadBalancer};
use crate::model::delivery::{Delivery, DeliveryDestination, DeliverySource};
use crate::model::listener::Listener;
use crate::model::load_balancer::LoadBalancer;
use crate::model::network::{Permission, PrefixList, SecurityGroup};
use crate::model::organization::{Organization, ROOT};
use crate::model::region::Region;
use crate::model::rule::Rule;
use crate::model::target_group::{TargetGroup, TrustStore};
use crate::model::waf::{WafRule, WebAcl};

/// An account with `regions` regions, at most the 17 that are on by default, each with `per_region`
/// load balancers: of ten, five are Application, three Network, one Gateway and one Classic.
/// `DescribeRegions` lists those regions only.
pub fn fleet(regions: usize, per_region: usize) -> Account {
    let mut account = Account::new("111122223333").only_its_regions();
    for name in regions::DEFAULT.iter().take(regions) {
        account = account.region(name, region(per_region));
    }
    account
}

/// So many accounts, each a [`fleet`]: the first one manages the organization that all are in, ten of them
/// in each unit.
pub fn organization(accounts: usize, regions: usize, per_region: usize) -> Vec<Account> {
    let id = |number: usize| format!("{:012}", 100_000_000_000 + number);
    let unit = |number: usize| format!("{:08}", number / 10);
    let mut organization = Organization::new();
    for number in 0..accounts {
        let unit = unit(number);
        if number % 10 == 0 {
            organization = organization.unit(&unit, &format!("Team {unit}"), ROOT);
        }
        let (name, parent) = (format!("account-{number}"), format!("ou-ab12-{unit}"));
        organization = organization.member(&id(number), &name, &parent);
    }
    let fleet = fleet(regions, per_region);
    let mut all: Vec<Account> =
        (0..accounts).map(|number| Account { id: id(number), ..fleet.clone() }).collect();
    if let Some(first) = all.first_mut() {
        first.organization = Some(organization);
    }
    all
}

/// An account with one region, `eu-west-1`, that has `count` of everything: load balancers of each
/// kind, each with so many listeners, with so many rules, certificates and targets.
pub fn each(count: usize) -> Account {
    let certificates = || (0..count).map(|index| ServerCertificate::new(&format!("iam-{index}")));
    let mut account = Account::new("111122223333").only_its_regions();
    account.server_certificates = certificates().collect();
    let region = (0..count).fold(Region::with_network(), |region, index| {
        around::region(add(region, index, count), index, count)
    });
    (0..count)
        .fold(account.region("eu-west-1", region), |account, index| {
            around::account(account, index, count)
        })
        .with(around::shield(count))
}

/// Adds one of everything, each holding `count` of what it can hold.
fn add(region: Region, index: usize, count: usize) -> Region {
    let name = |kind: &str| format!("{kind}-{index}");
    let (web, logs, bucket) = (name("web"), name("logs"), name("bucket"));
    let instances = |group: TargetGroup| {
        (0..count).fold(group, |group, target| group.healthy(&instance(target)))
    };
    let old =
        (0..count).fold(classic(index), |old, target| old.instance(&instance(target), "InService"));
    let groups = [
        TargetGroup::http(&web, 80),
        TargetGroup::tcp(&name("net"), 80),
        TargetGroup::geneve(&name("gwy")),
    ];
    region
        .with_all(balancers(index, count))
        .with_all(groups.map(instances))
        .with(old)
        .with(TrustStore::new(&name("store")))
        .with(Certificate::issued(&format!("{web}.example.com")))
        .with(WebAcl::new(&name("acl")).protects(&web))
        .with(DeliverySource::new(&logs, "ALB_ACCESS_LOGS", &web))
        .with(Delivery::new(&logs, &bucket))
        .with(DeliveryDestination::bucket(&bucket, &bucket))
        .with(PrefixList::new(&name("pl"), &["192.0.2.0/24", "198.51.100.0/24"]))
        .with(SecurityGroup::new(&name("sg")).allow(Permission::tcp(443, 443, &[&name("pl")])))
}

/// One Application, one Network and one Gateway load balancer; the last has one listener at most.
fn balancers(index: usize, count: usize) -> [LoadBalancer; 3] {
    let name = |kind: &str| format!("{kind}-{index}");
    let (web, net, gwy, store) = (name("web"), name("net"), name("gwy"), name("store"));
    let numbers = || 0..u16::try_from(count).unwrap_or(u16::MAX);
    let rule = |rule: u16| Rule::new(u32::from(rule) + 1).path(&format!("/{rule}/*")).forward(&web);
    let secure = |number: u16| {
        let mut listener =
            Listener::https(8443 + number).mutual("verify", Some(&store)).forward(&web);
        listener.rules = numbers().map(rule).collect();
        listener.certificates = numbers().map(|one| format!("web-{one}.example.com")).collect();
        listener
    };
    let mut application = LoadBalancer::application(&web).internet_facing();
    application.listeners = numbers().map(secure).collect();
    let mut network = LoadBalancer::network(&net).dualstack();
    network.listeners =
        numbers().map(|number| Listener::tcp(7000 + number).forward(&net)).collect();
    let gateway = LoadBalancer::gateway(&gwy).listener(Listener::gateway().forward(&gwy));
    [application, network, gateway]
}

fn instance(number: usize) -> String {
    format!("i-{number:017x}")
}

fn region(size: usize) -> Region {
    let mut region = Region::with_network().with(Certificate::issued("shared.example.com"));
    let mut acl = WebAcl::new("edge")
        .rule(WafRule::managed("AWSManagedRulesCommonRuleSet", 1))
        .rule(WafRule::rate("limit", 2, 2000))
        .logs_to("arn:aws:s3:::aws-waf-logs-edge");
    for index in 0..size {
        region = match index % 10 {
            0..5 => {
                if index % 2 == 0 {
                    acl = acl.protects(&format!("web-{index}"));
                }
                application(region, index)
            }
            5..8 => network(region, index),
            8 => gateway(region, index),
            _ => region.with(classic(index)),
        };
    }
    around::fleet(region, size).with(acl)
}

fn group(group: TargetGroup, index: usize) -> TargetGroup {
    let [a, b] = ["a", "b"].map(|letter| format!("i-0{index:015x}{letter}"));
    group.healthy(&a).healthy(&b)
}

fn application(region: Region, index: usize) -> Region {
    let (name, certificate) = (format!("web-{index}"), format!("web-{index}.example.com"));
    let balancer = LoadBalancer::application(&name)
        .internet_facing()
        .listener(Listener::http(80).redirect_to_https())
        .listener(
            Listener::https(443)
                .certificate(&certificate)
                .certificate("shared.example.com")
                .forward(&name),
        );
    region
        .with(balancer)
        .with(Certificate::issued(&certificate))
        .with(group(TargetGroup::http(&name, 8080), index))
}

fn network(region: Region, index: usize) -> Region {
    let name = format!("net-{index}");
    let balancer = LoadBalancer::network(&name).listener(Listener::tcp(8443).forward(&name));
    region.with(balancer).with(group(TargetGroup::tcp(&name, 8443), index))
}

fn gateway(region: Region, index: usize) -> Region {
    let name = format!("gwy-{index}");
    let balancer = LoadBalancer::gateway(&name).listener(Listener::gateway().forward(&name));
    region.with(balancer).with(group(TargetGroup::geneve(&name), index))
}

fn classic(index: usize) -> ClassicLoadBalancer {
    let listener =
        ClassicListener::https(443, "shared.example.com", "ELBSecurityPolicy-TLS-1-2-2017-01");
    ClassicLoadBalancer::new(&format!("old-{index}"))
        .listener(listener)
        .instance(&format!("i-0{index:015x}c"), "InService")
}
