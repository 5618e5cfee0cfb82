//! How a fault is fixed: data, rendered for the console, the AWS CLI, Terraform and `CloudFormation`.

use serde::Serialize;

use crate::inventory::Kind;

mod attributes;
pub mod binding; // what placeholders stand for
pub mod cause; // what several faults have in common
mod listeners;
mod network;
pub mod placeholder; // capitals in a command
mod targets;
mod text;
mod web_acl;

use text::dedented;

/// A name and its value, both AWS's own.
pub type Pair = (&'static str, &'static str);

/// A change that fixes a fault.
#[derive(Clone, Copy, Debug)]
pub struct Remedy {
    /// The change.
    pub change: Change,
    /// Steps in the AWS console; empty where the change says them.
    pub console: &'static str,
}

/// What is changed. What many checks share is data, so that it can be said of any resource.
#[derive(Clone, Copy, Debug)]
pub enum Change {
    /// Attributes, up to three; the rest is empty.
    Attributes {
        /// Of what.
        of: Owner,
        /// Which, and their values.
        set: [Pair; 3],
    },
    /// The security policy of a listener.
    SslPolicy {
        /// Name of the policy.
        policy: &'static str,
        /// What the policy of a Classic listener says.
        classic: &'static [Pair],
    },
    /// Client certificates are verified by a trust store.
    MutualAuthentication {
        /// What is set beside the mode and the trust store.
        set: &'static [Pair],
    },
    /// A certificate of ACM, proved by DNS, takes the place of the listener's.
    Certificate {
        /// What is particular about the request.
        particular: Particular,
    },
    /// A listener ends TLS.
    TlsListener {
        /// Its port.
        port: &'static str,
        /// Whether it is a new one, instead of the one in cleartext changed.
        is_new: bool,
    },
    /// A rule, or the default action, redirects.
    Redirect {
        /// Fields of the redirect, the status code aside.
        to: &'static [Pair],
        /// Whether the default action does, instead of a rule.
        by_default: bool,
    },
    /// The default action refuses with 404.
    RefuseByDefault,
    /// The actions of a rule.
    RuleActions {
        /// What becomes of them: `with …`.
        with: &'static str,
        /// The piece of Terraform that says it.
        terraform: &'static str,
        /// The piece of `CloudFormation` that says it.
        cloudformation: &'static str,
    },
    /// An inbound rule of a security group.
    Ingress {
        /// `tcp` or `udp`.
        protocol: &'static str,
        /// The source that is admitted no longer.
        revoke: Source,
        /// The source that is admitted instead.
        admit: Source,
    },
    /// Settings of a health check: `Enabled`, `Matcher`, `Path`, `Port`, `Protocol`.
    HealthCheck {
        /// Which, and their values.
        set: &'static [Pair],
    },
    /// A target group with TLS takes the place of the one in cleartext.
    EncryptedTargets {
        /// Its target type; empty for instances.
        target_type: &'static str,
    },
    /// Subnets of a load balancer.
    Subnets,
    /// Properties of an Auto Scaling group; a value with commas is a list.
    AutoScaling {
        /// By the names of `CloudFormation`.
        set: &'static [Pair],
    },
    /// A rule group that AWS keeps is added to the web ACL.
    ManagedRules {
        /// Name of the rule.
        name: &'static str,
        /// Its priority.
        priority: u8,
        /// Name of the group.
        group: &'static str,
    },
    /// A rule of its own that blocks is added to the web ACL.
    BlockingRule {
        /// Name of the rule.
        name: &'static str,
        /// What it is, after `the rules of the answer and`.
        what: &'static str,
        /// The statement's block in Terraform.
        terraform: &'static str,
        /// The statement in `CloudFormation`.
        cloudformation: &'static str,
    },
    /// The web ACL is written again with other rules or settings.
    WebAcl {
        /// What `RULES.json` holds.
        rules: &'static str,
        /// A further option of the command; empty without.
        option: &'static str,
        /// The piece of Terraform that says it.
        terraform: &'static str,
        /// The piece of `CloudFormation` that says it.
        cloudformation: &'static str,
    },
    /// Whatever no other check needs.
    Steps(Steps),
}

/// What has attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A load balancer.
    LoadBalancer,
    /// A target group.
    TargetGroup,
    /// A listener.
    Listener,
}

