//! Web ACLs with their rules and logs, rule groups, and what they protect.

use serde_json::{Value, json};

use super::region::{Region, Resource};

/// A web ACL.
#[derive(Clone, Debug, Default)]
pub struct WebAcl {
    /// Unique in its region.
    pub name: String,
    /// `CLOUDFRONT` or, which is also meant by anything else, `REGIONAL`.
    pub scope: String,
    /// Names of Application load balancers, or ARNs of anything.
    pub resources: Vec<String>,
    /// What happens to a request that no rule decides: `Block` or, which is also meant by anything
    /// else, `Allow`.
    pub default_action: String,
    /// Its rules.
    pub rules: Vec<WafRule>,
    /// Rules of Firewall Manager's before its own.
    pub first: Vec<WafRule>,
    /// Rules of Firewall Manager's after its own.
    pub last: Vec<WafRule>,
    /// Whether Firewall Manager made it.
    pub by_firewall_manager: bool,
    /// When it stops known bad sources: `ACTIVE_UNDER_DDOS` or `ALWAYS_ON`.
    pub low_reputation: Option<String>,
    /// How much of a body is inspected, such as `KB_16`, by type of resource.
    pub body_limits: Vec<(String, String)>,
    /// Where its logs go.
    pub logging: Vec<WafLogging>,
}

/// A rule of a web ACL or of a rule group.
#[derive(Clone, Debug, Default)]
pub struct WafRule {
    /// Unique in its ACL or group.
    pub name: String,
    /// Lower comes first.
    pub priority: u32,
    /// The statement, as the API has it.
    pub statement: Value,
    /// The name of a rule group of the same region that it refers to, instead of a statement.
    pub group: Option<String>,
    /// `Allow`, `Block`, `Count`, `Captcha` or `Challenge`; absent when it refers to a group.
    pub action: Option<String>,
    /// `None` or `Count`; only when it refers to a group.
    pub override_action: Option<String>,
    /// Whether requests are counted and sampled.
    pub visible: bool,
}

/// A group of rules that web ACLs refer to.
#[derive(Clone, Debug, Default)]
pub struct RuleGroup {
    /// Unique in its region.
    pub name: String,
    /// `CLOUDFRONT` or, which is also meant by anything else, `REGIONAL`.
    pub scope: String,
    /// What it costs.
    pub capacity: u32,
    /// Its rules.
    pub rules: Vec<WafRule>,
}

/// A destination of a web ACL's logs.
#[derive(Clone, Debug, Default)]
pub struct WafLogging {
    /// ARNs of buckets, streams or log groups.
    pub destinations: Vec<String>,
    /// `CUSTOMER`, `SECURITY_LAKE` or `CLOUDWATCH_TELEMETRY_RULE_MANAGED`.
    pub log_scope: String,
    /// Names of headers that are left out.
    pub redacted: Vec<String>,
    /// Which requests are logged, as the API has it.
    pub filter: Option<Value>,
    /// Whether Firewall Manager made it.
    pub by_firewall_manager: bool,
}

/// A web ACL of the first WAF, with what it protects.
#[derive(Clone, Debug, Default)]
pub struct ClassicWebAcl {
    /// Its name.
    pub name: String,
    /// Names of Application load balancers, or ARNs of anything.
    pub resources: Vec<String>,
}

impl WebAcl {
    /// A regional web ACL without rules, which allows everything and protects nothing.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            scope: "REGIONAL".to_owned(),
            default_action: "Allow".to_owned(),
            ..Self::default()
        }
    }

    /// A web ACL for `CloudFront`, which belongs in `us-east-1`.
    pub fn global(name: &str) -> Self {
        Self { scope: "CLOUDFRONT".to_owned(), ..Self::new(name) }
    }

    /// Protects an Application load balancer, by name or ARN.
    pub fn protects(mut self, load_balancer: &str) -> Self {
        self.resources.push(load_balancer.to_owned());
        self
    }

    /// Blocks what no rule decides.
    pub fn blocks(mut self) -> Self {
        "Block".clone_into(&mut self.default_action);
        self
    }

    /// Adds a rule.
    pub fn rule(mut self, rule: WafRule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Logs to a bucket, stream or log group, by ARN.
    pub fn logs_to(self, destination: &str) -> Self {
        self.logging(WafLogging::to(destination))
    }

    /// Adds a destination of logs.
    pub fn logging(mut self, logging: WafLogging) -> Self {
        self.logging.push(logging);
        self
    }

    /// Says when it stops known bad sources: `ACTIVE_UNDER_DDOS` or `ALWAYS_ON`.
    pub fn low_reputation(mut self, mode: &str) -> Self {
        self.low_reputation = Some(mode.to_owned());
        self
    }

    /// Says how much of a body is inspected for a type of resource: `APPLICATION_LOAD_BALANCER`, `KB_16`.
    pub fn body_limit(mut self, resource: &str, limit: &str) -> Self {
        self.body_limits.push((resource.to_owned(), limit.to_owned()));
        self
    }
}

