//! WAF: which web ACL protects which Application load balancer, by the cheaper of two routes; what the
//! ACLs do, and which of them log.

use std::collections::{BTreeMap, BTreeSet};

use elb_audit_core::inventory::WebAcl;
use elb_audit_core::vocab::call::Call;
use elb_audit_core::vocab::fact::{Fact, Gap};
use futures::future::join_all;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::aws::api::ApiClient;
use crate::aws::query::Client;
use crate::aws::strict::{self, Owner, Understood, Unexpected, each, required};

mod rules;

use rules::AclJson;

#[derive(Debug, Deserialize)]
struct ListAnswer {
    #[serde(rename = "WebACLs")]
    acls: Vec<Acl>,
    #[serde(rename = "NextMarker")]
    next: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Acl {
    #[serde(rename = "ARN", deserialize_with = "strict::text")]
    arn: String,
}

#[derive(Debug, Deserialize)]
struct ResourcesAnswer {
    #[serde(rename = "ResourceArns")]
    arns: Vec<String>,
}

/// A web ACL, or a rule group, which is read like one.
#[derive(Debug, Deserialize)]
struct GetAnswer {
    #[serde(rename = "WebACL", alias = "RuleGroup")]
    acl: Option<AclJson>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
struct LoggingAnswer {
    #[serde(rename = "LoggingConfigurations")]
    configurations: Vec<Logging>,
    #[serde(rename = "NextMarker")]
    next: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Logging {
    #[serde(rename = "ResourceArn", deserialize_with = "strict::text")]
    acl: String,
}

/// Which load balancer has which web ACL.
#[derive(Debug, Default)]
pub(crate) struct Associations {
    /// The web ACL, if any, by ARN of the load balancer.
    pub(crate) of: BTreeMap<String, Fact<Option<String>>>,
    /// The ACLs that one of the routes tells along with it, by ARN.
    pub(crate) read: BTreeMap<String, WebAcl>,
}

/// The Application load balancers of a region.
#[derive(Debug)]
pub(crate) struct Asked {
    /// Those whose web ACL is wanted.
    pub(crate) wanted: Vec<String>,
    /// All of them: what a route tells of the others for nothing is taken.
    pub(crate) all: Vec<String>,
}

/// What asks AWS WAF about a region.
#[derive(Clone, Copy)]
pub(crate) struct Wafv2<'a> {
    pub(crate) api: &'a ApiClient,
    pub(crate) client: &'a Client,
    pub(crate) owner: Owner<'a>,
}

impl Wafv2<'_> {
    /// The ARN of a web ACL, which protects what its own account and region have.
    fn own_acl(self, arn: String) -> Understood<String> {
        self.owner.arn_of("wafv2", "regional/webacl/", arn)
    }
}

/// The web ACL of each of these load balancers.
///
/// One request a load balancer, or one list and one request a web ACL: whichever is less. What one
/// route cannot tell, the other is asked for before it is a gap.
pub(crate) async fn web_acls(waf: Wafv2<'_>, these: &Asked) -> Associations {
    let mut known = Associations::default();
    let arns = &these.wanted;
    if let [only] = arns.as_slice() {
        by_load_balancer(waf, &[only], &mut known).await;
        if !open(arns, &known).is_empty()
            && let Fact::Known(acls) = list(waf).await
        {
            by_acl(waf, &acls, &these.all, &mut known).await;
        }
        return known;
    }
    let acls = list(waf).await;
    let fewer = acls.get().is_ok_and(|acls| acls.len() < arns.len());
    if let (true, Fact::Known(acls)) = (fewer, &acls) {
        by_acl(waf, acls, &these.all, &mut known).await;
    }
    by_load_balancer(waf, &open(arns, &known), &mut known).await;
    if let (false, false, Fact::Known(acls)) = (fewer, open(arns, &known).is_empty(), &acls) {
        by_acl(waf, acls, &these.all, &mut known).await;
    }
    known
}

/// The load balancers of which it is not known whether they have a web ACL.
fn open<'a>(arns: &'a [String], known: &Associations) -> Vec<&'a String> {
    arns.iter().filter(|arn| !matches!(known.of.get(*arn), Some(Fact::Known(_)))).collect()
}

async fn by_load_balancer(waf: Wafv2<'_>, arns: &[&String], known: &mut Associations) {
    let answers = arns.iter().map(move |arn| async move { of_load_balancer(waf, arn).await });
    for (arn, fact) in arns.iter().zip(join_all(answers).await) {
        let fact = fact.map(|acl| {
            let acl = acl?;
            let arn = acl.arn.clone();
            known.read.insert(arn.clone(), acl);
            Some(arn)
        });
        known.of.insert((*arn).clone(), fact);
    }
}

/// Asks every web ACL for its load balancers. A load balancer that none of them names has none, but
/// only if all of them answered.
async fn by_acl(waf: Wafv2<'_>, acls: &[String], arns: &[String], known: &mut Associations) {
    let answers = acls.iter().map(move |acl| async move { resources(waf, acl).await });
    let mut all_answered = true;
    let mut protected: BTreeSet<String> = BTreeSet::new();
    for (acl, fact) in acls.iter().zip(join_all(answers).await) {
        match fact {
            Fact::Known(resources) => {
                for arn in resources {
                    protected.insert(arn.clone());
                    known.of.insert(arn, Fact::Known(Some(acl.clone())));
                }
            }
            Fact::Unread(_) => all_answered = false,
        }
    }
    if all_answered {
        for arn in arns.iter().filter(|arn| !protected.contains(*arn)) {
            known.of.insert(arn.clone(), Fact::Known(None));
        }
    }
}

