//! A certificate that is for clients alone stands for a server.

use crate::checks::prelude::*;
use crate::checks::shared::causes;
use crate::checks::shared::seen::few;

/// What else ACM says that a certificate may be used for.
///
/// Source: `ExtendedKeyUsageName` of the ACM API.
const OTHER_USES: &[&str] = &[
    "TLS_WEB_CLIENT_AUTHENTICATION",
    "CODE_SIGNING",
    "EMAIL_PROTECTION",
    "TIME_STAMPING",
    "OCSP_SIGNING",
    "IPSEC_END_SYSTEM",
    "IPSEC_TUNNEL",
    "IPSEC_USER",
    "CUSTOM",
];

pub(crate) const CHECK: Check = Check {
    id: "certificate-client-only",
    title: "certificate is not for servers",
    severity: Severity::High,
    applies_to: &[Kind::Application, Kind::Network, Kind::Classic],
    why: "It says itself that it does not authenticate servers: clients that check refuse the \
          connection, and those that have to work are told not to check at all.",
    logic: "Looks at the default and every SNI certificate kept in ACM. Fails on an Amazon N2 \
            certificate whose CertificateUsage is `CLIENT_AUTH_ONLY`, and on any whose extended key \
            usages name others but TLS_WEB_SERVER_AUTHENTICATION. Passes on \
            `CLIENT_AND_SERVER_AUTH`, with server authentication or any usage, and where the \
            certificate does not restrict its use. Another word is unknown. Does not apply to \
            certificates kept in IAM, of which AWS does not tell it.",
    fix: "attach a certificate for servers: one requested without CertificateUsage CLIENT_AUTH_ONLY",
    remedy: Remedy::certificate(Particular::NOTHING),
    links: &[
        "https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html",
        "https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html",
    ],
    needs: super::NAMED,
    examples: &[
        Example {
            title: "an Amazon N2 certificate for clients",
            given: || of_n2(&Kind::Network, "CLIENT_AUTH_ONLY"),
            finds: &["fail certificate-client-only www.example.com"],
        },
        Example {
            title: "of a private authority, for clients",
            given: || for_uses(&["TLS_WEB_CLIENT_AUTHENTICATION"]),
            finds: &["fail certificate-client-only www.example.com"],
        },
        Example {
            title: "a usage that this version does not know",
            given: || of_n2(&Kind::Application, "PRINTER_AUTH"),
            finds: &["unknown certificate-client-only www.example.com"],
        },
        Example {
            title: "a key usage that this version does not know",
            given: || for_uses(&["TLS_WEB_CLIENT_AUTHENTICATION", "PRINTING"]),
            finds: &["unknown certificate-client-only www.example.com"],
        },
        Example {
            title: "an Amazon N2 certificate for both",
            given: || of_n2(&Kind::Classic, "CLIENT_AND_SERVER_AUTH"),
            finds: &[],
        },
        Example {
            title: "any use",
            given: || for_uses(&["TLS_WEB_CLIENT_AUTHENTICATION", "ANY"]),
            finds: &[],
        },
        Example { title: "no use is named", given: || for_uses(&[]), finds: &[] },
        Example {
            title: "kept in IAM",
            given: || sample::with_iam(&Kind::Classic, |_| ()),
            finds: &["does not apply", "fail certificate-unmanaged www.example.com"],
        },
        Example { title: "for servers", given: || sample::clean(&Kind::Application), finds: &[] },
    ],
    ..Check::new(Judge::Certificate(judge))
};

/// The clean account of this kind with an Amazon N2 certificate of this usage.
fn of_n2(kind: &Kind, usage: &str) -> Inventory {
    sample::certified(kind, |certificate| {
        certificate.root_hierarchy = Some("N2_AMAZON_MANAGED".to_owned());
        certificate.usage = Some(usage.to_owned());
        if usage == "CLIENT_AUTH_ONLY" {
            certificate.extended_key_usages = vec!["TLS_WEB_CLIENT_AUTHENTICATION".to_owned()];
        }
    })
}

/// The clean Application account with a certificate of a private authority for these uses.
fn for_uses(uses: &[&str]) -> Inventory {
    sample::certified(&Kind::Application, |certificate| {
        certificate.kind = Some("PRIVATE".to_owned());
        certificate.extended_key_usages = uses.iter().map(|&usage| usage.to_owned()).collect();
    })
}

fn judge(_: &Context, certificate: &Certificate) -> Judgement {
    if certificate.is_in_iam() {
        return Ok(Verdict::NotApplicable);
    }
    let uses = &certificate.extended_key_usages;
    let said = if uses.is_empty() { "not restricted".into() } else { few(uses) };
    let mut grounds = Grounds::new().with("extended_key_usages", said);
    if let Some(usage) = &certificate.usage {
        grounds = grounds.with("certificate_usage", usage.as_str());
    }
    let fails = |grounds: Grounds| {
        Ok(Verdict::Fail(grounds.cause(causes::replace_certificate(certificate))))
    };
    let unknown = |what: &str, word: &str| {
        Err(certificate.unexpected_value(Reason::Unrecognised, &format!("{what} {word}")))
    };
    match certificate.usage.as_deref() {
        Some("CLIENT_AUTH_ONLY") => return fails(grounds),
        None | Some("CLIENT_AND_SERVER_AUTH") => {}
        Some(other) => return unknown("CertificateUsage", other),
    }
    let named = |word: &str| uses.iter().any(|usage| usage == word);
    if uses.is_empty() || named("TLS_WEB_SERVER_AUTHENTICATION") || named("ANY") || named("NONE") {
        return Ok(Verdict::Pass(grounds));
    }
    match uses.iter().find(|usage| !OTHER_USES.contains(&usage.as_str())) {
        Some(other) => unknown("extended key usage", other),
        None => fails(grounds),
    }
}
