//! Who can reach a listener: tables of security groups, routes, blocks and address types.

use elb_audit_core::analysis::reach::{Exposure, listener_exposure, load_balancer_exposure};
use elb_audit_core::fixtures::sample;
use elb_audit_core::inventory::{
    BlockPublicAccess, Exclusion, Kind, Listener, LoadBalancer, Permission, Region, Route,
    SecurityGroup,
};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;

mod acl;
mod firewall;
mod front;
mod proof;

/// A route (destination, target, state) or an exclusion (resource, mode, state).
type Row<'a> = (&'a str, &'a str, &'a str);

/// What is set up.
struct Scene {
    region: Region,
    lb: LoadBalancer,
    listener: Listener,
}

/// A public Network load balancer with TCP 443, open to everyone, after a change.
fn scene(change: impl FnOnce(&mut Scene)) -> Scene {
    let mut inventory = sample::clean(&Kind::Network);
    let region = inventory.accounts.remove(0).regions.remove(0);
    let lb = region.v2.items[0].clone();
    let listener = sample::listener("TCP", 443, vec![sample::forward("web")]);
    let mut scene = Scene { region, lb, listener };
    change(&mut scene);
    scene
}

fn exposure(change: impl FnOnce(&mut Scene)) -> Exposure {
    let scene = scene(change);
    listener_exposure(&scene.region, &scene.lb, &scene.listener)
}

fn word(change: impl FnOnce(&mut Scene)) -> &'static str {
    exposure(change).class().word()
}

fn tcp(port: i32, ranges: &[&str]) -> Permission {
    Permission {
        protocol: "tcp".to_owned(),
        from_port: Some(port),
        to_port: Some(port),
        ranges: ranges.iter().map(|range| range.parse().expect("a range")).collect(),
        ..Permission::default()
    }
}

fn admit(scene: &mut Scene, ingress: Vec<Permission>) {
    let id = "sg-web".to_owned();
    scene.region.security_groups =
        Fact::Known(vec![SecurityGroup { id, ingress, ..SecurityGroup::default() }]);
}

fn routes(scene: &mut Scene, routes: &[Row]) {
    let Fact::Known(tables) = &mut scene.region.route_tables else { panic!("known") };
    tables[0].routes = routes
        .iter()
        .map(|(destination, target, state)| Route {
            destination: (*destination).to_owned(),
            target: Some((*target).to_owned()),
            state: Some((*state).to_owned()),
            ..Route::default()
        })
        .collect();
}

fn block(scene: &mut Scene, mode: &str, exclusions: &[Row]) {
    let exclusion = |(resource, mode, state): &(&str, &str, &str)| Exclusion {
        resource: (*resource).to_owned(),
        mode: (*mode).to_owned(),
        state: Some((*state).to_owned()),
    };
    scene.region.block_public_access = Fact::Known(BlockPublicAccess {
        mode: mode.to_owned(),
        exclusions: Fact::Known(exclusions.iter().map(exclusion).collect()),
    });
}

#[test]
fn security_groups_decide_who() {
    let table: &[(&str, Permission)] = &[
        ("internet", tcp(443, &["0.0.0.0/0"])),
        (
            "internet",
            Permission {
                protocol: "-1".to_owned(),
                from_port: None,
                to_port: None,
                ..tcp(0, &["0.0.0.0/0"])
            },
        ),
        ("internet", Permission { protocol: "6".to_owned(), ..tcp(443, &["0.0.0.0/0"]) }),
        (
            "internet",
            Permission { from_port: Some(1), to_port: Some(65_535), ..tcp(0, &["0.0.0.0/0"]) },
        ),
        ("internet", tcp(443, &["0.0.0.0/1", "128.0.0.0/1"])),
        // All but the private ranges: everyone on the internet.
        (
            "internet",
            tcp(
                443,
                &[
                    "0.0.0.0/5",
                    "8.0.0.0/7",
                    "11.0.0.0/8",
                    "12.0.0.0/6",
                    "16.0.0.0/4",
                    "32.0.0.0/3",
                    "64.0.0.0/2",
                    "128.0.0.0/1",
                ],
            ),
        ),
        ("internet", tcp(443, &["0.0.0.0/1"])),
        ("internet", tcp(443, &["17.0.0.0/8", "19.0.0.0/8"])),
        ("restricted", tcp(443, &["17.0.0.0/8", "198.51.100.0/24"])),
        ("restricted", tcp(443, &["198.51.100.0/24"])),
        ("restricted", tcp(443, &["10.0.0.0/8"])),
        ("restricted", Permission { groups: vec!["sg-other".to_owned()], ..tcp(443, &[]) }),
        ("blocked", tcp(443, &["::/0"])), // no IPv6 address
        ("blocked", tcp(444, &["0.0.0.0/0"])),
        ("blocked", Permission { protocol: "udp".to_owned(), ..tcp(443, &["0.0.0.0/0"]) }),
        (
            "blocked",
            Permission {
                protocol: "icmp".to_owned(),
                from_port: Some(-1),
                to_port: Some(-1),
                ..tcp(0, &["0.0.0.0/0"])
            },
        ),
        ("blocked", tcp(443, &[])),
    ];
    for (expected, permission) in table {
        let found = word(|scene| admit(scene, vec![permission.clone()]));
        assert_eq!(found, *expected, "{permission:?}");
    }
}

