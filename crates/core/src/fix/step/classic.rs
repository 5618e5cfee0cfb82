//! Classic load balancers: their attributes, and the policies of their listeners.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::attributes::said;
use super::{Ground, Step, flat, run};
use crate::fix::shell::{aws, kept, line, query, raw};
use crate::inventory::Region;
use crate::mutation::{ListenerId, Missing, Owner};

/// Structures and fields of what a Classic load balancer answers, by the keys that attributes are kept under.
const FIELDS: &[(&str, [&str; 2])] = &[
    ("access_logs.s3.bucket", ["AccessLog", "S3BucketName"]),
    ("access_logs.s3.enabled", ["AccessLog", "Enabled"]),
    ("connection_draining.enabled", ["ConnectionDraining", "Enabled"]),
    ("idle_timeout.timeout_seconds", ["ConnectionSettings", "IdleTimeout"]),
    ("load_balancing.cross_zone.enabled", ["CrossZoneLoadBalancing", "Enabled"]),
];

/// A value as the API has it: a truth value or a number where it is one.
fn typed(key: &str, text: &str) -> Json {
    if key.ends_with(".bucket") {
        return json!(text);
    }
    match text {
        "true" => json!(true),
        "false" => json!(false),
        text => text.parse::<i64>().map_or_else(|_| json!(text), |number| json!(number)),
    }
}

/// Sets attributes.
pub(super) fn attributes(
    ground: &Ground,
    (arn, name): (&str, &str),
    values: &BTreeMap<&str, String>,
) -> Result<Step, Missing> {
    let place = ["--load-balancer-name", name];
    let mut structure: Map<String, Json> = Map::new();
    let (mut paths, mut kept_paths, mut keys) = (Vec::new(), Vec::new(), Vec::new());
    for (key, value) in values {
        keys.push(*key);
        if let Some((_, [outer, field])) = FIELDS.iter().find(|(known, _)| known == key) {
            let own = structure.entry(*outer).or_insert_with(|| json!({}));
            own[*field] = typed(key, value);
            paths.push(format!("LoadBalancerAttributes.{outer}.{field}"));
            kept_paths.push((*outer).to_owned());
        } else {
            let own = structure.entry("AdditionalAttributes").or_insert_with(|| json!([]));
            let own = own.as_array_mut().ok_or_else(|| Missing((*key).to_owned()))?;
            own.push(json!({"Key": key, "Value": value}));
            let named = format!("AdditionalAttributes[?Key=={}]", raw(key));
            paths.push(format!("LoadBalancerAttributes.{named}.Value | [0]"));
            kept_paths.push("AdditionalAttributes".to_owned());
        }
    }
    kept_paths.sort();
    kept_paths.dedup();
    let fields: Vec<String> = kept_paths.iter().map(|path| format!("{path}: {path}")).collect();
    let keep = format!("LoadBalancerAttributes.{{{}}}", fields.join(", "));
    let seen = |region: &Region| {
        let own = super::attributes::attributes(region, Owner::LoadBalancer, arn);
        let value = |key: &&str| own.get(*key).map_or(Json::Null, |text| typed(key, text));
        flat(&Json::Array(keys.iter().map(value).collect()))
    };
    let (read, change) =
        ("elb describe-load-balancer-attributes", "elb modify-load-balancer-attributes");
    let file = ground.file("attributes");
    let file_url = format!("file://{}", kept(&file));
    let new = Json::Object(structure).to_string();
    let option = "--load-balancer-attributes";
    Ok(Step {
        title: format!("set {}", said(values)),
        now: query(read, &place, &format!("[{}]", paths.join(", "))),
        before: seen(ground.before),
        after: seen(ground.after),
        keeps: vec![(file, query(read, &place, &keep))],
        change: vec![run(&aws(change, &[&place[..], &[option, &new]].concat()))],
        back: vec![run(&aws(change, &[&place[..], &[option, &file_url]].concat()))],
        ..Step::default()
    })
}

