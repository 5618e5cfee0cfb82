//! A listener of an Application, Network or Gateway load balancer.

use super::action::Action;
use super::attributes::Changes;
use super::rule::Rule;

/// A listener.
#[derive(Clone, Debug, Default)]
pub struct Listener {
    /// What its ARN ends with; made from protocol and port when absent.
    pub id: Option<String>,
    /// Absent on a Gateway load balancer.
    pub protocol: Option<String>,
    /// Absent on a Gateway load balancer.
    pub port: Option<u16>,
    /// The name of the TLS policy; absent where TLS does not end here.
    pub ssl_policy: Option<String>,
    /// Certificates by the names of this region's ACM certificates, of IAM's, or by ARN; the first
    /// is the default one, the others are chosen by server name.
    pub certificates: Vec<String>,
    /// Application protocols that a TLS listener negotiates.
    pub alpn: Vec<String>,
    /// How client certificates are treated; answered as `off` on HTTPS when absent.
    pub mutual_authentication: Option<MutualAuthentication>,
    /// The actions of the default rule.
    pub actions: Vec<Action>,
    /// Rules before the default one, in any order.
    pub rules: Vec<Rule>,
    /// Changes to the default attributes.
    pub attributes: Changes,
    /// Tags, key and value.
    pub tags: Vec<(String, String)>,
}

/// How a listener treats client certificates.
#[derive(Clone, Debug, Default)]
pub struct MutualAuthentication {
    /// `off`, `passthrough` or `verify`.
    pub mode: String,
    /// The name or ARN of the trust store.
    pub trust_store: Option<String>,
    /// Whether expired client certificates are accepted.
    pub ignore_expiry: Option<bool>,
    /// `active`, or `removed` when a shared store was withdrawn.
    pub association: Option<String>,
    /// `on` or `off`.
    pub advertise: Option<String>,
    /// Field, action, match type and value of what a client certificate has to say.
    pub identity_filters: Vec<[String; 4]>,
}

impl Listener {
    fn new(protocol: &str, port: u16) -> Self {
        Self { protocol: Some(protocol.to_owned()), port: Some(port), ..Self::default() }
    }

    /// A listener of any protocol; TLS settings are the caller's.
    pub fn of(protocol: &str, port: u16) -> Self {
        Self::new(protocol, port)
    }

    /// HTTP, in cleartext.
    pub fn http(port: u16) -> Self {
        Self::new("HTTP", port)
    }

    /// HTTPS with a current policy.
    pub fn https(port: u16) -> Self {
        Self::new("HTTPS", port).policy("ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09")
    }

    /// TLS, which a Network load balancer ends, with a current policy.
    pub fn tls(port: u16) -> Self {
        Self::new("TLS", port).policy("ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09")
    }

    /// TCP.
    pub fn tcp(port: u16) -> Self {
        Self::new("TCP", port)
    }

    /// UDP.
    pub fn udp(port: u16) -> Self {
        Self::new("UDP", port)
    }

    /// QUIC, passed through.
    pub fn quic(port: u16) -> Self {
        Self::new("QUIC", port)
    }

    /// The listener of a Gateway load balancer: every port, no protocol.
    pub fn gateway() -> Self {
        Self::default()
    }

    /// Sets the TLS policy.
    pub fn policy(mut self, name: &str) -> Self {
        self.ssl_policy = Some(name.to_owned());
        self
    }

    /// Adds a certificate; the first one is the default.
    pub fn certificate(mut self, name: &str) -> Self {
        self.certificates.push(name.to_owned());
        self
    }

    /// Adds a default action.
    pub fn action(mut self, action: Action) -> Self {
        self.actions.push(action);
        self
    }

    /// Forwards to one target group by default.
    pub fn forward(self, group: &str) -> Self {
        self.action(Action::forward(group))
    }

    /// Redirects to HTTPS by default.
    pub fn redirect_to_https(self) -> Self {
        self.action(Action::redirect_to_https())
    }

    /// Adds a rule.
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Asks for client certificates in `mode`, with a trust store if one is named.
    pub fn mutual(mut self, mode: &str, trust_store: Option<&str>) -> Self {
        self.mutual_authentication = Some(MutualAuthentication {
            mode: mode.to_owned(),
            trust_store: trust_store.map(str::to_owned),
            ignore_expiry: (mode == "verify").then_some(false),
            association: trust_store.map(|_| "active".to_owned()),
            advertise: (mode == "verify").then(|| "off".to_owned()),
            identity_filters: Vec::new(),
        });
        self
    }

    /// Sets the state of the tie to its trust store: `active` or `removed`.
    pub fn association(mut self, state: &str) -> Self {
        self.mutual_authentication.get_or_insert_default().association = Some(state.to_owned());
        self
    }

    /// Tells clients which authorities it trusts: `on` or `off`.
    pub fn advertise(mut self, state: &str) -> Self {
        self.mutual_authentication.get_or_insert_default().advertise = Some(state.to_owned());
        self
    }

    /// Lets in only clients whose certificate has this in a field: field, action, match type and value.
    pub fn identity(mut self, filter: [&str; 4]) -> Self {
        let mutual = self.mutual_authentication.get_or_insert_default();
        mutual.identity_filters.push(filter.map(str::to_owned));
        self
    }

    /// Sets the application protocols that it negotiates, such as `HTTP2Preferred`.
    pub fn alpn(mut self, policies: &[&str]) -> Self {
        self.alpn = policies.iter().map(|name| (*name).to_owned()).collect();
        self
    }

    /// Accepts expired client certificates.
    pub fn accept_expired(mut self) -> Self {
        let mutual = self.mutual_authentication.get_or_insert_default();
        mutual.ignore_expiry = Some(true);
        self
    }

    /// Sets an attribute.
    pub fn attribute(mut self, key: &str, value: &str) -> Self {
        self.attributes.insert(key.to_owned(), Some(value.to_owned()));
        self
    }

    /// Leaves an attribute out of the answer.
    pub fn without_attribute(mut self, key: &str) -> Self {
        self.attributes.insert(key.to_owned(), None);
        self
    }

    /// Names of the target groups that its actions and rules forward to.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.actions
            .iter()
            .chain(self.rules.iter().flat_map(|rule| &rule.actions))
            .filter_map(|action| match action {
                Action::Forward(forward) => Some(&forward.target_groups),
                _ => None,
            })
            .flatten()
            .map(|(name, _)| name.as_str())
    }
}
