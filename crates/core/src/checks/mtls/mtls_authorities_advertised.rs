//! A listener tells every client the names of its authorities.

use crate::checks::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "mtls-authorities-advertised",
    aliases: &["mtls-ca-names-advertised"],
    title: "names of the authorities are told to anybody",
    severity: Severity::Info,
    persona: Persona::Auditor,
    applies_to: &[Kind::Application, Kind::Network],
    why: "Whoever connects learns which authorities are trusted before showing a certificate: \
          names of partners, products and inner structure, and whom to attack for a certificate.",
    logic: "Looks at listeners that verify client certificates. Notes AdvertiseTrustStoreCaNames \
            `on`; passes on `off`, which is also the default. Another value is unknown.",
    false_alarms: "Clients with several certificates need the names to choose the right one; \
                   browsers do.",
    fix: "set AdvertiseTrustStoreCaNames to off, unless clients choose their certificate by it",
    remedy: Remedy::mutual_authentication(&[("AdvertiseTrustStoreCaNames", "off")]).console(
        "EC2 console, Load Balancers: open the load balancer, choose the listener, Manage \
         listener, Edit listener, Mutual authentication, and turn Advertise trust store CA subject \
         names off.",
    ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html",
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/configuring-mtls-with-elb.html",
    ],
    examples: &[
        Example {
            title: "switched on",
            given: || advertising("on"),
            finds: &["note mtls-authorities-advertised HTTPS:443"],
        },
        Example {
            title: "a value that this version does not know",
            given: || advertising("some"),
            finds: &["unknown mtls-authorities-advertised HTTPS:443"],
        },
        Example {
            title: "switched on, on a Network load balancer",
            given: || {
                sample::with_mutual(&Kind::Network, |mutual| {
                    mutual.advertise_authorities = Some("on".to_owned());
                })
            },
            finds: &["note mtls-authorities-advertised TLS:443"],
        },
        Example { title: "switched off", given: || advertising("off"), finds: &[] },
        Example { title: "not said", given: || sample::mutual("verify", None), finds: &[] },
    ],
    ..Check::new(Judge::Listener(judge))
};

/// The clean Application load balancer, verifying client certificates, with this setting.
fn advertising(setting: &str) -> Inventory {
    sample::mutually(|mutual| mutual.advertise_authorities = Some(setting.to_owned()))
}

fn judge(_: &Context, listener: &Listener) -> Judgement {
    let Some(mutual) = listener.verifies()? else {
        return Ok(Verdict::NotApplicable);
    };
    let said = |word: &str| Grounds::new().with("advertise_trust_store_ca_names", word);
    match mutual.advertise_authorities.as_deref() {
        None | Some("off") => Ok(Verdict::Pass(said("off"))),
        Some("on") => {
            let store = listener.trust_store()?.unwrap_or_default();
            Ok(Verdict::Note(said("on").bind("TRUST_STORE_ARN", store)))
        }
        Some(other) => Err(listener.unexpected_value(
            Reason::Unrecognised,
            &format!("AdvertiseTrustStoreCaNames {other}"),
        )),
    }
}
