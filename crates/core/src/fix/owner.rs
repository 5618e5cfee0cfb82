//! Who keeps a resource as it is: what its tags tell, and how a change is said there.

use std::collections::BTreeMap;

use crate::inventory::{Kind, Listener, LoadBalancer};
use crate::mutation::{ListenerSetting, Mutation, Owner as Of};

/// What keeps a resource as it is, and would put a change back that is made beside it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// A stack of `CloudFormation`, whatever wrote its template.
    CloudFormation {
        /// Name of the stack.
        stack: String,
        /// Logical id of the resource in it.
        logical_id: String,
    },
    /// An environment of Elastic Beanstalk.
    Beanstalk {
        /// Its name.
        environment: String,
    },
    /// The AWS Load Balancer Controller.
    Controller {
        /// `ingress`, `service` or `gateway`.
        kind: &'static str,
        /// Namespace and name: `shop/web`.
        object: String,
        /// Name of the cluster.
        cluster: String,
    },
    /// The load balancers that Kubernetes itself made before there was that controller.
    InTree {
        /// `shop/web`.
        service: String,
        /// Name of the cluster.
        cluster: String,
    },
    /// Amazon ECS, which made it for an express service.
    Ecs,
    /// Terraform.
    Terraform {
        /// `module.web.aws_lb.this`.
        address: String,
    },
}

impl Owner {
    /// What a resource's tags say; none where they say nothing.
    ///
    /// Sources: `CloudFormation` user guide, resource tags; Elastic Beanstalk developer guide, tagging; AWS Load
    /// Balancer Controller 2.13, `pkg/deploy/tracking`; Kubernetes 1.26, `legacy-cloud-providers/aws`.
    #[must_use]
    pub fn of(tags: &BTreeMap<String, String>) -> Option<Owner> {
        let tag = |name: &str| tags.get(name).cloned();
        let cluster = tag("elbv2.k8s.aws/cluster");
        let stacks = [
            ("ingress.k8s.aws/stack", "ingress"),
            ("service.k8s.aws/stack", "service"),
            ("gateway.k8s.aws/stack", "gateway"),
        ];
        for (name, kind) in stacks {
            if let Some(object) = tag(name) {
                return Some(Owner::Controller {
                    kind,
                    object,
                    cluster: cluster.unwrap_or_default(),
                });
            }
        }
        if let Some(service) = tag("kubernetes.io/service-name") {
            let own = tags.keys().find_map(|name| name.strip_prefix("kubernetes.io/cluster/"));
            let cluster = own.unwrap_or_default().to_owned();
            return Some(Owner::InTree { service, cluster });
        }
        if let Some(environment) = tag("elasticbeanstalk:environment-name") {
            return Some(Owner::Beanstalk { environment });
        }
        if let (Some(stack), Some(logical_id)) =
            (tag("aws:cloudformation:stack-name"), tag("aws:cloudformation:logical-id"))
        {
            return Some(Owner::CloudFormation { stack, logical_id });
        }
        tag("AmazonECSManaged").map(|_| Owner::Ecs)
    }

    /// Who it is, in words: the subject of "… puts it back".
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Owner::CloudFormation { stack, .. } => format!("CloudFormation stack {stack}"),
            Owner::Beanstalk { environment } => {
                format!("Elastic Beanstalk environment {environment}")
            }
            Owner::Controller { cluster, .. } => {
                format!("the AWS Load Balancer Controller of cluster {cluster}")
            }
            Owner::InTree { cluster, .. } => format!("Kubernetes cluster {cluster}"),
            Owner::Ecs => "Amazon ECS".to_owned(),
            Owner::Terraform { address } => format!("Terraform, as {address},"),
        }
    }
}

/// An annotation, and its value.
type Annotation = (String, String);

/// A change as annotations of what the controller reads; none where it has none for it.
#[must_use]
pub fn annotations(mutation: &Mutation, lb: &LoadBalancer) -> Option<Vec<Annotation>> {
    let is_application = lb.kind == Kind::Application;
    let prefix = match lb.kind {
        Kind::Application => "alb.ingress.kubernetes.io/",
        Kind::Network => "service.beta.kubernetes.io/aws-load-balancer-",
        _ => return None,
    };
    let named = |name: &str, value: String| Some(vec![(format!("{prefix}{name}"), value)]);
    let own = |id: &str| -> Option<&Listener> {
        lb.listeners.get().ok()?.iter().find(|listener| listener.id == id)
    };
    match mutation {
        Mutation::SetAttributes { of, id, set } => {
            let pairs = set
                .iter()
                .filter_map(|(key, value)| Some(format!("{key}={}", value.as_ref()?.shown())));
            let pairs = pairs.collect::<Vec<_>>().join(",");
            match (of, is_application) {
                (Of::LoadBalancer, true) => named("load-balancer-attributes", pairs),
                (Of::LoadBalancer, false) => named("attributes", pairs),
                (Of::TargetGroup, _) => named("target-group-attributes", pairs),
                (Of::Listener, _) => {
                    let listener = own(id)?;
                    let (protocol, port) = (listener.protocol.as_ref()?, listener.port?);
                    named(&format!("listener-attributes.{protocol}-{port}"), pairs)
                }
            }
        }
        Mutation::ModifyListener { set: ListenerSetting::SslPolicy(policy), .. } => {
            let name = if is_application { "ssl-policy" } else { "ssl-negotiation-policy" };
            named(name, policy.clone())
        }
        Mutation::ModifyListener { set: ListenerSetting::Certificate(arn), .. }
        | Mutation::AddCertificate { certificate: arn, .. } => {
            named(if is_application { "certificate-arn" } else { "ssl-cert" }, arn.shown())
        }
        Mutation::ModifyListener {
            listener,
            set: ListenerSetting::MutualAuthentication(Some(mutual), choice),
        } if is_application => {
            let store = match choice {
                Some(choice) => format!("${}", choice.name()),
                None => mutual.trust_store_arn.clone()?,
            };
            let port = own(&listener.id)?.port?;
            let ignore = mutual.ignore_client_certificate_expiry.unwrap_or_default();
            let value = serde_json::json!([{
                "port": port,
                "mode": mutual.mode.as_ref()?.to_string(),
                "trustStore": store,
                "ignoreClientCertificateExpiry": ignore,
            }]);
            named("mutual-authentication", value.to_string())
        }
        Mutation::AssociateWebAcl { acl: Some(acl), .. } if is_application => {
            named("wafv2-acl-arn", acl.shown())
        }
        Mutation::CreateListener { new, .. } if is_application => {
            Some(vec![(format!("{prefix}ssl-redirect"), new.port.to_string())])
        }
        _ => None,
    }
}