async fn list(waf: Wafv2<'_>) -> Fact<Vec<String>> {
    let call = Call::Wafv2ListWebAcls;
    let page = move |marker: Option<String>| async move {
        let mut document = json!({"Scope": "REGIONAL", "Limit": 100});
        if let Some(marker) = marker {
            document["NextMarker"] = marker.into();
        }
        let answer = waf.client.json::<ListAnswer>(call.operation(), &document);
        let answer = waf.api.call(call, None, answer).await;
        waf.api.understood(call, None, answer, |answer| {
            let arns = each(answer.acls, |acl| waf.own_acl(acl.arn))?;
            // WAF gives a marker with the last page too: an empty page ends the list.
            let next = answer.next.filter(|_| !arns.is_empty());
            Ok((Some(arns), next))
        })
    };
    waf.api.all_pages(call, page).await
}

async fn resources(waf: Wafv2<'_>, acl: &str) -> Fact<Vec<String>> {
    let call = Call::Wafv2ListResourcesForWebAcl;
    let document = json!({"WebACLArn": acl, "ResourceType": "APPLICATION_LOAD_BALANCER"});
    let answer = waf.client.json::<ResourcesAnswer>(call.operation(), &document);
    let answer = waf.api.call(call, Some(acl), answer).await;
    waf.api.understood(call, Some(acl), answer, |answer| {
        waf.owner.load_balancers("loadbalancer/app/", answer.arns)
    })
}

async fn of_load_balancer(waf: Wafv2<'_>, arn: &str) -> Fact<Option<WebAcl>> {
    let call = Call::Wafv2GetWebAclForResource;
    let document = json!({"ResourceArn": arn});
    let answer = waf.client.json::<GetAnswer>(call.operation(), &document);
    let answer = waf.api.call(call, Some(arn), answer).await;
    waf.api.understood(call, Some(arn), answer, |answer| {
        let Some(acl) = answer.acl else {
            // What stands between speaks in its own way, and not of web ACLs.
            let speaks = ["message", "Message", "error", "errors", "code"];
            return match speaks.into_iter().find(|name| answer.others.contains_key(*name)) {
                Some(name) => Err(Unexpected::Value("WebACL", name.to_owned())),
                None => Ok(None),
            };
        };
        let acl = acl.into_acl()?;
        waf.own_acl(acl.arn.clone())?;
        Ok(Some(acl))
    })
}

/// One web ACL with its rules.
pub(crate) async fn web_acl(waf: Wafv2<'_>, arn: &str) -> Fact<WebAcl> {
    read(waf, Call::Wafv2GetWebAcl, arn).await
}

/// One rule group with its rules.
pub(crate) async fn rule_group(waf: Wafv2<'_>, arn: &str) -> Fact<WebAcl> {
    read(waf, Call::Wafv2GetRuleGroup, arn).await
}

async fn read(waf: Wafv2<'_>, call: Call, arn: &str) -> Fact<WebAcl> {
    let document = json!({"ARN": arn});
    let answer = waf.client.json::<GetAnswer>(call.operation(), &document);
    let answer = waf.api.call(call, Some(arn), answer).await;
    waf.api.understood(call, Some(arn), answer, |answer| required("WebACL", answer.acl)?.into_acl())
}

/// ARNs of the web ACLs that log, whoever had them log.
pub(crate) async fn logged(waf: Wafv2<'_>) -> Fact<Vec<String>> {
    // Who asks for no scope is told of the customer's own.
    let scopes = [None, Some("SECURITY_LAKE"), Some("CLOUDWATCH_TELEMETRY_RULE_MANAGED")];
    let mut arns = BTreeSet::new();
    for scope in join_all(scopes.map(|scope| logged_in(waf, scope))).await {
        match scope {
            Fact::Known(logging) => arns.extend(logging),
            Fact::Unread(gap) => return Fact::Unread(gap),
        }
    }
    Fact::Known(arns.into_iter().collect())
}

async fn logged_in(waf: Wafv2<'_>, scope: Option<&str>) -> Fact<Vec<String>> {
    let call = Call::Wafv2ListLoggingConfigurations;
    let page = move |marker: Option<String>| async move {
        let mut document = json!({"Scope": "REGIONAL", "Limit": 100});
        if let Some(scope) = scope {
            document["LogScope"] = scope.into();
        }
        if let Some(marker) = marker {
            document["NextMarker"] = marker.into();
        }
        let answer = waf.client.json::<LoggingAnswer>(call.operation(), &document);
        let answer = waf.api.call(call, None, answer).await;
        waf.api.understood(call, None, answer, |answer| {
            let arns = each(answer.configurations, |one| waf.own_acl(one.acl))?;
            let next = answer.next.filter(|_| !arns.is_empty());
            Ok((Some(arns), next))
        })
    };
    match waf.api.all_pages(call, page).await {
        // An endpoint that does not know a scope logs nothing in it.
        Fact::Unread(gap) if scope.is_some() && is_unknown_scope(&gap) => Fact::Known(Vec::new()),
        answer => answer,
    }
}

fn is_unknown_scope(gap: &Gap) -> bool {
    let said = gap.detail.as_deref().unwrap_or_default();
    said.starts_with("WAFInvalidParameterException")
}
