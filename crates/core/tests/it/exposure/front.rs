//! An internal Application load balancer behind a Network load balancer.

use elb_audit_core::analysis::reach::{Exposure, listener_exposure, load_balancer_exposure};
use elb_audit_core::fixtures::sample;
use elb_audit_core::fixtures::sample::front::{fronted, of};
use elb_audit_core::inventory::{Inventory, NetworkAcl, Permission, Region, SecurityGroup};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;

use super::tcp;

fn exposure(change: impl FnOnce(&mut Region)) -> Exposure {
    let inventory = fronted(change);
    let region = &inventory.accounts[0].regions[0];
    let alb = region.v2.items.iter().find(|lb| lb.name == "web").expect("it is there");
    listener_exposure(region, alb, &alb.listeners.get().expect("known")[0])
}

fn word(change: impl FnOnce(&mut Region)) -> &'static str {
    exposure(change).class().word()
}

fn groups(region: &mut Region) -> &mut Vec<SecurityGroup> {
    let Fact::Known(groups) = &mut region.security_groups else { panic!("known") };
    groups
}

/// Lets these in to the security group of this id.
fn admit(region: &mut Region, id: &str, ingress: Vec<Permission>) {
    let group = groups(region).iter_mut().find(|group| group.id == id).expect("a group");
    group.ingress = ingress;
}

fn group_behind(group: &str) -> Permission {
    Permission { groups: vec![group.to_owned()], ..tcp(443, &[]) }
}

#[test]
fn a_public_front_exposes_what_is_behind() {
    let open = Exposure::Internet(vec!["0.0.0.0/0 in sg-front through front".to_owned()]);
    assert_eq!(exposure(|_| ()), open);
    let whole = fronted(|_| ());
    let region = &whole.accounts[0].regions[0];
    for name in ["web", "front"] {
        let lb = region.v2.items.iter().find(|lb| lb.name == name).expect("it is there");
        assert_eq!(load_balancer_exposure(region, lb).class().word(), "internet", "{name}");
    }
    // The other listener, on port 80, is not behind it.
    let alb = &region.v2.items[0];
    let redirect = &alb.listeners.get().expect("known")[1];
    assert_eq!(listener_exposure(region, alb, redirect), Exposure::Internal);
}

#[test]
fn the_narrower_of_both_answers() {
    let by = |front: Vec<Permission>, web: Vec<Permission>| {
        exposure(|region| {
            admit(region, "sg-front", front);
            admit(region, "sg-web", web);
        })
    };
    let all = || vec![tcp(443, &["0.0.0.0/0"])];
    let office = || vec![tcp(443, &["198.51.100.0/24"])];
    let narrow = |words: &str| Exposure::Restricted(vec![words.to_owned()]);
    assert_eq!(by(office(), all()), narrow("198.51.100.0/24 in sg-front through front"));
    assert_eq!(by(all(), office()), narrow("198.51.100.0/24 in sg-web through front"));
    assert_eq!(by(office(), office()), narrow("198.51.100.0/24 in sg-front through front"));
    // Clients keep their addresses: what admits nobody from the internet keeps them out.
    assert_eq!(by(all(), Vec::new()), Exposure::Internal);
    assert_eq!(by(all(), vec![tcp(443, &["10.0.0.0/16"])]), Exposure::Internal);
    assert_eq!(by(all(), vec![tcp(80, &["0.0.0.0/0"])]), Exposure::Internal);
    assert_eq!(by(all(), vec![group_behind("sg-other")]), Exposure::Internal);
    assert_eq!(by(office(), vec![tcp(443, &["203.0.113.0/24"])]), Exposure::Internal);
    assert_eq!(by(Vec::new(), all()), Exposure::Internal);
    // A rule that names the group in front lets in all that comes from there.
    let open = Exposure::Internet(vec!["0.0.0.0/0 in sg-front through front".to_owned()]);
    assert_eq!(by(all(), vec![group_behind("sg-front")]), open);
    assert_eq!(
        by(office(), vec![group_behind("sg-front")]),
        narrow("198.51.100.0/24 in sg-front through front")
    );
    // Members of another group do not come from the internet.
    let members = exposure(|region| {
        of(region).security_groups.clear();
        admit(region, "sg-web", vec![group_behind("sg-other")]);
    });
    assert_eq!(members, Exposure::Internal);
    let bare = exposure(|region| of(region).security_groups.clear());
    let words = "anyone: no security group through front".to_owned();
    assert_eq!(bare, Exposure::Internet(vec![words]));
}

