//! Client certificates are accepted after they expired.

use crate::call::Call;
use crate::check::{
    Check, Context, Evidence, Example, Judge, Judgement, Persona, Remedy, Severity, Verdict,
};
use crate::fact::{Gap, Reason};
use crate::inventory::{Kind, Listener};
use crate::sample;

/// See [`Check`].
pub(super) const CHECK: Check = Check {
    id: "mtls-expired-accepted",
    aliases: &["mtls-expired-allowed"],
    title: "expired client certificates are accepted",
    severity: Severity::High,
    persona: Persona::Regular,
    applies_to: &[Kind::Application],
    why: "A certificate that should have died with a contract, a device or a leaked key keeps \
          opening the door.",
    logic: "Fails when a listener verifies client certificates and ignores their expiry; passes \
            when it does not. Does not apply where client certificates are not verified. Another \
            mode is unknown.",
    false_alarms: "",
    fix: "set IgnoreClientCertificateExpiry to false",
    remedy: Remedy { console: "", cli: "", terraform: "", cloudformation: "" },
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html",
    ],
    needs: &[],
    examples: &[
        Example {
            title: "expiry ignored",
            given: || sample::mutual("verify", Some(true)),
            finds: &["fail mtls-expired-accepted HTTPS:443", "note internet-facing web"],
        },
        Example {
            title: "expiry checked",
            given: || sample::mutual("verify", None),
            finds: &["note internet-facing web"],
        },
    ],
    judge: Judge::Listener(judge),
    since: "0.1.0",
};

fn judge(_: &Context, listener: &Listener) -> Judgement {
    let mutual = listener.mutual_authentication.as_ref();
    let mode = mutual.and_then(|mutual| mutual.mode.as_deref()).unwrap_or("off");
    match mode {
        "off" | "passthrough" => Ok(Verdict::NotApplicable),
        "verify" => {
            let ignored = mutual.and_then(|mutual| mutual.ignore_client_certificate_expiry);
            if ignored != Some(true) {
                return Ok(Verdict::Pass);
            }
            let key = "ignore_client_certificate_expiry";
            Ok(Verdict::Fail(Evidence::new().with("mode", mode).with(key, true)))
        }
        other => Err(Gap::new(Call::ElbV2DescribeListeners, Reason::Unrecognised)
            .of(&listener.id)
            .saying(format!("mutual TLS mode {other}"))),
    }
}
