//! What a listener does and what stands behind it: rules, certificates, targets; and what a load
//! balancer's come to.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{LoadBalancerSummary, TargetsSummary};
use crate::inventory::TargetState;

/// The lowest version of TLS that is accepted. The unknown comes first: it may be lower than any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TlsFloor {
    /// It cannot be told.
    #[serde(rename = "unknown")]
    Unknown,
    /// SSL 2.
    #[serde(rename = "SSLv2")]
    Ssl2,
    /// SSL 3.
    #[serde(rename = "SSLv3")]
    Ssl3,
    /// TLS 1.0.
    #[serde(rename = "TLSv1.0")]
    Tls10,
    /// TLS 1.1.
    #[serde(rename = "TLSv1.1")]
    Tls11,
    /// TLS 1.2.
    #[serde(rename = "TLSv1.2")]
    Tls12,
    /// TLS 1.3.
    #[serde(rename = "TLSv1.3")]
    Tls13,
}

impl TlsFloor {
    /// Every answer.
    pub const ALL: [TlsFloor; 7] = [
        TlsFloor::Unknown,
        TlsFloor::Ssl2,
        TlsFloor::Ssl3,
        TlsFloor::Tls10,
        TlsFloor::Tls11,
        TlsFloor::Tls12,
        TlsFloor::Tls13,
    ];

    /// `TLSv1.0`, `unknown` …
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            TlsFloor::Unknown => "unknown",
            TlsFloor::Ssl2 => "SSLv2",
            TlsFloor::Ssl3 => "SSLv3",
            TlsFloor::Tls10 => "TLSv1.0",
            TlsFloor::Tls11 => "TLSv1.1",
            TlsFloor::Tls12 => "TLSv1.2",
            TlsFloor::Tls13 => "TLSv1.3",
        }
    }

    /// The version of this name, in one of AWS's spellings.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let name = if name == "TLSv1" { "TLSv1.0" } else { name };
        let known = TlsFloor::ALL.into_iter().find(|floor| floor.word() == name);
        known.unwrap_or(TlsFloor::Unknown)
    }
}

/// What stands for the floor in a report from before it was told.
#[expect(clippy::unnecessary_wraps, reason = "the field that it is the default of is optional")]
pub(super) fn floor_untold() -> Option<TlsFloor> {
    Some(TlsFloor::Unknown)
}

/// A rule of a listener.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSummary {
    /// Its ARN; the listener's where a listener has no rule but the default one.
    pub arn: String,
    /// A number, the lowest first, or `default`.
    pub priority: String,
    /// All must hold.
    pub conditions: Vec<ConditionSummary>,
    /// What it does, in order and in AWS's words: `authenticate-oidc`, `forward` …
    pub actions: Vec<String>,
    /// What it asks of a request first.
    pub authentication: Vec<AuthenticationSummary>,
    /// What it changes in a request on its way to the target.
    pub transforms: Vec<TransformSummary>,
    /// Where a request that matches ends.
    pub end: End,
}

/// A condition of a rule; any of its values may match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConditionSummary {
    /// `host-header`, `path-pattern`, `http-header`, `http-request-method`, `query-string`, `source-ip`.
    pub field: String,
    /// Which header, where it is about one.
    pub header: Option<String>,
    /// Values with AWS's wildcards. One that may be a secret is `sha256:` and the beginning of its hash, which
    /// is that of its lower case; a pattern of such ones is `sha256*:` and the beginning of its own.
    pub values: Vec<String>,
    /// Regular expressions instead of values. One that may hold a secret is `sha256*:` and the beginning of its
    /// hash.
    pub regex_values: Vec<String>,
    /// `ipv4` or `ipv6`, where one family of addresses is meant.
    pub ip_address_type: Option<String>,
}

