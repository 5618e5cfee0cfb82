//! Client certificates are handed on without being verified.

use super::shared::remedies;
use crate::check::{
    Check, Context, Evidence, Example, Judge, Judgement, Persona, Remedy, Severity, Verdict,
};
use crate::fixtures::sample;
use crate::inventory::{Kind, Listener, MutualTlsMode};

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
    false_alarms: "Right where the target verifies the whole chain from the header itself, as some \
                   service meshes and gateways do; nothing in AWS shows whether it does.",
    fix: "set the mode to verify with a trust store, unless the targets verify the whole chain \
          themselves",
    remedy: Remedy {
        console: "EC2 console, Load Balancers: open the load balancer, choose the listener, Manage \
                  listener, Edit listener, Mutual authentication: choose Verify with trust store \
                  and pick the trust store.",
        cli: "aws elbv2 modify-listener --listener-arn LISTENER_ARN --mutual-authentication \
              Mode=verify,TrustStoreArn=TRUST_STORE_ARN",
        terraform: remedies::VERIFY_BLOCK,
        cloudformation: remedies::VERIFY_RESOURCE,
    },
    links: &[
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html",
    ],
    needs: &[],
    examples: &[
        Example {
            title: "passed through",
            given: || sample::mutual("passthrough", None),
            finds: &[
                "fail mtls-passthrough HTTPS:443",
                "note internet-facing web",
                "note tls-backend-legacy web",
            ],
        },
        Example {
            title: "verified",
            given: || sample::mutual("verify", Some(false)),
            finds: &["note internet-facing web", "note tls-backend-legacy web"],
        },
        Example {
            title: "a mode that this version does not know",
            given: || sample::mutual("guess", None),
            finds: &[
                "unknown mtls-passthrough HTTPS:443",
                "note internet-facing web",
                "note tls-backend-legacy web",
                "unknown 7 others: elbv2:DescribeListeners",
            ],
        },
    ],
    judge: Judge::Listener(judge),
    since: "0.1.0",
};

fn judge(_: &Context, listener: &Listener) -> Judgement {
    if listener.verifies()?.is_some() {
        return Ok(Verdict::Pass);
    }
    let mutual = listener.mutual_authentication.as_ref();
    match mutual.and_then(|mutual| mutual.mode.as_ref()) {
        Some(MutualTlsMode::Passthrough) => {
            Ok(Verdict::Fail(Evidence::new().with("mode", "passthrough")))
        }
        _ => Ok(Verdict::NotApplicable),
    }
}
