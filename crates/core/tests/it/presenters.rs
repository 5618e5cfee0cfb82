//! Who presents a certificate, and what sets them apart.

use std::collections::BTreeMap;

use elb_audit_core::analysis::index::Index;
use elb_audit_core::fixtures::sample;
use elb_audit_core::inventory::{Kind, LoadBalancer, Region};
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Listing};

/// A region of clean load balancers that present one certificate, with these tags.
fn region(tags: &[Fact<BTreeMap<String, String>>]) -> Region {
    let tagged = |(number, tags): (usize, &Fact<BTreeMap<String, String>>)| {
        let name = format!("web-{number}");
        let arn = sample::arn(&Kind::Application, &name);
        LoadBalancer { name, arn, tags: tags.clone(), ..sample::load_balancer(&Kind::Application) }
    };
    let mut region = Region::new(sample::REGION);
    region.v2 = Listing::whole(tags.iter().enumerate().map(tagged).collect());
    region
}

fn tag(key: &str, value: &str) -> Fact<BTreeMap<String, String>> {
    Fact::Known(sample::text_map(&[(key, value)]))
}

fn unread() -> Fact<BTreeMap<String, String>> {
    Fact::Unread(sample::denied(Call::ElbV2DescribeTags))
}

#[test]
fn environments_differ_by_tag_and_unread_tags_leave_it_open() {
    let none = || tag("owner", "web-team");
    for (tags, same) in [
        (vec![tag("env", "prod"), tag("Environment", "Production ")], Some(true)),
        (vec![tag("STAGE", "live"), tag("env", "prd")], Some(true)),
        (vec![tag("stage", "staging"), tag("env", "stg")], Some(true)),
        (vec![tag("env", "qa"), tag("env", "QA")], Some(true)),
        (vec![tag("env", "prod"), tag("env", "dev")], Some(false)),
        (vec![tag("env", "prod"), none()], Some(true)),
        (vec![tag("env", ""), tag("env", "prod")], Some(true)),
        (vec![tag("env", "prod"), unread()], None),
        (vec![unread(), unread()], None),
        (vec![unread(), none()], Some(true)),
        (vec![unread(), tag("env", "prod"), tag("env", "dev")], Some(false)),
        (vec![unread()], Some(true)),
    ] {
        let region = region(&tags);
        let index = Index::new(None, &region);
        let presenters = index.presenters(sample::CERTIFICATE).complete().unwrap().unwrap();
        assert_eq!(presenters.share_an_environment().ok(), same, "{tags:?}");
        assert_eq!(presenters.count, tags.len());
    }
}

#[test]
fn a_load_balancer_counts_once_and_an_unread_one_is_told() {
    let mut region = region(&[tag("env", "prod"), tag("env", "prod")]);
    let more = sample::https(vec![sample::forward("web")]);
    sample::listeners(&mut region.v2.items[0]).push(more);
    let count = |region: &Region| {
        let index = Index::new(None, region);
        let presenters = index.presenters(sample::CERTIFICATE);
        let count = presenters.found.map_or(0, |presenters| presenters.count);
        (count, presenters.gap().map(|gap| gap.call))
    };
    assert_eq!(count(&region), (2, None));
    let certificates = Call::ElbV2DescribeListenerCertificates;
    sample::listeners(&mut region.v2.items[1])[0].certificates =
        Fact::Unread(sample::denied(certificates));
    // The default certificate is known all the same.
    assert_eq!(count(&region), (2, Some(certificates)));
    let listeners = Call::ElbV2DescribeListeners;
    region.v2.items[1].listeners = Fact::Unread(sample::denied(listeners));
    assert_eq!(count(&region), (1, Some(listeners)));
    region.v2.items.pop();
    region.v2.items[0].scheme = None;
    assert_eq!(count(&region), (1, Some(Call::ElbV2DescribeLoadBalancers)));
    region.v2.items.clear();
    region.classic = Listing::unread(sample::denied(Call::ElbDescribeLoadBalancers));
    assert_eq!(count(&region), (0, Some(Call::ElbDescribeLoadBalancers)));
}
