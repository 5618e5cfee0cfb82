//! A fleet of realistic size, for benchmarks and for use by hand.

use crate::api::regions;
use crate::model::account::Account;
use crate::model::certificate::Certificate;
use crate::model::classic::{ClassicListener, ClassicLoadBalancer};
use crate::model::listener::Listener;
use crate::model::load_balancer::LoadBalancer;
use crate::model::region::Region;
use crate::model::target_group::TargetGroup;
use crate::model::waf::WebAcl;

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

fn region(size: usize) -> Region {
    let mut region = Region::with_network().with(Certificate::issued("shared.example.com"));
    let mut acl = WebAcl::new("edge");
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
    region.with(acl)
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
    region
        .with(balancer)
        .with(group(TargetGroup::tcp(&name, 8443), index))
}

fn gateway(region: Region, index: usize) -> Region {
    let name = format!("gwy-{index}");
    let balancer = LoadBalancer::gateway(&name).listener(Listener::gateway().forward(&name));
    region
        .with(balancer)
        .with(group(TargetGroup::geneve(&name), index))
}

fn classic(index: usize) -> ClassicLoadBalancer {
    let listener = ClassicListener::https(
        443,
        "shared.example.com",
        "ELBSecurityPolicy-TLS-1-2-2017-01",
    );
    ClassicLoadBalancer::new(&format!("old-{index}"))
        .listener(listener)
        .instance(&format!("i-0{index:015x}c"), "InService")
}
