//! Scalars: what the model allows, and how texts and times become values and the other way round.

use serde_json::Value;

use super::table::Member;
use crate::{base64, epoch};

/// Whether a value is such a scalar.
pub(super) fn fits(shape: &str, value: &Value) -> bool {
    match (shape, value) {
        ("string", Value::String(_)) | ("boolean", Value::Bool(_)) => true,
        ("float" | "double", number) => number.is_number(),
        ("timestamp", Value::String(text)) => epoch::parse(text).is_some(),
        ("integer" | "long" | "timestamp", number) => number.is_i64(),
        ("blob", Value::String(text)) => base64::decode(text).is_some(),
        _ => false,
    }
}

/// What such a scalar is.
pub(super) fn described(shape: &str) -> &str {
    match shape {
        "timestamp" => "a timestamp (seconds since 1970, or ISO 8601)",
        "blob" => "a blob (in base 64)",
        "integer" | "long" => "a whole number",
        "float" | "double" => "a number",
        "boolean" => "a boolean",
        _ => "a string",
    }
}

/// A text as what the model says it is; what it is not stays a text, and is found out by the check.
pub(super) fn read(shape: &str, text: &str) -> Value {
    let number = || serde_json::from_str(text).ok().filter(Value::is_number);
    let read = match shape {
        "boolean" => text.parse().ok().map(Value::Bool),
        "integer" | "long" | "float" | "double" => number(),
        "timestamp" => Some(instant(number().unwrap_or_else(|| text.into()))),
        _ => None,
    };
    read.unwrap_or_else(|| text.into())
}

/// A time as whole seconds since 1970, in which form so ever it was sent.
pub(super) fn instant(value: Value) -> Value {
    let seconds = match &value {
        Value::String(text) => epoch::parse(text),
        number => number.as_f64().and_then(|seconds| format!("{seconds:.0}").parse().ok()),
    };
    seconds.map_or(value, Value::from)
}

/// A time in the member's own format, or in that of where it stands.
pub(super) fn time(member: &Member, usual: &str, value: &Value) -> Value {
    let seconds = match value {
        Value::String(text) => epoch::parse(text),
        number => number.as_i64(),
    };
    let seconds = seconds.unwrap_or_default();
    match member.format.as_deref().unwrap_or(usual) {
        "unixTimestamp" => seconds.into(),
        _ => epoch::iso(seconds).into(),
    }
}

/// A scalar as text.
pub(super) fn text(member: &Member, value: &Value) -> String {
    let value =
        if member.shape == "timestamp" { time(member, "iso8601", value) } else { value.clone() };
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::instant;

    #[test]
    fn times_are_whole_seconds() {
        for sent in
            [json!(1_767_225_600), json!(1_767_225_600.2), json!("2026-01-01T00:00:00.200Z")]
        {
            assert_eq!(instant(sent), json!(1_767_225_600));
        }
        assert_eq!(instant(json!("soon")), json!("soon"));
    }
}
