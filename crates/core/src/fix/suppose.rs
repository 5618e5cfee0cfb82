//! What the user's choices have to be for a change to work: facts that stand for them in memory.

use crate::analysis::tls;
use crate::check::intent::Intent;
use crate::fixtures::sample;
use crate::inventory::ConditionField;
use crate::inventory::{
    BucketState, Certificate, Kind, LogBucket, Region, SslPolicy, TargetGroup, TrustStore, WebAcl,
};
use crate::mutation::{Choice, Chosen, Edit, ListenerSetting, Mutation, RuleSetting, Value};
use crate::vocab::fact::Fact;

/// What stands for choices that are not made, and facts of what changes name and nobody has read, as they have
/// to be: certificates, buckets, security policies.
pub(super) fn suppose(
    (account, region): (&str, &mut Region),
    plan: &[Mutation],
    intent: &Intent,
    chosen: &Chosen,
) -> Chosen {
    let mut all = chosen.clone();
    let place = format!("{}:{account}", region.name);
    for mutation in plan {
        match mutation {
            Mutation::ModifyListener { set: ListenerSetting::SslPolicy(name), .. } => {
                ssl_policy(region, name);
            }
            Mutation::CreateListener { new, .. } => ssl_policy(region, &new.ssl_policy),
            _ => {}
        }
        for choice in choices(mutation) {
            let name = all.0.entry(choice.name().to_owned());
            let name = name.or_insert_with(|| stand_in(choice, intent, &place)).clone();
            fact(region, choice, name);
        }
    }
    all
}

/// What stands for a choice: of the account and the region; a bucket has a name that the configuration approves.
fn stand_in(choice: &Choice, intent: &Intent, place: &str) -> String {
    match (choice, intent.log_buckets.first()) {
        (Choice::LogBucket, Some(pattern)) => pattern.replace('*', "chosen").replace('?', "x"),
        (Choice::Keys(issuer), _) => format!("{issuer}/.well-known/jwks.json"),
        _ => choice.stand_in().replace("us-east-1:123456789012", place),
    }
}

/// What of a change is the user's to choose.
pub(super) fn choices(mutation: &Mutation) -> Vec<&Choice> {
    match mutation {
        Mutation::SetAttributes { set, .. } => set.values().flatten().filter_map(of).collect(),
        Mutation::ModifyListener { set, .. } => of_listener(set).into_iter().collect(),
        Mutation::ModifyRule { set: RuleSetting::Actions(edit), .. } => {
            in_edit(edit).into_iter().collect()
        }
        Mutation::CreateListener { new, .. } => {
            of(&new.certificate).into_iter().chain(new.serves.as_ref().and_then(of)).collect()
        }
        Mutation::AddCertificate { certificate, .. }
        | Mutation::RemoveCertificate { certificate, .. } => of(certificate).into_iter().collect(),
        Mutation::Authorize { admits, .. } | Mutation::Revoke { admits, .. } => {
            admits.chosen.iter().collect()
        }
        Mutation::AssociateWebAcl { acl, .. } => acl.as_ref().and_then(of).into_iter().collect(),
        Mutation::PutBucketPolicy { bucket, .. } => of(bucket).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn of(value: &Value) -> Option<&Choice> {
    match value {
        Value::Of(choice) => Some(choice),
        Value::Is(_) => None,
    }
}

fn in_edit(edit: &Edit) -> Option<&Choice> {
    match edit {
        Edit::Regroup(_, value) | Edit::Keys(value) | Edit::Audience(value) => of(value),
        _ => None,
    }
}

fn of_listener(set: &ListenerSetting) -> Option<&Choice> {
    match set {
        ListenerSetting::Certificate(value) => of(value),
        ListenerSetting::MutualAuthentication(_, choice) => choice.as_ref(),
        ListenerSetting::DefaultActions(edit) => in_edit(edit),
        ListenerSetting::SslPolicy(_) => None,
    }
}

fn ssl_policy(region: &mut Region, name: &str) {
    let Fact::Known(all) = &mut region.ssl_policies else { return };
    if all.iter().any(|policy| policy.name == name) {
        return;
    }
    let offer = tls::predefined(&Kind::Application, name);
    all.extend(offer.map(|offer| SslPolicy {
        name: name.to_owned(),
        protocols: offer.protocols,
        ciphers: offer.ciphers,
    }));
}

fn fact(region: &mut Region, choice: &Choice, name: String) {
    match choice {
        Choice::Certificate(hosts) => {
            let mut certificate = Certificate { arn: name.clone(), ..sample::certificate(&name) };
            certificate.names.clone_from(hosts);
            if hosts.is_empty() {
                certificate.names = hosts_of(region);
            }
            region.certificates.entry(name).or_insert(Fact::Known(certificate));
        }
        Choice::LogBucket => {
            let now = Fact::Known(Some(jiff::Timestamp::MAX));
            let all = region.load_balancers().map(|lb| (lb.arn.clone(), now.clone()));
            let bucket = LogBucket {
                state: Fact::Known(BucketState::Own { region: Some(region.name.clone()) }),
                policy_is_public: Fact::Known(false),
                public_access_blocked: Fact::Known(true),
                newest: all.collect(),
            };
            region.log_buckets.entry(name).or_insert(bucket);
        }
        Choice::WebAcl => {
            let acl = WebAcl { arn: name.clone(), name: "chosen".to_owned(), ..sample::web_acl() };
            region.web_acls.entry(name.clone()).or_insert(Fact::Known(acl));
            if let Fact::Known(all) = &mut region.logged_web_acls {
                all.push(name);
            }
        }
        Choice::TrustStore => {
            if let Fact::Known(all) = &mut region.trust_stores {
                all.push(TrustStore { arn: name, ..sample::trust_store() });
            }
        }
        Choice::ServingGroup => {
            if let Fact::Known(all) = &mut region.target_groups {
                let group = all.first().cloned();
                all.extend(group.map(|group| TargetGroup { arn: name, ..group }));
            }
        }
        _ => {}
    }
}

/// The hosts that rules of the region's load balancers name: a certificate for a new listener has to cover them.
fn hosts_of(region: &Region) -> Vec<String> {
    let rules = region
        .load_balancers()
        .filter_map(|lb| lb.listeners.get().ok())
        .flatten()
        .filter_map(|listener| listener.rules.get().ok())
        .flatten();
    let conditions = rules.flat_map(|rule| &rule.conditions);
    let hosts = conditions
        .filter(|one| one.field == ConditionField::HostHeader)
        .flat_map(|one| one.values.clone());
    let mut hosts: Vec<String> = hosts.collect();
    hosts.push("www.example.com".to_owned());
    hosts
}
