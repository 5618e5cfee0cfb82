//! What AWS offers to some load balancers only. Where it offers none, a check that asks for it makes no sense, and
//! a remedy that uses it cannot work: the engine looks here before a check judges.

use crate::analysis::index::Index;
use crate::analysis::zone::{self, ZoneKind};
use crate::inventory::{Kind, LoadBalancer, Protocol};
use crate::vocab::call::Call;
use crate::vocab::fact::Gap;

/// Something that a load balancer cannot have.
pub struct Limit {
    /// What AWS does not offer, in its own words.
    pub feature: &'static str,
    /// To which load balancers, so that "not offered to …" is a sentence.
    pub whom: &'static str,
    /// Why, or what comes of asking for it all the same.
    pub why: &'static str,
    /// AWS's page.
    pub source: &'static str,
    /// Ids of the checks that ask for it: they do not apply.
    pub checks: &'static [&'static str],
    /// The calls that tell whether it holds, beside those of every report.
    pub needs: &'static [Call],
    /// Whether it holds for a load balancer.
    pub holds: fn(&Index, &LoadBalancer) -> Result<bool, Gap>,
}

const QUIC: &[Protocol] = &[Protocol::Quic, Protocol::TcpQuic];

/// What the features are called that remedies ask about.
pub(crate) const SECURITY_GROUPS: &str = "Security groups";

/// Every limit that a check or a remedy runs into.
pub const LIMITS: &[Limit] = &[
    Limit {
        feature: "Security groups",
        whom: "a Network load balancer with a QUIC or TCP_QUIC listener",
        why: "Such a listener can be added only to a load balancer without security groups.",
        source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/create-listener.html",
        checks: &["security-group-missing"],
        needs: &[],
        holds: |_, lb| {
            Ok(lb.kind == Kind::Network && lb.security_groups.is_empty() && lb.serves_any(QUIC)?)
        },
    },
    Limit {
        feature: "Security groups, flow logs, encryption controls and whatever else a VPC has",
        whom: "a Classic load balancer outside a VPC",
        why: "It is left from before there were VPCs.",
        source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/introduction.html",
        checks: &[
            "security-group-missing",
            "default-vpc",
            "encryption-not-enforced",
            "public-access-blocked",
        ],
        needs: &[],
        holds: |_, lb| Ok(lb.is_outside_vpc()),
    },
    Limit {
        feature: "AWS WAF",
        whom: "an Application load balancer in a Local Zone or on an Outpost",
        why: "AWS associates no web ACL with one.",
        source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#subnets-load-balancer",
        checks: &[
            "waf-classic",
            "waf-counts-only",
            "waf-ddos-protection-off",
            "waf-empty",
            "waf-fail-open",
            "waf-http2-body-passes",
            "waf-known-bad-inputs-missing",
            "waf-large-body-passes",
            "waf-managed-rules-missing",
            "waf-metrics-off",
            "waf-not-associated",
            "waf-not-logged",
            "waf-rate-limit-missing",
            "waf-rules-skipped",
        ],
        needs: &[],
        holds: |index, lb| {
            let is_apart = matches!(zone::of(index, lb), ZoneKind::Local | ZoneKind::Outpost);
            Ok(lb.kind == Kind::Application && is_apart)
        },
    },
    Limit {
        feature: "Inbound rules of security groups for traffic that comes through PrivateLink",
        whom: "a Network load balancer behind a VPC link of an API Gateway REST API",
        why: "API Gateway comes through PrivateLink from addresses that no rule can name, and asks for \
              the rules to be off: turned on, they break the API.",
        source: "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-nlb-for-vpclink-using-console.html",
        checks: &["private-link-unfiltered"],
        needs: &[Call::ApiGatewayGetVpcLinks],
        holds: |index, lb| {
            if lb.private_link_rules.as_deref() != Some("off") {
                return Ok(false);
            }
            let links = index.region().rest_links.get()?;
            Ok(links.iter().any(|link| link.targets.contains(&lb.arn)))
        },
    },
    Limit {
        feature: "Zonal shift",
        whom: "a load balancer in a Local Zone, a Wavelength Zone or on an Outpost",
        why: "A zonal shift moves traffic away from an Availability Zone, and there is none.",
        source: "https://docs.aws.amazon.com/r53recovery/latest/dg/arc-zonal-shift.resource-types.html",
        checks: &["zonal-shift-off"],
        needs: &[],
        holds: |index, lb| Ok(zone::of(index, lb) != ZoneKind::Availability),
    },
    Limit {
        feature: "A second zone",
        whom: "a load balancer in a Local Zone, a Wavelength Zone or on an Outpost",
        why: "All zones of a load balancer are of one type, few places have a second one of theirs, and an \
              Outpost takes a single subnet.",
        source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#subnets-load-balancer",
        checks: &["single-zone"],
        needs: &[],
        holds: |index, lb| Ok(zone::of(index, lb) != ZoneKind::Availability),
    },
];

/// The limits that a check runs into.
pub fn of_check(check: &str) -> impl Iterator<Item = &'static Limit> {
    LIMITS.iter().filter(move |limit| limit.checks.contains(&check))
}

/// Whether a check asks of a load balancer what AWS does not offer it.
pub(crate) fn rules_out(index: &Index, lb: &LoadBalancer, check: &str) -> Result<bool, Gap> {
    let mut gap = None;
    for limit in of_check(check) {
        match (limit.holds)(index, lb) {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(own) => drop(gap.get_or_insert(own)),
        }
    }
    gap.map_or(Ok(false), Err)
}

/// Whether a load balancer certainly cannot have this.
pub(crate) fn lacks(index: &Index, lb: &LoadBalancer, feature: &str) -> bool {
    let mut own = LIMITS.iter().filter(|limit| limit.feature.starts_with(feature));
    own.any(|limit| (limit.holds)(index, lb) == Ok(true))
}
