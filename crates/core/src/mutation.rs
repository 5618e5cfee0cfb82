//! Changes as data: what becomes of the facts when one is made, and what takes it back.
//!
//! A change is [applied](Mutation::apply) to the facts in memory, so that all checks can judge what would
//! be, and its [inverse](Mutation::inverse) is a change too. How it is said, as a command or in a file, is
//! told elsewhere.

use std::collections::BTreeMap;

use crate::inventory::{Condition, Listener, MutualAuthentication, Permission, Target};

mod apply;
mod choice;
mod edit;
mod inverse;

pub use apply::Missing;
pub use choice::{Choice, Chosen, Value};
pub use edit::Edit;

/// What has attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// A load balancer.
    LoadBalancer,
    /// A target group.
    TargetGroup,
    /// A listener.
    Listener,
}

/// A listener: of which load balancer, and which of its listeners.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListenerId {
    /// ARN of its load balancer.
    pub lb: String,
    /// Its ARN; `HTTP:80` for Classic, whose listeners have none.
    pub id: String,
}

/// One change of one thing. Those that only an inverse makes say so.
#[derive(Clone, Debug, PartialEq)]
pub enum Mutation {
    /// Attributes get these values; the others stay.
    SetAttributes {
        /// Of what.
        of: Owner,
        /// ARN of the load balancer, target group or listener.
        id: String,
        /// Values by key; no value takes the attribute away, as only an inverse does.
        set: BTreeMap<String, Option<Value>>,
    },
    /// A setting of a listener.
    ModifyListener {
        /// The listener.
        listener: ListenerId,
        /// What it gets.
        set: ListenerSetting,
    },
    /// A setting of a rule that is not the default one.
    ModifyRule {
        /// The rule's listener.
        listener: ListenerId,
        /// ARN of the rule.
        rule: String,
        /// What it gets.
        set: RuleSetting,
    },
    /// Rules of a listener get these priorities; the others stay where they are.
    SetRulePriorities {
        /// The listener.
        listener: ListenerId,
        /// Priorities by the rules' ARNs.
        order: BTreeMap<String, u32>,
    },
    /// A listener that ends TLS and otherwise does what another one does.
    CreateListener {
        /// The listener that it is like.
        like: ListenerId,
        /// What it is.
        new: NewListener,
    },
    /// The listener on a port is deleted. Only an inverse does that.
    DeleteListener {
        /// ARN of the load balancer.
        lb: String,
        /// The port.
        port: u16,
    },
    /// A certificate more that a listener presents to clients that ask for its names.
    AddCertificate {
        /// The listener.
        listener: ListenerId,
        /// ARN of the certificate.
        certificate: Value,
    },
    /// A listener no longer presents a certificate that is not its default one.
    RemoveCertificate {
        /// The listener.
        listener: ListenerId,
        /// ARN of the certificate.
        certificate: Value,
    },
    /// A security group lets somebody in, or out to somebody.
    Authorize {
        /// Id of the group.
        group: String,
        /// In or out.
        way: Way,
        /// Who is let through, and to what.
        admits: Admission,
    },
    /// A security group no longer lets somebody in, or out to somebody.
    Revoke {
        /// Id of the group.
        group: String,
        /// In or out.
        way: Way,
        /// Who is no longer let through, and to what.
        admits: Admission,
    },
    /// All security groups of a load balancer, and whether they hold for what comes through `PrivateLink`.
    SetSecurityGroups {
        /// ARN of the load balancer.
        lb: String,
        /// Their ids.
        groups: Vec<String>,
        /// Network: `on` or `off`; none: as it is.
        private_link: Option<String>,
    },
    /// Settings of a target group's health check; the others stay.
    ModifyTargetGroup {
        /// ARN of the target group.
        group: String,
        /// What it gets.
        set: HealthCheck,
    },
    /// Targets leave a target group.
    DeregisterTargets {
        /// ARN of the target group.
        group: String,
        /// Ids, and the ports that they are registered with.
        targets: Vec<(String, Option<u16>)>,
    },
    /// Targets join a target group. Only an inverse registers them again.
    RegisterTargets {
        /// ARN of the target group.
        group: String,
        /// As they were.
        targets: Vec<Target>,
    },
    /// A Classic listener negotiates by a policy of this name, which is created where there is none. Its other
    /// policies stay.
    ClassicPolicy {
        /// The listener.
        listener: ListenerId,
        /// The policy's name.
        name: String,
        /// Its attributes.
        attributes: BTreeMap<String, String>,
    },
    /// The policies of a Classic listener. Only an inverse sets them as a whole; policies that it does not
    /// name and that no listener uses are deleted.
    ClassicPolicies {
        /// The listener.
        listener: ListenerId,
        /// Their names.
        names: Vec<String>,
        /// A policy to delete.
        delete: Option<String>,
    },
    /// A web ACL filters what comes to a load balancer; none: nothing filters, as only an inverse makes it.
    AssociateWebAcl {
        /// ARN of the load balancer.
        lb: String,
        /// ARN of the web ACL.
        acl: Option<Value>,
    },
    /// The policy of a bucket admits the delivery of a load balancer's logs, beside all that it says already.
    PutBucketPolicy {
        /// ARN of the load balancer.
        lb: String,
        /// Name of the bucket.
        bucket: Value,
    },
}

/// A setting of a listener.
#[derive(Clone, Debug, PartialEq)]
pub enum ListenerSetting {
    /// Name of its security policy.
    SslPolicy(String),
    /// ARN of its default certificate.
    Certificate(Value),
    /// How its clients prove who they are; a trust store may be the user's choice. None where AWS said
    /// nothing of it, as only an inverse sets it.
    MutualAuthentication(Option<MutualAuthentication>, Option<Choice>),
    /// What it does with what no rule takes.
    DefaultActions(Edit),
}

/// A setting of a rule.
#[derive(Clone, Debug, PartialEq)]
pub enum RuleSetting {
    /// What it does.
    Actions(Edit),
    /// All that it asks of a request.
    Conditions(Vec<Condition>),
}

/// What a new listener is, where it differs from the one that it is like.
#[derive(Clone, Debug, PartialEq)]
pub struct NewListener {
    /// `HTTPS` or `TLS`.
    pub protocol: String,
    /// Its port.
    pub port: u16,
    /// Name of its security policy.
    pub ssl_policy: String,
    /// ARN of its certificate.
    pub certificate: Value,
    /// ARN of the target group that it forwards to by default, without rules; none: all that the other
    /// listener does.
    pub serves: Option<Value>,
}

/// The ways through a security group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// Inbound.
    Ingress,
    /// Outbound.
    Egress,
}

/// Settings of a health check; none stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HealthCheck {
    /// Whether targets are checked.
    pub enabled: Option<bool>,
    /// `HTTP`, `HTTPS`, `TCP`.
    pub protocol: Option<String>,
    /// A port, or `traffic-port`.
    pub port: Option<String>,
    /// The path that is asked for.
    pub path: Option<String>,
}

/// Who is let through, and to what.
#[derive(Clone, Debug, PartialEq)]
pub struct Admission {
    /// Protocol, ports, and who is known already.
    pub permission: Permission,
    /// Who else, as the user says: a range.
    pub chosen: Option<Choice>,
}

impl From<Permission> for Admission {
    fn from(permission: Permission) -> Self {
        Admission { permission, chosen: None }
    }
}

impl ListenerId {
    /// That of a listener.
    #[must_use]
    pub fn of(lb: &str, listener: &Listener) -> Self {
        ListenerId { lb: lb.to_owned(), id: listener.id.clone() }
    }
}