#[test]
fn halves_may_stand_in_two_groups() {
    let found = exposure(|scene| {
        scene.lb.security_groups = vec!["sg-a".to_owned(), "sg-b".to_owned()];
        let group = |id: &str, range: &str| SecurityGroup {
            id: id.to_owned(),
            ingress: vec![tcp(443, &[range])],
            ..SecurityGroup::default()
        };
        scene.region.security_groups =
            Fact::Known(vec![group("sg-a", "0.0.0.0/1"), group("sg-b", "128.0.0.0/1")]);
    });
    let sources = vec!["0.0.0.0/1 in sg-a".to_owned(), "128.0.0.0/1 in sg-b".to_owned()];
    assert_eq!(found, Exposure::Internet(sources));
}

#[test]
fn several_ways_may_be_open_to_everyone_together() {
    let found = exposure(|scene| {
        scene.listener.protocol = Some("TCP_UDP".into());
        let udp = Permission { protocol: "udp".to_owned(), ..tcp(443, &["128.0.0.0/1"]) };
        admit(scene, vec![tcp(443, &["0.0.0.0/1"]), udp]);
    });
    let sources = vec!["0.0.0.0/1 in sg-web".to_owned(), "128.0.0.0/1 in sg-web".to_owned()];
    assert_eq!(found, Exposure::Internet(sources));
}

#[test]
fn evidence_names_rule_or_obstacle() {
    let open = exposure(|_| ());
    assert_eq!(open, Exposure::Internet(vec!["0.0.0.0/0 in sg-web".to_owned()]));
    let shut = exposure(|scene| admit(scene, vec![tcp(80, &["0.0.0.0/0"])]));
    assert_eq!(shut, Exposure::Blocked("no rule of sg-web admits TCP 443".to_owned()));
    let other = exposure(|scene| admit(scene, vec![tcp(443, &["::/0"])]));
    let why = "sg-web admits TCP 443 from IPv6 alone, and it has no public IPv6 address".to_owned();
    assert_eq!(other, Exposure::Blocked(why));
    let roadless = exposure(|scene| {
        scene.lb.ip_address_type = Some("dualstack".into());
        admit(scene, vec![tcp(443, &["::/0"])]);
    });
    let why =
        "sg-web admits TCP 443 from IPv6 alone, and no IPv6 route leads to an internet gateway"
            .to_owned();
    assert_eq!(roadless, Exposure::Blocked(why));
    let bare = exposure(|scene| scene.lb.security_groups.clear());
    assert_eq!(bare, Exposure::Internet(vec!["anyone: no security group".to_owned()]));
    let off = exposure(|scene| routes(scene, &[("10.0.0.0/16", "local", "active")]));
    let why = "no subnet has a route to an internet gateway".to_owned();
    assert_eq!(off, Exposure::Blocked(why));
}

#[test]
fn transports_follow_the_protocol() {
    for (protocol, tcp_open, udp_open) in [
        ("HTTP", true, false),
        ("HTTPS", true, false),
        ("TCP", true, false),
        ("TLS", true, false),
        ("SSL", true, false),
        ("UDP", false, true),
        ("QUIC", false, true),
        ("TCP_UDP", true, true),
        ("TCP_QUIC", true, true),
    ] {
        for (transport, number, open) in [("tcp", "6", tcp_open), ("udp", "17", udp_open)] {
            for spelled in [transport, number] {
                let found = word(|scene| {
                    scene.listener.protocol = Some(protocol.into());
                    let rule = tcp(443, &["0.0.0.0/0"]);
                    admit(scene, vec![Permission { protocol: spelled.to_owned(), ..rule }]);
                });
                let expected = if open { "internet" } else { "blocked" };
                assert_eq!(found, expected, "{protocol} by {spelled}");
            }
        }
    }
    assert_eq!(word(|scene| scene.listener.protocol = Some("SCTP".into())), "unknown");
}

