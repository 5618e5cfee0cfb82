//! What an operation answers, as its protocol writes it.

use serde_json::{Map, Value};

use super::table::{Location, Member, Operation, Service, Shape, Structure};
use super::{document, scalar};
use crate::answer::{self, Answer, Headers};
use crate::base64;
use crate::call::Protocol;
use crate::xml::Xml;

/// Writes a value that was checked.
pub(super) fn write(
    service: &'static Service,
    operation: &'static Operation,
    value: &Value,
    request_id: &str,
) -> Answer {
    let family = service.family();
    let empty = Answer {
        status: operation.status.unwrap_or(200),
        content_type: family.content_type(),
        headers: Headers::new(),
        body: Vec::new(),
    };
    let output = service.structure(operation.output.as_deref());
    match service.protocol {
        Protocol::Json => {
            let body =
                output.map_or_else(|| value.clone(), |output| members(service, output, value));
            Answer { body: body.to_string().into_bytes(), ..empty }
        }
        Protocol::Query | Protocol::Ec2 => {
            let mut xml = Xml::query();
            for (name, member, value) in output.into_iter().flat_map(|one| one.present(value)) {
                document::element(service, &mut xml, member.wire(name), (member, value));
            }
            answer::xml(family, &operation.name, request_id, &xml.finish())
        }
        Protocol::RestJson | Protocol::RestXml => match (output, &operation.output) {
            (Some(output), Some(root)) => rest(service, (root, output), value, empty),
            _ => empty,
        },
    }
}

/// A structure as JSON, without what stands elsewhere than in the body.
pub(super) fn members(service: &Service, structure: &Structure, value: &Value) -> Value {
    let in_body = structure.present(value).filter(|(_, member, _)| member.place.is_none());
    let written = in_body
        .map(|(name, member, value)| (member.wire(name).to_owned(), json(service, member, value)));
    Value::Object(written.collect())
}

fn json(service: &Service, member: &Member, value: &Value) -> Value {
    match (service.shape(&member.shape), value) {
        (Some(Shape::Structure(structure)), value) if !structure.document => {
            members(service, structure, value)
        }
        (Some(Shape::List { item }), Value::Array(items)) => {
            items.iter().map(|one| json(service, item, one)).collect()
        }
        (Some(Shape::Map { value: of, .. }), Value::Object(entries)) => {
            let entries = entries.iter();
            let written: Map<_, _> =
                entries.map(|(key, one)| (key.clone(), json(service, of, one))).collect();
            Value::Object(written)
        }
        (None, value) if member.shape == "timestamp" => {
            scalar::time(member, "unixTimestamp", value)
        }
        (_, value) => value.clone(),
    }
}

/// Puts members into the status, into headers and into the body.
fn rest(
    service: &Service,
    (root, output): (&str, &'static Structure),
    value: &Value,
    mut answer: Answer,
) -> Answer {
    for (name, member) in &output.members {
        let Some(value) = value.get(name) else { continue };
        match (member.place, value.as_u64().and_then(|status| u16::try_from(status).ok())) {
            (Some(Location::Status), Some(status)) => answer.status = status,
            (Some(Location::Header), _) => {
                answer.headers.push((member.wire(name), scalar::text(member, value)));
            }
            _ => {}
        }
    }
    let payload = output.payload.as_ref().and_then(|name| output.members.get_key_value(name));
    answer.body = match payload {
        Some((name, member)) => match value.get(name) {
            Some(value) => payload_body(service, (name, member), value),
            None => Vec::new(),
        },
        None if service.protocol == Protocol::RestJson => {
            members(service, output, value).to_string().into_bytes()
        }
        None => document::write(service, root, output, value),
    };
    answer
}

fn payload_body(service: &Service, (name, member): (&str, &Member), value: &Value) -> Vec<u8> {
    match service.shape(&member.shape) {
        Some(Shape::Structure(structure)) if service.protocol == Protocol::RestXml => {
            document::write(service, member.name.as_deref().unwrap_or(name), structure, value)
        }
        Some(_) => json(service, member, value).to_string().into_bytes(),
        None if member.shape == "blob" => {
            value.as_str().and_then(base64::decode).unwrap_or_default()
        }
        None => scalar::text(member, value).into_bytes(),
    }
}
