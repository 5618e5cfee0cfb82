//! How a fault is fixed: data, rendered for the console, the AWS CLI, Terraform and `CloudFormation`.

use serde::Serialize;

use crate::inventory::Kind;
pub use crate::mutation::Owner;

mod attributes;
pub mod binding; // what placeholders stand for
pub mod cause; // what several faults have in common
mod certificates;
pub mod commands; // for one finding
mod listeners;
mod log_buckets;
mod network;
mod notation; // HCL and YAML
pub mod plan; // from a fault to changes
pub mod placeholder; // capitals in a command
mod redirects;
pub mod said; // changes in the languages of what keeps resources
mod targets;
mod text;
mod tls_listeners;
mod web_acl;

use binding::Bindings;
use commands::Commands;
use plan::Plan;
use text::{capital, dedented};

/// A name and its value, both AWS's own.
pub type Pair = (&'static str, &'static str);

/// A change that fixes a fault.
#[derive(Clone, Copy, Debug)]
pub struct Remedy {
    /// The change.
    pub change: Change,
    /// Steps in the AWS console; empty where the change says them.
    pub console: &'static str,
    /// How it comes to changes that a script makes.
    pub plan: Plan,
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
        /// Name of the policy; Classic load balancers have one of their own.
        policy: &'static str,
    },
    /// Client certificates are verified by a trust store.
    MutualAuthentication {
        /// What is set beside the mode and the trust store.
        set: &'static [Pair],
        /// The placeholder of the trust store.
        trust_store: &'static str,
    },
    /// A certificate of ACM, proved by DNS, takes the place of the listener's.
    Certificate {
        /// What is particular about the request.
        particular: Particular,
        /// Which names it has.
        names: Names,
    },
    /// A listener ends TLS.
    TlsListener(TlsListener),
    /// What serves in cleartext redirects to HTTPS, once that is served.
    RedirectToHttps,
    /// A redirect leads elsewhere, and for good.
    Redirect {
        /// Fields of the redirect that change, the status code aside.
        to: &'static [Pair],
    },
    /// What no rule takes is refused with 404.
    RefuseByDefault {
        /// The condition of what is meant to be served, and its value.
        before: Option<Pair>,
    },
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
        /// Whether targets may be there without a group, so that one more is registered.
        or_register: bool,
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
        /// The statement in JSON.
        statement: &'static str,
        /// The statement's block in Terraform.
        terraform: &'static str,
        /// The statement in `CloudFormation`.
        cloudformation: &'static str,
    },
    /// The web ACL is written again with other rules or settings.
    WebAcl {
        /// The rules, as an expression of `JMESPath` about the answer; empty: as they are.
        rules: &'static str,
        /// Further members to set, likewise; empty without.
        set: &'static str,
        /// What to look at before it is written; empty without.
        note: &'static str,
        /// The piece of Terraform that says it.
        terraform: &'static str,
        /// The piece of `CloudFormation` that says it.
        cloudformation: &'static str,
    },
    /// Whatever no other check needs.
    Steps(Steps),
}

/// Whose names a new certificate has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// Those of the one whose place it takes.
    Same,
    /// Others, which the user chooses.
    Chosen,
}

