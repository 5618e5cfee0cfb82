//! Attributes of load balancers, target groups and listeners.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::{Ground, Step, flat, run};
use crate::fix::shell::{aws, kept, query, quoted, raw, told};
use crate::inventory::{Kind, Region};
use crate::mutation::{Missing, Owner, Value};

/// Sets attributes.
pub(super) fn set(
    ground: &Ground,
    (of, id): (Owner, &str),
    set: &BTreeMap<String, Option<Value>>,
) -> Result<Step, Missing> {
    let values: BTreeMap<&str, String> = set
        .iter()
        .filter_map(|(key, value)| Some((&**key, value.as_ref()?.text(ground.chosen))))
        .collect();
    if let (Owner::LoadBalancer, (Kind::Classic, name)) = (of, owner(ground, of, id)?) {
        return super::classic::attributes(ground, (id, name), &values);
    }
    let (what, option) = match of {
        Owner::LoadBalancer => ("load-balancer", "--load-balancer-arn"),
        Owner::TargetGroup => ("target-group", "--target-group-arn"),
        Owner::Listener => ("listener", "--listener-arn"),
    };
    let named: Vec<String> = values.keys().map(|key| format!("Key=={}", raw(key))).collect();
    let own = format!("Attributes[?{}]", named.join(" || "));
    let place = [option, id];
    let read = format!("elbv2 describe-{what}-attributes");
    let change = format!("elbv2 modify-{what}-attributes");
    let pairs: Vec<Json> =
        values.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
    let pairs = Json::Array(pairs).to_string();
    // A load balancer's or target group's attribute cannot be set to nothing: one that was empty is not sent
    // back. A listener's can, and then AWS adds no such header.
    let file = ground.file("attributes");
    let file_url = format!("file://{}", kept(&file));
    let keep = match of {
        Owner::Listener => own.clone(),
        Owner::LoadBalancer | Owner::TargetGroup => format!("{own} | [?Value != '']"),
    };
    let seen = |region: &Region| {
        let own = attributes(region, of, id);
        let own = own.into_iter().filter(|(key, _)| values.contains_key(&**key));
        let pairs = own.map(|(key, value)| json!([key, value])).collect();
        flat(&Json::Array(pairs))
    };
    let group = group_name(ground.before, (of, id));
    let whose = group.map(|name| format!("target group {name}: ")).unwrap_or_default();
    // AWS takes no empty value: what was set where there was nothing stays.
    let (old, new) = (attributes(ground.before, of, id), attributes(ground.after, of, id));
    let stays = |key: &str| of != Owner::Listener && old.get(key).is_none_or(String::is_empty);
    let kept_pairs = values.keys().filter_map(|key| {
        let from = if stays(key) { &new } else { &old };
        Some(json!([key, from.get(*key)?]))
    });
    let also = flat(&Json::Array(kept_pairs.collect()));
    Ok(Step {
        also,
        title: format!("{whose}set {}", said(&values)),
        now: query(&read, &place, &format!("sort_by({own}, &Key)[].[Key, Value]")),
        before: seen(ground.before),
        after: seen(ground.after),
        keeps: vec![(file.clone(), query(&read, &place, &keep))],
        change: vec![run(&aws(&change, &[option, id, "--attributes", &pairs]))],
        back: vec![format!(
            "unless_empty {} {}",
            quoted(&kept(&file)),
            run(&aws(&change, &[option, id, "--attributes", &file_url]))
        )],
    })
}

/// `key to value and key to value`.
pub(super) fn said(values: &BTreeMap<&str, String>) -> String {
    let each = values.iter().map(|(key, value)| format!("{key} to {}", told(value)));
    each.collect::<Vec<_>>().join(" and ")
}

/// The name of a target group.
fn group_name<'a>(region: &'a Region, (of, id): (Owner, &str)) -> Option<&'a str> {
    let all = region.target_groups.get().ok().filter(|_| of == Owner::TargetGroup)?;
    all.iter().find(|own| own.arn == id).map(|own| own.name.as_str())
}

fn owner<'a>(ground: &'a Ground, of: Owner, id: &str) -> Result<(&'a Kind, &'a str), Missing> {
    match of {
        Owner::LoadBalancer => ground.load_balancer(id),
        Owner::TargetGroup | Owner::Listener => Ok((&Kind::Application, "")),
    }
}

/// The attributes that are known; nothing where they are unread.
pub(super) fn attributes(region: &Region, of: Owner, id: &str) -> BTreeMap<String, String> {
    let own = match of {
        Owner::LoadBalancer => {
            region.load_balancers().find(|lb| lb.arn == id).map(|lb| &lb.attributes)
        }
        Owner::TargetGroup => {
            let mut all = region.target_groups.get().into_iter().flatten();
            all.find(|group| group.arn == id).map(|group| &group.attributes)
        }
        Owner::Listener => {
            let all = region.load_balancers().filter_map(|lb| lb.listeners.get().ok()).flatten();
            let mut own = all.filter(|listener| listener.id == id);
            own.next().map(|listener| &listener.attributes)
        }
    };
    own.and_then(|own| own.get().ok()).cloned().unwrap_or_default()
}
