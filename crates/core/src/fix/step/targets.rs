//! Target groups: their health checks, and targets that leave.

use serde_json::{Value as Json, json};

use super::{Ground, Step, flat, run};
use crate::fix::shell::{aws, query, raw};
use crate::inventory::{Region, TargetGroup};
use crate::mutation::{HealthCheck, Missing};

fn group<'a>(region: &'a Region, arn: &str) -> Result<&'a TargetGroup, Missing> {
    let missing = || Missing(arn.to_owned());
    let all = region.target_groups.get().map_err(|_| missing())?;
    all.iter().find(|own| own.arn == arn).ok_or_else(missing)
}

/// Changes a health check.
pub(super) fn modify(ground: &Ground, arn: &str, set: &HealthCheck) -> Result<Step, Missing> {
    let (old, new) = (group(ground.before, arn)?, group(ground.after, arn)?);
    let all = |own: &TargetGroup| {
        [
            ("HealthCheckEnabled", json!(own.health_check_enabled)),
            (
                "HealthCheckProtocol",
                json!(own.health_check_protocol.as_ref().map(ToString::to_string)),
            ),
            ("HealthCheckPort", json!(own.health_check_port)),
            ("HealthCheckPath", json!(own.health_check_path)),
        ]
    };
    let is_set = |name: &str| match name {
        "HealthCheckEnabled" => set.enabled.is_some(),
        "HealthCheckProtocol" => set.protocol.is_some(),
        "HealthCheckPort" => set.port.is_some(),
        _ => set.path.is_some(),
    };
    let chosen = |own: &TargetGroup| all(own).into_iter().filter(|(name, _)| is_set(name));
    let seen =
        |own: &TargetGroup| flat(&Json::Array(chosen(own).map(|(_, value)| value).collect()));
    let names: Vec<&str> = chosen(old).map(|(name, _)| name).collect();
    let line = |own: &TargetGroup| {
        let mut options = vec!["--target-group-arn".to_owned(), arn.to_owned()];
        for (name, value) in chosen(own) {
            match (name, &value) {
                ("HealthCheckEnabled", Json::Bool(true)) => {
                    options.push("--health-check-enabled".to_owned());
                }
                ("HealthCheckEnabled", _) => options.push("--no-health-check-enabled".to_owned()),
                (name, Json::String(text)) => {
                    let name = name.trim_start_matches("HealthCheck").to_lowercase();
                    options.extend([format!("--health-check-{name}"), text.clone()]);
                }
                _ => {}
            }
        }
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        run(&aws("elbv2 modify-target-group", &options))
    };
    let path = format!("TargetGroups[0].[{}]", names.join(", "));
    let now = query("elbv2 describe-target-groups", &["--target-group-arns", arn], &path);
    Ok(Step {
        title: format!("health check of target group {}", old.name),
        keeps: vec![(ground.file("health-check"), now.clone())],
        now,
        before: seen(old),
        after: seen(new),
        change: vec![line(new)],
        back: vec![line(old)],
        ..Step::default()
    })
}

/// Targets leave a group.
pub(super) fn deregister(
    ground: &Ground,
    arn: &str,
    targets: &[(String, Option<u16>)],
) -> Result<Step, Missing> {
    let old = group(ground.before, arn)?;
    let own = old.targets.get().map_err(|_| Missing(arn.to_owned()))?;
    let own: Vec<_> =
        own.iter().filter(|own| targets.contains(&(own.id.clone(), own.port))).collect();
    let one = |(id, port): &(String, Option<u16>)| {
        let port = port.map(|port| format!(" && Target.Port==`{port}`")).unwrap_or_default();
        format!("(Target.Id=={}{port})", raw(id))
    };
    let named = targets.iter().map(one).collect::<Vec<_>>().join(" || ");
    let there =
        format!("TargetHealthDescriptions[?TargetHealth.State!='draining' && ({named})].Target");
    let whole: Vec<Json> = own
        .iter()
        .map(|target| {
            let mut whole = json!({"Id": target.id});
            if let Some(port) = target.port {
                whole["Port"] = json!(port);
            }
            if target.zone.as_deref() == Some("all") {
                whole["AvailabilityZone"] = json!("all");
            }
            whole
        })
        .collect();
    let whole = Json::Array(whole).to_string();
    let set = |what: &str| {
        let start = format!("elbv2 {what}-targets");
        run(&aws(&start, &["--target-group-arn", arn, "--targets", &whole]))
    };
    let read = ["--target-group-arn", arn];
    Ok(Step {
        title: match targets {
            [_] => format!("a target leaves target group {}", old.name),
            all => format!("{} targets leave target group {}", all.len(), old.name),
        },
        now: query("elbv2 describe-target-health", &read, &format!("length({there})")),
        before: own.len().to_string(),
        after: "0".to_owned(),
        keeps: vec![(
            ground.file("targets"),
            query("elbv2 describe-target-health", &read, "TargetHealthDescriptions[].Target"),
        )],
        change: vec![set("deregister")],
        back: vec![set("register")],
        ..Step::default()
    })
}
