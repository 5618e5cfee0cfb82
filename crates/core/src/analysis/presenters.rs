//! Which load balancers of a region present a certificate, by what sets them apart.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::inventory::{Kind, LoadBalancer, Region, Scheme};
use crate::vocab::call::Call;
use crate::vocab::fact::{Fact, Gap, Reason};
use crate::vocab::partial::Partial;

/// Keys of the tag that names an environment, in any case, first choice first.
const ENVIRONMENT: &[&str] = &["environment", "env", "stage"];
/// What people call one environment, the first name standing for all.
const SAME: &[&[&str]] = &[
    &["prod", "production", "prd", "live"],
    &["dev", "development", "develop"],
    &["staging", "stage", "stg"],
    &["test", "testing", "tst"],
];

/// The load balancers that present a certificate.
#[derive(Debug, Default)]
pub struct Presenters<'a> {
    /// How many are known to.
    pub count: usize,
    /// Name of one for each scheme.
    pub schemes: BTreeMap<String, &'a str>,
    /// Name of one for each environment that tags tell.
    pub environments: BTreeMap<String, &'a str>,
    /// How many have unread tags, and the first gap.
    unread_tags: (usize, Option<&'a Gap>),
}

impl Presenters<'_> {
    /// Whether they are of one environment. Unread tags leave it open, unless those that are read differ.
    pub fn share_an_environment(&self) -> Result<bool, Gap> {
        match self.unread_tags {
            _ if self.environments.len() > 1 => Ok(false),
            (unread, Some(gap)) if unread + self.environments.len() > 1 => Err(gap.clone()),
            _ => Ok(true),
        }
    }
}

impl<'a> Presenters<'a> {
    fn add(&mut self, lb: &'a LoadBalancer, environment: Option<&String>) {
        self.count += 1;
        if let Some(scheme @ (Scheme::Internal | Scheme::InternetFacing)) = &lb.scheme {
            self.schemes.entry(scheme.to_string()).or_insert(&lb.name);
        }
        if let Some(environment) = environment {
            self.environments.entry(environment.clone()).or_insert(&lb.name);
        }
        if let Fact::Unread(gap) = &lb.tags {
            self.unread_tags.0 += 1;
            self.unread_tags.1 = self.unread_tags.1.or(Some(gap));
        }
    }
}

/// Every certificate of a region with those who present it.
pub(super) type Presented<'a> = Partial<HashMap<&'a str, Presenters<'a>>>;

impl<'a> Presented<'a> {
    /// Looks at every listener of the region once.
    pub(super) fn in_region(region: &'a Region) -> Self {
        let mut all = Presented::default();
        all.add_gap(region.classic.rest.gap().or(region.v2.rest.gap()).cloned());
        for lb in region.load_balancers().filter(|lb| lb.kind != Kind::Gateway) {
            all.add(lb);
        }
        all
    }

    fn add(&mut self, lb: &'a LoadBalancer) {
        let unknown = match &lb.scheme {
            Some(Scheme::Internal | Scheme::InternetFacing) => None,
            Some(Scheme::Other(other)) => Some((Reason::Unrecognised, format!("scheme {other}"))),
            None => Some((Reason::Malformed, "a load balancer without scheme".to_owned())),
        };
        if let Some((reason, said)) = unknown {
            let call = match lb.kind {
                Kind::Classic => Call::ElbDescribeLoadBalancers,
                _ => Call::ElbV2DescribeLoadBalancers,
            };
            self.add_gap(Gap::new(call, reason).of(&lb.arn).saying(said));
        }
        let listeners = match &lb.listeners {
            Fact::Known(listeners) => listeners,
            Fact::Unread(gap) => return self.add_gap(gap.clone()),
        };
        let mut arns: BTreeSet<&str> = BTreeSet::new();
        for listener in listeners {
            arns.extend(listener.default_certificate.as_deref());
            match &listener.certificates {
                Fact::Known(own) => arns.extend(own.iter().map(String::as_str)),
                Fact::Unread(gap) => self.add_gap(gap.clone()),
            }
        }
        let environment = lb.tags.get().ok().and_then(environment);
        for arn in arns {
            self.found.entry(arn).or_default().add(lb, environment.as_ref());
        }
    }
}

/// The environment that tags name, spelled as most people would.
fn environment(tags: &BTreeMap<String, String>) -> Option<String> {
    let own = ENVIRONMENT
        .iter()
        .find_map(|wanted| tags.iter().find(|(key, _)| key.eq_ignore_ascii_case(wanted)));
    let name = own?.1.trim().to_lowercase();
    let same = SAME.iter().find(|names| names.contains(&name.as_str()));
    let name = same.map_or(name, |names| names[0].to_owned());
    Some(name).filter(|name| !name.is_empty())
}