/// Which listener ends TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsListener {
    /// The load balancer's first one.
    First,
    /// One beside the listener in cleartext, which goes away later.
    Beside,
    /// The listener that passed TLS through.
    Instead,
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

    /// What Classic listeners negotiate by: no predefined policy offers only this.
    pub const CLASSIC_POLICY: [Pair; 4] = [
        ("Protocol-TLSv1.2", "true"),
        ("Server-Defined-Cipher-Order", "true"),
        ("ECDHE-RSA-AES128-GCM-SHA256", "true"),
        ("ECDHE-RSA-AES256-GCM-SHA384", "true"),
    ];

    /// This change, with the steps in the console that it says itself.
    #[must_use]
    pub const fn new(change: Change) -> Remedy {
        Remedy { change, console: "", plan: Plan::Change }
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
        Remedy::new(Change::SslPolicy { policy })
    }

    /// Client certificates are verified by a trust store, with these settings.
    #[must_use]
    pub const fn mutual_authentication(set: &'static [Pair]) -> Remedy {
        Remedy::new(Change::MutualAuthentication { set, trust_store: "TRUST_STORE_ARN" })
    }

    /// Client certificates are verified by a trust store that the user chooses.
    #[must_use]
    pub const fn trust_store() -> Remedy {
        Remedy::new(Change::MutualAuthentication { set: &[], trust_store: "NEW_TRUST_STORE_ARN" })
    }

    /// A certificate of ACM, proved by DNS, takes the place of the listener's.
    #[must_use]
    pub const fn certificate(particular: Particular) -> Remedy {
        Remedy::new(Change::Certificate { particular, names: Names::Same })
    }

    /// The same for names that the user chooses.
    ///
    /// # Panics
    ///
    /// On another remedy, while the check is compiled.
    #[must_use]
    pub const fn for_other_names(self) -> Remedy {
        let Change::Certificate { particular, .. } = self.change else { panic!("no certificate") };
        Remedy { change: Change::Certificate { particular, names: Names::Chosen }, ..self }
    }

    /// A listener ends TLS.
    #[must_use]
    pub const fn tls_listener(which: TlsListener) -> Remedy {
        Remedy::new(Change::TlsListener(which))
    }

    /// These fields of a redirect change, and it is for good. Where its port does, a listener serves it.
    #[must_use]
    pub const fn redirect(to: &'static [Pair]) -> Remedy {
        Remedy::new(Change::Redirect { to })
    }

    /// What serves in cleartext redirects to HTTPS, which a listener serves.
    #[must_use]
    pub const fn redirect_to_https() -> Remedy {
        Remedy::new(Change::RedirectToHttps)
    }

    /// What no rule takes is refused with 404.
    #[must_use]
    pub const fn refuse_by_default() -> Remedy {
        Remedy::new(Change::RefuseByDefault { before: None })
    }

    /// What no rule takes is refused with 404; what is meant to be served keeps a rule with this condition.
    #[must_use]
    pub const fn refuse_beside(field: &'static str, value: &'static str) -> Remedy {
        Remedy::new(Change::RefuseByDefault { before: Some((field, value)) })
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

    /// A security group admits another source by TCP than it did.
    #[must_use]
    pub const fn admit_instead(admit: Source) -> Remedy {
        Remedy::new(Change::Ingress { protocol: "tcp", admit })
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
        Remedy::new(Change::AutoScaling { set, or_register: false })
    }

    /// The same where an Auto Scaling group runs the targets; otherwise one more target is registered.
    ///
    /// # Panics
    ///
    /// On another remedy, while the check is compiled.
    #[must_use]
    pub const fn or_register(self) -> Remedy {
        let Change::AutoScaling { set, .. } = self.change else { panic!("no Auto Scaling group") };
        Remedy { change: Change::AutoScaling { set, or_register: true }, ..self }
    }

    /// A rule group that AWS keeps is added to the web ACL.
    #[must_use]
    pub const fn managed_rules(name: &'static str, priority: u8, group: &'static str) -> Remedy {
        Remedy::new(Change::ManagedRules { name, priority, group })
    }

    /// The same remedy, which comes to changes in this way.
    #[must_use]
    pub const fn planned(self, plan: Plan) -> Remedy {
        Remedy { plan, ..self }
    }

    /// The same remedy with these steps in the console.
    #[must_use]
    pub const fn console(self, console: &'static str) -> Remedy {
        Remedy { console, ..self }
    }

    /// The remedy for load balancers of these kinds; where it differs, each kind has its section.
    #[must_use]
    pub fn ways(&self, kinds: &[Kind]) -> Ways {
        let mut ways: Vec<(&Kind, Ways)> =
            kinds.iter().map(|kind| (kind, self.way(kind))).collect();
        match ways.len() {
            0 => self.way(&Kind::Application),
            1 => ways.remove(0).1,
            _ => Ways {
                console: ways[0].1.console.clone(),
                cli: sections(&ways, |way| &way.cli),
                terraform: sections(&ways, |way| &way.terraform),
                cloudformation: sections(&ways, |way| &way.cloudformation),
            },
        }
    }

    /// The commands for a finding at a load balancer of these kinds, with what the placeholders stand for.
    #[must_use]
    pub fn commands(&self, kinds: &[Kind], bindings: &Bindings) -> Commands {
        commands::of(&self.ways(kinds).cli, bindings)
    }

    /// The remedy for one kind.
    fn way(&self, kind: &Kind) -> Ways {
        let mut way = match self.change {
            Change::Attributes { of, set } => attributes::way(of, &set, kind),
            Change::SslPolicy { policy } => listeners::ssl_policy(policy, kind),
            Change::MutualAuthentication { set, trust_store } => {
                listeners::mutual_authentication(set, trust_store)
            }
            Change::Certificate { particular, names } => {
                certificates::way(&particular, names, kind)
            }
            Change::RedirectToHttps => redirects::to_https(kind),
            Change::Redirect { to } => redirects::corrected(to),
            Change::RefuseByDefault { before } => listeners::refuse_by_default(before, kind),
            Change::RuleActions { with, terraform, cloudformation } => {
                listeners::rule_actions(with, (terraform, cloudformation))
            }
            Change::Ingress { protocol, admit } => network::ingress(protocol, admit),
            Change::TlsListener(step) => tls_listeners::way(step, kind),
            Change::HealthCheck { set } => targets::health_check(set, kind),
            Change::EncryptedTargets { target_type } => targets::encrypted(target_type, kind),
            Change::Subnets => network::subnets(kind),
            Change::AutoScaling { set, or_register } => {
                network::auto_scaling(set, or_register, kind)
            }
            Change::ManagedRules { name, priority, group } => {
                web_acl::managed_rules(name, priority, group)
            }
            Change::BlockingRule { name, statement, terraform, cloudformation } => {
                web_acl::blocking_rule(name, statement, (terraform, cloudformation))
            }
            Change::WebAcl { rules, set, note, terraform, cloudformation } => {
                web_acl::written((rules, set), note, (terraform, cloudformation))
            }
            Change::Steps(steps) => Ways {
                console: steps.console.to_owned(),
                cli: dedented(steps.cli),
                terraform: dedented(steps.terraform),
                cloudformation: dedented(steps.cloudformation),
            },
        };
        if !self.console.is_empty() {
            self.console.clone_into(&mut way.console);
        }
        way
    }
}

/// The texts of several kinds under their names; what all of them share stands for itself.
fn sections(ways: &[(&Kind, Ways)], text: impl Fn(&Ways) -> &String) -> String {
    let mut sections: Vec<(String, &str)> = Vec::new();
    for (kind, way) in ways {
        let (name, text) = (capital(&kind.to_string()), text(way).as_str());
        match sections.iter_mut().find(|(_, known)| *known == text) {
            Some((names, _)) => *names = format!("{names}, {name}"),
            None => sections.push((name, text)),
        }
    }
    if let [(_, text)] = &sections[..] {
        return (*text).to_owned();
    }
    let headed = sections.iter().map(|(names, text)| format!("# {names}\n{text}"));
    headed.collect::<Vec<_>>().join("\n\n")
}
