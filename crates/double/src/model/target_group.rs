//! Target groups with their targets, and the trust stores of mutual TLS.

use super::attributes::Changes;
use super::network;

/// A target group; the load balancers it is attached to follow from their listeners.
#[derive(Clone, Debug, Default)]
pub struct TargetGroup {
    /// Unique in its region.
    pub name: String,
    /// `instance`, `ip`, `lambda` or `alb`.
    pub target_type: String,
    /// Absent for Lambda.
    pub protocol: Option<String>,
    /// Absent for Lambda.
    pub port: Option<u16>,
    /// `HTTP1`, `HTTP2` or `GRPC`; absent unless the protocol is HTTP or HTTPS.
    pub protocol_version: Option<String>,
    /// Absent for Lambda.
    pub vpc: Option<String>,
    /// `ipv4` or `ipv6`.
    pub ip_address_type: Option<String>,
    /// Whether targets are checked; off by default for Lambda.
    pub health_check: bool,
    /// The protocol of the check.
    pub health_check_protocol: Option<String>,
    /// Its targets.
    pub targets: Vec<Target>,
    /// Changes to the default attributes.
    pub attributes: Changes,
    /// Tags, key and value.
    pub tags: Vec<(String, String)>,
}

/// A target and its health.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// An instance id, an address, or an ARN.
    pub id: String,
    /// Absent for Lambda; the group's port when not given.
    pub port: Option<u16>,
    /// `healthy`, `unhealthy`, `unhealthy.draining`, `initial`, `draining`, `unused`, `unavailable`.
    pub state: String,
    /// Such as `Target.Timeout`.
    pub reason: Option<String>,
    /// AWS's sentence for the reason.
    pub description: Option<String>,
}

/// A trust store: the authorities that client certificates may come from.
#[derive(Clone, Debug, Default)]
pub struct TrustStore {
    /// Unique in its region.
    pub name: String,
    /// `ACTIVE` or `CREATING`.
    pub status: String,
    /// How many authorities it holds.
    pub authorities: u32,
    /// How many certificates its revocation lists name.
    pub revoked: u64,
}

impl TargetGroup {
    fn new(name: &str, protocol: &str, port: u16) -> Self {
        let http = matches!(protocol, "HTTP" | "HTTPS");
        Self {
            name: name.to_owned(),
            target_type: "instance".to_owned(),
            protocol: Some(protocol.to_owned()),
            port: Some(port),
            protocol_version: http.then(|| "HTTP1".to_owned()),
            vpc: Some(network::VPC.to_owned()),
            ip_address_type: Some("ipv4".to_owned()),
            health_check: true,
            health_check_protocol: Some(if http { protocol } else { "TCP" }.to_owned()),
            ..Self::default()
        }
    }

    /// Instances behind any protocol.
    pub fn of(name: &str, protocol: &str, port: u16) -> Self {
        Self::new(name, protocol, port)
    }

    /// Instances behind HTTP.
    pub fn http(name: &str, port: u16) -> Self {
        Self::new(name, "HTTP", port)
    }

    /// Instances behind HTTPS.
    pub fn https(name: &str, port: u16) -> Self {
        Self::new(name, "HTTPS", port)
    }

    /// Instances behind TCP.
    pub fn tcp(name: &str, port: u16) -> Self {
        Self::new(name, "TCP", port)
    }

    /// Appliances behind a Gateway load balancer.
    pub fn geneve(name: &str) -> Self {
        Self::new(name, "GENEVE", 6081)
    }

    /// A Lambda function: no protocol, port or VPC, and no health check.
    pub fn lambda(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            target_type: "lambda".to_owned(),
            ip_address_type: Some("ipv4".to_owned()),
            ..Self::default()
        }
    }

    /// An Application load balancer behind a Network one.
    pub fn alb(name: &str, port: u16) -> Self {
        Self {
            target_type: "alb".to_owned(),
            health_check_protocol: Some("HTTP".to_owned()),
            ..Self::new(name, "TCP", port)
        }
    }

    /// Targets by address instead of instance.
    pub fn by_ip(mut self) -> Self {
        "ip".clone_into(&mut self.target_type);
        self
    }

    /// Adds a target.
    pub fn target(mut self, target: Target) -> Self {
        self.targets.push(target);
        self
    }

    /// Adds a healthy target.
    pub fn healthy(self, id: &str) -> Self {
        self.target(Target::new(id, "healthy"))
    }

    /// Adds an unhealthy target.
    pub fn unhealthy(self, id: &str) -> Self {
        self.target(Target::new(id, "unhealthy"))
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
}

impl Target {
    /// A target in `state`, with the reason that AWS usually gives for that state.
    pub fn new(id: &str, state: &str) -> Self {
        let (reason, description) = match state {
            "unhealthy" | "unhealthy.draining" => ("Target.Timeout", "Request timed out"),
            "initial" => ("Elb.RegistrationInProgress", "Target registration is in progress"),
            "draining" => {
                ("Target.DeregistrationInProgress", "Target deregistration is in progress")
            }
            "unused" => (
                "Target.NotInUse",
                "Target group is not configured to receive traffic from the load balancer",
            ),
            "unavailable" => {
                ("Target.HealthCheckDisabled", "Health checks are not enabled for this target")
            }
            _ => ("", ""),
        };
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Self {
            id: id.to_owned(),
            port: None,
            state: state.to_owned(),
            reason: given(reason),
            description: given(description),
        }
    }

    /// Listens on a port of its own.
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }
}

impl TrustStore {
    /// An active store with one authority.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), status: "ACTIVE".to_owned(), authorities: 1, revoked: 0 }
    }
}
