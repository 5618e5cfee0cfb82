//! Network ACLs: who gets through to a listener.

use elb_audit_core::analysis::reach::Exposure;
use elb_audit_core::fixtures::sample;
use elb_audit_core::inventory::{AclEntry, NetworkAcl, Permission};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::Fact;

use super::{Scene, admit, exposure, routes, tcp, word};

/// An entry: number, `in` or `out`, action, protocol, ports, range.
type Row<'a> = (i32, &'a str, &'a str, &'a str, (i32, i32), &'a str);

/// Every port.
const ANY: (i32, i32) = (-1, -1);
/// What AWS puts in both directions of a default ACL.
const OPEN_IN: Row = (100, "in", "allow", "-1", ANY, "0.0.0.0/0");
const OPEN_OUT: Row = (100, "out", "allow", "-1", ANY, "0.0.0.0/0");

fn entry((number, side, action, protocol, (from, to), range): &Row) -> AclEntry {
    AclEntry {
        number: *number,
        egress: *side == "out",
        protocol: (*protocol).to_owned(),
        action: (*action).to_owned(),
        range: range.parse().ok(),
        from_port: (*from >= 0).then_some(*from),
        to_port: (*to >= 0).then_some(*to),
    }
}

fn acl(id: &str, subnets: &[&str], rows: &[Row]) -> NetworkAcl {
    NetworkAcl {
        id: id.to_owned(),
        vpc_id: "vpc-1".to_owned(),
        is_default: false,
        subnets: subnets.iter().map(|subnet| (*subnet).to_owned()).collect(),
        entries: rows.iter().map(entry).collect(),
        ..NetworkAcl::default()
    }
}

fn filter(scene: &mut Scene, rows: &[Row]) {
    scene.region.network_acls = Fact::Known(vec![acl("acl-1", &["subnet-a", "subnet-b"], rows)]);
}

fn words(rows: &[Row]) -> &'static str {
    word(|scene| filter(scene, rows))
}

#[test]
fn the_first_match_decides() {
    let tcp_in = |number, action, ports, range| (number, "in", action, "6", ports, range);
    let table: &[(&str, &[Row])] = &[
        ("internet", &[OPEN_IN, OPEN_OUT]),
        // An entry about everything has no ports, whatever is written there.
        ("internet", &[(100, "in", "allow", "-1", (0, 0), "0.0.0.0/0"), OPEN_OUT]),
        ("internet", &[tcp_in(100, "allow", (443, 443), "0.0.0.0/0"), OPEN_OUT]),
        ("internet", &[tcp_in(100, "allow", (1, 65_535), "0.0.0.0/0"), OPEN_OUT]),
        ("internet", &[tcp_in(100, "allow", ANY, "0.0.0.0/0"), OPEN_OUT]),
        // Numbers order them, not places.
        ("blocked", &[OPEN_IN, OPEN_OUT, (90, "in", "deny", "-1", ANY, "0.0.0.0/0")]),
        ("internet", &[(110, "in", "deny", "-1", ANY, "0.0.0.0/0"), OPEN_IN, OPEN_OUT]),
        ("blocked", &[tcp_in(90, "deny", (443, 443), "0.0.0.0/0"), OPEN_IN, OPEN_OUT]),
        ("internet", &[tcp_in(90, "deny", (80, 80), "0.0.0.0/0"), OPEN_IN, OPEN_OUT]),
        // Another protocol, another family, another port.
        ("internet", &[(90, "in", "deny", "17", ANY, "0.0.0.0/0"), OPEN_IN, OPEN_OUT]),
        ("internet", &[(90, "in", "deny", "1", ANY, "0.0.0.0/0"), OPEN_IN, OPEN_OUT]),
        ("internet", &[(90, "in", "deny", "-1", ANY, "::/0"), OPEN_IN, OPEN_OUT]),
        ("blocked", &[(100, "in", "allow", "-1", ANY, "::/0"), OPEN_OUT]),
        ("blocked", &[tcp_in(100, "allow", (80, 80), "0.0.0.0/0"), OPEN_OUT]),
        ("blocked", &[OPEN_OUT]),
        ("blocked", &[]),
    ];
    for (expected, rows) in table {
        assert_eq!(words(rows), *expected, "{rows:?}");
    }
}

