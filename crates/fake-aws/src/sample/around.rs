//! What stands around the load balancers of the ready-made accounts.

use crate::model::accelerator::{Accelerator, AcceleratorListener};
use crate::model::account::Account;
use crate::model::arn::Place;
use crate::model::bucket::Bucket;
use crate::model::distribution::{Distribution, Origin, VpcOrigin};
use crate::model::encryption::EncryptionControl;
use crate::model::endpoint::{EndpointService, VpcEndpoint};
use crate::model::flow_log::FlowLog;
use crate::model::function::LambdaFunction;
use crate::model::gateway::{HttpApi, HttpVpcLink, Integration, VpcLink};
use crate::model::interface::NetworkInterface;
use crate::model::metric::Metric;
use crate::model::network::{Permission, SecurityGroup, VPC, Vpc};
use crate::model::network_acl::NetworkAcl;
use crate::model::region::Region;
use crate::model::scaling::AutoScalingGroup;
use crate::model::shield::Shield;
use crate::model::user_pool::UserPool;
use crate::model::waf::{ClassicWebAcl, RuleGroup, WafRule};
use crate::model::zone::{HostedZone, Record};

/// Where the account with so many of everything has its things.
fn place() -> Place {
    Place::new("111122223333", "eu-west-1")
}

fn web(index: usize) -> String {
    place().load_balancer("application", &format!("web-{index}"))
}

/// Adds one more of what a region can hold besides load balancers, each with `count` of its own.
pub(super) fn region(region: Region, index: usize, count: usize) -> Region {
    let name = |kind: &str| format!("{kind}-{index}");
    let (web, net, vpc, service) = (name("web"), name("net"), name("vpc"), name("vpce-svc"));
    let offered = EndpointService::new(&service).behind(&net);
    let principals = (0..count).map(|number| format!("arn:aws:iam::{number:012}:root"));
    let instance = format!("i-{index:017x}");
    let rules = (1..).take(count);
    region
        .with(Vpc::new(&vpc, "10.9.0.0/16"))
        .with(NetworkAcl::open(&name("acl"), &[]).vpc(&vpc))
        .with(NetworkInterface::new(&name("eni"), &format!("10.0.16.{index}")).instance(&instance))
        .with(FlowLog::new(&vpc))
        .with(EncryptionControl::monitor(&vpc))
        .with(principals.fold(offered, |offered, principal| offered.allow(&principal)))
        .with(VpcEndpoint::interface(&name("vpce"), &service))
        .with(SecurityGroup::new(&name("sg-stale")).stale(Permission::tcp(22, 22, &["sg-gone"])))
        .with(AutoScalingGroup::new(&web).behind(&web).health_check("EC2,ELB").instance(&instance))
        .with(Metric::sum(&web, "RequestCount", 1000.0))
        .with(LambdaFunction::new(&web).for_load_balancers(Some(&place().target_group(&web))))
        .with(rules.fold(RuleGroup::new(&web), |group, number| {
            group.rule(WafRule::rate(&format!("rule-{number}"), number, 2000))
        }))
        .with(ClassicWebAcl::new(&web).protects(&web))
        .with(UserPool::new(&format!("eu-west-1_{index}")))
        .with(VpcLink::new(&net, &net))
        .with(HttpVpcLink::new(&net))
        .with((0..count).fold(HttpApi::new(&web), |api, number| {
            api.integration(Integration::public(&format!("https://{number}.example.com")))
        }))
}

/// Adds one more of what an account holds outside of its regions, each with `count` of its own.
pub(super) fn account(account: Account, index: usize, count: usize) -> Account {
    let name = |kind: &str| format!("{kind}-{index}");
    let host = place().dns_name("application", &name("web"), false);
    let bucket = (0..count).fold(Bucket::new(&name("bucket"), "eu-west-1"), |bucket, number| {
        bucket.object(&format!("AWSLogs/{number}"))
    });
    let listener = |port: u16| AcceleratorListener::tcp(port).to("eu-west-1", &web(index));
    let zone = (0..count).fold(HostedZone::new(&format!("{index}.example.com")), |zone, number| {
        zone.record(Record::alias(&format!("www-{number}.{index}.example.com"), &host))
    });
    account
        .with((443..).take(count).fold(Accelerator::new(&name("edge")), |accelerator, port| {
            accelerator.listener(listener(port))
        }))
        .with(bucket)
        .with(Distribution::new(&name("www"), Origin::custom(&host)))
        .with(VpcOrigin::new(&name("origin"), &web(index)))
        .with(zone)
}

/// A subscription with `count` protections, if there are any.
pub(super) fn shield(count: usize) -> Shield {
    let shield = if count > 0 { Shield::subscribed() } else { Shield::default() };
    (0..count).fold(shield, |shield, index| shield.protects(&web(index)))
}

/// Adds what surrounds a region's `size` load balancers: a flow log, what was counted, and the
/// interfaces of the instances.
pub(super) fn fleet(region: Region, size: usize) -> Region {
    let mut region = region.with(FlowLog::new(VPC));
    let names: Vec<(String, &str)> = region
        .load_balancers
        .iter()
        .map(|one| {
            (
                one.name.clone(),
                if one.kind == "application" { "RequestCount" } else { "ProcessedBytes" },
            )
        })
        .chain(region.classic.iter().map(|one| (one.name.clone(), "RequestCount")))
        .collect();
    for (name, metric) in &names {
        region = region.with(Metric::sum(name, metric, 100_000.0));
    }
    let groups: Vec<String> = region.target_groups.iter().map(|one| one.name.clone()).collect();
    for name in &groups {
        region = region.with(AutoScalingGroup::new(name).behind(name).health_check("EC2,ELB"));
    }
    for (number, (index, letter)) in
        (0..size).flat_map(|index| ["a", "b", "c"].map(|letter| (index, letter))).enumerate()
    {
        let id = format!("0{index:015x}{letter}");
        let address = format!("10.0.{}.{}", 32 + number / 250, number % 250 + 4);
        let interface = NetworkInterface::new(&format!("eni-{id}"), &address);
        region = region.with(interface.instance(&format!("i-{id}")));
    }
    region
}
