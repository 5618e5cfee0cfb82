//! Automated Internet Firewall at the gateway of a VPC.

use elb_audit_core::analysis::reach::Exposure;
use elb_audit_core::inventory::{RouteFirewall, VpcFirewall};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;

use super::{Scene, exposure, routes};
use elb_audit_core::fixtures::sample;

const FIREWALL: &str = "arn:aws:network-firewall:eu-west-1:111122223333:firewall/edge";

/// Puts a firewall at the gateway: its status at the route and at the VPC, its mode, and what it does for the
/// subnets.
fn stand(scene: &mut Scene, [at_route, at_vpc, mode, connectivity]: [&str; 4]) {
    let word = |word: &str| (!word.is_empty()).then(|| word.to_owned());
    routes(scene, &[("0.0.0.0/0", "igw-1", "active")]);
    let Fact::Known(tables) = &mut scene.region.route_tables else { panic!("known") };
    tables[0].routes[0].firewall =
        Some(RouteFirewall { arn: FIREWALL.to_owned(), status: word(at_route) });
    let Fact::Known(vpcs) = &mut scene.region.vpcs else { panic!("known") };
    vpcs[0].firewalls =
        vec![VpcFirewall { arn: FIREWALL.to_owned(), status: word(at_vpc), mode: word(mode) }];
    let Fact::Known(subnets) = &mut scene.region.subnets else { panic!("known") };
    for subnet in subnets {
        subnet.firewall_connectivity = word(connectivity);
    }
}

#[test]
fn only_one_that_enforces_outbound_only_shuts() {
    for (words, expected) in [
        (["active", "active", "enforce", "outbound-only"], "blocked"),
        (["active", "active", "enforce", "flexible"], "internet"),
        (["active", "active", "enforce", "bidirectional"], "internet"),
        (["active", "active", "enforce", "exclude"], "internet"),
        (["active", "active", "enforce", "az-unsupported"], "internet"),
        (["active", "active", "monitor", "outbound-only"], "internet"),
        (["active", "active", "monitor", "sideways"], "internet"),
        (["pending", "pending", "monitor", "outbound-only"], "internet"),
        (["pending", "active", "enforce", "outbound-only"], "unknown"),
        (["active", "pending", "enforce", "outbound-only"], "unknown"),
        (["disabling", "disabling", "enforce", "outbound-only"], "unknown"),
        (["thinking", "active", "enforce", "outbound-only"], "unknown"),
        (["", "active", "enforce", "outbound-only"], "unknown"),
        (["active", "active", "ponder", "outbound-only"], "unknown"),
        (["active", "active", "", "outbound-only"], "unknown"),
        (["active", "active", "enforce", "sideways"], "unknown"),
        (["active", "active", "enforce", ""], "unknown"),
    ] {
        let found = exposure(|scene| stand(scene, words));
        assert_eq!(found.class().word(), expected, "{words:?}: {found:?}");
    }
}

#[test]
fn one_that_shuts_is_named() {
    let found = exposure(|scene| stand(scene, ["active", "active", "enforce", "outbound-only"]));
    let said = "Automated Internet Firewall edge: enforce, outbound-only";
    assert_eq!(found, Exposure::Blocked(said.to_owned()));
}

/// Hides a fact.
type Hide<'a> = &'a dyn Fn(&mut Scene);

#[test]
fn what_tells_of_it_may_be_unread() {
    let open = ["active", "active", "enforce", "flexible"];
    let shut = ["active", "active", "enforce", "outbound-only"];
    let subnets = |scene: &mut Scene| {
        scene.region.subnets = Fact::Unread(sample::denied(Call::Ec2DescribeSubnets));
    };
    let vpcs = |scene: &mut Scene| {
        scene.region.vpcs = Fact::Unread(sample::denied(Call::Ec2DescribeVpcs));
    };
    let gone = |scene: &mut Scene| {
        let Fact::Known(vpcs) = &mut scene.region.vpcs else { panic!("known") };
        vpcs[0].firewalls.clear();
    };
    let cases: [(_, Hide, _); 5] = [
        (open, &subnets, "unknown"),
        (open, &vpcs, "internet"),
        (shut, &subnets, "unknown"),
        (shut, &vpcs, "unknown"),
        (shut, &gone, "unknown"),
    ];
    for (words, hide, expected) in cases {
        let found = exposure(|scene| {
            stand(scene, words);
            hide(scene);
        });
        assert_eq!(found.class().word(), expected, "{words:?}: {found:?}");
    }
}

#[test]
fn a_route_that_it_does_not_inspect_stays_open() {
    let shut = ["active", "active", "enforce", "outbound-only"];
    let with = |more: &[super::Row], inspected: usize| {
        exposure(|scene| {
            stand(scene, shut);
            scene.lb.ip_address_type = Some("dualstack".into());
            let mut all = vec![("0.0.0.0/0", "igw-1", "active")];
            all.extend(more);
            routes(scene, &all);
            let Fact::Known(tables) = &mut scene.region.route_tables else { panic!("known") };
            let status = Some("active".to_owned());
            tables[0].routes[inspected].firewall =
                Some(RouteFirewall { arn: FIREWALL.to_owned(), status });
        })
    };
    assert_eq!(with(&[], 0).class().word(), "blocked");
    for family in [0, 1] {
        let found = with(&[("::/0", "igw-1", "active")], family);
        assert_eq!(found.class().word(), "internet", "{family}: {found:?}");
    }
    let gone = with(&[("203.0.113.9/32", "igw-1", "blackhole")], 1);
    assert_eq!(gone.class().word(), "internet", "{gone:?}");
}

#[test]
fn one_zone_that_it_leaves_out_is_open() {
    let found = exposure(|scene| {
        stand(scene, ["active", "active", "enforce", "outbound-only"]);
        let Fact::Known(subnets) = &mut scene.region.subnets else { panic!("known") };
        subnets[1].firewall_connectivity = Some("az-unsupported".to_owned());
    });
    assert_eq!(found.class().word(), "internet");
}
