//! What a rule asks of a request and rewrites in it, as it is sent.

use crate::answer::Refusal;
use crate::call::Sent;
use crate::model::rule::{Condition, Transform};

/// Reads a list of conditions, which replaces the whole of the old one.
pub(super) fn read(sent: &Sent<'_>) -> Result<Vec<Condition>, Refusal> {
    sent.some_items("Conditions")?.iter().map(condition).collect()
}

fn condition(item: &Sent<'_>) -> Result<Condition, Refusal> {
    let field = item.required("Field")?;
    let config = match field {
        "host-header" => "HostHeaderConfig",
        "path-pattern" => "PathPatternConfig",
        "http-header" => "HttpHeaderConfig",
        "http-request-method" => "HttpRequestMethodConfig",
        "query-string" => "QueryStringConfig",
        "source-ip" => "SourceIpConfig",
        _ => return Err(item.wrong("Field")),
    };
    let plain = item.has("Values") || item.has("RegexValues");
    if plain == item.has(config) {
        return Err(item.invalid(format!("A condition needs either values or {config}")));
    }
    let patterns = matches!(field, "host-header" | "path-pattern");
    if plain && !patterns {
        return Err(item.invalid(format!("A condition on {field} needs {config}")));
    }
    let own = if plain { item.clone() } else { item.at(config) };
    let regex = own.has("RegexValues");
    let values = own.texts(if regex { "RegexValues" } else { "Values" });
    let some = |values: Vec<String>| {
        if values.is_empty() { Err(own.wrong("Values")) } else { Ok(values) }
    };
    match (field, regex) {
        ("host-header", false) => some(values).map(Condition::Host),
        ("host-header", true) => some(values).map(Condition::HostRegex),
        ("path-pattern", false) => some(values).map(Condition::Path),
        ("path-pattern", true) => some(values).map(Condition::PathRegex),
        ("http-header", _) => {
            let name = own.required("HttpHeaderName")?.to_owned();
            Ok(Condition::Header(name, some(values)?))
        }
        ("http-request-method", _) => some(values).map(Condition::Method),
        ("query-string", _) => {
            let pair = |pair: Sent<'_>| Ok((pair.text("Key"), pair.required("Value")?.to_owned()));
            let pairs: Result<Vec<_>, Refusal> =
                own.some_items("Values")?.into_iter().map(pair).collect();
            pairs.map(Condition::Query)
        }
        _ => match own.text("IpAddressType") {
            Some(kind) => Ok(Condition::SourceIpType(kind)),
            None => some(values).map(Condition::SourceIp),
        },
    }
}

/// Reads a list of transforms, which replaces the whole of the old one.
pub(super) fn transforms(sent: &Sent<'_>) -> Result<Vec<Transform>, Refusal> {
    sent.items("Transforms").iter().map(transform).collect()
}

fn transform(item: &Sent<'_>) -> Result<Transform, Refusal> {
    let kind = item.required("Type")?;
    let config = match kind {
        "host-header-rewrite" => "HostHeaderRewriteConfig",
        "url-rewrite" => "UrlRewriteConfig",
        _ => return Err(item.wrong("Type")),
    };
    let rewrites = item.needed(config)?.some_items("Rewrites")?;
    let [rewrite] = rewrites.as_slice() else { return Err(item.wrong(config)) };
    let text = |name: &str| rewrite.required(name).map(str::to_owned);
    Ok(Transform { kind: kind.to_owned(), regex: text("Regex")?, replace: text("Replace")? })
}
