//! Which operation of which service a request is for.

use std::collections::BTreeMap;
use std::iter;

use super::table::{Location, Operation, Service, all};
use crate::call::{Family, Protocol, decode, pairs};
use crate::http::Request;

/// Texts by name.
pub(super) type Texts = BTreeMap<String, String>;

/// What a request is for, and the texts that were read on the way.
pub(super) struct Found {
    pub(super) service: &'static Service,
    /// The operation's name; method and path where there is none.
    pub(super) action: String,
    pub(super) operation: Option<&'static Operation>,
    /// Of the path: members by name. Of a form: parameters as they were sent.
    pub(super) texts: Texts,
}

/// Finds it by target, form or path. A service that is answered by hand too is found only where the
/// tables have the operation.
pub(super) fn find(signed: &str, request: &Request) -> Option<Found> {
    let found = match request.header("x-amz-target") {
        Some(target) => by_target(target),
        None => by_path(signed, request).or_else(|| by_form(signed, request)),
    }?;
    let known = found.operation.is_some() || matches!(found.service.family(), Family::Modelled(_));
    known.then_some(found)
}

fn by_target(target: &str) -> Option<Found> {
    let (prefix, action) = target.rsplit_once('.')?;
    let service = all().iter().find(|one| one.target.as_deref() == Some(prefix))?;
    let operation = service.operation(action);
    Some(Found { service, action: action.to_owned(), operation, texts: Texts::new() })
}

fn by_form(signed: &str, request: &Request) -> Option<Found> {
    let mut services = all().iter().filter(|one| {
        matches!(one.protocol, Protocol::Query | Protocol::Ec2) && one.signing == signed
    });
    // Most forms are for what is answered by hand, and need not be read here.
    let first = services.next()?;
    let query = request.target.split_once('?').map_or("", |(_, query)| query);
    let body = String::from_utf8_lossy(&request.body);
    let mut texts: Texts = pairs(query).chain(pairs(&body)).collect();
    let version = texts.remove("Version")?;
    let action = texts.remove("Action")?;
    let service = iter::once(first).chain(services).find(|one| one.version == version)?;
    let operation = service.operation(&action);
    Some(Found { service, action, operation, texts })
}

fn by_path(signed: &str, request: &Request) -> Option<Found> {
    let rest = |one: &&Service| {
        matches!(one.protocol, Protocol::RestJson | Protocol::RestXml) && one.signing == signed
    };
    let path = request.target.split('?').next().unwrap_or_default();
    let path = bucket_in_host(signed, request).map_or_else(
        || path.to_owned(),
        |bucket| format!("/{bucket}{}", path.trim_end_matches('/')),
    );
    for service in all().iter().filter(rest) {
        let mut all = service.operations.values();
        let fits = all.find_map(|one| Some((one, fit(service, one, &path, request)?)));
        if let Some((operation, texts)) = fits {
            let action = operation.name.clone();
            return Some(Found { service, action, operation: Some(operation), texts });
        }
    }
    let service = all().iter().find(rest)?;
    let action = format!("{} {path}", request.method);
    Some(Found { service, action, operation: None, texts: Texts::new() })
}

/// S3 takes the bucket from the host as well.
fn bucket_in_host<'a>(signed: &str, request: &'a Request) -> Option<&'a str> {
    let host = request.header("host").filter(|_| signed == "s3")?;
    [".s3.", ".s3-"].iter().find_map(|dot| host.split_once(dot)).map(|(bucket, _)| bucket)
}

/// What the path's labels stand for, if the request is for this operation: by its method and path, and by a
/// query string that has all that belongs to the operation and nothing that it does not know.
fn fit(service: &Service, operation: &Operation, path: &str, request: &Request) -> Option<Texts> {
    if request.method != operation.method {
        return None;
    }
    let query = request.target.split_once('?').map_or("", |(_, query)| query);
    let sent: Vec<(String, String)> = pairs(query).filter(|(name, _)| name != "x-id").collect();
    let members = service.structure(operation.input.as_deref()).map(|one| &one.members);
    let known = |name: &str| {
        members
            .into_iter()
            .flatten()
            .any(|(key, member)| member.place == Some(Location::Query) && member.wire(key) == name)
    };
    let fixed = |pair: &(String, String)| operation.query.contains(pair);
    let whole = operation.query.iter().all(|pair| sent.contains(pair));
    if !whole || !sent.iter().all(|pair| fixed(pair) || known(&pair.0)) {
        return None;
    }
    labels(&operation.path, path)
}

/// Matches `path` with a template; a label such as `{Key+}` takes as many parts as the others leave.
fn labels(template: &str, path: &str) -> Option<Texts> {
    let wanted: Vec<&str> = template.strip_prefix('/')?.split('/').collect();
    let path = path.strip_prefix('/')?;
    let mut parts: Vec<&str> = path.strip_suffix('/').unwrap_or(path).split('/').collect();
    parts.reverse();
    let mut found = Texts::new();
    for (at, part) in wanted.iter().enumerate() {
        let left = wanted.len() - at - 1;
        let name = part.strip_prefix('{').and_then(|label| label.strip_suffix('}'));
        let many = name.and_then(|name| name.strip_suffix('+'));
        let number = if many.is_some() { parts.len().checked_sub(left)? } else { 1 };
        let taken: Vec<&str> = (0..number).map_while(|_| parts.pop()).collect();
        let text = taken.join("/");
        match many.or(name) {
            Some(name) if !text.is_empty() => {
                found.insert(name.to_owned(), decode(&text.replace('+', "%2B")));
            }
            None if text == *part => {}
            _ => return None,
        }
    }
    parts.is_empty().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::labels;

    fn found(template: &str, path: &str) -> Option<String> {
        let found = labels(template, path)?;
        Some(
            found
                .into_iter()
                .map(|(label, text)| format!("{label}={text}"))
                .collect::<Vec<_>>()
                .join(" "),
        )
    }

    #[test]
    fn labels_take_one_part_or_all_the_rest() {
        assert_eq!(found("/", "/").unwrap(), "");
        assert_eq!(found("/{Bucket}", "/logs").unwrap(), "Bucket=logs");
        assert_eq!(found("/{Bucket}", "/logs/").unwrap(), "Bucket=logs");
        assert_eq!(found("/v1/{Name}/tags", "/v1/a%2Fb+c/tags").unwrap(), "Name=a/b+c");
        assert_eq!(found("/{Bucket}/{Key+}", "/logs/a/b").unwrap(), "Bucket=logs Key=a/b");
        assert_eq!(found("/v1/{Name+}/policy", "/v1/a/b/policy").unwrap(), "Name=a/b");
    }

    #[test]
    fn other_paths_do_not_fit() {
        for (template, path) in [
            ("/", "/logs"),
            ("/{Bucket}", "/"),
            ("/{Bucket}", "/logs/key"),
            ("/v1/{Name}/tags", "/v1/a"),
            ("/v1/{Name}/tags", "/v1/a/tags/b"),
            ("/v1/{Name}/tags", "/v2/a/tags"),
            ("/v1/{Name+}/policy", "/v1/policy"),
            ("/v1/{Name+}/policy", "/v1/a/b"),
            ("/{Bucket}/{Key+}", "/logs"),
            ("/{Bucket}/{Key+}", "/logs/"),
        ] {
            assert_eq!(found(template, path), None, "{template} {path}");
        }
    }
}
