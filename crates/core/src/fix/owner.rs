//! Who keeps a resource as it is: what its tags tell, or a state file of Terraform.

use std::collections::BTreeMap;

use super::state::TerraformState;
use crate::inventory::Region;
use crate::mutation::Mutation;
use crate::remedy::said;

type Tags = BTreeMap<String, String>;

/// What keeps a resource as it is, and would put a change back that is made beside it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    /// A stack of `CloudFormation`, whatever wrote its template.
    CloudFormation {
        /// Name of the stack.
        stack: String,
        /// Logical id of the resource in it, where tags tell it.
        logical_id: Option<String>,
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
    /// Who keeps what a change is about as it is; none where nothing tells.
    pub(super) fn of(
        mutation: &Mutation,
        region: &Region,
        state: Option<&TerraformState>,
    ) -> Option<Owner> {
        if let Some(address) = state.and_then(|state| state.address_of(mutation)) {
            return Some(Owner::Terraform { address });
        }
        if let Some(owner) = own_tags(mutation, region).and_then(Owner::of_tags) {
            return Some(owner);
        }
        // Listeners and rules have no tags of their own in most tools: they go with their load balancer.
        let owner =
            said::load_balancer(mutation, region)?.tags.get().ok().and_then(Owner::of_tags)?;
        match (owner, mutation) {
            (Owner::CloudFormation { stack, .. }, mutation) if !is_of_load_balancer(mutation) => {
                Some(Owner::CloudFormation { stack, logical_id: None })
            }
            (owner, _) => Some(owner),
        }
    }

    /// What a resource's tags say; none where they say nothing.
    ///
    /// Sources: `CloudFormation` user guide, resource tags; Elastic Beanstalk developer guide, tagging; AWS Load
    /// Balancer Controller 2.13, `pkg/deploy/tracking`; Kubernetes 1.26, `legacy-cloud-providers/aws`.
    pub(super) fn of_tags(tags: &Tags) -> Option<Owner> {
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
        if let Some(stack) = tag("aws:cloudformation:stack-name") {
            let logical_id = tag("aws:cloudformation:logical-id");
            return Some(Owner::CloudFormation { stack, logical_id });
        }
        tag("AmazonECSManaged").map(|_| Owner::Ecs)
    }

    /// Who it is, in words: the subject of "… would put it back".
    pub(super) fn words(&self) -> String {
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
            Owner::Terraform { .. } => "Terraform".to_owned(),
        }
    }

    /// Where the owner keeps it, and the change in its language, line by line.
    pub(super) fn wording(&self, mutation: &Mutation, region: &Region) -> Vec<String> {
        let mut lines = self.said(mutation, region);
        // Several listeners of one stack are told apart.
        if let (Some(listener), Some(first)) = (said::listener(mutation, region), lines.first_mut())
        {
            first.insert_str(0, &format!("listener {}, ", listener.label()));
        }
        if let (Mutation::PutBucketPolicy { .. }, Some(first)) = (mutation, lines.first_mut()) {
            first.insert_str(0, "the policy of the bucket, ");
        }
        lines
    }

    fn said(&self, mutation: &Mutation, region: &Region) -> Vec<String> {
        let pairs = |all: Option<Vec<(String, String)>>, place: String| match all {
            None => vec![format!("{place}: there is no annotation for it")],
            Some(all) => {
                let own = all.into_iter().map(|(name, value)| format!("  {name}: {value}"));
                std::iter::once(format!("{place}:")).chain(own).collect()
            }
        };
        match self {
            Owner::Terraform { address } => {
                piece(&format!("at {address}"), said::terraform(mutation, region), "argument")
            }
            Owner::CloudFormation { logical_id, .. } => {
                let place = match logical_id {
                    None => "in its template".to_owned(),
                    Some(id) if is_of_cdk(id) => format!("in its CDK app, which names it {id}"),
                    Some(id) => format!("in its template, at {id}"),
                };
                piece(&place, said::cloudformation(mutation, region), "property")
            }
            Owner::Controller { kind, object, .. } => {
                let what = match *kind {
                    "gateway" => "in the LoadBalancerConfiguration of Gateway",
                    "service" => "at Service",
                    _ => "at Ingress",
                };
                pairs(said::annotations(mutation, region), format!("{what} {object}"))
            }
            Owner::InTree { service, .. } => {
                pairs(said::in_tree(mutation), format!("at Service {service}"))
            }
            Owner::Beanstalk { .. } => match said::option_settings(mutation, region) {
                None => vec!["there is no option for it".to_owned()],
                Some(all) => {
                    let one = |(namespace, name, value)| format!("  {namespace} {name}: {value}");
                    let own = all.into_iter().map(one);
                    std::iter::once("option settings:".to_owned()).chain(own).collect()
                }
            },
            Owner::Ecs => vec!["in the definition of its express service".to_owned()],
        }
    }
}

