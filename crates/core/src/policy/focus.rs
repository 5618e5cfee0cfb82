//! Only some load balancers: which are meant, by name or ARN.

use std::collections::BTreeSet;

use crate::check::{Check, Judge};
use crate::inventory::{Inventory, Region};
use crate::vocab::glob;

/// The load balancers that are judged, where it is not all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Focus {
    patterns: Vec<String>,
}

/// Why a text can mean no load balancer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FocusError {
    /// It is an ARN of something else.
    #[error(
        "`{0}` is no load balancer: an ARN is like \
         arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/web/50dc6c495c0c9188"
    )]
    Arn(String),
    /// No load balancer can have such a name.
    #[error(
        "`{0}` is no name of a load balancer: letters, digits and hyphens are, `*` stands for any \
         characters, `?` for one"
    )]
    Name(String),
}

impl Focus {
    /// What these texts mean: each a name or an ARN, with wildcards. None of nothing.
    ///
    /// # Errors
    /// When one of them can mean no load balancer.
    pub fn parse(texts: &[String]) -> Result<Option<Self>, FocusError> {
        for text in texts {
            if text.starts_with("arn:") {
                is_arn(text).then_some(()).ok_or_else(|| FocusError::Arn(text.clone()))?;
            } else {
                is_name(text).then_some(()).ok_or_else(|| FocusError::Name(text.clone()))?;
            }
        }
        Ok(Self::new(texts))
    }

    /// The same of what a report says, which was read once.
    #[must_use]
    pub fn new(patterns: &[String]) -> Option<Self> {
        (!patterns.is_empty()).then(|| Focus { patterns: patterns.to_vec() })
    }

    /// The names and ARNs.
    #[must_use]
    pub fn patterns(&self) -> &[String] {
        &self.patterns
    }

    /// Whether a load balancer is meant.
    #[must_use]
    pub fn means(&self, arn: &str, name: &str) -> bool {
        self.patterns.iter().any(|pattern| meant(pattern, arn, name))
    }

    /// The regions that they are in, where every ARN tells; none where one may be anywhere.
    #[must_use]
    pub fn regions(&self) -> Option<BTreeSet<&str>> {
        self.parts(3)
    }

    /// The same of their accounts.
    #[must_use]
    pub fn accounts(&self) -> Option<BTreeSet<&str>> {
        self.parts(4)
    }

    fn parts(&self, place: usize) -> Option<BTreeSet<&str>> {
        self.patterns.iter().map(|pattern| part(pattern, place)).collect()
    }

    /// Those that nothing in an inventory is.
    #[must_use]
    pub fn missing(&self, inventory: &Inventory) -> Vec<&str> {
        let regions = || inventory.accounts.iter().flat_map(|account| &account.regions);
        let found = |pattern: &&String| {
            let mut all = regions().flat_map(Region::load_balancers);
            all.any(|lb| meant(pattern, &lb.arn, &lb.name))
        };
        self.patterns.iter().filter(|one| !found(one)).map(String::as_str).collect()
    }

    /// Those of these checks that judge a load balancer, or what is its own.
    #[must_use]
    pub fn checks(checks: &[&'static Check]) -> Vec<&'static Check> {
        let of_one = |check: &&Check| match check.judge {
            Judge::LoadBalancer(_)
            | Judge::Listener(_)
            | Judge::Targets(_)
            | Judge::Certificate(_) => true,
            Judge::UnusedTargetGroup(_) | Judge::AutoScalingGroup(_) | Judge::DnsRecord(_) => false,
        };
        checks.iter().copied().filter(|check| of_one(check)).collect()
    }
}

fn meant(pattern: &str, arn: &str, name: &str) -> bool {
    glob::matches(pattern, if pattern.starts_with("arn:") { arn } else { name })
}

/// A part of an ARN that has no wildcard.
fn part(arn: &str, place: usize) -> Option<&str> {
    let part = arn.split(':').nth(place).filter(|_| arn.starts_with("arn:"))?;
    (!part.contains(['*', '?'])).then_some(part)
}

fn is_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    matches!(parts[..], [_, _, "elasticloadbalancing", region, account, resource]
        if !region.is_empty() && !account.is_empty()
            && resource.strip_prefix("loadbalancer/").is_some_and(|rest| !rest.is_empty()))
}

/// Source: ELB API references, `CreateLoadBalancer` of both: letters, digits and hyphens.
fn is_name(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-*?".contains(c);
    !text.is_empty() && text.len() <= 128 && text.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEB: &str =
        "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/web/50dc6c495c0c9188";
    const OLD: &str = "arn:aws:elasticloadbalancing:us-east-1:444455556666:loadbalancer/old";

    fn focus(texts: &[&str]) -> Result<Option<Focus>, FocusError> {
        Focus::parse(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn names_are_patterns_and_arns_are_of_load_balancers() {
        let web = focus(&["w?b", OLD]).unwrap().unwrap();
        assert!(web.means(WEB, "web") && web.means(OLD, "old"));
        assert!(!web.means(WEB, "webb") && !web.means(WEB, "old"));
        assert_eq!(focus(&[]), Ok(None));
        for wrong in ["", "a b", "web.example.com", "{a,b}", &"x".repeat(129)] {
            assert_eq!(focus(&[wrong]), Err(FocusError::Name(wrong.to_owned())));
        }
        let group = WEB.replace("loadbalancer/app", "targetgroup");
        let listener = WEB.replace("loadbalancer", "listener");
        for wrong in [&*group, &listener, "arn:aws:iam::111122223333:role/web", "arn:"] {
            assert_eq!(focus(&[wrong]), Err(FocusError::Arn(wrong.to_owned())));
        }
    }

    #[test]
    fn arns_tell_regions_and_accounts_unless_one_may_be_anywhere() {
        let places = |texts: &[&str]| {
            let focus = focus(texts).unwrap().unwrap();
            let of = |all: Option<BTreeSet<&str>>| all.map(|all| Vec::from_iter(all).join(" "));
            (of(focus.regions()), of(focus.accounts()))
        };
        let both =
            (Some("eu-west-1 us-east-1".to_owned()), Some("111122223333 444455556666".to_owned()));
        assert_eq!(places(&[WEB, OLD]), both);
        assert_eq!(places(&[WEB, "web"]), (None, None));
        let any_region = WEB.replace("eu-west-1", "eu-*");
        assert_eq!(places(&[&any_region]), (None, Some("111122223333".to_owned())));
    }
}
