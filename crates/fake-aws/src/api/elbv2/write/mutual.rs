//! How a listener treats client certificates, as it is sent.

use super::super::super::Context;
use super::super::trust;
use crate::answer::Refusal;
use crate::call::Sent;
use crate::model::listener::MutualAuthentication;

/// What only a listener that verifies has.
const VERIFIES: [&str; 4] = [
    "TrustStoreArn",
    "IgnoreClientCertificateExpiry",
    "AdvertiseTrustStoreCaNames",
    "ClientCertificateIdentityFilters",
];

/// Reads the structure, which replaces the whole of the old one.
pub(super) fn read(
    context: &Context<'_>,
    config: &Sent<'_>,
) -> Result<MutualAuthentication, Refusal> {
    config.word("Mode", &["off", "passthrough", "verify"])?;
    let mode = config.required("Mode")?.to_owned();
    if mode != "verify" {
        return match VERIFIES.iter().find(|name| config.has(name)) {
            Some(name) => {
                Err(config.invalid(format!("{name} cannot be specified in mode '{mode}'")))
            }
            None => Ok(MutualAuthentication { mode, ..MutualAuthentication::default() }),
        };
    }
    let store = trust::find(context, config.required("TrustStoreArn")?);
    let store = store.ok_or_else(trust::missing)?;
    if store.status != "ACTIVE" {
        return Err(Refusal::new("TrustStoreNotReady", "The trust store is not active"));
    }
    let advertise = config.word("AdvertiseTrustStoreCaNames", &["on", "off"])?;
    let filters: Result<Vec<[String; 4]>, Refusal> =
        config.items("ClientCertificateIdentityFilters").iter().map(filter).collect();
    Ok(MutualAuthentication {
        mode,
        trust_store: Some(store.name.clone()),
        ignore_expiry: Some(config.truth("IgnoreClientCertificateExpiry")?.unwrap_or_default()),
        association: Some("active".to_owned()),
        advertise: Some(advertise.unwrap_or("off").to_owned()),
        identity_filters: filters?,
    })
}

fn filter(item: &Sent<'_>) -> Result<[String; 4], Refusal> {
    let text = |name: &str| item.required(name).map(str::to_owned);
    Ok([text("Field")?, text("Action")?, text("MatchType")?, text("Value")?])
}
