//! A Classic load balancer with its policies, attributes and instances.

use super::network;

/// A load balancer of the first API generation.
#[derive(Clone, Debug, Default)]
pub struct ClassicLoadBalancer {
    /// Unique in its region.
    pub name: String,
    /// `internet-facing` or `internal`.
    pub scheme: Option<String>,
    /// The VPC's id; absent on the long gone platform without VPCs.
    pub vpc: Option<String>,
    /// Subnet ids.
    pub subnets: Vec<String>,
    /// Zones.
    pub zones: Vec<String>,
    /// Security group ids.
    pub security_groups: Vec<String>,
    /// Its listeners.
    pub listeners: Vec<ClassicListener>,
    /// Its own policies; predefined TLS policies that a listener names need not be listed.
    pub policies: Vec<ClassicPolicy>,
    /// Names of policies by the port of the instances that they apply to.
    pub backends: Vec<(u16, Vec<String>)>,
    /// Its instances with their health.
    pub instances: Vec<Instance>,
    /// What is checked, such as `HTTP:80/health`.
    pub health_check: String,
    /// Its attributes.
    pub attributes: ClassicAttributes,
    /// Tags, key and value.
    pub tags: Vec<(String, String)>,
}

/// A listener of a Classic load balancer.
#[derive(Clone, Debug, Default)]
pub struct ClassicListener {
    /// `HTTP`, `HTTPS`, `TCP` or `SSL`.
    pub protocol: String,
    /// The port that clients use.
    pub port: u16,
    /// How instances are spoken to.
    pub instance_protocol: String,
    /// The port of the instances.
    pub instance_port: u16,
    /// A certificate, by name or ARN.
    pub certificate: Option<String>,
    /// Names of policies.
    pub policies: Vec<String>,
}

/// A policy of a Classic load balancer.
#[derive(Clone, Debug, Default)]
pub struct ClassicPolicy {
    /// Unique in its load balancer.
    pub name: String,
    /// Such as `SSLNegotiationPolicyType`.
    pub kind: String,
    /// Name and value, in order; for TLS policies made by the constructors, filled in on answering.
    pub attributes: Vec<(String, String)>,
    /// The predefined TLS policy whose content it has.
    pub reference: Option<String>,
}

/// An instance and its health.
#[derive(Clone, Debug, Default)]
pub struct Instance {
    /// The instance's id.
    pub id: String,
    /// `InService`, `OutOfService` or `Unknown`.
    pub state: String,
    /// `ELB`, `Instance` or `N/A`.
    pub reason: String,
    /// AWS's sentence for the reason.
    pub description: String,
}

/// Attributes of a Classic load balancer, with AWS's defaults.
#[derive(Clone, Debug)]
pub struct ClassicAttributes {
    /// Whether every zone's instances get the same share.
    pub cross_zone: bool,
    /// Whether requests are logged.
    pub access_log: bool,
    /// Where they are logged.
    pub bucket: Option<String>,
    /// What the names of its log files begin with.
    pub prefix: Option<String>,
    /// Seconds that open connections keep when an instance leaves; off when `None`.
    pub draining: Option<u32>,
    /// Seconds without traffic after which a connection is closed.
    pub idle_timeout: u32,
    /// Further attributes; holds `elb.http.desyncmitigationmode`.
    pub additional: Vec<(String, String)>,
}

impl Default for ClassicAttributes {
    fn default() -> Self {
        let desync = "elb.http.desyncmitigationmode".to_owned();
        Self {
            cross_zone: false,
            access_log: false,
            bucket: None,
            prefix: None,
            draining: None,
            idle_timeout: 60,
            additional: vec![(desync, "defensive".to_owned())],
        }
    }
}