#[test]
fn ranges_restrict() {
    let allow = |number, range| (number, "in", "allow", "-1", ANY, range);
    let deny = |number, range| (number, "in", "deny", "-1", ANY, range);
    let table: &[(&str, &[Row])] = &[
        ("restricted", &[allow(100, "198.51.100.0/24"), OPEN_OUT]),
        ("internet", &[allow(100, "0.0.0.0/1"), allow(110, "128.0.0.0/1"), OPEN_OUT]),
        // Half of it, or two networks, are no network of one's own; one may be.
        ("internet", &[allow(100, "0.0.0.0/1"), OPEN_OUT]),
        ("internet", &[deny(90, "0.0.0.0/1"), OPEN_IN, OPEN_OUT]),
        ("internet", &[allow(100, "17.0.0.0/8"), allow(110, "19.0.0.0/8"), OPEN_OUT]),
        ("restricted", &[allow(100, "17.0.0.0/8"), OPEN_OUT]),
        ("blocked", &[deny(90, "0.0.0.0/1"), deny(91, "128.0.0.0/1"), OPEN_IN, OPEN_OUT]),
        // A denied neighbour or two leave it open to the internet.
        ("internet", &[deny(90, "203.0.113.0/24"), deny(91, "8.0.0.0/8"), OPEN_IN, OPEN_OUT]),
        // An exception of the exception.
        ("restricted", &[allow(80, "198.51.100.0/24"), deny(90, "0.0.0.0/0"), OPEN_IN, OPEN_OUT]),
        ("blocked", &[deny(80, "198.51.100.0/24"), allow(90, "198.51.100.128/25"), OPEN_OUT]),
    ];
    for (expected, rows) in table {
        assert_eq!(words(rows), *expected, "{rows:?}");
    }
}

#[test]
fn what_both_let_through_gets_in() {
    let both = |group: &str, range: &'static str| {
        exposure(|scene| {
            admit(scene, vec![tcp(443, &[group])]);
            filter(scene, &[(100, "in", "allow", "-1", ANY, range), OPEN_OUT]);
        })
    };
    let narrow = |words: &str| Exposure::Restricted(vec![words.to_owned()]);
    assert_eq!(
        both("0.0.0.0/0", "198.51.100.0/24"),
        narrow("198.51.100.0/24 of 0.0.0.0/0 in sg-web")
    );
    assert_eq!(both("198.51.100.0/24", "0.0.0.0/0"), narrow("198.51.100.0/24 in sg-web"));
    assert_eq!(both("198.51.100.0/24", "198.51.0.0/16"), narrow("198.51.100.0/24 in sg-web"));
    let apart = "nobody whom sg-web admits on TCP 443 gets past acl-1 and the routes";
    assert_eq!(both("198.51.100.0/24", "203.0.113.0/24"), Exposure::Blocked(apart.to_owned()));
    // One that is denied is not among those who may come, however many others are.
    let denied = exposure(|scene| {
        admit(scene, vec![tcp(443, &["198.51.100.0/24"])]);
        let deny = (90, "in", "deny", "-1", ANY, "198.51.100.0/24");
        filter(scene, &[deny, OPEN_IN, OPEN_OUT]);
    });
    assert_eq!(denied, Exposure::Blocked(apart.to_owned()));
    let bare = exposure(|scene| {
        scene.lb.security_groups.clear();
        filter(scene, &[(100, "in", "allow", "-1", ANY, "198.51.100.0/24"), OPEN_OUT]);
    });
    assert_eq!(bare, narrow("198.51.100.0/24"));
    // Members of a group have addresses that are not known.
    let members = exposure(|scene| {
        let rule = Permission { groups: vec!["sg-other".to_owned()], ..tcp(443, &[]) };
        admit(scene, vec![rule]);
        filter(scene, &[(100, "in", "allow", "-1", ANY, "198.51.100.0/24"), OPEN_OUT]);
    });
    assert_eq!(members, narrow("sg-other in sg-web"));
}

