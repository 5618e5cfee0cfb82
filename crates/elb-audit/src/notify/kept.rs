//! Reads the address of a webhook from where it is kept.
//!
//! It is read in every run, also where there is nothing to tell: that it cannot be is known before the first
//! alert then.

use aws_types::SdkConfig;
use serde_json::{Value, json};

use super::Refused;
use super::address::{Address, KeptAddress, Store, Url};
use crate::aws::RegionName;
use crate::aws::query::{Client, SECRETS_MANAGER, SSM};

/// Why there is no address. What was read is never shown.
#[derive(Debug, thiserror::Error)]
pub(super) enum KeptError {
    /// AWS does not give it.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// It is there, and no text.
    #[error("it holds no text")]
    NoText,
    /// It holds pairs of keys and values, and none is named.
    #[error("it holds keys and values: name the key, secret:ID#KEY")]
    Pairs,
    /// It holds no pairs, or not this one.
    #[error("it holds no text under the key `{0}`")]
    NoKey(String),
    /// It holds something else.
    #[error("what it holds is no address like https://HOST/PATH")]
    NoAddress,
}

/// The address itself; `region` is asked where it names none of its own.
pub(super) async fn url(
    address: &Address,
    region: &RegionName,
    config: &SdkConfig,
) -> Result<Url, KeptError> {
    let kept = match address {
        Address::Given(url) => return Ok(url.clone()),
        Address::Kept(kept) => kept,
    };
    let region = kept.region.as_ref().unwrap_or(region);
    let text = read(kept, region, config).await?;
    Url::parse(value(kept, &text)?.trim()).map_err(|_| KeptError::NoAddress)
}

/// What is kept there. Answers are read as any JSON: what serde says of one that does not fit would quote it.
async fn read(
    kept: &KeptAddress,
    region: &RegionName,
    config: &SdkConfig,
) -> Result<String, KeptError> {
    let id = &kept.id;
    let (service, operation, asked, place, action) = match kept.store {
        Store::Parameter => {
            let asked = json!({"Name": id, "WithDecryption": true});
            (&SSM, "GetParameter", asked, "/Parameter/Value", "ssm:GetParameter")
        }
        Store::Secret => {
            let action = "secretsmanager:GetSecretValue";
            (&SECRETS_MANAGER, "GetSecretValue", json!({"SecretId": id}), "/SecretString", action)
        }
    };
    let client = Client::outside_scan(service, config, region);
    let answer = client.json::<Value>(operation, &asked).await;
    let answer = answer.map_err(|error| Refused::new(&error, &format!("{action} on {id}")))?;
    answer.pointer(place).and_then(Value::as_str).map(str::to_owned).ok_or(KeptError::NoText)
}

/// The part of it that is meant.
fn value(kept: &KeptAddress, text: &str) -> Result<String, KeptError> {
    let pairs = || serde_json::from_str::<Value>(text).ok().filter(Value::is_object);
    match &kept.key {
        None if kept.store == Store::Secret && pairs().is_some() => Err(KeptError::Pairs),
        None => Ok(text.to_owned()),
        Some(key) => pairs()
            .and_then(|pairs| pairs.get(key)?.as_str().map(str::to_owned))
            .ok_or_else(|| KeptError::NoKey(key.clone())),
    }
}