/// Something that a rule asks of a request before it goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthenticationSummary {
    /// `authenticate-oidc`, `authenticate-cognito`, `jwt-validation`.
    pub kind: String,
    /// The issuer, or the ARN of the user pool.
    pub authority: Option<String>,
    /// Of `OpenID` Connect the authorization, token and user-info endpoints; of tokens where the keys are.
    pub endpoints: Vec<String>,
    /// What becomes of who has not signed in: `authenticate`, `allow`, `deny`; none: AWS's default, the
    /// first. None for tokens.
    pub unauthenticated: Option<String>,
    /// Seconds until who has signed in must do so again; none: AWS's default. None for tokens.
    pub session_timeout: Option<i64>,
    /// Names of the further claims of a token that are compared.
    pub claims: Vec<String>,
}

/// A change to a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransformSummary {
    /// `host-header-rewrite`, `url-rewrite`.
    pub kind: String,
    /// Made in order.
    pub rewrites: Vec<Rewrite>,
}

/// A regular expression, and what takes the place of its match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rewrite {
    /// The expression.
    pub regex: String,
    /// What takes the place of its match.
    pub replace: String,
}

/// Where a request ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum End {
    /// At one of these target groups.
    Forward {
        /// The groups, those that get no request among them.
        target_groups: Vec<WeightedTarget>,
    },
    /// Somewhere else.
    Redirect {
        /// The URL, with AWS's words for what is taken from the request: `https://#{host}:443/#{path}?#{query}`.
        url: String,
        /// `HTTP_301`, `HTTP_302`.
        status: Option<String>,
    },
    /// At the load balancer itself.
    FixedResponse {
        /// `404`, `503` …
        status: Option<String>,
        /// What of the inside the response tells, in words.
        discloses: Vec<String>,
    },
    /// Not known.
    Unknown {
        /// Why.
        why: String,
    },
}

/// A target group, and its share of the requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeightedTarget {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// Its part of the sum of all weights; 0 gets none.
    pub weight: i32,
}

/// A certificate that a listener presents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateSummary {
    /// Its ARN.
    pub arn: String,
    /// The first of its names; none when it could not be read.
    pub name: Option<String>,
    /// Whether it is for clients that name no host, or one that no other is for.
    pub default: bool,
    /// End of validity; none when it could not be read, or was never issued.
    pub not_after: Option<Timestamp>,
}

/// A target, or an instance of a Classic load balancer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetSummary {
    /// Instance id, address, ARN of a function or load balancer.
    pub id: String,
    /// The port that it is registered with; none for Classic and functions.
    pub port: Option<u16>,
    /// Its zone, where AWS tells it; `all` for an address outside the VPC.
    pub zone: Option<String>,
    /// `healthy`, `unhealthy`, `draining` …; `InService`, `OutOfService`, `Unknown` for Classic.
    pub state: String,
    /// AWS's code for why.
    pub reason: Option<String>,
}

/// How many targets a load balancer has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TargetCounts {
    /// Those that fail their health checks.
    pub unhealthy: usize,
    /// All that are known.
    pub all: usize,
    /// Whether there may be more.
    pub unread: bool,
}

/// Which end of validity comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FirstExpiry {
    /// The first that is known; none where none is.
    pub at: Option<Timestamp>,
    /// Whether there may be an earlier one.
    pub unread: bool,
}

impl FirstExpiry {
    /// Whole days until then, negative after it.
    #[must_use]
    pub fn days_left(self, now: Timestamp) -> Option<i64> {
        const DAY: i64 = 24 * 60 * 60;
        self.at.map(|at| (at.as_second() - now.as_second()).div_euclid(DAY))
    }
}

impl LoadBalancerSummary {
    /// When the first of its certificates expires.
    #[must_use]
    pub fn first_expiry(&self) -> FirstExpiry {
        let mut first = FirstExpiry { at: None, unread: self.listeners.is_none() };
        for listener in self.listeners.iter().flatten() {
            first.unread |= listener.certificates.is_none();
            for certificate in listener.certificates.iter().flatten() {
                first.unread |= certificate.not_after.is_none();
                first.at = first.at.into_iter().chain(certificate.not_after).min();
            }
        }
        first
    }

