//! What an event asks for, and the options that it stands for.

use serde_json::Value;

use crate::collect::Shard;

/// What an event asks for: a scan, unless it names a task of the state machine.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Event {
    /// One scan of what the options name.
    Scan(Params),
    /// A step of a scan in parts.
    Step(Step),
}

/// A step of a scan in parts, all of whose files lie under one place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step {
    /// The bucket.
    pub(super) bucket: String,
    /// What all keys of the run begin with, without a slash at the end.
    pub(super) prefix: String,
    /// What is to be done.
    pub(super) task: Task,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Task {
    /// Lists the parts.
    List,
    /// Reads one part.
    Scan(Box<Shard>),
    /// Makes one report of all parts.
    Reduce {
        /// The key of the list of parts.
        shards: String,
        /// The bucket and key of the manifest that Step Functions has written, if it has.
        results: Option<ObjectLocation>,
    },
}

/// Where an object lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ObjectLocation {
    pub(super) bucket: String,
    pub(super) key: String,
}

/// What an event says of a scan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Params {
    /// Whether every region is scanned, or only the function's own.
    all_regions: Option<bool>,
    /// Regions read at the same time.
    max_workers: Option<u64>,
}

/// The variables of the function that this one succeeds, with the options that they stand for. An option
/// of its own name wins.
const FORMER: [(&str, &str, &str); 3] = [
    ("MAX_WORKERS", "max-workers", "ELB_AUDIT_MAX_WORKERS"),
    ("SNS_TOPIC_ARN", "sns-topic", "ELB_AUDIT_SNS_TOPIC"),
    ("ENVIRONMENT", "environment", "ELB_AUDIT_ENVIRONMENT"),
];

/// Why an event asks for nothing that can be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum EventError {
    #[error("the event's `task` is no text: {0}")]
    TaskIsNoText(Value),
    #[error("unknown task `{0}`: list, scan or reduce is needed")]
    UnknownTask(String),
    #[error("the event has no `{0}`")]
    Missing(String),
    #[error("the event's `shard`: {0}")]
    Shard(String),
    #[error("the event's `params` is no object")]
    Params,
    #[error("the event's `scan_all_regions` is neither true nor false: {0}")]
    AllRegions(Value),
    #[error("the event's `max_workers` is no whole number above 0: {0}")]
    MaxWorkers(Value),
    #[error("SCAN_ALL_REGIONS is neither true nor false: {0}")]
    Variable(String),
}

impl Event {
    /// Reads an event.
    pub(super) fn parse(event: &Value) -> Result<Self, EventError> {
        match event.get("task") {
            None | Some(Value::Null) => Params::parse(event).map(Event::Scan),
            Some(Value::String(task)) => Step::parse(task, event).map(Event::Step),
            Some(other) => Err(EventError::TaskIsNoText(other.clone())),
        }
    }
}

impl Step {
    fn parse(task: &str, event: &Value) -> Result<Self, EventError> {
        let text = |place: &str| {
            let value =
                event.pointer(place).and_then(Value::as_str).filter(|text| !text.is_empty());
            let name = place.trim_start_matches('/').replace('/', ".");
            value.map(str::to_owned).ok_or(EventError::Missing(name))
        };
        let task = match task {
            "list" => Task::List,
            "scan" => {
                let shard = event.get("shard").cloned().unwrap_or_default();
                let shard = serde_json::from_value(shard);
                Task::Scan(Box::new(shard.map_err(|error| EventError::Shard(error.to_string()))?))
            }
            "reduce" => Task::Reduce {
                shards: text("/shards/key")?,
                results: match (text("/results/Bucket"), text("/results/Key")) {
                    (Ok(bucket), Ok(key)) => Some(ObjectLocation { bucket, key }),
                    _ => None,
                },
            },
            other => return Err(EventError::UnknownTask(other.to_owned())),
        };
        let prefix = text("/prefix")?.trim_matches('/').to_owned();
        Ok(Step { bucket: text("/bucket")?, prefix, task })
    }
}

impl Params {
    /// Reads `{"params": {"scan_all_regions": true, "max_workers": 10}}`. Whatever else a scheduler sends
    /// along asks for nothing.
    pub(super) fn parse(event: &Value) -> Result<Self, EventError> {
        let params = match event.get("params") {
            None | Some(Value::Null) => return Ok(Params::default()),
            Some(Value::Object(params)) => params,
            Some(_) => return Err(EventError::Params),
        };
        let all_regions = match params.get("scan_all_regions") {
            None | Some(Value::Null) => None,
            Some(value) => {
                Some(boolean(value).ok_or_else(|| EventError::AllRegions(value.clone()))?)
            }
        };
        let max_workers = match params.get("max_workers") {
            None | Some(Value::Null) => None,
            Some(value) => Some(count(value).ok_or_else(|| EventError::MaxWorkers(value.clone()))?),
        };
        Ok(Params { all_regions, max_workers })
    }

