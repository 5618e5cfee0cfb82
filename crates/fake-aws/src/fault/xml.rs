//! Documents in XML.

use roxmltree::{Document, Node};

use super::tree::{Content, Tree};
use crate::xml::Xml;

/// An XML document; none if that is none.
pub(super) fn read(text: &str) -> Option<(Tree, String)> {
    let document = Document::parse(text).ok()?;
    let root = document.root_element();
    let namespace = root.tag_name().namespace().unwrap_or_default().to_owned();
    Some((tree(root), namespace))
}

fn tree(node: Node<'_, '_>) -> Tree {
    let name = node.tag_name().name().to_owned();
    let below: Vec<Tree> = node.children().filter(Node::is_element).map(tree).collect();
    let content = match below.first() {
        None => Content::Leaf(node.text().unwrap_or_default().to_owned(), true),
        Some(first) if is_item(&name, &first.name) => Content::Items(below),
        Some(_) => Content::Fields(below),
    };
    Tree { name, content }
}

/// Whether a child of this name is an item of a list of this one.
fn is_item(list: &str, child: &str) -> bool {
    matches!(child, "member" | "item") || list == "Items" || list.strip_suffix('s') == Some(child)
}

/// The document as it is written.
pub(super) fn write(root: &Tree, namespace: &str) -> String {
    let mut xml = Xml::query();
    xml.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    if namespace.is_empty() {
        element(&mut xml, root);
    } else {
        xml.root(&root.name, namespace, |xml| content(xml, root));
    }
    xml.finish()
}

fn element(xml: &mut Xml, tree: &Tree) {
    xml.node(&tree.name, |xml| content(xml, tree));
}

fn content(xml: &mut Xml, tree: &Tree) {
    match &tree.content {
        Content::Leaf(text, _) => xml.write(text),
        Content::Fields(all) | Content::Items(all) => {
            for part in all {
                element(xml, part);
            }
        }
    }
}
