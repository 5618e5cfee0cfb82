//! What a listener offers to its clients: protocols and ciphers of its policy, and which of them are weak.

use std::collections::BTreeSet;

use crate::inventory::{ClassicPolicy, Kind, Listener, LoadBalancer, Protocol, Region, SslPolicy};
use crate::vocab::call::Call;
use crate::vocab::evidence::Evidence;
use crate::vocab::fact::{Gap, Reason};
use crate::vocab::partial::Partial;

mod table;

/// Protocols that RFC 6176, RFC 7568 and RFC 8996 forbid, in the spellings of AWS's answers.
const LEGACY: &[&str] = &["SSLv2", "SSLv3", "TLSv1", "TLSv1.0", "TLSv1.1"];
/// Protocols that may stay.
const CURRENT: &[&str] = &["TLSv1.2", "TLSv1.3"];
/// What a Classic HTTPS or SSL listener negotiates by while no policy is attached to it.
///
/// Source: Elastic Load Balancing user guide for Classic, predefined security policies.
pub const CLASSIC_DEFAULT: &str = "ELBSecurityPolicy-2016-08";
const CLASSIC_KIND: &str = "SSLNegotiationPolicyType";
const REFERENCE: &str = "Reference-Security-Policy";
const CIPHER_ORDER: &str = "Server-Defined-Cipher-Order";
/// What is negotiated by towards the targets, by what the name of any listener's policy contains: the
/// first that matches.
///
/// Source: Elastic Load Balancing user guides, security policies for backend connections.
const TOWARDS_TARGETS: &[(&str, &str)] = &[
    ("RFC9151", "ELBSecurityPolicy-TLS13-1-2-RFC9151-INTEROP4-FIPS-2023-07"),
    ("FIPS-PQ", "ELBSecurityPolicy-TLS13-1-0-FIPS-PQ-2025-09"),
    ("FIPS", "ELBSecurityPolicy-TLS13-1-0-FIPS-2023-04"),
    ("PQ", "ELBSecurityPolicy-TLS13-1-0-PQ-2025-09"),
    ("TLS13-", "ELBSecurityPolicy-TLS13-1-0-2021-06"),
];
/// The same where none matches.
const OTHERWISE_TOWARDS_TARGETS: &str = "ELBSecurityPolicy-2016-08";
/// Ports whose usual protocol begins with TLS.
const TLS_PORTS: &[(u16, &str)] = &[
    (443, "HTTPS"),
    (465, "SMTP over TLS"),
    (636, "LDAP over TLS"),
    (853, "DNS over TLS"),
    (990, "FTP over TLS"),
    (993, "IMAP over TLS"),
    (995, "POP3 over TLS"),
    (2376, "Docker over TLS"),
    (3269, "LDAP over TLS"),
    (5061, "SIP over TLS"),
    (5671, "AMQP over TLS"),
    (6443, "Kubernetes API"),
    (6514, "syslog over TLS"),
    (8443, "HTTPS"),
    (8883, "MQTT over TLS"),
    (9443, "HTTPS"),
];

/// What a listener offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Name of the policy.
    pub name: String,
    /// Protocols it accepts.
    pub protocols: Vec<String>,
    /// Ciphers it accepts.
    pub ciphers: Vec<String>,
    /// Where the content comes from.
    pub source: Source,
    /// The call that tells the content.
    pub call: Call,
    /// The kind of load balancer: a cipher may be weak on one and not on another.
    pub kind: Kind,
}

/// Where a policy's content comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// AWS's answer of this scan.
    Live,
    /// The table in this crate.
    Bundled {
        /// Month of the AWS pages it was made from, `2026-10`.
        as_of: &'static str,
        /// Whether the row was pieced together, because AWS's pages do not print its content.
        inferred: bool,
    },
}

/// A cipher that should not be offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeakCipher<'a> {
    /// Its name.
    pub name: &'a str,
    /// What is wrong with it: `3des-sweet32`, `rsa-kx-no-forward-secrecy` …
    pub classes: Vec<&'static str>,
}

/// Whether the load balancer itself ends TLS on this listener.
pub fn terminates(lb: &LoadBalancer, listener: &Listener) -> Result<bool, Gap> {
    match lb.kind {
        Kind::Classic => lb.serves(listener, &[Protocol::Https, Protocol::Ssl]),
        _ => lb.serves(listener, &[Protocol::Https, Protocol::Tls]),
    }
}