/// Gives a listener a policy for TLS, which is created where there is none of its name.
pub(super) fn policy(
    ground: &Ground,
    listener: &ListenerId,
    (name, attributes): (&str, &BTreeMap<String, String>),
) -> Result<Step, Missing> {
    let (_, lb) = ground.load_balancer(&listener.lb)?;
    let place = ["--load-balancer-name", lb];
    let names = |region: &Region| -> Option<(u16, Vec<String>)> {
        let lb = region.load_balancers().find(|lb| lb.arn == listener.lb)?;
        let own = lb.listeners.get().ok()?.iter().find(|own| own.id == listener.id)?;
        Some((own.port?, own.policy_names.clone()))
    };
    let missing = || Missing(listener.id.clone());
    let (port, old) = names(ground.before).ok_or_else(missing)?;
    let (_, new) = names(ground.after).ok_or_else(missing)?;
    let sorted = |names: &[String]| {
        let mut names = names.to_vec();
        names.sort();
        flat(&json!(names))
    };
    let port = port.to_string();
    let own = format!(
        "LoadBalancerDescriptions[0].ListenerDescriptions[?Listener.LoadBalancerPort==`{port}`].PolicyNames[]"
    );
    let read = "elb describe-load-balancers";
    let by_name = ["--load-balancer-names", lb];
    let file = ground.file("policies");
    let is_new = ground.before.load_balancers().find(|own| own.arn == listener.lb);
    let is_new = is_new.and_then(|lb| lb.policies.get().ok());
    let is_new = is_new.is_some_and(|all| all.iter().all(|policy| policy.name != name));
    let create = created(&place, (name, attributes));
    let known = query(
        "elb describe-load-balancer-policies",
        &place,
        &format!("length(PolicyDescriptions[?PolicyName=={}])", raw(name)),
    );
    let set = |names: &[String]| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let options = [&place[..], &["--load-balancer-port", &port, "--policy-names"], &names];
        run(&aws("elb set-load-balancer-policies-of-listener", &options.concat()))
    };
    let mut back = vec![set(&old)];
    let mut change = vec![set(&new)];
    if is_new {
        change.insert(0, format!("unless_there {} -- {}", line(&known), line(&create)));
        let delete = [&place[..], &["--policy-name", name]].concat();
        back.push(run(&aws("elb delete-load-balancer-policy", &delete)));
    }
    Ok(Step {
        title: format!("listener {} negotiates by policy {}", listener.id, name),
        now: query(read, &by_name, &format!("sort({own})")),
        before: sorted(&old),
        after: sorted(&new),
        keeps: vec![(file, query(read, &by_name, &own))],
        change,
        back,
        ..Step::default()
    })
}

/// The command that creates a policy for TLS.
fn created(place: &[&str], (name, attributes): (&str, &BTreeMap<String, String>)) -> Vec<String> {
    let pair = |(name, value)| json!({"AttributeName": name, "AttributeValue": value});
    let pairs = Json::Array(attributes.iter().map(pair).collect()).to_string();
    let kind = ["--policy-name", name, "--policy-type-name", "SSLNegotiationPolicyType"];
    let options = [place, &kind, &["--policy-attributes", &pairs]];
    aws("elb create-load-balancer-policy", &options.concat())
}

/// A listener's certificate.
pub(super) fn certificate(
    ground: &Ground,
    listener: &ListenerId,
    (old, new): (&str, &str),
) -> Result<Step, Missing> {
    let (_, lb) = ground.load_balancer(&listener.lb)?;
    let own = ground.before.load_balancers().find(|own| own.arn == listener.lb);
    let own = own.and_then(|lb| lb.listeners.get().ok()?.iter().find(|own| own.id == listener.id));
    let port = own.and_then(|own| own.port).ok_or_else(|| Missing(listener.id.clone()))?;
    let port = port.to_string();
    let all = "LoadBalancerDescriptions[0].ListenerDescriptions";
    let own =
        format!("{all}[?Listener.LoadBalancerPort==`{port}`].Listener.SSLCertificateId | [0]");
    let now = query("elb describe-load-balancers", &["--load-balancer-names", lb], &own);
    let set = |arn: &str| {
        run(&aws(
            "elb set-load-balancer-listener-ssl-certificate",
            &[
                "--load-balancer-name",
                lb,
                "--load-balancer-port",
                &port,
                "--ssl-certificate-id",
                arn,
            ],
        ))
    };
    Ok(Step {
        title: format!("listener {} presents another certificate", listener.id),
        keeps: vec![(ground.file("certificate"), now.clone())],
        now,
        before: flat(&json!(old)),
        after: flat(&json!(new)),
        change: vec![set(new)],
        back: vec![set(old)],
        ..Step::default()
    })
}