#[test]
fn routes_decide_whether() {
    let table: &[(&str, &[Row])] = &[
        ("internet", &[("0.0.0.0/0", "igw-1", "active")]),
        ("internet", &[("0.0.0.0/0", "vpce-1", "active")]),
        ("internet", &[("0.0.0.0/0", "eni-1", "active")]),
        ("internet", &[("0.0.0.0/1", "igw-1", "active"), ("128.0.0.0/1", "igw-1", "active")]),
        ("internet", &[("0.0.0.0/0", "cagw-1", "active")]),
        ("unknown", &[("0.0.0.0/0", "warp-1", "active")]),
        ("unknown", &[("0.0.0.0/0", "", "active")]),
        ("internet", &[("0.0.0.0/0", "igw-1", "active"), ("::/0", "warp-1", "active")]),
        ("blocked", &[("10.0.0.0/8", "warp-1", "active")]),
        ("blocked", &[("0.0.0.0/0", "warp-1", "blackhole")]),
        ("blocked", &[("0.0.0.0/0", "i-1", "active")]),
        ("blocked", &[("0.0.0.0/0", "lgw-1", "active")]),
        ("blocked", &[("0.0.0.0/0", "vgw-1", "active")]),
        ("blocked", &[("0.0.0.0/0", "pcx-1", "active")]),
        (
            "blocked",
            &[("0.0.0.0/0", "arn:aws:networkmanager::1:core-network/core-network-1", "active")],
        ),
        ("blocked", &[("0.0.0.0/0", "igw-1", "blackhole")]),
        ("blocked", &[("0.0.0.0/0", "nat-1", "active")]),
        ("blocked", &[("0.0.0.0/0", "tgw-1", "active")]),
        ("blocked", &[("0.0.0.0/0", "eigw-1", "active")]),
        ("blocked", &[("::/0", "igw-1", "active")]), // no IPv6 address
        ("blocked", &[("10.0.0.0/16", "local", "active")]),
        ("blocked", &[("10.1.0.0/16", "eni-1", "active")]),
        ("restricted", &[("198.51.100.0/24", "igw-1", "active")]),
        ("unknown", &[("pl-1", "igw-1", "active")]),
    ];
    for (expected, given) in table {
        assert_eq!(word(|scene| routes(scene, given)), *expected, "{given:?}");
    }
}

#[test]
fn one_public_subnet_is_enough() {
    let private = |scene: &mut Scene, subnets: &[&str]| {
        let Fact::Known(tables) = &mut scene.region.route_tables else { panic!("known") };
        let mut table = tables[0].clone();
        table.main = false;
        table.subnets = subnets.iter().map(|subnet| (*subnet).to_owned()).collect();
        table.routes.truncate(1);
        tables.push(table);
    };
    assert_eq!(word(|scene| private(scene, &["subnet-a"])), "internet");
    assert_eq!(word(|scene| private(scene, &["subnet-a", "subnet-b"])), "blocked");
    assert_eq!(word(|scene| scene.region.route_tables = Fact::Known(Vec::new())), "unknown");
    assert_eq!(word(|scene| scene.lb.vpc_id = Some("vpc-2".to_owned())), "unknown");
    assert_eq!(word(|scene| scene.lb.subnets.clear()), "unknown");
}

