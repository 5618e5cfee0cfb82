//! True answers, altered: of any service, in XML or JSON.

use super::tree::{Content, Tree};
use super::{json, xml};
use crate::answer::Answer;
use crate::call::{Family, Protocol};

/// What becomes of a true answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alter {
    /// It ends after so many hundredths of its length.
    CutAt(usize),
    /// It has no body.
    Empty,
    /// It is not well-formed in the middle.
    Broken,
    /// Its result has no field.
    Bare,
    /// Every item of its lists lacks its first field, or the result if there is no list.
    WithoutFirst,
    /// The same with the last field.
    WithoutLast,
    /// Every structure has a field that nobody knows.
    NewField,
    /// Every word of an enumeration is one that nobody knows.
    NewWord,
    /// Every number is this.
    Numbers(Number),
    /// Every item of every list is there twice.
    Twice,
    /// ARNs of the account are those of another one.
    OtherAccount,
    /// So many bytes of blanks stand behind it.
    Padded(usize),
    /// A field that nobody knows holds as many others in each other.
    Deep(usize),
    /// A field that nobody knows has as many attributes, or members.
    Wide(usize),
}

/// A number that makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// Too large for any type.
    Huge,
    /// Below nought.
    Negative,
    /// No number.
    NotOne,
}

impl Number {
    fn written(self) -> &'static str {
        match self {
            Number::Huge => "99999999999999999999999999999",
            Number::Negative => "-1",
            Number::NotOne => "NaN",
        }
    }
}

/// The account that a foreign answer is about.
pub(crate) const ANOTHER: &str = "999988887777";

impl Alter {
    pub(super) fn alter(&self, family: Family, account: &str, answer: &mut Answer) {
        let body = &mut answer.body;
        match self {
            Self::CutAt(hundredths) => body.truncate(body.len() * hundredths / 100),
            Self::Empty => body.clear(),
            Self::Broken => break_open(body),
            Self::Padded(bytes) => body.resize(body.len() + bytes, b' '),
            Self::Deep(levels) => insert(family, body, &deep(family, *levels)),
            Self::Wide(members) => insert(family, body, &wide(family, *members)),
            Self::OtherAccount => {
                let part = |number: &str| format!(":{number}:");
                let text = String::from_utf8_lossy(body).replace(&part(account), &part(ANOTHER));
                *body = text.into_bytes();
            }
            Self::Bare => on_result(family, body, |fields| {
                fields.retain(|field| field.name == "requestId");
            }),
            Self::WithoutFirst => on_items(family, body, |fields| drop(fields.remove(0))),
            Self::WithoutLast => on_items(family, body, |fields| drop(fields.pop())),
            Self::NewField => on_all(family, body, |tree| {
                if let Content::Fields(fields) = &mut tree.content
                    && !(family == Family::Wafv2 && is_one_of_several(fields))
                {
                    let inner = vec![Tree::text("Of", "1")];
                    fields.push(Tree::fields("Unheard", inner));
                }
            }),
            Self::NewWord => on_result(family, body, |fields| new_words("", fields)),
            Self::Numbers(number) => on_all(family, body, |tree| {
                if let Content::Leaf(text, _) = &mut tree.content
                    && is_number(text)
                {
                    tree.content = Content::Leaf(number.written().to_owned(), false);
                }
            }),
            Self::Twice => on_all(family, body, twice),
        }
    }
}

/// Whether the one field of a structure says of what kind it is, so that AWS never sends a second.
///
/// Source: AWS WAF API reference, `Statement`, `RuleAction`, `FieldToMatch`.
fn is_one_of_several(fields: &[Tree]) -> bool {
    matches!(fields, [Tree { content: Content::Fields(_), .. }])
}

fn is_json(family: Family) -> bool {
    matches!(family.protocol(), Protocol::Json | Protocol::RestJson)
}

fn deep(family: Family, levels: usize) -> String {
    let [open, close] = if is_json(family) { ["[", "]"] } else { ["<Unheard>", "</Unheard>"] };
    open.repeat(levels) + &close.repeat(levels)
}

