//! A document, whether it is written in XML or in JSON.

use crate::call::Protocol;

/// A document or a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tree {
    /// Its name; that of an item in XML, nothing in JSON.
    pub(crate) name: String,
    pub(crate) content: Content,
}

/// What a part of a document holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// A value as it is written, and whether it is a text.
    Leaf(String, bool),
    /// A structure.
    Fields(Vec<Tree>),
    /// A list.
    Items(Vec<Tree>),
}

impl Tree {
    pub(crate) fn text(name: &str, text: &str) -> Self {
        Tree { name: name.to_owned(), content: Content::Leaf(text.to_owned(), true) }
    }

    pub(crate) fn fields(name: &str, fields: Vec<Tree>) -> Self {
        Tree { name: name.to_owned(), content: Content::Fields(fields) }
    }

    /// What is right below.
    pub(crate) fn below(&mut self) -> &mut [Tree] {
        match &mut self.content {
            Content::Leaf(..) => &mut [],
            Content::Fields(all) | Content::Items(all) => all,
        }
    }

    /// The fields of the result, without what a protocol puts around and beside it.
    pub(crate) fn result(&mut self, protocol: Protocol) -> Option<&mut Vec<Tree>> {
        let Content::Fields(fields) = &mut self.content else { return None };
        if protocol == Protocol::Query {
            let inner = fields.iter_mut().find(|field| field.name.ends_with("Result"))?;
            return match &mut inner.content {
                Content::Fields(fields) => Some(fields),
                _ => None,
            };
        }
        Some(fields)
    }

    /// Does something to all below and to this, the innermost first.
    pub(crate) fn each(&mut self, change: &mut impl FnMut(&mut Tree)) {
        for part in self.below() {
            part.each(change);
        }
        change(self);
    }
}
