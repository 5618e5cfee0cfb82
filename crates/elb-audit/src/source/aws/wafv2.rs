//! WAF: which web ACL protects which Application load balancer, by the cheaper of two routes.

use std::collections::{BTreeMap, BTreeSet};

use elb_audit_core::call::Call;
use elb_audit_core::fact::Fact;
use serde::Deserialize;
use serde_json::json;

use super::ask::Asker;
use super::query::Client;

#[derive(Debug, Deserialize)]
struct ListAnswer {
    #[serde(rename = "WebACLs", default)]
    acls: Vec<Acl>,
    #[serde(rename = "NextMarker")]
    next: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Acl {
    #[serde(rename = "ARN")]
    arn: String,
}

#[derive(Debug, Deserialize)]
struct ResourcesAnswer {
    #[serde(rename = "ResourceArns", default)]
    arns: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct GetAnswer {
    #[serde(rename = "WebACL")]
    acl: Option<Acl>,
}

/// The web ACL of each of these load balancers.
///
/// One question a load balancer, or one list and a question a web ACL: whichever is less. What one
/// route cannot tell, the other is asked for before it is a gap.
pub(crate) async fn web_acls(
    asker: &Asker,
    client: &Client,
    arns: &[String],
) -> BTreeMap<String, Fact<Option<String>>> {
    let mut known = BTreeMap::new();
    if let [only] = arns {
        by_load_balancer(asker, client, &[only], &mut known).await;
        if !open(arns, &known).is_empty()
            && let Fact::Known(acls) = list(asker, client).await
        {
            by_acl(asker, client, (&acls, arns), &mut known).await;
        }
        return known;
    }
    let acls = list(asker, client).await;
    let fewer = acls.get().is_ok_and(|acls| acls.len() < arns.len());
    if let (true, Fact::Known(acls)) = (fewer, &acls) {
        by_acl(asker, client, (acls, arns), &mut known).await;
    }
    by_load_balancer(asker, client, &open(arns, &known), &mut known).await;
    if let (false, false, Fact::Known(acls)) = (fewer, open(arns, &known).is_empty(), &acls) {
        by_acl(asker, client, (acls, arns), &mut known).await;
    }
    known
}

/// The load balancers of which it is not known whether they have a web ACL.
fn open<'a>(arns: &'a [String], known: &BTreeMap<String, Fact<Option<String>>>) -> Vec<&'a String> {
    arns.iter().filter(|arn| !matches!(known.get(*arn), Some(Fact::Known(_)))).collect()
}

async fn by_load_balancer(
    asker: &Asker,
    client: &Client,
    arns: &[&String],
    known: &mut BTreeMap<String, Fact<Option<String>>>,
) {
    let answers =
        arns.iter().map(move |arn| async move { of_load_balancer(asker, client, arn).await });
    for (arn, fact) in arns.iter().zip(futures::future::join_all(answers).await) {
        known.insert((*arn).clone(), fact);
    }
}

/// Asks every web ACL for its load balancers. A load balancer that none of them names has none, but
/// only if all of them answered.
async fn by_acl(
    asker: &Asker,
    client: &Client,
    (acls, arns): (&[String], &[String]),
    known: &mut BTreeMap<String, Fact<Option<String>>>,
) {
    let answers = acls.iter().map(move |acl| async move { resources(asker, client, acl).await });
    let mut all_answered = true;
    let mut protected: BTreeSet<String> = BTreeSet::new();
    for (acl, fact) in acls.iter().zip(futures::future::join_all(answers).await) {
        match fact {
            Fact::Known(resources) => {
                for arn in resources {
                    protected.insert(arn.clone());
                    known.insert(arn, Fact::Known(Some(acl.clone())));
                }
            }
            Fact::Unread(_) => all_answered = false,
        }
    }
    if all_answered {
        for arn in arns.iter().filter(|arn| !protected.contains(*arn)) {
            known.insert(arn.clone(), Fact::Known(None));
        }
    }
}

async fn list(asker: &Asker, client: &Client) -> Fact<Vec<String>> {
    let call = Call::Wafv2ListWebAcls;
    let page = move |marker: Option<String>| async move {
        let mut document = json!({"Scope": "REGIONAL", "Limit": 100});
        if let Some(marker) = marker {
            document["NextMarker"] = marker.into();
        }
        let answer = client.json::<ListAnswer>(call.operation(), &document);
        asker.ask(call, None, answer).await.map(|answer| {
            let arns: Vec<String> = answer.acls.into_iter().map(|acl| acl.arn).collect();
            // WAF may give a marker with the last page: an empty page ends the list.
            let next = answer.next.filter(|_| !arns.is_empty());
            (Some(arns), next)
        })
    };
    asker.whole(call, page).await
}

async fn resources(asker: &Asker, client: &Client, acl: &str) -> Fact<Vec<String>> {
    let call = Call::Wafv2ListResourcesForWebAcl;
    let document = json!({"WebACLArn": acl, "ResourceType": "APPLICATION_LOAD_BALANCER"});
    let answer = client.json::<ResourcesAnswer>(call.operation(), &document);
    asker.ask(call, Some(acl), answer).await.map(|answer| answer.arns)
}

async fn of_load_balancer(asker: &Asker, client: &Client, arn: &str) -> Fact<Option<String>> {
    let call = Call::Wafv2GetWebAclForResource;
    let document = json!({"ResourceArn": arn});
    let answer = client.json::<GetAnswer>(call.operation(), &document);
    asker.ask(call, Some(arn), answer).await.map(|answer| answer.acl.map(|acl| acl.arn))
}
