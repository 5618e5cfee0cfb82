//! Session policies: what the keys of a role that was taken on with one may do at most.

use serde::Deserialize;
use serde_json::Value;

use crate::answer::Refusal;
use crate::call::{Call, Family};
use crate::model::arn::Place;

/// Characters that STS takes. Source: AWS STS API reference, `AssumeRole`.
const LONGEST: usize = 2_048;

/// Actions that AWS checks beside the operation's own. Source: Service Authorization Reference, AWS WAF V2.
const DEPENDENT: [(&str, &[&str]); 2] = [
    (
        "wafv2:GetWebACLForResource",
        &["wafv2:GetWebACL", "elasticloadbalancing:GetLoadBalancerWebACL"],
    ),
    ("wafv2:ListResourcesForWebACL", &["elasticloadbalancing:DescribeWebACLAssociation"]),
];

/// A policy that `AssumeRole` was given.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct SessionPolicy {
    version: String,
    statement: Vec<Statement>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Statement {
    effect: String,
    action: Texts,
    resource: Texts,
}

/// One text or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Texts {
    One(String),
    Several(Vec<String>),
}

impl Texts {
    fn all(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::Several(texts) => texts,
        }
    }
}

impl SessionPolicy {
    /// Reads a policy as STS does.
    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        if text.chars().count() > LONGEST {
            let message = format!(
                "1 validation error detected: Value at 'policy' failed to satisfy constraint: Member \
                 must have length less than or equal to {LONGEST}"
            );
            return Err(Refusal::invalid(Family::Sts, message));
        }
        let malformed = |message: &str| Refusal::new("MalformedPolicyDocument", message);
        let policy: Value = serde_json::from_str(text)
            .map_err(|_| malformed("This policy contains invalid Json"))?;
        let policy: Self =
            serde_json::from_value(policy).map_err(|_| malformed("Syntax errors in policy."))?;
        let known = policy.version == "2012-10-17"
            && !policy.statement.is_empty()
            && policy.statement.iter().all(Statement::is_sound);
        known.then_some(policy).ok_or_else(|| malformed("Syntax errors in policy."))
    }

    /// The first of the actions that a call needs which it does not allow.
    pub(crate) fn refuses(&self, call: &Call, place: &Place) -> Option<String> {
        let own = call.iam_action();
        // AWS allows it to everybody, whatever a policy says.
        if own == "sts:GetCallerIdentity" {
            return None;
        }
        let dependent = DEPENDENT.iter().find(|(action, _)| *action == own);
        let dependent = dependent.map_or(&[][..], |(_, others)| others);
        let resource = resource(call, place);
        let needed = std::iter::once(own.as_str()).chain(dependent.iter().copied());
        let mut refused =
            needed.filter(|action| !self.statement.iter().any(|one| one.allows(action, &resource)));
        refused.next().map(str::to_owned)
    }
}

impl Statement {
    fn is_sound(&self) -> bool {
        let texts = [&self.action, &self.resource];
        self.effect == "Allow"
            && texts.iter().all(|texts| !texts.all().is_empty())
            && self.action.all().iter().all(|action| action.contains(':') || action == "*")
            && self.resource.all().iter().all(|one| one == "*" || one.starts_with("arn:"))
    }

    fn allows(&self, action: &str, resource: &str) -> bool {
        // Names of actions are alike in lower and upper case, ARNs are not.
        let action = action.to_lowercase();
        self.action.all().iter().any(|pattern| matches(&pattern.to_lowercase(), &action))
            && self.resource.all().iter().any(|pattern| matches(pattern, resource))
    }
}

/// What a call is about: of API Gateway its path, without `/v2`; of others a word that only `*` matches.
fn resource(call: &Call, place: &Place) -> String {
    let path = match (call.family, call.action.as_str()) {
        (Family::ApiGateway | Family::ApiGatewayV2, "GetVpcLinks") => "/vpclinks".to_owned(),
        (Family::ApiGatewayV2, "GetApis") => "/apis".to_owned(),
        (Family::ApiGatewayV2, "GetIntegrations") => {
            format!("/apis/{}/integrations", call.get("apiId").unwrap_or_default())
        }
        _ => return "something".to_owned(),
    };
    format!("arn:{}:apigateway:{}::{path}", place.partition(), place.region)
}

/// Whether a text matches a pattern in which `*` stands for any characters.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((begin, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(text) = text.strip_prefix(begin) else { return false };
    let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    ends.into_iter().any(|at| matches(rest, &text[at..]))
}
