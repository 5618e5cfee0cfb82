//! Whether a value is one that the model knows.

use serde_json::Value;

use super::scalar;
use super::table::{Operation, Service, Shape, Structure};

/// Says where `value` is nothing that the operation can answer.
pub(super) fn answer(
    service: &Service,
    operation: &Operation,
    value: &Value,
) -> Result<(), String> {
    end(service, (&operation.name, operation.output.as_deref()), value)
}

/// Says where `value` is nothing that the operation can be asked, or what it lacks.
pub(super) fn input(service: &Service, operation: &Operation, value: &Value) -> Result<(), String> {
    end(service, (&operation.name, operation.input.as_deref()), value)?;
    let required = service.structure(operation.input.as_deref());
    let mut required = required.into_iter().flat_map(|structure| &structure.members);
    match required.find(|(name, member)| member.required && value.get(name).is_none()) {
        Some((name, _)) => Err(format!("{} needs {name}", operation.name)),
        None => Ok(()),
    }
}

/// Checks one end of an operation, which may have no members at all.
fn end(
    service: &Service,
    (path, shape): (&str, Option<&str>),
    value: &Value,
) -> Result<(), String> {
    match shape {
        Some(shape) => of(service, path, shape, value),
        None if value.as_object().is_some_and(serde_json::Map::is_empty) => Ok(()),
        None => Err(format!("{path} has no members, so it is {{}} rather than {value}")),
    }
}

fn of(service: &Service, path: &str, shape: &str, value: &Value) -> Result<(), String> {
    match (service.shape(shape), value) {
        (Some(Shape::Structure(structure)), _) if structure.document => Ok(()),
        (Some(Shape::Structure(structure)), Value::Object(members)) => {
            members_of(service, path, structure, members)
        }
        (Some(Shape::List { item }), Value::Array(items)) => {
            let mut items = items.iter().enumerate();
            items.try_for_each(|(at, one)| of(service, &format!("{path}[{at}]"), &item.shape, one))
        }
        (Some(Shape::Map { value, .. }), Value::Object(entries)) => {
            let mut entries = entries.iter();
            entries
                .try_for_each(|(at, one)| of(service, &format!("{path}.{at}"), &value.shape, one))
        }
        (Some(Shape::Structure(_)), _) => Err(format!("{path} is a structure, not {value}")),
        (Some(Shape::List { .. }), _) => Err(format!("{path} is a list, not {value}")),
        (Some(Shape::Map { .. }), _) => Err(format!("{path} is a map, not {value}")),
        (None, _) if scalar::fits(shape, value) => Ok(()),
        (None, _) => Err(format!("{path} is {}, not {value}", scalar::described(shape))),
    }
}

fn members_of(
    service: &Service,
    path: &str,
    structure: &Structure,
    members: &serde_json::Map<String, Value>,
) -> Result<(), String> {
    if structure.union && members.len() != 1 {
        return Err(format!("{path} is a union: it has one member, not {}", members.len()));
    }
    for (name, value) in members {
        let member = structure.members.get(name);
        let member = member.ok_or_else(|| format!("{path} has no member {name}"))?;
        of(service, &format!("{path}.{name}"), &member.shape, value)?;
    }
    Ok(())
}
