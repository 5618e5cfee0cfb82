//! What a web ACL does with requests, the rules of the groups that it names included.

use crate::analysis::reach;
use crate::analysis::site::Site;
use crate::inventory::{LoadBalancer, Region, WafRule, WebAcl};
use crate::vocab::call::Call;
use crate::vocab::fact::{Fact, Gap, Reason};
use crate::vocab::partial::Partial;

pub mod body; // how much of a body is seen, and by which rules
mod field; // a test of one part of a request
mod request; // a request, and whether a statement takes it
mod sets; // statements as sets of requests
pub mod skip; // requests that get past rules
mod statement; // which requests a statement takes

use statement::{Matches, requests_of};

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
    /// Its action there: that of the rule, or what a reference to its group sets in its place.
    action: &'a str,
    /// The web ACL's own rule: this one, or the reference to its group.
    place: &'a str,
    /// Whether a request gets to it: no rule before it lets all of them through.
    reached: bool,
    /// The requests that it takes.
    matches: Matches,
}

/// A web ACL with every rule that works in it.
pub struct Filter<'a> {
    /// The web ACL.
    pub acl: &'a WebAcl,
    /// Its rules; for a reference to a rule group those of the group.
    pub rules: Partial<Vec<Working<'a>>>,
    /// Why it is not known what becomes of a request, and at which of the rules. What no request gets to is
    /// left out.
    doubt: Option<(usize, Gap)>,
    /// Whether some rule lets all requests through that get to it.
    ended: bool,
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
    let mut filter = Filter { acl, rules: Partial::default(), doubt: None, ended: false };
    for rule in &acl.rules {
        let added = filter.add(region, rule);
        filter.learn(added);
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
            let effect = self.effect(rule, &rule.action)?;
            self.push((rule, &rule.name), &rule.action, effect);
            return Ok(());
        };
        let counted = match rule.action.as_str() {
            "none" => false,
            "count" => true,
            _ => return Err(self.unexpected_value(rule, &rule.action)),
        };
        let arn = named.name.as_deref().unwrap_or_default();
        let missing = || unread(Call::Wafv2GetRuleGroup, region, arn);
        let group = match region.rule_groups.get(arn).ok_or_else(missing).and_then(Fact::get) {
            Err(gap) if counted => {
                // Whatever its rules are, they decide nothing.
                self.rules.add_gap(gap);
                return Ok(());
            }
            group => group?,
        };
        for inner in &group.rules {
            let counts = counted || named.counted.contains(&inner.name);
            let action = named.overridden.get(&inner.name).unwrap_or(&inner.action);
            let own = self.effect(inner, action);
            if let Some(own) = self.learn(own) {
                let effect = if counts { Effect::Counts } else { own };
                self.push((inner, &rule.name), action, effect);
            }
        }
        Ok(())
    }

    fn push(&mut self, (rule, place): (&'a WafRule, &'a str), action: &'a str, effect: Effect) {
        let reached = !self.ended;
        let matches = requests_of(&rule.statements);
        self.ended |= effect == Effect::Admits && matches == Matches::All;
        self.rules.found.push(Working { rule, effect, action, place, reached, matches });
    }

    /// What an answer about the next rule tells; where it tells nothing its gap is kept.
    fn learn<X>(&mut self, answer: Result<X, Gap>) -> Option<X> {
        if let Err(gap) = &answer
            && self.doubt.is_none()
            && !self.ended
        {
            self.doubt = Some((self.rules.found.len(), gap.clone()));
        }
        self.rules.learn(answer)
    }

    fn effect(&self, rule: &WafRule, action: &str) -> Result<Effect, Gap> {
        match action {
            "block" | "captcha" | "challenge" => Ok(Effect::Stops),
            "none" if rule.has("managed-rule-group") => Ok(Effect::Stops),
            "allow" => Ok(Effect::Admits),
            "count" => Ok(Effect::Counts),
            _ => Err(self.unexpected_value(rule, action)),
        }
    }

    fn unexpected_value(&self, rule: &WafRule, action: &str) -> Gap {
        let said = format!("action {action} of rule {}", rule.name);
        Gap::new(Call::Wafv2GetWebAcl, Reason::Unrecognised).of(&self.acl.arn).saying(said)
    }

    /// Whether there is no rule at all.
    pub fn is_empty(&self) -> Result<bool, Gap> {
        if !self.rules.found.is_empty() {
            return Ok(false);
        }
        self.rules.otherwise(true)
    }

    /// Whether some rule that stops requests is like this. One that no request gets to stops none, and of one
    /// behind a rule that could not be read it is not known.
    pub fn stops(&self, like: impl Fn(&WafRule) -> bool) -> Result<bool, Gap> {
        let certain = self.doubt.as_ref().map_or(self.rules.found.len(), |(at, _)| *at);
        let mut rules = self.rules.found[..certain].iter();
        if rules.any(|working| working.stops() && like(working.rule)) {
            return Ok(true);
        }
        self.doubt().map_or(Ok(false), Err)
    }

    /// Why it is not known what becomes of some request.
    fn doubt(&self) -> Option<Gap> {
        self.doubt.as_ref().map(|(_, gap)| gap.clone())
    }

    /// Whether it is not known which requests get to the rule at this place.
    fn is_doubtful(&self, place: usize) -> bool {
        self.doubt.as_ref().is_some_and(|(at, _)| *at <= place)
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

    /// Names of the rules that work like this; of those that stop requests only where one gets to them.
    pub fn names(&self, effect: Effect, like: impl Fn(&WafRule) -> bool) -> Vec<&'a str> {
        let works = |own: &Working| effect != Effect::Stops || own.stops();
        self.named(|own| own.effect == effect && works(own), like)
    }

    /// Names of the rules that would stop requests, and that none gets to.
    pub fn idle(&self, like: impl Fn(&WafRule) -> bool) -> Vec<&'a str> {
        self.named(|own| own.effect == Effect::Stops && !own.stops(), like)
    }

    fn named(
        &self,
        which: impl Fn(&Working) -> bool,
        like: impl Fn(&WafRule) -> bool,
    ) -> Vec<&'a str> {
        let alike = self.rules.found.iter().filter(|own| which(own) && like(own.rule));
        alike.map(|own| own.rule.name.as_str()).collect()
    }
}

impl Working<'_> {
    /// Whether it stops requests, were there one.
    fn stops(&self) -> bool {
        self.effect == Effect::Stops && self.reached && self.matches != Matches::None
    }

    /// Whether no later rule sees a request that it takes. Who has passed a CAPTCHA or a challenge goes on.
    fn ends(&self) -> bool {
        let certain = !self.rule.has("managed-rule-group") && !self.rule.has("rate-based");
        match self.effect {
            Effect::Admits => true,
            Effect::Stops => self.action == "block" && certain,
            Effect::Counts => false,
        }
    }

    /// Whether a managed rule group lets through what one of its rules takes.
    fn admits_some(&self) -> bool {
        let mut statements = self.rule.statements.iter();
        self.rule.has("managed-rule-group")
            && statements.any(|one| one.overridden.values().any(|action| action == "allow"))
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
