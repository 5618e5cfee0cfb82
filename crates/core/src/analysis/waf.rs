//! What a web ACL does with requests, the rules of the groups that it names included.

use crate::analysis::reach;
use crate::analysis::site::Site;
use crate::inventory::{LoadBalancer, Region, WafRule, WebAcl};
use crate::vocab::call::Call;
use crate::vocab::fact::{Gap, Reason};
use crate::vocab::partial::Partial;

/// The calls that tell which web ACL a load balancer has.
pub const ASSOCIATION: &[Call] =
    &[Call::Wafv2ListWebAcls, Call::Wafv2ListResourcesForWebAcl, Call::Wafv2GetWebAclForResource];

/// The calls that tell what that web ACL does.
pub const CONTENT: &[Call] = &[
    Call::Wafv2ListWebAcls,
    Call::Wafv2ListResourcesForWebAcl,
    Call::Wafv2GetWebAclForResource,
    Call::Wafv2GetWebAcl,
    Call::Wafv2GetRuleGroup,
];

/// What a rule does with a request that it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Blocks it, or asks for a CAPTCHA or a challenge.
    Stops,
    /// Lets it through.
    Admits,
    /// Counts it and goes on.
    Counts,
}

/// A rule as it works in its web ACL.
pub struct Working<'a> {
    /// The rule, of the web ACL or of a group that it names.
    pub rule: &'a WafRule,
    /// What it does there: a group that is only counted counts whatever its rules say.
    pub effect: Effect,
}

/// A web ACL with every rule that works in it.
pub struct Filter<'a> {
    /// The web ACL.
    pub acl: &'a WebAcl,
    /// Its rules; for a reference to a rule group those of the group.
    pub rules: Partial<Vec<Working<'a>>>,
}

/// Whether the load balancer is one that should have a web ACL: internet-facing.
pub fn is_due(lb: &LoadBalancer) -> Result<bool, Gap> {
    reach::is_internal(lb).map(|internal| !internal)
}

/// ARN of the web ACL of an internet-facing load balancer; none for an internal one, or without.
pub fn arn(site: Site<'_>) -> Result<Option<&str>, Gap> {
    if !is_due(site.lb)? {
        return Ok(None);
    }
    Ok(site.lb.web_acl.get()?.as_deref())
}

/// The web ACL of an internet-facing load balancer; none for an internal one, or without.
pub fn filter(site: Site<'_>) -> Result<Option<Filter<'_>>, Gap> {
    let Some(arn) = arn(site)? else { return Ok(None) };
    let region = site.region;
    let missing = || unread(Call::Wafv2GetWebAcl, region, arn);
    let acl = region.web_acls.get(arn).ok_or_else(missing)?.get()?;
    let mut filter = Filter { acl, rules: Partial::default() };
    for rule in &acl.rules {
        let added = filter.add(region, rule);
        filter.rules.learn(added);
    }
    Ok(Some(filter))
}

/// The same, but only one that lets requests in and stops some of them. One that stops nothing has
/// findings of its own; one that blocks what it does not allow needs no list of what is bad.
pub fn selective(site: Site<'_>) -> Result<Option<Filter<'_>>, Gap> {
    let Some(filter) = filter(site)? else { return Ok(None) };
    if filter.stops_the_rest()? || !filter.stops(|_| true)? {
        return Ok(None);
    }
    Ok(Some(filter))
}

impl<'a> Filter<'a> {
    /// Adds a rule, or for a reference to a rule group the group's rules.
    fn add(&mut self, region: &'a Region, rule: &'a WafRule) -> Result<(), Gap> {
        let mut statements = rule.statements.iter();
        let Some(named) = statements.find(|inner| inner.kind == "rule-group-reference") else {
            self.rules.found.push(Working { rule, effect: self.effect(rule)? });
            return Ok(());
        };
        let counted = match rule.action.as_str() {
            "none" => false,
            "count" => true,
            _ => return Err(self.unexpected_value(rule)),
        };
        let arn = named.name.as_deref().unwrap_or_default();
        let missing = || unread(Call::Wafv2GetRuleGroup, region, arn);
        for inner in &region.rule_groups.get(arn).ok_or_else(missing)?.get()?.rules {
            let counts = counted || named.counted.contains(&inner.name);
            let own = self.effect(inner);
            self.rules.extend([own.map(|own| {
                let effect = if counts { Effect::Counts } else { own };
                Working { rule: inner, effect }
            })]);
        }
        Ok(())
    }

    fn effect(&self, rule: &WafRule) -> Result<Effect, Gap> {
        match rule.action.as_str() {
            "block" | "captcha" | "challenge" => Ok(Effect::Stops),
            "none" if rule.has("managed-rule-group") => Ok(Effect::Stops),
            "allow" => Ok(Effect::Admits),
            "count" => Ok(Effect::Counts),
            _ => Err(self.unexpected_value(rule)),
        }
    }

    fn unexpected_value(&self, rule: &WafRule) -> Gap {
        let said = format!("action {} of rule {}", rule.action, rule.name);
        Gap::new(Call::Wafv2GetWebAcl, Reason::Unrecognised).of(&self.acl.arn).saying(said)
    }

    /// Whether there is no rule at all.
    pub fn is_empty(&self) -> Result<bool, Gap> {
        if !self.rules.found.is_empty() {
            return Ok(false);
        }
        self.rules.otherwise(true)
    }

    /// Whether some rule that stops requests is like this.
    pub fn stops(&self, like: impl Fn(&WafRule) -> bool) -> Result<bool, Gap> {
        let mut rules = self.rules.found.iter();
        if rules.any(|working| working.effect == Effect::Stops && like(working.rule)) {
            return Ok(true);
        }
        self.rules.otherwise(false)
    }

    /// Whether a request that no rule decides is blocked.
    pub fn stops_the_rest(&self) -> Result<bool, Gap> {
        let gap = |reason, said: String| {
            Err(Gap::new(Call::Wafv2GetWebAcl, reason).of(&self.acl.arn).saying(said))
        };
        match self.acl.default_action.as_deref() {
            Some("allow") => Ok(false),
            Some("block") => Ok(true),
            Some(other) => gap(Reason::Unrecognised, format!("default action {other}")),
            None => gap(Reason::Malformed, "a web ACL without default action".to_owned()),
        }
    }

    /// Names of the rules that work like this.
    pub fn names(&self, effect: Effect, like: impl Fn(&WafRule) -> bool) -> Vec<&'a str> {
        let alike = self.rules.found.iter().filter(|working| working.effect == effect);
        alike.filter(|working| like(working.rule)).map(|own| own.rule.name.as_str()).collect()
    }
}

impl WafRule {
    /// Whether a statement of this kind is in it.
    #[must_use]
    pub fn has(&self, kind: &str) -> bool {
        self.statements.iter().any(|statement| statement.kind == kind)
    }

    /// Whether it takes over this group of AWS's managed rules.
    #[must_use]
    pub fn takes_over(&self, group: &str) -> bool {
        self.statements.iter().any(|statement| {
            statement.kind == "managed-rule-group"
                && statement.vendor.as_deref() == Some("AWS")
                && statement.name.as_deref() == Some(group)
        })
    }
}

fn unread(call: Call, region: &Region, arn: &str) -> Gap {
    Gap::new(call, Reason::NotCollected).in_region(&region.name).of(arn)
}
