//! Forms, as the query services and EC2 are asked by.

use serde_json::{Map, Value};

use super::find::Texts;
use super::scalar;
use super::table::{Member, Service, Shape, Structure};
use crate::call::Protocol;

/// Reads all of a form; says what it has that the model does not know.
pub(super) fn read(
    service: &Service,
    input: &Structure,
    mut texts: Texts,
) -> Result<Value, String> {
    let value = Form { service, texts: &mut texts }.structure("", input);
    match texts.keys().next() {
        Some(unknown) => Err(format!("the parameter {unknown} is not known")),
        None => Ok(value.unwrap_or_default()),
    }
}

/// A form as it is read: `Filter.1.Name`, `Names.member.1`.
struct Form<'a> {
    service: &'a Service,
    /// What was not read yet.
    texts: &'a mut Texts,
}

impl Form<'_> {
    fn structure(&mut self, path: &str, structure: &Structure) -> Option<Value> {
        let mut read = Map::new();
        for (name, member) in &structure.members {
            let wire = self.wire(name, member);
            let below = if path.is_empty() { wire } else { format!("{path}.{wire}") };
            if let Some(value) = self.member(&below, member) {
                read.insert(name.clone(), value);
            }
        }
        if read.is_empty() && !path.is_empty() {
            return None;
        }
        // A form cannot say that a structure is there and has no members.
        for (name, member) in structure.members.iter().filter(|(_, member)| member.required) {
            if matches!(self.service.shape(&member.shape), Some(Shape::Structure(_))) {
                read.entry(name).or_insert_with(|| Value::Object(Map::new()));
            }
        }
        Some(Value::Object(read))
    }

    /// EC2 writes every name with a capital, unless the model has one for requests alone.
    fn wire(&self, name: &str, member: &Member) -> String {
        if self.service.protocol != Protocol::Ec2 {
            return member.wire(name).to_owned();
        }
        member.query_name.clone().unwrap_or_else(|| {
            let mut letters = member.name.as_deref().unwrap_or_default().chars();
            let capital = letters.next().map(|first| first.to_ascii_uppercase());
            capital.map_or_else(|| name.to_owned(), |first| format!("{first}{}", letters.as_str()))
        })
    }

    fn member(&mut self, path: &str, member: &Member) -> Option<Value> {
        match self.service.shape(&member.shape) {
            None => self.texts.remove(path).map(|text| scalar::read(&member.shape, &text)),
            Some(Shape::Structure(structure)) => self.structure(path, structure),
            Some(Shape::List { item }) => self.list(path, item, member.flattened),
            Some(Shape::Map { key, value }) => self.map(path, (key, value), member.flattened),
        }
    }

    fn list(&mut self, path: &str, item: &Member, flattened: bool) -> Option<Value> {
        // An empty list is sent as its name without a value.
        let empty = self.texts.remove(path).map(|_| Value::Array(Vec::new()));
        let path = match (self.service.protocol, flattened, &item.name) {
            (Protocol::Ec2, ..) | (_, true, None) => path.to_owned(),
            (_, true, Some(name)) => path
                .rsplit_once('.')
                .map_or_else(|| name.clone(), |(above, _)| format!("{above}.{name}")),
            (_, false, name) => format!("{path}.{}", name.as_deref().unwrap_or("member")),
        };
        let items: Vec<Value> =
            (1..).map_while(|number: u32| self.member(&format!("{path}.{number}"), item)).collect();
        if items.is_empty() { empty } else { Some(items.into()) }
    }

    fn map(
        &mut self,
        path: &str,
        (key, value): (&Member, &Member),
        flattened: bool,
    ) -> Option<Value> {
        let entry = if flattened { "" } else { ".entry" };
        let (named, of) = (key.wire("key"), value.wire("value"));
        let mut read = Map::new();
        for number in 1.. {
            let below = format!("{path}{entry}.{number}");
            let Some(key) = self.texts.remove(&format!("{below}.{named}")) else { break };
            read.insert(key, self.member(&format!("{below}.{of}"), value)?);
        }
        (!read.is_empty()).then_some(Value::Object(read))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Structure, Texts, read};
    use crate::service::table::Service;

    /// A service with one structure, which the tables have no operation of.
    fn service(protocol: &str) -> Service {
        let service = json!({
            "protocol": protocol, "version": "1", "signing": "x", "operations": {},
            "shapes": {
                "Input": {"type": "structure", "members": {
                    "Tags": {"shape": "Tags"},
                    "Attributes": {"shape": "Attributes", "name": "Attribute", "flattened": true},
                    "Names": {"shape": "Names", "flattened": true},
                    "Keys": {"shape": "Keys", "flattened": true},
                    "Until": {"shape": "timestamp"},
                }},
                "Tags": {"type": "map", "key": {"shape": "string"}, "value": {"shape": "Names"}},
                "Attributes": {"type": "map",
                    "key": {"shape": "string", "name": "Name"}, "value": {"shape": "integer", "name": "Value"}},
                "Names": {"type": "list", "item": {"shape": "string"}},
                "Keys": {"type": "list", "item": {"shape": "string", "name": "Key"}},
            },
        });
        serde_json::from_value(service).unwrap()
    }

    fn input(service: &Service) -> &Structure {
        service.structure(Some("Input")).unwrap()
    }

    fn texts(pairs: &[(&str, &str)]) -> Texts {
        pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn forms_have_maps_and_flattened_lists() {
        let service = service("query");
        let sent = texts(&[
            ("Tags.entry.1.key", "a"),
            ("Tags.entry.1.value.member.1", "b"),
            ("Tags.entry.1.value.member.2", "c"),
            ("Attribute.1.Name", "d"),
            ("Attribute.1.Value", "5"),
            ("Names.1", "e"),
            ("Key.1", "f"),
            ("Key.2", "g"),
            ("Until", "2026-01-01T00:00:00Z"),
        ]);
        let value = read(&service, input(&service), sent).unwrap();
        let expected = json!({
            "Tags": {"a": ["b", "c"]}, "Attributes": {"d": 5}, "Names": ["e"], "Keys": ["f", "g"],
            "Until": 1_767_225_600,
        });
        assert_eq!(value, expected);
        let empty = read(&service, input(&service), texts(&[("Names", "")])).unwrap();
        assert_eq!(empty, json!({"Names": []}));
    }

    #[test]
    fn what_a_form_has_besides_is_told() {
        let service = service("query");
        let error = read(&service, input(&service), texts(&[("Names.2", "e")])).unwrap_err();
        assert_eq!(error, "the parameter Names.2 is not known");
    }
}
