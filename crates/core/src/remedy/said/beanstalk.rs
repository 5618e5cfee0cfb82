//! Changes as option settings of Elastic Beanstalk.

use super::{listener, load_balancer};
use crate::inventory::{Kind, Region};
use crate::mutation::{ListenerSetting, Mutation, Owner, Value};

/// An option setting: namespace, name and value.
pub type OptionSetting = (String, &'static str, String);

/// A change as option settings; none where Beanstalk has none for it.
///
/// Source: Elastic Beanstalk developer guide, general options: `aws:elbv2:*` and `aws:elb:*`.
#[must_use]
#[expect(clippy::too_many_lines, reason = "an arm for each change")]
pub fn option_settings(mutation: &Mutation, region: &Region) -> Option<Vec<OptionSetting>> {
    let lb = load_balancer(mutation, region);
    let is_classic = lb.is_some_and(|lb| lb.kind == Kind::Classic);
    let of_listener = || {
        let port = listener(mutation, region)?.port?;
        let version = if is_classic { "elb" } else { "elbv2" };
        Some(format!("aws:{version}:listener:{port}"))
    };
    match mutation {
        Mutation::SetAttributes { of: Owner::LoadBalancer, set, .. } => {
            let one = |(key, value): (&String, &Option<Value>)| {
                let (namespace, name) = match (is_classic, &**key) {
                    (false, "access_logs.s3.enabled") => {
                        ("aws:elbv2:loadbalancer", "AccessLogsS3Enabled")
                    }
                    (false, "access_logs.s3.bucket") => {
                        ("aws:elbv2:loadbalancer", "AccessLogsS3Bucket")
                    }
                    (false, "idle_timeout.timeout_seconds") => {
                        ("aws:elbv2:loadbalancer", "IdleTimeout")
                    }
                    (true, "load_balancing.cross_zone.enabled") => {
                        ("aws:elb:loadbalancer", "CrossZone")
                    }
                    (true, "connection_draining.enabled") => {
                        ("aws:elb:policies", "ConnectionDrainingEnabled")
                    }
                    (true, "connection_draining.timeout") => {
                        ("aws:elb:policies", "ConnectionDrainingTimeout")
                    }
                    (true, "idle_timeout.timeout_seconds") => {
                        ("aws:elb:policies", "ConnectionSettingIdleTimeout")
                    }
                    _ => return None,
                };
                let value = value.as_ref().map(Value::shown).unwrap_or_default();
                Some((namespace.to_owned(), name, value))
            };
            set.iter().map(one).collect()
        }
        Mutation::SetAttributes { of: Owner::TargetGroup, set, .. } => {
            let one = |(key, value): (&String, &Option<Value>)| match &**key {
                "deregistration_delay.timeout_seconds" => Some((
                    "aws:elasticbeanstalk:environment:process:default".to_owned(),
                    "DeregistrationDelay",
                    value.as_ref().map(Value::shown).unwrap_or_default(),
                )),
                _ => None,
            };
            set.iter().map(one).collect()
        }
        Mutation::ModifyListener { set: ListenerSetting::SslPolicy(policy), .. } => {
            Some(vec![(of_listener()?, "SSLPolicy", policy.clone())])
        }
        Mutation::ModifyListener { set: ListenerSetting::Certificate(arn), .. } => {
            let name = if is_classic { "SSLCertificateId" } else { "SSLCertificateArns" };
            Some(vec![(of_listener()?, name, arn.shown())])
        }
        Mutation::CreateListener { new, .. } => {
            let namespace = format!("aws:elbv2:listener:{}", new.port);
            Some(vec![
                (namespace.clone(), "Protocol", new.protocol.clone()),
                (namespace.clone(), "SSLPolicy", new.ssl_policy.clone()),
                (namespace, "SSLCertificateArns", new.certificate.shown()),
            ])
        }
        Mutation::SetSecurityGroups { groups, .. } if !is_classic => {
            let namespace = "aws:elbv2:loadbalancer".to_owned();
            Some(vec![(namespace, "SecurityGroups", groups.join(","))])
        }
        _ => None,
    }
}