fn piece(place: &str, piece: Option<said::Piece>, what: &str) -> Vec<String> {
    let Some(piece) = piece else { return vec![format!("{place}: there is no {what} for it")] };
    let verb = if piece.is_removed { "take out" } else { "set" };
    let own = piece.text.lines().map(|line| format!("  {line}"));
    std::iter::once(format!("{place} ({}), {verb}:", piece.resource)).chain(own).collect()
}

/// Tags of what a change is about, where it has some of its own.
fn own_tags<'a>(mutation: &Mutation, region: &'a Region) -> Option<&'a Tags> {
    let of_group = |id: &String| {
        let all = region.security_groups.get().ok()?;
        all.iter().find(|own| own.id == *id).map(|own| &own.tags)
    };
    let read = |id: &String| region.tags.get(id)?.get().ok();
    match mutation {
        Mutation::Authorize { group, .. } | Mutation::Revoke { group, .. } => of_group(group),
        Mutation::SetAttributes { id, .. } => read(id),
        Mutation::ModifyTargetGroup { group, .. }
        | Mutation::DeregisterTargets { group, .. }
        | Mutation::RegisterTargets { group, .. } => read(group),
        Mutation::ModifyRule { listener, rule, .. } => read(rule).or_else(|| read(&listener.id)),
        Mutation::ModifyListener { listener, .. }
        | Mutation::SetRulePriorities { listener, .. }
        | Mutation::AddCertificate { listener, .. }
        | Mutation::RemoveCertificate { listener, .. } => read(&listener.id),
        _ => None,
    }
}

/// Whether a logical id is one that CDK makes: a name and eight digits of a hash.
///
/// Source: AWS CDK developer guide, "Identifiers", unique and logical ids.
fn is_of_cdk(id: &str) -> bool {
    let is_hash = |letter: char| letter.is_ascii_digit() || ('A'..='F').contains(&letter);
    let split = id.char_indices().rev().nth(7).filter(|(at, _)| *at > 0);
    split.is_some_and(|(at, _)| {
        let hash = &id[at..];
        hash.chars().all(is_hash) && hash.chars().any(|letter| letter.is_ascii_digit())
    })
}

/// Whether the load balancer's own resource holds what changes.
fn is_of_load_balancer(mutation: &Mutation) -> bool {
    match mutation {
        Mutation::SetAttributes { of, .. } => *of == crate::mutation::Owner::LoadBalancer,
        Mutation::SetSecurityGroups { .. }
        | Mutation::ClassicPolicy { .. }
        | Mutation::ClassicPolicies { .. } => true,
        Mutation::ModifyListener { listener, .. } => !listener.id.starts_with("arn:"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_tell_owners() {
        let of = |pairs: &[(&str, &str)]| {
            let tags = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
            Owner::of_tags(&tags.collect()).map(|owner| owner.words())
        };
        let stack = [("aws:cloudformation:stack-name", "shop"), ("team", "web")];
        assert_eq!(of(&stack).as_deref(), Some("CloudFormation stack shop"));
        let environment = [stack[0], ("elasticbeanstalk:environment-name", "shop-env")];
        assert_eq!(of(&environment).as_deref(), Some("Elastic Beanstalk environment shop-env"));
        let controller = [("elbv2.k8s.aws/cluster", "prod"), ("ingress.k8s.aws/stack", "shop/web")];
        assert_eq!(
            of(&controller).as_deref(),
            Some("the AWS Load Balancer Controller of cluster prod")
        );
        let in_tree =
            [("kubernetes.io/cluster/old", "owned"), ("kubernetes.io/service-name", "shop/web")];
        assert_eq!(of(&in_tree).as_deref(), Some("Kubernetes cluster old"));
        assert_eq!(of(&[("AmazonECSManaged", "true")]).as_deref(), Some("Amazon ECS"));
        assert_eq!(of(&[("team", "web")]), None);
        for (id, is_it) in [("LB8A12904C", true), ("Front", false), ("8A12904C", false)] {
            assert_eq!(is_of_cdk(id), is_it, "{id}");
        }
    }
}