    /// Its targets, each once for each group and port, whichever listeners lead there.
    #[must_use]
    pub fn targets(&self) -> TargetCounts {
        let mut counts = TargetCounts { unread: self.listeners.is_none(), ..Default::default() };
        let mut counted: BTreeSet<(&str, &str, Option<u16>)> = BTreeSet::new();
        let mut groups: BTreeSet<&str> = BTreeSet::new();
        // All listeners of a Classic load balancer lead to the same instances.
        let whole = self.kind == "classic";
        for listener in self.listeners.iter().flatten() {
            // A rule that is not known may lead to other groups.
            counts.unread |= listener.rules.is_none();
            for group in &listener.targets {
                match (&group.members, &group.health) {
                    (Some(members), _) => {
                        let key = group.arn.as_deref().unwrap_or_default();
                        for one in members {
                            if counted.insert((key, &one.id, one.port)) {
                                counts.add(&one.state, 1);
                            }
                        }
                    }
                    // As a report has it from before targets were told one by one.
                    (None, Some(health)) => {
                        if groups.insert(if whole { "" } else { &group.name }) {
                            counts.add_all(health);
                        }
                    }
                    (None, None) => counts.unread = true,
                }
            }
        }
        counts
    }
}

impl TargetCounts {
    fn add(&mut self, state: &str, number: usize) {
        use TargetState::{OutOfService, Unhealthy, UnhealthyDraining};
        self.all = self.all.saturating_add(number);
        if matches!(TargetState::from(state), Unhealthy | UnhealthyDraining | OutOfService) {
            self.unhealthy = self.unhealthy.saturating_add(number);
        }
    }

    fn add_all(&mut self, health: &BTreeMap<String, usize>) {
        for (state, number) in health {
            self.add(state, *number);
        }
    }
}

