//! Bodies of answers as trees of named fields, and what can be wrong with one of them.

use std::collections::BTreeMap;

use roxmltree::{Document, Node};
use serde_json::Value;

/// What is done to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum How {
    /// It is taken away.
    Absent,
    /// It is there, with nothing in it.
    Empty,
    /// It holds what AWS does not have.
    Nonsense(&'static str),
}

/// What a field of an answer holds, as far as that decides what can be wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Holds {
    List,
    Fields,
    Number,
    Truth,
    Time,
    Text,
}

/// The fields of a body by path, with each of the texts that they hold: list items have no place of their own.
pub(crate) fn fields(body: &[u8]) -> BTreeMap<String, (Holds, Vec<String>)> {
    let mut found = BTreeMap::new();
    let text = String::from_utf8_lossy(body);
    if let Ok(document) = Document::parse(&text) {
        xml_fields(document.root_element(), "", &mut found);
    } else if let Ok(value) = serde_json::from_slice(body) {
        json_fields(&value, "", &mut found);
    }
    found
}

type Found = BTreeMap<String, (Holds, Vec<String>)>;

fn note(found: &mut Found, path: &str, holds: Holds, text: Option<&str>) {
    let (known, texts) = found.entry(path.to_owned()).or_insert((holds, Vec::new()));
    // A list may be empty, and look like a text, before it is seen with an item.
    if *known == Holds::Text {
        *known = holds;
    }
    texts.extend(text.map(str::to_owned));
}

/// What frames every answer and is none of it.
const FRAME: [&str; 5] = ["ResponseMetadata", "requestId", "RequestId", "xmlns", "HostId"];

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") }
}

fn elements<'a, 'input>(node: Node<'a, 'input>) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children().filter(Node::is_element)
}

/// The name of an element; of an attribute's pair with its key: each attribute is a field of its own.
fn labelled(node: Node) -> String {
    let name = node.tag_name().name();
    let keys = ["Key", "AttributeName"];
    let key = elements(node).find(|child| keys.contains(&child.tag_name().name()));
    let key = key.filter(|_| elements(node).count() == 2).and_then(|key| key.text());
    key.map_or_else(|| name.to_owned(), |key| format!("{name}[{key}]"))
}

/// Whether a path leads to an item of a list.
pub(crate) fn is_item(path: &str) -> bool {
    let mut names = path.rsplit('/');
    let last = names.next().unwrap_or_default();
    matches!(last.split('[').next(), Some("member" | "item")) || names.next() == Some("Items")
}

/// Whether the children of an element are the items of a list.
fn is_list(node: Node) -> bool {
    let mut names = elements(node).map(|child| child.tag_name().name());
    let Some(first) = names.next() else { return false };
    matches!(first, "member" | "item") || (node.tag_name().name() == "Items")
}

fn xml_fields(node: Node, path: &str, found: &mut Found) {
    for child in elements(node) {
        let name = child.tag_name().name();
        if FRAME.contains(&name) {
            continue;
        }
        let path = below(path, &labelled(child));
        let text = child.text().unwrap_or_default();
        if is_list(child) {
            note(found, &path, Holds::List, None);
        } else if elements(child).next().is_some() {
            note(found, &path, Holds::Fields, None);
        } else {
            note(found, &path, held_by(text), Some(text));
        }
        xml_fields(child, &path, found);
    }
}

fn json_fields(value: &Value, path: &str, found: &mut Found) {
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                let path = below(path, name);
                match inner {
                    Value::Array(_) => note(found, &path, Holds::List, None),
                    Value::Object(_) => note(found, &path, Holds::Fields, None),
                    Value::Number(_) => note(found, &path, Holds::Number, None),
                    Value::Bool(_) => note(found, &path, Holds::Truth, None),
                    Value::String(text) => note(found, &path, held_by(text), Some(text)),
                    Value::Null => {}
                }
                json_fields(inner, &path, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| json_fields(item, path, found)),
        _ => {}
    }
}

fn held_by(text: &str) -> Holds {
    match text {
        "true" | "false" => Holds::Truth,
        _ if text.parse::<f64>().is_ok() => Holds::Number,
        _ if text.parse::<jiff::Timestamp>().is_ok() => Holds::Time,
        _ => Holds::Text,
    }
}