    /// The command line that the event stands for, in this environment.
    pub(super) fn arguments(
        &self,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Vec<String>, EventError> {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let mut arguments = vec!["elb-audit".to_owned(), "scan".to_owned()];
        for (former, option, own) in FORMER {
            let asked = former == "MAX_WORKERS" && self.max_workers.is_some();
            if let Some(value) = set(former).filter(|_| set(own).is_none() && !asked) {
                arguments.push(format!("--{option}={value}"));
            }
        }
        if let Some(number) = self.max_workers {
            arguments.push(format!("--max-workers={number}"));
        }
        let own = ["ELB_AUDIT_REGION", "ELB_AUDIT_ALL_REGIONS"];
        let former =
            || set("SCAN_ALL_REGIONS").filter(|_| own.iter().all(|own| set(own).is_none()));
        let all = match self.all_regions {
            Some(all) => Some(all),
            None => former()
                .map(|text| {
                    let error = EventError::Variable(text.clone());
                    boolean(&Value::String(text)).ok_or(error)
                })
                .transpose()?,
        };
        match all {
            Some(true) => arguments.push("--all-regions".to_owned()),
            Some(false) => {
                arguments.extend(set("AWS_REGION").map(|region| format!("--region={region}")));
            }
            None => {}
        }
        Ok(arguments)
    }
}

fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::String(text) => match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" => Some(true),
            "false" | "0" | "no" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn count(value: &Value) -> Option<u64> {
    let number = match value {
        Value::String(text) => text.parse().ok(),
        value => value.as_u64(),
    };
    number.filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn arguments(event: &Value, variables: &[(&str, &str)]) -> String {
        let found = |name: &str| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        Params::parse(event).unwrap().arguments(&found).unwrap().join(" ")
    }

    #[test]
    fn the_former_event_and_variables_still_work() {
        let home = ("AWS_REGION", "eu-west-1");
        let params = json!({"params": {"scan_all_regions": false, "max_workers": 7}});
        let variables =
            [home, ("MAX_WORKERS", "3"), ("SNS_TOPIC_ARN", "arn"), ("ENVIRONMENT", "p")];
        let all =
            "elb-audit scan --sns-topic=arn --environment=p --max-workers=7 --region=eu-west-1";
        assert_eq!(arguments(&params, &variables), all);
        let none = json!({});
        assert_eq!(arguments(&none, &[home]), "elb-audit scan");
        let only = "elb-audit scan --max-workers=3 --region=eu-west-1";
        let variables = [home, ("MAX_WORKERS", "3"), ("SCAN_ALL_REGIONS", "false")];
        assert_eq!(arguments(&none, &variables), only);
        let yes = json!({"params": {"scan_all_regions": "True"}});
        assert_eq!(arguments(&yes, &[home]), "elb-audit scan --all-regions");
    }

    #[test]
    fn an_option_of_its_own_name_wins() {
        let variables = [
            ("AWS_REGION", "eu-west-1"),
            ("SCAN_ALL_REGIONS", "true"),
            ("ELB_AUDIT_REGION", "us-east-1"),
            ("MAX_WORKERS", "3"),
            ("ELB_AUDIT_MAX_WORKERS", "5"),
        ];
        assert_eq!(arguments(&json!({}), &variables), "elb-audit scan");
    }

    #[test]
    fn a_variable_that_is_misspelt_is_refused() {
        let typo = |name: &str| (name == "SCAN_ALL_REGIONS").then(|| "flase".to_owned());
        let said = Params::default().arguments(&typo).unwrap_err().to_string();
        assert_eq!(said, "SCAN_ALL_REGIONS is neither true nor false: flase");
        let all = Params { all_regions: Some(true), ..Params::default() };
        assert!(all.arguments(&typo).is_ok(), "the event wins");
    }

    #[test]
    fn what_a_scheduler_sends_asks_for_a_scan() {
        let event = json!({"version": "0", "detail-type": "Scheduled Event", "detail": {}});
        for event in [event, json!(null), json!([]), json!("x"), json!({"params": null})] {
            assert_eq!(Event::parse(&event), Ok(Event::Scan(Params::default())));
        }
    }

    #[test]
    fn a_step_knows_its_place() {
        let step = |event: Value| Event::parse(&event);
        let place = |task| Step { bucket: "b".to_owned(), prefix: "runs/1".to_owned(), task };
        let list = json!({"task": "list", "bucket": "b", "prefix": "runs/1/"});
        assert_eq!(step(list), Ok(Event::Step(place(Task::List))));
        let reduce = json!({"task": "reduce", "bucket": "b", "prefix": "runs/1",
            "shards": {"key": "k"}, "results": {"Bucket": "b", "Key": "m"}});
        let results = Some(ObjectLocation { bucket: "b".to_owned(), key: "m".to_owned() });
        let task = Task::Reduce { shards: "k".to_owned(), results };
        assert_eq!(step(reduce), Ok(Event::Step(place(task))));
        for (event, part) in [
            (json!({"task": "list", "bucket": "b"}), "`prefix`"),
            (json!({"task": "list", "prefix": "p"}), "`bucket`"),
            (json!({"task": "reduce", "bucket": "b", "prefix": "p"}), "`shards.key`"),
            (json!({"task": "scan", "bucket": "b", "prefix": "p"}), "`shard`"),
            (json!({"task": "sing"}), "unknown task `sing`"),
            (json!({"task": 7}), "no text"),
        ] {
            let said = step(event).unwrap_err().to_string();
            assert!(said.contains(part), "{said}");
        }
    }

    #[test]
    fn a_bad_event_is_refused() {
        for (params, part) in [
            (json!([]), "no object"),
            (json!({"scan_all_regions": "perhaps"}), "neither true nor false"),
            (json!({"max_workers": 0}), "no whole number"),
            (json!({"max_workers": -1}), "no whole number"),
            (json!({"max_workers": "many"}), "no whole number"),
        ] {
            let said = Event::parse(&json!({"params": params})).unwrap_err().to_string();
            assert!(said.contains(part), "{said}");
        }
    }
}
