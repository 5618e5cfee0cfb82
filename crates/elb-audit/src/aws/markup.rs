//! XML that costs more than it is long: what reads it compares each attribute of an element with the others, and
//! keeps for each element all namespaces that are declared around it.

/// Bytes of one tag, which is some hundred attributes. AWS's longest tags are those with a namespace.
const TAG: usize = 4096;
/// Elements in each other.
const DEPTH: usize = 1000;
/// Namespaces that are declared.
const NAMESPACES: usize = 5000;

/// What there is too much of in a document, whether it is well-formed or not.
pub(super) fn excess(text: &str) -> Option<String> {
    let (mut depth, mut namespaces) = (0_usize, 0);
    let mut rest = text;
    while let Some(from) = rest.find('<') {
        let markup = &rest[from..];
        // Where it does not end, it is not well-formed.
        let (tag, length) = markup_of(markup)?;
        rest = &markup[length..];
        if !tag {
            continue;
        }
        let tag = &markup[..length];
        if length > TAG {
            return Some(format!("a tag of {length} bytes"));
        }
        namespaces += tag.matches("xmlns").count();
        if namespaces > NAMESPACES {
            return Some(format!("more than {NAMESPACES} namespaces"));
        }
        if tag.starts_with("</") {
            depth = depth.saturating_sub(1);
        } else if !tag.ends_with("/>") {
            depth += 1;
        }
        if depth > DEPTH {
            return Some(format!("more than {DEPTH} elements in each other"));
        }
    }
    None
}

/// Whether markup is the tag of an element, and how long it is.
fn markup_of(text: &str) -> Option<(bool, usize)> {
    for (begin, end) in [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")] {
        if let Some(inside) = text.strip_prefix(begin) {
            return Some((false, begin.len() + inside.find(end)? + end.len()));
        }
    }
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some((true, at + 1)),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::excess;

    #[test]
    fn what_costs_too_much_is_told() {
        let attributes = |many: usize, value: &str| -> String {
            let each =
                (0..many).map(|number| [" a", &number.to_string(), "='", value, "'"].concat());
            each.collect()
        };
        for (text, said) in [
            (format!("<R{}/>", attributes(1000, "x")), "a tag of"),
            (format!("<R{}/>", attributes(1000, ">")), "a tag of"),
            (format!("<R{}></R>", attributes(1000, "/>")), "a tag of"),
            (format!("<R>{}", "<a>".repeat(1001)), "more than 1000 elements in each other"),
            (format!("<R>{}</R>", "<a xmlns:x='y'/>".repeat(5001)), "more than 5000 namespaces"),
        ] {
            let found = excess(&text).unwrap();
            assert!(found.starts_with(said), "{found}");
        }
        for text in [
            format!("<R{}/>", attributes(100, ">")),
            format!("<R><!-- {} --></R>", "<a>".repeat(2000)),
            format!("<R><![CDATA[{}]]></R>", "<a>".repeat(2000)),
            format!("<R>{}</R>", "<a></a><b/>".repeat(5000)),
            format!("<R>{}</R>", "x=\"y\" > ".repeat(5000)),
            "<R".to_owned(),
            String::new(),
        ] {
            assert_eq!(excess(&text), None);
        }
    }
}
