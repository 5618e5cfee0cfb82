//! The evidence for an exposure: what each thing on the way says, and what would close it.

use elb_audit_core::fixtures::sample;
use elb_audit_core::fixtures::sample::front::{fronted, of};
use elb_audit_core::inventory::{Kind, Permission, Region};
use elb_audit_core::report::ListenerSummary;
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;

use super::{admit, block, routes, scene, tcp};
use crate::given::report_of;

/// The summary of the first listener of the load balancer of this name.
fn summary(inventory: &elb_audit_core::inventory::Inventory, name: &str) -> ListenerSummary {
    let report = report_of(inventory, &[]);
    let lb = report.load_balancers.into_iter().find(|lb| lb.name == name).expect("it is there");
    lb.listeners.expect("known").remove(0)
}

/// The evidence of the one listener of a scene.
fn proof(change: impl FnOnce(&mut super::Scene)) -> (Vec<String>, Vec<String>) {
    let mut scene = scene(change);
    scene.lb.listeners = Fact::Known(vec![scene.listener]);
    scene.region.v2.items = vec![scene.lb];
    let summary = summary(&sample::inventory(vec![scene.region]), "web");
    (lines(&summary), summary.closed_by)
}

fn lines(summary: &ListenerSummary) -> Vec<String> {
    let short = |resource: &str| resource.rsplit(':').next().unwrap_or_default().to_owned();
    let line = |step: &elb_audit_core::vocab::evidence::Step| {
        format!("{}: {}", short(&step.resource), step.says)
    };
    summary.chain.iter().map(line).collect()
}

/// The steps that are not those of a way that is open.
fn beside_the_open_ones(lines: Vec<String>) -> Vec<String> {
    let open = proof(|_| ()).0;
    lines.into_iter().filter(|line| !open.contains(line)).collect()
}

#[test]
fn each_thing_on_the_way_says_what_it_lets_through() {
    let (chain, closes) = proof(|_| ());
    assert_eq!(
        chain,
        [
            "loadbalancer/net/web/50dc6c495c0c9188: internet-facing, ipv4",
            "block public access: off",
            "subnet-a: route table rtb-1: 0.0.0.0/0 → igw-1",
            "subnet-b: route table rtb-1: 0.0.0.0/0 → igw-1",
            "acl-1: rule 100 allows everything from 0.0.0.0/0",
            "acl-1: outbound rule 100 allows everything to 0.0.0.0/0",
            "sg-web: tcp 443 from 0.0.0.0/0",
        ]
    );
    assert_eq!(
        closes,
        [
            "remove 0.0.0.0/0 from sg-web, tcp 443",
            "deny tcp 443 in acl-1",
            "remove the route 0.0.0.0/0 → igw-1 from rtb-1",
            "recreate it as internal: a scheme cannot be changed",
            "turn on VPC Block Public Access in eu-west-1",
        ]
    );
}

#[test]
fn both_families_count_where_both_are_public() {
    let (chain, closes) = proof(|scene| {
        scene.lb.ip_address_type = Some("dualstack".into());
        routes(scene, &[("0.0.0.0/0", "igw-1", "active"), ("::/0", "igw-1", "active")]);
        let members = Permission { groups: vec!["sg-other".to_owned()], ..tcp(443, &[]) };
        admit(scene, vec![tcp(443, &["0.0.0.0/0", "::/0"]), members]);
    });
    assert_eq!(
        beside_the_open_ones(chain),
        [
            "loadbalancer/net/web/50dc6c495c0c9188: internet-facing, dualstack",
            "subnet-a: route table rtb-1: 0.0.0.0/0 → igw-1, ::/0 → igw-1",
            "subnet-b: route table rtb-1: 0.0.0.0/0 → igw-1, ::/0 → igw-1",
            "acl-1: rule 101 allows everything from ::/0",
            "acl-1: outbound rule 101 allows everything to ::/0",
            "sg-web: tcp 443 from ::/0",
            "sg-web: tcp 443 from sg-other",
        ]
    );
    // Members of a group are not the internet.
    assert_eq!(closes[0], "remove 0.0.0.0/0, ::/0 from sg-web, tcp 443");
}

#[test]
fn what_stands_in_the_way_is_a_step_too() {
    let beside = |change: fn(&mut super::Scene)| {
        let (chain, closes) = proof(change);
        assert_eq!(closes, [""; 0]);
        beside_the_open_ones(chain)
    };
    let block_all = |scene: &mut super::Scene| block(scene, "block-ingress", &[]);
    assert_eq!(beside(block_all), ["block public access: block-ingress"]);
    assert_eq!(
        beside(|scene| routes(scene, &[("10.1.0.0/16", "eni-1", "active")])),
        [
            "subnet-a: route table rtb-1: no route to an internet gateway",
            "subnet-b: route table rtb-1: no route to an internet gateway",
        ]
    );
    let shut = |scene: &mut super::Scene| admit(scene, vec![tcp(80, &["0.0.0.0/0"])]);
    assert_eq!(beside(shut), ["sg-web: no rule admits tcp 443"]);
    let denied = |scene: &mut super::Scene| {
        let Fact::Known(acls) = &mut scene.region.network_acls else { panic!("known") };
        acls[0].entries.retain(|entry| entry.number > 32_000);
    };
    assert_eq!(
        beside(denied),
        [
            "acl-1: rule 32767 denies everything from 0.0.0.0/0",
            "acl-1: outbound rule 32767 denies everything to 0.0.0.0/0",
        ]
    );
    let none = |scene: &mut super::Scene| {
        let Fact::Known(acls) = &mut scene.region.network_acls else { panic!("known") };
        acls[0].entries.clear();
    };
    let silent = ["acl-1: no rule lets anything in", "acl-1: no rule lets anything out"];
    assert_eq!(beside(none), silent);
    let unread = |scene: &mut super::Scene| {
        scene.region.network_acls = Fact::Unread(sample::denied(Call::Ec2DescribeNetworkAcls));
    };
    assert_eq!(beside(unread), ["eu-west-1: ec2:DescribeNetworkAcls: access denied"]);
    let odd = |scene: &mut super::Scene| scene.lb.scheme = Some("sideways".into());
    assert_eq!(
        beside(odd),
        [
            "loadbalancer/net/web/50dc6c495c0c9188: scheme sideways",
            "loadbalancer/net/web/50dc6c495c0c9188: elbv2:DescribeLoadBalancers: unknown value: scheme sideways",
        ]
    );
}

