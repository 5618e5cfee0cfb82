//! Whom the identity filters of a listener let in, among the clients that its trust store vouches for.
//!
//! Source: `ClientCertificateIdentityFilter` of the ELB API since 2026-11. One filter that matches is enough; a
//! listener without filters lets in every client that is verified.

use crate::analysis::domain;
use crate::inventory::{IdentityFilter, Listener};
use crate::vocab::fact::{Gap, Reason};

/// How far a filter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grip {
    /// To one identity, or to those below one host: an authority that verifies what it signs gives nobody else
    /// a certificate that matches.
    Named,
    /// To everybody whose identity begins like this: whoever may register names gets one that does.
    Beginning,
    /// To almost everybody: it begins with nothing that names anyone.
    Anybody,
}

/// Fewer letters and digits than these name nobody.
const NAMING: usize = 3;

/// How far a filter goes; unknown where it has a word that this version does not know.
pub fn grip(listener: &Listener, filter: &IdentityFilter) -> Result<Grip, Gap> {
    let unknown = |what: &str, word: &str| {
        listener
            .unexpected_value(Reason::Unrecognised, &format!("{what} {word} of an identity filter"))
    };
    if filter.action != "accept" {
        return Err(unknown("action", &filter.action));
    }
    let exactly = match filter.match_type.as_str() {
        "exact" => true,
        "prefix" => false,
        other => return Err(unknown("match type", other)),
    };
    match (filter.field.as_str(), exactly) {
        ("subject-cn" | "san-dns" | "san-uri", true) => Ok(Grip::Named),
        // What a client writes there: public authorities do not verify it, others need not.
        ("subject-ou", true) => Ok(Grip::Beginning),
        ("subject-cn" | "subject-ou" | "san-dns", false) => Ok(beginning(&filter.value)),
        ("san-uri", false) => Ok(uri_grip(&filter.value)),
        (other, _) => Err(unknown("field", other)),
    }
}

/// A DNS name is registered at its end: `client.example.com` begins `client.example.com.attacker.example` too.
fn beginning(text: &str) -> Grip {
    let naming = text.chars().filter(|letter| letter.is_alphanumeric()).count();
    if naming < NAMING { Grip::Anybody } else { Grip::Beginning }
}

/// A URI is held by its host, as soon as something ends it: `spiffe://example.com/`.
fn uri_grip(text: &str) -> Grip {
    let Some((_, rest)) = text.split_once(':') else { return Grip::Anybody };
    let Some(authority) = rest.strip_prefix("//") else { return beginning(rest) };
    match authority.split_once(['/', '?', '#']) {
        Some(("", _)) => Grip::Anybody,
        Some(_) => Grip::Named,
        // A host that goes on: what is there may be no more than what registries sell names below.
        None if domain::is_public_suffix(authority) => Grip::Anybody,
        None => beginning(authority),
    }
}

#[cfg(test)]
mod tests {
    use super::{Grip, grip};
    use crate::fixtures::sample;
    use crate::inventory::IdentityFilter;

    #[test]
    fn a_filter_goes_as_far_as_its_text_does() {
        let table = [
            ("san-uri exact spiffe://example.com/web", Ok(Grip::Named)),
            ("san-dns exact client.example.com", Ok(Grip::Named)),
            ("subject-cn exact client 7", Ok(Grip::Named)),
            ("subject-ou exact Clients", Ok(Grip::Beginning)),
            ("san-uri prefix spiffe://example.com/", Ok(Grip::Named)),
            ("san-uri prefix spiffe://prod/", Ok(Grip::Named)),
            ("san-uri prefix https://example.com?client=", Ok(Grip::Named)),
            ("san-uri prefix spiffe://example.com", Ok(Grip::Beginning)),
            ("san-uri prefix spiffe://prod", Ok(Grip::Beginning)),
            ("san-uri prefix urn:example:client:", Ok(Grip::Beginning)),
            ("san-uri prefix spiffe://com", Ok(Grip::Anybody)),
            ("san-uri prefix spiffe://CO.uk", Ok(Grip::Anybody)),
            ("san-uri prefix spiffe:///", Ok(Grip::Anybody)),
            ("san-uri prefix spiffe://", Ok(Grip::Anybody)),
            ("san-uri prefix spiffe:", Ok(Grip::Anybody)),
            ("san-uri prefix urn:", Ok(Grip::Anybody)),
            ("san-uri prefix s", Ok(Grip::Anybody)),
            ("san-dns prefix client.example.com", Ok(Grip::Beginning)),
            ("san-dns prefix *", Ok(Grip::Anybody)),
            ("san-dns prefix *.", Ok(Grip::Anybody)),
            ("subject-cn prefix a", Ok(Grip::Anybody)),
            ("subject-cn prefix ", Ok(Grip::Anybody)),
            ("subject-cn prefix 日本株式会社", Ok(Grip::Beginning)),
            ("subject-ou prefix Clients", Ok(Grip::Beginning)),
            ("san-ip exact 10.0.0.1", Err("field san-ip")),
            ("san-dns suffix .example.com", Err("match type suffix")),
        ];
        let listener = sample::https(Vec::new());
        for (written, expected) in table {
            let mut parts = written.splitn(3, ' ').map(str::to_owned);
            let mut part = || parts.next().unwrap_or_default();
            let filter = IdentityFilter {
                field: part(),
                match_type: part(),
                value: part(),
                action: "accept".to_owned(),
            };
            let found = grip(&listener, &filter).map_err(|gap| gap.detail.unwrap_or_default());
            let expected = expected.map_err(|said| format!("{said} of an identity filter"));
            assert_eq!(found, expected, "{written}");
        }
        let refusing = IdentityFilter { action: "reject".to_owned(), ..IdentityFilter::default() };
        assert!(grip(&listener, &refusing).is_err());
    }
}