impl WafRule {
    /// A rule that blocks what a statement matches; the statement is JSON text as the API has it.
    ///
    /// # Panics
    /// When the statement is no JSON.
    pub fn new(name: &str, priority: u32, statement: &str) -> Self {
        match serde_json::from_str(statement) {
            Ok(statement) => Self::of(name, priority, statement).action("Block"),
            Err(error) => panic!("the statement of rule {name} is no JSON: {error}"),
        }
    }

    fn of(name: &str, priority: u32, statement: Value) -> Self {
        Self { name: name.to_owned(), priority, statement, visible: true, ..Self::default() }
    }

    /// A rule group of AWS's, such as `AWSManagedRulesCommonRuleSet`.
    pub fn managed(group: &str, priority: u32) -> Self {
        let statement = json!({"VendorName": "AWS", "Name": group});
        Self::of(group, priority, json!({"ManagedRuleGroupStatement": statement}))
            .overriding("None")
    }

    /// A rule that blocks an address with more than `limit` requests in five minutes.
    pub fn rate(name: &str, priority: u32, limit: u32) -> Self {
        let statement =
            json!({"Limit": limit, "EvaluationWindowSec": 300, "AggregateKeyType": "IP"});
        Self::of(name, priority, json!({"RateBasedStatement": statement})).action("Block")
    }

    /// A rule group of the same region, by name, or of another account, by ARN.
    pub fn group(name: &str, priority: u32, group: &str) -> Self {
        let rule = Self { group: Some(group.to_owned()), ..Self::of(name, priority, Value::Null) };
        rule.overriding("None")
    }

    /// Sets what it does: `Allow`, `Block`, `Count`, `Captcha` or `Challenge`.
    pub fn action(mut self, action: &str) -> Self {
        self.action = Some(action.to_owned());
        self
    }

    fn overriding(mut self, action: &str) -> Self {
        self.override_action = Some(action.to_owned());
        self
    }

    /// Only counts, instead of what it or its group would do.
    pub fn count(self) -> Self {
        if self.override_action.is_some() { self.overriding("Count") } else { self.action("Count") }
    }

    /// Only counts what one rule of its managed group matches.
    pub fn count_rule(mut self, name: &str) -> Self {
        let group = &mut self.statement["ManagedRuleGroupStatement"]["RuleActionOverrides"];
        let counted = json!({"Name": name, "ActionToUse": {"Count": {}}});
        match group.as_array_mut() {
            Some(all) => all.push(counted),
            None => *group = json!([counted]),
        }
        self
    }
}

impl RuleGroup {
    /// A regional group without rules.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            scope: "REGIONAL".to_owned(),
            capacity: 100,
            rules: Vec::new(),
        }
    }

    /// Adds a rule.
    pub fn rule(mut self, rule: WafRule) -> Self {
        self.rules.push(rule);
        self
    }
}

impl WafLogging {
    /// The account's own logs of every request, to a bucket, stream or log group, by ARN.
    pub fn to(destination: &str) -> Self {
        Self {
            destinations: vec![destination.to_owned()],
            log_scope: "CUSTOMER".to_owned(),
            ..Self::default()
        }
    }

    /// Sets for whom the logs are, such as `SECURITY_LAKE`.
    pub fn log_scope(mut self, scope: &str) -> Self {
        scope.clone_into(&mut self.log_scope);
        self
    }

    /// Leaves a header out.
    pub fn redact(mut self, header: &str) -> Self {
        self.redacted.push(header.to_owned());
        self
    }

    /// Drops every request but those that an action was taken on, such as `BLOCK`.
    pub fn only(mut self, action: &str) -> Self {
        let conditions = json!([{"ActionCondition": {"Action": action}}]);
        let keep =
            json!({"Behavior": "KEEP", "Requirement": "MEETS_ANY", "Conditions": conditions});
        self.filter = Some(json!({"Filters": [keep], "DefaultBehavior": "DROP"}));
        self
    }
}

impl ClassicWebAcl {
    /// A web ACL that protects nothing.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), resources: Vec::new() }
    }

    /// Protects an Application load balancer, by name or ARN.
    pub fn protects(mut self, load_balancer: &str) -> Self {
        self.resources.push(load_balancer.to_owned());
        self
    }
}

impl Resource for WebAcl {
    fn place(self, region: &mut Region) {
        region.web_acls.push(self);
    }
}

impl Resource for RuleGroup {
    fn place(self, region: &mut Region) {
        region.rule_groups.push(self);
    }
}

impl Resource for ClassicWebAcl {
    fn place(self, region: &mut Region) {
        region.classic_web_acls.push(self);
    }
}