/// What a listener that ends TLS offers. The bundled table speaks where AWS did not, or where its answer
/// lacks the name; a name in neither is a gap.
pub fn offer(region: &Region, lb: &LoadBalancer, listener: &Listener) -> Result<Offer, Gap> {
    match lb.kind {
        Kind::Classic => classic(lb, listener),
        _ => by_name(region, lb, listener),
    }
}

/// The policy's name, when AWS's pages print it for this kind of load balancer.
#[must_use]
pub fn known_name<'a>(lb: &LoadBalancer, listener: &'a Listener) -> Option<&'a str> {
    let name = listener.ssl_policy.as_deref()?;
    table::find(&lb.kind, name).filter(|row| !row.inferred).map(|_| name)
}

/// The name of the policy of an Application or Network listener that ends TLS.
pub fn policy_name<'a>(region: &Region, listener: &'a Listener) -> Result<&'a str, Gap> {
    listener.ssl_policy.as_deref().ok_or_else(|| {
        Gap::new(Call::ElbV2DescribeListeners, Reason::Malformed)
            .in_region(&region.name)
            .of(&listener.id)
            .saying("a TLS listener without SslPolicy")
    })
}

/// The protocol that a listener's port stands for, if it begins with TLS.
pub fn usual_protocol(listener: &Listener) -> Result<Option<&'static str>, Gap> {
    let number = listener.number()?;
    Ok(TLS_PORTS.iter().find(|(port, _)| *port == number).map(|(_, protocol)| *protocol))
}

/// What a load balancer offers towards its targets: AWS chooses it by the policies of all listeners. A
/// name that AWS's pages do not print may lead elsewhere.
pub fn towards_targets(region: &Region, lb: &LoadBalancer) -> Result<Offer, Gap> {
    let mut names = Vec::new();
    for listener in lb.listeners.get()? {
        if terminates(lb, listener)? {
            let name = policy_name(region, listener)?;
            names.push(known_name(lb, listener).ok_or_else(|| unlisted(region, name))?);
        }
    }
    let chosen =
        TOWARDS_TARGETS.iter().find(|(part, _)| names.iter().any(|name| name.contains(part)));
    let name = chosen.map_or(OTHERWISE_TOWARDS_TARGETS, |(_, name)| *name);
    predefined(&lb.kind, name).ok_or_else(|| unlisted(region, name))
}

/// Whether Security Hub's control ELB.17 accepts a policy of this name.
#[must_use]
pub fn is_recommended(name: &str) -> bool {
    table::get().recommended.iter().any(|known| known == name)
}

/// The month of the bundled table.
#[must_use]
pub fn as_of() -> &'static str {
    &table::get().as_of
}

/// Every policy of the bundled table with each kind of load balancer that has it.
pub fn bundled() -> impl Iterator<Item = (Kind, Offer)> {
    let kinds = |row: &'static table::Row| {
        row.families.iter().map(move |family| {
            let kind = Kind::from(family.as_str());
            let offer = from_row(row, &kind);
            (kind, offer)
        })
    };
    table::get().policies.iter().flat_map(kinds)
}

fn by_name(region: &Region, lb: &LoadBalancer, listener: &Listener) -> Result<Offer, Gap> {
    let name = policy_name(region, listener)?;
    let live = region.ssl_policies.get();
    let own = live.as_ref().ok().and_then(|all| all.iter().find(|policy| policy.name == name));
    let whole = |policy: &&SslPolicy| !policy.protocols.is_empty() && !policy.ciphers.is_empty();
    if let Some(policy) = own.filter(whole) {
        return Ok(Offer {
            name: name.to_owned(),
            protocols: policy.protocols.clone(),
            ciphers: policy.ciphers.clone(),
            source: Source::Live,
            call: Call::ElbV2DescribeSslPolicies,
            kind: lb.kind.clone(),
        });
    }
    let unknown = || match (live, own) {
        (Err(gap), _) => gap,
        (Ok(_), None) => unlisted(region, name),
        (Ok(_), Some(_)) => Gap::new(Call::ElbV2DescribeSslPolicies, Reason::Malformed)
            .in_region(&region.name)
            .saying(format!("security policy {name} without content")),
    };
    predefined(&lb.kind, name).ok_or_else(unknown)
}

/// The gap of a policy that neither AWS's answer nor the bundled table holds.
fn unlisted(region: &Region, name: &str) -> Gap {
    Gap::new(Call::ElbV2DescribeSslPolicies, Reason::Unrecognised)
        .in_region(&region.name)
        .saying(format!("security policy {name}"))
}