#[test]
fn answers_have_to_get_out() {
    let out = |number, action, ports, range| (number, "out", action, "6", ports, range);
    let table: &[(&str, &[Row])] = &[
        ("blocked", &[OPEN_IN]),
        ("internet", &[OPEN_IN, out(100, "allow", (1024, 65_535), "0.0.0.0/0")]),
        // Clients choose their ports: some are enough.
        ("internet", &[OPEN_IN, out(100, "allow", (32_768, 60_999), "0.0.0.0/0")]),
        ("internet", &[OPEN_IN, out(90, "deny", (1024, 2000), "0.0.0.0/0"), OPEN_OUT]),
        ("blocked", &[OPEN_IN, out(100, "allow", (443, 443), "0.0.0.0/0")]),
        ("blocked", &[OPEN_IN, out(90, "deny", (1024, 65_535), "0.0.0.0/0"), OPEN_OUT]),
        (
            "blocked",
            &[
                OPEN_IN,
                out(90, "deny", (0, 30_000), "0.0.0.0/0"),
                out(91, "deny", (30_001, 65_535), "0.0.0.0/0"),
                OPEN_OUT,
            ],
        ),
        ("restricted", &[OPEN_IN, out(100, "allow", (1024, 65_535), "198.51.100.0/24")]),
    ];
    for (expected, rows) in table {
        assert_eq!(words(rows), *expected, "{rows:?}");
    }
    // Of UDP the request alone does harm.
    let datagrams = word(|scene| {
        scene.listener.protocol = Some("UDP".into());
        let rule = Permission { protocol: "udp".to_owned(), ..tcp(443, &["0.0.0.0/0"]) };
        admit(scene, vec![rule]);
        filter(scene, &[(100, "in", "allow", "17", (443, 443), "0.0.0.0/0")]);
    });
    assert_eq!(datagrams, "internet");
    // What lets UDP in is no way for TCP.
    let crossed = word(|scene| {
        scene.listener.protocol = Some("TCP_UDP".into());
        filter(scene, &[(100, "in", "allow", "17", (443, 443), "0.0.0.0/0"), OPEN_OUT]);
    });
    assert_eq!(crossed, "blocked");
}

#[test]
fn the_obstacle_names_the_acl() {
    let why = |rows: &[Row]| exposure(|scene| filter(scene, rows));
    let blocked = |words: &str| Exposure::Blocked(words.to_owned());
    assert_eq!(why(&[OPEN_OUT]), blocked("acl-1 lets no TCP 443 in"));
    assert_eq!(why(&[OPEN_IN]), blocked("acl-1 lets no answer from TCP 443 out"));
}

#[test]
fn one_subnet_is_enough() {
    let two = |rows: &[Row]| {
        word(|scene| {
            scene.region.network_acls = Fact::Known(vec![
                acl("acl-1", &["subnet-a"], &[OPEN_IN, OPEN_OUT]),
                acl("acl-2", &["subnet-b"], rows),
            ]);
        })
    };
    assert_eq!(two(&[]), "internet");
    let roadless = word(|scene| {
        scene.region.network_acls = Fact::Known(vec![acl("acl-2", &["subnet-a", "subnet-b"], &[])]);
    });
    assert_eq!(roadless, "blocked");
    // A subnet that names no ACL has its VPC's default one.
    let default = |is_default| {
        word(|scene| {
            let mut acl = acl("acl-1", &[], &[OPEN_IN, OPEN_OUT]);
            acl.is_default = is_default;
            scene.region.network_acls = Fact::Known(vec![acl]);
        })
    };
    assert_eq!((default(true), default(false)), ("internet", "unknown"));
}

#[test]
fn an_unread_acl_hides_what_it_could_narrow() {
    let hide = |scene: &mut Scene| {
        scene.region.network_acls = Fact::Unread(sample::denied(Call::Ec2DescribeNetworkAcls));
    };
    assert_eq!(word(hide), "unknown");
    let closed = word(|scene| {
        admit(scene, Vec::new());
        hide(scene);
    });
    assert_eq!(closed, "blocked");
    let roadless = word(|scene| {
        routes(scene, &[]);
        hide(scene);
    });
    assert_eq!(roadless, "blocked");
    let inside = word(|scene| {
        scene.lb.scheme = Some("internal".into());
        hide(scene);
    });
    assert_eq!(inside, "internal");
}

#[test]
fn an_entry_that_is_not_understood_may_be_either() {
    let odd: &[(&str, &[Row])] = &[
        ("unknown", &[(90, "in", "audit", "-1", ANY, "0.0.0.0/0"), OPEN_IN, OPEN_OUT]),
        ("unknown", &[(90, "in", "deny", "quic", ANY, "0.0.0.0/0"), OPEN_IN, OPEN_OUT]),
        ("unknown", &[(90, "in", "deny", "-1", ANY, "nowhere"), OPEN_IN, OPEN_OUT]),
        ("unknown", &[(90, "in", "audit", "-1", ANY, "198.51.100.0/24"), OPEN_OUT]),
        ("internet", &[(110, "in", "audit", "-1", ANY, "0.0.0.0/0"), OPEN_IN, OPEN_OUT]),
        ("internet", &[(90, "in", "audit", "6", (80, 80), "0.0.0.0/0"), OPEN_IN, OPEN_OUT]),
        ("internet", &[(90, "in", "audit", "-1", ANY, "198.51.100.0/24"), OPEN_IN, OPEN_OUT]),
    ];
    for (expected, rows) in odd {
        assert_eq!(words(rows), *expected, "{rows:?}");
    }
}
