//! What the user means: load balancers that are public on purpose.

use elb_audit_core::audit::{Options, audit};
use elb_audit_core::checks::ALL;
use elb_audit_core::fixtures::sample;
use elb_audit_core::inventory::{Inventory, Kind, LoadBalancer};
use elb_audit_core::policy::config::Config;
use elb_audit_core::policy::selection::find;
use elb_audit_core::report::{Finding, Outcome};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Reason};
use elb_audit_core::vocab::severity::Severity;

use crate::given::{KINDS, line};

/// What `internet-facing` says with this list.
fn judged(inventory: &Inventory, list: &str) -> Vec<Finding> {
    let toml = format!("[intent]\npublic = [{list}]");
    let policy = Config::parse(&toml).expect("a configuration").policy;
    let check = ALL.iter().copied().find(|check| check.id == "internet-facing").expect("a check");
    let options = Options { policy, show_passed: true, ..Options::at(inventory.taken_at) };
    audit(inventory, &[check], &options).findings
}

fn outcome(inventory: &Inventory, list: &str) -> Option<Outcome> {
    judged(inventory, list).first().map(|finding| finding.outcome)
}

#[test]
fn a_port_that_is_meant_to_be_open_is_no_fault() {
    let check = find("listener-sensitive-port").expect("a check");
    let ssh = sample::with_region(&Kind::Network, |region| {
        region.security_groups = Fact::Known(vec![sample::open_group("sg-web", &[22, 3389])]);
        let listeners = sample::listeners(sample::only(region));
        *listeners = [22, 3389]
            .map(|port| {
                let mut listener = sample::listener("TCP", port, vec![sample::forward("web")]);
                listener.id = port.to_string();
                listener
            })
            .to_vec();
    });
    let failed = |toml: &str| -> Vec<String> {
        let policy = Config::parse(toml).expect("a configuration").policy;
        let report = audit(&ssh, &[check], &Options { policy, ..Options::at(ssh.taken_at) });
        report.findings.iter().map(line).collect()
    };
    let (one, other) =
        ("fail listener-sensitive-port TCP:22", "fail listener-sensitive-port TCP:3389");
    assert_eq!(failed(""), [one, other]);
    assert_eq!(failed("[intent]\npublic-ports = [22]"), [other]);
    assert_eq!(failed("[intent]\npublic-ports = [22, 3389]"), [""; 0]);
}

fn tagged(tags: Fact<std::collections::BTreeMap<String, String>>) -> Inventory {
    sample::with(&Kind::Application, |lb: &mut LoadBalancer| lb.tags = tags)
}

#[test]
fn with_a_list_every_other_public_load_balancer_is_a_fault() {
    for kind in KINDS.into_iter().filter(|kind| *kind != Kind::Gateway) {
        let inventory = sample::clean(&kind);
        assert_eq!(outcome(&inventory, ""), Some(Outcome::Note), "{kind}");
        let arn = sample::arn(&kind, "web");
        for named in ["web", "w*", &arn, "arn:aws:*:loadbalancer/*"] {
            let list = format!("\"other\", \"{named}\"");
            assert_eq!(outcome(&inventory, &list), Some(Outcome::Pass), "{kind} {named}");
        }
        let found = judged(&inventory, "\"other\", \"arn:aws:*:loadbalancer/other\"");
        assert_eq!(
            (found[0].outcome, found[0].severity),
            (Outcome::Fail, Severity::High),
            "{kind}"
        );
    }
    let internal = sample::with(&Kind::Application, sample::internal);
    assert_eq!(outcome(&internal, "\"other\""), Some(Outcome::Pass));
    assert_eq!(outcome(&sample::clean(&Kind::Gateway), "\"other\""), None);
}

#[test]
fn a_fault_against_the_list_needs_no_more_than_the_scheme() {
    let unread = sample::with_region(&Kind::Application, |region| {
        region.security_groups = Fact::Unread(sample::denied(Call::Ec2DescribeSecurityGroups));
    });
    assert_eq!(outcome(&unread, "\"other\""), Some(Outcome::Fail));
    assert_eq!(outcome(&unread, "\"web\""), Some(Outcome::Pass));
    assert_eq!(outcome(&unread, ""), Some(Outcome::Unknown));
    let odd = sample::with(&Kind::Application, |lb| lb.scheme = Some("sideways".into()));
    assert_eq!(outcome(&odd, "\"other\""), Some(Outcome::Unknown));
}

#[test]
fn a_tag_counts_when_it_is_known() {
    let tags = |pairs: &[(&str, &str)]| {
        Fact::Known(pairs.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect())
    };
    let dmz = tagged(tags(&[("zone", "dmz-1"), ("team", "edge")]));
    for (list, expected) in [
        ("\"zone=dmz-1\"", Outcome::Pass),
        ("\"zone=dmz*\"", Outcome::Pass),
        ("\"zone=*\"", Outcome::Pass),
        ("\"zone=dmz\"", Outcome::Fail),
        ("\"Zone=dmz-1\"", Outcome::Fail),
        ("\"zone=\"", Outcome::Fail),
    ] {
        assert_eq!(outcome(&dmz, list), Some(expected), "{list}");
    }
    let unread = tagged(Fact::Unread(sample::denied(Call::ElbV2DescribeTags)));
    assert_eq!(outcome(&unread, "\"zone=dmz\""), Some(Outcome::Unknown));
    assert_eq!(outcome(&unread, "\"zone=dmz\", \"web\""), Some(Outcome::Pass));
    assert_eq!(outcome(&unread, "\"other\""), Some(Outcome::Fail));
    let gap = &judged(&unread, "\"zone=dmz\"")[0].evidence.0;
    assert_eq!(gap["action"], "elasticloadbalancing:DescribeTags");
    assert_eq!(gap["reason"], Reason::AccessDenied.words());
}