/// The body with this done to a field: everywhere, or only the first time that it occurs. None where the
/// field is not in it.
pub(crate) fn spoilt(body: &[u8], path: &str, how: How, first: bool) -> Option<Vec<u8>> {
    let text = String::from_utf8_lossy(body);
    if let Ok(document) = Document::parse(&text) {
        let mut nodes = Vec::new();
        at_path(document.root_element(), path, &mut nodes);
        nodes.truncate(if first { 1 } else { usize::MAX });
        let mut spoilt = text.clone().into_owned();
        for node in nodes.iter().rev() {
            let name = &text[node.range()][1..];
            let name = name.split([' ', '>', '/']).next().unwrap_or_default();
            let by = match how {
                How::Absent => String::new(),
                How::Empty => format!("<{name}/>"),
                How::Nonsense(word) => format!("<{name}>{word}</{name}>"),
            };
            spoilt.replace_range(node.range(), &by);
        }
        return (!nodes.is_empty()).then(|| spoilt.into_bytes());
    }
    let mut value: Value = serde_json::from_slice(body).ok()?;
    let names: Vec<&str> = path.split('/').collect();
    let mut left = if first { 1 } else { usize::MAX };
    let before = left;
    spoil(&mut value, &names, how, &mut left);
    (left < before).then(|| value.to_string().into_bytes())
}

fn at_path<'a, 'input>(node: Node<'a, 'input>, path: &str, into: &mut Vec<Node<'a, 'input>>) {
    let (name, rest) = path.split_once('/').map_or((path, None), |(name, rest)| (name, Some(rest)));
    for child in elements(node).filter(|child| labelled(*child) == name) {
        match rest {
            Some(rest) => at_path(child, rest, into),
            None => into.push(child),
        }
    }
}

fn spoil(value: &mut Value, names: &[&str], how: How, left: &mut usize) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| spoil(item, names, how, left)),
        Value::Object(members) => {
            let [name, rest @ ..] = names else { return };
            let Some(inner) = members.get_mut(*name).filter(|_| *left > 0) else { return };
            if !rest.is_empty() {
                return spoil(inner, rest, how, left);
            }
            *left -= 1;
            match how {
                How::Absent => {
                    members.remove(*name);
                }
                How::Empty => {
                    *inner = match inner {
                        Value::Array(_) => Value::Array(Vec::new()),
                        Value::Object(_) => Value::Object(serde_json::Map::new()),
                        Value::String(_) => Value::String(String::new()),
                        _ => Value::Null,
                    }
                }
                How::Nonsense(word) => {
                    let number = matches!(inner, Value::Number(_)).then(|| word.parse().ok());
                    *inner = number.flatten().map_or_else(|| word.into(), Value::Number);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_spoilt_in_its_place() {
        let xml = b"<R><A><L><member><Id>1</Id></member><member><Id>2</Id></member></L></A></R>";
        let change = |how, first| {
            let spoilt = spoilt(xml, "A/L/member/Id", how, first).unwrap();
            String::from_utf8(spoilt).unwrap().replace("member", "m")
        };
        assert_eq!(change(How::Absent, true), "<R><A><L><m></m><m><Id>2</Id></m></L></A></R>");
        assert_eq!(change(How::Empty, false), "<R><A><L><m><Id/></m><m><Id/></m></L></A></R>");
        let json = br#"{"L": [{"Id": "1"}, {"Id": "2", "N": 3}]}"#;
        let change = |path, how, first| {
            spoilt(json, path, how, first).map(|text| String::from_utf8(text).unwrap())
        };
        let absent = change("L/Id", How::Absent, true).unwrap();
        assert_eq!(absent, r#"{"L":[{},{"Id":"2","N":3}]}"#);
        let negative = change("L/N", How::Nonsense("-7"), false).unwrap();
        assert_eq!(negative, r#"{"L":[{"Id":"1"},{"Id":"2","N":-7}]}"#);
        assert_eq!(change("L/X", How::Empty, false), None);
        assert_eq!(fields(json)["L/N"].0, Holds::Number);
        assert_eq!(fields(xml)["A/L"].0, Holds::List);
    }
}
