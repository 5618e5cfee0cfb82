//! `CloudFront`: distributions with their origins, and origins inside VPCs.

use super::account::{Account, Global};
use super::arn::id;

/// A distribution.
#[derive(Clone, Debug, Default)]
pub struct Distribution {
    /// Its id.
    pub id: String,
    /// Its own domains.
    pub aliases: Vec<String>,
    /// Where it fetches from.
    pub origins: Vec<Origin>,
    /// Whether it serves.
    pub enabled: bool,
    /// `allow-all`, `https-only` or `redirect-to-https`.
    pub viewer_policy: String,
    /// The ARN of its web ACL.
    pub web_acl: Option<String>,
    /// The ARN of its certificate; `CloudFront`'s own when absent.
    pub certificate: Option<String>,
    /// `Deployed` or `InProgress`.
    pub status: String,
}

/// Where a distribution fetches from.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// Its host.
    pub domain: String,
    /// `http-only`, `match-viewer` or `https-only`; only of an origin that is reached over the internet.
    pub protocol_policy: String,
    /// `TLSv1.2` and so on.
    pub tls: Vec<String>,
    /// Headers that it adds to requests, name and value.
    pub headers: Vec<(String, String)>,
    /// The id of a [`VpcOrigin`]; over the internet when absent.
    pub vpc_origin: Option<String>,
}

/// An origin inside a VPC.
#[derive(Clone, Debug, Default)]
pub struct VpcOrigin {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The ARN of a load balancer or an instance.
    pub endpoint: String,
    /// `Deployed` or `Deploying`.
    pub status: String,
}

impl Distribution {
    /// An enabled distribution that sends viewers to HTTPS, with one origin.
    pub fn new(name: &str, origin: Origin) -> Self {
        Self {
            id: format!("E{}", &id(&["distribution", name]).to_uppercase()[..13]),
            aliases: vec![format!("{name}.example.com")],
            origins: vec![origin],
            enabled: true,
            viewer_policy: "redirect-to-https".to_owned(),
            web_acl: None,
            certificate: None,
            status: "Deployed".to_owned(),
        }
    }

    /// Adds an origin.
    pub fn origin(mut self, origin: Origin) -> Self {
        self.origins.push(origin);
        self
    }

    /// Is protected by a web ACL, by ARN.
    pub fn web_acl(mut self, arn: &str) -> Self {
        self.web_acl = Some(arn.to_owned());
        self
    }

    /// Does not serve.
    pub fn disabled(mut self) -> Self {
        self.enabled = false;
        self
    }
}

impl Origin {
    /// A host that is reached over the internet, by HTTPS only.
    pub fn custom(domain: &str) -> Self {
        Self {
            domain: domain.to_owned(),
            protocol_policy: "https-only".to_owned(),
            tls: vec!["TLSv1.2".to_owned()],
            ..Self::default()
        }
    }

    /// A host that is reached through a VPC origin, by its id.
    pub fn vpc(domain: &str, vpc_origin: &str) -> Self {
        Self { vpc_origin: Some(vpc_origin.to_owned()), ..Self::custom(domain) }
    }

    /// Sets how it is spoken to: `http-only`, `match-viewer` or `https-only`.
    pub fn protocol_policy(mut self, policy: &str) -> Self {
        policy.clone_into(&mut self.protocol_policy);
        self
    }

    /// Adds a header to requests.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

impl VpcOrigin {
    /// A deployed origin for a load balancer or an instance, by ARN.
    pub fn new(name: &str, endpoint: &str) -> Self {
        Self {
            id: format!("vo_{}", id(&["vpc origin", name])),
            name: name.to_owned(),
            endpoint: endpoint.to_owned(),
            status: "Deployed".to_owned(),
        }
    }
}

impl Global for Distribution {
    fn place(self, account: &mut Account) {
        account.distributions.push(self);
    }
}

impl Global for VpcOrigin {
    fn place(self, account: &mut Account) {
        account.vpc_origins.push(self);
    }
}
