//! Documents in JSON.

use serde_json::Value;

use super::tree::{Content, Tree};

/// A JSON document; none if that is none, or no object.
pub(super) fn read(text: &str) -> Option<Tree> {
    let value: Value = serde_json::from_str(text).ok()?;
    value.is_object().then(|| tree("", value))
}

fn tree(name: &str, value: Value) -> Tree {
    let content = match value {
        Value::Object(members) => {
            Content::Fields(members.into_iter().map(|(name, member)| tree(&name, member)).collect())
        }
        Value::Array(items) => {
            Content::Items(items.into_iter().map(|item| tree("", item)).collect())
        }
        Value::String(text) => Content::Leaf(text, true),
        other => Content::Leaf(other.to_string(), false),
    };
    Tree { name: name.to_owned(), content }
}

/// The document as it is written. A value that is no text is written as it stands, right or wrong.
pub(super) fn write(tree: &Tree) -> String {
    let all = |parts: &[Tree], with: &dyn Fn(&Tree) -> String| {
        parts.iter().map(with).collect::<Vec<_>>().join(",")
    };
    match &tree.content {
        Content::Leaf(text, true) => quoted(text),
        Content::Leaf(value, false) => value.clone(),
        Content::Items(items) => format!("[{}]", all(items, &write)),
        Content::Fields(fields) => {
            let member = |field: &Tree| format!("{}:{}", quoted(&field.name), write(field));
            format!("{{{}}}", all(fields, &member))
        }
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
