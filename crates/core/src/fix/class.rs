//! What a change may do to others than attackers.

use crate::mutation::{Edit, HealthCheck, ListenerSetting, Mutation, RuleSetting, Way};

/// Who could notice a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// It adds protection and can refuse nobody.
    Safe,
    /// It may refuse a client or move traffic: something is to be looked at first.
    Review,
    /// It cannot be made in place: a written procedure.
    Recreate,
}

impl Class {
    /// Every class, the mildest first.
    pub const ALL: [Class; 3] = [Class::Safe, Class::Review, Class::Recreate];

    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Class::Safe => "safe",
            Class::Review => "review",
            Class::Recreate => "recreate",
        }
    }
}

/// Attributes that refuse nobody and move nothing, by the beginning of their keys.
const SAFE: &[&str] = &[
    "access_logs.",
    "connection_logs.",
    "deletion_protection.",
    "health_check_logs.",
    "routing.http.response.server.enabled",
    "zonal_shift.",
];

/// Attributes with what to look at before they change.
const REVIEW: &[(&str, &str)] = &[
    (
        "load_balancing.cross_zone",
        "targets in every zone get requests from every zone; between zones AWS charges for traffic of Network \
         load balancers",
    ),
    (
        "routing.http.desync_mitigation_mode",
        "requests that are no valid HTTP are refused: see the metric DesyncMitigationMode_NonCompliant_Request_Count",
    ),
    (
        "elb.http.desyncmitigationmode",
        "requests that are no valid HTTP are refused: see the metric DesyncMitigationMode_NonCompliant_Request_Count",
    ),
    (
        "routing.http.drop_invalid_header_fields",
        "header fields with characters that HTTP does not permit no longer reach targets",
    ),
    ("routing.http.xff_header_processing", "targets that read X-Forwarded-For see another value"),
    ("ipv6.deny_all_igw_traffic", "whoever reaches it over an internet gateway by IPv6 is cut off"),
    ("waf.fail_open", "while AWS WAF does not answer, requests are refused"),
    (
        "preserve_client_ip",
        "targets see other source addresses: their security groups and what they log have to expect them",
    ),
    ("target_failover", "flows that are under way go to another appliance when theirs fails"),
    (
        "routing.http.response",
        "browsers obey the header: pages that depend on what it forbids break",
    ),
    (
        "lambda.multi_value_headers",
        "the function gets headers and parameters as lists, and has to answer with lists",
    ),
    ("connection_draining", "an instance that leaves keeps its connections for a while"),
    ("deregistration_delay", "a target that leaves keeps its connections for a while"),
];

/// The class of a change, and what to look at before it is made.
pub(super) fn of(mutation: &Mutation) -> (Class, Vec<&'static str>) {
    let review = |words: &'static str| (Class::Review, vec![words]);
    match mutation {
        Mutation::SetAttributes { set, .. } => attributes(set.keys().map(String::as_str)),
        Mutation::ModifyListener { set, .. } => match set {
            ListenerSetting::SslPolicy(_) => review(POLICY),
            ListenerSetting::Certificate(_) => review(
                "clients that pin the certificate or do not trust its authority are refused; see that it \
                 covers every host that is served",
            ),
            ListenerSetting::MutualAuthentication(..) => {
                review("clients without a certificate that the trust store vouches for are refused")
            }
            ListenerSetting::DefaultActions(edit) => actions(edit),
        },
        Mutation::ModifyRule { set: RuleSetting::Actions(edit), .. } => actions(edit),
        Mutation::ModifyRule { .. } => {
            review("requests from other addresses no longer match the rule")
        }
        Mutation::SetRulePriorities { .. } => {
            review("requests that both rules match are served by the other one from then on")
        }
        Mutation::CreateListener { .. } => review(
            "a port that nothing served starts to serve; check that the certificate covers every host",
        ),
        Mutation::AddCertificate { .. } | Mutation::PutBucketPolicy { .. } => {
            (Class::Safe, Vec::new())
        }
        Mutation::RemoveCertificate { .. } => {
            review("clients that ask for its names get another certificate")
        }
        Mutation::Authorize { way: Way::Ingress, .. } => {
            review("it lets somebody in: check that these are the clients you mean")
        }
        Mutation::Authorize { .. } => review("it lets the load balancer out to more"),
        Mutation::Revoke { .. } => review(
            "clients that came in by this rule and by no other are cut off: flow logs say who they are",
        ),
        Mutation::SetSecurityGroups { .. } => {
            review("clients that no rule of the groups lets in are cut off")
        }
        Mutation::ClassicPolicy { .. } | Mutation::ClassicPolicies { .. } => review(POLICY),
        Mutation::AssociateWebAcl { .. } => review(
            "the web ACL refuses what its rules match: try them with the action Count, or on a copy, first",
        ),
        Mutation::ModifyTargetGroup { set: HealthCheck { .. }, .. } => {
            review("targets that do not answer this health check get no more requests")
        }
        Mutation::DeregisterTargets { .. } => {
            review("check first that nothing of the group still answers at these addresses")
        }
        Mutation::DeleteListener { .. } | Mutation::RegisterTargets { .. } => {
            review("it only takes another change back")
        }
    }
}

const POLICY: &str = "clients that speak none of its protocols and ciphers are refused: the access logs tell \
                      protocol and cipher of each request";

fn actions(edit: &Edit) -> (Class, Vec<&'static str>) {
    let words = match edit {
        Edit::Whole(_) | Edit::Redirect(_) => {
            "clients that do not follow redirects, or that send other methods than GET, have to change"
        }
        Edit::Unauthenticated(_) | Edit::LoginFirst(..) => {
            "requests without a login are sent to one: programs that call it need another way to sign in"
        }
        Edit::SessionTimeout(_) => "users sign in again sooner",
        Edit::HttpsEndpoints => {
            "nobody can sign in where the provider does not answer by HTTPS: try it"
        }
        Edit::Weight(..) | Edit::Regroup(..) => "requests go to other targets",
        Edit::Keys(_) | Edit::Audience(_) => "tokens that were accepted may be refused",
    };
    (Class::Review, vec![words])
}

fn attributes<'a>(keys: impl Iterator<Item = &'a str>) -> (Class, Vec<&'static str>) {
    let mut words = Vec::new();
    let mut class = Class::Safe;
    for key in keys {
        if SAFE.iter().any(|safe| key.starts_with(safe)) {
            continue;
        }
        class = Class::Review;
        let own = REVIEW.iter().find(|(known, _)| key.starts_with(known));
        words.push(own.map_or("see what depends on the attribute", |(_, words)| *words));
    }
    (class, words)
}