#[test]
fn a_front_counts_only_if_it_sends_something() {
    assert_eq!(word(|region| sample::internal(of(region))), "internal");
    let holder = |change: fn(&mut elb_audit_core::inventory::TargetGroup)| {
        word(|region| sample::regroup(region, "alb", change))
    };
    assert_eq!(holder(|group| group.target_type = Some("ip".into())), "internal");
    assert_eq!(holder(|group| group.load_balancer_arns.clear()), "internal");
    assert_eq!(holder(|group| group.targets = Fact::Known(Vec::new())), "internal");
    assert_eq!(
        holder(|group| {
            let Fact::Known(targets) = &mut group.targets else { panic!("known") };
            targets[0].port = Some(80);
        }),
        "internal"
    );
    assert_eq!(
        holder(|group| {
            let Fact::Known(targets) = &mut group.targets else { panic!("known") };
            targets[0].state = "draining".into();
        }),
        "internal"
    );
    let weightless = word(|region| {
        let listeners = sample::listeners(of(region));
        listeners[0].default_actions = vec![sample::forward_weighted(&[("alb", Some(0))])];
        listeners[0].rules = Fact::Known(Vec::new());
    });
    assert_eq!(weightless, "internal");
    let elsewhere = word(|region| {
        *sample::listeners(of(region)) =
            vec![sample::listener("TCP", 443, vec![sample::forward("other")])];
    });
    assert_eq!(elsewhere, "internal");
}

#[test]
fn a_public_one_behind_a_front_has_two_ways() {
    let both = |change: fn(&mut Region)| {
        exposure(|region| {
            region.v2.items[0].scheme = Some("internet-facing".into());
            change(region);
        })
    };
    let own = "0.0.0.0/0 in sg-web".to_owned();
    let through = "0.0.0.0/0 in sg-front through front".to_owned();
    assert_eq!(both(|_| ()), Exposure::Internet(vec![through.clone(), own.clone()]));
    assert_eq!(both(|region| sample::internal(of(region))), Exposure::Internet(vec![own]));
    let only_named = both(|region| admit(region, "sg-web", vec![group_behind("sg-front")]));
    assert_eq!(only_named, Exposure::Internet(vec![through]));
    let shut = both(|region| admit(region, "sg-web", Vec::new()));
    assert_eq!(shut, Exposure::Blocked("no rule of sg-web admits TCP 443".to_owned()));
}

#[test]
fn ipv6_clients_arrive_with_an_address_of_the_front() {
    let v6 = |web: Vec<Permission>, change: fn(&mut Region)| {
        word(|region| {
            let front = of(region);
            front.ip_address_type = Some("dualstack".into());
            front.attributes = Fact::Known(sample::text_map(&[]));
            let Fact::Known(tables) = &mut region.route_tables else { panic!("known") };
            let mut route = tables[0].routes[1].clone();
            route.destination = "::/0".to_owned();
            tables[0].routes.push(route);
            admit(region, "sg-front", vec![tcp(443, &["::/0"])]);
            admit(region, "sg-web", web);
            change(region);
        })
    };
    let none = |_: &mut Region| ();
    assert_eq!(v6(vec![tcp(443, &["0.0.0.0/0"])], none), "internet");
    assert_eq!(v6(vec![tcp(443, &["10.0.0.0/16"])], none), "internet");
    assert_eq!(v6(vec![tcp(443, &["10.0.2.0/24"])], none), "internet");
    assert_eq!(v6(vec![tcp(443, &["10.9.0.0/16"])], none), "internal");
    assert_eq!(v6(vec![tcp(443, &["::/0"])], none), "internal");
    assert_eq!(v6(vec![group_behind("sg-front")], none), "internet");
    let unread = |region: &mut Region| {
        region.subnets = Fact::Unread(sample::denied(Call::Ec2DescribeSubnets));
    };
    assert_eq!(v6(vec![tcp(443, &["10.0.0.0/16"])], unread), "unknown");
    assert_eq!(v6(vec![tcp(443, &["0.0.0.0/0"])], unread), "internet");
    assert_eq!(v6(Vec::new(), unread), "internal");
    let gone = |region: &mut Region| {
        region.v2.items[0].security_groups.push("sg-gone".to_owned());
    };
    assert_eq!(v6(vec![tcp(443, &["10.9.0.0/16"])], gone), "unknown");
}