fn wide(family: Family, members: usize) -> String {
    if is_json(family) {
        let members: Vec<String> = (0..members).map(|number| format!("\"a{number}\":1")).collect();
        return format!("{{{}}}", members.join(","));
    }
    let mut attributes = String::new();
    for number in 0..members {
        attributes.extend([" a", &number.to_string(), "=\"1\""]);
    }
    format!("<Unheard{attributes}/>")
}

/// Puts a value, of a field that nobody knows, at the end of a document.
fn insert(family: Family, body: &mut Vec<u8>, value: &str) {
    let text = String::from_utf8_lossy(body).into_owned();
    let end = if is_json(family) { "}" } else { "</" };
    let Some(at) = text.rfind(end) else { return };
    let (before, after) = text.split_at(at);
    let name = match before.trim_end().ends_with('{') {
        _ if !is_json(family) => "",
        true => "\"Unheard\":",
        false => ",\"Unheard\":",
    };
    *body = [before, name, value, after].concat().into_bytes();
}

/// Puts what cannot stand there in the middle, between two parts of the document.
fn break_open(body: &mut Vec<u8>) {
    let middle = body.len() / 2;
    let at = body[middle..].iter().position(|byte| matches!(byte, b'<' | b',' | b'}'));
    let at = at.map_or(body.len(), |at| middle + at);
    body.splice(at..at, *b"<<{\"");
}

/// Changes a document if it is one.
pub(super) fn on_tree(family: Family, body: &mut Vec<u8>, change: impl FnOnce(&mut Tree)) {
    let Ok(text) = std::str::from_utf8(body) else { return };
    if is_json(family) {
        if let Some(mut tree) = json::read(text) {
            change(&mut tree);
            *body = json::write(&tree).into_bytes();
        }
    } else if let Some((mut tree, namespace)) = xml::read(text) {
        change(&mut tree);
        *body = xml::write(&tree, &namespace).into_bytes();
    }
}

pub(super) fn on_result(family: Family, body: &mut Vec<u8>, change: impl FnOnce(&mut Vec<Tree>)) {
    on_tree(family, body, |tree| {
        if let Some(fields) = tree.result(family.protocol()) {
            change(fields);
        }
    });
}

fn on_all(family: Family, body: &mut Vec<u8>, mut change: impl FnMut(&mut Tree)) {
    on_result(family, body, |fields| {
        let mut all = Tree::fields("", std::mem::take(fields));
        all.each(&mut change);
        if let Content::Fields(changed) = all.content {
            *fields = changed;
        }
    });
}

/// Changes the fields of every item of the outermost lists, or those of the result where there is none.
fn on_items(family: Family, body: &mut Vec<u8>, change: impl Fn(&mut Vec<Tree>)) {
    on_result(family, body, |fields| {
        if !outermost(fields, &change) && !fields.is_empty() {
            change(fields);
        }
    });
}

/// Whether there was a list.
fn outermost(parts: &mut [Tree], change: &impl Fn(&mut Vec<Tree>)) -> bool {
    let mut any = false;
    for part in parts {
        match &mut part.content {
            Content::Leaf(..) => {}
            Content::Fields(fields) => any |= outermost(fields, change),
            Content::Items(items) => {
                any = true;
                for item in items {
                    match &mut item.content {
                        Content::Fields(fields) if !fields.is_empty() => change(fields),
                        Content::Leaf(text, _) => text.clear(),
                        _ => {}
                    }
                }
            }
        }
    }
    any
}

fn twice(tree: &mut Tree) {
    match &mut tree.content {
        Content::Items(items) => {
            *items = items.iter().flat_map(|one| [one.clone(), one.clone()]).collect();
        }
        // S3 has no element around its items.
        Content::Fields(fields) => {
            let again: Vec<Tree> =
                fields.iter().filter(|field| field.name == "Contents").cloned().collect();
            fields.extend(again);
        }
        Content::Leaf(..) => {}
    }
}

/// Whether a text is a number; that of an account is none.
fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(f64::is_finite) && text.len() != 12
}

/// How the names of fields end whose values are one of a few words.
const ENUMERATIONS: [&str; 16] = [
    "type", "state", "status", "scheme", "protocol", "code", "mode", "action", "method", "origin",
    "engine", "effect", "policy", "reason", "version", "kind",
];

