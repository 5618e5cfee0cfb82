//! Client certificates are handed on without being verified.

use crate::call::Call;
use crate::check::{
    Check, Context, Evidence, Example, Judge, Judgement, Persona, Remedy, Severity, Verdict,
};
use crate::fact::{Gap, Reason};
use crate::inventory::{Kind, Listener};
use crate::sample;

/// See [`Check`].
pub(super) const CHECK: Check = Check {
    id: "mtls-passthrough",
    aliases: &[],
    title: "client certificates are not verified",
    severity: Severity::High,
    persona: Persona::Regular,
    applies_to: &[Kind::Application],
    why: "Any certificate gets through, one that the client signed itself too. The target finds it \
          in a header and has to verify chain, dates and revocation; one that only reads the name \
          believes whatever it is told.",
    logic: "Fails when a listener's mutual TLS mode is `passthrough`; passes on `verify`. Does not \
            apply where mutual TLS is off. Another mode is unknown.",
    false_alarms: "",
    fix: "set the mode to verify with a trust store, unless the targets verify the whole chain \
          themselves",
    remedy: Remedy { console: "", cli: "", terraform: "", cloudformation: "" },
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html",
    ],
    needs: &[],
    examples: &[
        Example {
            title: "passed through",
            given: || sample::mutual("passthrough", None),
            finds: &["fail mtls-passthrough HTTPS:443", "note internet-facing web"],
        },
        Example {
            title: "verified",
            given: || sample::mutual("verify", Some(false)),
            finds: &["note internet-facing web"],
        },
        Example {
            title: "a mode that this version does not know",
            given: || sample::mutual("guess", None),
            finds: &[
                "unknown mtls-bypass HTTPS:443",
                "unknown mtls-expired-accepted HTTPS:443",
                "unknown mtls-passthrough HTTPS:443",
                "note internet-facing web",
            ],
        },
    ],
    judge: Judge::Listener(judge),
    since: "0.1.0",
};

fn judge(_: &Context, listener: &Listener) -> Judgement {
    let mutual = listener.mutual_authentication.as_ref();
    let mode = mutual.and_then(|mutual| mutual.mode.as_deref()).unwrap_or("off");
    match mode {
        "off" => Ok(Verdict::NotApplicable),
        "verify" => Ok(Verdict::Pass),
        "passthrough" => Ok(Verdict::Fail(Evidence::new().with("mode", mode))),
        other => Err(Gap::new(Call::ElbV2DescribeListeners, Reason::Unrecognised)
            .of(&listener.id)
            .saying(format!("mutual TLS mode {other}"))),
    }
}