#[test]
fn network_acls_stand_between_subnets() {
    let apart = |front: &'static str| {
        word(|region| {
            of(region).subnets = vec![front.to_owned()];
            region.v2.items[0].subnets = vec!["subnet-b".to_owned()];
            let Fact::Known(acls) = &mut region.network_acls else { panic!("known") };
            acls[0].subnets = vec!["subnet-a".to_owned()];
            let shut = NetworkAcl {
                id: "acl-2".to_owned(),
                subnets: vec!["subnet-b".to_owned()],
                is_default: false,
                entries: acls[0].entries.iter().filter(|entry| entry.egress).cloned().collect(),
                ..acls[0].clone()
            };
            acls.push(shut);
        })
    };
    assert_eq!(apart("subnet-a"), "internal");
    // In its own subnet nothing gets in from the internet to begin with.
    assert_eq!(apart("subnet-b"), "internal");
}

#[test]
fn unread_facts_hide_a_front_where_there_may_be_one() {
    let gap = sample::denied;
    let targets = Call::ElbV2DescribeTargetHealth;
    let unread_targets = |change: fn(&mut Region)| {
        word(|region| {
            sample::regroup(region, "alb", |group| group.targets = Fact::Unread(gap(targets)));
            change(region);
        })
    };
    assert_eq!(unread_targets(|_| ()), "unknown");
    assert_eq!(unread_targets(|region| sample::internal(of(region))), "internal");
    assert_eq!(unread_targets(|region| admit(region, "sg-web", Vec::new())), "internal");
    assert_eq!(unread_targets(|region| admit(region, "sg-front", Vec::new())), "internal");
    let port = |region: &mut Region| sample::regroup(region, "alb", |group| group.port = Some(80));
    assert_eq!(unread_targets(port), "internal");
    let vpc = |region: &mut Region| {
        sample::regroup(region, "alb", |group| group.vpc_id = Some("vpc-2".to_owned()));
    };
    assert_eq!(unread_targets(vpc), "internal");

    let groups = Call::ElbV2DescribeTargetGroups;
    let unread_groups = |change: fn(&mut Region)| {
        word(|region| {
            region.target_groups = Fact::Unread(gap(groups));
            change(region);
        })
    };
    assert_eq!(unread_groups(|_| ()), "unknown");
    assert_eq!(unread_groups(|region| sample::internal(of(region))), "internal");
    assert_eq!(unread_groups(|region| admit(region, "sg-web", Vec::new())), "internal");
    assert_eq!(unread_groups(|region| drop(region.v2.items.pop())), "internal");
    let list = |region: &mut Region| {
        region.v2.items.pop();
        region.v2.rest = Fact::Unread(sample::denied(Call::ElbV2DescribeLoadBalancers));
    };
    assert_eq!(unread_groups(list), "unknown");
    // The group names a load balancer that is not among those that were read.
    assert_eq!(word(list), "unknown");
    assert_eq!(word(|region| drop(region.v2.items.pop())), "unknown");

    let listeners = Fact::Unread(gap(Call::ElbV2DescribeListeners));
    assert_eq!(word(|region| of(region).listeners = listeners), "unknown");
    // Only a dual-stack one can have rules.
    let rules = |kind: &'static str| {
        word(|region| {
            of(region).ip_address_type = Some(kind.into());
            let unread = Fact::Unread(gap(Call::ElbV2DescribeRules));
            sample::listeners(of(region))[0].rules = unread;
        })
    };
    assert_eq!((rules("ipv4"), rules("dualstack")), ("internet", "unknown"));
}

#[test]
fn many_load_balancers_take_their_time_but_once() {
    // Each of so many Application load balancers behind its own front; twice as many take about twice
    // as long, whatever is unread.
    let inventory = |number: usize| -> Inventory {
        fronted(|region| {
            let (alb, front) = (region.v2.items[0].clone(), of(region).clone());
            let Fact::Known(groups) = &mut region.target_groups else { panic!("known") };
            let holder = groups.iter().find(|group| group.name == "alb").expect("there").clone();
            for one in 0..number {
                let rename = |text: &str| text.replace("/50dc", &format!("/{one}-50dc"));
                let (mut alb, mut front, mut holder) = (alb.clone(), front.clone(), holder.clone());
                (alb.arn, front.arn) = (rename(&alb.arn), rename(&front.arn));
                holder.arn = format!("{}{one}", holder.arn);
                holder.load_balancer_arns = vec![front.arn.clone()];
                let Fact::Known(targets) = &mut holder.targets else { panic!("known") };
                targets[0].id.clone_from(&alb.arn);
                let listener = &mut sample::listeners(&mut front)[0];
                listener.default_actions[0].target_groups[0].arn.clone_from(&holder.arn);
                listener.rules = Fact::Known(Vec::new());
                groups.push(holder);
                region.v2.items.extend([alb, front]);
            }
        })
    };
    let report = crate::given::report_of(&inventory(2_000), &[]);
    let open = report.load_balancers.iter().filter(|lb| lb.exposure.word() == "internet").count();
    assert_eq!(open, 4_002);
}