#[test]
fn particular_openings_have_particular_closings() {
    let excluded = proof(|scene| {
        block(scene, "block-ingress", &[("vpc-1", "allow-bidirectional", "create-complete")]);
    });
    let says = "block public access: block-ingress, but not for vpc-1";
    assert_eq!(beside_the_open_ones(excluded.0), [says]);
    assert!(excluded.1.contains(&"end the exclusion of vpc-1".to_owned()), "{:?}", excluded.1);

    let bare = proof(|scene| scene.lb.security_groups.clear());
    let says = "loadbalancer/net/web/50dc6c495c0c9188: no security group";
    let behind = "targetgroup/web/73e2d6bc24d8a067: keeps clients' addresses: its targets' own \
                  security groups (sg-targets) decide too";
    assert_eq!(beside_the_open_ones(bare.0), [says, behind]);
    assert_eq!(bare.1[0], "deny tcp 443 in acl-1");
    assert!(bare.1.contains(&"recreate it with a security group".to_owned()), "{:?}", bare.1);

    let linked = proof(|scene| scene.lb.private_link_rules = Some("off".to_owned()));
    let says = "loadbalancer/net/web/50dc6c495c0c9188: its security groups do not hold for what \
                comes through PrivateLink";
    assert_eq!(beside_the_open_ones(linked.0), [says]);

    let inside = proof(|scene| {
        sample::internal(&mut scene.lb);
        scene.lb.ip_address_type = Some("dualstack".into());
        routes(scene, &[("::/0", "igw-1", "active")]);
        admit(scene, vec![tcp(443, &["::/0"])]);
    });
    assert_eq!(inside.1[0], "set ipv6.deny_all_igw_traffic to true");
    assert!(!inside.1.iter().any(|line| line.contains("internal")), "{:?}", inside.1);

    let both = proof(|scene| scene.listener.protocol = Some("TCP_UDP".into()));
    assert_eq!(beside_the_open_ones(both.0), ["sg-web: no rule admits udp 443"]);

    let many: Vec<String> = (1..=20).map(|part| format!("10.{part}.0.0/16")).collect();
    let many = proof(|scene| {
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        admit(scene, vec![tcp(443, &many)]);
    });
    assert_eq!(many.0.last().expect("a step"), "sg-web: and 12 more sources");
    assert!(many.1[0].ends_with(" and 12 more from sg-web, tcp 443"), "{}", many.1[0]);
}

#[test]
fn the_chain_leads_through_the_front() {
    let through = |change: fn(&mut Region)| {
        let summary = summary(&fronted(change), "web");
        (lines(&summary), summary.closed_by)
    };
    let (chain, closes) = through(|_| ());
    assert_eq!(
        chain,
        [
            "loadbalancer/app/web/50dc6c495c0c9188: internal: its addresses are private",
            "loadbalancer/net/front/50dc6c495c0c9188: internet-facing, ipv4; TCP:443 forwards to alb",
            "block public access: off",
            "subnet-a: route table rtb-1: 0.0.0.0/0 → igw-1",
            "subnet-b: route table rtb-1: 0.0.0.0/0 → igw-1",
            "acl-1: rule 100 allows everything from 0.0.0.0/0",
            "acl-1: outbound rule 100 allows everything to 0.0.0.0/0",
            "sg-front: tcp 443 from 0.0.0.0/0",
            "targetgroup/alb/73e2d6bc24d8a067: holds web, and keeps the clients' addresses",
            "sg-web: tcp 443 from 0.0.0.0/0",
            "sg-web: tcp 443 from ::/0",
        ]
    );
    assert_eq!(
        closes,
        [
            "remove 0.0.0.0/0 from sg-web, tcp 443",
            "remove 0.0.0.0/0 from sg-front, tcp 443",
            "take it out of target group alb",
            "recreate front as internal: a scheme cannot be changed",
        ]
    );
    let (_, closes) = through(|region| {
        region.v2.items[0].scheme = Some("internet-facing".into());
    });
    assert_eq!(
        closes,
        [
            "remove 0.0.0.0/0 from sg-web, tcp 443",
            "close each way by itself: its own addresses, through front",
        ]
    );
    let (chain, closes) = through(|region| sample::internal(of(region)));
    assert_eq!(
        chain[1],
        "loadbalancer/net/front/50dc6c495c0c9188: internal: its addresses are private; TCP:443 forwards to alb"
    );
    assert_eq!(closes, [""; 0]);
}

#[test]
fn without_public_addresses_there_is_one_step() {
    let one = |kind: &Kind| {
        let inventory = sample::with(kind, |lb| {
            if *kind != Kind::Gateway {
                sample::internal(lb);
            }
        });
        lines(&summary(&inventory, "web"))
    };
    let private = ["loadbalancer/web: internal: its addresses are private"];
    assert_eq!(one(&Kind::Classic), private);
    let endpoints = ["loadbalancer/gwy/web/50dc6c495c0c9188: reached through its endpoints alone"];
    assert_eq!(one(&Kind::Gateway), endpoints);
}
