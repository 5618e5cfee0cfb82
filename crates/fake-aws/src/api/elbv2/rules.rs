//! `DescribeRules`.

use super::super::{Context, XmlResult};
use super::{Owned, actions, no_listener};
use crate::answer::Refusal;
use crate::model::arn::id;
use crate::model::rule::{Condition, Rule, Transform};
use crate::page;
use crate::xml::Xml;

/// A rule of a listener; without a rule, its default one.
pub(super) struct Place<'a> {
    pub(super) owned: Owned<'a>,
    pub(super) rule: Option<&'a Rule>,
}

pub(super) fn describe(context: &Context<'_>) -> XmlResult {
    let page = context.page(selected(context)?, page::MARKER)?;
    let mut xml = Xml::query();
    xml.list("Rules", page.items, |xml, place| rule(context, xml, &place));
    xml.maybe("NextMarker", page.next);
    Ok(xml)
}

fn selected<'a>(context: &Context<'a>) -> Result<Vec<Place<'a>>, Refusal> {
    let arns = context.call.list("RuleArns.member");
    match context.call.get("ListenerArn") {
        Some(arn) if arns.is_empty() => {
            Ok(of_listener(context.listener(arn)?).ok_or_else(no_listener)?)
        }
        None if !arns.is_empty() => arns.into_iter().map(|arn| by_arn(context, arn)).collect(),
        _ => Err(Refusal::invalid(
            context.call.family,
            "You must specify either rule ARNs or a listener ARN",
        )),
    }
}

/// All rules in the order in which they are tried. Only Application load balancers and dual-stack
/// Network ones have any; for other listeners AWS says that they are not found.
pub(super) fn of_listener((owner, listener): Owned<'_>) -> Option<Vec<Place<'_>>> {
    let dual = owner.ip_address_type.as_deref().is_some_and(|kind| kind.starts_with("dualstack"));
    let has_rules = owner.kind != "gateway" && (owner.kind != "network" || dual);
    let mut rules: Vec<Option<&Rule>> = listener.rules.iter().map(Some).collect();
    rules.sort_by_key(|rule| rule.map(|rule| rule.priority));
    rules.push(None);
    has_rules
        .then(|| rules.into_iter().map(|rule| Place { owned: (owner, listener), rule }).collect())
}

pub(super) fn by_arn<'a>(context: &Context<'a>, arn: &str) -> Result<Place<'a>, Refusal> {
    let missing = || Refusal::new("RuleNotFound", "One or more rules not found");
    let listener = arn.rsplit_once('/').map_or("", |(listener, _)| listener);
    let listener = listener.replacen(":listener-rule/", ":listener/", 1);
    let rules = context.listener(&listener).ok().and_then(of_listener).ok_or_else(missing)?;
    rules.into_iter().find(|place| place.arn(context) == arn).ok_or_else(missing)
}

impl Place<'_> {
    pub(super) fn arn(&self, context: &Context<'_>) -> String {
        let listener = context.listener_arn(self.owned.0, self.owned.1);
        let given = self.rule.and_then(|rule| rule.id.clone());
        let own = given.unwrap_or_else(|| id(&["rule", &listener, &self.priority()]));
        format!("{}/{own}", listener.replacen(":listener/", ":listener-rule/", 1))
    }

    fn priority(&self) -> String {
        self.rule.map_or_else(|| "default".to_owned(), |rule| rule.priority.to_string())
    }
}

/// The tags of the rule with this ARN.
pub(super) fn tags<'a>(
    context: &Context<'a>,
    arn: &str,
) -> Result<&'a [(String, String)], Refusal> {
    Ok(by_arn(context, arn)?.rule.map_or(&[], |rule| &rule.tags))
}

pub(super) fn rule(context: &Context<'_>, xml: &mut Xml, place: &Place<'_>) {
    let (conditions, transforms) =
        place.rule.map_or((&[][..], &[][..]), |rule| (&rule.conditions, &rule.transforms));
    let of_listener = &place.owned.1.actions;
    xml.text("RuleArn", place.arn(context));
    xml.text("Priority", place.priority());
    xml.list("Conditions", conditions, condition);
    actions::write(context, xml, ("Actions", place.rule.map_or(of_listener, |rule| &rule.actions)));
    xml.text("IsDefault", place.rule.is_none());
    if !transforms.is_empty() {
        xml.list("Transforms", transforms, transform);
    }
}

/// Patterns of hosts and paths are named twice: beside the configuration, and in it.
fn condition(xml: &mut Xml, condition: &Condition) {
    let (field, config, values, regex) = match condition {
        Condition::Host(values) => ("host-header", "HostHeaderConfig", values, false),
        Condition::HostRegex(values) => ("host-header", "HostHeaderConfig", values, true),
        Condition::Path(values) => ("path-pattern", "PathPatternConfig", values, false),
        Condition::PathRegex(values) => ("path-pattern", "PathPatternConfig", values, true),
        other => return configured(xml, other),
    };
    let name = if regex { "RegexValues" } else { "Values" };
    xml.text("Field", field);
    xml.texts(name, values);
    xml.node(config, |xml| xml.texts(name, values));
}

fn configured(xml: &mut Xml, condition: &Condition) {
    let (field, config) = match condition {
        Condition::Header(..) => ("http-header", "HttpHeaderConfig"),
        Condition::Method(_) => ("http-request-method", "HttpRequestMethodConfig"),
        Condition::Query(_) => ("query-string", "QueryStringConfig"),
        Condition::Other(field, values) => {
            xml.text("Field", field);
            return xml.texts("Values", values);
        }
        _ => ("source-ip", "SourceIpConfig"),
    };
    xml.text("Field", field);
    xml.node(config, |xml| match condition {
        Condition::Header(name, values) => {
            xml.text("HttpHeaderName", name);
            xml.texts("Values", values);
        }
        Condition::Query(pairs) => xml.list("Values", pairs, |xml, (key, value)| {
            xml.maybe("Key", key.as_ref());
            xml.text("Value", value);
        }),
        Condition::SourceIpType(kind) => xml.text("IpAddressType", kind),
        Condition::Method(values) | Condition::SourceIp(values) => xml.texts("Values", values),
        _ => {}
    });
}

fn transform(xml: &mut Xml, transform: &Transform) {
    let config = match transform.kind.as_str() {
        "host-header-rewrite" => "HostHeaderRewriteConfig",
        _ => "UrlRewriteConfig",
    };
    xml.text("Type", &transform.kind);
    xml.node(config, |xml| {
        xml.list("Rewrites", [transform], |xml, transform| {
            xml.text("Regex", &transform.regex);
            xml.text("Replace", &transform.replace);
        });
    });
}