/// Where the content of a Classic listener's policy is written.
enum Attached<'a> {
    /// In its attributes.
    Spelled(&'a ClassicPolicy),
    /// In the bundled table, by this name.
    Named(&'a str),
}

fn attached<'a>(lb: &'a LoadBalancer, listener: &'a Listener) -> Result<Attached<'a>, Gap> {
    let names = &listener.policy_names;
    if names.is_empty() {
        return Ok(Attached::Named(CLASSIC_DEFAULT));
    }
    let policies = match lb.policies.get() {
        Ok(policies) => policies,
        Err(gap) => {
            let known = names.iter().find(|name| table::find(&Kind::Classic, name).is_some());
            return known.map(|name| Attached::Named(name)).ok_or(gap);
        }
    };
    let attached: Vec<&ClassicPolicy> =
        policies.iter().filter(|policy| names.contains(&policy.name)).collect();
    if let Some(policy) = attached.iter().find(|policy| policy.kind == CLASSIC_KIND) {
        let spelled = |key: &String| ![REFERENCE, CIPHER_ORDER].contains(&key.as_str());
        return Ok(if policy.attributes.keys().any(spelled) {
            Attached::Spelled(policy)
        } else {
            Attached::Named(policy.attributes.get(REFERENCE).unwrap_or(&policy.name))
        });
    }
    let missing = names.iter().find(|name| !attached.iter().any(|policy| policy.name == **name));
    // Without one that is missing, stickiness policies are all there is.
    Ok(Attached::Named(missing.map_or(CLASSIC_DEFAULT, String::as_str)))
}

fn classic(lb: &LoadBalancer, listener: &Listener) -> Result<Offer, Gap> {
    match attached(lb, listener)? {
        Attached::Spelled(policy) => expanded(lb, policy),
        Attached::Named(name) => classic_row(lb, name).map(|row| from_row(row, &lb.kind)),
    }
}

/// Whether a Classic listener's policy lets the load balancer's order of ciphers decide. A custom policy
/// that does not say so leaves the choice to the client.
///
/// Source: Elastic Load Balancing user guide for Classic, server order preference.
pub fn server_order(lb: &LoadBalancer, listener: &Listener) -> Result<bool, Gap> {
    match attached(lb, listener)? {
        Attached::Named(name) => classic_row(lb, name).map(|row| !row.client_order),
        Attached::Spelled(policy) => {
            match policy.attributes.get(CIPHER_ORDER).map(String::as_str) {
                Some("true") => Ok(true),
                Some("false") | None => Ok(false),
                Some(other) => Err(odd_classic(lb, &format!("{CIPHER_ORDER}={other}"))),
            }
        }
    }
}

/// Whether a Classic listener's policy was put together by hand: it neither is nor refers to one of
/// AWS's.
pub fn is_custom(lb: &LoadBalancer, listener: &Listener) -> Result<bool, Gap> {
    match attached(lb, listener)? {
        Attached::Named(name) => classic_row(lb, name).map(|_| false),
        Attached::Spelled(policy) => Ok(!policy.attributes.contains_key(REFERENCE)
            && table::find(&Kind::Classic, &policy.name).is_none()),
    }
}

/// The content of a Classic policy, as its attributes spell it out.
fn expanded(lb: &LoadBalancer, policy: &ClassicPolicy) -> Result<Offer, Gap> {
    let on = policy.attributes.iter().filter(|(_, value)| *value == "true").map(|(key, _)| key);
    let (protocols, ciphers): (Vec<&String>, Vec<&String>) =
        on.filter(|key| *key != CIPHER_ORDER).partition(|key| key.starts_with("Protocol-"));
    if protocols.is_empty() || ciphers.is_empty() {
        return Err(Gap::new(Call::ElbDescribeLoadBalancerPolicies, Reason::Malformed)
            .of(&lb.arn)
            .saying(format!("policy {} without protocol or cipher", policy.name)));
    }
    Ok(Offer {
        name: policy.name.clone(),
        protocols: protocols
            .into_iter()
            .map(|key| key.trim_start_matches("Protocol-").to_owned())
            .collect(),
        ciphers: ciphers.into_iter().cloned().collect(),
        source: Source::Live,
        call: Call::ElbDescribeLoadBalancerPolicies,
        kind: Kind::Classic,
    })
}

fn classic_row(lb: &LoadBalancer, name: &str) -> Result<&'static table::Row, Gap> {
    let unknown = || odd_classic(lb, &format!("security policy {name}"));
    table::find(&Kind::Classic, name).ok_or_else(unknown)
}

