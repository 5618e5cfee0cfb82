//! A writer of XML in which text is always escaped.

use std::fmt::{Display, Write as _};

/// XML as it is written.
pub(crate) struct Xml {
    out: String,
    member: &'static str,
}

impl Xml {
    /// XML of the query services, whose lists consist of `member`.
    pub(crate) fn query() -> Self {
        Self { out: String::new(), member: "member" }
    }

    /// XML of EC2, whose lists consist of `item`.
    pub(crate) fn ec2() -> Self {
        Self { out: String::new(), member: "item" }
    }

    /// What was written.
    pub(crate) fn finish(self) -> String {
        self.out
    }

    /// Adds XML that was made by another writer.
    pub(crate) fn raw(&mut self, xml: &str) {
        self.out.push_str(xml);
    }

    /// The outermost element, with a namespace.
    pub(crate) fn root(&mut self, name: &str, namespace: &str, content: impl FnOnce(&mut Self)) {
        self.raw(&format!("<{name} xmlns=\"{namespace}\">"));
        content(self);
        self.close(name);
    }

    /// An element with content.
    pub(crate) fn node(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        self.open(name);
        content(self);
        self.close(name);
    }

    /// An element with text.
    pub(crate) fn text(&mut self, name: &str, value: impl Display) {
        self.open(name);
        self.write(value);
        self.close(name);
    }

    /// Text alone.
    pub(crate) fn write(&mut self, value: impl Display) {
        // Writing to a string cannot fail.
        let _ = write!(Escaped(&mut self.out), "{value}");
    }

    /// An element with text, if there is any.
    pub(crate) fn maybe(&mut self, name: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    /// A list of structures.
    pub(crate) fn list<T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
        mut content: impl FnMut(&mut Self, T),
    ) {
        self.open(name);
        for item in items {
            let member = self.member;
            self.node(member, |xml| content(xml, item));
        }
        self.close(name);
    }

    /// A list of texts.
    pub(crate) fn texts<T: Display>(&mut self, name: &str, items: impl IntoIterator<Item = T>) {
        self.open(name);
        for item in items {
            self.text(self.member, item);
        }
        self.close(name);
    }

    /// A list of keys with values.
    pub(crate) fn pairs<'a>(
        &mut self,
        name: &str,
        pairs: impl IntoIterator<Item = &'a (String, String)>,
    ) {
        self.list(name, pairs, |xml, (key, value)| {
            xml.text("Key", key);
            xml.text("Value", value);
        });
    }

    fn open(&mut self, name: &str) {
        self.out.push('<');
        self.out.push_str(name);
        self.out.push('>');
    }

    fn close(&mut self, name: &str) {
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }
}

/// Escapes what is written to it.
struct Escaped<'a>(&'a mut String);

impl std::fmt::Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        // Nearly all text is plain, and looking for one byte at a time is the fastest search.
        if !['&', '<', '>', '"'].into_iter().any(|special| text.contains(special)) {
            self.0.push_str(text);
            return Ok(());
        }
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                plain => self.0.push(plain),
            }
        }
        Ok(())
    }
}