/// Who a rule of a security group admits.
#[derive(Clone, Copy, Debug)]
pub enum Source {
    /// An IPv4 range.
    Ipv4(&'static str),
    /// An IPv6 range.
    Ipv6(&'static str),
    /// The members of a security group.
    Group(&'static str),
}

/// What is particular about a request for a certificate: the same thing in three languages; empty without.
#[derive(Clone, Copy, Debug)]
pub struct Particular {
    /// Options of `aws acm request-certificate`.
    pub cli: &'static str,
    /// Arguments of `aws_acm_certificate`.
    pub terraform: &'static str,
    /// Properties of `AWS::CertificateManager::Certificate`.
    pub cloudformation: &'static str,
}

impl Particular {
    /// Nothing particular.
    pub const NOTHING: Particular = Particular { cli: "", terraform: "", cloudformation: "" };
}

/// Texts as they are; what their lines have in common as indentation is left out. A way that does not lead
/// there says so.
#[derive(Clone, Copy, Debug)]
pub struct Steps {
    /// Steps in the AWS console.
    pub console: &'static str,
    /// Commands, with placeholders in capitals.
    pub cli: &'static str,
    /// A piece of Terraform.
    pub terraform: &'static str,
    /// A piece of `CloudFormation`, YAML.
    pub cloudformation: &'static str,
}

/// A remedy as people read it, for each way of working.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ways {
    /// Steps in the AWS console.
    pub console: String,
    /// Commands, with placeholders in capitals.
    pub cli: String,
    /// A piece of Terraform.
    pub terraform: String,
    /// A piece of `CloudFormation`, YAML.
    pub cloudformation: String,
}

impl Remedy {
    /// Not said yet.
    pub(super) const NONE: Remedy =
        Remedy::steps(Steps { console: "", cli: "", terraform: "", cloudformation: "" });

    /// The security policy that AWS recommends.
    pub const RECOMMENDED_POLICY: &'static str = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09";

    /// This change, with the steps in the console that it says itself.
    #[must_use]
    pub const fn new(change: Change) -> Remedy {
        Remedy { change, console: "" }
    }

    /// Whatever no other check needs.
    #[must_use]
    pub const fn steps(steps: Steps) -> Remedy {
        Remedy::new(Change::Steps(steps))
    }

    /// An attribute of a load balancer.
    #[must_use]
    pub const fn attribute(key: &'static str, value: &'static str) -> Remedy {
        Remedy::attribute_of(Owner::LoadBalancer, key, value)
    }

    /// An attribute of a target group.
    #[must_use]
    pub const fn target_group_attribute(key: &'static str, value: &'static str) -> Remedy {
        Remedy::attribute_of(Owner::TargetGroup, key, value)
    }

    /// An attribute of a listener.
    #[must_use]
    pub const fn listener_attribute(key: &'static str, value: &'static str) -> Remedy {
        Remedy::attribute_of(Owner::Listener, key, value)
    }

    const fn attribute_of(of: Owner, key: &'static str, value: &'static str) -> Remedy {
        Remedy::new(Change::Attributes { of, set: [("", ""); 3] }).and(key, value)
    }

    /// A further attribute of the same.
    ///
    /// # Panics
    ///
    /// On the fourth, on one that has no row in the table, and where there is no first: all of it while the
    /// check is compiled.
    #[must_use]
    pub const fn and(self, key: &'static str, value: &'static str) -> Remedy {
        let Change::Attributes { of, mut set } = self.change else { panic!("no attribute yet") };
        assert!(attributes::is_known(of, key), "an attribute without a row in the table");
        let mut place = 0;
        while !set[place].0.is_empty() {
            place += 1;
        }
        set[place] = (key, value);
        Remedy { change: Change::Attributes { of, set }, ..self }
    }

    /// The security policy of a listener.
    #[must_use]
    pub const fn ssl_policy(policy: &'static str) -> Remedy {
        Remedy::new(Change::SslPolicy { policy, classic: listeners::CLASSIC })
    }

    /// What the policy of a Classic listener says, instead of naming a predefined one.
    ///
    /// # Panics
    ///
    /// On another remedy, while the check is compiled.
    #[must_use]
    pub const fn classic_policy(self, classic: &'static [Pair]) -> Remedy {
        let Change::SslPolicy { policy, .. } = self.change else { panic!("no policy") };
        Remedy { change: Change::SslPolicy { policy, classic }, ..self }
    }

    /// Client certificates are verified by a trust store, with these settings.
    #[must_use]
    pub const fn mutual_authentication(set: &'static [Pair]) -> Remedy {
        Remedy::new(Change::MutualAuthentication { set })
    }

    /// A certificate of ACM, proved by DNS, takes the place of the listener's.
    #[must_use]
    pub const fn certificate(particular: Particular) -> Remedy {
        Remedy::new(Change::Certificate { particular })
    }

    /// The listener in cleartext ends TLS on this port.
    #[must_use]
    pub const fn tls_listener(port: &'static str) -> Remedy {
        Remedy::new(Change::TlsListener { port, is_new: false })
    }

    /// A rule redirects like this, for good.
    #[must_use]
    pub const fn redirect(to: &'static [Pair]) -> Remedy {
        Remedy::new(Change::Redirect { to, by_default: false })
    }

    /// An HTTP listener redirects to HTTPS, and does nothing else.
    #[must_use]
    pub const fn redirect_to_https() -> Remedy {
        Remedy::new(Change::Redirect { to: listeners::TO_HTTPS, by_default: true })
    }

    /// The default action refuses with 404.
    #[must_use]
    pub const fn refuse_by_default() -> Remedy {
        Remedy::new(Change::RefuseByDefault)
    }

    /// The actions of a rule: what becomes of them (`with …`), in Terraform and in `CloudFormation`.
    #[must_use]
    pub const fn rule_actions(
        with: &'static str,
        terraform: &'static str,
        cloudformation: &'static str,
    ) -> Remedy {
        Remedy::new(Change::RuleActions { with, terraform, cloudformation })
    }

    /// A security group admits another source by TCP.
    #[must_use]
    pub const fn admit_instead(revoke: Source, admit: Source) -> Remedy {
        Remedy::new(Change::Ingress { protocol: "tcp", revoke, admit })
    }

    /// Settings of a health check: `Enabled`, `Matcher`, `Path`, `Port`, `Protocol`.
    #[must_use]
    pub const fn health_check(set: &'static [Pair]) -> Remedy {
        Remedy::new(Change::HealthCheck { set })
    }

    /// A target group with TLS, of this target type, takes the place of the one in cleartext.
    #[must_use]
    pub const fn encrypted_targets(target_type: &'static str) -> Remedy {
        Remedy::new(Change::EncryptedTargets { target_type })
    }

    /// Subnets of a load balancer.
    #[must_use]
    pub const fn subnets() -> Remedy {
        Remedy::new(Change::Subnets)
    }

    /// Properties of an Auto Scaling group, by the names of `CloudFormation`.
    #[must_use]
    pub const fn auto_scaling(set: &'static [Pair]) -> Remedy {
        Remedy::new(Change::AutoScaling { set })
    }

    /// A rule group that AWS keeps is added to the web ACL.
    #[must_use]
    pub const fn managed_rules(name: &'static str, priority: u8, group: &'static str) -> Remedy {
        Remedy::new(Change::ManagedRules { name, priority, group })
    }

    /// The same remedy with these steps in the console.
    #[must_use]
    pub const fn console(self, console: &'static str) -> Remedy {
        Remedy { console, ..self }
    }

    /// The remedy for a load balancer of these kinds.
    #[must_use]
    pub fn ways(&self, kinds: &[Kind]) -> Ways {
        let mut ways = match self.change {
            Change::Attributes { of, set } => attributes::ways(of, &set, kinds),
            Change::SslPolicy { policy, classic } => listeners::ssl_policy(policy, classic, kinds),
            Change::MutualAuthentication { set } => listeners::mutual_authentication(set),
            Change::Certificate { particular } => listeners::certificate(&particular),
            Change::Redirect { to, by_default: false } => listeners::redirect(to),
            Change::Redirect { to, by_default: true } => listeners::redirect_by_default(to),
            Change::RefuseByDefault => listeners::refuse_by_default(),
            Change::RuleActions { with, terraform, cloudformation } => {
                listeners::rule_actions(with, (terraform, cloudformation))
            }
            Change::Ingress { protocol, revoke, admit } => {
                network::ingress(protocol, revoke, admit)
            }
            Change::TlsListener { port, is_new } => listeners::tls_listener(port, is_new),
            Change::HealthCheck { set } => targets::health_check(set, kinds),
            Change::EncryptedTargets { target_type } => targets::encrypted(target_type),
            Change::Subnets => network::subnets(kinds),
            Change::AutoScaling { set } => network::auto_scaling(set),
            Change::ManagedRules { name, priority, group } => {
                web_acl::managed_rules(name, priority, group)
            }
            Change::BlockingRule { name, what, terraform, cloudformation } => {
                web_acl::blocking_rule(name, what, (terraform, cloudformation))
            }
            Change::WebAcl { rules, option, terraform, cloudformation } => {
                web_acl::written(rules, option, (terraform, cloudformation))
            }
            Change::Steps(steps) => Ways {
                console: steps.console.to_owned(),
                cli: dedented(steps.cli),
                terraform: dedented(steps.terraform),
                cloudformation: dedented(steps.cloudformation),
            },
        };
        if !self.console.is_empty() {
            self.console.clone_into(&mut ways.console);
        }
        ways
    }
}
