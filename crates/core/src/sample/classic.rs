//! What Classic load balancers of the samples have of their own.

use std::collections::BTreeMap;

use super::{CERTIFICATE, listener, text_map, with};
use crate::fact::Fact;
use crate::inventory::{ClassicPolicy, Inventory, Kind, Listener};

/// A Classic policy with TLS 1.2 and forward-secret AEAD ciphers alone.
#[must_use]
pub fn strong_classic_policy(name: &str) -> ClassicPolicy {
    ClassicPolicy {
        name: name.to_owned(),
        kind: "SSLNegotiationPolicyType".to_owned(),
        attributes: text_map(&[
            ("Protocol-SSLv3", "false"),
            ("Protocol-TLSv1", "false"),
            ("Protocol-TLSv1.1", "false"),
            ("Protocol-TLSv1.2", "true"),
            ("Server-Defined-Cipher-Order", "true"),
            ("ECDHE-RSA-AES128-GCM-SHA256", "true"),
            ("ECDHE-RSA-AES256-GCM-SHA384", "true"),
            ("AES128-SHA", "false"),
        ]),
    }
}

/// A Classic policy that holds instances to a public key.
#[must_use]
pub fn instance_authentication(name: &str) -> ClassicPolicy {
    ClassicPolicy {
        name: name.to_owned(),
        kind: "BackendServerAuthenticationPolicyType".to_owned(),
        attributes: text_map(&[("PublicKeyPolicyName", "key")]),
    }
}

/// The clean Classic account, its policy having these attributes.
#[must_use]
pub fn classic_offering(attributes: &[(&str, &str)]) -> Inventory {
    with(&Kind::Classic, |lb| {
        let attributes = text_map(attributes);
        lb.policies = Fact::Known(vec![
            ClassicPolicy { attributes, ..strong_classic_policy("strong") },
            instance_authentication("instances"),
        ]);
    })
}

/// A Classic listener; an `HTTPS` or `SSL` one has the clean certificate and policy.
#[must_use]
pub fn classic_listener(protocol: &str, port: u16) -> Listener {
    let mut classic = listener(protocol, port, Vec::new());
    classic.attributes = Fact::Known(BTreeMap::new());
    classic.id = format!("{protocol}:{port}");
    classic.instance_side = Some(
        if matches!(protocol, "HTTPS" | "SSL") { "HTTPS:8443" } else { "HTTP:8080" }.to_owned(),
    );
    classic.rules = Fact::Known(Vec::new());
    if matches!(protocol, "HTTPS" | "SSL") {
        classic.policy_names = vec!["strong".to_owned()];
        classic.default_certificate = Some(CERTIFICATE.to_owned());
        classic.certificates = Fact::Known(vec![CERTIFICATE.to_owned()]);
    }
    classic
}
