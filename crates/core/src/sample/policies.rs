//! Security policies of the samples.

use super::{SSL_POLICY, listeners, only, with_region};
use crate::fact::Fact;
use crate::inventory::{Inventory, Kind, SslPolicy};

/// AWS's answer for [`SSL_POLICY`].
#[must_use]
pub fn strong_policy() -> SslPolicy {
    ssl_policy(
        SSL_POLICY,
        &["TLSv1.2", "TLSv1.3"],
        &["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "ECDHE-RSA-AES128-GCM-SHA256"],
    )
}

/// A security policy with this content.
#[must_use]
pub fn ssl_policy(name: &str, protocols: &[&str], ciphers: &[&str]) -> SslPolicy {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    SslPolicy { name: name.to_owned(), protocols: owned(protocols), ciphers: owned(ciphers) }
}

/// The clean account of this kind, its encrypting listeners offering this policy, as AWS answers it.
#[must_use]
pub fn offering(kind: &Kind, policy: SslPolicy) -> Inventory {
    with_region(kind, |region| {
        for listener in listeners(only(region)) {
            if listener.ssl_policy.is_some() {
                listener.ssl_policy = Some(policy.name.clone());
            }
        }
        region.ssl_policies = Fact::Known(vec![policy]);
    })
}
