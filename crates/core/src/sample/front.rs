//! An internal Application load balancer behind a public Network load balancer.

use super::{ACCOUNT, LOG_BUCKET, REGION};
use super::{arn, forward, group, group_arn, internal, listener, load_balancer, log_bucket, only};
use crate::fact::Fact;
use crate::inventory::{Inventory, Kind, LoadBalancer, Region, Target, TargetGroup};

/// The clean Application load balancer made internal, and a clean Network load balancer `front` that
/// forwards TCP 443 to it, after a change.
#[must_use]
pub fn fronted(change: impl FnOnce(&mut Region)) -> Inventory {
    super::with_region(&Kind::Application, |region| {
        let alb = only(region);
        internal(alb);
        let alb = alb.arn.clone();
        region.v2.items.push(front());
        if let Fact::Known(groups) = &mut region.security_groups {
            groups.push(super::open_group("sg-front", &[443]));
        }
        if let Fact::Known(groups) = &mut region.target_groups {
            groups.push(holder(&alb));
        }
        if let Some(bucket) = region.log_buckets.get_mut(LOG_BUCKET) {
            bucket.newest.extend(log_bucket(&arn(&Kind::Network, "front")).newest);
        }
        change(region);
    })
}

/// The Network load balancer in front.
fn front() -> LoadBalancer {
    let mut tcp = listener("TCP", 443, vec![forward("alb")]);
    tcp.id = format!(
        "arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:listener/net/front/50dc6c495c0c9188/1bb"
    );
    LoadBalancer {
        arn: arn(&Kind::Network, "front"),
        name: "front".to_owned(),
        dns_name: Some(format!("front-123.{REGION}.elb.amazonaws.com")),
        security_groups: vec!["sg-front".to_owned()],
        listeners: Fact::Known(vec![tcp]),
        ..load_balancer(&Kind::Network)
    }
}

/// A target group that holds a load balancer.
fn holder(alb: &str) -> TargetGroup {
    TargetGroup {
        arn: group_arn("alb"),
        protocol: Some("TCP".to_owned()),
        target_type: Some("alb".to_owned()),
        health_check_protocol: Some("HTTPS".to_owned()),
        load_balancer_arns: vec![arn(&Kind::Network, "front")],
        targets: Fact::Known(vec![Target {
            port: Some(443),
            zone: None,
            ..super::target(alb, "healthy")
        }]),
        ..group("alb", &Kind::Network)
    }
}

/// The load balancer in front, to change.
///
/// # Panics
///
/// On a region that is no such sample.
pub fn of(region: &mut Region) -> &mut LoadBalancer {
    region.v2.items.iter_mut().find(|lb| lb.name == "front").expect("a load balancer in front")
}
