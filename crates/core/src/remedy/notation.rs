//! What a resource is given, written in HCL or in YAML.

use super::text::{arguments, block, indented};

/// Names and their values, in the order in which they are written.
pub(super) type Body = Vec<(String, Node)>;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// A text.
    Text(String),
    /// A number or a truth value.
    Plain(String),
    /// What the user chooses: `CERTIFICATE_ARN`.
    Variable(&'static str),
    /// Several values.
    List(Vec<Node>),
    /// Names and values of their own; in HCL a block.
    Block(Body),
    /// Several of these; in HCL a block each.
    Blocks(Vec<Body>),
}

impl Node {
    /// A text, or the number or truth value that it holds.
    pub(super) fn of(text: &str) -> Node {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_number || matches!(text, "true" | "false") {
            return Node::Plain(text.to_owned());
        }
        Node::text(text)
    }

    pub(super) fn text(text: &str) -> Node {
        Node::Text(text.to_owned())
    }

    pub(super) fn texts<'a>(all: impl IntoIterator<Item = &'a String>) -> Node {
        Node::List(all.into_iter().map(|one| Node::text(one)).collect())
    }
}

/// Names and values, each a pair.
pub(super) fn body<const N: usize>(pairs: [(&str, Node); N]) -> Body {
    pairs.into_iter().map(|(name, node)| (name.to_owned(), node)).collect()
}

/// The same in HCL: arguments first, then blocks.
pub(super) fn hcl(body: &Body) -> String {
    let mut plain: Vec<(&str, String)> = Vec::new();
    let mut blocks = Vec::new();
    for (name, node) in body {
        match node {
            Node::Block(inner) => blocks.push(block(name, &hcl(inner))),
            Node::Blocks(all) => blocks.extend(all.iter().map(|own| block(name, &hcl(own)))),
            value => plain.push((name, hcl_value(value))),
        }
    }
    if !plain.is_empty() {
        blocks.insert(0, arguments(&plain));
    }
    blocks.join("\n\n")
}

fn hcl_value(node: &Node) -> String {
    match node {
        Node::Text(text) => quoted(text).replace("${", "$${").replace("%{", "%%{"),
        Node::Plain(text) => text.clone(),
        Node::Variable(name) => format!("var.{}", name.to_lowercase()),
        Node::List(all) => {
            format!("[{}]", all.iter().map(hcl_value).collect::<Vec<_>>().join(", "))
        }
        Node::Block(_) | Node::Blocks(_) => String::new(),
    }
}

/// A text in quotes, as JSON has it, which HCL and YAML read alike.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The same in YAML.
pub(super) fn yaml(body: &Body) -> String {
    body.iter().map(|(name, node)| member(name, node)).collect::<Vec<_>>().join("\n")
}

fn member(name: &str, node: &Node) -> String {
    let item = |text: String| format!("  - {}", indented(&text, 4).trim_start());
    let list = |items: Vec<String>| format!("{name}:\n{}", items.join("\n"));
    match node {
        Node::Block(inner) => format!("{name}:\n{}", indented(&yaml(inner), 2)),
        Node::Blocks(all) => list(all.iter().map(|own| item(yaml(own))).collect()),
        Node::List(all) => list(all.iter().map(|own| item(yaml_value(own))).collect()),
        value => format!("{name}: {}", yaml_value(value)),
    }
}

fn yaml_value(node: &Node) -> String {
    match node {
        Node::Text(text) if is_word(text) => text.clone(),
        Node::Text(text) => quoted(text),
        Node::Plain(text) => text.clone(),
        Node::Variable(name) => format!("!Ref {}", camel(name)),
        Node::List(_) | Node::Block(_) | Node::Blocks(_) => String::new(),
    }
}

/// Whether YAML reads this as the text that it is, without quotes.
fn is_word(text: &str) -> bool {
    const OTHERS: [&str; 9] = ["true", "false", "on", "off", "yes", "no", "null", "y", "n"];
    text.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '/')
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-./:+=@".contains(letter))
        && !text.ends_with(':')
        && !OTHERS.contains(&text.to_lowercase().as_str())
}

/// `CERTIFICATE_ARN` as the name of a parameter: `CertificateArn`.
fn camel(name: &str) -> String {
    let part = |part: &str| {
        let mut letters = part.chars();
        letters.next().map_or_else(String::new, |first| {
            std::iter::once(first).chain(letters.flat_map(char::to_lowercase)).collect()
        })
    };
    name.split('_').map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_say_the_same() {
        let given = body([
            ("port", Node::of("443")),
            ("names", Node::texts(&["a".to_owned(), "off".to_owned()])),
            ("arn", Node::Variable("CERTIFICATE_ARN")),
            ("action", Node::Blocks(vec![body([("type", Node::text("${x} \"y\""))])])),
            ("check", Node::Block(body([("path", Node::text("/"))]))),
        ]);
        assert_eq!(
            hcl(&given),
            "port  = 443\nnames = [\"a\", \"off\"]\narn   = var.certificate_arn\n\naction {\n  type = \"$${x} \
             \\\"y\\\"\"\n}\n\ncheck {\n  path = \"/\"\n}"
        );
        assert_eq!(
            yaml(&given),
            "port: 443\nnames:\n  - a\n  - \"off\"\narn: !Ref CertificateArn\naction:\n  - type: \"${x} \
             \\\"y\\\"\"\ncheck:\n  path: /"
        );
    }
}
