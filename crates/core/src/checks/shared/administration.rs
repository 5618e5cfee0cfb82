//! What is for those who run a service, by its path, host or name.

use crate::inventory::{Condition, ConditionField};

/// Words that paths, hosts and names have which are for those who run a service.
const WORDS: &[&str] = &[
    "actuator",
    "admin",
    "administrator",
    "console",
    "debug",
    "grafana",
    "internal",
    "jenkins",
    "kibana",
    "metrics",
    "phpmyadmin",
    "swagger",
];

/// Whether one of the words is in a text.
pub(in crate::checks) fn has_word(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| WORDS.contains(&word.to_lowercase().as_str()))
}

/// The value of a condition that has one of the words.
pub(in crate::checks) fn telling(condition: &Condition) -> Option<&str> {
    let mut all = condition.values.iter().chain(&condition.regex_values).map(String::as_str);
    match condition.field {
        ConditionField::PathPattern => all.find(|value| has_word(value)),
        ConditionField::HostHeader => all.find(|value| {
            let (first, rest) = value.split_once('.').unwrap_or((value, ""));
            !rest.is_empty() && has_word(first)
        }),
        _ => None,
    }
}
