//! Changes that resolve faults of several checks: said in one place, so that the same change is one action.

use crate::inventory::{Certificate, Kind, Provenance, SecurityGroup};
use crate::remedy::Remedy;
use crate::remedy::cause::{Cause, ResourceKind, Verb};

/// Another certificate takes the place of this one.
pub(in crate::checks) fn replace_certificate(certificate: &Certificate) -> Cause {
    certificate_cause(Verb::Replace, certificate)
}

/// Load balancers that share this certificate get one each.
pub(in crate::checks) fn split_certificate(certificate: &Certificate) -> Cause {
    replace_certificate(certificate).to("one for each environment")
}

/// This certificate gets a new end: ACM renews one that it issued, and another one takes the place of any other.
pub(in crate::checks) fn renew_certificate(certificate: &Certificate) -> Cause {
    match certificate.provenance() {
        Ok(Provenance::Amazon | Provenance::Private) => certificate_cause(Verb::Renew, certificate),
        Ok(Provenance::Imported | Provenance::Iam) | Err(_) => replace_certificate(certificate),
    }
}

fn certificate_cause(verb: Verb, certificate: &Certificate) -> Cause {
    let cause = Cause::new(verb, ResourceKind::Certificate, &certificate.arn);
    match certificate.names.first() {
        Some(name) => cause.called(name),
        None => cause,
    }
}

/// What listeners of this kind negotiate by once faults of their policies are fixed.
pub(in crate::checks) fn recommended_policy(kind: &Kind) -> Cause {
    security_policy(kind, Remedy::RECOMMENDED_POLICY)
}

/// Listeners of this kind negotiate by a security policy. Classic ones do not know those of the others: a
/// policy of their own holds what is left of the ciphers.
pub(in crate::checks) fn security_policy(kind: &Kind, policy: &str) -> Cause {
    let (policy, listeners) = match kind {
        Kind::Application => (policy, "on Application listeners"),
        Kind::Network => (policy, "on Network listeners"),
        _ => ("of TLS 1.2 with ECDHE and GCM", "on Classic listeners"),
    };
    Cause::new(Verb::Set, ResourceKind::SecurityPolicy, format!("{kind}:{policy}"))
        .called(policy)
        .to(listeners)
}

/// A web ACL, by its ARN.
pub(in crate::checks) fn web_acl(verb: Verb, arn: &str, to: &str) -> Cause {
    // `…:regional/webacl/NAME/ID`
    named(Cause::new(verb, ResourceKind::WebAcl, arn), arn.split('/').nth(2)).to(to)
}

/// A trust store, by its ARN.
pub(in crate::checks) fn trust_store(verb: Verb, arn: &str, to: &str) -> Cause {
    // `…:truststore/NAME/ID`
    named(Cause::new(verb, ResourceKind::TrustStore, arn), arn.split('/').nth(1)).to(to)
}

/// Clients are verified by a trust store of this account instead of this one.
pub(in crate::checks) fn replace_trust_store(arn: &str) -> Cause {
    trust_store(Verb::Replace, arn, "by one of this account")
}

/// A security group of targets.
pub(in crate::checks) fn narrow_targets_group(group: &SecurityGroup) -> Cause {
    let label = match &group.name {
        Some(name) => format!("{name} ({})", group.id),
        None => group.id.clone(),
    };
    Cause::new(Verb::Narrow, ResourceKind::SecurityGroup, &group.id)
        .called(label)
        .to("admit only the load balancer")
}

fn named(cause: Cause, name: Option<&str>) -> Cause {
    match name {
        Some(name) => cause.called(name),
        None => cause,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::sample;

    #[test]
    fn causes_read_as_sentences() {
        let mut certificate = sample::certificate(sample::CERTIFICATE);
        let sentences = [
            renew_certificate(&certificate),
            replace_certificate(&certificate),
            recommended_policy(&Kind::Network),
            recommended_policy(&Kind::Classic),
            web_acl(Verb::Extend, sample::WEB_ACL, "rate limit"),
            replace_trust_store(sample::TRUST_STORE),
        ];
        assert_eq!(
            sentences.map(|cause| cause.sentence()),
            [
                "Renew certificate www.example.com",
                "Replace certificate www.example.com",
                "Set security policy ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09 on Network listeners",
                "Set security policy of TLS 1.2 with ECDHE and GCM on Classic listeners",
                "Extend web ACL web: rate limit",
                "Replace trust store clients: by one of this account",
            ]
        );
        certificate.kind = Some("IMPORTED".to_owned());
        certificate.names.clear();
        let replaced = renew_certificate(&certificate);
        assert_eq!(replaced, replace_certificate(&certificate));
        assert_eq!(replaced.sentence(), "Replace certificate web");
    }
}
