//! A state file of Terraform: which address keeps which resource. Of all that it holds, secrets too, ids and
//! addresses are all that stays.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value as Json};

use crate::mutation::{Admission, Mutation, Value};

/// The resources of a state file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TerraformState {
    /// Addresses by ARN, id or name of what they keep.
    by_id: BTreeMap<String, String>,
    /// Rules of security groups that are resources of their own: group, ports, whom they are about; address.
    rules: Vec<(Rule, String)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    group: String,
    from: Option<i64>,
    to: Option<i64>,
    sources: Vec<String>,
}

/// Why a file is no state file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// It is not what Terraform writes.
    #[error(
        "is no state of Terraform: give what `terraform state pull` or `terraform show -json` prints ({0})"
    )]
    NoState(String),
    /// Its version is another one.
    #[error("is a state of version {0}: this version of elb-audit knows version 4")]
    Version(u64),
}

/// What `terraform state pull` prints, and what `terraform show -json` prints.
#[derive(Deserialize)]
struct File {
    version: Option<u64>,
    #[serde(default)]
    resources: Vec<Resource>,
    values: Option<Shown>,
}

#[derive(Deserialize)]
struct Resource {
    module: Option<String>,
    mode: String,
    #[serde(rename = "type")]
    kind: String,
    name: String,
    #[serde(default)]
    instances: Vec<Instance>,
}

#[derive(Deserialize)]
struct Instance {
    index_key: Option<Json>,
    #[serde(default)]
    attributes: Map<String, Json>,
}

#[derive(Deserialize)]
struct Shown {
    root_module: Module,
}

#[derive(Deserialize)]
struct Module {
    #[serde(default)]
    resources: Vec<ShownResource>,
    #[serde(default)]
    child_modules: Vec<Module>,
}

#[derive(Deserialize)]
struct ShownResource {
    address: String,
    mode: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    values: Map<String, Json>,
}

impl TerraformState {
    /// Reads one, beside those that were read.
    ///
    /// # Errors
    /// When it is no state file, or one of another version.
    pub fn add_file(&mut self, text: &[u8]) -> Result<(), StateError> {
        let state = self;
        let file: File =
            serde_json::from_slice(text).map_err(|error| StateError::NoState(error.to_string()))?;
        match (file.version, file.values) {
            (_, Some(shown)) => state.add_module(&shown.root_module),
            (Some(4), None) => {
                for resource in file.resources.iter().filter(|own| own.mode == "managed") {
                    for instance in &resource.instances {
                        let address = resource.address(instance.index_key.as_ref());
                        state.add(&resource.kind, &instance.attributes, &address);
                    }
                }
            }
            (Some(other), None) => return Err(StateError::Version(other)),
            (None, None) => {
                return Err(StateError::NoState("it has neither version nor values".to_owned()));
            }
        }
        Ok(())
    }

    fn add_module(&mut self, module: &Module) {
        for resource in module.resources.iter().filter(|own| own.mode == "managed") {
            self.add(&resource.kind, &resource.values, &resource.address);
        }
        module.child_modules.iter().for_each(|own| self.add_module(own));
    }

    fn add(&mut self, kind: &str, attributes: &Map<String, Json>, address: &str) {
        let text = |name: &str| attributes.get(name)?.as_str().map(str::to_owned);
        let number = |name: &str| attributes.get(name)?.as_i64();
        let mut keep = |id: Option<String>| {
            if let Some(id) = id {
                self.by_id.entry(id).or_insert_with(|| address.to_owned());
            }
        };
        match kind {
            "aws_lb"
            | "aws_alb"
            | "aws_elb"
            | "aws_lb_listener"
            | "aws_alb_listener"
            | "aws_lb_listener_rule"
            | "aws_alb_listener_rule"
            | "aws_lb_target_group"
            | "aws_alb_target_group" => keep(text("arn")),
            "aws_security_group" | "aws_default_security_group" => keep(text("id")),
            "aws_s3_bucket_policy" => keep(text("bucket")),
            "aws_wafv2_web_acl_association" => {
                keep(text("resource_arn").map(|arn| format!("web ACL of {arn}")));
            }
            "aws_vpc_security_group_ingress_rule"
            | "aws_vpc_security_group_egress_rule"
            | "aws_security_group_rule" => {
                let lists = ["cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids"];
                let listed = lists.iter().filter_map(|name| attributes.get(*name)?.as_array());
                let listed = listed.flatten().filter_map(Json::as_str).map(str::to_owned);
                let plain = [
                    "cidr_ipv4",
                    "cidr_ipv6",
                    "prefix_list_id",
                    "referenced_security_group_id",
                    "source_security_group_id",
                ];
                let sources = plain.iter().filter_map(|name| text(name)).chain(listed).collect();
                if let Some(group) = text("security_group_id") {
                    let (from, to) = (number("from_port"), number("to_port"));
                    let rule = Rule { group, from, to, sources };
                    self.rules.push((rule, address.to_owned()));
                }
            }
            _ => {}
        }
    }

