//! Certificates of the samples, of servers and of clients.

use jiff::Timestamp;

use super::{ACCOUNT, CERTIFICATE, TRUST_STORE, arn, listeners, only, with, with_region};
use crate::fact::Fact;
use crate::inventory::{
    Certificate, CertificateDetail, Inventory, Kind, MutualAuthentication, TrustStore,
};

/// An issued ACM certificate, valid for five more months, that ACM renews.
#[must_use]
pub fn certificate(arn: &str) -> Certificate {
    Certificate {
        arn: arn.to_owned(),
        names: vec!["www.example.com".to_owned()],
        status: Some("ISSUED".to_owned()),
        kind: Some("AMAZON_ISSUED".to_owned()),
        key_algorithm: Fact::Known("RSA-2048".to_owned()),
        not_before: Some(Timestamp::constant(1_789_462_800, 0)), // 2026-09-15
        not_after: Some(Timestamp::constant(1_806_570_000, 0)),  // 2027-04-01
        export: Some("DISABLED".to_owned()),
        validation_method: Some("DNS".to_owned()),
        renewal_eligibility: Some("ELIGIBLE".to_owned()),
        renewal_status: None,
        detail: Fact::Known(CertificateDetail {
            signature_algorithm: Some("SHA256WITHRSA".to_owned()),
            issuer: Some("Amazon".to_owned()),
            subject: Some("CN=www.example.com".to_owned()),
            ..CertificateDetail::default()
        }),
    }
}

/// The clean account of this kind after a change to its certificate.
pub fn certified(kind: &Kind, change: impl FnOnce(&mut Certificate)) -> Inventory {
    with_region(kind, |region| {
        if let Some(Fact::Known(certificate)) = region.certificates.get_mut(CERTIFICATE) {
            change(certificate);
        }
    })
}

/// The clean account of this kind with its certificate kept in IAM, after a change to it.
pub fn with_iam(kind: &Kind, change: impl FnOnce(&mut Certificate)) -> Inventory {
    let arn = format!("arn:aws:iam::{ACCOUNT}:server-certificate/web");
    let mut kept =
        Certificate { status: None, kind: None, renewal_eligibility: None, ..certificate(&arn) };
    change(&mut kept);
    let mut inventory = with(kind, |lb| {
        for listener in listeners(lb) {
            if listener.default_certificate.is_some() {
                listener.default_certificate = Some(arn.clone());
                listener.certificates = Fact::Known(vec![arn.clone()]);
            }
        }
    });
    inventory.accounts[0].server_certificates = Fact::Known(vec![kept]);
    inventory
}

/// A trust store that one load balancer uses, with a revocation list.
#[must_use]
pub fn trust_store() -> TrustStore {
    TrustStore {
        arn: TRUST_STORE.to_owned(),
        name: "clients".to_owned(),
        status: Some("ACTIVE".to_owned()),
        ca_certificates: Some(2),
        revoked_entries: Some(3),
        revocation_lists: Fact::Known(1),
        shared_with: Fact::Known(Vec::new()),
        users: Fact::Known(vec![arn(&Kind::Application, "web")]),
    }
}

/// The clean account of Application kind, its first listener with mutual TLS like this.
#[must_use]
pub fn mutual(mode: &str, ignore_expiry: Option<bool>) -> Inventory {
    with(&Kind::Application, |lb| {
        listeners(lb)[0].mutual_authentication = Some(MutualAuthentication {
            mode: Some(mode.to_owned()),
            ignore_client_certificate_expiry: ignore_expiry,
            trust_store_arn: (mode == "verify").then(|| TRUST_STORE.to_owned()),
            trust_store_status: (mode == "verify").then(|| "active".to_owned()),
            advertise_authorities: None,
        });
    })
}

/// The clean account of Application kind, verifying client certificates, after a change to how.
pub fn mutually(change: impl FnOnce(&mut MutualAuthentication)) -> Inventory {
    let mut inventory = mutual("verify", None);
    let lb = only(&mut inventory.accounts[0].regions[0]);
    if let Some(mutual) = &mut listeners(lb)[0].mutual_authentication {
        change(mutual);
    }
    inventory
}

/// The clean account of Application kind, verifying client certificates by a trust store like this.
pub fn verifying(change: impl FnOnce(&mut TrustStore)) -> Inventory {
    let mut inventory = mutual("verify", None);
    let mut store = trust_store();
    change(&mut store);
    inventory.accounts[0].regions[0].trust_stores = Fact::Known(vec![store]);
    inventory
}