#[test]
fn block_public_access_blocks_unless_excluded() {
    let table: &[(&str, &str, &[Row])] = &[
        ("internet", "off", &[]),
        ("blocked", "block-ingress", &[]),
        ("blocked", "block-bidirectional", &[]),
        ("unknown", "block-sideways", &[]),
        ("internet", "block-ingress", &[("vpc-1", "allow-bidirectional", "create-complete")]),
        (
            "internet",
            "block-bidirectional",
            &[(
                "arn:aws:ec2:eu-west-1:1:subnet/subnet-b",
                "allow-bidirectional",
                "update-complete",
            )],
        ),
        ("blocked", "block-ingress", &[("vpc-1", "allow-egress", "create-complete")]),
        ("blocked", "block-ingress", &[("vpc-1", "allow-bidirectional", "delete-complete")]),
        ("blocked", "block-ingress", &[("vpc-1", "allow-bidirectional", "create-failed")]),
        ("blocked", "block-ingress", &[("vpc-1", "allow-bidirectional", "disable-complete")]),
        ("blocked", "block-ingress", &[("vpc-1", "allow-egress", "create-in-progress")]),
        ("blocked", "block-ingress", &[("vpc-2", "allow-bidirectional", "create-in-progress")]),
        ("unknown", "block-ingress", &[("vpc-1", "allow-bidirectional", "create-in-progress")]),
        ("unknown", "block-ingress", &[("vpc-1", "allow-bidirectional", "delete-in-progress")]),
        ("unknown", "block-ingress", &[("vpc-1", "allow-bidirectional", "update-failed")]),
        ("unknown", "block-ingress", &[("vpc-1", "allow-sideways", "create-complete")]),
        ("blocked", "block-ingress", &[("vpc-2", "allow-bidirectional", "create-complete")]),
    ];
    for (expected, mode, exclusions) in table {
        let found = word(|scene| block(scene, mode, exclusions));
        assert_eq!(found, *expected, "{mode} {exclusions:?}");
    }
    let stateless = word(|scene| {
        block(scene, "block-ingress", &[("vpc-1", "allow-bidirectional", "")]);
        let Fact::Known(block) = &mut scene.region.block_public_access else { panic!("known") };
        let Fact::Known(exclusions) = &mut block.exclusions else { panic!("known") };
        exclusions[0].state = None;
    });
    assert_eq!(stateless, "unknown");
}

#[test]
fn address_types_decide_which_way() {
    let v6 = |scene: &mut Scene| {
        routes(scene, &[("::/0", "igw-1", "active")]);
        scene.lb.ip_address_type = Some("dualstack".into());
        admit(scene, vec![tcp(443, &["::/0"])]);
    };
    assert_eq!(word(v6), "internet");
    let halves = |scene: &mut Scene| {
        v6(scene);
        admit(scene, vec![tcp(443, &["::/1", "8000::/1"])]);
    };
    assert_eq!(word(halves), "internet");
    let public = |scene: &mut Scene| {
        v6(scene);
        admit(scene, vec![tcp(443, &["2000::/3"])]);
    };
    assert_eq!(word(public), "internet");
    let one = |scene: &mut Scene| {
        v6(scene);
        admit(scene, vec![tcp(443, &["2001:db8::/32"])]);
    };
    assert_eq!(word(one), "restricted");
    let denied = |scene: &mut Scene| {
        v6(scene);
        sample::set(&mut scene.lb, &[("ipv6.deny_all_igw_traffic", "true")]);
    };
    assert_eq!(word(denied), "blocked");
    let hidden = |scene: &mut Scene| {
        v6(scene);
        let call = Call::ElbV2DescribeLoadBalancerAttributes;
        scene.lb.attributes = Fact::Unread(sample::denied(call));
    };
    assert_eq!(word(hidden), "unknown");
    let private_v4 = |scene: &mut Scene| {
        scene.lb.ip_address_type = Some("dualstack-without-public-ipv4".into());
    };
    assert_eq!(word(private_v4), "blocked");
}

#[test]
fn an_internal_one_may_have_public_ipv6_addresses() {
    let inside = |change: &dyn Fn(&mut Scene)| {
        word(|scene| {
            routes(scene, &[("0.0.0.0/0", "igw-1", "active"), ("::/0", "igw-1", "active")]);
            scene.lb.scheme = Some("internal".into());
            scene.lb.ip_address_type = Some("dualstack".into());
            sample::set(&mut scene.lb, &[("ipv6.deny_all_igw_traffic", "false")]);
            change(scene);
        })
    };
    assert_eq!(inside(&|_| ()), "internet");
    assert_eq!(inside(&|scene| admit(scene, vec![tcp(443, &["2001:db8::/32"])])), "restricted");
    assert_eq!(inside(&|scene| admit(scene, vec![tcp(443, &["0.0.0.0/0"])])), "internal");
    assert_eq!(inside(&|scene| admit(scene, vec![tcp(443, &["fd00::/8"])])), "internal");
    let members = Permission { groups: vec!["sg-other".to_owned()], ..tcp(443, &[]) };
    assert_eq!(inside(&|scene| admit(scene, vec![members.clone()])), "internal");
    assert_eq!(inside(&|scene| routes(scene, &[("0.0.0.0/0", "igw-1", "active")])), "internal");
    assert_eq!(inside(&|scene| scene.lb.ip_address_type = Some("ipv4".into())), "internal");
    let set = |value: &'static str| {
        inside(&|scene| sample::set(&mut scene.lb, &[("ipv6.deny_all_igw_traffic", value)]))
    };
    assert_eq!((set("true"), set("false"), set("maybe")), ("internal", "internet", "unknown"));
    let attributes =
        |attributes: &Fact<_>| inside(&|scene| scene.lb.attributes = attributes.clone());
    assert_eq!(attributes(&Fact::Known(sample::text_map(&[]))), "internal"); // the default
    let call = Call::ElbV2DescribeLoadBalancerAttributes;
    assert_eq!(attributes(&Fact::Unread(sample::denied(call))), "unknown");
    let tables = Fact::Unread(sample::denied(Call::Ec2DescribeRouteTables));
    assert_eq!(inside(&|scene| scene.region.route_tables = tables.clone()), "unknown");
}