    /// The address that keeps what a change is about.
    #[must_use]
    pub fn address_of(&self, mutation: &Mutation) -> Option<String> {
        let by = |id: &str| self.by_id.get(id).cloned();
        match mutation {
            Mutation::SetAttributes { id, .. } => by(id),
            Mutation::ModifyListener { listener, .. }
            | Mutation::AddCertificate { listener, .. }
            | Mutation::RemoveCertificate { listener, .. }
            | Mutation::ClassicPolicy { listener, .. }
            | Mutation::ClassicPolicies { listener, .. } => {
                // A Classic load balancer holds its listeners.
                let id = if listener.id.starts_with("arn:") { &listener.id } else { &listener.lb };
                by(id)
            }
            Mutation::ModifyRule { rule, .. } => by(rule),
            Mutation::SetRulePriorities { order, .. } => order.keys().find_map(|rule| by(rule)),
            Mutation::SetSecurityGroups { lb, .. } => by(lb),
            Mutation::Revoke { group, admits, .. } => {
                self.rule(group, admits).or_else(|| by(group))
            }
            Mutation::Authorize { group, .. }
            | Mutation::ModifyTargetGroup { group, .. }
            | Mutation::DeregisterTargets { group, .. }
            | Mutation::RegisterTargets { group, .. } => by(group),
            Mutation::AssociateWebAcl { lb, .. } => by(&format!("web ACL of {lb}")),
            Mutation::PutBucketPolicy { bucket: Value::Is(bucket), .. } => by(bucket),
            // What is not there yet is kept by nobody, and what a bucket will be nobody knows.
            Mutation::CreateListener { .. }
            | Mutation::DeleteListener { .. }
            | Mutation::PutBucketPolicy { .. } => None,
        }
    }

    /// The resource that is a rule of a group.
    fn rule(&self, group: &str, admits: &Admission) -> Option<String> {
        let rule = &admits.permission;
        let ranges = rule.ranges.iter().map(ToString::to_string);
        let sources: Vec<String> =
            ranges.chain(rule.groups.clone()).chain(rule.prefix_lists.clone()).collect();
        let is_it = |own: &Rule| {
            own.group == group
                && (rule.protocol == "-1"
                    || (own.from == rule.from_port.map(i64::from)
                        && own.to == rule.to_port.map(i64::from)))
                && own.sources.iter().any(|one| sources.contains(one))
        };
        self.rules.iter().find(|(own, _)| is_it(own)).map(|(_, address)| address.clone())
    }
}

impl Resource {
    fn address(&self, index: Option<&Json>) -> String {
        let module = self.module.as_ref().map(|module| format!("{module}.")).unwrap_or_default();
        let index = index.map(|index| format!("[{index}]")).unwrap_or_default();
        format!("{module}{}.{}{index}", self.kind, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::Permission;
    use crate::mutation::{Owner, Way};

    fn read(text: &[u8]) -> Result<TerraformState, StateError> {
        let mut state = TerraformState::default();
        state.add_file(text).map(|()| state)
    }

    fn set(id: &str) -> Mutation {
        Mutation::SetAttributes { of: Owner::LoadBalancer, id: id.to_owned(), set: BTreeMap::new() }
    }

    #[test]
    fn addresses_are_those_of_both_forms() {
        let pulled = br#"{"version":4,"resources":[
            {"module":"module.web[\"a\"]","mode":"managed","type":"aws_lb","name":"this",
             "instances":[{"index_key":"b","attributes":{"arn":"arn:lb","secret":"s"}}]},
            {"mode":"data","type":"aws_lb","name":"other","instances":[{"attributes":{"arn":"arn:data"}}]},
            {"mode":"managed","type":"aws_vpc_security_group_ingress_rule","name":"all",
             "instances":[{"attributes":{"security_group_id":"sg-1","from_port":80,"to_port":80,
                                         "cidr_ipv4":"0.0.0.0/0"}}]}]}"#;
        let state = read(pulled).unwrap();
        let address = state.address_of(&set("arn:lb"));
        assert_eq!(address.as_deref(), Some(r#"module.web["a"].aws_lb.this["b"]"#));
        assert_eq!(state.address_of(&set("arn:data")), None);
        let permission = Permission {
            protocol: "tcp".to_owned(),
            from_port: Some(80),
            to_port: Some(80),
            ranges: vec!["0.0.0.0/0".parse().unwrap()],
            ..Permission::default()
        };
        let (group, way, admits) = ("sg-1".to_owned(), Way::Ingress, permission.into());
        let revoke = Mutation::Revoke { group, way, admits };
        let address = state.address_of(&revoke);
        assert_eq!(address.as_deref(), Some("aws_vpc_security_group_ingress_rule.all"));

        let shown =
            br#"{"format_version":"1.0","values":{"root_module":{"child_modules":[{"resources":[
            {"address":"module.web.aws_lb.this","mode":"managed","type":"aws_lb","name":"this",
             "values":{"arn":"arn:lb"}}]}]}}}"#;
        let state = read(shown).unwrap();
        assert_eq!(state.address_of(&set("arn:lb")).as_deref(), Some("module.web.aws_lb.this"));
    }

    #[test]
    fn what_is_no_state_is_said() {
        for (text, error) in [
            ("{", "terraform state pull"),
            ("{}", "terraform state pull"),
            (r#"{"version":3}"#, "version 3"),
        ] {
            let said = read(text.as_bytes()).unwrap_err().to_string();
            assert!(said.contains(error), "{said}");
        }
    }
}