impl ClassicLoadBalancer {
    /// An internal one without listeners.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            scheme: Some("internal".to_owned()),
            vpc: Some(network::VPC.to_owned()),
            subnets: network::PRIVATE_SUBNETS.map(str::to_owned).to_vec(),
            security_groups: vec![network::INSIDE_GROUP.to_owned()],
            health_check: "TCP:80".to_owned(),
            ..Self::default()
        }
    }

    /// Puts it in the public subnets, with the security group that is open to everyone.
    pub fn internet_facing(mut self) -> Self {
        self.scheme = Some("internet-facing".to_owned());
        self.subnets = network::PUBLIC_SUBNETS.map(str::to_owned).to_vec();
        if !self.security_groups.is_empty() {
            self.security_groups = vec![network::OPEN_GROUP.to_owned()];
        }
        self
    }

    /// Adds a listener.
    pub fn listener(mut self, listener: ClassicListener) -> Self {
        self.listeners.push(listener);
        self
    }

    /// Adds a policy of its own.
    pub fn policy(mut self, policy: ClassicPolicy) -> Self {
        self.policies.push(policy);
        self
    }

    /// Adds an instance in `state`.
    pub fn instance(mut self, id: &str, state: &str) -> Self {
        self.instances.push(Instance::new(id, state));
        self
    }

    /// Sets how it treats ambiguous requests: `monitor`, `defensive` or `strictest`.
    pub fn desync(mut self, mode: &str) -> Self {
        self.attributes.additional =
            vec![("elb.http.desyncmitigationmode".to_owned(), mode.to_owned())];
        self
    }

    /// Sets what is checked, such as `HTTPS:443/health`.
    pub fn check(mut self, target: &str) -> Self {
        target.clone_into(&mut self.health_check);
        self
    }

    /// Applies policies to a port of the instances.
    pub fn backend(mut self, port: u16, policies: &[&str]) -> Self {
        self.backends.push((port, policies.iter().map(|name| (*name).to_owned()).collect()));
        self
    }

    /// Gives every zone's instances the same share.
    pub fn cross_zone(mut self) -> Self {
        self.attributes.cross_zone = true;
        self
    }

    /// Keeps open connections for some seconds when an instance leaves.
    pub fn draining(mut self, seconds: u32) -> Self {
        self.attributes.draining = Some(seconds);
        self
    }

    /// Closes connections after some seconds without traffic.
    pub fn idle_timeout(mut self, seconds: u32) -> Self {
        self.attributes.idle_timeout = seconds;
        self
    }

    /// Names its zones, as where there are no subnets.
    pub fn zones(mut self, zones: &[&str]) -> Self {
        self.zones = zones.iter().map(|zone| (*zone).to_owned()).collect();
        self
    }

    /// Logs to a bucket.
    pub fn access_log(mut self, bucket: &str) -> Self {
        self.attributes.access_log = true;
        self.attributes.bucket = Some(bucket.to_owned());
        self
    }
}

impl ClassicListener {
    /// A listener of `protocol` on `port`, to the same protocol and port of the instances.
    pub fn new(protocol: &str, port: u16) -> Self {
        let inner = match protocol {
            "HTTPS" => "HTTP",
            "SSL" => "TCP",
            other => other,
        };
        Self {
            protocol: protocol.to_owned(),
            port,
            instance_protocol: inner.to_owned(),
            instance_port: port,
            ..Self::default()
        }
    }

    /// HTTP, in cleartext.
    pub fn http(port: u16) -> Self {
        Self::new("HTTP", port)
    }

    /// TCP.
    pub fn tcp(port: u16) -> Self {
        Self::new("TCP", port)
    }

    /// HTTPS with a certificate and a TLS policy; the instances are spoken to in cleartext.
    pub fn https(port: u16, certificate: &str, policy: &str) -> Self {
        Self {
            certificate: Some(certificate.to_owned()),
            policies: vec![policy.to_owned()],
            ..Self::new("HTTPS", port)
        }
    }

    /// TLS with a certificate and a TLS policy; the instances are spoken to in cleartext.
    pub fn ssl(port: u16, certificate: &str, policy: &str) -> Self {
        Self {
            certificate: Some(certificate.to_owned()),
            policies: vec![policy.to_owned()],
            ..Self::new("SSL", port)
        }
    }
}

impl ClassicPolicy {
    /// A policy of type `kind` with no attributes.
    pub fn of(name: &str, kind: &str) -> Self {
        Self { name: name.to_owned(), kind: kind.to_owned(), ..Self::default() }
    }

    /// A TLS policy that takes over a predefined one, as the console makes it.
    pub fn referencing(name: &str, predefined: &str) -> Self {
        Self {
            reference: Some(predefined.to_owned()),
            ..Self::of(name, "SSLNegotiationPolicyType")
        }
    }

    /// A TLS policy with protocols (`TLSv1.2` …) and ciphers of its own.
    pub fn custom(name: &str, protocols: &[&str], ciphers: &[&str]) -> Self {
        let order = ("Server-Defined-Cipher-Order".to_owned(), "true".to_owned());
        let on = |key: String| (key, "true".to_owned());
        Self {
            attributes: protocols
                .iter()
                .map(|protocol| on(format!("Protocol-{protocol}")))
                .chain(ciphers.iter().map(|cipher| on((*cipher).to_owned())))
                .chain([order])
                .collect(),
            ..Self::of(name, "SSLNegotiationPolicyType")
        }
    }
}

impl Instance {
    /// An instance in `state`, with the reason that AWS usually gives for that state.
    pub fn new(id: &str, state: &str) -> Self {
        let (reason, description) = match state {
            "OutOfService" => (
                "Instance",
                "Instance has failed at least the UnhealthyThreshold number of health checks consecutively.",
            ),
            "Unknown" => ("ELB", "A transient error occurred. Please try again later."),
            _ => ("N/A", "N/A"),
        };
        Self {
            id: id.to_owned(),
            state: state.to_owned(),
            reason: reason.to_owned(),
            description: description.to_owned(),
        }
    }

    /// An instance whose registration is still in progress.
    pub fn registering(id: &str) -> Self {
        Self {
            reason: "ELB".to_owned(),
            description: "Instance registration is still in progress.".to_owned(),
            ..Self::new(id, "OutOfService")
        }
    }
}
