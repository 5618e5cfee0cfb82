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
    /// The path of the check; when absent, `/` where the check is over HTTP.
    pub health_check_path: Option<String>,
    /// The port of the check; `traffic-port` when absent.
    pub health_check_port: Option<String>,
    /// The codes that count as healthy; when absent, `200`, or `12` where the protocol is gRPC.
    pub health_check_codes: Option<String>,
    /// Its targets.
    pub targets: Vec<Target>,
    /// Targets that have left, whose health is the same if they come back.
    pub left: Vec<Target>,
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
    /// The zone, or `all`; answered for targets by address, and always `all` for Lambda.
    pub zone: Option<String>,
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
    /// Its revocation lists, each as the number of certificates that it names.
    pub revocations: Vec<u64>,
    /// ARNs of load balancers in other accounts that use it.
    pub shared_with: Vec<String>,
    /// The policy by which it is shared, as JSON text.
    pub policy: Option<String>,
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

    /// Sets the protocol and the path of the health check; `""` is no path.
    pub fn check(mut self, protocol: &str, path: &str) -> Self {
        self.health_check_protocol = Some(protocol.to_owned());
        self.health_check_path = (!path.is_empty()).then(|| path.to_owned());
        self
    }

    /// Sets the port of the health check.
    pub fn check_port(mut self, port: &str) -> Self {
        self.health_check_port = Some(port.to_owned());
        self
    }

    /// Sets which codes count as healthy, such as `200-499`.
    pub fn check_codes(mut self, codes: &str) -> Self {
        self.health_check_codes = Some(codes.to_owned());
        self
    }

    /// Switches the health check off.
    pub fn unchecked(mut self) -> Self {
        self.health_check = false;
        self
    }

    /// Sets the version of HTTP: `HTTP1`, `HTTP2` or `GRPC`.
    pub fn version(mut self, version: &str) -> Self {
        self.protocol_version = Some(version.to_owned());
        self
    }

    /// Sets the type of its targets' addresses: `ipv4` or `ipv6`.
    pub fn ip_address_type(mut self, kind: &str) -> Self {
        self.ip_address_type = Some(kind.to_owned());
        self
    }

    /// Puts it in another VPC.
    pub fn vpc(mut self, id: &str) -> Self {
        self.vpc = Some(id.to_owned());
        self
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
            zone: None,
            state: state.to_owned(),
            reason: given(reason),
            description: given(description),
        }
    }

    /// Says which zone it is in: a zone's name, or `all`.
    pub fn zone(mut self, zone: &str) -> Self {
        self.zone = Some(zone.to_owned());
        self
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
        Self {
            name: name.to_owned(),
            status: "ACTIVE".to_owned(),
            authorities: 1,
            ..Self::default()
        }
    }

    /// Sets how many authorities it holds.
    pub fn authorities(mut self, count: u32) -> Self {
        self.authorities = count;
        self
    }

    /// Adds a revocation list that names `count` certificates.
    pub fn revocation(mut self, count: u64) -> Self {
        self.revocations.push(count);
        self
    }

    /// Shares it by a policy, given as JSON text.
    pub fn policy(mut self, json: &str) -> Self {
        self.policy = Some(json.to_owned());
        self
    }

    /// Lets a load balancer of another account use it, by ARN.
    pub fn shared_with(mut self, load_balancer: &str) -> Self {
        self.shared_with.push(load_balancer.to_owned());
        self
    }

    /// How many certificates its revocation lists name.
    pub fn revoked(&self) -> u64 {
        self.revocations.iter().sum()
    }
}
