//! What has to be changed so that a fault goes away: what several faults have in common.

use serde::{Deserialize, Serialize};

/// The resource to change, and what to do with it. Faults of one region with the same cause go away by one
/// change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Cause {
    /// What to do with it.
    pub verb: Verb,
    /// What it is.
    pub resource: ResourceKind,
    /// Its ARN or id; what has none goes by its name.
    pub id: String,
    /// What people call it.
    pub label: String,
    /// What it is to become, to get or to lose, where the same thing can be changed in several ways:
    /// `log requests`, or the name of a security policy.
    #[serde(default)]
    pub to: Option<String>,
}

impl Cause {
    /// This change of this resource, which goes by its id until it is [called](Cause::called) something.
    #[must_use]
    pub fn new(verb: Verb, resource: ResourceKind, id: impl Into<String>) -> Self {
        let id = id.into();
        let label = id.rsplit(['/', ':']).next().unwrap_or(&id).to_owned();
        Cause { verb, resource, id, label, to: None }
    }

    /// What people call the resource.
    #[must_use]
    pub fn called(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// What it is to become, to get or to lose.
    #[must_use]
    pub fn to(mut self, what: impl Into<String>) -> Self {
        self.to = Some(what.into());
        self
    }

    /// `Replace certificate shop.example.com`; what it is to become stands behind a colon, and what it is set
    /// on without one.
    #[must_use]
    pub fn sentence(&self) -> String {
        let named = format!("{} {} {}", self.verb.word(), self.resource.words(), self.label);
        match &self.to {
            Some(what) if what.starts_with("on ") => format!("{named} {what}"),
            Some(what) => format!("{named}: {what}"),
            None => named,
        }
    }
}

/// What is done with a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verb {
    /// Something is added to it.
    Extend,
    /// Settings of it change.
    Change,
    /// It is made.
    Create,
    /// It is deleted.
    Delete,
    /// It admits less.
    Narrow,
    /// It admits more.
    Open,
    /// It cannot be changed: a new one takes its place.
    Recreate,
    /// It is proved or renewed, and stays.
    Renew,
    /// It is put back into service.
    Repair,
    /// Another one takes its place.
    Replace,
    /// It is used.
    Set,
}

impl Verb {
    /// Every verb.
    pub const ALL: [Verb; 11] = [
        Verb::Extend,
        Verb::Change,
        Verb::Create,
        Verb::Delete,
        Verb::Narrow,
        Verb::Open,
        Verb::Recreate,
        Verb::Renew,
        Verb::Repair,
        Verb::Replace,
        Verb::Set,
    ];

    /// Its word at the beginning of a sentence.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Verb::Extend => "Extend",
            Verb::Change => "Change",
            Verb::Create => "Create",
            Verb::Delete => "Delete",
            Verb::Narrow => "Narrow",
            Verb::Open => "Open",
            Verb::Recreate => "Recreate",
            Verb::Renew => "Renew",
            Verb::Repair => "Repair",
            Verb::Replace => "Replace",
            Verb::Set => "Set",
        }
    }
}

/// The kinds of things that are changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResourceKind {
    /// A setting of the account, or of the account in a region.
    AccountSetting,
    /// An Auto Scaling group.
    AutoScalingGroup,
    /// A bucket of S3.
    Bucket,
    /// A certificate of ACM or IAM.
    Certificate,
    /// A `CloudFront` distribution.
    Distribution,
    /// A DNS record.
    DnsRecord,
    /// A VPC endpoint service.
    EndpointService,
    /// A Lambda function.
    Function,
    /// A listener.
    Listener,
    /// A load balancer.
    LoadBalancer,
    /// A network ACL.
    NetworkAcl,
    /// A managed prefix list.
    PrefixList,
    /// A quota of the service.
    Quota,
    /// A route table.
    RouteTable,
    /// A rule of a listener.
    Rule,
    /// A security group.
    SecurityGroup,
    /// A security policy, by its name, on every listener of one kind of load balancer.
    SecurityPolicy,
    /// A subnet.
    Subnet,
    /// A target.
    Target,
    /// A target group.
    TargetGroup,
    /// A trust store.
    TrustStore,
    /// A user pool of Cognito.
    UserPool,
    /// A VPC.
    Vpc,
    /// A web ACL.
    WebAcl,
}

impl ResourceKind {
    /// Every kind, with its words in a sentence.
    pub const ALL: [(ResourceKind, &'static str); 24] = [
        (ResourceKind::AccountSetting, "account setting"),
        (ResourceKind::AutoScalingGroup, "Auto Scaling group"),
        (ResourceKind::Bucket, "bucket"),
        (ResourceKind::Certificate, "certificate"),
        (ResourceKind::Distribution, "CloudFront distribution"),
        (ResourceKind::DnsRecord, "DNS record"),
        (ResourceKind::EndpointService, "endpoint service"),
        (ResourceKind::Function, "function"),
        (ResourceKind::Listener, "listener"),
        (ResourceKind::LoadBalancer, "load balancer"),
        (ResourceKind::NetworkAcl, "network ACL"),
        (ResourceKind::PrefixList, "prefix list"),
        (ResourceKind::Quota, "quota"),
        (ResourceKind::RouteTable, "route table"),
        (ResourceKind::Rule, "rule"),
        (ResourceKind::SecurityGroup, "security group"),
        (ResourceKind::SecurityPolicy, "security policy"),
        (ResourceKind::Subnet, "subnet"),
        (ResourceKind::Target, "target"),
        (ResourceKind::TargetGroup, "target group"),
        (ResourceKind::TrustStore, "trust store"),
        (ResourceKind::UserPool, "user pool"),
        (ResourceKind::Vpc, "VPC"),
        (ResourceKind::WebAcl, "web ACL"),
    ];

    /// Its words in a sentence.
    #[must_use]
    pub fn words(self) -> &'static str {
        let row = ResourceKind::ALL.iter().find(|(kind, _)| *kind == self);
        row.map_or("resource", |(_, words)| words)
    }
}