impl TargetsSummary {
    /// A group of which nothing but its ARN and name is known.
    #[must_use]
    pub fn unread(arn: &str, name: &str) -> Self {
        TargetsSummary {
            name: name.to_owned(),
            arn: Some(arn.to_owned()),
            protocol: None,
            port: None,
            target_type: None,
            health: None,
            members: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::ListenerSummary;
    use crate::vocab::exposure::ExposureClass;

    /// A load balancer whose listeners have these certificates and groups.
    fn load_balancer(
        listeners: Vec<(Option<Vec<CertificateSummary>>, Vec<TargetsSummary>)>,
    ) -> LoadBalancerSummary {
        let listener = |(certificates, targets)| ListenerSummary {
            id: "arn:listener".to_owned(),
            label: "HTTPS:443".to_owned(),
            exposure: ExposureClass::Internet,
            reachable_from: Vec::new(),
            chain: Vec::new(),
            closed_by: Vec::new(),
            default_action: None,
            ssl_policy: None,
            tls_floor: None,
            certificates,
            rules: Some(Vec::new()),
            targets,
        };
        LoadBalancerSummary {
            account: "111122223333".to_owned(),
            region: "eu-west-1".to_owned(),
            arn: "arn:lb".to_owned(),
            name: "web".to_owned(),
            kind: "application".to_owned(),
            scheme: None,
            state: None,
            dns_name: None,
            exposure: ExposureClass::Internet,
            tls_floor: None,
            listeners: Some(listeners.into_iter().map(listener).collect()),
        }
    }

    fn certificate(second: Option<i64>) -> CertificateSummary {
        CertificateSummary {
            arn: "arn:certificate".to_owned(),
            name: None,
            default: true,
            not_after: second.map(|second| Timestamp::from_second(second).expect("a time")),
        }
    }

    /// A group of these targets: id, port, state.
    fn group(name: &str, members: &[(&str, u16, &str)]) -> TargetsSummary {
        let member = |(id, port, state): &(&str, u16, &str)| TargetSummary {
            id: (*id).to_owned(),
            port: Some(*port),
            zone: None,
            state: (*state).to_owned(),
            reason: None,
        };
        TargetsSummary {
            members: Some(members.iter().map(member).collect()),
            ..TargetsSummary::unread(&format!("arn:{name}"), name)
        }
    }

    #[test]
    fn the_first_expiry_is_the_earliest_of_all_listeners() {
        let day = 86_400;
        let of = |listeners: Vec<Option<Vec<CertificateSummary>>>| {
            let all = listeners.into_iter().map(|certificates| (certificates, Vec::new()));
            load_balancer(all.collect()).first_expiry()
        };
        let now = Timestamp::from_second(2 * day).expect("a time");
        let both = of(vec![
            Some(vec![certificate(Some(9 * day)), certificate(Some(4 * day + 1))]),
            Some(vec![certificate(Some(5 * day))]),
            Some(Vec::new()),
        ]);
        assert_eq!((both.days_left(now), both.unread), (Some(2), false));
        let past = of(vec![Some(vec![certificate(Some(2 * day - 1))])]);
        assert_eq!(past.days_left(now), Some(-1));
        let none = of(vec![Some(Vec::new())]);
        assert_eq!(none, FirstExpiry { at: None, unread: false });
        for part in [None, Some(vec![certificate(None)])] {
            let open = of(vec![Some(vec![certificate(Some(3 * day))]), part]);
            assert_eq!((open.days_left(now), open.unread), (Some(1), true));
        }
        let unread = LoadBalancerSummary { listeners: None, ..load_balancer(Vec::new()) };
        assert_eq!(unread.first_expiry(), FirstExpiry { at: None, unread: true });
    }

    #[test]
    fn a_target_counts_once_for_each_group_and_port() {
        let of = |groups: Vec<Vec<TargetsSummary>>| {
            let all = groups.into_iter().map(|groups| (Some(Vec::new()), groups));
            load_balancer(all.collect()).targets()
        };
        let web = || group("web", &[("i-1", 80, "healthy"), ("i-2", 80, "unhealthy")]);
        let expected = TargetCounts { unhealthy: 1, all: 2, unread: false };
        assert_eq!(of(vec![vec![web()], vec![web()]]), expected);
        let ports = group("web", &[("i-1", 80, "healthy"), ("i-1", 81, "unhealthy.draining")]);
        assert_eq!(of(vec![vec![ports]]), expected);
        let other = group("other", &[("i-1", 80, "initial"), ("i-2", 80, "OutOfService")]);
        let expected = TargetCounts { unhealthy: 2, all: 4, unread: false };
        assert_eq!(of(vec![vec![web(), other]]), expected);
        let states = ["draining", "unused", "unavailable", "InService", "Unknown", "new"];
        let states = states.map(|state| (state, 80, state));
        let fine = TargetCounts { unhealthy: 0, all: 6, unread: false };
        assert_eq!(of(vec![vec![group("states", &states)]]), fine);
    }

    #[test]
    fn what_is_unread_may_hide_targets() {
        let of = |groups: Vec<TargetsSummary>| load_balancer(vec![(None, groups)]);
        let unread = TargetsSummary::unread("arn:other", "other");
        let web = group("web", &[("i-1", 80, "unhealthy")]);
        let expected = TargetCounts { unhealthy: 1, all: 1, unread: true };
        assert_eq!(of(vec![web.clone(), unread.clone()]).targets(), expected);
        let mut ruleless = of(vec![web]);
        ruleless.listeners.as_mut().expect("listeners")[0].rules = None;
        assert_eq!(ruleless.targets(), expected);
        // A report from before targets were told one by one.
        let health = [("healthy".to_owned(), 2), ("unhealthy".to_owned(), 1)].into();
        let old = TargetsSummary { health: Some(health), ..unread };
        let twice = load_balancer(vec![(None, vec![old.clone()]), (None, vec![old])]);
        assert_eq!(twice.targets(), TargetCounts { unhealthy: 1, all: 3, unread: false });
    }

    #[test]
    fn a_floor_is_written_as_its_word_says() {
        for floor in TlsFloor::ALL {
            assert_eq!(serde_json::json!(floor), floor.word());
            assert_eq!(TlsFloor::named(floor.word()), floor);
        }
        assert!(TlsFloor::ALL.is_sorted(), "unknown comes first, then the oldest");
        assert_eq!(TlsFloor::named("TLSv1"), TlsFloor::Tls10);
        assert_eq!(TlsFloor::named("TLSv9"), TlsFloor::Unknown);
    }
}
