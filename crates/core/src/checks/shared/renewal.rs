//! How a certificate gets a new end: by its proofs, by a renewed one under its name, or by one of ACM's.

use crate::check::{Context, Grounds};
use crate::inventory::{Certificate, Kind, Listener, Provenance};

/// Names the certificate for the steps that are for one like it.
pub(in crate::checks) fn bind(
    grounds: Grounds,
    context: &Context,
    certificate: &Certificate,
) -> Grounds {
    let arn = certificate.arn.as_str();
    match certificate.provenance() {
        Ok(Provenance::Amazon) => match certificate.validation_method.as_deref() {
            Some("EMAIL") => grounds.bind("MAILED_CERTIFICATE_ID", arn),
            _ => grounds.bind("ISSUED_CERTIFICATE_ID", arn),
        },
        Ok(Provenance::Private) => grounds.bind("PRIVATE_CERTIFICATE_ID", arn),
        Ok(Provenance::Iam) => of_iam(grounds, context, certificate),
        Ok(Provenance::Imported) | Err(_) => grounds.bind("IMPORTED_CERTIFICATE_ID", arn),
    }
}

/// What IAM keeps cannot be replaced under its name: the listeners take another one.
fn of_iam(grounds: Grounds, context: &Context, certificate: &Certificate) -> Grounds {
    let all = context.lb.listeners.get().into_iter().flatten();
    let presenting: Vec<&Listener> = all.filter(|one| presents(one, &certificate.arn)).collect();
    let name = certificate.arn.rsplit('/').next().unwrap_or(&certificate.arn);
    let grounds = grounds.bind("IAM_CERTIFICATE_NAME", name);
    if context.lb.kind == Kind::Classic {
        let ports = presenting.iter().filter_map(|listener| listener.port);
        let ports: Vec<String> = ports.map(|port| port.to_string()).collect();
        return grounds.bind("IAM_LISTENER_PORT", ports);
    }
    let (default, by_name): (Vec<&Listener>, Vec<&Listener>) = presenting
        .into_iter()
        .partition(|one| one.default_certificate.as_ref() == Some(&certificate.arn));
    [("IAM_LISTENER_ARN", default), ("IAM_SNI_LISTENER_ARN", by_name)]
        .into_iter()
        .filter(|(_, listeners)| !listeners.is_empty())
        .fold(grounds, |grounds, (name, listeners)| {
            let ids: Vec<String> = listeners.iter().map(|one| one.id.clone()).collect();
            grounds.bind(name, ids)
        })
}

fn presents(listener: &Listener, arn: &str) -> bool {
    let known = listener.certificates.get().is_ok_and(|all| all.iter().any(|one| one == arn));
    known || listener.default_certificate.as_deref() == Some(arn)
}