fn new_words(list: &str, parts: &mut [Tree]) {
    for part in parts {
        // An item is what its list is called.
        let name = match part.name.as_str() {
            "" | "member" | "item" => list.trim_end_matches('s'),
            name => name,
        };
        let name = name.to_ascii_lowercase();
        let one_of_few = ENUMERATIONS.iter().any(|end| name.ends_with(end));
        match &mut part.content {
            Content::Leaf(text, true) if one_of_few && is_word(text) => {
                "unheard-of".clone_into(text);
            }
            Content::Leaf(..) => {}
            Content::Fields(below) | Content::Items(below) => new_words(&name, below),
        }
    }
}

fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.len() < 60
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
        && !matches!(text, "true" | "false")
}

#[cfg(test)]
mod tests {
    use super::*;

    const XML: &str = "<R xmlns=\"http://x/\"><AResult><Rules><member><Arn>a</Arn><State>on</State>\
                       <Port>80</Port></member></Rules></AResult><ResponseMetadata/></R>";
    const JSON: &str = r#"{"Items":[{"Arn":"a","Port":80,"State":"on"}],"Next":"n"}"#;

    fn altered(family: Family, body: &str, alter: &Alter) -> String {
        let mut answer = Answer {
            status: 200,
            content_type: "",
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
        };
        alter.alter(family, "111122223333", &mut answer);
        String::from_utf8(answer.body).unwrap()
    }

    #[test]
    fn xml_and_json_are_altered_alike() {
        let item = "<Arn>a</Arn><State>on</State><Port>80</Port>";
        for (alter, xml, json) in [
            (
                Alter::WithoutFirst,
                "<member><State>on</State><Port>80</Port></member>",
                r#"[{"Port":80,"State":"on"}]"#,
            ),
            (
                Alter::WithoutLast,
                "<member><Arn>a</Arn><State>on</State></member>",
                r#"[{"Arn":"a","Port":80}]"#,
            ),
            (Alter::NewWord, "<State>unheard-of</State>", r#""State":"unheard-of""#),
            (Alter::Numbers(Number::Negative), "<Port>-1</Port>", r#""Port":-1"#),
            (Alter::Numbers(Number::NotOne), "<Port>NaN</Port>", r#""Port":NaN"#),
            (
                Alter::NewField,
                "<Unheard><Of>1</Of></Unheard></member>",
                r#""Unheard":{"Of":"1"}}]"#,
            ),
            (Alter::Bare, "<AResult></AResult>", "{}"),
            (
                Alter::Deep(2),
                "<Unheard><Unheard></Unheard></Unheard></R>",
                r#""n","Unheard":[[]]}"#,
            ),
            (Alter::Wide(2), r#"<Unheard a0="1" a1="1"/></R>"#, r#""Unheard":{"a0":1,"a1":1}}"#),
        ] {
            let found = altered(Family::Elbv2, XML, &alter);
            assert!(found.contains(xml), "{alter:?}: {found}");
            let found = altered(Family::Acm, JSON, &alter);
            assert!(found.contains(json), "{alter:?}: {found}");
        }
        let acl = r#"{"Rules":[{"Name":"a","Action":{"Block":{}}}]}"#;
        let found = altered(Family::Wafv2, acl, &Alter::NewField);
        assert!(found.contains(r#""Action":{"Block":{"Unheard""#), "{found}");
        let found = altered(Family::Elbv2, XML, &Alter::Twice);
        assert!(
            found.contains(&format!(
                "<Rules><member>{item}</member><member>{item}</member></Rules>"
            ))
        );
        assert_eq!(altered(Family::Acm, JSON, &Alter::CutAt(50)), JSON[..JSON.len() / 2]);
        assert_eq!(altered(Family::Acm, JSON, &Alter::Padded(3)), format!("{JSON}   "));
        assert!(altered(Family::Acm, JSON, &Alter::Broken).contains("<<{\""));
        assert_eq!(altered(Family::Acm, JSON, &Alter::Empty), "");
        assert_eq!(altered(Family::S3, "", &Alter::Twice), "", "a head stays one");
    }
}