fn odd_classic(lb: &LoadBalancer, said: &str) -> Gap {
    Gap::new(Call::ElbDescribeLoadBalancerPolicies, Reason::Unrecognised).of(&lb.arn).saying(said)
}

/// What the bundled table says of a policy of this name.
#[must_use]
pub fn predefined(kind: &Kind, name: &str) -> Option<Offer> {
    table::find(kind, name).map(|row| from_row(row, kind))
}

fn from_row(row: &'static table::Row, kind: &Kind) -> Offer {
    Offer {
        call: match kind {
            Kind::Classic => Call::ElbDescribeLoadBalancerPolicies,
            _ => Call::ElbV2DescribeSslPolicies,
        },
        name: row.name.clone(),
        protocols: row.protocols.clone(),
        ciphers: row.ciphers.clone(),
        source: Source::Bundled { as_of: as_of(), inferred: row.inferred },
        kind: kind.clone(),
    }
}

impl Offer {
    /// The protocols that should be refused. A protocol of an unknown name hides nothing that was found.
    pub fn legacy_protocols(&self) -> Result<Vec<&str>, Gap> {
        let named = |name: &&String| LEGACY.contains(&name.as_str());
        let found: Vec<&str> = self.protocols.iter().filter(named).map(String::as_str).collect();
        let known = |name: &str| LEGACY.contains(&name) || CURRENT.contains(&name);
        match self.protocols.iter().find(|name| !known(name)) {
            Some(unknown) if found.is_empty() => Err(self.unknown("protocol", unknown)),
            _ => Ok(found),
        }
    }

    /// The oldest protocol that it accepts. One of unknown name might be older.
    pub fn oldest_protocol(&self) -> Result<&'static str, Gap> {
        let ages = || LEGACY.iter().chain(CURRENT).copied();
        if let Some(unknown) = self.protocols.iter().find(|name| ages().all(|age| age != **name)) {
            return Err(self.unknown("protocol", unknown));
        }
        let accepted = |age: &&str| self.protocols.iter().any(|name| name == age);
        match ages().find(accepted) {
            Some("TLSv1.0") => Ok("TLSv1"), // the same by another name
            Some(oldest) => Ok(oldest),
            None => Err(self.unknown("protocol", "none")),
        }
    }

    /// Whether it accepts TLS 1.3. A protocol of unknown name might be another spelling of it.
    pub fn accepts_tls_1_3(&self) -> Result<bool, Gap> {
        if self.protocols.iter().any(|name| name == "TLSv1.3") {
            return Ok(true);
        }
        self.oldest_protocol().map(|_| false)
    }

    /// The ciphers that should be refused. A cipher of an unknown name hides nothing that was found.
    pub fn weak_ciphers(&self) -> Result<Vec<WeakCipher<'_>>, Gap> {
        let weak = Partial::whole(&self.ciphers).filter_map(|name| {
            let mut classes = table::classes(name).ok_or_else(|| self.unknown("cipher", name))?;
            classes.retain(|class| table::is_weak(class, &self.kind));
            // Of one that nobody has classified more may be wrong, not less.
            let is_new = !table::get().ciphers.contains_key(name);
            if classes.is_empty() && is_new {
                return Err(self.unknown("cipher", name));
            }
            Ok((!classes.is_empty()).then_some(WeakCipher { name, classes }))
        });
        if weak.found.is_empty() { weak.complete() } else { Ok(weak.found) }
    }

    /// The policy and where its content comes from, as evidence.
    #[must_use]
    pub fn evidence(&self) -> Evidence {
        let evidence = Evidence::new().with("policy", self.name.as_str());
        match self.source {
            Source::Live => evidence.with("policy_content", "read from AWS"),
            Source::Bundled { as_of, inferred: false } => {
                evidence.with("policy_content", format!("bundled table of {as_of}"))
            }
            Source::Bundled { as_of, inferred: true } => evidence.with(
                "policy_content",
                format!("bundled table of {as_of}, inferred: AWS does not document this policy"),
            ),
        }
    }

    fn unknown(&self, what: &str, name: &str) -> Gap {
        Gap::new(self.call, Reason::Unrecognised).of(&self.name).saying(format!("{what} {name}"))
    }
}

/// The weak classes of these ciphers, each once.
#[must_use]
pub fn weaknesses(ciphers: &[WeakCipher]) -> Vec<String> {
    let weak: BTreeSet<&str> = ciphers.iter().flat_map(|cipher| &cipher.classes).copied().collect();
    weak.into_iter().map(str::to_owned).collect()
}
