//! Client certificates are accepted after they expired.

use crate::checks::prelude::*;

pub(crate) const CHECK: Check = Check {
    id: "mtls-expired-accepted",
    aliases: &["mtls-expired-allowed"],
    title: "expired client certificates are accepted",
    severity: Severity::High,
    applies_to: &[Kind::Application, Kind::Network],
    why: "A certificate that should have died with a contract, a device or a leaked key keeps \
          opening the door.",
    logic: "Fails when a listener verifies client certificates and ignores their expiry; passes \
            when it does not. Does not apply where client certificates are not verified. Another \
            mode is unknown.",
    false_alarms: "Devices that cannot get a new certificate any more are the usual reason; a \
                   listener of their own keeps the rest strict.",
    fix: "set IgnoreClientCertificateExpiry to false",
    remedy: Remedy::mutual_authentication(&[("IgnoreClientCertificateExpiry", "false")]).console(
        "EC2 console, Load Balancers: open the load balancer, choose the listener, Manage \
         listener, Edit listener, Mutual authentication: turn Allow expired client certificates \
         off.",
    ),
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html",
    ],
    examples: &[
        Example {
            title: "expiry ignored",
            given: || sample::mutual("verify", Some(true)),
            finds: &["fail mtls-expired-accepted HTTPS:443"],
        },
        Example {
            title: "expiry ignored, on a Network load balancer",
            given: || {
                sample::with_mutual(&Kind::Network, |mutual| {
                    mutual.ignore_client_certificate_expiry = Some(true);
                })
            },
            finds: &["fail mtls-expired-accepted TLS:443"],
        },
        Example {
            title: "expiry checked, on a Network load balancer",
            given: || sample::with_mutual(&Kind::Network, |_| ()),
            finds: &[],
        },
        Example { title: "expiry checked", given: || sample::mutual("verify", None), finds: &[] },
    ],
    ..Check::new(Judge::Listener(judge))
};

fn judge(_: &Context, listener: &Listener) -> Judgement {
    let Some(mutual) = listener.verifies()? else {
        return Ok(Verdict::NotApplicable);
    };
    let ignores = mutual.ignore_client_certificate_expiry == Some(true);
    let key = "ignore_client_certificate_expiry";
    let grounds = Grounds::new().with("mode", "verify").with(key, ignores);
    if !ignores {
        return Ok(Verdict::Pass(grounds));
    }
    Ok(Verdict::Fail(match &mutual.trust_store_arn {
        Some(store) => grounds.bind("TRUST_STORE_ARN", store.as_str()),
        None => grounds,
    }))
}
