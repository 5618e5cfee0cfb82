//! A request to a service whose operations are paths.

use std::fmt::Write as _;

/// A request: method, path, query, headers and body, all encoded as they go out.
#[derive(Clone, Debug)]
pub(crate) struct RestRequest {
    pub(super) method: &'static str,
    /// Path with query.
    pub(super) target: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

impl RestRequest {
    /// `GET` of this path, given by its segments.
    pub(crate) fn get(segments: &[&str]) -> Self {
        let mut target = String::new();
        for segment in segments {
            target.push('/');
            encode(segment, &mut target);
        }
        if target.is_empty() {
            target.push('/');
        }
        RestRequest { method: "GET", target, headers: Vec::new(), body: Vec::new() }
    }

    /// `PUT` of this at a path.
    pub(crate) fn put(segments: &[&str], body: Vec<u8>) -> Self {
        RestRequest { method: "PUT", body, ..RestRequest::get(segments) }
    }

    /// `POST` of this to a path.
    pub(crate) fn post(segments: &[&str], body: Vec<u8>) -> Self {
        RestRequest { method: "POST", body, ..RestRequest::get(segments) }
    }

    /// The same, only for the head of the answer.
    pub(crate) fn head_only(mut self) -> Self {
        self.method = "HEAD";
        self
    }

    /// Adds a parameter to the query.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.target.push(if self.target.contains('?') { '&' } else { '?' });
        encode(name, &mut self.target);
        if !value.is_empty() {
            self.target.push('=');
            encode(value, &mut self.target);
        }
        self
    }

    /// Adds a parameter if there is one.
    pub(crate) fn with_some(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Adds a header.
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

/// Percent-encodes everything but RFC 3986's unreserved characters, a slash too.
fn encode(text: &str, into: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            into.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(into, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_leave_its_place() {
        let request =
            RestRequest::get(&["v2", "apis", "a/../b?c"]).with("next", "x&y=z").with("on", "");
        assert_eq!(request.target, "/v2/apis/a%2F..%2Fb%3Fc?next=x%26y%3Dz&on");
        assert_eq!(RestRequest::get(&[]).with_some("prefix", None).target, "/");
    }
}
