//! Changes as annotations of Kubernetes.

use super::{listener, load_balancer};
use crate::inventory::{Kind, Region};
use crate::mutation::{ListenerSetting, Mutation, Owner, Value};

/// An annotation, and its value.
pub type Annotation = (String, String);

/// A change as annotations that the AWS Load Balancer Controller reads; none where it has none for it.
///
/// Source: the controller's documentation, version 2.13, annotations of Ingress and Service.
#[must_use]
#[expect(clippy::too_many_lines, reason = "an arm for each change")]
pub fn annotations(mutation: &Mutation, region: &Region) -> Option<Vec<Annotation>> {
    let lb = load_balancer(mutation, region);
    let kind = match (lb, mutation) {
        (Some(lb), _) => &lb.kind,
        (None, Mutation::SetAttributes { of: Owner::TargetGroup, id, .. }) => &kind_of(id, region)?,
        (None, Mutation::ModifyTargetGroup { group, .. }) => &kind_of(group, region)?,
        (None, _) => return None,
    };
    let is_application = *kind == Kind::Application;
    let prefix = match kind {
        Kind::Application => "alb.ingress.kubernetes.io/",
        Kind::Network => "service.beta.kubernetes.io/aws-load-balancer-",
        _ => return None,
    };
    let own = |name: &str, value: String| (format!("{prefix}{name}"), value);
    let named = |name: &str, value: String| Some(vec![own(name, value)]);
    match mutation {
        Mutation::SetAttributes { of, set, .. } => {
            let pairs = set
                .iter()
                .filter_map(|(key, value)| Some(format!("{key}={}", value.as_ref()?.shown())));
            let pairs = pairs.collect::<Vec<_>>().join(",");
            match (of, is_application) {
                (Owner::LoadBalancer, true) => named("load-balancer-attributes", pairs),
                (Owner::LoadBalancer, false) => named("attributes", pairs),
                (Owner::TargetGroup, _) => named("target-group-attributes", pairs),
                (Owner::Listener, _) => {
                    let listener = listener(mutation, region)?;
                    let (protocol, port) = (listener.protocol.as_ref()?, listener.port?);
                    named(&format!("listener-attributes.{protocol}-{port}"), pairs)
                }
            }
        }
        Mutation::ModifyListener { set: ListenerSetting::SslPolicy(policy), .. } => {
            let name = if is_application { "ssl-policy" } else { "ssl-negotiation-policy" };
            named(name, policy.clone())
        }
        Mutation::ModifyListener { set: ListenerSetting::Certificate(arn), .. } => {
            named(if is_application { "certificate-arn" } else { "ssl-cert" }, arn.shown())
        }
        // A list, of which the first is the default one.
        Mutation::AddCertificate { certificate, .. } => {
            let first = listener(mutation, region)?.default_certificate.clone()?;
            let list = format!("{first},{}", certificate.shown());
            named(if is_application { "certificate-arn" } else { "ssl-cert" }, list)
        }
        Mutation::ModifyListener {
            set: ListenerSetting::MutualAuthentication(Some(mutual), choice),
            ..
        } if is_application => {
            let store = match choice {
                Some(choice) => format!("${}", choice.name()),
                None => mutual.trust_store_arn.clone()?,
            };
            let value = serde_json::json!([{
                "port": listener(mutation, region)?.port?,
                "mode": mutual.mode.as_ref()?.to_string(),
                "trustStore": store,
                "ignoreClientCertificateExpiry": mutual.ignore_client_certificate_expiry.unwrap_or_default(),
            }]);
            named("mutual-authentication", value.to_string())
        }
        Mutation::AssociateWebAcl { acl: Some(acl), .. } if is_application => {
            named("wafv2-acl-arn", acl.shown())
        }
        Mutation::SetSecurityGroups { groups, private_link, .. } => {
            let mut all = vec![own("security-groups", groups.join(","))];
            all.extend(
                private_link
                    .iter()
                    .filter(|_| !is_application)
                    .map(|word| own("inbound-sg-rules-on-private-link-traffic", word.clone())),
            );
            Some(all)
        }
        Mutation::CreateListener { new, .. } if is_application => Some(vec![
            own("listen-ports", format!(r#"[{{"HTTP": 80}}, {{"HTTPS": {}}}]"#, new.port)),
            own("certificate-arn", new.certificate.shown()),
            own("ssl-redirect", new.port.to_string()),
        ]),
        Mutation::ModifyTargetGroup { set, .. } => {
            let all = [
                ("healthcheck-protocol", &set.protocol),
                ("healthcheck-port", &set.port),
                ("healthcheck-path", &set.path),
            ];
            let all = all.into_iter().filter_map(|(name, value)| Some(own(name, value.clone()?)));
            let all: Vec<Annotation> = all.collect();
            (!all.is_empty()).then_some(all)
        }
        _ => None,
    }
}

/// The kind of load balancer that a target group is of.
fn kind_of(group: &str, region: &Region) -> Option<Kind> {
    let all = region.target_groups.get().ok()?;
    let arns = &all.iter().find(|own| own.arn == group)?.load_balancer_arns;
    region.load_balancers().find(|lb| arns.contains(&lb.arn)).map(|lb| lb.kind.clone())
}

/// A change of a Classic load balancer as annotations of the Service that Kubernetes made it for.
///
/// Source: Kubernetes 1.26, `legacy-cloud-providers/aws`, its annotations.
#[must_use]
pub fn in_tree(mutation: &Mutation) -> Option<Vec<Annotation>> {
    let named = |name: &str, value: String| {
        Some(vec![(format!("service.beta.kubernetes.io/aws-load-balancer-{name}"), value)])
    };
    match mutation {
        Mutation::SetAttributes { of: Owner::LoadBalancer, set, .. } => {
            let name = |key: &str| match key {
                "access_logs.s3.enabled" => Some("access-log-enabled"),
                "access_logs.s3.bucket" => Some("access-log-s3-bucket-name"),
                "connection_draining.enabled" => Some("connection-draining-enabled"),
                "connection_draining.timeout" => Some("connection-draining-timeout"),
                "idle_timeout.timeout_seconds" => Some("connection-idle-timeout"),
                "load_balancing.cross_zone.enabled" => Some("cross-zone-load-balancing-enabled"),
                _ => None,
            };
            let pairs: Option<Vec<Annotation>> = set
                .iter()
                .map(|(key, value)| {
                    let value = value.as_ref().map(Value::shown).unwrap_or_default();
                    Some(named(name(key)?, value)?.remove(0))
                })
                .collect();
            pairs
        }
        Mutation::ModifyListener { set: ListenerSetting::Certificate(arn), .. } => {
            named("ssl-cert", arn.shown())
        }
        _ => None,
    }
}