#[test]
fn the_side_of_the_edge_comes_first() {
    let scheme = |scheme: Option<&str>| {
        let scheme = scheme.map(Into::into);
        word(|scene| scene.lb.scheme = scheme)
    };
    assert_eq!(scheme(Some("internal")), "internal");
    assert_eq!(scheme(None), "unknown");
    assert_eq!(scheme(Some("sideways")), "unknown");
    assert_eq!(word(|scene| scene.lb.kind = Kind::Gateway), "internal");
}

#[test]
fn prefix_lists_count_by_their_entries() {
    let listed = |entries: Option<Fact<Vec<&str>>>| {
        word(|scene| {
            let rule = Permission { prefix_lists: vec!["pl-1".to_owned()], ..tcp(443, &[]) };
            admit(scene, vec![rule]);
            if let Some(entries) = entries {
                let parsed = |all: Vec<&str>| {
                    all.iter().map(|range| range.parse().expect("a range")).collect()
                };
                scene.region.prefix_lists.insert("pl-1".to_owned(), entries.map(parsed));
            }
        })
    };
    assert_eq!(listed(Some(Fact::Known(vec!["198.51.100.0/24"]))), "restricted");
    assert_eq!(listed(Some(Fact::Known(vec!["0.0.0.0/1", "128.0.0.0/1"]))), "internet");
    assert_eq!(listed(Some(Fact::Known(vec!["2001:db8::/32"]))), "blocked");
    assert_eq!(listed(Some(Fact::Known(vec![]))), "blocked");
    assert_eq!(listed(None), "unknown");
    let gap = sample::denied(Call::Ec2GetManagedPrefixListEntries);
    assert_eq!(listed(Some(Fact::Unread(gap))), "unknown");
}

#[test]
fn what_cannot_narrow_is_not_missed() {
    // Open by one group, the other is unread.
    let open = word(|scene| {
        scene.lb.security_groups.push("sg-gone".to_owned());
    });
    assert_eq!(open, "internet");
    let narrow = word(|scene| {
        admit(scene, vec![tcp(443, &["198.51.100.0/24"])]);
        scene.lb.security_groups.push("sg-gone".to_owned());
    });
    assert_eq!(narrow, "unknown");
    // No way in, whoever the groups would let through.
    let shut = word(|scene| {
        routes(scene, &[]);
        scene.region.security_groups =
            Fact::Unread(sample::denied(Call::Ec2DescribeSecurityGroups));
    });
    assert_eq!(shut, "blocked");
    // Nobody let in, wherever the routes lead.
    let barred = word(|scene| {
        admit(scene, Vec::new());
        scene.region.route_tables = Fact::Unread(sample::denied(Call::Ec2DescribeRouteTables));
    });
    assert_eq!(barred, "blocked");
}

#[test]
fn a_load_balancer_is_as_open_as_its_widest_listener() {
    let of = |change: fn(&mut Scene)| {
        let scene = scene(change);
        load_balancer_exposure(&scene.region, &scene.lb).class().word()
    };
    assert_eq!(of(|_| ()), "internet");
    assert_eq!(of(|scene| admit(scene, vec![tcp(22, &["0.0.0.0/0"])])), "blocked");
    assert_eq!(of(|scene| scene.lb.listeners = Fact::Known(Vec::new())), "internet");
    let hidden = |scene: &mut Scene| {
        scene.lb.listeners = Fact::Unread(sample::denied(Call::ElbV2DescribeListeners));
    };
    assert_eq!(of(hidden), "unknown");
}
