//! What an operation was asked, as JSON in the model's names.

use serde_json::{Map, Value};

use super::find::{Found, Texts};
use super::table::{Location, Member, Operation, Service, Shape, Structure};
use super::{check, form, scalar};
use crate::base64;
use crate::call::{Protocol, pairs};
use crate::http::Request;

/// Reads what `found` was asked; says what the model does not know, and what it needs.
pub(super) fn read(
    found: Found,
    operation: &'static Operation,
    request: &Request,
) -> Result<Value, String> {
    let service = found.service;
    let Some(input) = service.structure(operation.input.as_deref()) else {
        return Ok(Value::Object(Map::new()));
    };
    let value = match service.protocol {
        Protocol::Json => json(service, input, &request.body)?,
        Protocol::Query | Protocol::Ec2 => form::read(service, input, found.texts)?,
        Protocol::RestJson | Protocol::RestXml => rest(service, input, found.texts, request)?,
    };
    check::input(service, operation, &value)?;
    Ok(value)
}

fn json(service: &Service, input: &Structure, body: &[u8]) -> Result<Value, String> {
    let body = if body.is_empty() { b"{}" } else { body };
    let body = serde_json::from_slice(body).map_err(|error| format!("no JSON: {error}"))?;
    members(service, input, body)
}

/// Gives a JSON structure the model's names. What is no structure stays, and is found out by the check.
fn members(service: &Service, structure: &Structure, value: Value) -> Result<Value, String> {
    let Value::Object(members) = value else { return Ok(value) };
    let mut named = Map::new();
    for (wire, value) in members.into_iter().filter(|(_, value)| !value.is_null()) {
        let mut all = structure.members.iter().filter(|(_, member)| member.place.is_none());
        let known = all.find(|(name, member)| member.wire(name) == wire);
        let (name, member) = known.ok_or_else(|| format!("the member {wire} is not known"))?;
        named.insert(name.clone(), renamed(service, &member.shape, value)?);
    }
    Ok(Value::Object(named))
}

fn renamed(service: &Service, shape: &str, value: Value) -> Result<Value, String> {
    Ok(match (service.shape(shape), value) {
        (Some(Shape::Structure(structure)), value) if !structure.document => {
            members(service, structure, value)?
        }
        (Some(Shape::List { item }), Value::Array(items)) => {
            let items = items.into_iter().map(|one| renamed(service, &item.shape, one));
            items.collect::<Result<_, _>>()?
        }
        (Some(Shape::Map { value: of, .. }), Value::Object(entries)) => {
            let entries = entries.into_iter();
            let entries = entries.map(|(key, one)| Ok((key, renamed(service, &of.shape, one)?)));
            Value::Object(entries.collect::<Result<_, String>>()?)
        }
        (None, value) if shape == "timestamp" => scalar::instant(value),
        (_, value) => value,
    })
}

fn rest(
    service: &Service,
    input: &Structure,
    mut labels: Texts,
    request: &Request,
) -> Result<Value, String> {
    let mut read = Map::new();
    for (name, member) in &input.members {
        let wire = member.wire(name);
        let value = match member.place {
            Some(Location::Path) => {
                labels.remove(wire).map(|text| scalar::read(&member.shape, &text))
            }
            Some(Location::Query) => in_query(service, member, wire, request),
            Some(Location::Header) => {
                let text = request.header(&wire.to_ascii_lowercase());
                text.map(|text| scalar::read(&member.shape, text))
            }
            Some(Location::Status) | None => None,
        };
        if let Some(value) = value {
            read.insert(name.clone(), value);
        }
    }
    let in_body = input.members.values().any(|member| member.place.is_none());
    if let Some((name, member)) =
        input.payload.as_ref().and_then(|name| input.members.get_key_value(name))
    {
        if let Some(value) = payload(service, member, &request.body)? {
            read.insert(name.clone(), value);
        }
    } else if let Value::Object(rest) =
        json(service, input, if in_body { &request.body } else { b"" })?
    {
        read.extend(rest);
    }
    Ok(Value::Object(read))
}

fn payload(service: &Service, member: &Member, body: &[u8]) -> Result<Option<Value>, String> {
    if body.is_empty() {
        return Ok(None);
    }
    Ok(Some(match (service.shape(&member.shape), member.shape.as_str()) {
        (Some(Shape::Structure(structure)), _) => json(service, structure, body)?,
        (_, "blob") => base64::encode(body).into(),
        _ => String::from_utf8_lossy(body).into(),
    }))
}

fn in_query(service: &Service, member: &Member, wire: &str, request: &Request) -> Option<Value> {
    let query = request.target.split_once('?').map_or("", |(_, query)| query);
    let sent = pairs(query).filter(|(name, _)| name == wire).map(|(_, text)| text);
    match service.shape(&member.shape) {
        Some(Shape::List { item }) => {
            let items: Vec<Value> = sent.map(|text| scalar::read(&item.shape, &text)).collect();
            (!items.is_empty()).then(|| items.into())
        }
        _ => sent.last().map(|text| scalar::read(&member.shape, &text)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::json;
    use crate::service::table::Service;

    #[test]
    fn json_has_the_names_that_are_sent() {
        let service: Service = serde_json::from_value(json!({
            "protocol": "rest-json", "version": "1", "signing": "x", "operations": {},
            "shapes": {"Input": {"type": "structure", "members": {
                "Name": {"shape": "string", "name": "name"},
                "Size": {"shape": "integer", "place": "query"},
            }}},
        }))
        .unwrap();
        let read =
            |body: &str| json(&service, service.structure(Some("Input")).unwrap(), body.as_bytes());
        assert_eq!(read("{\"name\":\"a\"}"), Ok(json!({"Name": "a"})));
        assert_eq!(read("{\"name\":null}"), Ok(json!({})));
        for wrong in ["Name", "Size"] {
            let error = read(&format!("{{\"{wrong}\":1}}")).unwrap_err();
            assert_eq!(error, format!("the member {wrong} is not known"));
        }
    }
}
