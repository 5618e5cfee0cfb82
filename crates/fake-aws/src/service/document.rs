//! XML, as it is made of a value.

use serde_json::Value;

use super::scalar;
use super::table::{Member, Service, Shape, Structure};
use crate::xml::Xml;

/// A whole document. The name of its root is the shape's: models do not say what S3 calls it, and
/// clients do not look at it.
pub(super) fn write(
    service: &Service,
    root: &str,
    structure: &Structure,
    value: &Value,
) -> Vec<u8> {
    let mut xml = Xml::query();
    xml.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let content = |xml: &mut Xml| {
        let in_body = structure.present(value).filter(|(_, member, _)| member.place.is_none());
        for (name, member, value) in in_body {
            element(service, xml, member.wire(name), (member, value));
        }
    };
    match &service.namespace {
        Some(namespace) => xml.root(root, namespace, content),
        None => xml.node(root, content),
    }
    xml.finish().into_bytes()
}

/// Writes a member as one element, or as several where the model flattens it.
pub(super) fn element(
    service: &Service,
    xml: &mut Xml,
    name: &str,
    (member, value): (&Member, &Value),
) {
    match (service.shape(&member.shape), value) {
        (Some(Shape::Structure(structure)), value) => {
            open(xml, name, structure, value);
            for (name, member, value) in structure.present(value).filter(|one| !one.1.attribute) {
                element(service, xml, member.wire(name), (member, value));
            }
            xml.raw(&format!("</{name}>"));
        }
        (Some(Shape::List { item }), Value::Array(items)) if member.flattened => {
            for one in items {
                element(service, xml, item.wire(name), (item, one));
            }
        }
        (Some(Shape::List { item }), Value::Array(items)) => xml.node(name, |xml| {
            for one in items {
                element(service, xml, item.wire("member"), (item, one));
            }
        }),
        (Some(Shape::Map { key, value: of }), Value::Object(entries)) => {
            let each = |xml: &mut Xml, entry: &str| {
                for (known, one) in entries {
                    xml.node(entry, |xml| {
                        xml.text(key.wire("key"), known);
                        element(service, xml, of.wire("value"), (of, one));
                    });
                }
            };
            if member.flattened {
                each(xml, name);
            } else {
                xml.node(name, |xml| each(xml, "entry"));
            }
        }
        _ => xml.text(name, scalar::text(member, value)),
    }
}

/// The beginning of a structure, with the members that are attributes.
fn open(xml: &mut Xml, name: &str, structure: &Structure, value: &Value) {
    xml.raw(&format!("<{name}"));
    if let Some((prefix, namespace)) = &structure.prefix {
        xml.raw(&format!(" xmlns:{prefix}=\"{namespace}\""));
    }
    for (name, member, value) in structure.present(value).filter(|one| one.1.attribute) {
        xml.raw(&format!(" {}=\"", member.wire(name)));
        xml.write(scalar::text(member, value));
        xml.raw("\"");
    }
    xml.raw(">");
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::write;
    use crate::service::output::members;
    use crate::service::table::Service;

    /// A service with one structure, which the tables have no operation of.
    fn service() -> Service {
        let service = json!({
            "protocol": "rest-xml", "version": "1", "signing": "x", "namespace": "urn:x", "operations": {},
            "shapes": {
                "Output": {"type": "structure", "members": {
                    "Status": {"shape": "integer", "place": "status"},
                    "Tags": {"shape": "Tags", "name": "TagMap"},
                    "Attributes": {"shape": "Tags", "name": "Attribute", "flattened": true},
                    "Names": {"shape": "Names", "name": "Name", "flattened": true},
                    "Since": {"shape": "timestamp"},
                    "Until": {"shape": "timestamp", "format": "unixTimestamp"},
                }},
                "Tags": {"type": "map", "key": {"shape": "string", "name": "K"}, "value": {"shape": "string"}},
                "Names": {"type": "list", "item": {"shape": "string"}},
            },
        });
        serde_json::from_value(service).unwrap()
    }

    #[test]
    fn maps_and_lists_are_flattened_where_the_member_says_so() {
        let service = service();
        let output = service.structure(Some("Output")).unwrap();
        let written = |value| String::from_utf8(write(&service, "Root", output, &value)).unwrap();
        let xml =
            written(json!({"Status": 202, "Tags": {"a": "<"}, "Attributes": {"b": "1", "c": "2"}}));
        let (_, xml) = xml.split_once("<Root xmlns=\"urn:x\">").unwrap();
        assert_eq!(
            xml,
            "<Attribute><K>b</K><value>1</value></Attribute>\
             <Attribute><K>c</K><value>2</value></Attribute>\
             <TagMap><entry><K>a</K><value>&lt;</value></entry></TagMap></Root>"
        );
        let xml = written(json!({"Names": ["d", "e"], "Tags": {}}));
        assert!(xml.ends_with("<Name>d</Name><Name>e</Name><TagMap></TagMap></Root>"), "{xml}");
    }

    #[test]
    fn times_have_the_format_of_their_place_or_their_own() {
        let service = service();
        let output = service.structure(Some("Output")).unwrap();
        let value = json!({"Since": "2026-01-01T00:00:00Z", "Until": 1_767_225_600});
        let xml = String::from_utf8(write(&service, "Root", output, &value)).unwrap();
        assert!(xml.contains("<Since>2026-01-01T00:00:00.000Z</Since><Until>1767225600</Until>"));
        let expected = json!({"Since": 1_767_225_600, "Until": 1_767_225_600});
        assert_eq!(members(&service, output, &value), expected);
    }
}
